//! DAG-CBOR as far as labels need it: shortest forms, keys by length and then by bytes.

/// A value.
#[derive(Debug, Clone)]
pub(super) enum Item {
    Int(u64),
    /// The header of an error frame.
    MinusOne,
    Bool(bool),
    Text(String),
    Bytes(Vec<u8>),
    List(Vec<Item>),
    Map(Vec<(&'static str, Item)>),
}

impl Item {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Int(value) => head(0, *value, out),
            Self::MinusOne => out.push(0x20),
            Self::Bool(value) => out.push(if *value { 0xf5 } else { 0xf4 }),
            Self::Bytes(bytes) => {
                head(2, bytes.len() as u64, out);
                out.extend_from_slice(bytes);
            }
            Self::Text(text) => write_text(text, out),
            Self::List(items) => {
                head(4, items.len() as u64, out);
                items.iter().for_each(|item| item.write(out));
            }
            Self::Map(fields) => {
                let mut fields: Vec<_> = fields.iter().collect();
                fields.sort_by_key(|(name, _)| (name.len(), *name));
                head(5, fields.len() as u64, out);
                for (name, item) in fields {
                    write_text(name, out);
                    item.write(out);
                }
            }
        }
    }
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    head(3, text.len() as u64, out);
    out.extend_from_slice(text.as_bytes());
}

/// Major type and argument in the shortest form.
fn head(major: u8, value: u64, out: &mut Vec<u8>) {
    let major = major << 5;
    let [.., b4, b5, b6, b7] = value.to_be_bytes();
    match value {
        0..24 => out.push(major | b7),
        24..0x100 => out.extend([major | 24, b7]),
        0x100..0x1_0000 => out.extend([major | 25, b6, b7]),
        0x1_0000..0x1_0000_0000 => out.extend([major | 26, b4, b5, b6, b7]),
        _ => {
            out.push(major | 27);
            out.extend(value.to_be_bytes());
        }
    }
}

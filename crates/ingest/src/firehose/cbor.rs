//! DAG-CBOR, as the AT protocol uses it, read in place.
//!
//! After <https://ipld.io/specs/codecs/dag-cbor/spec/>: definite lengths only, no tag but 42 (links), finite numbers, text
//! keys. Order of keys and shortest form are not demanded: what matters is hashed as it came.

use std::io::Write;

use data_encoding::{BASE32_NOPAD, BASE64_NOPAD};

use super::FrameFault;

/// Deeper values are refused; `serde_json` would not read them either.
const MAX_DEPTH: usize = 100;
const LINK_TAG: u64 = 42;

/// The head of one value; elements and pairs follow it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Item<'a> {
    Integer(i64),
    Bytes(&'a [u8]),
    Text(&'a str),
    Array(u64),
    Map(u64),
    /// A content identifier in binary form.
    Link(&'a [u8]),
    Bool(bool),
    Null,
    Float(f64),
}

/// Reads values one after the other. Lengths are believed only as far as there are bytes, so nothing is allocated for them.
#[derive(Debug, Clone)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What was not read yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next head.
    pub(super) fn item(&mut self) -> Result<Item<'a>, FrameFault> {
        let first = self.byte()?;
        let (major, info) = (first >> 5, first & 0x1f);
        if major == 7 {
            return self.simple(info);
        }
        let argument = self.argument(info)?;
        Ok(match major {
            0 => Item::Integer(i64::try_from(argument).map_err(|_| FrameFault::Cbor("integer exceeds 64 bits"))?),
            1 => Item::Integer(-1 - i64::try_from(argument).map_err(|_| FrameFault::Cbor("integer exceeds 64 bits"))?),
            2 => Item::Bytes(self.take(argument)?),
            3 => Item::Text(std::str::from_utf8(self.take(argument)?).map_err(|_| FrameFault::Cbor("text is not UTF-8"))?),
            4 => Item::Array(argument),
            5 => Item::Map(argument),
            _ => self.link(argument)?,
        })
    }

    /// The key of a pair.
    pub(super) fn key(&mut self) -> Result<&'a str, FrameFault> {
        match self.item()? {
            Item::Text(key) => Ok(key),
            _ => Err(FrameFault::Cbor("key is not text")),
        }
    }

    /// Reads over one value.
    pub(super) fn skip(&mut self) -> Result<(), FrameFault> {
        // Heads still to come at this level and the ones above it; a head that promises more than there is runs into the end.
        let mut left = 1_u64;
        while left > 0 {
            left -= 1;
            let more = match self.item()? {
                Item::Array(length) => length,
                Item::Map(length) => length.saturating_mul(2),
                _ => 0,
            };
            left = left.saturating_add(more);
        }
        Ok(())
    }

    fn simple(&mut self, info: u8) -> Result<Item<'a>, FrameFault> {
        match info {
            20 => Ok(Item::Bool(false)),
            21 => Ok(Item::Bool(true)),
            22 => Ok(Item::Null),
            27 => {
                let float = f64::from_bits(self.number(8)?);
                if float.is_finite() { Ok(Item::Float(float)) } else { Err(FrameFault::Cbor("number is not finite")) }
            }
            _ => Err(FrameFault::Cbor("simple value that DAG-CBOR does not have")),
        }
    }

    fn link(&mut self, tag: u64) -> Result<Item<'a>, FrameFault> {
        match (tag, self.item()?) {
            // A zero byte stands before the identifier, for historical reasons.
            (LINK_TAG, Item::Bytes([0, cid @ ..])) if !cid.is_empty() => Ok(Item::Link(cid)),
            _ => Err(FrameFault::Cbor("tag that DAG-CBOR does not have")),
        }
    }

    fn argument(&mut self, info: u8) -> Result<u64, FrameFault> {
        match info {
            0..=23 => Ok(u64::from(info)),
            24..=27 => self.number(1 << (info - 24)),
            _ => Err(FrameFault::Cbor("indefinite length")),
        }
    }

    fn number(&mut self, bytes: u64) -> Result<u64, FrameFault> {
        Ok(self.take(bytes)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn byte(&mut self) -> Result<u8, FrameFault> {
        let (first, rest) = self.rest.split_first().ok_or(FrameFault::Truncated)?;
        self.rest = rest;
        Ok(*first)
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], FrameFault> {
        let length = usize::try_from(length).map_err(|_| FrameFault::Truncated)?;
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(FrameFault::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }
}

/// Writes the next value in the AT protocol's JSON form: links as `{"$link": …}`, bytes as `{"$bytes": …}`.
///
/// See <https://atproto.com/specs/data-model>.
pub(super) fn write_json(reader: &mut Reader<'_>, out: &mut Vec<u8>) -> Result<(), FrameFault> {
    write_value(reader, out, 0)
}

fn write_value(reader: &mut Reader<'_>, out: &mut Vec<u8>, depth: usize) -> Result<(), FrameFault> {
    if depth > MAX_DEPTH {
        return Err(FrameFault::Cbor("nested too deeply"));
    }
    match reader.item()? {
        Item::Array(length) => {
            out.push(b'[');
            for index in 0..length {
                comma(index, out);
                write_value(reader, out, depth + 1)?;
            }
            out.push(b']');
        }
        Item::Map(length) => {
            out.push(b'{');
            for index in 0..length {
                comma(index, out);
                write_text(reader.key()?, out);
                out.push(b':');
                write_value(reader, out, depth + 1)?;
            }
            out.push(b'}');
        }
        scalar => write_scalar(scalar, out),
    }
    Ok(())
}

fn write_scalar(item: Item<'_>, out: &mut Vec<u8>) {
    // Writing to memory does not fail.
    drop(match item {
        Item::Integer(number) => write!(out, "{number}"),
        Item::Float(number) => serde_json::to_writer(&mut *out, &number).map_err(Into::into),
        Item::Bool(value) => write!(out, "{value}"),
        Item::Bytes(bytes) => write!(out, "{{\"$bytes\":\"{}\"}}", BASE64_NOPAD.encode(bytes)),
        Item::Link(cid) => write!(out, "{{\"$link\":\"{}\"}}", cid_text(cid)),
        Item::Text(text) => serde_json::to_writer(&mut *out, text).map_err(Into::into),
        Item::Null | Item::Array(_) | Item::Map(_) => write!(out, "null"),
    });
}

/// Writes a JSON string.
pub(super) fn write_text(text: &str, out: &mut Vec<u8>) {
    // Writing to memory does not fail.
    drop(serde_json::to_writer(out, text));
}

/// The text form of a content identifier of version 1: base32 in lower case after a `b`.
pub(super) fn cid_text(cid: &[u8]) -> String {
    format!("b{}", BASE32_NOPAD.encode(cid).to_ascii_lowercase())
}

fn comma(index: u64, out: &mut Vec<u8>) {
    if index > 0 {
        out.push(b',');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(bytes: &[u8]) -> Result<String, FrameFault> {
        let mut out = Vec::new();
        write_json(&mut Reader::new(bytes), &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn values_of_rfc_8949_appendix_a() {
        for (bytes, expected) in [
            (&b"\x00"[..], "0"),
            (b"\x18\x64", "100"),
            (b"\x1b\x00\x00\x00\xe8\xd4\xa5\x10\x00", "1000000000000"),
            (b"\x38\x63", "-100"),
            (b"\xfb\xc0\x10\x66\x66\x66\x66\x66\x66", "-4.1"),
            (b"\xf5", "true"),
            (b"\xf6", "null"),
            (b"\x64\xf0\x90\x85\x91", "\"\u{10151}\""),
            (b"\x62\"\\", r#""\"\\""#),
            (b"\x82\x01\x82\x02\x03", "[1,[2,3]]"),
            (b"\xa2\x61a\x01\x61b\x82\x02\x03", r#"{"a":1,"b":[2,3]}"#),
            (b"\x44\x01\x02\x03\x04", r#"{"$bytes":"AQIDBA"}"#),
        ] {
            assert_eq!(json(bytes).as_deref(), Ok(expected), "{bytes:x?}");
            let mut reader = Reader::new(bytes);
            reader.skip().unwrap();
            assert_eq!(reader.rest(), b"");
        }
    }

    #[test]
    fn the_data_model_vectors_of_the_protocol() {
        use sha2::{Digest, Sha256};

        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/api_atproto_interop/data-model/data-model-fixtures.json");
        let Ok(vectors) = std::fs::read(path) else {
            assert!(std::env::var_os("CI").is_none(), "{path} is missing");
            return;
        };
        let vectors: Vec<serde_json::Value> = serde_json::from_slice(&vectors).unwrap();
        assert!(!vectors.is_empty());
        for vector in vectors {
            let bytes = BASE64_NOPAD.decode(vector["cbor_base64"].as_str().unwrap().as_bytes()).unwrap();
            assert_eq!(serde_json::from_str::<serde_json::Value>(&json(&bytes).unwrap()).unwrap(), vector["json"]);
            let cid = [&[1, 0x71, 0x12, 32][..], &Sha256::digest(&bytes)].concat();
            assert_eq!(cid_text(&cid), vector["cid"].as_str().unwrap());
        }
    }

    #[test]
    fn what_dag_cbor_does_not_have_is_refused() {
        for bytes in [
            &b""[..],
            b"\x9f\xff",                             // indefinite array
            b"\x5f\x41a\xff",                        // indefinite bytes
            b"\xf9\x7e\x00",                         // half-precision NaN
            b"\xfb\x7f\xf0\x00\x00\x00\x00\x00\x00", // infinity
            b"\xc1\x00",                             // another tag
            b"\xf7",                                 // undefined
            b"\xa1\x01\x02",                         // key is a number
            b"\x61\xff",                             // not UTF-8
            b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff", // does not fit
            b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff\x00",
            b"\x7b\x00\x00\x00\xff\xff\xff\xff\xffabc",
        ] {
            assert!(json(bytes).is_err(), "{bytes:x?}");
        }
        assert_eq!(json(&[0x81; 200]), Err(FrameFault::Cbor("nested too deeply")));
        assert_eq!(Reader::new(&[0x81; 1 << 20]).skip(), Err(FrameFault::Truncated), "without recursion");
    }
}

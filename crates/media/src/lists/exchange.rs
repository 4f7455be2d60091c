//! The forms in which others give and take hashes.
//!
//! CSV as in HMA's samples and downloads of ThreatExchange: hash, identifier, time, marks separated by spaces; with a row of names or
//! without. JSON as ThreatExchange's API gives descriptors: `{"data": [{"raw_indicator": …, "type": "HASH_PDQ", "tags": {"data": [{"text": …}]}}]}`;
//! arrays of objects with `signal_type` and `signal_value`, as in HMA, are read too. Other kinds of signals are counted and left out.

use serde_json::{Value, json};

use super::{Entry, HashList, ListError};
use crate::pdq::PdqHash;

/// A form of exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exchange {
    /// Rows: hash, identifier, time, marks.
    Csv,
    /// ThreatExchange descriptors.
    Json,
}

/// What a file held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Its hashes.
    pub entries: Vec<Entry>,
    /// Numbers of the rows or objects, from 1, that hold no PDQ hash.
    pub left_out: Vec<u64>,
}

/// Names that the hash has in rows and objects, the surest first.
const HASH: [&str; 9] = ["pdq", "raw_indicator", "indicator", "signal_value", "signal_hash", "signal", "hash", "value", "pdq_hash"];
const ID: [&str; 4] = ["id", "descriptor_id", "indicator_id", "signal_id"];
const TIME: [&str; 5] = ["added", "added_on", "last_updated", "timestamp", "time"];
const TAGS: [&str; 2] = ["tags", "labels"];

/// Reads hashes in whichever form they are.
///
/// # Errors
/// [`ListError::NoHash`] if there is none.
pub fn import(bytes: &[u8]) -> Result<Imported, ListError> {
    let start = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    let imported = match start {
        Some(b'{' | b'[') => from_json(bytes),
        _ => from_csv(bytes),
    };
    if imported.entries.is_empty() { Err(ListError::NoHash) } else { Ok(imported) }
}

fn from_csv(bytes: &[u8]) -> Imported {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).trim(csv::Trim::All).from_reader(bytes);
    let mut columns = Columns { hash: 0, id: Some(1), time: Some(2), tags: Some(3) };
    let mut imported = Imported::default();
    for (number, record) in (1u64..).zip(reader.records()) {
        let Ok(record) = record else {
            imported.left_out.push(number);
            continue;
        };
        if number == 1
            && let Some(named) = Columns::named(&record)
        {
            columns = named;
            continue;
        }
        match columns.entry(&record) {
            Some(entry) => imported.entries.push(entry),
            None => imported.left_out.push(number),
        }
    }
    imported
}

/// Which columns hold what.
struct Columns {
    hash: usize,
    id: Option<usize>,
    time: Option<usize>,
    tags: Option<usize>,
}

impl Columns {
    /// Those that a first row names.
    fn named(row: &csv::StringRecord) -> Option<Self> {
        let at = |names: &[&str]| names.iter().find_map(|name| row.iter().position(|cell| cell.eq_ignore_ascii_case(name)));
        Some(Self { hash: at(&HASH)?, id: at(&ID), time: at(&TIME), tags: at(&TAGS) })
    }

    fn entry(&self, row: &csv::StringRecord) -> Option<Entry> {
        let cell = |column: Option<usize>| column.and_then(|column| row.get(column)).filter(|cell| !cell.is_empty()).map(str::to_owned);
        let tags = cell(self.tags).map(|tags| tags.split_whitespace().map(str::to_owned).collect()).unwrap_or_default();
        Some(Entry { pdq: row.get(self.hash)?.parse().ok()?, id: cell(self.id), added: cell(self.time), tags })
    }
}

/// One document, or one a line.
fn from_json(bytes: &[u8]) -> Imported {
    let mut imported = Imported::default();
    let mut number = 0;
    for document in serde_json::Deserializer::from_slice(bytes).into_iter::<Value>() {
        let Ok(document) = document else {
            imported.left_out.push(number + 1);
            break;
        };
        for item in items(&document) {
            number += 1;
            match from_item(item) {
                Some(entry) => imported.entries.push(entry),
                None => imported.left_out.push(number),
            }
        }
    }
    imported
}

/// The objects of a document: its array, the array under a usual name, or itself.
fn items(document: &Value) -> Vec<&Value> {
    let nested = ["data", "signals", "entries", "hashes"].iter().find_map(|name| document.get(name)?.as_array());
    match document.as_array().or(nested) {
        Some(items) => items.iter().collect(),
        None => vec![document],
    }
}

fn from_item(item: &Value) -> Option<Entry> {
    if let Some(hash) = item.as_str() {
        return Some(Entry { pdq: hash.parse().ok()?, id: None, added: None, tags: Vec::new() });
    }
    let kind = ["type", "signal_type"].iter().find_map(|name| item.get(name)?.as_str());
    if kind.is_some_and(|kind| !kind.to_ascii_lowercase().contains("pdq")) {
        return None;
    }
    let pdq: PdqHash = HASH.iter().find_map(|name| item.get(name)?.as_str()?.parse().ok())?;
    let text = |names: &[&str]| names.iter().find_map(|name| plain(item.get(name)?));
    Some(Entry { pdq, id: text(&ID), added: text(&TIME), tags: TAGS.iter().find_map(|name| item.get(name)).map(tags).unwrap_or_default() })
}

fn plain(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned).or_else(|| value.as_i64().map(|number| number.to_string()))
}

/// `["a"]`, `{"data": [{"text": "a"}]}` or `"a b"`.
fn tags(value: &Value) -> Vec<String> {
    if let Some(text) = value.as_str() {
        return text.split_whitespace().map(str::to_owned).collect();
    }
    let items = value.as_array().or_else(|| value.get("data")?.as_array());
    items.into_iter().flatten().filter_map(|tag| plain(tag.get("text").unwrap_or(tag))).collect()
}

/// Writes a list in a form that [`import`] and the others' tools read.
#[must_use]
pub fn export(list: &HashList, form: Exchange) -> String {
    match form {
        Exchange::Csv => to_csv(list),
        Exchange::Json => to_json(list),
    }
}

fn to_csv(list: &HashList) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for entry in &list.entries {
        let [id, added] = [&entry.id, &entry.added].map(|field| field.as_deref().unwrap_or_default());
        // Writing into memory does not fail.
        drop(writer.write_record([&entry.pdq.to_string(), id, added, &entry.tags.join(" ")]));
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

fn to_json(list: &HashList) -> String {
    let item = |entry: &Entry| {
        let tags: Vec<Value> = entry.tags.iter().map(|tag| json!({ "text": tag })).collect();
        json!({"type": "HASH_PDQ", "raw_indicator": entry.pdq, "id": entry.id, "added_on": entry.added, "tags": {"data": tags}})
    };
    let data: Vec<Value> = list.entries.iter().map(item).collect();
    format!("{:#}\n", json!({"list": list.head, "data": data}))
}

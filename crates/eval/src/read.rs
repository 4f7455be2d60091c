//! Reading labelled posts from JSON lines and CSV: what is unreadable is counted and located, and the rest is used.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use serde::Deserialize;
use vigie_model::{Label, Lang, Product, Timestamp};

use crate::sample::Sample;

/// What is read at most, so that memory is bounded by these and not by the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Samples of all files together.
    pub samples: usize,
    /// Bytes of a line.
    pub line: usize,
    /// Bytes of a CSV file, where a forgotten quotation mark can make the whole file one record.
    pub csv_file: u64,
    /// Problems that are kept with their place; more are only counted.
    pub problems: usize,
    /// How deep folders are entered.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { samples: 500_000, line: 256 << 10, csv_file: 256 << 20, problems: 100, depth: 6 }
    }
}

/// Why a record was refused. Never quotes the record: it may be personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Reason {
    /// Not one JSON object of the expected form.
    #[error("not a JSON object with the fields and types of docs/labelling.md")]
    Json,
    /// Not a CSV record.
    #[error("not a record of UTF-8 CSV with as many fields as the header")]
    Csv,
    /// A CSV file whose header lacks a needed column.
    #[error("the header names no column `text` or no column `label`")]
    Header,
    /// `text` is missing or empty.
    #[error("`text` is missing or empty")]
    Text,
    /// `label` is missing or not on the list.
    #[error("`label` is missing or not one of the labels in docs/labelling.md")]
    Label,
    /// A product class that is not on the list.
    #[error("`products` names a class that is not in docs/labelling.md")]
    Product,
    /// A time that is none.
    #[error("`time` is not an RFC 3339 date and time of the years 1990 to 2099")]
    Time,
    /// Longer than the limit.
    #[error("line or file longer than the limit")]
    TooLong,
    /// More samples than the limit.
    #[error("more posts than the limit: the rest of the input was not read")]
    TooMany,
}

/// A record that was refused, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// File as it was named.
    pub file: String,
    /// Line, from 1.
    pub line: u64,
    /// Column in bytes, from 1.
    pub column: u64,
    /// What is wrong.
    pub reason: Reason,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.reason)
    }
}

/// Everything that was read.
#[derive(Debug, Default)]
pub struct Reading {
    /// The labelled posts, in the order of files (by name) and lines.
    pub samples: Vec<Sample>,
    /// The first problems, with their places.
    pub problems: Vec<Problem>,
    /// All problems by their reason.
    pub refused: BTreeMap<Reason, u64>,
}

impl Reading {
    /// How many records were refused.
    #[must_use]
    pub fn refusals(&self) -> u64 {
        self.refused.values().sum()
    }

    fn refuse(&mut self, file: &str, (line, column): (u64, u64), reason: Reason, limits: Limits) {
        *self.refused.entry(reason).or_default() += 1;
        if self.problems.len() < limits.problems {
            self.problems.push(Problem { file: file.to_owned(), line, column, reason });
        }
    }

    /// Takes a record; whether there is room for more.
    fn take(&mut self, file: &str, place: (u64, u64), record: Result<Sample, Reason>, limits: Limits) -> bool {
        match record {
            Ok(_) if self.samples.len() >= limits.samples => {
                self.refuse(file, place, Reason::TooMany, limits);
                return false;
            }
            Ok(sample) => self.samples.push(sample),
            Err(reason) => self.refuse(file, place, reason, limits),
        }
        true
    }
}

/// A file or folder that could not be read at all.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {path}")]
pub struct ReadError {
    /// Which.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

/// A record as JSON gives it. Unknown fields are ignored.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Record {
    id: Option<serde_json::Value>,
    text: Option<String>,
    lang: Option<String>,
    label: Option<String>,
    products: Option<Vec<String>>,
    author: Option<serde_json::Value>,
    time: Option<String>,
    network: Option<String>,
    source: Option<String>,
    class: Option<String>,
    pair: Option<String>,
    obfuscation: Option<String>,
}

fn filled(value: Option<String>) -> Option<String> {
    value.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// Ids may be strings or numbers.
fn scalar(value: Option<serde_json::Value>) -> Option<String> {
    match value {
        Some(serde_json::Value::String(text)) => filled(Some(text)),
        Some(serde_json::Value::Number(number)) => Some(number.to_string()),
        _ => None,
    }
}

/// The labels of the label guide, and the three of data sets that only tell sales from other posts.
fn label(name: &str) -> Option<Label> {
    match name {
        "sale" => Some(Label::Advert),
        "unknown" => Some(Label::NotReviewable),
        code => code.parse().ok(),
    }
}

impl Record {
    fn sample(self) -> Result<Sample, Reason> {
        let text = self.text.filter(|text| !text.trim().is_empty()).ok_or(Reason::Text)?;
        let label = self.label.as_deref().map(str::trim).and_then(label).ok_or(Reason::Label)?;
        let codes = self.products.unwrap_or_default();
        let products: Result<Vec<Product>, _> = codes.iter().map(|code| code.parse()).collect();
        let time = filled(self.time).map(|time| Timestamp::parse(&time)).transpose().map_err(|_| Reason::Time)?;
        Ok(Sample {
            id: scalar(self.id),
            text,
            lang: Lang::parse(self.lang.as_deref().unwrap_or_default().trim()),
            label,
            products: products.map_err(|_| Reason::Product)?,
            author: scalar(self.author),
            time,
            network: filled(self.network),
            source: filled(self.source),
            class: filled(self.class),
            pair: filled(self.pair),
            obfuscation: filled(self.obfuscation),
        })
    }
}

/// Reads a file, or all `.jsonl`, `.ndjson` and `.csv` files of a folder and the folders in it, in order of their names.
///
/// # Errors
/// [`ReadError`] when a file or folder cannot be read; records that cannot be used are in [`Reading::problems`].
pub fn read_path(path: &Path, limits: Limits, reading: &mut Reading) -> Result<(), ReadError> {
    let failed = |source| ReadError { path: path.to_owned(), source };
    if path.is_dir() {
        return read_folder(path, limits, limits.depth, reading);
    }
    let file = BufReader::new(File::open(path).map_err(failed)?);
    let name = path.display().to_string();
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv")) {
        read_csv(&name, file, limits, reading);
        Ok(())
    } else {
        read_json_lines(&name, file, limits, reading).map_err(failed)
    }
}

fn read_folder(folder: &Path, limits: Limits, depth: usize, reading: &mut Reading) -> Result<(), ReadError> {
    let failed = |source| ReadError { path: folder.to_owned(), source };
    let mut entries: Vec<_> = std::fs::read_dir(folder).map_err(failed)?.collect::<io::Result<_>>().map_err(failed)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let (kind, path) = (entry.file_type().map_err(failed)?, entry.path());
        let readable = path.extension().is_some_and(|e| ["jsonl", "ndjson", "csv"].iter().any(|known| e.eq_ignore_ascii_case(known)));
        // Links are not followed: they could lead in circles.
        if kind.is_dir() && depth > 0 {
            read_folder(&path, limits, depth - 1, reading)?;
        } else if kind.is_file() && readable {
            read_path(&path, limits, reading)?;
        }
    }
    Ok(())
}

/// Reads one JSON object a line; empty lines are skipped.
///
/// # Errors
/// Only those of the input itself.
pub fn read_json_lines(file: &str, mut input: impl BufRead, limits: Limits, reading: &mut Reading) -> io::Result<()> {
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        let bound = limits.line as u64 + 1;
        if input.by_ref().take(bound).read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        if bytes.len() > limits.line && !bytes.ends_with(b"\n") {
            reading.refuse(file, (line, limits.line as u64), Reason::TooLong, limits);
            skip_line(&mut input)?;
            continue;
        }
        let content = bytes.trim_ascii();
        if content.is_empty() {
            continue;
        }
        // An array would be taken for the fields in their order.
        let object = if content.starts_with(b"{") { content } else { b"" };
        let (place, record) = match serde_json::from_slice::<Record>(object) {
            Ok(record) => ((line, 1), record.sample()),
            Err(error) => ((line, error.column().max(1) as u64), Err(Reason::Json)),
        };
        if !reading.take(file, place, record, limits) {
            break;
        }
    }
    Ok(())
}

/// Reads past the next line feed without keeping anything.
fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        let (used, done) = match buffer.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (buffer.len(), buffer.is_empty()),
        };
        input.consume(used);
        if done {
            return Ok(());
        }
    }
}

/// Reads CSV (RFC 4180, UTF-8, comma or semicolon as the header has it) with a header that names the fields; `products` are separated by spaces.
pub fn read_csv(file: &str, input: impl Read, limits: Limits, reading: &mut Reading) {
    let mut input = BufReader::new(input.take(limits.csv_file));
    let delimiter = input.fill_buf().map(delimiter).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(input);
    let Ok(header) = reader.headers().cloned() else {
        reading.refuse(file, (1, 1), Reason::Header, limits);
        return;
    };
    let names: Vec<String> = header.iter().map(|name| name.trim_start_matches('\u{feff}').trim().to_lowercase()).collect();
    if !["text", "label"].iter().all(|needed| names.iter().any(|name| name == needed)) {
        reading.refuse(file, (1, 1), Reason::Header, limits);
        return;
    }
    for record in reader.records() {
        let (place, sample) = match record {
            Ok(record) => {
                let long = record.as_slice().len() > limits.line;
                let place = (record.position().map_or(0, csv::Position::line), 1);
                (place, if long { Err(Reason::TooLong) } else { of_fields(&names, &record).sample() })
            }
            // Reading on would fail in the same way, for ever.
            Err(error) if error.is_io_error() => {
                reading.refuse(file, (0, 0), Reason::Csv, limits);
                break;
            }
            Err(error) => ((error.position().map_or(0, csv::Position::line), 1), Err(Reason::Csv)),
        };
        if !reading.take(file, place, sample, limits) {
            break;
        }
    }
}

/// Spreadsheets of countries with a decimal comma separate by semicolons.
fn delimiter(start: &[u8]) -> u8 {
    let header = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |wanted: u8| header.iter().filter(|byte| **byte == wanted).count();
    if count(b';') > count(b',') { b';' } else { b',' }
}

fn of_fields(names: &[String], fields: &csv::StringRecord) -> Record {
    let field = |wanted: &str| names.iter().position(|name| name == wanted).and_then(|at| fields.get(at)).map(str::to_owned);
    let value = |wanted: &str| field(wanted).map(serde_json::Value::String);
    Record {
        id: value("id"),
        text: field("text"),
        lang: field("lang"),
        label: field("label"),
        products: field("products").map(|codes| codes.split([' ', ';', ',']).filter(|code| !code.is_empty()).map(str::to_owned).collect()),
        author: value("author"),
        time: field("time"),
        network: field("network"),
        source: field("source"),
        class: field("class"),
        pair: field("pair"),
        obfuscation: field("obfuscation"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(content: &[u8], limits: Limits) -> Reading {
        let mut reading = Reading::default();
        read_json_lines("a.jsonl", content, limits, &mut reading).unwrap();
        reading
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_samples_or_problems(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300), csv in proptest::prelude::any::<bool>()) {
            let limits = Limits { line: 64, problems: 3, samples: 5, ..Limits::default() };
            let mut reading = Reading::default();
            let mut content = if csv { b"text,label\n".to_vec() } else { b"{\"text\":\"a\",\"label\":\"other\"}\n".to_vec() };
            content.extend(bytes);
            if csv { read_csv("f", content.as_slice(), limits, &mut reading) } else { read_json_lines("f", content.as_slice(), limits, &mut reading).unwrap() }
            proptest::prop_assert!(reading.samples.len() <= 5 && reading.problems.len() <= 3);
            proptest::prop_assert!(csv || !reading.samples.is_empty());
        }
    }

    fn places(reading: &Reading) -> Vec<(u64, u64, Reason)> {
        reading.problems.iter().map(|p| (p.line, p.column, p.reason)).collect()
    }

    #[test]
    fn reads_all_fields_and_the_three_plain_labels() {
        let reading = json(
            r#"{"id":7,"text":"a","lang":"fr-FR","label":"sale","products":["CAN-H"],"author":"u","time":"2026-01-02T03:04:05Z","network":"x","more":1}
{"text":"b","lang":"en","label":"unknown"}

{"text":"c","label":"news","class":"lookalike_news","pair":""}"#
                .as_bytes(),
            Limits::default(),
        );
        assert_eq!(reading.problems, []);
        let [first, second, third] = reading.samples.as_slice() else { panic!("{reading:?}") };
        assert_eq!((first.id.as_deref(), first.label, first.products.as_slice()), (Some("7"), Label::Advert, &[Product::CannabisHerb][..]));
        assert_eq!((first.lang.as_str(), first.time.is_some(), second.label), ("fr", true, Label::NotReviewable));
        assert_eq!((third.class.as_deref(), third.pair.as_deref(), third.lang), (Some("lookalike_news"), None, Lang::UNKNOWN));
    }

    #[test]
    fn problems_have_places_and_quote_nothing() {
        let secret = "appelle 0639980001";
        let content = format!(
            "{{\"text\":\"a\",\"label\":\"other\"}}\n{{\"text\":\"{secret}\",\"label\":\"{secret}\"}}\n{{\"text\": \"{secret}\" oops\n{{\"label\":\"other\"}}\n\
             {{\"text\":\"b\",\"label\":\"advert\",\"products\":[\"{secret}\"]}}\n{{\"text\":\"b\",\"label\":\"advert\",\"time\":\"yesterday\"}}\n[1]\n"
        );
        let reading = json(content.as_bytes(), Limits::default());
        assert_eq!(reading.samples.len(), 1);
        assert_eq!(
            places(&reading),
            [(2, 1, Reason::Label), (3, 31, Reason::Json), (4, 1, Reason::Text), (5, 1, Reason::Product), (6, 1, Reason::Time), (7, 1, Reason::Json)]
        );
        assert!(reading.problems.iter().all(|problem| !problem.to_string().contains("0639980001")));
    }

    #[test]
    fn memory_is_bounded_by_the_limits() {
        let small = Limits { samples: 2, line: 40, problems: 1, ..Limits::default() };
        let long = format!("{{\"text\":\"{}\",\"label\":\"other\"}}\n", "x".repeat(1000));
        let reading = json(format!("{long}{long}").as_bytes(), small);
        assert_eq!((reading.samples.len(), reading.problems.len(), reading.refusals()), (0, 1, 2));
        let reading = json("{\"text\":\"a\",\"label\":\"other\"}\n".repeat(5).as_bytes(), small);
        assert_eq!((reading.samples.len(), reading.refused.get(&Reason::TooMany)), (2, Some(&1)));
    }

    #[test]
    fn reads_csv_with_commas_and_semicolons() {
        for separator in [",", ";"] {
            let content = "\u{feff}Label,text,products,lang\nadvert,\"a\nb\",CAN-H COC-P,fr\nnonsense,c,,fr\nnews,d,,\nnews\n".replace(',', separator);
            let mut reading = Reading::default();
            read_csv("a.csv", content.as_bytes(), Limits::default(), &mut reading);
            assert_eq!(reading.samples.len(), 2, "{reading:?}");
            assert_eq!(reading.samples.first().map(|s| (s.text.as_str(), s.products.len())), Some(("a\nb", 2)));
            assert_eq!(places(&reading), [(4, 1, Reason::Label), (6, 1, Reason::Csv)]);
        }
        let mut reading = Reading::default();
        read_csv("b.csv", &b"post,kind\n1,2\n"[..], Limits::default(), &mut reading);
        assert_eq!(places(&reading), [(1, 1, Reason::Header)]);
    }

    #[test]
    fn folders_are_read_in_order_and_bytes_that_are_no_text_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("sub")).unwrap();
        std::fs::write(folder.path().join("b.jsonl"), "{\"text\":\"b\",\"label\":\"other\"}").unwrap();
        std::fs::write(folder.path().join("sub/c.csv"), b"text,label\n\xff\xfe,other\nc,other\n").unwrap();
        std::fs::write(folder.path().join("a.txt"), "not read").unwrap();
        let mut reading = Reading::default();
        read_path(folder.path(), Limits::default(), &mut reading).unwrap();
        assert_eq!(reading.samples.iter().map(|s| s.text.as_str()).collect::<Vec<_>>(), ["b", "c"]);
        assert_eq!(reading.refusals(), 1);
        let missing = read_path(&folder.path().join("none"), Limits::default(), &mut reading).unwrap_err();
        assert!(missing.to_string().contains("none"));
    }
}

//! The lexicon: reviewed data (`lexicon/` at the project's root), read from TOML and checked.

use serde::Deserialize;
use sha2::{Digest, Sha256};
use vigie_model::{ComponentKind, Grade, Label, Lang, Product};
use vigie_text::fold_phrase;

/// Why a lexicon file was refused.
#[derive(Debug, thiserror::Error)]
#[error("lexicon file {file}: {reason}")]
pub struct LexiconError {
    /// Path below `lexicon/`.
    pub file: String,
    /// What is wrong and where.
    pub reason: String,
}

/// How much a cue or a context says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strength {
    /// Hardly ever outside an offer, or decides alone against one.
    Strong,
    /// Supports.
    Weak,
}

/// What a phrase stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Meaning {
    /// A product (K02).
    Product {
        /// Which class.
        class: Product,
        /// How much the term says alone.
        grade: Grade,
        /// The term that this is a spelling of: its number among all terms.
        term: u32,
    },
    /// The phrase holds a product term and means something else.
    Collision,
    /// Makes the everyday sense of a product term likely; the number is that of the term.
    Doubt(u32),
    /// Another component.
    Cue(ComponentKind, Strength),
    /// Speaks against an advert.
    Context(Label, Strength),
    /// A legal good or service.
    Good,
    /// A place, by its number in [`Lexicon::places`].
    Place(u32),
}

impl Meaning {
    /// Whether the phrase may name a drug.
    #[must_use]
    pub fn names_a_drug(self) -> bool {
        matches!(self, Self::Product { class, .. } if class.is_drug())
    }
}

/// A phrase of the lexicon with what it stands for.
#[derive(Debug, Clone)]
pub struct Entry {
    /// As written in the file.
    pub phrase: String,
    /// The language of the list; unknown for emoji and places.
    pub lang: Lang,
    /// What it stands for.
    pub meaning: Meaning,
}

/// A place of the gazetteer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceEntry {
    /// Official name.
    pub name: String,
    /// ISO 3166-1.
    pub country: String,
    /// "city", "department", "region", "district" or "metro".
    pub kind: String,
    /// INSEE, NUTS or national code; empty where none is used.
    #[serde(default)]
    pub code: String,
    /// Other names.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// An everyday word or a first name as well.
    #[serde(default)]
    pub ambiguous: bool,
}

/// All entries, in the order of the files, and the hash that names this state of the data.
#[derive(Debug)]
pub struct Lexicon {
    /// Every phrase.
    pub entries: Vec<Entry>,
    /// The gazetteer.
    pub places: Vec<PlaceEntry>,
    /// Number of product terms.
    pub terms: u32,
    /// SHA-256 over names and contents of the files, first 16 hexadecimal digits.
    pub version: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProductFile {
    lang: Lang,
    #[serde(rename = "reviewed_by")]
    _reviewed_by: String,
    term: Vec<Term>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Term {
    term: String,
    class: Product,
    grade: Grade,
    #[serde(default)]
    variants: Vec<String>,
    #[serde(default)]
    collisions: Vec<String>,
    #[serde(default)]
    doubts: Vec<String>,
    #[serde(rename = "source")]
    _source: String,
    #[serde(rename = "added")]
    _added: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CueFile {
    lang: Lang,
    cue: Vec<CueTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CueTable {
    kind: ComponentKind,
    strength: Strength,
    terms: Vec<String>,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ContextFile {
    lang: Lang,
    context: Vec<ContextTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ContextTable {
    label: Label,
    strength: Strength,
    terms: Vec<String>,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GoodsFile {
    lang: Lang,
    terms: Vec<String>,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EmojiFile {
    emoji: Vec<EmojiTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EmojiTable {
    emoji: String,
    class: Option<Product>,
    kind: Option<ComponentKind>,
    #[serde(rename = "source")]
    _source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlaceFile {
    place: Vec<PlaceEntry>,
}

/// Declares the files that are compiled into the program.
macro_rules! embedded {
    ($($path:literal),+ $(,)?) => {
        &[$(($path, include_str!(concat!("../../../lexicon/", $path)))),+]
    };
}

const EMBEDDED: &[(&str, &str)] = embedded![
    "fr/products.toml",
    "fr/cues.toml",
    "fr/contexts.toml",
    "fr/goods.toml",
    "en/products.toml",
    "en/cues.toml",
    "en/contexts.toml",
    "en/goods.toml",
    "es/products.toml",
    "es/cues.toml",
    "es/contexts.toml",
    "es/goods.toml",
    "it/products.toml",
    "it/cues.toml",
    "it/contexts.toml",
    "it/goods.toml",
    "de/products.toml",
    "de/cues.toml",
    "de/contexts.toml",
    "de/goods.toml",
    "nl/products.toml",
    "nl/cues.toml",
    "nl/contexts.toml",
    "nl/goods.toml",
    "emoji.toml",
    "places.toml",
];

impl Lexicon {
    /// The lexicon that was compiled into the program.
    ///
    /// # Errors
    /// A file does not parse: impossible for a release, since a test loads them all.
    pub fn embedded() -> Result<Self, LexiconError> {
        Self::read(EMBEDDED)
    }

    /// The files that make a lexicon, as paths below `lexicon/`.
    pub fn paths() -> impl Iterator<Item = &'static str> {
        EMBEDDED.iter().map(|(path, _)| *path)
    }

    /// Reads files given as (path below `lexicon/`, content).
    ///
    /// # Errors
    /// The first file that does not parse, with the place.
    pub fn read(files: &[(&str, &str)]) -> Result<Self, LexiconError> {
        let mut lexicon = Self { entries: Vec::new(), places: Vec::new(), terms: 0, version: hash(files) };
        for &(path, content) in files {
            lexicon.read_file(path, content).map_err(|error| LexiconError { file: path.to_owned(), reason: error.to_string() })?;
        }
        Ok(lexicon)
    }

    fn read_file(&mut self, path: &str, content: &str) -> Result<(), toml::de::Error> {
        match path.rsplit('/').next().unwrap_or_default() {
            "products.toml" => self.add_products(toml::from_str(content)?),
            "cues.toml" => self.add_cues(toml::from_str(content)?),
            "contexts.toml" => self.add_contexts(toml::from_str(content)?),
            "goods.toml" => self.add_goods(toml::from_str(content)?),
            "emoji.toml" => self.add_emoji(toml::from_str(content)?),
            _ => self.add_places(toml::from_str(content)?),
        }
        Ok(())
    }

    fn add(&mut self, phrase: String, lang: Lang, meaning: Meaning) {
        self.entries.push(Entry { phrase, lang, meaning });
    }

    fn add_products(&mut self, file: ProductFile) {
        for term in file.term {
            let number = self.terms;
            self.terms += 1;
            let meaning = Meaning::Product { class: term.class, grade: term.grade, term: number };
            let spellings = std::iter::once(term.term).chain(term.variants);
            spellings.for_each(|phrase| self.add(phrase, file.lang, meaning));
            term.collisions.into_iter().for_each(|phrase| self.add(phrase, file.lang, Meaning::Collision));
            term.doubts.into_iter().for_each(|phrase| self.add(phrase, file.lang, Meaning::Doubt(number)));
        }
    }

    fn add_cues(&mut self, file: CueFile) {
        for table in file.cue {
            table.terms.into_iter().for_each(|phrase| self.add(phrase, file.lang, Meaning::Cue(table.kind, table.strength)));
        }
    }

    fn add_contexts(&mut self, file: ContextFile) {
        for table in file.context {
            table.terms.into_iter().for_each(|phrase| self.add(phrase, file.lang, Meaning::Context(table.label, table.strength)));
        }
    }

    fn add_goods(&mut self, file: GoodsFile) {
        file.terms.into_iter().for_each(|phrase| self.add(phrase, file.lang, Meaning::Good));
    }

    fn add_emoji(&mut self, file: EmojiFile) {
        // A letter in a box (🅰) folds to the letter, which says nothing.
        for entry in file.emoji.into_iter().filter(|entry| !fold_phrase(&entry.emoji).is_ascii()) {
            if let Some(class) = entry.class {
                let term = self.terms;
                self.terms += 1;
                self.add(entry.emoji.clone(), Lang::UNKNOWN, Meaning::Product { class, grade: Grade::C, term });
            }
            if let Some(kind) = entry.kind {
                self.add(entry.emoji, Lang::UNKNOWN, Meaning::Cue(kind, Strength::Weak));
            }
        }
    }

    fn add_places(&mut self, file: PlaceFile) {
        for place in file.place {
            let number = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
            for name in std::iter::once(&place.name).chain(&place.aliases) {
                self.entries.push(Entry { phrase: name.clone(), lang: Lang::UNKNOWN, meaning: Meaning::Place(number) });
            }
            self.places.push(place);
        }
    }
}

/// Names the state of the data.
fn hash(files: &[(&str, &str)]) -> String {
    let mut hasher = Sha256::new();
    for (path, content) in files {
        for part in [path, content] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
    }
    hasher.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_lexicon_loads() {
        let lexicon = Lexicon::embedded().unwrap();
        assert!(lexicon.entries.len() > 3000, "{} entries", lexicon.entries.len());
        assert_eq!(lexicon.version.len(), 16);
        for class in Product::ALL {
            assert!(lexicon.entries.iter().any(|e| matches!(e.meaning, Meaning::Product { class: c, .. } if c == *class)), "no term for {class}");
        }
    }

    #[test]
    fn errors_name_the_file_and_the_line() {
        let error =
            Lexicon::read(&[("fr/products.toml", "lang = \"fr\"\nreviewed_by = \"x\"\n[[term]]\nterm = \"x\"\nclass = \"CAN-Z\"\n")]).unwrap_err().to_string();
        assert!(error.contains("fr/products.toml") && error.contains("line 5"), "{error}");
    }
}

//! Texts with their labels, and the list of files that they come from.

use serde::Deserialize;
use vigie_model::Lang;
use xxhash_rust::xxh3::xxh3_64;

/// A text and what it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The text.
    pub text: String,
    /// Its language.
    pub lang: Lang,
    /// Whether its author offers a drug.
    pub advert: bool,
    /// How much it counts in training.
    pub weight: f32,
}

/// What a model is trained on: `models/training.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Decides every order that is drawn.
    pub seed: u64,
    /// The files.
    pub set: Vec<Set>,
}

/// A file of examples.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Set {
    /// Path from the recipe's folder.
    pub path: String,
    /// How much each of its texts counts.
    pub weight: f32,
    /// Whether only the texts of even [`Example::group`] are learnt from: the others are for evaluation.
    #[serde(default)]
    pub half: bool,
    /// Where it comes from, for the model card.
    pub source: String,
}

impl Recipe {
    /// Reads a recipe.
    ///
    /// # Errors
    /// What does not parse, with the place.
    pub fn parse(content: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(content)
    }
}

impl Set {
    /// The examples of the set's file, given its content.
    ///
    /// # Errors
    /// [`DataError`]: the first line that is no example.
    pub fn read(&self, content: &str) -> Result<Vec<Example>, DataError> {
        let mut examples = Example::read_lines(&self.path, content, self.weight)?;
        examples.retain(|example| !self.half || example.group().is_multiple_of(2));
        Ok(examples)
    }
}

/// A line that is no example.
#[derive(Debug, thiserror::Error)]
#[error("{file}:{line}: {reason}")]
pub struct DataError {
    /// Where it came from.
    pub file: String,
    /// Number of the line, from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

#[derive(Deserialize)]
struct Line {
    text: String,
    #[serde(default)]
    lang: String,
    label: String,
}

/// Labels that mean "its author offers a drug".
const ADVERT: [&str; 2] = ["advert", "sale"];

/// Labels that say nothing: not learnt from.
const UNDECIDED: [&str; 5] = ["unknown", "ambiguous", "not_reviewable", "recruitment", "suspected_scam_seller"];

impl Example {
    /// Reads JSON lines `{"text", "lang", "label"}`; labels are those of the label guide, or `sale`, `other`, `unknown`.
    /// Undecided lines are left out.
    ///
    /// # Errors
    /// The first line that is not of this form.
    pub(crate) fn read_lines(file: &str, content: &str, weight: f32) -> Result<Vec<Self>, DataError> {
        let mut out = Vec::new();
        for (number, line) in (1..).zip(content.lines()).filter(|(_, line)| !line.trim().is_empty()) {
            let line: Line = serde_json::from_str(line).map_err(|error| DataError { file: file.to_owned(), line: number, reason: error.to_string() })?;
            if !UNDECIDED.contains(&line.label.as_str()) {
                out.push(Self { lang: Lang::parse(&line.lang), advert: ADVERT.contains(&line.label.as_str()), text: line.text, weight });
            }
        }
        Ok(out)
    }

    /// What texts share that are alike but for digits, case and spaces.
    #[must_use]
    pub fn group(&self) -> u64 {
        let letters: String = self.text.chars().filter(|c| !c.is_numeric() && !c.is_whitespace()).flat_map(char::to_lowercase).collect();
        xxh3_64(letters.as_bytes())
    }
}

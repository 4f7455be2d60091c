//! The form of a pack: TOML, read strictly.

use serde::Deserialize;
use vigie_model::{Label, Severity};

use crate::{Error, Problem};

/// Most characters of a reason.
const REASON: usize = 200;
/// Most characters of a name, a queue, a tag.
const NAME: usize = 48;
/// Most examples in one list.
const EXAMPLES: usize = 50;
/// Longest example, in bytes.
const EXAMPLE: usize = 4096;
/// Greatest change of the log-odds by one rule.
const WEIGHT: f32 = 10.0;

/// A file of rules.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// The rules, in the order of the file.
    #[serde(default, rename = "rule")]
    pub rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Unique over all packs.
    pub name: String,
    /// How urgent it is that a person looks.
    pub severity: Severity,
    /// Why, for people.
    pub reason: Reason,
    /// The condition in CEL, over what `docs/rules.md` lists.
    pub when: String,
    /// What follows where it holds.
    pub effect: Effect,
    /// Counted only; the verdict stays as it is.
    #[serde(default)]
    pub shadow: bool,
    /// Posts for which it must hold.
    #[serde(rename = "match")]
    pub matching: Vec<Example>,
    /// Posts for which it must not hold.
    pub no_match: Vec<Example>,
}

/// Why, in both languages.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// English.
    pub en: String,
    /// French.
    pub fr: String,
}

/// What follows where a rule holds. At least one is given.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// Added to the log-odds.
    pub raise: Option<f32>,
    /// Taken from the log-odds.
    pub lower: Option<f32>,
    /// What the post is.
    pub label: Option<Label>,
    /// The queue that it belongs into.
    pub route: Option<String>,
    /// A mark for searching.
    pub tag: Option<String>,
}

impl Effect {
    /// Change of the log-odds.
    #[must_use]
    pub fn weight(&self) -> f32 {
        self.raise.unwrap_or(0.0) - self.lower.unwrap_or(0.0)
    }

    /// Whether it can make a find of a clear post.
    pub(crate) fn lifts(&self) -> bool {
        self.weight() > 0.0 || self.route.is_some()
    }
}

/// A post to try a rule on: its text, or a table with more.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Example {
    /// Only the text.
    Text(String),
    /// The text and what goes with it.
    Post(ExamplePost),
}

/// A post to try a rule on.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ExamplePost {
    /// The text.
    pub text: String,
    /// Network; "unknown" if left out.
    pub network: Option<String>,
    /// Hashtags that the source lists beside the text, without `#`.
    pub tags: Vec<String>,
    /// The author's handle without `@`.
    pub author: Option<String>,
    /// The author's display name.
    pub author_name: Option<String>,
    /// Names of watches that the post belongs to.
    pub watch: Vec<String>,
}

impl Example {
    /// The example as a table.
    #[must_use]
    pub fn to_post(&self) -> ExamplePost {
        match self {
            Self::Text(text) => ExamplePost { text: text.clone(), ..ExamplePost::default() },
            Self::Post(post) => post.clone(),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Text(text) | Self::Post(ExamplePost { text, .. }) => text.len(),
        }
    }
}

impl Pack {
    /// Reads a pack. `name` is that of its file, for messages.
    ///
    /// # Errors
    /// [`Error::Form`] with its line; [`Error::Rule`] where a field is out of bounds.
    pub fn parse(name: &str, content: &str) -> Result<Self, Error> {
        let pack: Self = toml::from_str(content).map_err(|error| {
            let line = error.span().map_or(1, |span| content.get(..span.start).unwrap_or_default().matches('\n').count() + 1);
            Error::Form { pack: name.to_owned(), line, message: error.message().to_owned() }
        })?;
        for rule in &pack.rules {
            rule.check().map_err(|problem| Error::Rule { pack: name.to_owned(), rule: rule.name.clone(), problem })?;
        }
        Ok(pack)
    }
}

impl Rule {
    fn check(&self) -> Result<(), Problem> {
        if !is_plain(&self.name) {
            return Err(Problem::Name);
        }
        self.effect.check()?;
        for (what, text) in [("reason.en", &self.reason.en), ("reason.fr", &self.reason.fr)] {
            if !(1..=REASON).contains(&text.trim().chars().count()) || text.chars().any(char::is_control) {
                return Err(Problem::Words { what, limit: REASON, plain: false });
            }
        }
        for (list, examples) in [("match", &self.matching), ("no_match", &self.no_match)] {
            if !(1..=EXAMPLES).contains(&examples.len()) || examples.iter().any(|example| example.len() > EXAMPLE) {
                return Err(Problem::Examples(list));
            }
        }
        Ok(())
    }
}

impl Effect {
    fn check(&self) -> Result<(), Problem> {
        if self.raise.is_some() && self.lower.is_some() {
            return Err(Problem::Contradiction);
        }
        for (what, weight) in [("raise", self.raise), ("lower", self.lower)] {
            if weight.is_some_and(|weight| !(weight > 0.0 && weight <= WEIGHT)) {
                return Err(Problem::Weight(what));
            }
        }
        for (what, name) in [("route", &self.route), ("tag", &self.tag)] {
            if name.as_ref().is_some_and(|name| !is_plain(name)) {
                return Err(Problem::Words { what, limit: NAME, plain: true });
            }
        }
        let none = self.weight() == 0.0 && self.label.is_none() && self.route.is_none() && self.tag.is_none();
        if none { Err(Problem::NoEffect) } else { Ok(()) }
    }
}

fn is_plain(name: &str) -> bool {
    (1..=NAME).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

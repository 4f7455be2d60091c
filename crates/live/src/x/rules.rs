//! The rules of the filtered stream: made from watches, compared with those at the server, changed when a person says so.

use serde::{Deserialize, Serialize};

use super::{Envelope, XAccount};
use crate::{Loss, SettingsError};

/// Rules of ours begin like this, so that others are left alone.
const TAG: &str = "vigie:";
/// Longest rule, in characters.
const MAX_RULE: usize = 512;
const PATH: &str = "/2/tweets/search/stream/rules";

/// One rule, as a watch asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// What the posts must be.
    pub value: String,
    /// Name of the watch behind `vigie:`.
    pub tag: String,
}

/// A rule at the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredRule {
    /// Its number there.
    pub id: String,
    /// What the posts must be.
    pub value: String,
    /// Its name.
    #[serde(default)]
    pub tag: String,
}

/// The rules that the watches ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleSet(Vec<Rule>);

/// What would be changed at the server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RulesDiff {
    /// To be added.
    pub add: Vec<Rule>,
    /// To be deleted: ours, and no longer asked for.
    pub delete: Vec<StoredRule>,
    /// Ours, and as they should be.
    pub keep: Vec<StoredRule>,
    /// Of somebody else: they cost money too, and are left alone.
    pub foreign: Vec<StoredRule>,
}

impl RuleSet {
    /// Adds a watch: `any` of these words, `all` of these, `none` of these. Reposts are left out: each would be paid.
    ///
    /// # Errors
    /// The rule would be empty or longer than 512 characters.
    pub fn add(&mut self, name: &str, any: &[String], all: &[String], none: &[String]) -> Result<(), SettingsError> {
        let either = any.iter().map(|word| term(word)).collect::<Vec<_>>().join(" OR ");
        let mut parts: Vec<String> = all.iter().map(|word| term(word)).collect();
        if !either.is_empty() {
            parts.insert(0, if any.len() > 1 { format!("({either})") } else { either });
        }
        if parts.is_empty() {
            return Err(SettingsError::Value { setting: "watch", value: format!("{name:?}"), wanted: "a rule of X needs `any` or `all`" });
        }
        parts.extend(none.iter().map(|word| format!("-{}", term(word))));
        parts.push("-is:retweet".to_owned());
        let value = parts.join(" ");
        if value.chars().count() > MAX_RULE {
            return Err(SettingsError::Value { setting: "watch", value: format!("{name:?}"), wanted: "its rule is longer than 512 characters: split it" });
        }
        self.0.push(Rule { value, tag: format!("{TAG}{name}") });
        Ok(())
    }

    /// The rules.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.0
    }

    /// The query of a watch.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|rule| rule.tag.strip_prefix(TAG) == Some(name)).map(|rule| rule.value.as_str())
    }

    /// Compares with what is at the server.
    #[must_use]
    pub fn diff(&self, stored: Vec<StoredRule>) -> RulesDiff {
        let same = |rule: &Rule, stored: &StoredRule| rule.value == stored.value && rule.tag == stored.tag;
        let add = self.0.iter().filter(|rule| !stored.iter().any(|stored| same(rule, stored))).cloned().collect();
        let (ours, foreign): (Vec<_>, Vec<_>) = stored.into_iter().partition(|rule| rule.tag.starts_with(TAG));
        let (keep, delete) = ours.into_iter().partition(|stored| self.0.iter().any(|rule| same(rule, stored)));
        RulesDiff { add, delete, keep, foreign }
    }
}

impl RulesDiff {
    /// Whether the server has what it should have.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.add.is_empty() && self.delete.is_empty()
    }
}

/// A word, or a phrase in quotes. Quotes within would end it.
fn term(word: &str) -> String {
    let plain: String = word.chars().filter(|c| *c != '"' && !c.is_control()).collect();
    let operator = |c: char| !(c.is_alphanumeric() || matches!(c, '#' | '@' | '_'));
    // `OR` and `AND` are operators, and so is everything with a colon or a hyphen before it.
    if plain.contains(operator) || matches!(plain.as_str(), "OR" | "AND") { format!("\"{plain}\"") } else { plain }
}

#[derive(Serialize)]
struct Delete<'a> {
    delete: Ids<'a>,
}

#[derive(Serialize)]
struct Ids<'a> {
    ids: Vec<&'a str>,
}

#[derive(Serialize)]
struct Add<'a> {
    add: &'a [Rule],
}

impl XAccount {
    /// The rules at the server. Costs nothing.
    ///
    /// # Errors
    /// [`Loss`]
    pub fn rules(&self) -> Result<Vec<StoredRule>, Loss> {
        let page = self.page(PATH, &[])?;
        let envelope: Envelope<'_> = serde_json::from_slice(&page.bytes).map_err(|_| Loss::Answer("rules are no JSON"))?;
        envelope.data.map_or(Ok(Vec::new()), |data| serde_json::from_str(data.get()).map_err(|_| Loss::Answer("rules are no list")))
    }

    /// Changes the rules at the server. Only ever called because a person said so.
    ///
    /// # Errors
    /// [`Loss`]; what was deleted before stays deleted, and the next difference shows it.
    pub fn send_rules(&self, diff: &RulesDiff) -> Result<(), Loss> {
        // Added first: so nothing is missed between.
        if !diff.add.is_empty() {
            self.change(&Add { add: &diff.add })?;
        }
        if !diff.delete.is_empty() {
            self.change(&Delete { delete: Ids { ids: diff.delete.iter().map(|rule| rule.id.as_str()).collect() } })?;
        }
        Ok(())
    }

    fn change(&self, body: &impl Serialize) -> Result<(), Loss> {
        // Plain data always serialises.
        let json = serde_json::to_vec(body).unwrap_or_default();
        let page = self.client.post(&self.address(PATH, &[])?, &json)?.ok()?;
        let envelope: Envelope<'_> = serde_json::from_slice(&page.bytes).map_err(|_| Loss::Answer("rules are no JSON"))?;
        match envelope.errors.iter().flatten().next() {
            Some(error) => Err(Loss::Ended(crate::loss::plain(error.title.as_deref().unwrap_or("a rule was refused")))),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn watches_become_rules() {
        let mut set = RuleSet::default();
        set.add("toulouse", &words(&["Toulouse", "#toulouse", "ville rose"]), &[], &words(&["stade \"x\"", "OR"])).unwrap();
        set.add("lorient", &words(&["Lorient"]), &words(&["soir"]), &[]).unwrap();
        assert_eq!(set.query("toulouse"), Some(r#"(Toulouse OR #toulouse OR "ville rose") -"stade x" -"OR" -is:retweet"#));
        assert_eq!(set.query("lorient"), Some("Lorient soir -is:retweet"));
        assert!(set.add("all", &[], &[], &words(&["x"])).unwrap_err().to_string().contains("needs `any` or `all`"));
        assert!(set.add("long", &words(&[&"x".repeat(600)]), &[], &[]).is_err());
    }

    #[test]
    fn only_our_own_rules_are_changed() {
        let mut set = RuleSet::default();
        set.add("a", &words(&["un"]), &[], &[]).unwrap();
        set.add("b", &words(&["deux"]), &[], &[]).unwrap();
        let stored = |id: &str, value: &str, tag: &str| StoredRule { id: id.into(), value: value.into(), tag: tag.into() };
        let diff = set.diff(vec![
            stored("1", "un -is:retweet", "vigie:a"),
            stored("2", "old -is:retweet", "vigie:b"),
            stored("3", "deux -is:retweet", ""),
            stored("4", "other", "press"),
        ]);
        let ids = |rules: &[StoredRule]| rules.iter().map(|rule| rule.id.clone()).collect::<Vec<_>>();
        assert_eq!((ids(&diff.keep), ids(&diff.delete), ids(&diff.foreign)), (words(&["1"]), words(&["2"]), words(&["3", "4"])));
        assert_eq!(diff.add.iter().map(|rule| rule.tag.as_str()).collect::<Vec<_>>(), ["vigie:b"]);
        assert!(!diff.is_empty() && set.diff(vec![stored("1", "un -is:retweet", "vigie:a"), stored("2", "deux -is:retweet", "vigie:b")]).is_empty());
    }
}

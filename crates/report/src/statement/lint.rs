//! Personal data in free texts: what the database must not get.

use vigie_store::without_identifiers;

use super::Statement;

/// Something that looks like personal data. It does not repeat what it found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: looks like {what} at character {at}; take it out")]
pub struct PersonalData {
    /// Field of the schema.
    pub field: &'static str,
    /// What it looks like.
    pub what: &'static str,
    /// Where, counted from 1.
    pub at: usize,
}

/// What in the free texts of a statement looks like a handle, telephone number, e-mail address, web address or a person's name.
#[must_use]
pub fn lint(statement: &Statement) -> Vec<PersonalData> {
    let texts = [
        ("decision_facts", Some(&statement.decision_facts)),
        ("illegal_content_explanation", statement.illegal_content_explanation.as_ref()),
        ("incompatible_content_explanation", statement.incompatible_content_explanation.as_ref()),
        ("category_specification_other", statement.category_specification_other.as_ref()),
        ("content_type_other", statement.content_type_other.as_ref()),
        ("decision_visibility_other", statement.decision_visibility_other.as_ref()),
        ("decision_monetary_other", statement.decision_monetary_other.as_ref()),
    ];
    texts.into_iter().filter_map(|(field, text)| Some((field, text?))).flat_map(|(field, text)| in_text(field, text)).collect()
}

fn in_text(field: &'static str, text: &str) -> Vec<PersonalData> {
    let found = |(at, what): (usize, &'static str)| PersonalData { field, what, at: text.get(..at).map_or(0, |before| before.chars().count()) + 1 };
    identifiers(text).into_iter().chain(names(text)).map(found).collect()
}

/// What is an identifier by its form: the store masks the same.
fn identifiers(text: &str) -> Vec<(usize, &'static str)> {
    let masked = without_identifiers(text, &[], []);
    let mut found: Vec<(usize, &'static str)> = Vec::new();
    let mut hidden = false;
    for ((at, was), is) in text.char_indices().zip(masked_chars(&masked, text)) {
        if is && !hidden && was != '*' {
            found.push((at, kind(text.get(at..).unwrap_or_default())));
        }
        hidden = is;
    }
    found
}

/// For each character of the text whether it is masked.
fn masked_chars<'a>(masked: &'a str, text: &'a str) -> impl Iterator<Item = bool> + 'a {
    text.char_indices().map(move |(at, c)| c != '*' && masked.as_bytes().get(at) == Some(&b'*'))
}

fn kind(rest: &str) -> &'static str {
    let word = rest.split_whitespace().next().unwrap_or_default();
    match word {
        word if word.starts_with('@') => "a handle",
        word if word.contains('@') => "an e-mail address or handle",
        word if word.contains('/') || word.to_ascii_lowercase().contains("www.") => "a web address",
        _ => "a telephone number",
    }
}

/// A title or a word that introduces a name, followed by a capitalised word.
fn names(text: &str) -> Vec<(usize, &'static str)> {
    const BEFORE: [&str; 15] = ["m.", "mr", "mr.", "mrs", "mrs.", "ms", "ms.", "mme", "monsieur", "madame", "herr", "frau", "named", "nommé", "nommée"];
    let mut words = text.split_whitespace().peekable();
    let mut found = Vec::new();
    while let Some(word) = words.next() {
        let introduces = BEFORE.contains(&word.trim_matches([',', '(', '"', '«']).to_lowercase().as_str());
        if let Some(next) = words.peek().filter(|next| introduces && next.starts_with(char::is_uppercase)) {
            found.push((next.as_ptr().addr() - text.as_ptr().addr(), "a person's name"));
        }
    }
    found
}

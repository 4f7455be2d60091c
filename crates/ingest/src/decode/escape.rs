//! Halves of surrogate pairs among JSON escapes: valid JSON, but no text.

use std::borrow::Cow;

use memchr::memchr;

/// Replaces `\uD800` to `\uDFFF` that form no pair by `\uFFFD`, and tells where the first one was.
///
/// The replacement is as long as what it replaces, so all columns stay.
pub(super) fn replace_lone_surrogates(json: &str) -> (Cow<'_, str>, Option<usize>) {
    let lone = lone_surrogates(json.as_bytes());
    let Some(&first) = lone.first() else { return (Cow::Borrowed(json), None) };
    let mut repaired = String::with_capacity(json.len());
    let mut done = 0;
    for at in lone {
        repaired.push_str(json.get(done..at).unwrap_or_default());
        repaired.push_str("\\ufffd");
        done = at.saturating_add(6);
    }
    repaired.push_str(json.get(done..).unwrap_or_default());
    (Cow::Owned(repaired), Some(first))
}

/// Where the lone surrogate escapes begin.
fn lone_surrogates(json: &[u8]) -> Vec<usize> {
    let mut lone = Vec::new();
    let mut at = 0;
    while let Some(found) = memchr(b'\\', json.get(at..).unwrap_or_default()) {
        at = at.saturating_add(found);
        let width = match unit(json, at) {
            Some(0xd800..=0xdbff) if matches!(unit(json, at.saturating_add(6)), Some(0xdc00..=0xdfff)) => 12,
            Some(0xd800..=0xdfff) => {
                lone.push(at);
                6
            }
            _ => 2,
        };
        at = at.saturating_add(width);
    }
    lone
}

/// The UTF-16 unit that a `\uXXXX` at `at` stands for.
fn unit(json: &[u8], at: usize) -> Option<u32> {
    let digits = json.get(at..at.checked_add(6)?)?.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |unit, &digit| Some(unit * 16 + char::from(digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repaired(json: &str) -> String {
        let (text, at) = replace_lone_surrogates(json);
        assert_eq!(text.len(), json.len());
        assert_eq!(at.is_some(), text != json, "{json}");
        text.into_owned()
    }

    #[test]
    fn replaces_halves_and_keeps_pairs() {
        assert_eq!(repaired(r#""\ud83d\ude00 \u00e9""#), r#""\ud83d\ude00 \u00e9""#);
        assert_eq!(repaired(r#""\ud83d""#), r#""\ufffd""#);
        assert_eq!(repaired(r#""\uDE00\ud83dx""#), r#""\ufffd\ufffdx""#);
        assert_eq!(repaired(r#""\ud83d\ud83d\ude00""#), r#""\ufffd\ud83d\ude00""#);
        assert_eq!(repaired(r#""\\ud83d""#), r#""\\ud83d""#, "an escaped backslash and no escape");
        assert_eq!(repaired(r#""\\\ud83d""#), r#""\\\ufffd""#);
        assert_eq!(repaired(r#""\ud83"#), r#""\ud83"#);
    }
}

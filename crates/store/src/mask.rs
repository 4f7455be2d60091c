//! Hiding identifiers inside a text that may be kept, without moving a single byte offset.

use std::ops::Range;

/// A text as it may be shown where nobody is to be recognised: contacts, the given names where the text repeats them, and what is
/// an identifier by its form are replaced by `*`.
#[must_use]
pub fn without_identifiers<'n>(text: &str, contacts: &'n [vigie_model::Contact], names: impl IntoIterator<Item = &'n str>) -> String {
    let spans = contacts.iter().map(|contact| contact.start as usize..contact.end as usize);
    let repeated = contacts.iter().map(|contact| contact.value.as_str()).chain(names).flat_map(|name| occurrences(text, name));
    mask(text, spans.chain(repeated).chain(identifier_like(text)))
}

/// Replaces every byte of these ranges by `*`. Ranges are cut to the text and widened to whole characters.
pub(crate) fn mask(text: &str, ranges: impl IntoIterator<Item = Range<usize>>) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for range in ranges {
        let (start, end) = (text.floor_char_boundary(range.start), text.ceil_char_boundary(range.end));
        bytes.get_mut(start..end).into_iter().flatten().for_each(|byte| *byte = b'*');
    }
    String::from_utf8(bytes).unwrap_or_else(|_| "*".repeat(text.len()))
}

/// Where a text repeats a name that is known to identify somebody, in whatever (ASCII) case. Names under 3 bytes are words.
pub(crate) fn occurrences(text: &str, name: &str) -> Vec<Range<usize>> {
    const SHORTEST: usize = 3;
    if name.len() < SHORTEST {
        return Vec::new();
    }
    let (text, name) = (text.to_ascii_lowercase(), name.to_ascii_lowercase());
    text.match_indices(&name).map(|(start, found)| start..start + found.len()).collect()
}

/// Where a text has what is an identifier by its form alone: addresses, mentions, mail addresses, telephone numbers.
///
/// A second line behind the detector, which finds disguised contacts and may not call a mention or a link a contact.
pub(crate) fn identifier_like(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<_> = words(text).filter(|range| text.get(range.clone()).is_some_and(is_address)).collect();
    found.extend(phone_numbers(text));
    found
}

/// The stretches between white space.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.split_whitespace().map(|word| {
        let start = word.as_ptr().addr() - text.as_ptr().addr();
        start..start + word.len()
    })
}

fn is_address(word: &str) -> bool {
    word.contains('@') || word.contains("://") || word.to_ascii_lowercase().contains("www.") || is_host_and_path(word)
}

/// "t.me/name", without a scheme; not "20e/g" or "1.5/2".
fn is_host_and_path(word: &str) -> bool {
    let Some((host, _)) = word.split_once('/') else { return false };
    let Some((name, top)) = host.rsplit_once('.') else { return false };
    name.ends_with(|c: char| c.is_ascii_alphanumeric()) && top.len() >= 2 && top.bytes().all(|b| b.is_ascii_alphabetic())
}

/// Digits with separators between them that begin like a telephone number and are long enough.
fn phone_numbers(text: &str) -> Vec<Range<usize>> {
    const FEWEST_DIGITS: usize = 9;
    let mut found = Vec::new();
    let mut run: Option<Run> = None;
    for (at, c) in text.char_indices().chain([(text.len(), '\n')]) {
        match &mut run {
            // A number that begins after a space is not the tail of what stands before it ("lot 2 06 12 34 56 78").
            Some(run) if c.is_ascii_digit() && (run.dialled || run.end == at || c != '0') => run.add_digit(at),
            Some(_) if matches!(c, ' ' | '.' | '-' | '/' | '(' | ')' | '\u{a0}' | '\u{202f}') => {}
            _ => {
                found.extend(run.take().filter(|run| run.dialled && run.digits >= FEWEST_DIGITS).map(|run| run.start..run.end));
                if matches!(c, '+' | '0'..='9') {
                    run = Some(Run { start: at, end: at + 1, digits: usize::from(c != '+'), dialled: matches!(c, '+' | '0') });
                }
            }
        }
    }
    found
}

struct Run {
    start: usize,
    end: usize,
    digits: usize,
    dialled: bool,
}

impl Run {
    fn add_digit(&mut self, at: usize) {
        self.end = at + 1;
        self.digits += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hidden(text: &str) -> String {
        mask(text, identifier_like(text))
    }

    #[test]
    fn hides_what_identifies_and_nothing_else() {
        for (text, expected) in [
            ("dispo @dealer31 ce soir", "dispo ********* ce soir"),
            ("https://t.me/abc ok", "**************** ok"),
            ("voir t.me/abc", "voir ********"),
            ("WWW.Shop.example", "****************"),
            ("06 12 34 56 78 !", "************** !"),
            ("lot 2 06 12 34 56 78", "lot 2 **************"),
            ("tel +33612345678.", "tel ************."),
            ("(06.12.34.56.78)", "(**************)"),
            ("20e/g, 1.5/2 ou 50/80", "20e/g, 1.5/2 ou 50/80"),
            ("5g 50€ 10g 90€", "5g 50€ 10g 90€"),
        ] {
            assert_eq!(hidden(text), expected);
        }
    }

    #[test]
    fn finds_names_in_any_case() {
        assert_eq!(mask("Dealer31 et dEALER31", occurrences("Dealer31 et dEALER31", "dealer31")), "******** et ********");
        assert!(occurrences("ab ab", "ab").is_empty());
    }

    proptest! {
        #[test]
        fn never_moves_an_offset(text in "(?s).{0,60}", start in 0usize..80, len in 0usize..20) {
            let masked = mask(&text, std::iter::once(start..start + len).chain(identifier_like(&text)));
            prop_assert_eq!(masked.len(), text.len());
            for (at, c) in masked.char_indices().filter(|(_, c)| *c != '*') {
                prop_assert!(text.get(at..).is_some_and(|rest| rest.starts_with(c)));
            }
        }
    }
}

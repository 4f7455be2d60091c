//! Phone numbers to E.164, however they are written.
//!
//! Numbering plans: ITU-T E.164 country codes; national lengths from the plans of the six languages' countries.
//! ARCEP's ranges for fiction (06 39 98 …) count as possible numbers.

use vigie_model::{Contact, ContactKind, Lang};
use vigie_text::Glyph;

use super::{at, before, span};

/// A country's plan: code, trunk prefix, lengths of the national significant number, and which first digits it may have.
struct Plan {
    code: &'static str,
    trunk: &'static str,
    lengths: std::ops::RangeInclusive<usize>,
    first: &'static str,
}

const FR: Plan = Plan { code: "33", trunk: "0", lengths: 9..=9, first: "1234567" };
const BE: Plan = Plan { code: "32", trunk: "0", lengths: 8..=9, first: "123456789" };
const CH: Plan = Plan { code: "41", trunk: "0", lengths: 9..=9, first: "234567" };
const GB: Plan = Plan { code: "44", trunk: "0", lengths: 10..=10, first: "1237" };
const IE: Plan = Plan { code: "353", trunk: "0", lengths: 7..=9, first: "1245678" };
const ES: Plan = Plan { code: "34", trunk: "", lengths: 9..=9, first: "6789" };
const IT: Plan = Plan { code: "39", trunk: "", lengths: 9..=10, first: "03" };
const DE: Plan = Plan { code: "49", trunk: "0", lengths: 9..=11, first: "123456789" };
const AT: Plan = Plan { code: "43", trunk: "0", lengths: 7..=12, first: "123456" };
const NL: Plan = Plan { code: "31", trunk: "0", lengths: 9..=9, first: "123456789" };
const LU: Plan = Plan { code: "352", trunk: "", lengths: 6..=9, first: "23456789" };
const PT: Plan = Plan { code: "351", trunk: "", lengths: 9..=9, first: "29" };

const PLANS: [&Plan; 12] = [&FR, &BE, &CH, &GB, &IE, &ES, &IT, &DE, &AT, &NL, &LU, &PT];

/// The plans that a national number is tried on, by the language of the text.
fn national(lang: Lang) -> &'static [&'static Plan] {
    match lang.as_str() {
        "en" => &[&GB, &FR],
        "es" => &[&ES, &FR],
        "it" => &[&IT, &FR],
        "de" => &[&DE, &FR],
        "nl" => &[&NL, &BE],
        _ => &[&FR],
    }
}

/// The digits of a candidate and where they end.
struct Digits {
    plus: bool,
    digits: String,
    /// After how many digits a separator stands: where the number may end.
    breaks: Vec<usize>,
    /// Glyph index one past the last digit.
    end: usize,
}

/// Finds the phone numbers of a text.
pub(super) fn read(glyphs: &[Glyph], lang: Lang) -> Vec<Contact> {
    let mut found = Vec::new();
    let mut index = 0;
    while index < glyphs.len() {
        if !may_begin(glyphs, index) {
            index += 1;
            continue;
        }
        let candidate = digits(glyphs, index);
        match number(&candidate, lang) {
            Some((value, used)) => {
                let end = end_of(glyphs, index, used);
                let (start, end_byte) = span(glyphs, index, end);
                found.push(Contact { kind: ContactKind::Phone, value, start, end: end_byte });
                index = end;
            }
            None => index = skip_number(glyphs, index),
        }
    }
    found
}

fn may_begin(glyphs: &[Glyph], index: usize) -> bool {
    let c = at(glyphs, index);
    let previous = before(glyphs, index);
    let opens =
        c.is_ascii_digit() || c == '+' || (c == 'o' && at(glyphs, index + 1).is_ascii_digit()) || (c == '(' && matches!(at(glyphs, index + 1), '+' | '0'));
    // Not inside a longer number, a word, or a decimal.
    opens && !previous.is_ascii_alphanumeric() && !(matches!(previous, '.' | ',' | '/' | '_') && index >= 2 && at(glyphs, index - 2).is_ascii_digit())
}

/// A character that may stand for a digit between digits.
fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        'o' => Some('0'),
        'i' | 'l' | '|' => Some('1'),
        _ => None,
    }
}

/// Reads on over separators for at most 15 digits, the longest that E.164 allows, and the prefixes 00 and (0).
fn digits(glyphs: &[Glyph], from: usize) -> Digits {
    let mut out = Digits { plus: false, digits: String::new(), breaks: Vec::new(), end: from };
    let mut index = from;
    let mut gap = 0;
    while out.digits.len() < 24 {
        let c = at(glyphs, index);
        if c == '+' && out.digits.is_empty() {
            out.plus = true;
        } else if c == '(' && at(glyphs, index + 1) == '0' && at(glyphs, index + 2) == ')' && !out.digits.is_empty() {
            index += 2; // "+33 (0)6": the trunk prefix is not dialled from abroad
        } else if let Some(d) = digit(c).filter(|_| c.is_ascii_digit() || among_digits(glyphs, index)) {
            out.digits.push(d);
            out.end = index + 1;
            gap = 0;
        } else if matches!(c, ' ' | '.' | '-' | '/' | '_' | '(' | ')' | '·' | '‑' | '–' | '\n' | ',' | '*' | '•') && gap < 3 {
            if gap == 0 {
                out.breaks.push(out.digits.len());
            }
            gap += 1;
        } else {
            break;
        }
        index += 1;
    }
    out
}

/// Whether the letter has a digit (or another such letter and then a digit) on both sides, separators apart.
fn among_digits(glyphs: &[Glyph], index: usize) -> bool {
    let near = |mut i: usize, step: isize| {
        for _ in 0..4 {
            i = match i.checked_add_signed(step) {
                Some(i) => i,
                None => return step < 0, // a number may begin with such a letter
            };
            match at(glyphs, i) {
                c if c.is_ascii_digit() => return true,
                ' ' | '.' | '-' | 'o' | 'i' | 'l' => {}
                _ => return false,
            }
        }
        false
    };
    near(index, 1) && (near(index, -1) || !before(glyphs, index).is_alphanumeric())
}

/// E.164 form, and how many of the digits were used: all of them, or up to a separator ("06 39 98 00 12, 10h").
fn number(candidate: &Digits, lang: Lang) -> Option<(String, usize)> {
    let all = candidate.digits.len();
    std::iter::once(all).chain(candidate.breaks.iter().rev().copied()).find_map(|length| whole_number(candidate.plus, candidate.digits.get(..length)?, lang))
}

fn whole_number(plus: bool, digits: &str, lang: Lang) -> Option<(String, usize)> {
    if plus {
        return international(digits, 0);
    }
    if let Some(rest) = digits.strip_prefix("00") {
        return international(rest, 2);
    }
    national(lang)
        .iter()
        .find_map(|plan| {
            let rest = digits.strip_prefix(plan.trunk)?;
            fits(plan, rest).then(|| (format!("+{}{rest}", plan.code), digits.len()))
        })
        .or_else(|| bare_international(digits))
}

/// After `+` or `00`: a plan of ours with its length, else 8 to 15 digits (E.164).
fn international(digits: &str, prefix: usize) -> Option<(String, usize)> {
    for plan in PLANS {
        if let Some(rest) = digits.strip_prefix(plan.code) {
            let national = if plan.trunk.is_empty() { rest } else { rest.strip_prefix(plan.trunk).unwrap_or(rest) };
            return fits(plan, national).then(|| (format!("+{}{national}", plan.code), digits.len() + prefix));
        }
    }
    ((8..=15).contains(&digits.len()) && !digits.starts_with('0')).then(|| (format!("+{digits}"), digits.len() + prefix))
}

/// "33639980012" without a plus: only for mobiles of the plans, whose form is unlikely by chance.
fn bare_international(digits: &str) -> Option<(String, usize)> {
    let mobile = |code: &str, first: char| digits.strip_prefix(code).is_some_and(|rest| rest.starts_with(first));
    let known =
        (digits.len() == 11 && (mobile("33", '6') || mobile("33", '7') || mobile("31", '6') || mobile("34", '6'))) || (digits.len() == 12 && mobile("44", '7'));
    known.then(|| (format!("+{digits}"), digits.len()))
}

fn fits(plan: &Plan, national: &str) -> bool {
    plan.lengths.contains(&national.len()) && national.chars().next().is_some_and(|c| plan.first.contains(c)) && !one_digit_only(national)
}

/// "0000000000" and the like are no numbers.
fn one_digit_only(digits: &str) -> bool {
    matches!(digits.as_bytes(), [_, second, rest @ ..] if rest.iter().all(|b| b == second))
}

/// The glyph after the last used digit.
fn end_of(glyphs: &[Glyph], from: usize, used: usize) -> usize {
    let mut seen = 0;
    let mut index = from;
    while index < glyphs.len() && seen < used {
        let c = at(glyphs, index);
        if c == '(' && at(glyphs, index + 1) == '0' && at(glyphs, index + 2) == ')' && seen > 0 {
            index += 2;
        } else if c.is_ascii_digit() || (digit(c).is_some() && among_digits(glyphs, index)) {
            seen += 1;
        }
        index += 1;
    }
    index
}

fn skip_number(glyphs: &[Glyph], mut index: usize) -> usize {
    index += 1;
    while at(glyphs, index).is_ascii_digit() {
        index += 1;
    }
    index
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "that spans slice the text is what these tests show")]
mod tests {
    use vigie_text::Glyphs;

    use super::*;

    fn phones(text: &str, lang: &str) -> Vec<(String, String)> {
        let mut glyphs = Glyphs::default();
        glyphs.read(text);
        read(glyphs.as_slice(), Lang::parse(lang)).into_iter().map(|c| (c.value, text[c.start as usize..c.end as usize].to_owned())).collect()
    }

    #[test]
    fn reads_french_numbers_however_written() {
        for text in [
            "06 39 98 00 12",
            "06.39.98.00.12",
            "0639980012",
            "06-39-98-00-12",
            "06/39/98/00/12",
            "+33 6 39 98 00 12",
            "+33(0)6 39 98 00 12",
            "0033639980012",
            "0️⃣6️⃣3️⃣9️⃣9️⃣8️⃣0️⃣0️⃣1️⃣2️⃣",
            "０６ ３９ ９８ ００ １２",
            "O6 39 98 OO 12",
            "o6 39 98 00 l2",
            "06\u{200B}39980012",
            "33639980012",
            "06 39 98\n00 12",
        ] {
            let found = phones(&format!("dispo tel {text} merci"), "fr");
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert_eq!(found[0].0, "+33639980012", "{text}");
            assert_eq!(found[0].1, text);
        }
    }

    #[test]
    fn ends_where_the_number_ends() {
        for text in ["06 39 98 00 12 24/7", "0639980012, 10h-22h", "06 39 98 00 12 / 50€ le g", "06.39.98.00.12 31000 Toulouse"] {
            assert_eq!(phones(text, "fr").first().map(|p| p.0.as_str()), Some("+33639980012"), "{text}");
        }
    }

    #[test]
    fn reads_other_countries() {
        assert_eq!(phones("call 07700 900123 now", "en")[0].0, "+447700900123");
        assert_eq!(phones("+44 7700 900123", "fr")[0].0, "+447700900123");
        assert_eq!(phones("0612345678", "nl")[0].0, "+31612345678");
        assert_eq!(phones("llama 612 345 678", "es")[0].0, "+34612345678");
        assert_eq!(phones("scrivi 331 234 5678", "it")[0].0, "+393312345678");
    }

    #[test]
    fn leaves_other_numbers_alone() {
        for text in [
            "12/03/2026 18:30",
            "100 000 000 €",
            "1234567890123456789",
            "0000000000",
            "10h-22h 24/7",
            "commande 20261124-99",
            "v1.2.3.4.5.6.7.8.9.10",
            "06 39 98",
            "50 ans 30 km 20 %",
        ] {
            assert!(phones(text, "fr").is_empty(), "{text}: {:?}", phones(text, "fr"));
        }
    }
}

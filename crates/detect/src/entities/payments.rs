//! Where money is sent: bank accounts with a valid checksum, codes of prepaid vouchers.

use std::sync::LazyLock;

use vigie_model::ContactKind;
use vigie_text::Glyph;

use super::{at, beginnings::Beginnings, contact, links::Read, run, word};

/// Countries with the length of their account numbers (ISO 13616 registry).
const IBAN_LENGTHS: &[(&str, usize)] = &[
    ("fr", 27),
    ("be", 16),
    ("ch", 21),
    ("lu", 20),
    ("de", 22),
    ("at", 20),
    ("es", 24),
    ("it", 27),
    ("nl", 18),
    ("gb", 22),
    ("ie", 22),
    ("pt", 25),
    ("lt", 20),
    ("ee", 20),
    ("mt", 31),
    ("pl", 28),
    ("cy", 28),
    ("mc", 27),
    ("li", 21),
    ("bg", 22),
    ("ro", 24),
    ("lv", 21),
    ("dk", 18),
    ("se", 24),
    ("fi", 18),
    ("no", 15),
];

/// Prepaid vouchers with the lengths of their codes.
const VOUCHERS: &[(&str, &str, std::ops::RangeInclusive<usize>)] = &[
    ("pcs", "pcs", 10..=16),
    ("transcash", "transcash", 10..=16),
    ("neosurf", "neosurf", 10..=12),
    ("paysafecard", "paysafecard", 16..=16),
    ("paysafe", "paysafecard", 16..=16),
    ("toneo", "toneo", 10..=16),
    ("cashlib", "cashlib", 12..=16),
    ("flexepin", "flexepin", 16..=16),
];

static BEGINNINGS: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of(VOUCHERS.iter().map(|(name, ..)| *name)));

/// A quick look: whether the name of a voucher may begin with these characters.
#[inline]
pub(super) fn may_begin(first: char, second: char, third: char) -> bool {
    BEGINNINGS.may_be(first, second, third)
}

/// Reads an account number or a voucher's code that begins at a word.
pub(super) fn read(glyphs: &[Glyph], from: usize, word_end: usize) -> Read {
    match at(glyphs, from) {
        c if c.is_ascii_alphabetic() && at(glyphs, from + 2).is_ascii_digit() && at(glyphs, from + 3).is_ascii_digit() => iban(glyphs, from),
        'p' | 't' | 'n' | 'c' | 'f' if may_begin(at(glyphs, from), at(glyphs, from + 1), at(glyphs, from + 2)) => voucher(glyphs, from, word_end),
        _ => None,
    }
}

fn iban(glyphs: &[Glyph], from: usize) -> Read {
    let country = word(glyphs, from, from + 2);
    let (_, length) = IBAN_LENGTHS.iter().find(|(code, _)| *code == &*country)?;
    let mut number = String::new();
    let mut index = from;
    while number.len() < *length {
        match at(glyphs, index) {
            c if c.is_ascii_alphanumeric() => number.push(c.to_ascii_uppercase()),
            ' ' => {}
            _ => return None,
        }
        index += 1;
    }
    let ends = !at(glyphs, index).is_alphanumeric();
    (ends && is_iban(&number)).then(|| (Some(contact(glyphs, ContactKind::Payment, format!("iban:{number}"), from, index)), index))
}

/// ISO 7064 MOD 97-10.
fn is_iban(number: &str) -> bool {
    let Some((head, tail)) = number.split_at_checked(4) else { return false };
    let digits = tail.chars().chain(head.chars()).filter_map(|c| c.to_digit(36));
    digits.fold(0u32, |rest, value| if value < 10 { (rest * 10 + value) % 97 } else { (rest * 100 + value) % 97 }) == 1
}

/// "code transcash 1234 5678 9012": the brand, a word or sign or two, the digits.
fn voucher(glyphs: &[Glyph], from: usize, word_end: usize) -> Read {
    let brand = word(glyphs, from, word_end);
    let (_, name, lengths) = VOUCHERS.iter().find(|(known, ..)| *known == &*brand)?;
    let start = run(glyphs, word_end, |c| !c.is_ascii_digit() && c != '\n');
    if start - word_end > 12 {
        return None;
    }
    let mut end = run(glyphs, start, |c| c.is_ascii_digit() || matches!(c, ' ' | '-'));
    while end > start && !at(glyphs, end - 1).is_ascii_digit() {
        end -= 1;
    }
    let code: String = glyphs.get(start..end)?.iter().map(|g| g.c).filter(char::is_ascii_digit).collect();
    // A phone number may stand after a means of payment.
    let is_phone = code.starts_with('0') && code.len() <= 10;
    let fits = lengths.contains(&code.len()) && !is_phone && !at(glyphs, end).is_alphanumeric();
    fits.then(|| (Some(contact(glyphs, ContactKind::Voucher, format!("{name}:{code}"), start, end)), end))
}

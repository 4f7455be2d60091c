//! Phone numbers that are not written from left to right: backwards, or in two pieces with words between them.

use vigie_model::{Contact, ContactKind};
use vigie_text::Glyph;

use super::{Setting, contact};

/// Digits in a row, with what separates them.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) digits: String,
    /// Glyphs.
    pub(super) from: usize,
    pub(super) to: usize,
}

/// Right-to-left override: the text is shown backwards.
const OVERRIDE: char = '\u{202E}';

/// How people say that a number is to be read backwards; no accents, as in [`vigie_text::Glyphs`].
const BACKWARDS: &[&str] = &[
    "envers",
    "inverse",
    "inverser",
    "reverse",
    "backward",
    "al reves",
    "inverso",
    "contrario",
    "rovescio",
    "ruckwarts",
    "umgekehrt",
    "achterstevoren",
    "omgekeerd",
    "from the end",
    "droite a gauche",
    "right to left",
];

/// How people say that there are two pieces.
const IN_PIECES: &[&str] = &[
    "puis", "suite", "debut", "fin ", "fin:", "ensuite", "moitie", "partie", "1/2", "2/2", "first", "then", "last", "second", "start", "end", "half", "part",
    "luego", "mitad", "primera", "primero", "final", "prima", "poi", "meta", "inizio", "fine", "erst", "dann", "halfte", "teil", "anfang", "ende", "eerst",
    "helft", "deel", "einde", "begin",
];

/// Farthest that the second piece begins behind the first, in characters.
const REACH: usize = 60;

/// Looks for a hidden number; one that is said to be written backwards replaces what was read forwards.
pub(super) fn read(text: &str, glyphs: &[Glyph], pieces: &[Piece], setting: &Setting<'_>, found: &mut Vec<Contact>) {
    if let Some(phone) = backwards(text, glyphs, pieces, setting) {
        found.retain(|other| other.end <= phone.start || phone.end <= other.start);
        found.push(phone);
    } else if found.is_empty() {
        found.extend(in_pieces(glyphs, pieces, setting));
    }
}

fn backwards(text: &str, glyphs: &[Glyph], pieces: &[Piece], setting: &Setting<'_>) -> Option<Contact> {
    let piece = pieces.iter().find(|piece| (9..=14).contains(&piece.digits.len()))?;
    if !text.contains(OVERRIDE) && !says(glyphs, BACKWARDS) {
        return None;
    }
    let digits: String = piece.digits.chars().rev().collect();
    let value = mobile(&digits, setting)?;
    Some(contact(glyphs, ContactKind::Phone, value, piece.from, piece.to))
}

/// "06 39 98 puis 00 12", "fin : 00 12, début : 06 39 98".
fn in_pieces(glyphs: &[Glyph], pieces: &[Piece], setting: &Setting<'_>) -> Option<Contact> {
    let near = |pair: &&[Piece]| matches!(pair, [first, second] if second.from - first.to <= REACH && first.digits.len() + second.digits.len() >= 9);
    let pair = pieces.windows(2).find(near)?;
    let [first, second] = pair else { return None };
    if !says(glyphs, IN_PIECES) {
        return None;
    }
    let value = mobile(&format!("{}{}", first.digits, second.digits), setting).or_else(|| mobile(&format!("{}{}", second.digits, first.digits), setting))?;
    Some(contact(glyphs, ContactKind::Phone, value, first.from, second.to))
}

/// What was hidden must be a mobile number: anything else would be a guess.
fn mobile(digits: &str, setting: &Setting<'_>) -> Option<String> {
    let by_plan = setting.plans().find_map(|plan| {
        let rest = digits.strip_prefix(plan.trunk)?;
        plan.is_mobile(rest).then(|| format!("+{}{rest}", plan.code))
    });
    by_plan.or_else(|| {
        let rest = digits.strip_prefix("00").unwrap_or(digits);
        super::plans::PLANS
            .iter()
            .any(|plan| rest.len() >= 11 && rest.strip_prefix(plan.code).is_some_and(|national| plan.is_mobile(national)))
            .then(|| format!("+{rest}"))
    })
}

fn says(glyphs: &[Glyph], phrases: &[&str]) -> bool {
    let text: String = glyphs.iter().map(|g| g.c).collect();
    phrases.iter().any(|phrase| text.contains(phrase))
}

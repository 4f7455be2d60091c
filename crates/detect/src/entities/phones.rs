//! Phone numbers to E.164, however they are written.
//!
//! A number is a run of groups of digits (plain, keycap, letters that stand for digits, dictated words) with separators
//! between them; it ends at the group after which a plan of [`plans`](super::plans) fits.

use smallvec::SmallVec;
use vigie_model::{Contact, ContactKind};
use vigie_text::Glyph;

use super::{
    Setting, at, before, contact,
    hidden_phones::{self, Piece},
    number_words::{self, Dictation},
    plans::{self, PLANS, Plan},
    word,
};

/// Digits that stand together.
#[derive(Debug)]
struct Group {
    /// Where its last digit lies in the candidate's digits.
    end: usize,
    /// One past its last glyph.
    to: usize,
    /// A letter follows at once ("12svp").
    glued: bool,
}

/// A run of groups that may hold a phone number.
#[derive(Debug, Default)]
struct Candidate {
    plus: bool,
    digits: String,
    groups: SmallVec<[Group; 12]>,
}

/// E.164 allows 15 digits; before them may stand 00, and after them the hours.
const LONGEST: usize = 24;

/// Finds the phone numbers of a text.
pub(super) fn read(text: &str, glyphs: &[Glyph], setting: &Setting<'_>) -> Vec<Contact> {
    let mut found = Vec::new();
    if !may_hold_number(glyphs) {
        return found;
    }
    let mut pieces: SmallVec<[Piece; 4]> = SmallVec::new();
    let (mut index, mut last_end) = (0, 0);
    while let Some(start) = (index..glyphs.len()).find(|&index| may_begin(glyphs, index, last_end)) {
        let candidate = candidate(glyphs, start);
        let Some(first) = candidate.groups.first() else {
            index = start + 1;
            continue;
        };
        index = first.to;
        if let Some((value, end)) = number(&candidate, setting).filter(|(_, end)| !is_other_number(glyphs, start, *end)) {
            found.push(contact(glyphs, ContactKind::Phone, value, start, end));
            (index, last_end) = (end, end);
        }
        if pieces.last().is_none_or(|piece| start >= piece.to) {
            pieces.extend(candidate.groups.last().map(|last| last.to).map(|to| Piece { from: start, to, digits: candidate.digits }));
        }
    }
    hidden_phones::read(text, glyphs, &pieces, setting, &mut found);
    found
}

/// The fewest digits of a number that is written in digits, letters for some of them apart.
const FEWEST_DIGITS: usize = 6;

/// A quick look: whether there are digits enough, or number words and digits enough in a row.
fn may_hold_number(glyphs: &[Glyph]) -> bool {
    let (mut digits, mut in_a_row, mut in_word) = (0, 0, false);
    for (index, glyph) in glyphs.iter().enumerate() {
        if glyph.c.is_ascii_digit() {
            (digits, in_a_row) = (digits + 1, in_a_row + 1);
        } else if in_word {
            in_word = glyph.c.is_alphabetic();
        } else if glyph.c.is_alphabetic() {
            in_word = true;
            in_a_row = if number_words::may_begin(glyph.c, at(glyphs, index + 1), at(glyphs, index + 2)) { in_a_row + 2 } else { 0 };
        }
        if in_a_row > FEWEST_DIGITS {
            return true;
        }
    }
    digits >= FEWEST_DIGITS
}

/// Whether a number may begin here: not inside a longer number, a word, a decimal or a handle.
/// `last_end` is where the number before ended: another may follow after a slash.
#[inline]
fn may_begin(glyphs: &[Glyph], index: usize, last_end: usize) -> bool {
    let c = at(glyphs, index);
    let next = || at(glyphs, index + 1);
    let opens = match c {
        '0'..='9' => true,
        '+' => next().is_ascii_digit() || next() == ' ',
        'o' if next().is_ascii_digit() || matches!(next(), ' ' | '.' | '-' | 'o') => true,
        'a'..='z' => number_words::may_begin(c, next(), at(glyphs, index + 2)),
        _ => false,
    };
    if !opens {
        return false;
    }
    let previous = before(glyphs, index);
    if previous.is_alphanumeric() {
        return matches!(c, '0' | '+') && follows_call(glyphs, index);
    }
    let joins = matches!(previous, '.' | ',' | '/' | '-' | ':') && index >= 2 && at(glyphs, index - 2).is_ascii_digit();
    (!joins || index == last_end + 1) && !matches!(previous, '_' | '@' | '#' | '€' | '$' | '£')
}

/// "tel0639980012": the word that the number is glued to announces it.
fn follows_call(glyphs: &[Glyph], index: usize) -> bool {
    let length = glyphs.get(..index).unwrap_or_default().iter().rev().take(10).take_while(|g| g.c.is_alphabetic()).count();
    matches!(&*word(glyphs, index - length, index), "tel" | "num" | "numero" | "wsp" | "whatsapp" | "wa" | "call" | "appel" | "sms" | "text" | "app")
}

/// Reads group after group.
fn candidate(glyphs: &[Glyph], from: usize) -> Candidate {
    let mut out = Candidate::default();
    let mut index = from;
    if at(glyphs, from) == '+' {
        out.plus = true;
        index += 1 + usize::from(at(glyphs, from + 1) == ' ');
    }
    while out.digits.len() < LONGEST && !is_share(glyphs, index) {
        let Some((digits, to)) = digit_group(glyphs, index).or_else(|| spoken_group(glyphs, index)) else { break };
        out.digits.push_str(&digits);
        let glued = at(glyphs, to).is_alphabetic();
        out.groups.push(Group { end: out.digits.len(), to, glued });
        match after_separators(glyphs, to) {
            Some(next) if !glued => index = next,
            _ => break,
        }
    }
    out
}

/// "24/7", "7/7", "1/2" are no part of a number.
fn is_share(glyphs: &[Glyph], index: usize) -> bool {
    let from = if at(glyphs, index) == '2' && at(glyphs, index + 1) == '4' { index + 2 } else { index + 1 };
    at(glyphs, from) == '/'
        && at(glyphs, from + 1).is_ascii_digit()
        && (!at(glyphs, from + 2).is_ascii_digit() || at(glyphs, from + 1) == '2')
        && at(glyphs, index).is_ascii_digit()
}

/// The digit that a character stands for among digits.
fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        'o' => Some('0'),
        'i' | 'l' => Some('1'),
        _ => None,
    }
}

/// The digit that a letter resembles; the less clear ones count only in a pair with a real digit.
fn resembled(c: char) -> Option<char> {
    digit(c).or(match c {
        'z' => Some('2'),
        's' => Some('5'),
        'b' => Some('8'),
        'g' | 'q' => Some('9'),
        _ => None,
    })
}

/// A run of digits and of letters that stand for digits, and where it ends.
fn digit_group(glyphs: &[Glyph], from: usize) -> Option<(String, usize)> {
    let run = |read: fn(char) -> Option<char>| glyphs.iter().skip(from).map_while(|g| read(g.c)).take(LONGEST).collect::<String>();
    let is_digit = |index: usize| at(glyphs, index).is_ascii_digit();
    let ends = |digits: &String| !digits.is_empty() && !at(glyphs, from + digits.len()).is_alphabetic();
    if !is_digit(from) && resembled(at(glyphs, from)).is_none() {
        return None;
    }
    let digits = run(digit);
    let figures = (from..from + digits.len()).any(is_digit);
    if ends(&digits) && (figures || (digits.len() <= 2 && beside_digits(glyphs, from, from + digits.len()))) {
        let to = from + digits.len();
        return Some((digits, to));
    }
    let pair = run(resembled);
    if pair.len() == 2 && ends(&pair) && (is_digit(from) || is_digit(from + 1)) && beside_digits(glyphs, from, from + 2) {
        return Some((pair, from + 2));
    }
    let plain = run(|c| c.is_ascii_digit().then_some(c));
    let to = from + plain.len();
    (plain.len() >= 2).then_some((plain, to))
}

/// Whether the next group on either side holds a digit.
fn beside_digits(glyphs: &[Glyph], from: usize, to: usize) -> bool {
    let digit_near = |index: usize| at(glyphs, index).is_ascii_digit() || at(glyphs, index + 1).is_ascii_digit();
    let ahead = after_separators(glyphs, to).is_some_and(digit_near);
    let behind = from >= 3 && is_separator(before(glyphs, from)) && at(glyphs, from - 2).is_ascii_digit();
    ahead || behind
}

/// Number words in a row ("trente-neuf quatre-vingt-dix-huit"), read as digits.
fn spoken_group(glyphs: &[Glyph], from: usize) -> Option<(String, usize)> {
    let mut dictation = Dictation::default();
    let (mut index, mut end, mut count) = (from, None, 0);
    while number_words::may_begin(at(glyphs, index), at(glyphs, index + 1), at(glyphs, index + 2)) {
        let to = index + glyphs.iter().skip(index).take_while(|g| g.c.is_alphanumeric()).count();
        let Some(spoken) = number_words::spoken(&word(glyphs, index, to)) else { break };
        dictation.push(spoken);
        count += 1;
        end = Some(to);
        match after_separators(glyphs, to) {
            Some(next) if count < LONGEST => index = next,
            _ => break,
        }
    }
    let digits = dictation.finish();
    end.filter(|_| !digits.is_empty()).map(|to| (digits, to))
}

/// What may stand between two groups: blanks, punctuation that no amount, time or sentence has, pictures.
fn is_separator(c: char) -> bool {
    match c {
        ' ' | '\n' | '.' | '-' | '/' | '_' | '(' | ')' | '[' | ']' | ',' | '*' | '~' | '|' | '\'' | '\\' | '<' | '>' => true,
        _ => !c.is_ascii() && !c.is_alphanumeric() && !matches!(c, '€' | '£' | '…' | '→' | '➡' | '👉' | '⁄'),
    }
}

/// Where the next group begins, at most six separators on; "(0)" after a country code is passed over.
fn after_separators(glyphs: &[Glyph], from: usize) -> Option<usize> {
    let mut index = from;
    while index - from <= 6 && is_separator(at(glyphs, index)) {
        let is_trunk = at(glyphs, index) == '(' && at(glyphs, index + 1) == '0' && at(glyphs, index + 2) == ')';
        index += if is_trunk { 3 } else { 1 };
    }
    (index > from && index - from <= 6 && index < glyphs.len()).then_some(index)
}

/// The number in E.164 and the glyph where it ends: after as many groups as fit.
fn number(candidate: &Candidate, setting: &Setting<'_>) -> Option<(String, usize)> {
    (0..candidate.groups.len()).rev().find_map(|last| {
        let groups = candidate.groups.get(..=last)?;
        let group = groups.last()?;
        let digits = candidate.digits.get(..group.end)?;
        let value = whole_number(candidate.plus, digits, &lengths(groups), setting)?;
        (!group.glued || digits.len() >= 10).then_some((value, group.to))
    })
}

/// How many digits each group has.
fn lengths(groups: &[Group]) -> SmallVec<[usize; 12]> {
    groups.iter().scan(0, |from, group| Some(group.end - std::mem::replace(from, group.end))).collect()
}

fn whole_number(plus: bool, digits: &str, groups: &[usize], setting: &Setting<'_>) -> Option<String> {
    if plus {
        return international(digits);
    }
    if let Some(rest) = digits.strip_prefix("00") {
        return international(rest).filter(|_| rest.len() >= 9);
    }
    if is_date(digits, groups) || is_counting(digits, groups) {
        return None;
    }
    plans::by_grouping(groups, digits)
        .into_iter()
        .chain(setting.plans())
        .find_map(|plan| national(plan, digits, groups))
        .or_else(|| bare_international(digits, groups))
}

/// A number as it is dialled inside the plan's country.
pub(super) fn national(plan: &Plan, digits: &str, groups: &[usize]) -> Option<String> {
    let rest = digits.strip_prefix(plan.trunk)?;
    // Without a trunk prefix the grouping must tell the number from amounts and lists.
    let telling = digits.starts_with('0') || groups.first().is_none_or(|first| *first >= 2) || groups.iter().all(|length| *length == 1);
    (digits.len() >= 9 && telling && plan.fits(rest)).then(|| format!("+{}{rest}", plan.code))
}

/// After `+` or `00`: a European plan, else 8 to 15 digits (E.164).
fn international(digits: &str) -> Option<String> {
    let plans: SmallVec<[&Plan; 2]> = PLANS.iter().filter(|plan| digits.starts_with(plan.code)).collect();
    if plans.is_empty() {
        let possible = (8..=15).contains(&digits.len()) && !digits.starts_with('0') && !digits.ends_with("00000");
        return possible.then(|| format!("+{digits}"));
    }
    plans.iter().find_map(|plan| {
        let rest = digits.strip_prefix(plan.code)?;
        let national = if plan.trunk.is_empty() { rest } else { rest.strip_prefix(plan.trunk).unwrap_or(rest) };
        plan.fits(national).then(|| format!("+{}{national}", plan.code))
    })
}

/// "33639980012" without a plus: only for mobiles, whose form is unlikely by chance.
fn bare_international(digits: &str, groups: &[usize]) -> Option<String> {
    let compact = groups.len() == 1 || groups.first().is_some_and(|first| *first == 2 || *first == 3);
    let plans = ["FR", "GB", "NL", "ES", "BE", "IT", "CH", "DE", "AT", "IE", "LU", "PT"].into_iter().filter_map(plans::of);
    let mobile = |plan: &Plan| digits.strip_prefix(plan.code).is_some_and(|rest| rest.len() >= 9 && plan.is_mobile(rest));
    (compact && digits.len() >= 11).then(|| plans.into_iter().any(mobile).then(|| format!("+{digits}"))).flatten()
}

/// "24.11.2026", "01/02/2026 18": day, month and year.
fn is_date(digits: &str, groups: &[usize]) -> bool {
    let (Some(&[day, month, year]), Some(figures)) = (groups.first_chunk::<3>(), digits.get(..4)) else { return false };
    let number = |from: usize, length: usize| digits.get(from..from + length).and_then(|d| d.parse::<u16>().ok()).unwrap_or(u16::MAX);
    let day_first = day <= 2 && month <= 2 && year == 4 && number(0, day) <= 31 && number(day, month) <= 12 && (1900..2100).contains(&number(day + month, 4));
    let year_first = day == 4 && month <= 2 && year <= 2 && (figures.starts_with("19") || figures.starts_with("20"));
    day_first || year_first
}

/// "1 2 3 4 5 6 7 8 9", "0-1-2-3 …": somebody counts.
fn is_counting(digits: &str, groups: &[usize]) -> bool {
    groups.len() > 3 && groups.iter().all(|length| *length == 1) && digits.as_bytes().windows(2).all(|pair| matches!(pair, [a, b] if a.abs_diff(*b) == 1))
}

/// Words after which a number is not a phone number.
const OTHER_NUMBERS: &[&str] = &[
    "isbn",
    "ean",
    "iva",
    "siret",
    "siren",
    "rcs",
    "iban",
    "bic",
    "tva",
    "vat",
    "commande",
    "order",
    "bestellung",
    "bestellnummer",
    "bestelnummer",
    "bestelling",
    "pedido",
    "ordine",
    "tracking",
    "suivi",
    "colis",
    "facture",
    "invoice",
    "rechnung",
    "rechnungsnummer",
    "factura",
    "fattura",
    "factuur",
    "ref",
    "reference",
    "referencia",
    "ticket",
    "matricule",
    "dossier",
    "id",
    "licence",
    "license",
    "serie",
    "serial",
    "aktenzeichen",
    "sendung",
    "sendungsnummer",
    "codigo",
    "orcid",
    "doi",
    "code",
    "imei",
    "kvk",
    "partita",
    "piva",
    "account",
    "kontonummer",
    "lot",
    "batch",
    "tweet",
    "status",
    "version",
];

/// Whether the words before say that it is another number, or the sign after it that it is an amount.
fn is_other_number(glyphs: &[Glyph], from: usize, to: usize) -> bool {
    let next = to + glyphs.iter().skip(to).take_while(|g| g.c == ' ').count();
    if matches!(at(glyphs, next), '€' | '£' | '$' | '%') {
        return true;
    }
    let line = glyphs.get(from.saturating_sub(32)..from).unwrap_or_default();
    let line: String = line.iter().rev().map_while(|g| (g.c != '\n').then_some(g.c)).collect::<Vec<_>>().into_iter().rev().collect();
    line.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).rev().take(2).any(|word| OTHER_NUMBERS.contains(&word))
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "that spans slice the text is what these tests show")]
mod tests {
    use vigie_model::Lang;
    use vigie_text::Glyphs;

    use super::*;

    fn phones(text: &str, lang: &str) -> Vec<(String, String)> {
        let mut glyphs = Glyphs::default();
        glyphs.read(text);
        read(text, glyphs.as_slice(), &Setting { lang: Lang::parse(lang), countries: &[] })
            .into_iter()
            .map(|c| (c.value, text[c.start as usize..c.end as usize].to_owned()))
            .collect()
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
    fn the_places_decide_between_plans() {
        for (lang, countries, text, expected) in [
            ("fr", &[][..], "0470123456", "+33470123456"),
            ("fr", &["BE"], "0470123456", "+32470123456"),
            ("fr", &["NL"], "0639980012", "+33639980012"),
            ("de", &["AT"], "0664 1234567", "+436641234567"),
            ("en", &["FR"], "06 39 98 00 12", "+33639980012"),
            ("und", &["ES"], "612 345 678", "+34612345678"),
        ] {
            let mut glyphs = Glyphs::default();
            glyphs.read(text);
            let found = read(text, glyphs.as_slice(), &Setting { lang: Lang::parse(lang), countries });
            assert_eq!(found.first().map(|c| c.value.as_str()), Some(expected), "{lang} {countries:?} {text}");
        }
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

//! Invented contacts: telephone numbers of the ranges set aside for fiction, handles, addresses.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::{
    grammar::{Draft, Lang},
    obfuscate::Obfuscation,
    write::{mix, number, two},
};

/// A contact in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contact {
    /// `phone`, `telegram`, `snapchat`, `instagram` or `email`. Links to these (t.me, wa.me) count as what they lead to.
    pub kind: &'static str,
    /// E.164 for telephones; handles without `@`, in lower case; addresses as they are.
    pub value: String,
}

/// Who can be contacted: everything follows from two numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Identity {
    seed: u64,
    british: bool,
}

/// First eight digits of the ranges of ARCEP's decision 2018-0881 that networks never assign: `01 99 00`, and so on.
const LANDLINES: [&str; 5] = ["019900", "026191", "035301", "046571", "053649"];

const SELLER_WORDS: [&str; 28] = [
    "plug",
    "menu",
    "livreur",
    "dispo",
    "shop",
    "market",
    "coffee",
    "resto",
    "chef",
    "express",
    "uber",
    "night",
    "labo",
    "tonton",
    "casa",
    "jungle",
    "frappe",
    "lavitrine",
    "topcali",
    "drive",
    "bendo",
    "kartel",
    "lounge",
    "store",
    "laboite",
    "club",
    "speedy",
    "kiosque",
];
const MARKERS: [&str; 3] = ["example", "fictif", "demo"];
const PERSON_WORDS: [&str; 40] = [
    "lilou", "max", "nono", "camille", "sarah", "leo", "juju", "nina", "momo", "ines", "tom", "clem", "yas", "alex", "sofia", "rayan", "manon", "lucas",
    "theo", "emma", "zoe", "hugo", "karim", "lina", "jade", "noah", "ana", "marco", "lotte", "jan", "pat", "kev", "liam", "orla", "sam", "gaelle", "yann",
    "titi", "mamie", "coach",
];
const PERSON_TAILS: [&str; 24] = [
    "", "off", "real", "photo", "music", "foot", "cook", "run", "31", "lit", "tv", "dev", "art", "vlog", "asso", "jardin", "rugby", "bzh", "xx", "the2nd",
    "news", "sport", "fr", "club",
];

fn word<'a>(words: &[&'a str], seed: u64) -> &'a str {
    let index = usize::try_from(seed % words.len().max(1) as u64).unwrap_or_default();
    words.get(index).copied().unwrap_or("demo")
}

/// Appends the handle of an ordinary account.
pub(crate) fn person_handle(out: &mut String, seed: u64) {
    let seed = mix(seed);
    out.push_str(word(&PERSON_WORDS, seed));
    if seed & 0x100 == 0 {
        out.push('_');
    }
    out.push_str(word(&MARKERS, seed >> 10));
    out.push_str(word(&PERSON_TAILS, seed >> 20));
    number(out, (seed >> 32) % 9000);
}

/// Appends the display name of an ordinary account.
pub(crate) fn person_name(out: &mut String, seed: u64) {
    let seed = mix(seed);
    let mut letters = word(&PERSON_WORDS, seed).chars();
    out.extend(letters.next().into_iter().flat_map(char::to_uppercase).chain(letters));
    out.push_str(word(&["", " 🌻", " (demo)", " B.", " officiel", " ✨", "", " 🏉", " D.", ""], seed >> 12));
}

impl Identity {
    pub(crate) fn new(seed: u64, british: bool) -> Self {
        Self { seed: mix(seed), british }
    }

    fn last_four(self) -> u64 {
        (self.seed >> 40) % 10_000
    }

    /// National digits, without spaces.
    fn national(self) -> String {
        let mut digits = String::from(if self.british { "07700900" } else { "063998" });
        if self.british {
            let last = self.last_four() % 1000;
            if last < 100 {
                digits.push('0');
            }
            two(&mut digits, last);
        } else {
            two(&mut digits, self.last_four() / 100);
            two(&mut digits, self.last_four() % 100);
        }
        digits
    }

    fn e164(self) -> String {
        let national = self.national();
        let rest = national.strip_prefix('0').unwrap_or(&national);
        format!("{}{rest}", if self.british { "+44" } else { "+33" })
    }

    /// Appends the mobile number, written in one of many ways.
    pub(crate) fn write_phone(self, draft: &mut Draft, lang: Lang, rng: &mut ChaCha8Rng) {
        let digits = self.national();
        let style = rng.random_range(0..24_u8);
        match style {
            0 | 1 => {
                draft.text.extend(digits.chars().flat_map(|digit| [digit, '\u{fe0f}', '\u{20e3}']));
                draft.add_trick(Obfuscation::EmojiDigits);
            }
            2 | 3 if matches!(lang, Lang::Fr | Lang::En) => {
                number_words(&mut draft.text, &digits, lang);
                draft.add_trick(Obfuscation::NumberWords);
            }
            _ if self.british => british_style(&mut draft.text, &digits, style),
            _ => french_style(&mut draft.text, &digits, style),
        }
        draft.add_contact(Contact { kind: "phone", value: self.e164() });
    }

    /// Appends a fixed line, for shops and surgeries.
    pub(crate) fn write_landline(self, draft: &mut Draft) {
        let mut digits = String::from(word(&LANDLINES, self.seed >> 8));
        two(&mut digits, self.last_four() / 100);
        two(&mut digits, self.last_four() % 100);
        french_style(&mut draft.text, &digits, u8::try_from(self.seed % 4).unwrap_or_default() + 4);
        let rest = digits.strip_prefix('0').unwrap_or(&digits);
        draft.add_contact(Contact { kind: "phone", value: format!("+33{rest}") });
    }

    /// Appends `wa.me/33…`.
    pub(crate) fn write_whatsapp_link(self, draft: &mut Draft) {
        let value = self.e164();
        draft.text.push_str("wa.me/");
        draft.text.push_str(value.strip_prefix('+').unwrap_or(&value));
        draft.add_contact(Contact { kind: "phone", value });
    }

    /// The handle on a network: the same stem everywhere, small differences between networks.
    pub(crate) fn handle(self, kind: &str) -> String {
        let seed = self.seed;
        let mut handle = String::from(word(&SELLER_WORDS, seed >> 3));
        if seed & 1 == 0 {
            handle.push_str(word(&SELLER_WORDS, seed >> 17));
        }
        handle.push_str(match kind {
            "telegram" => "_",
            "instagram" => ".",
            _ => "",
        });
        handle.push_str(match kind {
            "telegram" | "snapchat" => "example",
            _ => word(&MARKERS, seed >> 29),
        });
        number(&mut handle, (seed >> 33) % 1000);
        handle
    }

    /// Appends a handle and notes it as a contact.
    pub(crate) fn write_handle(self, draft: &mut Draft, kind: &'static str) {
        let value = self.handle(kind);
        draft.text.push_str(&value);
        draft.add_contact(Contact { kind, value });
    }

    /// Appends an e-mail address.
    pub(crate) fn write_email(self, draft: &mut Draft) {
        let value = format!("{}@example.org", self.handle("email"));
        draft.text.push_str(&value);
        draft.add_contact(Contact { kind: "email", value });
    }
}

/// Appends digits in groups of two, between which the separator stands; the first group may be shorter.
fn grouped(out: &mut String, digits: &str, first: usize, separator: &str) {
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (index + 2).saturating_sub(first).is_multiple_of(2) && index >= first {
            out.push_str(separator);
        }
        out.push(digit);
    }
}

fn french_style(out: &mut String, digits: &str, style: u8) {
    let rest = digits.strip_prefix('0').unwrap_or(digits);
    match style {
        2..=5 | 22 => grouped(out, digits, 2, " "),
        6 | 7 => grouped(out, digits, 2, "."),
        8..=10 => out.push_str(digits),
        11 => grouped(out, digits, 2, "-"),
        12 => grouped(out, digits, 2, "/"),
        13 | 14 => {
            out.push_str("+33 ");
            grouped(out, rest, 1, " ");
        }
        15 => {
            out.push_str("+33");
            out.push_str(rest);
        }
        16 => {
            out.push_str("0033");
            out.push_str(rest);
        }
        17 => {
            out.push_str("+33 (0)");
            grouped(out, rest, 1, " ");
        }
        18 => grouped(out, digits, 2, " . "),
        19 => grouped(out, digits, 2, "_"),
        20 => grouped(out, digits, 2, ","),
        21 => {
            let (head, tail) = digits.split_at_checked(4).unwrap_or((digits, ""));
            out.push_str(head);
            out.push(' ');
            out.push_str(tail);
        }
        _ => grouped(out, digits, 2, "·"),
    }
}

fn british_style(out: &mut String, digits: &str, style: u8) {
    let (head, tail) = digits.split_at_checked(5).unwrap_or((digits, ""));
    let rest = head.strip_prefix('0').unwrap_or(head);
    let (prefix, head) = match style {
        2..=9 => ("", head),
        10..=15 => ("+44 ", rest),
        16 | 17 => ("+44", rest),
        _ => ("", head),
    };
    out.push_str(prefix);
    out.push_str(head);
    out.push_str(if style.is_multiple_of(3) { "" } else { " " });
    out.push_str(tail);
}

/// Appends digits in words: in pairs as in France, else one by one in English.
pub(crate) fn number_words(out: &mut String, digits: &str, lang: Lang) {
    const DIGITS: [&str; 10] = ["oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    let values: Vec<usize> = digits.chars().filter_map(|digit| digit.to_digit(10)).filter_map(|digit| usize::try_from(digit).ok()).collect();
    let mut first = true;
    let mut say = |text: &str| {
        if !std::mem::take(&mut first) {
            out.push(' ');
        }
        out.push_str(text);
    };
    if lang == Lang::Fr {
        for pair in values.chunks(2) {
            if let [tens, units] = pair {
                french_pair(tens * 10 + units, &mut say);
            }
        }
    } else {
        for digit in values {
            say(DIGITS.get(digit).copied().unwrap_or("oh"));
        }
    }
}

/// A pair of digits as a French speaker dictates it: "zéro six", "soixante-douze".
fn french_pair(value: usize, say: &mut impl FnMut(&str)) {
    const SMALL: [&str; 20] = [
        "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize", "quatorze", "quinze", "seize",
        "dix-sept", "dix-huit", "dix-neuf",
    ];
    const TENS: [&str; 10] = ["", "", "vingt", "trente", "quarante", "cinquante", "soixante", "soixante", "quatre-vingt", "quatre-vingt"];
    let small = |n: usize| SMALL.get(n).copied().unwrap_or("");
    let tens = TENS.get(value / 10).copied().unwrap_or("");
    match value {
        0..10 => {
            say("zéro");
            say(small(value));
        }
        10..=19 => say(small(value)),
        80 => say("quatre-vingts"),
        21 | 31 | 41 | 51 | 61 => say(&format!("{tens} et un")),
        71 => say("soixante et onze"),
        _ => {
            let rest = if matches!(value / 10, 7 | 9) { value % 10 + 10 } else { value % 10 };
            if rest == 0 { say(tens) } else { say(&format!("{tens}-{}", small(rest))) }
        }
    }
}

/// Display name of a seller's account.
pub(crate) fn seller_name(identity: Identity, seed: u64) -> String {
    let emoji = word(&["🍀", "🔌", "❄️", "🛵", "📦", "🔥", "🍫", "💎", "👨‍🍳", ""], seed >> 5);
    let style = word(&["Menu du jour", "Le Plug", "Livraison", "Coffee", "Le Chef", "Express", "24/7", "Backup", "Officiel 2", "Ouvert"], seed >> 15);
    if seed.is_multiple_of(3) { format!("{} {emoji}", identity.handle("name")) } else { format!("{style} {emoji}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_within_the_fiction_ranges() {
        for seed in 0..5000 {
            let french = Identity::new(seed, false).national();
            assert!(french.len() == 10 && french.starts_with("063998"), "{french}");
            let british = Identity::new(seed, true).national();
            assert!(british.len() == 11 && british.starts_with("07700900"), "{british}");
        }
    }

    #[test]
    fn groups() {
        let mut out = String::new();
        grouped(&mut out, "0639981234", 2, " ");
        assert_eq!(out, "06 39 98 12 34");
        out.clear();
        grouped(&mut out, "639981234", 1, " ");
        assert_eq!(out, "6 39 98 12 34");
    }

    #[test]
    fn dictated() {
        let mut out = String::new();
        number_words(&mut out, "0639987180", Lang::Fr);
        assert_eq!(out, "zéro six trente-neuf quatre-vingt-dix-huit soixante et onze quatre-vingts");
    }
}

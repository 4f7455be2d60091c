//! Number words of French, English, Spanish, Italian, German and Dutch, as people dictate phone numbers.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::beginnings::Beginnings;

/// What a word adds to a dictated number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spoken {
    /// A number that is complete: 0 to 19, or a compound such as "trentanove".
    Whole(u8),
    /// A multiple of ten that a unit may follow: "trente", "thirty".
    Ten(u8),
    /// "double", "triple": the next digit so many times.
    Times(u8),
    /// "et", "y", "und": joins a ten and a unit; "puis": goes on.
    And,
}

/// Words without accents, as in [`vigie_text::Glyphs`].
const WHOLE: &[(&[&str], u8)] = &[
    (&["zero", "oh", "nought", "null", "nul", "cero"], 0),
    (&["un", "une", "one", "uno", "una", "eins", "ein", "een"], 1),
    (&["deux", "two", "dos", "due", "zwei", "zwo", "twee"], 2),
    (&["trois", "three", "tres", "tre", "drei", "drie"], 3),
    (&["quatre", "four", "cuatro", "quattro", "vier"], 4),
    (&["cinq", "five", "cinco", "cinque", "funf", "fuenf", "vijf"], 5),
    (&["six", "seis", "sei", "sechs", "zes"], 6),
    (&["sept", "seven", "siete", "sette", "sieben", "zeven"], 7),
    (&["huit", "eight", "ocho", "otto", "acht"], 8),
    (&["neuf", "nine", "nueve", "nove", "neun", "negen"], 9),
    (&["ten", "diez", "dieci", "zehn", "tien"], 10),
    (&["onze", "eleven", "once", "undici", "elf"], 11),
    (&["douze", "twelve", "doce", "dodici", "zwolf", "zwoelf", "twaalf"], 12),
    (&["treize", "thirteen", "trece", "tredici", "dreizehn", "dertien"], 13),
    (&["quatorze", "fourteen", "catorce", "quattordici", "vierzehn", "veertien"], 14),
    (&["quinze", "fifteen", "quince", "quindici", "funfzehn", "fuenfzehn", "vijftien"], 15),
    (&["seize", "sixteen", "dieciseis", "sedici", "sechzehn", "zestien"], 16),
    (&["seventeen", "diecisiete", "diciassette", "siebzehn", "zeventien"], 17),
    (&["eighteen", "dieciocho", "diciotto", "achtzehn", "achttien"], 18),
    (&["nineteen", "diecinueve", "diciannove", "neunzehn", "negentien"], 19),
];

const TENS: &[(&[&str], u8)] = &[
    (&["dix"], 10), // a unit may follow as well: "dix-sept"
    (&["vingt", "vingts", "twenty", "veinte", "venti", "zwanzig", "twintig"], 20),
    (&["trente", "thirty", "treinta", "trenta", "dreissig", "dreißig", "dreizig", "dertig"], 30),
    (&["quarante", "forty", "fourty", "cuarenta", "quaranta", "vierzig", "veertig"], 40),
    (&["cinquante", "fifty", "cincuenta", "cinquanta", "funfzig", "fuenfzig", "vijftig"], 50),
    (&["soixante", "sixty", "sesenta", "sessanta", "sechzig", "zestig"], 60),
    (&["septante", "seventy", "setenta", "settanta", "siebzig", "zeventig"], 70),
    (&["huitante", "octante", "eighty", "ochenta", "ottanta", "achtzig", "tachtig"], 80),
    (&["nonante", "ninety", "noventa", "novanta", "neunzig", "negentig"], 90),
];

/// Units as they stand at the end of an Italian or Spanish compound ("trentanove", "veintitres").
const ITALIAN: [&str; 9] = ["uno", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove"];
const SPANISH: [&str; 9] = ["uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"];
const ITALIAN_TENS: [&str; 8] = ["venti", "trenta", "quaranta", "cinquanta", "sessanta", "settanta", "ottanta", "novanta"];
/// Units as they stand at the beginning of a German or Dutch compound ("neununddreissig", "negenendertig").
const GERMAN: [&str; 9] = ["ein", "zwei", "drei", "vier", "funf", "sechs", "sieben", "acht", "neun"];
const DUTCH: [&str; 9] = ["een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen"];
const GERMAN_TENS: [&str; 8] = ["zwanzig", "dreissig", "vierzig", "funfzig", "sechzig", "siebzig", "achtzig", "neunzig"];
const DUTCH_TENS: [&str; 8] = ["twintig", "dertig", "veertig", "vijftig", "zestig", "zeventig", "tachtig", "negentig"];

static WORDS: LazyLock<FxHashMap<String, Spoken>> = LazyLock::new(|| {
    let mut words = FxHashMap::default();
    for (names, value) in WHOLE {
        words.extend(names.iter().map(|name| ((*name).to_owned(), Spoken::Whole(*value))));
    }
    for (names, value) in TENS {
        words.extend(names.iter().map(|name| ((*name).to_owned(), Spoken::Ten(*value))));
    }
    for (ten, index) in (20u8..).step_by(10).zip(0..8) {
        let name = |list: &[&'static str; 8]| list.get(index).copied().unwrap_or_default();
        for (unit, at) in (1u8..).zip(0..9) {
            let word = |list: &[&'static str; 9]| list.get(at).copied().unwrap_or_default();
            let italian = name(&ITALIAN_TENS);
            // "trentuno", "trentotto": the ten loses its last vowel before another.
            let stem = if matches!(unit, 1 | 8) { italian.get(..italian.len() - 1).unwrap_or(italian) } else { italian };
            words.insert(format!("{stem}{}", word(&ITALIAN)), Spoken::Whole(ten + unit));
            let german = format!("{}und{}", word(&GERMAN), name(&GERMAN_TENS));
            words.insert(german.replace("ss", "ß"), Spoken::Whole(ten + unit));
            words.insert(german, Spoken::Whole(ten + unit));
            words.insert(format!("{}en{}", word(&DUTCH), name(&DUTCH_TENS)), Spoken::Whole(ten + unit));
            if ten == 20 {
                words.insert(format!("veinti{}", word(&SPANISH)), Spoken::Whole(ten + unit));
            }
        }
    }
    words.extend(["et", "y", "und", "en", "puis", "then", "luego", "poi", "dann", "dan"].map(|name| (name.to_owned(), Spoken::And)));
    words
        .extend([("double", 2), ("doble", 2), ("doppio", 2), ("doppel", 2), ("dubbel", 2), ("triple", 3)].map(|(name, n)| (name.to_owned(), Spoken::Times(n))));
    words
});

static BEGINNINGS: LazyLock<Beginnings> = LazyLock::new(|| Beginnings::of(WORDS.keys().map(String::as_str)));

/// Whether a number word may begin with these three characters.
#[inline]
pub(super) fn may_begin(first: char, second: char, third: char) -> bool {
    BEGINNINGS.may_be(first, second, third)
}

/// What a word (lower case, no accents) adds to a number.
pub(super) fn spoken(word: &str) -> Option<Spoken> {
    WORDS.get(word).copied()
}

/// A number as it is dictated: takes one word after another and gives digits.
#[derive(Debug, Default)]
pub(super) struct Dictation {
    digits: String,
    /// A multiple of ten that may still take a unit.
    ten: Option<u8>,
    /// The ten that the last digit is the unit of.
    before_unit: Option<u8>,
    times: u8,
    last: Option<Spoken>,
}

impl Dictation {
    /// Takes the next word.
    pub(super) fn push(&mut self, word: Spoken) {
        match (word, self.ten) {
            // "quatre-vingt": the four was taken for a digit, or for the unit of the ten before it.
            (Spoken::Ten(20), None) if self.last == Some(Spoken::Whole(4)) => {
                self.digits.pop();
                if let Some(ten) = self.before_unit {
                    self.digits.pop();
                    self.write(ten);
                }
                self.ten = Some(80);
            }
            // "soixante-dix", "quatre-vingt-dix"; and then "-sept" to "-neuf".
            (Spoken::Ten(10), Some(ten @ (60 | 80))) => self.ten = Some(ten + 10),
            (Spoken::Whole(unit @ 7..=9), Some(ten @ (10 | 70 | 90))) => self.write(ten + unit),
            (Spoken::Whole(unit @ 1..=9), Some(ten)) if ten != 10 => {
                self.write(ten + unit);
                self.before_unit = Some(ten);
            }
            (Spoken::Whole(teen @ 11..=16), Some(ten @ (60 | 80))) => self.write(ten + teen),
            (Spoken::Whole(value), _) => {
                self.flush();
                self.write(value);
            }
            (Spoken::Ten(ten), _) => {
                self.flush();
                self.ten = Some(ten);
            }
            (Spoken::Times(times), _) => {
                self.flush();
                self.times = times;
            }
            (Spoken::And, _) => {}
        }
        self.last = Some(word);
    }

    /// The digits so far.
    pub(super) fn finish(mut self) -> String {
        self.flush();
        self.digits
    }

    fn flush(&mut self) {
        if let Some(ten) = self.ten {
            self.write(ten);
        }
    }

    fn write(&mut self, value: u8) {
        (self.ten, self.before_unit) = (None, None);
        let digits = value.to_string();
        for _ in 0..std::mem::take(&mut self.times).max(1) {
            self.digits.push_str(&digits);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dictated(text: &str) -> String {
        let mut dictation = Dictation::default();
        text.split([' ', '-']).filter_map(spoken).for_each(|word| dictation.push(word));
        dictation.finish()
    }

    #[test]
    fn reads_numbers_of_six_languages() {
        for (text, digits) in [
            ("zero six trente-neuf quatre-vingt-dix-huit zero zero douze", "0639980012"),
            ("zero six soixante-dix soixante-dix-sept vingt et un quatre-vingt-onze", "0670772191"),
            ("dix-sept dix dix-huit quatre-vingt quatre-vingt-deux", "1710188082"),
            ("oh seven double seven double oh nine hundred", "0777009"),
            ("seis treinta y nueve noventa y ocho veintidos", "6399822"),
            ("tre tre uno trentanove novantotto ventuno", "331399821"),
            ("null eins neununddreissig achtundneunzig", "013998"),
            ("nul zes negenendertig achtennegentig", "063998"),
        ] {
            assert_eq!(dictated(text), digits, "{text}");
        }
    }
}

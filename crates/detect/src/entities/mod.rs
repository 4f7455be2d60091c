//! What a text names besides words: phones, handles and links, wallets, prices.
//!
//! All readers work on [`Glyphs`](vigie_text::Glyphs) and give byte offsets of the original text.

mod beginnings;
mod everyday;
mod handles;
mod hidden_phones;
mod hours;
mod links;
mod number_words;
mod payments;
mod phones;
mod plans;
mod price_words;
mod prices;
mod services;
mod wallets;

use smallvec::SmallVec;
use vigie_model::{Contact, ContactKind, Lang, Price};
use vigie_text::{Glyph, Glyphs};

use plans::Plan;

/// Everything that was read from one text.
#[derive(Debug, Default)]
pub struct Entities {
    /// Phones, handles, links, wallets in the order of the text.
    pub contacts: Vec<Contact>,
    /// In the order of the text.
    pub prices: Vec<Price>,
    /// Spans of quantities with their unit.
    pub quantities: Vec<(u32, u32)>,
    /// Spans of opening hours: "11h-00h", "24/7".
    pub hours: Vec<(u32, u32)>,
    /// The longest run of (quantity, price) pairs or prices that follow one another.
    pub price_rows: usize,
}

/// Where a text was written, as far as known: decides how phone numbers without a country code and bare prices are read.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// Language of the text.
    pub lang: Lang,
    /// ISO 3166-1 codes of the places that the text names, then of the places that the user watches.
    pub countries: &'a [&'a str],
}

impl Setting<'_> {
    /// The plans that a national number is tried on, the likeliest first: the language's home countries that the text
    /// names, the language's usual country, the other countries named, the language's other ones, and France, where
    /// Vigie is at home.
    fn plans(&self) -> impl Iterator<Item = &'static Plan> {
        let homes = plans::homes(self.lang);
        let usual = plans::countries(self.lang);
        let named = self.countries.iter().filter(|country| homes.contains(country));
        named.chain(usual.first()).chain(self.countries).chain(usual).chain(&["FR"]).filter_map(|country| plans::of(country))
    }
}

/// Reads the entities of a text.
#[must_use]
pub fn read(text: &str, glyphs: &Glyphs, setting: &Setting<'_>) -> Entities {
    let glyphs = glyphs.as_slice();
    let mut contacts = handles::read(glyphs);
    contacts.extend(wallets::read(text));
    // A number inside a link (wa.me/33…) is the link's.
    let phones = phones::read(text, glyphs, setting);
    contacts.extend(phones.into_iter().filter(|phone| !contacts.iter().any(|c| c.start <= phone.start && phone.end <= c.end)).collect::<Vec<_>>());
    contacts.sort_by_key(|c| (c.start, c.end));
    contacts.dedup_by(|a, b| a.kind == b.kind && a.value == b.value);
    if !glyphs.iter().any(|g| g.c.is_ascii_digit()) {
        return Entities { contacts, ..Entities::default() };
    }
    let prices::Prices { prices, quantities, rows } = prices::read(glyphs, setting, |start| contacts.iter().any(|c| c.start <= start && start < c.end));
    Entities { contacts, prices, quantities, hours: hours::read(glyphs), price_rows: rows }
}

/// The phone numbers of a text alone.
#[must_use]
pub fn phones(text: &str, glyphs: &Glyphs, setting: &Setting<'_>) -> Vec<Contact> {
    phones::read(text, glyphs.as_slice(), setting)
}

/// The character at a position; NUL outside.
fn at(glyphs: &[Glyph], index: usize) -> char {
    glyphs.get(index).map_or('\0', |g| g.c)
}

/// The character before a position; NUL at the beginning.
fn before(glyphs: &[Glyph], index: usize) -> char {
    index.checked_sub(1).map_or('\0', |i| at(glyphs, i))
}

/// Byte span of the glyphs `from..to`.
fn span(glyphs: &[Glyph], from: usize, to: usize) -> (u32, u32) {
    let start = glyphs.get(from).map_or(0, |g| g.start);
    let end = to.checked_sub(1).and_then(|last| glyphs.get(last)).map_or(start, |g| g.end);
    (start, end)
}

/// One past the end of the run of characters from `index` that satisfy `accept`.
fn run(glyphs: &[Glyph], index: usize, accept: impl Fn(char) -> bool) -> usize {
    index + glyphs.iter().skip(index).take_while(|g| accept(g.c)).count()
}

/// The contact on the glyphs `from..to`.
fn contact(glyphs: &[Glyph], kind: ContactKind, value: String, from: usize, to: usize) -> Contact {
    let (start, end) = span(glyphs, from, to);
    Contact { kind, value, start, end }
}

/// The characters `from..to` as a word; on the stack unless it is long.
fn word(glyphs: &[Glyph], from: usize, to: usize) -> Word {
    let mut bytes = SmallVec::new();
    for glyph in glyphs.get(from..to).unwrap_or_default() {
        if glyph.c.is_ascii() {
            bytes.push(glyph.c as u8);
        } else {
            bytes.extend_from_slice(glyph.c.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    Word(bytes)
}

/// A short text in its own storage.
struct Word(SmallVec<[u8; 64]>);

impl std::ops::Deref for Word {
    type Target = str;

    fn deref(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default() // made of characters
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Pieces that the readers look for, to be put together at random.
    const PIECES: &[&str] = &[
        "06 39 98 00 12",
        "0️⃣6️⃣",
        "zéro six",
        "trente-neuf",
        "+33",
        "(0)",
        "snap",
        "👻",
        ": ",
        "@",
        "fictif_31",
        "t(.)me/",
        "t . me",
        "https://",
        "wa.me/",
        "linktr.ee/",
        "50€",
        "le g",
        "5 g",
        "pour",
        "1=10 ",
        "demi",
        "½",
        "…",
        "...",
        " dot ",
        "(at)",
        "example",
        ".org",
        "\n",
        "\u{200B}",
        "\u{202E}",
        "ſ",
        "ß",
        "№",
        "㎏",
        "à l'envers",
        "puis ",
        "11h-",
        "24/7",
        "transcash ",
        "FR14",
        "1A1zP1eP5QGefi2DM",
        "0x",
        "€",
        "e ",
        "k€",
        "#",
        "/",
        "underscore",
        "s.n.a.p",
        "İ",
        "🅾️",
        "１２",
    ];

    proptest! {
        #[test]
        fn spans_slice_the_text(pieces in prop::collection::vec(prop_oneof![prop::sample::select(PIECES).prop_map(str::to_owned), "\\PC{0,6}"], 0..24), lang in prop::sample::select(vec!["fr", "en", "es", "it", "de", "nl", "und"])) {
            let text = pieces.concat();
            let mut glyphs = Glyphs::default();
            glyphs.read(&text);
            let found = read(&text, &glyphs, &Setting { lang: Lang::parse(lang), countries: &["BE"] });
            let contacts = found.contacts.iter().map(|c| (c.start, c.end));
            let prices = found.prices.iter().map(|p| (p.start, p.end));
            for (start, end) in contacts.chain(prices).chain(found.quantities.iter().copied()).chain(found.hours.iter().copied()) {
                prop_assert!(text.get(start as usize..end as usize).is_some_and(|s| !s.is_empty()), "{start}..{end} of {text:?}");
            }
            prop_assert!(found.contacts.iter().all(|c| !c.value.is_empty()));
        }
    }
}

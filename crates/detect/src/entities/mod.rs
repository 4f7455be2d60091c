//! What a text names besides words: phones, handles and links, wallets, prices.
//!
//! All readers work on [`Glyphs`](vigie_text::Glyphs) and give byte offsets of the original text.

mod handles;
mod phones;
mod prices;
mod wallets;

use smallvec::SmallVec;
use vigie_model::{Contact, Lang, Price};
use vigie_text::{Glyph, Glyphs};

/// Everything that was read from one text.
#[derive(Debug, Default)]
pub(crate) struct Entities {
    pub(crate) contacts: Vec<Contact>,
    pub(crate) prices: Vec<Price>,
    /// Spans of quantities with their unit.
    pub(crate) quantities: Vec<(u32, u32)>,
    /// The longest run of (quantity, price) pairs or prices that follow one another.
    pub(crate) price_rows: usize,
}

/// Reads the entities of a text in a language (which decides how national phone numbers and bare prices are read).
pub(crate) fn read(text: &str, glyphs: &Glyphs, lang: Lang) -> Entities {
    let glyphs = glyphs.as_slice();
    let mut contacts = handles::read(glyphs);
    contacts.extend(wallets::read(glyphs));
    contacts.extend(wallets::base58(text));
    let digits = glyphs.iter().any(|g| g.c.is_ascii_digit());
    let phones = if digits { phones::read(glyphs, lang) } else { Vec::new() };
    // A number inside a link (wa.me/33…) is the link's.
    contacts.extend(phones.into_iter().filter(|phone| !contacts.iter().any(|c| c.start <= phone.start && phone.end <= c.end)).collect::<Vec<_>>());
    contacts.sort_by_key(|c| (c.start, c.end));
    contacts.dedup_by(|a, b| a.kind == b.kind && a.value == b.value);
    if !digits {
        return Entities { contacts, ..Entities::default() };
    }
    let prices::Prices { prices, quantities, rows } = prices::read(glyphs, lang, |start| contacts.iter().any(|c| c.start <= start && start < c.end));
    Entities { contacts, prices, quantities, price_rows: rows }
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

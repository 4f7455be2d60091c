//! Wallet addresses with valid checksums: Bitcoin and Litecoin (Base58Check; BIP 173 and 350 Bech32).

use vigie_model::{Contact, ContactKind};
use vigie_text::Glyph;

use super::span;

/// Finds the addresses that are written in one case: Bech32 and Ethereum's hexadecimal form.
pub(super) fn read(glyphs: &[Glyph]) -> Vec<Contact> {
    let mut found = Vec::new();
    let mut index = 0;
    while index < glyphs.len() {
        let length = glyphs.iter().skip(index).take_while(|g| g.c.is_ascii_alphanumeric()).count();
        if (26..=90).contains(&length) {
            let word: String = glyphs.iter().skip(index).take(length).map(|g| g.c).collect();
            if is_bech32(&word) || is_ethereum(&word) {
                let (start, end) = span(glyphs, index, index + length);
                found.push(Contact { kind: ContactKind::Wallet, value: word, start, end });
            }
        }
        index += length.max(1);
    }
    found
}

/// Finds Base58Check addresses in the original text, where case matters.
pub(super) fn base58(text: &str) -> Vec<Contact> {
    let mut found = Vec::new();
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
        if (26..=35).contains(&word.len()) && word.starts_with(['1', '3', 'L', 'M']) && is_base58check(word) {
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            let (Ok(from), Ok(to)) = (u32::try_from(start), u32::try_from(start + word.len())) else { continue };
            found.push(Contact { kind: ContactKind::Wallet, value: word.to_owned(), start: from, end: to });
        }
    }
    found
}

/// Bitcoin and Litecoin, pay-to-public-key-hash and pay-to-script-hash.
fn is_base58check(word: &str) -> bool {
    bs58::decode(word).with_check(None).into_vec().is_ok_and(|payload| payload.len() == 21 && matches!(payload.first(), Some(0x00 | 0x05 | 0x30 | 0x32)))
}

/// A native SegWit address of Bitcoin or Litecoin.
fn is_bech32(word: &str) -> bool {
    bech32::segwit::decode(word).is_ok_and(|(prefix, _, _)| matches!(prefix.as_str(), "bc" | "ltc"))
}

fn is_ethereum(word: &str) -> bool {
    word.len() == 42 && word.starts_with("0x") && word.bytes().skip(2).all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use vigie_text::Glyphs;

    use super::*;

    fn found(text: &str) -> usize {
        let mut glyphs = Glyphs::default();
        glyphs.read(text);
        read(glyphs.as_slice()).len() + base58(text).len()
    }

    #[test]
    fn checks_the_checksums() {
        // The address of the genesis block, and the test vectors of BIP 173.
        assert_eq!(found("btc 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa ok"), 1);
        assert_eq!(found("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"), 0);
        assert_eq!(found("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"), 1);
        assert_eq!(found("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"), 0);
    }
}

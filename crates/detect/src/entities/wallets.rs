//! Wallet addresses with valid checksums: Bitcoin and Litecoin (Base58Check; BIP 173 and 350 Bech32), Ethereum (ERC-55),
//! Monero (its block-wise Base58 with Keccak).

use sha3::{Digest, Keccak256};
use vigie_model::{Contact, ContactKind};

/// Finds the addresses in the original text, where case matters; characters that cannot be seen may stand inside them.
pub(super) fn read(text: &str) -> Vec<Contact> {
    let mut found = Vec::new();
    if !has_long_word(text) {
        return found;
    }
    let mut start = None;
    for (index, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match start {
            None if c.is_ascii_alphanumeric() => start = Some(index),
            Some(from) if !c.is_ascii_alphanumeric() && !is_invisible(c) => {
                if index - from >= SHORTEST
                    && let Some(word) = text.get(from..index)
                {
                    found.extend(contact(word, from));
                }
                start = None;
            }
            _ => {}
        }
    }
    found
}

/// The fewest characters of an address.
const SHORTEST: usize = 26;

/// A quick look: whether so many letters and digits, or characters outside ASCII, follow one another.
fn has_long_word(text: &str) -> bool {
    let mut length = 0;
    text.bytes().any(|byte| {
        length = if byte.is_ascii_alphanumeric() || !byte.is_ascii() { length + 1 } else { 0 };
        length >= SHORTEST
    })
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
}

fn contact(word: &str, from: usize) -> Option<Contact> {
    let address: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
    let is_one_case = !address.bytes().any(|b| b.is_ascii_uppercase()) || !address.bytes().any(|b| b.is_ascii_lowercase());
    let value = if is_one_case && is_bech32(&address) {
        address.to_ascii_lowercase()
    } else if is_base58check(&address) || is_ethereum(&address) || is_monero(&address) {
        address
    } else {
        return None;
    };
    let (start, end) = (u32::try_from(from).ok()?, u32::try_from(from + word.trim_end_matches(is_invisible).len()).ok()?);
    Some(Contact { kind: ContactKind::Wallet, value, start, end })
}

/// Bitcoin and Litecoin, pay-to-public-key-hash and pay-to-script-hash.
fn is_base58check(word: &str) -> bool {
    (26..=35).contains(&word.len())
        && word.starts_with(['1', '3', 'L', 'M'])
        && bs58::decode(word).with_check(None).into_vec().is_ok_and(|payload| payload.len() == 21 && matches!(payload.first(), Some(0x00 | 0x05 | 0x30 | 0x32)))
}

/// A native SegWit address of Bitcoin or Litecoin.
fn is_bech32(word: &str) -> bool {
    word.len() <= 90 && bech32::segwit::decode(word).is_ok_and(|(prefix, _, _)| matches!(prefix.to_lowercase().as_str(), "bc" | "ltc"))
}

/// 20 bytes in hexadecimal; where capitals and small letters are mixed, they are the checksum (ERC-55).
fn is_ethereum(word: &str) -> bool {
    let Some(digits) = word.strip_prefix("0x").filter(|d| d.len() == 40 && d.bytes().all(|b| b.is_ascii_hexdigit())) else { return false };
    let is_mixed = digits.bytes().any(|b| b.is_ascii_uppercase()) && digits.bytes().any(|b| b.is_ascii_lowercase());
    if !is_mixed {
        // All digits, or the same one again and again, is no address.
        return digits.bytes().any(|b| b.is_ascii_alphabetic());
    }
    let hash = Keccak256::digest(digits.to_ascii_lowercase());
    let nibbles = hash.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.bytes().zip(nibbles).all(|(digit, nibble)| digit.is_ascii_digit() || digit.is_ascii_uppercase() == (nibble >= 8))
}

/// A standard, integrated or sub-address of Monero's main network: 69 or 77 bytes, the last four the head of Keccak-256 of the others.
fn is_monero(word: &str) -> bool {
    if !matches!(word.len(), 95 | 106) || !word.starts_with(['4', '8']) {
        return false;
    }
    let Some(bytes) = monero_bytes(word) else { return false };
    let Some((body, checksum)) = bytes.split_at_checked(bytes.len().saturating_sub(4)) else { return false };
    matches!(body.first(), Some(18 | 19 | 42)) && Keccak256::digest(body).starts_with(checksum)
}

/// Blocks of eleven characters are eight bytes each; what is left over is shorter.
fn monero_bytes(word: &str) -> Option<Vec<u8>> {
    const ALPHABET: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    /// Characters of a block by its bytes.
    const LENGTHS: [usize; 9] = [0, 2, 3, 5, 6, 7, 9, 10, 11];
    let mut bytes = Vec::with_capacity(77);
    for block in word.as_bytes().chunks(11) {
        let size = LENGTHS.iter().position(|length| *length == block.len())?;
        let value = block.iter().try_fold(0u128, |value, c| Some(value * 58 + ALPHABET.iter().position(|a| a == c)? as u128))?;
        let all = value.to_be_bytes();
        let (zeros, kept) = all.split_at_checked(all.len() - size)?;
        if zeros.iter().any(|byte| *byte != 0) {
            return None;
        }
        bytes.extend_from_slice(kept);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_the_checksums() {
        for address in [
            // The address of the genesis block; the test vectors of BIP 173 and ERC-55; the donation address in Monero's documentation.
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
            "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A",
        ] {
            let text = format!("pay {address}, ok");
            let found = read(&text);
            assert_eq!(found.len(), 1, "{address}");
            assert_eq!((found[0].start, found[0].end as usize), (4, 4 + address.len()));
        }
        for address in [
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD",
            "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3B",
        ] {
            assert!(read(address).is_empty(), "{address}");
        }
    }

    #[test]
    fn reads_through_what_cannot_be_seen() {
        assert_eq!(read("1A1zP1eP5QGefi2DM\u{200B}PTfTL5SLmv7DivfNa").len(), 1);
    }
}

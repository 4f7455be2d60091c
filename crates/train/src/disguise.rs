//! Copies of texts with the slips and tricks of people who write in haste or hide: the same for adverts and others.
//!
//! Kept apart from `testkit`'s disguises on purpose: those measure the detector, and would measure nothing had it learnt from them.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A copy in which some or all words have lost vowels, got letters swapped, doubled or left out, are in leet, spaced out or
/// full of invisible characters.
pub(crate) fn disguised(text: &str, seed: u64) -> String {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    // Half of the copies have one slip or trick throughout, the others a mixture.
    let throughout = rng.random_ratio(1, 2).then(|| rng.random_range(0..KINDS));
    let (share, of) = if throughout.is_some() { (3, 4) } else { (2, 5) };
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        let plain = word.len() >= 4 && word.chars().all(char::is_alphabetic);
        if plain && rng.random_ratio(share, of) {
            let kind = throughout.unwrap_or_else(|| rng.random_range(0..KINDS));
            out.push_str(&slip(word, kind, &mut rng));
            out.push_str(piece.get(word.len()..).unwrap_or_default());
        } else {
            out.push_str(piece);
        }
    }
    out
}

/// Pictures that stand for products in adverts, and mostly for nothing of the kind.
const PICTURES: [&str; 18] = ["🌿", "🍀", "❄️", "🍫", "🍄", "💎", "🔥", "💊", "🎈", "🐴", "🌲", "🍪", "⚡", "🥦", "🧊", "🌱", "🍬", "📲"];

/// A copy that ends with one or two pictures.
pub(crate) fn with_picture(text: &str, seed: u64) -> String {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut out = text.to_owned();
    for _ in 0..rng.random_range(1..=2) {
        out.push(' ');
        out.push_str(PICTURES.get(rng.random_range(0..PICTURES.len())).copied().unwrap_or_default());
    }
    out
}

const KINDS: u32 = 9;

fn slip(word: &str, kind: u32, rng: &mut ChaCha8Rng) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = rng.random_range(1..letters.len().max(2));
    match kind {
        0 => letters.retain(|c| !"aeiouyéèêàAEIOU".contains(*c)),
        1 if at + 1 < letters.len() => letters.swap(at, at + 1),
        2 if at < letters.len() => drop(letters.remove(at)),
        3 => letters.insert(at, letters.get(at).copied().unwrap_or('e')),
        4 => letters.iter_mut().for_each(|c| *c = leet(*c)),
        5 => return joined(&letters, " "),
        6 => return joined(&letters, "."),
        7 => return joined(&letters, "\u{200B}"),
        _ => letters.iter_mut().for_each(|c| *c = without_accent(*c)),
    }
    letters.into_iter().collect()
}

fn joined(letters: &[char], by: &str) -> String {
    letters.iter().map(char::to_string).collect::<Vec<_>>().join(by)
}

fn leet(c: char) -> char {
    match c {
        'a' | 'A' => '4',
        'e' | 'E' => '3',
        'i' | 'I' => '1',
        'o' | 'O' => '0',
        's' => '5',
        other => other,
    }
}

fn without_accent(c: char) -> char {
    match c {
        'é' | 'è' | 'ê' => 'e',
        'à' | 'â' => 'a',
        'ç' => 'c',
        'ô' => 'o',
        'q' => 'k',
        other => other,
    }
}

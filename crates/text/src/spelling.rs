//! What a disguised word may stand for.

/// Calls `found` with each plain spelling that `word` may stand for, besides itself: digits and symbols as the
/// letters that they look like ("c0ke", "sh!t", "w33d"), stretched letters as single ones ("beuuh").
/// The alternatives are a lattice, never an overwriting: at most 32 spellings of words of at most 24 bytes.
pub fn spellings(word: &[u8], stretched: bool, found: &mut impl FnMut(&[u8])) {
    let mut buffer = [0u8; 24];
    if word.len() > buffer.len() {
        return;
    }
    let disguised = word.iter().any(|&b| letters_for(b) != [0, 0]) && word.iter().any(u8::is_ascii_alphabetic);
    if disguised {
        let choices = word.iter().filter(|&&b| letters_for(b)[1] != 0).count().min(5);
        for choice in 0..1usize << choices {
            let mut bit = 0;
            for (to, &from) in buffer.iter_mut().zip(word) {
                let [first, second] = letters_for(from);
                *to = if first == 0 {
                    from
                } else if second != 0 && bit < choices {
                    bit += 1;
                    if choice >> (bit - 1) & 1 == 0 { first } else { second }
                } else {
                    first
                };
            }
            found(buffer.get(..word.len()).unwrap_or_default());
        }
    }
    if stretched {
        let mut length = 0;
        let mut previous = 0;
        for &byte in word {
            if byte != previous {
                if let Some(to) = buffer.get_mut(length) {
                    *to = byte;
                }
                length += 1;
            }
            previous = byte;
        }
        found(buffer.get(..length).unwrap_or_default());
    }
}

/// The letters that a digit or symbol looks like; 0 where there is none.
fn letters_for(byte: u8) -> [u8; 2] {
    match byte {
        b'0' => [b'o', 0],
        b'1' | b'!' | b'|' => [b'i', b'l'],
        b'2' => [b'z', 0],
        b'3' => [b'e', 0],
        b'4' | b'@' => [b'a', 0],
        b'5' | b'$' => [b's', 0],
        b'6' | b'9' => [b'g', 0],
        b'7' | b'+' => [b't', 0],
        b'8' => [b'b', 0],
        b'*' => [b'o', b'i'],
        _ => [0, 0],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(word: &str, stretched: bool) -> Vec<String> {
        let mut out = Vec::new();
        spellings(word.as_bytes(), stretched, &mut |s| out.push(String::from_utf8_lossy(s).into_owned()));
        out
    }

    #[test]
    fn leet_is_a_lattice() {
        assert!(all("c0ke", false).contains(&"coke".into()));
        assert!(all("sh!t", false).contains(&"shit".into()));
        assert!(all("w33d", false).contains(&"weed".into()));
        assert!(all("h1ll", false).contains(&"hill".into()) && all("co1a", false).contains(&"cola".into()));
        assert!(all("0639980012", false).is_empty(), "numbers stay numbers");
        assert!(all("coke", false).is_empty());
    }

    #[test]
    fn stretched_letters_shrink() {
        assert_eq!(all("beuuh", true), ["beuh"]);
    }
}

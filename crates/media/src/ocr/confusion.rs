//! Characters that OCR takes for one another.
//!
//! In a telephone number an `O` is a zero; after an amount of one or two digits a `9` at the end is the letter of a gram. The likely text
//! has the same number of bytes, so that places in one are places in the other. It stands beside what was recognised and never instead
//! of it: what is found in it alone is marked so.

/// The text with the characters that were probably meant, byte for byte in the same places; `None` where it would be the same.
#[must_use]
pub fn likely_text(text: &str) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    digits_in_numbers(&mut bytes);
    grams_before_prices(&mut bytes);
    lost_underscores(&mut bytes);
    let likely = String::from_utf8(bytes).ok()?;
    (likely != text).then_some(likely)
}

/// The digit that a letter may be.
fn digit(byte: u8) -> Option<u8> {
    Some(match byte {
        b'O' | b'o' | b'Q' | b'D' => b'0',
        b'I' | b'l' | b'i' | b'|' | b'!' => b'1',
        b'Z' | b'z' => b'2',
        b'S' | b's' => b'5',
        b'G' => b'6',
        b'B' => b'8',
        b'g' | b'q' => b'9',
        _ => return None,
    })
}

/// Runs of groups that look like a telephone number get digits for letters: at least nine places, most of them digits already.
fn digits_in_numbers(bytes: &mut [u8]) {
    const LEAST_PLACES: usize = 9;
    let numeric = |byte: u8| byte.is_ascii_digit() || digit(byte).is_some();
    let joint = |byte: u8| matches!(byte, b' ' | b'.' | b'-' | b'/');
    let mut start = 0;
    while start < bytes.len() {
        let run = bytes.get(start..).unwrap_or_default().iter().take_while(|byte| numeric(**byte) || joint(**byte)).count();
        let (from, to) = whole_words(bytes, start, start + run);
        if let Some(run) = bytes.get_mut(from..to) {
            let digits = run.iter().filter(|byte| byte.is_ascii_digit()).count();
            let letters = run.iter().filter(|byte| digit(**byte).is_some()).count();
            if digits + letters >= LEAST_PLACES && digits >= 2 * letters {
                run.iter_mut().for_each(|byte| *byte = digit(*byte).unwrap_or(*byte));
            }
        }
        start += run.max(1);
    }
}

/// A stretch without the parts of words that hang over its ends.
fn whole_words(bytes: &[u8], mut from: usize, mut to: usize) -> (usize, usize) {
    let in_word = |at: usize| bytes.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii());
    while from < to && from > 0 && in_word(from - 1) && in_word(from) {
        from += 1;
    }
    while from < to && in_word(to) && in_word(to - 1) {
        to -= 1;
    }
    (from, to)
}

/// `59 40 €`, `59 = 40€`, `109: 70€` → `5g 40 €` …: a number that ends in 9, then an amount with a currency.
fn grams_before_prices(bytes: &mut [u8]) {
    let mut at = 0;
    while at < bytes.len() {
        let rest = bytes.get(at..).unwrap_or_default();
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let begins = at == 0 || bytes.get(at - 1).is_none_or(|before| before.is_ascii_whitespace() || matches!(before, b',' | b'/' | b'(' | b'-'));
        let ends_in_9 = (2..=4).contains(&digits) && rest.get(digits - 1) == Some(&b'9');
        if begins
            && ends_in_9
            && amount_follows(rest.get(digits..).unwrap_or_default())
            && let Some(last) = bytes.get_mut(at + digits - 1)
        {
            *last = b'g';
        }
        at += digits.max(1);
    }
}

/// `Snap : demo chef56`, `@demo chef56` → `demo_chef56`: an underscore lies on the line and is lost easily. Only between the last two
/// words of a line, where a handle is announced.
fn lost_underscores(bytes: &mut [u8]) {
    for line in bytes.split_mut(|byte| *byte == b'\n') {
        if let Some(at) = lost_underscore(line).and_then(|at| line.get_mut(at)) {
            *at = b'_';
        }
    }
}

/// Where in a line the underscore of a handle may be lost.
fn lost_underscore(line: &[u8]) -> Option<usize> {
    const CUES: [&[u8]; 9] = [b"snap", b"snapchat", b"telegram", b"tg", b"tele", b"insta", b"instagram", b"@", b"sc"];
    let at = line.iter().rposition(|byte| *byte == b' ')?;
    let (before, last) = (line.get(..at)?, line.get(at + 1..)?);
    let first_at = before.iter().rposition(|byte| *byte == b' ')? + 1;
    let first = before.get(first_at..)?;
    let handle = |word: &[u8]| word.len() >= 3 && word.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'));
    let announced = first.starts_with(b"@") || {
        let mut words = before.get(..first_at)?.split(|byte| matches!(byte, b' ' | b':')).rev().filter(|word| !word.is_empty());
        words.next().is_some_and(|word| CUES.contains(&word.to_ascii_lowercase().as_slice()))
    };
    (announced && handle(first.strip_prefix(b"@").unwrap_or(first)) && handle(last)).then_some(at)
}

/// Spaces, perhaps one of `= : - →` and words between, then digits and a currency on the same line.
fn amount_follows(rest: &[u8]) -> bool {
    let skip = |from: &[u8], what: fn(u8) -> bool| from.iter().take_while(|byte| what(**byte)).count();
    let gap = skip(rest, |byte| matches!(byte, b' ' | b'=' | b':' | b'-' | b'.' | b'>'));
    let rest = rest.get(gap..).unwrap_or_default();
    let digits = skip(rest, |byte| byte.is_ascii_digit());
    let after = rest.get(digits..).unwrap_or_default();
    let after = after.strip_prefix(b" ").unwrap_or(after);
    gap > 0 && digits > 0 && (after.starts_with("€".as_bytes()) || after.first().is_some_and(|byte| matches!(byte.to_ascii_lowercase(), b'e' | b'$')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ocr_confuses_has_an_alternative_of_the_same_length() {
        for (read, meant) in [
            ("59 40 €, 109 = 70€", "5g 40 €, 10g = 70€"),
            ("tel O6 39 98 l2 34", "tel 06 39 98 12 34"),
            ("O6.39.98.4B.S7", "06.39.98.48.57"),
            ("(59 : 40€)", "(5g : 40€)"),
            ("Snap : demo chef56", "Snap : demo_chef56"),
            ("menu\nTelegram @demo chef56\nici", "menu\nTelegram @demo_chef56\nici"),
        ] {
            let likely = likely_text(read).unwrap_or_else(|| read.to_owned());
            assert_eq!((likely.as_str(), likely.len()), (meant, read.len()));
        }
    }

    #[test]
    fn words_and_plain_prices_stay_as_they_are() {
        for text in ["Livraison 7j/7", "49 €", "Lille Sol Bois", "1990 : 12 chansons", "appelle le 06 39 98 00 19", "vers la gare demain", ""] {
            assert_eq!(likely_text(text), None, "{text}");
        }
    }
}

//! Writing numbers and times without allocation.

/// Appends a decimal number.
pub(crate) fn number(out: &mut String, number: u64) {
    let mut digits = [0_u8; 20];
    let mut left = number;
    let mut used = 0;
    for digit in &mut digits {
        *digit = u8::try_from(left % 10).unwrap_or_default();
        left /= 10;
        used += 1;
        if left == 0 {
            break;
        }
    }
    out.extend(digits.iter().take(used).rev().map(|digit| char::from(b'0' + digit)));
}

/// Appends a number of at least two digits.
pub(crate) fn two(out: &mut String, value: u64) {
    if value < 10 {
        out.push('0');
    }
    number(out, value);
}

/// Seconds since 1970 as RFC 3339 in UTC. Civil date after Howard Hinnant, "chrono-compatible low-level date algorithms".
pub(crate) fn rfc3339(seconds: i64) -> String {
    let days = seconds.div_euclid(86_400);
    let of_day = seconds.rem_euclid(86_400).unsigned_abs();
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let mut out = String::with_capacity(20);
    number(&mut out, year.unsigned_abs());
    for (separator, value) in [('-', month.unsigned_abs()), ('-', day.unsigned_abs()), ('T', of_day / 3600), (':', of_day / 60 % 60), (':', of_day % 60)] {
        out.push(separator);
        two(&mut out, value);
    }
    out.push('Z');
    out
}

/// Appends `length` digits of the sortable base 32 that AT Protocol uses, most significant first.
pub(crate) fn base32(out: &mut String, value: u64, length: u32) {
    const ALPHABET: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";
    out.extend((0..length).rev().map(|place| {
        let digit = value.checked_shr(5 * place).unwrap_or_default() & 31;
        usize::try_from(digit).ok().and_then(|digit| ALPHABET.get(digit)).map_or('2', |byte| char::from(*byte))
    }));
}

/// Spreads a number over 64 bits (the finaliser of SplitMix64).
pub(crate) fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(951_782_399), "2000-02-28T23:59:59Z");
        assert_eq!(rfc3339(1_795_503_600), "2026-11-24T07:00:00Z");
    }

    #[test]
    fn numbers() {
        for value in [0, 7, 10, 12_345, u64::MAX] {
            let mut text = String::new();
            number(&mut text, value);
            assert_eq!(text, value.to_string());
        }
    }
}

//! Times as sources write them.

use vigie_model::{Timestamp, UnreadableTime};

use super::{Reason, scalar::Scalar};

/// Reads RFC 3339, or an integer of seconds or milliseconds since 1970. Missing gives `None`.
pub(super) fn instant(scalar: &Scalar<'_>, field: &'static str) -> Result<Option<Timestamp>, Reason> {
    let (read, value) = match scalar {
        Scalar::None => return Ok(None),
        Scalar::Other => return Err(Reason::WrongType { field, expected: "a date and time" }),
        Scalar::Text(text) => (rfc3339(text), &**text),
        Scalar::Integer(number) => (from_integer(*number), ""),
        Scalar::Large(_) => (Err(UnreadableTime::Range), ""),
    };
    read.map(Some).map_err(|error| {
        let value = match scalar {
            Scalar::Integer(number) => number.to_string().into(),
            Scalar::Large(number) => number.to_string().into(),
            _ => value.into(),
        };
        match error {
            UnreadableTime::Syntax => Reason::TimeSyntax { field, value },
            UnreadableTime::Range => Reason::TimeRange { field, value },
        }
    })
}

/// Microseconds since 1970.
pub(super) fn from_micros(micros: i64) -> Result<Timestamp, UnreadableTime> {
    Timestamp::from_seconds(micros.div_euclid(1_000_000))
}

/// Seconds, or from 1973 on in that unit milliseconds: seconds of that size lie beyond the year 5000.
fn from_integer(number: i64) -> Result<Timestamp, UnreadableTime> {
    const LEAST_MILLISECONDS: u64 = 100_000_000_000;
    Timestamp::from_seconds(if number.unsigned_abs() < LEAST_MILLISECONDS { number } else { number.div_euclid(1000) })
}

/// [`Timestamp::parse`] with a short cut for the form that nearly all sources use.
pub(super) fn rfc3339(text: &str) -> Result<Timestamp, UnreadableTime> {
    match usual_form(text.as_bytes()) {
        Some(seconds) => Timestamp::from_seconds(seconds),
        None => Timestamp::parse(text),
    }
}

/// `YYYY-MM-DDTHH:MM:SS[.fraction]Z` on a day that every month has.
fn usual_form(text: &[u8]) -> Option<i64> {
    let (head, tail) = text.split_first_chunk::<19>()?;
    let &[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T', h0, h1, b':', i0, i1, b':', s0, s1] = head else { return None };
    let fraction = tail.strip_suffix(b"Z")?;
    let fraction_fits = match fraction.split_first() {
        None => true,
        Some((b'.', digits)) => (1..=9).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit),
        Some(_) => false,
    };
    let year = number(y0, y1)? * 100 + number(y2, y3)?;
    let (month, day) = (number(m0, m1)?, number(d0, d1)?);
    let (hour, minute, second) = (number(h0, h1)?, number(i0, i1)?, number(s0, s1)?);
    let usual = fraction_fits && year > 0 && (1..=12).contains(&month) && (1..=28).contains(&day) && hour < 24 && minute < 60 && second < 60;
    usual.then(|| ((days_since_1970(year, month, day) * 24 + hour) * 60 + minute) * 60 + second)
}

fn number(tens: u8, ones: u8) -> Option<i64> {
    let both = tens.is_ascii_digit() && ones.is_ascii_digit();
    both.then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
}

/// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`, for years of our era.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, year_of_era) = (year / 400, year % 400);
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn integers_are_seconds_or_milliseconds() {
        let at = |number| instant(&Scalar::Integer(number), "created_at");
        let expected = Timestamp::from_seconds(1_783_175_888).unwrap();
        assert_eq!(at(1_783_175_888), Ok(Some(expected)));
        assert_eq!(at(1_783_175_888_085), Ok(Some(expected)));
        assert_eq!(from_micros(1_783_175_888_085_434), Ok(expected));
        for impossible in [0, -1, i64::MIN, i64::MAX, 1_783_175_888_085_434] {
            assert!(matches!(at(impossible), Err(Reason::TimeRange { .. })), "{impossible}");
        }
    }

    proptest! {
        #[test]
        fn the_short_cut_agrees_with_the_full_parser(
            (year, month, day) in (1900i64..2200, 0i64..14, 0i64..33),
            (hour, minute, second) in (0i64..25, 0i64..61, 0i64..62),
            end in prop::sample::select(vec!["Z", ".5Z", ".123456789Z", "+01:00", "-00:30", "", ".Z"]),
        ) {
            let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{end}");
            prop_assert_eq!(rfc3339(&text), Timestamp::parse(&text), "{}", text);
        }

        #[test]
        fn any_text_agrees_with_the_full_parser(text in "[0-9TZ:.+-]{0,32}") {
            prop_assert_eq!(rfc3339(&text), Timestamp::parse(&text));
        }
    }
}

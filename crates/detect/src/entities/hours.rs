//! Hours: from when to when somebody serves (component K10).

use vigie_text::Glyph;

use super::{at, before, run, span, word};

/// Finds ranges of hours ("11h-00h", "10am to 2am", "von 10 bis 22 Uhr") and "24/7" in its forms; byte spans.
pub(super) fn read(glyphs: &[Glyph]) -> Vec<(u32, u32)> {
    let mut found = Vec::new();
    let mut index = 0;
    while let Some(offset) = glyphs.iter().skip(index).position(|g| g.c.is_ascii_digit()) {
        let from = index + offset;
        let digits_end = run(glyphs, from, |c| c.is_ascii_digit());
        let inside = before(glyphs, from).is_alphanumeric() && before(glyphs, from) != 'h';
        match round_the_clock(glyphs, from).or_else(|| range(glyphs, from)).filter(|_| !inside) {
            Some(end) => {
                found.push(span(glyphs, from, end));
                index = end;
            }
            None => index = digits_end,
        }
    }
    found
}

/// "24/7", "7j/7", "7 jours sur 7", "24h/24", "h24"; the end.
fn round_the_clock(glyphs: &[Glyph], from: usize) -> Option<usize> {
    const FORMS: &[&str] = &[
        "24/7",
        "24h/24",
        "24/24",
        "24h/7",
        "7j/7",
        "7/7",
        "7d/7",
        "7 jours sur 7",
        "7 jours/7",
        "24 h/24",
        "24h sur 24",
        "24 ore su 24",
        "24 horas",
        "24 stunden",
        "24 uur per dag",
        "24 hours",
    ];
    let fits = |form: &&&str| form.chars().zip(from..).all(|(c, index)| at(glyphs, index) == c);
    if at(glyphs, from) == '2' && before(glyphs, from) == 'h' && at(glyphs, from + 1) == '4' && !at(glyphs, from + 2).is_alphanumeric() {
        return Some(from + 2);
    }
    let end = from + FORMS.iter().find(fits)?.len();
    (!at(glyphs, end).is_ascii_digit()).then_some(end)
}

/// A time, what joins, a time, one of them with its sign ("h", "am", "Uhr").
fn range(glyphs: &[Glyph], from: usize) -> Option<usize> {
    let (first_end, first_signed) = time(glyphs, from)?;
    let start = run(glyphs, first_end, |c| c == ' ');
    let (join_end, is_join) = if matches!(at(glyphs, start), '-' | '–' | '—' | 'à' | '>' | '→') {
        (start + 1, true)
    } else {
        let end = run(glyphs, start, char::is_alphabetic);
        (end, matches!(&*word(glyphs, start, end), "a" | "to" | "till" | "til" | "until" | "bis" | "tot" | "alle" | "jusqu" | "au" | "hasta"))
    };
    let second = run(glyphs, join_end, |c| c == ' ');
    let (end, second_signed) = time(glyphs, second).or_else(|| midnight(glyphs, second))?;
    (is_join && (first_signed || second_signed)).then_some(end)
}

/// "11h", "11h30", "18:30", "10pm", "22 Uhr"; its end, and whether something says that it is a time.
fn time(glyphs: &[Glyph], from: usize) -> Option<(usize, bool)> {
    let end = run(glyphs, from, |c| c.is_ascii_digit());
    let hour: u32 = word(glyphs, from, end).parse().ok().filter(|hour| *hour <= 24)?;
    let minutes = |start: usize| run(glyphs, start, |c| c.is_ascii_digit());
    if matches!(at(glyphs, end), 'h' | ':') {
        let to = minutes(end + 1);
        let valid = to == end + 3 || (at(glyphs, end) == 'h' && to == end + 1);
        return valid.then_some((to, true)).filter(|_| !at(glyphs, to).is_alphabetic());
    }
    let sign = run(glyphs, end, |c| c == ' ');
    let sign_end = run(glyphs, sign, char::is_alphabetic);
    let signed = matches!(&*word(glyphs, sign, sign_end), "am" | "pm" | "uhr" | "uur" | "heures" | "hs" | "horas");
    if signed { Some((sign_end, true)) } else { (hour > 0 || end == from + 2).then_some((end, false)).filter(|_| !at(glyphs, end).is_alphanumeric()) }
}

fn midnight(glyphs: &[Glyph], from: usize) -> Option<(usize, bool)> {
    let end = run(glyphs, from, char::is_alphabetic);
    matches!(&*word(glyphs, from, end), "minuit" | "midi" | "midnight" | "mitternacht" | "medianoche" | "mezzanotte" | "middernacht" | "late")
        .then_some((end, true))
}

#[cfg(test)]
mod tests {
    use vigie_text::Glyphs;

    use super::*;

    fn hours(text: &str) -> Vec<&str> {
        let mut glyphs = Glyphs::default();
        glyphs.read(text);
        read(glyphs.as_slice()).into_iter().filter_map(|(start, end)| text.get(start as usize..end as usize)).collect()
    }

    #[test]
    fn reads_hours() {
        for (text, expected) in [
            ("ouvert 11h-00h ce soir", "11h-00h"),
            ("de 10h30 à 2h", "10h30 à 2h"),
            ("dispo 24/7", "24/7"),
            ("7j/7 toute l'année", "7j/7"),
            ("livraison h24", "24"),
            ("open 10am to 2am daily", "10am to 2am"),
            ("von 10 bis 22 Uhr", "10 bis 22 Uhr"),
            ("van 18:00 - 02:00", "18:00 - 02:00"),
            ("12h à minuit", "12h à minuit"),
        ] {
            assert_eq!(hours(text), [expected], "{text}");
        }
        for text in ["score 3-2", "à 18h30", "2024-2026", "10 à 15€", "12/03/2026", "06 39 98 00 12", "5h de route"] {
            assert!(hours(text).is_empty(), "{text}: {:?}", hours(text));
        }
    }
}

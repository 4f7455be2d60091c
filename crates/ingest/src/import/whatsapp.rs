//! WhatsApp's "export chat", as iOS and Android write it. Times have no zone and are taken for UTC.

use super::{ImportFault, ImportOptions, Out, hashed_id, post, text::hashtags};
use vigie_model::NeutralAuthor;

/// The beginning of a message.
#[derive(Debug, PartialEq, Eq)]
struct Head<'a> {
    date: [u32; 3],
    /// Hour, minute, second.
    clock: [u32; 3],
    rest: &'a str,
}

/// Whether one of the first lines begins a message.
pub(super) fn recognise(text: &str) -> bool {
    text.lines().take(5).any(|line| head(line).is_some())
}

/// Delivers the messages; lines about the chat itself have no name and are no posts.
pub(super) fn read(text: &str, options: &ImportOptions, out: &mut Out<'_>) -> Result<(), ImportFault> {
    let day_first = day_first(text).or(options.day_first).ok_or(ImportFault::DateOrder)?;
    let mut open: Option<(Head<'_>, String)> = None;
    for line in text.lines() {
        match (head(line), &mut open) {
            (Some(head), _) => {
                deliver(open.take(), day_first, out);
                let rest = head.rest.to_owned();
                open = Some((head, rest));
            }
            (None, Some((_, content))) => {
                content.push('\n');
                content.push_str(line);
            }
            (None, None) => {}
        }
        if out.closed {
            return Ok(());
        }
    }
    deliver(open, day_first, out);
    Ok(())
}

fn deliver(message: Option<(Head<'_>, String)>, day_first: bool, out: &mut Out<'_>) {
    let Some((head, content)) = message else { return };
    let Some((name, text)) = content.split_once(": ") else { return };
    let [a, b, year] = head.date;
    let (day, month) = if day_first { (a, b) } else { (b, a) };
    let [hour, minute, second] = head.clock;
    let time = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
    let text = text.trim_matches(MARKS);
    let mut post = post("whatsapp", hashed_id(&[&time, name, text]), text.to_owned());
    post.tags = hashtags(text);
    post.created_at = Some(time);
    post.author = Some(NeutralAuthor { id: None, handle: None, name: Some(name.trim_matches(MARKS).to_owned()) });
    out.post(&post);
}

/// Invisible marks of direction, and blanks.
const MARKS: &[char] = &['\u{200e}', '\u{200f}', '\u{202a}', '\u{202c}', ' '];

/// Whether the day stands first: some day beyond 12 tells.
fn day_first(text: &str) -> Option<bool> {
    text.lines().filter_map(head).find_map(|head| match head.date {
        [(13..), _, _] => Some(true),
        [_, (13..), _] => Some(false),
        _ => None,
    })
}

/// `[24/11/2026, 11:15:38] …` (iOS) or `24/11/2026, 11:15 - …` (Android), with all the variations of both.
fn head(line: &str) -> Option<Head<'_>> {
    let line = line.trim_start_matches(MARKS);
    let (stamp, rest) = match line.strip_prefix('[') {
        Some(inner) => inner.split_once(']')?,
        None => line.split_once(" - ")?,
    };
    if stamp.len() > 48 {
        return None;
    }
    let (date, clock) = stamp.split_once(", ").or_else(|| stamp.split_once(" à ")).or_else(|| stamp.split_once(' '))?;
    let date = numbers(date, ['/', '.', '-'])?;
    let [a, b, c] = date[..] else { return None };
    // Year first is always followed by the month.
    let date = if a > 31 { [c, b, a] } else { [a, b, if c < 100 { c + 2000 } else { c }] };
    Some(Head { date, clock: self::clock(clock)?, rest: rest.trim_start_matches(MARKS) })
}

/// A time of day, with AM and PM where they are used.
fn clock(text: &str) -> Option<[u32; 3]> {
    let lower: String = text.chars().filter(|c| !c.is_whitespace() && *c != '\u{202f}' && *c != '.').collect::<String>().to_ascii_lowercase();
    let (digits, half) = match (lower.strip_suffix("am"), lower.strip_suffix("pm")) {
        (Some(digits), _) => (digits, Some(0)),
        (_, Some(digits)) => (digits, Some(12)),
        _ => (&*lower, None),
    };
    let parts = numbers(digits, [':', 'h', ':'])?;
    let (hour, minute, second) = match parts[..] {
        [hour, minute] => (hour, minute, 0),
        [hour, minute, second] => (hour, minute, second),
        _ => return None,
    };
    let hour = half.map_or(hour, |half| hour % 12 + half);
    (hour < 24 && minute < 60 && second < 60).then_some([hour, minute, second])
}

fn numbers(text: &str, separators: [char; 3]) -> Option<Vec<u32>> {
    text.split(separators).map(|part| if part.len() <= 4 { part.trim().parse().ok() } else { None }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{ImportOptions, tests::import};

    #[test]
    fn ios_and_android_french_and_english() {
        for (chat, time) in [
            ("[24/11/2026, 11:15:38] Exemple: bonjour\ndeuxième ligne", "2026-11-24T11:15:38Z"),
            ("\u{200e}[24/11/2026 11:15:38] Exemple: \u{200e}bonjour\ndeuxième ligne", "2026-11-24T11:15:38Z"),
            ("24/11/2026, 11:15 - Exemple: bonjour\ndeuxième ligne", "2026-11-24T11:15:00Z"),
            ("24/11/2026 à 11:15 - Exemple: bonjour\ndeuxième ligne", "2026-11-24T11:15:00Z"),
            ("11/24/26, 11:15\u{202f}PM - Exemple: bonjour\ndeuxième ligne", "2026-11-24T23:15:00Z"),
            ("[24.11.26, 12:15:38 AM] Exemple: bonjour\ndeuxième ligne", "2026-11-24T00:15:38Z"),
        ] {
            let (posts, reasons) = import(chat, &ImportOptions::default());
            assert_eq!((posts.len(), reasons), (1, vec![]), "{chat}");
            assert_eq!((posts[0]["text"].as_str(), posts[0]["created_at"].as_str()), (Some("bonjour\ndeuxième ligne"), Some(time)), "{chat}");
            assert_eq!(posts[0]["author"]["name"].as_str(), Some("Exemple"));
        }
    }

    #[test]
    fn the_order_of_day_and_month_is_found_or_asked_for() {
        let chat = "03/04/2026, 10:00 - Les messages sont chiffrés\n03/04/2026, 10:01 - Exemple: un\n";
        assert!(import(chat, &ImportOptions::default()).1[0].contains("--dates"));
        let (posts, _) = import(chat, &ImportOptions { day_first: Some(true), ..ImportOptions::default() });
        assert_eq!((posts.len(), posts[0]["created_at"].as_str()), (1, Some("2026-04-03T10:01:00Z")), "the chat's own line is no post");
        let (posts, _) = import(&format!("{chat}25/04/2026, 10:02 - Exemple: deux\n"), &ImportOptions::default());
        assert_eq!(posts[0]["created_at"].as_str(), Some("2026-04-03T10:01:00Z"));
        assert_ne!(posts[0]["id"], posts[1]["id"]);
    }
}

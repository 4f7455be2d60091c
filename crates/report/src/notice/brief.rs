//! A notice in few words, for report forms of platforms that take a comment only.

use super::{Notice, text};

/// The notice in at most `limit` characters: what it is, why, under which law, who notifies, and where the whole can be asked for.
#[must_use]
pub fn notice_brief(notice: &Notice, limit: usize) -> String {
    let words = notice.language.words();
    let colon = text::colon(notice);
    let grounds = text::grounds(notice, words).join("; ");
    let who = [Some(notice.notifier.organisation.as_str()), notice.notifier.name.as_deref(), Some(notice.notifier.email.as_str())];
    let who: Vec<_> = who.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    let declaration = notice.bona_fide.as_ref().map_or("", |given| given.text.as_str());
    let tail = format!("\n{}{colon} {grounds}\n{}\n{declaration}\n{}{colon} {}", words.grounds, who.join(", "), words.reference, notice.id);
    let head = format!("{} ({})\n", words.title, words.basis);
    let room = limit.saturating_sub(head.chars().count() + tail.chars().count());
    let whole = format!("{head}{}{tail}", shorten(notice.explanation.trim(), room));
    shorten(&whole, limit)
}

/// The text in at most so many characters, with an ellipsis where something is missing.
fn shorten(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    text.chars().take(limit.saturating_sub(1)).chain((limit > 0).then_some('…')).collect()
}

//! A notice as text to paste into a form.

use std::fmt::Write;

use vigie_model::Timestamp;

use super::{Item, Notice, Urgency, Words, fill};

/// The notice as plain text.
#[must_use]
pub fn notice_text(notice: &Notice) -> String {
    let words = notice.language.words();
    let mut out = format!("{}\n{}\n\n", words.title.to_uppercase(), words.basis);
    if notice.bona_fide.is_none() {
        let _ = writeln!(out, "*** {} ***\n", words.unsigned);
    }
    for (name, value) in head(notice, words) {
        let _ = writeln!(out, "{name}{} {value}", colon(notice));
    }
    section(&mut out, &words.part_a);
    let _ = writeln!(out, "{}\n\n{}{}", notice.explanation.trim(), words.grounds, colon(notice));
    for ground in grounds(notice, words) {
        let _ = writeln!(out, "- {ground}");
    }
    section(&mut out, &words.part_b);
    for (number, item) in (1..).zip(&notice.items) {
        let _ = writeln!(out, "{}", fill(&words.post, &[("n", &format!("{number}/{}", notice.items.len()))]));
        for (name, value) in location(notice, item, words) {
            let _ = writeln!(out, "  {name}{} {value}", colon(notice));
        }
        let _ = writeln!(out);
    }
    section(&mut out, &words.part_c);
    for (name, value) in notifier(notice, words) {
        let _ = writeln!(out, "{name}{} {value}", colon(notice));
    }
    section(&mut out, &words.part_d);
    let _ = writeln!(out, "{}", declaration(notice, words).join("\n"));
    section(&mut out, &words.automation);
    let _ = writeln!(out, "{}\n\n{}", automation(notice, words), words.ask);
    out
}

fn section(out: &mut String, title: &str) {
    let _ = writeln!(out, "\n{title}\n{}", "-".repeat(title.chars().count()));
}

/// French puts a space before a colon.
pub(super) fn colon(notice: &Notice) -> &'static str {
    if notice.language == super::NoticeLanguage::Fr { "\u{a0}:" } else { ":" }
}

/// Name and value of each line at the top.
pub(super) fn head<'w>(notice: &Notice, words: &'w Words) -> Vec<(&'w str, String)> {
    let urgency = match notice.urgency {
        Urgency::Normal => &words.urgency_normal,
        Urgency::MinorInvolved => &words.urgency_minor,
        Urgency::ThreatToLife => &words.urgency_life,
    };
    vec![
        (&words.reference, notice.id.clone()),
        (&words.date, time(notice, &notice.created_at)),
        (&words.receiver, notice.platform.clone()),
        (&words.account, notice.account_name().unwrap_or_else(|| words.account_unknown.clone())),
        (&words.posts, notice.items.len().to_string()),
        (&words.urgency, urgency.clone()),
    ]
}

/// Each ground in one line.
pub(super) fn grounds(notice: &Notice, words: &Words) -> Vec<String> {
    let line = |ground: &super::Ground| {
        format!("{}, {} : {} ({})", ground.code, ground.article, ground.label, fill(&words.law, &[("country", &ground.country)]))
            .replace(" : ", &format!("{} ", colon(notice)))
    };
    notice.legal_grounds.iter().map(line).collect()
}

/// Where an item is, and what identifies it.
pub(super) fn location<'w>(notice: &Notice, item: &Item, words: &'w Words) -> Vec<(&'w str, String)> {
    let mut lines: Vec<(&str, String)> =
        vec![(&words.url, item.url.clone().unwrap_or_else(|| words.no_url.clone())), (&words.content_id, item.content_id.clone())];
    let mut add = |name: &'w str, value: Option<String>| lines.extend(value.map(|value| (name, value)));
    add(&words.locator, item.locator.clone());
    add(&words.posted, item.posted_at.as_deref().map(|at| time(notice, at)));
    add(&words.seen, Some(time(notice, &item.first_seen_at)));
    add(&words.gone, item.gone_at.as_deref().map(|at| time(notice, at)));
    add(&words.text, Some(item.quoted_text.as_ref().map_or_else(|| words.text_absent.clone(), |text| words.quote.replace("{}", text.trim()))));
    for exhibit in &item.evidence {
        add(&words.evidence, Some(format!("{} (SHA-256 {})", exhibit.exhibit, exhibit.sha256)));
    }
    lines
}

pub(super) fn notifier<'w>(notice: &Notice, words: &'w Words) -> Vec<(&'w str, String)> {
    let notifier = &notice.notifier;
    let mut lines: Vec<(&str, String)> = vec![
        (&words.organisation, notifier.organisation.clone()),
        (&words.name, notifier.name.clone().unwrap_or_else(|| "…".into())),
        (&words.email, notifier.email.clone()),
    ];
    lines.extend(notifier.trusted_flagger.clone().map(|designation| (words.trusted.as_str(), designation)));
    lines
}

/// The declaration and who gave it, or that nobody did.
pub(super) fn declaration(notice: &Notice, words: &Words) -> Vec<String> {
    match &notice.bona_fide {
        Some(given) => vec![given.text.clone(), fill(&words.signed, &[("name", &given.by), ("date", &time(notice, &given.at))])],
        None => vec![format!("[ ] {}", words.declaration), words.unsigned.clone()],
    }
}

pub(super) fn automation(notice: &Notice, words: &Words) -> String {
    let people = match notice.human_reviewers {
        0 | 1 => words.one_person.clone(),
        n => fill(&words.people, &[("n", &n.to_string())]),
    };
    fill(&words.automation_text, &[("version", &notice.detected_by), ("people", &people)])
}

/// A time of the notice in its language.
pub(super) fn time(notice: &Notice, at: &str) -> String {
    Timestamp::parse(at).map_or_else(|_| at.to_owned(), |at| notice.language.time(at))
}

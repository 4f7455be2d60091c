//! A notice as an e-mail: subject and body; its PDF and JSON travel as attachments.

use super::{Notice, fill, notice_text};

/// Subject and body of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailText {
    /// Subject.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

/// The words of the mail that carries a notice.
#[must_use]
pub fn mail_text(notice: &Notice) -> MailText {
    let words = notice.language.words();
    let count = notice.items.len().to_string();
    let values = [("id", notice.id.as_str()), ("n", count.as_str())];
    let body = format!("{}\n\n{}\n\n{}", words.mail_greeting, fill(&words.mail_body, &values), notice_text(notice));
    MailText { subject: fill(&words.mail_subject, &values), body }
}

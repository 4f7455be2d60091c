//! A notice on paper.

use super::{Notice, fill, text};
use crate::document::{Block, Document, PdfError, pdf};

/// The notice as PDF/A-2b.
///
/// # Errors
/// [`PdfError`].
pub fn notice_pdf(notice: &Notice) -> Result<Vec<u8>, PdfError> {
    let words = notice.language.words();
    pdf(&Document {
        title: format!("{} {}", words.title, notice.id),
        language: notice.language.code().to_owned(),
        author: notice.notifier.organisation.clone(),
        created_at: notice.created_at.clone(),
        footer: format!("{} · {}", notice.id, words.title),
        page_number: words.page.clone(),
        blocks: blocks(notice),
    })
}

/// The notice in blocks.
pub(crate) fn blocks(notice: &Notice) -> Vec<Block> {
    let words = notice.language.words();
    let rows = |rows: Vec<(&str, String)>| Block::Table(rows.into_iter().map(|(name, value)| (name.to_owned(), value)).collect());
    let mut blocks = vec![Block::Title(words.title.clone(), words.basis.clone())];
    if notice.bona_fide.is_none() {
        blocks.push(Block::Warning(words.unsigned.clone()));
    }
    blocks.push(rows(text::head(notice, words)));
    blocks.push(Block::Heading(words.part_a.clone()));
    blocks.push(Block::Text(notice.explanation.trim().to_owned()));
    blocks.push(Block::Subheading(words.grounds.clone()));
    blocks.push(Block::Text(text::grounds(notice, words).iter().map(|ground| format!("- {ground}")).collect::<Vec<_>>().join("\n")));
    blocks.push(Block::Heading(words.part_b.clone()));
    for (number, item) in (1..).zip(&notice.items) {
        blocks.push(Block::Subheading(fill(&words.post, &[("n", &format!("{number}/{}", notice.items.len()))])));
        let lines = text::location(notice, item, words);
        let (quoted, lines): (Vec<_>, Vec<_>) = lines.into_iter().partition(|(name, _)| item.quoted_text.is_some() && *name == words.text);
        blocks.push(rows(lines));
        blocks.extend(quoted.into_iter().map(|(_, text)| Block::Quote(text)));
    }
    blocks.push(Block::Heading(words.part_c.clone()));
    blocks.push(rows(text::notifier(notice, words)));
    blocks.push(Block::Heading(words.part_d.clone()));
    blocks.push(Block::Text(text::declaration(notice, words).join("\n\n")));
    blocks.push(Block::Heading(words.automation.clone()));
    blocks.push(Block::Text(format!("{}\n\n{}", text::automation(notice, words), words.ask)));
    blocks
}

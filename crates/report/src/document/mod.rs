//! Documents on paper: blocks of text laid out on A4 pages and written as PDF/A-2b (ISO 19005-2).
//!
//! Enough for letters and forms: titles, paragraphs, lists, name-and-value tables, quotations, notes. The same blocks always give the
//! same bytes, so that a manifest can name a document by its hash.

mod font;
mod layout;
mod pdf;

pub use pdf::{PdfError, pdf};

/// What a document is, and what is in it.
#[derive(Debug, Clone)]
pub struct Document {
    /// Title in the file's metadata.
    pub title: String,
    /// Language, BCP 47.
    pub language: String,
    /// Who wrote it, in the metadata.
    pub author: String,
    /// When, RFC 3339 in UTC.
    pub created_at: String,
    /// At the foot of each page, left.
    pub footer: String,
    /// At the foot of each page, right: `{n}` is the page, `{m}` how many there are.
    pub page_number: String,
    /// In order.
    pub blocks: Vec<Block>,
}

/// A piece of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// The title, with a line below it in small print.
    Title(String, String),
    /// A section's title.
    Heading(String),
    /// The title of a part of a section.
    Subheading(String),
    /// Running text; line breaks are kept, lines that begin with "- " become a list.
    Text(String),
    /// Names and values, in two columns.
    Table(Vec<(String, String)>),
    /// Foreign words, set apart.
    Quote(String),
    /// Something that must not be overlooked.
    Warning(String),
    /// Text that people copy exactly: hashes, commands.
    Exact(String),
    /// Small print.
    Note(String),
    /// Room for a signature by hand, with what stands below the line.
    Signature(String),
}

//! What the pictures of a post say.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::ComponentKind;

/// A rectangle in a picture, in pixels from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureBox {
    /// Pixels from the left.
    pub x: u32,
    /// Pixels from the top.
    pub y: u32,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

impl PictureBox {
    /// The smallest rectangle that holds both.
    #[must_use]
    pub fn around(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let right = self.x.saturating_add(self.width).max(other.x.saturating_add(other.width));
        let bottom = self.y.saturating_add(self.height).max(other.y.saturating_add(other.height));
        Self { x, y, width: right - x, height: bottom - y }
    }
}

/// How far the reading of a picture came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PictureState {
    /// Decoded, hashed, and its text and codes read.
    Read,
    /// Decoded and hashed, but its text was not read: no program for it, or it took too long.
    Unread,
    /// Not decoded: another format, too large, damaged.
    Refused,
    /// The file is not there, or not where pictures may be read.
    Missing,
}

impl PictureState {
    /// The state as it is written in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Unread => "unread",
            Self::Refused => "refused",
            Self::Missing => "missing",
        }
    }
}

/// A component of an advert that stands in a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureSpan {
    /// Which component.
    pub kind: ComponentKind,
    /// Its text as it was read.
    pub text: String,
    /// Where it stands.
    #[serde(rename = "box")]
    pub place: PictureBox,
    /// Whether it was found only in what was probably meant, where letters and digits look alike ("59" for "5g").
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub alternative: bool,
}

/// A QR code in a picture. Nothing is followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureCode {
    /// What it says.
    pub text: String,
    /// Where it stands.
    #[serde(rename = "box")]
    pub place: PictureBox,
}

/// A list of hashes on which a picture is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownPicture {
    /// Name of the list.
    pub list: String,
    /// Whether the list is of pictures that everybody posts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub harmless: bool,
    /// In how many of 256 bits the hashes differ.
    pub distance: u32,
}

/// What was found in one picture of a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureFinding {
    /// Place in the post's `media`, from 0.
    pub media: u32,
    /// How far the reading came.
    pub state: PictureState,
    /// Why it came no further; names no file and no text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// SHA-256 of the file, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// PDQ hash, 64 hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pdq: Option<String>,
    /// Quality of the hash, 0 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<u8>,
    /// Its text, line by line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Its codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<PictureCode>,
    /// Lists on which it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<KnownPicture>,
    /// Components in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<PictureSpan>,
    /// The program that read the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader: Option<String>,
}

impl PictureFinding {
    /// A picture of which nothing is known but why.
    #[must_use]
    pub fn unseen(media: u32, state: PictureState, reason: impl Into<String>) -> Self {
        let reason = Some(reason.into());
        Self { reason, ..Self::blank(media, state) }
    }

    /// A picture with nothing found in it.
    #[must_use]
    pub fn blank(media: u32, state: PictureState) -> Self {
        Self {
            media,
            state,
            reason: None,
            sha256: None,
            pdq: None,
            quality: None,
            text: String::new(),
            codes: Vec::new(),
            known: Vec::new(),
            spans: Vec::new(),
            reader: None,
        }
    }

    /// Whether it is on a list of adverts and on none of harmless pictures.
    #[must_use]
    pub fn is_known_advert(&self) -> bool {
        !self.known.is_empty() && self.known.iter().all(|known| !known.harmless)
    }

    /// What may be kept where nobody is to be recognised: how far the reading came, and which kinds of components were there. The picture
    /// itself may show a person, so its hashes go too.
    #[must_use]
    pub fn without_identifiers(&self) -> Self {
        let bare = |span: &PictureSpan| PictureSpan { text: String::new(), ..span.clone() };
        let spans = self.spans.iter().map(bare).collect();
        Self { reason: self.reason.clone(), known: self.known.clone(), spans, reader: self.reader.clone(), ..Self::blank(self.media, self.state) }
    }
}

/// A picture as it was read, before its text is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureReading {
    /// What was found so far.
    pub finding: PictureFinding,
    /// The text to be judged: that of the picture, then that of its codes.
    pub text: String,
    /// The same text, byte for byte, with the characters that were probably meant; none where it would be the same.
    pub likely: Option<String>,
    /// Bytes of each word in the text, and where it stands in the picture.
    pub words: Vec<(Range<usize>, PictureBox)>,
}

impl PictureReading {
    /// A reading without text.
    #[must_use]
    pub fn without_text(finding: PictureFinding) -> Self {
        Self { finding, text: String::new(), likely: None, words: Vec::new() }
    }

    /// Where a stretch of the text stands in the picture.
    #[must_use]
    pub fn place(&self, stretch: &Range<usize>) -> Option<PictureBox> {
        let touched = self.words.iter().filter(|(word, _)| word.start < stretch.end && stretch.start < word.end);
        touched.map(|(_, place)| *place).reduce(PictureBox::around)
    }
}

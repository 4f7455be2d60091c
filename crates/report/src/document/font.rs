//! Fonts: what they cover, how wide they are, and what is drawn for characters that none of them has.

use std::sync::LazyLock;

use ttf_parser::Face;

pub(super) static REGULAR: &[u8] = include_bytes!("../../fonts/NotoSans-Regular.ttf");
pub(super) static BOLD: &[u8] = include_bytes!("../../fonts/NotoSans-Bold.ttf");
pub(super) static EMOJI: &[u8] = include_bytes!("../../fonts/NotoEmoji-Regular.ttf");

/// A font of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Typeface {
    Regular,
    Bold,
    Emoji,
}

static FACES: LazyLock<Option<[Face<'static>; 3]>> = LazyLock::new(|| {
    let [Ok(regular), Ok(bold), Ok(emoji)] = [REGULAR, BOLD, EMOJI].map(|data| Face::parse(data, 0)) else { return None };
    Some([regular, bold, emoji])
});

impl Typeface {
    fn face(self) -> Option<&'static Face<'static>> {
        let [regular, bold, emoji] = FACES.as_ref()?;
        Some(match self {
            Self::Regular => regular,
            Self::Bold => bold,
            Self::Emoji => emoji,
        })
    }

    fn has(self, c: char) -> bool {
        self.face().is_some_and(|face| face.glyph_index(c).is_some())
    }

    /// Advance of a character, in parts of the font size.
    pub(super) fn advance(self, c: char) -> f32 {
        let Some(face) = self.face() else { return 0.5 };
        let advance = face.glyph_index(c).and_then(|glyph| face.glyph_hor_advance(glyph)).unwrap_or(0);
        f32::from(advance) / f32::from(face.units_per_em())
    }
}

/// Text in which every character has a glyph in its font.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Run {
    pub(super) face: Typeface,
    pub(super) text: String,
}

impl Run {
    pub(super) fn width(&self, size: f32) -> f32 {
        self.text.chars().map(|c| self.face.advance(c)).sum::<f32>() * size
    }
}

/// Text as it can be drawn. What directs or joins other characters and has no form of its own is left out, because it could make a page
/// show another order than the text has; a character without a glyph stands as its code point.
pub(super) fn drawable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push('\n'),
            '\t' | '\r' | '\u{2028}' | '\u{2029}' => out.push(' '),
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' => {}
            '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0000}'..='\u{e007f}' => {}
            c if c.is_control() => out.push(' '),
            c if Typeface::Regular.has(c) || Typeface::Emoji.has(c) => out.push(c),
            c => out.push_str(&format!("[U+{:04X}]", u32::from(c))),
        }
    }
    out
}

/// Drawable text cut where the font changes.
pub(super) fn runs(text: &str, bold: bool) -> Vec<Run> {
    let own = if bold { Typeface::Bold } else { Typeface::Regular };
    let mut runs: Vec<Run> = Vec::new();
    for c in text.chars() {
        let face = if own.has(c) {
            own
        } else if Typeface::Regular.has(c) {
            Typeface::Regular
        } else {
            Typeface::Emoji
        };
        match runs.last_mut() {
            Some(run) if run.face == face => run.text.push(c),
            _ => runs.push(Run { face, text: c.to_string() }),
        }
    }
    runs
}

/// Width of drawable text.
pub(super) fn width(text: &str, size: f32, bold: bool) -> f32 {
    runs(text, bold).iter().map(|run| run.width(size)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_drawn_or_named() {
        assert_eq!(drawable("é 🌿\u{fe0f} ok"), "é 🌿 ok");
        assert_eq!(drawable("a\u{202e}b\u{0}c\u{4e2d}"), "ab c[U+4E2D]");
        let cut = runs("prix 🌿 10 €", false);
        assert_eq!(cut.iter().map(|run| run.face).collect::<Vec<_>>(), [Typeface::Regular, Typeface::Emoji, Typeface::Regular]);
        assert!(width("mm", 10.0, false) > width("ii", 10.0, false));
    }
}

//! Text in pictures.
//!
//! [`Tesseract`] is the program of that name, in a process of its own whose time and memory are limited: a picture that makes it hang or
//! die costs that picture's text and nothing else. [`read`] prepares a picture in several ways, the cheapest first, until the words are
//! recognised with confidence.

mod confusion;
mod lines;
mod prepare;
mod skew;
mod tesseract;
mod tsv;

use std::time::{Duration, Instant};

pub use confusion::likely_text;
pub use tesseract::{OcrError, OcrLimits, Tesseract};

use vigie_model::PictureBox;

use crate::Picture;

/// A word as it was recognised.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// Its letters.
    pub text: String,
    /// Where it stands.
    pub place: PictureBox,
    /// How sure the program is, 0 to 100.
    pub confidence: f32,
    /// Number of its line, from 0.
    pub line: u32,
}

/// Confidence from which on nothing more is tried.
const GOOD: f32 = 86.0;

/// Words that are less sure than this are noise of the ground more often than text.
const NOISE: f32 = 20.0;

/// Reads the text of a picture with every preparation that it needs, until `limits.total` has passed.
///
/// # Errors
/// [`OcrError`] if no attempt succeeded. One success is enough.
pub fn read(picture: &Picture, engine: &Tesseract) -> Result<Vec<Word>, OcrError> {
    let deadline = Instant::now() + engine.limits().total;
    let mut best: Option<Vec<Word>> = None;
    let mut failure = None;
    for attempt in prepare::ATTEMPTS {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            failure.get_or_insert(OcrError::TimedOut { seconds: engine.limits().total.as_secs() });
            break;
        }
        let prepared = attempt.make(picture);
        match engine.read(&prepared.image, attempt.layout(), left) {
            Ok(words) => {
                let words = words.into_iter().filter(is_text).map(|word| prepared.restore(word)).collect();
                let words = lines::merge(best.take().unwrap_or_default(), words);
                let sure = mean_confidence(&words);
                best = Some(words);
                if sure >= GOOD {
                    break;
                }
            }
            Err(error) => {
                // What took too long once will again.
                let hopeless = matches!(error, OcrError::TimedOut { .. });
                failure = Some(error);
                if hopeless {
                    break;
                }
            }
        }
    }
    match (best, failure) {
        (Some(words), _) => Ok(words),
        (None, Some(error)) => Err(error),
        (None, None) => Ok(Vec::new()),
    }
}

/// Whether a word is more than noise: edges of the picture become strokes.
fn is_text(word: &Word) -> bool {
    word.confidence >= NOISE && !word.text.chars().all(|c| matches!(c, '|' | '_' | '~' | '\\' | '!' | '`' | '\'' | '‘' | '’' | '.' | ','))
}

/// Reads the text of a picture as it is, in one go: what preparation is compared with.
///
/// # Errors
/// [`OcrError`].
pub fn read_bare(picture: &Picture, engine: &Tesseract) -> Result<Vec<Word>, OcrError> {
    engine.read(&prepare::bare(picture), tesseract::Layout::Page, engine.limits().once)
}

fn mean_confidence(words: &[Word]) -> f32 {
    let letters: f32 = words.iter().map(length).sum();
    if letters == 0.0 { 0.0 } else { words.iter().map(|word| length(word) * word.confidence).sum::<f32>() / letters }
}

fn length(word: &Word) -> f32 {
    word.text.chars().filter(|c| c.is_alphanumeric()).take(40).map(|_| 1.0).sum()
}

/// The words as a text of lines, and for each word its bytes in it. At an underscore no word ends.
#[must_use]
pub fn text_of(words: &[Word]) -> (String, Vec<std::ops::Range<usize>>) {
    let mut text = String::new();
    let mut line = None;
    let ranges = words
        .iter()
        .map(|word| {
            if line.is_some_and(|line| line != word.line) {
                text.push('\n');
            } else if line.is_some() && !text.ends_with('_') && !word.text.starts_with('_') {
                text.push(' ');
            }
            line = Some(word.line);
            let start = text.len();
            text.push_str(&word.text);
            start..text.len()
        })
        .collect();
    (text, ranges)
}

/// Default limits: each attempt a few seconds of the processor, and room for a busy machine.
impl Default for OcrLimits {
    fn default() -> Self {
        Self { processor: Duration::from_secs(6), once: Duration::from_secs(30), total: Duration::from_secs(45), memory: 1 << 30, output: 4 << 20 }
    }
}

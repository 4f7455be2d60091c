//! One text of two readings: line by line the surer one.

use vigie_model::PictureBox;

use super::{Word, mean_confidence};

/// A line of a reading.
struct Line {
    words: Vec<Word>,
    place: PictureBox,
}

/// The lines of both readings from top to bottom; of lines that lie in the same place those of the reading that is surer of them.
pub(super) fn merge(old: Vec<Word>, new: Vec<Word>) -> Vec<Word> {
    if old.is_empty() {
        return new;
    }
    let (mut old, new) = (lines(old), lines(new));
    let mut kept: Vec<Line> = Vec::new();
    for line in new {
        let (rivals, others): (Vec<Line>, Vec<Line>) = old.into_iter().partition(|other| same_place(line.place, other.place));
        old = others;
        if sureness(&[&line]) > sureness(&rivals.iter().collect::<Vec<_>>()) {
            kept.push(line);
        } else {
            kept.extend(rivals);
        }
    }
    kept.extend(old);
    kept.sort_by_key(|line| (line.place.y + line.place.height / 2, line.place.x));
    let numbered = (0u32..).zip(kept).flat_map(|(number, line)| line.words.into_iter().map(move |word| Word { line: number, ..word }));
    numbered.collect()
}

fn lines(words: Vec<Word>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut number = None;
    for word in words {
        match lines.last_mut().filter(|_| number == Some(word.line)) {
            Some(line) => line.place = line.place.around(word.place),
            None => lines.push(Line { place: word.place, words: Vec::new() }),
        }
        number = Some(word.line);
        if let Some(line) = lines.last_mut() {
            line.words.push(word);
        }
    }
    lines
}

/// How much was read how surely.
fn sureness(lines: &[&Line]) -> f32 {
    let words: Vec<Word> = lines.iter().flat_map(|line| line.words.iter().cloned()).collect();
    // More letters are better, but a bad reading of many is not better than a good one of fewer.
    mean_confidence(&words) * words.iter().map(super::length).sum::<f32>().sqrt()
}

/// Whether two lines overlap by more than half of the lower one's height, and by half of the shorter one's length.
fn same_place(a: PictureBox, b: PictureBox) -> bool {
    let common = |from: u32, length: u32, other: u32, other_length: u32| (from + length).min(other + other_length).saturating_sub(from.max(other));
    let high = common(a.y, a.height, b.y, b.height);
    let wide = common(a.x, a.width, b.x, b.width);
    high * 2 > a.height.min(b.height) && wide * 2 > a.width.min(b.width)
}

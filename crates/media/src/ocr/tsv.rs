//! Tesseract's table of words: level, page, block, paragraph, line, word, left, top, width, height, confidence, text.

use vigie_model::PictureBox;

use super::Word;

/// Level of a word in the table.
const WORD: u32 = 5;

/// Words of a picture that are kept.
const MOST_WORDS: usize = 4_000;

/// Bytes of a word.
const MOST_BYTES: usize = 200;

/// The words of a table. Rows that are none are left out.
pub(super) fn words(table: &str) -> Vec<Word> {
    let mut line = 0;
    let mut before = None;
    let rows = table.lines().filter_map(row).map(|(place, mut word)| {
        if before.is_some_and(|before| before != place) {
            line += 1;
        }
        before = Some(place);
        word.line = line;
        word
    });
    rows.take(MOST_WORDS).collect()
}

/// Block, paragraph and line of a word, and the word.
fn row(row: &str) -> Option<([u32; 3], Word)> {
    let cells: Vec<&str> = row.splitn(12, '\t').collect();
    let number = |at: usize| cells.get(at)?.parse::<u32>().ok();
    if number(0)? != WORD {
        return None;
    }
    let text = cells.get(11)?.trim();
    if text.is_empty() || text.len() > MOST_BYTES {
        return None;
    }
    let place = PictureBox { x: number(6)?, y: number(7)?, width: number(8)?, height: number(9)? };
    let confidence: f32 = cells.get(10)?.parse().ok()?;
    Some(([number(2)?, number(3)?, number(4)?], Word { text: text.to_owned(), place, confidence: confidence.clamp(0.0, 100.0), line: 0 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_their_lines_and_places() {
        let table = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n\
            1\t1\t0\t0\t0\t0\t0\t0\t900\t520\t-1\t\n\
            5\t1\t1\t1\t1\t1\t40\t48\t94\t23\t96.1\tMENU\n\
            5\t1\t1\t1\t1\t2\t145\t48\t44\t23\t95\tDU\n\
            5\t1\t1\t1\t2\t1\t40\t120\t94\t23\t12.5\t10 €\n\
            5\t1\t1\t1\t2\t2\tx\t120\t94\t23\t12.5\tcut\n";
        let words = words(table);
        let found: Vec<_> = words.iter().map(|word| (word.text.as_str(), word.line, word.place.x)).collect();
        assert_eq!(found, [("MENU", 0, 40), ("DU", 0, 145), ("10 €", 1, 40)]);
    }
}

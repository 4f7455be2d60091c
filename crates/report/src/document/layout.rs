//! From blocks to lines on pages.

use super::{Block, font};

/// A4, in points.
pub(super) const PAGE: (f32, f32) = (595.0, 842.0);
const LEFT: f32 = 62.0;
const RIGHT: f32 = 62.0;
const TOP: f32 = 60.0;
const BOTTOM: f32 = 68.0;
const WIDTH: f32 = PAGE.0 - LEFT - RIGHT;
/// Width of the column of names in a table.
const NAMES: f32 = 132.0;

/// A colour, 0 to 255 each.
pub(super) type Colour = (u8, u8, u8);
pub(super) const INK: Colour = (28, 32, 38);
pub(super) const GREY: Colour = (96, 104, 114);
pub(super) const ACCENT: Colour = (18, 60, 105);
const RULE: Colour = (198, 206, 214);
const QUOTE_GROUND: Colour = (244, 246, 248);
const WARNING: Colour = (150, 32, 24);
const WARNING_GROUND: Colour = (253, 238, 236);

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mark {
    /// Text from its base line.
    Text { x: f32, y: f32, size: f32, bold: bool, colour: Colour, text: String },
    /// A filled rectangle.
    Area { x: f32, y: f32, width: f32, height: f32, colour: Colour },
}

/// How text is set.
#[derive(Clone, Copy)]
struct Style {
    size: f32,
    leading: f32,
    bold: bool,
    colour: Colour,
}

const BODY: Style = Style { size: 9.6, leading: 13.6, bold: false, colour: INK };
const SMALL: Style = Style { size: 8.2, leading: 11.4, bold: false, colour: GREY };
const NAME: Style = Style { size: 9.0, leading: 13.6, bold: false, colour: GREY };

/// Pages of marks.
pub(super) struct Layout {
    pages: Vec<Vec<Mark>>,
    y: f32,
}

/// Lays the blocks out.
pub(super) fn lay_out(blocks: &[Block]) -> Vec<Vec<Mark>> {
    let mut layout = Layout { pages: vec![Vec::new()], y: TOP };
    for block in blocks {
        layout.block(block);
    }
    layout.pages
}

impl Layout {
    fn block(&mut self, block: &Block) {
        match block {
            Block::Title(title, below) => self.title(title, below),
            Block::Heading(text) => self.heading(text),
            Block::Subheading(text) => {
                self.gap(8.0);
                self.keep(130.0);
                self.lines(text, LEFT, WIDTH, Style { bold: true, size: 10.0, leading: 14.5, colour: INK });
                self.gap(2.0);
            }
            Block::Text(text) => self.text(text),
            Block::Table(rows) => self.table(rows),
            Block::Quote(text) => self.boxed(text, BODY, QUOTE_GROUND, RULE),
            Block::Warning(text) => self.boxed(text, Style { bold: true, colour: WARNING, ..BODY }, WARNING_GROUND, WARNING),
            Block::Exact(text) => self.boxed(text, Style { size: 8.2, leading: 11.8, ..BODY }, QUOTE_GROUND, QUOTE_GROUND),
            Block::Note(text) => {
                self.lines(text, LEFT, WIDTH, SMALL);
                self.gap(5.0);
            }
            Block::Signature(below) => self.signature(below),
        }
    }

    fn title(&mut self, title: &str, below: &str) {
        self.lines(title, LEFT, WIDTH, Style { size: 18.0, leading: 23.0, bold: true, colour: ACCENT });
        self.lines(below, LEFT, WIDTH, Style { size: 9.6, leading: 13.4, bold: false, colour: GREY });
        self.gap(7.0);
        self.area(LEFT, self.y, WIDTH, 1.4, ACCENT);
        self.gap(10.0);
    }

    fn heading(&mut self, text: &str) {
        self.gap(11.0);
        self.keep(64.0);
        self.lines(text, LEFT, WIDTH, Style { size: 11.6, leading: 16.0, bold: true, colour: ACCENT });
        self.area(LEFT, self.y + 1.0, WIDTH, 0.6, RULE);
        self.gap(7.0);
    }

    /// Paragraphs and lists.
    fn text(&mut self, text: &str) {
        for line in text.split('\n') {
            match line.strip_prefix("- ") {
                _ if line.trim().is_empty() => self.gap(5.0),
                Some(item) => {
                    self.keep(BODY.leading);
                    let y = self.y + BODY.size;
                    self.mark(Mark::Text { x: LEFT + 4.0, y, size: BODY.size, bold: true, colour: ACCENT, text: "•".into() });
                    self.lines(item, LEFT + 15.0, WIDTH - 15.0, BODY);
                    self.gap(1.6);
                }
                None => self.lines(line, LEFT, WIDTH, BODY),
            }
        }
        self.gap(5.0);
    }

    fn table(&mut self, rows: &[(String, String)]) {
        for (name, value) in rows {
            let names = wrap(name, NAMES - 10.0, NAME);
            let values = wrap(value, WIDTH - NAMES, BODY);
            for row in 0..names.len().max(values.len()) {
                self.keep(BODY.leading);
                let y = self.y + BODY.size;
                for (x, text, style) in [(LEFT, names.get(row), NAME), (LEFT + NAMES, values.get(row), BODY)] {
                    if let Some(text) = text {
                        self.mark(Mark::Text { x, y, size: style.size, bold: style.bold, colour: style.colour, text: text.clone() });
                    }
                }
                self.y += BODY.leading;
            }
            self.gap(1.4);
        }
        self.gap(4.0);
    }

    /// Text on a ground of its own with a bar at its left; it may go over pages.
    fn boxed(&mut self, text: &str, style: Style, ground: Colour, bar: Colour) {
        const PAD: f32 = 6.0;
        self.gap(2.0);
        let lines: Vec<_> = drawable_lines(text).flat_map(|line| wrap(&line, WIDTH - 24.0, style)).collect();
        for (index, line) in lines.iter().enumerate() {
            let (first, last) = (index == 0, index + 1 == lines.len());
            let (above, below) = (if first { PAD } else { 0.0 }, if last { PAD } else { 0.0 });
            self.keep(above + style.leading + below);
            self.area(LEFT, self.y, WIDTH, above + style.leading + below, ground);
            self.area(LEFT, self.y, 2.6, above + style.leading + below, bar);
            self.y += above;
            let y = self.y + style.size;
            self.mark(Mark::Text { x: LEFT + 12.0, y, size: style.size, bold: style.bold, colour: style.colour, text: line.clone() });
            self.y += style.leading + below;
        }
        self.gap(7.0);
    }

    fn signature(&mut self, below: &str) {
        self.keep(74.0);
        self.gap(46.0);
        self.area(LEFT, self.y, 220.0, 0.6, GREY);
        self.gap(3.0);
        self.lines(below, LEFT, WIDTH, SMALL);
    }

    fn lines(&mut self, text: &str, x: f32, width: f32, style: Style) {
        for line in drawable_lines(text).flat_map(|line| wrap(&line, width, style)) {
            self.keep(style.leading);
            let y = self.y + style.size;
            self.mark(Mark::Text { x, y, size: style.size, bold: style.bold, colour: style.colour, text: line });
            self.y += style.leading;
        }
    }

    /// Room that is lost at the top of a page.
    fn gap(&mut self, height: f32) {
        if self.y > TOP {
            self.y += height;
        }
    }

    /// A new page unless so much room is left.
    fn keep(&mut self, height: f32) {
        if self.y + height > PAGE.1 - BOTTOM && self.y > TOP {
            self.pages.push(Vec::new());
            self.y = TOP;
        }
    }

    fn area(&mut self, x: f32, y: f32, width: f32, height: f32, colour: Colour) {
        self.mark(Mark::Area { x, y, width, height, colour });
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }
}

/// The footer's marks.
pub(super) fn footer(left: &str, right: &str) -> Vec<Mark> {
    let y = PAGE.1 - 36.0;
    let text = |x, text: &str| Mark::Text { x, y, size: 8.0, bold: false, colour: GREY, text: font::drawable(text) };
    let start = PAGE.0 - RIGHT - font::width(&font::drawable(right), 8.0, false);
    vec![Mark::Area { x: LEFT, y: y - 13.0, width: WIDTH, height: 0.6, colour: RULE }, text(LEFT, left), text(start, right)]
}

fn drawable_lines(text: &str) -> impl Iterator<Item = String> {
    text.split('\n').map(font::drawable)
}

/// Breaks a line where it is too long: at blanks, else after the marks of an address, else anywhere.
fn wrap(text: &str, width: f32, style: Style) -> Vec<String> {
    let text = font::drawable(text).replace('\n', " ");
    let mut lines = vec![String::new()];
    let mut used = 0.0;
    for piece in pieces(&text) {
        let length = font::width(piece, style.size, style.bold);
        if used + font::width(piece.trim_end(), style.size, style.bold) > width && used > 0.0 {
            lines.push(String::new());
            used = 0.0;
        }
        if length > width {
            used = break_anywhere(piece, width, style, &mut lines);
            continue;
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(if used == 0.0 { piece.trim_start_matches(' ') } else { piece });
        }
        used += length;
    }
    lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
}

/// A piece that is longer than a line, character by character; gives the width used of the last line.
fn break_anywhere(piece: &str, width: f32, style: Style, lines: &mut Vec<String>) -> f32 {
    let mut used = 0.0;
    for c in piece.chars() {
        let advance = font::width(c.encode_utf8(&mut [0; 4]), style.size, style.bold);
        if used + advance > width && used > 0.0 {
            lines.push(String::new());
            used = 0.0;
        }
        if let Some(line) = lines.last_mut() {
            line.push(c);
        }
        used += advance;
    }
    used
}

/// Pieces that stay together, each with the blanks behind it.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    const AFTER: [char; 6] = ['/', '?', '&', '=', '_', '#'];
    text.split_inclusive(' ').flat_map(|word| {
        let is_address = word.contains("://") || word.len() > 40;
        word.split_inclusive(move |c: char| is_address && AFTER.contains(&c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_its_column() {
        let text = "Une phrase assez longue pour devoir être coupée plusieurs fois, avec https://example.org/a/very/long/address?with=parameters&and=more \
                    et un motsanslesmoindresespacesquidépasselargementlalargeurdelacolonne";
        for width in [60.0, 120.0, 300.0] {
            let lines = wrap(text, width, BODY);
            assert!(lines.iter().all(|line| font::width(line, BODY.size, false) <= width + 0.1), "{width}: {lines:?}");
            assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        }
    }

    #[test]
    fn nothing_is_drawn_below_the_margin() {
        let blocks: Vec<_> = (0..200).map(|n| Block::Quote(format!("ligne {n} ").repeat(n % 30))).collect();
        let pages = lay_out(&blocks);
        assert!(pages.len() > 3);
        let lowest = pages.iter().flatten().map(|mark| match mark {
            Mark::Text { y, .. } => *y,
            Mark::Area { y, height, .. } => y + height,
        });
        assert!(lowest.fold(0.0, f32::max) <= PAGE.1 - BOTTOM + 0.1);
    }
}

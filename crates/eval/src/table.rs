//! Tables as aligned text and as Markdown.

/// A heading, a table and a remark.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// Above the table.
    pub title: String,
    /// Between title and table; may be empty.
    pub remark: String,
    /// Names of the columns; the first is aligned left, the others right.
    pub head: Vec<String>,
    /// As many cells a row as the head has.
    pub rows: Vec<Vec<String>>,
}

/// How tables are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Aligned columns for the terminal.
    Text,
    /// Markdown, titles as headings of the third level.
    Markdown,
}

impl Table {
    /// A table without rows.
    #[must_use]
    pub fn new(title: &str, remark: &str, head: &[&str]) -> Self {
        Self { title: title.to_owned(), remark: remark.to_owned(), head: head.iter().map(|name| (*name).to_owned()).collect(), rows: Vec::new() }
    }

    /// Writes the table.
    #[must_use]
    pub fn write(&self, form: Form) -> String {
        match form {
            Form::Text => self.text(),
            Form::Markdown => self.markdown(),
        }
    }

    fn markdown(&self) -> String {
        let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let rule: Vec<String> = (0..self.head.len()).map(|column| if column == 0 { "---" } else { "---:" }.to_owned()).collect();
        let mut out = format!("### {}\n\n", self.title);
        if !self.remark.is_empty() {
            out += &format!("{}\n\n", self.remark);
        }
        if !self.head.is_empty() {
            out += &line(&self.head);
            out += &line(&rule);
            out.extend(self.rows.iter().map(|row| line(row)));
            out.push('\n');
        }
        out
    }

    fn text(&self) -> String {
        let mut widths: Vec<usize> = self.head.iter().map(|name| name.chars().count()).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let line = |cells: &[String]| {
            let padded: Vec<String> = cells
                .iter()
                .zip(&widths)
                .enumerate()
                .map(|(at, (cell, width))| if at == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") })
                .collect();
            format!("  {}\n", padded.join("  ").trim_end())
        };
        let mut out = format!("{}\n", self.title);
        if !self.remark.is_empty() {
            out += &format!("  {}\n", self.remark);
        }
        if !self.head.is_empty() {
            out += &line(&self.head);
            out.extend(self.rows.iter().map(|row| line(row)));
        }
        out.push('\n');
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms() {
        let table = Table { rows: vec![vec!["é".into(), "1".into()], vec!["long".into(), "20 %".into()]], ..Table::new("T", "why", &["a", "b"]) };
        assert_eq!(table.write(Form::Text), "T\n  why\n  a        b\n  é        1\n  long  20 %\n\n");
        assert_eq!(table.write(Form::Markdown), "### T\n\nwhy\n\n| a | b |\n| --- | ---: |\n| é | 1 |\n| long | 20 % |\n\n");
    }
}

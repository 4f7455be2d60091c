//! The full-screen labelling of posts.

use ratatui::{
    Frame,
    layout::{Constraint, Layout},
    style::{Modifier, Style},
    text::Line,
    widgets::{Block, Gauge, Paragraph, Wrap},
};
use vigie_console::tasks::{KEYS, Task};
use vigie_model::Label;
use vigie_report::Language;

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    /// This label for the post shown.
    Label(Label),
    /// Take the last label back and show its post again.
    Undo,
    /// End; what was labelled is kept.
    Quit,
}

/// What a key asks for, if anything.
pub(super) fn action(key: char) -> Option<Action> {
    match key.to_ascii_lowercase() {
        'u' => Some(Action::Undo),
        'q' => Some(Action::Quit),
        key => KEYS.iter().find(|(known, _)| *known == key).map(|(_, label)| Action::Label(*label)),
    }
}

/// A sitting: tasks, how far it got, and the numbers of the labels given, for undoing.
#[derive(Debug)]
pub(super) struct Sitting {
    pub(super) tasks: Vec<Task>,
    /// Number of the label of each task done; none for one that was not stored.
    pub(super) given: Vec<i64>,
}

impl Sitting {
    pub(super) fn new(tasks: Vec<Task>) -> Self {
        Self { tasks, given: Vec::new() }
    }

    /// The post to read; none when all are read.
    pub(super) fn task(&self) -> Option<&Task> {
        self.tasks.get(self.given.len())
    }

    fn ratio(&self) -> f64 {
        let count = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
        if self.tasks.is_empty() { 1.0 } else { (count(self.given.len()) / count(self.tasks.len())).clamp(0.0, 1.0) }
    }
}

/// Draws the post to read, the progress and the keys. The detector's opinion is not shown: it would sway the reader.
pub(super) fn draw(frame: &mut Frame<'_>, sitting: &Sitting, language: Language) {
    let french = language == Language::French;
    let legend = legend(language, usize::from(frame.area().width));
    let height = u16::try_from(legend.len() + 2).unwrap_or(u16::MAX);
    let [head, body, keys] = Layout::vertical([Constraint::Length(1), Constraint::Min(3), Constraint::Length(height)]).areas(frame.area());
    let progress = format!("{} / {}", sitting.given.len(), sitting.tasks.len());
    frame.render_widget(Gauge::default().ratio(sitting.ratio()).label(progress), head);
    let (title, text) = match sitting.task() {
        Some(task) => (format!(" {} · {} ", task.post.network, task.post.lang.as_str()), shown(task.post.text.as_deref().unwrap_or_default())),
        None => (String::new(), if french { "Tout est lu. u : annuler, q : quitter" } else { "Everything is read. u: undo, q: quit" }.to_owned()),
    };
    let post = Paragraph::new(text).wrap(Wrap { trim: false }).block(Block::bordered().title(title)).style(Style::new().add_modifier(Modifier::BOLD));
    frame.render_widget(post, body);
    frame.render_widget(Paragraph::new(legend).block(Block::bordered()), keys);
}

/// The text without what could move the cursor or change colours.
fn shown(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c == '\n' {
                '\n'
            } else if c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') {
                ' '
            } else {
                c
            }
        })
        .collect()
}

/// Keys with the names of their labels, in columns.
fn legend(language: Language, width: usize) -> Vec<Line<'static>> {
    const COLUMN: usize = 38;
    let last = if language == Language::French { ["u annuler", "q quitter"] } else { ["u undo", "q quit"] };
    let names: Vec<String> = KEYS.iter().map(|(key, label)| format!("{key} {}", language.label(*label))).chain(last.map(str::to_owned)).collect();
    let columns = (width.saturating_sub(2) / COLUMN).max(1);
    names.chunks(columns).map(|row| Line::from(row.iter().map(|name| format!("{name:<COLUMN$}")).collect::<String>())).collect()
}

#[cfg(test)]
mod tests {
    use ratatui::{Terminal, backend::TestBackend};
    use vigie_measure::{Network, ScoreBin};
    use vigie_model::{Band, Lang, Timestamp};
    use vigie_store::SampledPost;

    use super::*;
    use vigie_console::tasks::Kind;

    fn sitting() -> Sitting {
        let post = SampledPost {
            key: 1,
            priority: 1,
            revision: 0,
            network: Network::parse("bluesky").unwrap(),
            lang: Lang::parse("fr"),
            hour: 0,
            bin: ScoreBin::new(Band::Advert, 0.9),
            score: 0.99,
            author: None,
            views: None,
            text: Some("Il neige sur Toulouse\u{1b}[31m ce soir".into()),
            taken_at: Timestamp::from_seconds(1_795_000_000).unwrap(),
            gone: false,
            labels: Vec::new(),
        };
        Sitting::new(vec![Task { post, kind: Kind::First }])
    }

    #[test]
    fn shows_the_post_and_the_keys_and_not_the_detectors_opinion() {
        let mut terminal = Terminal::new(TestBackend::new(100, 24)).unwrap();
        terminal.draw(|frame| draw(frame, &sitting(), Language::French)).unwrap();
        insta::assert_snapshot!(terminal.backend());
    }

    #[test]
    fn every_label_has_a_key_of_its_own() {
        assert_eq!(KEYS.len(), Label::ALL.len());
        for label in Label::ALL {
            let (key, _) = KEYS.iter().find(|(_, known)| known == label).unwrap();
            assert_eq!(action(*key), Some(Action::Label(*label)));
        }
        assert_eq!((action('u'), action('Q'), action('z')), (Some(Action::Undo), Some(Action::Quit), None));
    }
}

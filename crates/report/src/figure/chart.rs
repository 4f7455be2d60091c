//! One watch's figure for a page of its own: a plot whose colours come from the page's style sheet, and the words beside it.

use std::fmt::Write;

use super::{
    DayShare, ShareFigure,
    build::real,
    text::{between, day, headline, percent, warning_text},
};
use crate::Language;

/// The plot's size, in units of its view box.
const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 168.0;
const LEFT: f64 = 40.0;
const TOP: f64 = 10.0;
const BASE: f64 = HEIGHT - 22.0;
const PLOT: f64 = BASE - TOP;
/// Widest bar.
const SLOT: f64 = 80.0;
/// Room that a date needs.
const LABEL: f64 = 48.0;

/// What stands beside the plot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareWords {
    /// "8–12 %", or the raw rate where people have not read enough, or a dash.
    pub value: String,
    /// Whether the value is an estimate with an interval.
    pub estimate: bool,
    /// The whole sentence.
    pub sentence: String,
    /// "1 in 3": the chance that the first 20 posts show an advert, where it is known.
    pub exposure: Option<String>,
    /// What has to be said besides.
    pub warnings: Vec<&'static str>,
}

/// The words of a figure.
#[must_use]
pub fn share_words(figure: &ShareFigure, language: Language) -> ShareWords {
    let report = &figure.posts;
    let interval = report.interval.filter(|_| report.suppressed.is_none());
    let value = match (interval, report.share) {
        (Some(interval), _) => short(&between(interval, language), language),
        (None, Some(rate)) if report.suppressed.is_none() => percent(rate, 1, language),
        _ => "–".to_owned(),
    };
    let exposure = figure.exposure.iter().find(|exposure| exposure.first_posts == 20).map(|exposure| percent(exposure.chance, 0, language));
    ShareWords {
        value,
        estimate: interval.is_some(),
        sentence: headline(figure, language),
        exposure,
        warnings: report.warnings.iter().map(|warning| warning_text(*warning, language)).collect(),
    }
}

/// "between 8 % and 12 %" as "8 – 12 %".
fn short(between: &str, language: Language) -> String {
    let (words, and) = language.pick("between | and ", "entre | et ").split_once('|').unwrap_or_default();
    let Some((low, high)) = between.strip_prefix(words).and_then(|rest| rest.split_once(and)) else { return between.to_owned() };
    format!("{} – {high}", low.trim_end_matches([' ', '%', '\u{a0}', '\u{202f}']))
}

/// A plot of the days: a bar for the raw detector rate, a dot with its interval where people read enough, a band for the whole window. It has
/// classes (`raw`, `estimate`, `band`, `gap`, `change`, `axis`) and no colours of its own.
#[must_use]
pub fn chart_svg(figure: &ShareFigure, language: Language) -> String {
    let days: Vec<(i64, &DayShare)> = figure.days.iter().filter_map(|day| Some((day.day?, day))).collect();
    let scale = Scale::of(figure);
    let label = format!("{} : {}", figure.domain.watch, headline(figure, language));
    let mut out = format!("<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">", crate::xml::escape(&label));
    scale.grid(language, &mut out);
    if let (Some((first, _)), Some((last, _))) = (days.first(), days.last()) {
        let axis = Days { first: *first, last: *last };
        axis.draw(&days, &scale, language, &mut out);
        axis.changes(figure, &mut out);
    }
    if let Some(interval) = figure.posts.interval.filter(|_| figure.posts.suppressed.is_none()) {
        let (high, low) = (scale.y(interval.high), scale.y(interval.low));
        // Writing to a string cannot fail.
        let _ = write!(out, "<rect class=\"band\" x=\"{LEFT}\" y=\"{high:.1}\" width=\"{}\" height=\"{:.1}\"/>", WIDTH - LEFT, (low - high).max(1.5));
    }
    out.push_str("</svg>");
    out
}

/// The axis of shares, up to a round number above everything drawn.
struct Scale {
    top: f64,
}

impl Scale {
    fn of(figure: &ShareFigure) -> Self {
        let raw = figure.days.iter().filter(|day| day.posts > 0).map(|day| real(day.detected) / real(day.posts));
        let bounds = figure.days.iter().filter_map(|day| day.interval).map(|interval| interval.high);
        let whole = figure.posts.interval.map_or(0.0, |interval| interval.high);
        let greatest = raw.chain(bounds).fold(whole, f64::max);
        let top = [0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 1.0].into_iter().find(|top| greatest <= *top).unwrap_or(1.0);
        Self { top }
    }

    fn y(&self, share: f64) -> f64 {
        BASE - (share / self.top).clamp(0.0, 1.0) * PLOT
    }

    fn grid(&self, language: Language, out: &mut String) {
        let digits = usize::from(self.top < 0.05);
        for part in [0.0, 0.5, 1.0] {
            let (share, y) = (self.top * part, self.y(self.top * part));
            let _ = write!(
                out,
                "<line class=\"axis\" x1=\"{LEFT}\" x2=\"{WIDTH}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/><text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                LEFT - 6.0,
                y + 4.0,
                percent(share, digits, language)
            );
        }
    }
}

/// "16 Nov" of a day since 1970.
fn short_day(number: i64, language: Language) -> String {
    const ENGLISH: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "June", "July", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const FRENCH: [&str; 12] = ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."];
    let iso = day(number);
    let mut parts = iso.split('-').skip(1).filter_map(|part| part.parse::<usize>().ok());
    let (Some(month), Some(day)) = (parts.next(), parts.next()) else { return iso };
    let months = if language == Language::French { FRENCH } else { ENGLISH };
    months.get(month.wrapping_sub(1)).map_or(iso, |month| format!("{day} {month}"))
}

/// The axis of days.
struct Days {
    first: i64,
    last: i64,
}

impl Days {
    fn slot(&self) -> f64 {
        ((WIDTH - LEFT) / real((self.last - self.first + 1).unsigned_abs())).min(SLOT)
    }

    fn x(&self, day: i64) -> f64 {
        LEFT + real((day - self.first).unsigned_abs()) * self.slot()
    }

    fn draw(&self, days: &[(i64, &DayShare)], scale: &Scale, language: Language, out: &mut String) {
        let every = (LABEL / self.slot()).ceil().max(1.0);
        for number in self.first..=self.last {
            match days.binary_search_by_key(&number, |(day, _)| *day).ok().and_then(|at| days.get(at)) {
                Some((_, share)) if share.posts > 0 => self.bar(number, share, scale, out),
                _ => {
                    let _ = write!(out, "<rect class=\"gap\" x=\"{:.1}\" y=\"{TOP}\" width=\"{:.1}\" height=\"{PLOT:.1}\"/>", self.x(number), self.slot());
                }
            }
            if real((number - self.first).unsigned_abs()) % every == 0.0 {
                let _ = write!(out, "<text x=\"{:.1}\" y=\"{:.1}\">{}</text>", self.x(number) + 1.0, HEIGHT - 6.0, short_day(number, language));
            }
        }
    }

    fn bar(&self, number: i64, share: &DayShare, scale: &Scale, out: &mut String) {
        let raw = real(share.detected) / real(share.posts);
        let (x, y, middle) = (self.x(number), scale.y(raw), self.x(number) + self.slot() / 2.0);
        let gap = if self.slot() > 6.0 { 3.0 } else { 0.5 };
        let _ = write!(
            out,
            "<rect class=\"raw\" x=\"{:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"2\"><title>{}: {:.1} % ({} / {})</title></rect>",
            x + gap / 2.0,
            (self.slot() - gap).max(0.8),
            (BASE - y).max(0.0),
            day(number),
            raw * 100.0,
            share.detected,
            share.posts
        );
        if let (Some(point), Some(interval)) = (share.share, share.interval) {
            let (low, high) = (scale.y(interval.low), scale.y(interval.high));
            let _ = write!(
                out,
                "<line class=\"estimate\" x1=\"{middle:.1}\" x2=\"{middle:.1}\" y1=\"{low:.1}\" y2=\"{high:.1}\"/><circle class=\"estimate\" cx=\"{middle:.1}\" cy=\"{:.1}\" r=\"3.5\"/>",
                scale.y(point)
            );
        }
    }

    fn changes(&self, figure: &ShareFigure, out: &mut String) {
        for run in figure.detectors.iter().skip(1) {
            let day = run.since.hour().div_euclid(24);
            if (self.first..=self.last).contains(&day) {
                let x = self.x(day);
                let _ = write!(out, "<line class=\"change\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{TOP}\" y2=\"{BASE:.1}\"/>");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_said_short() {
        assert_eq!((short_day(20_773, Language::English), short_day(20_773, Language::French)), ("16 Nov".into(), "16 nov.".into()));
    }

    #[test]
    fn an_interval_is_said_short() {
        assert_eq!(short("between 8 % and 12 %", Language::English), "8 – 12 %");
        assert_eq!(short("entre 8,1 % et 12,4 %", Language::French), "8,1 – 12,4 %");
    }
}

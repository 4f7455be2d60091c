//! Figures as a picture: readable in print and by colour-blind eyes (bars in grey, estimates as dark dots with whiskers).

use std::fmt::Write;

use super::{DayShare, ShareFigure, build::real, text};
use crate::{Language, xml::escape};

/// Height of one watch's panel, and sizes within it, in pixels.
const PANEL: f64 = 150.0;
const PLOT: f64 = 100.0;
const LEFT: f64 = 230.0;
const BARS: f64 = 640.0;
const TOP: f64 = 64.0;
const INK: &str = "#1b1b1b";
const FAINT: &str = "#595959";
const ESTIMATE: &str = "#0b5394";
const RAW: &str = "#c9c9c9";

/// A panel a watch: its share with interval on the left axis, then a bar a day (raw detector rate) with the day's estimate and
/// interval where people read enough posts. Days without posts stay empty and are marked: a gap is no zero. Dashed: the detector changed.
#[must_use]
pub fn figures_svg(figures: &[ShareFigure], language: Language) -> String {
    let figures: Vec<&ShareFigure> = figures.iter().filter(|figure| figure.posts.posts > 0).collect();
    let (width, height) = (LEFT + BARS + 30.0, TOP + real(figures.len().max(1) as u64) * PANEL);
    let title = language.pick("Share of adverts per watch", "Part des annonces par veille");
    let note = language.pick(
        "dots and band: estimate with 95 % interval · grey bars: raw detector rate, not an estimate · hatched: no posts collected · dashed: detector changed",
        "points et bande : estimation et intervalle à 95 % · barres grises : taux brut, pas une estimation · hachuré : rien de collecté · tirets : autre détecteur",
    );
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"t d\" font-family=\"system-ui, sans-serif\" font-size=\"12\">\n\
         <title id=\"t\">{title}</title>\n<desc id=\"d\">{note}</desc>\n\
         <defs><pattern id=\"gap\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"><path d=\"M0 6L6 0\" stroke=\"#9a9a9a\"/></pattern></defs>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
         <text x=\"16\" y=\"26\" font-size=\"16\" font-weight=\"600\" fill=\"{INK}\">{title}</text>\n<text x=\"16\" y=\"44\" font-size=\"11\" fill=\"{FAINT}\">{note}</text>\n"
    );
    for (index, figure) in figures.iter().enumerate() {
        panel(figure, TOP + real(index as u64) * PANEL, language, &mut out);
    }
    if figures.is_empty() {
        let _ = writeln!(
            out,
            "<text x=\"16\" y=\"84\" fill=\"{INK}\">{}</text>",
            language.pick("no watch has posts yet", "aucune veille n’a encore de publications")
        );
    }
    out.push_str("</svg>\n");
    out
}

fn panel(figure: &ShareFigure, top: f64, language: Language, out: &mut String) {
    let base = top + 12.0 + PLOT;
    let y = |share: f64| base - share * PLOT;
    let _ = writeln!(out, "<text x=\"16\" y=\"{}\" font-weight=\"600\" fill=\"{INK}\">{}</text>", top + 24.0, escape(&name(figure)));
    for (line, at) in wrapped(&text::headline(figure, language), 30).iter().zip(1u8..) {
        let _ = writeln!(out, "<text x=\"16\" y=\"{}\" font-size=\"11\" fill=\"{FAINT}\">{}</text>", top + 26.0 + 14.0 * f64::from(at), escape(line));
    }
    for share in [0.0, 0.5, 1.0] {
        let _ = writeln!(
            out,
            "<line x1=\"{LEFT}\" x2=\"{}\" y1=\"{:.1}\" y2=\"{:.1}\" stroke=\"#d9d9d9\"/><text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\" font-size=\"10\" fill=\"{FAINT}\">{:.0} %</text>",
            LEFT + BARS,
            y(share),
            y(share),
            LEFT - 6.0,
            y(share) + 4.0,
            share * 100.0
        );
    }
    if let Some(interval) = figure.posts.interval.filter(|_| figure.posts.suppressed.is_none()) {
        let _ = writeln!(
            out,
            "<rect x=\"{LEFT}\" y=\"{:.1}\" width=\"{BARS}\" height=\"{:.1}\" fill=\"{ESTIMATE}\" fill-opacity=\"0.18\"/>",
            y(interval.high),
            (interval.width() * PLOT).max(1.0)
        );
    }
    let known: Vec<(i64, &DayShare)> = figure.days.iter().filter_map(|day| Some((day.day?, day))).collect();
    let (Some((first, _)), Some((last, _))) = (known.first(), known.last()) else { return };
    let slot = (BARS / real((last - first + 1).unsigned_abs())).min(106.0);
    let every = (60.0 / slot).ceil().max(1.0);
    for day in *first..=*last {
        let offset = real((day - first).unsigned_abs());
        let x = LEFT + offset * slot;
        match known.binary_search_by_key(&day, |(known, _)| *known).ok().and_then(|at| known.get(at)) {
            Some((_, share)) => bar(share, x, slot, base, out),
            None => {
                let _ = writeln!(out, "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"{slot:.1}\" height=\"{PLOT}\" fill=\"url(#gap)\"/>", base - PLOT);
            }
        }
        if offset % every == 0.0 {
            let label = text::day(day);
            let _ = writeln!(out, "<text x=\"{x:.1}\" y=\"{:.1}\" font-size=\"10\" fill=\"{FAINT}\">{}</text>", base + 14.0, label.get(5..).unwrap_or(&label));
        }
    }
    for run in figure.detectors.iter().skip(1) {
        let day = run.since.hour().div_euclid(24);
        if (*first..=*last).contains(&day) {
            let x = LEFT + real((day - first).unsigned_abs()) * slot;
            let _ = writeln!(out, "<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{:.1}\" y2=\"{base:.1}\" stroke=\"{INK}\" stroke-dasharray=\"4 3\"/>", base - PLOT);
        }
    }
}

/// The watch, with its network where it is of one.
fn name(figure: &ShareFigure) -> String {
    let network = figure.domain.network.as_ref().map_or(String::new(), |network| format!(" · {network}"));
    format!("{}{network}", figure.domain.watch)
}

fn bar(day: &DayShare, x: f64, slot: f64, base: f64, out: &mut String) {
    if day.posts == 0 {
        return;
    }
    let raw = real(day.detected) / real(day.posts);
    let (width, middle) = ((slot - 2.0).max(1.0), x + slot / 2.0);
    let _ = writeln!(
        out,
        "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"{RAW}\"><title>{}: {:.1} % ({} / {})</title></rect>",
        base - raw * PLOT,
        raw * PLOT,
        day.day.map(text::day).unwrap_or_default(),
        raw * 100.0,
        day.detected,
        day.posts
    );
    if let (Some(share), Some(interval)) = (day.share, day.interval) {
        let _ = writeln!(
            out,
            "<line x1=\"{middle:.1}\" x2=\"{middle:.1}\" y1=\"{:.1}\" y2=\"{:.1}\" stroke=\"{ESTIMATE}\" stroke-width=\"2\"/><circle cx=\"{middle:.1}\" cy=\"{:.1}\" r=\"3.5\" fill=\"{ESTIMATE}\"/>",
            base - interval.low * PLOT,
            base - interval.high * PLOT,
            base - share * PLOT
        );
    }
}

/// Lines of at most so many characters, cut at spaces.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut().filter(|line| line.chars().count() + word.chars().count() < width) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

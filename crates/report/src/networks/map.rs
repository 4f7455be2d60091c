//! The map of a network: accounts on the left, what they share on the right, a line for each holding.

use std::fmt::Write;

use vigie_link::{Grade, Reason};

use super::{NetworkReport, day, masked, text};
use crate::{Language, xml::escape};

const WIDTH: f64 = 960.0;
const TOP: f64 = 96.0;
const ROW: f64 = 30.0;
const LEFT: f64 = 300.0;
const RIGHT: f64 = 620.0;
/// Rows on either side; the rest is told in a line.
const MOST: usize = 60;

/// The map as SVG, self-contained. Contacts are masked.
#[must_use]
pub fn network_svg(network: &NetworkReport, language: Language) -> String {
    let accounts: Vec<_> = network.cluster.accounts.iter().take(MOST).collect();
    let reasons: Vec<_> = network.cluster.reasons.iter().take(MOST).collect();
    let rows = accounts.len().max(reasons.len()).max(1);
    let height = TOP + real(rows) * ROW + 56.0;
    let title = format!("{} {}", language.pick("Network", "Réseau"), network.number);
    let note = language.pick(super::MEANING, "Les comptes d’un réseau partagent quelque chose. Cela ne dit pas qu’une seule personne est derrière eux.");
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-labelledby=\"t d\" font-family=\"system-ui, sans-serif\" font-size=\"13\">\n\
         <title id=\"t\">{title}</title>\n<desc id=\"d\">{note}</desc>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
         <text x=\"24\" y=\"32\" font-size=\"18\" font-weight=\"600\">{title}</text>\n<text x=\"24\" y=\"52\" font-size=\"12\" fill=\"#595959\">{note}</text>\n"
    );
    let description = &network.description;
    let _ = writeln!(
        out,
        "<text x=\"{LEFT}\" y=\"80\" text-anchor=\"end\" font-weight=\"600\">{}</text>\n<text x=\"{RIGHT}\" y=\"80\" font-weight=\"600\">{}</text>",
        language.pick("accounts", "comptes"),
        language.pick("share", "partagent")
    );
    for (row, reason) in reasons.iter().enumerate() {
        edges(&accounts, reason, place(row, reasons.len(), rows), rows, &mut out);
    }
    for (row, account) in accounts.iter().enumerate() {
        let y = place(row, accounts.len(), rows);
        let label = clip(&format!("{} · {}", account.network, network.name(account)));
        let _ = writeln!(
            out,
            "<circle cx=\"{LEFT}\" cy=\"{y:.1}\" r=\"6\" fill=\"#1b1b1b\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LEFT - 14.0,
            y + 4.0,
            escape(&label)
        );
    }
    for (row, reason) in reasons.iter().enumerate() {
        let y = place(row, reasons.len(), rows);
        let label = clip(&format!("{} {}", text::kind(reason.kind, language), masked(reason)));
        let (fill, _) = style(reason.grade);
        let _ = writeln!(
            out,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"12\" height=\"12\" fill=\"{fill}\"/><text x=\"{:.1}\" y=\"{:.1}\">{} <tspan fill=\"#595959\" font-size=\"11\">{}</tspan></text>",
            RIGHT - 6.0,
            y - 6.0,
            RIGHT + 16.0,
            y + 4.0,
            escape(&label),
            text::grade(reason.grade, language)
        );
    }
    let left_out = (network.cluster.accounts.len() - accounts.len()) + (network.cluster.reasons.len() - reasons.len());
    let more = if left_out > 0 { format!(" · {left_out} {}", language.pick("rows not shown", "lignes non montrées")) } else { String::new() };
    let _ = writeln!(
        out,
        "<text x=\"24\" y=\"{:.1}\" font-size=\"12\" fill=\"#595959\">{} {} · {} – {}{more}</text>\n</svg>",
        height - 20.0,
        description.finds,
        language.pick("finds", "trouvailles"),
        day(description.first_seen),
        day(description.last_seen)
    );
    out
}

fn edges(accounts: &[&vigie_link::Account], reason: &Reason, y: f64, rows: usize, out: &mut String) {
    let (colour, dash) = style(reason.grade);
    let middle = f64::midpoint(LEFT, RIGHT);
    for (row, account) in accounts.iter().enumerate() {
        if reason.accounts.binary_search(account).is_ok() {
            let from = place(row, accounts.len(), rows);
            let _ = writeln!(
                out,
                "<path d=\"M{LEFT} {from:.1} C{middle} {from:.1} {middle} {y:.1} {RIGHT} {y:.1}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"{dash} opacity=\"0.7\"/>"
            );
        }
    }
}

/// Colour and line: told apart without colours, too.
fn style(grade: Grade) -> (&'static str, &'static str) {
    match grade {
        Grade::Observed => ("#0b5394", ""),
        Grade::Probable => ("#b45f06", " stroke-dasharray=\"6 4\""),
        Grade::Possible => ("#7f7f7f", " stroke-dasharray=\"2 4\""),
    }
}

/// The height of a row, so that the shorter column lies in the middle.
fn place(row: usize, of: usize, rows: usize) -> f64 {
    TOP + (real(row) + 0.5 + real(rows - of.min(rows)) / 2.0) * ROW
}

/// Labels longer than the column are cut.
fn clip(label: &str) -> String {
    const LONGEST: usize = 38;
    if label.chars().count() <= LONGEST { label.to_owned() } else { label.chars().take(LONGEST - 1).chain(['…']).collect() }
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn real(count: usize) -> f64 {
    count as f64
}

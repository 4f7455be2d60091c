//! What is measured, as tables for people.

use std::collections::BTreeSet;

use crate::{
    generated::Ordinary,
    interval::{Interval, Rate},
    section::{FigureRow, Section, TAKEN},
    slices::Slice,
    suite::{ClassRow, Cost, ENOUGH, SuiteReport},
    table::Table,
};

fn percent(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{:.1} %", 100.0 * value))
}

/// Rates of wrongly found posts are small: two digits more.
fn fine(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{:.3} %", 100.0 * value))
}

fn decimals(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"))
}

fn with_interval(value: Option<f64>, interval: Option<Interval>) -> String {
    let Some(Interval { low, high }) = interval.filter(|_| value.is_some()) else { return percent(value) };
    format!("{} [{:.1}, {:.1}]", percent(value), 100.0 * low, 100.0 * high)
}

fn fine_with_interval(value: Option<f64>, interval: Option<Interval>) -> String {
    let Some(Interval { low, high }) = interval.filter(|_| value.is_some()) else { return fine(value) };
    format!("{} [{:.3}, {:.3}]", fine(value), 100.0 * low, 100.0 * high)
}

fn of(rate: Rate) -> String {
    if rate.whole == 0 { "–".to_owned() } else { format!("{}/{}", rate.part, rate.whole) }
}

/// "12/400 = 3.0 % [1.7, 5.2]".
fn wilson(rate: Rate) -> String {
    let written = if rate.value().is_some_and(|value| value < 0.01) { fine_with_interval } else { with_interval };
    if rate.whole == 0 { "–".to_owned() } else { format!("{} = {}", of(rate), written(rate.value(), Some(rate.wilson()))) }
}

/// The tables of one data set.
#[must_use]
pub fn section_tables(section: &Section) -> Vec<Table> {
    let mut tables = vec![overview(section), figures(section)];
    tables.extend(reliability(section));
    for by in ["language", "training", "label", "product", "network", "source", "class", "obfuscation"] {
        tables.extend(slice_table(by, &section.slices));
    }
    tables.extend(wrong(section));
    tables
}

fn overview(section: &Section) -> Table {
    let Section { posts, adverts, undecided, clusters, .. } = section;
    let products = &section.products;
    let mut rows = vec![
        vec!["posts".to_owned(), posts.to_string()],
        vec!["adverts among them".to_owned(), adverts.to_string()],
        vec!["undecided posts, left out".to_owned(), undecided.to_string()],
        vec!["clusters of author or template".to_owned(), clusters.to_string()],
        vec!["other posts in the band review".to_owned(), wilson(section.review_of_others)],
        vec!["adverts in the band review".to_owned(), wilson(section.review_of_adverts)],
    ];
    if products.adverts > 0 {
        rows.push(vec![format!("product classes of {} adverts found: F1 (micro)", products.adverts), percent(products.f1)]);
    }
    Table { rows, ..Table::new("What was measured on", "", &["", "count"]) }
}

fn figures(section: &Section) -> Table {
    let remark = "Precision, F1 and average precision hold at the prevalence in their row and at no other. Intervals: 95 %, bootstrap over clusters of \
                  author and near-duplicate text, for the scorer under test.";
    let head = ["scorer", "prevalence", "precision", "recall", "F1", "false positives", "average precision", "recall at precision ≥ 95 %"];
    let row = |row: &FigureRow| {
        let (f, i) = (&row.figures, row.intervals.unwrap_or_default());
        vec![
            row.scorer.clone(),
            format!("{}{}", percent(f.prevalence), if row.of_data { " (data)" } else { "" }),
            with_interval(f.precision, i.precision),
            with_interval(f.recall, i.recall),
            with_interval(f.f1, i.f1),
            fine_with_interval(f.false_positive_rate, i.false_positive_rate),
            with_interval(f.average_precision, i.average_precision),
            with_interval(f.recall_at_precision_95, i.recall_at_precision_95),
        ]
    };
    // Without adverts or without others only the data's own prevalence has a row.
    let defined = |row: &&FigureRow| row.of_data || row.figures.precision.is_some() || row.figures.average_precision.is_some();
    Table { rows: section.rows.iter().filter(defined).map(row).collect(), ..Table::new("Figures", remark, &head) }
}

fn reliability(section: &Section) -> Vec<Table> {
    let one = |calibration: &crate::calibration::Calibration| {
        let title = format!("Reliability at {} adverts: calibration error {:.3}", percent(Some(calibration.prevalence)), calibration.error);
        let row = |bin: &crate::calibration::Bin| vec![bin.adverts.whole.to_string(), decimals(Some(bin.score)), decimals(Some(bin.share))];
        Table { rows: calibration.bins.iter().map(row).collect(), ..Table::new(&title, "", &["posts", "mean score", "share of adverts"]) }
    };
    section.calibrations.iter().map(one).collect()
}

fn slice_table(by: &str, slices: &[Slice]) -> Option<Table> {
    let chosen: Vec<&Slice> = slices.iter().filter(|slice| slice.by == by).collect();
    if chosen.is_empty() {
        return None;
    }
    let head = [
        by,
        "adverts found (Wilson)",
        "others taken for adverts (Wilson)",
        "adverts",
        "precision",
        "F1",
        "recall at precision ≥ 95 %, 10 % adverts",
        "calibration error",
        "the same, 10 % adverts",
        "",
    ];
    let row = |slice: &&Slice| {
        vec![
            slice.name.clone(),
            wilson(slice.recall),
            wilson(slice.false_positives),
            percent(slice.prevalence),
            percent(slice.precision),
            percent(slice.f1),
            percent(slice.recall_at_precision_95_at_10),
            decimals(slice.calibration_error),
            decimals(slice.calibration_error_at_10),
            if slice.alarm { "more than twice the overall rate" } else { "" }.to_owned(),
        ]
    };
    Some(Table { rows: chosen.iter().map(row).collect(), ..Table::new(&format!("By {by}"), "", &head) })
}

/// Other posts that were taken for adverts. Adverts that were not found stand in the JSON form only: there can be many.
fn wrong(section: &Section) -> Option<Table> {
    let found = section.wrong.iter().filter(|wrong| wrong.what == TAKEN);
    let rows: Vec<Vec<String>> = found.map(|wrong| vec![wrong.id.clone(), wrong.label.to_owned()]).collect();
    (!rows.is_empty()).then(|| Table { rows, ..Table::new("Others taken for adverts, by id", "", &["id", "label"]) })
}

/// False alarms among generated ordinary posts.
#[must_use]
pub fn ordinary_table(counts: Ordinary) -> Table {
    let Ordinary { advert, review } = counts;
    let rows = vec![vec!["advert".to_owned(), exact(advert)], vec!["review".to_owned(), exact(review)]];
    Table { rows, ..Table::new("Generated ordinary posts, none about drugs", "", &["band", "posts (Wilson, per million)"]) }
}

/// "3/1000000 = 3 per million [1, 9]".
fn exact(rate: Rate) -> String {
    let million = |share: f64| format!("{:.0}", 1e6 * share);
    let Interval { low, high } = rate.wilson();
    format!("{} = {} per million [{}, {}]", of(rate), rate.value().map_or_else(|| "–".to_owned(), million), million(low), million(high))
}

/// The tables of a functional suite.
#[must_use]
pub fn suite_tables(report: &SuiteReport) -> Vec<Table> {
    let languages: BTreeSet<&String> = report.classes.iter().flat_map(|row| row.languages.keys()).collect();
    vec![
        suite_overview(report, languages.len()),
        class_table(report, &languages),
        lookalikes(report),
        costs("Disguises written by the suite's authors", "Each beside its plain partner.", &report.written_disguises, &languages),
        costs(
            "Disguises made by program",
            "Each plain case of the suite beside itself, with the words disguised that name goods or look like it (as the detector reads the plain \
             text). A detector that takes the disguise itself for a sign loses no recall, and shows it in the column of the others.",
            &report.mechanical_disguises,
            &languages,
        ),
        costs("The same, with every word disguised", "", &report.whole_text_disguises, &languages),
    ]
}

fn suite_overview(report: &SuiteReport, languages: usize) -> Table {
    let rows = vec![
        vec!["cases".to_owned(), report.classes.iter().map(|row| row.all.whole).sum::<usize>().to_string()],
        vec!["languages".to_owned(), languages.to_string()],
        vec![format!("classes, and those with {ENOUGH} cases or more"), format!("{}, {}", report.classes.len(), report.large_classes)],
        vec!["cases that belong to a minimal pair".to_owned(), wilson(report.paired)],
        vec!["pairs of advert and look-alike with both right".to_owned(), wilson(report.pairs)],
    ];
    Table { rows, ..Table::new("The suite", "", &["", "count"]) }
}

fn class_table(report: &SuiteReport, languages: &BTreeSet<&String>) -> Table {
    let mut head = vec!["class", "adverts", "right (Wilson)"];
    head.extend(languages.iter().map(|language| language.as_str()));
    let row = |row: &ClassRow| {
        let mut cells = vec![row.class.clone(), row.adverts.to_string(), wilson(row.all)];
        cells.extend(languages.iter().map(|language| row.languages.get(*language).map_or_else(|| "–".to_owned(), |rate| of(*rate))));
        cells
    };
    Table { rows: report.classes.iter().map(row).collect(), ..Table::new("By class and language", "", &head) }
}

fn lookalikes(report: &SuiteReport) -> Table {
    let mut all = Rate::default();
    let mut rows = Vec::new();
    for row in report.classes.iter().filter(|row| row.false_positives.whole > 0) {
        all.add(row.false_positives);
        rows.push(vec![row.class.clone(), wilson(row.false_positives)]);
    }
    rows.insert(0, vec!["all".to_owned(), wilson(all)]);
    Table { rows, ..Table::new("Look-alikes taken for adverts", "", &["class", "false positives (Wilson)"]) }
}

fn costs(title: &str, remark: &str, costs: &[Cost], languages: &BTreeSet<&String>) -> Table {
    let mut head = vec!["disguise", "found plain", "found disguised (Wilson)", "lost", "gained", "points lost", "others taken for adverts, plain → disguised"];
    head.extend(languages.iter().map(|language| language.as_str()));
    let points = |points: Option<&f64>| points.map_or_else(|| "–".to_owned(), |points| format!("{points:.1}"));
    let row = |cost: &Cost| {
        let others = if cost.others_plain.whole == 0 { "–".to_owned() } else { format!("{} → {}", of(cost.others_plain), of(cost.others_disguised)) };
        let mut cells = vec![
            cost.name.clone(),
            of(cost.plain),
            wilson(cost.disguised),
            cost.lost.to_string(),
            cost.gained.to_string(),
            points(cost.points.as_ref()),
            others,
        ];
        cells.extend(languages.iter().map(|language| points(cost.languages.get(*language))));
        cells
    };
    Table { rows: costs.iter().map(row).collect(), ..Table::new(title, remark, &head) }
}

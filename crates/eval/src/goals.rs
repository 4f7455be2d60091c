//! What the detector must reach on the functional suite, and whether it does.

use serde::Serialize;

use crate::{
    section::Section,
    suite::{Cost, SuiteReport},
    table::Table,
};

/// One goal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Goal {
    /// What is measured.
    pub what: String,
    /// The bound; `at_least` says on which side of it the figure must be.
    pub bound: f64,
    /// Whether the bound is a lower one.
    pub at_least: bool,
    /// What was measured, where anything was.
    pub measured: Option<f64>,
    /// Whether the goal is met.
    pub met: bool,
}

fn at_least(what: String, bound: f64, measured: Option<f64>) -> Goal {
    Goal { what, bound, at_least: true, measured, met: measured.is_some_and(|value| value >= bound) }
}

fn at_most(what: String, bound: f64, measured: Option<f64>) -> Goal {
    Goal { what, bound, at_least: false, measured, met: measured.is_some_and(|value| value <= bound) }
}

/// The goals of the functional suite, shares as fractions and losses in points.
#[must_use]
pub fn suite_goals(section: &Section, report: &SuiteReport) -> Vec<Goal> {
    let mut goals = Vec::new();
    for (code, bound) in [("fr", 0.95), ("en", 0.93), ("es", 0.88), ("it", 0.88), ("de", 0.88), ("nl", 0.88)] {
        let slice = section.slices.iter().find(|slice| slice.by == "language" && slice.name == code);
        goals.push(at_least(format!("F1, {code}"), bound, slice.and_then(|slice| slice.f1)));
        goals.push(at_least(format!("recall at precision ≥ 0.95, 10 % adverts, {code}"), 0.9, slice.and_then(|slice| slice.recall_at_precision_95_at_10)));
        goals.push(at_most(format!("calibration error, 10 % adverts, {code}"), 0.03, slice.and_then(|slice| slice.calibration_error_at_10)));
    }
    let overall = section.rows.first().and_then(|row| row.figures.false_positive_rate);
    goals.push(at_most("false positives of all look-alikes".to_owned(), 0.02, overall));
    for row in report.classes.iter().filter(|row| row.false_positives.whole > 0) {
        goals.push(at_most(format!("false positives, {}", row.class), 0.03, row.false_positives.value()));
    }
    let cost = |kind: &'static str| move |cost: &Cost| at_most(format!("points of recall lost, {kind} {}", cost.name), 5.0, cost.points);
    goals.extend(report.written_disguises.iter().map(cost("written")));
    goals.extend(report.mechanical_disguises.iter().map(cost("by program")));
    goals
}

/// The goals as a table, with how many are met above it.
#[must_use]
pub fn goal_table(goals: &[Goal]) -> Table {
    let met = goals.iter().filter(|goal| goal.met).count();
    let row = |goal: &Goal| {
        vec![
            goal.what.clone(),
            format!("{} {}", if goal.at_least { "≥" } else { "≤" }, goal.bound),
            goal.measured.map_or_else(|| "not measured".to_owned(), |value| format!("{value:.3}")),
            if goal.met { "met" } else { "missed" }.to_owned(),
        ]
    };
    let title = format!("Goals: {met} of {} met", goals.len());
    Table { rows: goals.iter().map(row).collect(), ..Table::new(&title, "", &["goal", "bound", "measured", ""]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_measured_is_not_met() {
        assert!(!at_least("a".into(), 0.5, None).met && !at_most("a".into(), 0.5, None).met);
        assert!(at_most("a".into(), 5.0, Some(-2.0)).met && !at_most("a".into(), 5.0, Some(5.1)).met && at_least("a".into(), 0.9, Some(0.9)).met);
        assert!(goal_table(&[at_least("a".into(), 0.9, Some(0.9)), at_least("b".into(), 0.9, None)]).title.contains("1 of 2"));
    }
}

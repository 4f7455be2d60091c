//! Tables for Gephi and for i2 Analyst's Notebook.

use vigie_link::Grade;

use super::graph::{Graph, joined};
use crate::networks::time;

pub(super) fn gephi_nodes(graph: &Graph) -> String {
    let mut out = row(
        &["Id", "Label", "Kind", "Platform", "Network", "First_Seen", "Last_Seen", "N_Posts", "N_Adverts", "Products", "Profile", "TLP"].map(str::to_owned)
    );
    for node in &graph.nodes {
        let facts = &node.facts;
        out.push_str(&row(&[
            node.id.clone(),
            node.label.clone(),
            node.kind.word().to_owned(),
            node.platform.clone(),
            node.network.to_string(),
            time(facts.first_seen),
            time(facts.last_seen),
            facts.finds.to_string(),
            facts.adverts.to_string(),
            facts.products(),
            node.profile.to_owned(),
            node.tlp.clone(),
        ]));
    }
    out
}

pub(super) fn gephi_edges(graph: &Graph) -> String {
    let mut out =
        row(&["Source", "Target", "Type", "Id", "Label", "Weight", "Strength", "Class", "N_Evidence", "First_Seen", "Last_Seen", "Evidence_Ids"]
            .map(str::to_owned));
    for edge in &graph.edges {
        let Some((source, target)) = graph.ends(edge) else { continue };
        out.push_str(&row(&[
            source.id.clone(),
            target.id.clone(),
            "Undirected".to_owned(),
            edge.id.clone(),
            edge.word().to_owned(),
            format!("{:.4}", edge.weight),
            edge.grade.as_str().to_owned(),
            edge.class.as_str().to_owned(),
            edge.evidence.len().to_string(),
            time(edge.first_seen),
            time(edge.last_seen),
            joined(&edge.evidence),
        ]));
    }
    out
}

const I2_COLUMNS: [&str; 18] = [
    "From_Type",
    "From_Identity",
    "From_Label",
    "Link_Type",
    "Link_Label",
    "Link_Direction",
    "Link_Strength",
    "To_Type",
    "To_Identity",
    "To_Label",
    "Date",
    "Time",
    "TimeZone",
    "Source_Ref",
    "Source_Type",
    "Source_Grade",
    "Info_Grade",
    "Description",
];

/// One row a link, for an import specification that maps the columns by name. UTF-8 with a byte-order mark, as Analyst's Notebook expects.
pub(super) fn i2(graph: &Graph) -> String {
    let mut out = String::from("\u{feff}") + &row(&I2_COLUMNS.map(str::to_owned));
    for edge in &graph.edges {
        let Some((source, target)) = graph.ends(edge) else { continue };
        let first = time(edge.first_seen);
        let (date, clock) = first.trim_end_matches('Z').split_once('T').unwrap_or_default();
        let strength = match edge.grade {
            Grade::Observed => "Confirmed",
            Grade::Probable => "Unconfirmed",
            Grade::Possible => "Tentative",
        };
        out.push_str(&row(&[
            source.kind.word().to_owned(),
            source.id.clone(),
            source.label.clone(),
            edge.word().to_owned(),
            format!("{} ({})", edge.word(), edge.class.as_str()),
            "None".to_owned(),
            strength.to_owned(),
            target.kind.word().to_owned(),
            target.id.clone(),
            target.label.clone(),
            date.to_owned(),
            clock.to_owned(),
            "UTC".to_owned(),
            joined(&edge.evidence),
            "Vigie".to_owned(),
            String::new(),
            String::new(),
            format!("network {}: {}", source.network, crate::networks::MEANING),
        ]));
    }
    out
}

/// A line of RFC 4180. What a spreadsheet would take for a formula gets an apostrophe before it; numbers with a plus sign are left.
fn row(fields: &[String]) -> String {
    let cells: Vec<String> = fields.iter().map(|field| cell(field)).collect();
    cells.join(",") + "\r\n"
}

fn cell(field: &str) -> String {
    let is_phone = field.strip_prefix('+').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let guarded = if field.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_phone { format!("'{field}") } else { field.to_owned() };
    if guarded.contains([',', '"', '\n', '\r']) { format!("\"{}\"", guarded.replace('"', "\"\"")) } else { guarded }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn cells_are_quoted_and_are_no_formulas() {
        for (field, expected) in
            [("a", "a"), ("a,\"b\"", "\"a,\"\"b\"\"\""), ("=1+1", "'=1+1"), ("+33639980012", "+33639980012"), ("+a", "'+a"), ("@fictif", "'@fictif")]
        {
            assert_eq!(cell(field), expected);
        }
    }
}

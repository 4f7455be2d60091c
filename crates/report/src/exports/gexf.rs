//! GEXF 1.3 with a timeline, for Gephi.

use std::fmt::Write;

use super::graph::{Edge, Graph, Node, joined};
use crate::{manifest::Manifest, networks::day, xml::escape};

const NODE_FIELDS: [(&str, &str); 8] = [
    ("kind", "string"),
    ("platform", "string"),
    ("n_posts", "long"),
    ("n_adverts", "long"),
    ("products", "string"),
    ("network", "long"),
    ("profile", "string"),
    ("tlp", "string"),
];
const EDGE_FIELDS: [(&str, &str); 4] = [("strength", "string"), ("class", "string"), ("n_evidence", "long"), ("evidence_ids", "string")];

pub(super) fn write(graph: &Graph, manifest: &Manifest) -> String {
    let today: String = manifest.at.chars().take(10).collect();
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gexf xmlns=\"http://gexf.net/1.3\" version=\"1.3\">\n  <meta lastmodifieddate=\"{today}\"><creator>Vigie</creator><description>{}</description></meta>\n  \
         <graph defaultedgetype=\"undirected\" mode=\"dynamic\" timeformat=\"date\">\n",
        escape(crate::networks::MEANING)
    );
    for (of, fields) in [("node", &NODE_FIELDS[..]), ("edge", &EDGE_FIELDS[..])] {
        let _ = writeln!(out, "    <attributes class=\"{of}\">");
        for (number, (name, kind)) in fields.iter().enumerate() {
            let _ = writeln!(out, "      <attribute id=\"{number}\" title=\"{name}\" type=\"{kind}\"/>");
        }
        out.push_str("    </attributes>\n");
    }
    out.push_str("    <nodes>\n");
    graph.nodes.iter().for_each(|node| write_node(node, &mut out));
    out.push_str("    </nodes>\n    <edges>\n");
    graph.edges.iter().for_each(|edge| write_edge(graph, edge, &mut out));
    out.push_str("    </edges>\n  </graph>\n</gexf>\n");
    out
}

fn write_node(node: &Node, out: &mut String) {
    let facts = &node.facts;
    let _ = write!(out, "      <node id=\"{}\" label=\"{}\"{}>", escape(&node.id), escape(&node.label), span(facts.first_seen, facts.last_seen));
    let values = [
        node.kind.word().to_owned(),
        node.platform.clone(),
        facts.finds.to_string(),
        facts.adverts.to_string(),
        facts.products(),
        node.network.to_string(),
        node.profile.to_owned(),
        node.tlp.clone(),
    ];
    attributes(&values, out);
    out.push_str("</node>\n");
}

fn write_edge(graph: &Graph, edge: &Edge, out: &mut String) {
    let Some((source, target)) = graph.ends(edge) else { return };
    let _ = write!(
        out,
        "      <edge id=\"{}\" source=\"{}\" target=\"{}\" label=\"{}\" weight=\"{:.4}\"{}>",
        edge.id,
        escape(&source.id),
        escape(&target.id),
        edge.word(),
        edge.weight,
        span(edge.first_seen, edge.last_seen)
    );
    attributes(&[edge.grade.as_str().to_owned(), edge.class.as_str().to_owned(), edge.evidence.len().to_string(), joined(&edge.evidence)], out);
    out.push_str("</edge>\n");
}

/// Days: networkx reads no finer time.
fn span(first: Option<i64>, last: Option<i64>) -> String {
    let of = |name: &str, at: Option<i64>| at.map_or_else(String::new, |_| format!(" {name}=\"{}\"", day(at)));
    format!("{}{}", of("start", first), of("end", last))
}

fn attributes(values: &[String], out: &mut String) {
    out.push_str("<attvalues>");
    for (number, value) in values.iter().enumerate().filter(|(_, value)| !value.is_empty()) {
        let _ = write!(out, "<attvalue for=\"{number}\" value=\"{}\"/>", escape(value));
    }
    out.push_str("</attvalues>");
}

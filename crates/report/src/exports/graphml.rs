//! GraphML (Brandes and others 2002), with the fields of `domain.md` 5.3.

use std::fmt::Write;

use super::graph::{Edge, Graph, Node, joined};
use crate::{networks::time, xml::escape};

const NODE_KEYS: [(&str, &str); 11] = [
    ("kind", "string"),
    ("label", "string"),
    ("platform", "string"),
    ("first_seen", "string"),
    ("last_seen", "string"),
    ("n_posts", "long"),
    ("n_adverts", "long"),
    ("products", "string"),
    ("network", "long"),
    ("profile", "string"),
    ("tlp", "string"),
];
const EDGE_KEYS: [(&str, &str); 9] = [
    ("edge_id", "string"),
    ("type", "string"),
    ("strength", "string"),
    ("class", "string"),
    ("weight", "double"),
    ("n_evidence", "long"),
    ("first", "string"),
    ("last", "string"),
    ("evidence_ids", "string"),
];

pub(super) fn write(graph: &Graph) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xsi:schemaLocation=\"http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd\">\n",
    );
    for (of, keys) in [("node", &NODE_KEYS[..]), ("edge", &EDGE_KEYS[..])] {
        for (name, kind) in keys {
            // Writing to a string cannot fail.
            let _ = writeln!(out, "  <key id=\"{of}_{name}\" for=\"{of}\" attr.name=\"{name}\" attr.type=\"{kind}\"/>");
        }
    }
    out.push_str("  <graph edgedefault=\"undirected\">\n");
    graph.nodes.iter().for_each(|node| write_node(node, &mut out));
    graph.edges.iter().for_each(|edge| write_edge(graph, edge, &mut out));
    out.push_str("  </graph>\n</graphml>\n");
    out
}

fn write_node(node: &Node, out: &mut String) {
    let _ = write!(out, "    <node id=\"{}\">", escape(&node.id));
    let facts = &node.facts;
    let values = [
        node.kind.word().to_owned(),
        node.label.clone(),
        node.platform.clone(),
        time(facts.first_seen),
        time(facts.last_seen),
        facts.finds.to_string(),
        facts.adverts.to_string(),
        facts.products(),
        node.network.to_string(),
        node.profile.to_owned(),
        node.tlp.clone(),
    ];
    data("node", &NODE_KEYS, &values, out);
    out.push_str("</node>\n");
}

fn write_edge(graph: &Graph, edge: &Edge, out: &mut String) {
    let Some((source, target)) = graph.ends(edge) else { return };
    let _ = write!(out, "    <edge source=\"{}\" target=\"{}\">", escape(&source.id), escape(&target.id));
    let values = [
        edge.id.clone(),
        edge.word().to_owned(),
        edge.grade.as_str().to_owned(),
        edge.class.as_str().to_owned(),
        format!("{:.4}", edge.weight),
        edge.evidence.len().to_string(),
        time(edge.first_seen),
        time(edge.last_seen),
        joined(&edge.evidence),
    ];
    data("edge", &EDGE_KEYS, &values, out);
    out.push_str("</edge>\n");
}

fn data(of: &str, keys: &[(&str, &str)], values: &[String], out: &mut String) {
    for ((name, _), value) in keys.iter().zip(values).filter(|(_, value)| !value.is_empty()) {
        let _ = write!(out, "<data key=\"{of}_{name}\">{}</data>", escape(value));
    }
}

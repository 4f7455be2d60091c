//! Networks for the programs of others (`domain.md` 5.3), one module a format, all made from one `Graph`. Who gets them and why stands in
//! the [`Manifest`].

mod case;
mod csv;
mod gexf;
mod graph;
mod graphml;
mod misp;
mod stix;
mod uuid5;

use crate::{NetworkReport, manifest::Manifest};
use graph::Graph;

/// A file of an export: its name and content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportFile {
    /// Name, without folder.
    pub name: &'static str,
    /// Content.
    pub content: String,
}

/// Every format; what the manifest says of the handover stands in those that have a place for it.
#[must_use]
pub fn export_networks(networks: &[NetworkReport], manifest: &Manifest) -> Vec<ExportFile> {
    let graph = Graph::new(networks, manifest);
    vec![
        ExportFile { name: "networks.graphml", content: graphml::write(&graph) },
        ExportFile { name: "networks.gexf", content: gexf::write(&graph, manifest) },
        ExportFile { name: "gephi-nodes.csv", content: csv::gephi_nodes(&graph) },
        ExportFile { name: "gephi-edges.csv", content: csv::gephi_edges(&graph) },
        ExportFile { name: "i2.csv", content: csv::i2(&graph) },
        ExportFile { name: "misp.json", content: misp::write(&graph, manifest) },
        ExportFile { name: "stix.json", content: stix::write(&graph, manifest) },
        ExportFile { name: "case.jsonld", content: case::write(&graph, manifest) },
    ]
}

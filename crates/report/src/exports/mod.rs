//! Networks for the programs of others (`domain.md` 5.3), one module a format, all made from one `Graph`; and the manifest that goes
//! with them.

mod case;
mod csv;
mod gexf;
mod graph;
mod graphml;
mod manifest;
mod misp;
mod stix;
mod uuid5;
mod xml;

pub use manifest::Handover;

use crate::NetworkReport;
use graph::Graph;

/// A file of an export: its name and content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportFile {
    /// Name, without folder.
    pub name: &'static str,
    /// Content.
    pub content: String,
}

/// Every format, and the manifest with the digest of each file.
#[must_use]
pub fn export_networks(networks: &[NetworkReport], handover: &Handover) -> Vec<ExportFile> {
    let graph = Graph::new(networks, handover);
    let mut files = vec![
        ExportFile { name: "networks.graphml", content: graphml::write(&graph) },
        ExportFile { name: "networks.gexf", content: gexf::write(&graph, handover) },
        ExportFile { name: "gephi-nodes.csv", content: csv::gephi_nodes(&graph) },
        ExportFile { name: "gephi-edges.csv", content: csv::gephi_edges(&graph) },
        ExportFile { name: "i2.csv", content: csv::i2(&graph) },
        ExportFile { name: "misp.json", content: misp::write(&graph, handover) },
        ExportFile { name: "stix.json", content: stix::write(&graph, handover) },
        ExportFile { name: "case.jsonld", content: case::write(&graph, handover) },
    ];
    let manifest = manifest::write(&files, handover, networks.len());
    files.push(ExportFile { name: "manifest.json", content: manifest });
    files
}

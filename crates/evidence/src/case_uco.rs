//! One CASE 1.5 / UCO 1.4 document (JSON-LD) for an exhibit: what forensic tools exchange. Accepted by `case_validate`.

use serde_json::{Value, json};

use crate::{Digest, receipt::ReceiptFacts, warc::record_id};

/// The document, with an inline context so that no network is needed to read it.
pub fn case_document(facts: &ReceiptFacts<'_>) -> Value {
    let id = |kind: &str, number: u32| json!(format!("kb:{kind}-{}", record_id(facts.exhibit, 1000 + number).trim_start_matches("urn:uuid:")));
    let (file, action, record) = (id("file", 1), id("investigative-action", 2), id("provenance-record", 3));
    let (person, tool, investigation) = (id("identity", 4), id("tool", 5), id("investigation", 6));
    let mut graph = vec![
        json!({ "@id": person, "@type": "uco-identity:Identity", "uco-core:name": facts.actor }),
        json!({ "@id": tool, "@type": "uco-tool:Tool", "uco-core:name": "Vigie", "uco-tool:version": facts.software }),
        package(&file, facts, &id),
        json!({ "@id": record, "@type": "case-investigation:ProvenanceRecord", "case-investigation:exhibitNumber": facts.exhibit, "uco-core:object": { "@id": file } }),
    ];
    graph.push(json!({
        "@id": action, "@type": "case-investigation:InvestigativeAction", "uco-core:name": "capture",
        "uco-core:description": format!("entry {} of {} in log {}", facts.index, facts.size, facts.origin),
        "uco-action:startTime": { "@type": "xsd:dateTime", "@value": facts.at },
        "uco-action:performer": { "@id": person }, "uco-action:instrument": { "@id": tool }, "uco-action:result": [{ "@id": file }, { "@id": record }],
    }));
    graph.push(json!({ "@id": investigation, "@type": "case-investigation:Investigation", "uco-core:name": facts.exhibit, "uco-core:object": [{ "@id": action }, { "@id": record }] }));
    json!({ "@context": context(), "@graph": graph })
}

fn context() -> Value {
    json!({
        "kb": "http://example.org/kb/",
        "case-investigation": "https://ontology.caseontology.org/case/investigation/",
        "uco-action": "https://ontology.unifiedcyberontology.org/uco/action/",
        "uco-core": "https://ontology.unifiedcyberontology.org/uco/core/",
        "uco-identity": "https://ontology.unifiedcyberontology.org/uco/identity/",
        "uco-observable": "https://ontology.unifiedcyberontology.org/uco/observable/",
        "uco-tool": "https://ontology.unifiedcyberontology.org/uco/tool/",
        "uco-types": "https://ontology.unifiedcyberontology.org/uco/types/",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    })
}

/// The package as a file. `hashMethod` is a plain string: the vocabulary's own type gives a warning in `case_validate`.
fn package(file: &Value, facts: &ReceiptFacts<'_>, id: &dyn Fn(&str, u32) -> Value) -> Value {
    let hash = facts.digests.get("wacz").map(Digest::hex).unwrap_or_default();
    json!({
        "@id": file, "@type": "uco-observable:File",
        "uco-core:hasFacet": [
            { "@id": id("file-facet", 7), "@type": "uco-observable:FileFacet", "uco-observable:fileName": format!("{}.wacz", facts.exhibit) },
            { "@id": id("content-data-facet", 8), "@type": "uco-observable:ContentDataFacet", "uco-observable:hash": {
                "@id": id("hash", 9), "@type": "uco-types:Hash", "uco-types:hashMethod": "SHA256",
                "uco-types:hashValue": { "@type": "xsd:hexBinary", "@value": hash },
            } },
        ],
    })
}

//! Sharing finds with partners: STIX 2.1, MISP, and tables without identifiers.

mod misp;
mod stix;
mod table;

#[cfg(test)]
mod tests;

use uuid::Uuid;
use vigie_model::Timestamp;
use vigie_store::Find;

pub use misp::{Feed, misp_event, misp_feed};
pub use stix::stix_bundle;
pub use table::{SMALLEST_CELL, monthly_table};

/// Who shares, and when.
#[derive(Debug, Clone)]
pub struct Sharer {
    /// Organisation.
    pub organisation: String,
    /// Now.
    pub at: Timestamp,
}

/// Namespace of identifiers that Vigie makes (UUIDv5 of the DNS name `vigie.example.org`): the same find has the same identifiers in every
/// export, so that a receiver sees an update and no second event.
fn namespace() -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_DNS, b"vigie.example.org")
}

fn identifier(kind: &str, name: &str) -> Uuid {
    Uuid::new_v5(&namespace(), format!("{kind}\n{name}").as_bytes())
}

fn name_of(find: &Find) -> String {
    format!("{}:{}", find.network, find.native_id)
}

/// RFC 3339 with milliseconds, as STIX wants it.
fn stix_time(time: Timestamp) -> String {
    time.to_string().replace('Z', ".000Z")
}

/// What a post offers, as codes.
fn products(find: &Find) -> Vec<&'static str> {
    find.verdict.products.iter().filter(|product| product.is_drug()).map(|product| product.as_str()).collect()
}

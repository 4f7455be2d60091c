//! UUIDs made from names: version 5 of RFC 9562.

use uuid::Uuid;

/// The namespace of identifiers of cyber observables (STIX 2.1, section 2.9).
pub(super) const STIX: [u8; 16] = [0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c, 0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7];
/// The namespace of Vigie's own objects: the same export has the same identifiers.
pub(super) const VIGIE: [u8; 16] = [0x5e, 0x1f, 0x0e, 0x6c, 0x3b, 0x52, 0x4d, 0x0a, 0x9d, 0x57, 0x2c, 0x8b, 0x71, 0x0a, 0xe4, 0x11];

/// The UUID of a name in a namespace.
pub(super) fn uuid5(namespace: [u8; 16], name: &str) -> String {
    Uuid::new_v5(&Uuid::from_bytes(namespace), name.as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 9562, appendix A.4.
    #[test]
    fn gives_the_published_value() {
        let dns = 0x6ba7_b810_9dad_11d1_80b4_00c0_4fd4_30c8_u128.to_be_bytes();
        assert_eq!(uuid5(dns, "www.example.com"), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
    }
}

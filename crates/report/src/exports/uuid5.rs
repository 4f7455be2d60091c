//! UUIDs made from names: version 5 of RFC 9562.

use sha1::{Digest, Sha1};

/// The namespace of identifiers of cyber observables (STIX 2.1, section 2.9).
pub(super) const STIX: [u8; 16] = [0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c, 0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7];
/// The namespace of Vigie's own objects: the same export has the same identifiers.
pub(super) const VIGIE: [u8; 16] = [0x5e, 0x1f, 0x0e, 0x6c, 0x3b, 0x52, 0x4d, 0x0a, 0x9d, 0x57, 0x2c, 0x8b, 0x71, 0x0a, 0xe4, 0x11];

/// The UUID of a name in a namespace.
pub(super) fn uuid5(namespace: [u8; 16], name: &str) -> String {
    let digest = Sha1::new().chain_update(namespace).chain_update(name).finalize();
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(digest.iter()).for_each(|(to, from)| *to = *from);
    let mut number = u128::from_be_bytes(bytes);
    number = number & !(0xf << 76) | 5 << 76;
    number = number & !(0x3 << 62) | 2 << 62;
    let hex = format!("{number:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
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

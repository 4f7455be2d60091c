//! The 64-bit hashes that ledgers and sketches are fed with. They are stored, so they may never change.
//!
//! They are XXH3 and not secret: who holds an identifier can compute them. The store therefore passes them through a keyed
//! function where a source's terms or the profile forbid identifiers.

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::Network;

/// What tells posts apart: the network and its identifier of the post.
///
/// Two posts among 12 million share a key with a probability of about 4 in a million.
#[must_use]
pub fn post_key(network: Network, id: &str) -> u64 {
    xxh3_64_with_seed(id.as_bytes(), seed("post", network))
}

/// What tells authors apart; never 0, which stands for "author unknown".
#[must_use]
pub fn author_hash(network: Network, author: &str) -> u64 {
    xxh3_64_with_seed(author.as_bytes(), seed("author", network)).max(1)
}

/// What tells texts apart. Pass the normalised text, so that copies with other spacing or accents count as one.
#[must_use]
pub fn text_hash(normalised: &[u8]) -> u64 {
    xxh3_64(normalised)
}

fn seed(domain: &str, network: Network) -> u64 {
    xxh3_64_with_seed(network.as_str().as_bytes(), xxh3_64(domain.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_networks_and_domains_apart() {
        let (x, bluesky) = (Network::parse("x").unwrap(), Network::parse("bluesky").unwrap());
        assert_ne!(post_key(x, "1"), post_key(bluesky, "1"));
        assert_ne!(post_key(x, "1"), post_key(x, "2"));
        assert_ne!(post_key(x, "1"), author_hash(x, "1"));
    }

    /// Stored ledgers depend on these values: a change would count every known post again.
    #[test]
    fn never_change() {
        let x = Network::parse("x").unwrap();
        assert_eq!(text_hash(b""), 0x2D06_8005_38D3_94C2, "XXH3's published value for the empty string");
        assert_eq!(post_key(x, "1860000000000000000"), POST);
        assert_eq!(author_hash(x, "44196397"), AUTHOR);
    }

    const POST: u64 = 15_369_372_014_255_856_430;
    const AUTHOR: u64 = 2_526_757_629_111_637_681;
}

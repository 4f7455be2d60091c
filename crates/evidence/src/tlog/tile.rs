//! Names and contents of tiles: c2sp.org/tlog-tiles. A tile holds 256 hashes, a bundle 256 entries, the last ones fewer.

use thiserror::Error;

/// Hashes in a full tile, and entries in a full bundle.
pub const WIDTH: u64 = 256;
/// Longest entry, in bytes: its length is written in two bytes.
pub const MAX_ENTRY: usize = u16::MAX as usize;

/// A bundle that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("entry bundle broken after {good} entries")]
pub struct BrokenBundle {
    /// Entries before the break.
    pub good: usize,
}

/// Path of a hash tile at `level`; `width` 0 or 256 is a full one.
pub fn tile_path(level: u8, index: u64, width: u64) -> String {
    format!("tile/{level}/{}", numbered(index, width))
}

/// Path of an entry bundle; `width` 0 or 256 is a full one.
pub fn bundle_path(index: u64, width: u64) -> String {
    format!("tile/entries/{}", numbered(index, width))
}

fn numbered(mut index: u64, width: u64) -> String {
    let mut path = format!("{:03}", index % 1000);
    while index >= 1000 {
        index /= 1000;
        path = format!("x{:03}/{path}", index % 1000);
    }
    if width.is_multiple_of(WIDTH) { path } else { format!("{path}.p/{width}") }
}

/// Appends an entry to a bundle; false if it is too long.
pub fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> bool {
    let Ok(length) = u16::try_from(entry.len()) else { return false };
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    true
}

/// The entries of a bundle.
///
/// # Errors
/// A length that leads past its end.
pub fn entries(mut bundle: &[u8]) -> Result<Vec<&[u8]>, BrokenBundle> {
    let mut found = Vec::new();
    while !bundle.is_empty() {
        let broken = BrokenBundle { good: found.len() };
        let Some((length, rest)) = bundle.split_first_chunk::<2>() else { return Err(broken) };
        let Some((entry, rest)) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length))) else { return Err(broken) };
        found.push(entry);
        bundle = rest;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_specification() {
        assert_eq!(tile_path(0, 1_234_067, 0), "tile/0/x001/x234/067");
        assert_eq!(tile_path(1, 5, 7), "tile/1/005.p/7");
        assert_eq!(bundle_path(1000, 256), "tile/entries/x001/000");
    }

    #[test]
    fn bundles_round_trip() {
        let mut bundle = Vec::new();
        assert!(push_entry(&mut bundle, b"a") && push_entry(&mut bundle, b"") && push_entry(&mut bundle, b"bc"));
        assert!(!push_entry(&mut bundle, &vec![0; 70_000]));
        assert_eq!(entries(&bundle).unwrap(), [b"a".as_slice(), b"", b"bc"]);
        assert_eq!(entries(&bundle[..bundle.len() - 1]), Err(BrokenBundle { good: 2 }));
    }
}

//! Reading tiles and bundles of a tree of a given size.

use std::path::{Path, PathBuf};

use super::{LogError, MAX_BUNDLE, damaged};
use crate::{
    Digest,
    durable::read_limited,
    tlog::{
        merkle::{Nodes, node_hash},
        tile::{WIDTH, bundle_path, tile_path},
    },
};

/// Tiles kept in memory: 128 tiles of 8 KiB.
const CACHE: usize = 128;

/// Reads the static files of a log. It trusts nothing: whoever uses it compares a root with a signed one.
#[derive(Debug)]
pub struct TileReader {
    folder: PathBuf,
    size: u64,
    cache: Vec<((u8, u64), Vec<Digest>)>,
}

impl TileReader {
    /// A reader of the tree of `size` entries below `folder`.
    pub fn new(folder: &Path, size: u64) -> Self {
        Self { folder: folder.to_owned(), size, cache: Vec::new() }
    }

    /// The hashes of a tile.
    pub(super) fn tile(&mut self, level: u8, index: u64) -> Result<&[Digest], LogError> {
        if let Some(at) = self.cache.iter().position(|(key, _)| *key == (level, index)) {
            return Ok(self.cache.get(at).map_or(&[], |(_, tile)| tile));
        }
        let total = self.size.checked_shr(8 * u32::from(level)).unwrap_or(0);
        let name = tile_path(level, index, width(total, index).ok_or_else(|| damaged("tile", "a tile outside the tree was asked for"))?);
        let bytes = read_limited(&self.folder.join(&name), WIDTH * 32)?;
        let (hashes, rest) = bytes.as_chunks::<32>();
        let expected = if total / WIDTH > index { WIDTH } else { total % WIDTH };
        if !rest.is_empty() || hashes.len() as u64 != expected {
            return Err(damaged(&name, format!("it does not hold {expected} hashes")));
        }
        if self.cache.len() >= CACHE {
            self.cache.remove(0);
        }
        self.cache.push(((level, index), hashes.iter().map(|hash| Digest(*hash)).collect()));
        Ok(self.cache.last().map_or(&[], |(_, tile)| tile))
    }

    /// The bytes of an entry bundle.
    ///
    /// # Errors
    /// It is outside the tree or cannot be read.
    pub fn bundle(&self, index: u64) -> Result<Vec<u8>, LogError> {
        let width = width(self.size, index).ok_or_else(|| damaged("tile/entries", "a bundle outside the tree was asked for"))?;
        Ok(read_limited(&self.folder.join(bundle_path(index, width)), MAX_BUNDLE)?)
    }

    /// One entry.
    ///
    /// # Errors
    /// It is outside the tree or cannot be read.
    pub fn entry(&self, index: u64) -> Result<Vec<u8>, LogError> {
        if index >= self.size {
            return Err(LogError::NoEntry { index, size: self.size });
        }
        let bundle = self.bundle(index / WIDTH)?;
        let name = || bundle_path(index / WIDTH, 0);
        let entries = crate::tlog::tile::entries(&bundle).map_err(|error| damaged(&name(), error.to_string()))?;
        let place = usize::try_from(index % WIDTH).unwrap_or(usize::MAX);
        entries.get(place).map(|entry| entry.to_vec()).ok_or_else(|| damaged(&name(), "it is too short"))
    }
}

/// 0 for a full tile, else how many of `total` things the tile `index` holds; none beyond the last.
fn width(total: u64, index: u64) -> Option<u64> {
    match (total / WIDTH).cmp(&index) {
        std::cmp::Ordering::Greater => Some(0),
        std::cmp::Ordering::Equal => Some(total % WIDTH).filter(|width| *width > 0),
        std::cmp::Ordering::Less => None,
    }
}

impl Nodes for TileReader {
    type Error = LogError;

    fn node(&mut self, level: u8, index: u64) -> Result<Digest, LogError> {
        let (tile_level, above) = (level / 8, level % 8);
        let first = index << above;
        let tile = self.tile(tile_level, first / WIDTH)?;
        let start = usize::try_from(first % WIDTH).unwrap_or(usize::MAX);
        let hashes = tile.get(start..start.saturating_add(1 << above));
        let mut hashes = hashes.ok_or_else(|| damaged("tile", "a node outside the tree was asked for"))?.to_vec();
        while hashes.len() > 1 {
            hashes = hashes.as_chunks::<2>().0.iter().map(|[left, right]| node_hash(left, right)).collect();
        }
        hashes.first().copied().ok_or_else(|| damaged("tile", "an empty node"))
    }
}

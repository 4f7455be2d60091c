//! The whole log read again: every entry, every tile, the root.

use std::path::Path;

use super::{LogError, TileReader, damaged, perfect_root, read_checkpoint};
use crate::{
    Digest,
    tlog::{
        LogKey, merkle,
        tile::{self, WIDTH, bundle_path, tile_path},
    },
};

/// What a check found.
#[derive(Debug)]
pub struct LogCheck {
    /// Entries read.
    pub entries: u64,
    /// The root that the checkpoint signs and the entries make.
    pub root: Digest,
}

/// Reads the log below `folder`, recomputes everything from the entries, and hands each of them to `see`.
///
/// # Errors
/// The first file that is not what the signed tree says.
pub fn check_log(folder: &Path, key: &LogKey, see: &mut dyn FnMut(u64, &[u8])) -> Result<LogCheck, LogError> {
    let (_, head) = read_checkpoint(folder, key)?;
    let mut reader = TileReader::new(folder, head.size);
    for index in 0..head.size.div_ceil(WIDTH) {
        let name = bundle_path(index, 0);
        let bundle = reader.bundle(index)?;
        let entries = tile::entries(&bundle).map_err(|error| damaged(&name, error.to_string()))?;
        let leaves: Vec<Digest> = entries.iter().map(|entry| merkle::leaf_hash(entry)).collect();
        if reader.tile(0, index)? != leaves {
            return Err(damaged(&name, "its entries are not those of the tree"));
        }
        for (place, entry) in (index * WIDTH..).zip(entries) {
            see(place, entry);
        }
    }
    check_upper_tiles(&mut reader, head.size)?;
    let root = merkle::range_root(&mut reader, 0, head.size)?;
    if root == head.root { Ok(LogCheck { entries: head.size, root }) } else { Err(damaged("checkpoint", "its root is not that of the entries")) }
}

fn check_upper_tiles(reader: &mut TileReader, size: u64) -> Result<(), LogError> {
    let mut below = size / WIDTH;
    for level in 1..u8::MAX {
        if below == 0 {
            break;
        }
        for index in 0..below {
            let root = perfect_root(reader.tile(level - 1, index)?);
            let place = usize::try_from(index % WIDTH).unwrap_or(usize::MAX);
            if reader.tile(level, index / WIDTH)?.get(place) != Some(&root) {
                return Err(damaged(&tile_path(level, index / WIDTH, 0), "it is not made of the tiles below it"));
            }
        }
        below /= WIDTH;
    }
    Ok(())
}

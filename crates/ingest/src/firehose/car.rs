//! CAR files, version 1: the blocks that a commit changed, each under the hash of its bytes.
//!
//! After <https://ipld.io/specs/transport/car/carv1/>.

use sha2::{Digest, Sha256};

use super::{FrameFault, cbor::cid_text};

/// Blocks in one archive at most. A commit has at most 200 operations, and each brings a path of a few tree nodes.
const MAX_BLOCKS: usize = 50_000;
const SHA2_256: u64 = 0x12;

/// The blocks of an archive, still in its bytes.
#[derive(Debug)]
pub(super) struct Car<'a> {
    blocks: Vec<(&'a [u8], &'a [u8])>,
}

impl<'a> Car<'a> {
    /// Lists the blocks; their hashes are checked when one is asked for.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, FrameFault> {
        let mut rest = bytes;
        section(&mut rest)?; // the header: version and roots, which the commit names as well
        let mut blocks = Vec::new();
        while !rest.is_empty() {
            if blocks.len() == MAX_BLOCKS {
                return Err(FrameFault::Car("too many blocks"));
            }
            let block = section(&mut rest)?;
            blocks.push(block.split_at_checked(cid_length(block)?).ok_or(FrameFault::Car("block without content"))?);
        }
        Ok(Self { blocks })
    }

    /// The bytes under a content identifier.
    ///
    /// # Errors
    /// [`FrameFault::BlockMissing`], or [`FrameFault::Hash`] if the bytes are not those that the identifier stands for.
    pub(super) fn block(&self, cid: &[u8]) -> Result<&'a [u8], FrameFault> {
        let (_, bytes) = self.blocks.iter().find(|(have, _)| *have == cid).ok_or_else(|| FrameFault::BlockMissing(cid_text(cid).into()))?;
        let digest = Sha256::digest(bytes);
        if cid.ends_with(&digest) { Ok(bytes) } else { Err(FrameFault::Hash(cid_text(cid).into())) }
    }
}

/// A length and so many bytes.
fn section<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], FrameFault> {
    let length = usize::try_from(varint(rest)?).map_err(|_| FrameFault::Truncated)?;
    let (taken, others) = rest.split_at_checked(length).ok_or(FrameFault::Truncated)?;
    *rest = others;
    Ok(taken)
}

/// Length of the content identifier that `block` begins with.
fn cid_length(block: &[u8]) -> Result<usize, FrameFault> {
    let mut rest = block;
    let version = varint(&mut rest)?;
    let _codec = varint(&mut rest)?;
    let hash = varint(&mut rest)?;
    let length = varint(&mut rest)?;
    if (version, hash, length) != (1, SHA2_256, 32) {
        return Err(FrameFault::Car("content identifier that is not version 1 with SHA-256"));
    }
    Ok(block.len().saturating_sub(rest.len()).saturating_add(32))
}

/// An unsigned LEB128 number of at most nine bytes (<https://github.com/multiformats/unsigned-varint>).
fn varint(rest: &mut &[u8]) -> Result<u64, FrameFault> {
    let mut number = 0;
    for shift in (0..63).step_by(7) {
        let (first, others) = rest.split_first().ok_or(FrameFault::Truncated)?;
        *rest = others;
        number |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(FrameFault::Car("number is too long"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cid(content: &[u8]) -> Vec<u8> {
        [&[1, 0x71, 0x12, 32][..], &Sha256::digest(content)].concat()
    }

    fn archive(blocks: &[(&[u8], &[u8])]) -> Vec<u8> {
        let mut bytes = vec![1, 0xf6];
        for (cid, content) in blocks {
            bytes.push(u8::try_from(cid.len() + content.len()).unwrap());
            bytes.extend_from_slice(cid);
            bytes.extend_from_slice(content);
        }
        bytes
    }

    #[test]
    fn a_block_is_found_under_its_own_hash_only() {
        let (good, other) = (cid(b"good"), cid(b"other"));
        let bytes = archive(&[(&good, b"good"), (&other, b"forged")]);
        let car = Car::parse(&bytes).unwrap();
        assert_eq!(car.block(&good), Ok(&b"good"[..]));
        assert!(matches!(car.block(&other), Err(FrameFault::Hash(_))));
        assert!(matches!(car.block(&cid(b"absent")), Err(FrameFault::BlockMissing(_))));
    }

    #[test]
    fn every_cut_is_an_error_or_an_archive_with_fewer_blocks() {
        let good = cid(b"good");
        let bytes = archive(&[(&good, b"good"), (&good, b"good")]);
        let whole = bytes.len();
        for end in 0..whole {
            let blocks = Car::parse(&bytes[..end]).map(|car| car.blocks.len());
            let between = [2, 2 + (whole - 2) / 2].contains(&end);
            assert_eq!(blocks.is_ok(), between, "{end}: {blocks:?}");
        }
    }

    #[test]
    fn numbers_end() {
        assert_eq!(varint(&mut &[0x80, 0x01][..]), Ok(128));
        assert!(varint(&mut &[0x80; 20][..]).is_err());
    }
}

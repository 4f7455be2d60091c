//! RFC 6962 section 2.1: leaf and node hashes, roots, inclusion and consistency proofs.
//!
//! Proofs are made from any [`Nodes`]: the hashes of complete subtrees. Verification follows RFC 9162 sections 2.1.3.2 and
//! 2.1.4.2, which are written differently from generation, so that one does not repeat the other's mistake.

use sha2::{Digest as _, Sha256};

use crate::Digest;

/// Hash of an entry.
pub fn leaf_hash(entry: &[u8]) -> Digest {
    Digest(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
}

/// Hash of two subtrees.
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    Digest(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
}

/// Root of the empty tree.
pub fn empty_root() -> Digest {
    Digest::of(b"")
}

/// Hashes of complete subtrees: `node(level, index)` covers the entries from `index << level`, `1 << level` of them.
pub trait Nodes {
    /// Why a hash could not be had.
    type Error;
    /// The hash of one complete subtree.
    ///
    /// # Errors
    /// What the back end meets, or that the tree has no such subtree.
    fn node(&mut self, level: u8, index: u64) -> Result<Digest, Self::Error>;
}

/// Root over the entries `start..end`; `start` must be a multiple of the largest power of two in the range.
///
/// # Errors
/// Those of `nodes`.
pub fn range_root<N: Nodes>(nodes: &mut N, start: u64, end: u64) -> Result<Digest, N::Error> {
    let size = end.saturating_sub(start);
    if size == 0 {
        return Ok(empty_root());
    }
    if size.is_power_of_two() {
        let level = size.trailing_zeros();
        return nodes.node(u8::try_from(level).unwrap_or(u8::MAX), start >> level);
    }
    let middle = start + split(size);
    let left = range_root(nodes, start, middle)?;
    let right = range_root(nodes, middle, end)?;
    Ok(node_hash(&left, &right))
}

/// The largest power of two below `size`, which is at least 2.
fn split(size: u64) -> u64 {
    1 << (u64::BITS - 1 - (size - 1).leading_zeros())
}

/// The audit path of an entry, from the leaf's sibling upwards.
///
/// # Errors
/// Those of `nodes`. An `index` outside the tree gives an empty path.
pub fn inclusion<N: Nodes>(nodes: &mut N, index: u64, size: u64) -> Result<Vec<Digest>, N::Error> {
    let (mut start, mut end) = (0, size);
    let mut path = Vec::new();
    while index < size && end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            path.push(range_root(nodes, middle, end)?);
            end = middle;
        } else {
            path.push(range_root(nodes, start, middle)?);
            start = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// The proof that the tree of `old` entries is a prefix of the tree of `new` ones.
///
/// # Errors
/// Those of `nodes`.
pub fn consistency<N: Nodes>(nodes: &mut N, old: u64, new: u64) -> Result<Vec<Digest>, N::Error> {
    let mut path = Vec::new();
    if old == 0 || old >= new {
        return Ok(path);
    }
    let (mut start, mut end, mut whole) = (0, new, true);
    while end > old {
        let middle = start + split(end - start);
        if old <= middle {
            path.push(range_root(nodes, middle, end)?);
            end = middle;
        } else {
            path.push(range_root(nodes, start, middle)?);
            start = middle;
            whole = false;
        }
    }
    // The old tree's own root is known to the verifier; a right part of it is not.
    if !whole || start != 0 {
        path.push(range_root(nodes, start, end)?);
    }
    path.reverse();
    Ok(path)
}

/// The root that an audit path leads to; none if the path cannot belong to this place (RFC 9162 section 2.1.3.2).
pub fn root_from_inclusion(leaf: Digest, index: u64, size: u64, path: &[Digest]) -> Option<Digest> {
    if index >= size {
        return None;
    }
    let (mut fnode, mut snode) = (index, size - 1);
    let mut root = leaf;
    for hash in path {
        if snode == 0 {
            return None;
        }
        if fnode & 1 == 1 || fnode == snode {
            root = node_hash(hash, &root);
            while fnode & 1 == 0 && fnode != 0 {
                fnode >>= 1;
                snode >>= 1;
            }
        } else {
            root = node_hash(&root, hash);
        }
        fnode >>= 1;
        snode >>= 1;
    }
    (snode == 0).then_some(root)
}

/// Whether the tree with `old_root` is a prefix of the tree with `new_root` (RFC 9162 section 2.1.4.2).
pub fn verify_consistency(old: u64, old_root: Digest, new: u64, new_root: Digest, path: &[Digest]) -> bool {
    if old == new {
        return path.is_empty() && old_root == new_root;
    }
    if old == 0 {
        return path.is_empty() && old_root == empty_root();
    }
    if old > new {
        return false;
    }
    roots_from_consistency(old, old_root, new, path) == Some((old_root, new_root))
}

fn roots_from_consistency(old: u64, old_root: Digest, new: u64, path: &[Digest]) -> Option<(Digest, Digest)> {
    let (mut fnode, mut snode) = (old - 1, new - 1);
    while fnode & 1 == 1 {
        fnode >>= 1;
        snode >>= 1;
    }
    let mut rest = path.iter();
    let seed = if old.is_power_of_two() { old_root } else { *rest.next()? };
    let (mut first, mut second) = (seed, seed);
    for hash in rest {
        if snode == 0 {
            return None;
        }
        if fnode & 1 == 1 || fnode == snode {
            first = node_hash(hash, &first);
            second = node_hash(hash, &second);
            while fnode & 1 == 0 && fnode != 0 {
                fnode >>= 1;
                snode >>= 1;
            }
        } else {
            second = node_hash(&second, hash);
        }
        fnode >>= 1;
        snode >>= 1;
    }
    (snode == 0).then_some((first, second))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Memory(Vec<Digest>);

    impl Nodes for Memory {
        type Error = ();
        fn node(&mut self, level: u8, index: u64) -> Result<Digest, ()> {
            if level == 0 {
                return self.0.get(usize::try_from(index).unwrap()).copied().ok_or(());
            }
            Ok(node_hash(&self.node(level - 1, index * 2)?, &self.node(level - 1, index * 2 + 1)?))
        }
    }

    /// RFC 6962's own test inputs, as used by certificate transparency's reference tree.
    fn vectors() -> Vec<Vec<u8>> {
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
            .iter()
            .map(|hex| data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap())
            .collect()
    }

    #[test]
    fn roots_are_those_of_the_reference_tree() {
        let leaves: Vec<_> = vectors().iter().map(|entry| leaf_hash(entry)).collect();
        let expected = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        for (size, root) in (1..).zip(expected) {
            assert_eq!(range_root(&mut Memory(leaves.clone()), 0, size).unwrap().hex(), root);
        }
    }

    #[test]
    fn every_proof_of_small_trees_holds_and_no_other() {
        let leaves: Vec<_> = (0..70_u8).map(|n| leaf_hash(&[n])).collect();
        let mut memory = Memory(leaves.clone());
        let roots: Vec<_> = (0..=70).map(|size| range_root(&mut memory, 0, size).unwrap()).collect();
        for size in 1..=70_u64 {
            let root = roots[usize::try_from(size).unwrap()];
            for index in 0..size {
                let path = inclusion(&mut memory, index, size).unwrap();
                let leaf = leaves[usize::try_from(index).unwrap()];
                assert_eq!(root_from_inclusion(leaf, index, size, &path), Some(root));
                assert_ne!(root_from_inclusion(leaf, (index + 1) % size, size, &path), if size == 1 { None } else { Some(root) });
                let longer = [path.as_slice(), &[root]].concat();
                assert_ne!(root_from_inclusion(leaf, index, size, &longer), Some(root));
            }
            for old in 0..=size {
                let path = consistency(&mut memory, old, size).unwrap();
                let old_root = roots[usize::try_from(old).unwrap()];
                assert!(verify_consistency(old, old_root, size, root, &path), "{old} -> {size}");
                if old < size && old > 0 {
                    assert!(!verify_consistency(old, leaf_hash(b"other"), size, root, &path), "{old} -> {size}");
                    assert!(!verify_consistency(old, old_root, size, leaf_hash(b"other"), &path));
                }
            }
        }
    }
}

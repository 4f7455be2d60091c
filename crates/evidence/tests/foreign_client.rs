//! A log client that is not ours (crates `tlog_tiles` and `signed_note`) reads what our log writes.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::path::PathBuf;

use signed_note::{Note, StandardVerifier, VerifierList};
use tlog_tiles::{Checkpoint, Error, Tile, TileHashReader, TileReader, check_record, check_tree, prove_record, prove_tree, record_hash, tree_hash};
use vigie_evidence::{log::Log, tlog::Signer};

struct Files(PathBuf);

impl TileReader for Files {
    fn height(&self) -> u8 {
        8
    }

    /// Their paths name the height, C2SP's do not.
    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, Error> {
        Ok(tiles.iter().map(|tile| std::fs::read(self.0.join(tile.path().replacen("tile/8/", "tile/", 1))).unwrap()).collect())
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

#[test]
fn a_foreign_client_verifies_signature_root_and_proofs() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = Log::open(folder.path(), Signer::new("log.example/test", &[3; 32]).unwrap()).unwrap();
    let entries: Vec<Vec<u8>> = (0..70_000_u32).map(|n| format!("entry {n}").into_bytes()).collect();
    let mut heads = Vec::new();
    for batch in entries.chunks(23_456) {
        log.append(batch).unwrap();
        heads.push(checkpoint(log.checkpoint(), &log.key().to_string()));
    }
    let head = heads.last().unwrap();
    let files = Files(folder.path().to_owned());
    let reader = TileHashReader::new(head.size(), *head.hash(), &files);
    assert_eq!(tree_hash(head.size(), &reader).unwrap(), *head.hash());
    for index in [0, 255, 256, 65_535, 65_536, 69_999] {
        let theirs = prove_record(head.size(), index, &reader).unwrap();
        let entry = &entries[usize::try_from(index).unwrap()];
        check_record(&theirs, head.size(), *head.hash(), index, record_hash(entry)).unwrap();
        let ours: Vec<[u8; 32]> = log.proof(index).unwrap().path.iter().map(|hash| hash.0).collect();
        assert_eq!(theirs.iter().map(|hash| hash.0).collect::<Vec<_>>(), ours);
    }
    for old in &heads {
        let proof = prove_tree(head.size(), old.size(), &reader).unwrap();
        check_tree(&proof, head.size(), *head.hash(), old.size(), *old.hash()).unwrap();
    }
}

fn checkpoint(text: &str, key: &str) -> Checkpoint {
    let note = Note::from_bytes(text.as_bytes()).unwrap();
    let (verified, _) = note.verify(&VerifierList::new(vec![Box::new(StandardVerifier::new(key).unwrap())])).unwrap();
    assert_eq!(verified.len(), 1);
    Checkpoint::from_bytes(note.text()).unwrap()
}

//! Notes, checkpoints, keys, proofs, bundles of entries, statements, openings: what is read is written the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use vigie_evidence::{
    statement::{Opening, Statement},
    tlog::{Cosigner, LogKey, Note, TlogProof, tile},
};

fuzz_target!(|bytes: &[u8]| {
    drop(tile::entries(bytes).map(|entries| entries.len()));
    if let Ok(statement) = Statement::parse(bytes) {
        assert_eq!(statement.entry().ok().as_deref(), Some(bytes));
    }
    drop(Opening::parse(bytes));
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    drop(Note::parse(text).map(|note| note.text().len()));
    if let Ok(key) = LogKey::parse(text) {
        assert_eq!(key.to_string(), text.trim());
    }
    drop(Cosigner::parse(text));
    if let Ok(proof) = TlogProof::parse(text) {
        assert_eq!(proof.text(), text);
    }
});

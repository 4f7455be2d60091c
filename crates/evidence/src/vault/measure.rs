//! Statements about measuring: what was counted, so that a denominator cannot be changed later.

use std::{collections::BTreeMap, path::PathBuf};

use super::{Vault, VaultError, random};
use crate::{
    Digest,
    durable::{make_folder, sync_folder, write_all_synced},
    statement::{Event, Statement},
};

impl Vault {
    /// Logs a document about what was measured, and keeps it with its opening in `measures/ID`. Returns the entry's place in the log.
    ///
    /// # Errors
    /// The log, or the file system. What was written then belongs to no log entry and proves nothing.
    pub fn measure(&self, id: &str, document: &[u8], actor: &str, at: &str) -> Result<u64, VaultError> {
        let digests = BTreeMap::from([("measured".to_owned(), Digest::of(document))]);
        let texts = BTreeMap::from([("actor".to_owned(), actor.to_owned())]);
        let (statement, opening) = Statement::new(Event::Measure, id, at, random()?, digests, texts);
        let folder = self.measure_folder(id);
        make_folder(&folder)?;
        let (opened, entry) = (serde_json::to_vec_pretty(&opening)?, statement.entry()?);
        write_all_synced(&[
            (folder.join("measured.json"), document),
            (folder.join(format!("{id}.opening.json")), &opened),
            (folder.join(format!("{id}.leaf")), &entry),
        ])?;
        sync_folder(&folder)?;
        sync_folder(&self.root.join("measures"))?;
        Ok(self.log.append(entry)?.index)
    }

    fn measure_folder(&self, id: &str) -> PathBuf {
        self.root.join("measures").join(id)
    }
}

//! Sealing: stage, log, publish. Each step is durable before the next, and the last one is a rename.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use super::{Vault, VaultError, exhibits_in, random};
use crate::{
    Digest,
    capture::Capture,
    case_uco::case_document,
    durable::{At as _, make_folder, read_limited, sync_folder, sync_folders, write_all_synced},
    log::TileReader,
    receipt::{ReceiptFacts, ReceiptLanguage, receipt},
    statement::{Event, Opening, Statement},
    tlog::{Note, TlogProof},
    wacz::{PackageFile, PackageInput, build_package},
};

/// Gets time stamps from authorities.
pub trait Stamper {
    /// The replies of those authorities that granted one, and a line about each that did not.
    fn stamp(&self, digest: &Digest) -> (Vec<Vec<u8>>, Vec<String>);
    /// Root certificates of the authorities as PEM, to travel with the exhibit.
    fn roots(&self) -> Option<&str>;
}

/// No authority is configured.
#[derive(Debug, Clone, Copy)]
pub struct NoStamps;

impl Stamper for NoStamps {
    fn stamp(&self, _: &Digest) -> (Vec<Vec<u8>>, Vec<String>) {
        (Vec::new(), vec!["no time stamp authority is configured".into()])
    }
    fn roots(&self) -> Option<&str> {
        None
    }
}

/// A sealed exhibit.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// Its identifier.
    pub exhibit: String,
    /// The folder with all its files.
    pub folder: PathBuf,
    /// Its place in the log.
    pub index: u64,
    /// Time stamps that it carries, over WARC and manifest together.
    pub stamps: usize,
    /// Why there are not more.
    pub missing: Vec<String>,
}

impl Vault {
    /// Seals a capture. When this returns, all files are durable, in the log, and the checkpoint covers them.
    ///
    /// # Errors
    /// Nothing was sealed then; what was staged is finished when the vault is opened again.
    pub fn seal(&self, capture: &Capture, stamper: &dyn Stamper) -> Result<Sealed, VaultError> {
        let id = &capture.exhibit;
        let warc = capture.warc();
        let (inside, mut missing) = stamper.stamp(&Digest::of(&warc));
        let mut digests = BTreeMap::from([("warc".to_owned(), Digest::of(&warc))]);
        let evidence: Vec<_> = (1..).zip(&inside).map(|(n, bytes)| PackageFile { path: format!("evidence/warc.{n}.tsr"), bytes: bytes.clone() }).collect();
        let input = PackageInput { title: id, created: &capture.at, software: &capture.software, warc, evidence };
        let (wacz, manifest) = build_package(input, &self.package_key)?;
        let (beside, more) = stamper.stamp(&Digest::of(&manifest));
        missing.extend(more);
        digests.extend([("wacz".to_owned(), Digest::of(&wacz)), ("manifest".to_owned(), Digest::of(&manifest))]);
        digests.extend((1..).zip(inside.iter().chain(&beside)).map(|(n, bytes)| (format!("stamp.{n}"), Digest::of(bytes))));
        let texts = BTreeMap::from([("actor".to_owned(), capture.actor.clone())]);
        let (statement, opening) = Statement::new(Event::Capture, id, &capture.at, random()?, digests, texts);
        let staging = self.stage(id, &wacz, &beside, stamper.roots(), &opening, &statement)?;
        let index = self.log.append(statement.entry()?)?.index;
        self.publish(id, &staging, index)?;
        missing.sort();
        missing.dedup();
        Ok(Sealed { exhibit: id.clone(), folder: self.exhibit_folder(id), index, stamps: inside.len() + beside.len(), missing })
    }

    /// Writes the staged files; the log entry last, since its presence says that the others are whole.
    fn stage(&self, id: &str, wacz: &[u8], stamps: &[Vec<u8>], roots: Option<&str>, opening: &Opening, statement: &Statement) -> Result<PathBuf, VaultError> {
        let folder = self.root.join("staging").join(id);
        make_folder(&folder)?;
        let (key, opened, entry) = (format!("{}\n", self.log_key), serde_json::to_vec_pretty(opening)?, statement.entry()?);
        let unnamed = folder.join("entry.tmp");
        let mut files: Vec<(PathBuf, &[u8])> = vec![
            (folder.join(format!("{id}.wacz")), wacz),
            (folder.join("log.vkey"), key.as_bytes()),
            (folder.join(format!("{id}.opening.json")), &opened),
            (unnamed.clone(), &entry),
        ];
        for (number, stamp) in (1..).zip(stamps) {
            let name = if number == 1 { format!("{id}.wacz.tsr") } else { format!("{id}.wacz.{number}.tsr") };
            files.push((folder.join(name), stamp));
        }
        files.extend(roots.map(|roots| (folder.join("tsa-ca.pem"), roots.as_bytes())));
        write_all_synced(&files)?;
        sync_folder(&folder)?;
        fs::rename(&unnamed, folder.join(format!("{id}.leaf"))).at("rename", &unnamed)?;
        sync_folder(&folder)?;
        Ok(folder)
    }

    /// Adds the proof and what is made from it, then moves the folder to the sealed ones.
    fn publish(&self, id: &str, staging: &Path, index: u64) -> Result<(), VaultError> {
        let proof = self.log.prove(index)?;
        self.describe(id, staging, &proof)?;
        sync_folder(staging)?;
        let sealed = self.exhibit_folder(id);
        fs::rename(staging, &sealed).at("rename", staging)?;
        Ok(sync_folders(&[self.root.join("exhibits"), self.root.join("staging")])?)
    }

    /// Writes the proof and what people and forensic tools read: receipts and the CASE document.
    fn describe(&self, id: &str, staging: &Path, proof: &TlogProof) -> Result<(), VaultError> {
        let wrong = |source| VaultError::Statement { exhibit: id.to_owned(), source };
        let read = |extension: &str| read_limited(&staging.join(format!("{id}.{extension}")), 1 << 20);
        let statement = Statement::parse(&read("leaf")?).map_err(wrong)?;
        let opening = Opening::parse(&read("opening.json")?).map_err(wrong)?;
        let head = Note::parse(&proof.checkpoint)?.checkpoint(&self.log_key)?;
        let facts = ReceiptFacts {
            exhibit: id,
            at: &statement.at,
            actor: opening.texts.get("actor").map_or("", String::as_str),
            software: env!("CARGO_PKG_VERSION"),
            digests: &opening.digests,
            index: proof.index,
            size: head.size,
            origin: &head.origin,
            root: head.root,
            key: &self.log_key.to_string(),
            stamps: opening.digests.keys().filter(|role| role.starts_with("stamp.")).count(),
        };
        let (english, french) = (receipt(&facts, ReceiptLanguage::English), receipt(&facts, ReceiptLanguage::French));
        let (case, proof) = (serde_json::to_vec_pretty(&case_document(&facts))?, proof.text());
        let file = |extension: &str| staging.join(format!("{id}.{extension}"));
        Ok(write_all_synced(&[
            (file("tlog-proof"), proof.as_bytes()),
            (file("en.html"), english.as_bytes()),
            (file("fr.html"), french.as_bytes()),
            (file("jsonld"), &case),
        ])?)
    }

    /// Finishes what was staged when an earlier run ended. Without a log entry nothing whole was staged, and it is removed.
    pub(super) fn resume(&self) -> Result<(), VaultError> {
        let staging = self.root.join("staging");
        let staged = exhibits_in(&staging)?;
        if staged.is_empty() {
            return Ok(());
        }
        let logged = self.logged_entries()?;
        for id in staged {
            let folder = staging.join(&id);
            let leaf = folder.join(format!("{id}.leaf"));
            // A rename that only half reached the disk leaves the folder under both names.
            if !leaf.exists() || self.exhibit_folder(&id).exists() {
                fs::remove_dir_all(&folder).at("remove", &folder)?;
                continue;
            }
            let entry = read_limited(&leaf, crate::log::MAX_STATEMENT as u64)?;
            let index = match logged.get(&Digest::of(&entry)) {
                Some(index) => *index,
                None => self.log.append(entry)?.index,
            };
            self.publish(&id, &folder, index)?;
        }
        Ok(())
    }

    /// Digest of each log entry → its place.
    fn logged_entries(&self) -> Result<BTreeMap<Digest, u64>, VaultError> {
        let folder = self.root.join("log");
        let (text, head) = crate::log::read_checkpoint(&folder, &self.log_key)?;
        Note::parse(&text)?;
        let reader = TileReader::new(&folder, head.size);
        let mut found = BTreeMap::new();
        for bundle in 0..head.size.div_ceil(crate::tlog::tile::WIDTH) {
            let bytes = reader.bundle(bundle)?;
            let entries = crate::tlog::tile::entries(&bytes).map_err(|error| crate::log::damaged("tile/entries", error.to_string()))?;
            found.extend((bundle * crate::tlog::tile::WIDTH..).zip(entries).map(|(index, entry)| (Digest::of(entry), index)));
        }
        Ok(found)
    }
}

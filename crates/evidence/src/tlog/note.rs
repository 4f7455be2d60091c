//! C2SP signed notes with Ed25519, and the checkpoints that they carry: c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature.

use std::fmt;

use data_encoding::{BASE64, HEXLOWER};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use thiserror::Error;

use crate::Digest;

/// Longest note that is read, in bytes: a checkpoint with more cosignatures than anybody collects.
const MAX_NOTE: usize = 64 * 1024;
/// Signature type of a log's Ed25519 key.
const LOG: u8 = 1;
/// Signature type of a witness's Ed25519 key (cosignature/v1).
const WITNESS: u8 = 4;

/// What is wrong with a note, a checkpoint or a key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoteError {
    /// Not a note.
    #[error("not a signed note: {0}")]
    Malformed(&'static str),
    /// Not a checkpoint.
    #[error("not a checkpoint: {0}")]
    Checkpoint(&'static str),
    /// Not a verifier key.
    #[error("not a verifier key: {0}; it reads NAME+KEYID+BASE64")]
    Key(&'static str),
    /// The signature that is needed is not there.
    #[error("no signature by {0}")]
    Unsigned(String),
    /// A signature under a known key does not verify.
    #[error("the signature by {0} does not verify")]
    Forged(String),
    /// The checkpoint is of another log.
    #[error("the checkpoint is of log {found}, not {expected}")]
    Origin {
        /// Whose key was given.
        expected: String,
        /// What the checkpoint says.
        found: String,
    },
}

fn key_id(name: &str, kind: u8, key: &[u8; 32]) -> [u8; 4] {
    let hash = Digest::of(&[name.as_bytes(), b"\n", &[kind], key].concat()).0;
    let [a, b, c, d, ..] = hash;
    [a, b, c, d]
}

fn good_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c == '+' || c.is_whitespace() || c.is_control())
}

/// A public Ed25519 key with its name.
#[derive(Clone, PartialEq, Eq)]
struct NamedKey {
    name: String,
    kind: u8,
    id: [u8; 4],
    key: VerifyingKey,
}

impl NamedKey {
    fn new(name: &str, kind: u8, key: VerifyingKey) -> Self {
        Self { name: name.to_owned(), kind, id: key_id(name, kind, key.as_bytes()), key }
    }

    fn parse(text: &str, wanted: u8) -> Result<Self, NoteError> {
        let mut parts = text.trim().splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Key("two + are missing"));
        };
        if !good_name(name) {
            return Err(NoteError::Key("its name is empty or has spaces"));
        }
        let bytes = BASE64.decode(key.as_bytes()).map_err(|_| NoteError::Key("its last part is no base64"))?;
        let Some((&kind, key)) = bytes.split_first() else { return Err(NoteError::Key("it is empty")) };
        if kind != wanted {
            return Err(NoteError::Key("it is of another type"));
        }
        let key: [u8; 32] = key.try_into().map_err(|_| NoteError::Key("it does not have 32 bytes"))?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_| NoteError::Key("it is no point of the curve"))?;
        let named = Self::new(name, kind, key);
        if HEXLOWER.encode(&named.id) != id {
            return Err(NoteError::Key("its identifier does not match it"));
        }
        Ok(named)
    }

    fn text(&self) -> String {
        format!("{}+{}+{}", self.name, HEXLOWER.encode(&self.id), BASE64.encode(&[&[self.kind], self.key.as_bytes().as_slice()].concat()))
    }
}

/// The public key of a log (`vkey`). Two are equal when name and key are.
#[derive(Clone, PartialEq, Eq)]
pub struct LogKey(NamedKey);

impl LogKey {
    /// Reads `NAME+KEYID+BASE64`.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        NamedKey::parse(text, LOG).map(Self)
    }

    /// The log's name, which is also the origin of its checkpoints.
    pub fn name(&self) -> &str {
        &self.0.name
    }
}

impl fmt::Display for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.text())
    }
}

impl fmt::Debug for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The public key of a witness (`vkey` of type 4).
#[derive(Clone, PartialEq, Eq)]
pub struct Cosigner(NamedKey);

impl Cosigner {
    /// Reads `NAME+KEYID+BASE64`.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        NamedKey::parse(text, WITNESS).map(Self)
    }

    /// The witness's name.
    pub fn name(&self) -> &str {
        &self.0.name
    }
}

impl fmt::Debug for Cosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.text())
    }
}

/// A log's secret key.
pub struct Signer {
    name: String,
    key: SigningKey,
}

impl Signer {
    /// A signer from a name without spaces or `+`, and a secret seed.
    ///
    /// # Errors
    /// The name cannot be a key's name.
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        if !good_name(name) {
            return Err(NoteError::Key("its name is empty or has spaces or a +"));
        }
        Ok(Self { name: name.to_owned(), key: SigningKey::from_bytes(seed) })
    }

    /// Its public half.
    pub fn public(&self) -> LogKey {
        LogKey(NamedKey::new(&self.name, LOG, self.key.verifying_key()))
    }

    /// A signed checkpoint of a tree.
    pub fn checkpoint(&self, size: u64, root: &Digest) -> String {
        let text = format!("{}\n{size}\n{}\n", self.name, root.base64());
        let signature = self.key.sign(text.as_bytes()).to_bytes();
        let id = key_id(&self.name, LOG, self.key.verifying_key().as_bytes());
        format!("{text}\n— {} {}\n", self.name, BASE64.encode(&[id.as_slice(), &signature].concat()))
    }

    /// A cosignature line over a checkpoint's text, as a witness with this key gives it at `time` (seconds since 1970).
    pub fn cosign(&self, checkpoint_text: &str, time: u64) -> String {
        let signature = self.key.sign(cosigned(checkpoint_text, time).as_bytes()).to_bytes();
        let id = key_id(&self.name, WITNESS, self.key.verifying_key().as_bytes());
        format!("— {} {}\n", self.name, BASE64.encode(&[id.as_slice(), &time.to_be_bytes(), &signature].concat()))
    }

    /// Its public half as a witness.
    pub fn cosigner(&self) -> Cosigner {
        Cosigner(NamedKey::new(&self.name, WITNESS, self.key.verifying_key()))
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.name)
    }
}

fn cosigned(text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

/// A note taken apart; nothing is verified yet.
#[derive(Debug)]
pub struct Note<'a> {
    text: &'a str,
    signatures: Vec<(&'a str, [u8; 4], Vec<u8>)>,
}

impl<'a> Note<'a> {
    /// Reads a note of at most 64 KiB.
    ///
    /// # Errors
    /// Says where the form is broken.
    pub fn parse(note: &'a str) -> Result<Self, NoteError> {
        if note.len() > MAX_NOTE {
            return Err(NoteError::Malformed("longer than 64 KiB"));
        }
        if note.chars().any(|c| c.is_control() && c != '\n') {
            return Err(NoteError::Malformed("control characters"));
        }
        let Some((text, signatures)) = note.rsplit_once("\n\n") else { return Err(NoteError::Malformed("no empty line before signatures")) };
        let Some(text) = note.get(..=text.len()) else { return Err(NoteError::Malformed("no text")) };
        let Some(signatures) = signatures.strip_suffix('\n') else { return Err(NoteError::Malformed("the last line does not end")) };
        let signatures = signatures.split('\n').map(signature_line).collect::<Option<Vec<_>>>().ok_or(NoteError::Malformed("a bad signature line"))?;
        Ok(Self { text, signatures })
    }

    /// The signed text, with its last newline.
    pub fn text(&self) -> &'a str {
        self.text
    }

    fn of<'s>(&'s self, key: &'s NamedKey) -> impl Iterator<Item = &'s [u8]> {
        self.signatures.iter().filter(move |(name, id, _)| *name == key.name && *id == key.id).map(|(.., signature)| signature.as_slice())
    }

    /// Whether the log signed it.
    ///
    /// # Errors
    /// No signature by this key, or one that does not verify.
    pub fn verify(&self, key: &LogKey) -> Result<(), NoteError> {
        let mut signed = false;
        for signature in self.of(&key.0) {
            let signature = Signature::from_slice(signature).map_err(|_| NoteError::Forged(key.0.name.clone()))?;
            key.0.key.verify_strict(self.text.as_bytes(), &signature).map_err(|_| NoteError::Forged(key.0.name.clone()))?;
            signed = true;
        }
        if signed { Ok(()) } else { Err(NoteError::Unsigned(key.0.name.clone())) }
    }

    /// When a witness cosigned it, in seconds since 1970.
    ///
    /// # Errors
    /// No cosignature by this witness, or one that does not verify.
    pub fn witnessed(&self, witness: &Cosigner) -> Result<u64, NoteError> {
        let Some(bytes) = self.of(&witness.0).next() else { return Err(NoteError::Unsigned(witness.0.name.clone())) };
        let forged = || NoteError::Forged(witness.0.name.clone());
        let (time, signature) = bytes.split_first_chunk::<8>().ok_or_else(forged)?;
        let time = u64::from_be_bytes(*time);
        let signature = Signature::from_slice(signature).map_err(|_| forged())?;
        witness.0.key.verify_strict(cosigned(self.text, time).as_bytes(), &signature).map_err(|_| forged())?;
        Ok(time)
    }

    /// The checkpoint in it, once the log's signature and the origin are right.
    ///
    /// # Errors
    /// The signature, the origin or the form is wrong.
    pub fn checkpoint(&self, key: &LogKey) -> Result<Checkpoint, NoteError> {
        self.verify(key)?;
        let checkpoint = Checkpoint::parse(self.text)?;
        if checkpoint.origin == key.name() { Ok(checkpoint) } else { Err(NoteError::Origin { expected: key.name().to_owned(), found: checkpoint.origin }) }
    }
}

fn signature_line(line: &str) -> Option<(&str, [u8; 4], Vec<u8>)> {
    let (name, signature) = line.strip_prefix("— ")?.split_once(' ')?;
    let bytes = BASE64.decode(signature.as_bytes()).ok()?;
    let (id, signature) = bytes.split_first_chunk::<4>()?;
    good_name(name).then(|| (name, *id, signature.to_vec()))
}

/// A tree head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Name of the log.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// RFC 6962 root over them.
    pub root: Digest,
}

impl Checkpoint {
    /// Reads a note's text. Extension lines are refused: this log writes none.
    fn parse(text: &str) -> Result<Self, NoteError> {
        let mut lines = text.strip_suffix('\n').ok_or(NoteError::Checkpoint("its last line does not end"))?.split('\n');
        let (Some(origin), Some(size), Some(root), None) = (lines.next(), lines.next(), lines.next(), lines.next()) else {
            return Err(NoteError::Checkpoint("it does not have three lines"));
        };
        let size = decimal(size).ok_or(NoteError::Checkpoint("its size is no plain number"))?;
        let root = Digest::from_base64(root).ok_or(NoteError::Checkpoint("its root is no SHA-256 hash"))?;
        Ok(Self { origin: origin.to_owned(), size, root })
    }
}

/// An ASCII decimal without sign or leading zero.
pub(super) fn decimal(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From c2sp.org/tlog-cosignature, the published example's log key is not given; this one is of golang.org/x/mod/sumdb/note.
    const GO_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const GO_NOTE: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\
        — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    #[test]
    fn go_notes_verify() {
        let key = LogKey::parse(GO_KEY).unwrap();
        assert_eq!(key.to_string(), GO_KEY);
        Note::parse(GO_NOTE).unwrap().verify(&key).unwrap();
        let changed = GO_NOTE.replace("answer", "answor");
        assert_eq!(Note::parse(&changed).unwrap().verify(&key), Err(NoteError::Forged("PeterNeumann".into())));
    }

    #[test]
    fn checkpoints_and_cosignatures() {
        let signer = Signer::new("log.example/vigie", &[7; 32]).unwrap();
        let witness = Signer::new("witness.example", &[8; 32]).unwrap();
        let signed = signer.checkpoint(3, &Digest::of(b"x"));
        let text = Note::parse(&signed).unwrap().text().to_owned();
        let both = signed + &witness.cosign(&text, 1_700_000_000);
        let note = Note::parse(&both).unwrap();
        assert_eq!(note.checkpoint(&signer.public()).unwrap().size, 3);
        assert_eq!(note.witnessed(&witness.cosigner()), Ok(1_700_000_000));
        assert!(matches!(note.verify(&Signer::new("log.example/vigie", &[9; 32]).unwrap().public()), Err(NoteError::Unsigned(_))));
        for bad in ["", "x\n", "x\n\n", "x\n\n— a b\n", "log\n01\n\n\n— a AAAAAAAA\n"] {
            assert!(Note::parse(bad).is_err() || Note::parse(bad).unwrap().checkpoint(&signer.public()).is_err(), "{bad:?}");
        }
    }
}

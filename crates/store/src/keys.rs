//! The store's secret key, and the keyed functions that stand in for identifiers.

use std::{
    fmt, fs,
    io::{Read, Write},
    path::Path,
};

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::{Error, Result};

/// Name of the key file in a store's folder.
pub(crate) const KEY_FILE: &str = "store.key";
const KEY_LEN: usize = 32;

/// 32 random bytes, made once for each store. Whoever has them and a candidate identifier can tell whether it is in the
/// store, so keep them apart from copies of the database that leave the house.
#[derive(Clone)]
pub(crate) struct StoreKey {
    secret: [u8; KEY_LEN],
    post: SipKey,
    author: SipKey,
    text: SipKey,
    priority: SipKey,
    commitment: [u8; 32],
}

impl StoreKey {
    /// Reads the key of the store in a folder; `None` if there is none.
    pub(crate) fn read(dir: &Path) -> Result<Option<Self>> {
        let path = dir.join(KEY_FILE);
        let mut file = match fs::File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::file(path)(error)),
        };
        let mut secret = [0; KEY_LEN];
        let complete = file.read_exact(&mut secret).is_ok() && file.read(&mut [0]).is_ok_and(|more| more == 0);
        if complete { Ok(Some(Self::new(secret))) } else { Err(Error::KeyMismatch(path)) }
    }

    /// Makes a new key and writes it, readable by its owner only. A crash leaves the whole key or none.
    pub(crate) fn create(dir: &Path) -> Result<Self> {
        let secret = random_key()?;
        write_private(&dir.join(KEY_FILE), &secret)?;
        Ok(Self::new(secret))
    }

    pub(crate) fn new(secret: [u8; KEY_LEN]) -> Self {
        let derive = |name: &str| SipKey::from_bytes(&hmac(&secret, &["derive", name]));
        Self {
            post: derive("post key"),
            author: derive("author hash"),
            text: derive("text hash"),
            priority: derive("sample priority"),
            commitment: hmac(&secret, &["derive", "commitment"]),
            secret,
        }
    }

    /// What a database remembers of its key, to notice another one.
    pub(crate) fn check_value(&self) -> String {
        self.pseudonym(&["check"])
    }

    /// The name that takes the place of a post's identifier: 64 hexadecimal digits.
    pub(crate) fn post_pseudonym(&self, network: &str, id: &str) -> String {
        self.pseudonym(&["post", network, id])
    }

    /// The name that takes the place of an author's identifier.
    pub(crate) fn author_pseudonym(&self, network: &str, author: &str) -> String {
        self.pseudonym(&["author", network, author])
    }

    /// The ledger's key of a post: a ledger of unkeyed hashes would tell anybody which posts were judged, and how.
    pub(crate) fn post_key(&self, hash: u64) -> u64 {
        self.post.hash(hash)
    }

    /// Stands for an author in a sketch, where no identifiers may be kept.
    pub(crate) fn author_hash(&self, hash: u64) -> u64 {
        self.author.hash(hash)
    }

    /// Stands for a text in a sketch, where no texts may be kept.
    pub(crate) fn text_hash(&self, hash: u64) -> u64 {
        self.text.hash(hash)
    }

    /// Draws samples by a seed that others may know, instead of the secret.
    pub(crate) fn seeded(mut self, seed: Option<&str>) -> Self {
        if let Some(seed) = seed {
            self.priority = SipKey::from_bytes(&hmac(&[0; KEY_LEN], &["sample seed", seed]));
        }
        self
    }

    /// A post's place in every draw, by [`vigie_measure::post_key`] of it.
    pub(crate) fn priority(&self, post_key: u64) -> i64 {
        (self.priority.hash(post_key) >> 1).cast_signed()
    }

    /// 16 hexadecimal digits that are the same where priorities are.
    pub(crate) fn seed_fingerprint(&self) -> String {
        hex(&Sha256::digest([self.priority.hash(0).to_le_bytes(), self.priority.hash(1).to_le_bytes()].concat())).chars().take(16).collect()
    }

    /// The root of an hour with one more post: SHA-256 of the root before and the post's commitment, which is SHA-256 of a key of
    /// this store, the post's key and revision, its text's hash and its score bin. Whoever is given the key can check the posts; nobody
    /// without it learns anything of them.
    pub(crate) fn chain(&self, root: &[u8; 32], post_key: u64, revision: u32, text_hash: u64, bin: u8) -> [u8; 32] {
        let commitment = Sha256::new()
            .chain_update(self.commitment)
            .chain_update(post_key.to_le_bytes())
            .chain_update(revision.to_le_bytes())
            .chain_update(text_hash.to_le_bytes())
            .chain_update([bin])
            .finalize();
        Sha256::new().chain_update(root).chain_update(commitment).finalize().into()
    }

    fn pseudonym(&self, parts: &[&str]) -> String {
        hex(&hmac(&self.secret, parts))
    }
}

/// Never shows the key.
impl fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreKey(…)")
    }
}

/// 32 secret bytes of the system.
///
/// # Errors
/// The system gives none.
pub fn random_key() -> Result<[u8; KEY_LEN]> {
    let mut secret = [0; KEY_LEN];
    getrandom::fill(&mut secret).map_err(|error| Error::Backend(Box::new(error)))?;
    Ok(secret)
}

/// Writes a new file that only its owner may read; never over another one. A crash leaves the whole file or none.
///
/// # Errors
/// There is one, or it cannot be written.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    // A temporary file of this kind has mode 0600 from the start.
    let mut file = tempfile::NamedTempFile::new_in(dir).map_err(Error::file(path))?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(Error::file(path))?;
    file.persist_noclobber(path).map_err(|failed| Error::file(path)(failed.error))?;
    sync_dir(dir)
}

/// Makes the directory entries of new files durable.
fn sync_dir(dir: &Path) -> Result<()> {
    fs::File::open(dir).and_then(|dir| dir.sync_all()).map_err(Error::file(dir))
}

/// HMAC-SHA256 over the parts, each with its length before it.
fn hmac(secret: &[u8; KEY_LEN], parts: &[&str]) -> [u8; 32] {
    // HMAC takes keys of any length: padded to its block, as RFC 2104 does, this is the same key.
    let mut block = [0; 64];
    for (to, from) in block.iter_mut().zip(secret) {
        *to = *from;
    }
    let mut mac = Hmac::<Sha256>::new(&block.into());
    for part in parts {
        mac.update(&(part.len() as u64).to_le_bytes());
        mac.update(part.as_bytes());
    }
    mac.finalize().into_bytes().into()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digit = |value: u8| DIGITS.get(usize::from(value)).copied().unwrap_or('?');
    bytes.iter().flat_map(|&byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// SipHash-2-4 (Aumasson and Bernstein 2012), a keyed pseudo-random function, of one 64-bit word.
#[derive(Clone, Copy)]
struct SipKey(u64, u64);

impl SipKey {
    fn from_bytes(bytes: &[u8; 32]) -> Self {
        match bytes.as_chunks::<8>().0 {
            [first, second, ..] => Self(u64::from_le_bytes(*first), u64::from_le_bytes(*second)),
            _ => Self(0, 0),
        }
    }

    fn hash(self, word: u64) -> u64 {
        const MESSAGE_LEN: u64 = 8;
        let Self(k0, k1) = self;
        let mut v = [k0 ^ 0x736f_6d65_7073_6575, k1 ^ 0x646f_7261_6e64_6f6d, k0 ^ 0x6c79_6765_6e65_7261, k1 ^ 0x7465_6462_7974_6573];
        for word in [word, MESSAGE_LEN << 56] {
            v[3] ^= word;
            v = sip_round(sip_round(v));
            v[0] ^= word;
        }
        v[2] ^= 0xff;
        let [a, b, c, d] = sip_round(sip_round(sip_round(sip_round(v))));
        a ^ b ^ c ^ d
    }
}

fn sip_round([mut a, mut b, mut c, mut d]: [u64; 4]) -> [u64; 4] {
    a = a.wrapping_add(b);
    b = b.rotate_left(13) ^ a;
    a = a.rotate_left(32);
    c = c.wrapping_add(d);
    d = d.rotate_left(16) ^ c;
    a = a.wrapping_add(d);
    d = d.rotate_left(21) ^ a;
    c = c.wrapping_add(b);
    b = b.rotate_left(17) ^ c;
    c = c.rotate_left(32);
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The authors' test vectors: key 00 01 … 0f, message 00 01 … 07.
    #[test]
    fn siphash_gives_the_published_value() {
        let key = SipKey(0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908);
        assert_eq!(key.hash(0x0706_0504_0302_0100), 0x93f5_f579_9a93_2462);
    }

    #[test]
    fn keys_are_made_once_and_private() {
        let dir = tempfile::tempdir().unwrap();
        assert!(StoreKey::read(dir.path()).unwrap().is_none());
        let made = StoreKey::create(dir.path()).unwrap();
        let read = StoreKey::read(dir.path()).unwrap().unwrap();
        assert_eq!(made.check_value(), read.check_value());
        assert!(StoreKey::create(dir.path()).is_err(), "a key is never overwritten");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(dir.path().join(KEY_FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_short_or_long_key_file_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        for len in [0, 31, 33] {
            fs::write(dir.path().join(KEY_FILE), vec![1; len]).unwrap();
            assert!(matches!(StoreKey::read(dir.path()), Err(Error::KeyMismatch(_))), "{len}");
        }
    }

    #[test]
    fn pseudonyms_keep_their_parts_apart() {
        let key = StoreKey::new([7; 32]);
        assert_ne!(key.post_pseudonym("ab", "c"), key.post_pseudonym("a", "bc"));
        assert_ne!(key.post_pseudonym("x", "1"), key.author_pseudonym("x", "1"));
        assert_ne!(key.post_pseudonym("x", "1"), StoreKey::new([8; 32]).post_pseudonym("x", "1"));
        assert_eq!(key.post_pseudonym("x", "1").len(), 64);
    }
}

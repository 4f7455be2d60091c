//! The two secret keys. They are made once; losing them ends the log, not the proofs.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    path::Path,
};

use data_encoding::HEXLOWER;

use super::{VaultError, random};
use crate::{
    durable::{At as _, FileError, read_limited, sync_folder},
    tlog::Signer,
    wacz::PackageKey,
};

/// The keys in `folder`, made if there are none.
pub(super) fn open(folder: &Path) -> Result<(Signer, PackageKey), VaultError> {
    let log = folder.join("log.key");
    if !log.exists() {
        let name = format!("vigie.invalid/{}", HEXLOWER.encode(&random::<6>()?));
        write_secret(&log, &format!("{name} {}\n", HEXLOWER.encode(&random::<32>()?)))?;
    }
    let package = folder.join("package.key");
    if !package.exists() {
        write_secret(&package, &format!("wacz {}\n", HEXLOWER.encode(&random::<48>()?)))?;
    }
    let (name, seed) = read_secret(&log)?;
    let signer = Signer::new(&name, &seed)?;
    let (_, seed) = read_secret(&package)?;
    Ok((signer, PackageKey::from_seed(&seed).ok_or(VaultError::Key(package))?))
}

/// The log's public key, for those who only read.
pub(super) fn public(folder: &Path) -> Result<crate::tlog::LogKey, VaultError> {
    let (name, seed) = read_secret(&folder.join("log.key"))?;
    Ok(Signer::new(&name, &seed)?.public())
}

fn read_secret<const N: usize>(path: &Path) -> Result<(String, [u8; N]), VaultError> {
    let wrong = || VaultError::Key(path.to_owned());
    let text = String::from_utf8(read_limited(path, 1024)?).map_err(|_| wrong())?;
    let (name, seed) = text.trim_end().split_once(' ').ok_or_else(wrong)?;
    let seed = HEXLOWER.decode(seed.as_bytes()).ok().and_then(|seed| seed.try_into().ok()).ok_or_else(wrong)?;
    Ok((name.to_owned(), seed))
}

/// Writes a file that only the owner can read, whole or not at all.
fn write_secret(path: &Path, text: &str) -> Result<(), FileError> {
    let temporary = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary).at("create", &temporary)?;
    file.write_all(text.as_bytes()).at("write", &temporary)?;
    file.sync_all().at("sync", &temporary)?;
    fs::rename(&temporary, path).at("rename", &temporary)?;
    sync_folder(path.parent().unwrap_or(Path::new(".")))
}

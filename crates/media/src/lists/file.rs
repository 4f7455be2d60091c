//! A list as a file: JSON lines, the last of them a checksum.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
};

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{HashList, ListError};

/// Bytes of a file of hashes: ten million take about one thousand million.
const MOST_BYTES: u64 = 4 << 30;

#[derive(Serialize, Deserialize)]
struct Seal {
    sha256: String,
}

pub(super) fn write(path: &Path, list: &HashList) -> Result<(), ListError> {
    let failed = |source| ListError::Io { path: path.to_owned(), source };
    let beside = path.with_extension("new");
    let mut out = BufWriter::new(File::create(&beside).map_err(failed)?);
    let mut sum = Sha256::new();
    let mut put = |line: serde_json::Result<Vec<u8>>| {
        let mut line = line?;
        line.push(b'\n');
        sum.update(&line);
        out.write_all(&line)
    };
    put(serde_json::to_vec(&list.head)).map_err(failed)?;
    list.entries.iter().try_for_each(|entry| put(serde_json::to_vec(entry))).map_err(failed)?;
    let seal = Seal { sha256: HEXLOWER.encode(&sum.finalize()) };
    let end = serde_json::to_string(&seal).map_err(std::io::Error::from).and_then(|line| writeln!(out, "{line}")).and_then(|()| out.flush());
    end.and_then(|()| out.get_ref().sync_all()).and_then(|()| fs::rename(&beside, path)).map_err(failed)
}

pub(super) fn read(path: &Path) -> Result<HashList, ListError> {
    let failed = |source| ListError::Io { path: path.to_owned(), source };
    let damaged = |line: usize, what: String| ListError::Damaged { path: path.to_owned(), line, what };
    if fs::metadata(path).map_err(failed)?.len() > MOST_BYTES {
        return Err(damaged(1, "longer than any list".into()));
    }
    let text = fs::read_to_string(path).map_err(failed)?;
    let body_end = text.trim_end().rfind('\n').map_or(0, |at| at + 1);
    let (body, seal) = text.split_at_checked(body_end).unwrap_or_default();
    let lines = body.lines().count();
    let seal: Seal = serde_json::from_str(seal).map_err(|_| damaged(lines + 1, "its end is missing".into()))?;
    if seal.sha256 != HEXLOWER.encode(&Sha256::digest(body)) {
        return Err(damaged(lines + 1, "its checksum does not fit".into()));
    }
    let mut lines = (1..).zip(body.lines());
    let Some((_, head)) = lines.next() else { return Err(damaged(1, "it has no head".into())) };
    let head = serde_json::from_str(head).map_err(|error| damaged(1, error.to_string()))?;
    let entries = lines.map(|(number, line)| serde_json::from_str(line).map_err(|error| damaged(number, error.to_string())));
    Ok(HashList { head, entries: entries.collect::<Result<_, _>>()? })
}

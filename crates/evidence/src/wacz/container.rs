//! A ZIP file read strictly: no byte outside what the directory lists, no name twice, no tricks between the two headers.
//!
//! Libraries are lenient here by design (last name wins, gaps are skipped), which is how a reviewer and a replay tool can be
//! shown different files. ZIP64, encryption, comments and multi-disk files are refused: no capture needs them.

use std::{collections::HashSet, io::Read as _};

use flate2::bufread::DeflateDecoder;
use thiserror::Error;

/// Most members of a package.
const MAX_MEMBERS: usize = 10_000;

/// Why a file is no sound package.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("ZIP {place}: {what}")]
pub struct ContainerProblem {
    /// Member, or part of the file.
    pub place: String,
    /// What is wrong.
    pub what: &'static str,
}

fn problem(place: &str, what: &'static str) -> ContainerProblem {
    ContainerProblem { place: place.to_owned(), what }
}

/// A member with its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its path.
    pub name: String,
    /// Its content, decompressed.
    pub bytes: Vec<u8>,
    /// Whether it was stored without compression.
    pub stored: bool,
}

/// A package's members in the order of its directory.
#[derive(Debug, Clone, Default)]
pub struct Container {
    /// The members.
    pub members: Vec<Member>,
}

struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(self.bytes(2)?.try_into().ok()?))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.bytes(4)?.try_into().ok()?))
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Header {
    flags: u16,
    method: u16,
    crc: u32,
    compressed: u32,
    size: u32,
    name: Vec<u8>,
}

struct Listed {
    header: Header,
    offset: usize,
}

impl Container {
    /// Reads a package whose members have at most `limit` bytes together.
    ///
    /// # Errors
    /// The first thing that a strict reader must refuse.
    pub fn read(file: &[u8], limit: u64) -> Result<Self, ContainerProblem> {
        let (listed, directory) = directory(file)?;
        let mut container = Self::default();
        let (mut names, mut position, mut left) = (HashSet::new(), 0_usize, limit);
        for entry in listed {
            let name = sound_name(&entry.header.name).ok_or_else(|| problem("directory", "a member's name is no plain relative path"))?;
            if !names.insert(name.to_lowercase()) {
                return Err(problem(&name, "it is there twice"));
            }
            if entry.offset != position {
                return Err(problem(&name, "bytes before it that belong to no member"));
            }
            let (bytes, end) = member(file.get(..directory).unwrap_or_default(), &entry, &name, left)?;
            position = end;
            left -= bytes.len() as u64;
            container.members.push(Member { name, bytes, stored: entry.header.method == 0 });
        }
        if position == directory { Ok(container) } else { Err(problem("directory", "bytes before it that belong to no member")) }
    }

    /// A member's content.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.members.iter().find(|member| member.name == name).map(|member| member.bytes.as_slice())
    }
}

/// A relative path of printable characters that leaves no folder.
fn sound_name(name: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(name).ok()?;
    let sound = !name.is_empty() && name.len() <= 512 && !name.contains(|c: char| c.is_control() || matches!(c, '\\' | ':'));
    (sound && name.split('/').all(|part| !matches!(part, "" | "." | ".."))).then(|| name.to_owned())
}

fn directory(file: &[u8]) -> Result<(Vec<Listed>, usize), ContainerProblem> {
    let at_end = || problem("end", "no end record where it must be: cut off, not a ZIP file, or followed by other bytes");
    let start = file.len().checked_sub(22).ok_or_else(at_end)?;
    let mut end = Cursor(file.get(start..).unwrap_or_default());
    let parts = (end.u32(), end.u16(), end.u16(), end.u16(), end.u16(), end.u32(), end.u32(), end.u16());
    let (Some(0x0605_4b50), Some(0), Some(0), Some(here), Some(total), Some(size), Some(offset), Some(0)) = parts else { return Err(at_end()) };
    let (size, offset) = (size as usize, offset as usize);
    if here != total || usize::from(total) > MAX_MEMBERS || offset.checked_add(size) != Some(start) {
        return Err(problem("end", "it does not agree with the directory"));
    }
    let mut cursor = Cursor(file.get(offset..start).unwrap_or_default());
    let listed = (0..total).map(|_| directory_entry(&mut cursor)).collect::<Option<Vec<_>>>().ok_or_else(|| problem("directory", "a broken entry"))?;
    if cursor.0.is_empty() { Ok((listed, offset)) } else { Err(problem("directory", "bytes after its last entry")) }
}

fn directory_entry(cursor: &mut Cursor<'_>) -> Option<Listed> {
    let (0x0201_4b50, _versions) = (cursor.u32()?, cursor.u32()?) else { return None };
    let mut header = common_header(cursor)?;
    let (name, extra, comment) = (cursor.u16()?, cursor.u16()?, cursor.u16()?);
    let (disk, _internal, _external, offset) = (cursor.u16()?, cursor.u16()?, cursor.u32()?, cursor.u32()?);
    header.name = cursor.bytes(name.into())?.to_vec();
    (extra == 0 && comment == 0 && disk == 0).then_some(Listed { header, offset: offset as usize })
}

/// The fields that both headers have, without the name.
fn common_header(cursor: &mut Cursor<'_>) -> Option<Header> {
    let (flags, method, _time) = (cursor.u16()?, cursor.u16()?, cursor.u32()?);
    Some(Header { flags, method, crc: cursor.u32()?, compressed: cursor.u32()?, size: cursor.u32()?, name: Vec::new() })
}

fn member(file: &[u8], entry: &Listed, name: &str, limit: u64) -> Result<(Vec<u8>, usize), ContainerProblem> {
    let mut cursor = Cursor(file.get(entry.offset..).unwrap_or_default());
    let header = local_header(&mut cursor).ok_or_else(|| problem(name, "a broken header"))?;
    if header != entry.header {
        return Err(problem(name, "its header and the directory differ"));
    }
    if header.flags & !0x0806 != 0 {
        return Err(problem(name, "encrypted, streamed or of an unknown kind"));
    }
    let compressed = cursor.bytes(header.compressed as usize).ok_or_else(|| problem(name, "it is cut off"))?;
    if u64::from(header.size) > limit {
        return Err(problem(name, "larger than the limit"));
    }
    let bytes = inflate(&header, compressed).ok_or_else(|| problem(name, "its compressed data are broken, or of another length than stated"))?;
    let mut crc = flate2::Crc::new();
    crc.update(&bytes);
    if crc.sum() != header.crc {
        return Err(problem(name, "its check sum is wrong"));
    }
    Ok((bytes, file.len() - cursor.0.len()))
}

fn local_header(cursor: &mut Cursor<'_>) -> Option<Header> {
    let (0x0403_4b50, _version) = (cursor.u32()?, cursor.u16()?) else { return None };
    let mut header = common_header(cursor)?;
    let (name, extra) = (cursor.u16()?, cursor.u16()?);
    header.name = cursor.bytes(name.into())?.to_vec();
    (extra == 0).then_some(header)
}

fn inflate(header: &Header, compressed: &[u8]) -> Option<Vec<u8>> {
    let size = header.size as usize;
    match header.method {
        0 => (compressed.len() == size).then(|| compressed.to_vec()),
        8 => {
            let mut decoder = DeflateDecoder::new(compressed);
            let mut bytes = Vec::new();
            (&mut decoder).take(u64::from(header.size) + 1).read_to_end(&mut bytes).ok()?;
            (bytes.len() == size && decoder.into_inner().is_empty()).then_some(bytes)
        }
        _ => None,
    }
}

//! Undoing the compression, within limits.

use std::{
    fs::File,
    io::{self, BufReader, Cursor, Read, Seek, SeekFrom},
};

use flate2::bufread::MultiGzDecoder;

use super::InputReason;
use crate::Limits;

type ZstdDecoder<R> = zstd::stream::read::Decoder<'static, R>;

/// Where the bytes as stored come from.
pub(super) enum Raw {
    File(File),
    Other(Box<dyn Read + Send>),
}

impl Read for Raw {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(buf),
            Self::Other(reader) => reader.read(buf),
        }
    }
}

/// Puts the bytes read for recognition back in front, and counts what was taken.
struct Counted {
    prefix: Cursor<Vec<u8>>,
    inner: Raw,
    taken: u64,
}

impl Read for Counted {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let from_prefix = self.prefix.read(buf)?;
        let read = if from_prefix > 0 { from_prefix } else { self.inner.read(buf)? };
        self.taken = self.taken.saturating_add(read as u64);
        Ok(read)
    }
}

enum Decompressor {
    Plain(Counted),
    Gzip(Box<MultiGzDecoder<BufReader<Counted>>>),
    Zstd(Box<ZstdDecoder<BufReader<Counted>>>),
}

/// The decompressed bytes of an input.
pub(super) struct Stream {
    decompressor: Decompressor,
    /// Decompressed and not yet handed out. Always asked for in the same size: how far a decoder gets before it notices
    /// damage depends on the room it is given, and may not depend on the caller's.
    piece: Cursor<Vec<u8>>,
    produced: u64,
    limits: Limits,
}

/// Bytes decompressed at a time.
const PIECE: usize = 64 << 10;

impl Stream {
    /// Recognises the compression by its magic bytes and starts to undo it.
    pub(super) fn open(mut raw: Raw, limits: &Limits) -> io::Result<Self> {
        let mut magic = Vec::new();
        raw.by_ref().take(4).read_to_end(&mut magic)?;
        let decompressor = decompressor(&magic.clone(), Counted { prefix: Cursor::new(magic), inner: raw, taken: 0 }, limits)?;
        Ok(Self { decompressor, piece: Cursor::default(), produced: 0, limits: *limits })
    }

    /// Goes to a byte of the input without reading what is before it, where that can be done.
    /// Returns whether it was done; `Err` if the input is shorter.
    pub(super) fn seek(&mut self, byte: u64) -> Result<bool, InputReason> {
        let Decompressor::Plain(Counted { prefix, inner: Raw::File(file), .. }) = &mut self.decompressor else {
            return Ok(false);
        };
        let unreadable = |error: io::Error| InputReason::Unreadable(error.kind());
        let about = file.metadata().map_err(unreadable)?;
        if !about.is_file() {
            return Ok(false);
        }
        if about.len() < byte {
            return Err(InputReason::ShorterThanCursor);
        }
        file.seek(SeekFrom::Start(byte)).map_err(unreadable)?;
        *prefix = Cursor::default();
        Ok(true)
    }

    /// What an error of [`Read::read`] means.
    pub(super) fn explain(&self, error: &io::Error) -> InputReason {
        if let Some(reason) = error.get_ref().and_then(|inner| inner.downcast_ref::<InputReason>()) {
            return reason.clone();
        }
        let format = match self.decompressor {
            _ if error.raw_os_error().is_some() => return InputReason::Unreadable(error.kind()),
            Decompressor::Plain(_) => return InputReason::Unreadable(error.kind()),
            Decompressor::Gzip(_) => "gzip",
            Decompressor::Zstd(_) => "zstd",
        };
        if error.kind() == io::ErrorKind::UnexpectedEof {
            InputReason::Truncated { format }
        } else if error.to_string().starts_with("Frame requires too much memory") {
            InputReason::Window { log: self.limits.zstd_window_log }
        } else {
            InputReason::Damaged { format }
        }
    }

    fn taken(&self) -> u64 {
        match &self.decompressor {
            Decompressor::Plain(counted) => counted.taken,
            Decompressor::Gzip(decoder) => decoder.get_ref().get_ref().taken,
            Decompressor::Zstd(decoder) => decoder.get_ref().get_ref().taken,
        }
    }

    fn check_expansion(&self) -> io::Result<()> {
        let limit = self.limits.max_expansion;
        let allowed = self.taken().saturating_mul(limit).max(Limits::EXPANSION_JUDGED_FROM);
        let compressed = !matches!(self.decompressor, Decompressor::Plain(_));
        if compressed && self.produced > allowed { Err(io::Error::other(InputReason::Expansion { limit })) } else { Ok(()) }
    }
}

impl Read for Stream {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if let Decompressor::Plain(counted) = &mut self.decompressor {
            return counted.read(buf);
        }
        let left = self.piece.read(buf)?;
        if left > 0 || buf.is_empty() {
            return Ok(left);
        }
        self.decompress_piece()?;
        self.piece.read(buf)
    }
}

impl Stream {
    fn decompress_piece(&mut self) -> io::Result<()> {
        self.check_expansion()?;
        let mut bytes = std::mem::take(&mut self.piece).into_inner();
        bytes.resize(PIECE, 0);
        let read = match &mut self.decompressor {
            Decompressor::Plain(counted) => counted.read(&mut bytes)?,
            Decompressor::Gzip(decoder) => decoder.read(&mut bytes)?,
            Decompressor::Zstd(decoder) => decoder.read(&mut bytes)?,
        };
        bytes.truncate(read);
        self.piece = Cursor::new(bytes);
        self.produced = self.produced.saturating_add(read as u64);
        Ok(())
    }
}

fn decompressor(magic: &[u8], raw: Counted, limits: &Limits) -> io::Result<Decompressor> {
    Ok(match magic {
        [0x1f, 0x8b, ..] => Decompressor::Gzip(Box::new(MultiGzDecoder::new(BufReader::new(raw)))),
        // A frame, or a skippable frame in front of one.
        [0x28, 0xb5, 0x2f, 0xfd] | [0x50..=0x5f, 0x2a, 0x4d, 0x18] => {
            let mut decoder = ZstdDecoder::with_buffer(BufReader::new(raw))?;
            decoder.window_log_max(limits.zstd_window_log)?;
            Decompressor::Zstd(Box::new(decoder))
        }
        _ => Decompressor::Plain(raw),
    })
}

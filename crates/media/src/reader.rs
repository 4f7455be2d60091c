//! Everything that one picture says: hash, lists, codes, text.

use std::{
    collections::{HashMap, VecDeque},
    fs::File,
    io::Read,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Component, Path, PathBuf},
    sync::{Arc, LazyLock, Mutex},
};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use vigie_model::{KnownPicture, PictureFinding, PictureReading, PictureState};

use crate::{
    DecodeError, Limits, Picture, codes, decode_frames,
    lists::{Kind, Known},
    ocr::{self, OcrError, Tesseract, Word},
    pdq::{MATCH_DISTANCE, Pdq},
};

/// Pictures whose reading is remembered: the same photo is posted by several accounts.
const REMEMBERED: usize = 2_048;

/// Bytes of text of one picture.
const MOST_TEXT: usize = 16 << 10;

/// Reads pictures. Shared by all threads; what was read is remembered by content, in memory only.
#[derive(Debug)]
pub struct PictureReader {
    limits: Limits,
    /// The program that reads text, or why there is none; looked for when the first picture is read.
    engine: LazyLock<Result<Tesseract, OcrError>, Finder>,
    known: Known,
    remembered: Mutex<Remembered>,
}

/// Looks for the program.
type Finder = Box<dyn FnOnce() -> Result<Tesseract, OcrError> + Send + Sync>;

#[derive(Debug, Default)]
struct Remembered {
    readings: HashMap<[u8; 32], Arc<PictureReading>>,
    order: VecDeque<[u8; 32]>,
}

impl PictureReader {
    /// A reader with a way to find the program for text, and lists to compare with.
    #[must_use]
    pub fn new(limits: Limits, engine: impl FnOnce() -> Result<Tesseract, OcrError> + Send + Sync + 'static, known: Known) -> Self {
        Self { limits, engine: LazyLock::new(Box::new(engine)), known, remembered: Mutex::default() }
    }

    /// Reads the file that a post names, if it lies in `folder` or below: relative, without `..`, and no link leads out.
    #[must_use]
    pub fn read_file(&self, folder: &Path, named: &str, media: u32) -> PictureReading {
        let unseen = |state, reason| PictureReading::without_text(PictureFinding::unseen(media, state, reason));
        match self.bytes_of(folder, named) {
            Ok(bytes) => self.read(&bytes, media),
            Err((state, reason)) => unseen(state, reason),
        }
    }

    fn bytes_of(&self, folder: &Path, named: &str) -> Result<Vec<u8>, (PictureState, &'static str)> {
        let path = inside(folder, named)?;
        let unreadable = |_| (PictureState::Missing, "the file cannot be read");
        let file = File::open(path).map_err(unreadable)?;
        if !file.metadata().map_err(unreadable)?.is_file() {
            return Err((PictureState::Missing, "it is not a file"));
        }
        let mut bytes = Vec::new();
        // One byte more than allowed, so that decoding can refuse it.
        file.take(self.limits.bytes as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        Ok(bytes)
    }

    /// Reads a picture.
    #[must_use]
    pub fn read(&self, bytes: &[u8], media: u32) -> PictureReading {
        let key: [u8; 32] = Sha256::digest(bytes).into();
        let remembered = self.remembered.lock().ok().and_then(|memory| memory.readings.get(&key).cloned());
        let reading = remembered.unwrap_or_else(|| {
            let reading = Arc::new(self.read_anew(bytes, &key));
            self.remember(key, &reading);
            reading
        });
        let mut reading = PictureReading::clone(&reading);
        reading.finding.media = media;
        reading
    }

    fn remember(&self, key: [u8; 32], reading: &Arc<PictureReading>) {
        let Ok(mut memory) = self.remembered.lock() else { return }; // only costs reading again
        if memory.readings.insert(key, Arc::clone(reading)).is_none() {
            memory.order.push_back(key);
        }
        if memory.order.len() > REMEMBERED
            && let Some(oldest) = memory.order.pop_front()
        {
            memory.readings.remove(&oldest);
        }
    }

    fn read_anew(&self, bytes: &[u8], key: &[u8; 32]) -> PictureReading {
        // Decoders are others' code: a fault in them costs this picture, not the run.
        let seen = catch_unwind(AssertUnwindSafe(|| Seen::of(bytes, &self.limits)));
        let mut finding = PictureFinding { sha256: Some(HEXLOWER.encode(key)), ..PictureFinding::blank(0, PictureState::Read) };
        let seen = match seen {
            Ok(Ok(seen)) => seen,
            Ok(Err(error)) => return refused(finding, error.to_string()),
            Err(_) => return refused(finding, "its decoder failed".into()),
        };
        if let Some(pdq) = seen.frames.iter().find_map(|(_, pdq)| pdq.as_ref()) {
            finding.pdq = Some(pdq.hash.to_string());
            finding.quality = Some(pdq.quality);
        }
        finding.known = self.known_lists(&seen);
        finding.codes = seen.codes;
        let words = self.words(&seen.frames, &mut finding);
        assemble(finding, &words)
    }

    fn known_lists(&self, seen: &Seen) -> Vec<KnownPicture> {
        let matches = seen.frames.iter().filter_map(|(_, pdq)| pdq.as_ref()).flat_map(|pdq| self.known.matches(pdq));
        let mut known: Vec<KnownPicture> =
            matches.map(|found| KnownPicture { list: found.list, harmless: found.kind == Kind::Harmless, distance: found.distance }).collect();
        known.sort_by(|a, b| (&a.list, a.distance).cmp(&(&b.list, b.distance)));
        known.dedup_by(|later, earlier| later.list == earlier.list);
        known
    }

    /// The words of all frames, one after another; says in the finding why there are none.
    fn words(&self, frames: &[(Picture, Option<Pdq>)], finding: &mut PictureFinding) -> Vec<Word> {
        let engine = match &*self.engine {
            Ok(engine) => engine,
            Err(error) => {
                unread(finding, error);
                return Vec::new();
            }
        };
        finding.reader = Some(engine.version().to_owned());
        let mut words: Vec<Word> = Vec::new();
        for (picture, _) in frames {
            match ocr::read(picture, engine) {
                Ok(found) => {
                    let after = words.last().map_or(0, |word| word.line + 1);
                    words.extend(found.into_iter().map(|word| Word { line: word.line + after, ..word }));
                }
                Err(error) => unread(finding, &error),
            }
        }
        words
    }
}

fn unread(finding: &mut PictureFinding, error: &OcrError) {
    finding.state = PictureState::Unread;
    finding.reason = Some(error.to_string());
}

fn refused(finding: PictureFinding, reason: String) -> PictureReading {
    PictureReading::without_text(PictureFinding { state: PictureState::Refused, reason: Some(reason), ..finding })
}

/// What needs no other program.
struct Seen {
    /// Frames that differ, with their hashes.
    frames: Vec<(Picture, Option<Pdq>)>,
    codes: Vec<vigie_model::PictureCode>,
}

impl Seen {
    fn of(bytes: &[u8], limits: &Limits) -> Result<Self, DecodeError> {
        let mut frames: Vec<(Picture, Option<Pdq>)> = Vec::new();
        let mut found = Vec::new();
        for picture in decode_frames(bytes, limits)? {
            let pdq = Pdq::of(&picture);
            let seen_before = |before: &Option<Pdq>| before.as_ref().zip(pdq.as_ref()).is_some_and(|(a, b)| a.hash.distance(&b.hash) <= MATCH_DISTANCE / 2);
            if frames.iter().any(|(_, before)| seen_before(before)) {
                continue;
            }
            for code in codes::codes(&picture) {
                if !found.iter().any(|before: &vigie_model::PictureCode| before.text == code.text) {
                    found.push(code);
                }
            }
            frames.push((picture, pdq));
        }
        Ok(Self { frames, codes: found })
    }
}

/// The text to be judged: the picture's, then that of its codes, each on a line of its own.
fn assemble(mut finding: PictureFinding, words: &[Word]) -> PictureReading {
    let (mut text, ranges) = ocr::text_of(words);
    text.truncate(text.floor_char_boundary(MOST_TEXT));
    finding.text = text.clone();
    let mut likely = ocr::likely_text(&text).unwrap_or_else(|| text.clone());
    let mut places: Vec<_> = ranges.into_iter().zip(words.iter().map(|word| word.place)).filter(|(range, _)| range.end <= text.len()).collect();
    for code in &finding.codes {
        text.push('\n');
        likely.push('\n');
        let start = text.len();
        text.push_str(&code.text);
        likely.push_str(&code.text);
        places.push((start..text.len(), code.place));
    }
    let likely = (likely != text).then_some(likely);
    PictureReading { finding, text, likely, words: places }
}

/// The path of a file in a folder or below it.
fn inside(folder: &Path, named: &str) -> Result<PathBuf, (PictureState, &'static str)> {
    const OUTSIDE: (PictureState, &str) = (PictureState::Missing, "its path leads out of the folder of the input");
    let named = Path::new(named);
    if named.as_os_str().is_empty() || !named.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Err(OUTSIDE);
    }
    let there = |path: &Path| path.canonicalize().map_err(|_| (PictureState::Missing, "there is no such file"));
    let (folder, path) = (there(folder)?, there(&folder.join(named))?);
    if path.starts_with(&folder) { Ok(path) } else { Err(OUTSIDE) }
}

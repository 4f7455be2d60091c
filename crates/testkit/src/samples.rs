//! Streams as files, and the sample that is shipped.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::{Label, Stream, StreamPlan, Wear, flyer};

/// Why the sample could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder could not be written.
    #[error("cannot write {path}")]
    Write {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A truth could not be serialised.
    #[error("cannot serialise the truth of post {id}")]
    Truth {
        /// Id of the post.
        id: String,
        /// What serde said.
        source: serde_json::Error,
    },
}

/// What [`write_samples`] wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SampleFacts {
    /// Files, in order, the truth last.
    pub files: Vec<PathBuf>,
    /// Size of all files together.
    pub bytes: u64,
    /// All posts.
    pub posts: u64,
    /// Posts of each watch, and how many are adverts.
    pub watches: BTreeMap<&'static str, WatchFacts>,
    /// Posts of each label.
    pub labels: BTreeMap<Label, u64>,
}

/// Counts of a watch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WatchFacts {
    /// Posts that contain its name.
    pub posts: u64,
    /// Those of them that are adverts.
    pub adverts: u64,
}

/// How many files the posts of the sample are spread over.
const FILES: u64 = 3;
const LEVEL: i32 = 19;

/// Flyers of the sample.
const PICTURES: u64 = 4;

/// Text of a post, and its flyer: the same one from several accounts, and one that is not there.
const PICTURE_POSTS: [(&str, u32); 7] =
    [("✨", 0), ("tout est sur la photo", 1), ("nouvelle story", 2), ("regardez 👀", 1), ("bonne soirée", 3), ("photo du jour", 2), ("à demain", 9)];

/// Writes the posts of a plan as JSON lines; returns how many. Buffers by itself.
///
/// # Errors
/// Those of the writer.
pub fn write_stream(plan: StreamPlan, mut out: impl Write) -> io::Result<u64> {
    let mut buffer = Vec::with_capacity(1 << 17);
    let mut posts = 0;
    for post in Stream::new(plan) {
        buffer.extend_from_slice(post.line.as_bytes());
        buffer.push(b'\n');
        posts += 1;
        if buffer.len() >= 1 << 16 {
            out.write_all(&buffer)?;
            buffer.clear();
        }
    }
    out.write_all(&buffer)?;
    out.flush()?;
    Ok(posts)
}

/// Writes the sample of the default plan into a folder: `posts-1.jsonl.zst` to `posts-3.jsonl.zst`, `.truth.jsonl.zst` and
/// `posts-4-pictures.jsonl.zst` with posts that say little and name a picture in `media/`; and
/// `.made-up-labels.jsonl.zst`, for `vigie label --import`: what two invented reviewers would say of each post of a watch.
/// The bytes are the same each time.
///
/// # Errors
/// [`Error::Write`] with the path concerned.
pub fn write_samples(dir: &Path) -> Result<SampleFacts, Error> {
    fs::create_dir_all(dir).map_err(|source| Error::Write { path: dir.to_owned(), source })?;
    let plan = StreamPlan::default();
    let each = plan.posts.div_ceil(FILES);
    let mut facts = SampleFacts::default();
    let (mut lines, mut truths, mut answers) = (Vec::new(), Vec::new(), Vec::new());
    for post in Stream::new(plan) {
        lines.extend_from_slice(post.line.as_bytes());
        lines.push(b'\n');
        serde_json::to_writer(&mut truths, &post.truth).map_err(|source| Error::Truth { id: post.truth.id.clone(), source })?;
        truths.push(b'\n');
        made_up_answers(&post.truth, &mut answers).map_err(|source| Error::Truth { id: post.truth.id.clone(), source })?;
        facts.count(&post.truth);
        if facts.posts.is_multiple_of(each) || facts.posts == plan.posts {
            let name = format!("posts-{}.jsonl.zst", facts.posts.div_ceil(each));
            facts.save(dir.join(name), &lines)?;
            lines.clear();
        }
    }
    facts.pictures(dir)?;
    facts.save(dir.join(".truth.jsonl.zst"), &truths)?;
    facts.save(dir.join(".made-up-labels.jsonl.zst"), &answers)?;
    Ok(facts)
}

/// The answers of two reviewers who do not exist: the first always knows the truth, the second errs on one post in 40.
fn made_up_answers(truth: &crate::Truth, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    if truth.watch.is_none() {
        return Ok(());
    }
    let errs = truth.id.bytes().fold(0u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))) % 40 == 0;
    let second = match (errs, truth.label.is_advert()) {
        (false, _) => truth.label,
        (true, true) => Label::Other,
        (true, false) => Label::Advert,
    };
    for (reviewer, label) in [("made-up reviewer 1", truth.label), ("made-up reviewer 2", second)] {
        let answer = serde_json::json!({"network": truth.network, "id": truth.id, "label": label.as_str(), "reviewer": reviewer});
        serde_json::to_writer(&mut *out, &answer)?;
        out.push(b'\n');
    }
    Ok(())
}

impl SampleFacts {
    fn count(&mut self, truth: &crate::Truth) {
        self.posts += 1;
        *self.labels.entry(truth.label).or_default() += 1;
        if let Some(watch) = truth.watch {
            let facts = self.watches.entry(watch).or_default();
            facts.posts += 1;
            facts.adverts += u64::from(truth.label.is_advert());
        }
    }

    /// Posts of which the pictures say everything. They hold no word of a watch, so that the shares of the sample stay exact.
    fn pictures(&mut self, dir: &Path) -> Result<(), Error> {
        let media = dir.join("media");
        fs::create_dir_all(&media).map_err(|source| Error::Write { path: media.clone(), source })?;
        for number in 0..PICTURES {
            self.write(media.join(format!("flyer-{number}.jpg")), &flyer(number, Wear::Degraded).jpeg)?;
        }
        let mut lines = Vec::new();
        for (number, (text, picture)) in PICTURE_POSTS.iter().enumerate() {
            let media = serde_json::json!([{"kind": "image", "path": format!("media/flyer-{picture}.jpg")}]);
            let author = serde_json::json!({"handle": format!("photo.demo{number}")});
            let post = serde_json::json!({"id": format!("photo{number}"), "network": "instagram", "author": author, "created_at": "2026-11-20T18:00:00Z", "text": text, "lang": "fr", "media": media});
            lines.extend_from_slice(post.to_string().as_bytes());
            lines.push(b'\n');
        }
        self.save(dir.join("posts-4-pictures.jsonl.zst"), &lines)
    }

    fn write(&mut self, path: PathBuf, bytes: &[u8]) -> Result<(), Error> {
        self.bytes += bytes.len() as u64;
        match fs::write(&path, bytes) {
            Ok(()) => {
                self.files.push(path);
                Ok(())
            }
            Err(source) => Err(Error::Write { path, source }),
        }
    }

    fn save(&mut self, path: PathBuf, bytes: &[u8]) -> Result<(), Error> {
        let written = zstd::stream::encode_all(bytes, LEVEL).and_then(|packed| {
            self.bytes += packed.len() as u64;
            fs::write(&path, packed)
        });
        match written {
            Ok(()) => {
                self.files.push(path);
                Ok(())
            }
            Err(source) => Err(Error::Write { path, source }),
        }
    }
}

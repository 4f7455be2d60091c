//! What a worker makes of a block: decoded, judged, ready to be counted.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use vigie_detect::{Detector, Judgement, Scratch};
use vigie_ingest::{Block, DecodeProblem, Decoder, Position, Problem};
use vigie_measure::{CellKey, Network, ScoreBin, WatchSet, author_hash, hour_of, post_key, text_hash};
use vigie_model::{Band, Event, Post, Timestamp, Verdict, Versions};
use vigie_rules::{LiveRules, RuleBook};
use vigie_store::{Batch, FindDraft, SampleDraft};

use crate::{
    pictures::{Pictures, judge_with},
    summary::{Contacts, Tally},
};

/// Writes the line of a post for the file of verdicts: post, score, verdict, versions, where to.
pub type VerdictWriter = fn(&Post<'_>, f32, Option<&Verdict>, &std::sync::Arc<Versions>, &mut Vec<u8>);

/// What all workers share.
#[derive(Clone, Copy)]
pub(crate) struct Shared<'a> {
    pub(crate) detector: &'a Detector,
    pub(crate) decoder: &'a Decoder,
    pub(crate) rules: &'a LiveRules,
    /// Time of finding.
    pub(crate) now: Now<'a>,
    /// Set where the caller wants a line for every post.
    pub(crate) verdict_line: Option<VerdictWriter>,
    /// Whether contacts are looked for in clear posts of watches too.
    pub(crate) find_contacts: bool,
    /// Reads the pictures of posts, if they are looked at.
    pub(crate) pictures: Option<&'a dyn Pictures>,
}

/// Tells the time of finding.
#[derive(Clone, Copy)]
pub(crate) enum Now<'a> {
    /// That of the run.
    Fixed(Timestamp),
    /// The present.
    Clock(&'a (dyn Fn() -> Timestamp + Sync)),
}

impl Now<'_> {
    fn get(self) -> Timestamp {
        match self {
            Self::Fixed(time) => time,
            Self::Clock(clock) => clock(),
        }
    }
}

/// A block, assessed.
#[derive(Debug)]
pub(crate) struct Assessed {
    pub(crate) input: usize,
    pub(crate) start: Position,
    pub(crate) after: Position,
    pub(crate) last: bool,
    /// Cells and entries, in the order of the stream.
    pub(crate) batch: Batch,
    pub(crate) tally: Tally,
    pub(crate) contacts: Contacts,
    pub(crate) problems: Vec<Problem>,
    pub(crate) verdict_lines: Vec<u8>,
}

/// A worker: working space that is reused from block to block.
pub(crate) struct Worker<'a> {
    shared: Shared<'a>,
    scratch: Scratch,
    watch_sets: FxHashMap<vigie_detect::WatchSet, WatchSet>,
    /// The rules in use for the block under way.
    rules: Arc<RuleBook>,
}

impl<'a> Worker<'a> {
    pub(crate) fn new(shared: Shared<'a>) -> Self {
        Self { shared, scratch: Scratch::default(), watch_sets: FxHashMap::default(), rules: shared.rules.current() }
    }

    pub(crate) fn assess(&mut self, input: usize, source: &str, last: bool, block: &mut Block) -> Assessed {
        self.rules = self.shared.rules.current();
        let mut out = Assessed {
            input,
            start: block.start(),
            after: block.after(),
            last,
            batch: Batch::default(),
            tally: Tally::default(),
            contacts: Contacts::default(),
            problems: block.take_problems(),
            verdict_lines: Vec::new(),
        };
        out.tally.rejected += out.problems.len() as u64;
        let mut found = Vec::new();
        for record in block.records() {
            let decoder = self.shared.decoder;
            decoder.decode(record.bytes, record.event, &mut found, &mut |event| match event {
                Event::Post(post) => self.post(&post, &mut out),
                Event::Delete { network, id } => delete(&network, &id, &mut out),
                Event::AccountGone { network, author } => {
                    out.tally.deletes += 1;
                    out.batch.account_gone(Network::parse(&network).unwrap_or(Network::UNKNOWN), &*author);
                }
                Event::Ignored => out.tally.ignored += 1,
            });
            note_problems(source, record.position, record.bytes, &mut found, &mut out);
        }
        out
    }

    fn post(&mut self, post: &Post<'_>, out: &mut Assessed) {
        let Shared { detector, verdict_line, .. } = self.shared;
        let mut judgement = if verdict_line.is_some() { detector.judge_and_explain(post, &mut self.scratch) } else { detector.judge(post, &mut self.scratch) };
        let text_hash = text_hash(self.scratch.folded().bytes());
        let readings = self.shared.pictures.map(|pictures| pictures.look(out.input, post)).unwrap_or_default();
        if !readings.is_empty() {
            judgement = judge_with(detector, post, judgement, readings, &mut self.scratch, &mut out.tally.pictures);
            self.scratch.fold(&post.text);
        }
        self.rules.apply(post, self.scratch.folded(), &mut judgement, detector.watches(), &mut out.tally.rules);
        if let Some(write) = verdict_line {
            write(post, judgement.score, judgement.verdict.as_deref(), self.rules.versions(), &mut out.verdict_lines);
        }
        let network = Network::parse(&post.network).unwrap_or(Network::UNKNOWN);
        let key = CellKey {
            watches: self.watch_set(&judgement.watches),
            network,
            lang: judgement.lang,
            hour: hour_of(post.created_at),
            bin: ScoreBin::new(judgement.band, judgement.score),
            repost: post.repost_of.is_some(),
        };
        out.tally.count(&judgement);
        let watches = key.watches.clone();
        let cell = out.batch.cell(&key);
        let sample = (!watches.is_empty()).then(|| Box::new(self.sample(post, &judgement)));
        let find = self.find(post, judgement, watches, out);
        out.batch.post(vigie_store::Post {
            key: post_key(network, &post.id),
            revision: post.revision,
            cell,
            text_hash,
            author_hash: post.author.key().map_or(0, |author| author_hash(network, author)),
            find,
            sample,
        });
    }

    /// What may be drawn into a measuring sample; the text of a find is taken from the find.
    fn sample(&mut self, post: &Post<'_>, judgement: &Judgement) -> SampleDraft {
        let Shared { detector, now, find_contacts, .. } = self.shared;
        let views = post.metrics.as_deref().and_then(|metrics| views(metrics.get()));
        let bare = SampleDraft { taken_at: now.get(), score: judgement.score, text: "".into(), author_names: Vec::new(), contacts: Vec::new(), views };
        if judgement.band != Band::Clear {
            return bare;
        }
        let contacts = if find_contacts { detector.judge_and_explain(post, &mut self.scratch).verdict.map(|verdict| verdict.contacts) } else { None };
        let names = [&post.author.id, &post.author.handle, &post.author.name];
        SampleDraft {
            text: (*post.text).into(),
            author_names: names.into_iter().flatten().map(|name| (**name).into()).collect(),
            contacts: contacts.unwrap_or_default(),
            ..bare
        }
    }

    /// The record of a find; none for a clear post.
    fn find(&self, post: &Post<'_>, judgement: Judgement, watches: WatchSet, out: &mut Assessed) -> Option<Box<FindDraft>> {
        let verdict = judgement.verdict.filter(|v| v.band != Band::Clear)?;
        if verdict.band == Band::Advert {
            out.contacts.add(&verdict.contacts);
        }
        let owned = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().map(str::to_owned);
        Some(Box::new(FindDraft {
            network: Network::parse(&post.network).unwrap_or(Network::UNKNOWN),
            native_id: post.id.clone().into_owned(),
            revision: post.revision,
            author_id: owned(&post.author.id),
            author_handle: owned(&post.author.handle),
            author_name: owned(&post.author.name),
            posted_at: post.created_at,
            found_at: self.shared.now.get(),
            lang: judgement.lang,
            url: owned(&post.url),
            text: post.text.clone().into_owned(),
            tags: post.tags.iter().map(|tag| tag.clone().into_owned()).collect(),
            media: post.media.as_ref().map(|media| media.get().to_owned()),
            raw: post.raw.to_vec(),
            watches,
            verdict: *verdict,
            canonical: post.to_neutral_json(),
        }))
    }

    /// Names of the watches, once for each combination.
    fn watch_set(&mut self, watches: &vigie_detect::WatchSet) -> WatchSet {
        if watches.is_empty() {
            return WatchSet::NONE;
        }
        if let Some(set) = self.watch_sets.get(watches) {
            return set.clone();
        }
        let all = self.shared.detector.watches();
        let set = WatchSet::new(watches.iter().filter_map(|&number| all.get(usize::from(number))).map(|watch| watch.name.as_str()));
        self.watch_sets.insert(watches.clone(), set.clone());
        set
    }
}

/// The views among a post's counts.
fn views(metrics: &str) -> Option<u32> {
    #[derive(serde::Deserialize)]
    struct Metrics {
        views: Option<u64>,
    }
    let metrics: Metrics = serde_json::from_str(metrics).ok()?;
    metrics.views.map(|views| u32::try_from(views).unwrap_or(u32::MAX))
}

fn delete(network: &str, id: &str, out: &mut Assessed) {
    out.tally.deletes += 1;
    out.batch.delete(Network::parse(network).unwrap_or(Network::UNKNOWN), id);
}

/// Locates what the decoder said of a record.
fn note_problems(source: &str, position: Position, record: &[u8], found: &mut Vec<DecodeProblem>, out: &mut Assessed) {
    for problem in found.drain(..) {
        let problem = Problem::from_decode(source, position, &problem, record);
        if problem.kept {
            out.tally.repaired += 1;
        } else {
            out.tally.rejected += 1;
        }
        out.problems.push(problem);
    }
}

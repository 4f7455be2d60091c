//! Judging a post: candidates → components → fusion → [`Verdict`].
//!
//! [`Detector::judge`] folds the text and looks for names of drugs, signs of a sale and words of watches in one pass (`scan`). Only where a
//! drug may be named are all phrases of the lexicon looked for, weighed against one another (`evidence`), contacts and
//! prices read (`entities`) and everything summed up (`fusion`). Ordinary posts stop after the first pass and cost no allocation.
//! No clock, network, disk or environment: the same post and lexicon give the same verdict bit for bit.

pub mod entities;
mod evidence;
mod fusion;
mod fuzzy;
mod lexicon;
pub mod model;
mod phrases;
pub mod review;
mod scan;
mod watch;

use std::sync::Arc;

use smallvec::SmallVec;

pub use fusion::{ADVERT, REVIEW, band};
pub use lexicon::{Entry, Lexicon, LexiconError, Meaning, PlaceEntry, Strength};
pub use model::{Features, Model};
use vigie_model::{Band, Grade, Lang, Post, Verdict, Versions};
use vigie_text::{Folded, Glyphs, WordFlags, fold_phrase};
pub use watch::{Watch, WatchSet};

use crate::{
    fuzzy::Fuzzy,
    model::{Masks, Outline, Part},
    phrases::Phrases,
    scan::Hit,
    watch::{Role, Seen, WatchWord},
};

/// Scores from here on are worth the time of rules; what lies below is left alone.
const CANDIDATE: f32 = 0.01;

/// Score of a post in which nothing points to an offer.
const CLEAN: f32 = 0.001;

/// Working space of one thread; reused from post to post.
#[derive(Debug, Default)]
pub struct Scratch {
    folded: Folded,
    folded_tag: Folded,
    hits: Vec<Hit>,
    tag_hits: Vec<Hit>,
    glyphs: Glyphs,
    masks: Masks,
    outline: Outline,
    seen: Seen,
}

impl Scratch {
    /// The text that was judged last, folded: its bytes are equal for texts that differ only in case, accents and punctuation.
    #[must_use]
    pub fn folded(&self) -> &Folded {
        &self.folded
    }

    /// Folds a text again, after others were judged.
    pub fn fold(&mut self, text: &str) {
        self.folded.read(text);
    }
}

/// What was said of a post.
#[derive(Debug)]
pub struct Judgement {
    /// The watches that the post belongs to.
    pub watches: WatchSet,
    /// Declared language, or the one that the text seems to be in.
    pub lang: Lang,
    /// Between 0 and 1.
    pub score: f32,
    /// Where the score stands.
    pub band: Band,
    /// Whether the detector went beyond the first look and found something. Only these are shown to rules.
    pub candidate: bool,
    /// With spans and reasons; none for a post in which no product is named.
    pub verdict: Option<Box<Verdict>>,
}

/// What the first look sees.
#[derive(Debug, Clone, Copy, Default)]
struct Look {
    /// A word may name a drug.
    drug: bool,
    /// A word names one unmistakably. Such a post is shown to rules whatever its words say: somebody's life may be at stake in it.
    clearly: bool,
}

/// The detector: lexicon and watches, compiled. Shared by all threads.
#[derive(Debug)]
pub struct Detector {
    /// Names of drugs and words of watches: all that the first pass looks for.
    triggers: Phrases,
    /// Everything.
    phrases: Phrases,
    fuzzy: Fuzzy,
    entries: Vec<Entry>,
    watch_words: Vec<WatchWord>,
    places: Vec<PlaceEntry>,
    watches: Vec<Watch>,
    /// Countries of the watches' places.
    home: Vec<String>,
    model: Model,
    /// For measurements only.
    left_out: Option<Part>,
    versions: Arc<Versions>,
}

impl Detector {
    /// Compiles a lexicon and the user's watches, to be used with a model.
    #[must_use]
    pub fn new(lexicon: Lexicon, model: Model, watches: Vec<Watch>) -> Self {
        let (mut triggers, mut phrases, mut fuzzy) = (Phrases::new(), Phrases::new(), Fuzzy::default());
        for (number, entry) in (0u32..).zip(&lexicon.entries) {
            let folded = fold_phrase(&entry.phrase);
            let plural = !matches!(entry.meaning, Meaning::Place(_));
            add_phrase(&mut phrases, &folded, number, plural);
            if entry.meaning.names_a_drug() {
                add_phrase(&mut triggers, &folded, number, plural);
            }
            if matches!(entry.meaning, Meaning::Product { class, grade: Grade::A, .. } if class.is_drug()) {
                fuzzy.add(folded.as_bytes(), number);
            }
        }
        let versions =
            Arc::new(Versions { vigie: env!("CARGO_PKG_VERSION").to_owned(), lexicon: lexicon.version.clone(), model: model.version.clone(), rules: None });
        let mut detector = Self {
            triggers,
            phrases,
            fuzzy,
            entries: lexicon.entries,
            watch_words: Vec::new(),
            places: lexicon.places,
            watches: Vec::new(),
            home: Vec::new(),
            model,
            left_out: None,
            versions,
        };
        for (number, watch) in (0u16..).zip(&watches) {
            detector.add_watch(number, watch);
        }
        detector.watches = watches;
        detector.home.sort_unstable();
        detector.home.dedup();
        detector
    }

    fn add_watch(&mut self, watch: u16, spec: &Watch) {
        for (role, words) in [(Role::Any, &spec.any), (Role::All, &spec.all), (Role::None, &spec.none)] {
            for (index, word) in (0u16..).zip(words) {
                self.add_watch_word(WatchWord { watch, role, index }, word);
            }
        }
        for (index, place) in (0u16..).zip(&spec.places) {
            let folded = fold_phrase(place);
            self.home.extend(self.places.iter().find(|p| fold_phrase(&p.name) == folded).map(|p| p.country.clone()));
            let names: Vec<String> =
                self.places.iter().filter(|p| fold_phrase(&p.name) == folded).flat_map(|p| p.aliases.clone()).chain([place.clone()]).collect();
            names.iter().for_each(|name| self.add_watch_word(WatchWord { watch, role: Role::Place, index }, name));
        }
    }

    /// The detector without a part, to be trained and measured so.
    #[must_use]
    pub fn without(mut self, part: Part) -> Self {
        self.left_out = Some(part);
        self
    }

    /// The part that is left out.
    #[must_use]
    pub fn left_out(&self) -> Option<Part> {
        self.left_out
    }

    fn has(&self, part: Part) -> bool {
        self.left_out != Some(part)
    }

    /// Watch words share the automaton; their numbers come after those of the lexicon's entries.
    fn add_watch_word(&mut self, word: WatchWord, phrase: &str) {
        if let Ok(number) = u32::try_from(self.entries.len() + self.watch_words.len()) {
            add_phrase(&mut self.triggers, &fold_phrase(phrase), number, false);
            self.watch_words.push(word);
        }
    }

    /// The watches, in the order of their numbers.
    #[must_use]
    pub fn watches(&self) -> &[Watch] {
        &self.watches
    }

    /// What verdicts are made with.
    #[must_use]
    pub fn versions(&self) -> &Arc<Versions> {
        &self.versions
    }

    /// Size of the compiled lexicon, in states.
    #[must_use]
    pub fn states(&self) -> u32 {
        self.phrases.states()
    }

    /// Judges a post. The verdict is given where the post is not clear.
    pub fn judge(&self, post: &Post<'_>, scratch: &mut Scratch) -> Judgement {
        self.judge_with(post, scratch, false)
    }

    /// Judges a post and explains even a clear one. Score and band are those of [`Detector::judge`].
    pub fn judge_and_explain(&self, post: &Post<'_>, scratch: &mut Scratch) -> Judgement {
        self.judge_with(post, scratch, true)
    }

    fn judge_with(&self, post: &Post<'_>, scratch: &mut Scratch, explain: bool) -> Judgement {
        let lang = language_of(post);
        let Look { drug, clearly } = self.look(post, scratch);
        let watches = scratch.seen.evaluate(&self.watches, &post.network);
        let mut judgement = Judgement { watches, lang, score: CLEAN, band: Band::Clear, candidate: false, verdict: None };
        let words = self.model.by_words(&scratch.folded);
        let hopeful = words >= self.model.floor(drug);
        if !hopeful {
            judgement.score = fusion::given_up(words);
        }
        if hopeful || clearly || explain {
            let mut verdict = self.explain(post, lang, words, scratch);
            if !hopeful {
                (verdict.score, verdict.band) = (judgement.score, Band::Clear);
            }
            (judgement.score, judgement.band) = (verdict.score, verdict.band);
            judgement.candidate = clearly || hopeful && verdict.score >= CANDIDATE;
            judgement.verdict = Some(Box::new(verdict));
        }
        judgement
    }

    /// What the models look at in a post, for training.
    pub fn features(&self, post: &Post<'_>, scratch: &mut Scratch) -> Features {
        let lang = language_of(post);
        let Look { drug, .. } = self.look(post, scratch);
        let evidence = self.evidence(post, lang, scratch);
        Features { drug, inputs: fusion::training_inputs(&evidence), ..Features::read(&scratch.folded, &evidence, self.has(Part::Masking)) }
    }

    /// Words of a post that the lexicon does not know and that stand where products stand: with how much more the context says
    /// "sale" once the word is taken for a product. For the miner of new terms; only posts in which no drug is named clearly.
    pub fn stands_for_a_product(&self, post: &Post<'_>, scratch: &mut Scratch) -> Vec<(String, f32)> {
        let lang = language_of(post);
        self.look(post, scratch);
        let mut evidence = self.evidence(post, lang, scratch);
        if self.model.by_words(&scratch.folded) < 0.0 || evidence.products.iter().any(|p| p.grade != Grade::C) {
            return Vec::new();
        }
        let before = self.context(&evidence, scratch);
        let unknown = |word: &vigie_text::Word| {
            let plain = word.flags.any(WordFlags::LETTER) && !word.flags.any(WordFlags::DIGIT | WordFlags::LINK | WordFlags::MENTION);
            plain && word.to - word.from >= 3 && !scratch.hits.iter().any(|hit| hit.start < word.end && word.start < hit.end)
        };
        let words: Vec<_> = scratch.folded.words().iter().filter(|word| unknown(word)).copied().collect();
        let gains = words.into_iter().filter_map(|word| {
            let masked = evidence::ProductFound::supposed(word.start, word.end);
            evidence.products.push(masked);
            let after = self.context(&evidence, scratch);
            evidence.products.pop();
            let written = String::from_utf8_lossy(scratch.folded.word(&word)).into_owned();
            (after > 0.0 && after > before).then_some((written, after - before))
        });
        gains.collect()
    }

    /// What the context view says of a folded text.
    fn context(&self, evidence: &evidence::Evidence, scratch: &mut Scratch) -> f32 {
        let Scratch { folded, masks, outline, .. } = scratch;
        masks.read(evidence);
        outline.read(evidence, masks);
        let nothing = Masks::default();
        self.model.by_context(folded, if self.has(Part::Masking) { masks } else { &nothing }, outline)
    }

    /// The first look at text and tags: notes the words of watches, and says whether some word may name a drug.
    fn look(&self, post: &Post<'_>, scratch: &mut Scratch) -> Look {
        let Scratch { folded, folded_tag, hits, seen, .. } = scratch;
        seen.clear();
        let mut look = Look::default();
        for tag in &post.tags {
            self.fold(tag, folded_tag);
            self.look_at(folded_tag, hits, seen, &mut look);
        }
        self.fold(&post.text, folded);
        self.look_at(folded, hits, seen, &mut look);
        look
    }

    #[inline]
    fn fold(&self, text: &str, folded: &mut Folded) {
        if self.has(Part::Normaliser) { folded.read(text) } else { folded.read_as_written(text) }
    }

    fn look_at(&self, folded: &Folded, hits: &mut Vec<Hit>, seen: &mut Seen, look: &mut Look) {
        scan::scan(&self.triggers, folded, hits);
        // A letter on its own ("C", "g") names nothing in a text without numbers, tags and pictures.
        let telling = || folded.words().iter().any(|w| w.flags.any(WordFlags::DIGIT | WordFlags::HASHTAG | WordFlags::EMOJI | WordFlags::MENTION));
        for hit in hits.iter() {
            match self.entries.get(hit.entry as usize) {
                Some(entry) => {
                    look.drug = look.drug || hit.end - hit.start > 1 || telling();
                    look.clearly |= matches!(entry.meaning, Meaning::Product { class, grade: Grade::A, .. } if class.is_drug());
                }
                None => self.note_watch_word(hit, seen),
            }
        }
    }

    fn note_watch_word(&self, hit: &Hit, seen: &mut Seen) {
        if let Some(word) = (hit.entry as usize).checked_sub(self.entries.len()).and_then(|n| self.watch_words.get(n)) {
            seen.note(*word);
        }
    }

    /// Everything that the lexicon has to say of text and tags; the text is folded already.
    fn find(&self, post: &Post<'_>, scratch: &mut Scratch) {
        let Scratch { folded, folded_tag, hits, tag_hits, .. } = scratch;
        tag_hits.clear();
        for tag in &post.tags {
            self.fold(tag, folded_tag);
            scan::scan(&self.phrases, folded_tag, hits);
            tag_hits.append(hits);
        }
        scan::scan(&self.phrases, folded, hits);
        if self.has(Part::Normaliser) {
            scan::broken(&self.phrases, folded, &post.text, hits);
            scan::misspelt(&self.fuzzy, folded, hits);
        }
    }

    /// Hits of text and tags weighed against one another; contacts and prices are not read yet.
    fn weigh(&self, post: &Post<'_>, lang: Lang, scratch: &Scratch) -> evidence::Evidence {
        let mut evidence = evidence::weigh(&post.text, &scratch.hits, &self.entries, &self.places, lang);
        if !scratch.tag_hits.is_empty() {
            evidence.absorb_tags(&evidence::weigh("", &scratch.tag_hits, &self.entries, &self.places, lang));
        }
        evidence.hashtags = scratch.folded.words().iter().filter(|w| w.flags.any(WordFlags::HASHTAG)).count().max(post.tags.len());
        evidence
    }

    /// The second pass over a folded text: all phrases, contacts, prices.
    fn evidence(&self, post: &Post<'_>, lang: Lang, scratch: &mut Scratch) -> evidence::Evidence {
        self.find(post, scratch);
        let mut evidence = self.weigh(post, lang, scratch);
        scratch.glyphs.read(&post.text);
        let countries = self.countries(&evidence);
        evidence.entities = entities::read(&post.text, &scratch.glyphs, &entities::Setting { lang, countries: &countries });
        evidence.drop_units(&post.text);
        evidence.words = scratch.folded.words().len();
        evidence
    }

    /// Countries of the places that a text names, then of those that the user watches.
    fn countries(&self, evidence: &evidence::Evidence) -> SmallVec<[&str; 8]> {
        let named = evidence.places.iter().filter_map(|(number, ..)| self.places.get(*number as usize)).map(|place| place.country.as_str());
        let mut countries = SmallVec::new();
        for country in named.chain(self.home.iter().map(String::as_str)) {
            if !countries.contains(&country) {
                countries.push(country);
            }
        }
        countries
    }

    fn explain(&self, post: &Post<'_>, lang: Lang, words: f32, scratch: &mut Scratch) -> Verdict {
        let evidence = self.evidence(post, lang, scratch);
        let context = self.context(&evidence, scratch);
        let fused = fusion::fuse(&evidence, &self.model, fusion::Views { words, context }, lang, self.left_out);
        Verdict {
            score: fused.score,
            band: fused.band,
            label: fused.label,
            products: evidence.classes(|p| p.class.is_drug() && (p.grade != Grade::C || fused.band != Band::Clear)),
            components: evidence.components(),
            places: self.place_names(&evidence),
            contacts: evidence.entities.contacts,
            prices: evidence.entities.prices,
            reasons: fused.reasons,
            rules: Vec::new(),
            pictures: Vec::new(),
            versions: Arc::clone(&self.versions),
        }
    }

    fn place_names(&self, evidence: &evidence::Evidence) -> Vec<String> {
        let mut names: Vec<String> =
            evidence.places.iter().filter_map(|(number, ..)| self.places.get(*number as usize)).map(|place| place.name.clone()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// Adds a folded phrase, and its plural where the last word is long enough.
fn add_phrase(phrases: &mut Phrases, folded: &str, number: u32, plural: bool) {
    if folded.is_empty() {
        return;
    }
    phrases.add(folded.split(' ').map(str::as_bytes), number);
    let last = folded.rsplit(' ').next().unwrap_or_default();
    if plural && last.len() >= 4 && last.is_ascii() && !last.ends_with('s') {
        phrases.add(format!("{folded}s").split(' ').map(str::as_bytes), number);
    }
}

/// The declared language of a post, or the one that its text seems to be in.
fn language_of(post: &Post<'_>) -> Lang {
    post.lang.filter(|lang| *lang != Lang::UNKNOWN).unwrap_or_else(|| language(&post.text))
}

/// The language that a text seems to be in; unknown for texts of fewer than 20 letters.
#[must_use]
pub fn language(text: &str) -> Lang {
    if text.chars().filter(|c| c.is_alphabetic()).take(20).count() < 20 {
        return Lang::UNKNOWN;
    }
    Lang::parse(match whichlang::detect_language(text) {
        whichlang::Lang::Fra => "fr",
        whichlang::Lang::Eng => "en",
        whichlang::Lang::Spa => "es",
        whichlang::Lang::Ita => "it",
        whichlang::Lang::Deu => "de",
        whichlang::Lang::Nld => "nl",
        whichlang::Lang::Por => "pt",
        whichlang::Lang::Ara => "ar",
        whichlang::Lang::Rus => "ru",
        whichlang::Lang::Tur => "tr",
        whichlang::Lang::Jpn => "ja",
        whichlang::Lang::Kor => "ko",
        whichlang::Lang::Cmn => "zh",
        whichlang::Lang::Hin => "hi",
        whichlang::Lang::Swe => "sv",
        whichlang::Lang::Vie => "vi",
    })
}

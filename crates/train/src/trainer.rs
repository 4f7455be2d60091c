//! From labelled texts to a model.

use vigie_detect::{
    Detector, Features, Scratch,
    model::{BUCKETS, CONTEXT_INPUTS, INPUTS, LANGUAGES, Model, PRODUCT_INPUT, Part, View, WORDS_INPUTS},
};
use vigie_model::Post;

use crate::{
    Example,
    disguise::{disguised, with_picture},
    logistic::{Dense, Hashed, Row, Settings, Sparse},
};

/// The share of adverts that scores are calibrated for: that of a keyword's stream with a problem ("Toulouse").
pub const PREVALENCE: f32 = 0.10;

const FOLDS: u64 = 5;

/// Of the adverts that reach the models, the share that a floor may cost: where no drug is named at first sight, and where one is.
const FLOOR_COSTS: [f32; 2] = [0.06, 0.01];

/// What training saw, for the model card.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// Texts learnt from.
    pub examples: usize,
    /// Adverts among them.
    pub adverts: usize,
    /// Adverts that reach the fusion.
    pub adverts_candidates: usize,
    /// Other texts that do.
    pub others_candidates: usize,
    /// (score, is an advert, weight, number of the example) of each text, by models that had not seen it.
    pub held_out: Vec<(f32, bool, f32, usize)>,
}

/// A text, read.
struct Read {
    features: Features,
    slot: usize,
    fold: u64,
    advert: bool,
    weight: f32,
}

/// Trains a model. The detector must have been made with [`Model::blank`].
#[must_use]
pub fn train(detector: &Detector, examples: &[Example], seed: u64) -> (Model, Report) {
    let folds = folds(examples);
    let read = read(detector, examples, &folds);
    let copies = copies(detector, examples, &folds, seed);
    let views = held_out(&read, &copies, seed);
    let left_out = detector.left_out();
    let floors = match left_out {
        Some(Part::Words) => [f32::NEG_INFINITY; 2],
        _ => [floor(&read, &views, false), floor(&read, &views, true)],
    };
    let mut rows = rows(&read, &views, floors);
    if let Some(part) = left_out {
        rows.iter_mut().for_each(|row| part.leave_out(&mut row.inputs));
    }
    let fusion = Dense::train(&start(), &rows, 3000, 0.05, 2e-4);
    let (words, context) = (train_words(&read, &copies, None, seed), train_context(&read, &copies, None, seed));
    let [words_view, letters_view] = rounded(words);
    let [context_view, outline_view] = rounded(context);
    let model = Model {
        words: words_view,
        letters: letters_view,
        context: context_view,
        outline: outline_view,
        fusion: fusion.weights,
        biases: fusion.biases,
        floors,
        ..Model::blank()
    };
    (model, report(&read, &views, &fusion, floors))
}

/// Texts side by side in a file that go into one fold.
const BLOCK: u64 = 10;
/// Texts that count less than this were not written for training.
const WRITTEN: f32 = 0.5;

/// The fold of each text. Texts that were written as pairs stand side by side in their file and differ in one fact: they stay in
/// one fold, else a view would have learnt the opposite from the twin. Others go by what they are alike in.
fn folds(examples: &[Example]) -> Vec<u64> {
    let key = |(index, example): (u64, &Example)| if example.weight >= WRITTEN { index / BLOCK } else { example.group() };
    (0..).zip(examples).map(|example| key(example) % FOLDS).collect()
}

fn read(detector: &Detector, examples: &[Example], folds: &[u64]) -> Vec<Read> {
    let mut scratch = Scratch::default();
    examples
        .iter()
        .zip(folds)
        .map(|(example, &fold)| {
            let mut post = Post::new("train", "0", example.text.as_str());
            post.lang = Some(example.lang);
            Read {
                features: detector.features(&post, &mut scratch),
                slot: LANGUAGES.iter().position(|name| *name == example.lang.as_str()).unwrap_or(LANGUAGES.len()),
                fold,
                advert: example.advert,
                weight: example.weight,
            }
        })
        .collect()
}

/// How much a disguised copy counts beside its original.
const COPY_WEIGHT: f32 = 0.4;

/// A disguised copy of each text that counts in full, and ordinary posts with a picture that sellers use too; in the folds of
/// their originals.
fn copies(detector: &Detector, examples: &[Example], folds: &[u64], seed: u64) -> Vec<Read> {
    let full = |(example, _): &(&Example, &u64)| example.weight >= WRITTEN;
    let ordinary = |(example, _): &(&Example, &u64)| example.weight < 1.0 && !example.advert && example.group() % 8 < 2;
    let originals = || examples.iter().zip(folds);
    let copy = |original: &Example, text, weight| Example { text, weight: original.weight * weight, ..original.clone() };
    let disguised = originals().filter(full).zip(seed..).map(|((original, &fold), seed)| (copy(original, disguised(&original.text, seed), COPY_WEIGHT), fold));
    let pictured = originals().filter(ordinary).zip(seed..).map(|((original, &fold), seed)| (copy(original, with_picture(&original.text, seed), 1.0), fold));
    let (copies, folds): (Vec<_>, Vec<_>) = disguised.chain(pictured).unzip();
    read(detector, &copies, &folds)
}

/// Whether a text reaches the fusion: its words say enough.
fn is_candidate(read: &Read, (words, _): (f32, f32), [quiet, named]: [f32; 2]) -> bool {
    words >= if read.features.drug { named } else { quiet }
}

const WORDS: Settings = Settings { epochs: 12, rate: 0.12, shrink: 2e-3, seed: 0 };
const CONTEXT: Settings = Settings { epochs: 10, rate: 0.12, shrink: 3e-3, seed: 0 };

fn train_words(read: &[Read], copies: &[Read], without: Option<u64>, seed: u64) -> Hashed<2> {
    let examples: Vec<_> = read
        .iter()
        .chain(copies)
        .filter(|r| Some(r.fold) != without)
        .map(|r| Sparse { features: [&r.features.words, &r.features.letters], positive: r.advert, weight: r.weight })
        .collect();
    Hashed::train(BUCKETS, &examples, Settings { seed, ..WORDS })
}

fn train_context(read: &[Read], copies: &[Read], without: Option<u64>, seed: u64) -> Hashed<2> {
    let examples: Vec<_> = read
        .iter()
        .chain(copies)
        .filter(|r| Some(r.fold) != without)
        .map(|r| Sparse { features: [&r.features.context, &r.features.outline], positive: r.advert, weight: r.weight })
        .collect();
    Hashed::train(BUCKETS, &examples, Settings { seed, ..CONTEXT })
}

/// What views that had not seen a text say of it: (words, context).
fn held_out(read: &[Read], copies: &[Read], seed: u64) -> Vec<(f32, f32)> {
    let mut out = vec![(0.0, 0.0); read.len()];
    for fold in 0..FOLDS {
        let (words, context) = (train_words(read, copies, Some(fold), seed), train_context(read, copies, Some(fold), seed));
        for (slot, r) in out.iter_mut().zip(read).filter(|(_, r)| r.fold == fold) {
            *slot = (words.log_odds([&r.features.words, &r.features.letters]), context.log_odds([&r.features.context, &r.features.outline]));
        }
    }
    out
}

/// Others there are for each advert at least: where fewer were gathered (Dutch), easy ones are missing, which all fall below the floors.
const OTHERS_AT_LEAST: f32 = 5.0;

/// The rows of the fusion: candidates, weighted so that adverts are [`PREVALENCE`] of all texts in each language.
fn rows(read: &[Read], views: &[(f32, f32)], floors: [f32; 2]) -> Vec<Row<INPUTS>> {
    let mass = |slot: usize, advert: bool| -> f32 { read.iter().filter(|r| r.slot == slot && r.advert == advert).map(|r| r.weight).sum() };
    let masses: Vec<[f32; 2]> = (0..=LANGUAGES.len())
        .map(|slot| {
            let adverts = mass(slot, true);
            [mass(slot, false).max(OTHERS_AT_LEAST * adverts), adverts]
        })
        .collect();
    let candidates = read.iter().zip(views).filter(|(r, views)| is_candidate(r, **views, floors));
    candidates
        .map(|(r, &views)| {
            let [others, adverts] = masses.get(r.slot).copied().unwrap_or([1.0, 1.0]);
            let (share, of) = if r.advert { (PREVALENCE, adverts) } else { (1.0 - PREVALENCE, others) };
            let weight = r.weight * share * (others + adverts) / of.max(1.0);
            Row { inputs: with_views(&r.features.inputs, views), slot: r.slot, positive: r.advert, weight }
        })
        .collect()
}

/// Fills in what the views say, and its products with "code word" (input 5) and "no drug named" (input 6).
fn with_views(inputs: &[f32; INPUTS], (words, context): (f32, f32)) -> [f32; INPUTS] {
    let mut out = *inputs;
    let (code, none) = (inputs.get(5).copied().unwrap_or(0.0), inputs.get(6).copied().unwrap_or(0.0));
    for (places, view) in [(WORDS_INPUTS, words), (CONTEXT_INPUTS, context)] {
        for (place, factor) in places.into_iter().zip([1.0, code, none]) {
            if let Some(input) = out.get_mut(place) {
                *input = view * factor;
            }
        }
    }
    if let Some(input) = out.get_mut(PRODUCT_INPUT) {
        *input = words * context.clamp(-4.0, 4.0) / 4.0;
    }
    out
}

/// What is known before training: the rules' sum and both views count.
fn start() -> Dense<INPUTS, { LANGUAGES.len() + 1 }> {
    let mut weights = [0.0; INPUTS];
    for (place, weight) in [(0, 1.5), (1, 0.6), (2, 0.4)] {
        if let Some(slot) = weights.get_mut(place) {
            *slot = weight;
        }
    }
    Dense { weights, biases: [-1.5; LANGUAGES.len() + 1] }
}

/// The floor of the words view for texts in which a drug is named at first sight or not.
fn floor(read: &[Read], views: &[(f32, f32)], drug: bool) -> f32 {
    let mut adverts: Vec<f32> = read.iter().zip(views).filter(|(r, _)| r.advert && r.features.drug == drug).map(|(_, views)| views.0).collect();
    adverts.sort_by(f32::total_cmp);
    let [quiet, named] = FLOOR_COSTS;
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a number of texts")]
    let below = (adverts.len() as f32 * if drug { named } else { quiet }) as usize;
    adverts.get(below).copied().unwrap_or(f32::NEG_INFINITY)
}

/// Rounds weights to bytes. The bias goes with the first view.
fn rounded<const GROUPS: usize>(hashed: Hashed<GROUPS>) -> [View; GROUPS] {
    let mut bias = hashed.bias;
    hashed.weights.map(|weights| {
        let largest = weights.iter().fold(1e-6f32, |most, weight| most.max(weight.abs()));
        let step = largest / 127.0;
        #[expect(clippy::cast_possible_truncation, reason = "within ±127 by the choice of the step")]
        let weights = weights.iter().map(|weight| (weight / step).round() as i8).collect();
        View { step, bias: std::mem::take(&mut bias), weights }
    })
}

fn report(read: &[Read], views: &[(f32, f32)], fusion: &Dense<INPUTS, { LANGUAGES.len() + 1 }>, floors: [f32; 2]) -> Report {
    let candidates = |advert: bool| read.iter().zip(views).filter(|(r, views)| r.advert == advert && is_candidate(r, **views, floors)).count();
    let score = |r: &Read, views: (f32, f32)| {
        let log_odds = fusion.log_odds(&with_views(&r.features.inputs, views), r.slot);
        if is_candidate(r, views, floors) { 1.0 / (1.0 + (-log_odds).exp()) } else { 0.0 }
    };
    Report {
        examples: read.len(),
        adverts: read.iter().filter(|r| r.advert).count(),
        adverts_candidates: candidates(true),
        others_candidates: candidates(false),
        held_out: read.iter().zip(views).enumerate().map(|(n, (r, &views))| (score(r, views), r.advert, r.weight, n)).collect(),
    }
}

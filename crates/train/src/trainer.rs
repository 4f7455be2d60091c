//! From labelled texts to a model.

use vigie_detect::{
    Detector, Features, Scratch,
    model::{BUCKETS, CONTEXT_INPUTS, INPUTS, LANGUAGES, Model, PRODUCT_INPUT, View, WORDS_INPUTS},
};
use vigie_model::Post;

use crate::{
    Example,
    logistic::{Dense, Hashed, Row, Settings, Sparse},
};

/// The share of adverts that scores are calibrated for: that of a keyword's stream with a problem ("Toulouse").
pub const PREVALENCE: f32 = 0.10;

const FOLDS: u64 = 5;

/// Of the adverts that reach the models, the share that a floor may cost: where no drug is named at first sight, and where one is.
const FLOOR_COSTS: [f32; 2] = [0.03, 0.004];

/// What training saw, for the model card.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// Texts learnt from.
    pub examples: usize,
    /// Adverts among them.
    pub adverts: usize,
    /// Adverts that reach the models at all.
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
    let read = read(detector, examples);
    let views = held_out(&read, seed);
    let rows = rows(&read, &views);
    let fusion = Dense::train(start(), &rows, 3000, 0.05, 2e-4);
    let (words, context) = (train_words(&read, None, seed), train_context(&read, None, seed));
    let [words_view, letters_view] = rounded(words);
    let [context_view, outline_view] = rounded(context);
    let mut model = Model {
        words: words_view,
        letters: letters_view,
        context: context_view,
        outline: outline_view,
        fusion: fusion.weights,
        biases: fusion.biases,
        ..Model::blank()
    };
    model.floors = [floor(&read, &views, false), floor(&read, &views, true)];
    let report = report(&read, &views, &fusion, model.floors);
    (model, report)
}

fn read(detector: &Detector, examples: &[Example]) -> Vec<Read> {
    let mut scratch = Scratch::default();
    examples
        .iter()
        .map(|example| {
            let mut post = Post::new("train", "0", example.text.as_str());
            post.lang = Some(example.lang);
            Read {
                features: detector.features(&post, &mut scratch),
                slot: LANGUAGES.iter().position(|name| *name == example.lang.as_str()).unwrap_or(LANGUAGES.len()),
                fold: example.group() % FOLDS,
                advert: example.advert,
                weight: example.weight,
            }
        })
        .collect()
}

/// Whether a text reaches the models.
fn is_candidate(read: &Read) -> bool {
    read.features.drug || read.features.cue
}

const WORDS: Settings = Settings { epochs: 12, rate: 0.12, shrink: 2e-3, seed: 0 };
const CONTEXT: Settings = Settings { epochs: 10, rate: 0.12, shrink: 3e-3, seed: 0 };

/// Texts that never reach the models teach them little.
fn weight(read: &Read) -> f32 {
    if is_candidate(read) { read.weight } else { 0.3 * read.weight }
}

fn train_words(read: &[Read], without: Option<u64>, seed: u64) -> Hashed<2> {
    let examples: Vec<_> = read
        .iter()
        .filter(|r| Some(r.fold) != without)
        .map(|r| Sparse { features: [&r.features.words, &r.features.letters], positive: r.advert, weight: weight(r) })
        .collect();
    Hashed::train(BUCKETS, &examples, Settings { seed, ..WORDS })
}

fn train_context(read: &[Read], without: Option<u64>, seed: u64) -> Hashed<2> {
    let examples: Vec<_> = read
        .iter()
        .filter(|r| Some(r.fold) != without)
        .map(|r| Sparse { features: [&r.features.context, &r.features.outline], positive: r.advert, weight: weight(r) })
        .collect();
    Hashed::train(BUCKETS, &examples, Settings { seed, ..CONTEXT })
}

/// What views that had not seen a text say of it: (words, context).
fn held_out(read: &[Read], seed: u64) -> Vec<(f32, f32)> {
    let mut out = vec![(0.0, 0.0); read.len()];
    for fold in 0..FOLDS {
        let (words, context) = (train_words(read, Some(fold), seed), train_context(read, Some(fold), seed));
        for (slot, r) in out.iter_mut().zip(read).filter(|(_, r)| r.fold == fold) {
            *slot = (words.log_odds([&r.features.words, &r.features.letters]), context.log_odds([&r.features.context, &r.features.outline]));
        }
    }
    out
}

/// The rows of the fusion: candidates, weighted so that adverts are [`PREVALENCE`] of them in each language.
fn rows(read: &[Read], views: &[(f32, f32)]) -> Vec<Row<INPUTS>> {
    let candidates = || read.iter().zip(views).filter(|(r, _)| is_candidate(r));
    let mass = |slot: usize, advert: bool| -> f32 { candidates().filter(|(r, _)| r.slot == slot && r.advert == advert).map(|(r, _)| r.weight).sum() };
    let masses: Vec<[f32; 2]> = (0..=LANGUAGES.len()).map(|slot| [mass(slot, false), mass(slot, true)]).collect();
    candidates()
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
    let reaches = |r: &Read| r.features.drug == drug && is_candidate(r) && r.advert;
    let mut adverts: Vec<f32> = read.iter().zip(views).filter(|(r, _)| reaches(r)).map(|(_, views)| views.0).collect();
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

fn report(read: &[Read], views: &[(f32, f32)], fusion: &Dense<INPUTS, { LANGUAGES.len() + 1 }>, [quiet, named]: [f32; 2]) -> Report {
    let count = |accept: fn(&Read) -> bool| read.iter().filter(|r| accept(r)).count();
    let score = |r: &Read, views: (f32, f32)| {
        let log_odds = fusion.log_odds(&with_views(&r.features.inputs, views), r.slot);
        if is_candidate(r) && views.0 >= if r.features.drug { named } else { quiet } { 1.0 / (1.0 + (-log_odds).exp()) } else { 0.0 }
    };
    Report {
        examples: read.len(),
        adverts: count(|r| r.advert),
        adverts_candidates: count(|r| r.advert && is_candidate(r)),
        others_candidates: count(|r| !r.advert && is_candidate(r)),
        held_out: read.iter().zip(views).enumerate().map(|(n, (r, &views))| (score(r, views), r.advert, r.weight, n)).collect(),
    }
}

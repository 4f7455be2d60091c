//! The trained models: the words view, the context view, and how they are fused with the rules.
//!
//! Weights lie in one checksummed file, `models/detector.bin`, made by `vigie model train` (see `models/README.md`).
//! Each view is a logistic regression over hashed features; sums are divided by the root of their number, so that long texts
//! weigh no more than short ones. The fusion is a logistic regression over both views, the rules' sum and the structure.

mod features;

use std::fmt;

use sha2::{Digest, Sha256};
use vigie_model::Lang;
use vigie_text::Folded;

pub use features::BUCKETS;
pub(crate) use features::{Masks, Outline};

use crate::evidence::Evidence;

/// Number of inputs of the fusion.
pub const INPUTS: usize = 140;

/// Languages that have a calibration of their own; all others share the last one.
pub const LANGUAGES: [&str; 6] = ["fr", "en", "es", "it", "de", "nl"];

/// Which inputs of the fusion come from the words view: what it says, and that times "only a code word" and "no drug named".
pub const WORDS_INPUTS: [usize; 3] = [1, 27, 28];
/// The same for the context view.
pub const CONTEXT_INPUTS: [usize; 3] = [2, 25, 26];

/// The input that is the product of both views.
pub const PRODUCT_INPUT: usize = 35;

/// A part of the detector that can be left out, to see what it brings (`vigie model ablate`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The rules' sum of log-odds.
    Rules,
    /// The words view, and with it the first look that spares ordinary posts.
    Words,
    /// The context view.
    Context,
    /// All other inputs: components, price list, contact, tags, pictures.
    Structure,
    /// That the context view does not see products, contacts, prices and places.
    Masking,
    /// That disguises are undone: case and accents, look-alikes, leet, spaced, stretched, broken and misspelt words, hashtags.
    Normaliser,
}

impl Part {
    /// Every part.
    pub const ALL: [Self; 6] = [Self::Rules, Self::Words, Self::Context, Self::Structure, Self::Masking, Self::Normaliser];

    /// Empties the inputs of the fusion that come from this part.
    pub fn leave_out(self, inputs: &mut [f32; INPUTS]) {
        let rules = |n: usize| n == 0;
        let words = |n: usize| WORDS_INPUTS.contains(&n) || n == PRODUCT_INPUT;
        let context = |n: usize| CONTEXT_INPUTS.contains(&n) || n == PRODUCT_INPUT;
        let out = |n: usize| match self {
            Self::Rules => rules(n),
            Self::Words => words(n),
            Self::Context => context(n),
            Self::Structure => !rules(n) && !words(n) && !context(n),
            Self::Masking | Self::Normaliser => false,
        };
        inputs.iter_mut().enumerate().filter(|(n, _)| out(*n)).for_each(|(_, input)| *input = 0.0);
    }
}

const MAGIC: &[u8; 8] = b"vigie-m5";

/// Why bytes are not a model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// Another file, or a version of this program that it is not made for.
    #[error("not a model of this version of vigie: make one with `vigie model train`")]
    Format,
    /// The checksum at the end does not hold.
    #[error("the model is damaged: its checksum does not hold")]
    Damaged,
}

/// A logistic regression over hashed features, its weights rounded to bytes.
#[derive(Clone, PartialEq)]
pub struct View {
    /// Log-odds of a step of a weight.
    pub step: f32,
    /// Log-odds of no feature at all.
    pub bias: f32,
    /// A weight for each bucket, in steps.
    pub weights: Vec<i8>,
}

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("View").field("step", &self.step).field("bias", &self.bias).finish_non_exhaustive()
    }
}

impl View {
    #[inline]
    fn weight(&self, bucket: u32) -> i32 {
        self.weights.get(bucket as usize).copied().map_or(0, i32::from)
    }

    fn log_odds(&self, sum: Sum) -> f32 {
        self.step * sum.scaled()
    }
}

/// Weights under way: their sum and number.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    steps: i32,
    count: u32,
}

impl Sum {
    #[inline]
    fn add(&mut self, steps: i32) {
        self.steps += steps;
        self.count += 1;
    }

    #[expect(clippy::cast_precision_loss, reason = "sums of small numbers")]
    fn scaled(self) -> f32 {
        self.steps as f32 / (self.count.max(1) as f32).sqrt()
    }
}

/// The trained weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Over words and pairs as they stand.
    pub words: View,
    /// Over runs of four letters.
    pub letters: View,
    /// Over words, pairs and triples with the product masked.
    pub context: View,
    /// Over the outline: signs, their pairs and triples.
    pub outline: View,
    /// Weights of the fusion.
    pub fusion: [f32; INPUTS],
    /// Bias of the fusion for each of [`LANGUAGES`], and for all others.
    pub biases: [f32; LANGUAGES.len() + 1],
    /// Texts whose words say less than this are clear and nothing else is asked: where no drug is named at first sight, and where one is.
    pub floors: [f32; 2],
    /// First 16 hexadecimal digits of the SHA-256 of the file.
    pub version: String,
}

impl Model {
    /// The model that was compiled into the program.
    ///
    /// # Errors
    /// [`ModelError`]: impossible for a release, since a test loads it.
    pub fn embedded() -> Result<Self, ModelError> {
        Self::from_bytes(include_bytes!("../../../../models/detector.bin"))
    }

    /// A model that knows nothing: the rules decide alone. For training, which begins with it.
    #[must_use]
    pub fn blank() -> Self {
        let view = || View { step: 0.0, bias: 0.0, weights: vec![0; BUCKETS] };
        let mut fusion = [0.0; INPUTS];
        if let Some(rules) = fusion.first_mut() {
            *rules = RULES_SCALE;
        }
        Self {
            words: view(),
            letters: view(),
            context: view(),
            outline: view(),
            fusion,
            biases: [0.0; LANGUAGES.len() + 1],
            floors: [f32::NEG_INFINITY; 2],
            version: "blank".to_owned(),
        }
    }

    /// What a text's words have to say at least for it to be looked at closely.
    #[inline]
    pub(crate) fn floor(&self, drug_named: bool) -> f32 {
        let [quiet, named] = self.floors;
        if drug_named { named } else { quiet }
    }

    /// Log-odds of a text by its words and letters.
    #[inline]
    pub(crate) fn by_words(&self, folded: &Folded) -> f32 {
        let (mut words, mut letters) = (Sum::default(), Sum::default());
        features::words(folded, |bucket| words.add(self.words.weight(bucket)), |bucket| letters.add(self.letters.weight(bucket)));
        self.words.bias + self.words.log_odds(words) + self.letters.log_odds(letters)
    }

    /// Log-odds of a text by what surrounds its products.
    pub(crate) fn by_context(&self, folded: &Folded, masks: &Masks, outline: &Outline) -> f32 {
        let (mut context, mut signs) = (Sum::default(), Sum::default());
        features::context(folded, masks, |bucket| context.add(self.context.weight(bucket)));
        features::outline(outline, |bucket| signs.add(self.outline.weight(bucket)));
        self.context.bias + self.context.log_odds(context) + self.outline.log_odds(signs)
    }

    /// What each word of a text adds to the words view, in log-odds: itself, its pair with the word before, its letters.
    #[must_use]
    pub fn word_by_word(&self, text: &str) -> Vec<(String, f32)> {
        let mut folded = Folded::default();
        folded.read(text);
        let mut before = 0.0;
        (0..folded.words().len())
            .filter_map(|last| {
                let word = folded.words().get(last)?;
                let mut part = Folded::default();
                part.read(text.get(..word.end as usize)?);
                let whole = self.by_words(&part);
                let weight = whole - std::mem::replace(&mut before, whole);
                Some((text.get(word.start as usize..word.end as usize)?.to_owned(), weight))
            })
            .collect()
    }

    /// The weight that the fusion gives an input.
    pub(crate) fn weight(&self, input: usize) -> f32 {
        self.fusion.get(input).copied().unwrap_or(0.0)
    }

    /// Bias of a language.
    pub(crate) fn bias(&self, lang: Lang) -> f32 {
        let slot = LANGUAGES.iter().position(|name| *name == lang.as_str()).unwrap_or(LANGUAGES.len());
        self.biases.get(slot).copied().unwrap_or(0.0)
    }

    /// The stored form: magic, views, fusion, biases, floors, SHA-256 of all before. Numbers are little endian.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        for view in [&self.words, &self.letters, &self.context, &self.outline] {
            out.extend(view.step.to_le_bytes());
            out.extend(view.bias.to_le_bytes());
            out.extend(view.weights.iter().map(|weight| weight.cast_unsigned()));
        }
        for number in self.fusion.iter().chain(&self.biases).chain(&self.floors) {
            out.extend(number.to_le_bytes());
        }
        out.extend(Sha256::digest(&out));
        out
    }

    /// Reads the stored form.
    ///
    /// # Errors
    /// [`ModelError`] for anything that [`Model::to_bytes`] has not written.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ModelError> {
        let (body, checksum) = bytes.split_last_chunk::<32>().ok_or(ModelError::Format)?;
        let mut rest = body.strip_prefix(MAGIC).ok_or(ModelError::Format)?;
        if Sha256::digest(body).as_slice() != checksum {
            return Err(ModelError::Damaged);
        }
        let words = view(&mut rest)?;
        let letters = view(&mut rest)?;
        let context = view(&mut rest)?;
        let outline = view(&mut rest)?;
        let mut numbers = || number(&mut rest);
        let mut model =
            Self { words, letters, context, outline, fusion: [0.0; INPUTS], biases: [0.0; LANGUAGES.len() + 1], floors: [0.0; 2], version: hex(checksum) };
        for slot in model.fusion.iter_mut().chain(&mut model.biases).chain(&mut model.floors) {
            *slot = numbers()?;
        }
        if rest.is_empty() { Ok(model) } else { Err(ModelError::Format) }
    }
}

/// What the rules' sum is divided by as an input of the fusion.
pub(crate) const RULES_SCALE: f32 = 4.0;

fn number(rest: &mut &[u8]) -> Result<f32, ModelError> {
    let (bytes, after) = rest.split_first_chunk().ok_or(ModelError::Format)?;
    *rest = after;
    Some(f32::from_le_bytes(*bytes)).filter(|number| !number.is_nan()).ok_or(ModelError::Format)
}

fn view(rest: &mut &[u8]) -> Result<View, ModelError> {
    let (step, bias) = (number(rest)?, number(rest)?);
    let (weights, after) = rest.split_at_checked(BUCKETS).ok_or(ModelError::Format)?;
    *rest = after;
    Ok(View { step, bias, weights: weights.iter().map(|byte| byte.cast_signed()).collect() })
}

fn hex(checksum: &[u8]) -> String {
    checksum.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// A text as the models see it, for training.
#[derive(Debug, Clone)]
pub struct Features {
    /// Buckets of words and pairs.
    pub words: Vec<u32>,
    /// Buckets of runs of letters.
    pub letters: Vec<u32>,
    /// Buckets of the masked words, pairs and triples.
    pub context: Vec<u32>,
    /// Buckets of the outline.
    pub outline: Vec<u32>,
    /// Inputs of the fusion; those of the views are left 0.
    pub inputs: [f32; INPUTS],
    /// Whether the first look sees a name of a drug.
    pub drug: bool,
}

impl Features {
    pub(crate) fn read(folded: &Folded, evidence: &Evidence, masked: bool) -> Self {
        let mut out = Self { words: Vec::new(), letters: Vec::new(), context: Vec::new(), outline: Vec::new(), inputs: [0.0; INPUTS], drug: false };
        let Self { words, letters, context, .. } = &mut out;
        features::words(folded, |bucket| words.push(bucket), |bucket| letters.push(bucket));
        let (mut masks, nothing) = (Masks::default(), Masks::default());
        masks.read(evidence);
        features::context(folded, if masked { &masks } else { &nothing }, |bucket| context.push(bucket));
        let mut signs = Outline::default();
        signs.read(evidence, &masks);
        features::outline(&signs, |bucket| out.outline.push(bucket));
        out
    }
}

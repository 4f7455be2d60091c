//! Labelled posts, and what a scorer says of them.

use std::borrow::Cow;

use vigie_model::{Band, Label, Lang, Post, Product, Timestamp, Verdict};

/// A post whose label is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The id that the data set gives it.
    pub id: Option<String>,
    /// The text.
    pub text: String,
    /// Language of the text.
    pub lang: Lang,
    /// What a person, or the maker of the data set, says that it is.
    pub label: Label,
    /// What it offers, where the data say so.
    pub products: Vec<Product>,
    /// Who posted: keeps the posts of an account together, and is never printed.
    pub author: Option<String>,
    /// When it was posted.
    pub time: Option<Timestamp>,
    /// The network.
    pub network: Option<String>,
    /// Where it comes from within the data set.
    pub source: Option<String>,
    /// Functional class of a suite: "advert_menu", "lookalike_news".
    pub class: Option<String>,
    /// Links the cases of a minimal pair.
    pub pair: Option<String>,
    /// How its words were disguised.
    pub obfuscation: Option<String>,
}

/// What a label means for the question "does its author offer a drug?".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// Yes.
    Advert,
    /// No.
    Other,
    /// People would disagree, or nobody knows: counted, and left out of every figure.
    Undecided,
}

impl Sample {
    /// A sample with nothing but text, language and label.
    #[must_use]
    pub fn new(text: impl Into<String>, lang: Lang, label: Label) -> Self {
        Self {
            id: None,
            text: text.into(),
            lang,
            label,
            products: Vec::new(),
            author: None,
            time: None,
            network: None,
            source: None,
            class: None,
            pair: None,
            obfuscation: None,
        }
    }

    /// Whether it is an advert. Suspected fraud counts as one: it offers a drug, whoever delivers.
    #[must_use]
    pub fn truth(&self) -> Truth {
        match self.label {
            Label::Advert | Label::SuspectedScamSeller => Truth::Advert,
            Label::Ambiguous | Label::NotReviewable => Truth::Undecided,
            _ => Truth::Other,
        }
    }

    /// The language that figures are given by: a machine's translation says nothing about a language as people write it.
    #[must_use]
    pub fn language(&self) -> Cow<'_, str> {
        if self.source.as_deref().is_some_and(|source| source.contains("machine_translated")) {
            return format!("{} (machine-translated)", self.lang).into();
        }
        self.lang.as_str().into()
    }

    /// The post that a scorer sees: text, language and network; not the label.
    #[must_use]
    pub fn post(&self) -> Post<'_> {
        let mut post = Post::new(self.network.as_deref().unwrap_or("unknown"), self.id.as_deref().unwrap_or("sample"), self.text.as_str());
        post.lang = Some(self.lang).filter(|lang| *lang != Lang::UNKNOWN);
        post
    }
}

/// What a scorer says of a post.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Between 0 and 1; larger is more likely an advert.
    pub score: f64,
    /// Only `advert` counts as found.
    pub band: Band,
    /// Product classes.
    pub products: Vec<Product>,
}

impl From<&Verdict> for Answer {
    fn from(verdict: &Verdict) -> Self {
        Self { score: f64::from(verdict.score), band: verdict.band, products: verdict.products.clone() }
    }
}

/// Something that judges posts: the detector, the detector with a part switched off, a baseline.
pub struct Scorer<'a> {
    /// Shown in tables.
    pub name: String,
    judge: Box<dyn Fn(&Post<'_>) -> Answer + 'a>,
}

impl std::fmt::Debug for Scorer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Scorer({})", self.name)
    }
}

impl<'a> Scorer<'a> {
    /// Takes any function that judges a post.
    #[must_use]
    pub fn new(name: impl Into<String>, judge: impl Fn(&Post<'_>) -> Answer + 'a) -> Self {
        Self { name: name.into(), judge: Box::new(judge) }
    }

    /// The answer for one post.
    #[must_use]
    pub fn judge(&self, post: &Post<'_>) -> Answer {
        (self.judge)(post)
    }

    /// The answers for all samples, in their order.
    #[must_use]
    pub fn judge_all(&self, samples: &[Sample]) -> Vec<Answer> {
        samples.iter().map(|sample| self.judge(&sample.post())).collect()
    }
}

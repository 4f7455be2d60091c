//! What the detector says of a post.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{ComponentKind, Label, PictureFinding, Product};

/// Where a score stands between the two thresholds of the detector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Band {
    /// Not an advert, as far as the detector can tell.
    Clear,
    /// A person should look.
    Review,
    /// An advert; a person confirms before anything leaves.
    Advert,
}

impl Band {
    /// The band as it is written in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Review => "review",
            Self::Advert => "advert",
        }
    }
}

/// One component of an advert, on byte offsets of the original text (`start..end`, on character boundaries).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Component {
    /// Which component.
    pub kind: ComponentKind,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// The kinds of contact that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names of the services say it")]
pub enum ContactKind {
    Phone,
    Snapchat,
    Telegram,
    Whatsapp,
    Instagram,
    Signal,
    Threema,
    Wickr,
    Session,
    Discord,
    X,
    Email,
    Wallet,
    /// An alias that money is sent to: `paypal:…`, `revolut:…`, `cashapp:…`, an IBAN with a valid checksum.
    Payment,
    /// The code of a prepaid voucher: `transcash:…`, `paysafecard:…`.
    Voucher,
    /// A link of a shortening service: where it leads cannot be seen.
    Shortlink,
    /// A page that lists an account's other links ("link in bio").
    Linkpage,
    Url,
}

impl ContactKind {
    /// The kind as it is written in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Snapchat => "snapchat",
            Self::Telegram => "telegram",
            Self::Whatsapp => "whatsapp",
            Self::Instagram => "instagram",
            Self::Signal => "signal",
            Self::Threema => "threema",
            Self::Wickr => "wickr",
            Self::Session => "session",
            Self::Discord => "discord",
            Self::X => "x",
            Self::Email => "email",
            Self::Wallet => "wallet",
            Self::Payment => "payment",
            Self::Voucher => "voucher",
            Self::Shortlink => "shortlink",
            Self::Linkpage => "linkpage",
            Self::Url => "url",
        }
    }
}

impl ContactKind {
    /// Whether it names a person's account: other links may lead anywhere.
    #[must_use]
    pub fn is_account(self) -> bool {
        !matches!(self, Self::Url | Self::Shortlink | Self::Linkpage)
    }
}

/// A way to reach the author that the text gives, normalised: phones in E.164, handles in lower case without `@`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Contact {
    /// Which service.
    #[serde(rename = "type")]
    pub kind: ContactKind,
    /// Normalised value.
    pub value: String,
    /// First byte in the original text.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A price, with the quantity that it is for where the text says so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Price {
    /// In units of the currency (50.0, not cents).
    pub amount: f64,
    /// ISO 4217.
    pub currency: String,
    /// How much of `unit` the amount buys.
    pub quantity: Option<f64>,
    /// "g", "kg", "ml", "piece" …
    pub unit: Option<String>,
    /// First byte in the original text.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A place that the text names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Official name.
    pub name: String,
}

/// One step of the score: what was found and how far it moved the log-odds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// In words, for people: "delivery", "news wording".
    pub what: Cow<'static, str>,
    /// Change of the log-odds.
    pub weight: f32,
}

/// What a verdict was made with; with the post itself it determines the verdict bit for bit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    /// Vigie's version.
    pub vigie: String,
    /// SHA-256 of the lexicon, first 16 hexadecimal digits.
    pub lexicon: String,
    /// Name of the scoring that fused the components.
    pub model: String,
    /// SHA-256 of the rule packs, first 16 hexadecimal digits; none where no rules were applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<String>,
}

/// How urgent it is that a person looks at what a rule found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Can wait.
    Low,
    /// The ordinary case.
    Medium,
    /// Before the ordinary case.
    High,
    /// At once: somebody may come to harm.
    Critical,
}

impl Severity {
    /// The severity as it is written in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// A rule that held for the post, with the words of its pack: a stored verdict explains itself after the pack has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiredRule {
    /// Name of the rule; its weight is that of the reason `rule:<name>`.
    pub name: String,
    /// How urgent.
    pub severity: Severity,
    /// Why, in English.
    pub en: String,
    /// Why, in French.
    pub fr: String,
    /// The queue that the post belongs into, if the rule names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// A mark for searching, if the rule gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
}

/// What the detector says of one post. A function of the post and of [`Versions`], and of nothing else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Between 0 and 1.
    pub score: f32,
    /// Where the score stands.
    pub band: Band,
    /// What the post is.
    pub label: Label,
    /// Product classes, sorted, each once.
    pub products: Vec<Product>,
    /// Components in the order of the text.
    pub components: Vec<Component>,
    /// Contacts in the order of the text.
    pub contacts: Vec<Contact>,
    /// Prices in the order of the text.
    pub prices: Vec<Price>,
    /// Official names of places, sorted, each once.
    pub places: Vec<String>,
    /// What moved the score.
    #[serde(default)]
    pub reasons: Vec<Reason>,
    /// Rules that held, in the order of their packs; without those in the shadow.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Arc<FiredRule>>,
    /// Pictures of the post, as far as they were looked at; what was found in them stands in contacts and prices too, at the end of the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pictures: Vec<PictureFinding>,
    /// What it was made with.
    pub versions: Arc<Versions>,
}

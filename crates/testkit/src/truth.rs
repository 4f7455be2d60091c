//! A post and what is known about it.

use serde::Serialize;

use crate::{Contact, Label, Obfuscation};

/// What is known about a post of the stream. Serialises to one object of `truth.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Truth {
    /// The post's id, unique within its network.
    pub id: String,
    /// Network in lower case.
    pub network: &'static str,
    /// What the post is.
    pub label: Label,
    /// Codes of what it offers: product classes of an advert, `OTH` and `LEG` of the two labels of that name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<&'static str>,
    /// The watched place whose name the text contains; no text contains two of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watch: Option<&'static str>,
    /// What was done to the words so that word lists miss them, in the order in which it was done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub obfuscations: Vec<Obfuscation>,
    /// Contacts in the text, normalised.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// Language of the text, whatever the post declares.
    pub lang: &'static str,
    /// Who sells: the same number for all accounts and contacts of one seller. For splits by seller and for linking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seller: Option<u64>,
    /// Whether the post belongs to a flash sale: many adverts of few sellers within a short time.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub burst: bool,
}

/// A post in the neutral JSON-lines form, with its truth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelledPost {
    /// One JSON object without line feed.
    pub line: String,
    /// What is known about it.
    pub truth: Truth,
}

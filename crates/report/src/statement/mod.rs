//! Statements of reasons for the DSA Transparency Database (Regulation (EU) 2022/2065, Articles 17 and 24(5)), schema version 2.
//!
//! Written by platforms about their own decisions. Every rule of the schema is checked here before anything is sent, and the free texts are
//! searched for personal data, which the database must not get.

mod codes;
mod import;
mod lint;
mod rules;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use vigie_store::Find;

pub use import::{ImportError, import_dump};
pub use lint::{PersonalData, lint};
pub use rules::{Breach, check};

/// Statements that one request may carry.
pub const BATCH: usize = 100;

/// A statement of reasons. Fields are those of the schema; what is none or empty is not sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "the schema's own names")]
pub struct Statement {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub decision_visibility: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision_visibility_other: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision_monetary: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision_monetary_other: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision_provision: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision_account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_date_visibility_restriction: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_date_monetary_restriction: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_date_service_restriction: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_date_account_restriction: Option<String>,
    pub decision_ground: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision_ground_reference_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub illegal_content_legal_ground: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub illegal_content_explanation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incompatible_content_ground: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incompatible_content_explanation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incompatible_content_illegal: Option<String>,
    pub content_type: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type_other: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_id: Option<Value>,
    pub category: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub category_addition: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub category_specification: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category_specification_other: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub territorial_scope: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_language: Option<String>,
    pub content_date: String,
    pub application_date: String,
    pub decision_facts: String,
    pub source_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_identity: Option<String>,
    pub automated_detection: String,
    pub automated_decision: String,
    pub puid: String,
}

/// What a platform did about a post, as far as a preset has to know it.
#[derive(Debug, Clone)]
pub struct Measure {
    /// Day of the decision, YYYY-MM-DD.
    pub day: String,
    /// Country whose law is pleaded.
    pub country: String,
    /// Whether the account was suspended too.
    pub account_suspended: bool,
    /// How the platform learnt of the post: `SOURCE_VOLUNTARY`, `SOURCE_ARTICLE_16`, `SOURCE_TRUSTED_FLAGGER`, `SOURCE_TYPE_OTHER_NOTIFICATION`.
    pub source_type: String,
    /// Secret of the store, for the identifier: the same find has the same one, and nobody else can compute it.
    pub puid: String,
}

/// The statement of a drug advert that a person at the platform decided to remove. No word of the post goes into it.
#[must_use]
pub fn preset(find: &Find, measure: &Measure) -> Statement {
    let products: Vec<_> = find.verdict.products.iter().filter(|product| product.is_drug()).map(|product| crate::Language::English.product(*product)).collect();
    let what = if products.is_empty() { "controlled drugs".to_owned() } else { products.join(", ") };
    let kinds: std::collections::BTreeSet<_> = find.verdict.components.iter().map(|component| component.kind).collect();
    let signs: Vec<_> = kinds.iter().map(|kind| kind.name()).collect();
    let grounds: Vec<_> = crate::notice::grounds(&measure.country, &find.verdict.products)
        .iter()
        .map(|ground| format!("{}, {} ({})", ground.code, ground.article, ground.country))
        .collect();
    let mut text_signs = signs.join(", ");
    if text_signs.is_empty() {
        text_signs = "its wording as a whole".into();
    }
    let day = |time: Option<vigie_model::Timestamp>| time.map(|time| time.to_string().chars().take(10).collect::<String>());
    Statement {
        decision_visibility: vec!["DECISION_VISIBILITY_CONTENT_REMOVED".into()],
        decision_account: measure.account_suspended.then(|| "DECISION_ACCOUNT_SUSPENDED".into()),
        decision_ground: "DECISION_GROUND_ILLEGAL_CONTENT".into(),
        illegal_content_legal_ground: Some(grounds.join("; ")),
        illegal_content_explanation: Some(format!("The post publicly offers {what} for sale, which the law named above forbids.")),
        content_type: vec!["CONTENT_TYPE_TEXT".into()],
        category: "STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS".into(),
        category_specification: vec!["KEYWORD_PROHIBITED_PRODUCTS".into()],
        territorial_scope: vec![measure.country.clone()],
        content_language: codes::language(find.lang.as_str()),
        content_date: day(find.posted_at).or_else(|| day(Some(find.found_at))).unwrap_or_default(),
        application_date: measure.day.clone(),
        decision_facts: format!(
            "A public post advertised {what}. It was found by automated means and decided on by a person. What shows the offer: {text_signs}."
        ),
        source_type: measure.source_type.clone(),
        automated_detection: "Yes".into(),
        automated_decision: "AUTOMATED_DECISION_NOT_AUTOMATED".into(),
        puid: measure.puid.clone(),
        ..Statement::default()
    }
}

/// Bodies of requests, of at most [`BATCH`] statements each.
#[must_use]
pub fn batches(statements: &[Statement]) -> Vec<Value> {
    statements.chunks(BATCH).map(|batch| json!({ "statements": batch })).collect()
}

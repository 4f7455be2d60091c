//! Reading dumps of the database, versions 1 and 2, to compare what platforms declare.

use std::io::Read;

use super::Statement;

/// A dump that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Not a table.
    #[error("record {record}: {source}")]
    Table {
        /// Number of the record, the header being 0.
        record: u64,
        /// Why.
        source: csv::Error,
    },
    /// No column by which statements are told apart.
    #[error("the dump has no column {0:?}: is it a dump of the transparency database?")]
    Column(&'static str),
}

/// Reads a daily dump (CSV), giving each statement in the words of version 2. Memory holds one record.
///
/// # Errors
/// The first record that cannot be read.
pub fn import_dump(input: impl Read, mut each: impl FnMut(Statement)) -> Result<u64, ImportError> {
    let mut reader = csv::Reader::from_reader(input);
    let headers = reader.headers().map_err(|source| ImportError::Table { record: 0, source })?.clone();
    for needed in ["category", "decision_ground"] {
        if !headers.iter().any(|header| header == needed) {
            return Err(ImportError::Column(needed));
        }
    }
    let mut count = 0;
    for record in reader.records() {
        count += 1;
        let record = record.map_err(|source| ImportError::Table { record: count, source })?;
        let field =
            |name: &str| headers.iter().position(|header| header == name).and_then(|at| record.get(at)).filter(|value| !value.is_empty()).map(str::to_owned);
        each(statement(&field));
    }
    Ok(count)
}

fn statement(field: &dyn Fn(&str) -> Option<String>) -> Statement {
    let text = |name: &str| field(name).unwrap_or_default();
    Statement {
        decision_visibility: list(field("decision_visibility")),
        decision_monetary: field("decision_monetary"),
        decision_provision: field("decision_provision"),
        decision_account: field("decision_account"),
        account_type: field("account_type"),
        decision_ground: text("decision_ground"),
        illegal_content_legal_ground: field("illegal_content_legal_ground"),
        incompatible_content_ground: field("incompatible_content_ground"),
        content_type: list(field("content_type")),
        category: category(&text("category")),
        category_addition: list(field("category_addition")).iter().map(|code| category(code)).collect(),
        category_specification: list(field("category_specification")).iter().map(|code| keyword(code)).collect(),
        territorial_scope: list(field("territorial_scope")),
        content_language: field("content_language"),
        content_date: day(&text("content_date")),
        application_date: day(&text("application_date")),
        decision_facts: text("decision_facts"),
        source_type: text("source_type"),
        automated_detection: text("automated_detection"),
        automated_decision: text("automated_decision"),
        puid: text("puid"),
        ..Statement::default()
    }
}

/// A list as the dumps write it: a JSON array, or one code.
fn list(value: Option<String>) -> Vec<String> {
    let Some(value) = value else { return Vec::new() };
    serde_json::from_str(&value).unwrap_or_else(|_| vec![value])
}

/// Dumps give days with a time of midnight.
fn day(value: &str) -> String {
    value.chars().take(10).collect()
}

/// Categories that version 2 renamed.
fn category(code: &str) -> String {
    match code {
        "STATEMENT_CATEGORY_UNSAFE_AND_ILLEGAL_PRODUCTS" => "STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS".into(),
        "STATEMENT_CATEGORY_SCOPE_OF_PLATFORM_SERVICE" => "STATEMENT_CATEGORY_OTHER_VIOLATION_TC".into(),
        other => other.into(),
    }
}

/// The keyword that version 2 dropped has no exact heir: it becomes the one for prohibited goods.
fn keyword(code: &str) -> String {
    if code == "KEYWORD_REGULATED_GOODS_SERVICES" { "KEYWORD_GOODS_SERVICES_NOT_PERMITTED".into() } else { code.into() }
}

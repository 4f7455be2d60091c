//! Every rule of the schema, field by field.

use serde_json::Value;

use super::{Statement, codes};

/// A rule that a statement breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {rule}")]
pub struct Breach {
    /// Field of the schema.
    pub field: &'static str,
    /// What it has to be.
    pub rule: String,
}

/// Longest short text, in characters.
const SHORT: usize = 500;
/// Longest explanation.
const LONG: usize = 2_000;
/// Longest facts.
const FACTS: usize = 5_000;
/// Latest end of a restriction.
const LAST_DAY: &str = "2038-01-01";

/// All rules that a statement breaks, in the order of the schema.
#[must_use]
pub fn check(statement: &Statement) -> Vec<Breach> {
    let mut rules = Rules::default();
    decisions(statement, &mut rules);
    end_dates(statement, &mut rules);
    grounds(statement, &mut rules);
    content(statement, &mut rules);
    categories(statement, &mut rules);
    circumstances(statement, &mut rules);
    rules.broken
}

#[derive(Default)]
struct Rules {
    broken: Vec<Breach>,
}

impl Rules {
    fn require(&mut self, held: bool, field: &'static str, rule: impl Into<String>) {
        if !held {
            self.broken.push(Breach { field, rule: rule.into() });
        }
    }

    fn code(&mut self, field: &'static str, value: Option<&String>, list: &[&str]) {
        self.require(value.is_none_or(|value| list.contains(&value.as_str())), field, format!("one of {}", list.join(", ")));
    }

    fn codes(&mut self, field: &'static str, values: &[String], list: &[&str]) {
        self.require(values.iter().all(|value| list.contains(&value.as_str())), field, format!("each one of {}", list.join(", ")));
        let unique: std::collections::BTreeSet<_> = values.iter().collect();
        self.require(unique.len() == values.len(), field, "each once");
    }

    fn text(&mut self, field: &'static str, value: Option<&String>, longest: usize) {
        self.require(value.is_none_or(|value| value.chars().count() <= longest), field, format!("at most {longest} characters"));
    }

    /// A text that has to be there exactly if something holds.
    fn text_iff(&mut self, field: &'static str, value: Option<&String>, longest: usize, held: bool, when: &str) {
        let given = value.is_some_and(|value| !value.trim().is_empty());
        self.require(given || !held, field, format!("required {when}"));
        self.require(!given || held, field, format!("only {when}"));
        self.text(field, value, longest);
    }

    fn day(&mut self, field: &'static str, value: &str, first: &str) {
        self.require(is_day(value) && value >= first, field, format!("a day as YYYY-MM-DD, from {first} on"));
    }
}

/// A day of the calendar, written YYYY-MM-DD.
fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok_and(|day| day.to_string() == text)
}

fn has(values: &[String], code: &str) -> bool {
    values.iter().any(|value| value == code)
}

fn decisions(s: &Statement, rules: &mut Rules) {
    let any = !s.decision_visibility.is_empty() || s.decision_monetary.is_some() || s.decision_provision.is_some() || s.decision_account.is_some();
    rules.require(any, "decision_visibility", "at least one of decision_visibility, decision_monetary, decision_provision, decision_account");
    rules.codes("decision_visibility", &s.decision_visibility, codes::VISIBILITY);
    let other = has(&s.decision_visibility, "DECISION_VISIBILITY_OTHER");
    rules.text_iff("decision_visibility_other", s.decision_visibility_other.as_ref(), SHORT, other, "with DECISION_VISIBILITY_OTHER");
    rules.code("decision_monetary", s.decision_monetary.as_ref(), codes::MONETARY);
    let other = s.decision_monetary.as_deref() == Some("DECISION_MONETARY_OTHER");
    rules.text_iff("decision_monetary_other", s.decision_monetary_other.as_ref(), SHORT, other, "with DECISION_MONETARY_OTHER");
    rules.code("decision_provision", s.decision_provision.as_ref(), codes::PROVISION);
    rules.code("decision_account", s.decision_account.as_ref(), codes::ACCOUNT);
    rules.code("account_type", s.account_type.as_ref(), codes::ACCOUNT_TYPE);
}

fn end_dates(s: &Statement, rules: &mut Rules) {
    for (field, value, decided, what) in [
        ("end_date_visibility_restriction", &s.end_date_visibility_restriction, !s.decision_visibility.is_empty(), "decision_visibility"),
        ("end_date_monetary_restriction", &s.end_date_monetary_restriction, s.decision_monetary.is_some(), "decision_monetary"),
        ("end_date_service_restriction", &s.end_date_service_restriction, s.decision_provision.is_some(), "decision_provision"),
        ("end_date_account_restriction", &s.end_date_account_restriction, s.decision_account.is_some(), "decision_account"),
    ] {
        let Some(day) = value else { continue };
        rules.require(is_day(day) && day.as_str() <= LAST_DAY, field, format!("a day as YYYY-MM-DD, up to {LAST_DAY}"));
        rules.require(decided, field, format!("only with {what}"));
        rules.require(!is_day(day) || day.as_str() >= s.application_date.as_str(), field, "not before application_date");
    }
}

fn grounds(s: &Statement, rules: &mut Rules) {
    rules.code("decision_ground", Some(&s.decision_ground), codes::GROUND);
    rules.text("decision_ground_reference_url", s.decision_ground_reference_url.as_ref(), SHORT);
    let url = s.decision_ground_reference_url.as_deref().is_none_or(|url| url.starts_with("https://") || url.starts_with("http://"));
    rules.require(url, "decision_ground_reference_url", "a web address");
    let illegal = s.decision_ground == "DECISION_GROUND_ILLEGAL_CONTENT";
    let incompatible = s.decision_ground == "DECISION_GROUND_INCOMPATIBLE_CONTENT";
    let when = "with DECISION_GROUND_ILLEGAL_CONTENT";
    rules.text_iff("illegal_content_legal_ground", s.illegal_content_legal_ground.as_ref(), SHORT, illegal, when);
    rules.text_iff("illegal_content_explanation", s.illegal_content_explanation.as_ref(), LONG, illegal, when);
    let when = "with DECISION_GROUND_INCOMPATIBLE_CONTENT";
    rules.text_iff("incompatible_content_ground", s.incompatible_content_ground.as_ref(), SHORT, incompatible, when);
    rules.text_iff("incompatible_content_explanation", s.incompatible_content_explanation.as_ref(), LONG, incompatible, when);
    rules.code("incompatible_content_illegal", s.incompatible_content_illegal.as_ref(), codes::YES_NO);
    rules.require(incompatible || s.incompatible_content_illegal.is_none(), "incompatible_content_illegal", format!("only {when}"));
}

fn content(s: &Statement, rules: &mut Rules) {
    rules.require(!s.content_type.is_empty(), "content_type", "at least one");
    rules.codes("content_type", &s.content_type, codes::CONTENT_TYPE);
    let other = has(&s.content_type, "CONTENT_TYPE_OTHER");
    rules.text_iff("content_type_other", s.content_type_other.as_ref(), SHORT, other, "with CONTENT_TYPE_OTHER");
    rules.require(s.content_id.as_ref().is_none_or(is_ean), "content_id", "{\"EAN-13\": 13 digits} and nothing else");
    let language = s.content_language.as_deref().is_none_or(codes::is_language);
    rules.require(language, "content_language", "ISO 639-1 in upper case");
    rules.codes("territorial_scope", &s.territorial_scope, codes::EEA);
}

fn is_ean(id: &Value) -> bool {
    let Some(fields) = id.as_object() else { return false };
    let digits = |value: &Value| value.as_str().is_some_and(|text| text.len() == 13 && text.bytes().all(|byte| byte.is_ascii_digit()));
    fields.len() == 1 && fields.get("EAN-13").is_some_and(digits)
}

fn categories(s: &Statement, rules: &mut Rules) {
    rules.code("category", Some(&s.category), codes::CATEGORY);
    rules.codes("category_addition", &s.category_addition, codes::CATEGORY);
    rules.require(!has(&s.category_addition, &s.category), "category_addition", "other than category");
    let keyword = |value: &String| {
        value.starts_with(codes::KEYWORD_PREFIX) && value.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    };
    rules.require(s.category_specification.iter().all(keyword), "category_specification", "keywords of the schema (KEYWORD_…)");
    rules.require(
        !has(&s.category_specification, "KEYWORD_REGULATED_GOODS_SERVICES"),
        "category_specification",
        "without KEYWORD_REGULATED_GOODS_SERVICES, which version 2 dropped",
    );
    let other = has(&s.category_specification, codes::KEYWORD_OTHER);
    rules.text_iff("category_specification_other", s.category_specification_other.as_ref(), SHORT, other, "with KEYWORD_OTHER");
}

fn circumstances(s: &Statement, rules: &mut Rules) {
    rules.day("content_date", &s.content_date, "2000-01-01");
    rules.day("application_date", &s.application_date, "2020-01-01");
    rules.require(!s.decision_facts.trim().is_empty(), "decision_facts", "required");
    rules.text("decision_facts", Some(&s.decision_facts), FACTS);
    rules.code("source_type", Some(&s.source_type), codes::SOURCE);
    rules.text("source_identity", s.source_identity.as_ref(), SHORT);
    let voluntary = s.source_type == "SOURCE_VOLUNTARY";
    rules.require(!voluntary || s.source_identity.is_none(), "source_identity", "not with SOURCE_VOLUNTARY");
    rules.code("automated_detection", Some(&s.automated_detection), codes::YES_NO);
    rules.code("automated_decision", Some(&s.automated_decision), codes::AUTOMATED_DECISION);
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let puid = !s.puid.is_empty() && s.puid.len() <= SHORT && s.puid.bytes().all(allowed);
    rules.require(puid, "puid", "1 to 500 of letters, digits, - and _");
}

//! Statements of reasons to the DSA Transparency Database.
//!
//! The database refuses a whole batch if one statement is at fault, and a second statement with the same platform identifier (PUID). So what
//! is at fault is taken out and the rest is sent again; what the database knows is not sent, and a batch may be sent twice without harm.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use ureq::Agent;

use crate::{Attempt, http};

/// Rounds of taking out what is at fault.
const ROUNDS: usize = 4;

/// What became of each statement of a batch, by PUID.
#[derive(Debug, Default, PartialEq, Eq, serde::Serialize)]
struct Outcome {
    created: Vec<String>,
    known: Vec<String>,
    rejected: BTreeMap<String, Vec<String>>,
}

/// Submits a batch.
pub(crate) fn submit(service: &str, token: &str, statements: &[Value]) -> Attempt {
    let agent = http::agent();
    let (service, bearer) = (service.trim_end_matches('/'), format!("Bearer {token}"));
    let headers = [("authorization", bearer.as_str()), ("accept", "application/json")];
    let mut outcome = Outcome::default();
    let mut rest = match unknown(&agent, service, &headers, statements, &mut outcome) {
        Ok(rest) => rest,
        Err(attempt) => return attempt,
    };
    for _ in 0..ROUNDS {
        if rest.is_empty() {
            return done(&outcome);
        }
        let answer = match http::post(&agent, &format!("{service}/api/v1/statements"), &headers, &json!({ "statements": rest })) {
            Ok(answer) => answer,
            // The next attempt asks for each identifier first, so that it is harmless if this one arrived.
            Err(error) => return Attempt::NotDelivered(error.why),
        };
        match answer.status {
            201 => {
                outcome.created.extend(rest.iter().map(puid));
                return done(&outcome);
            }
            422 => rest = without_faulty(rest, &answer.body, &mut outcome),
            401 | 403 => return Attempt::of_preparation(answer.status, "the token"),
            status => return Attempt::NotDelivered(format!("the database answers {status}")),
        }
    }
    Attempt::NotDelivered("the database keeps finding fault with other statements of the batch".into())
}

fn puid(statement: &Value) -> String {
    statement.get("puid").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn done(outcome: &Outcome) -> Attempt {
    let receipt = serde_json::to_string(outcome).unwrap_or_default();
    if outcome.created.is_empty() && outcome.known.is_empty() { Attempt::Refused(receipt) } else { Attempt::Delivered(Some(receipt)) }
}

/// Statements that the database does not have yet.
fn unknown(agent: &Agent, service: &str, headers: &[(&str, &str)], statements: &[Value], outcome: &mut Outcome) -> Result<Vec<Value>, Attempt> {
    let mut rest = Vec::new();
    for statement in statements {
        let id = puid(statement);
        match http::get(agent, &format!("{service}/api/v1/statement/existing-puid/{id}"), headers) {
            Ok(answer) if answer.status == 302 || answer.status == 200 => outcome.known.push(id),
            Ok(answer) if answer.status == 404 => rest.push(statement.clone()),
            Ok(answer) => return Err(Attempt::of_preparation(answer.status, "asking for an identifier")),
            Err(error) => return Err(Attempt::NotDelivered(error.why)),
        }
    }
    Ok(rest)
}

/// The batch without the statements that the answer names, which go to the outcome.
fn without_faulty(rest: Vec<Value>, body: &Value, outcome: &mut Outcome) -> Vec<Value> {
    let errors = body.get("errors").and_then(Value::as_object).cloned().unwrap_or_default();
    let mut faults: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (name, fault) in &errors {
        let number = name.trim_start_matches(|c: char| !c.is_ascii_digit()).split('.').next().and_then(|digits| digits.parse().ok());
        let fields = fault.as_object().map_or_else(|| vec![name.clone()], |fields| fields.keys().cloned().collect());
        // Names of fields only: the database's sentences may repeat what was sent.
        faults.entry(number.unwrap_or(usize::MAX)).or_default().extend(fields);
    }
    if faults.keys().all(|number| *number >= rest.len()) {
        // Nothing that can be taken out: the whole batch is at fault.
        outcome.rejected.extend(rest.iter().map(|statement| (puid(statement), vec!["batch".to_owned()])));
        return Vec::new();
    }
    let mut kept = Vec::new();
    for (number, statement) in rest.into_iter().enumerate() {
        match faults.remove(&number) {
            Some(fields) if fields == ["puid"] => outcome.known.push(puid(&statement)),
            Some(fields) => drop(outcome.rejected.insert(puid(&statement), fields)),
            None => kept.push(statement),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_at_fault_is_taken_out_alone() {
        let batch: Vec<_> = ["a", "b", "c", "d"].iter().map(|id| json!({ "puid": id })).collect();
        let mut outcome = Outcome::default();
        let body = json!({ "errors": { "statement_1": { "category": ["The selected category is invalid."] }, "statement_3": { "puid": ["taken"] } } });
        let rest = without_faulty(batch.clone(), &body, &mut outcome);
        assert_eq!(rest.iter().map(puid).collect::<Vec<_>>(), ["a", "c"]);
        assert_eq!((outcome.rejected["b"].clone(), outcome.known.clone()), (vec!["category".to_owned()], vec!["d".to_owned()]));
        let mut outcome = Outcome::default();
        assert!(without_faulty(batch, &json!({ "message": "no" }), &mut outcome).is_empty());
        assert_eq!(outcome.rejected.len(), 4);
        assert!(matches!(done(&outcome), Attempt::Refused(_)));
    }
}

//! What became of notices: acceptance per platform with its interval, the quality gate, what is waiting, the annual report.

use std::collections::BTreeMap;

use serde::Serialize;
use vigie_measure::estimate;
use vigie_model::Timestamp;
use vigie_store::{Document, Event};

const SECONDS_A_DAY: i64 = 86_400;

/// What a platform decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Decision {
    Removed,
    Disabled,
    Restricted,
    AccountAction,
    NoAction,
}

impl Decision {
    /// Every decision.
    pub const ALL: [Self; 5] = [Self::Removed, Self::Disabled, Self::Restricted, Self::AccountAction, Self::NoAction];

    /// As it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Disabled => "disabled",
            Self::Restricted => "restricted",
            Self::AccountAction => "account_action",
            Self::NoAction => "no_action",
        }
    }

    /// From how it is written.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|decision| decision.as_str() == text)
    }

    /// Whether the platform acted on the notice.
    #[must_use]
    pub fn is_accepted(self) -> bool {
        self != Self::NoAction
    }
}

/// How a platform answered.
#[derive(Debug, Clone, Serialize)]
pub struct Acceptance {
    /// The platform.
    pub platform: String,
    /// Notices delivered.
    pub delivered: u64,
    /// Of the last notices decided, how many there are.
    pub decided: u64,
    /// Of those, how many the platform acted on.
    pub accepted: u64,
    /// Wilson's 95 % interval of the rate; none without a decision.
    pub interval: Option<[f64; 2]>,
}

/// The gate that stops sending when too many notices are turned down: Article 22(6) suspends a trusted flagger for that.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QualityGate {
    /// Least lower bound of the acceptance rate.
    pub least: f64,
    /// Decisions that it looks back on.
    pub last: usize,
    /// Decisions before which it says nothing.
    pub from: u64,
}

impl Default for QualityGate {
    fn default() -> Self {
        Self { least: 0.8, last: 100, from: 20 }
    }
}

impl QualityGate {
    /// Whether sending is held.
    #[must_use]
    pub fn holds(&self, acceptance: &Acceptance) -> bool {
        acceptance.decided >= self.from && acceptance.interval.is_some_and(|[low, _]| low < self.least)
    }
}

/// Notices delivered to a platform, and what it decided when.
type Answers = (u64, Vec<(Timestamp, bool)>);

/// Acceptance of each platform over its last decisions.
#[must_use]
pub fn acceptance(documents: &[Document], events: &[Event], last: usize) -> Vec<Acceptance> {
    let mut platforms: BTreeMap<&str, Answers> = BTreeMap::new();
    for document in documents.iter().filter(|document| document.kind == "notice") {
        let (delivered, decisions) = platforms.entry(&document.receiver).or_default();
        let of_document = || events.iter().filter(|event| event.document == document.id);
        *delivered += u64::from(of_document().any(|event| event.event == "delivered"));
        let decision = of_document().rfind(|event| event.event == "decision").and_then(|event| Some((event.at, Decision::parse(event.outcome.as_deref()?)?)));
        decisions.extend(decision.map(|(at, decision)| (at, decision.is_accepted())));
    }
    let rate = |(platform, (delivered, mut decisions)): (&str, Answers)| {
        decisions.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        decisions.truncate(last);
        let (decided, accepted) = (decisions.len() as u64, decisions.iter().filter(|(_, accepted)| *accepted).count() as u64);
        let interval = (decided > 0).then(|| estimate::wilson(as_float(accepted), as_float(decided), 0.05)).map(|interval| [interval.low, interval.high]);
        Acceptance { platform: platform.to_owned(), delivered, decided, accepted, interval }
    };
    platforms.into_iter().map(rate).collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts of notices are small")]
fn as_float(count: u64) -> f64 {
    count as f64
}

/// Something that a person should do about a notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Due {
    /// The notice.
    pub document: String,
    /// `remind` (no receipt or no decision), `recheck` (is it still online?).
    pub what: &'static str,
    /// Days since what it waits on.
    pub days: i64,
}

/// Notices that wait for an answer for longer than so many days, and those whose posts should be looked at again.
#[must_use]
pub fn due(documents: &[Document], events: &[Event], now: Timestamp, remind_after: i64) -> Vec<Due> {
    /// Days after delivery on which a post is looked at again.
    const RECHECKS: [i64; 3] = [1, 7, 30];
    let mut list = Vec::new();
    for document in documents.iter().filter(|document| document.kind == "notice" && document.body.is_some()) {
        let of_document = || events.iter().filter(|event| event.document == document.id);
        let last = |name: &str| of_document().rfind(|event| event.event == name);
        let Some(delivered) = of_document().find(|event| event.event == "delivered") else { continue };
        let days = |since: Timestamp| (now.seconds() - since.seconds()) / SECONDS_A_DAY;
        let waits_since = last("reminder").map_or(delivered.at, |event| event.at);
        if last("decision").is_none() && days(waits_since) >= remind_after {
            list.push(Due { document: document.id.clone(), what: "remind", days: days(waits_since) });
        }
        let gone = last("recheck").is_some_and(|event| event.outcome.as_deref() == Some("removed"));
        let planned = RECHECKS.iter().filter(|day| days(delivered.at) >= **day).count();
        let done = of_document().filter(|event| event.event == "recheck").count();
        if !gone && done < planned {
            list.push(Due { document: document.id.clone(), what: "recheck", days: days(delivered.at) });
        }
    }
    list
}

/// A row of the annual report of a trusted flagger (Article 22(3)): notices by provider, kind of content and action taken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct AnnualRow {
    /// Provider of the hosting service.
    pub provider: String,
    /// Kind of allegedly illegal content.
    pub content: String,
    /// Action taken; `unknown` where the provider has not answered.
    pub action: String,
    /// Notices.
    pub notices: u64,
    /// Posts named in them.
    pub posts: u64,
}

/// The annual report: notices delivered in a year (UTC), without personal data.
#[must_use]
pub fn annual_report(documents: &[Document], events: &[Event], year: i16) -> Vec<AnnualRow> {
    let mut rows: BTreeMap<(String, String, String), (u64, u64)> = BTreeMap::new();
    for document in documents.iter().filter(|document| document.kind == "notice") {
        let of_document = || events.iter().filter(|event| event.document == document.id);
        let Some(delivered) = of_document().find(|event| event.event == "delivered") else { continue };
        if !delivered.at.to_string().starts_with(&format!("{year:04}-")) {
            continue;
        }
        let action = of_document().rfind(|event| event.event == "decision").and_then(|event| event.outcome.clone()).unwrap_or_else(|| "unknown".into());
        let (notices, posts) = rows.entry((document.receiver.clone(), document.grounds.clone(), action)).or_default();
        (*notices, *posts) = (*notices + 1, *posts + document.posts);
    }
    rows.into_iter().map(|((provider, content, action), (notices, posts))| AnnualRow { provider, content, action, notices, posts }).collect()
}

/// The annual report as CSV.
#[must_use]
pub fn annual_csv(rows: &[AnnualRow]) -> String {
    let line = |row: &AnnualRow| {
        format!(
            "{},{},{},{},{}\n",
            crate::share::field(&row.provider),
            crate::share::field(&row.content),
            crate::share::field(&row.action),
            row.notices,
            row.posts
        )
    };
    "provider,content,action,notices,posts\n".to_owned() + &rows.iter().map(line).collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: i64) -> Timestamp {
        Timestamp::from_seconds(1_780_000_000 + day * SECONDS_A_DAY).unwrap()
    }

    fn document(id: &str) -> Document {
        Document {
            id: id.into(),
            kind: "notice".into(),
            receiver: "bluesky".into(),
            account: None,
            body: Some("{}".into()),
            created_at: at(0),
            created_by: "a".into(),
            signed_at: None,
            signed_by: None,
            posts: 3,
            grounds: "PROHIBITED_PRODUCTS".into(),
        }
    }

    fn event(id: &str, day: i64, event: &str, outcome: Option<&str>) -> Event {
        Event { document: id.into(), at: at(day), by: "a".into(), event: event.into(), outcome: outcome.map(str::to_owned), detail: None }
    }

    #[test]
    fn the_gate_closes_when_notices_are_turned_down() {
        let gate = QualityGate::default();
        let rate = |accepted: i64, turned_down: i64| {
            let ids: Vec<_> = (0..accepted + turned_down).map(|n| n.to_string()).collect();
            let events: Vec<_> = ids
                .iter()
                .zip(0..)
                .flat_map(|(id, n)| [event(id, n, "delivered", None), event(id, n, "decision", Some(if n < turned_down { "no_action" } else { "removed" }))])
                .collect();
            acceptance(&ids.iter().map(|id| document(id)).collect::<Vec<_>>(), &events, gate.last).remove(0)
        };
        assert!(!gate.holds(&rate(5, 10)), "too few decisions to say anything");
        assert!(!gate.holds(&rate(40, 1)));
        assert!(gate.holds(&rate(30, 10)));
        // Only the last hundred count: old refusals are forgotten.
        let recovered = rate(100, 50);
        assert_eq!((recovered.decided, recovered.accepted, recovered.delivered), (100, 100, 150));
        // Wilson's interval of 40 in 41, from the formula.
        let [low, high] = rate(40, 1).interval.unwrap();
        assert!((low - 0.8740).abs() < 5e-4 && (high - 0.9957).abs() < 5e-4, "{low} {high}");
    }

    #[test]
    fn what_waits_is_due_once() {
        let documents = [document("n")];
        let mut events = vec![event("n", 0, "delivered", None)];
        assert_eq!(due(&documents, &events, at(0), 7), []);
        assert_eq!(due(&documents, &events, at(8), 7).iter().map(|due| due.what).collect::<Vec<_>>(), ["remind", "recheck"]);
        events.extend([event("n", 8, "reminder", None), event("n", 8, "recheck", Some("online"))]);
        assert_eq!(
            due(&documents, &events, at(8), 7).iter().map(|due| due.what).collect::<Vec<_>>(),
            ["recheck"],
            "the looks of day 1 and day 7 were planned, one was done"
        );
        events.extend([event("n", 9, "decision", Some("removed")), event("n", 9, "recheck", Some("removed"))]);
        assert_eq!(due(&documents, &events, at(60), 7), []);
    }

    #[test]
    fn the_annual_report_counts_and_names_nobody() {
        let documents = [document("a"), document("b"), document("c")];
        let events = [event("a", 0, "delivered", None), event("a", 1, "decision", Some("removed")), event("b", 0, "delivered", None)];
        let year = 1970 + i16::try_from(at(0).seconds() / 31_557_600).unwrap();
        let csv = annual_csv(&annual_report(&documents, &events, year));
        assert_eq!(csv, "provider,content,action,notices,posts\nbluesky,PROHIBITED_PRODUCTS,removed,1,3\nbluesky,PROHIBITED_PRODUCTS,unknown,1,3\n");
        assert_eq!(annual_report(&documents, &events, year - 1), []);
    }
}

//! Review: what people decide about finds, and who reads which.

use serde::Serialize;
use vigie_measure::share::Answer;
use vigie_model::{Band, Label, Severity, Timestamp, Verdict};

use crate::{Find, Result, UserId};

/// One find in so many is read by two people, whoever reads it first; which ones is fixed by the store's secret key.
pub(crate) const DOUBLE_ONE_IN: i64 = 20;
/// Votes after which the majority decides, and a draw stays undecided.
const ENOUGH_VOTES: usize = 3;

/// What a label says of the question whether a post is an advert for illegal drugs.
#[must_use]
pub fn answer_of(label: Label) -> Answer {
    match label {
        Label::Advert | Label::SuspectedScamSeller => Answer::Advert,
        Label::Ambiguous | Label::NotReviewable => Answer::Undecided,
        _ => Answer::Other,
    }
}

/// Where a find stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ReviewState {
    /// Nobody has decided.
    Waiting,
    /// Somebody has, and another person is to look.
    Second,
    /// People disagree; an analyst decides.
    Dispute,
    /// Decided.
    Settled,
}

impl ReviewState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Second, Self::Dispute, Self::Settled];

    /// The state as it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Second => "second",
            Self::Dispute => "dispute",
            Self::Settled => "settled",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// What is known when the state of a find is worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hearing<'v> {
    /// The standing votes, one a person.
    pub votes: &'v [Answer],
    /// Whether the find was drawn for two readings.
    pub drawn: bool,
    /// Whether somebody appealed against an earlier decision.
    pub appealed: bool,
}

impl Hearing<'_> {
    /// The state, and the answer once there is one. Whoever cannot tell, an appeal, and the draw each call a second person; people who
    /// disagree, or who both cannot tell, call a third.
    #[must_use]
    pub fn state(&self) -> (ReviewState, Option<Answer>) {
        let count = |answer| self.votes.iter().filter(|vote| **vote == answer).count();
        let (adverts, others, undecided) = (count(Answer::Advert), count(Answer::Other), count(Answer::Undecided));
        let needed = if self.drawn || self.appealed || undecided > 0 { 2 } else { 1 };
        let majority = Answer::of_votes(self.votes.iter().copied());
        match self.votes.len() {
            0 if self.appealed => (ReviewState::Second, None),
            0 => (ReviewState::Waiting, None),
            votes if votes >= ENOUGH_VOTES => (ReviewState::Settled, majority),
            _ if adverts > 0 && others > 0 => (ReviewState::Dispute, None),
            _ if adverts.max(others) >= needed => (ReviewState::Settled, majority),
            2 => (ReviewState::Dispute, None),
            _ => (ReviewState::Second, None),
        }
    }
}

/// The order of the queue: what may harm first, then what many people see, then what the detector is sure of. Greater is earlier.
#[must_use]
pub fn queue_rank(verdict: &Verdict, watches: usize, views: Option<u32>) -> i64 {
    let severity = verdict.rules.iter().map(|rule| rule.severity).max();
    let harm = match severity {
        Some(Severity::Critical) => 400,
        Some(Severity::High) => 200,
        Some(Severity::Medium) => 100,
        _ => 0,
    };
    let reach = 10 * i64::from(views.unwrap_or(0).saturating_add(1).ilog2());
    let exposed = 15 * i64::try_from(watches.min(4)).unwrap_or(0);
    harm + reach + exposed + if verdict.band == Band::Advert { 40 } else { 0 }
}

/// A text without what sellers change from copy to copy: numbers, contacts, addresses, signs, emoji and case. None where too little is left to
/// call two posts the same.
#[must_use]
pub fn fold_key(text: &str) -> Option<u64> {
    const SHORTEST: usize = 12;
    let words = text.split_whitespace().filter(|word| !word.contains(['@', '/']) && !word.contains("www."));
    let letters: String = words.flat_map(str::chars).filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
    (letters.chars().count() >= SHORTEST).then(|| vigie_measure::text_hash(letters.as_bytes()))
}

/// What one person said of one find.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Its number.
    pub id: i64,
    /// The find.
    pub find: i64,
    /// Who.
    pub user: String,
    /// Who, by number.
    pub user_id: UserId,
    /// What kind of step.
    pub kind: Step,
    /// The label, for [`Step::Label`].
    pub label: Option<Label>,
    /// Why, in the person's words.
    pub reason: Option<String>,
    /// Which decision this one takes back.
    pub undoes: Option<i64>,
    /// The find that it was decided along with.
    pub led_by: Option<i64>,
    /// When.
    pub at: Timestamp,
}

/// The kinds of step in a find's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A label was given.
    Label,
    /// The find was passed on: it was too hard to look at, or to tell. Nobody asks why.
    TooHard,
    /// A step was taken back.
    Undo,
    /// A decision is to be looked at again.
    Appeal,
}

impl Step {
    /// The kind as it is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Label => "label",
            Self::TooHard => "too_hard",
            Self::Undo => "undo",
            Self::Appeal => "appeal",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::Label, Self::TooHard, Self::Undo, Self::Appeal].into_iter().find(|step| step.as_str() == name)
    }
}

/// A find with what a reviewer needs beside it.
#[derive(Debug, Clone, Serialize)]
pub struct ReviewItem {
    /// The find.
    pub find: Find,
    /// Where it stands.
    pub state: ReviewState,
    /// The answer, once settled: "advert", "other", "undecided".
    pub answer: Option<String>,
    /// How often it had been seen, where the source says so.
    pub views: Option<u32>,
    /// Other waiting finds with the same text but for numbers, contacts and signs.
    pub alike: u64,
    /// Who is reading it.
    pub claimed_by: Option<(UserId, String)>,
}

/// Which part of the queue; what is not filled in does not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueueFilter {
    /// Of this watch.
    pub watch: Option<String>,
    /// On this network.
    pub network: Option<String>,
    /// Product classes that the reader has opted out of.
    pub spared: Vec<String>,
}

/// Who works on the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader {
    /// The person.
    pub user: UserId,
    /// Whether the person settles disputes.
    pub senior: bool,
}

/// What is decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// The label.
    pub label: Label,
    /// Why, in the person's words; at most [`Ruling::REASON`] characters are kept.
    pub reason: Option<String>,
    /// Whether the finds that are alike are decided along.
    pub all: bool,
}

impl Ruling {
    /// Longest reason, in characters.
    pub const REASON: usize = 500;
}

/// What a decision did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// So many finds were decided.
    Done(u64),
    /// Somebody else is reading it.
    ClaimedByOther,
    /// It is settled, the person has voted on it, or only a senior may.
    NotOpen,
    /// There is no such find.
    NoFind,
}

/// Which finds are looked for; what is not filled in does not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Words that the text has, as prefixes.
    pub words: Option<String>,
    /// Of this watch.
    pub watch: Option<String>,
    /// On this network.
    pub network: Option<String>,
    /// In this band.
    pub band: Option<Band>,
    /// Where they stand.
    pub state: Option<ReviewState>,
    /// Found before the find with this number (for the next page).
    pub before: Option<i64>,
}

/// How many finds wait.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "as in `ReviewState`")]
pub struct Waiting {
    pub waiting: u64,
    pub second: u64,
    pub dispute: u64,
    pub settled: u64,
}

/// What a person was shown on a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Exposure {
    /// Finds.
    pub shown: u64,
    /// Minutes since the last break of at least ten minutes.
    pub minutes: u64,
}

/// The queue and the history of decisions.
pub trait Review {
    /// The first finds of the queue that this person may decide, best first, claimed ones of others included.
    ///
    /// # Errors
    /// The back end fails.
    fn queue(&self, reader: Reader, filter: &QueueFilter, limit: usize, now: Timestamp) -> Result<Vec<ReviewItem>>;

    /// Claims a find for a person until `until`, and gives up the person's other claims. With no find named: the first one free. None where
    /// it cannot be had. Counts as shown to the person.
    ///
    /// # Errors
    /// The back end fails.
    fn claim(&mut self, reader: Reader, filter: &QueueFilter, find: Option<i64>, now: Timestamp, until: Timestamp) -> Result<Option<i64>>;

    /// Gives up a person's claims.
    ///
    /// # Errors
    /// The back end fails.
    fn release(&mut self, user: UserId) -> Result<()>;

    /// Decides a find, in one transaction with what is alike.
    ///
    /// # Errors
    /// The back end fails.
    fn decide(&mut self, reader: Reader, find: i64, ruling: &Ruling, now: Timestamp) -> Result<Decided>;

    /// Passes a find on to others. Nobody asks why.
    ///
    /// # Errors
    /// The back end fails.
    fn too_hard(&mut self, user: UserId, find: i64, now: Timestamp) -> Result<bool>;

    /// Takes back the person's last step of the last half hour, with all finds decided along. Returns the find.
    ///
    /// # Errors
    /// The back end fails.
    fn undo(&mut self, user: UserId, now: Timestamp) -> Result<Option<i64>>;

    /// Has a settled find looked at again, by people who did not decide it.
    ///
    /// # Errors
    /// The back end fails.
    fn appeal(&mut self, user: UserId, find: i64, reason: &str, now: Timestamp) -> Result<bool>;

    /// One find with its place in the queue.
    ///
    /// # Errors
    /// The back end fails.
    fn item(&self, find: i64, now: Timestamp) -> Result<Option<ReviewItem>>;

    /// Everything that people did with a find, oldest first.
    ///
    /// # Errors
    /// The back end fails.
    fn history(&self, find: i64) -> Result<Vec<Decision>>;

    /// Decisions with numbers below `before`, newest first.
    ///
    /// # Errors
    /// The back end fails.
    fn decisions(&self, before: Option<i64>, limit: usize) -> Result<Vec<Decision>>;

    /// Finds that fit, latest first.
    ///
    /// # Errors
    /// The back end fails.
    fn search(&self, search: &Search, limit: usize, now: Timestamp) -> Result<Vec<ReviewItem>>;

    /// How many finds wait.
    ///
    /// # Errors
    /// The back end fails.
    fn waiting(&self) -> Result<Waiting>;

    /// What a person was shown today.
    ///
    /// # Errors
    /// The back end fails.
    fn exposure(&self, user: UserId, now: Timestamp) -> Result<Exposure>;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(votes: &[Answer], drawn: bool, appealed: bool) -> (ReviewState, Option<Answer>) {
        Hearing { votes, drawn, appealed }.state()
    }

    #[test]
    fn one_clear_answer_settles_unless_two_are_wanted() {
        use Answer::{Advert, Other, Undecided};
        assert_eq!(state(&[], false, false), (ReviewState::Waiting, None));
        assert_eq!(state(&[Advert], false, false), (ReviewState::Settled, Some(Advert)));
        assert_eq!(state(&[Other], true, false), (ReviewState::Second, None));
        assert_eq!(state(&[Other, Other], true, false), (ReviewState::Settled, Some(Other)));
        assert_eq!(state(&[], false, true), (ReviewState::Second, None));
        assert_eq!(state(&[Undecided], false, false), (ReviewState::Second, None));
    }

    #[test]
    fn who_disagrees_calls_a_third_person() {
        use Answer::{Advert, Other, Undecided};
        assert_eq!(state(&[Advert, Other], true, false), (ReviewState::Dispute, None));
        assert_eq!(state(&[Undecided, Advert], false, false), (ReviewState::Dispute, None));
        assert_eq!(state(&[Undecided, Undecided], false, false), (ReviewState::Dispute, None));
        assert_eq!(state(&[Advert, Other, Other], true, false), (ReviewState::Settled, Some(Other)));
        assert_eq!(state(&[Undecided; 3], false, false), (ReviewState::Settled, Some(Undecided)));
    }

    #[test]
    fn copies_with_other_numbers_contacts_and_signs_fold() {
        let one = fold_key("🔥 Beuh dispo 24/7 ce soir, livraison 06 39 98 12 34 @vendeur_fictif");
        assert!(one.is_some());
        assert_eq!(one, fold_key("beuh DISPO ce soir — livraison! 06 39 98 99 99 @autre_exemple https://example.org/x"));
        assert_ne!(one, fold_key("beuh dispo demain soir, livraison"));
        assert_eq!(fold_key("dispo 🍫"), None, "too short to say");
    }
}

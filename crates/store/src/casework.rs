//! Casework: documents for outsiders, what leaves and what became of it, legal holds, labels given. Plain data and the port.

use serde::Serialize;
use vigie_model::Timestamp;

use crate::Result;

/// Documents and their outbox. Several processes may use it beside one that takes in a stream.
pub trait Casework {
    /// Writes a document that names finds.
    ///
    /// # Errors
    /// [`crate::Error::AlreadyReported`] if one of them is in another document of this kind to this receiver; then nothing is written.
    fn create(&mut self, draft: &DocumentDraft) -> Result<()>;

    /// A document.
    ///
    /// # Errors
    /// The back end fails.
    fn document(&self, id: &str) -> Result<Option<Document>>;

    /// Documents of a kind, newest first; of all kinds if none is named.
    ///
    /// # Errors
    /// The back end fails.
    fn documents(&self, kind: Option<&str>) -> Result<Vec<Document>>;

    /// Puts another body in the place of an unsigned document's.
    ///
    /// # Errors
    /// [`crate::Error::DocumentState`] if it is signed or gone.
    fn rewrite(&mut self, id: &str, body: &str, act: &Act) -> Result<()>;

    /// Signs a document: from then on it does not change.
    ///
    /// # Errors
    /// [`crate::Error::DocumentState`] if it is signed already or gone.
    fn sign(&mut self, id: &str, body: &str, act: &Act) -> Result<()>;

    /// Takes a document back, so that its finds may be reported anew.
    ///
    /// # Errors
    /// [`crate::Error::DocumentState`] if anything of it left, or may have left.
    fn withdraw(&mut self, id: &str, act: &Act) -> Result<()>;

    /// Lets finds of a document be reported anew, because its receiver did not take them.
    ///
    /// # Errors
    /// [`crate::Error::DocumentState`] if there is no such document.
    fn free(&mut self, id: &str, finds: &[i64], act: &Act) -> Result<()>;

    /// Finds that a document names.
    ///
    /// # Errors
    /// The back end fails.
    fn finds_of(&self, id: &str) -> Result<Vec<i64>>;

    /// Adds what happened to a document.
    ///
    /// # Errors
    /// [`crate::Error::DocumentState`] if there is none.
    fn record(&mut self, id: &str, event: &EventDraft) -> Result<()>;

    /// What happened to a document, or to all, in order.
    ///
    /// # Errors
    /// The back end fails.
    fn events(&self, id: Option<&str>) -> Result<Vec<Event>>;

    /// Releases a message of a signed document. False: a message with this key is there already, whatever its state.
    ///
    /// # Errors
    /// [`crate::Error::DocumentState`] if the document is not signed.
    fn release(&mut self, message: &MessageDraft) -> Result<bool>;

    /// Takes the next message that is due, and durably marks it as being sent before this returns.
    ///
    /// # Errors
    /// The back end fails.
    fn claim(&mut self, now: Timestamp) -> Result<Option<Message>>;

    /// Writes down what became of a message that was claimed or is uncertain.
    ///
    /// # Errors
    /// The back end fails.
    fn settle(&mut self, id: i64, settled: &Settled, at: Timestamp) -> Result<()>;

    /// Messages that a sender left behind when it died: those that may be repeated are queued again, of the others nobody knows whether
    /// they arrived, and a person has to say. To be called by the only sender, before it sends.
    ///
    /// # Errors
    /// The back end fails.
    fn recover(&mut self, now: Timestamp) -> Result<u64>;

    /// The outbox, oldest first.
    ///
    /// # Errors
    /// The back end fails.
    fn outbox(&self) -> Result<Vec<Message>>;

    /// Places something under legal hold, or lifts the hold.
    ///
    /// # Errors
    /// The back end fails.
    fn hold(&mut self, subject: &HoldSubject, place: bool, act: &Act) -> Result<()>;

    /// What lies past its clock, class by class. With `erase` it is erased, and the audit log says so.
    ///
    /// # Errors
    /// The back end fails.
    fn purge_casework(&mut self, clocks: &Clocks, now: Timestamp, erase: bool) -> Result<Vec<Purged>>;

    /// Notes in the audit log what was given out.
    ///
    /// # Errors
    /// The back end fails.
    fn audit(&mut self, event: &str, network: Option<&str>, detail: &str, at: Timestamp) -> Result<()>;

    /// The audit log, oldest first.
    ///
    /// # Errors
    /// The back end fails.
    fn audit_log(&self) -> Result<Vec<AuditEntry>>;

    /// Gives a label out under the next number of the stream. `sign` makes the label, as JSON.
    ///
    /// # Errors
    /// The back end fails.
    fn give_label(&mut self, label: &LabelDraft) -> Result<i64>;

    /// Labels after a number of the stream, in order.
    ///
    /// # Errors
    /// The back end fails.
    fn labels_after(&self, seq: i64, limit: usize) -> Result<Vec<GivenOut>>;

    /// The number of the last label; 0 if there is none.
    ///
    /// # Errors
    /// The back end fails.
    fn last_label(&self) -> Result<i64>;
}

/// Who does something, why and when.
#[derive(Debug, Clone)]
pub struct Act {
    /// A person's name.
    pub by: String,
    /// Why, or what else is to be remembered.
    pub reason: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// A document to be written.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "as in `Document`")]
pub struct DocumentDraft {
    pub id: String,
    pub kind: String,
    pub receiver: String,
    pub account: Option<String>,
    pub body: String,
    pub finds: Vec<i64>,
    pub grounds: String,
    pub act: Act,
}

/// A document as it is kept.
#[derive(Debug, Clone, Serialize)]
pub struct Document {
    /// Reference, also in the document itself.
    pub id: String,
    /// `notice`, `statement`, `dossier` …
    pub kind: String,
    /// Platform or authority that it is for.
    pub receiver: String,
    /// Whose posts it is about; none where that is unknown, or no longer kept.
    pub account: Option<String>,
    /// JSON; none once its retention is over.
    #[serde(skip)]
    pub body: Option<String>,
    /// When it was drafted.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
    /// When it was signed.
    pub signed_at: Option<Timestamp>,
    /// By whom.
    pub signed_by: Option<String>,
    /// How many posts it names.
    pub posts: u64,
    /// Kind of content, for the annual report.
    pub grounds: String,
}

/// Something that happened, to be written down.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "as in `Event`")]
pub struct EventDraft {
    pub event: String,
    pub outcome: Option<String>,
    pub act: Act,
}

/// Something that happened to a document.
#[derive(Debug, Clone, Serialize)]
pub struct Event {
    /// Which document.
    pub document: String,
    /// When.
    pub at: Timestamp,
    /// Who wrote it down.
    pub by: String,
    /// `created`, `edited`, `signed`, `released`, `delivered`, `receipt`, `decision`, `recheck`, `reminder`, `withdrawn`.
    pub event: String,
    /// Code: what was decided, whether the post is online.
    pub outcome: Option<String>,
    /// Words.
    pub detail: Option<String>,
}

/// A message to be released.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "as in `Message`")]
pub struct MessageDraft {
    pub key: String,
    pub document: String,
    pub channel: String,
    pub repeatable: bool,
    pub payload: String,
    pub act: Act,
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageState {
    /// Waits for its time.
    Queued,
    /// Being sent.
    Sending,
    /// The receiver has it.
    Delivered,
    /// The receiver does not take it: trying again is of no use.
    Refused,
    /// It may or may not have arrived: a person finds out and says so.
    Uncertain,
    /// Taken back before it left.
    Cancelled,
}

impl MessageState {
    const ALL: [Self; 6] = [Self::Queued, Self::Sending, Self::Delivered, Self::Refused, Self::Uncertain, Self::Cancelled];

    /// The state as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Delivered => "delivered",
            Self::Refused => "refused",
            Self::Uncertain => "uncertain",
            Self::Cancelled => "cancelled",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A message of the outbox.
#[derive(Debug, Clone, Serialize)]
pub struct Message {
    /// Number.
    pub id: i64,
    /// Idempotency key.
    pub key: String,
    /// Of which document.
    pub document: String,
    /// Channel of the configuration.
    pub channel: String,
    /// JSON; none once its retention is over.
    #[serde(skip)]
    pub payload: Option<String>,
    /// Where it stands.
    pub state: MessageState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next.
    pub next_at: Timestamp,
    /// Who released it.
    pub released_by: String,
    /// What went wrong last.
    pub problem: Option<String>,
    /// What the receiver answered.
    pub receipt: Option<String>,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// The receiver has it, and gave this as its reference.
    Delivered(Option<String>),
    /// It certainly did not arrive, and is tried again at a time.
    Retry {
        /// When.
        next_at: Timestamp,
        /// Why it did not arrive.
        problem: String,
    },
    /// The receiver does not take it.
    Refused(String),
    /// Nobody knows.
    Uncertain(String),
    /// Taken back.
    Cancelled(String),
}

/// What a legal hold is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HoldSubject {
    /// A find, by its number.
    Find(i64),
    /// A document, by its reference.
    Document(String),
}

/// How long things are kept, in days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clocks {
    /// An unreviewed find since it was found.
    pub find_days: u32,
    /// A document since the last thing that happened to it.
    pub answered_days: u32,
    /// A document at most, since it was written.
    pub document_days: u32,
    /// Entries of the audit log.
    pub audit_days: u32,
}

/// What a purge erased, or would erase, of one class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Purged {
    /// `finds`, `documents`, `messages`, `audit`.
    pub class: &'static str,
    /// Days of its clock.
    pub days: u32,
    /// How many.
    pub count: u64,
    /// How many are past their clock and stay, because they are held.
    pub held: u64,
    /// SHA-256 over the names of what was erased, each on a line: with a list of names anybody can check that it is this one.
    pub sha256: String,
}

/// An entry of the audit log.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct AuditEntry {
    pub at: Timestamp,
    pub event: String,
    pub network: Option<String>,
    pub detail: String,
}

/// A label to be given out.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "as in the AT Protocol's label")]
pub struct LabelDraft {
    pub uri: String,
    pub val: String,
    pub neg: bool,
    /// The signed label, JSON.
    pub label: String,
    pub act: Act,
}

/// A label that was given out.
#[derive(Debug, Clone)]
pub struct GivenOut {
    /// Its number in the stream.
    pub seq: i64,
    /// The signed label, JSON.
    pub label: String,
}

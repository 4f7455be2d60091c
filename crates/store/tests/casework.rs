//! Casework: one document for each find and receiver, messages that leave once, holds that win over clocks.

#![expect(clippy::unwrap_used, reason = "a test")]

use vigie_model::{Profile, Timestamp};
use vigie_store::{Act, Casework, Clocks, DocumentDraft, Error, EventDraft, HoldSubject, MessageDraft, MessageState, Policy, Settled, SqliteDesk, SqliteStore};

const DAY: i64 = 86_400;

struct Case {
    folder: tempfile::TempDir,
    desk: SqliteDesk,
}

fn at(day: i64) -> Timestamp {
    Timestamp::from_seconds(1_790_000_000 + day * DAY).unwrap()
}

fn act(day: i64) -> Act {
    Act { by: "Camille".into(), reason: None, at: at(day) }
}

fn policy() -> Policy {
    Policy::new(Profile::Platform)
}

fn case() -> Case {
    let folder = tempfile::tempdir().unwrap();
    drop(SqliteStore::open(folder.path(), &policy()).unwrap());
    let desk = SqliteDesk::open(folder.path(), &policy()).unwrap();
    Case { folder, desk }
}

fn draft(id: &str, finds: &[i64]) -> DocumentDraft {
    DocumentDraft {
        id: id.into(),
        kind: "notice".into(),
        receiver: "bluesky".into(),
        account: Some("fictif".into()),
        body: "{\"secret\":1}".into(),
        finds: finds.to_vec(),
        grounds: "drugs".into(),
        act: act(0),
    }
}

fn message(document: &str, key: &str, repeatable: bool) -> MessageDraft {
    MessageDraft { key: key.into(), document: document.into(), channel: "mail".into(), repeatable, payload: "{}".into(), act: act(1) }
}

fn signed(desk: &mut SqliteDesk, id: &str, finds: &[i64]) {
    desk.create(&draft(id, finds)).unwrap();
    desk.sign(id, "{\"signed\":true}", &act(1)).unwrap();
}

#[test]
fn a_find_is_reported_once_to_a_receiver() {
    let mut case = case();
    case.desk.create(&draft("a", &[1, 2])).unwrap();
    let again = case.desk.create(&draft("b", &[3, 2]));
    assert!(matches!(again, Err(Error::AlreadyReported { find: 2, ref document }) if document == "a"));
    assert!(case.desk.document("b").unwrap().is_none(), "nothing of the second document was written");
    case.desk.create(&DocumentDraft { receiver: "police".into(), ..draft("c", &[2]) }).unwrap();
    // Taken back before it left, its finds are free again.
    case.desk.withdraw("a", &act(1)).unwrap();
    case.desk.create(&draft("b", &[3, 2])).unwrap();
    assert_eq!(case.desk.finds_of("b").unwrap(), [2, 3]);
}

#[test]
fn nothing_unsigned_is_released_and_nothing_signed_changes() {
    let mut case = case();
    case.desk.create(&draft("a", &[1])).unwrap();
    assert!(matches!(case.desk.release(&message("a", "k", false)), Err(Error::DocumentState { .. })));
    case.desk.rewrite("a", "{\"edited\":1}", &act(1)).unwrap();
    case.desk.sign("a", "{\"signed\":1}", &act(1)).unwrap();
    assert!(matches!(case.desk.rewrite("a", "{}", &act(2)), Err(Error::DocumentState { .. })));
    assert!(matches!(case.desk.sign("a", "{}", &act(2)), Err(Error::DocumentState { .. })));
    let document = case.desk.document("a").unwrap().unwrap();
    assert_eq!((document.body.as_deref(), document.signed_by.as_deref()), (Some("{\"signed\":1}"), Some("Camille")));
    assert!(matches!(case.desk.release(&message("nowhere", "k", false)), Err(Error::DocumentState { .. })));
}

#[test]
fn a_message_leaves_once_however_often_it_is_released() {
    let mut case = case();
    signed(&mut case.desk, "a", &[1]);
    assert!(case.desk.release(&message("a", "k", false)).unwrap());
    assert!(!case.desk.release(&message("a", "k", false)).unwrap());
    let first = case.desk.claim(at(1)).unwrap().unwrap();
    assert!(case.desk.claim(at(1)).unwrap().is_none(), "it is being sent");
    // A second process sees the same.
    let mut other = SqliteDesk::open(case.folder.path(), &policy()).unwrap();
    assert!(other.claim(at(1)).unwrap().is_none());
    case.desk.settle(first.id, &Settled::Delivered(Some("42".into())), at(1)).unwrap();
    assert!(!case.desk.release(&message("a", "k", false)).unwrap());
    assert!(case.desk.claim(at(9)).unwrap().is_none());
    // What was delivered stays delivered, whoever says otherwise.
    case.desk.settle(first.id, &Settled::Retry { next_at: at(2), problem: "no".into() }, at(2)).unwrap();
    assert_eq!(case.desk.outbox().unwrap()[0].state, MessageState::Delivered);
    assert!(matches!(case.desk.withdraw("a", &act(3)), Err(Error::DocumentState { .. })));
}

#[test]
fn a_retry_waits_for_its_time() {
    let mut case = case();
    signed(&mut case.desk, "a", &[1]);
    case.desk.release(&message("a", "k", false)).unwrap();
    let message = case.desk.claim(at(1)).unwrap().unwrap();
    case.desk.settle(message.id, &Settled::Retry { next_at: at(2), problem: "busy".into() }, at(1)).unwrap();
    assert!(case.desk.claim(at(1)).unwrap().is_none());
    assert_eq!(case.desk.claim(at(2)).unwrap().unwrap().attempts, 2);
}

/// A sender that died leaves a message of which only a person can find out whether it arrived.
#[test]
fn after_a_death_only_what_may_be_repeated_is_repeated() {
    let mut case = case();
    signed(&mut case.desk, "a", &[1]);
    case.desk.release(&message("a", "once", false)).unwrap();
    case.desk.release(&message("a", "often", true)).unwrap();
    while case.desk.claim(at(1)).unwrap().is_some() {}
    drop(case.desk);
    let mut desk = SqliteDesk::open(case.folder.path(), &policy()).unwrap();
    assert_eq!(desk.recover(at(1)).unwrap(), 2);
    let states: Vec<_> = desk.outbox().unwrap().iter().map(|message| (message.key.clone(), message.state)).collect();
    assert_eq!(states, [("once".to_owned(), MessageState::Uncertain), ("often".to_owned(), MessageState::Queued)]);
    let claimed = desk.claim(at(1)).unwrap().unwrap();
    assert_eq!(claimed.key, "often");
    assert!(desk.claim(at(1)).unwrap().is_none());
}

#[test]
fn purging_keeps_figures_and_what_is_held() {
    let mut case = case();
    for (id, find) in [("old", 1), ("held", 2), ("answered", 3)] {
        signed(&mut case.desk, id, &[find]);
        case.desk
            .record(id, &EventDraft { event: "decision".into(), outcome: Some("removed".into()), act: Act { reason: Some("words".into()), ..act(2) } })
            .unwrap();
    }
    case.desk.record("answered", &EventDraft { event: "recheck".into(), outcome: None, act: act(150) }).unwrap();
    case.desk.hold(&HoldSubject::Document("held".into()), true, &act(2)).unwrap();
    let clocks = Clocks { find_days: 30, answered_days: 180, document_days: 365, audit_days: 365 };
    let count = |purged: &[vigie_store::Purged]| purged.iter().find(|class| class.class == "documents").map(|class| (class.count, class.held)).unwrap();
    assert_eq!(count(&case.desk.purge_casework(&clocks, at(200), false).unwrap()), (1, 1));
    assert!(case.desk.document("old").unwrap().unwrap().body.is_some(), "a dry run erases nothing");
    let purged = case.desk.purge_casework(&clocks, at(200), true).unwrap();
    assert_eq!(count(&purged), (1, 1));
    let old = case.desk.document("old").unwrap().unwrap();
    assert_eq!((old.body, old.account, old.posts, old.receiver.as_str()), (None, None, 1, "bluesky"));
    let events = case.desk.events(Some("old")).unwrap();
    assert!(events.iter().any(|event| event.outcome.as_deref() == Some("removed")) && events.iter().all(|event| event.detail.is_none()));
    assert!(case.desk.document("held").unwrap().unwrap().body.is_some());
    // The proof is in the log: the hash over the names of what was erased ("old" and a line end).
    let proof = case.desk.audit_log().unwrap().into_iter().find(|entry| entry.event == "purge").unwrap();
    assert!(proof.detail.contains("01d09d19c2139a46aebfb577780d123d7396e97201bc7ead210a2ebff8239dee"));
    // Released, the hold protects no longer; a year after its making even the answered one goes.
    case.desk.hold(&HoldSubject::Document("held".into()), false, &act(201)).unwrap();
    assert_eq!(count(&case.desk.purge_casework(&clocks, at(202), true).unwrap()), (1, 0));
    assert_eq!(count(&case.desk.purge_casework(&clocks, at(366), true).unwrap()), (1, 0));
}

#[test]
fn the_desk_works_while_a_stream_is_taken_in() {
    let mut case = case();
    let _writer = SqliteStore::open(case.folder.path(), &policy()).unwrap();
    case.desk.create(&draft("a", &[1])).unwrap();
    assert!(SqliteDesk::open(case.folder.path(), &policy()).unwrap().document("a").unwrap().is_some());
}

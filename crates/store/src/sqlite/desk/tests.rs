//! Two people, one queue.

use std::sync::Arc;

use vigie_measure::{CellKey, Network, ScoreBin, WatchSet, author_hash, post_key, text_hash};
use vigie_model::{Band, Label, Lang, Profile, Timestamp, Verdict, Versions};

use super::*;
use crate::{
    Accounts, Added, Batch, Decided, FindDraft, Ingest, Post, QueueFilter, Reader, Review, ReviewState, Role, Ruling, Search, SqliteStore, Step, Upkeep, UserId,
};

const T: i64 = 1_795_000_000;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(T + seconds).unwrap()
}

fn draft(id: &str, text: &str) -> FindDraft {
    FindDraft {
        network: Network::parse("bluesky").unwrap(),
        native_id: id.into(),
        revision: 0,
        author_id: None,
        author_handle: Some("vendeur_fictif".into()),
        author_name: None,
        posted_at: Some(at(0)),
        found_at: at(0),
        lang: Lang::parse("fr"),
        url: None,
        text: text.into(),
        tags: vec![],
        media: None,
        raw: vec![],
        watches: WatchSet::new(["lorient"]),
        verdict: Verdict {
            score: 0.9,
            band: Band::Advert,
            label: Label::Advert,
            products: vec![],
            components: vec![],
            contacts: vec![],
            prices: vec![],
            places: vec![],
            reasons: vec![],
            rules: vec![],
            pictures: vec![],
            versions: Arc::new(Versions { vigie: "0".into(), lexicon: "0".into(), model: "m".into(), rules: None }),
        },
        canonical: "{}".into(),
    }
}

struct Fixture {
    dir: tempfile::TempDir,
    policy: Policy,
    desk: SqliteDesk,
    one: Reader,
    two: Reader,
    senior: Reader,
}

fn fixture(texts: &[String]) -> Fixture {
    let dir = tempfile::tempdir().unwrap();
    let policy = Policy::new(Profile::Platform);
    let mut store = SqliteStore::open(dir.path(), &policy).unwrap();
    let mut batch = Batch::new();
    for (index, text) in texts.iter().enumerate() {
        let draft = draft(&format!("post{index}"), text);
        let key =
            CellKey { watches: draft.watches.clone(), network: draft.network, lang: draft.lang, hour: 0, bin: ScoreBin::new(Band::Advert, 0.9), repost: false };
        let cell = batch.cell(&key);
        batch.post(Post {
            key: post_key(draft.network, &draft.native_id),
            revision: 0,
            cell,
            text_hash: text_hash(text.as_bytes()),
            author_hash: author_hash(draft.network, "a"),
            find: Some(Box::new(draft)),
            sample: None,
        });
    }
    store.commit(&batch).unwrap();
    drop(store);
    let mut desk = SqliteDesk::open(dir.path(), &policy).unwrap();
    let mut add = |name: &str, role| match desk.add_user(name, role, "x", false, at(0)).unwrap() {
        Added::Added(user) => Reader { user, senior: role >= Role::Analyst },
        Added::NameTaken => panic!("taken"),
    };
    let (one, two, senior) = (add("one", Role::Reviewer), add("two", Role::Reviewer), add("senior", Role::Admin));
    Fixture { dir, policy, desk, one, two, senior }
}

fn texts(count: usize) -> Vec<String> {
    let letters = |n: usize| n.to_string().chars().map(|c| char::from(b'a' + c as u8 - b'0')).collect::<String>();
    (0..count).map(|n| format!("beuh dispo ce soir {} livraison", letters(n + 100))).collect()
}

fn ruling(label: Label) -> Ruling {
    Ruling { label, reason: None, all: false }
}

/// Finds that one answer settles.
fn plain(fixture: &Fixture) -> Vec<i64> {
    let drawn = "SELECT id FROM find WHERE post_key % 20 != 0 ORDER BY id";
    fixture.desk.conn().prepare(drawn).unwrap().query_map([], |row| row.get(0)).unwrap().map(|id| id.unwrap()).collect()
}

#[test]
fn a_claim_keeps_others_away_until_it_runs_out() {
    let mut f = fixture(&texts(3));
    let none = QueueFilter::default();
    let mine = f.desk.claim(f.one, &none, None, at(0), at(600)).unwrap().unwrap();
    let theirs = f.desk.claim(f.two, &none, None, at(1), at(601)).unwrap().unwrap();
    assert_ne!(mine, theirs);
    assert_eq!(f.desk.claim(f.one, &none, None, at(2), at(602)).unwrap(), Some(mine), "a claim is kept, not moved on");
    assert_eq!(f.desk.claim(f.two, &none, Some(mine), at(3), at(603)).unwrap(), None);
    let theirs = f.desk.claim(f.two, &none, None, at(4), at(604)).unwrap().unwrap();
    assert_eq!(f.desk.decide(f.two, mine, &ruling(Label::News), at(5)).unwrap(), Decided::ClaimedByOther);
    assert_eq!(f.desk.decide(f.two, mine, &ruling(Label::News), at(700)).unwrap(), Decided::Done(1), "the claim ran out");
    assert_eq!(f.desk.decide(f.one, theirs + 1_000, &ruling(Label::News), at(701)).unwrap(), Decided::NoFind);
}

#[test]
fn two_people_at_once_never_decide_the_same_find() {
    let f = fixture(&texts(60));
    let work = |reader: Reader| {
        let (dir, policy) = (f.dir.path().to_owned(), f.policy.clone());
        std::thread::spawn(move || {
            let mut desk = SqliteDesk::open(&dir, &policy).unwrap();
            let mut seconds = 0;
            while let Some(find) = desk.claim(reader, &QueueFilter::default(), None, at(seconds), at(seconds + 600)).unwrap() {
                assert!(matches!(desk.decide(reader, find, &ruling(Label::Advert), at(seconds)).unwrap(), Decided::Done(1)));
                seconds += 1;
            }
        })
    };
    let threads = [work(f.one), work(f.two)];
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    let votes = "SELECT count(*) FROM (SELECT find FROM decision WHERE post_key % 20 != 0 GROUP BY find HAVING count(*) != 1)";
    let wrong: i64 = f.desk.conn().query_row(votes, [], |row| row.get(0)).unwrap();
    assert_eq!(wrong, 0, "each plain find has exactly one decision");
    let decided: i64 = f.desk.conn().query_row("SELECT count(DISTINCT find) FROM decision WHERE post_key % 20 != 0", [], |row| row.get(0)).unwrap();
    assert_eq!(decided, i64::try_from(plain(&f).len()).unwrap());
}

#[test]
fn undo_is_a_row_of_its_own_and_decisions_stay() {
    let mut f = fixture(&texts(5));
    let find = plain(&f)[0];
    f.desk.decide(f.one, find, &ruling(Label::Advert), at(0)).unwrap();
    assert_eq!(f.desk.item(find, at(0)).unwrap().unwrap().state, ReviewState::Settled);
    assert_eq!(f.desk.undo(f.two.user, at(1)).unwrap(), None, "nobody takes back what another said");
    assert_eq!(f.desk.undo(f.one.user, at(1)).unwrap(), Some(find));
    assert_eq!(f.desk.undo(f.one.user, at(2)).unwrap(), None);
    assert_eq!(f.desk.item(find, at(2)).unwrap().unwrap().state, ReviewState::Waiting);
    let steps: Vec<Step> = f.desk.history(find).unwrap().iter().map(|decision| decision.kind).collect();
    assert_eq!(steps, [Step::Label, Step::Undo]);
    assert!(f.desk.conn().execute("DELETE FROM decision", []).is_err());
    assert!(f.desk.conn().execute("UPDATE decision SET label = 'news'", []).is_err());
    assert!(f.desk.conn().execute("DELETE FROM audit", []).is_ok(), "nothing to delete yet");
    f.desk.audit(Some(f.one.user), "login", "", at(0)).unwrap();
    assert!(f.desk.conn().execute("DELETE FROM audit", []).is_err());
}

#[test]
fn who_cannot_tell_calls_a_second_person_and_disagreement_a_senior() {
    let mut f = fixture(&texts(5));
    let find = plain(&f)[0];
    f.desk.decide(f.one, find, &ruling(Label::Ambiguous), at(0)).unwrap();
    assert_eq!(f.desk.decide(f.one, find, &ruling(Label::News), at(1)).unwrap(), Decided::NotOpen, "nobody is their own second person");
    f.desk.decide(f.two, find, &ruling(Label::News), at(2)).unwrap();
    assert_eq!(f.desk.item(find, at(2)).unwrap().unwrap().state, ReviewState::Dispute);
    let third = Reader { user: f.senior.user, senior: false };
    assert_eq!(f.desk.decide(third, find, &ruling(Label::News), at(3)).unwrap(), Decided::NotOpen);
    assert_eq!(f.desk.decide(f.senior, find, &ruling(Label::News), at(3)).unwrap(), Decided::Done(1));
    assert_eq!(f.desk.item(find, at(3)).unwrap().unwrap().answer.as_deref(), Some("other"));
}

#[test]
fn an_appeal_is_heard_by_others() {
    let mut f = fixture(&texts(5));
    let find = plain(&f)[0];
    assert!(!f.desk.appeal(f.senior.user, find, "not decided yet", at(0)).unwrap());
    f.desk.decide(f.one, find, &ruling(Label::Advert), at(0)).unwrap();
    assert!(f.desk.appeal(f.senior.user, find, "the author wrote to us", at(1)).unwrap());
    assert_eq!(f.desk.item(find, at(1)).unwrap().unwrap().state, ReviewState::Second);
    assert_eq!(f.desk.decide(f.one, find, &ruling(Label::Advert), at(2)).unwrap(), Decided::NotOpen);
    f.desk.decide(f.two, find, &ruling(Label::News), at(2)).unwrap();
    f.desk.decide(f.senior, find, &ruling(Label::News), at(3)).unwrap();
    let item = f.desk.item(find, at(3)).unwrap().unwrap();
    assert_eq!((item.state, item.answer.as_deref()), (ReviewState::Settled, Some("other")));
}

#[test]
fn copies_are_folded_and_decided_together_and_taken_back_together() {
    let mut all = texts(3);
    all.extend((0..41).map(|n| format!("Flash sale tout dispo ce soir {n} 🔥 06 39 98 {n:02} 00 @compte_fictif{n}")));
    let mut f = fixture(&all);
    let queue = f.desk.queue(f.one, &QueueFilter::default(), 100, at(0)).unwrap();
    assert_eq!(queue.len(), 4);
    let lead = queue.iter().find(|item| item.alike > 0).unwrap();
    assert_eq!(lead.alike, 40);
    let decided = f.desk.decide(f.one, lead.find.id, &Ruling { all: true, ..ruling(Label::Advert) }, at(0)).unwrap();
    assert_eq!(decided, Decided::Done(41));
    assert_eq!(f.desk.queue(f.one, &QueueFilter::default(), 100, at(1)).unwrap().len(), 3);
    f.desk.undo(f.one.user, at(1)).unwrap();
    assert_eq!(f.desk.waiting().unwrap().waiting, 44);
}

#[test]
fn too_hard_passes_it_on_without_a_reason() {
    let mut f = fixture(&texts(1));
    let find = f.desk.claim(f.one, &QueueFilter::default(), None, at(0), at(600)).unwrap().unwrap();
    assert!(f.desk.too_hard(f.one.user, find, at(1)).unwrap());
    assert_eq!(f.desk.claim(f.one, &QueueFilter::default(), None, at(2), at(600)).unwrap(), None);
    assert_eq!(f.desk.claim(f.two, &QueueFilter::default(), None, at(2), at(600)).unwrap(), Some(find));
}

#[test]
fn what_people_were_shown_is_counted_and_a_break_begins_anew() {
    let mut f = fixture(&texts(4));
    let mut show = |seconds: i64, find: i64| f.desk.claim(f.one, &QueueFilter::default(), Some(find), at(seconds), at(seconds + 1)).unwrap();
    for (seconds, find) in [(0, 1), (540, 2), (1_080, 3)] {
        show(seconds, find);
    }
    let exposure = f.desk.exposure(f.one.user, at(1_140)).unwrap();
    assert_eq!((exposure.shown, exposure.minutes), (3, 19));
    assert_eq!(f.desk.exposure(f.one.user, at(3_000)).unwrap().minutes, 0);
}

#[test]
fn erased_finds_leave_the_full_text_too() {
    let mut f = fixture(&texts(30));
    let search = |desk: &SqliteDesk, words: &str| desk.search(&Search { words: Some(words.into()), ..Search::default() }, 100, at(0)).unwrap().len();
    assert_eq!(search(&f.desk, "beuh livr"), 30);
    assert_eq!(search(&f.desk, "BÉUH"), 30, "accents and case do not matter");
    assert_eq!(search(&f.desk, "\" OR * NEAR("), 0, "no operator, no error");
    let kept = plain(&f)[0];
    f.desk.decide(f.one, kept, &ruling(Label::Advert), at(0)).unwrap();
    let mut store = SqliteStore::open(f.dir.path(), &f.policy).unwrap();
    store.purge(at(40 * 86_400)).unwrap();
    assert_eq!(search(&f.desk, "beuh"), 1, "a confirmed advert stays longer");
    store.purge(at(200 * 86_400)).unwrap();
    assert_eq!(search(&f.desk, "beuh"), 0);
    let left: i64 = f.desk.conn().query_row("SELECT count(*) FROM find_text_docsize", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
    drop((store, f.desk));
    let bytes = std::fs::read(f.dir.path().join(DATABASE)).unwrap();
    assert!(!bytes.windows(9).any(|window| window == b"livraison"), "no word is left in the file");
}

#[test]
fn pages_follow_each_other_without_gaps() {
    let f = fixture(&texts(25));
    let (mut before, mut seen) = (None, Vec::new());
    loop {
        let page = f.desk.search(&Search { before, ..Search::default() }, 10, at(0)).unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.find.id);
        seen.extend(page.iter().map(|item| item.find.id));
    }
    assert_eq!(seen.len(), 25);
    assert!(seen.windows(2).all(|pair| pair[0] > pair[1]));
}

#[test]
fn accounts_lock_and_sessions_end() {
    let mut f = fixture(&[]);
    let token = [1; 32];
    f.desk.begin_session(f.one.user, &token, at(0)).unwrap();
    assert!(f.desk.session(&token, at(-1), at(-1), at(10)).unwrap().is_some());
    assert!(f.desk.session(&token, at(0), at(-1), at(10)).unwrap().is_none(), "too old");
    f.desk.set_role(f.one.user, Role::Viewer, false, at(1)).unwrap();
    assert!(f.desk.session(&token, at(-1), at(-1), at(10)).unwrap().is_none(), "another role, another session");
    assert!(!f.desk.set_role(f.senior.user, Role::Viewer, false, at(1)).unwrap(), "the last admin stays");
    let locked: Vec<bool> = (0..3).map(|_| f.desk.note_failure(f.two.user, 3, at(900)).unwrap()).collect();
    assert_eq!(locked, [false, false, true]);
    assert_eq!(f.desk.credentials("TWO").unwrap().unwrap().locked_until, Some(at(900)));
    assert!(f.desk.use_totp_step(f.two.user, 5).unwrap());
    assert!(!f.desk.use_totp_step(f.two.user, 5).unwrap(), "a code works once");
    assert_eq!(f.desk.add_user("One", Role::Viewer, "x", false, at(0)).unwrap(), Added::NameTaken);
    assert_eq!(f.desk.add_user("late", Role::Admin, "x", true, at(0)).unwrap(), Added::NameTaken, "only the first one sets up");
    assert_ne!(f.one.user, UserId(0));
}

#[test]
fn a_backup_is_whole() {
    let f = fixture(&texts(3));
    let to = tempfile::tempdir().unwrap();
    f.desk.backup(f.dir.path(), to.path()).unwrap();
    assert!(f.desk.backup(f.dir.path(), to.path()).is_err(), "nothing is overwritten");
    let copy = SqliteDesk::open(to.path(), &f.policy).unwrap();
    assert_eq!(copy.waiting().unwrap().waiting, 3);
}

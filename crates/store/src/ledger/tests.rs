use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

fn database() -> Connection {
    let conn = Connection::open_in_memory().unwrap();
    conn.pragma_update(None, "page_size", 8192).unwrap();
    conn.execute_batch(include_str!("../../migrations/0001_start.sql")).unwrap();
    conn
}

/// Spreads numbers over all keys, as the store's keyed hash does.
fn spread(number: u64) -> u64 {
    xxhash_rust::xxh3::xxh3_64(&number.to_le_bytes())
}

fn entry(key: u64, revision: u32, cell: u32) -> Entry {
    Entry { key, place: Place { revision, cell } }
}

fn sorted(model: &HashMap<u64, Place>) -> Vec<Entry> {
    let mut entries: Vec<_> = model.iter().map(|(&key, &place)| Entry { key, place }).collect();
    entries.sort_by_key(|entry| entry.key);
    entries
}

fn all(ledger: &Ledger, conn: &Connection) -> Vec<Entry> {
    let mut entries = Vec::new();
    ledger.for_each(conn, |entry| entries.push(entry)).unwrap();
    entries
}

/// What a batch writes, how much memory there is, and whether the ledger is loaded anew before it.
type Step = (Vec<(u64, u32, u32)>, usize, bool);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    // Few distinct keys, so that batches overlap; now and then keys that are anything but spread.
    let key = prop_oneof![9 => (0u64..400).prop_map(spread), 1 => 0u64..10, 1 => (0u64..3).prop_map(|k| u64::MAX - k)];
    let write = (key, 0u32..3, 0u32..5);
    let memory = prop_oneof![Just(0usize), 0usize..3_000, Just(1 << 20)];
    proptest::collection::vec((proptest::collection::vec(write, 0..60), memory, any::<bool>()), 0..30)
}

proptest! {
    #[test]
    fn behaves_like_a_map(steps in steps()) {
        let conn = database();
        let mut ledger = Ledger::load(&conn, 0).unwrap();
        let mut model = HashMap::new();
        for (day, (writes, memory, reload)) in steps.into_iter().enumerate() {
            if reload {
                ledger = Ledger::load(&conn, memory).unwrap();
            }
            let batch: HashMap<u64, Place> =
                writes.iter().map(|&(key, revision, cell)| (key, Place { revision, cell })).collect();
            let entries = sorted(&batch);
            let keys: Vec<u64> = entries.iter().map(|entry| entry.key).collect();
            let expected: Vec<_> = keys.iter().map(|key| model.get(key).copied()).collect();
            prop_assert_eq!(ledger.look_up(&conn, &keys).unwrap(), expected);
            ledger.append(&conn, &entries, day as i64).unwrap();
            model.extend(batch);
        }
        prop_assert_eq!(all(&ledger, &conn), sorted(&model));
        let used: usize = ledger.runs.iter().filter_map(|run| run.filter.as_ref()).map(Filter::bytes).sum();
        // The filter over all runs has at least one block.
        prop_assert!(used + ledger.seen.bytes() <= ledger.memory.max(32), "filters take {} of {} bytes", used, ledger.memory);
    }
}

#[test]
fn finds_every_key_of_large_runs_with_and_without_filters() {
    let conn = database();
    let mut ledger = Ledger::load(&conn, 0).unwrap();
    let mut model = HashMap::new();
    for batch in 0..20u32 {
        let new: HashMap<u64, Place> = (0..5_000).map(|i| (spread(u64::from(batch * 5_000 + i)), Place { revision: i, cell: batch })).collect();
        ledger.append(&conn, &sorted(&new), 0).unwrap();
        model.extend(new);
    }
    let present = sorted(&model);
    let keys: Vec<u64> = present.iter().map(|entry| entry.key).collect();
    let mut absent: Vec<u64> = (1 << 40..(1 << 40) + 5_000).map(spread).chain([0, u64::MAX]).collect();
    absent.sort_unstable();
    for memory in [0, 150_000, 1 << 24] {
        let ledger = Ledger::load(&conn, memory).unwrap();
        let places: Vec<_> = present.iter().map(|entry| Some(entry.place)).collect();
        assert_eq!(ledger.look_up(&conn, &keys).unwrap(), places);
        assert!(ledger.look_up(&conn, &absent).unwrap().iter().all(Option::is_none));
    }
}

#[test]
fn keys_that_are_not_spread_are_found_too() {
    let conn = database();
    let mut ledger = Ledger::load(&conn, 0).unwrap();
    let skewed: Vec<Entry> = (0..6_000).map(|i| entry(i * i * i, 0, 1)).chain([entry(u64::MAX, 0, 2)]).collect();
    ledger.append(&conn, &skewed, 0).unwrap();
    let keys: Vec<u64> = skewed.iter().map(|entry| entry.key).collect();
    assert!(ledger.look_up(&conn, &keys).unwrap().iter().all(Option::is_some));
    assert_eq!(ledger.look_up(&conn, &[2, 9, u64::MAX - 1]).unwrap(), [None, None, None]);
}

#[test]
fn merging_keeps_the_number_of_runs_small() {
    let conn = database();
    let mut ledger = Ledger::load(&conn, 1 << 20).unwrap();
    for batch in 0..1_000 {
        ledger.append(&conn, &[entry(spread(batch % 100), u32::try_from(batch).unwrap(), 0)], 0).unwrap();
        assert!(ledger.runs.len() <= 28);
    }
    assert_eq!(all(&ledger, &conn).len(), 100);
    let chunks: i64 = conn.query_row("SELECT count(*) FROM ledger_chunk", [], |row| row.get(0)).unwrap();
    assert_eq!(usize::try_from(chunks).unwrap(), ledger.runs.len(), "merged runs are deleted");
}

#[test]
fn old_runs_are_forgotten_whole() {
    let conn = database();
    let mut ledger = Ledger::load(&conn, 1 << 20).unwrap();
    for day in 0..3 {
        ledger.append(&conn, &[entry(spread(day), 0, 0)], day.cast_signed()).unwrap();
    }
    assert_eq!(ledger.forget_before(&conn, 2).unwrap(), 2);
    assert_eq!(all(&ledger, &conn), [entry(spread(2), 0, 0)]);
    assert_eq!(all(&Ledger::load(&conn, 0).unwrap(), &conn).len(), 1);
}

#[test]
fn damage_is_an_error() {
    let conn = database();
    let mut ledger = Ledger::load(&conn, 0).unwrap();
    ledger.append(&conn, &[entry(5, 0, 0)], 0).unwrap();
    conn.execute("UPDATE ledger_chunk SET entries = x'00'", []).unwrap();
    assert!(ledger.look_up(&conn, &[5]).is_err());
    assert!(Ledger::load(&conn, 1 << 20).is_err());
    conn.execute("DELETE FROM ledger_chunk", []).unwrap();
    assert!(ledger.look_up(&conn, &[5]).is_err());
    assert!(Ledger::load(&conn, 1 << 20).is_err());
}

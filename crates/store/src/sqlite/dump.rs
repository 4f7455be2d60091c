//! The logical content of a store in a canonical order.

use std::io::Write;

use rusqlite::{Connection, types::ValueRef};
use serde_json::{Map, Value};

use crate::{Error, Result, keys::hex, ledger::Ledger};

/// What is dumped: a name, and a query whose rows are put into a fixed order. Numbers that depend on the cutting are resolved.
const TABLES: &[(&str, &str)] = &[
    ("meta", "SELECT name, value FROM meta ORDER BY name"),
    ("cursor", "SELECT * FROM cursor ORDER BY source"),
    ("stratum", "SELECT watches, network, lang, hour, texts, authors, advert_texts, advert_authors FROM stratum ORDER BY watches, network, lang, hour"),
    (
        "cell",
        "SELECT watches, network, lang, hour, bin, repost, posts, views, viewed FROM cell JOIN stratum ON stratum.id = cell.stratum WHERE posts > 0 ORDER BY watches, network, lang, hour, bin, repost",
    ),
    (
        "find",
        "SELECT network, native_id, revision, author_id, author_handle, author_name, posted_at, lang, url, text, tags, media, watches, score, band, label, verdict, canonical, raw, superseded_by, deleted_seen_at IS NOT NULL AS deleted FROM find ORDER BY network, native_id, revision",
    ),
    (
        "contact",
        "SELECT kind, value, network, native_id, revision FROM contact JOIN find ON find.id = contact.find ORDER BY kind, value, network, native_id, revision",
    ),
    ("reservoir", "SELECT watch, network, day, tier, repost, threshold FROM reservoir ORDER BY watch, network, day, tier, repost"),
    (
        "drawn",
        "SELECT watch, network, day, tier, repost, priority, post_key FROM drawn JOIN reservoir ON reservoir.id = drawn.reservoir ORDER BY watch, network, day, tier, repost, priority, post_key",
    ),
    ("sampled", "SELECT post_key, revision, network, lang, hour, bin, score, author, views, text, gone FROM sampled ORDER BY post_key"),
    ("label", "SELECT post_key, revision, reviewer, label, withdrawn FROM label ORDER BY post_key, id"),
    ("detector", "SELECT vigie, lexicon, model FROM detector ORDER BY id"),
    ("linked", "SELECT cluster, network, account, until IS NOT NULL AS gone FROM linked ORDER BY cluster, network, account, id"),
    ("apart", "SELECT network_a, account_a, network_b, account_b, person, reason FROM apart ORDER BY network_a, account_a, network_b, account_b"),
    ("denominator", "SELECT hour, posts, root FROM denominator ORDER BY hour"),
];

pub(super) fn dump(conn: &Connection, out: &mut dyn Write) -> Result<()> {
    for (table, sql) in TABLES {
        let mut select = conn.prepare(sql)?;
        let names: Vec<String> = select.column_names().map(str::to_owned).collect();
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let mut object = Map::new();
            object.insert("table".into(), Value::from(*table));
            for (index, name) in names.iter().enumerate() {
                object.insert(name.clone(), value(row.get_ref(index)?));
            }
            line(out, &Value::Object(object))?;
        }
    }
    ledger(conn, out)
}

fn value(cell: ValueRef<'_>) -> Value {
    match cell {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::from(number),
        ValueRef::Real(number) => Value::from(number),
        ValueRef::Text(text) => Value::from(String::from_utf8_lossy(text)),
        ValueRef::Blob(bytes) => Value::from(hex(bytes)),
    }
}

/// Every post counted, by key, with its revision and the description of its cell.
fn ledger(conn: &Connection, out: &mut dyn Write) -> Result<()> {
    let mut cell =
        conn.prepare("SELECT json_array(watches, network, lang, hour, bin, repost) FROM cell JOIN stratum ON stratum.id = cell.stratum WHERE cell.id = ?1")?;
    let mut failed = None;
    Ledger::without_filters(conn)?.for_each(conn, |entry| {
        if failed.is_none() {
            let described = cell.query_row([entry.place.cell], |row| row.get::<_, String>(0)).map_err(Error::from);
            let written =
                described.and_then(|cell| line(out, &serde_json::json!({"table": "ledger", "key": entry.key, "revision": entry.place.revision, "cell": cell})));
            failed = written.err();
        }
    })?;
    failed.map_or(Ok(()), Err)
}

fn line(out: &mut dyn Write, value: &Value) -> Result<()> {
    writeln!(out, "{value}").map_err(Error::Output)
}

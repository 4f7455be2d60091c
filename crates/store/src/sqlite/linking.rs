//! Linking: which finds may be linked, and the clusters with their history.

use rusqlite::{Connection, Row, params};
use vigie_model::Timestamp;

use super::{SqliteReader, SqliteStore};
use crate::{AccountRef, ClusterChange, ClusterEvent, Error, LinkableFind, Linking, LinkingScope, LinkingUpkeep, RecordedCluster, Result};

impl SqliteReader {
    /// Refuses where the profile of the database does not link.
    fn check_linking(&self) -> Result<()> {
        if self.linking == LinkingScope::Off {
            let profile: String = self.conn.query_row("SELECT value FROM meta WHERE name = 'profile'", [], |row| row.get(0))?;
            return Err(Error::LinkingOff(if profile == "research" { "research" } else { "monitor" }));
        }
        Ok(())
    }
}

/// The author, as in `vigie_model::Author::key`.
const ACCOUNT: &str = "coalesce(author_id, author_handle)";

fn read(row: &Row<'_>) -> rusqlite::Result<(LinkableFind, String)> {
    let time = |index| row.get::<_, Option<i64>>(index).map(|seconds| seconds.and_then(|s| Timestamp::from_seconds(s).ok()));
    let find = LinkableFind {
        id: row.get(0)?,
        account: AccountRef { network: row.get(1)?, account: row.get(2)? },
        author_handle: row.get(3)?,
        author_name: row.get(4)?,
        posted_at: time(5)?,
        found_at: time(6)?.ok_or(rusqlite::Error::IntegralValueOutOfRange(6, 0))?,
        url: row.get(7)?,
        text: row.get(8)?,
        media: row.get(9)?,
        verdict: super::finds::placeholder(),
        repost: row.get(11)?,
        views: row.get::<_, Option<i64>>(12)?.and_then(|views| u64::try_from(views).ok()),
        deleted_seen_at: time(13)?,
    };
    Ok((find, row.get(10)?))
}

impl Linking for SqliteReader {
    fn linkable(&self, each: &mut dyn FnMut(LinkableFind)) -> Result<u64> {
        self.check_linking()?;
        let sql = format!(
            "SELECT id, network, {ACCOUNT}, author_handle, author_name, posted_at, found_at, url, text, media, verdict,
             canonical IS NOT NULL AND json_extract(canonical, '$.repost_of') IS NOT NULL,
             CASE WHEN json_type(canonical, '$.metrics.views') = 'integer' THEN json_extract(canonical, '$.metrics.views') END, deleted_seen_at
             FROM find WHERE superseded_by IS NULL AND pseudonymous = 0 AND {ACCOUNT} IS NOT NULL ORDER BY id"
        );
        let mut select = self.conn.prepare(&sql)?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let (mut find, verdict) = read(row)?;
            find.verdict = serde_json::from_str(&verdict).map_err(|error| Error::damaged(format!("find {}: {error}", find.id)))?;
            each(find);
        }
        let sql = format!("SELECT count(*) FROM find WHERE superseded_by IS NULL AND (pseudonymous = 1 OR {ACCOUNT} IS NULL)");
        Ok(self.conn.query_row(&sql, [], |row| row.get::<_, i64>(0))?.cast_unsigned())
    }

    fn clusters(&self) -> Result<Vec<RecordedCluster>> {
        self.check_linking()?;
        let mut select = self.conn.prepare("SELECT cluster, network, account FROM linked WHERE until IS NULL ORDER BY cluster, network, account")?;
        let mut rows = select.query([])?;
        let mut out: Vec<RecordedCluster> = Vec::new();
        while let Some(row) = rows.next()? {
            let (number, account) = (row.get::<_, i64>(0)?.cast_unsigned(), AccountRef { network: row.get(1)?, account: row.get(2)? });
            match out.last_mut().filter(|last| last.number == number) {
                Some(last) => last.accounts.push(account),
                None => out.push(RecordedCluster { number, accounts: vec![account] }),
            }
        }
        Ok(out)
    }

    fn next_cluster(&self) -> Result<u64> {
        Ok(self.conn.query_row("SELECT coalesce(max(cluster), 0) + 1 FROM cluster_event", [], |row| row.get::<_, i64>(0))?.cast_unsigned())
    }

    fn cluster_history(&self, cluster: u64) -> Result<Vec<ClusterEvent>> {
        let mut select = self.conn.prepare("SELECT at, event, other, accounts FROM cluster_event WHERE cluster = ?1 ORDER BY id")?;
        let event = |row: &Row<'_>| {
            Ok(ClusterEvent {
                at: Timestamp::from_seconds(row.get(0)?).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(0, 0))?,
                event: row.get(1)?,
                other: row.get::<_, Option<i64>>(2)?.map(i64::cast_unsigned),
                accounts: row.get::<_, i64>(3)?.cast_unsigned(),
            })
        };
        let events = select.query_map([cluster.cast_signed()], event)?.collect::<rusqlite::Result<_>>()?;
        Ok(events)
    }

    fn apart(&self) -> Result<Vec<(AccountRef, AccountRef)>> {
        self.check_linking()?;
        let mut select = self.conn.prepare("SELECT network_a, account_a, network_b, account_b FROM apart ORDER BY 1, 2, 3, 4")?;
        let pair = |row: &Row<'_>| {
            let account = |index| Ok::<_, rusqlite::Error>(AccountRef { network: row.get(index)?, account: row.get(index + 1)? });
            Ok((account(0)?, account(2)?))
        };
        let pairs = select.query_map([], pair)?.collect::<rusqlite::Result<_>>()?;
        Ok(pairs)
    }
}

impl LinkingUpkeep for SqliteStore {
    fn record_clusters(&mut self, clusters: &[RecordedCluster], events: &[ClusterChange], at: Timestamp) -> Result<()> {
        let before = self.reader.clusters()?;
        let tx = self.reader.conn.unchecked_transaction()?;
        let mut end = tx.prepare("UPDATE linked SET until = ?4 WHERE cluster = ?1 AND network = ?2 AND account = ?3 AND until IS NULL")?;
        for (cluster, account) in left_out(&before, clusters) {
            end.execute(params![cluster.cast_signed(), account.network, account.account, at.seconds()])?;
        }
        drop(end);
        let mut begin = tx.prepare("INSERT INTO linked (cluster, network, account, since) VALUES (?1, ?2, ?3, ?4)")?;
        for (cluster, account) in left_out(clusters, &before) {
            begin.execute(params![cluster.cast_signed(), account.network, account.account, at.seconds()])?;
        }
        drop(begin);
        let mut note = tx.prepare("INSERT INTO cluster_event (at, cluster, event, other, accounts) VALUES (?1, ?2, ?3, ?4, ?5)")?;
        for ClusterChange { cluster, event, other, accounts } in events {
            let accounts = i64::try_from(*accounts).unwrap_or(i64::MAX);
            note.execute(params![at.seconds(), cluster.cast_signed(), event, other.map(u64::cast_signed), accounts])?;
        }
        drop(note);
        forget_without_finds(&tx)?;
        tx.commit()?;
        Ok(())
    }

    fn take_apart(&mut self, account: &AccountRef, others: &[AccountRef], person: &str, reason: &str, at: Timestamp) -> Result<()> {
        self.reader.check_linking()?;
        let tx = self.reader.conn.unchecked_transaction()?;
        let mut insert =
            tx.prepare("INSERT OR IGNORE INTO apart (network_a, account_a, network_b, account_b, person, reason, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
        for other in others.iter().filter(|other| *other != account) {
            let (a, b) = (account.min(other), account.max(other));
            insert.execute(params![a.network, a.account, b.network, b.account, person, reason, at.seconds()])?;
        }
        drop(insert);
        tx.commit()?;
        Ok(())
    }
}

/// Memberships of `some` that `others` do not have.
fn left_out<'c>(some: &'c [RecordedCluster], others: &[RecordedCluster]) -> Vec<(u64, &'c AccountRef)> {
    let missing = |number: u64, account: &AccountRef| {
        let same = others.binary_search_by_key(&number, |cluster| cluster.number).ok().and_then(|at| others.get(at));
        same.is_none_or(|same| same.accounts.binary_search(account).is_err())
    };
    some.iter()
        .flat_map(|cluster| cluster.accounts.iter().map(|account| (cluster.number, account)))
        .filter(|(number, account)| missing(*number, account))
        .collect()
}

/// Accounts of which no find is left are no longer named as members.
pub(super) fn forget_without_finds(conn: &Connection) -> Result<()> {
    conn.execute(&format!("DELETE FROM linked WHERE (network, account) NOT IN {WITH_FINDS}"), [])?;
    Ok(())
}

/// What a person took apart before that day is forgotten too, once no find of an account is left. Until then it is remembered, because
/// the account may come back.
pub(super) fn forget_apart_before(conn: &Connection, at: i64) -> Result<()> {
    let sql = format!("DELETE FROM apart WHERE at < ?1 AND ((network_a, account_a) NOT IN {WITH_FINDS} OR (network_b, account_b) NOT IN {WITH_FINDS})");
    conn.execute(&sql, [at])?;
    Ok(())
}

const WITH_FINDS: &str = "(SELECT network, coalesce(author_id, author_handle) FROM find WHERE coalesce(author_id, author_handle) IS NOT NULL)";

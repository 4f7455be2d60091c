//! Tables for observatories: counts by watch, network and month, without small cells.

use std::collections::BTreeMap;

use vigie_store::ShareRow;

use crate::share::field;

/// Counts below this are not shown: behind a small count a person may be recognised.
pub const SMALLEST_CELL: u64 = 10;

/// Posts and adverts by watch, network and month as CSV. A count from 1 to 9 is written `<10`; where adverts would leave a remainder from 1 to
/// 9 they are not shown either, for the remainder could be worked out.
#[must_use]
pub fn monthly_table(rows: &[ShareRow]) -> String {
    let mut months: BTreeMap<(String, String, String), (u64, u64)> = BTreeMap::new();
    for row in rows {
        let month: String = row.day.chars().take(7).collect();
        let watch = row.watch.clone().unwrap_or_else(|| "*".into());
        let (posts, adverts) = months.entry((watch, row.network.clone(), month)).or_default();
        (*posts, *adverts) = (*posts + row.posts, *adverts + row.adverts);
    }
    let mut out = "watch,network,month,posts,adverts\n".to_owned();
    for ((watch, network, month), (posts, adverts)) in months {
        let hidden = is_small(posts) || is_small(adverts) || is_small(posts.saturating_sub(adverts));
        let adverts = if hidden { suppressed(adverts) } else { adverts.to_string() };
        let posts = if is_small(posts) { suppressed(posts) } else { posts.to_string() };
        out += &format!("{},{},{},{posts},{adverts}\n", field(&watch), field(&network), field(&month));
    }
    out
}

fn is_small(count: u64) -> bool {
    (1..SMALLEST_CELL).contains(&count)
}

/// What stands for a count that is not shown: not even that it is zero, where its neighbour is hidden.
fn suppressed(count: u64) -> String {
    if is_small(count) { format!("<{SMALLEST_CELL}") } else { "*".to_owned() }
}

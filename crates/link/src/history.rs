//! Numbers of clusters that last while clusters grow, merge and split.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::Account;

/// What became of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// It is new.
    Made,
    /// Accounts came or went.
    Changed,
    /// Most of it went into another one.
    MergedInto(u64),
    /// It came out of another one, which goes on.
    SplitFrom(u64),
    /// Nothing of it is left.
    Ended,
}

/// Gives each cluster a number: that of the earlier cluster that shares most accounts with it, where no other cluster shares more; else the
/// next free one. Returns the numbers in the order of `now`, and the changes sorted by number.
///
/// Accounts are in one cluster each. Ties go to the smaller number and to the cluster that comes first.
#[must_use]
pub fn carry_over(before: &[(u64, Vec<Account>)], now: &[Vec<Account>], first_free: u64) -> (Vec<u64>, Vec<(u64, Change)>) {
    let shared = overlaps(before, now);
    let mut numbers: Vec<Option<u64>> = vec![None; now.len()];
    let mut taken: FxHashSet<u64> = FxHashSet::default();
    for &(_, number, cluster) in &shared {
        let Some(slot) = numbers.get_mut(cluster) else { continue };
        if slot.is_none() && !taken.contains(&number) {
            *slot = Some(number);
            taken.insert(number);
        }
    }
    let mut next = first_free;
    let mut changes = Vec::new();
    let mut given = Vec::with_capacity(now.len());
    for (cluster, number) in numbers.into_iter().enumerate() {
        let number = number.unwrap_or_else(|| {
            let parent = shared.iter().find(|overlap| overlap.2 == cluster).map(|overlap| overlap.1);
            changes.push((next, parent.map_or(Change::Made, Change::SplitFrom)));
            next += 1;
            next - 1
        });
        given.push(number);
    }
    let places: FxHashMap<u64, usize> = given.iter().copied().zip(0..).collect();
    for (number, accounts) in before {
        match places.get(number).and_then(|&at| now.get(at)) {
            Some(same) if same == accounts => {}
            Some(_) => changes.push((*number, Change::Changed)),
            None => {
                let into = shared.iter().find(|overlap| overlap.1 == *number).and_then(|overlap| given.get(overlap.2));
                changes.push((*number, into.map_or(Change::Ended, |&into| Change::MergedInto(into))));
            }
        }
    }
    changes.sort_unstable();
    (given, changes)
}

/// How many accounts an earlier cluster and one of now have in common, the most first: count, number, cluster.
fn overlaps(before: &[(u64, Vec<Account>)], now: &[Vec<Account>]) -> Vec<(usize, u64, usize)> {
    let was: FxHashMap<&Account, u64> = before.iter().flat_map(|(number, accounts)| accounts.iter().map(move |account| (account, *number))).collect();
    let mut counts: FxHashMap<(u64, usize), usize> = FxHashMap::default();
    for (cluster, accounts) in now.iter().enumerate() {
        for number in accounts.iter().filter_map(|account| was.get(account)) {
            *counts.entry((*number, cluster)).or_default() += 1;
        }
    }
    let mut overlaps: Vec<(usize, u64, usize)> = counts.into_iter().map(|((number, cluster), count)| (count, number, cluster)).collect();
    overlaps.sort_unstable_by_key(|&(count, number, cluster)| (std::cmp::Reverse(count), number, cluster));
    overlaps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts(names: &str) -> Vec<Account> {
        names.split(' ').map(|name| Account { network: "x".into(), key: name.into() }).collect()
    }

    #[test]
    fn numbers_last() {
        let before = [(1, accounts("a b c")), (2, accounts("d e")), (3, accounts("f g"))];
        let now = [accounts("a b c h"), accounts("d e f g"), accounts("i j")];
        let (numbers, changes) = carry_over(&before, &now, 4);
        assert_eq!(numbers, [1, 2, 4]);
        assert_eq!(changes, [(1, Change::Changed), (2, Change::Changed), (3, Change::MergedInto(2)), (4, Change::Made)]);
    }

    #[test]
    fn the_larger_part_keeps_the_number() {
        let before = [(7, accounts("a b c d e"))];
        let (numbers, changes) = carry_over(&before, &[accounts("a b"), accounts("c d e")], 8);
        assert_eq!((numbers, changes), (vec![8, 7], vec![(7, Change::Changed), (8, Change::SplitFrom(7))]));
        assert_eq!(carry_over(&before, &[], 8), (vec![], vec![(7, Change::Ended)]));
        assert_eq!(carry_over(&before, &[accounts("a b c d e")], 8), (vec![7], vec![]));
    }
}

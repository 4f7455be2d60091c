//! Clusters: ties joined where they hold, and cut at accounts that post for several.

use rustc_hash::FxHashMap;

use crate::{
    Account, Bridge, Cluster, Grade, Reason, Solution, Strength,
    blocks::blocks,
    holders::Shared,
    linker::{Linker, Table, Use},
    pairs::{self, Pair},
    signal::SignalKind,
    support::Support,
    union_find::UnionFind,
};

/// What links accounts: a strong value, or a pair with several medium ones.
#[derive(Clone, Copy)]
enum Tie<'a> {
    Value(&'a Shared),
    Pair(&'a Pair),
}

impl Tie<'_> {
    fn members(&self) -> impl Iterator<Item = u32> + '_ {
        let (holders, pair): (&[u32], _) = match self {
            Self::Value(shared) => (&shared.holders, None),
            Self::Pair(pair) => (&[], Some(pair.accounts)),
        };
        holders.iter().copied().chain(pair.into_iter().flat_map(|(a, b)| [a, b]))
    }

    /// What kind of thing it is; pairs are of one kind, which is no contact.
    fn kind(&self) -> SignalKind {
        match self {
            Self::Value(shared) => shared.kind,
            Self::Pair(_) => SignalKind::TEXT,
        }
    }
}

/// Everything that is looked at while clusters are made.
struct Work<'a> {
    linker: &'a Linker,
    table: &'a Table,
    shared: &'a [Shared],
    ties: Vec<Tie<'a>>,
    /// Account and tie, sorted.
    held: Vec<(u32, u32)>,
    /// Sets of ties: contact groups.
    groups: UnionFind,
    support: Support,
}

pub(crate) fn solve(linker: &Linker, table: &Table, shared: &[Shared], apart: &[(Account, Account)]) -> Solution {
    let pairs = pairs::pairs(linker, table, shared);
    let mut work = Work::new(linker, table, shared, &pairs);
    let (cluster_of, bridges) = work.assign();
    let clusters = work.take_apart(cluster_of, apart);
    work.write(&clusters, &bridges)
}

impl<'a> Work<'a> {
    fn new(linker: &'a Linker, table: &'a Table, shared: &'a [Shared], pairs: &'a [Pair]) -> Self {
        let strong = shared.iter().filter(|shared| shared.strength == Strength::Strong).map(Tie::Value);
        let ties: Vec<Tie<'a>> = strong.chain(pairs.iter().map(Tie::Pair)).collect();
        let mut held: Vec<(u32, u32)> = (0u32..).zip(&ties).flat_map(|(number, tie)| tie.members().map(move |account| (account, number))).collect();
        held.sort_unstable();
        let groups = UnionFind::new(ties.len());
        Self { linker, table, shared, ties, held, groups, support: Support::new(shared, linker.plan.most_holders) }
    }

    /// The cluster of each account (by a number of no meaning), and the bridges: account and the clusters that it touches.
    fn assign(&mut self) -> (Vec<u32>, Vec<(u32, Vec<u32>)>) {
        if !self.linker.plan.guards.bridges {
            self.join_everything();
        } else {
            self.join_what_occurs_together();
            let first = self.groups.clone();
            self.join_blocks();
            self.join_sides();
            self.cut_oversized(first);
        }
        self.members()
    }

    fn join_everything(&mut self) {
        for of_account in self.held.chunk_by(|a, b| a.0 == b.0) {
            for pair in of_account.windows(2) {
                if let [(_, a), (_, b)] = pair {
                    self.groups.union(*a, *b);
                }
            }
        }
    }

    /// Contacts that one find offers belong to whoever wrote it.
    fn join_what_occurs_together(&mut self) {
        let mut offered: Vec<(i64, u32, u32)> = Vec::new();
        for (number, tie) in (0u32..).zip(&self.ties) {
            if let Tie::Value(shared) = tie {
                offered.extend(self.uses(shared).iter().map(|using| (using.find, using.account, number)));
            }
        }
        offered.sort_unstable();
        for pair in offered.windows(2) {
            if let [(find, account, a), (same_find, same_account, b)] = pair
                && (find, account) == (same_find, same_account)
            {
                self.groups.union(*a, *b);
            }
        }
    }

    fn uses(&self, shared: &Shared) -> &'a [Use] {
        self.table.uses.get(shared.uses.clone()).unwrap_or_default()
    }

    /// The groups of each account that has several: account, then its groups in ascending order.
    fn divided(&mut self) -> Vec<(u32, Vec<u32>)> {
        let mut out = Vec::new();
        for of_account in self.held.chunk_by(|a, b| a.0 == b.0) {
            let mut groups: Vec<u32> = of_account.iter().map(|(_, tie)| self.groups.find(*tie)).collect();
            groups.sort_unstable();
            groups.dedup();
            if let (Some((account, _)), true) = (of_account.first(), groups.len() > 1) {
                out.push((*account, groups));
            }
        }
        out
    }

    /// Groups of an account that hang together without it as well are one: they lie in one block of the graph of accounts and groups.
    fn join_blocks(&mut self) {
        let divided = self.divided();
        let mut numbers: FxHashMap<u32, u32> = FxHashMap::default();
        let mut edges: Vec<(u32, u32)> = Vec::new();
        let mut groups: Vec<u32> = Vec::new();
        let accounts = u32::try_from(divided.len()).unwrap_or(u32::MAX);
        for (number, (_, of_account)) in (0u32..).zip(&divided) {
            for &group in of_account {
                let next = accounts.saturating_add(u32::try_from(numbers.len()).unwrap_or(u32::MAX));
                edges.push((number, *numbers.entry(group).or_insert(next)));
                groups.push(group);
            }
        }
        let block_of = blocks(divided.len() + numbers.len(), &edges);
        let mut ends: Vec<(u32, u32, u32)> = edges.iter().zip(&block_of).zip(&groups).map(|((edge, block), group)| (edge.0, *block, *group)).collect();
        ends.sort_unstable();
        for pair in ends.windows(2) {
            if let [(account, block, a), (same_account, same_block, b)] = pair
                && (account, block) == (same_account, same_block)
            {
                self.groups.union(*a, *b);
            }
        }
    }

    /// Decides for each account that still hangs between groups whether it is one seller's or posts for several. All decisions are made
    /// on the same state, so that their order does not matter.
    fn join_sides(&mut self) {
        let divided = self.divided();
        let members = self.members_of(divided.iter().flat_map(|(_, groups)| groups.iter().copied()));
        let mut joins = Vec::new();
        for (account, groups) in &divided {
            let sides: Vec<Side> = groups.iter().map(|&group| self.side(*account, group, &members)).collect();
            for (index, a) in sides.iter().enumerate() {
                joins.extend(sides.iter().skip(index + 1).filter(|b| self.one_seller(a, b, sides.len())).map(|b| (a.group, b.group)));
            }
        }
        joins.into_iter().for_each(|(a, b)| self.groups.union(a, b));
    }

    fn members_of(&mut self, groups: impl Iterator<Item = u32>) -> FxHashMap<u32, Vec<u32>> {
        let mut members: FxHashMap<u32, Vec<u32>> = groups.map(|group| (group, Vec::new())).collect();
        for &(account, tie) in &self.held {
            if let Some(list) = members.get_mut(&self.groups.find(tie))
                && list.last() != Some(&account)
            {
                list.push(account);
            }
        }
        members
    }

    fn side(&mut self, account: u32, group: u32, members: &FxHashMap<u32, Vec<u32>>) -> Side {
        let others = members.get(&group).into_iter().flatten().copied().filter(|&other| other != account).collect();
        let start = self.held.partition_point(|held| held.0 < account);
        let mut side = Side { group, others, kinds: Vec::new(), first: i64::MAX, last: i64::MIN };
        let of_account: Vec<u32> = self.held.iter().skip(start).take_while(|held| held.0 == account).map(|held| held.1).collect();
        for number in of_account {
            if self.groups.find(number) != group {
                continue;
            }
            let Some(&tie) = self.ties.get(number as usize) else { continue };
            side.kinds.push(tie.kind());
            let Tie::Value(shared) = tie else {
                // A pair has no time of its own.
                (side.first, side.last) = (i64::MIN, i64::MAX);
                continue;
            };
            for using in self.uses(shared) {
                side.first = side.first.min(using.at);
                side.last = side.last.max(using.at);
            }
        }
        side
    }

    /// Whether what an account shares with two sides may be one seller's.
    fn one_seller(&self, a: &Side, b: &Side, sides: usize) -> bool {
        if a.gave_way_to(b) || b.gave_way_to(a) || self.support.joins(&a.others, &b.others) {
            return true;
        }
        let (fewer, more) = (a.others.len().min(b.others.len()), a.others.len().max(b.others.len()));
        // A seller has a number and a name; somebody who posts for several has several numbers.
        let different_kinds = !a.kinds.iter().any(|kind| b.kinds.contains(kind));
        sides == 2 && (more <= 1 || (fewer <= 1 && different_kinds))
    }

    /// Clusters that are larger than a network may be fall back to what occurs together in single finds.
    fn cut_oversized(&mut self, first: UnionFind) {
        let groups: Vec<u32> = (0u32..).zip(&self.ties).map(|(number, _)| number).collect();
        let members = self.members_of(groups.into_iter());
        let large: Vec<u32> = members.iter().filter(|(_, accounts)| accounts.len() > self.linker.plan.oversize).map(|(group, _)| *group).collect();
        if large.is_empty() {
            return;
        }
        let mut joined = std::mem::replace(&mut self.groups, first);
        for (number, _) in (0u32..).zip(&self.ties) {
            let group = joined.find(number);
            if !large.contains(&group) {
                self.groups.union(number, group);
            }
        }
    }

    /// The cluster of each account: that of its only group, or of the group that most of its finds speak for; its own else.
    fn members(&mut self) -> (Vec<u32>, Vec<(u32, Vec<u32>)>) {
        let alone = u32::try_from(self.ties.len()).unwrap_or(u32::MAX);
        let mut cluster_of: Vec<u32> = (0u32..).zip(self.linker.accounts.values()).map(|(account, _)| alone.saturating_add(account)).collect();
        for &(account, tie) in &self.held {
            if let Some(slot) = cluster_of.get_mut(account as usize) {
                *slot = self.groups.find(tie);
            }
        }
        let divided = self.divided();
        for (account, groups) in &divided {
            let cluster = self.prevailing(*account, groups).unwrap_or(alone.saturating_add(*account));
            if let Some(slot) = cluster_of.get_mut(*account as usize) {
                *slot = cluster;
            }
        }
        (cluster_of, divided)
    }

    /// The group that at least three quarters of an account's uses speak for.
    fn prevailing(&mut self, account: u32, groups: &[u32]) -> Option<u32> {
        const FEWEST: usize = 4;
        let start = self.held.partition_point(|held| held.0 < account);
        let of_account: Vec<u32> = self.held.iter().skip(start).take_while(|held| held.0 == account).map(|held| held.1).collect();
        let mut counts: Vec<(usize, u32)> = groups.iter().map(|&group| (0, group)).collect();
        for number in of_account {
            let group = self.groups.find(number);
            let uses = match self.ties.get(number as usize) {
                Some(Tie::Value(shared)) => self.uses(shared).iter().filter(|using| using.account == account).count(),
                _ => 1,
            };
            counts.iter_mut().filter(|count| count.1 == group).for_each(|count| count.0 += uses);
        }
        let total: usize = counts.iter().map(|count| count.0).sum();
        counts.into_iter().find(|(uses, _)| total >= FEWEST && uses * 4 >= total * 3).map(|(_, group)| group)
    }

    /// Members of each cluster, after the pairs that a person took apart are apart.
    fn take_apart(&self, cluster_of: Vec<u32>, apart: &[(Account, Account)]) -> Vec<Vec<u32>> {
        let mut by_cluster: Vec<(u32, u32)> = cluster_of.into_iter().zip(0u32..).collect();
        by_cluster.sort_unstable();
        let number = |account: &Account| self.linker.accounts.find(account);
        let apart: Vec<(u32, u32)> = apart.iter().filter_map(|(a, b)| Some((number(a)?, number(b)?))).filter(|(a, b)| a != b).collect();
        let mut out = Vec::new();
        for cluster in by_cluster.chunk_by(|a, b| a.0 == b.0) {
            let members: Vec<u32> = cluster.iter().map(|(_, account)| *account).collect();
            let broken: Vec<(u32, u32)> = apart.iter().copied().filter(|(a, b)| members.binary_search(a).is_ok() && members.binary_search(b).is_ok()).collect();
            if broken.is_empty() {
                out.push(members);
            } else {
                out.extend(self.without(&members, &broken));
            }
        }
        out
    }

    /// A cluster joined anew, the strongest ties first, never across a pair that is to stay apart.
    fn without(&self, members: &[u32], apart: &[(u32, u32)]) -> Vec<Vec<u32>> {
        let mut ties: Vec<(Vec<u32>, Tie<'a>)> = Vec::new();
        for &tie in &self.ties {
            let mut inside: Vec<u32> = tie.members().filter(|account| members.binary_search(account).is_ok()).collect();
            inside.sort_by_key(|&account| self.linker.accounts.values().get(account as usize));
            if inside.len() > 1 {
                ties.push((inside, tie));
            }
        }
        ties.sort_by_key(|(inside, tie)| {
            let accounts: Vec<_> = inside.iter().map(|&account| self.linker.accounts.values().get(account as usize)).collect();
            (matches!(tie, Tie::Pair(_)), tie.kind(), accounts)
        });
        let mut sets = UnionFind::new(self.linker.accounts.values().len());
        for (inside, _) in &ties {
            for (later, &b) in inside.iter().enumerate() {
                for &a in inside.iter().take(later) {
                    join_unless(&mut sets, a, b, apart);
                }
            }
        }
        let mut by_set: Vec<(u32, u32)> = members.iter().map(|&account| (sets.find(account), account)).collect();
        by_set.sort_unstable();
        by_set.chunk_by(|a, b| a.0 == b.0).map(|set| set.iter().map(|(_, account)| *account).collect()).collect()
    }

    /// The clusters with their reasons, in an order that only their accounts decide.
    fn write(&mut self, clusters: &[Vec<u32>], divided: &[(u32, Vec<u32>)]) -> Solution {
        let accounts = self.linker.accounts.values();
        let mut cluster_of = vec![0u32; accounts.len()];
        for (number, cluster) in (0u32..).zip(clusters) {
            for &account in cluster {
                if let Some(slot) = cluster_of.get_mut(account as usize) {
                    *slot = number;
                }
            }
        }
        let mut reasons: Vec<Vec<Reason>> = vec![Vec::new(); clusters.len()];
        let used = self.values_that_link();
        for (number, shared) in (0u32..).zip(self.shared) {
            if used.binary_search(&number).is_err() {
                continue;
            }
            for (cluster, holders) in by_cluster(&shared.holders, &cluster_of) {
                if let Some(list) = reasons.get_mut(cluster as usize) {
                    list.push(self.reason(shared, &holders));
                }
            }
        }
        let mut out: Vec<Cluster> = clusters.iter().zip(reasons).map(|(members, reasons)| self.cluster(members, reasons)).collect();
        out.sort_by(|a, b| a.accounts.cmp(&b.accounts));
        Solution { clusters: out, bridges: self.bridges(divided) }
    }

    /// Strong values, and medium ones of pairs that are linked.
    fn values_that_link(&self) -> Vec<u32> {
        let strong = (0u32..).zip(self.shared).filter(|(_, shared)| shared.strength == Strength::Strong).map(|(number, _)| number);
        let medium = self.ties.iter().flat_map(|tie| match tie {
            Tie::Pair(pair) => pair.shared.as_slice(),
            Tie::Value(_) => &[],
        });
        let mut used: Vec<u32> = strong.chain(medium.copied()).collect();
        used.sort_unstable();
        used.dedup();
        used
    }

    fn account(&self, number: u32) -> Option<Account> {
        self.linker.accounts.values().get(number as usize).cloned()
    }

    fn sorted(&self, numbers: &[u32]) -> Vec<Account> {
        let mut accounts: Vec<Account> = numbers.iter().filter_map(|&number| self.account(number)).collect();
        accounts.sort_unstable();
        accounts
    }

    fn reason(&self, shared: &Shared, holders: &[u32]) -> Reason {
        let uses: Vec<&Use> = self.uses(shared).iter().filter(|using| holders.binary_search(&using.account).is_ok()).collect();
        let mut finds: Vec<i64> = uses.iter().map(|using| using.find).collect();
        finds.sort_unstable();
        finds.dedup();
        let advertised = |account: &u32| uses.iter().any(|using| using.account == *account && using.advert);
        let observed = shared.strength == Strength::Strong && holders.iter().all(advertised);
        let value = match shared.kind {
            SignalKind::Name(_) => Some(shared.name.clone()),
            _ => self.table.values.get(shared.value as usize).map(|(_, shown)| shown.clone()),
        };
        Reason {
            kind: shared.kind,
            value: value.unwrap_or_default(),
            strength: shared.strength,
            grade: if observed { Grade::Observed } else { Grade::Probable },
            weight: (real(self.linker.accounts.values().len()) / real(shared.holders.len())).ln(),
            accounts: self.sorted(holders),
            first_seen: uses.iter().map(|using| using.at).min(),
            last_seen: uses.iter().map(|using| using.at).max(),
            finds,
        }
    }

    fn cluster(&self, members: &[u32], mut reasons: Vec<Reason>) -> Cluster {
        reasons.sort_by(|a, b| {
            (b.grade, b.strength, b.accounts.len())
                .cmp(&(a.grade, a.strength, a.accounts.len()))
                .then_with(|| (a.kind, &a.value, a.first_seen).cmp(&(b.kind, &b.value, b.first_seen)))
        });
        let accounts = self.sorted(members);
        let mut best: FxHashMap<&Account, Grade> = FxHashMap::default();
        for reason in &reasons {
            for account in &reason.accounts {
                best.entry(account).and_modify(|grade| *grade = (*grade).max(reason.grade)).or_insert(reason.grade);
            }
        }
        let grade = if members.len() > 1 { accounts.iter().map(|account| best.get(account).copied().unwrap_or(Grade::Probable)).min() } else { None };
        Cluster { grade, to_split: members.len() > self.linker.plan.oversize, reasons, accounts }
    }

    fn bridges(&mut self, divided: &[(u32, Vec<u32>)]) -> Vec<Bridge> {
        let members = self.members_of(divided.iter().flat_map(|(_, groups)| groups.iter().copied()));
        let first_of = |group: &u32, bridge: u32| {
            let others: Vec<u32> = members.get(group)?.iter().copied().filter(|&account| account != bridge).collect();
            self.sorted(&others).into_iter().next()
        };
        let mut out: Vec<Bridge> = divided
            .iter()
            .filter_map(|(account, groups)| {
                let mut sides: Vec<Account> = groups.iter().filter_map(|group| first_of(group, *account)).collect();
                sides.sort_unstable();
                Some(Bridge { account: self.account(*account)?, sides })
            })
            .collect();
        out.sort_unstable();
        out
    }
}

/// Joins the sets of two accounts, unless a pair that is to stay apart would come together.
fn join_unless(sets: &mut UnionFind, a: u32, b: u32, apart: &[(u32, u32)]) {
    let (a, b) = (sets.find(a), sets.find(b));
    let mut together = |&(x, y): &(u32, u32)| {
        let (x, y) = (sets.find(x), sets.find(y));
        (x, y) == (a, b) || (x, y) == (b, a)
    };
    if !apart.iter().any(&mut together) {
        sets.union(a, b);
    }
}

/// A group as seen from an account that shares something with it.
struct Side {
    group: u32,
    others: Vec<u32>,
    /// Of what the account shares with it.
    kinds: Vec<SignalKind>,
    /// When anybody used that first and last.
    first: i64,
    last: i64,
}

impl Side {
    /// Whether the other side's contacts came up after nobody used this side's any more.
    fn gave_way_to(&self, other: &Self) -> bool {
        self.last < other.first
    }
}

/// Holders by cluster, those that are alone in theirs left out.
fn by_cluster(holders: &[u32], cluster_of: &[u32]) -> Vec<(u32, Vec<u32>)> {
    let mut ends: Vec<(u32, u32)> = holders.iter().filter_map(|&account| Some((*cluster_of.get(account as usize)?, account))).collect();
    ends.sort_unstable();
    let of = |part: &[(u32, u32)]| (part.len() > 1).then(|| Some((part.first()?.0, part.iter().map(|(_, account)| *account).collect()))).flatten();
    ends.chunk_by(|a, b| a.0 == b.0).filter_map(of).collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn real(count: usize) -> f64 {
    count as f64
}

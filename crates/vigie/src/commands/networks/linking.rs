//! From the store's finds to networks with numbers.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use vigie_link::{Account, AllowList, Change, FindFacts, FindView, Linker, Plan, SignalKind, Solution, Template, carry_over, observe};
use vigie_report::NetworkReport;
use vigie_store::{AccountRef, ClusterChange, LinkableFind, Linking, LinkingScope, LinkingUpkeep, RecordedCluster, SqliteReader, SqliteStore};
use vigie_text::Folded;

use crate::{commands::scan::now, settings::Settings};

/// What linking made of the finds in the store.
#[derive(Debug)]
pub(crate) struct Linked {
    pub(crate) solution: Solution,
    /// Of each cluster; none for an account alone.
    pub(crate) numbers: Vec<Option<u64>>,
    /// Finds whose author may not be linked or is not known.
    pub(crate) unlinkable: u64,
}

impl Linked {
    /// Links everything anew and records the clusters, so that their numbers last.
    pub(crate) fn make(settings: &Settings) -> anyhow::Result<Self> {
        // A store that is not there is not made.
        drop(SqliteReader::open(&settings.data, &settings.policy)?);
        let mut store = SqliteStore::open(&settings.data, &settings.policy)?;
        let reader = store.reader();
        let (solution, unlinkable) = solve(reader, settings.policy.linking())?;
        let before: Vec<(u64, Vec<Account>)> =
            reader.clusters()?.into_iter().map(|cluster| (cluster.number, cluster.accounts.iter().map(account).collect())).collect();
        let networks: Vec<Vec<Account>> =
            solution.clusters.iter().filter(|cluster| cluster.accounts.len() > 1).map(|cluster| cluster.accounts.clone()).collect();
        let (given, changes) = carry_over(&before, &networks, reader.next_cluster()?);
        let mut recorded: Vec<RecordedCluster> =
            given.iter().zip(&networks).map(|(&number, accounts)| RecordedCluster { number, accounts: accounts.iter().map(account_ref).collect() }).collect();
        recorded.sort_unstable_by_key(|cluster| cluster.number);
        store.record_clusters(&recorded, &events(&changes, &recorded), now()?)?;
        let mut given = given.into_iter();
        let numbers = solution.clusters.iter().map(|cluster| if cluster.accounts.len() > 1 { given.next() } else { None }).collect();
        Ok(Self { solution, numbers, unlinkable })
    }
}

fn solve(store: &SqliteReader, scope: LinkingScope) -> anyhow::Result<(Solution, u64)> {
    let plan = Plan { across_networks: scope == LinkingScope::Everywhere, ..Plan::default() };
    let allow = AllowList::embedded()?;
    let mut linker = Linker::new(plan);
    let mut folded = Folded::default();
    let unlinkable = store.linkable(&mut |find| linker.add(observe(&view(&find), &allow, &plan, &mut folded)))?;
    let apart: Vec<(Account, Account)> = store.apart()?.iter().map(|(a, b)| (account(a), account(b))).collect();
    Ok((linker.solve(&apart), unlinkable))
}

fn view(find: &LinkableFind) -> FindView<'_> {
    FindView {
        find: find.id,
        network: &find.account.network,
        account: &find.account.account,
        handle: find.author_handle.as_deref(),
        at: find.at().seconds(),
        text: find.text.as_deref(),
        verdict: &find.verdict,
        repost: find.repost,
        media: find.media.as_deref(),
    }
}

fn account(account: &AccountRef) -> Account {
    Account { network: account.network.as_str().into(), key: account.account.as_str().into() }
}

pub(crate) fn account_ref(account: &Account) -> AccountRef {
    AccountRef { network: account.network.to_string(), account: account.key.to_string() }
}

fn events(changes: &[(u64, Change)], recorded: &[RecordedCluster]) -> Vec<ClusterChange> {
    let size =
        |number: u64| recorded.binary_search_by_key(&number, |cluster| cluster.number).ok().and_then(|at| recorded.get(at)).map_or(0, |c| c.accounts.len());
    let event = |&(cluster, change): &(u64, Change)| {
        let (event, other) = match change {
            Change::Made => ("made", None),
            Change::Changed => ("changed", None),
            Change::MergedInto(other) => ("merged", Some(other)),
            Change::SplitFrom(other) => ("split", Some(other)),
            Change::Ended => ("ended", None),
        };
        ClusterChange { cluster, event, other, accounts: size(cluster) }
    };
    changes.iter().map(event).collect()
}

/// The networks described, those with most views first; only the one with this number, if one is given.
pub(crate) fn reports(settings: &Settings, linked: &Linked, only: Option<u64>) -> anyhow::Result<Vec<NetworkReport>> {
    let store = SqliteReader::open(&settings.data, &settings.policy)?;
    let mut networks: Vec<NetworkReport> = Vec::new();
    let mut of_account: FxHashMap<Account, usize> = FxHashMap::default();
    for (cluster, number) in linked.solution.clusters.iter().zip(&linked.numbers) {
        let Some(number) = number.filter(|number| only.is_none_or(|only| only == *number)) else { continue };
        of_account.extend(cluster.accounts.iter().map(|account| (account.clone(), networks.len())));
        let touches = |bridge: &&vigie_link::Bridge| {
            cluster.accounts.binary_search(&bridge.account).is_ok() || bridge.sides.iter().any(|side| cluster.accounts.binary_search(side).is_ok())
        };
        let bridges = linked.solution.bridges.iter().filter(touches).cloned().collect();
        networks.push(NetworkReport::new(number, cluster.clone(), bridges, store.cluster_history(number)?));
    }
    store.linkable(&mut |find| {
        if let Some(network) = of_account.get(&account(&find.account)).and_then(|&at| networks.get_mut(at)) {
            describe(network, &find);
        }
    })?;
    networks.iter_mut().for_each(NetworkReport::finish);
    networks.sort_by(|a, b| b.rank().cmp(&a.rank()).then(a.number.cmp(&b.number)));
    Ok(networks)
}

fn describe(network: &mut NetworkReport, find: &LinkableFind) {
    network.description.add(&FindFacts {
        network: &find.account.network,
        account: &find.account.account,
        at: find.at().seconds(),
        verdict: &find.verdict,
        views: find.views,
        deleted: find.deleted_seen_at.is_some(),
    });
    if let Some(handle) = &find.author_handle {
        network.handles.entry(account(&find.account)).or_insert_with(|| handle.clone());
    }
    let templates = network.cluster.reasons.iter().filter(|reason| matches!(reason.kind, SignalKind::Text(_)));
    let template = templates.into_iter().find(|reason| reason.finds.binary_search(&find.id).is_ok() && !network.templates.contains_key(&*reason.value));
    if let (Some(reason), Some(text)) = (template, &find.text) {
        let shown: BTreeMap<_, _> = [(reason.value.to_string(), Template::show(text, &find.verdict))].into();
        network.templates.extend(shown);
    }
}

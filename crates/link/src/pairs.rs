//! Pairs of accounts that share two medium signals which are independent of each other.

use rustc_hash::FxHashMap;

use crate::{
    Strength,
    holders::Shared,
    linker::{Linker, Table},
    observe::contradicts,
    signal::SignalKind,
};

/// Two accounts, the lesser number first, and the shared values that speak for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) accounts: (u32, u32),
    /// Indices of [`Shared`], ascending.
    pub(crate) shared: Vec<u32>,
}

/// The pairs that two independent medium signals link, in ascending order.
pub(crate) fn pairs(linker: &Linker, table: &Table, shared: &[Shared]) -> Vec<Pair> {
    let mut found: Vec<(u32, u32, u32)> = Vec::new();
    for (number, value) in (0u32..).zip(shared).filter(|(_, value)| value.strength == Strength::Medium && value.holders.len() <= linker.plan.most_supported) {
        for (index, &a) in value.holders.iter().enumerate() {
            found.extend(value.holders.iter().skip(index + 1).map(|&b| (a, b, number)));
        }
    }
    found.sort_unstable();
    let numbers = Numbers::new(table);
    let guards = linker.plan.guards;
    let linked = |of_pair: &&[(u32, u32, u32)]| {
        let families = of_pair.iter().filter_map(|(.., value)| shared.get(*value as usize)).fold(0u8, |families, value| families | value.kind.family());
        let Some(&(a, b, _)) = of_pair.first() else { return false };
        let needed = if guards.two_mediums { 2 } else { 1 };
        families.count_ones() >= needed && !(guards.contradiction && families.count_ones() < 3 && numbers.contradict(a, b))
    };
    let pair = |of_pair: &[(u32, u32, u32)]| {
        let &(a, b, _) = of_pair.first()?;
        Some(Pair { accounts: (a, b), shared: of_pair.iter().map(|(.., value)| *value).collect() })
    };
    found.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).filter(linked).filter_map(pair).collect()
}

/// The telephone numbers and wallets that each account offers.
struct Numbers {
    of_account: FxHashMap<u32, Vec<(SignalKind, u32)>>,
}

impl Numbers {
    fn new(table: &Table) -> Self {
        let mut of_account: FxHashMap<u32, Vec<(SignalKind, u32)>> = FxHashMap::default();
        for using in &table.uses {
            let Some(kind) = table.values.get(using.value as usize).map(|(value, _)| value.kind) else { continue };
            if matches!(kind, SignalKind::Contact(contact) if contradicts(contact)) {
                of_account.entry(using.account).or_default().push((kind, using.value));
            }
        }
        Self { of_account }
    }

    /// Whether both offer numbers of one kind, and none that both offer: whoever copies an advert puts in his own number.
    fn contradict(&self, a: u32, b: u32) -> bool {
        let (Some(of_a), Some(of_b)) = (self.of_account.get(&a), self.of_account.get(&b)) else { return false };
        of_a.iter().any(|(kind, _)| of_b.iter().any(|(other, _)| kind == other)) && !of_a.iter().any(|value| of_b.contains(value))
    }
}

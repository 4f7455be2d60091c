//! Who holds what: values that few accounts use within the same time.

use std::ops::Range;

use crate::{
    Strength,
    interner::Interner,
    linker::{Linker, Table, Use},
    signal::SignalKind,
};

/// A value that at least two accounts used without a long pause between any two uses.
#[derive(Debug)]
pub(crate) struct Shared {
    /// Index in [`Table::values`]; meaningless for names.
    pub(crate) value: u32,
    /// A name; empty for everything else.
    pub(crate) name: Box<str>,
    pub(crate) kind: SignalKind,
    /// In [`Table::uses`]; empty for names, which have no time.
    pub(crate) uses: Range<usize>,
    /// Ascending.
    pub(crate) holders: Vec<u32>,
    pub(crate) strength: Strength,
}

const SECONDS_A_DAY: i64 = 86_400;

/// Every shared value that says something.
pub(crate) fn shared(linker: &Linker, table: &Table) -> Vec<Shared> {
    let mut out = Vec::new();
    let mut start = 0;
    for of_value in table.uses.chunk_by(|a, b| (a.value, a.realm) == (b.value, b.realm)) {
        if let Some(kind) = of_value.first().and_then(|first| table.values.get(first.value as usize)).map(|(value, _)| value.kind) {
            add(linker, kind, of_value, start, &mut out);
        }
        start += of_value.len();
    }
    names(linker, &mut out);
    out
}

fn add(linker: &Linker, kind: SignalKind, uses: &[Use], start: usize, out: &mut Vec<Shared>) {
    let (plan, guards) = (&linker.plan, linker.plan.guards);
    let Some(strength) = kind.strength() else { return };
    // A picture or a link that many share over the years is not theirs; a number may have been given to many.
    if strength == Strength::Medium && guards.rarity && accounts(uses).len() > plan.most_holders {
        return;
    }
    let window = if guards.time { i64::from(plan.window_days) * SECONDS_A_DAY } else { i64::MAX };
    let mut start = start;
    for era in uses.chunk_by(|a, b| b.at.saturating_sub(a.at) <= window) {
        let holders = accounts(era);
        let value = era.first().map_or(0, |first| first.value);
        let shared = start..start + era.len();
        start += era.len();
        if holders.len() < 2 || (guards.rarity && holders.len() > plan.most_supported) {
            continue;
        }
        // What many offer may be a service for sellers: it counts as a medium signal.
        let strength = if guards.rarity && holders.len() > plan.most_holders { Strength::Medium } else { strength };
        out.push(Shared { value, name: "".into(), kind, uses: shared, holders, strength });
    }
}

fn accounts(uses: &[Use]) -> Vec<u32> {
    let mut accounts: Vec<u32> = uses.iter().map(|using| using.account).collect();
    accounts.sort_unstable();
    accounts.dedup();
    accounts
}

/// Letters and digits that a name must have to be a name and no word.
const SHORTEST_NAME: usize = 7;

/// Accounts whose handles differ in dots, dashes, and in what a new account of the same name adds.
fn names(linker: &Linker, out: &mut Vec<Shared>) {
    let mut roots: Interner<(u32, String)> = Interner::default();
    let mut holders: Vec<Vec<u32>> = Vec::new();
    for ((number, seen), account) in (0u32..).zip(&linker.seen).zip(linker.accounts.values()) {
        let Some(handle) = seen.handle.as_deref() else { continue };
        let realm = if linker.plan.across_networks { 0 } else { crate::linker::realm(&account.network) };
        let root = name_root(handle);
        let stem = root.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
        let mut names = vec![root, stem];
        names.dedup();
        for name in names.into_iter().filter(|name| name.len() >= SHORTEST_NAME) {
            let (name, new) = roots.number((realm, name));
            if new {
                holders.push(Vec::new());
            }
            if let Some(list) = holders.get_mut(name as usize) {
                list.push(number);
            }
        }
    }
    let limit = if linker.plan.guards.rarity { linker.plan.most_namesakes } else { usize::MAX };
    for (holders, (_, name)) in holders.into_iter().zip(roots.values()).filter(|(holders, _)| (2..=limit).contains(&holders.len())) {
        out.push(Shared { value: u32::MAX, name: name.as_str().into(), kind: SignalKind::NAME, uses: 0..0, holders, strength: Strength::Medium });
    }
}

/// What people add to a name that is taken or was suspended.
const ADDED: &[&str] = &[
    "officiel", "official", "oficial", "backup", "secours", "second", "the2nd", "2nd", "new", "bis", "off", "real", "only", "alt", "vip", "pro", "fr", "uk",
    "v2", "xx", "x",
];

/// "Plug.31_fictif-2" → "plug31fictif2", "plug31fictif_off" → "plug31fictif": a name without what a new account of it adds.
pub(crate) fn name_root(handle: &str) -> String {
    // On federated networks the server follows the name.
    let local = handle.trim_start_matches('@').split('@').next().unwrap_or(handle);
    let mut root: String = local.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    while let Some(rest) = ADDED.iter().find_map(|added| root.strip_suffix(added)).filter(|rest| rest.len() >= SHORTEST_NAME) {
        root = rest.to_owned();
    }
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_what_a_new_account_adds() {
        for (handle, root) in [
            ("@Plug.31_Fictif-2", "plug31fictif2"),
            ("plug31fictif@social.example.org", "plug31fictif"),
            ("lounge.example755off", "loungeexample755"),
            ("lounge.example755_bis_fr", "loungeexample755"),
            ("pro", "pro"),
            ("2026", "2026"),
        ] {
            assert_eq!(name_root(handle), root);
        }
    }
}

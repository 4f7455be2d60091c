//! What speaks for two groups of accounts being one, besides what links them already.

use crate::{Strength, holders::Shared};

/// The medium signals of each account.
pub(crate) struct Support {
    /// Account and shared value, sorted.
    held: Vec<(u32, u32)>,
}

impl Support {
    pub(crate) fn new(shared: &[Shared], most_holders: usize) -> Self {
        let medium = (0u32..).zip(shared).filter(|(_, shared)| shared.strength == Strength::Medium && shared.holders.len() <= most_holders);
        let mut held: Vec<(u32, u32)> = medium.flat_map(|(value, shared)| shared.holders.iter().map(move |&account| (account, value))).collect();
        held.sort_unstable();
        Self { held }
    }

    pub(crate) fn of(&self, account: u32) -> impl Iterator<Item = u32> + '_ {
        let start = self.held.partition_point(|held| held.0 < account);
        self.held.iter().skip(start).take_while(move |held| held.0 == account).map(|held| held.1)
    }

    /// Whether accounts of both groups share a medium signal.
    pub(crate) fn joins(&self, a: &[u32], b: &[u32]) -> bool {
        let mut of_a: Vec<u32> = a.iter().flat_map(|&account| self.of(account)).collect();
        of_a.sort_unstable();
        b.iter().flat_map(|&account| self.of(account)).any(|value| of_a.binary_search(&value).is_ok())
    }
}

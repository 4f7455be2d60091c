//! Watches: which posts a user wants counted under a name.

use smallvec::SmallVec;

/// A watch as configured. A post belongs to it when all filled-in conditions hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Watch {
    /// Shown in figures; unique.
    pub name: String,
    /// At least one of these words or phrases occurs in the text or the tags.
    pub any: Vec<String>,
    /// Each of these occurs.
    pub all: Vec<String>,
    /// None of these occurs.
    pub none: Vec<String>,
    /// The post is on one of these networks.
    pub networks: Vec<String>,
    /// One of these places is named (official name or alias).
    pub places: Vec<String>,
}

/// The role of a word in a watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Any,
    All,
    None,
    Place,
}

/// A word of a watch, as the automaton reports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WatchWord {
    pub(crate) watch: u16,
    pub(crate) role: Role,
    /// Its place among the words of that role.
    pub(crate) index: u16,
}

/// Numbers of watches, ascending.
pub type WatchSet = SmallVec<[u16; 4]>;

/// Which words of which watches were seen in a post.
#[derive(Debug, Default)]
pub(crate) struct Seen(Vec<WatchWord>);

impl Seen {
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn note(&mut self, word: WatchWord) {
        if !self.0.contains(&word) {
            self.0.push(word);
        }
    }

    /// The watches that a post on `network` belongs to.
    pub(crate) fn evaluate(&self, watches: &[Watch], network: &str) -> WatchSet {
        let mut out = WatchSet::new();
        for (number, watch) in (0u16..).zip(watches) {
            let count = |role| self.0.iter().filter(|w| w.watch == number && w.role == role).count();
            let holds = (watch.networks.is_empty() || watch.networks.iter().any(|n| n == network))
                && (watch.any.is_empty() || count(Role::Any) > 0)
                && (watch.places.is_empty() || count(Role::Place) > 0)
                && count(Role::All) == watch.all.len()
                && count(Role::None) == 0;
            if holds {
                out.push(number);
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_joined_by_and() {
        let words = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        let watches = [
            Watch { name: "a".into(), any: words(&["toulouse", "tlse"]), none: words(&["rugby"]), ..Watch::default() },
            Watch { name: "b".into(), all: words(&["toulouse", "om"]), networks: words(&["x"]), ..Watch::default() },
            Watch { name: "everything".into(), ..Watch::default() },
        ];
        let seen = |list: &[(u16, Role, u16)]| {
            let mut seen = Seen::default();
            list.iter().for_each(|&(watch, role, index)| seen.note(WatchWord { watch, role, index }));
            seen
        };
        assert_eq!(seen(&[(0, Role::Any, 1)]).evaluate(&watches, "x").as_slice(), [0, 2]);
        assert_eq!(seen(&[(0, Role::Any, 1), (0, Role::None, 0)]).evaluate(&watches, "x").as_slice(), [2]);
        assert_eq!(seen(&[(1, Role::All, 0), (1, Role::All, 0)]).evaluate(&watches, "x").as_slice(), [2]);
        assert_eq!(seen(&[(1, Role::All, 0), (1, Role::All, 1)]).evaluate(&watches, "x").as_slice(), [1, 2]);
        assert_eq!(seen(&[(1, Role::All, 0), (1, Role::All, 1)]).evaluate(&watches, "bluesky").as_slice(), [2]);
    }
}

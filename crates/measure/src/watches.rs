//! The set of watches that a post matched.

use std::sync::Arc;

/// Names of watches, sorted, each once. The empty set, that of most posts, costs nothing; a clone is a reference count.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WatchSet(Option<Arc<[Box<str>]>>);

impl WatchSet {
    /// No watch.
    pub const NONE: Self = Self(None);

    /// The set of these names. Make it once for each combination that occurs and clone it for the posts.
    pub fn new<S: Into<Box<str>>>(names: impl IntoIterator<Item = S>) -> Self {
        let mut names: Vec<Box<str>> = names.into_iter().map(Into::into).collect();
        names.sort_unstable();
        names.dedup();
        Self((!names.is_empty()).then(|| names.into()))
    }

    /// The names in order.
    #[must_use]
    pub fn names(&self) -> &[Box<str>] {
        self.0.as_deref().unwrap_or_default()
    }

    /// Whether the watch is in the set.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.names().binary_search_by(|have| (**have).cmp(name)).is_ok()
    }

    /// Whether the post matched no watch.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_a_set() {
        let set = WatchSet::new(["lorient", "brest", "lorient"]);
        assert_eq!(set, WatchSet::new(["brest", "lorient"]));
        assert!(set.contains("lorient") && !set.contains("paris"));
        assert_eq!(WatchSet::new(Vec::<String>::new()), WatchSet::NONE);
    }
}

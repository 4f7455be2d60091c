//! The measuring sample: which posts are drawn for people to read.
//!
//! Every post has a priority, a keyed hash of its identity that nobody without the store's key can foresee. The posts of a
//! reservoir with the least priorities are a simple random sample of it, whatever the order in which they came (bottom-k sampling,
//! Cohen and Kaplan 2007). Reservoirs compose: the posts of several with a priority below the least of their thresholds are a random sample
//! of all their posts. So labels serve every window and network that they lie in, and a prefix in order of priority is a sample too.

use serde::Serialize;
use vigie_model::Band;

use crate::ScoreBin;

/// How high the detector scored a post: what samples are stratified by. The low tier is where missed adverts live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Clear, with a score below 1/8.
    Low,
    /// Clear, with a higher score.
    Middle,
    /// To review.
    Review,
    /// Adverts, as the detector has it.
    Advert,
}

impl Tier {
    /// Every tier, from low to high.
    pub const ALL: [Self; 4] = [Self::Low, Self::Middle, Self::Review, Self::Advert];

    /// The tier of a score bin.
    #[must_use]
    pub fn of(bin: ScoreBin) -> Self {
        match bin.band() {
            Band::Clear if bin.number() == 0 => Self::Low,
            Band::Clear => Self::Middle,
            Band::Review => Self::Review,
            Band::Advert => Self::Advert,
        }
    }

    /// Its number in the store, 0 to 3.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8
    }

    /// As it is written in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Middle => "middle",
            Self::Review => "review",
            Self::Advert => "advert",
        }
    }

    /// Share of adverts to expect before anybody has read a post; guides the first allocation of labels only.
    #[must_use]
    pub fn expected_share(self) -> f64 {
        match self {
            Self::Low => 0.02,
            Self::Middle => 0.1,
            Self::Review => 0.5,
            Self::Advert => 0.9,
        }
    }
}

/// A priority: 63 bits, the least first.
pub type Priority = i64;

/// The threshold of a reservoir that never was full: every post is in it.
pub const EVERYTHING: Priority = Priority::MAX;

/// The posts of one reservoir: those with a priority below its threshold, which falls as soon as there are more than fit.
///
/// What is in it is a function of the set of posts offered, whatever their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservoir {
    size: usize,
    threshold: Priority,
    /// Priority and key of each post, ascending.
    posts: std::collections::BTreeSet<(Priority, u64)>,
}

impl Reservoir {
    /// A reservoir for so many posts, with what is in it already.
    #[must_use]
    pub fn new(size: usize, threshold: Priority, posts: impl IntoIterator<Item = (Priority, u64)>) -> Self {
        Self { size, threshold, posts: posts.into_iter().collect() }
    }

    /// Offers a post. None if it is not taken, else the posts that it put out (its own key among them where two have one priority).
    pub fn offer(&mut self, priority: Priority, key: u64) -> Option<Vec<u64>> {
        if priority >= self.threshold || !self.posts.insert((priority, key)) {
            return None;
        }
        let mut out = Vec::new();
        while self.posts.len() > self.size {
            let Some((last, key)) = self.posts.pop_last() else { break };
            self.threshold = last;
            out.push(key);
        }
        // Equal priorities stand or fall together.
        while self.posts.last().is_some_and(|(last, _)| *last >= self.threshold) {
            out.extend(self.posts.pop_last().map(|(_, key)| key));
        }
        Some(out)
    }

    /// Takes a post out that is counted elsewhere now; returns whether it was in.
    pub fn remove(&mut self, priority: Priority, key: u64) -> bool {
        self.posts.remove(&(priority, key))
    }

    /// Whether the post with this priority and key is in it.
    #[must_use]
    pub fn contains(&self, priority: Priority, key: u64) -> bool {
        self.posts.contains(&(priority, key))
    }

    /// Posts with a priority from here on are not in it.
    #[must_use]
    pub fn threshold(&self) -> Priority {
        self.threshold
    }

    /// Priority and key of its posts, ascending.
    pub fn posts(&self) -> impl Iterator<Item = (Priority, u64)> {
        self.posts.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filled(size: usize, priorities: &[Priority]) -> Reservoir {
        let mut reservoir = Reservoir::new(size, EVERYTHING, []);
        for &priority in priorities {
            reservoir.offer(priority, priority.unsigned_abs());
        }
        reservoir
    }

    #[test]
    fn tiers_follow_the_bins() {
        for (band, score, tier) in
            [(Band::Clear, 0.0, Tier::Low), (Band::Clear, 0.2, Tier::Middle), (Band::Review, 0.0, Tier::Review), (Band::Advert, 0.99, Tier::Advert)]
        {
            assert_eq!(Tier::of(ScoreBin::new(band, score)), tier);
        }
        assert_eq!(Tier::ALL.map(Tier::number), [0, 1, 2, 3]);
    }

    proptest! {
        #[test]
        fn the_order_makes_no_difference(mut priorities in prop::collection::vec(0i64..200, 0..60), size in 1usize..20) {
            let forward = filled(size, &priorities);
            priorities.reverse();
            prop_assert_eq!(&forward, &filled(size, &priorities));
            priorities.sort_unstable();
            priorities.dedup();
            let expected: Vec<_> = priorities.iter().copied().take(size).collect();
            prop_assert_eq!(forward.posts().map(|(p, _)| p).collect::<Vec<_>>(), expected);
            prop_assert_eq!(forward.threshold(), priorities.get(size).copied().unwrap_or(EVERYTHING));
        }
    }
}

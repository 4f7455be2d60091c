//! When to stop reading a file that has no posts in it.

use crate::{InputReason, Position, Problem};

/// Counts rejects until the first good record, so that a CSV or HTML file ends with one clear problem.
///
/// Tell it the outcome of every record, in any order; once it says so, stop reading that input.
#[derive(Debug, Clone)]
pub struct Recognition {
    limit: u64,
    rejects: u64,
    recognised: bool,
}

impl Recognition {
    /// Gives up after `limit` rejects with no good record; 0 never gives up.
    #[must_use]
    pub fn new(limit: u64) -> Self {
        Self { limit, rejects: 0, recognised: false }
    }

    /// A record gave events: from now on rejects never stop the input.
    pub fn good(&mut self) {
        self.recognised = true;
    }

    /// A record or a part of the input was rejected. Returns whether to give up now; true once at most.
    pub fn bad(&mut self) -> bool {
        self.rejects = self.rejects.saturating_add(1);
        !self.recognised && self.rejects == self.limit
    }

    /// The problem to report when giving up.
    #[must_use]
    pub fn problem(&self, source: &str, position: Position) -> Problem {
        let reason = InputReason::NoPosts { lines: self.limit };
        Problem::new(source, position, &reason, b"")
    }
}

impl Default for Recognition {
    fn default() -> Self {
        Self::new(100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_up_once_and_only_without_a_good_record() {
        let mut csv = Recognition::new(3);
        assert_eq!([csv.bad(), csv.bad(), csv.bad(), csv.bad()], [false, false, true, false]);

        let mut posts = Recognition::new(3);
        posts.bad();
        posts.good();
        assert!((0..1000).all(|_| !posts.bad()));

        let mut patient = Recognition::new(0);
        assert!((0..1000).all(|_| !patient.bad()));
        assert_eq!(csv.problem("a.csv", Position::START).reason, "no posts recognised in the first 3 lines");
    }
}

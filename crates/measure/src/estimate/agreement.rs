//! Whether two reviewers say the same.

use serde::Serialize;

/// How two reviewers labelled the same posts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Agreement {
    /// Both said advert.
    pub both: u64,
    /// Only the first did.
    pub first_only: u64,
    /// Only the second did.
    pub second_only: u64,
    /// Neither did.
    pub neither: u64,
}

impl Agreement {
    /// Adds a post.
    pub fn add(&mut self, first: bool, second: bool) {
        let count = match (first, second) {
            (true, true) => &mut self.both,
            (true, false) => &mut self.first_only,
            (false, true) => &mut self.second_only,
            (false, false) => &mut self.neither,
        };
        *count += 1;
    }

    /// Posts that both labelled.
    #[must_use]
    pub fn posts(&self) -> u64 {
        self.both + self.first_only + self.second_only + self.neither
    }
}

/// Cohen's κ (Educ. Psychol. Meas. 1960;20:37): agreement beyond chance, 1 at best. None for no posts, or where chance alone
/// explains everything (both always said the same thing).
#[must_use]
pub fn cohen_kappa(table: &Agreement) -> Option<f64> {
    use super::interval::real;
    let n = real(table.posts());
    let (first, second) = (real(table.both + table.first_only) / n, real(table.both + table.second_only) / n);
    let seen = real(table.both + table.neither) / n;
    let chance = first * second + (1.0 - first) * (1.0 - second);
    (n > 0.0 && chance < 1.0).then(|| (seen - chance) / (1.0 - chance))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The textbook example: 20, 5, 10, 15 of 50 give κ = 0.4.
    #[test]
    fn kappa_textbook_example() {
        let table = Agreement { both: 20, first_only: 5, second_only: 10, neither: 15 };
        assert!((cohen_kappa(&table).unwrap() - 0.4).abs() < 1e-12);
        assert_eq!(cohen_kappa(&Agreement::default()), None);
    }
}

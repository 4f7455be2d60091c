//! What would change with other rules: the same verdicts under two books, compared.

use std::collections::BTreeMap;

use vigie_model::{Band, Label, Post, Verdict};

use crate::{RuleBook, RuleTally};

/// Changes that are kept as examples, for each pair of bands.
const EXAMPLES: usize = 3;

/// Makes the excerpt of a post that may be shown: short, and without identifiers.
pub type Excerpt = fn(&Post<'_>, &Verdict) -> String;

/// Two books to compare.
#[derive(Debug)]
pub struct Backtest {
    before: RuleBook,
    after: RuleBook,
    excerpt: Excerpt,
}

/// A post whose verdict changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Change<P> {
    /// Which post.
    pub place: P,
    /// Band before and after.
    pub bands: (Band, Band),
    /// Label before and after.
    pub labels: (Label, Label),
    /// Score before and after.
    pub scores: (f32, f32),
    /// Rules that hold after and did not before, with their queue.
    pub rules: Vec<(String, Option<String>)>,
    /// Masked.
    pub excerpt: String,
}

/// What changes. Sums are commutative; examples are the first ones in the order of `P`, however the posts were shared out.
#[derive(Debug, Clone)]
pub struct Differences<P> {
    /// Posts seen.
    pub posts: u64,
    /// Of these, posts that are shown to rules.
    pub candidates: u64,
    /// Of these, posts whose band, label, queues or tags change.
    pub changed: u64,
    /// Those that change, by band before and after.
    pub bands: BTreeMap<(Band, Band), u64>,
    /// How often the rules of the book after hold.
    pub rules: RuleTally,
    /// Examples, by band before and after.
    pub examples: BTreeMap<(Band, Band), Vec<Change<P>>>,
}

impl<P> Default for Differences<P> {
    fn default() -> Self {
        Self { posts: 0, candidates: 0, changed: 0, bands: BTreeMap::new(), rules: RuleTally::default(), examples: BTreeMap::new() }
    }
}

impl Backtest {
    /// Compares `before` with `after`, whose shadow rules act.
    #[must_use]
    pub fn new(before: RuleBook, after: RuleBook, excerpt: Excerpt) -> Self {
        Self { before, after: after.without_shadows(), excerpt }
    }

    /// Compares the verdicts on one post; `verdict` is the detector's for a candidate, none for another post.
    pub fn compare<P: Ord + Copy>(&self, place: P, post: &Post<'_>, verdict: Option<Verdict>, watches: &[&str], into: &mut Differences<P>) {
        into.posts += 1;
        let Some(mut after) = verdict else { return };
        into.candidates += 1;
        let mut before = after.clone();
        self.before.apply_to(post, &mut before, watches, &mut RuleTally::default());
        self.after.apply_to(post, &mut after, watches, &mut into.rules);
        if before.band == after.band && before.label == after.label && marks(&before).eq(marks(&after)) {
            return;
        }
        into.changed += 1;
        *into.bands.entry((before.band, after.band)).or_default() += 1;
        let examples = into.examples.entry((before.band, after.band)).or_default();
        if examples.len() < EXAMPLES || examples.last().is_some_and(|last| place < last.place) {
            examples.push(self.change(place, post, &before, &after));
            keep_first(examples);
        }
    }

    fn change<P>(&self, place: P, post: &Post<'_>, before: &Verdict, after: &Verdict) -> Change<P> {
        let new = after.rules.iter().filter(|rule| !before.rules.contains(rule));
        Change {
            place,
            bands: (before.band, after.band),
            labels: (before.label, after.label),
            scores: (before.score, after.score),
            rules: new.map(|rule| (rule.name.clone(), rule.route.clone())).collect(),
            excerpt: (self.excerpt)(post, after),
        }
    }
}

fn marks(verdict: &Verdict) -> impl Iterator<Item = (&Option<String>, &Option<String>)> {
    verdict.rules.iter().map(|rule| (&rule.route, &rule.tag)).filter(|(route, tag)| route.is_some() || tag.is_some())
}

fn keep_first<P: Ord + Copy>(examples: &mut Vec<Change<P>>) {
    examples.sort_by_key(|change| change.place);
    examples.truncate(EXAMPLES);
}

impl<P: Ord + Copy> Differences<P> {
    /// Adds those of another part of the posts.
    pub fn merge(&mut self, other: Self) {
        self.posts += other.posts;
        self.candidates += other.candidates;
        self.changed += other.changed;
        self.rules.merge(&other.rules);
        for (bands, count) in other.bands {
            *self.bands.entry(bands).or_default() += count;
        }
        for (bands, changes) in other.examples {
            let examples = self.examples.entry(bands).or_default();
            examples.extend(changes);
            keep_first(examples);
        }
    }
}

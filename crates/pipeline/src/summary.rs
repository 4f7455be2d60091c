//! What a run did, counted as it goes.

use std::collections::BTreeMap;

use serde::Serialize;
use vigie_detect::Judgement;
use vigie_model::{Band, Contact, ContactKind};
use vigie_rules::{RuleCount, RuleTally};

use crate::PictureCounts;

/// Posts of one watch, or of all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct BandCounts {
    /// Posts read.
    pub posts: u64,
    /// Of these, adverts.
    pub adverts: u64,
    /// Of these, for a person to look at.
    pub review: u64,
}

impl BandCounts {
    fn count(&mut self, band: Band) {
        self.posts += 1;
        match band {
            Band::Advert => self.adverts += 1,
            Band::Review => self.review += 1,
            Band::Clear => {}
        }
    }

    fn add(&mut self, other: Self) {
        self.posts += other.posts;
        self.adverts += other.adverts;
        self.review += other.review;
    }
}

/// Counts of one block or one run; sums are commutative.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub(crate) all: BandCounts,
    /// By number of the watch.
    pub(crate) watches: BTreeMap<u16, BandCounts>,
    pub(crate) rejected: u64,
    pub(crate) repaired: u64,
    pub(crate) ignored: u64,
    pub(crate) deletes: u64,
    pub(crate) rules: RuleTally,
    pub(crate) pictures: PictureCounts,
}

impl Tally {
    pub(crate) fn count(&mut self, judgement: &Judgement) {
        self.all.count(judgement.band);
        for &watch in &judgement.watches {
            self.watches.entry(watch).or_default().count(judgement.band);
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.all.add(other.all);
        for (&watch, &counts) in &other.watches {
            self.watches.entry(watch).or_default().add(counts);
        }
        self.rejected += other.rejected;
        self.repaired += other.repaired;
        self.ignored += other.ignored;
        self.deletes += other.deletes;
        self.rules.merge(&other.rules);
        self.pictures.add(&other.pictures);
    }
}

/// In how many adverts each contact stands. Bounded: beyond the limit, contacts seen once are forgotten.
#[derive(Debug, Clone, Default)]
pub(crate) struct Contacts(BTreeMap<(ContactKind, String), u64>);

impl Contacts {
    const LIMIT: usize = 50_000;

    pub(crate) fn add(&mut self, contacts: &[Contact]) {
        for contact in contacts.iter().filter(|c| c.kind != ContactKind::Url) {
            *self.0.entry((contact.kind, contact.value.clone())).or_default() += 1;
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        for (contact, count) in other.0 {
            *self.0.entry(contact).or_default() += count;
        }
        if self.0.len() > Self::LIMIT {
            self.0.retain(|_, count| *count > 1);
        }
    }

    /// The most frequent ones.
    pub(crate) fn top(self, limit: usize) -> Vec<ContactCount> {
        let mut all: Vec<_> = self.0.into_iter().map(|((kind, value), adverts)| ContactCount { kind, value, adverts }).collect();
        all.sort_by_key(|c| std::cmp::Reverse(c.adverts));
        all.truncate(limit);
        all
    }
}

/// A contact and the number of adverts read that give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactCount {
    /// Service.
    pub kind: ContactKind,
    /// As in the verdict, unmasked.
    pub value: String,
    /// Number of adverts.
    pub adverts: u64,
}

/// What a run did.
#[derive(Debug, Clone)]
pub struct Summary {
    /// All posts read, whether known before or not.
    pub all: BandCounts,
    /// By name of the watch, in the order of the configuration.
    pub watches: Vec<(String, BandCounts)>,
    /// Records that gave no post.
    pub rejected: u64,
    /// Records of which a part was dropped.
    pub repaired: u64,
    /// Well-formed records that are no posts.
    pub ignored: u64,
    /// Deletions read.
    pub deletes: u64,
    /// Posts that the store did not know.
    pub new: u64,
    /// Posts that it had counted before, in this or a later state.
    pub known: u64,
    /// Posts whose earlier state was replaced.
    pub edited: u64,
    /// Finds written.
    pub finds: u64,
    /// What looking at pictures came to.
    pub pictures: PictureCounts,
    /// The contacts that stand in most adverts.
    pub contacts: Vec<ContactCount>,
    /// Rules that held or failed at least once, by name; those in the shadow too.
    pub rules: Vec<(String, RuleCount)>,
    /// How often changed rule packs were taken up during the run.
    pub rules_reloaded: u64,
    /// Why changed rule packs were not taken up; those in use before stayed.
    pub rule_faults: Vec<String>,
    /// Some of the problems, to show what they look like.
    pub examples: Vec<vigie_ingest::Problem>,
    /// Where the run stopped, if it was interrupted: source and line.
    pub stopped_at: Option<(String, u64)>,
    /// Where it went on from, for inputs that were interrupted before: source and line.
    pub resumed: Vec<(String, u64)>,
    /// Inputs read.
    pub inputs: usize,
    /// Bytes read, decompressed.
    pub bytes: u64,
}

//! What a network looks like: counts over the finds of its accounts.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use vigie_model::{Band, ComponentKind, Verdict};

/// What a description counts of one find.
#[derive(Debug, Clone, Copy)]
pub struct FindFacts<'a> {
    /// Network.
    pub network: &'a str,
    /// Account, as in [`crate::Account`].
    pub account: &'a str,
    /// Seconds since 1970.
    pub at: i64,
    /// What the detector says.
    pub verdict: &'a Verdict,
    /// Views when it was collected.
    pub views: Option<u64>,
    /// Whether its network said that it is gone.
    pub deleted: bool,
}

/// What the finds of a network's accounts say together. Nothing in it says how dangerous anybody is.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Description {
    /// Finds by network.
    pub networks: BTreeMap<String, u64>,
    /// All finds.
    pub finds: u64,
    /// Those in band `advert`.
    pub adverts: u64,
    /// Views of those whose views are known.
    pub views: u64,
    /// Finds by product class.
    pub products: BTreeMap<&'static str, u64>,
    /// Prices by currency and unit: from, to, how many.
    pub prices: BTreeMap<String, PriceRange>,
    /// Finds by place.
    pub places: BTreeMap<String, u64>,
    /// Finds that offer to send by post or relay point.
    pub postal: u64,
    /// Finds that offer to deliver.
    pub delivery: u64,
    /// Finds with a discount or flash sale.
    pub promotions: u64,
    /// Finds by hour of the day, UTC.
    pub hours: [u64; 24],
    /// Finds by day of the week, Monday first, UTC.
    pub weekdays: [u64; 7],
    /// Distinct days with finds.
    pub active_days: u64,
    /// Finds that their network said are gone.
    pub deleted: u64,
    /// First find, seconds since 1970.
    pub first_seen: Option<i64>,
    /// Last find.
    pub last_seen: Option<i64>,
    /// Accounts whose first find came after another one's last: may be made anew after a deletion.
    pub successors: u64,
    #[serde(skip)]
    days: BTreeSet<i64>,
    #[serde(skip)]
    spans: BTreeMap<(String, String), (i64, i64)>,
}

/// Least and greatest price of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PriceRange {
    /// Least, per unit.
    pub least: f64,
    /// Greatest, per unit.
    pub greatest: f64,
    /// How many prices.
    pub prices: u64,
}

/// How far a network delivers, as its finds say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    /// No find names a place.
    Unknown,
    /// One place.
    Local,
    /// A few places.
    Regional,
    /// Many places, or sent by post.
    National,
}

const SECONDS_A_DAY: i64 = 86_400;

impl Description {
    /// Counts a find.
    pub fn add(&mut self, facts: &FindFacts<'_>) {
        let FindFacts { network, account, at, verdict, views, deleted } = *facts;
        let has = |kind| u64::from(verdict.components.iter().any(|component| component.kind == kind));
        *self.networks.entry(network.to_owned()).or_default() += 1;
        self.finds += 1;
        self.adverts += u64::from(verdict.band == Band::Advert);
        self.views = self.views.saturating_add(views.unwrap_or(0));
        self.deleted += u64::from(deleted);
        self.postal += has(ComponentKind::Postal);
        self.delivery += has(ComponentKind::Delivery);
        self.promotions += has(ComponentKind::Promotion);
        for product in &verdict.products {
            *self.products.entry(product.as_str()).or_default() += 1;
        }
        for place in &verdict.places {
            *self.places.entry(place.clone()).or_default() += 1;
        }
        self.add_prices(verdict);
        self.add_time(at);
        let span = self.spans.entry((network.to_owned(), account.to_owned())).or_insert((at, at));
        *span = (span.0.min(at), span.1.max(at));
    }

    fn add_prices(&mut self, verdict: &Verdict) {
        for price in &verdict.prices {
            let quantity = price.quantity.filter(|quantity| *quantity > 0.0).unwrap_or(1.0);
            let each = price.amount / quantity;
            let unit = price.unit.as_deref().map_or_else(|| price.currency.clone(), |unit| format!("{}/{unit}", price.currency));
            let range = self.prices.entry(unit).or_insert(PriceRange { least: each, greatest: each, prices: 0 });
            (range.least, range.greatest, range.prices) = (range.least.min(each), range.greatest.max(each), range.prices + 1);
        }
    }

    fn add_time(&mut self, at: i64) {
        let day = at.div_euclid(SECONDS_A_DAY);
        let slot = |index: i64| usize::try_from(index).unwrap_or(0);
        self.hours.get_mut(slot(at.rem_euclid(SECONDS_A_DAY) / 3_600)).into_iter().for_each(|hour| *hour += 1);
        // 1970-01-01 was a Thursday.
        self.weekdays.get_mut(slot((day + 3).rem_euclid(7))).into_iter().for_each(|weekday| *weekday += 1);
        self.days.insert(day);
        self.first_seen = Some(self.first_seen.map_or(at, |first| first.min(at)));
        self.last_seen = Some(self.last_seen.map_or(at, |last| last.max(at)));
    }

    /// Works out what depends on all finds; call it after the last one.
    pub fn finish(&mut self) {
        self.active_days = self.days.len() as u64;
        let spans: Vec<(i64, i64)> = self.spans.values().copied().collect();
        let follows = |first: i64| spans.iter().any(|(_, last)| *last < first);
        self.successors = spans.iter().filter(|(first, _)| follows(*first)).count() as u64;
    }

    /// How far it delivers: by post or to at least five places is national, to two to four places regional, to one local.
    #[must_use]
    pub fn reach(&self) -> Reach {
        match self.places.len() {
            _ if self.postal * 3 >= self.finds && self.postal > 0 => Reach::National,
            0 => Reach::Unknown,
            1 => Reach::Local,
            2..=4 => Reach::Regional,
            _ => Reach::National,
        }
    }
}

#[cfg(test)]
mod tests {
    use vigie_model::{Component, Price, Product};

    use super::*;

    #[test]
    fn counts_what_the_finds_say() {
        let price = |amount, quantity| Price { amount, currency: "EUR".into(), quantity: Some(quantity), unit: Some("g".into()), start: 0, end: 1 };
        let verdict = Verdict {
            products: vec![Product::Cocaine],
            prices: vec![price(50.0, 1.0), price(180.0, 5.0)],
            places: vec!["Toulouse".into()],
            components: vec![Component { kind: ComponentKind::Promotion, start: 0, end: 1 }],
            ..crate::template::tests::verdict()
        };
        let mut description = Description::default();
        // Monday 16 November 2026, 18:00 UTC, and two days later.
        for (account, at) in [("a", 1_794_852_000), ("b", 1_794_852_000 + 2 * SECONDS_A_DAY)] {
            description.add(&FindFacts { network: "x", account, at, verdict: &verdict, views: Some(10), deleted: account == "a" });
        }
        description.finish();
        assert_eq!((description.finds, description.views, description.deleted, description.active_days, description.successors), (2, 20, 1, 2, 1));
        assert_eq!((description.hours[18], description.weekdays[0], description.weekdays[2]), (2, 1, 1));
        assert_eq!(description.prices["EUR/g"], PriceRange { least: 36.0, greatest: 50.0, prices: 4 });
        assert_eq!((description.products["COC-P"], description.promotions, description.reach()), (2, 2, Reach::Local));
    }
}

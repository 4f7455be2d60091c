//! Legal grounds by country, as data (`data/grounds.toml`).

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use vigie_model::Product;

/// A law under which an offer is illegal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ground {
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// The law.
    pub code: String,
    /// Its article.
    pub article: String,
    /// What it forbids, in the law's own language.
    pub label: String,
    /// Product classes that it covers.
    #[serde(default, skip_serializing)]
    pub products: Vec<Product>,
    /// The offer itself, or its promotion: two offences that are not mixed.
    #[serde(rename = "use")]
    pub offence: Offence,
    /// Who compared the entry with the law, and when; none: from memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<String>,
}

/// What an article is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Offence {
    /// Offering for sale.
    Offer,
    /// Presenting drugs in a favourable light.
    Promotion,
}

#[derive(Deserialize)]
struct File {
    ground: Vec<Ground>,
}

static ALL: LazyLock<Vec<Ground>> =
    LazyLock::new(|| toml::from_str::<File>(include_str!("../../data/grounds.toml")).map(|file| file.ground).unwrap_or_default());

/// Countries with at least one ground, sorted.
#[must_use]
pub fn countries() -> Vec<&'static str> {
    let mut countries: Vec<_> = ALL.iter().map(|ground| ground.country.as_str()).collect();
    countries.sort_unstable();
    countries.dedup();
    countries
}

/// The grounds of a country for an offer of these products: those that cover one of them. Where the products are not known, those for the
/// country's ordinary case, which is its first entry.
#[must_use]
pub fn grounds(country: &str, products: &[Product]) -> Vec<Ground> {
    let of_country = || ALL.iter().filter(|ground| ground.country.eq_ignore_ascii_case(country) && ground.offence == Offence::Offer);
    let covering: Vec<_> = of_country().filter(|ground| products.iter().any(|product| ground.products.contains(product))).cloned().collect();
    if covering.is_empty() && products.is_empty() { of_country().take(1).cloned().collect() } else { covering }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_and_covers_drugs() {
        assert!(countries().len() >= 12, "{:?}", countries());
        let articles = |country, products: &[Product]| grounds(country, products).into_iter().map(|ground| ground.article).collect::<Vec<_>>();
        assert_eq!(articles("FR", &[Product::Cocaine]), ["article 222-39", "article 222-37"]);
        assert_eq!(articles("fr", &[Product::Medicine]), ["article L5432-1"]);
        assert_eq!(articles("DE", &[Product::CannabisHerb]), ["§ 34 Abs. 1 Nr. 4"]);
        assert_eq!(articles("FR", &[]), ["article 222-39"]);
        assert!(articles("XX", &[]).is_empty());
    }

    #[test]
    fn promotion_is_never_mixed_with_the_offer() {
        let everything = Product::ALL;
        assert!(countries().iter().flat_map(|country| grounds(country, everything)).all(|ground| ground.offence == Offence::Offer));
    }
}

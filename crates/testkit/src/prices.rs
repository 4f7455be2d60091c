//! Quantities and prices.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::{
    grammar::{Lang, Scene, choose},
    label::{Product, product_code},
    write::number,
};

/// How a product is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Gram,
    Piece,
    Box,
    Bottle,
    Millilitre,
}

fn unit(product: Product) -> Unit {
    match product_code(product) {
        "MED" => Unit::Box,
        "N2O" => Unit::Bottle,
        "GHB" => Unit::Millilitre,
        "MDM" | "PSY" | "CAN-X" | "CAN-S" | "COC-B" | "OPI-S" => Unit::Piece,
        _ => Unit::Gram,
    }
}

/// An ordinary whole price for one unit, so that lists look plausible.
fn base_price(product: Product) -> u64 {
    match product_code(product) {
        "CAN-H" => 10,
        "CAN-R" => 7,
        "COC-P" => 60,
        "OPI-H" | "CAT" | "KET" => 30,
        "AMP" | "PSY" => 12,
        "GHB" => 2,
        "COC-B" | "OPI-S" => 20,
        "MED" => 25,
        "N2O" | "CAN-S" => 35,
        "CAN-X" => 40,
        _ => 8,
    }
}

fn unit_words(unit: Unit, lang: Lang) -> &'static [&'static str] {
    match (unit, lang) {
        (Unit::Gram, Lang::Fr) => &["g", "gr", " g", "G", " grammes", " gr"],
        (Unit::Gram, _) => &["g", " g", "gr", "G"],
        (Unit::Millilitre, _) => &["ml", " ml", "mL"],
        (Unit::Piece, Lang::Fr) => &["x", " pcs", " pièces", " unités", " pour"],
        (Unit::Piece, Lang::De) => &[" Stk", " Stück", "x"],
        (Unit::Piece, Lang::Nl) => &[" stuks", "x", " st"],
        (Unit::Piece, Lang::Es) => &[" uds", "x", " ud"],
        (Unit::Piece, Lang::It) => &[" pz", "x"],
        (Unit::Piece, Lang::En) => &["x", " pcs", " for"],
        (Unit::Box, Lang::Fr) => &[" boîtes", " plaquettes", " plaq", " boites"],
        (Unit::Box, Lang::En) => &[" strips", " boxes", " packs"],
        (Unit::Box, Lang::De) => &[" Blister", " Packungen"],
        (Unit::Box, Lang::Nl) => &[" strips", " doosjes"],
        (Unit::Box, _) => &[" blister", " bl"],
        (Unit::Bottle, Lang::Fr) => &[" bonbonnes", " cuves", " btl", " bouteilles"],
        (Unit::Bottle, _) => &[" tanks", "x"],
    }
}

fn amounts(unit: Unit) -> &'static [u64] {
    match unit {
        Unit::Gram => &[1, 2, 3, 5, 10, 25, 50, 100],
        Unit::Piece => &[1, 2, 3, 5, 10, 20, 50],
        Unit::Box | Unit::Bottle => &[1, 2, 3, 6],
        Unit::Millilitre => &[10, 30, 50, 100],
    }
}

/// The price of an amount, a little cheaper the more there is of it, rounded to fives.
fn price(product: Product, amount: u64, percent: u64) -> u64 {
    let full = base_price(product) * amount * percent;
    let rebate = match amount {
        0..=2 => 100,
        3..=9 => 90,
        10..=49 => 75,
        _ => 60,
    };
    (full * rebate).div_ceil(50_000).max(1) * 5
}

fn write_price(out: &mut String, price: u64, scene: &Scene<'_>, style: u64) {
    if scene.place.sterling {
        out.push('£');
        number(out, price);
        return;
    }
    number(out, price);
    out.push_str(match (style % 8, scene.lang) {
        (0..=3, _) => "€",
        (4, _) => " €",
        (5, Lang::Fr) => "e",
        (6, Lang::Fr) => " balles",
        (5 | 6, _) => " eur",
        (7, Lang::Fr) => "",
        _ => " euros",
    });
}

/// Appends one quantity with its price: "2g 20€".
pub(crate) fn quantity(out: &mut String, product: Product, scene: &Scene<'_>, rng: &mut ChaCha8Rng) {
    let kind = unit(product);
    let amounts = amounts(kind);
    let amount = amounts.get(rng.random_range(0..amounts.len())).copied().unwrap_or(1);
    number(out, amount);
    out.push_str(choose(unit_words(kind, scene.lang), rng));
    let joint = match scene.lang {
        Lang::Fr => [" à ", " pour "],
        Lang::En => [" for ", " at "],
        Lang::Es => [" a ", " por "],
        Lang::It => [" a ", " per "],
        Lang::De => [" für ", " zu "],
        Lang::Nl => [" voor ", " aan "],
    };
    out.push_str(choose(&[" ", " = ", " : ", "/", " → ", "", ""], rng));
    if out.ends_with(|c: char| c.is_alphanumeric()) {
        out.push_str(choose(&joint, rng));
    }
    let style = rng.random_range(0..7);
    write_price(out, price(product, amount, rng.random_range(80..140)), scene, style);
}

/// Appends a price list of two to five pairs in one style: "1g = 60€ / 2g = 110€".
pub(crate) fn list(out: &mut String, product: Product, scene: &Scene<'_>, rng: &mut ChaCha8Rng) {
    let kind = unit(product);
    let amounts = amounts(kind);
    let word = choose(unit_words(kind, scene.lang), rng);
    let equals = choose(&["=", " = ", " : ", " -> ", " → ", " ", "..", " – ", "➡️"], rng);
    let between = choose(&["\n", "\n", " / ", " | ", ", ", " • ", "\n- ", " ; "], rng);
    let style = rng.random_range(0..8);
    let percent = rng.random_range(80..140);
    let pairs = rng.random_range(2..=5.min(amounts.len()));
    let skip = rng.random_range(0..=amounts.len() - pairs);
    for (index, amount) in amounts.iter().skip(skip).take(pairs).enumerate() {
        if index > 0 {
            out.push_str(between);
        }
        number(out, *amount);
        out.push_str(word);
        out.push_str(equals);
        write_price(out, price(product, *amount, percent), scene, style);
    }
}

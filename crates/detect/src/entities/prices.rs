//! Prices, with the quantity that they are for.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use vigie_model::{Lang, Price};
use vigie_text::Glyph;

use super::{at, before, span, word};

/// What [`read`] finds.
#[derive(Debug, Default)]
pub(super) struct Prices {
    pub(super) prices: Vec<Price>,
    pub(super) quantities: Vec<(u32, u32)>,
    /// How many prices follow one another with little between: a price list when two or more.
    pub(super) rows: usize,
}

/// A token of the price grammar with its glyph range.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Token {
    kind: Kind,
    from: usize,
    to: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Number(f64),
    Currency(&'static str),
    /// Unit with its canonical name.
    Unit(&'static str),
    /// "pour", "for", "=", "→", ":" between quantity and price.
    For,
    /// "le", "the", "/" between price and unit.
    Per,
    Other,
}

const CURRENCIES: &[(&str, &str)] = &[
    ("€", "EUR"),
    ("eur", "EUR"),
    ("euro", "EUR"),
    ("euros", "EUR"),
    ("eu", "EUR"),
    ("balles", "EUR"),
    ("balle", "EUR"),
    ("boules", "EUR"),
    ("pavos", "EUR"),
    ("pavo", "EUR"),
    ("lereles", "EUR"),
    ("£", "GBP"),
    ("gbp", "GBP"),
    ("quid", "GBP"),
    ("pounds", "GBP"),
    ("$", "USD"),
    ("usd", "USD"),
    ("dollars", "USD"),
    ("bucks", "USD"),
    ("chf", "CHF"),
    ("francs", "CHF"),
];

const UNITS: &[(&str, &str)] = &[
    ("g", "g"),
    ("gr", "g"),
    ("grs", "g"),
    ("gramme", "g"),
    ("grammes", "g"),
    ("gram", "g"),
    ("grams", "g"),
    ("gramm", "g"),
    ("grammi", "g"),
    ("grammo", "g"),
    ("gramo", "g"),
    ("gramos", "g"),
    ("gs", "g"),
    ("kg", "kg"),
    ("kilo", "kg"),
    ("kilos", "kg"),
    ("mg", "mg"),
    ("ml", "ml"),
    ("cl", "cl"),
    ("l", "l"),
    ("litre", "l"),
    ("litres", "l"),
    ("oz", "oz"),
    ("ounce", "oz"),
    ("zip", "oz"),
    ("lb", "lb"),
    ("u", "piece"),
    ("ud", "piece"),
    ("uds", "piece"),
    ("unité", "piece"),
    ("unite", "piece"),
    ("unités", "piece"),
    ("unit", "piece"),
    ("pc", "piece"),
    ("pcs", "piece"),
    ("pièce", "piece"),
    ("piece", "piece"),
    ("pièces", "piece"),
    ("pieces", "piece"),
    ("pz", "piece"),
    ("pezzi", "piece"),
    ("pezzo", "piece"),
    ("stück", "piece"),
    ("stuck", "piece"),
    ("stk", "piece"),
    ("stuks", "piece"),
    ("stuk", "piece"),
    ("cachet", "piece"),
    ("cachets", "piece"),
    ("cacheton", "piece"),
    ("cachetons", "piece"),
    ("comprimé", "piece"),
    ("comprimés", "piece"),
    ("cp", "piece"),
    ("pill", "piece"),
    ("pills", "piece"),
    ("pilule", "piece"),
    ("pilules", "piece"),
    ("tab", "piece"),
    ("tabs", "piece"),
    ("taz", "piece"),
    ("pastille", "piece"),
    ("pastilla", "piece"),
    ("pastillas", "piece"),
    ("pille", "piece"),
    ("pillen", "piece"),
    ("tête", "piece"),
    ("tete", "piece"),
    ("boîte", "box"),
    ("boite", "box"),
    ("boîtes", "box"),
    ("boites", "box"),
    ("box", "box"),
    ("plaquette", "blister"),
    ("plaquettes", "blister"),
    ("plaq", "blister"),
    ("plq", "blister"),
    ("barrette", "bar"),
    ("barrettes", "bar"),
    ("bar", "bar"),
    ("bars", "bar"),
    ("pochon", "bag"),
    ("pochons", "bag"),
    ("sachet", "bag"),
    ("sachets", "bag"),
    ("bag", "bag"),
    ("bags", "bag"),
    ("bolsa", "bag"),
    ("bonbonne", "bottle"),
    ("bonbonnes", "bottle"),
    ("bouteille", "bottle"),
    ("bouteilles", "bottle"),
    ("flasche", "bottle"),
    ("tank", "bottle"),
    ("fles", "bottle"),
    ("caillou", "rock"),
    ("cailloux", "rock"),
    ("galette", "rock"),
    ("galettes", "rock"),
    ("rock", "rock"),
    ("rocks", "rock"),
];

const FOR: &[&str] = &["pour", "pr", "for", "por", "per", "für", "fur", "voor", "=", "→", "➡", "👉", ">", ":", "à", "at", "@", "-", "–", "x"];
const PER: &[&str] = &["le", "la", "l", "the", "a", "per", "par", "/", "al", "il", "el", "pro", "das", "je", "de", "du", "each", "chaque"];

/// Reads the prices of a text; `taken` says which byte offsets belong to something else (a phone number).
pub(super) fn read(glyphs: &[Glyph], lang: Lang, taken: impl Fn(u32) -> bool) -> Prices {
    let tokens = tokens(glyphs, taken);
    let mut out = Prices::default();
    let mut last_end = 0;
    let mut row = 0;
    let mut index = 0;
    while index < tokens.len() {
        let Some((price, used)) = price(&tokens, index, lang) else {
            index += 1;
            continue;
        };
        let (from, to) = (tokens.get(index).map_or(0, |t| t.from), tokens.get(index + used - 1).map_or(0, |t| t.to));
        row = if from.saturating_sub(last_end) <= 40 && last_end > 0 { row + 1 } else { 1 };
        out.rows = out.rows.max(row);
        last_end = to;
        let (start, end) = span(glyphs, from, to);
        out.prices.push(Price {
            amount: price.amount,
            currency: price.currency.to_owned(),
            quantity: price.quantity,
            unit: price.unit.map(str::to_owned),
            start,
            end,
        });
        index += used;
    }
    out.quantities = tokens
        .windows(2)
        .filter_map(|pair| match pair {
            [Token { kind: Kind::Number(_), from, .. }, Token { kind: Kind::Unit(_), to, .. }] => Some(span(glyphs, *from, *to)),
            _ => None,
        })
        .collect();
    out
}

struct Found {
    amount: f64,
    currency: &'static str,
    quantity: Option<f64>,
    unit: Option<&'static str>,
}

/// The price that begins at a token, and how many tokens it takes.
fn price(tokens: &[Token], index: usize, lang: Lang) -> Option<(Found, usize)> {
    use Kind::{For, Number, Per, Unit};
    let kind = |offset: usize| tokens.get(index + offset).map(|t| t.kind);
    let local = if lang.as_str() == "en" { "GBP" } else { "EUR" };
    let money = |offset: usize| money(tokens, index + offset);
    // 5 g [:] 40 €, 2 pour 50 €, 3 for 100
    if let Some(Number(quantity)) = kind(0) {
        let (unit, next) = match kind(1) {
            Some(Unit(unit)) => (Some(unit), 2),
            _ => (None, 1),
        };
        let joined = matches!(kind(next), Some(For)) || (unit.is_some() && matches!(kind(next), Some(Per)));
        if unit.is_some()
            && let Some((amount, currency, used)) = money(next)
        {
            return Some((Found { amount, currency, quantity: Some(quantity), unit }, next + used));
        }
        if joined {
            if let Some((amount, currency, used)) = money(next + 1) {
                return Some((Found { amount, currency, quantity: Some(quantity), unit }, next + 1 + used));
            }
            // Without a currency only "5 g = 40" and "3 pour 100": never dates, times or scores.
            if let (Some(Number(amount)), true) = (kind(next + 1), unit.is_some() || is_word_for(tokens.get(index + next)))
                && (5.0..10_000.0).contains(&amount)
                && !matches!(kind(next + 2), Some(Unit(_)))
                && (unit.is_some() || (1.0..=100.0).contains(&quantity))
            {
                return Some((Found { amount, currency: local, quantity: Some(quantity), unit }, next + 2));
            }
        }
    }
    // 50 € [le] g, 2 €/u, 40 €/5 g, 10 € la barrette
    if let Some((amount, currency, used)) = money(0) {
        let next = if matches!(kind(used), Some(Per | For)) { used + 1 } else { used };
        if let Some(Unit(unit)) = kind(next) {
            return Some((Found { amount, currency, quantity: Some(1.0), unit: Some(unit) }, next + 1));
        }
        if let (true, Some(Number(quantity)), Some(Unit(unit))) = (next > used, kind(next), kind(next + 1)) {
            return Some((Found { amount, currency, quantity: Some(quantity), unit: Some(unit) }, next + 2));
        }
        return Some((Found { amount, currency, quantity: None, unit: None }, used));
    }
    // 50 le g, 60/g
    if let (Some(Number(amount)), Some(Per), Some(Unit(unit))) = (kind(0), kind(1), kind(2))
        && (2.0..10_000.0).contains(&amount)
    {
        return Some((Found { amount, currency: local, quantity: Some(1.0), unit: Some(unit) }, 3));
    }
    None
}

/// An amount with its currency, in either order.
fn money(tokens: &[Token], index: usize) -> Option<(f64, &'static str, usize)> {
    match (tokens.get(index).map(|t| t.kind), tokens.get(index + 1).map(|t| t.kind)) {
        (Some(Kind::Number(amount)), Some(Kind::Currency(currency))) | (Some(Kind::Currency(currency)), Some(Kind::Number(amount))) => {
            Some((amount, currency, 2))
        }
        _ => None,
    }
}

/// Whether the token that joins quantity and price is a word or "=", which a date or a score does not have.
fn is_word_for(token: Option<&Token>) -> bool {
    token.is_some_and(|t| t.to - t.from >= 2)
}

fn tokens(glyphs: &[Glyph], taken: impl Fn(u32) -> bool) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::new();
    let mut index = 0;
    while index < glyphs.len() {
        let c = at(glyphs, index);
        let from = index;
        if c.is_ascii_digit() && !taken(glyphs.get(index).map_or(0, |g| g.start)) && !before(glyphs, index).is_alphabetic() {
            let (value, end) = number(glyphs, index);
            index = end;
            out.push(Token { kind: value.map_or(Kind::Other, Kind::Number), from, to: end });
        } else if c.is_alphanumeric() {
            index += glyphs.iter().skip(index).take_while(|g| g.c.is_alphabetic()).count().max(1);
            // Words matter only close after a number or a currency.
            let near = out.iter().rev().take(3).any(|t| matches!(t.kind, Kind::Number(_) | Kind::Currency(_)));
            if !near {
                out.push(Token { kind: Kind::Other, from, to: index });
                continue;
            }
            let attached = out.last().is_some_and(|t| t.to == from && matches!(t.kind, Kind::Number(_)));
            out.push(Token { kind: kind(&word(glyphs, from, index), attached), from, to: index });
        } else if c.is_whitespace() || matches!(c, '(' | ')' | '*' | '_' | '~' | '|') {
            index += 1;
        } else {
            index += 1;
            out.push(Token { kind: kind(c.encode_utf8(&mut [0; 4]), false), from, to: index });
        }
    }
    out
}

/// An integer or decimal; none for dates, times, percentages, ordinals and long identifiers.
fn number(glyphs: &[Glyph], from: usize) -> (Option<f64>, usize) {
    let digits = |start: usize| glyphs.iter().skip(start).take_while(|g| g.c.is_ascii_digit()).count();
    let whole = digits(from);
    let mut end = from + whole;
    let mut text = word(glyphs, from, end).to_owned();
    if matches!(at(glyphs, end), ',' | '.') && (1..=2).contains(&digits(end + 1)) {
        let decimals = digits(end + 1);
        text = format!("{text}.{}", &*word(glyphs, end + 1, end + 1 + decimals));
        end += 1 + decimals;
    }
    let next = at(glyphs, end);
    let refused = whole > 5
        || next == '%'
        || (next == 'h' && !at(glyphs, end + 1).is_alphabetic())
        || (next == ' ' && at(glyphs, end + 1) == '%')
        || (matches!(next, '/' | ':') && digits(end + 1) > 0 && !digits_then_unit(glyphs, end + 1));
    (text.parse().ok().filter(|_| !refused), end)
}

/// "40/5g" is a price for a quantity, "24/7" is not.
fn digits_then_unit(glyphs: &[Glyph], from: usize) -> bool {
    let end = from + glyphs.iter().skip(from).take_while(|g| g.c.is_ascii_digit()).count();
    let start = from + glyphs.iter().skip(end).take_while(|g| g.c == ' ').count() + (end - from);
    let stop = start + glyphs.iter().skip(start).take_while(|g| g.c.is_alphabetic()).count();
    at(glyphs, start) == '€' || matches!(WORDS.get(&*word(glyphs, start, stop)), Some(Kind::Unit(_) | Kind::Currency(_)))
}

/// What the words and signs of the grammar are.
static WORDS: LazyLock<FxHashMap<&'static str, Kind>> = LazyLock::new(|| {
    let per = PER.iter().map(|name| (*name, Kind::Per));
    let joins = FOR.iter().map(|name| (*name, Kind::For));
    let units = UNITS.iter().map(|(name, unit)| (*name, Kind::Unit(unit)));
    let currencies = CURRENCIES.iter().map(|(name, currency)| (*name, Kind::Currency(currency)));
    per.chain(joins).chain(units).chain(currencies).collect()
});

/// What a word is; `attached` says that it follows a number without a gap.
fn kind(name: &str, attached: bool) -> Kind {
    match name {
        "e" if attached => Kind::Currency("EUR"),
        "l" if !attached => Kind::Per,
        _ => WORDS.get(name).copied().unwrap_or(Kind::Other),
    }
}

#[cfg(test)]
mod tests {
    use vigie_text::Glyphs;

    use super::*;

    fn prices(text: &str, lang: &str) -> Vec<String> {
        let mut glyphs = Glyphs::default();
        glyphs.read(text);
        read(glyphs.as_slice(), Lang::parse(lang), |_| false)
            .prices
            .into_iter()
            .map(|p| {
                let of = p.quantity.map_or(String::new(), |q| format!(" for {q} {}", p.unit.unwrap_or_else(|| "?".into())));
                format!("{} {}{of}", p.amount, p.currency)
            })
            .collect()
    }

    #[test]
    fn reads_prices_with_quantities() {
        for (text, expected) in [
            ("50€ le g", "50 EUR for 1 g"),
            ("5g 40€", "40 EUR for 5 g"),
            ("5 g = 40 €", "40 EUR for 5 g"),
            ("1g : 60€", "60 EUR for 1 g"),
            ("2 pour 50€", "50 EUR for 2 ?"),
            ("3 pour 100", "100 EUR for 3 ?"),
            ("2€/u", "2 EUR for 1 piece"),
            ("40€/5g", "40 EUR for 5 g"),
            ("50 le g", "50 EUR for 1 g"),
            ("10€ la barrette", "10 EUR for 1 bar"),
            ("20 balles", "20 EUR"),
            ("£20", "20 GBP"),
            ("3 for £50", "50 GBP for 3 ?"),
            ("12,50 €", "12.5 EUR"),
            ("10e", "10 EUR"),
            ("8 € el gramo", "8 EUR for 1 g"),
            ("10 € das Gramm", "10 EUR for 1 g"),
            ("５g ４０€", "40 EUR for 5 g"),
        ] {
            assert_eq!(prices(text, "fr"), [expected], "{text}");
        }
        assert_eq!(prices("3 for 100", "en"), ["100 GBP for 3 ?"]);
    }

    #[test]
    fn leaves_other_numbers_alone() {
        for text in [
            "24/7",
            "7j/7",
            "11h-00h",
            "score 3-2",
            "le 12/03",
            "100 %",
            "100% pur",
            "v2.5",
            "5 km",
            "il y a 3 ans",
            "2 à 4 personnes",
            "10/10",
            "le 10 e",
            "06 39",
        ] {
            assert!(prices(text, "fr").is_empty(), "{text}: {:?}", prices(text, "fr"));
        }
    }

    #[test]
    fn counts_rows_of_a_list() {
        let mut glyphs = Glyphs::default();
        glyphs.read("Menu\n1g 60€\n2g 110€\n5g 250€\n\nlong text that has nothing to do with any of that, and goes on for a while longer 10€");
        let read = read(glyphs.as_slice(), Lang::parse("fr"), |_| false);
        assert_eq!((read.prices.len(), read.rows, read.quantities.len()), (4, 3, 3));
    }
}

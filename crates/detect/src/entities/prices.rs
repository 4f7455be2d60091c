//! Prices, with the quantity that they are for.

use vigie_model::Price;
use vigie_text::Glyph;

use super::{
    Setting, at, before,
    price_words::{self, Currency, Form, Kind, Unit},
    run, span, word,
};

/// What [`read`] finds.
#[derive(Debug, Default)]
pub(super) struct Prices {
    pub(super) prices: Vec<Price>,
    pub(super) quantities: Vec<(u32, u32)>,
    /// How many prices follow one another with little between: a price list when two or more.
    pub(super) rows: usize,
}

/// Farthest that two rows of a list stand apart, in characters.
const ROW_GAP: usize = 40;

/// Reads the prices of a text; `taken` says which byte offsets belong to something else (a phone number).
pub(super) fn read(glyphs: &[Glyph], setting: &Setting<'_>, taken: impl Fn(u32) -> bool) -> Prices {
    let reader = Reader { glyphs, tokens: tokens(glyphs, taken), local: local_currency(setting) };
    let mut out = Prices::default();
    let (mut last_end, mut row, mut index) = (0, 0, 0);
    while index < reader.tokens.len() {
        let Some((price, used)) = reader.price(index) else {
            index += 1;
            continue;
        };
        let (from, to) = reader.extent(index, used);
        row = if from.saturating_sub(last_end) <= ROW_GAP && last_end > 0 { row + 1 } else { 1 };
        out.rows = out.rows.max(row);
        last_end = to;
        let (start, end) = span(glyphs, from, to);
        let unit = price.unit.map(|unit| unit.name.to_owned());
        out.prices.push(Price { amount: price.amount, currency: price.currency.to_owned(), quantity: price.quantity, unit, start, end });
        index += used;
    }
    out.quantities = reader
        .tokens
        .windows(2)
        .filter_map(|pair| match pair {
            [Token { kind: Kind::Number(_), from, .. }, Token { kind: Kind::Unit(_), to, .. }] => Some(span(glyphs, *from, *to)),
            _ => None,
        })
        .collect();
    out
}

/// The currency of amounts without one.
fn local_currency(setting: &Setting<'_>) -> &'static str {
    match (setting.lang.as_str(), setting.countries.first().copied()) {
        (_, Some("CH" | "LI")) => "CHF",
        ("en", Some("GB") | None) => "GBP",
        _ => "EUR",
    }
}

/// A token of the price grammar with its glyph range.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Token {
    kind: Kind,
    from: usize,
    to: usize,
}

/// A price as it was read.
#[derive(Debug)]
struct Found {
    amount: f64,
    currency: &'static str,
    quantity: Option<f64>,
    unit: Option<Unit>,
}

impl Found {
    fn new(amount: f64, currency: &'static str, quantity: Option<f64>, unit: Option<Unit>) -> Self {
        Self { amount, currency, quantity: quantity.map(|q| q * unit.map_or(1.0, |u| u.size)), unit }
    }
}

type Row = Option<(Found, usize)>;

struct Reader<'a> {
    glyphs: &'a [Glyph],
    tokens: Vec<Token>,
    local: &'static str,
}

impl Reader<'_> {
    fn kind(&self, index: usize) -> Option<Kind> {
        self.tokens.get(index).map(|token| token.kind)
    }

    fn text(&self, index: usize) -> super::Word {
        self.tokens.get(index).map_or_else(|| word(self.glyphs, 0, 0), |token| word(self.glyphs, token.from, token.to))
    }

    /// Glyphs of the tokens `index..index + used`.
    fn extent(&self, index: usize, used: usize) -> (usize, usize) {
        (self.tokens.get(index).map_or(0, |t| t.from), self.tokens.get(index + used - 1).map_or(0, |t| t.to))
    }

    /// The price that begins at a token, and how many tokens it takes.
    fn price(&self, index: usize) -> Row {
        match self.kind(index)? {
            Kind::Number(quantity) => match self.kind(index + 1) {
                Some(Kind::Unit(unit)) => self.quantity_with_unit(index, index + 1, quantity, unit),
                _ => self.quantity_alone(index, quantity),
            }
            .or_else(|| self.amount_first(index))
            .or_else(|| self.amount_per_unit(index, quantity)),
            Kind::Currency(_) => self.amount_first(index),
            Kind::Half => {
                let at = index + 1 + usize::from(matches!(self.kind(index + 1), Some(Kind::Per | Kind::Dash)));
                let Some(Kind::Unit(unit)) = self.kind(at) else { return None };
                self.quantity_with_unit(index, at, 0.5, unit)
            }
            Kind::Unit(unit) => self.unit_first(index, unit),
            _ => None,
        }
    }

    /// "5 g [de beuh] [:] 40 €", "5 g = 40".
    fn quantity_with_unit(&self, index: usize, unit_at: usize, quantity: f64, unit: Unit) -> Row {
        let found = |amount, currency, used| Some((Found::new(amount, currency, Some(quantity), Some(unit)), used));
        let next = self.after_fillers(unit_at + 1);
        if let Some((amount, currency, used)) = self.money(next) {
            // "300 mg 2 € l'unité", "ab 10 g 8 €/g": the price has a unit of its own.
            let own = matches!((self.kind(next + used), self.kind(next + used + 1)), (Some(Kind::Per | Kind::Slash), Some(Kind::Unit(_))));
            return (!own).then(|| found(amount, currency, next + used - index)).flatten();
        }
        // Without a currency: only after a sign, or in a list of at least two such rows.
        let joined = matches!(self.kind(unit_at + 1), Some(Kind::For | Kind::Dash | Kind::Slash));
        let listed =
            || self.listed_rows(index) >= 2 || [3, 4].into_iter().any(|back| index.checked_sub(back).is_some_and(|earlier| self.listed_rows(earlier) >= 2));
        let at = unit_at + 1 + usize::from(joined);
        let amount = self.bare_amount(at)?;
        (joined || listed()).then(|| found(amount, self.local, at + 1 - index)).flatten()
    }

    /// How many rows "1 g 60" follow one another, each ended by a comma or a new line.
    fn listed_rows(&self, mut index: usize) -> usize {
        let mut rows = 0;
        while let (Some(Kind::Number(_)), Some(Kind::Unit(_)), Some(Kind::Number(_))) = (self.kind(index), self.kind(index + 1), self.kind(index + 2)) {
            rows += 1;
            index += match self.kind(index + 3) {
                Some(Kind::Break | Kind::Comma | Kind::Slash | Kind::Dash) => 4,
                Some(Kind::Number(_)) => 3,
                _ => break,
            };
        }
        rows
    }

    /// A number that may be an amount of money though no currency says so.
    fn bare_amount(&self, index: usize) -> Option<f64> {
        match (self.kind(index), self.kind(index + 1)) {
            (Some(Kind::Number(_)), Some(Kind::Unit(_) | Kind::Currency(_))) => None,
            (Some(Kind::Number(_)), Some(Kind::Word)) if price_words::is_not_money(&self.text(index + 1)) => None,
            (Some(Kind::Number(amount)), _) if (2.0..10_000.0).contains(&amount) => Some(amount),
            _ => None,
        }
    }

    /// What the quantity is of, pictures, and what joins it to its price; a line may end in between if nothing else stands there.
    fn after_fillers(&self, from: usize) -> usize {
        let mut index = from;
        if self.kind(index) == Some(Kind::Break) && self.is_price_line(index + 1) {
            return index + 1;
        }
        while index - from < 5 && matches!(self.kind(index), Some(Kind::Word | Kind::Sign | Kind::Per | Kind::For | Kind::Dash | Kind::Slash)) {
            index += 1;
        }
        index
    }

    /// Whether a line holds an amount and nothing else.
    fn is_price_line(&self, index: usize) -> bool {
        self.money(index).is_some_and(|(.., used)| matches!(self.kind(index + used), None | Some(Kind::Break | Kind::Sign | Kind::Word | Kind::Stop)))
    }

    /// "2 pour 50 €", "3 for 100", "1=10 2=15", "2 pizzas 15 €".
    fn quantity_alone(&self, index: usize, quantity: f64) -> Row {
        if !(1.0..=1000.0).contains(&quantity) || quantity.fract() != 0.0 {
            return None;
        }
        let found = |amount, currency, used| Some((Found::new(amount, currency, Some(quantity), None), used));
        match self.kind(index + 1)? {
            Kind::For => {
                if let Some((amount, currency, used)) = self.money(index + 2) {
                    return found(amount, currency, 2 + used);
                }
                let amount = self.bare_amount(index + 2).filter(|amount| *amount >= 5.0 && *amount > quantity && quantity <= 100.0)?;
                if index > 0 && matches!(&*self.text(index - 1), "le" | "the" | "el" | "il" | "der" | "het") {
                    return None;
                }
                // "6 for 20 with 5 walks": the English say much in these words.
                if self.local == "GBP" && self.kind(index + 3) == Some(Kind::Word) {
                    return None;
                }
                let is_word = self.text(index + 1).chars().next().is_some_and(char::is_alphabetic);
                (is_word || self.is_equation_list(index)).then(|| found(amount, self.local, 3)).flatten()
            }
            Kind::Word if !price_words::is_not_money(&self.text(index + 1)) && self.text(index + 1).len() >= 3 && quantity <= 50.0 => {
                let next = index + 2 + usize::from(self.kind(index + 2) == Some(Kind::For));
                let (amount, currency, used) = self.money(next)?;
                found(amount, currency, next + used - index)
            }
            _ => None,
        }
    }

    /// "1=10 2=15": one such pair alone is arithmetic.
    fn is_equation_list(&self, index: usize) -> bool {
        let pair = |index: usize| match (self.kind(index), self.kind(index + 1), self.kind(index + 2)) {
            (Some(Kind::Number(quantity)), Some(Kind::For), Some(Kind::Number(amount))) => Some((quantity, amount)),
            _ => None,
        };
        let gap = |index| usize::from(matches!(self.kind(index), Some(Kind::Break | Kind::Comma | Kind::Slash | Kind::Dash | Kind::Sign)));
        let next = index + 3 + gap(index + 3);
        let earlier = [index.checked_sub(3), index.checked_sub(4)].into_iter().flatten().find_map(pair);
        let (Some(this), Some(other)) = (pair(index), pair(next).or(earlier)) else { return false };
        (this.0 - other.0) * (this.1 - other.1) > 0.0
    }

    /// "50 € [le] g", "2 €/u", "40 €/5 g", "100 € les 10", "60 € 1 g" in a list, "50 €".
    fn amount_first(&self, index: usize) -> Row {
        let (amount, currency, used) = self.money(index)?;
        let found = |quantity, unit, used| Some((Found::new(amount, currency, quantity, unit), used));
        let at = index + used;
        let joined = matches!(self.kind(at), Some(Kind::Per | Kind::For | Kind::Slash | Kind::Dash));
        // "10 € par le g", "10 € la petite barrette" are rare; "a" is a dash to others and "per" to the English.
        let next = at + usize::from(joined);
        if let Some(Kind::Unit(unit)) = self.kind(next) {
            return found(Some(1.0), Some(unit), next + 1 - index);
        }
        if let (Some(Kind::Number(quantity)), Some(Kind::Unit(unit))) = (self.kind(next), self.kind(next + 1))
            && (matches!(self.kind(at), Some(Kind::Per | Kind::For | Kind::Slash)) || self.is_amount_first_list(index))
        {
            return found(Some(quantity), Some(unit), next + 2 - index);
        }
        if let Some(Kind::Number(quantity)) = self.kind(next)
            && matches!(&*self.text(at), "les" | "los" | "las" | "for" | "pour" | "the" | "voor" | "fur" | "por" | "per")
            && (1.0..=1000.0).contains(&quantity)
            && self.money(next).is_none()
            && !price_words::is_not_money(&self.text(next + 1))
        {
            return found(Some(quantity), None, next + 1 - index);
        }
        // "12e, 45e+2": minutes of a match rather than prices.
        let is_letter = matches!(self.kind(index + 1), Some(Kind::Currency(Currency { form: Form::Letter, .. })));
        if is_letter && (amount % 5.0 != 0.0 || self.kind(at) == Some(Kind::Sign)) {
            return None;
        }
        (!self.is_weight(index)).then(|| found(None, None, used)).flatten()
    }

    /// "60 € 1 g, 110 € 2 g": amounts and quantities take turns, and a quantity is the last.
    fn is_amount_first_list(&self, mut index: usize) -> bool {
        while let Some((.., used)) = self.money(index) {
            let dash = usize::from(matches!(self.kind(index + used), Some(Kind::Dash)));
            index += used + dash;
            if !matches!((self.kind(index), self.kind(index + 1)), (Some(Kind::Number(_)), Some(Kind::Unit(_)))) {
                return false;
            }
            index += 2;
            if matches!(self.kind(index), Some(Kind::Break | Kind::Comma | Kind::Slash | Kind::Sign)) {
                return true;
            }
        }
        true
    }

    /// "lost 20 pounds", "20 pounds of flour".
    fn is_weight(&self, index: usize) -> bool {
        let is_pounds = matches!(self.kind(index + 1), Some(Kind::Currency(Currency { form: Form::Weight, .. })));
        is_pounds && ((1..=3).any(|back| index.checked_sub(back).is_some_and(|i| price_words::weighs(&self.text(i)))) || &*self.text(index + 2) == "of")
    }

    /// "50 le g", "60/g".
    fn amount_per_unit(&self, index: usize, amount: f64) -> Row {
        match (self.kind(index + 1)?, self.kind(index + 2)?) {
            (Kind::Per | Kind::Slash | Kind::Dash, Kind::Unit(unit))
                if !unit.everyday && (2.0..10_000.0).contains(&amount) && &*self.text(index + 1) != "de" =>
            {
                Some((Found::new(amount, self.local, Some(1.0), Some(unit)), 3))
            }
            (Kind::For, Kind::Unit(unit)) if &*self.text(index + 1) == "per" && amount >= 2.0 => {
                Some((Found::new(amount, self.local, Some(1.0), Some(unit)), 3))
            }
            (Kind::Per, Kind::Number(quantity)) if matches!(&*self.text(index + 1), "le" | "les" | "los" | "las") && (2.0..10_000.0).contains(&amount) => {
                match self.kind(index + 3) {
                    Some(Kind::Unit(unit)) => Some((Found::new(amount, self.local, Some(quantity), Some(unit)), 4)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// "la barrette 20 €", "Gramm 10", "una bolsa 20".
    fn unit_first(&self, index: usize, unit: Unit) -> Row {
        let after_number = index > 0 && matches!(self.kind(index - 1), Some(Kind::Number(_) | Kind::Slash | Kind::Currency(_)));
        let article = index > 0 && self.kind(index - 1) == Some(Kind::Per);
        let letters = self.text(index).len();
        if after_number || (letters < 2 && !article) {
            return None;
        }
        let next = index + 1 + usize::from(matches!(self.kind(index + 1), Some(Kind::For | Kind::Dash | Kind::Sign)));
        if let Some((amount, currency, used)) = self.money(next) {
            // "la barrette 20 € les 5 g": the price has a quantity of its own.
            let own = matches!(self.kind(next + used), Some(Kind::Per | Kind::Slash))
                || self.is_amount_first_list(next) && matches!(self.kind(next + used), Some(Kind::Number(_)));
            return (!own && (!unit.everyday || article)).then(|| (Found::new(amount, currency, Some(1.0), Some(unit)), next + used - index));
        }
        let ends = matches!(self.kind(next + 1), None | Some(Kind::Break | Kind::Comma | Kind::Stop | Kind::Sign | Kind::Word));
        let amount = self.bare_amount(next).filter(|amount| *amount >= 5.0 && ends && !unit.everyday && (article || letters >= 4))?;
        Some((Found::new(amount, self.local, Some(1.0), Some(unit)), next + 1 - index))
    }

    /// An amount with its currency, in either order.
    fn money(&self, index: usize) -> Option<(f64, &'static str, usize)> {
        match (self.kind(index)?, self.kind(index + 1)?) {
            (Kind::Number(amount), Kind::Currency(currency)) if amount > 0.0 && !self.is_ordinal(index, currency) => Some((amount, currency.code, 2)),
            (Kind::Currency(Currency { code, form: Form::Sign }), Kind::Number(amount))
                if amount > 0.0 && !price_words::is_magnitude(&self.text(index + 2)) =>
            {
                Some((amount, code, 2))
            }
            _ => None,
        }
    }

    /// "le 10e", "10e étage"; and "2 balles de match".
    fn is_ordinal(&self, index: usize, currency: Currency) -> bool {
        let next = self.text(index + 2);
        match currency.form {
            Form::Letter => {
                let priced = matches!(self.kind(index + 2), Some(Kind::Unit(_)))
                    || matches!((self.kind(index + 2), self.kind(index + 3)), (Some(Kind::Per), Some(Kind::Unit(_))));
                let named = index > 0 && price_words::precedes_ordinal(&self.text(index - 1));
                !priced && (named || price_words::follows_ordinal(&next))
            }
            Form::Word => &*next == "de" && !matches!(self.kind(index + 3), Some(Kind::Unit(_))) && self.text(index + 1).starts_with("b"),
            Form::Sign | Form::Weight => false,
        }
    }
}

/// Words before a number that are looked at, and tokens after one.
const WORDS_BEFORE: usize = 3;
const TOKENS_AFTER: usize = 8;

/// The tokens around the numbers of a text; what lies between is passed over.
fn tokens(glyphs: &[Glyph], taken: impl Fn(u32) -> bool) -> Vec<Token> {
    let mut out = Vec::new();
    let mut index = 0;
    while let Some(offset) = glyphs.iter().skip(index).position(|g| g.c.is_ascii_digit()) {
        let start = words_before(glyphs, index, index + offset);
        if start > index && !out.is_empty() {
            out.push(Token { kind: Kind::Stop, from: start, to: start });
        }
        index = island(glyphs, start, &taken, &mut out);
    }
    out
}

/// Where the words before a number begin, not before `floor`.
fn words_before(glyphs: &[Glyph], floor: usize, number: usize) -> usize {
    let (mut start, mut words) = (number, 0);
    while start > floor && words <= WORDS_BEFORE && number - start < 40 {
        let is_start = at(glyphs, start).is_alphanumeric() && !before(glyphs, start).is_alphanumeric();
        words += usize::from(is_start);
        if words <= WORDS_BEFORE {
            start -= 1;
        }
    }
    // Not from the middle of a word.
    while start < number && before(glyphs, start).is_alphanumeric() && at(glyphs, start).is_alphanumeric() {
        start += 1;
    }
    start
}

/// Reads tokens until none of the last ones is a number.
fn island(glyphs: &[Glyph], from: usize, taken: &impl Fn(u32) -> bool, out: &mut Vec<Token>) -> usize {
    let (mut index, mut since) = (from, 0);
    let mut number_seen = false;
    while index < glyphs.len() && (since < TOKENS_AFTER || !number_seen) {
        if let Some(token) = token(glyphs, &mut index, taken, out.last()) {
            let is_number = matches!(token.kind, Kind::Number(_));
            number_seen |= is_number || at(glyphs, token.from).is_ascii_digit();
            since = if is_number { 0 } else { since + 1 };
            out.push(token);
        }
    }
    index
}

/// The next token; none for what has no meaning.
fn token(glyphs: &[Glyph], index: &mut usize, taken: &impl Fn(u32) -> bool, last: Option<&Token>) -> Option<Token> {
    let from = *index;
    let c = at(glyphs, from);
    if c.is_ascii_digit() {
        let in_word = before(glyphs, from).is_alphabetic() && !is_times(glyphs, from);
        let (value, end) = number(glyphs, from);
        *index = end;
        let second = before(glyphs, from) == '/' && from >= 2 && at(glyphs, from - 2).is_ascii_digit() && value.is_some() && !is_measured(glyphs, from);
        let free = !in_word && !second && before(glyphs, from) != '_' && !glyphs.get(from).is_some_and(|g| taken(g.start));
        return Some(Token { kind: value.filter(|_| free).map_or(Kind::Stop, Kind::Number), from, to: end });
    }
    if c.is_alphanumeric() {
        *index = run(glyphs, from, char::is_alphabetic).max(from + 1);
        if c == 'x' && *index == from + 1 && at(glyphs, from + 1).is_ascii_digit() {
            return None; // "x2": the number says it
        }
        // "4è" is an ordinal whatever follows.
        let plain = glyphs.get(from).is_some_and(|g| g.end - g.start == 1);
        let attached = plain && last.is_some_and(|t| t.to == from && matches!(t.kind, Kind::Number(_)));
        return Some(Token { kind: price_words::kind(&word(glyphs, from, *index), attached), from, to: *index });
    }
    *index = from + 1;
    if matches!(c, ',' | '.') && matches!(at(glyphs, from + 1), '-' | '–') && last.is_some_and(|t| t.to == from && matches!(t.kind, Kind::Number(_))) {
        *index = from + 2; // "20,-" and Swiss "20.-": no cents
        let code = if c == ',' { "EUR" } else { "CHF" };
        return Some(Token { kind: Kind::Currency(Currency { code, form: Form::Word }), from, to: *index });
    }
    if matches!(c, '.' | '_' | '-' | '…') && (c == '…' || at(glyphs, from + 1) == c) {
        *index = run(glyphs, from, |d| matches!(d, '.' | '_' | '-' | '…' | ' '));
        return Some(Token { kind: if at(glyphs, *index).is_ascii_digit() { Kind::For } else { Kind::Stop }, from, to: *index });
    }
    if c == ' ' || matches!(c, '(' | ')' | '*' | '_' | '~' | '\'' | '’' | '"') {
        return None;
    }
    Some(Token { kind: price_words::kind(c.encode_utf8(&mut [0; 4]), false), from, to: *index })
}

/// "x2": twice.
fn is_times(glyphs: &[Glyph], from: usize) -> bool {
    before(glyphs, from) == 'x' && !before(glyphs, from - 1).is_alphanumeric()
}

/// An integer, decimal or fraction with its thousands; none for dates, times, percentages, ordinals and long identifiers.
fn number(glyphs: &[Glyph], from: usize) -> (Option<f64>, usize) {
    let digits = |start: usize| run(glyphs, start, |c| c.is_ascii_digit()) - start;
    let whole = digits(from);
    let mut end = from + whole;
    let mut text = word(glyphs, from, end).to_owned();
    while text.len() <= 6
        && whole <= 3
        && digits(end + 1) == 3
        && matches!(at(glyphs, end), ' ' | '.' | ',' | '\'' | '’')
        && (is_amount(glyphs, end + 4) || is_after_sign(glyphs, from))
    {
        text.push_str(&word(glyphs, end + 1, end + 4));
        end += 4;
    }
    if matches!(at(glyphs, end), ',' | '.') && (1..=2).contains(&digits(end + 1)) {
        let decimals = digits(end + 1);
        text = format!("{text}.{}", &*word(glyphs, end + 1, end + 1 + decimals));
        end += 1 + decimals;
    } else if at(glyphs, end) == '⁄' && digits(end + 1) == 1 {
        let value = |text: &str| text.parse::<f64>().ok();
        let fraction = value(&text).zip(value(&word(glyphs, end + 1, end + 2))).map(|(above, below)| above / below.max(1.0));
        return (fraction, end + 2);
    } else if at(glyphs, end) == 'k' && !at(glyphs, end + 1).is_alphanumeric() && (is_amount(glyphs, end + 1) || is_after_sign(glyphs, from)) {
        return (text.parse::<f64>().ok().map(|value| value * 1000.0), end + 1);
    }
    (text.parse().ok().filter(|_| whole <= 5 && !is_refused(glyphs, end)), end)
}

/// Whether the sign of a currency stands before.
fn is_after_sign(glyphs: &[Glyph], from: usize) -> bool {
    let is_sign = |c: char| matches!(c, '£' | '$' | '€');
    is_sign(before(glyphs, from)) || (before(glyphs, from) == ' ' && is_sign(before(glyphs, from - 1)))
}

/// Whether a currency follows.
fn is_amount(glyphs: &[Glyph], from: usize) -> bool {
    let start = run(glyphs, from, |c| c == ' ');
    let end = run(glyphs, start, char::is_alphabetic).max(start + 1);
    matches!(price_words::kind(&word(glyphs, start, end), false), Kind::Currency(_))
}

/// What follows a number that is a share, a time, a date.
fn is_refused(glyphs: &[Glyph], end: usize) -> bool {
    let next = at(glyphs, end);
    let digits = run(glyphs, end + 1, |c| c.is_ascii_digit()) - end - 1;
    next == '%'
        || (next == 'h' && !at(glyphs, end + 1).is_alphabetic())
        || (next == ' ' && at(glyphs, end + 1) == '%')
        || (matches!(next, '/' | ':') && digits > 0 && !is_measured(glyphs, end + 1))
        || (matches!(next, '.' | ',') && digits > 2)
}

/// "40/5g" is a price for a quantity, "24/7" is not.
fn is_measured(glyphs: &[Glyph], from: usize) -> bool {
    let end = run(glyphs, from, |c| c.is_ascii_digit());
    let start = run(glyphs, end, |c| c == ' ');
    let stop = run(glyphs, start, char::is_alphabetic).max(start + 1);
    matches!(price_words::kind(&word(glyphs, start, stop), start == end), Kind::Unit(_) | Kind::Currency(_))
}

#[cfg(test)]
mod tests {
    use vigie_model::Lang;
    use vigie_text::Glyphs;

    use super::*;

    fn prices(text: &str, lang: &str) -> Vec<String> {
        let mut glyphs = Glyphs::default();
        glyphs.read(text);
        read(glyphs.as_slice(), &Setting { lang: Lang::parse(lang), countries: &[] }, |_| false)
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
        let read = read(glyphs.as_slice(), &Setting { lang: Lang::parse("fr"), countries: &[] }, |_| false);
        assert_eq!((read.prices.len(), read.rows, read.quantities.len()), (4, 3, 3));
    }
}

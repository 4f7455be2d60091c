//! Gathering observations.

use vigie_model::ContactKind;

use crate::{Account, Observation, Picture, Plan, Signal, SignalKind, Solution, Template, holders, interner::Interner, near};

/// Everything seen of accounts so far. Memory: about 150 bytes a find and as much for each distinct text.
#[derive(Debug, Clone)]
pub struct Linker {
    pub(crate) plan: Plan,
    pub(crate) accounts: Interner<Account>,
    pub(crate) seen: Vec<Seen>,
    pub(crate) values: Interner<Value>,
    /// How each value is shown: numbers in full, where the key leaves out the country.
    pub(crate) shown: Vec<Box<str>>,
    pub(crate) uses: Vec<Use>,
    texts: Interner<Template>,
    text_uses: Vec<Use>,
    pictures: Interner<Picture>,
    picture_uses: Vec<Use>,
}

/// A value as it is compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Value {
    pub(crate) kind: SignalKind,
    pub(crate) key: Box<str>,
}

/// What is remembered of an account.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    pub(crate) handle: Option<Box<str>>,
}

/// An account uses a value in a find.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Use {
    pub(crate) value: u32,
    /// What the account may be linked within: its network, or 0.
    pub(crate) realm: u32,
    pub(crate) at: i64,
    pub(crate) account: u32,
    pub(crate) find: i64,
    pub(crate) advert: bool,
}

/// All values with their uses, sorted by value, realm and time.
pub(crate) struct Table {
    pub(crate) values: Vec<(Value, Box<str>)>,
    pub(crate) uses: Vec<Use>,
}

impl Linker {
    /// An empty one.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        Self {
            plan,
            accounts: Interner::default(),
            seen: Vec::new(),
            values: Interner::default(),
            shown: Vec::new(),
            uses: Vec::new(),
            texts: Interner::default(),
            text_uses: Vec::new(),
            pictures: Interner::default(),
            picture_uses: Vec::new(),
        }
    }

    /// Adds what one find says. Adding it again changes nothing.
    pub fn add(&mut self, observation: Observation) {
        let Observation { find, account, handle, at, advert, signals, template, pictures } = observation;
        let own = handle.as_deref().and_then(|handle| Signal::of_account(&account.network, handle));
        let realm = if self.plan.across_networks { 0 } else { realm(&account.network) };
        let account = self.account(account, handle);
        let using = |value| Use { value, realm, at, account, find, advert };
        for signal in signals.into_iter().chain(own) {
            let value = self.value(signal);
            self.uses.push(using(value));
        }
        if let Some(template) = template {
            let (text, _) = self.texts.number(template);
            self.text_uses.push(using(text));
        }
        for picture in pictures {
            let (picture, _) = self.pictures.number(picture);
            self.picture_uses.push(using(picture));
        }
    }

    /// Number of accounts seen.
    #[must_use]
    pub fn accounts(&self) -> usize {
        self.accounts.values().len()
    }

    fn account(&mut self, account: Account, handle: Option<Box<str>>) -> u32 {
        let (number, new) = self.accounts.number(account);
        if new {
            self.seen.push(Seen::default());
        }
        if let Some(seen) = self.seen.get_mut(number as usize) {
            // Of several handles the least one, so that the order of finds does not matter.
            if let Some(handle) = handle.filter(|handle| seen.handle.as_ref().is_none_or(|known| handle < known)) {
                seen.handle = Some(handle);
            }
        }
        number
    }

    fn value(&mut self, signal: Signal) -> u32 {
        let key = key(&signal);
        let (number, new) = self.values.number(Value { kind: signal.kind, key });
        if new {
            self.shown.push(signal.value);
        } else if let Some(shown) = self.shown.get_mut(number as usize).filter(|shown| signal.value < **shown) {
            *shown = signal.value;
        }
        number
    }

    /// Clusters of accounts. `apart` names pairs that a person took apart: they are never in one cluster.
    ///
    /// Time is that of sorting the uses; no value costs more than the square of [`Plan::most_supported`].
    #[must_use]
    pub fn solve(&self, apart: &[(Account, Account)]) -> Solution {
        let table = self.table();
        let shared = holders::shared(self, &table);
        crate::cluster::solve(self, &table, &shared, apart)
    }

    /// Contacts, names, and groups of texts and pictures that are nearly the same.
    fn table(&self) -> Table {
        let mut values: Vec<(Value, Box<str>)> = self.values.values().iter().cloned().zip(self.shown.iter().cloned()).collect();
        let mut uses = self.uses.clone();
        let texts = self.texts.values();
        let groups = near::texts(texts, &near::order(texts));
        append(&mut values, &mut uses, SignalKind::TEXT, &groups, &self.text_uses, |number| {
            texts.get(number as usize).map_or_else(String::new, |text| text.0.iter().take(2).map(|hash| format!("{hash:08x}")).collect())
        });
        let pictures = self.pictures.values();
        let groups = near::pictures(pictures, &near::order(pictures));
        append(&mut values, &mut uses, SignalKind::PICTURE, &groups, &self.picture_uses, |number| match pictures.get(number as usize) {
            Some(Picture::Pdq(words)) => words.iter().map(|word| format!("{word:016x}")).collect(),
            Some(Picture::Sha256(bytes)) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            None => String::new(),
        });
        uses.sort_unstable();
        uses.dedup();
        Table { values, uses }
    }
}

/// Appends groups of fingerprints as values; a group is shown as its least member.
fn append(values: &mut Vec<(Value, Box<str>)>, uses: &mut Vec<Use>, kind: SignalKind, groups: &[u32], of_members: &[Use], show: impl Fn(u32) -> String) {
    let base = u32::try_from(values.len()).unwrap_or(u32::MAX);
    let mut least: Vec<Option<String>> = vec![None; groups.len()];
    for (number, &group) in (0u32..).zip(groups) {
        let Some(slot) = least.get_mut(group as usize) else { continue };
        let shown = show(number);
        if slot.as_ref().is_none_or(|known| shown < *known) {
            *slot = Some(shown);
        }
    }
    values.extend(least.into_iter().map(|shown| {
        let key: Box<str> = shown.unwrap_or_default().into();
        (Value { kind, key: key.clone() }, key)
    }));
    uses.extend(of_members.iter().filter_map(|member| Some(Use { value: base.saturating_add(*groups.get(member.value as usize)?), ..*member })));
}

/// What of a signal is compared. Where a number is written without its country, the country is a guess from the language: European
/// numbers of nine digits are therefore compared without it.
fn key(signal: &Signal) -> Box<str> {
    let digits = signal.value.strip_prefix('+').filter(|digits| digits.len() == 11 && digits.starts_with(['3', '4']));
    match (signal.kind, digits) {
        (SignalKind::Contact(ContactKind::Phone), Some(digits)) => digits.get(2..).unwrap_or(digits).into(),
        _ => signal.value.clone(),
    }
}

pub(crate) fn realm(network: &str) -> u32 {
    u32::try_from(xxhash_rust::xxh3::xxh3_64(network.as_bytes()) >> 33).unwrap_or(0) | 1
}

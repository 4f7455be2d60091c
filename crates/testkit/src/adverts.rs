//! Sellers and their adverts.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::{
    cities::{ELSEWHERE, place},
    contacts::Identity,
    grammar::{Draft, Lang, Scene, Writer},
    label::{PRODUCTS, Product},
    neutral::{self, Account},
    obfuscate::{self, Obfuscation},
    stream::{advert_language, is_british},
    write::mix,
};

/// One seller: a language, a choice of goods, contacts, one or two accounts, one or two templates.
#[derive(Debug, Clone)]
pub(crate) struct Seller {
    pub(crate) number: u64,
    pub(crate) lang: Lang,
    pub(crate) scam: bool,
    /// Posts still to come, and posts made, this one included.
    pub(crate) left: u8,
    pub(crate) posted: u8,
    seed: u64,
    products: [Product; 3],
    identity: Identity,
    templates: u64,
    networks: [&'static str; 2],
    tricks: [Option<Obfuscation>; 2],
}

impl Seller {
    pub(crate) fn new(stream: u64, number: u64, group: usize, national: bool, rng: &mut ChaCha8Rng) -> Self {
        const POSTS: [u8; 10] = [2, 3, 3, 4, 5, 5, 5, 6, 7, 8];
        let seed = mix(mix(stream) ^ number);
        let lang = if national { Lang::Fr } else { advert_language(group, rng) };
        let first = neutral::network(rng);
        let second = if rng.random_ratio(1, 4) { neutral::network(rng) } else { first };
        let mut tricks = [None; 2];
        if rng.random_ratio(34, 100) {
            tricks[0] = Some(Obfuscation::of_words(rng));
        }
        if rng.random_ratio(8, 100) {
            tricks[1] = Some(Obfuscation::of_words(rng));
        }
        Self {
            number,
            lang,
            scam: group == ELSEWHERE && rng.random_ratio(2, 5),
            left: POSTS.get(rng.random_range(0..POSTS.len())).copied().unwrap_or(4),
            posted: 0,
            seed,
            products: goods(rng),
            identity: Identity::new(seed, is_british(group)),
            templates: if rng.random_ratio(1, 4) { 2 } else { 1 },
            networks: [first, second],
            tricks,
        }
    }

    /// The account that posts now. Sellers with two use them in turn.
    pub(crate) fn account(&self) -> Account {
        let [first, second] = self.networks;
        let network = if self.posted.is_multiple_of(2) { second } else { first };
        Account::seller(network, self.identity, mix(self.seed ^ u64::from(network != first)))
    }

    /// The seller's template with what changes from post to post.
    pub(crate) fn write(&self, group: usize, flash: bool, rng: &mut ChaCha8Rng) -> Draft {
        let template = mix(self.seed ^ (u64::from(self.posted) % self.templates) ^ if flash { 77 } else { 0 });
        let mut fixed = ChaCha8Rng::seed_from_u64(template);
        let turn = usize::try_from(self.seed % 97).unwrap_or_default();
        let scene = Scene { lang: self.lang, place: place(group, self.lang, turn), products: self.products, identity: &self.identity };
        let grammar = self.lang.grammar();
        let start = match (self.scam, flash) {
            (true, _) => grammar.adverts.named("ad.scam"),
            (_, true) => grammar.adverts.named("ad.flash"),
            _ => grammar.adverts.pick(&mut fixed),
        };
        let mut draft = Draft::default();
        let mut writer = Writer { scene: &scene, fixed: &mut fixed, anew: rng };
        if let Some(start) = start {
            writer.write(start, &mut draft);
        }
        if draft.marks.is_empty()
            && let Some(bare) = grammar.rule("bare")
        {
            draft.text.push(' ');
            writer.write(bare, &mut draft);
        }
        if rng.random_ratio(6, 10)
            && let Some(fresh) = grammar.rule("fresh")
        {
            draft.text.push_str(if rng.random_ratio(1, 2) { "\n" } else { " " });
            let (mut own, mut anew) = (ChaCha8Rng::seed_from_u64(rng.random()), ChaCha8Rng::seed_from_u64(0));
            Writer { scene: &scene, fixed: &mut own, anew: &mut anew }.write(fresh, &mut draft);
        }
        draft
    }

    /// The seller's habits of hiding words, applied to most of its posts.
    pub(crate) fn disguise(&self, mut draft: Draft, group: usize, rng: &mut ChaCha8Rng) -> Draft {
        let name = place(group, self.lang, 0).name;
        let mut tricks = self.tricks;
        tricks.sort_by_key(|trick| *trick == Some(Obfuscation::UpperCase));
        for trick in tricks.into_iter().flatten() {
            if rng.random_ratio(85, 100) {
                obfuscate::apply(trick, &mut draft, name, rng);
            }
        }
        draft
    }
}

/// Three different goods, the first ones of which an advert names; resin and herb often go together.
fn goods(rng: &mut ChaCha8Rng) -> [Product; 3] {
    let first = one(rng);
    let mut others = [first; 2];
    for index in 0..2 {
        for _ in 0..8 {
            let next = one(rng);
            if next != first && others.first() != Some(&next) {
                if let Some(slot) = others.get_mut(index) {
                    *slot = next;
                }
                break;
            }
        }
    }
    [first, others[0], others[1]]
}

fn one(rng: &mut ChaCha8Rng) -> Product {
    let total: u32 = PRODUCTS.iter().map(|(_, weight)| weight).sum();
    let mut left = rng.random_range(0..total);
    for (product, (_, weight)) in (0_u8..).zip(PRODUCTS) {
        if left < weight {
            return product;
        }
        left -= weight;
    }
    0
}

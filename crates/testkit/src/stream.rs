//! The plan of a stream, its decks, and the iterator that deals them.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::{
    Label, LabelledPost, Truth,
    adverts::Seller,
    cities::{ADVERTS_ELSEWHERE, ELSEWHERE, POSTS_ELSEWHERE, WATCHES, mentions, place},
    grammar::{Draft, Lang},
    label::product_code,
    lookalikes,
    neutral::{self, Account, Links},
    ordinary,
};

/// What to generate. The same plan gives the same bytes, on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamPlan {
    /// Decides everything that is drawn.
    pub seed: u64,
    /// How many posts.
    pub posts: u64,
    /// First second of the stream, since 1970 in UTC; best the midnight of a day.
    pub start: i64,
    /// Days over which the posts are spread, with a peak each evening of Central Europe.
    pub days: u32,
}

impl Default for StreamPlan {
    /// 12,000 posts over six days from Monday 16 November 2026.
    fn default() -> Self {
        Self { seed: 31, posts: 12_000, start: 1_794_787_200, days: 6 }
    }
}

/// The posts of a plan, in order of time. Memory does not grow with the number of posts.
#[derive(Debug)]
pub struct Stream {
    plan: StreamPlan,
    rng: ChaCha8Rng,
    next: u64,
    groups: Deck<u8>,
    lookalikes: Deck<bool>,
    watches: Vec<Group>,
    /// Sellers that deliver everywhere.
    national: Vec<Seller>,
    sellers_made: u64,
    recent: [Ring<(String, String)>; neutral::NETWORKS.len()],
}

/// What is remembered of a watch.
#[derive(Debug, Default)]
struct Group {
    deck: Deck<Card>,
    sellers: Vec<Seller>,
    adverts: Ring<Kept>,
    others: Ring<Kept>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Card {
    Ordinary,
    Advert,
    Flash,
}

/// A post that may be reposted.
#[derive(Debug, Clone)]
struct Kept {
    text: String,
    truth: Truth,
}

/// Cards that are dealt to the last one before they are shuffled again.
#[derive(Debug)]
struct Deck<T> {
    cards: Vec<T>,
}

impl<T> Default for Deck<T> {
    fn default() -> Self {
        Self { cards: Vec::new() }
    }
}

impl<T> Deck<T> {
    fn deal(&mut self, rng: &mut ChaCha8Rng, fill: impl FnOnce(&mut ChaCha8Rng) -> Vec<T>) -> Option<T> {
        if self.cards.is_empty() {
            self.cards = fill(rng);
        }
        self.cards.pop()
    }
}

fn shuffled<T>(mut cards: Vec<T>, rng: &mut ChaCha8Rng) -> Vec<T> {
    for last in (1..cards.len()).rev() {
        cards.swap(last, rng.random_range(0..=last));
    }
    cards
}

fn group_cards(rng: &mut ChaCha8Rng) -> Vec<u8> {
    let groups = WATCHES.iter().map(|watch| watch.posts).chain([POSTS_ELSEWHERE]);
    shuffled((0_u8..).zip(groups).flat_map(|(group, posts)| std::iter::repeat_n(group, usize::from(posts))).collect(), rng)
}

/// 100 cards with that many adverts; in a sixth of the decks of smaller shares they come as one flash sale.
fn advert_cards(adverts: u8, rng: &mut ChaCha8Rng) -> Vec<Card> {
    let count = usize::from(adverts);
    if (4..=10).contains(&adverts) && rng.random_ratio(1, 6) {
        let mut window = vec![Card::Flash; count];
        window.resize(count + count / 3, Card::Ordinary);
        let window = shuffled(window, rng);
        let rest = 100 - window.len();
        let before = rng.random_range(0..=rest);
        let mut cards = vec![Card::Ordinary; before];
        cards.extend(window);
        cards.resize(100, Card::Ordinary);
        return cards;
    }
    let mut cards = vec![Card::Advert; count];
    cards.resize(100, Card::Ordinary);
    shuffled(cards, rng)
}

/// The last few of something, without order.
#[derive(Debug)]
struct Ring<T> {
    kept: Vec<T>,
}

impl<T> Default for Ring<T> {
    fn default() -> Self {
        Self { kept: Vec::new() }
    }
}

impl<T> Ring<T> {
    const SIZE: usize = 12;

    fn put(&mut self, item: T, rng: &mut ChaCha8Rng) {
        if self.kept.len() < Self::SIZE {
            self.kept.push(item);
        } else if let Some(slot) = self.kept.get_mut(rng.random_range(0..Self::SIZE)) {
            *slot = item;
        }
    }

    fn any(&self, rng: &mut ChaCha8Rng) -> Option<&T> {
        if self.kept.is_empty() { None } else { self.kept.get(rng.random_range(0..self.kept.len())) }
    }
}

/// Share of each hour of the day, in Central European time, in 1000.
const HOURS: [u32; 24] = [34, 18, 9, 6, 5, 6, 12, 25, 34, 36, 38, 42, 52, 48, 40, 40, 44, 54, 64, 74, 88, 96, 83, 52];
/// Hours that Central Europe is ahead of UTC in winter.
const CENTRAL_EUROPE: usize = 1;

impl Stream {
    /// Starts the stream of a plan.
    #[must_use]
    pub fn new(plan: StreamPlan) -> Self {
        Self {
            plan,
            rng: ChaCha8Rng::seed_from_u64(plan.seed),
            next: 0,
            groups: Deck::default(),
            lookalikes: Deck::default(),
            watches: (0..=ELSEWHERE).map(|_| Group::default()).collect(),
            national: Vec::new(),
            sellers_made: 0,
            recent: std::array::from_fn(|_| Ring::default()),
        }
    }

    /// Time of the post with that number: the hours of the day have their shares, posts come in order.
    fn time(&mut self) -> i64 {
        const PARTS: u64 = 1000;
        let jitter = self.rng.random_range(0..1_000_u64);
        let total = u128::from(self.plan.posts.max(1)) * 1000;
        let days = u128::from(self.plan.days.max(1));
        // Position in the whole, in units of a thousandth of a day's posts and a 3600th of that.
        let position = (u128::from(self.next) * 1000 + u128::from(jitter)) * days * u128::from(PARTS) * 3600 / total;
        let day = position / (u128::from(PARTS) * 3600);
        let mut left = position % (u128::from(PARTS) * 3600);
        let mut second = 0_u128;
        for weight in HOURS.into_iter().cycle().skip(CENTRAL_EUROPE).take(HOURS.len()) {
            let hour = u128::from(weight) * 3600;
            if left < hour {
                second += left / u128::from(weight.max(1));
                break;
            }
            left -= hour;
            second += 3600;
        }
        let offset = i64::try_from(day * 86_400 + second).unwrap_or_default();
        self.plan.start + offset
    }

    fn post(&mut self) -> LabelledPost {
        let time = self.time();
        let group = self.groups.deal(&mut self.rng, group_cards).map_or(ELSEWHERE, usize::from);
        let share = WATCHES.get(group).map_or(ADVERTS_ELSEWHERE, |watch| watch.adverts);
        let card = self.watches.get_mut(group).and_then(|watch| watch.deck.deal(&mut self.rng, |rng| advert_cards(share, rng)));
        let card = card.unwrap_or(Card::Ordinary);
        if self.rng.random_ratio(1, 18)
            && let Some(post) = self.repost(group, card, time)
        {
            return post;
        }
        match card {
            Card::Ordinary => self.ordinary(group, time),
            Card::Advert | Card::Flash => self.advert(group, card == Card::Flash, time),
        }
    }

    /// Somebody spreads an earlier post of the same watch and kind; `None` if there is none yet.
    fn repost(&mut self, group: usize, card: Card, time: i64) -> Option<LabelledPost> {
        let watch = self.watches.get(group)?;
        let ring = if card == Card::Ordinary { &watch.others } else { &watch.adverts };
        let kept = ring.any(&mut self.rng)?.clone();
        let account = Account::ordinary(kept.truth.network, self.plan.posts, &mut self.rng);
        let links = Links { repost_of: Some(kept.truth.id.clone()), reply_to: None };
        let truth = Truth { seller: None, burst: false, ..kept.truth };
        Some(neutral::post(&account, &kept.text, truth, &links, (self.next, time), &mut self.rng))
    }

    fn ordinary(&mut self, group: usize, time: i64) -> LabelledPost {
        let lang = language(group, false, &mut self.rng);
        let special = self.lookalikes.deal(&mut self.rng, |rng| shuffled((0..50).map(|card| card < 6).collect(), rng));
        let (label, draft) =
            if special == Some(true) { lookalikes::write(lang, group, &mut self.rng) } else { (Label::Other, ordinary::write(lang, group, &mut self.rng)) };
        let network = neutral::network(&mut self.rng);
        let account = Account::ordinary(network, self.plan.posts, &mut self.rng);
        let products = match label {
            Label::AdvertOtherIllicit => vec!["OTH"],
            Label::LegalTrade => vec!["LEG"],
            _ => Vec::new(),
        };
        let truth = truth(label, products, &draft, lang);
        self.publish(group, draft, truth, account, time)
    }

    fn advert(&mut self, group: usize, flash: bool, time: i64) -> LabelledPost {
        let (seller, account) = self.seller(group, flash);
        let draft = seller.write(group, flash, &mut self.rng);
        let mut products: Vec<&'static str> = Vec::new();
        for code in draft.marks.iter().map(|mark| product_code(mark.product)) {
            if !products.contains(&code) {
                products.push(code);
            }
        }
        let label = if seller.scam { Label::SuspectedScamSeller } else { Label::Advert };
        let truth = Truth { seller: Some(seller.number), burst: flash, ..truth(label, products, &draft, seller.lang) };
        let draft = seller.disguise(draft, group, &mut self.rng);
        let truth = Truth { obfuscations: draft.tricks.clone(), ..truth };
        self.publish(group, draft, truth, account, time)
    }

    /// A seller with posts left, and which of its accounts posts. New sellers take the places of those who are done.
    fn seller(&mut self, group: usize, flash: bool) -> (Seller, Account) {
        let national = !flash && group != ELSEWHERE && self.rng.random_ratio(1, 8);
        let (pool, size): (&mut Vec<Seller>, usize) = match self.watches.get_mut(group) {
            Some(watch) if !national => (&mut watch.sellers, if group == 1 { 24 } else { 8 }),
            _ => (&mut self.national, 10),
        };
        let index = self.rng.random_range(0..if flash { 2 } else { size });
        while pool.len() <= index {
            self.sellers_made += 1;
            pool.push(Seller::new(self.plan.seed, self.sellers_made, group, national, &mut self.rng));
        }
        let Some(seller) = pool.get_mut(index) else {
            let seller = Seller::new(self.plan.seed, 0, group, national, &mut self.rng);
            return (seller.clone(), seller.account());
        };
        if seller.left == 0 {
            self.sellers_made += 1;
            *seller = Seller::new(self.plan.seed, self.sellers_made, group, national, &mut self.rng);
        }
        seller.left -= 1;
        seller.posted += 1;
        (seller.clone(), seller.account())
    }

    /// Last steps that all new posts share: name the watch, answer somebody, remember the post.
    fn publish(&mut self, group: usize, mut draft: Draft, mut truth: Truth, account: Account, time: i64) -> LabelledPost {
        let account = account.with_room_for(&draft.text);
        let odds = if truth.label.is_advert() { 20 } else { 8 };
        let mut links = Links::default();
        let mut answered = String::new();
        let slot = neutral::NETWORKS.iter().position(|network| *network == account.network).unwrap_or_default();
        if self.rng.random_ratio(1, odds)
            && let Some((id, handle)) = self.recent.get(slot).and_then(|ring| ring.any(&mut self.rng))
        {
            links.reply_to = Some(id.clone());
            if matches!(account.network, "x" | "mastodon") {
                answered = format!("@{handle} ");
            }
        }
        tidy(&mut draft.text);
        truth.watch = WATCHES.get(group).map(|watch| watch.name);
        if let Some(name) = truth.watch
            && !mentions(&draft.text, name)
        {
            name_watch(&mut draft.text, name, truth.lang, &mut self.rng);
        }
        draft.text.insert_str(0, &answered);
        let post = neutral::post(&account, &draft.text, truth, &links, (self.next, time), &mut self.rng);
        if let Some(ring) = self.recent.get_mut(slot) {
            ring.put((post.truth.id.clone(), account.handle), &mut self.rng);
        }
        if self.rng.random_ratio(1, 4)
            && let Some(watch) = self.watches.get_mut(group)
        {
            let ring = if post.truth.label.is_advert() { &mut watch.adverts } else { &mut watch.others };
            ring.put(Kept { text: draft.text, truth: post.truth.clone() }, &mut self.rng);
        }
        post
    }
}

impl Iterator for Stream {
    type Item = LabelledPost;

    fn next(&mut self) -> Option<LabelledPost> {
        if self.next >= self.plan.posts {
            return None;
        }
        let post = self.post();
        self.next += 1;
        Some(post)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::try_from(self.plan.posts - self.next).ok();
        (left.unwrap_or(usize::MAX), left)
    }
}

fn truth(label: Label, products: Vec<&'static str>, draft: &Draft, lang: Lang) -> Truth {
    Truth {
        id: String::new(),
        network: "",
        label,
        products,
        watch: None,
        obfuscations: draft.tricks.clone(),
        contacts: draft.contacts.clone(),
        lang: lang.code(),
        seller: None,
        burst: false,
    }
}

/// Drops the spaces that optional parts leave behind.
fn tidy(text: &mut String) {
    while let Some(at) = text.find("  ") {
        text.remove(at);
    }
    text.truncate(text.trim_end().len());
    if text.starts_with(char::is_whitespace) {
        *text = text.trim_start().to_owned();
    }
}

/// Adds the name of the place where the text has none.
fn name_watch(text: &mut String, name: &str, lang: &str, rng: &mut ChaCha8Rng) {
    let here = match lang {
        "fr" => " à ",
        "es" => " en ",
        "it" => " a ",
        _ => " in ",
    };
    match rng.random_range(0..10_u8) {
        0..=4 => text.extend([" #", name]),
        5 | 6 => text.extend([" #", &name.to_lowercase()]),
        7 => text.extend(["\n📍 ", name]),
        8 => text.insert_str(0, &format!("{name} : ")),
        _ => text.extend([here, name]),
    }
}

/// The language of a post of a group, from shares in 100: French, English, Spanish, Italian, German, Dutch.
fn language(group: usize, advert: bool, rng: &mut ChaCha8Rng) -> Lang {
    const ALL: [Lang; 6] = [Lang::Fr, Lang::En, Lang::Es, Lang::It, Lang::De, Lang::Nl];
    let shares: [u32; 6] = match (group, advert) {
        (7 | 8, _) => [5, 86, 3, 3, 1, 2],
        (9, _) => [57, 20, 2, 2, 3, 16],
        (ELSEWHERE, true) => [36, 38, 8, 6, 6, 6],
        (ELSEWHERE, false) => [40, 36, 7, 6, 6, 5],
        (_, true) => [80, 13, 3, 2, 1, 1],
        (_, false) => [73, 18, 3, 2, 2, 2],
    };
    let mut left = rng.random_range(0..100);
    for (lang, share) in ALL.into_iter().zip(shares) {
        if left < share {
            return lang;
        }
        left -= share;
    }
    Lang::Fr
}

/// The language of the adverts of a seller of a group.
pub(crate) fn advert_language(group: usize, rng: &mut ChaCha8Rng) -> Lang {
    language(group, true, rng)
}

/// Whether that place counts in pounds and has British numbers.
pub(crate) fn is_british(group: usize) -> bool {
    place(group, Lang::En, 0).sterling
}

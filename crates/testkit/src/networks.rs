//! Sellers with several accounts, and everything that makes a linker merge too much.
//!
//! Each scene gives posts of some accounts and says who belongs together. Sellers share a contact (written differently each time), several
//! contacts in turn, a text and a picture, or a name and a text. Traps share a help line, a news link, a slogan, a picture that was
//! stolen, a number that was recycled; numbers differ in one digit; critics quote adverts; resellers post for several sellers.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::write::rfc3339;

mod scenes;

/// What to generate. The same plan gives the same bytes, on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NetworkPlan {
    /// Decides everything that is drawn.
    pub seed: u64,
    /// How many accounts, about.
    pub accounts: usize,
}

/// A post of the suite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkPost {
    /// In the neutral JSON-lines form, without line feed.
    pub line: String,
}

/// Who is behind an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountTruth {
    /// Network.
    pub network: &'static str,
    /// The account's identifier.
    pub account: String,
    /// The same number for all accounts of one seller.
    pub group: u32,
    /// Name of the scene.
    pub scene: &'static str,
}

/// Posts and truth of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkSuite {
    /// In no particular order.
    pub posts: Vec<NetworkPost>,
    /// One for each account.
    pub accounts: Vec<AccountTruth>,
}

impl NetworkSuite {
    /// Makes the suite of a plan.
    #[must_use]
    pub fn new(plan: NetworkPlan) -> Self {
        let mut maker = Maker {
            rng: ChaCha8Rng::seed_from_u64(plan.seed),
            suite: Self { posts: Vec::new(), accounts: Vec::new() },
            groups: 0,
            numbers: 0,
            first_number: 0,
            help_lines: 0,
            neighbourhoods: 0,
        };
        maker.first_number = maker.rng.random_range(0..10_000);
        while maker.suite.accounts.len() < plan.accounts {
            maker.scene();
        }
        maker.flood("popular_link", plan.accounts / 100);
        maker.flood("popular_picture", plan.accounts / 100);
        maker.suite
    }
}

const NETWORKS: [&str; 5] = ["instagram", "facebook", "snapchat", "bluesky", "mastodon"];
const CITIES: [&str; 12] = ["Toulouse", "Lorient", "Rennes", "Lyon", "Marseille", "Lille", "Nantes", "Bordeaux", "Nice", "Strasbourg", "Paris", "Montpellier"];
const GOODS: [&str; 8] =
    ["coke et shit", "beuh et coke", "cocaïne et MDMA", "shit et beuh", "kétamine et coke", "ecstasy et MD", "héroïne et coke", "weed et coke"];
const OPENINGS: [&str; 12] = [
    "salut la team",
    "nouvel arrivage",
    "on est là toute la semaine",
    "bonsoir à tous",
    "ouvert ce soir",
    "le meilleur du coin",
    "équipe sérieuse depuis des années",
    "arrivage de la maison",
    "promo du jour",
    "retour en force",
    "toujours au rendez-vous",
    "stock refait à neuf",
];
const CLAIMS: [&str; 12] = [
    "qualité au top et prix corrects",
    "produit testé par nos clients",
    "rien que du bon",
    "poids toujours juste",
    "pas de mauvaise surprise",
    "le goût que tu connais",
    "du frais tous les jours",
    "emballage propre et discret",
    "petits et gros budgets",
    "fidélité récompensée à la dixième commande",
    "tu compares et tu reviens",
    "rapport qualité prix imbattable",
];
const DELIVERIES: [&str; 12] = [
    "livraison en moins de trente minutes",
    "je me déplace partout en ville",
    "livraison offerte au-dessus de cent euros",
    "remise en main propre possible",
    "on livre jusqu'à deux heures du matin",
    "livreur poli et ponctuel",
    "envoi suivi dans toute la France",
    "meet en centre ville ou livraison",
    "livraison sept jours sur sept",
    "tournée du soir dès dix-huit heures",
    "on passe chez toi en voiture",
    "point de rendez-vous à ta convenance",
];
const CLOSINGS: [&str; 12] = [
    "premier arrivé premier servi",
    "passe le mot autour de toi",
    "menu complet sur demande",
    "soyez rapides il n'y en aura pas pour tout le monde",
    "on répond dans la minute",
    "à tout de suite",
    "commande minimum vingt euros",
    "écris avant de te déplacer",
    "photos et vidéos du jour en privé",
    "bonne soirée les amis",
    "la maison vous remercie",
    "dispo maintenant",
];

/// Help lines that look like other numbers.
const HELP_LINES: [&str; 5] = ["09 80 98 09 40", "09 80 98 09 30", "01 70 23 13 13", "09 74 75 13 13", "01 45 84 24 02"];

/// A seller's way of writing: which phrases, in which order.
#[derive(Clone, Copy)]
struct Style([usize; 7]);

/// A way to reach somebody.
#[derive(Clone, PartialEq)]
enum Contact {
    /// Last four digits of 06 39 98, which is set aside for fiction.
    Phone(u32),
    Handle(&'static str, String),
}

struct Maker {
    rng: ChaCha8Rng,
    suite: NetworkSuite,
    groups: u32,
    numbers: u32,
    first_number: u32,
    help_lines: usize,
    neighbourhoods: u32,
}

/// An account under construction.
#[derive(Clone)]
struct Account {
    network: &'static str,
    id: String,
    handle: String,
}

/// What a post carries besides its text.
#[derive(Clone, Copy, Default)]
struct Attached<'a> {
    picture: Option<&'a str>,
    repost: bool,
}

/// Midnight of 1 June 2026.
const START: i64 = 1_780_272_000;
const DAY: i64 = 86_400;

impl Maker {
    // ---- who and what

    fn group(&mut self) -> u32 {
        self.groups += 1;
        self.groups
    }

    fn account(&mut self, group: u32, scene: &'static str) -> Account {
        let network = self.pick(&NETWORKS);
        let number = self.suite.accounts.len();
        let id = format!("u{number}");
        let handle = format!("{}.{}{}", self.word(), self.word(), self.rng.random_range(0..1000u32));
        self.suite.accounts.push(AccountTruth { network, account: id.clone(), group, scene });
        Account { network, id, handle }
    }

    /// Several accounts of one seller; mostly few.
    fn accounts(&mut self, group: u32, scene: &'static str) -> Vec<Account> {
        let count = match self.rng.random_range(0..10u32) {
            0..=3 => 2,
            4..=6 => 3,
            7 | 8 => self.rng.random_range(4..7u32),
            _ => self.rng.random_range(7..15u32),
        };
        (0..count).map(|_| self.account(group, scene)).collect()
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        let index = self.rng.random_range(0..from.len());
        from.get(index).copied().unwrap_or_else(|| unreachable!("lists are not empty"))
    }

    /// A syllable word that means nothing.
    fn word(&mut self) -> String {
        let syllables = ["ba", "co", "di", "fu", "ga", "lo", "mi", "no", "pu", "ra", "si", "to", "vu", "za", "ke", "ly"];
        (0..3).map(|_| self.pick(&syllables)).collect()
    }

    /// Numbers that no other seller of the suite has, far apart.
    fn phone(&mut self) -> Contact {
        self.numbers += 1;
        Contact::Phone((self.first_number + self.numbers * 7_919) % 10_000)
    }

    fn handle_contact(&mut self) -> Contact {
        let kind = self.pick(&["telegram", "snapchat", "instagram", "whatsapp"]);
        if kind == "whatsapp" {
            return self.phone();
        }
        Contact::Handle(kind, format!("{}_fictif{}", self.word(), self.rng.random_range(0..10_000u32)))
    }

    fn contact(&mut self) -> Contact {
        if self.rng.random_ratio(3, 5) { self.phone() } else { self.handle_contact() }
    }

    fn style(&mut self) -> Style {
        Style(std::array::from_fn(|_| self.rng.random_range(0..12)))
    }

    fn picture(&mut self) -> String {
        (0..4).map(|_| format!("{:016x}", self.rng.random::<u64>())).collect()
    }

    /// A picture after it was compressed again: some bits differ.
    fn recompressed(&mut self, picture: &str) -> String {
        let mut digits: Vec<char> = picture.chars().collect();
        for _ in 0..self.rng.random_range(0..5u32) {
            let place = self.rng.random_range(0..digits.len());
            if let Some(digit) = digits.get_mut(place) {
                let flipped = digit.to_digit(16).unwrap_or(0) ^ 1;
                *digit = char::from_digit(flipped, 16).unwrap_or('0');
            }
        }
        digits.into_iter().collect()
    }

    // ---- texts

    fn advert(&mut self, style: Style, contacts: &[Contact]) -> String {
        let Style([opening, goods, first, second, delivery, closing, order]) = style;
        let phrase = |list: &[&'static str], index: usize| list.get(index % list.len()).copied().unwrap_or_default();
        let (city, price) = (self.pick(&CITIES), self.rng.random_range(3..12u32) * 10);
        let goods = phrase(&GOODS, goods);
        let offer = match order % 3 {
            0 => format!("{goods} dispo sur {city}, {price}€ le g"),
            1 => format!("dispo {city} : {goods} à {price}€"),
            _ => format!("vends {goods}, {city} et alentours, dès {price}€"),
        };
        let mut parts = vec![phrase(&OPENINGS, opening).to_owned(), offer, phrase(&CLAIMS, first).to_owned(), phrase(&CLAIMS, second + first + 1).to_owned()];
        parts.push(phrase(&DELIVERIES, delivery).to_owned());
        parts.extend(contacts.iter().map(|contact| self.written(contact)));
        parts.push(phrase(&CLOSINGS, closing).to_owned());
        parts.join(self.pick(&[", ", " - ", "\n", ". "]))
    }

    fn written(&mut self, contact: &Contact) -> String {
        let way = self.rng.random_range(0..9u32);
        match contact {
            Contact::Phone(last) => {
                let (a, b) = (last / 100, last % 100);
                match way {
                    0 => format!("06 39 98 {a:02} {b:02}"),
                    1 => format!("06.39.98.{a:02}.{b:02}"),
                    2 => format!("+33 6 39 98 {a:02} {b:02}"),
                    3 => format!("063998{a:02}{b:02}"),
                    4 => format!("wa.me/3363998{a:02}{b:02}"),
                    5 => format!("0033 6 39 98 {a:02} {b:02}"),
                    6 => format!("063998{a:02}{b:02}").chars().flat_map(|digit| [digit, '\u{fe0f}', '\u{20e3}']).collect(),
                    7 => format!("+33(0)6-39-98-{a:02}-{b:02}"),
                    _ => format!("tel 06/39/98/{a:02}/{b:02}"),
                }
            }
            Contact::Handle("telegram", name) => match way {
                0..=2 => format!("t.me/{name}"),
                3..=4 => format!("telegram @{name}"),
                5 => format!("https://t.me/{name}"),
                _ => format!("télégram : {name}"),
            },
            Contact::Handle("snapchat", name) => match way {
                0..=3 => format!("snap : {name}"),
                4..=5 => format!("snapchat @{name}"),
                _ => format!("https://www.snapchat.com/add/{name}"),
            },
            Contact::Handle(_, name) => match way {
                0..=3 => format!("insta : {name}"),
                4..=5 => format!("instagram @{name}"),
                _ => format!("https://instagram.com/{name}"),
            },
        }
    }

    fn post(&mut self, account: &Account, day: i64, text: &str, attached: Attached<'_>) {
        let number = self.suite.posts.len();
        let at = START + day * DAY + self.rng.random_range(0..DAY);
        let mut post = serde_json::json!({
            "id": format!("p{number}"),
            "network": account.network,
            "author": { "id": account.id, "handle": account.handle },
            "created_at": rfc3339(at),
            "lang": "fr",
            "text": text,
        });
        if let (Some(object), Some(picture)) = (post.as_object_mut(), attached.picture) {
            object.insert("media".into(), serde_json::json!([{ "kind": "image", "pdq": picture }]));
        }
        if let (Some(object), true) = (post.as_object_mut(), attached.repost) {
            object.insert("repost_of".into(), format!("q{number}").into());
        }
        self.suite.posts.push(NetworkPost { line: post.to_string() });
    }

    /// One to four adverts of an account, each with one of these lists of contacts.
    fn adverts(&mut self, account: &Account, style: Style, offers: &[Vec<Contact>], days: std::ops::Range<i64>) {
        for _ in 0..self.rng.random_range(1..5u32) {
            let offer = self.rng.random_range(0..offers.len().max(1));
            self.advert_of(account, style, offers.get(offer).map_or(&[], Vec::as_slice), days.clone(), None);
        }
    }

    fn advert_of(&mut self, account: &Account, style: Style, contacts: &[Contact], days: std::ops::Range<i64>, picture: Option<&str>) {
        let text = self.advert(style, contacts);
        let picture = picture.map(|picture| self.recompressed(picture));
        let day = self.rng.random_range(days);
        self.post(account, day, &text, Attached { picture: picture.as_deref(), repost: false });
    }

    // ---- sellers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_gives_the_same_suite_and_every_scene() {
        let plan = NetworkPlan { seed: 5, accounts: 3_000 };
        let suite = NetworkSuite::new(plan);
        assert_eq!(suite, NetworkSuite::new(plan));
        assert_ne!(suite, NetworkSuite::new(NetworkPlan { seed: 6, ..plan }));
        let scenes: std::collections::BTreeSet<&str> = suite.accounts.iter().map(|account| account.scene).collect();
        assert_eq!(scenes.len(), 23, "{scenes:?}");
        let ids: std::collections::BTreeSet<(&str, &str)> = suite.accounts.iter().map(|account| (account.network, account.account.as_str())).collect();
        assert_eq!(ids.len(), suite.accounts.len());
    }
}

//! Places: the watched ones with their advert shares, and others for posts outside the watches.

use crate::grammar::Lang;

/// A watched place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watch {
    /// The keyword: the text of each post of the watch contains it, in any case.
    pub name: &'static str,
    /// Adverts in each deck of 100 posts.
    pub adverts: u8,
    /// Posts in each deck of 40 posts of the stream; the remaining four have no watched place.
    pub posts: u8,
}

/// The watches. In streams of a multiple of 4,000 posts every share is exact.
pub const WATCHES: [Watch; 10] = [
    Watch { name: "Toulouse", adverts: 10, posts: 8 },
    Watch { name: "Lorient", adverts: 80, posts: 4 },
    Watch { name: "Lille", adverts: 4, posts: 3 },
    Watch { name: "Marseille", adverts: 6, posts: 5 },
    Watch { name: "Bordeaux", adverts: 3, posts: 3 },
    Watch { name: "Paris", adverts: 2, posts: 5 },
    Watch { name: "Rennes", adverts: 5, posts: 3 },
    Watch { name: "London", adverts: 3, posts: 2 },
    Watch { name: "Dublin", adverts: 2, posts: 1 },
    Watch { name: "Bruxelles", adverts: 4, posts: 2 },
];

/// Adverts in each deck of 100 posts outside the watches.
pub(crate) const ADVERTS_ELSEWHERE: u8 = 5;
/// Posts outside the watches in each deck of 40.
pub(crate) const POSTS_ELSEWHERE: u8 = 4;
/// Number of the group of posts outside the watches; smaller numbers are indexes into [`WATCHES`].
pub(crate) const ELSEWHERE: usize = WATCHES.len();

/// What the grammar may say about a place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) name: &'static str,
    pub(crate) district: &'static [&'static str],
    pub(crate) club: &'static [&'static str],
    pub(crate) code: &'static str,
    pub(crate) sterling: bool,
}

const fn town(name: &'static str, code: &'static str) -> Place {
    Place { name, district: &["centre", "gare", "campus", "zone nord"], club: &["Olympique", "l'équipe", "le club"], code, sterling: false }
}

const fn abroad(name: &'static str, code: &'static str) -> Place {
    Place { name, district: &["centre", "station", "campus", "Old Town"], club: &["United", "City", "Rovers"], code, sterling: false }
}

const PLACES: [Place; WATCHES.len()] = [
    Place {
        name: "Toulouse",
        district: &["Capitole", "Saint-Cyprien", "Jean-Jaurès", "Minimes", "Rangueil", "Compans", "Arènes", "Borderouge", "Carmes", "Blagnac"],
        club: &["TFC", "le Téfécé", "Stade Toulousain", "les Violets"],
        code: "31",
        sterling: false,
    },
    Place {
        name: "Lorient",
        district: &["Merville", "quai des Indes", "Kervénanec", "Lanester", "Keryado", "Bois du Château", "Ploemeur"],
        club: &["FCL", "les Merlus", "FC Lorient"],
        code: "56",
        sterling: false,
    },
    Place {
        name: "Lille",
        district: &["Wazemmes", "Fives", "Moulins", "gare Flandres", "Villeneuve-d'Ascq", "Vauban", "Roubaix"],
        club: &["LOSC", "les Dogues"],
        code: "59",
        sterling: false,
    },
    Place {
        name: "Marseille",
        district: &["Vieux-Port", "la Plaine", "Castellane", "Belle de Mai", "la Joliette", "Noailles", "Prado"],
        club: &["OM", "l'Ohème", "les Phocéens"],
        code: "13",
        sterling: false,
    },
    Place {
        name: "Bordeaux",
        district: &["Chartrons", "Saint-Michel", "la Victoire", "Bacalan", "Mériadeck", "Bastide", "Talence"],
        club: &["Girondins", "UBB"],
        code: "33",
        sterling: false,
    },
    Place {
        name: "Paris",
        district: &["Belleville", "République", "Châtelet", "Barbès", "Bastille", "Pantin", "Montreuil", "Gare de Lyon", "18e", "11e"],
        club: &["PSG", "Paname FC", "Red Star"],
        code: "75",
        sterling: false,
    },
    Place {
        name: "Rennes",
        district: &["Sainte-Anne", "Villejean", "Beaulieu", "le Blosne", "Cleunay", "place des Lices"],
        club: &["SRFC", "Stade Rennais", "les Rouge et Noir"],
        code: "35",
        sterling: false,
    },
    Place {
        name: "London",
        district: &["Camden", "Hackney", "Brixton", "Peckham", "Walthamstow", "Croydon", "Ealing", "zone 2"],
        club: &["the Gunners", "the Hammers", "Palace", "Orient"],
        code: "E17",
        sterling: true,
    },
    Place {
        name: "Dublin",
        district: &["Temple Bar", "Rathmines", "Phibsborough", "Tallaght", "Northside", "Smithfield"],
        club: &["the Dubs", "Bohs", "Rovers"],
        code: "D7",
        sterling: false,
    },
    Place {
        name: "Bruxelles",
        district: &["Ixelles", "Saint-Gilles", "Flagey", "Molenbeek", "Schaerbeek", "gare du Midi", "Uccle"],
        club: &["Anderlecht", "l'Union", "les Mauves"],
        code: "1000",
        sterling: false,
    },
];

const ELSEWHERE_FR: [Place; 8] = [
    town("Nantes", "44"),
    town("Lyon", "69"),
    town("Brest", "29"),
    town("Montpellier", "34"),
    town("Strasbourg", "67"),
    town("Nice", "06"),
    town("Limoges", "87"),
    town("Reims", "51"),
];
const ELSEWHERE_EN: [Place; 6] =
    [abroad("Leeds", "LS1"), abroad("Bristol", "BS2"), abroad("Cork", "T12"), abroad("Glasgow", "G4"), abroad("Cardiff", "CF1"), abroad("Hull", "HU3")];
const ELSEWHERE_ES: [Place; 4] = [abroad("Sevilla", "41"), abroad("Valencia", "46"), abroad("Bilbao", "48"), abroad("Murcia", "30")];
const ELSEWHERE_IT: [Place; 4] = [abroad("Torino", "10"), abroad("Bologna", "40"), abroad("Bari", "70"), abroad("Genova", "16")];
const ELSEWHERE_DE: [Place; 4] = [abroad("Köln", "50"), abroad("Leipzig", "04"), abroad("Bremen", "28"), abroad("Dortmund", "44")];
const ELSEWHERE_NL: [Place; 4] = [abroad("Utrecht", "030"), abroad("Groningen", "050"), abroad("Gent", "9000"), abroad("Breda", "076")];

/// The place of a watch, or one of a few towns that nobody watches.
pub(crate) fn place(group: usize, lang: Lang, pick: usize) -> Place {
    let towns: &[Place] = match lang {
        Lang::Fr => &ELSEWHERE_FR,
        Lang::En => &ELSEWHERE_EN,
        Lang::Es => &ELSEWHERE_ES,
        Lang::It => &ELSEWHERE_IT,
        Lang::De => &ELSEWHERE_DE,
        Lang::Nl => &ELSEWHERE_NL,
    };
    let elsewhere = || towns.get(pick % towns.len()).copied().unwrap_or(town("Nantes", "44"));
    PLACES.get(group).copied().unwrap_or_else(elsewhere)
}

/// Whether a text contains a watched name, in any case.
pub(crate) fn mentions(text: &str, name: &str) -> bool {
    text.as_bytes().windows(name.len()).any(|window| window.eq_ignore_ascii_case(name.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decks_add_up() {
        let dealt: u32 = WATCHES.iter().map(|watch| u32::from(watch.posts)).sum();
        assert_eq!(dealt + u32::from(POSTS_ELSEWHERE), 40);
        for (watch, place) in WATCHES.iter().zip(PLACES) {
            assert_eq!(watch.name, place.name);
        }
    }

    #[test]
    fn finds_names_in_any_case() {
        assert!(mentions("plan #beuhTOULOUSE ce soir", "Toulouse"));
        assert!(!mentions("Tou", "Toulouse"));
    }
}

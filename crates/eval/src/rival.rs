//! The baselines that stand beside every figure: a crude word list, and no effort at all.

use vigie_model::{Band, Post};

use crate::sample::{Answer, Scorer};

/// Plain names of drugs in six languages, as anybody would list them. Deliberately not the project's lexicon.
const DRUGS: &[&str] = &[
    "acid",
    "amphetamine",
    "beuh",
    "brown",
    "buvard",
    "cannabis",
    "champis",
    "coca",
    "cocain",
    "cocaina",
    "cocaine",
    "coke",
    "crack",
    "crystal",
    "ecsta",
    "ecstasy",
    "erba",
    "erva",
    "farlopa",
    "fentanyl",
    "gbl",
    "ghb",
    "gras",
    "haschisch",
    "hash",
    "hasj",
    "herbe",
    "hero",
    "heroin",
    "heroina",
    "heroine",
    "hhc",
    "ket",
    "keta",
    "ketamin",
    "ketamina",
    "ketamine",
    "koks",
    "lean",
    "lsd",
    "lyrica",
    "marihuana",
    "marijuana",
    "md",
    "mdma",
    "meth",
    "molly",
    "oxycodone",
    "perco",
    "pilz",
    "proto",
    "puff",
    "pills",
    "resine",
    "rivotril",
    "shit",
    "shrooms",
    "snus",
    "speed",
    "spice",
    "subutex",
    "taz",
    "teuch",
    "thc",
    "tramadol",
    "tusi",
    "weed",
    "wiet",
    "xanax",
    "xtc",
    "zeb",
    "3mmc",
    "porro",
    "hachis",
    "hachís",
    "fumo",
    "bamba",
    "résine",
    "cocaïne",
    "héroïne",
    "kétamine",
    "kéta",
];

/// Words and signs of a contact or a price.
const CUES: &[&str] = &[
    "mp", "dm", "dms", "snap", "snapchat", "telegram", "tele", "tg", "whatsapp", "wsp", "wickr", "signal", "threema", "inbox", "pm", "prive", "privé", "insta",
    "euro", "euros", "eur", "balles", "quid", "pavos",
];

/// Drug word and (contact or price cue), nothing undone and nothing weighed: what a moderator with a search box has.
#[must_use]
pub fn crude_rival() -> Scorer<'static> {
    Scorer::new("word list and cue", |post: &Post<'_>| answer(crude(&post.text)))
}

/// Says "no advert" of everything.
#[must_use]
pub fn majority() -> Scorer<'static> {
    Scorer::new("always no", |_: &Post<'_>| answer(false))
}

fn answer(advert: bool) -> Answer {
    Answer { score: f64::from(u8::from(advert)), band: if advert { Band::Advert } else { Band::Clear }, products: Vec::new() }
}

fn crude(text: &str) -> bool {
    let text = text.to_lowercase();
    let words = || text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let cue = || text.contains(['€', '£', '$', '@']) || telephone(&text) || words().any(|word| CUES.contains(&word) || price(word));
    words().any(|word| DRUGS.contains(&word)) && cue()
}

/// "50e", "50eur".
fn price(word: &str) -> bool {
    word.strip_suffix('e').or_else(|| word.strip_suffix("eur")).is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

/// Nine digits or more with nothing but spaces, dots and hyphens between.
fn telephone(text: &str) -> bool {
    let mut digits = 0;
    text.chars().any(|c| {
        digits = if c.is_ascii_digit() {
            digits + 1
        } else if matches!(c, ' ' | '.' | '-') {
            digits
        } else {
            0
        };
        digits >= 9
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_explicit_and_nothing_else() {
        for advert in ["Beuh dispo, MP", "coke 70e le g", "weed, 06 39 98 12 34", "shit top qualité 10 €"] {
            assert!(crude(advert), "{advert}");
        }
        for other in ["b e u h dispo, MP", "proto dispo ce soir", "la coke fait des ravages", "iPhone 13, 400 €, MP", ""] {
            assert!(!crude(other), "{other}");
        }
    }
}

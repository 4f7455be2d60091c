//! Ordinary posts and the loose spelling of social media.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::{
    cities::{WATCHES, mentions, place},
    contacts::Identity,
    grammar::{Draft, Lang, Scene, Writer, choose},
    obfuscate,
    stream::is_british,
};

/// Writes a post about nothing in particular.
pub(crate) fn write(lang: Lang, group: usize, rng: &mut ChaCha8Rng) -> Draft {
    let identity = Identity::new(rng.random(), is_british(group));
    let scene = Scene { lang, place: place(group, lang, rng.random_range(0..97)), products: [0; 3], identity: &identity };
    let mut draft = Draft::default();
    let mut anew = ChaCha8Rng::seed_from_u64(rng.random());
    if let Some(topic) = lang.grammar().topics.pick(rng) {
        Writer { scene: &scene, fixed: rng, anew: &mut anew }.write(topic, &mut draft);
    }
    if rng.random_ratio(1, 4)
        && let Some(aside) = lang.grammar().rule("aside")
    {
        draft.text.push_str(if rng.random_ratio(1, 4) { "\n" } else { " " });
        Writer { scene: &scene, fixed: rng, anew: &mut anew }.write(aside, &mut draft);
    }
    loosen(&mut draft, lang, rng);
    draft
}

const FR_SHORT: [(&str, &str); 38] = [
    ("c'est", "c"),
    ("C'est", "C"),
    ("j'ai", "jai"),
    ("J'ai", "Jai"),
    ("je", "j"),
    ("quoi", "koi"),
    ("que", "q"),
    ("qui", "ki"),
    ("beaucoup", "bcp"),
    ("pourquoi", "pk"),
    ("toujours", "tjr"),
    ("tout", "tt"),
    ("tous", "ts"),
    ("demain", "dem1"),
    ("quand", "qd"),
    ("quelqu'un", "qqn"),
    ("quelque", "qlq"),
    ("parce", "pcq"),
    ("pas", "pa"),
    ("plus", "+"),
    ("avec", "avc"),
    ("dans", "ds"),
    ("pour", "pr"),
    ("était", "été"),
    ("est", "é"),
    ("vraiment", "vrmt"),
    ("franchement", "frr"),
    ("s'il", "sil"),
    ("salut", "slt"),
    ("bonjour", "bjr"),
    ("Bonjour", "Bjr"),
    ("maintenant", "mtn"),
    ("rendez-vous", "rdv"),
    ("problème", "pb"),
    ("week-end", "we"),
    ("vous", "vs"),
    ("nous", "ns"),
    ("rien", "r"),
];
const EN_SHORT: [(&str, &str); 22] = [
    ("you", "u"),
    ("You", "U"),
    ("your", "ur"),
    ("are", "r"),
    ("because", "cuz"),
    ("please", "pls"),
    ("tonight", "2nite"),
    ("tomorrow", "tmrw"),
    ("people", "ppl"),
    ("going", "goin"),
    ("really", "rly"),
    ("though", "tho"),
    ("don't", "dont"),
    ("can't", "cant"),
    ("I'm", "im"),
    ("it's", "its"),
    ("what", "wot"),
    ("the", "da"),
    ("about", "abt"),
    ("before", "b4"),
    ("and", "n"),
    ("with", "w/"),
];

fn tails(lang: Lang) -> &'static [&'static str] {
    match lang {
        Lang::Fr => {
            &[" mdr", " ptdr", " 😭", " 😂😂", " wesh", " 💀", " lol", " 🙄", " sah", " ...", " !!", " 🥲", " jpp", " ❤️", " askip", " 🤡", " 👀", " 🫠"]
        }
        Lang::En => &[" lol", " lmao", " 😂", " 💀", " tbh", " smh", " fr", " 😭", " 🙃", " ngl", " !!", " ...", " 👀", " innit", " ❤️"],
        _ => &[" 😂", " 💀", " 😅", " ...", " !!", " 🙄", " ❤️", " lol", " 👀"],
    }
}

/// Shortens, misspells and decorates a share of the texts. Leaves links, tags, handles, numbers and watched names alone.
pub(crate) fn loosen(draft: &mut Draft, lang: Lang, rng: &mut ChaCha8Rng) {
    let short: &[(&str, &str)] = match lang {
        Lang::Fr => &FR_SHORT,
        Lang::En => &EN_SHORT,
        _ => &[],
    };
    let shorten = rng.random_ratio(22, 100);
    let misspell = rng.random_ratio(16, 100);
    let flatten = rng.random_ratio(14, 100);
    if shorten || misspell || flatten {
        let mut out = String::with_capacity(draft.text.len() + 8);
        for token in draft.text.split_inclusive([' ', '\n']) {
            let word = token.trim_end_matches([' ', '\n']);
            let plain = word.chars().all(|c| c.is_alphabetic() || c == '\'' || c == '-') && !WATCHES.iter().any(|watch| mentions(word, watch.name));
            let shorter = if shorten && rng.random_ratio(3, 4) { short.iter().find(|(long, _)| *long == word) } else { None };
            if !plain {
                out.push_str(word);
            } else if let Some((_, shorter)) = shorter {
                out.push_str(shorter);
            } else if misspell && rng.random_ratio(1, 9) {
                obfuscate::typo(word, &mut out, rng);
            } else if flatten {
                out.extend(word.chars().map(unaccented));
            } else {
                out.push_str(word);
            }
            out.push_str(token.get(word.len()..).unwrap_or_default());
        }
        draft.text = out;
    }
    if rng.random_ratio(12, 100) {
        lower_first(&mut draft.text);
    }
    if rng.random_ratio(22, 100) {
        draft.text.push_str(choose(tails(lang), rng));
    }
    if rng.random_ratio(3, 100) {
        draft.text = draft.text.split_inclusive([' ', '\n']).map(shout).collect();
    }
}

fn shout(token: &str) -> String {
    if token.contains(['/', '@', '_']) { token.to_owned() } else { token.to_uppercase() }
}

fn lower_first(text: &mut String) {
    let Some(first) = text.chars().next() else { return };
    let lower: String = first.to_lowercase().collect();
    text.replace_range(..first.len_utf8(), &lower);
}

fn unaccented(c: char) -> char {
    match c {
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'à' | 'â' | 'ä' | 'á' => 'a',
        'ù' | 'û' | 'ü' | 'ú' => 'u',
        'ô' | 'ö' | 'ó' => 'o',
        'î' | 'ï' | 'í' => 'i',
        'ç' => 'c',
        'ñ' => 'n',
        'É' => 'E',
        'À' => 'A',
        other => other,
    }
}

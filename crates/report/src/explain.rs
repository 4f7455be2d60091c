//! Explaining a verdict to a person: the original text with its spans underlined and named, and what moved the score.

use std::fmt::Write;

use vigie_model::{Band, Component, Label, PictureBox, PictureFinding, PictureState, Reason, Severity, Verdict};

use crate::Language;

/// Longest line of the underlined text, in characters.
const WIDTH: usize = 96;

/// The explanation as lines of text.
#[must_use]
pub fn explain(text: Option<&str>, verdict: &Verdict, language: Language) -> String {
    let mut out = String::new();
    let band = match verdict.band {
        Band::Advert => language.pick("advert", "annonce"),
        Band::Review => language.pick("to review", "à vérifier"),
        Band::Clear => language.pick("clear", "sans suite"),
    };
    let products: Vec<_> = verdict.products.iter().map(|p| format!("{} ({p})", language.product(*p))).collect();
    let _ = writeln!(
        out,
        "{}: {band} · {} {:.2} · {}",
        language.pick("Verdict", "Verdict"),
        language.pick("score", "score"),
        verdict.score,
        language.label(verdict.label)
    );
    if !products.is_empty() {
        let _ = writeln!(out, "{}: {}", language.pick("Products", "Produits"), products.join(", "));
    }
    match text {
        Some(text) => underline(text, &verdict.components, language, &mut out),
        None => {
            let _ = writeln!(
                out,
                "\n{}",
                language.pick(
                    "The text is not kept: the source's terms or the profile forbid it.",
                    "Le texte n’est pas conservé : les conditions de la source ou le profil l’interdisent."
                )
            );
        }
    }
    entities(verdict, language, &mut out);
    pictures(&verdict.pictures, language, &mut out);
    let _ = writeln!(out, "\n{}", language.pick("What moved the score (log-odds):", "Ce qui a fait varier le score (log-cotes) :"));
    for (weight, words) in reasons(verdict, language) {
        let _ = writeln!(out, "  {weight:+.1}  {words}");
    }
    routes(verdict, language, &mut out);
    let versions = &verdict.versions;
    let _ = writeln!(
        out,
        "\nvigie {} · {} {} · {} {}",
        versions.vigie,
        language.pick("lexicon", "lexique"),
        versions.lexicon,
        language.pick("scoring", "notation"),
        versions.model
    );
    if let Some(rules) = &versions.rules {
        let _ = writeln!(out, "{} {rules}", language.pick("rules", "règles"));
    }
    out
}

/// What moved the score: the change of the log-odds, and why in words.
#[must_use]
pub fn reasons(verdict: &Verdict, language: Language) -> Vec<(f32, String)> {
    let words = |reason: &Reason| rule_in_words(reason, verdict, language).unwrap_or_else(|| reason_in_words(reason, language));
    verdict.reasons.iter().map(|reason| (reason.weight, words(reason))).collect()
}

/// A reason that is a rule, in the words of its pack.
fn rule_in_words(reason: &Reason, verdict: &Verdict, language: Language) -> Option<String> {
    let name = reason.what.strip_prefix("rule:")?;
    let why = verdict.rules.iter().find(|rule| rule.name == name).map_or("", |rule| language.pick(&rule.en, &rule.fr));
    Some(format!("{} {name}: {}", language.pick("rule", "règle"), harmless(why)))
}

/// Where rules send the post, and how urgent that is.
fn routes(verdict: &Verdict, language: Language, out: &mut String) {
    for rule in &verdict.rules {
        let Some(route) = &rule.route else { continue };
        let _ = writeln!(out, "{}: {route} ({})", language.pick("Queue", "File"), severity(rule.severity, language));
    }
    let tags: Vec<_> = verdict.rules.iter().filter_map(|rule| rule.tag.as_deref()).collect();
    if !tags.is_empty() {
        let _ = writeln!(out, "{}: {}", language.pick("Tags", "Marques"), tags.join(", "));
    }
}

/// Name of a severity.
#[must_use]
pub fn severity(severity: Severity, language: Language) -> &'static str {
    match severity {
        Severity::Info => language.pick("for information", "pour information"),
        Severity::Low => language.pick("low", "faible"),
        Severity::Medium => language.pick("medium", "moyenne"),
        Severity::High => language.pick("high", "élevée"),
        Severity::Critical => language.pick("critical: at once", "critique : sans délai"),
    }
}

fn entities(verdict: &Verdict, language: Language, out: &mut String) {
    let contacts: Vec<_> = verdict.contacts.iter().map(|c| format!("{} {}", c.kind.as_str(), c.value)).collect();
    let prices: Vec<_> = verdict
        .prices
        .iter()
        .map(|p| {
            let quantity = p.quantity.map_or(String::new(), |q| format!(" / {q}{}", p.unit.as_ref().map_or(String::new(), |u| format!(" {u}"))));
            format!("{} {}{quantity}", p.amount, p.currency)
        })
        .collect();
    for (name, values) in [
        (language.pick("Contacts", "Contacts"), contacts),
        (language.pick("Prices", "Prix"), prices),
        (language.pick("Places", "Lieux"), verdict.places.clone()),
    ] {
        if !values.is_empty() {
            let _ = writeln!(out, "{name}: {}", values.join(", "));
        }
    }
}

/// What the pictures say, and where in them.
fn pictures(pictures: &[PictureFinding], language: Language, out: &mut String) {
    for picture in pictures {
        let _ = writeln!(out, "\n{} {}: {}", language.pick("Picture", "Image"), picture.media + 1, picture_state(picture, language));
        for line in picture.text.lines().take(40) {
            let _ = writeln!(out, "  │ {}", harmless(line));
        }
        for span in &picture.spans {
            let PictureBox { x, y, width, height } = span.place;
            let read = if span.text.is_empty() { String::new() } else { format!(" “{}”", harmless(&span.text)) };
            let maybe = if span.alternative { language.pick(" (as it was probably meant)", " (tel que probablement voulu)") } else { "" };
            let _ = writeln!(out, "  {}{read}{maybe} · {x},{y} {width}×{height}", language.component(span.kind));
        }
        for code in &picture.codes {
            let _ = writeln!(out, "  QR: {}", harmless(&code.text));
        }
        for known in &picture.known {
            let what = if known.harmless {
                language.pick("harmless picture on the list", "image anodine de la liste")
            } else {
                language.pick("on the list", "dans la liste")
            };
            let _ = writeln!(out, "  {what} {} ({} bits)", known.list, known.distance);
        }
    }
}

fn picture_state(picture: &PictureFinding, language: Language) -> String {
    let state = match picture.state {
        PictureState::Read => language.pick("read", "lue"),
        PictureState::Unread => language.pick("text not read", "texte non lu"),
        PictureState::Refused => language.pick("not decoded", "non décodée"),
        PictureState::Missing => language.pick("missing", "absente"),
    };
    picture.reason.as_ref().map_or_else(|| state.to_owned(), |reason| format!("{state} ({reason})"))
}

/// Each line of the text, cut to the width, with a line of marks below and the names of the spans below that.
fn underline(text: &str, components: &[Component], language: Language, out: &mut String) {
    out.push('\n');
    let mut offset = 0;
    for line in text.split('\n') {
        let mut piece_start = 0;
        for piece in pieces(line) {
            underline_piece(piece, offset + piece_start, components, language, out);
            piece_start += piece.len();
        }
        if line.is_empty() {
            out.push('\n');
        }
        offset += line.len() + 1;
    }
    out.push('\n');
}

/// A line in pieces of at most the width, cut after a blank where there is one.
fn pieces(line: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = line;
    while let Some((limit, _)) = rest.char_indices().nth(WIDTH) {
        let cut = rest.get(..limit).and_then(|head| head.rfind(' ')).map_or(limit, |blank| blank + 1);
        let Some((head, tail)) = rest.split_at_checked(cut) else { break };
        out.push(head);
        rest = tail;
    }
    if !rest.is_empty() {
        out.push(rest);
    }
    out
}

fn underline_piece(piece: &str, start: usize, components: &[Component], language: Language, out: &mut String) {
    let end = start + piece.len();
    let inside: Vec<_> = components.iter().filter(|c| (c.start as usize) < end && start < c.end as usize).collect();
    let _ = writeln!(out, "  {}", harmless(piece));
    if inside.is_empty() {
        return;
    }
    let covered = |at: usize| inside.iter().any(|c| (c.start as usize..c.end as usize).contains(&(start + at)));
    let marks: String = piece
        .char_indices()
        .map(|(at, c)| {
            if covered(at) {
                '‾'
            } else if c == '\t' {
                '\t'
            } else {
                ' '
            }
        })
        .collect();
    let _ = writeln!(out, "  {}", marks.trim_end());
    let named: Vec<_> = inside
        .iter()
        .filter_map(|c| {
            let text = piece.get((c.start as usize).saturating_sub(start)..(c.end as usize - start).min(piece.len()))?;
            Some(format!("{} {}: “{}”", c.kind, language.component(c.kind), harmless(text.trim())))
        })
        .collect();
    let _ = writeln!(out, "    {}", named.join(" · "));
}

/// Without characters that steer a terminal: each is shown as one visible character.
fn harmless(text: &str) -> String {
    text.chars().map(visible).collect()
}

/// A character as it may be shown: controls, and marks that turn the direction of writing, as one visible character.
#[must_use]
pub fn visible(c: char) -> char {
    match u32::from(c) {
        9 => ' ',
        code @ 0..=31 => char::from_u32(0x2400 + code).unwrap_or('�'),
        0x7F..=0x9F | 0x200E | 0x200F | 0x202A..=0x202E | 0x2066..=0x2069 => '�',
        _ => c,
    }
}

/// A reason of the fusion in words.
fn reason_in_words(reason: &Reason, language: Language) -> String {
    let what = reason.what.as_ref();
    if let Some((kind, strength)) = what.split_once(':').and_then(|(kind, strength)| Some((kind.parse().ok()?, strength))) {
        let name = language.component(kind);
        return match strength {
            "strong" => name.to_owned(),
            _ => format!("{name} ({})", language.pick("weak cue", "indice faible")),
        };
    }
    if let Some(label) = what.strip_prefix("context:").and_then(|l| l.parse::<Label>().ok()) {
        return format!("{}: {}", language.pick("wording of", "formulation de type"), language.label(label));
    }
    let (english, french) = match what {
        "product:A" => ("a product is named unmistakably", "un produit est nommé sans équivoque"),
        "product:B" => ("a product is named by a word that mostly means it", "un produit est nommé par un mot qui le désigne le plus souvent"),
        "product:C" => ("a product is named by an everyday word or emoji only", "un produit n’est nommé que par un mot courant ou un émoji"),
        "several_products" => ("several products", "plusieurs produits"),
        "product_tags" => ("several products as hashtags", "plusieurs produits en mots-dièse"),
        "tag_wall" => ("product among many hashtags", "produit parmi de nombreux mots-dièse"),
        "disguised_product" => ("the product is written so as to hide it", "le produit est écrit de façon dissimulée"),
        "everyday_sense_likely" => ("the everyday sense of the word is likely", "le sens courant du mot est probable"),
        "legal_product" => ("a legal product is named", "un produit légal est nommé"),
        "contact_given" => ("a contact is given", "un contact est donné"),
        "known_picture" => ("a picture is on a list of adverts", "une image figure dans une liste d’annonces"),
        "price_list" => ("price list", "liste de prix"),
        "price_for_quantity" => ("price for a quantity", "prix pour une quantité"),
        "price" => ("price", "prix"),
        "quantity" => ("quantity", "quantité"),
        "place" => ("a place is named", "un lieu est nommé"),
        "emoji_menu" => ("several products as emoji", "plusieurs produits en émojis"),
        "quoted" => ("the products stand in quotation marks", "les produits sont entre guillemets"),
        "question" => ("the text asks a question", "le texte pose une question"),
        "product:none" => ("no product is named", "aucun produit n’est nommé"),
        "model:words" => ("the words and spellings are those of adverts, or not", "les mots et graphies sont ceux d’annonces, ou non"),
        "model:context" => ("what surrounds the product reads like a sale, or not", "ce qui entoure le produit se lit comme une vente, ou non"),
        "model:structure" => ("structure of the post and language", "structure du message et langue"),
        "nothing_offered" => ("nothing is offered", "rien n’est offert"),
        "too_few_components" => ("too few components for so weak a word", "trop peu d’éléments pour un mot si faible"),
        other => return other.to_owned(),
    };
    language.pick(english, french).to_owned()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use vigie_model::{ComponentKind, Product, Versions};

    use super::*;

    #[test]
    fn control_characters_are_shown_not_obeyed() {
        assert_eq!(harmless("a\u{1b}[2J\u{202E}b\u{0}"), "a␛[2J�b␀");
    }

    #[test]
    fn underlines_and_names_the_spans() {
        let text = "🌿 beuh dispo\nlivraison Toulouse";
        let component = |kind, word: &str| {
            let start = text.find(word).unwrap();
            Component { kind, start: u32::try_from(start).unwrap(), end: u32::try_from(start + word.len()).unwrap() }
        };
        let verdict = Verdict {
            score: 0.93,
            band: Band::Advert,
            label: Label::Advert,
            products: vec![Product::CannabisHerb],
            components: vec![
                component(ComponentKind::Product, "beuh"),
                component(ComponentKind::Offer, "dispo"),
                component(ComponentKind::Delivery, "livraison"),
                component(ComponentKind::Area, "Toulouse"),
            ],
            contacts: vec![],
            prices: vec![],
            places: vec!["Toulouse".into()],
            reasons: vec![
                Reason { what: "product:A".into(), weight: -1.6 },
                Reason { what: "K01:weak".into(), weight: 2.0 },
                Reason { what: "context:news".into(), weight: -3.4 },
            ],
            rules: vec![],
            pictures: vec![],
            versions: Arc::new(Versions { vigie: "0.1.0".into(), lexicon: "0123456789abcdef".into(), model: "rules-1".into(), rules: None }),
        };
        insta::assert_snapshot!(explain(Some(text), &verdict, Language::French));
        insta::assert_snapshot!(explain(None, &verdict, Language::English));
    }

    #[test]
    fn rules_speak_for_themselves() {
        let rule = vigie_model::FiredRule {
            name: "minors_recruited".into(),
            severity: Severity::Critical,
            en: "recruits for the trade and speaks to minors".into(),
            fr: "recrute pour le trafic et s’adresse à des mineurs".into(),
            route: Some("minors".into()),
            tag: Some("school".into()),
        };
        let verdict = Verdict {
            score: 0.93,
            band: Band::Advert,
            label: Label::Recruitment,
            products: vec![],
            components: vec![],
            contacts: vec![],
            prices: vec![],
            places: vec![],
            reasons: vec![Reason { what: "rule:minors_recruited".into(), weight: 1.0 }],
            rules: vec![Arc::new(rule)],
            pictures: vec![],
            versions: Arc::new(Versions { vigie: "0.1.0".into(), lexicon: "0".into(), model: "m".into(), rules: Some("0123456789abcdef".into()) }),
        };
        let french = explain(None, &verdict, Language::French);
        assert!(french.contains("  +1.0  règle minors_recruited: recrute pour le trafic et s’adresse à des mineurs\n"), "{french}");
        assert!(french.contains("File: minors (critique : sans délai)\nMarques: school\n") && french.ends_with("règles 0123456789abcdef\n"), "{french}");
        let english = explain(None, &verdict, Language::English);
        assert!(english.contains("rule minors_recruited: recruits for the trade") && english.contains("Queue: minors (critical: at once)"), "{english}");
    }
}

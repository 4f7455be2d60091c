//! Networks for the terminal.

use std::fmt::Write;

use vigie_link::{Grade, Reach, Reason, SignalKind};
use vigie_model::ContactKind;

use super::{NetworkReport, day, masked};
use crate::{Language, summary::grouped};

/// The list, the ones with most views first. `alone` accounts share nothing that links; `unlinkable` finds have no author that may be linked.
#[must_use]
pub fn networks_text(networks: &[NetworkReport], alone: usize, unlinkable: u64, limit: usize, language: Language) -> String {
    let accounts: usize = networks.iter().map(|network| network.cluster.accounts.len()).sum();
    let (count, accounts, alone) = (grouped(networks.len() as u64), grouped(accounts as u64), grouped(alone as u64));
    let mut out = match language {
        Language::English => format!("{count} networks with {accounts} accounts; {alone} accounts share nothing that links\n"),
        Language::French => format!("{count} réseaux de {accounts} comptes ; {alone} comptes ne partagent rien qui relie\n"),
    };
    if unlinkable > 0 {
        let finds = grouped(unlinkable);
        let _ = match language {
            Language::English => writeln!(out, "{finds} finds have no author that may be linked (terms of their network)"),
            Language::French => writeln!(out, "{finds} trouvailles n’ont pas d’auteur qu’il soit permis de relier (conditions de leur réseau)"),
        };
    }
    for network in networks.iter().take(limit) {
        line(network, language, &mut out);
    }
    if networks.len() > limit {
        let more = grouped((networks.len() - limit) as u64);
        let _ = writeln!(out, "{more} {}", language.pick("more (--limit)", "de plus (--limit)"));
    }
    if !networks.is_empty() {
        let _ = writeln!(out, "{}", meaning(language));
    }
    out
}

fn line(network: &NetworkReport, language: Language, out: &mut String) {
    let description = &network.description;
    let products: Vec<&str> = description.products.keys().copied().collect();
    let split = if network.cluster.to_split { language.pick("  to be split", "  à scinder") } else { "" };
    let _ = writeln!(
        out,
        "{:>6}  {:>3} {}  {:>5} {}  {} – {}  {:<9}  {:<8}  {}{split}",
        network.number,
        network.cluster.accounts.len(),
        language.pick("accounts", "comptes"),
        grouped(description.finds),
        language.pick("finds", "trouvailles"),
        day(description.first_seen),
        day(description.last_seen),
        grade(network.cluster.grade.unwrap_or(Grade::Possible), language),
        reach(network.reach, language),
        products.join(" ")
    );
}

/// One network: who, why, and what its finds say.
#[must_use]
pub fn network_text(network: &NetworkReport, language: Language) -> String {
    let description = &network.description;
    let accounts = grouped(network.cluster.accounts.len() as u64);
    let word = grade(network.cluster.grade.unwrap_or(Grade::Possible), language);
    let mut out = format!(
        "{} {} · {accounts} {} · {word}\n{}\n",
        language.pick("Network", "Réseau"),
        network.number,
        language.pick("accounts", "comptes"),
        meaning(language)
    );
    if network.cluster.to_split {
        let _ = writeln!(
            out,
            "! {}",
            language.pick("larger than a network may be unseen: to be split by a person", "plus grand qu’un réseau non vérifié : à scinder par une personne")
        );
    }
    heading(&mut out, language.pick("Accounts", "Comptes"));
    for account in &network.cluster.accounts {
        let _ = writeln!(out, "  {}:{}  {}", account.network, account.key, network.handles.get(account).map_or(String::new(), |handle| format!("@{handle}")));
    }
    heading(&mut out, language.pick("They share", "Ils partagent"));
    for reason in &network.cluster.reasons {
        reason_line(network, reason, language, &mut out);
    }
    bridges(network, language, &mut out);
    described(network, language, &mut out);
    history(network, language, &mut out);
    let _ = writeln!(
        out,
        "\n{} {}, {} – {}",
        grouped(description.finds),
        language.pick("finds", "trouvailles"),
        day(description.first_seen),
        day(description.last_seen)
    );
    out
}

fn heading(out: &mut String, text: &str) {
    let _ = writeln!(out, "\n{text}");
}

fn reason_line(network: &NetworkReport, reason: &Reason, language: Language, out: &mut String) {
    const SHOWN: usize = 8;
    let who: Vec<String> = reason.accounts.iter().take(SHOWN).map(|account| network.name(account)).collect();
    let more = if reason.accounts.len() > SHOWN { format!(" +{}", reason.accounts.len() - SHOWN) } else { String::new() };
    let finds: Vec<String> = reason.finds.iter().take(SHOWN).map(i64::to_string).collect();
    let _ = writeln!(out, "  {:<9} {} {}: {}{more}", grade(reason.grade, language), kind(reason.kind, language), masked(reason), who.join(", "));
    if !finds.is_empty() {
        let more = if reason.finds.len() > SHOWN { " …" } else { "" };
        let _ = writeln!(
            out,
            "            {} {}{more}, {} – {}",
            language.pick("finds", "trouvailles"),
            finds.join(" "),
            day(reason.first_seen),
            day(reason.last_seen)
        );
    }
    if let Some(template) = network.templates.get(&*reason.value) {
        let short: String = template.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(160).collect();
        let _ = writeln!(out, "            « {short} »");
    }
}

fn bridges(network: &NetworkReport, language: Language, out: &mut String) {
    if network.bridges.is_empty() {
        return;
    }
    heading(
        out,
        language.pick(
            "To be split: these accounts also share something with others, who share nothing with this network",
            "À scinder : ces comptes partagent aussi quelque chose avec d’autres, qui ne partagent rien avec ce réseau",
        ),
    );
    for bridge in &network.bridges {
        let sides: Vec<String> = bridge.sides.iter().map(|side| format!("{}:{}", side.network, side.key)).collect();
        let _ = writeln!(out, "  {}:{}  ↔  {}", bridge.account.network, bridge.account.key, sides.join(" | "));
    }
}

fn described(network: &NetworkReport, language: Language, out: &mut String) {
    let description = &network.description;
    heading(out, language.pick("What their finds say", "Ce que disent leurs trouvailles"));
    let counts = |map: &std::collections::BTreeMap<String, u64>| {
        let mut sorted: Vec<(&String, &u64)> = map.iter().collect();
        sorted.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), *name));
        sorted.into_iter().take(12).map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
    };
    let products: Vec<String> = description.products.iter().map(|(product, count)| format!("{product} {count}")).collect();
    let prices: Vec<String> = description.prices.iter().map(|(unit, range)| format!("{:.2} – {:.2} {unit}", range.least, range.greatest)).collect();
    let mut field = |english: &str, french: &str, value: String| {
        if !value.is_empty() {
            let _ = writeln!(out, "  {}: {value}", language.pick(english, french));
        }
    };
    field("networks", "réseaux sociaux", counts(&description.networks));
    field("products", "produits", products.join(", "));
    field("prices", "prix", prices.join(", "));
    field("places", "lieux", counts(&description.places));
    field("reach", "portée", reach_because(network, language));
    field("hours (UTC)", "heures (UTC)", busiest(&description.hours));
    field("days with finds", "jours avec trouvailles", grouped(description.active_days));
    field("promotions", "promotions", grouped(description.promotions));
    field("views", "vues", if description.views > 0 { grouped(description.views) } else { String::new() });
    field("gone from their network", "disparues de leur réseau", if description.deleted > 0 { grouped(description.deleted) } else { String::new() });
    field(
        "accounts that began after another one's end",
        "comptes commencés après la fin d’un autre",
        if description.successors > 0 { grouped(description.successors) } else { String::new() },
    );
}

fn history(network: &NetworkReport, language: Language, out: &mut String) {
    if network.history.is_empty() {
        return;
    }
    heading(out, language.pick("History", "Historique"));
    for event in &network.history {
        let word = match event.event.as_str() {
            "made" => language.pick("made", "constitué"),
            "changed" => language.pick("changed", "modifié"),
            "merged" => language.pick("merged into", "fondu dans"),
            "split" => language.pick("split from", "détaché de"),
            _ => language.pick("ended", "disparu"),
        };
        let other = event.other.map_or(String::new(), |other| format!(" {other}"));
        let _ = writeln!(out, "  {}  {word}{other}, {} {}", event.at, event.accounts, language.pick("accounts", "comptes"));
    }
}

/// The hours with finds, as spans: "18–23".
fn busiest(hours: &[u64; 24]) -> String {
    let most = hours.iter().max().copied().unwrap_or(0);
    let busy: Vec<usize> = hours.iter().enumerate().filter(|(_, count)| **count * 2 >= most && most > 0).map(|(hour, _)| hour).collect();
    let spans = busy.chunk_by(|a, b| a + 1 == *b).filter_map(|span| Some((*span.first()?, *span.last()?)));
    spans.map(|(from, to)| format!("{from:02}–{:02} h", to + 1)).collect::<Vec<_>>().join(", ")
}

fn reach_because(network: &NetworkReport, language: Language) -> String {
    let description = &network.description;
    let places = description.places.len();
    let because = match language {
        Language::English => format!("{places} places, {} of {} finds by post", description.postal, description.finds),
        Language::French => format!("{places} lieux, {} trouvailles sur {} par envoi", description.postal, description.finds),
    };
    format!("{} ({because})", reach(network.reach, language))
}

pub(super) fn grade(grade: Grade, language: Language) -> &'static str {
    match grade {
        Grade::Observed => language.pick("observed", "constaté"),
        Grade::Probable => language.pick("probable", "probable"),
        Grade::Possible => language.pick("possible", "possible"),
    }
}

fn reach(reach: Reach, language: Language) -> &'static str {
    match reach {
        Reach::Unknown => language.pick("unknown", "inconnue"),
        Reach::Local => language.pick("local", "locale"),
        Reach::Regional => language.pick("regional", "régionale"),
        Reach::National => language.pick("national", "nationale"),
    }
}

pub(super) fn kind(kind: SignalKind, language: Language) -> &'static str {
    match kind {
        SignalKind::Contact(ContactKind::Phone) => language.pick("the number", "le numéro"),
        SignalKind::Contact(ContactKind::Wallet) => language.pick("the wallet", "le portefeuille"),
        SignalKind::Contact(ContactKind::Url | ContactKind::Shortlink) => language.pick("the link", "le lien"),
        SignalKind::Name(_) => language.pick("the name", "le nom"),
        SignalKind::Text(_) => language.pick("the text", "le texte"),
        SignalKind::Picture(_) => language.pick("the picture", "l’image"),
        SignalKind::Contact(other) => other.as_str(),
    }
}

fn meaning(language: Language) -> &'static str {
    language.pick(super::MEANING, "Les comptes d’un réseau partagent quelque chose. Cela ne dit pas qu’une seule personne est derrière eux.")
}

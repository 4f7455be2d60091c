//! The receipt that a person reads: what the exhibit is, what is proven, and stock commands that check it. Print HTML, French
//! and English.

use std::collections::BTreeMap;

use crate::Digest;

/// Language of a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReceiptLanguage {
    /// English.
    English,
    /// French.
    French,
}

/// What a receipt states.
#[derive(Debug, Clone)]
pub struct ReceiptFacts<'a> {
    /// The exhibit's identifier.
    pub exhibit: &'a str,
    /// When it was captured, by the capturing computer.
    pub at: &'a str,
    /// Who captured.
    pub actor: &'a str,
    /// The program's version.
    pub software: &'a str,
    /// Role → digest, as in the opening.
    pub digests: &'a BTreeMap<String, Digest>,
    /// Place in the log.
    pub index: u64,
    /// Size of the log.
    pub size: u64,
    /// Name of the log.
    pub origin: &'a str,
    /// Root of the log.
    pub root: Digest,
    /// Key of the log.
    pub key: &'a str,
    /// Time stamp files beside the package.
    pub stamps: usize,
}

struct Words {
    lang: &'static str,
    title: &'static str,
    rows: [&'static str; 7],
    proven: &'static str,
    stamped: &'static str,
    unstamped: &'static str,
    logged: &'static str,
    not_proven: &'static str,
    limits: &'static str,
    check: &'static str,
}

const ENGLISH: Words = Words {
    lang: "en",
    title: "Receipt for exhibit",
    rows: [
        "Captured (clock of the capturing computer)",
        "Captured by",
        "Package (SHA-256)",
        "Manifest (SHA-256)",
        "WARC file (SHA-256)",
        "Log entry",
        "Key of the log",
    ],
    proven: "What can be verified",
    stamped: "An independent time stamp authority (RFC 3161) confirms that the content existed at the time it states.",
    unstamped: "There is no time stamp of an independent authority: the times are those of the capturing computer.",
    logged: "The capture is in an append-only log. Whoever saved an earlier or later checkpoint of this log can prove that it was not rewritten.",
    not_proven: "What is not proven",
    limits: "That the platform served this content to anybody else, who wrote it, and that the capturing computer was honest at the moment of capture.",
    check: "Commands to check it, without this program where possible",
};

const FRENCH: Words = Words {
    lang: "fr",
    title: "Récépissé de la pièce",
    rows: [
        "Capturée (horloge de l’ordinateur qui a capturé)",
        "Capturée par",
        "Paquet (SHA-256)",
        "Manifeste (SHA-256)",
        "Fichier WARC (SHA-256)",
        "Entrée du journal",
        "Clé du journal",
    ],
    proven: "Ce qui est vérifiable",
    stamped: "Une autorité d’horodatage indépendante (RFC 3161) confirme que le contenu existait à l’heure qu’elle indique.",
    unstamped: "Il n’y a pas d’horodatage d’une autorité indépendante : les heures sont celles de l’ordinateur qui a capturé.",
    logged: "La capture figure dans un journal à ajout seul. Quiconque a conservé un point de contrôle antérieur ou postérieur de ce journal peut prouver qu’il n’a pas été réécrit.",
    not_proven: "Ce qui n’est pas prouvé",
    limits: "Que la plateforme ait servi ce contenu à quelqu’un d’autre, qui l’a écrit, et que l’ordinateur qui a capturé ait été honnête au moment de la capture.",
    check: "Commandes pour le vérifier, sans ce programme quand c’est possible",
};

const STYLE: &str = "body{font:11pt/1.45 serif;max-width:46em;margin:2em auto;padding:0 1em}th{text-align:left;font-weight:normal;padding-right:1em;vertical-align:top}\
    td,pre{font-family:monospace;font-size:9pt;overflow-wrap:anywhere;white-space:pre-wrap}@page{margin:2cm}";

/// The receipt as one HTML file without scripts or outside resources.
pub fn receipt(facts: &ReceiptFacts<'_>, language: ReceiptLanguage) -> String {
    let words = match language {
        ReceiptLanguage::English => &ENGLISH,
        ReceiptLanguage::French => &FRENCH,
    };
    let id = escape(facts.exhibit);
    let rows: String =
        words.rows.iter().zip(values(facts)).map(|(name, value)| format!("<tr><th scope=\"row\">{name}</th><td>{}</td></tr>\n", escape(&value))).collect();
    let stamped = if facts.stamps > 0 { words.stamped } else { words.unstamped };
    format!(
        "<!doctype html>\n<html lang=\"{lang}\">\n<head><meta charset=\"utf-8\"><title>{title} {id}</title><style>{STYLE}</style></head>\n<body>\n\
         <h1>{title} {id}</h1>\n<table>\n{rows}</table>\n<h2>{proven}</h2>\n<ul><li>{stamped}</li>\n<li>{logged}</li></ul>\n\
         <h2>{not_proven}</h2>\n<p>{limits}</p>\n<h2>{check}</h2>\n<pre>{commands}</pre>\n</body>\n</html>\n",
        lang = words.lang,
        title = words.title,
        proven = words.proven,
        logged = words.logged,
        not_proven = words.not_proven,
        limits = words.limits,
        check = words.check,
        commands = escape(&commands(facts)),
    )
}

fn values(facts: &ReceiptFacts<'_>) -> [String; 7] {
    let digest = |role: &str| facts.digests.get(role).map(Digest::hex).unwrap_or_default();
    let entry = format!("{} / {} — {} — {}", facts.index, facts.size, facts.origin, facts.root);
    [facts.at.to_owned(), facts.actor.to_owned(), digest("wacz"), digest("manifest"), digest("warc"), entry, facts.key.to_owned()]
}

fn commands(facts: &ReceiptFacts<'_>) -> String {
    let id = facts.exhibit;
    let mut lines = format!("sha256sum {id}.wacz\nwacz validate -f {id}.wacz\nunzip -d x {id}.wacz\nwarcio check -v x/archive/data.warc.gz\n");
    if facts.stamps > 0 {
        lines += &format!(
            "openssl ts -verify -data x/datapackage.json -in {id}.wacz.tsr -CAfile tsa-ca.pem\n\
             openssl ts -verify -data x/archive/data.warc.gz -in x/evidence/warc.1.tsr -CAfile tsa-ca.pem\n"
        );
    }
    lines + &format!("case_validate {id}.jsonld\nvigie evidence verify {id}.wacz --log-key log.vkey\n")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn receipts_say_what_people_need() {
        let digests = BTreeMap::from(["wacz", "manifest", "warc"].map(|role| (role.to_owned(), Digest::of(role.as_bytes()))));
        let facts = ReceiptFacts {
            exhibit: "20261124-demo",
            at: "2026-11-24T10:00:00.000001Z",
            actor: "<demo>",
            software: "vigie test",
            digests: &digests,
            index: 3,
            size: 9,
            origin: "log.example",
            root: Digest::of(b"root"),
            key: "log.example+00000000+AA==",
            stamps: 1,
        };
        insta::assert_snapshot!(receipt(&facts, ReceiptLanguage::English));
        insta::assert_snapshot!(receipt(&ReceiptFacts { stamps: 0, ..facts }, ReceiptLanguage::French));
    }
}

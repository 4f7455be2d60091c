//! PHAROS (internet-signalement.gouv.fr): what its form asks for, as blocks to copy. It has no interface for programs; a person fills it in
//! and notes the number that it gives. It is for public content, and not for emergencies.

use std::fmt::Write;

use serde::Serialize;
use vigie_store::Find;

use super::local_time;
use crate::{
    Language,
    document::{Block, Document, PdfError, pdf},
};

/// Longest comment that is proposed, in characters.
const COMMENT: usize = 1_500;

/// The form's fields for posts of one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PharosBlock {
    /// Category of the form.
    pub category: String,
    /// When the first post was published, French time.
    pub published_at_local: String,
    /// Where it was seen.
    pub service: String,
    /// Address of the first post.
    pub url: String,
    /// Addresses of the others.
    pub extra_urls: Vec<String>,
    /// Account, as the service names it.
    pub account: Option<String>,
    /// Facts, in plain text.
    pub comment: String,
    /// Sealed exhibits that are kept.
    pub capture_ref: Vec<String>,
}

/// The block for finds of one account; none if no find has an address.
#[must_use]
pub fn pharos(finds: &[Find], exhibits: &[String], language: Language) -> Option<PharosBlock> {
    let mut finds: Vec<_> = finds.iter().filter(|find| find.url.is_some()).collect();
    finds.sort_by_key(|find| (find.posted_at, find.id));
    let first = *finds.first()?;
    let mut urls = finds.iter().filter_map(|find| find.url.clone());
    Some(PharosBlock {
        category: language.pick("Drug or weapons trafficking", "Trafic de stupéfiants ou d’armes").to_owned(),
        published_at_local: first.posted_at.map_or_else(|| language.pick("not known", "non connue").to_owned(), |at| local_time(at, language)),
        service: first.network.clone(),
        url: urls.next()?,
        extra_urls: urls.collect(),
        account: first.author_handle.clone().map(|handle| format!("@{handle}")).or_else(|| first.author_id.clone()),
        comment: comment(&finds, language),
        capture_ref: exhibits.to_vec(),
    })
}

/// What is offered, in whose words, and how it was found. Facts first, assessment named as such.
fn comment(finds: &[&Find], language: Language) -> String {
    let mut products: Vec<_> = finds.iter().flat_map(|find| &find.verdict.products).filter(|product| product.is_drug()).copied().collect();
    products.sort_unstable();
    products.dedup();
    let products: Vec<_> = products.into_iter().map(|product| language.product(product)).collect();
    let offered = if products.is_empty() { language.pick("drugs", "stupéfiants").to_owned() } else { products.join(", ") };
    let mut text = format!(
        "{} {} {} : {offered}.\n",
        finds.len(),
        language.pick("public post(s) of one account offer for sale", "publication(s) publique(s) d’un même compte proposent à la vente"),
        language.pick("(assessment)", "(appréciation)"),
    );
    for find in finds {
        let words =
            find.text.as_deref().unwrap_or_else(|| language.pick("[text not kept]", "[texte non conservé]")).split_whitespace().collect::<Vec<_>>().join(" ");
        let when = find.posted_at.map_or_else(String::new, |at| format!("{} : ", local_time(at, language)));
        let line = format!("- {when}« {words} »\n");
        if text.chars().count() + line.chars().count() > COMMENT {
            let _ = write!(text, "{}", language.pick("(more posts: see the other addresses)", "(autres publications : voir les autres adresses)"));
            break;
        }
        text += &line;
    }
    text.trim_end().to_owned()
}

fn rows(block: &PharosBlock, language: Language) -> Vec<(String, String)> {
    let mut rows = vec![
        (language.pick("1. What", "1. Signaler").to_owned(), language.pick("Report content", "Signaler un contenu").to_owned()),
        (language.pick("2. Category", "2. Catégorie").to_owned(), block.category.clone()),
        (language.pick("3. Published", "3. Date et heure").to_owned(), block.published_at_local.clone()),
        (language.pick("3. Where", "3. Où").to_owned(), block.service.clone()),
        (language.pick("3. Address (URL)", "3. Adresse (URL)").to_owned(), block.url.clone()),
    ];
    rows.extend(block.extra_urls.iter().map(|url| (language.pick("   Further address", "   Autre adresse").to_owned(), url.clone())));
    rows.extend(block.account.iter().map(|account| (language.pick("3. Account", "3. Compte").to_owned(), account.clone())));
    rows.extend(block.capture_ref.iter().map(|exhibit| (language.pick("   Sealed capture", "   Capture scellée").to_owned(), exhibit.clone())));
    rows
}

fn not_for_emergencies(language: Language) -> &'static str {
    language.pick(
        "PHAROS is not an emergency service. Danger to life: call 17 or 112 (text message: 114). Public content only.",
        "PHAROS ne traite pas les urgences. Danger pour la vie : appelez le 17 ou le 112 (par SMS : 114). Contenu public uniquement.",
    )
}

/// The block as text to copy field by field.
#[must_use]
pub fn pharos_text(block: &PharosBlock, language: Language) -> String {
    let mut out = format!("PHAROS · www.internet-signalement.gouv.fr\n{}\n\n", not_for_emergencies(language));
    for (name, value) in rows(block, language) {
        let _ = writeln!(out, "{name:<20} {value}");
    }
    let _ = writeln!(out, "\n{}\n{}", language.pick("3. Comment", "3. Commentaire"), block.comment);
    let _ = writeln!(out, "\n{}", after(language));
    out
}

fn after(language: Language) -> &'static str {
    language.pick(
        "4. Your contact details are yours to give. 5. Validate, and note the number of the report in the file.",
        "4. Vos coordonnées : à votre choix. 5. Valider, puis reporter au dossier le numéro du signalement.",
    )
}

/// The block on paper, with room for the number of the report.
///
/// # Errors
/// [`PdfError`].
pub fn pharos_pdf(block: &PharosBlock, reference: &str, by: &str, at: &str, language: Language) -> Result<Vec<u8>, PdfError> {
    let title = language.pick("Report to PHAROS", "Signalement PHAROS");
    pdf(&Document {
        title: format!("{title} {reference}"),
        language: language.pick("en", "fr").to_owned(),
        author: by.to_owned(),
        created_at: at.to_owned(),
        footer: format!("{reference} · {title}"),
        page_number: language.pick("page {n} of {m}", "page {n} sur {m}").to_owned(),
        blocks: vec![
            Block::Title(title.to_owned(), "www.internet-signalement.gouv.fr".to_owned()),
            Block::Warning(not_for_emergencies(language).to_owned()),
            Block::Table(rows(block, language)),
            Block::Heading(language.pick("3. Comment", "3. Commentaire").to_owned()),
            Block::Quote(block.comment.clone()),
            Block::Note(after(language).to_owned()),
            Block::Signature(language.pick("Number given by PHAROS, day, name", "Numéro attribué par PHAROS, date, nom").to_owned()),
        ],
    })
}

/// What to do at once where somebody's life is in danger or a minor is involved: short enough for a telephone's screen.
#[must_use]
pub fn emergency_card(minor: bool, language: Language) -> String {
    let (english, french) = if minor {
        (
            "A MINOR IS INVOLVED\n119    child protection, day and night, free\n3018   minors and digital violence, 9 to 23 h\n17     police, if the child is in danger now\n\
             Do not write to the child. Do not share pictures. Note: who called, when, with whom.",
            "UN MINEUR EST IMPLIQUÉ\n119    Enfance en danger, 24 h/24, gratuit\n3018   violences numériques, de 9 h à 23 h\n17     police, si l’enfant est en danger immédiat\n\
             N’écrivez pas à l’enfant. Ne diffusez aucune image. Notez : qui a appelé, quand, avec qui.",
        )
    } else {
        (
            "DANGER TO LIFE\n17     police\n112    any emergency, whole EU\n114    by text message, if you cannot speak\n15     medical emergency, overdose\n\
             Call now. PHAROS and notices are NOT for emergencies. Note: who called, when, with whom.",
            "DANGER POUR LA VIE\n17     police\n112    toute urgence, dans toute l’UE\n114    par SMS, si vous ne pouvez pas parler\n15     urgence médicale, surdose\n\
             Appelez maintenant. PHAROS et les notifications NE traitent PAS les urgences. Notez : qui a appelé, quand, avec qui.",
        )
    };
    language.pick(english, french).lines().map(|line| format!("{}\n", line.trim_start())).collect()
}

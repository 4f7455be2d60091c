//! The dossier: everything about some finds on paper, with what is needed to verify it, for the folder that goes to an authority.

use vigie_store::Find;

use super::local_time;
use crate::{
    Language,
    document::{Block, Document, PdfError, pdf},
    share::field,
};

/// A sealed exhibit of a dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exhibit {
    /// Identifier.
    pub id: String,
    /// SHA-256 of its package.
    pub sha256: String,
    /// Path of its package in the folder.
    pub path: String,
}

/// What a dossier is about.
#[derive(Debug, Clone)]
pub struct Dossier {
    /// Reference.
    pub id: String,
    /// Case of the recipient.
    pub case: Option<String>,
    /// To whom it goes.
    pub recipient: String,
    /// For what.
    pub purpose: String,
    /// Under which law.
    pub legal_basis: String,
    /// Until when the recipient keeps it, YYYY-MM-DD.
    pub expires: Option<String>,
    /// Organisation that writes it.
    pub organisation: String,
    /// Who writes it.
    pub by: String,
    /// When.
    pub at: vigie_model::Timestamp,
    /// Finds, in the order of the dossier.
    pub finds: Vec<Find>,
    /// Exhibits.
    pub exhibits: Vec<Exhibit>,
    /// Why posts are taken to belong together, one reason a line; from whoever linked them.
    pub links: Vec<String>,
}

/// The dossier as PDF/A-2b.
///
/// # Errors
/// [`PdfError`].
pub fn dossier_pdf(dossier: &Dossier, language: Language) -> Result<Vec<u8>, PdfError> {
    let title = language.pick("Dossier: public adverts for drugs", "Dossier : annonces publiques de vente de stupéfiants");
    let mut blocks = vec![Block::Title(title.to_owned(), dossier.organisation.clone()), head(dossier, language)];
    blocks.push(Block::Heading(language.pick("What this is", "Objet").to_owned()));
    blocks.push(Block::Text(about(dossier, language)));
    blocks.push(Block::Heading(language.pick("Posts: facts", "Publications : les faits").to_owned()));
    for (number, find) in (1..).zip(&dossier.finds) {
        blocks.extend(post(number, find, language));
    }
    if !dossier.links.is_empty() {
        blocks.push(Block::Heading(language.pick("What the posts share", "Ce que les publications ont en commun").to_owned()));
        blocks.push(Block::Text(dossier.links.iter().map(|link| format!("- {link}")).collect::<Vec<_>>().join("\n")));
        blocks.push(Block::Note(
            language
                .pick(
                    "“Share” is a fact about posts. It does not say that accounts belong to one person.",
                    "« En commun » est un fait relatif aux publications. Cela ne dit pas que les comptes appartiennent à une même personne.",
                )
                .to_owned(),
        ));
    }
    blocks.extend(evidence(dossier, language));
    blocks.push(Block::Heading(language.pick("Methods and limits", "Méthode et limites").to_owned()));
    blocks.push(Block::Text(methods(dossier, language)));
    blocks.push(Block::Signature(format!("{}, {}", dossier.by, dossier.organisation)));
    pdf(&Document {
        title: format!("{title} {}", dossier.id),
        language: language.pick("en", "fr").to_owned(),
        author: dossier.organisation.clone(),
        created_at: dossier.at.to_string(),
        footer: format!("{} · TLP:AMBER", dossier.id),
        page_number: language.pick("page {n} of {m}", "page {n} sur {m}").to_owned(),
        blocks,
    })
}

fn head(dossier: &Dossier, language: Language) -> Block {
    let mut rows = vec![
        (language.pick("Reference", "Référence"), dossier.id.clone()),
        (language.pick("Written", "Établi le"), local_time(dossier.at, language)),
        (language.pick("By", "Par"), format!("{}, {}", dossier.by, dossier.organisation)),
        (language.pick("For", "Destinataire"), dossier.recipient.clone()),
        (language.pick("Purpose", "Finalité"), dossier.purpose.clone()),
        (language.pick("Legal basis", "Base légale"), dossier.legal_basis.clone()),
    ];
    rows.extend(dossier.case.clone().map(|case| (language.pick("Case", "Procédure"), case)));
    rows.extend(dossier.expires.clone().map(|day| (language.pick("Erase by", "À effacer le"), day)));
    Block::Table(rows.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn about(dossier: &Dossier, language: Language) -> String {
    let (posts, exhibits) = (dossier.finds.len(), dossier.exhibits.len());
    match language {
        Language::English => format!(
            "This dossier holds {posts} public post(s) and {exhibits} sealed exhibit(s). Facts and assessments stand apart: what was published, where and when is a fact; that a post is an advert \
             for drugs is an assessment by a program, confirmed by the person who signs. Posts are judged, never persons."
        ),
        Language::French => format!(
            "Ce dossier réunit {posts} publication(s) publique(s) et {exhibits} pièce(s) scellée(s). Les faits et les appréciations sont séparés : ce qui a été publié, où et quand, est un fait ; qu’une \
             publication soit une annonce de vente de stupéfiants est l’appréciation d’un programme, confirmée par la personne qui signe. Le jugement porte sur des publications, jamais sur des personnes."
        ),
    }
}

fn post(number: usize, find: &Find, language: Language) -> Vec<Block> {
    let mut rows = vec![
        (language.pick("Network", "Réseau"), find.network.clone()),
        (language.pick("Identifier", "Identifiant"), find.native_id.clone()),
        (language.pick("Address", "Adresse"), find.url.clone().unwrap_or_else(|| "–".into())),
    ];
    rows.extend(find.author_handle.clone().map(|handle| (language.pick("Account", "Compte"), format!("@{handle}"))));
    rows.extend(find.author_id.clone().map(|id| (language.pick("Account's identifier", "Identifiant du compte"), id)));
    rows.extend(find.posted_at.map(|at| (language.pick("Published", "Publiée le"), local_time(at, language))));
    rows.push((language.pick("Found", "Constatée le"), local_time(find.found_at, language)));
    rows.extend(find.deleted_seen_at.map(|at| (language.pick("Reported gone", "Signalée retirée le"), local_time(at, language))));
    rows.extend(
        find.verdict.contacts.iter().map(|contact| (language.pick("Contact given", "Contact indiqué"), format!("{} {}", contact.kind.as_str(), contact.value))),
    );
    let mut blocks = vec![
        Block::Subheading(format!("{} {number}", language.pick("Post", "Publication"))),
        Block::Table(rows.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
    ];
    match &find.text {
        Some(text) => blocks.push(Block::Quote(text.clone())),
        None => blocks.push(Block::Note(language.pick("The text is not kept.", "Le texte n’est pas conservé.").to_owned())),
    }
    blocks.push(Block::Text(format!("{}\n{}", language.pick("Assessment:", "Appréciation :"), assessment(find, language))));
    blocks
}

/// What the detector says, and which words it says it of.
fn assessment(find: &Find, language: Language) -> String {
    // French sets a space before a colon and inside quotation marks.
    let (colon, open, close) = (language.pick(":", "\u{a0}:"), language.pick("“", "«\u{a0}"), language.pick("”", "\u{a0}»"));
    let products: Vec<_> = find.verdict.products.iter().map(|product| language.product(*product)).collect();
    let mut lines =
        vec![format!("- {} ({} {:.2}){colon} {}", language.label(find.verdict.label), language.pick("score", "note"), find.verdict.score, products.join(", "))];
    let text = find.text.as_deref().unwrap_or_default();
    for component in &find.verdict.components {
        if let Some(words) = text.get(component.start as usize..component.end as usize).filter(|words| !words.trim().is_empty()) {
            let line = format!(
                "- {} ({}){colon} {open}{}{close}",
                language.component(component.kind),
                component.kind.as_str(),
                words.split_whitespace().collect::<Vec<_>>().join(" ")
            );
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    lines.join("\n")
}

fn evidence(dossier: &Dossier, language: Language) -> Vec<Block> {
    let mut blocks = vec![Block::Heading(language.pick("Sealed exhibits and how to verify them", "Pièces scellées et vérification").to_owned())];
    if dossier.exhibits.is_empty() {
        blocks.push(Block::Text(language.pick("None was sealed for these posts.", "Aucune n’a été scellée pour ces publications.").to_owned()));
        return blocks;
    }
    for exhibit in &dossier.exhibits {
        blocks.push(Block::Exact(format!("{}\nSHA-256 {}\nvigie evidence verify {} --require-time", exhibit.id, exhibit.sha256, exhibit.path)));
    }
    let (english, french) = (
        "Each package (WACZ) holds the post as received, with hashes, a signature, an entry in an append-only log and time stamps (RFC 3161). Besides Vigie, these public tools check it: \
         `sha256sum --check SHA256SUMS` (nothing was changed since), `wacz validate -f FILE.wacz`, `openssl ts -verify` (time). The file FILE.jsonld describes the capture in CASE/UCO.",
        "Chaque paquet (WACZ) contient la publication telle que reçue, avec empreintes, signature, inscription dans un journal qui ne fait que croître et horodatages (RFC 3161). Outre Vigie, ces outils \
         publics le contrôlent : `sha256sum --check SHA256SUMS` (rien n’a changé depuis), `wacz validate -f FICHIER.wacz`, `openssl ts -verify` (date). Le fichier FICHIER.jsonld décrit la capture en CASE/UCO.",
    );
    blocks.push(Block::Note(language.pick(english, french).to_owned()));
    blocks
}

fn methods(dossier: &Dossier, language: Language) -> String {
    let versions = dossier.finds.first().map(|find| &find.verdict.versions);
    let made_with = versions
        .map_or_else(String::new, |v| format!("Vigie {}, lexicon {}, model {}, rules {}", v.vigie, v.lexicon, v.model, v.rules.as_deref().unwrap_or("–")));
    match language {
        Language::English => format!(
            "The posts were public and were read without log-in. A detector on a lexicon and a trained model marked words and gave a score between 0 and 1; the same post with the same versions gives the same \
             result ({made_with}). Its detection is not yet measured on independent adverts in French; the score is no probability of guilt and says nothing of a person. Times of posts are those that the \
             network declares."
        ),
        Language::French => format!(
            "Les publications étaient publiques et ont été lues sans connexion à un compte. Un détecteur, fondé sur un lexique et un modèle entraîné, a marqué des mots et donné une note entre 0 et 1 ; la même \
             publication avec les mêmes versions donne le même résultat ({made_with}). Sa détection n’a pas encore été mesurée sur des annonces indépendantes en français ; la note n’est pas une probabilité de \
             culpabilité et ne dit rien d’une personne. Les dates de publication sont celles que déclare le réseau."
        ),
    }
}

/// The posts as a table for a spreadsheet.
#[must_use]
pub fn dossier_csv(finds: &[Find]) -> String {
    let mut out = "find,network,native_id,url,author_id,author_handle,posted_at,found_at,deleted_seen_at,lang,label,score,products,contacts,text\n".to_owned();
    for find in finds {
        let time = |time: Option<vigie_model::Timestamp>| time.map_or_else(String::new, |time| time.to_string());
        let contacts: Vec<_> = find.verdict.contacts.iter().map(|contact| format!("{}:{}", contact.kind.as_str(), contact.value)).collect();
        let products: Vec<_> = find.verdict.products.iter().map(|product| product.as_str()).collect();
        let optional = |text: &Option<String>| text.clone().unwrap_or_default();
        let cells = [
            find.id.to_string(),
            find.network.clone(),
            find.native_id.clone(),
            optional(&find.url),
            optional(&find.author_id),
            optional(&find.author_handle),
            time(find.posted_at),
            find.found_at.to_string(),
            time(find.deleted_seen_at),
            find.lang.to_string(),
            find.verdict.label.to_string(),
            format!("{:.4}", find.verdict.score),
            products.join(" "),
            contacts.join(" "),
            optional(&find.text),
        ];
        out += &cells.iter().map(|cell| field(cell)).collect::<Vec<_>>().join(",");
        out.push('\n');
    }
    out
}

//! The letter by which a public agent informs the prosecutor of an offence: code of criminal procedure, Article 40, second paragraph.
//! The letter itself is French, because the court's language is.

use vigie_store::Find;

use super::local_time;
use crate::{
    Language,
    document::{Block, Document, PdfError, pdf},
};

/// Who writes to which court about what.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Reference.
    pub id: String,
    /// Authority that the agent belongs to.
    pub authority: String,
    /// The agent: name and function.
    pub agent: String,
    /// Town where it is written.
    pub place: String,
    /// Court ("tribunal judiciaire de Toulouse").
    pub court: String,
    /// When it is written.
    pub at: vigie_model::Timestamp,
    /// Sealed exhibits that are kept, with the hash of each package.
    pub exhibits: Vec<(String, String)>,
}

const OBJECT: &str = "Objet : signalement au titre de l’article 40, alinéa 2, du code de procédure pénale";

fn facts(finds: &[Find]) -> Vec<String> {
    let fact = |find: &Find| {
        let when = find.posted_at.map_or_else(|| "à une date non connue".to_owned(), |at| format!("le {}", local_time(at, Language::French)));
        let account = find.author_handle.as_ref().map_or_else(String::new, |handle| format!(" par le compte « @{handle} »"));
        let url = find.url.clone().unwrap_or_else(|| format!("identifiant {}", find.native_id));
        let words = find
            .text
            .as_deref()
            .map_or_else(|| "texte non conservé".to_owned(), |text| format!("« {} »", text.split_whitespace().collect::<Vec<_>>().join(" ")));
        format!("Publication du réseau {}, mise en ligne {when}{account}, {url} : {words}", find.network)
    };
    finds.iter().map(fact).collect()
}

fn products(finds: &[Find]) -> String {
    let mut products: Vec<_> = finds.iter().flat_map(|find| &find.verdict.products).filter(|product| product.is_drug()).copied().collect();
    products.sort_unstable();
    products.dedup();
    let products: Vec<_> = products.into_iter().map(|product| Language::French.product(product)).collect();
    if products.is_empty() { "produits stupéfiants".to_owned() } else { products.join(", ") }
}

fn body(letter: &Letter, finds: &[Find]) -> Vec<Block> {
    let count = if finds.len() == 1 { "d’une publication publique".to_owned() } else { format!("de {} publications publiques", finds.len()) };
    let mut blocks = vec![
        Block::Text("Madame, Monsieur le procureur de la République,".to_owned()),
        Block::Text(
            "En application de l’article 40, alinéa 2, du code de procédure pénale, j’ai l’honneur de porter à votre connaissance des faits dont j’ai acquis la connaissance dans \
             l’exercice de mes fonctions et qui me paraissent susceptibles de constituer l’infraction d’offre ou de cession illicites de stupéfiants (code pénal, articles 222-37 et 222-39)."
                .to_owned(),
        ),
        Block::Heading("Les faits constatés".to_owned()),
        Block::Text(format!("Il s’agit {count} :")),
        Block::Text(facts(finds).iter().map(|fact| format!("- {fact}")).collect::<Vec<_>>().join("\n")),
        Block::Heading("L’appréciation".to_owned()),
        Block::Text(format!(
            "Ces publications me paraissent proposer à la vente : {}. Elles ont été repérées par un moyen automatisé, puis lues et appréciées par une personne. Cette appréciation porte sur \
             les publications et non sur l’identité de leurs auteurs, qui ne m’est pas connue.",
            products(finds)
        )),
    ];
    if !letter.exhibits.is_empty() {
        blocks.push(Block::Heading("Les éléments conservés".to_owned()));
        blocks.push(Block::Text("Les captures suivantes ont été scellées ; elles sont tenues à votre disposition :".to_owned()));
        blocks.push(Block::Exact(letter.exhibits.iter().map(|(name, hash)| format!("{name}\nSHA-256 {hash}")).collect::<Vec<_>>().join("\n")));
    }
    blocks.push(Block::Text("Je reste à la disposition de votre parquet et des services d’enquête pour toute précision.".to_owned()));
    blocks.push(Block::Text("Je vous prie d’agréer, Madame, Monsieur le procureur de la République, l’expression de ma haute considération.".to_owned()));
    blocks
}

/// The letter as text.
#[must_use]
pub fn letter_text(letter: &Letter, finds: &[Find]) -> String {
    let mut out =
        format!("{}\n{}\n\nÀ {}\n{}\n\n{OBJECT}\nRéférence : {}\n\n", letter.authority, letter.agent, addressee(letter), place_and_day(letter), letter.id);
    for block in body(letter, finds) {
        if let Block::Text(text) | Block::Heading(text) | Block::Exact(text) = block {
            out += &format!("{text}\n\n");
        }
    }
    out + &letter.agent + "\n"
}

fn addressee(letter: &Letter) -> String {
    format!("Madame, Monsieur le procureur de la République près le {}", letter.court)
}

fn place_and_day(letter: &Letter) -> String {
    let day = jiff::Timestamp::from_second(letter.at.seconds()).map_or_else(|_| String::new(), |time| time.strftime("%d/%m/%Y").to_string());
    format!("{}, le {day}", letter.place)
}

/// The letter on paper, to be signed by hand.
///
/// # Errors
/// [`PdfError`].
pub fn letter_pdf(letter: &Letter, finds: &[Find]) -> Result<Vec<u8>, PdfError> {
    let mut blocks = vec![
        Block::Title("Signalement au procureur de la République".to_owned(), OBJECT.to_owned()),
        Block::Table(vec![
            ("De".to_owned(), format!("{}, {}", letter.authority, letter.agent)),
            ("À".to_owned(), addressee(letter)),
            ("Fait à".to_owned(), place_and_day(letter)),
            ("Référence".to_owned(), letter.id.clone()),
        ]),
    ];
    blocks.extend(body(letter, finds));
    blocks.push(Block::Signature(letter.agent.clone()));
    pdf(&Document {
        title: format!("Signalement article 40 {}", letter.id),
        language: "fr".to_owned(),
        author: letter.authority.clone(),
        created_at: letter.at.to_string(),
        footer: format!("{} · article 40 du code de procédure pénale", letter.id),
        page_number: "page {n} sur {m}".to_owned(),
        blocks,
    })
}

//! `vigie pharos | letter | dossier | emergency`: what goes to police and justice.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};
use clap::Args;
use vigie_report::{
    Language,
    manifest::{Manifest, sha256},
    permission::{Export, require},
    police::{self, Dossier, Exhibit, Letter},
};
use vigie_store::{Act, Casework as _, DocumentDraft, Find, FindRef, Finds as _};

use super::{
    LanguageArg, language,
    notice::{Desk, act, exhibit, new_id},
    print,
};

/// Prepare a report to PHAROS: the fields of its form, to copy, and on paper
///
/// PHAROS has no interface for programs: a person fills in the form and notes the number that it gives.
#[derive(Debug, Args)]
pub(crate) struct Pharos {
    /// Numbers of finds of one account, or network:id
    #[arg(value_name = "FIND", required = true)]
    finds: Vec<String>,
    /// Sealed exhibit that is kept of them
    #[arg(long, value_name = "EXHIBIT")]
    evidence: Vec<String>,
    /// PDF file to write
    #[arg(long, value_name = "FILE")]
    pdf: Option<PathBuf>,
    /// Language [default: that of the environment]
    #[arg(long, value_enum)]
    lang: Option<LanguageArg>,
    /// Who prepares it
    #[arg(long, value_name = "NAME")]
    by: String,
}

impl Pharos {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let mut desk = Desk::open(config)?;
        require(desk.settings.profile, Export::Pharos)?;
        let (finds, language) = (finds(&desk, &self.finds)?, language(self.lang));
        let exhibits = self.evidence.iter().map(|name| Ok(exhibit(&desk, name)?.exhibit)).collect::<anyhow::Result<Vec<_>>>()?;
        let Some(block) = police::pharos(&finds, &exhibits, language) else { bail!("none of the finds has an address, which PHAROS asks for") };
        let (act, id) = (act(&self.by, None)?, new_id("VP")?);
        keep(&mut desk, &id, "pharos", "PHAROS", &finds, &serde_json::to_string(&block)?, &act)?;
        if let Some(path) = &self.pdf {
            let bytes = police::pharos_pdf(&block, &id, &act.by, &act.at.to_string(), language)?;
            fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
        }
        print(&format!("{id}\n\n{}", police::pharos_text(&block, language)))
    }
}

/// Write the letter of a public agent to the prosecutor (French code of criminal procedure, Article 40)
#[derive(Debug, Args)]
pub(crate) struct LetterCommand {
    /// Numbers of finds, or network:id
    #[arg(value_name = "FIND", required = true)]
    finds: Vec<String>,
    /// Court ("tribunal judiciaire de Toulouse")
    #[arg(long, value_name = "TEXT")]
    court: String,
    /// Town where it is written
    #[arg(long, value_name = "TEXT")]
    place: String,
    /// The agent: first and last name, function
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Sealed exhibit that is kept of the posts
    #[arg(long, value_name = "EXHIBIT")]
    evidence: Vec<String>,
    /// PDF file to write [default: text to standard output]
    #[arg(long, value_name = "FILE")]
    pdf: Option<PathBuf>,
}

impl LetterCommand {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let mut desk = Desk::open(config)?;
        require(desk.settings.profile, Export::Letter)?;
        let finds = finds(&desk, &self.finds)?;
        let exhibits =
            self.evidence.iter().map(|name| exhibit(&desk, name).map(|exhibit| (exhibit.exhibit, exhibit.sha256))).collect::<anyhow::Result<Vec<_>>>()?;
        let act = act(&self.by, None)?;
        let letter = Letter {
            id: new_id("VL")?,
            authority: desk.settings.reporting.organisation.clone(),
            agent: act.by.clone(),
            place: self.place,
            court: self.court,
            at: act.at,
            exhibits,
        };
        let text = police::letter_text(&letter, &finds);
        keep(&mut desk, &letter.id, "letter", &letter.court, &finds, &serde_json::to_string(&text)?, &act)?;
        match &self.pdf {
            Some(path) => {
                fs::write(path, police::letter_pdf(&letter, &finds)?).with_context(|| format!("cannot write {}", path.display()))?;
                print(&format!("{}\n", letter.id))
            }
            None => print(&text),
        }
    }
}

/// Make a dossier: PDF/A, evidence with what verifies it, tables, checksums and manifest, in one folder
#[derive(Debug, Args)]
pub(crate) struct DossierCommand {
    /// Numbers of finds, or network:id
    #[arg(value_name = "FIND", required = true)]
    finds: Vec<String>,
    /// Sealed exhibit to hand over
    #[arg(long, value_name = "EXHIBIT")]
    evidence: Vec<String>,
    /// Why posts are taken to belong together, one reason each
    #[arg(long, value_name = "TEXT")]
    link: Vec<String>,
    /// New folder
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Case of the recipient
    #[arg(long, value_name = "TEXT")]
    case: Option<String>,
    #[command(flatten)]
    terms: Terms,
    /// Language [default: that of the environment]
    #[arg(long, value_enum)]
    lang: Option<LanguageArg>,
}

/// To whom something is handed out, for what, and under which law.
#[derive(Debug, Args)]
pub(crate) struct Terms {
    /// To whom it goes
    #[arg(long, value_name = "TEXT")]
    recipient: String,
    /// For what it may be used
    #[arg(long, value_name = "TEXT")]
    purpose: String,
    /// Under which law it is handed out
    #[arg(long, value_name = "TEXT")]
    legal_basis: String,
    /// Day on which the recipient erases it (YYYY-MM-DD)
    #[arg(long, value_name = "DAY")]
    expires: Option<jiff::civil::Date>,
    /// Who hands it out
    #[arg(long, value_name = "NAME")]
    by: String,
}

impl Terms {
    pub(crate) fn act(&self) -> anyhow::Result<Act> {
        act(&self.by, None)
    }

    pub(crate) fn manifest(&self, desk: &Desk, kind: &str, act: &Act) -> Manifest {
        let mut manifest = Manifest::new(desk.settings.profile, kind, &act.by, act.at);
        manifest.recipient.clone_from(&self.recipient);
        manifest.purpose.clone_from(&self.purpose);
        manifest.legal_basis.clone_from(&self.legal_basis);
        manifest.expires = self.expires.map(|day| day.to_string());
        manifest
    }
}

impl DossierCommand {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let mut desk = Desk::open(config)?;
        require(desk.settings.profile, Export::Dossier)?;
        let (finds, language, act) = (finds(&desk, &self.finds)?, language(self.lang), self.terms.act()?);
        fs::create_dir(&self.out).with_context(|| format!("cannot make the folder {}", self.out.display()))?;
        let exhibits = self.exhibits(&desk, &act)?;
        let dossier = Dossier {
            id: new_id("VD")?,
            case: self.case.clone(),
            recipient: self.terms.recipient.clone(),
            purpose: self.terms.purpose.clone(),
            legal_basis: self.terms.legal_basis.clone(),
            expires: self.terms.expires.map(|day| day.to_string()),
            organisation: desk.settings.reporting.organisation.clone(),
            by: act.by.clone(),
            at: act.at,
            finds,
            exhibits,
            links: self.link.clone(),
        };
        let body = serde_json::to_string(&dossier.finds.iter().map(|find| find.id).collect::<Vec<_>>())?;
        keep(&mut desk, &dossier.id, "dossier", &dossier.recipient, &dossier.finds, &body, &act)?;
        fs::write(self.out.join("dossier.pdf"), police::dossier_pdf(&dossier, language)?)?;
        fs::write(self.out.join("posts.csv"), police::dossier_csv(&dossier.finds))?;
        fs::write(self.out.join("posts.json"), serde_json::to_string_pretty(&dossier.finds)? + "\n")?;
        let manifest = self.terms.manifest(&desk, "dossier", &act);
        seal(&mut desk, &self.out, manifest, &dossier.id, &act)?;
        print(&format!("{}\n{}\n", dossier.id, self.out.display()))
    }

    /// Copies the exhibits into the folder; the log of the evidence says so.
    fn exhibits(&self, desk: &Desk, act: &Act) -> anyhow::Result<Vec<Exhibit>> {
        if self.evidence.is_empty() {
            return Ok(Vec::new());
        }
        let vault = vigie_evidence::vault::Vault::open(&desk.settings.data.join("evidence"))?;
        fs::create_dir(self.out.join("evidence"))?;
        let copy = |name: &String| {
            let known = exhibit(desk, name)?;
            let path = format!("evidence/{name}");
            vault.export(name, &self.out.join(&path), &act.by, &format!("dossier for {}", self.terms.recipient), &act.at.to_string())?;
            Ok(Exhibit { id: known.exhibit, sha256: known.sha256, path: format!("{path}/{name}.wacz") })
        };
        self.evidence.iter().map(copy).collect()
    }
}

/// Writes manifest and checksums over everything in a folder, and the audit entry.
pub(crate) fn seal(desk: &mut Desk, folder: &Path, mut manifest: Manifest, id: &str, act: &Act) -> anyhow::Result<()> {
    for path in files_below(folder)? {
        let name = path.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
        manifest.add(&name, &fs::read(&path)?);
    }
    let json = manifest.to_json();
    fs::write(folder.join("manifest.json"), &json)?;
    let sums = format!("{}{}  manifest.json\n", manifest.checksums(), sha256(json.as_bytes()));
    fs::write(folder.join("SHA256SUMS"), sums)?;
    let detail = format!("{} {id} by {}, {} files, manifest {}", manifest.kind, act.by, manifest.files.len(), sha256(json.as_bytes()));
    Ok(desk.store.audit("export", None, &detail, act.at)?)
}

/// Files of a folder and those below, sorted.
fn files_below(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}

/// Finds by their names.
pub(crate) fn finds(desk: &Desk, names: &[String]) -> anyhow::Result<Vec<Find>> {
    let find = |name: &String| {
        desk.store.reader().find(&name.parse::<FindRef>()?)?.with_context(|| format!("no find {name}: `vigie finds` lists those that are kept"))
    };
    names.iter().map(find).collect()
}

/// Keeps what was prepared, signed by whoever prepared it. A find goes to one authority as often as need be.
fn keep(desk: &mut Desk, id: &str, kind: &str, receiver: &str, finds: &[Find], body: &str, act: &Act) -> anyhow::Result<()> {
    let account = finds.first().and_then(|find| find.author_handle.clone().or_else(|| find.author_id.clone()));
    let draft = DocumentDraft {
        id: id.to_owned(),
        kind: kind.to_owned(),
        receiver: receiver.to_owned(),
        account,
        body: body.to_owned(),
        finds: if kind == "pharos" { finds.iter().map(|find| find.id).collect() } else { Vec::new() },
        grounds: "STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS".into(),
        act: act.clone(),
    };
    desk.store.create(&draft)?;
    desk.store.sign(id, body, act)?;
    Ok(desk.store.audit("export", None, &format!("{kind} {id} by {} for {receiver}, {} posts", act.by, finds.len()), act.at)?)
}

/// Show at once whom to call: danger to life, or a minor
#[derive(Debug, Args)]
pub(crate) struct Emergency {
    /// A minor is involved
    #[arg(long)]
    minor: bool,
    /// Language [default: that of the environment]
    #[arg(long, value_enum)]
    lang: Option<LanguageArg>,
}

impl Emergency {
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        let language: Language = language(self.lang);
        print(&police::emergency_card(self.minor, language))
    }
}

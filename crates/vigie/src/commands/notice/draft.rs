//! `vigie notice draft`.

use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use vigie_model::Band;
use vigie_report::notice::{self, EvidenceRef, Notice, NoticeLanguage, NoticePlan, Notifier, Urgency};
use vigie_store::{Casework as _, DocumentDraft, Error, Find, FindFilter, FindRef, Finds as _};

use super::{Desk, act, now};
use crate::commands::print;

/// Draft notices from finds: one for all posts of an account
///
/// Finds that are in a notice already are passed over. A draft is read, edited if need be, and signed by a person.
#[derive(Debug, Args)]
pub(crate) struct Draft {
    /// Numbers of finds, or network:id [default: every stored advert of the filters]
    #[arg(value_name = "FIND")]
    finds: Vec<String>,
    /// Only adverts of this watch
    #[arg(long, value_name = "NAME", conflicts_with = "finds")]
    watch: Option<String>,
    /// Only adverts on this network
    #[arg(long, value_name = "NAME", conflicts_with = "finds")]
    network: Option<String>,
    /// Language of the notice: fr, en, de, es, it, nl [default: that of [reporting], else fr]
    #[arg(long, value_name = "CODE")]
    lang: Option<String>,
    /// Country whose law is pleaded [default: that of [reporting], else FR]
    #[arg(long, value_name = "CODE")]
    country: Option<String>,
    /// How urgent
    #[arg(long, value_enum, default_value_t = UrgencyArg::Normal)]
    urgency: UrgencyArg,
    /// Who drafts
    #[arg(long, value_name = "NAME")]
    by: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum UrgencyArg {
    /// The ordinary case
    Normal,
    /// A minor is exposed or involved
    Minor,
    /// Danger to life: call the emergency services first (17 or 112)
    Life,
}

/// Shown for danger to life: PHAROS and notices are not for emergencies.
pub(super) const EMERGENCY: &str = "danger to life: call 17 or 112 NOW; neither a notice nor PHAROS is an emergency service. Note the call in the file";

/// Most finds that one run drafts from.
const MOST: usize = 10_000;

impl Draft {
    pub(crate) fn run(self, desk: &mut Desk) -> anyhow::Result<ExitCode> {
        if self.urgency == UrgencyArg::Life {
            super::super::complain(&anyhow::anyhow!(EMERGENCY));
        }
        let plan = self.plan(desk)?;
        let finds = self.finds(desk)?;
        let mut out = String::new();
        for group in notice::group(&finds) {
            let draft = notice::draft(&group, new_id("VN")?, &plan, &|_| Vec::new());
            out += &self.keep(desk, &draft)?;
        }
        if out.is_empty() {
            out = "nothing to notify: no advert is stored that is not in a notice already\n".into();
        }
        print(&out)
    }

    fn plan(&self, desk: &Desk) -> anyhow::Result<NoticePlan> {
        let reporting = &desk.settings.reporting;
        let code = self.lang.clone().or_else(|| reporting.language.clone()).unwrap_or_else(|| "fr".into());
        let language = NoticeLanguage::of(&code).with_context(|| format!("notices are written in fr, en, de, es, it and nl, not {code:?}"))?;
        let country = self.country.clone().or_else(|| reporting.country.clone()).unwrap_or_else(|| "FR".into()).to_ascii_uppercase();
        if !notice::countries().contains(&country.as_str()) {
            bail!("no legal grounds are known for {country}: there are those of {}", notice::countries().join(", "));
        }
        if reporting.email.is_empty() || reporting.organisation.is_empty() {
            bail!("set `organisation` and `email` under [reporting] in the configuration: a notice names who notifies and where to answer");
        }
        let notifier = Notifier {
            organisation: reporting.organisation.clone(),
            name: None,
            email: reporting.email.clone(),
            trusted_flagger: reporting.trusted_flagger.clone(),
        };
        let urgency = match self.urgency {
            UrgencyArg::Normal => Urgency::Normal,
            UrgencyArg::Minor => Urgency::MinorInvolved,
            UrgencyArg::Life => Urgency::ThreatToLife,
        };
        Ok(NoticePlan { language, country, notifier, urgency, at: now()? })
    }

    /// The finds asked for, without those that are in a notice already.
    fn finds(&self, desk: &Desk) -> anyhow::Result<Vec<Find>> {
        let reader = desk.store.reader();
        if !self.finds.is_empty() {
            let find =
                |name: &String| reader.find(&name.parse::<FindRef>()?)?.with_context(|| format!("no find {name}: `vigie finds` lists those that are kept"));
            return self.finds.iter().map(find).collect();
        }
        let filter = FindFilter { watch: self.watch.clone(), network: self.network.clone(), band: Some(Band::Advert) };
        let mut reported = std::collections::HashSet::new();
        for document in desk.store.documents(Some("notice"))? {
            reported.extend(desk.store.finds_of(&document.id)?);
        }
        let finds = reader.finds(&filter, MOST)?;
        Ok(finds.into_iter().filter(|find| !reported.contains(&find.id) && find.deleted_seen_at.is_none()).collect())
    }

    fn keep(&self, desk: &mut Desk, draft: &Notice) -> anyhow::Result<String> {
        let document = DocumentDraft {
            id: draft.id.clone(),
            kind: "notice".into(),
            receiver: draft.platform.clone(),
            account: draft.account.as_ref().and_then(|account| account.handle.clone().or_else(|| account.id.clone())),
            body: serde_json::to_string(draft)?,
            finds: draft.items.iter().map(|item| item.find).collect(),
            grounds: "STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS".into(),
            act: act(&self.by, None)?,
        };
        match desk.store.create(&document) {
            Ok(()) => Ok(format!("{}  {}  {} posts  {}\n", draft.id, draft.platform, draft.items.len(), document.account.as_deref().unwrap_or("-"))),
            Err(Error::AlreadyReported { find, document }) => {
                bail!("find {find} is in {document} already: a decision is reported once; withdraw that document first")
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// A new reference: day and random digits.
pub(in crate::commands) fn new_id(prefix: &str) -> anyhow::Result<String> {
    let day = jiff::Timestamp::now().strftime("%Y%m%d").to_string();
    let exhibit = vigie_evidence::vault::new_exhibit(&day)?;
    let digits: String = exhibit.chars().rev().filter(char::is_ascii_alphanumeric).take(8).collect();
    Ok(format!("{prefix}-{day}-{}", digits.to_ascii_lowercase()))
}

/// A sealed exhibit of this store, with the hash of its package.
pub(in crate::commands) fn exhibit(desk: &Desk, name: &str) -> anyhow::Result<EvidenceRef> {
    /// Largest package that is hashed, in bytes.
    const LARGEST: u64 = 4 << 30;
    let root = desk.settings.data.join("evidence");
    if !vigie_evidence::vault::list(&root)?.iter().any(|known| known == name) {
        bail!("no exhibit {name}: `vigie evidence list` lists them");
    }
    let bytes = vigie_evidence::durable::read_limited(&root.join("exhibits").join(name).join(format!("{name}.wacz")), LARGEST)?;
    Ok(EvidenceRef { exhibit: name.to_owned(), sha256: vigie_report::manifest::sha256(&bytes) })
}

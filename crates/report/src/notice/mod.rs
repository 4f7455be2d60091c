//! Notices of illegal content to platforms: Regulation (EU) 2022/2065 (DSA), Article 16.
//!
//! A notice is drafted from finds, grouped by platform and account. A person reads it, may edit its explanation, and signs; nothing else
//! makes it complete. [`Notice::problems`] says which of the four mandatory parts of Article 16(2) is missing.

mod brief;
mod draft;
mod explanation;
mod grounds;
mod mail;
mod pdf;
mod text;
mod words;

#[cfg(test)]
pub(crate) mod tests;

use serde::{Deserialize, Serialize};
use vigie_model::{ComponentKind, Product, Timestamp};

pub use brief::notice_brief;
pub use draft::{Group, NoticePlan, draft, group};
pub use grounds::{Ground, Offence, countries, grounds};
pub use mail::{MailText, mail_text};
pub use pdf::notice_pdf;
pub use text::notice_text;
pub use words::NoticeLanguage;
pub(crate) use words::{Words, fill};

/// Version of the wording of the declaration of good faith: whoever signed can be shown what they signed.
pub const DECLARATION_VERSION: &str = "2026-11";

/// A notice, complete or not. Times are UTC.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// Reference.
    pub id: String,
    /// When it was drafted, RFC 3339.
    pub created_at: String,
    /// Language that it is written in.
    pub language: NoticeLanguage,
    /// To whom.
    pub platform: String,
    /// Whose posts it is about; none where the author is not known.
    pub account: Option<Account>,
    /// The posts.
    pub items: Vec<Item>,
    /// Part (a): why the content is illegal, in plain words. Drafted from the spans; whoever signs may rewrite it.
    pub explanation: String,
    /// Part (a): under which laws.
    pub legal_grounds: Vec<Ground>,
    /// Part (c).
    pub notifier: Notifier,
    /// Part (d); none until a person gives it.
    pub bona_fide: Option<BonaFide>,
    /// Always disclosed.
    pub automated_detection: bool,
    /// Program, lexicon, model and rules that found the posts.
    pub detected_by: String,
    /// How many people read it before it is sent; with the person who signs.
    pub human_reviewers: u32,
    /// How urgent.
    pub urgency: Urgency,
}

/// An account, as its platform names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The platform's identifier.
    pub id: Option<String>,
    /// Handle, without `@`.
    pub handle: Option<String>,
}

/// One post of a notice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Number of the find.
    pub find: i64,
    /// Exact address.
    pub url: Option<String>,
    /// The platform's identifier of the content.
    pub content_id: String,
    /// What else helps to find it: number of a story, time in a video, number of a picture.
    pub locator: Option<String>,
    /// Of what it consists, in the DSA transparency database's words.
    pub content_type: Vec<String>,
    /// Language, ISO 639.
    pub language: String,
    /// When it was posted, RFC 3339.
    pub posted_at: Option<String>,
    /// When it was found, RFC 3339.
    pub first_seen_at: String,
    /// When the network said that it is gone.
    pub gone_at: Option<String>,
    /// Its words; none where the terms of the source forbid keeping them.
    pub quoted_text: Option<String>,
    /// What it offers.
    pub products: Vec<Product>,
    /// What the detector marked, quoted.
    pub spans: Vec<QuotedSpan>,
    /// Sealed captures of it.
    pub evidence: Vec<EvidenceRef>,
}

/// A component with its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotedSpan {
    /// Which component.
    pub kind: ComponentKind,
    /// The words of the post.
    pub quote: String,
}

/// A sealed exhibit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceRef {
    /// Identifier of the exhibit.
    pub exhibit: String,
    /// SHA-256 of its package.
    pub sha256: String,
}

/// Who notifies.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notifier {
    /// Organisation.
    pub organisation: String,
    /// The person; filled in when they sign.
    pub name: Option<String>,
    /// Where the platform answers.
    pub email: String,
    /// Designation as a trusted flagger (Article 22).
    pub trusted_flagger: Option<String>,
}

/// The declaration of good faith, as it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BonaFide {
    /// Who gave it.
    pub by: String,
    /// When, RFC 3339.
    pub at: String,
    /// Which wording.
    pub version: String,
    /// The wording.
    pub text: String,
}

/// How urgent a notice is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// The ordinary case.
    #[default]
    Normal,
    /// A minor is exposed or involved.
    MinorInvolved,
    /// Danger to life: never a notice alone; the emergency services are called first.
    ThreatToLife,
}

/// What a notice lacks, by the part of Article 16(2).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoticeProblem {
    /// Part (a).
    #[error("part (a), the explanation, is empty or too short: say in plain words why the content is illegal")]
    Explanation,
    /// Part (a).
    #[error("part (a) names no legal ground: give the country whose law applies")]
    Grounds,
    /// Part (b).
    #[error("part (b), the exact location, is missing for find {0}: give its address, or its identifier with a locator")]
    Location(i64),
    /// Part (b).
    #[error("part (b): the notice names no post")]
    NoPosts,
    /// Part (c).
    #[error("part (c), the notifier's name, is missing: a person has to sign")]
    Name,
    /// Part (c).
    #[error("part (c), the notifier's e-mail address, is missing or not an address: set `email` under [reporting]")]
    Email,
    /// Part (d).
    #[error("part (d), the declaration of good faith, was not given by the person who is named as notifier")]
    BonaFide,
    /// Article 16(6) and the rule of the house.
    #[error("automated detection is not disclosed")]
    Automation,
}

impl Notice {
    /// What is missing; empty where the notice may be sent.
    #[must_use]
    pub fn problems(&self) -> Vec<NoticeProblem> {
        /// Shorter explanations substantiate nothing.
        const SHORTEST: usize = 40;
        let mut problems = Vec::new();
        let mut require = |held: bool, problem: NoticeProblem| {
            if !held {
                problems.push(problem);
            }
        };
        require(self.explanation.trim().chars().count() >= SHORTEST, NoticeProblem::Explanation);
        require(!self.legal_grounds.is_empty(), NoticeProblem::Grounds);
        require(!self.items.is_empty(), NoticeProblem::NoPosts);
        for item in &self.items {
            require(item.is_located(), NoticeProblem::Location(item.find));
        }
        let name = self.notifier.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
        require(name.is_some(), NoticeProblem::Name);
        require(is_address(&self.notifier.email), NoticeProblem::Email);
        let declared = self.bona_fide.as_ref().is_some_and(|given| Some(given.by.as_str()) == name && !given.text.is_empty());
        require(declared, NoticeProblem::BonaFide);
        require(self.automated_detection, NoticeProblem::Automation);
        problems
    }

    /// The notice with name and declaration of the person who signs it. To be called when they have given the declaration, never before.
    #[must_use]
    pub fn signed(mut self, by: &str, at: Timestamp) -> Self {
        let text = self.language.words().declaration.clone();
        self.notifier.name = Some(by.to_owned());
        self.bona_fide = Some(BonaFide { by: by.to_owned(), at: at.to_string(), version: DECLARATION_VERSION.to_owned(), text });
        self
    }

    /// The wording that a person is asked to declare.
    #[must_use]
    pub fn declaration(&self) -> &'static str {
        &self.language.words().declaration
    }

    /// Product classes of all posts, sorted.
    #[must_use]
    pub fn products(&self) -> Vec<Product> {
        let mut products: Vec<_> = self.items.iter().flat_map(|item| item.products.iter().copied()).collect();
        products.sort_unstable();
        products.dedup();
        products
    }

    fn account_name(&self) -> Option<String> {
        let account = self.account.as_ref()?;
        match (&account.handle, &account.id) {
            (Some(handle), Some(id)) if handle != id => Some(format!("@{handle} ({id})")),
            (Some(handle), _) => Some(format!("@{handle}")),
            (None, id) => id.clone(),
        }
    }
}

impl Item {
    fn is_located(&self) -> bool {
        let url = self.url.as_deref().is_some_and(|url| url.starts_with("https://") || url.starts_with("http://") || url.starts_with("at://"));
        let described = self.locator.as_deref().is_some_and(|locator| !locator.trim().is_empty());
        url || (!self.content_id.is_empty() && described)
    }
}

/// Whether this can be an e-mail address. Whether it is one only its owner knows.
pub(crate) fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    !local.is_empty() && domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.') && !text.contains(|c: char| c.is_whitespace() || c == ',')
}

//! Drafting notices from finds.

use std::collections::BTreeMap;

use vigie_model::{Component, ComponentKind, Timestamp};
use vigie_store::Find;

use super::{Account, EvidenceRef, Item, Notice, NoticeLanguage, Notifier, QuotedSpan, Urgency, explanation, grounds};

/// What all notices of one run have in common.
#[derive(Debug, Clone)]
pub struct NoticePlan {
    /// Language that they are written in.
    pub language: NoticeLanguage,
    /// Whose law applies, ISO 3166-1 alpha-2.
    pub country: String,
    /// Who notifies; the name is filled in by signing.
    pub notifier: Notifier,
    /// How urgent.
    pub urgency: Urgency,
    /// Now.
    pub at: Timestamp,
}

/// Finds of one account on one platform.
#[derive(Debug)]
pub struct Group<'f> {
    /// The platform.
    pub platform: &'f str,
    /// The account; none where the author is not known: then a group is one post.
    pub account: Option<Account>,
    /// Its finds, oldest first.
    pub finds: Vec<&'f Find>,
}

/// Groups finds, so that one notice covers all posts of an account on a platform. Posts of unknown authors stay alone: that nothing is known
/// of two authors does not make them one.
#[must_use]
pub fn group(finds: &[Find]) -> Vec<Group<'_>> {
    let mut groups: BTreeMap<(&str, String), Group<'_>> = BTreeMap::new();
    for find in finds {
        let author = find.author_id.as_ref().or(find.author_handle.as_ref());
        let key = author.map_or_else(|| format!("\u{10ffff}{:020}", find.id), Clone::clone);
        let account = author.map(|_| Account { id: find.author_id.clone(), handle: find.author_handle.clone() });
        groups.entry((&find.network, key)).or_insert_with(|| Group { platform: &find.network, account, finds: Vec::new() }).finds.push(find);
    }
    for group in groups.values_mut() {
        group.finds.sort_by_key(|find| (find.posted_at, find.id));
    }
    groups.into_values().collect()
}

/// A notice of one group. `evidence` gives the sealed exhibits of a find.
#[must_use]
pub fn draft(group: &Group<'_>, id: String, plan: &NoticePlan, evidence: &dyn Fn(&Find) -> Vec<EvidenceRef>) -> Notice {
    let items: Vec<_> = group.finds.iter().map(|find| item(find, evidence(find))).collect();
    let mut notice = Notice {
        id,
        created_at: plan.at.to_string(),
        language: plan.language,
        platform: group.platform.to_owned(),
        account: group.account.clone(),
        explanation: String::new(),
        legal_grounds: Vec::new(),
        notifier: plan.notifier.clone(),
        bona_fide: None,
        automated_detection: true,
        detected_by: group.finds.first().map(|find| detector(find)).unwrap_or_default(),
        human_reviewers: 1,
        urgency: plan.urgency,
        items,
    };
    notice.legal_grounds = grounds(&plan.country, &notice.products());
    notice.explanation = explanation::explain(&notice);
    notice
}

fn detector(find: &Find) -> String {
    let versions = &find.verdict.versions;
    let rules = versions.rules.as_ref().map_or(String::new(), |rules| format!(", rules {rules}"));
    format!("{}, lexicon {}, model {}{rules}", versions.vigie, versions.lexicon, versions.model)
}

fn item(find: &Find, evidence: Vec<EvidenceRef>) -> Item {
    Item {
        find: find.id,
        url: find.url.clone(),
        content_id: find.native_id.clone(),
        locator: None,
        content_type: vec!["CONTENT_TYPE_TEXT".to_owned()],
        language: find.lang.to_string(),
        posted_at: find.posted_at.map(|time| time.to_string()),
        first_seen_at: find.found_at.to_string(),
        gone_at: find.deleted_seen_at.map(|time| time.to_string()),
        quoted_text: find.text.clone(),
        products: find.verdict.products.iter().copied().filter(|product| product.is_drug()).collect(),
        spans: find.text.as_deref().map_or_else(Vec::new, |text| quote(text, &find.verdict.components)),
        evidence,
    }
}

/// The words of each span, once each; without carrier hashtags, which show nothing alone.
fn quote(text: &str, components: &[Component]) -> Vec<QuotedSpan> {
    let mut quoted = Vec::new();
    for component in components.iter().filter(|component| component.kind != ComponentKind::CarrierTags) {
        let Some(words) = text.get(component.start as usize..component.end as usize) else { continue };
        let span = QuotedSpan { kind: component.kind, quote: words.split_whitespace().collect::<Vec<_>>().join(" ") };
        if !span.quote.is_empty() && !quoted.contains(&span) {
            quoted.push(span);
        }
    }
    quoted
}

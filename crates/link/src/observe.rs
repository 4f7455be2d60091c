//! What linking takes from a find.

use std::sync::LazyLock;

use serde::Deserialize;
use vigie_model::{Band, Contact, ContactKind, Label, Verdict};
use vigie_text::{Folded, fold_phrase};

use crate::{Account, AllowList, Plan, Signal, Template};

/// A find as linking is shown it.
#[derive(Debug, Clone, Copy)]
pub struct FindView<'a> {
    /// Its number in the store.
    pub find: i64,
    /// Network.
    pub network: &'a str,
    /// What tells accounts of the network apart: the id, else the handle.
    pub account: &'a str,
    /// Handle without `@`, where it may be kept.
    pub handle: Option<&'a str>,
    /// When it was posted, or found where that is unknown: seconds since 1970.
    pub at: i64,
    /// The text that the verdict's offsets refer to.
    pub text: Option<&'a str>,
    /// What the detector says.
    pub verdict: &'a Verdict,
    /// Whether it repeats a post of somebody else.
    pub repost: bool,
    /// JSON array of [`vigie_model::NeutralMedia`].
    pub media: Option<&'a str>,
}

/// What one find says of its author's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// Number of the find.
    pub find: i64,
    /// Who posted.
    pub account: Account,
    /// Handle, where it is known.
    pub handle: Option<Box<str>>,
    /// Seconds since 1970.
    pub at: i64,
    /// Whether the find is in band `advert`: what rests on others is at most probable.
    pub advert: bool,
    /// Contacts that the author offers, sorted, each once.
    pub signals: Vec<Signal>,
    /// Fingerprint of the text.
    pub template: Option<Template>,
    /// Fingerprints of the pictures.
    pub pictures: Vec<Picture>,
}

/// A picture's fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Picture {
    /// PDQ: 256 bits, near ones differ in few.
    Pdq([u64; 4]),
    /// First 16 bytes of the SHA-256 of the file.
    Sha256([u8; 16]),
}

/// Takes from a find what linking needs.
#[must_use]
pub fn observe(view: &FindView<'_>, allow: &AllowList, plan: &Plan, folded: &mut Folded) -> Observation {
    let own_words = !view.repost;
    let template = if own_words { view.text.and_then(|text| Template::of(text, view.verdict, folded)) } else { None };
    Observation {
        find: view.find,
        account: Account { network: view.network.into(), key: view.account.into() },
        handle: view.handle.map(Into::into),
        at: view.at,
        advert: view.verdict.band == Band::Advert,
        signals: offered(view, allow, plan, folded),
        template,
        pictures: if own_words { pictures(view.media, view.verdict) } else { Vec::new() },
    }
}

/// The contacts that the author offers: not those of a post that he repeats, quotes or denounces, and not a list of other people's.
fn offered(view: &FindView<'_>, allow: &AllowList, plan: &Plan, folded: &mut Folded) -> Vec<Signal> {
    let guards = plan.guards;
    if guards.offered_only && (view.repost || !offers(view.verdict) || view.text.is_some_and(|text| speaks_of_others(text, folded))) {
        return Vec::new();
    }
    let quoted = |contact: &Contact| guards.offered_only && view.text.is_some_and(|text| is_quoted(text, contact));
    let contacts = view.verdict.contacts.iter().filter(|contact| !quoted(contact));
    let mut signals: Vec<Signal> = contacts.map(|contact| Signal::of_contact(contact.kind, &contact.value)).collect();
    signals.sort_unstable();
    signals.dedup();
    signals.retain(|signal| signal.kind.strength().is_some() && !(guards.allow_list && allow.allows(signal)));
    if guards.bridges {
        drop_directories(&mut signals, plan.directory);
    }
    signals
}

/// Whether the post offers something, and no context that speaks against an offer outweighs the contact that speaks for one.
fn offers(verdict: &Verdict) -> bool {
    let is_offer = matches!(verdict.label, Label::Advert | Label::Recruitment | Label::AdvertOtherIllicit | Label::SuspectedScamSeller);
    let weight = |what: &str| verdict.reasons.iter().find(|reason| reason.what == what).map_or(0.0, |reason| reason.weight.abs());
    let against = ["context:quote_or_denunciation", "context:news", "context:police_or_court", "context:prevention_or_harm_reduction"];
    let heaviest = against.into_iter().map(weight).fold(0.0, f32::max);
    is_offer && heaviest <= weight("contact_given")
}

static QUOTING: LazyLock<Vec<String>> = LazyLock::new(|| {
    let lines = include_str!("../data/quoting.txt").lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| format!(" {} ", fold_phrase(line))).collect()
});

/// Whether the text has a phrase of somebody who speaks of another's advert.
fn speaks_of_others(text: &str, folded: &mut Folded) -> bool {
    folded.read(text);
    let mut words = String::with_capacity(text.len() + 2);
    words.push(' ');
    for word in folded.words() {
        words.push_str(&String::from_utf8_lossy(folded.word(word)));
        words.push(' ');
    }
    QUOTING.iter().any(|phrase| words.contains(&**phrase))
}

/// Words besides the contact that make a quotation of a post, and not quotation marks around a handle.
const QUOTED_WORDS: usize = 4;

/// Whether a contact lies in a quotation, or in a line that quotes.
fn is_quoted(text: &str, contact: &Contact) -> bool {
    let at = text.floor_char_boundary(contact.start as usize);
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let line = before.rsplit('\n').next().unwrap_or(before).trim_start();
    if line.starts_with('>') || line.starts_with("RT @") {
        return true;
    }
    let long = |quotation: &str| quotation.split_whitespace().count() > QUOTED_WORDS;
    let within = |open: char, close: char| {
        let start = before.rfind(open).filter(|&start| open == close || before.get(start..).is_some_and(|rest| !rest.contains(close)));
        let odd = open != close || before.matches(open).count() % 2 == 1;
        match (start, after.find(close)) {
            (Some(start), Some(end)) if odd => long(&format!("{}{}", before.get(start..).unwrap_or_default(), after.get(..end).unwrap_or_default())),
            _ => false,
        }
    };
    within('«', '»') || within('“', '”') || within('„', '“') || within('"', '"')
}

/// Drops the kinds of contact of which a find gives so many that they can hardly all be its author's.
fn drop_directories(signals: &mut Vec<Signal>, most: usize) {
    let of_kind = |kind| signals.iter().filter(|signal| signal.kind == kind).count();
    let crowded: Vec<_> = signals.iter().map(|signal| signal.kind).filter(|&kind| of_kind(kind) >= most).collect();
    signals.retain(|signal| !crowded.contains(&signal.kind));
}

/// Pictures of one find that are looked at.
const MOST_PICTURES: usize = 16;

/// Pictures by the hashes that came with the post, and by those that were made of files beside it.
fn pictures(media: Option<&str>, verdict: &Verdict) -> Vec<Picture> {
    #[derive(Deserialize)]
    struct Medium {
        pdq: Option<String>,
        sha256: Option<String>,
    }
    let given: Vec<Medium> = media.and_then(|media| serde_json::from_str(media).ok()).unwrap_or_default();
    let read = |by_pdq: Option<&str>, by_file: Option<&str>| by_pdq.and_then(pdq).or_else(|| by_file.and_then(sha256));
    let given = given.iter().map(|medium| read(medium.pdq.as_deref(), medium.sha256.as_deref()));
    let seen = verdict.pictures.iter().map(|finding| read(finding.pdq.as_deref(), finding.sha256.as_deref()));
    let mut pictures: Vec<Picture> = given.chain(seen).flatten().take(MOST_PICTURES).collect();
    pictures.sort_unstable();
    pictures.dedup();
    pictures
}

fn pdq(hex: &str) -> Option<Picture> {
    let mut words = [0; 4];
    for (word, index) in words.iter_mut().zip(0usize..) {
        *word = u64::from_str_radix(hex.get(index * 16..index * 16 + 16)?, 16).ok()?;
    }
    // A picture of one colour hashes to (nearly) the same bits as every other one.
    let ones: u32 = words.iter().map(|word| word.count_ones()).sum();
    (hex.len() == 64 && (64..=192).contains(&ones)).then_some(Picture::Pdq(words))
}

fn sha256(hex: &str) -> Option<Picture> {
    let mut bytes = [0; 16];
    for (byte, index) in bytes.iter_mut().zip(0usize..) {
        *byte = u8::from_str_radix(hex.get(index * 2..index * 2 + 2)?, 16).ok()?;
    }
    (hex.len() == 64).then_some(Picture::Sha256(bytes))
}

/// Kinds of contact by which two accounts may contradict each other: nobody has many of them at a time.
pub(crate) fn contradicts(kind: ContactKind) -> bool {
    matches!(kind, ContactKind::Phone | ContactKind::Wallet)
}

#[cfg(test)]
mod tests {
    use vigie_model::Reason;

    use super::*;
    use crate::template::tests::verdict;

    fn signals(text: &str, contacts: &[&str], change: impl FnOnce(&mut Verdict)) -> usize {
        let mut verdict = verdict();
        for contact in contacts {
            let start = u32::try_from(text.find(contact).unwrap()).unwrap();
            let end = start + u32::try_from(contact.len()).unwrap();
            verdict.contacts.push(Contact { kind: ContactKind::Snapchat, value: (*contact).to_owned(), start, end });
        }
        change(&mut verdict);
        let view = FindView { find: 1, network: "x", account: "a", handle: None, at: 0, text: Some(text), verdict: &verdict, repost: false, media: None };
        observe(&view, &AllowList::embedded().unwrap(), &Plan::default(), &mut Folded::default()).signals.len()
    }

    #[test]
    fn only_offered_contacts_count() {
        let none = |_: &mut Verdict| {};
        assert_eq!(signals("coke dispo snap fictif31 pas d'arnaque", &["fictif31"], none), 1);
        assert_eq!(signals("coke dispo snap \"fictif31\" ce soir", &["fictif31"], none), 1);
        assert_eq!(signals("\"coke dispo ce soir livraison snap fictif31\" voilà le quartier", &["fictif31"], none), 0);
        assert_eq!(signals("je lis « coke dispo ce soir livraison snap fictif31 » bravo", &["fictif31"], none), 0);
        assert_eq!(signals("> coke dispo snap fictif31\nbravo", &["fictif31"], none), 0);
        assert_eq!(signals("coke dispo snap fictif31 : signalez ce compte", &["fictif31"], none), 0);
        assert_eq!(signals("coke dispo snap fictif31", &["fictif31"], |verdict| verdict.label = Label::QuoteOrDenunciation), 0);
        let reasons = |weight| vec![Reason { what: "contact_given".into(), weight: 0.33 }, Reason { what: "context:news".into(), weight }];
        assert_eq!(signals("coke dispo snap fictif31", &["fictif31"], |verdict| verdict.reasons = reasons(-0.2)), 1);
        assert_eq!(signals("coke dispo snap fictif31", &["fictif31"], |verdict| verdict.reasons = reasons(-0.5)), 0);
    }

    #[test]
    fn lists_of_other_peoples_contacts_do_not_count() {
        assert_eq!(signals("les bons plans fictif1 fictif2", &["fictif1", "fictif2"], |_| {}), 2);
        assert_eq!(signals("les bons plans fictif1 fictif2 fictif3", &["fictif1", "fictif2", "fictif3"], |_| {}), 0);
    }

    #[test]
    fn pictures_are_read_from_their_hashes() {
        let pdq = "0123456789abcdef".repeat(4);
        let media = format!(r#"[{{"kind":"image","pdq":"{pdq}"}},{{"sha256":"{}"}},{{"pdq":"é"}},{{"pdq":"{}"}},{{}}]"#, "ab".repeat(32), "00".repeat(32));
        assert_eq!(pictures(Some(&media), &verdict()), [Picture::Pdq([0x0123_4567_89ab_cdef; 4]), Picture::Sha256([0xab; 16])]);
        assert_eq!(pictures(Some("nonsense"), &verdict()), []);
    }
}

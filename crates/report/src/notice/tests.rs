use std::sync::Arc;

use vigie_model::{Band, Component, Label, Lang, Verdict, Versions};
use vigie_store::Find;

use super::*;

const TEXT: &str = "Shit 🍫 et coke ❄️ dispo ce soir Toulouse, 10€ le g, livraison. Snap: demo_fictif31";

fn span(kind: ComponentKind, words: &str) -> Component {
    let start = TEXT.find(words).unwrap();
    Component { kind, start: u32::try_from(start).unwrap(), end: u32::try_from(start + words.len()).unwrap() }
}

pub(crate) fn find(id: i64, author: Option<&str>) -> Find {
    let at = Timestamp::parse("2026-11-20T18:00:00Z").unwrap();
    let components = vec![
        span(ComponentKind::Product, "Shit 🍫"),
        span(ComponentKind::Product, "coke ❄️"),
        span(ComponentKind::Offer, "dispo ce soir"),
        span(ComponentKind::Area, "Toulouse"),
        span(ComponentKind::Price, "10€ le g"),
        span(ComponentKind::Delivery, "livraison"),
        span(ComponentKind::Contact, "Snap: demo_fictif31"),
    ];
    let versions = Versions { vigie: "0.1.0".into(), lexicon: "aaaa".into(), model: "m1".into(), rules: None };
    Find {
        id,
        network: "bluesky".into(),
        native_id: format!("did:plc:fictif/{id}"),
        revision: 0,
        author_id: author.map(str::to_owned),
        author_handle: author.map(|author| format!("{author}.example.org")),
        author_name: None,
        posted_at: Some(at),
        found_at: at,
        lang: Lang::parse("fr"),
        url: Some(format!("https://bsky.app/profile/did:plc:fictif/post/{id}")),
        text: Some(TEXT.into()),
        tags: Vec::new(),
        watches: vec!["Toulouse".into()],
        verdict: Verdict {
            score: 0.97,
            band: Band::Advert,
            label: Label::Advert,
            products: vec![Product::CannabisResin, Product::Cocaine],
            components,
            contacts: Vec::new(),
            prices: Vec::new(),
            places: vec!["Toulouse".into()],
            reasons: Vec::new(),
            rules: Vec::new(),
            pictures: Vec::new(),
            versions: Arc::new(versions),
        },
        deleted_seen_at: None,
    }
}

fn plan(language: NoticeLanguage) -> NoticePlan {
    NoticePlan {
        language,
        country: "FR".into(),
        notifier: Notifier { organisation: "Agence Exemple".into(), email: "signalement@example.org".into(), ..Notifier::default() },
        urgency: Urgency::Normal,
        at: Timestamp::parse("2026-11-24T09:30:00Z").unwrap(),
    }
}

pub(crate) fn notice(language: NoticeLanguage, posts: i64) -> Notice {
    let finds: Vec<_> = (1..=posts).map(|id| find(id, Some("did:plc:fictif"))).collect();
    draft(&group(&finds)[0], "VN-2026-0001".into(), &plan(language), &|_| Vec::new())
}

fn signed(language: NoticeLanguage, posts: i64) -> Notice {
    notice(language, posts).signed("Camille Exemple", Timestamp::parse("2026-11-24T10:00:00Z").unwrap())
}

#[test]
fn a_sellers_posts_are_one_notice_and_unknown_authors_are_not_one_person() {
    let finds: Vec<_> = (1..=50).map(|id| find(id, Some("a"))).chain([find(51, Some("b")), find(52, None), find(53, None)]).collect();
    assert_eq!(group(&finds).iter().map(|group| group.finds.len()).collect::<Vec<_>>(), [50, 1, 1, 1]);
}

#[test]
fn nothing_is_complete_before_a_person_signs() {
    let draft = notice(NoticeLanguage::Fr, 1);
    assert_eq!(draft.problems(), [NoticeProblem::Name, NoticeProblem::BonaFide]);
    assert!(draft.bona_fide.is_none() && notice_text(&draft).contains("PROJET : non signé"));
    assert_eq!(signed(NoticeLanguage::Fr, 1).problems(), []);
}

/// Each mandatory part taken out of a complete notice.
#[test]
fn each_missing_part_is_named() {
    type Break = fn(&mut Notice);
    let cases: [(Break, NoticeProblem); 11] = [
        (|n| n.explanation = "  trop court ".into(), NoticeProblem::Explanation),
        (|n| n.legal_grounds.clear(), NoticeProblem::Grounds),
        (|n| n.items.clear(), NoticeProblem::NoPosts),
        (|n| n.items[0].url = None, NoticeProblem::Location(1)),
        (|n| n.items[0].url = Some("javascript:alert(1)".into()), NoticeProblem::Location(1)),
        (|n| n.notifier.email = "sans arobase".into(), NoticeProblem::Email),
        (|n| n.notifier.email = "a@b".into(), NoticeProblem::Email),
        (|n| n.bona_fide = None, NoticeProblem::BonaFide),
        (|n| n.bona_fide.as_mut().unwrap().by = "Quelqu’un d’autre".into(), NoticeProblem::BonaFide),
        (|n| n.bona_fide.as_mut().unwrap().text.clear(), NoticeProblem::BonaFide),
        (|n| n.automated_detection = false, NoticeProblem::Automation),
    ];
    for (index, (break_it, problem)) in cases.into_iter().enumerate() {
        let mut notice = signed(NoticeLanguage::Fr, 1);
        break_it(&mut notice);
        assert_eq!(notice.problems(), [problem], "case {index}");
    }
    let mut nameless = signed(NoticeLanguage::Fr, 1);
    nameless.notifier.name = Some(" ".into());
    assert_eq!(nameless.problems(), [NoticeProblem::Name, NoticeProblem::BonaFide]);
}

#[test]
fn a_post_without_an_address_needs_a_locator() {
    let mut notice = signed(NoticeLanguage::Fr, 1);
    notice.items[0].url = None;
    notice.items[0].locator = Some("story n° 3 du 20 novembre".into());
    assert_eq!(notice.problems(), []);
}

#[test]
fn the_words_of_a_notice() {
    insta::assert_snapshot!("fr", notice_text(&signed(NoticeLanguage::Fr, 2)));
    insta::assert_snapshot!("en", notice_text(&signed(NoticeLanguage::En, 1)));
    for language in NoticeLanguage::ALL {
        let text = notice_text(&signed(language, 2));
        assert!(!text.contains('{') && !text.contains('}'), "{}: an empty place in {text}", language.code());
        assert!(text.contains("Shit 🍫") && text.contains("222-39") && text.contains("did:plc:fictif/2"), "{text}");
    }
}

#[test]
fn the_short_form_keeps_its_limit_and_its_reference() {
    for language in NoticeLanguage::ALL {
        let brief = notice_brief(&signed(language, 50), 1_000);
        assert!(brief.chars().count() <= 1_000 && brief.ends_with("VN-2026-0001") && brief.contains("222-39"), "{brief}");
        assert!(notice_brief(&signed(language, 1), 20).chars().count() <= 20);
    }
}

#[test]
fn a_notice_reads_back_as_it_was_written() {
    let notice = signed(NoticeLanguage::Nl, 2);
    let read: Notice = serde_json::from_str(&serde_json::to_string(&notice).unwrap()).unwrap();
    // Product classes of the grounds are not part of what is sent.
    assert_eq!((read.items, read.explanation, read.bona_fide), (notice.items, notice.explanation, notice.bona_fide));
}

#[test]
fn paper_is_written_for_every_language_and_any_text() {
    for language in NoticeLanguage::ALL {
        let bytes = notice_pdf(&signed(language, 3)).unwrap();
        assert!(bytes.starts_with(b"%PDF-1.7"));
        if let Ok(folder) = std::env::var("VIGIE_PDF") {
            std::fs::write(format!("{folder}/notice-{}.pdf", language.code()), &bytes).unwrap();
        }
        assert_eq!(bytes, notice_pdf(&signed(language, 3)).unwrap(), "the same notice gives the same bytes");
    }
    let mut odd = signed(NoticeLanguage::Fr, 1);
    odd.items[0].quoted_text = Some("中文 العربية \u{202e}rtl \u{0}\u{1f469}\u{200d}\u{1f52c} ".repeat(400));
    assert!(notice_pdf(&odd).is_ok());
}

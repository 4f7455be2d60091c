use vigie_model::Timestamp;

use super::*;
use crate::notice::tests::find;

fn at() -> Timestamp {
    Timestamp::parse("2026-11-24T09:30:00Z").unwrap()
}

fn save(name: &str, bytes: &[u8]) {
    assert!(bytes.starts_with(b"%PDF-1.7"));
    if let Ok(folder) = std::env::var("VIGIE_PDF") {
        std::fs::write(format!("{folder}/{name}.pdf"), bytes).unwrap();
    }
}

#[test]
fn pharos_asks_in_local_time_and_for_every_address() {
    let finds = [find(2, Some("did:plc:fictif")), find(1, Some("did:plc:fictif"))];
    let block = pharos(&finds, &["20261120-aa".into()], Language::French).unwrap();
    assert_eq!((block.url.as_str(), block.extra_urls.len()), ("https://bsky.app/profile/did:plc:fictif/post/1", 1));
    assert!(block.published_at_local.contains("19 h 00") || block.published_at_local.contains("UTC"), "{}", block.published_at_local);
    insta::assert_snapshot!("pharos_fr", pharos_text(&block, Language::French));
    save("pharos-fr", &pharos_pdf(&block, "VP-2026-0001", "Camille Exemple", "2026-11-24T09:30:00Z", Language::French).unwrap());
    save("pharos-en", &pharos_pdf(&block, "VP-2026-0001", "Camille Exemple", "2026-11-24T09:30:00Z", Language::English).unwrap());
    let many: Vec<_> = (0..50).map(|id| find(id, Some("did:plc:fictif"))).collect();
    assert!(pharos(&many, &[], Language::French).unwrap().comment.chars().count() <= 1_600);
    let mut unknown = find(1, None);
    unknown.url = None;
    assert!(pharos(&[unknown], &[], Language::French).is_none());
}

#[test]
fn emergencies_fit_a_telephone() {
    for language in [Language::English, Language::French] {
        for minor in [true, false] {
            let card = emergency_card(minor, language);
            assert!(card.lines().count() <= 6 && card.contains("17"), "{card}");
        }
    }
}

#[test]
fn the_letter_says_facts_and_names_no_author() {
    let letter = Letter {
        id: "VL-2026-0001".into(),
        authority: "Ville d’Exemple".into(),
        agent: "Camille Exemple, responsable de la communication".into(),
        place: "Exemple".into(),
        court: "tribunal judiciaire d’Exemple".into(),
        at: at(),
        exhibits: vec![("20261120-aa".into(), "ab".repeat(32))],
    };
    let finds = [find(1, Some("did:plc:fictif")), find(2, Some("did:plc:fictif"))];
    insta::assert_snapshot!("letter", letter_text(&letter, &finds));
    save("letter-fr", &letter_pdf(&letter, &finds).unwrap());
}

#[test]
fn the_dossier_is_written_in_both_languages() {
    let dossier = Dossier {
        id: "VD-2026-0001".into(),
        case: Some("PV 2026/123".into()),
        recipient: "OFAC".into(),
        purpose: "enquête préliminaire".into(),
        legal_basis: "directive (UE) 2016/680, loi 78-17 titre III".into(),
        expires: Some("2027-05-24".into()),
        organisation: "Service Exemple".into(),
        by: "Camille Exemple".into(),
        at: at(),
        finds: vec![find(1, Some("did:plc:fictif")), find(2, Some("did:plc:fictif"))],
        exhibits: vec![Exhibit { id: "20261120-aa".into(), sha256: "ab".repeat(32), path: "evidence/20261120-aa/20261120-aa.wacz".into() }],
        links: vec!["publications 1 et 2 : même contact Snapchat".into()],
    };
    save("dossier-fr", &dossier_pdf(&dossier, Language::French).unwrap());
    save("dossier-en", &dossier_pdf(&dossier, Language::English).unwrap());
    assert_eq!(dossier_csv(&dossier.finds).lines().count(), 3);
}

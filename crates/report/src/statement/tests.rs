use serde_json::json;

use super::*;

fn good() -> Statement {
    let find = crate::notice::tests::find(7, Some("did:plc:fictif"));
    let measure =
        Measure { day: "2026-11-24".into(), country: "FR".into(), account_suspended: true, source_type: "SOURCE_VOLUNTARY".into(), puid: "a1b2-c3_D4".into() };
    preset(&find, &measure)
}

#[test]
fn the_preset_breaks_no_rule_and_names_nobody() {
    let statement = good();
    assert_eq!((check(&statement), lint(&statement)), (vec![], vec![]));
    let sent = serde_json::to_string(&statement).unwrap();
    assert!(!sent.contains("demo_fictif") && !sent.contains("did:plc") && !sent.contains("beuh"), "{sent}");
    assert!(!sent.contains("null"), "{sent}");
    insta::assert_snapshot!("preset", serde_json::to_string_pretty(&statement).unwrap());
}

type Break = fn(&mut Statement);

/// Each rule of the schema broken once, with the field that is named for it.
#[test]
fn every_rule_is_broken_once() {
    let cases: &[(&str, Break)] = &[
        ("decision_visibility", |s| (s.decision_visibility, s.decision_account) = (vec![], None)),
        ("decision_visibility", |s| s.decision_visibility = vec!["DECISION_VISIBILITY_BURNT".into()]),
        ("decision_visibility", |s| s.decision_visibility.push("DECISION_VISIBILITY_CONTENT_REMOVED".into())),
        ("decision_visibility_other", |s| s.decision_visibility.push("DECISION_VISIBILITY_OTHER".into())),
        ("decision_visibility_other", |s| s.decision_visibility_other = Some("without OTHER".into())),
        ("decision_visibility_other", |s| {
            s.decision_visibility.push("DECISION_VISIBILITY_OTHER".into());
            s.decision_visibility_other = Some("x".repeat(501));
        }),
        ("decision_monetary", |s| s.decision_monetary = Some("DECISION_MONETARY_FINE".into())),
        ("decision_monetary_other", |s| s.decision_monetary = Some("DECISION_MONETARY_OTHER".into())),
        ("decision_monetary_other", |s| s.decision_monetary_other = Some("without OTHER".into())),
        ("decision_monetary_other", |s| {
            s.decision_monetary = Some("DECISION_MONETARY_OTHER".into());
            s.decision_monetary_other = Some("x".repeat(501));
        }),
        ("decision_provision", |s| s.decision_provision = Some("TOTAL".into())),
        ("decision_account", |s| s.decision_account = Some("DECISION_ACCOUNT_BANNED".into())),
        ("account_type", |s| s.account_type = Some("ACCOUNT_TYPE_SELLER".into())),
        ("end_date_visibility_restriction", |s| s.end_date_visibility_restriction = Some("2038-01-02".into())),
        ("end_date_visibility_restriction", |s| s.end_date_visibility_restriction = Some("2027-02-30".into())),
        ("end_date_visibility_restriction", |s| s.end_date_visibility_restriction = Some("2026-11-23".into())),
        ("end_date_monetary_restriction", |s| s.end_date_monetary_restriction = Some("2027-01-01".into())),
        ("end_date_service_restriction", |s| s.end_date_service_restriction = Some("2027-01-01".into())),
        ("end_date_account_restriction", |s| s.end_date_account_restriction = Some("1 January".into())),
        ("decision_ground", |s| {
            s.decision_ground = "BECAUSE".into();
            (s.illegal_content_legal_ground, s.illegal_content_explanation) = (None, None);
        }),
        ("decision_ground_reference_url", |s| s.decision_ground_reference_url = Some(format!("https://example.org/{}", "x".repeat(500)))),
        ("decision_ground_reference_url", |s| s.decision_ground_reference_url = Some("ftp://example.org".into())),
        ("illegal_content_legal_ground", |s| s.illegal_content_legal_ground = None),
        ("illegal_content_legal_ground", |s| s.illegal_content_legal_ground = Some("x".repeat(501))),
        ("illegal_content_explanation", |s| s.illegal_content_explanation = Some("  ".into())),
        ("illegal_content_explanation", |s| s.illegal_content_explanation = Some("x".repeat(2_001))),
        ("incompatible_content_ground", |s| s.incompatible_content_ground = Some("clause 3".into())),
        ("incompatible_content_ground", |s| incompatible(s, None, Some("because".into()))),
        ("incompatible_content_ground", |s| incompatible(s, Some("x".repeat(501)), Some("because".into()))),
        ("incompatible_content_explanation", |s| incompatible(s, Some("clause 3".into()), None)),
        ("incompatible_content_explanation", |s| incompatible(s, Some("clause 3".into()), Some("x".repeat(2_001)))),
        ("incompatible_content_illegal", |s| s.incompatible_content_illegal = Some("Yes".into())),
        ("incompatible_content_illegal", |s| {
            incompatible(s, Some("clause 3".into()), Some("because".into()));
            s.incompatible_content_illegal = Some("perhaps".into());
        }),
        ("content_type", |s| s.content_type.clear()),
        ("content_type", |s| s.content_type = vec!["CONTENT_TYPE_STORY".into()]),
        ("content_type_other", |s| s.content_type = vec!["CONTENT_TYPE_OTHER".into()]),
        ("content_type_other", |s| s.content_type_other = Some("without OTHER".into())),
        ("content_id", |s| s.content_id = Some(json!({ "EAN-13": "123" }))),
        ("content_id", |s| s.content_id = Some(json!({ "ISBN": "1234567890123" }))),
        ("content_language", |s| s.content_language = Some("fr".into())),
        ("territorial_scope", |s| s.territorial_scope = vec!["US".into()]),
        ("territorial_scope", |s| s.territorial_scope = vec!["FR".into(), "FR".into()]),
        ("category", |s| s.category = "STATEMENT_CATEGORY_UNSAFE_AND_ILLEGAL_PRODUCTS".into()),
        ("category_addition", |s| s.category_addition = vec!["DRUGS".into()]),
        ("category_addition", |s| s.category_addition = vec![s.category.clone()]),
        ("category_specification", |s| s.category_specification = vec!["illicit drugs".into()]),
        ("category_specification", |s| s.category_specification = vec!["KEYWORD_REGULATED_GOODS_SERVICES".into()]),
        ("category_specification_other", |s| s.category_specification.push("KEYWORD_OTHER".into())),
        ("category_specification_other", |s| s.category_specification_other = Some("illicit drugs".into())),
        ("content_date", |s| s.content_date = "1999-12-31".into()),
        ("content_date", |s| s.content_date = "2026-11-20T18:00:00Z".into()),
        ("application_date", |s| s.application_date = "2019-12-31".into()),
        ("decision_facts", |s| s.decision_facts = "\n".into()),
        ("decision_facts", |s| s.decision_facts = "x".repeat(5_001)),
        ("source_type", |s| s.source_type = "SOURCE_FRIEND".into()),
        ("source_identity", |s| s.source_identity = Some("somebody".into())),
        ("source_identity", |s| (s.source_type, s.source_identity) = ("SOURCE_ARTICLE_16".into(), Some("x".repeat(501)))),
        ("automated_detection", |s| s.automated_detection = "yes".into()),
        ("automated_decision", |s| s.automated_decision = "NOT_AUTOMATED".into()),
        ("puid", |s| s.puid = String::new()),
        ("puid", |s| s.puid = "with space".into()),
        ("puid", |s| s.puid = "x".repeat(501)),
    ];
    for (number, (field, break_it)) in cases.iter().enumerate() {
        let mut statement = good();
        break_it(&mut statement);
        let broken: Vec<_> = check(&statement).into_iter().map(|breach| breach.field).collect();
        assert_eq!(broken, [*field], "case {number}");
    }
}

/// The other ground, as far as it is filled in.
fn incompatible(s: &mut Statement, ground: Option<String>, explanation: Option<String>) {
    s.decision_ground = "DECISION_GROUND_INCOMPATIBLE_CONTENT".into();
    (s.illegal_content_legal_ground, s.illegal_content_explanation) = (None, None);
    (s.incompatible_content_ground, s.incompatible_content_explanation) = (ground, explanation);
}

/// What the schema allows at its edges.
#[test]
fn the_edges_are_inside() {
    let cases: &[Break] = &[
        |s| s.decision_facts = "é".repeat(5_000),
        |s| s.illegal_content_legal_ground = Some("é".repeat(500)),
        |s| s.end_date_visibility_restriction = Some("2038-01-01".into()),
        |s| s.end_date_account_restriction = Some("2026-11-24".into()),
        |s| s.content_id = Some(json!({ "EAN-13": "1234567890123" })),
        |s| s.puid = "x".repeat(500),
        |s| s.territorial_scope = codes::EEA.iter().map(|code| (*code).to_owned()).collect(),
        |s| (s.source_type, s.source_identity) = ("SOURCE_TRUSTED_FLAGGER".into(), Some("an organisation".into())),
        |s| incompatible(s, Some("clause 3".into()), Some("because".into())),
        |s| (s.decision_visibility, s.content_date) = (vec![], "2000-01-01".into()),
    ];
    for (number, change) in cases.iter().enumerate() {
        let mut statement = good();
        change(&mut statement);
        assert_eq!(check(&statement), [], "case {number}");
    }
}

#[test]
fn personal_data_is_found_and_not_repeated() {
    for (text, what, at) in [
        ("Le compte @demo_fictif a publié", "a handle", 11),
        ("écrire à demo@example.org", "an e-mail address or handle", 10),
        ("voir https://t.me/demo", "a web address", 6),
        ("appeler le 06 39 98 12 34 ce soir", "a telephone number", 12),
        ("publié par M. Exemple", "a person's name", 15),
        ("by a seller named Demo", "a person's name", 19),
    ] {
        let statement = Statement { decision_facts: text.into(), ..good() };
        let found = lint(&statement);
        assert_eq!(found, [PersonalData { field: "decision_facts", what, at }], "{text}");
        assert!(!found[0].to_string().contains("demo") && !found[0].to_string().contains("39 98"));
    }
    for clean in ["Offre de cocaïne à 50 € le gramme, livraison, depuis le 20/11/2026.", "A public post advertised cannabis herb; 3/4 of it was removed."] {
        assert_eq!(lint(&Statement { decision_facts: clean.into(), ..good() }), [], "{clean}");
    }
}

#[test]
fn batches_have_at_most_a_hundred() {
    let batches = batches(&vec![good(); 250]);
    assert_eq!(batches.iter().map(|batch| batch["statements"].as_array().unwrap().len()).collect::<Vec<_>>(), [100, 100, 50]);
}

#[test]
fn both_versions_of_dumps_are_read() {
    let dump = "uuid,decision_visibility,decision_ground,category,category_specification,content_type,content_date,application_date,puid,platform_name\n\
        1,\"[\"\"DECISION_VISIBILITY_CONTENT_REMOVED\"\"]\",DECISION_GROUND_ILLEGAL_CONTENT,STATEMENT_CATEGORY_UNSAFE_AND_ILLEGAL_PRODUCTS,\"[\"\"KEYWORD_REGULATED_GOODS_SERVICES\"\"]\",\"[\"\"CONTENT_TYPE_TEXT\"\"]\",2025-05-01 00:00:00,2025-05-02 00:00:00,p1,X\n\
        2,DECISION_VISIBILITY_CONTENT_REMOVED,DECISION_GROUND_INCOMPATIBLE_CONTENT,STATEMENT_CATEGORY_SCOPE_OF_PLATFORM_SERVICE,,\"[\"\"CONTENT_TYPE_IMAGE\"\"]\",2026-05-01,2026-05-02,p2,X\n";
    let mut read = Vec::new();
    assert_eq!(import_dump(dump.as_bytes(), |statement| read.push(statement)).unwrap(), 2);
    assert_eq!(read[0].category, "STATEMENT_CATEGORY_UNSAFE_AND_PROHIBITED_PRODUCTS");
    assert_eq!(
        (read[0].category_specification.as_slice(), read[0].content_date.as_str()),
        (["KEYWORD_GOODS_SERVICES_NOT_PERMITTED".to_owned()].as_slice(), "2025-05-01")
    );
    assert_eq!((read[1].category.as_str(), read[1].decision_visibility.len()), ("STATEMENT_CATEGORY_OTHER_VIOLATION_TC", 1));
    assert!(import_dump("a,b\n1,2\n".as_bytes(), drop).is_err());
    assert!(import_dump("category,decision_ground\n1\n".as_bytes(), drop).is_err());
}

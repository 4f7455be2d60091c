//! A reviewer's day.

use vigie_store::{Review, ReviewState, Search, Step};

use super::*;

/// The find whose text has a word.
pub(super) fn find_with(fixture: &Fixture, word: &str) -> i64 {
    fixture.desk().search(&Search { words: Some(word.into()), ..Search::default() }, 1, clock()).unwrap()[0].find.id
}

/// The find that the page puts before the reader.
fn before_me(page: &str) -> i64 {
    let after = page.split("action=\"/queue/").find(|part| part.split('"').next().is_some_and(|path| path.ends_with("/decide"))).expect("a find");
    after.split('/').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn finds_are_decided_one_after_the_other_and_taken_back() {
    let fixture = Fixture::platform();
    let (_, cookie) = fixture.somebody(Role::Reviewer);
    let page = fixture.get("/queue", &cookie).await;
    let (find, csrf) = (before_me(&page.body), page.csrf());
    assert!(!page.body.contains("0.87"), "the score waits for the answer");
    assert!(!page.body.contains("vendeur_fictif"), "contacts wait to be asked for");
    let got = fixture.post(&format!("/queue/{find}/decide"), &cookie, &[("csrf", &csrf), ("label", "news"), ("reason", "a report")]).await;
    assert_eq!(got.location(), format!("/queue?done={find}"));
    let next = fixture.get(got.location(), &cookie).await;
    assert!(next.body.contains("0.87") && before_me(&next.body) != find);
    let undone = fixture.post("/queue/undo", &cookie, &[("csrf", &csrf)]).await;
    assert_eq!(undone.location(), format!("/queue?at={find}"));
    assert_eq!(before_me(&fixture.get(undone.location(), &cookie).await.body), find);
    let steps: Vec<Step> = fixture.desk().history(find).unwrap().iter().map(|decision| decision.kind).collect();
    assert_eq!(steps, [Step::Label, Step::Undo]);
}

#[tokio::test]
async fn two_reviewers_have_different_finds_and_the_slower_one_is_told() {
    let fixture = Fixture::platform();
    let ((_, one), (_, two)) = (fixture.somebody(Role::Reviewer), fixture.somebody(Role::Reviewer));
    let (first, second) = (fixture.get("/queue", &one).await, fixture.get("/queue", &two).await);
    assert_ne!(before_me(&first.body), before_me(&second.body));
    let path = format!("/queue/{}/decide", before_me(&first.body));
    assert_eq!(fixture.post(&path, &two, &[("csrf", &second.csrf()), ("label", "advert")]).await.status, StatusCode::CONFLICT);
    assert_eq!(fixture.post(&path, &one, &[("csrf", &first.csrf()), ("label", "advert")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(fixture.post(&path, &one, &[("csrf", &first.csrf()), ("label", "no such label")]).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn contacts_are_shown_when_asked_for_and_that_is_logged() {
    let fixture = Fixture::new(Profile::Authority, None);
    let (_, cookie) = fixture.somebody(Role::Reviewer);
    let find = find_with(&fixture, "livraison");
    let page = fixture.get(&format!("/finds/{find}"), &cookie).await;
    assert!(!page.body.contains("vendeur_fictif") && !page.body.contains("handle_exemple"));
    let path = format!("/finds/{find}/reveal");
    let csrf = page.csrf();
    assert_eq!(fixture.post(&path, &cookie, &[("csrf", &csrf)]).await.status, StatusCode::BAD_REQUEST, "an authority says why");
    let shown = fixture.post(&path, &cookie, &[("csrf", &csrf), ("reason", "case 12")]).await;
    assert!(shown.body.contains("vendeur_fictif") && shown.body.contains("handle_exemple") && !shown.body.contains("<b>handle_exemple"));
    let line = fixture.desk().audit_lines(None, 1).unwrap().remove(0);
    assert_eq!((line.event.as_str(), line.detail), ("reveal", format!("find {find}: case 12")));
}

#[tokio::test]
async fn the_day_ends_at_the_cap_that_people_set() {
    let fixture = Fixture::platform();
    let (user, cookie) = fixture.somebody(Role::Reviewer);
    let settings = vigie_store::UserSettings { daily_cap: Some(1), ..vigie_store::UserSettings::default() };
    fixture.desk().set_settings(user, &settings).unwrap();
    let page = fixture.get("/queue", &cookie).await;
    let find = before_me(&page.body);
    fixture.post(&format!("/queue/{find}/too-hard"), &cookie, &[("csrf", &page.csrf())]).await;
    let page = fixture.get("/queue", &cookie).await;
    assert!(page.body.contains("That is enough for today"));
    assert_eq!(fixture.desk().history(find).unwrap()[0].kind, Step::TooHard);
}

#[tokio::test]
async fn measuring_takes_the_task_that_was_set_and_no_other() {
    let fixture = Fixture::platform();
    let (_, cookie) = fixture.somebody(Role::Reviewer);
    let page = fixture.get("/measure", &cookie).await;
    let key = page.body.split("name=\"key\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let csrf = page.csrf();
    let label = async |key: &str| {
        fixture.post("/measure", &cookie, &[("csrf", &csrf), ("key", key), ("revision", "0"), ("label", "other")]).await.location().to_owned()
    };
    assert_eq!(label("00000000000000ff").await, "/measure", "nobody chooses");
    let last = label(&key).await;
    assert!(last.starts_with("/measure?last="), "{last}");
    assert_eq!(label(&key).await, "/measure", "nobody reads a post twice");
}

#[tokio::test]
async fn appeals_reopen() {
    let fixture = Fixture::platform();
    let ((reviewer, _), (_, officer)) = (fixture.somebody(Role::Reviewer), fixture.somebody(Role::Officer));
    let mut desk = fixture.desk();
    let settled = (1..=7).find(|find| {
        let ruling = vigie_store::Ruling { label: Label::Advert, reason: None, all: false };
        desk.decide(vigie_store::Reader { user: reviewer, senior: false }, *find, &ruling, clock()).unwrap();
        desk.item(*find, clock()).unwrap().unwrap().state == ReviewState::Settled
    });
    let find = settled.unwrap();
    let csrf = fixture.get(&format!("/finds/{find}"), &officer).await.csrf();
    let got = fixture.post(&format!("/finds/{find}/appeal"), &officer, &[("csrf", &csrf), ("reason", "the author wrote")]).await;
    assert_eq!(got.status, StatusCode::SEE_OTHER);
    assert_eq!(desk.item(find, clock()).unwrap().unwrap().state, ReviewState::Second);
}

#[tokio::test]
async fn rules_are_tried_and_wrong_ones_say_where() {
    let fixture = Fixture::platform();
    let (_, cookie) = fixture.somebody(Role::Analyst);
    let page = fixture.get("/rules", &cookie).await;
    let csrf = page.csrf();
    let pack = "[[rule]]\nname = \"snap_named\"\nseverity = \"low\"\nreason.en = \"x\"\nreason.fr = \"x\"\nwhen = \"post.words.says('livraison')\"\neffect = { tag = \"snap\" }\nmatch = [\"beuh dispo livraison 10€ le g snap vendeur_fictif\"]\nno_match = [\"bonjour\"]\n";
    let tried = fixture.post("/rules", &cookie, &[("csrf", &csrf), ("pack", pack)]).await;
    assert!(tried.status == StatusCode::OK && tried.body.contains("snap_named") && tried.body.contains("finds would change"), "{}", tried.body);
    let wrong = fixture.post("/rules", &cookie, &[("csrf", &csrf), ("pack", "[[rule]]\nname = 3")]).await;
    assert!(wrong.body.contains("new.toml:"), "{}", wrong.body);
}

#[tokio::test]
async fn both_languages_and_small_pages() {
    let fixture = Fixture::platform();
    let (_, cookie) = fixture.somebody(Role::Admin);
    for path in ["/", "/queue", "/finds/1", "/measure", "/explore", "/rules", "/people", "/tokens", "/audit", "/account"] {
        let mut french = request("GET", path, &cookie, String::new());
        french.headers_mut().insert(header::ACCEPT_LANGUAGE, "fr-FR,fr;q=0.9,en;q=0.5".parse().unwrap());
        let french = fixture.send(french).await;
        assert!(french.body.contains("<html lang=\"fr\">") && french.body.contains("Vue d’ensemble"), "{path}");
        let english = fixture.get(path, &cookie).await;
        assert!(english.body.contains("<html lang=\"en\">") && !english.body.contains("d’ensemble"), "{path}");
        let assets = include_str!("../../static/vigie.css").len() + include_str!("../../static/vigie.js").len();
        assert!(english.body.len() + assets < 150_000, "{path}: {} bytes", english.body.len() + assets);
    }
}

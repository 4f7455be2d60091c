//! What an attacker would try first.

use super::*;

#[tokio::test]
async fn hostile_posts_stay_text() {
    let fixture = Fixture::platform();
    let (_, cookie) = fixture.somebody(Role::Admin);
    let hostile = crate::tests::flow::find_with(&fixture, "script");
    for path in ["/queue", &format!("/queue?at={hostile}"), &format!("/finds/{hostile}"), "/explore", "/explore?q=%3Cscript%3E%22%27", "/measure", "/"] {
        let page = fixture.get(path, &cookie).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        for planted in ["<script>alert", "<img src=x", "<b>handle", "<i>Lorient", "<u>hostile", "javascript:alert", "\u{202E}"] {
            assert!(!page.body.contains(planted), "{path} has {planted}");
        }
        assert!(page.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'; script-src 'self';"));
        assert!(!page.body.contains(" style=") && !page.body.contains(" onclick="), "{path} has inline style or script");
    }
    let shown = fixture.get(&format!("/finds/{hostile}"), &cookie).await.body;
    assert!(shown.contains("&#60;script&#62;alert(1)") || shown.contains("&lt;script&gt;alert(1)"), "the text itself is shown");
}

#[tokio::test]
async fn forms_need_what_their_page_gave() {
    let fixture = Fixture::platform();
    let (_, cookie) = fixture.somebody(Role::Reviewer);
    let (_, other) = fixture.somebody(Role::Reviewer);
    let csrf = fixture.get("/account", &cookie).await.csrf();
    let stranger = fixture.get("/account", &other).await.csrf();
    for fields in [vec![], vec![("csrf", "")], vec![("csrf", "made-up")], vec![("csrf", stranger.as_str())]] {
        assert_eq!(fixture.post("/account/settings", &cookie, &fields).await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(fixture.post("/account/settings", &cookie, &[("csrf", &csrf)]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn other_sites_cannot_send_forms_or_borrow_the_name() {
    let fixture = Fixture::platform();
    let (_, cookie) = fixture.somebody(Role::Reviewer);
    let csrf = fixture.get("/account", &cookie).await.csrf();
    let form = || request("POST", "/account/settings", &cookie, format!("csrf={csrf}"));
    for (name, value) in [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://example.org"), ("origin", "null")] {
        let mut request = form();
        request.headers_mut().insert(header::HeaderName::from_static(name), value.parse().unwrap());
        assert_eq!(fixture.send(request).await.status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
    let mut rebound = form();
    rebound.headers_mut().insert(header::HOST, "attacker.example.org".parse().unwrap());
    assert_eq!(fixture.send(rebound).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn signing_in_changes_the_session_and_locks_after_five_tries() {
    let fixture = Fixture::platform();
    fixture.with_password("Anna", Role::Reviewer);
    let good = [("name", "anna"), ("password", PASSWORD)];
    let got = fixture.post("/sign-in", "vigie=planted-by-somebody", &good).await;
    assert_eq!((got.status, got.location()), (StatusCode::SEE_OTHER, "/"));
    let cookie = got.headers[header::SET_COOKIE].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly; SameSite=Lax") && !cookie.contains("planted"), "{cookie}");
    assert_eq!(fixture.get("/queue", "vigie=planted-by-somebody").await.status, StatusCode::SEE_OTHER);
    assert_eq!(fixture.get("/queue", &got.cookie()).await.status, StatusCode::OK);
    for _ in 0..5 {
        assert_eq!(fixture.post("/sign-in", "", &[("name", "anna"), ("password", "wrong wrong wrong")]).await.status, StatusCode::OK);
    }
    assert_eq!(fixture.post("/sign-in", "", &good).await.status, StatusCode::OK, "locked: the right password does not help");
    let events: Vec<String> = fixture.desk().audit_lines(None, 20).unwrap().into_iter().map(|line| line.event).collect();
    assert!(events.contains(&"sign_in_locked".to_owned()) && events.contains(&"sign_in".to_owned()), "{events:?}");
}

#[tokio::test]
async fn an_address_cannot_try_for_ever() {
    let fixture = Fixture::platform();
    let mut last = StatusCode::OK;
    for n in 0..21 {
        last = fixture.post("/setup", "", &[("token", "x"), ("name", "a"), ("password", &n.to_string())]).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn signing_out_ends_the_session() {
    let fixture = Fixture::platform();
    let (_, cookie) = fixture.somebody(Role::Reviewer);
    let csrf = fixture.get("/account", &cookie).await.csrf();
    let got = fixture.post("/sign-out", &cookie, &[("csrf", &csrf)]).await;
    assert_eq!(got.location(), "/sign-in");
    assert_eq!(fixture.get("/account", &cookie).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn behind_tls_the_cookie_is_bound_to_the_host() {
    let fixture = Fixture::new(Profile::Platform, Some("https://vigie.example.org"));
    fixture.with_password("Anna", Role::Reviewer);
    let mut form = request("POST", "/sign-in", "", serde_urlencoded::to_string([("name", "Anna"), ("password", PASSWORD)]).unwrap());
    form.headers_mut().insert(header::HOST, "vigie.example.org".parse().unwrap());
    let got = fixture.send(form).await;
    let cookie = got.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with("__Host-vigie=") && cookie.contains("Path=/") && cookie.ends_with("Secure"), "{cookie}");
    assert!(got.headers.contains_key("strict-transport-security"));
}

#[tokio::test]
async fn paths_bodies_and_headers_do_not_get_far() {
    let fixture = Fixture::platform();
    let (_, cookie) = fixture.somebody(Role::Admin);
    for path in ["/static/..%2F..%2Fvigie.db", "/static/%2e%2e/store.key", "/static/vigie.db", "/finds/1%27%20OR%201=1", "/no/such/page"] {
        let status = fixture.get(path, &cookie).await.status;
        assert!(status.is_client_error(), "{path}: {status}");
    }
    let csrf = fixture.get("/rules", &cookie).await.csrf();
    let long = "x".repeat(300 << 10);
    assert_eq!(fixture.post("/rules", &cookie, &[("csrf", &csrf), ("pack", &long)]).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let split = fixture.get("/sign-in?next=%2Fa%0D%0ASet-Cookie:%20x=y", &cookie).await;
    assert_eq!((split.location(), split.headers.get(header::SET_COOKIE)), ("/", None), "{}", split.body);
}

#[tokio::test]
async fn the_setup_token_makes_one_account() {
    let fixture = Fixture::platform();
    let token = fixture.app.setup_token().unwrap();
    assert_eq!(fixture.get("/sign-in", "").await.location(), "/setup");
    let form =
        |token: &str, name: &str| [("token".to_owned(), token.to_owned()), ("name".to_owned(), name.to_owned()), ("password".to_owned(), PASSWORD.to_owned())];
    let post = async |fields: [(String, String); 3]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        fixture.post("/setup", "", &fields).await
    };
    assert_eq!(post(form("made-up", "Eve")).await.status, StatusCode::OK);
    let got = post(form(&token, "Anna")).await;
    assert_eq!((got.status, got.location()), (StatusCode::SEE_OTHER, "/"));
    assert_eq!(fixture.get("/people", &got.cookie()).await.status, StatusCode::OK);
    assert_eq!(post(form(&token, "Eve")).await.location(), "/sign-in", "the token is used up");
    assert_eq!(fixture.desk().users().unwrap().len(), 1);
}

//! The API.

use serde_json::Value;

use super::*;

fn call(method: &str, path: &str, body: &str, key: Option<&str>) -> Request<Body> {
    let mut request = request(method, path, "", body.to_owned());
    request.headers_mut().insert(header::AUTHORIZATION, "Bearer secret".parse().unwrap());
    request.headers_mut().insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
    if let Some(key) = key {
        request.headers_mut().insert("idempotency-key", key.parse().unwrap());
    }
    request
}

fn fixture() -> Fixture {
    let fixture = Fixture::platform();
    let (user, _) = fixture.somebody(Role::Analyst);
    let scopes = ["figures:read", "finds:read", "decisions:write", "metrics:read"].map(str::to_owned);
    fixture.desk().add_token(user, "t", &hash_of("secret"), &scopes, clock()).unwrap();
    fixture
}

fn json(got: &Got) -> Value {
    serde_json::from_str(&got.body).unwrap()
}

#[tokio::test]
async fn pages_of_finds_follow_each_other() {
    let fixture = fixture();
    let (mut path, mut seen) = ("/api/v1/finds?limit=3".to_owned(), Vec::new());
    loop {
        let page = json(&fixture.send(call("GET", &path, "", None)).await);
        seen.extend(page["finds"].as_array().unwrap().iter().map(|find| find["id"].as_i64().unwrap()));
        assert!(page.to_string().find("vendeur_fictif").is_none(), "contacts are masked");
        match page["next"].as_str() {
            Some(next) => path = format!("/api/v1/finds?limit=3&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), 7);
    for wrong in ["cursor=!", "cursor=AA", "limit=0", "limit=201", "limit=x", "band=purple", "state=x"] {
        assert_eq!(fixture.send(call("GET", &format!("/api/v1/finds?{wrong}"), "", None)).await.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn a_decision_sent_twice_is_made_once() {
    let fixture = fixture();
    let body = r#"{"label": "news", "reason": "a report"}"#;
    let first = fixture.send(call("POST", "/api/v1/finds/1/decisions", body, Some("k1"))).await;
    assert_eq!((first.status, first.body.as_str()), (StatusCode::CREATED, r#"{"find":1,"decided":1}"#));
    let again = fixture.send(call("POST", "/api/v1/finds/1/decisions", body, Some("k1"))).await;
    assert_eq!((again.status, again.body), (StatusCode::CREATED, first.body));
    let other = fixture.send(call("POST", "/api/v1/finds/2/decisions", body, Some("k1"))).await;
    assert_eq!((other.status, other.headers[header::CONTENT_TYPE].to_str().unwrap()), (StatusCode::CONFLICT, "application/problem+json"));
    assert_eq!(fixture.send(call("POST", "/api/v1/finds/1/decisions", body, None)).await.status, StatusCode::CONFLICT);
    assert_eq!(fixture.send(call("POST", "/api/v1/finds/999/decisions", body, None)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(fixture.send(call("POST", "/api/v1/finds/2/decisions", r#"{"label": 3}"#, None)).await.status, StatusCode::BAD_REQUEST);
    let decisions = json(&fixture.send(call("GET", "/api/v1/decisions", "", None)).await);
    assert_eq!(decisions["decisions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn shares_and_metrics_are_served() {
    let fixture = fixture();
    let shares = json(&fixture.send(call("GET", "/api/v1/shares", "", None)).await);
    assert_eq!((shares["shares"][0]["watch"].as_str(), shares["shares"][0]["posts"].as_u64()), (Some("Lorient"), Some(7)));
    let metrics = fixture.send(call("GET", "/metrics", "", None)).await;
    assert!(metrics.body.contains("vigie_finds{state=\"waiting\"} 7"), "{}", metrics.body);
    assert_eq!(fixture.get("/readyz", "").await.body, "ok\n");
}

#[test]
fn the_document_is_current() {
    let committed = include_str!("../../../../docs/openapi.json");
    assert_eq!(committed, crate::openapi(), "run `vigie serve --openapi > docs/openapi.json`");
}

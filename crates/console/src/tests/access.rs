//! The permission table, walked through with everybody.

use super::*;
use crate::{
    access::{Access, Permission, Scope},
    routes::ROUTES,
};

/// The address with something in the place of its parameters.
fn filled(path: &str) -> String {
    path.replace("{id}", "1").replace("{name}", "vigie.css")
}

#[tokio::test]
async fn every_route_lets_in_who_may_and_nobody_else() {
    let fixture = Fixture::platform();
    for role in Role::ALL {
        for route in ROUTES {
            let Access::Page(permission) = route.access else { continue };
            // A session for each: some addresses end it.
            let (_, cookie) = fixture.somebody(role);
            let csrf = crate::auth::Seat::new(user(&fixture, role), cookie.trim_start_matches("vigie="), vigie_report::Language::English).csrf;
            let got = match route.method {
                "GET" => fixture.get(&filled(route.path), &cookie).await,
                _ => fixture.post(&filled(route.path), &cookie, &[("csrf", &csrf)]).await,
            };
            let refused = got.status == StatusCode::FORBIDDEN;
            assert_eq!(refused, !permission.of(role), "{role:?} at {} {}: {}", route.method, route.path, got.status);
            assert!(!got.status.is_server_error(), "{role:?} at {} {}: {}", route.method, route.path, got.status);
        }
    }
}

fn user(fixture: &Fixture, role: Role) -> vigie_store::User {
    fixture.desk().users().unwrap().into_iter().rfind(|user| user.role == role).unwrap()
}

#[tokio::test]
async fn nobody_gets_past_sign_in() {
    let fixture = Fixture::platform();
    fixture.somebody(Role::Admin);
    for route in ROUTES {
        let path = filled(route.path);
        let got = if route.method == "GET" { fixture.get(&path, "vigie=made-up").await } else { fixture.post(&path, "", &[]).await };
        match route.access {
            Access::Page(_) => {
                assert!(got.status == StatusCode::SEE_OTHER && got.location().starts_with("/sign-in"), "{} {path}: {}", route.method, got.status);
            }
            Access::Api(_) => assert_eq!(got.status, StatusCode::UNAUTHORIZED, "{path}"),
            Access::Public => assert!(!got.status.is_server_error(), "{path}: {}", got.status),
        }
    }
}

#[tokio::test]
async fn a_token_opens_what_its_scope_and_its_person_open() {
    let fixture = Fixture::platform();
    let mut desk = fixture.desk();
    for role in Role::ALL {
        let (user, _) = fixture.somebody(role);
        for scope in Scope::ALL {
            let secret = format!("{role:?}-{scope:?}");
            desk.add_token(user, "t", &hash_of(&secret), &[scope.as_str().to_owned()], clock()).unwrap();
            for route in ROUTES {
                let Access::Api(needed) = route.access else { continue };
                let mut request = request(route.method, &filled(route.path), "", "{}".into());
                request.headers_mut().insert(header::AUTHORIZATION, format!("Bearer {secret}").parse().unwrap());
                let got = fixture.send(request).await;
                let may = scope == needed && needed.permission().of(role);
                assert_eq!(got.status == StatusCode::FORBIDDEN, !may, "{secret} at {}: {}", route.path, got.status);
            }
        }
    }
}

#[test]
fn the_table_for_people_is_the_one_in_the_program() {
    let document = include_str!("../../../../docs/console.md");
    for permission in Permission::ALL {
        let row = format!("| `{permission:?}` | {} |", permission.least().as_str());
        assert!(document.contains(&row), "docs/console.md lacks: {row}");
    }
    for route in ROUTES {
        let access = match route.access {
            Access::Public => "public".to_owned(),
            Access::Page(permission) => format!("`{permission:?}`"),
            Access::Api(scope) => format!("token `{}`", scope.as_str()),
        };
        let row = format!("| {} | `{}` | {access} |", route.method, route.path);
        assert!(document.contains(&row), "docs/console.md lacks: {row}");
    }
}

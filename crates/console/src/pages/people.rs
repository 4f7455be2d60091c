//! People: who may do what.

use askama::Template;
use axum::{
    Form,
    extract::{Extension, Path, State},
    response::{IntoResponse, Redirect},
};
use serde::Deserialize;
use vigie_store::{Accounts, Added, Role, User, UserId};

use super::{Answer, Shell, Tab, given, page, role_name, sign_in::acceptable_name};
use crate::{
    app::App,
    auth::{ACCEPTED_LENGTH, Hashing, Seat, acceptable},
    guard::Failure,
};

#[derive(Template)]
#[template(path = "people.html")]
struct People {
    s: Shell,
    people: Vec<Person>,
    roles: Vec<(Role, &'static str)>,
    trouble: Option<&'static str>,
    least: usize,
}

struct Person {
    user: User,
    since: String,
}

impl People {
    fn has(&self, user: &User, role: &Role) -> bool {
        user.role == *role
    }
}

#[derive(Deserialize)]
pub(crate) struct NewPerson {
    name: String,
    password: String,
    role: String,
}

#[derive(Deserialize)]
pub(crate) struct Change {
    role: String,
    disabled: Option<String>,
    password: Option<String>,
    reset_factor: Option<String>,
}

pub(crate) async fn show(State(app): State<App>, Extension(seat): Extension<Seat>) -> Answer {
    render(&app, &seat, None).await
}

async fn render(app: &App, seat: &Seat, trouble: Option<&'static str>) -> Answer {
    let users = app.pool.run(|desk| desk.users()).await?;
    let shell = Shell::of(app, seat, Tab::People).await?;
    page(&People {
        people: users.into_iter().map(|user| Person { since: user.created_at.to_string().chars().take(10).collect(), user }).collect(),
        roles: Role::ALL.iter().map(|role| (*role, role_name(*role, seat.language))).collect(),
        trouble,
        least: *ACCEPTED_LENGTH.start(),
        s: shell,
    })
}

pub(crate) async fn add(State(app): State<App>, Extension(seat): Extension<Seat>, Form(form): Form<NewPerson>) -> Answer {
    let role = Role::parse(&form.role).ok_or(Failure::Invalid)?;
    let name = form.name.trim().to_owned();
    if !acceptable_name(&name) || !acceptable(&form.password, &name) {
        let words = seat
            .language
            .pick("A name has letters, and a password at least 12 characters.", "Un nom contient des lettres, un mot de passe au moins 12 caractères.");
        return render(&app, &seat, Some(words)).await;
    }
    let (admin, now) = (seat.user.id, app.now());
    let added = app
        .pool
        .run(move |desk| {
            let hash = Hashing::hash(&form.password)?;
            let added = desk.add_user(&name, role, &hash, false, now)?;
            if let Added::Added(user) = added {
                desk.audit(Some(admin), "user_added", &format!("user {} as {}", user.0, role.as_str()), now)?;
            }
            Ok(added)
        })
        .await?;
    match added {
        Added::Added(_) => Ok(Redirect::to("/people").into_response()),
        Added::NameTaken => render(&app, &seat, Some(seat.language.pick("Somebody has that name already.", "Ce nom est déjà pris."))).await,
    }
}

pub(crate) async fn change(State(app): State<App>, Extension(seat): Extension<Seat>, Path(id): Path<i64>, Form(form): Form<Change>) -> Answer {
    let role = Role::parse(&form.role).ok_or(Failure::Invalid)?;
    let (who, admin, now, disabled) = (UserId(id), seat.user.id, app.now(), form.disabled.is_some());
    let password = given(form.password);
    if password.as_ref().is_some_and(|password| !acceptable(password, "")) {
        return render(&app, &seat, Some(seat.language.pick("A password has at least 12 characters.", "Un mot de passe compte au moins 12 caractères."))).await;
    }
    let resets = form.reset_factor.is_some();
    let done = app
        .pool
        .run(move |desk| {
            if !desk.set_role(who, role, disabled, now)? {
                return Ok(false);
            }
            if let Some(password) = password {
                desk.set_password(who, &Hashing::hash(&password)?)?;
                desk.audit(Some(admin), "password_reset", &format!("user {id}"), now)?;
            }
            if resets {
                desk.set_totp(who, None)?;
                desk.audit(Some(admin), "second_factor_reset", &format!("user {id}"), now)?;
            }
            let state = if disabled { ", closed" } else { "" };
            desk.audit(Some(admin), "user_changed", &format!("user {id}: {}{state}", role.as_str()), now)?;
            Ok(true)
        })
        .await?;
    if done {
        return Ok(Redirect::to("/people").into_response());
    }
    render(
        &app,
        &seat,
        Some(seat.language.pick("The last admin stays: make another one first.", "Le dernier compte d’administration reste : créez-en d’abord un autre.")),
    )
    .await
}

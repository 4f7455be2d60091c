//! One's own account: language, care for oneself, password, second factor.

use askama::Template;
use axum::{
    Form,
    extract::{Extension, State},
    response::{IntoResponse, Redirect},
};
use serde::Deserialize;
use vigie_model::Product;
use vigie_store::{Accounts, UserSettings};

use super::{Answer, Shell, Tab, given, page, sign_in};
use crate::{
    app::App,
    auth::{self, ACCEPTED_LENGTH, Hashing, Seat},
    guard::Failure,
};

/// Bounds of what people may set.
const MOST_A_DAY: u32 = 5_000;
const LONGEST_WORK: u32 = 240;

#[derive(Template)]
#[template(path = "account.html")]
struct Account {
    s: Shell,
    settings: UserSettings,
    products: Vec<(&'static str, &'static str)>,
    second_factor: bool,
    /// A new secret to confirm: as people type it, as an address, and as the form brings it back.
    offered: Option<(String, String, String)>,
    trouble: Option<&'static str>,
    saved: bool,
    least: usize,
}

impl Account {
    fn spares(&self, code: &str) -> bool {
        self.settings.spared.iter().any(|spared| spared == code)
    }

    fn cap(&self) -> u32 {
        self.settings.daily_cap.unwrap_or(0)
    }

    fn language_is(&self, name: &str) -> bool {
        self.settings.language.as_deref().unwrap_or_default() == name
    }
}

#[derive(Deserialize)]
pub(crate) struct PasswordForm {
    old: String,
    new: String,
}

#[derive(Deserialize)]
pub(crate) struct FactorForm {
    password: String,
    secret: Option<String>,
    code: Option<String>,
    remove: Option<String>,
}

pub(crate) async fn show(State(app): State<App>, Extension(seat): Extension<Seat>) -> Answer {
    render(&app, &seat, None, false).await
}

async fn render(app: &App, seat: &Seat, trouble: Option<&'static str>, saved: bool) -> Answer {
    let offered = if seat.user.second_factor { None } else { Some(offer(&seat.user.name)?) };
    page(&Account {
        s: Shell::of(app, seat, Tab::Account).await?,
        settings: seat.settings().clone(),
        products: Product::ALL.iter().filter(|product| product.is_drug()).map(|product| (product.as_str(), seat.language.product(*product))).collect(),
        second_factor: seat.user.second_factor,
        offered,
        trouble,
        saved,
        least: *ACCEPTED_LENGTH.start(),
    })
}

fn offer(name: &str) -> Result<(String, String, String), Failure> {
    let mut secret = [0; auth::SECRET_BYTES];
    getrandom::fill(&mut secret).map_err(|error| Failure::Store(error.to_string()))?;
    Ok((auth::shown_secret(&secret), auth::uri(&secret, name), data_encoding::HEXLOWER.encode(&secret)))
}

/// Takes the settings; product classes come as fields of their own, one for each box that is ticked.
pub(crate) async fn settings(State(app): State<App>, Extension(mut seat): Extension<Seat>, Form(fields): Form<Vec<(String, String)>>) -> Answer {
    let field = |name: &str| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
    let number = |name: &str| field(name).and_then(|value| value.trim().parse::<u32>().ok());
    let settings = UserSettings {
        language: field("language").filter(|language| ["fr", "en"].contains(language)).map(str::to_owned),
        daily_cap: number("daily_cap").filter(|cap| *cap > 0).map(|cap| cap.min(MOST_A_DAY)),
        break_minutes: number("break_minutes").unwrap_or(0).min(LONGEST_WORK),
        score_first: field("score_first").is_some(),
        shortcuts: field("shortcuts").is_some(),
        spared: fields.iter().filter(|(name, value)| name == "spared" && value.parse::<Product>().is_ok()).map(|(_, value)| value.clone()).collect(),
    };
    let (user, stored) = (seat.user.id, settings.clone());
    app.pool.run(move |desk| desk.set_settings(user, &stored)).await?;
    match settings.language.as_deref() {
        Some("fr") => seat.language = vigie_report::Language::French,
        Some(_) => seat.language = vigie_report::Language::English,
        None => {}
    }
    seat.user.settings = settings;
    render(&app, &seat, None, true).await
}

/// A new password; every session ends, and a new one begins.
pub(crate) async fn password(State(app): State<App>, Extension(seat): Extension<Seat>, Form(form): Form<PasswordForm>) -> Answer {
    if !auth::acceptable(&form.new, &seat.user.name) {
        return render(
            &app,
            &seat,
            Some(seat.language.pick("The new password is too short or too simple.", "Le nouveau mot de passe est trop court ou trop simple.")),
            false,
        )
        .await;
    }
    let (name, user, now) = (seat.user.name.clone(), seat.user.id, app.now());
    let done = app
        .pool
        .run(move |desk| {
            if !right_password(desk, &name, &form.old)? {
                return Ok(false);
            }
            desk.set_password(user, &Hashing::hash(&form.new)?)?;
            desk.audit(Some(user), "password_changed", "", now)?;
            Ok(true)
        })
        .await?;
    if done {
        return sign_in::begin(&app, user, "/account").await;
    }
    render(&app, &seat, Some(seat.language.pick("The old password is not right.", "L’ancien mot de passe n’est pas le bon.")), false).await
}

fn right_password(desk: &impl Accounts, name: &str, password: &str) -> vigie_store::Result<bool> {
    let found = desk.credentials(name)?;
    Ok(Hashing::check(password, found.as_ref().map(|found| found.password.as_str())))
}

/// Sets up or removes the second factor; both need the password.
pub(crate) async fn second_factor(State(app): State<App>, Extension(seat): Extension<Seat>, Form(form): Form<FactorForm>) -> Answer {
    let secret =
        given(form.secret).and_then(|secret| data_encoding::HEXLOWER.decode(secret.as_bytes()).ok()).filter(|secret| secret.len() == auth::SECRET_BYTES);
    let (name, user, now, removes, code) = (seat.user.name.clone(), seat.user.id, app.now(), form.remove.is_some(), form.code.unwrap_or_default());
    let done = app
        .pool
        .run(move |desk| {
            if !right_password(desk, &name, &form.password)? {
                return Ok(false);
            }
            if removes {
                desk.set_totp(user, None)?;
                desk.audit(Some(user), "second_factor_removed", "", now)?;
                return Ok(true);
            }
            let Some(secret) = secret else { return Ok(false) };
            let Some(step) = auth::matching_step(&secret, &code, now.seconds()) else { return Ok(false) };
            desk.set_totp(user, Some(&secret))?;
            desk.use_totp_step(user, step)?;
            desk.audit(Some(user), "second_factor_added", "", now)?;
            Ok(true)
        })
        .await?;
    if done {
        return Ok(Redirect::to("/account").into_response());
    }
    render(
        &app,
        &seat,
        Some(seat.language.pick(
            "Password or code is not right; scan the new key and try again.",
            "Mot de passe ou code incorrect ; enregistrez la nouvelle clé et réessayez.",
        )),
        false,
    )
    .await
}

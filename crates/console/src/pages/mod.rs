//! The pages, one module each. What they have in common: the frame, dates, and how a failure is said.

pub(crate) mod account;
pub(crate) mod audit;
pub(crate) mod explore;
pub(crate) mod find;
pub(crate) mod measure;
pub(crate) mod overview;
pub(crate) mod people;
pub(crate) mod queue;
pub(crate) mod rules;
pub(crate) mod sign_in;
pub(crate) mod tokens;

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use vigie_model::Timestamp;
use vigie_report::Language;
use vigie_store::{ReviewState, Role};

use crate::{access::Permission, app::App, assets, auth::Seat, guard::Failure};

/// What handlers return.
pub(crate) type Answer = Result<Response, Failure>;

/// The part of the console that a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tab {
    Overview,
    Queue,
    Measure,
    Explore,
    Rules,
    People,
    Tokens,
    Audit,
    Account,
}

/// What every page shows around its own.
pub(crate) struct Shell {
    pub(crate) language: Language,
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) csrf: String,
    pub(crate) tab: Tab,
    pub(crate) waiting: u64,
    pub(crate) shortcuts: bool,
    pub(crate) version: &'static str,
}

impl Shell {
    pub(crate) async fn of(app: &App, seat: &Seat, tab: Tab) -> Result<Self, Failure> {
        let counts = app.counts().await?;
        Ok(Self {
            language: seat.language,
            name: seat.user.name.clone(),
            role: seat.user.role,
            csrf: seat.csrf.clone(),
            tab,
            waiting: counts.waiting + counts.second + counts.dispute,
            shortcuts: seat.settings().shortcuts,
            version: assets::VERSION.as_str(),
        })
    }

    /// The words in the reader's language.
    pub(crate) fn t<'a>(&self, english: &'a str, french: &'a str) -> &'a str {
        self.language.pick(english, french)
    }

    pub(crate) fn lang(&self) -> &'static str {
        self.language.pick("en", "fr")
    }

    pub(crate) fn is(&self, tab: Tab) -> bool {
        self.tab == tab
    }

    /// How many finds wait.
    pub(crate) fn count(&self) -> String {
        grouped(self.waiting)
    }

    pub(crate) fn reviews(&self) -> bool {
        Permission::Review.of(self.role)
    }

    pub(crate) fn explores(&self) -> bool {
        Permission::Explore.of(self.role)
    }

    pub(crate) fn audits(&self) -> bool {
        Permission::Audit.of(self.role)
    }

    pub(crate) fn manages(&self) -> bool {
        Permission::Manage.of(self.role)
    }

    /// The first letter of the name, for the round sign beside it.
    pub(crate) fn initial(&self) -> String {
        self.name.chars().next().map(|c| c.to_uppercase().collect()).unwrap_or_default()
    }

    pub(crate) fn role_name(&self) -> &'static str {
        role_name(self.role, self.language)
    }
}

pub(crate) fn role_name(role: Role, language: Language) -> &'static str {
    match role {
        Role::Viewer => language.pick("viewer", "lecture"),
        Role::Reviewer => language.pick("reviewer", "modération"),
        Role::Analyst => language.pick("analyst", "analyse"),
        Role::Officer => language.pick("officer", "responsable"),
        Role::Admin => language.pick("admin", "administration"),
    }
}

pub(crate) fn state_name(state: ReviewState, language: Language) -> &'static str {
    match state {
        ReviewState::Waiting => language.pick("waiting", "en attente"),
        ReviewState::Second => language.pick("second reading", "seconde lecture"),
        ReviewState::Dispute => language.pick("disagreement", "désaccord"),
        ReviewState::Settled => language.pick("decided", "tranché"),
    }
}

/// A page.
pub(crate) fn page(template: &impl Template) -> Answer {
    template.render().map(|html| Html(html).into_response()).map_err(|error| Failure::Store(error.to_string()))
}

/// What was filled in: an empty field of a form is none.
pub(crate) fn given(field: Option<String>) -> Option<String> {
    field.map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// "3 h ago" within two days, the day and hour before.
pub(crate) fn when(at: Timestamp, now: Timestamp, language: Language) -> String {
    let seconds = now.seconds() - at.seconds();
    let ago = |number: i64, unit: &str| match language {
        Language::English => format!("{number} {unit} ago"),
        Language::French => format!("il y a {number} {unit}"),
    };
    match seconds {
        0..60 => language.pick("just now", "à l’instant").to_owned(),
        60..3_600 => ago(seconds / 60, "min"),
        3_600..172_800 => ago(seconds / 3_600, "h"),
        _ => at.to_string().chars().take(16).map(|c| if c == 'T' { ' ' } else { c }).collect(),
    }
}

/// A number with its thousands apart.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage {
    language: Language,
    title: &'static str,
    what: &'static str,
    version: &'static str,
}

impl FailurePage {
    fn t<'a>(&self, english: &'a str, french: &'a str) -> &'a str {
        self.language.pick(english, french)
    }
}

/// A failure as a page. What the store said is not in it.
pub(crate) fn failure(failure: &Failure, language: Language) -> Response {
    let (title, what) = match failure {
        Failure::NotFound => (("Not found", "Introuvable"), ("There is nothing at this address.", "Il n’y a rien à cette adresse.")),
        Failure::Forbidden | Failure::Unauthorized => (
            ("Not allowed", "Accès refusé"),
            (
                "Your role does not include this, or the page was open for too long. Go back and reload it.",
                "Votre rôle ne le permet pas, ou la page est restée ouverte trop longtemps. Revenez en arrière et rechargez-la.",
            ),
        ),
        Failure::Invalid => (
            ("Not understood", "Demande incomprise"),
            ("Something in the form or address is not as it should be.", "Un élément du formulaire ou de l’adresse n’est pas conforme."),
        ),
        Failure::Conflict => (
            ("Somebody was faster", "Quelqu’un a été plus rapide"),
            ("This was decided or changed in the meantime.", "La décision a été prise ou modifiée entre-temps."),
        ),
        Failure::TooLarge => (("Too large", "Trop volumineux"), ("What was sent is larger than the console takes.", "L’envoi dépasse la taille acceptée.")),
        Failure::TooMany => (("Too many tries", "Trop de tentatives"), ("Wait five minutes and try again.", "Attendez cinq minutes avant de réessayer.")),
        Failure::Store(_) | Failure::TooSlow => (
            ("That did not work", "Cela n’a pas fonctionné"),
            (
                "The fault is ours, and it is in the server’s log. Nothing was changed.",
                "L’erreur vient de chez nous et figure dans le journal du serveur. Rien n’a été modifié.",
            ),
        ),
    };
    let page = FailurePage { language, title: language.pick(title.0, title.1), what: language.pick(what.0, what.1), version: assets::VERSION.as_str() };
    (failure.status(), Html(page.render().unwrap_or_else(|_| page.title.to_owned()))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_near_or_dates() {
        let at = |seconds: i64| Timestamp::from_seconds(1_795_000_000 + seconds).unwrap();
        assert_eq!(when(at(0), at(30), Language::English), "just now");
        assert_eq!(when(at(0), at(7_300), Language::French), "il y a 2 h");
        assert_eq!(when(at(0), at(200_000), Language::English), "2026-11-18 11:06");
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(grouped(7), "7");
    }
}

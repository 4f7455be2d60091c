//! The audit log.

use askama::Template;
use axum::extract::{Extension, Query, State};
use serde::Deserialize;
use vigie_store::{Accounts, AuditLine};

use super::{Answer, Shell, Tab, page};
use crate::{app::App, auth::Seat};

/// Lines on a page.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "audit.html")]
struct Audit {
    s: Shell,
    lines: Vec<AuditLine>,
    next: Option<i64>,
}

impl Audit {
    fn time(&self, line: &AuditLine) -> String {
        line.at.to_string().replace('T', " ").replace('Z', "")
    }
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    before: Option<i64>,
}

pub(crate) async fn show(State(app): State<App>, Extension(seat): Extension<Seat>, Query(asked): Query<Asked>) -> Answer {
    let mut lines = app.pool.run(move |desk| desk.audit_lines(asked.before, PAGE + 1)).await?;
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let next = lines.last().filter(|_| more).map(|line| line.id);
    page(&Audit { s: Shell::of(&app, &seat, Tab::Audit).await?, lines, next })
}

//! Measuring: posts of the random sample, which nobody can choose.

use askama::Template;
use axum::{
    Form,
    extract::{Extension, Query, State},
    response::{IntoResponse, Redirect},
};
use serde::Deserialize;
use vigie_measure::{
    estimate::{Agreement, cohen_kappa},
    share::{Answer as Verdict, LabelGoal, label_quotas},
};
use vigie_model::Label;
use vigie_report::{answer_of, drawn, groups};
use vigie_store::{Domain, GivenLabel, Labelling, Measuring};

use super::{Answer, Shell, Tab, grouped, page};
use crate::{
    app::App,
    auth::Seat,
    guard::Failure,
    spans::{Piece, pieces},
    tasks::{KEYS, Task, all_tasks, golden},
};

/// Labels to reach for each watch, as in `vigie label`.
const GOAL: LabelGoal = LabelGoal::Labels(300);

#[derive(Template)]
#[template(path = "measure.html")]
struct Measure {
    s: Shell,
    task: Option<Shown>,
    progress: Vec<Progress>,
    labels: Vec<(char, &'static str, &'static str, Verdict)>,
    last: Option<i64>,
    hidden: usize,
}

struct Shown {
    key: String,
    revision: u32,
    network: String,
    pieces: Vec<Piece>,
}

/// How far a watch got, and how far people agree.
struct Progress {
    watch: String,
    read: u64,
    wanted: u64,
    posts: String,
    twice: u64,
    kappa: Option<String>,
    golden: Option<(u64, u64)>,
}

impl Measure {
    fn adverts(&self) -> Vec<&(char, &'static str, &'static str, Verdict)> {
        self.labels.iter().filter(|label| label.3 == Verdict::Advert).collect()
    }

    fn others(&self) -> Vec<&(char, &'static str, &'static str, Verdict)> {
        self.labels.iter().filter(|label| label.3 == Verdict::Other).collect()
    }

    fn unsure(&self) -> Vec<&(char, &'static str, &'static str, Verdict)> {
        self.labels.iter().filter(|label| label.3 == Verdict::Undecided).collect()
    }
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    last: Option<i64>,
}

#[derive(Deserialize)]
pub(crate) struct LabelForm {
    key: String,
    revision: u32,
    label: String,
}

#[derive(Deserialize)]
pub(crate) struct UndoForm {
    last: i64,
}

pub(crate) async fn show(State(app): State<App>, Extension(seat): Extension<Seat>, Query(asked): Query<Asked>) -> Answer {
    let (domains, name) = (app.domains(), seat.user.name.clone());
    let (tasks, progress) = app
        .pool
        .run(move |desk| {
            let progress = domains.iter().map(|domain| progress(desk.reader(), domain)).collect::<vigie_store::Result<Vec<_>>>()?;
            Ok((all_tasks(desk.reader(), &domains, GOAL, &name)?, progress))
        })
        .await?;
    let language = seat.language;
    let shell = Shell::of(&app, &seat, Tab::Measure).await?;
    let (readable, hidden): (Vec<Task>, Vec<Task>) = tasks.into_iter().partition(|task| task.post.text.is_some());
    page(&Measure {
        s: shell,
        task: readable.first().map(|task| Shown {
            key: format!("{:016x}", task.post.key),
            revision: task.post.revision,
            network: task.post.network.as_str().to_owned(),
            pieces: pieces(&masked(task.post.text.as_deref().unwrap_or_default()), &[], language),
        }),
        progress,
        labels: KEYS.iter().map(|(key, label)| (*key, label.as_str(), language.label(*label), answer_of(*label))).collect(),
        last: asked.last,
        hidden: hidden.len(),
    })
}

/// A post of the sample without what looks like an identifier.
fn masked(text: &str) -> String {
    vigie_store::without_identifiers(text, &[], [])
}

fn progress(store: &impl Measuring, domain: &Domain) -> vigie_store::Result<Progress> {
    let sample = store.domain_sample(domain)?;
    let quotas = label_quotas(&groups(&sample.cells), &drawn(&sample.posts), GOAL, 0.05);
    let mut table = Agreement::default();
    for post in &sample.posts {
        if let [first, second, ..] = post.labels.as_slice() {
            table.add(answer_of(first.label) == Verdict::Advert, answer_of(second.label) == Verdict::Advert);
        }
    }
    let (shown, same) = golden(&sample);
    Ok(Progress {
        watch: domain.watch.clone(),
        read: quotas.iter().map(|quota| quota.read.min(quota.labels)).sum(),
        wanted: quotas.iter().map(|quota| quota.labels).sum(),
        posts: grouped(quotas.iter().map(|quota| quota.posts).sum()),
        twice: table.posts(),
        kappa: cohen_kappa(&table).map(|kappa| format!("{kappa:.2}")),
        golden: (shown > 0).then_some((same, shown)),
    })
}

/// Stores a label, if it is of the post that this person was to read.
pub(crate) async fn label(State(app): State<App>, Extension(seat): Extension<Seat>, Form(form): Form<LabelForm>) -> Answer {
    let label: Label = form.label.parse().map_err(|_| Failure::Invalid)?;
    let key = u64::from_str_radix(&form.key, 16).map_err(|_| Failure::Invalid)?;
    let (domains, name, now) = (app.domains(), seat.user.name.clone(), app.now());
    let number = app
        .pool
        .run(move |desk| {
            let tasks = all_tasks(desk.reader(), &domains, GOAL, &name)?;
            let asked = tasks.iter().find(|task| task.post.text.is_some()).is_some_and(|task| task.post.key == key && task.post.revision == form.revision);
            if !asked {
                return Ok(None);
            }
            let given = GivenLabel { reviewer: name, label, at: now };
            Ok(desk.add_labels(&[(key, form.revision, given)])?.first().copied())
        })
        .await?;
    match number {
        Some(number) => Ok(Redirect::to(&format!("/measure?last={number}")).into_response()),
        None => Ok(Redirect::to("/measure").into_response()),
    }
}

/// Takes back one's own label.
pub(crate) async fn undo(State(app): State<App>, Extension(seat): Extension<Seat>, Form(form): Form<UndoForm>) -> Answer {
    let name = seat.user.name.clone();
    app.pool
        .run(move |desk| {
            if desk.label_is_of(form.last, &name)? {
                desk.withdraw_label(form.last)?;
            }
            Ok(())
        })
        .await?;
    Ok(Redirect::to("/measure").into_response())
}

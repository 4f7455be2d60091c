//! The first page: what floods the watches, what waits, and whether everything runs.

use std::{convert::Infallible, time::Duration};

use askama::Template;
use axum::{
    extract::{Extension, State},
    http::header,
    response::{
        IntoResponse,
        sse::{Event, KeepAlive, Sse},
    },
};
use tokio_stream::{Stream, StreamExt, wrappers::IntervalStream};
use vigie_report::{EpisodeReport, ShareFigure, ShareWords, chart_svg, figures_svg, percent, share_words};
use vigie_store::Waiting;

use super::{Answer, Shell, Tab, grouped, page, when};
use crate::{
    app::{App, SourceHealth},
    auth::Seat,
};

/// Episodes shown.
const EPISODES: usize = 5;
/// The page looks for news so often.
const LOOK_EVERY: Duration = Duration::from_secs(3);

#[derive(Template)]
#[template(path = "overview.html")]
struct Overview {
    s: Shell,
    shares: Vec<Share>,
    counts: Waiting,
    decided: String,
    finds: String,
    waits: String,
    episodes: Vec<Flood>,
    sources: Vec<Source>,
}

/// A watch's card.
struct Share {
    watch: String,
    words: ShareWords,
    chart: String,
    posts: String,
    labels: String,
    has_posts: bool,
}

/// An episode's line.
struct Flood {
    watch: String,
    network: String,
    from: String,
    adverts: String,
    posts: String,
    usual: String,
}

struct Source {
    health: SourceHealth,
    posts: String,
}

pub(crate) async fn show(State(app): State<App>, Extension(seat): Extension<Seat>) -> Answer {
    let (outlook, counts) = (app.outlook().await?, app.counts().await?);
    let shell = Shell::of(&app, &seat, Tab::Overview).await?;
    let sources = (app.site.sources)().into_iter().map(|health| Source { posts: grouped(health.posts), health }).collect();
    page(&Overview {
        shares: outlook.figures.iter().map(|figure| share(figure, &shell)).collect(),
        decided: grouped(counts.settled),
        finds: grouped(counts.settled + counts.waiting + counts.second + counts.dispute),
        waits: grouped(counts.waiting + counts.second + counts.dispute),
        counts,
        episodes: outlook.episodes.iter().rev().take(EPISODES).map(|episode| flood(episode, &shell, app.now())).collect(),
        sources,
        s: shell,
    })
}

fn share(figure: &ShareFigure, shell: &Shell) -> Share {
    Share {
        watch: figure.domain.watch.clone(),
        words: share_words(figure, shell.language),
        chart: chart_svg(figure, shell.language),
        posts: grouped(figure.posts.posts),
        labels: grouped(figure.posts.labels),
        has_posts: figure.posts.posts > 0,
    }
}

fn flood(report: &EpisodeReport, shell: &Shell, now: vigie_model::Timestamp) -> Flood {
    let from = vigie_model::Timestamp::parse(&report.start_time).map_or_else(|_| report.start_time.clone(), |at| when(at, now, shell.language));
    Flood {
        watch: report.watch.clone(),
        network: report.network.clone(),
        from,
        adverts: grouped(report.episode.adverts),
        posts: grouped(report.episode.posts),
        usual: percent(report.episode.usual, 1, shell.language),
    }
}

/// The shares as a picture for a client's report.
pub(crate) async fn picture(State(app): State<App>, Extension(seat): Extension<Seat>) -> Answer {
    let outlook = app.outlook().await?;
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], figures_svg(&outlook.figures, seat.language)).into_response())
}

/// Says "changed" (with some data: browsers drop events without) when somebody wrote to the store, or a source's state is another; the page then fetches itself.
pub(crate) async fn events(State(app): State<App>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let news = IntervalStream::new(tokio::time::interval(LOOK_EVERY)).then(move |_| {
        let app = app.clone();
        async move { state(&app).await }
    });
    let mut last: Option<String> = None;
    let changes = news.filter_map(move |state| {
        let changed = last.as_ref().is_some_and(|last| *last != state);
        last = Some(state);
        changed.then(|| Ok(Event::default().event("changed").data("look")))
    });
    Sse::new(changes).keep_alive(KeepAlive::default())
}

/// Everything on the page that moves, in few bytes.
async fn state(app: &App) -> String {
    let counts = app.counts().await.unwrap_or_default();
    let posts = app.outlook().await.map_or(0, |outlook| outlook.figures.iter().map(|figure| figure.posts.posts + figure.posts.labels).sum::<u64>());
    let sources: Vec<(String, bool)> = (app.site.sources)().into_iter().map(|source| (source.name, source.connected)).collect();
    format!("{counts:?} {posts} {sources:?}")
}

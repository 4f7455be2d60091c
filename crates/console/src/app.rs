//! What every request shares, and starting the server.

use std::{
    fmt,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tokio::net::TcpListener;
use vigie_detect::Detector;
use vigie_measure::burst::EpisodePlan;
use vigie_model::Timestamp;
use vigie_report::{EpisodeReport, ShareFigure, episode_reports, share_figures};
use vigie_rules::PackSource;
use vigie_store::{Accounts, Domain, Measuring, Policy, Review, SqliteStore, Waiting};

use crate::{
    Error,
    auth::{Limiter, random_token},
    kept::Kept,
    pool::Pool,
    routes,
};

/// New finds become searchable at least so often, so many in one transaction.
const INDEX_EVERY: Duration = Duration::from_secs(5);
const INDEXED_AT_ONCE: usize = 2_000;

/// What a console is made of.
pub struct Site {
    /// Folder of the store.
    pub data: PathBuf,
    /// What may be kept.
    pub policy: Policy,
    /// The detector with the watches of the configuration.
    pub detector: Detector,
    /// Rule packs in use.
    pub rules: PackSource,
    /// The address that people use, where a server with TLS stands before this one.
    pub public_url: Option<String>,
    /// How the live sources get on.
    pub sources: Box<dyn Fn() -> Vec<SourceHealth> + Send + Sync>,
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site").field("data", &self.data).field("public_url", &self.public_url).finish_non_exhaustive()
    }
}

/// How a live source gets on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceHealth {
    /// Its name.
    pub name: String,
    /// Whether it is connected.
    pub connected: bool,
    /// Posts read since the start.
    pub posts: u64,
    /// Seconds that it lags behind, where that is known.
    pub lag: Option<i64>,
    /// Why it is not connected.
    pub trouble: Option<String>,
}

/// The console: [`Console::new`] opens the store, [`Console::serve`] answers.
#[derive(Debug)]
pub struct Console(App);

/// What handlers share. Cloning it is cheap.
#[derive(Clone)]
pub(crate) struct App(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) site: Site,
    pub(crate) pool: Pool,
    pub(crate) limiter: Limiter,
    /// Host of the public address.
    pub(crate) public_host: Option<String>,
    /// Lets the first admin be made; none once there is somebody.
    pub(crate) setup: Mutex<Option<String>>,
    pub(crate) clock: fn() -> Timestamp,
    outlook: Kept<Outlook>,
    counts: Kept<Waiting>,
    pub(crate) served: std::sync::atomic::AtomicU64,
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("App").field(&self.0.site).finish()
    }
}

impl std::ops::Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Console {
    /// Opens the store, and brings it up to date unless a scan or a watch holds it.
    ///
    /// # Errors
    /// The store cannot be opened, or the public address is none.
    pub fn new(site: Site) -> Result<Self, Error> {
        Ok(Self(App::new(site, system_time)?))
    }

    /// The token that the first visitor needs; none where there are people already.
    #[must_use]
    pub fn setup_token(&self) -> Option<String> {
        self.0.setup_token()
    }

    /// Answers until `stop` is done, then finishes what is under way.
    ///
    /// # Errors
    /// The address is reachable from outside without encryption, cannot be listened on, or the server fails.
    pub async fn serve(self, address: SocketAddr, ready: impl FnOnce(SocketAddr), stop: impl Future<Output = ()> + Send + 'static) -> Result<(), Error> {
        if !address.ip().is_loopback() && self.0.public_host.is_none() {
            return Err(Error::Unencrypted(address));
        }
        let listener = TcpListener::bind(address).await.map_err(|source| Error::Listen { address, source })?;
        ready(listener.local_addr().unwrap_or(address));
        let indexing = tokio::spawn(index_texts(self.0.clone()));
        let service = routes::router(&self.0).into_make_service_with_connect_info::<SocketAddr>();
        let served = axum::serve(listener, service).with_graceful_shutdown(stop).await.map_err(Error::Server);
        indexing.abort();
        served
    }
}

impl App {
    /// Opens the store with a clock.
    pub(crate) fn new(site: Site, clock: fn() -> Timestamp) -> Result<Self, Error> {
        let public_host = site.public_url.as_deref().map(public_host).transpose()?;
        match SqliteStore::open(&site.data, &site.policy) {
            Ok(_) | Err(vigie_store::Error::InUse(_)) => {}
            Err(error) => return Err(error.into()),
        }
        let nobody = vigie_store::SqliteDesk::open(&site.data, &site.policy)?.users()?.is_empty();
        let setup = if nobody { Some(random_token().map_err(Error::Random)?) } else { None };
        let pool = Pool::open(site.data.clone(), site.policy.clone())?;
        Ok(Self(Arc::new(Inner {
            site,
            pool,
            limiter: Limiter::default(),
            public_host,
            setup: Mutex::new(setup),
            clock,
            outlook: Kept::default(),
            counts: Kept::default(),
            served: std::sync::atomic::AtomicU64::new(0),
        })))
    }

    /// The token that the first visitor needs.
    pub(crate) fn setup_token(&self) -> Option<String> {
        self.setup.lock().map_or(None, |token| token.clone())
    }

    /// Whether browsers reach the console by HTTPS.
    pub(crate) fn secure(&self) -> bool {
        self.public_host.is_some()
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// The watches of the configuration.
    pub(crate) fn watches(&self) -> Vec<String> {
        self.site.detector.watches().iter().map(|watch| watch.name.clone()).collect()
    }

    /// A domain for each watch.
    pub(crate) fn domains(&self) -> Vec<Domain> {
        self.watches().into_iter().map(|watch| Domain { watch, ..Domain::default() }).collect()
    }

    /// What the figures say, as fresh as the store's size allows.
    pub(crate) async fn outlook(&self) -> vigie_store::Result<Arc<Outlook>> {
        let domains = self.domains();
        self.outlook.get(self.pool.run(move |desk| Outlook::of(desk.reader(), &domains))).await
    }

    /// How many finds wait, as fresh as the store's size allows.
    pub(crate) async fn counts(&self) -> vigie_store::Result<Waiting> {
        Ok(*self.counts.get(self.pool.run(|desk| desk.waiting())).await?)
    }
}

/// The figures of all watches.
#[derive(Debug)]
pub(crate) struct Outlook {
    /// Shares.
    pub(crate) figures: Vec<ShareFigure>,
    /// Flash sales, oldest first.
    pub(crate) episodes: Vec<EpisodeReport>,
}

impl Outlook {
    fn of(store: &dyn Measuring, domains: &[Domain]) -> vigie_store::Result<Self> {
        let hours = domains.iter().map(|domain| Ok((domain.clone(), store.watch_hours(domain)?))).collect::<vigie_store::Result<Vec<_>>>()?;
        let finds = |watch: &str, network, span, limit| store.advert_finds(watch, network, span, limit);
        Ok(Self { figures: share_figures(store, domains)?, episodes: episode_reports(&hours, &EpisodePlan::default(), finds)? })
    }
}

/// Keeps the full text up to date, in pieces that let the stream's writer through.
async fn index_texts(app: App) {
    let mut due = tokio::time::interval(INDEX_EVERY);
    loop {
        due.tick().await;
        // A store that fails says so to the next reader.
        while app.pool.run(|desk| desk.index_texts(INDEXED_AT_ONCE)).await.is_ok_and(|done| done == INDEXED_AT_ONCE) {}
    }
}

/// The computer's time; where that is out of every range, the earliest there is.
fn system_time() -> Timestamp {
    const EARLIEST: i64 = 631_152_000;
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let now = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_seconds(seconds).ok());
    #[expect(clippy::unwrap_used, reason = "1990 is in range; a test says so")]
    now.unwrap_or_else(|| Timestamp::from_seconds(EARLIEST).unwrap())
}

/// The host of `https://host[:port]`.
fn public_host(url: &str) -> Result<String, Error> {
    let host = url.strip_prefix("https://").map(|rest| rest.trim_end_matches('/'));
    let allowed = |host: &&str| !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.:[]".contains(&b));
    host.filter(allowed).map(str::to_ascii_lowercase).ok_or_else(|| Error::PublicUrl(url.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_time_is_in_range() {
        assert!(Timestamp::from_seconds(631_152_000).is_ok());
        assert!(system_time().seconds() > 631_152_000);
    }

    #[test]
    fn a_public_address_is_https_and_a_host() {
        assert_eq!(public_host("https://Vigie.example.org/").unwrap(), "vigie.example.org");
        assert_eq!(public_host("https://vigie.example.org:8443").unwrap(), "vigie.example.org:8443");
        for wrong in ["http://vigie.example.org", "https://", "https://a/b", "vigie.example.org", "https://a b"] {
            assert!(public_host(wrong).is_err(), "{wrong}");
        }
    }
}

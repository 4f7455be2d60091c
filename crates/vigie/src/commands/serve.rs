//! `vigie serve`: the console.

use std::{
    io::Write as _,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context;
use clap::Args;
use vigie_console::{Console, Site, SourceHealth};
use vigie_detect::{Detector, Lexicon, Model};
use vigie_model::Timestamp;

use super::{print, scan::now, settings, status::Health};
use crate::settings::Settings;

/// Serve the console: overview, queue, measuring, searching, people, API
///
/// Runs beside `vigie scan` and `vigie watch` on the same store. The first start prints an address with a token, which makes the first
/// account. Other machines reach it through a server with TLS, whose address --public-url names.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  vigie serve\n  vigie serve --listen 127.0.0.1:9000 --public-url https://vigie.example.org\n  vigie serve --openapi > docs/openapi.json"
)]
pub(crate) struct Serve {
    /// Address and port to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The address that people use: https:// and a host
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Print the description of the API (OpenAPI 3.1) and end
    #[arg(long)]
    openapi: bool,
}

impl Serve {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        if self.openapi {
            return print(&vigie_console::openapi());
        }
        let settings = settings(config)?;
        let console = Console::new(self.site(&settings)?)?;
        let token = console.setup_token();
        let public = self.public_url.clone();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start the server's threads")?;
        runtime.block_on(console.serve(self.listen, |address| greet(address, public.as_deref(), token.as_deref()), stop()))?;
        Ok(ExitCode::SUCCESS)
    }

    fn site(&self, settings: &Settings) -> anyhow::Result<Site> {
        let health = Health::file(settings);
        Ok(Site {
            data: settings.data.clone(),
            policy: settings.policy.clone(),
            detector: Detector::new(Lexicon::embedded()?, Model::embedded()?, settings.watches.clone()),
            rules: settings.rules.clone(),
            public_url: self.public_url.clone(),
            sources: Box::new(move || sources(&health)),
        })
    }
}

/// How the live sources get on, as `vigie watch` last said.
fn sources(file: &PathBuf) -> Vec<SourceHealth> {
    let health = std::fs::read_to_string(file).ok().and_then(|json| Health::from_json(&json));
    health.map_or_else(Vec::new, |health| {
        let alive = health.running && now().is_ok_and(|now: Timestamp| now.seconds() - health.updated.seconds() < 60);
        let source = |connection: &super::status::Connection| SourceHealth {
            name: connection.state.name.clone(),
            connected: connection.connected && alive,
            posts: connection.state.posts,
            lag: connection.lag(health.updated),
            trouble: connection.last_loss.clone(),
        };
        health.sources.iter().map(source).collect()
    })
}

/// Says where the console is, and how its first account is made.
fn greet(address: SocketAddr, public: Option<&str>, token: Option<&str>) {
    let local = format!("http://{address}");
    let base = public.unwrap_or(&local).trim_end_matches('/');
    let words = match token {
        Some(token) => format!("vigie: console at {base}\nvigie: nobody has an account yet; make the first one at {base}/setup?token={token}\n"),
        None => format!("vigie: console at {base}\n"),
    };
    // Without a terminal there is nobody to greet.
    drop(std::io::stderr().lock().write_all(words.as_bytes()));
}

/// Done when the program is asked to end.
async fn stop() {
    #[cfg(unix)]
    if let Ok(mut terminated) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminated.recv() => {}
        }
        return;
    }
    drop(tokio::signal::ctrl_c().await);
}

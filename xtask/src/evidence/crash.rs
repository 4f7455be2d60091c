//! The crash matrix, after Tessera's: each write-related system call of a sealing run fails (EIO, ENOSPC) or kills it, in turn.
//!
//! After each, `fsck` must find nothing damaged or lost, an exhibit that was acknowledged must be listed, and the next run must
//! finish what was begun. The log is written by a thread of its own, and strace counts per thread, so there are two passes: one
//! over all calls, one over the calls on the log's files only.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, ensure};

use super::{output, program};
use crate::{run, say};

const CALLS: [&str; 9] = ["openat", "mkdir", "write", "fsync", "rename", "unlink", "rmdir", "ftruncate", "close"];
/// Files of the log that sealing the second exhibit touches, below the log's folder.
const LOG_FILES: [&str; 12] = [
    "checkpoint",
    "checkpoint.tmp",
    "tile",
    "tile/0",
    "tile/0/000.p",
    "tile/0/000.p/1",
    "tile/0/000.p/2",
    "tile/entries",
    "tile/entries/000.p",
    "tile/entries/000.p/1",
    "tile/entries/000.p/2",
    "",
];

/// What is done to a call.
const FAULTS: [&str; 3] = ["error=EIO", "error=ENOSPC", "signal=KILL"];

/// Runs the matrix and prints what was tried.
pub(crate) fn crash() -> Result<()> {
    ensure!(Command::new("strace").arg("-V").output().is_ok(), "strace is needed: apt-get install strace");
    let vigie = program()?;
    let folder = tempfile::tempdir()?;
    let base = folder.path().join("base");
    fs::create_dir(&base)?;
    need(&base, &vigie, &["init", "--profile", "authority"])?;
    fs::write(base.join("post.json"), "{\"text\":\"synthetic\"}")?;
    seal(&base, &vigie)?;
    let mut tally = Tally::default();
    for paths in [&[][..], &LOG_FILES] {
        for call in CALLS {
            let count = count(folder.path(), &base, &vigie, call, paths)?;
            for (fault, number) in FAULTS.iter().flat_map(|fault| (1..=count).map(move |number| (fault, number))) {
                let copy = fresh(folder.path(), &base)?;
                let traced = Traced { vigie: &vigie, copy: &copy, paths };
                traced
                    .check(&format!("inject={call}:{fault}:when={number}"), &mut tally)
                    .with_context(|| format!("{call} number {number}, {fault}, log only: {}", !paths.is_empty()))?;
            }
        }
    }
    say(&format!(
        "{} faults: {} runs failed, {} were acknowledged in spite of the fault; no damage, nothing lost, all finished by the next run",
        tally.faults,
        tally.failed,
        tally.faults - tally.failed
    ));
    Ok(())
}

#[derive(Default)]
struct Tally {
    faults: u32,
    failed: u32,
}

fn need(folder: &Path, program: &Path, arguments: &[&str]) -> Result<String> {
    let out = output(folder, program, arguments)?;
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    ensure!(out.status.success(), "{}: {text}{}", arguments.join(" "), String::from_utf8_lossy(&out.stderr));
    Ok(text)
}

fn seal(folder: &Path, vigie: &Path) -> Result<String> {
    need(folder, vigie, &["evidence", "seal", "--post", "post.json"])
}

fn fresh(folder: &Path, base: &Path) -> Result<std::path::PathBuf> {
    let copy = folder.join("copy");
    if copy.exists() {
        fs::remove_dir_all(&copy)?;
    }
    run_quietly("cp", &["-a", &base.to_string_lossy(), &copy.to_string_lossy()])?;
    Ok(copy)
}

fn run_quietly(program: &str, arguments: &[&str]) -> Result<()> {
    if Command::new(program).args(arguments).status()?.success() { Ok(()) } else { run(program, arguments) }
}

/// The most calls of this kind that one thread makes in an undisturbed run.
fn count(folder: &Path, base: &Path, vigie: &Path, call: &str, paths: &[&str]) -> Result<usize> {
    let copy = fresh(folder, base)?;
    let traced = Traced { vigie, copy: &copy, paths };
    traced.strace(&format!("trace={call}"))?;
    let trace = fs::read_to_string(copy.join("trace"))?;
    let mut threads = std::collections::BTreeMap::<&str, usize>::new();
    for line in trace.lines().filter(|line| line.contains(&format!("{call}("))) {
        *threads.entry(line.split(' ').next().unwrap_or_default()).or_default() += 1;
    }
    Ok(threads.into_values().max().unwrap_or(0))
}

struct Traced<'a> {
    vigie: &'a Path,
    copy: &'a Path,
    paths: &'a [&'a str],
}

impl Traced<'_> {
    fn strace(&self, expression: &str) -> Result<bool> {
        let log = self.copy.join("vigie-data/evidence/log");
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-o", "trace", "-e", expression]);
        for path in self.paths {
            command.arg("-P").arg(log.join(path));
            let relative = Path::new("./vigie-data/evidence/log").join(path);
            command.arg("-P").arg(relative);
        }
        let out = command.arg(self.vigie).args(["evidence", "seal", "--post", "post.json"]).current_dir(self.copy).output()?;
        Ok(out.status.success())
    }

    fn check(&self, fault: &str, tally: &mut Tally) -> Result<()> {
        let acknowledged = self.strace(fault)?;
        tally.faults += 1;
        tally.failed += u32::from(!acknowledged);
        let listed = |text: &str| text.lines().count();
        need(self.copy, self.vigie, &["evidence", "fsck"]).context("after the fault")?;
        let after = listed(&need(self.copy, self.vigie, &["evidence", "list"])?);
        ensure!(after > usize::from(acknowledged), "an acknowledged exhibit is not there");
        seal(self.copy, self.vigie).context("the next run")?;
        let check = need(self.copy, self.vigie, &["evidence", "fsck"]).context("after the next run")?;
        ensure!(!check.contains("unfinished"), "the next run left something unfinished: {check}");
        let last = listed(&need(self.copy, self.vigie, &["evidence", "list"])?);
        ensure!(last > after, "the next run's exhibit is not there");
        Ok(())
    }
}

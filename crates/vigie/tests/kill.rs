//! A scan that is killed at random moments and run again leaves the store of an uninterrupted one.
//!
//! `VIGIE_KILLS` sets the number of kills (`cargo xtask kill 200`); a few by default.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use vigie_model::Profile;
use vigie_store::{Policy, SqliteStore, Upkeep};
use vigie_testkit::{StreamPlan, write_stream};

const POSTS: u64 = 80_000;

/// A folder with a configuration and an input of posts, repeated posts and broken lines.
struct Case {
    folder: tempfile::TempDir,
}

impl Case {
    fn new(input: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        fs::create_dir(&data).unwrap();
        // One key for all cases, so that their ledgers can be compared.
        fs::write(data.join("store.key"), [7; 32]).unwrap();
        fs::write(folder.path().join("vigie.toml"), "profile = \"platform\"\ndata = \"data\"\n[[watch]]\nname = \"Lorient\"\nany = [\"lorient\"]\n").unwrap();
        fs::write(folder.path().join("posts.jsonl"), input).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn scan(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vigie"));
        command.current_dir(self.folder.path()).args(["scan", "posts.jsonl", "--format", "json"]).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// What the store means, with the paths of this case taken out, and the reject file.
    fn outcome(&self) -> (String, String) {
        let store = SqliteStore::open(&self.path("data"), &Policy::new(Profile::Platform)).unwrap();
        let mut dump = Vec::new();
        store.dump(&mut dump).unwrap();
        let dump = String::from_utf8(dump).unwrap().replace(&self.folder.path().display().to_string(), "");
        (dump, rejects(&self.path("data/rejects")))
    }
}

fn rejects(folder: &Path) -> String {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "one reject file for one source");
    fs::read_to_string(files.remove(0)).unwrap()
}

fn input() -> Vec<u8> {
    let mut stream = Vec::new();
    write_stream(StreamPlan { posts: POSTS, ..StreamPlan::default() }, &mut stream).unwrap();
    let lines: Vec<&[u8]> = stream.split(|&b| b == b'\n').collect();
    let mut out = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        out.write_all(line).unwrap();
        out.push(b'\n');
        if index % 1_000 == 500 {
            out.extend_from_slice(b"{\"id\": \"broken\n");
        }
        if index % 10 == 3 {
            // A post that was delivered before.
            out.write_all(lines[index / 2]).unwrap();
            out.push(b'\n');
        }
    }
    out
}

/// A small generator, so that a failing run can be repeated (Steele et al. 2014, SplitMix64).
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[test]
fn killed_and_resumed_is_as_uninterrupted() {
    let wanted: u32 = env::var("VIGIE_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(4);
    let input = input();
    let whole = Case::new(&input);
    let started = Instant::now();
    assert!(whole.scan().status().unwrap().success());
    let full_time = started.elapsed();
    let expected = whole.outcome();
    assert!(expected.0.lines().count() > usize::try_from(POSTS).unwrap() && !expected.1.is_empty());

    let mut kills = 0;
    let mut state = 1;
    while kills < wanted {
        let case = Case::new(&input);
        while kills < wanted {
            let mut child = case.scan().spawn().unwrap();
            let moment = Duration::from_nanos(random(&mut state) % u64::try_from(full_time.as_nanos()).unwrap());
            // The moment of the kill is the point of this test.
            std::thread::sleep(moment);
            child.kill().unwrap();
            if child.wait().unwrap().success() {
                break; // it was quicker
            }
            kills += 1;
        }
        assert!(case.scan().status().unwrap().success());
        let outcome = case.outcome();
        assert!(outcome.0 == expected.0, "after {kills} kills the store differs");
        assert!(outcome.1 == expected.1, "after {kills} kills the reject file differs");
    }
    println!("{kills} kills, every store as that of an uninterrupted scan of {full_time:?}");
}

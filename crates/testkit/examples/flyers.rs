//! Writes flyers as files, to look at: `cargo run -p vigie-testkit --example flyers -- FOLDER [N]`.

use std::{fs, path::PathBuf, process::ExitCode};

use vigie_testkit::{Wear, flyer};

#[expect(clippy::print_stderr, reason = "a program for the command line")]
fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(folder) = arguments.next().map(PathBuf::from) else {
        eprintln!("usage: flyers FOLDER [N]");
        return ExitCode::FAILURE;
    };
    let count = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(4);
    for seed in 0..count {
        for (name, wear) in [("clean", Wear::Clean), ("degraded", Wear::Degraded)] {
            if let Err(error) = fs::write(folder.join(format!("{name}-{seed}.jpg")), flyer(seed, wear).jpeg) {
                eprintln!("flyers: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

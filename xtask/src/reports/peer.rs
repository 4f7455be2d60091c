//! A program that others wrote, running for a test.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, bail};

/// A running peer; stopped when it is dropped.
pub(crate) struct Peer {
    child: Child,
    /// The line by which it said that it is ready.
    pub(crate) ready: String,
}

impl Peer {
    /// Starts a program and waits until a line of its output begins with `ready`.
    pub(crate) fn start(mut command: Command, ready: &str) -> Result<Self> {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().with_context(|| format!("cannot start {command:?}"))?;
        let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
        for line in lines.by_ref() {
            let line = line?;
            if line.starts_with(ready) {
                // Whatever it prints later has to be read, or it would stop.
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(Self { child, ready: line });
            }
        }
        bail!("{command:?} ended before it was ready ({})", child.wait()?)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A port of the loopback address that nobody uses now.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

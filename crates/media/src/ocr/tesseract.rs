//! The program `tesseract` as a process on a leash.

use std::{
    ffi::OsString,
    io::{self, Read, Write},
    os::unix::process::{CommandExt, ExitStatusExt},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use image::GrayImage;
use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process_group, prlimit};
use thiserror::Error;

use super::{Word, tsv};

/// What reading a picture may cost.
#[derive(Debug, Clone, Copy)]
pub struct OcrLimits {
    /// Processor time of one attempt, in whole seconds: what a picture costs, whatever else the machine does.
    pub processor: Duration,
    /// Time for one attempt on the clock.
    pub once: Duration,
    /// Time for all attempts on a picture, on the clock.
    pub total: Duration,
    /// Bytes of memory of the process.
    pub memory: u64,
    /// Bytes that it may print.
    pub output: u64,
}

/// Why there is no text.
#[derive(Debug, Error)]
pub enum OcrError {
    /// The program is not there.
    #[error("{program} cannot be started ({source}): install tesseract-ocr with the languages that you need, or pictures are not read")]
    Missing {
        /// Which program.
        program: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// None of the languages is installed.
    #[error("tesseract has none of the languages {wanted}: install tesseract-ocr-fra or another of them")]
    NoLanguage {
        /// Those that were asked for.
        wanted: String,
    },
    /// It took too long and was ended.
    #[error("reading the picture took more than {seconds} s and was stopped")]
    TimedOut {
        /// The limit.
        seconds: u64,
    },
    /// It ended in failure, or was ended by the limit on its memory.
    #[error("tesseract failed on the picture ({status})")]
    Failed {
        /// How it ended.
        status: ExitStatus,
    },
    /// A pipe broke.
    #[error("tesseract cannot be talked to: {0}")]
    Pipe(#[from] io::Error),
}

/// How the text is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// To be found out.
    Page,
    /// One block of lines.
    Block,
    /// Words here and there.
    Sparse,
}

impl Layout {
    /// Tesseract's page segmentation mode.
    fn mode(self) -> &'static str {
        match self {
            Self::Page => "3",
            Self::Block => "6",
            Self::Sparse => "11",
        }
    }
}

/// The installed program, with the languages that it shall use.
#[derive(Debug, Clone)]
pub struct Tesseract {
    program: PathBuf,
    languages: String,
    version: String,
    limits: OcrLimits,
}

/// Time for the program to say its version.
const GREETING: Duration = Duration::from_secs(10);

/// The longest pause between two looks at the process.
const PAUSE: Duration = Duration::from_millis(8);

impl Tesseract {
    /// Looks for the program and takes those of the wanted languages that it has (`fra`, `eng`, `deu` …).
    ///
    /// # Errors
    /// [`OcrError::Missing`] or [`OcrError::NoLanguage`]: pictures are then not read.
    pub fn find(program: &Path, wanted: &[&str], limits: OcrLimits) -> Result<Self, OcrError> {
        let mut engine = Self { program: program.to_owned(), languages: String::new(), version: String::new(), limits };
        let installed = engine.run(&["--list-langs".into()], &[], GREETING)?;
        let usable: Vec<&str> = wanted.iter().filter(|language| installed.lines().any(|line| line == **language)).copied().collect();
        if usable.is_empty() {
            return Err(OcrError::NoLanguage { wanted: wanted.join(", ") });
        }
        engine.languages = usable.join("+");
        let version = engine.run(&["--version".into()], &[], GREETING)?;
        engine.version = version.lines().next().unwrap_or("tesseract").trim().to_owned();
        Ok(engine)
    }

    /// Name and version, as the program says them.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The languages in use, joined by `+`.
    #[must_use]
    pub fn languages(&self) -> &str {
        &self.languages
    }

    /// What a picture may cost.
    #[must_use]
    pub fn limits(&self) -> &OcrLimits {
        &self.limits
    }

    /// The words of a picture, line by line.
    pub(super) fn read(&self, image: &GrayImage, layout: Layout, time: Duration) -> Result<Vec<Word>, OcrError> {
        let mut bytes = format!("P5\n{} {}\n255\n", image.width(), image.height()).into_bytes();
        bytes.extend_from_slice(image.as_raw());
        let arguments = ["stdin", "stdout", "-l", &self.languages, "--psm", layout.mode(), "--dpi", "150", "tsv"].map(OsString::from);
        Ok(tsv::words(&self.run(&arguments, &bytes, time.min(self.limits.once))?))
    }

    /// Starts the program, gives it `input`, and returns what it prints.
    fn run(&self, arguments: &[OsString], input: &[u8], time: Duration) -> Result<String, OcrError> {
        let mut child = self.command(arguments).spawn().map_err(|source| OcrError::Missing { program: self.program.clone(), source })?;
        let leash = Leash::on(&child, &self.limits, time);
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        thread::scope(|scope| {
            // Limits hold before the first byte of the picture is there.
            let writer = scope.spawn(move || stdin.map_or(Ok(()), |mut pipe| pipe.write_all(input)));
            let reader = scope.spawn(move || read_all(stdout, self.limits.output));
            let status = leash.wait(&mut child);
            // A program that does not read its input to the end is judged by how it ends.
            drop(writer.join());
            let printed = reader.join().unwrap_or_else(|_| Ok(Vec::new()));
            let status = status?;
            if status.signal() == Some(Signal::XCPU.as_raw()) {
                return Err(OcrError::TimedOut { seconds: self.limits.processor.as_secs() });
            }
            if !status.success() {
                return Err(OcrError::Failed { status });
            }
            Ok(String::from_utf8_lossy(&printed?).into_owned())
        })
    }

    fn command(&self, arguments: &[OsString]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
        command.env_clear().envs(["PATH", "TESSDATA_PREFIX", "LD_LIBRARY_PATH"].into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        // Its own threads slow it down and would take the cores of the other workers.
        command.env("OMP_THREAD_LIMIT", "1").env("LC_ALL", "C.UTF-8");
        command
    }
}

/// Reads a pipe to its end, and keeps no more than `most` bytes of it.
fn read_all(pipe: Option<impl Read>, most: u64) -> io::Result<Vec<u8>> {
    let Some(mut pipe) = pipe else { return Ok(Vec::new()) };
    let mut kept = Vec::new();
    pipe.by_ref().take(most).read_to_end(&mut kept)?;
    io::copy(&mut pipe, &mut io::sink())?;
    Ok(kept)
}

/// Limits of a process and its children, and the time at which they are ended.
struct Leash {
    group: Option<Pid>,
    started: Instant,
    time: Duration,
}

impl Leash {
    /// Sets the limits. Where the system cannot, time alone is limited.
    fn on(child: &Child, limits: &OcrLimits, time: Duration) -> Self {
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let processor = limits.processor.as_secs().max(1);
        // Past the first limit of processor time it gets a signal that tells why; past the second it is killed.
        let spare = |resource| if resource == Resource::Cpu { 1 } else { 0 };
        let all = [(Resource::As, limits.memory), (Resource::Cpu, processor), (Resource::Core, 0), (Resource::Fsize, 0), (Resource::Nofile, 64)];
        for (resource, value) in all {
            // It may be gone already; then its end says what happened.
            let _ = prlimit(group, resource, Rlimit { current: Some(value), maximum: Some(value + spare(resource)) });
        }
        Self { group, started: Instant::now(), time }
    }

    /// Waits for the end, and makes it if it does not come in time.
    fn wait(&self, child: &mut Child) -> Result<ExitStatus, OcrError> {
        let mut pause = Duration::from_millis(1);
        loop {
            if let Some(status) = child.try_wait()? {
                self.end();
                return Ok(status);
            }
            if self.started.elapsed() >= self.time {
                self.end();
                child.kill()?;
                child.wait()?;
                return Err(OcrError::TimedOut { seconds: self.time.as_secs() });
            }
            thread::sleep(pause);
            pause = (pause * 2).min(PAUSE);
        }
    }

    /// Ends the whole group: a child that lives on would hold the pipes.
    fn end(&self) {
        if let Some(group) = self.group {
            let _ = kill_process_group(group, Signal::KILL); // it may be gone
        }
    }
}

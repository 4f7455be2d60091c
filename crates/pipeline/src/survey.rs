//! Judging every post of some inputs with all threads, and storing nothing: for trying rules at the speed of a scan.

use std::{
    num::NonZero,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
};

use crossbeam_channel::{Receiver, Sender, bounded};
use vigie_detect::{Detector, Judgement, Scratch};
use vigie_ingest::{Block, Blocks, Decoder, Input, Limits, Position};
use vigie_model::{Event, Post};

use crate::scan::{Error, Progress};

/// Where a post was read: number of the input and place in it. Orders posts as they were delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Number of the input.
    pub input: usize,
    /// Line of the record, from 1.
    pub line: u64,
}

/// What a survey reads, and how.
#[derive(Debug)]
pub struct SurveyPlan<'a> {
    /// In this order.
    pub inputs: &'a [Input],
    /// Bounds for reading.
    pub limits: &'a Limits,
    /// Workers.
    pub threads: NonZero<usize>,
}

/// What a survey gathered.
#[derive(Debug)]
pub struct Surveyed<A> {
    /// One for each worker.
    pub parts: Vec<A>,
    /// Records that gave no post, and those of which a part was dropped.
    pub problems: u64,
}

/// Judges every post and shows it to `visit`, which gathers into one `A` a worker. Setting `stop` ends the survey early.
///
/// # Errors
/// [`Error::Input`] where an input cannot be opened; [`Error::Thread`].
pub fn survey<A: Default + Send>(
    plan: &SurveyPlan<'_>,
    detector: &Detector,
    progress: &dyn Progress,
    stop: &AtomicBool,
    visit: &(dyn Fn(&mut A, Place, &Post<'_>, Judgement) + Sync),
) -> Result<Surveyed<A>, Error> {
    let decoder = Decoder::new(plan.limits);
    let problems = AtomicU64::new(0);
    let (out, inbox) = bounded::<(usize, Block)>(plan.threads.get() + 1);
    thread::scope(|scope| {
        let mut workers = Vec::with_capacity(plan.threads.get());
        for number in 0..plan.threads.get() {
            let (inbox, decoder, problems) = (inbox.clone(), &decoder, &problems);
            let work = move || work(&inbox, decoder, detector, problems, visit);
            workers.push(thread::Builder::new().name(format!("survey-{number}")).spawn_scoped(scope, work).map_err(Error::Thread)?);
        }
        drop(inbox);
        let read = read(plan, out, progress, stop);
        let parts = workers.into_iter().map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect();
        read?;
        Ok(Surveyed { parts, problems: problems.load(Ordering::Relaxed) })
    })
}

#[expect(clippy::needless_pass_by_value, reason = "the workers end when the sender is gone")]
fn read(plan: &SurveyPlan<'_>, out: Sender<(usize, Block)>, progress: &dyn Progress, stop: &AtomicBool) -> Result<(), Error> {
    for (number, input) in plan.inputs.iter().enumerate() {
        for block in Blocks::open(input, plan.limits, Position::START)? {
            progress.read(block.len() as u64);
            if stop.load(Ordering::Relaxed) || out.send((number, block)).is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn work<A: Default>(
    inbox: &Receiver<(usize, Block)>,
    decoder: &Decoder,
    detector: &Detector,
    problems: &AtomicU64,
    visit: &(dyn Fn(&mut A, Place, &Post<'_>, Judgement) + Sync),
) -> A {
    let (mut part, mut scratch, mut found) = (A::default(), Scratch::default(), Vec::new());
    for (input, mut block) in inbox {
        problems.fetch_add(block.take_problems().len() as u64, Ordering::Relaxed);
        for record in block.records() {
            let place = Place { input, line: record.position.line };
            decoder.decode(record.bytes, record.event, &mut found, &mut |event| {
                if let Event::Post(post) = event {
                    let judgement = detector.judge(&post, &mut scratch);
                    visit(&mut part, place, &post, judgement);
                }
            });
            problems.fetch_add(found.drain(..).count() as u64, Ordering::Relaxed);
        }
    }
    part
}

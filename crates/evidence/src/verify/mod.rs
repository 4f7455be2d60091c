//! The strict verifier: pure, offline, without database or configuration. It says what is proven, what is not, and which link
//! of the chain breaks first.

mod load;
mod package;

use std::collections::BTreeMap;

use serde::Serialize;

pub use load::{LoadError, LoadLimits, load};

use crate::{
    Digest,
    statement::{Event, Opening, Statement},
    tlog::{Cosigner, LogKey, Note, TlogProof, merkle},
    tsp::{Roots, verify_response},
};

/// The links of the chain, in the order in which they are judged; each has an exit status of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Link {
    /// The ZIP container.
    Container,
    /// Every file listed with its hash, every listed file there.
    Manifest,
    /// WARC records and their digests.
    Archive,
    /// Index and pages.
    Index,
    /// The package's signature.
    Signature,
    /// The log entry, what it commits to, and its place in the signed tree.
    Log,
    /// RFC 3161 time stamps.
    Time,
    /// Cosignatures of witnesses.
    Witness,
}

impl Link {
    /// Exit status of `vigie evidence verify` when this is the first link that breaks.
    pub fn exit_status(self) -> u8 {
        10 + self as u8
    }
}

/// How a link stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "state", content = "what")]
pub enum State {
    /// It holds; what that proves.
    Proven(String),
    /// It is not there; what therefore is not proven.
    Unproven(String),
    /// It does not hold.
    Broken(String),
}

/// The verdict over a bundle.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The exhibit's identifier, where there is a log entry.
    pub exhibit: Option<String>,
    /// Each link in order; those after one that breaks may be missing.
    pub links: Vec<(Link, State)>,
}

impl Report {
    /// The first link that breaks.
    pub fn first_broken(&self) -> Option<(Link, &str)> {
        self.links.iter().find_map(|(link, state)| match state {
            State::Broken(what) => Some((*link, what.as_str())),
            _ => None,
        })
    }

    /// 0 if everything that must hold does, else the status of the first broken link.
    pub fn exit_status(&self) -> u8 {
        self.first_broken().map_or(0, |(link, _)| link.exit_status())
    }

    fn add(&mut self, link: Link, result: Result<String, String>) -> bool {
        let holds = result.is_ok();
        self.links.push((link, result.map_or_else(State::Broken, State::Proven)));
        holds
    }
}

/// A package and what lies beside it.
#[derive(Debug, Clone, Default)]
pub struct Bundle {
    /// The `.wacz` file.
    pub wacz: Vec<u8>,
    /// The log entry.
    pub leaf: Option<Vec<u8>>,
    /// What opens it.
    pub opening: Option<Vec<u8>>,
    /// The `.tlog-proof` file.
    pub proof: Option<String>,
    /// Time stamp replies over `datapackage.json`, by file name.
    pub stamps: BTreeMap<String, Vec<u8>>,
    /// The log's key as the bundle gives it.
    pub log_key: Option<String>,
    /// Root certificates as the bundle gives them.
    pub roots: Option<String>,
}

/// What the verifying person brings along. What is absent is taken from the bundle, and the report says so.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// The log's key, had from elsewhere.
    pub log_key: Option<LogKey>,
    /// Root certificates of time stamp authorities, had from elsewhere.
    pub roots: Option<Roots>,
    /// Witnesses, each of which must have cosigned the checkpoint.
    pub witnesses: Vec<Cosigner>,
    /// A checkpoint saved earlier, with the consistency proof from it to the bundle's checkpoint or the other way round.
    pub earlier: Option<(String, Vec<Digest>)>,
    /// A time stamp is required.
    pub need_time: bool,
    /// Largest sum of decompressed bytes.
    pub limit: u64,
}

/// Verifies a bundle.
pub fn verify(bundle: &Bundle, trust: &Trust) -> Report {
    let mut report = Report { exhibit: None, links: Vec::new() };
    let Some(facts) = package::check(&bundle.wacz, trust.limit, &mut report) else { return report };
    let opening = match check_log(bundle, trust, &facts.digests, &mut report) {
        Ok((text, opening)) => {
            report.exhibit = Some(opening.exhibit.clone());
            report.links.push((Link::Log, State::Proven(text)));
            Some(opening)
        }
        Err(what) => {
            report.links.push((Link::Log, State::Broken(what)));
            None
        }
    };
    let time = check_time(bundle, trust, &facts, opening.as_ref());
    report.links.push((Link::Time, time));
    if !trust.witnesses.is_empty() {
        report.add(Link::Witness, check_witnesses(bundle, trust));
    }
    report
}

fn check_log(bundle: &Bundle, trust: &Trust, digests: &BTreeMap<String, Digest>, report: &mut Report) -> Result<(String, Opening), String> {
    let missing = |what: &str| format!("no {what}: nothing shows that this was logged when it was captured, or not replaced since");
    let leaf = bundle.leaf.as_deref().ok_or_else(|| missing("log entry (.leaf)"))?;
    let statement = Statement::parse(leaf).map_err(|error| error.to_string())?;
    report.exhibit = Some(statement.exhibit.clone());
    let opening = bundle.opening.as_deref().ok_or_else(|| missing("opening (.opening.json)"))?;
    let opening = Opening::parse(opening).map_err(|error| error.to_string())?;
    statement.check(&opening).map_err(|error| error.to_string())?;
    if statement.event != Event::Capture {
        return Err("the log entry is not that of a capture".into());
    }
    for role in ["manifest", "warc", "wacz"] {
        if opening.digests.get(role) != digests.get(role) {
            return Err(format!("the log entry is of another {role}"));
        }
    }
    let (key, whose) = log_key(bundle, trust)?;
    let proof = bundle.proof.as_deref().ok_or_else(|| missing("inclusion proof (.tlog-proof)"))?;
    let proof = TlogProof::parse(proof).map_err(|error| error.to_string())?;
    let head = proof.verify(leaf, &key).map_err(|error| error.to_string())?;
    check_earlier(trust, &key, &head)?;
    Ok((format!("entry {} of {} in log {}, stated at {}; {whose}", proof.index, head.size, head.origin, statement.at), opening))
}

fn log_key(bundle: &Bundle, trust: &Trust) -> Result<(LogKey, &'static str), String> {
    let beside = bundle.log_key.as_deref().map(|text| LogKey::parse(text).map_err(|error| error.to_string())).transpose()?;
    match (&trust.log_key, beside) {
        (Some(trusted), Some(beside)) if *trusted != beside => Err("the log's key in the bundle is not the trusted one".into()),
        (Some(trusted), _) => Ok((trusted.clone(), "signed with the key that you gave")),
        (None, Some(beside)) => Ok((beside, "signed with the key in the bundle: compare it with the publisher's")),
        (None, None) => Err("no key of the log: give it with --log-key".into()),
    }
}

/// The saved checkpoint and the bundle's must be of one history.
fn check_earlier(trust: &Trust, key: &LogKey, head: &crate::tlog::Checkpoint) -> Result<(), String> {
    let Some((text, path)) = &trust.earlier else { return Ok(()) };
    let earlier = Note::parse(text).and_then(|note| note.checkpoint(key)).map_err(|error| format!("the saved checkpoint: {error}"))?;
    let (old, new) = if earlier.size <= head.size { (&earlier, head) } else { (head, &earlier) };
    if merkle::verify_consistency(old.size, old.root, new.size, new.root, path) {
        Ok(())
    } else {
        Err(format!(
            "the trees of {} and {} entries are not of one history: the log was rewritten, or shows different people different trees",
            old.size, new.size
        ))
    }
}

fn check_time(bundle: &Bundle, trust: &Trust, facts: &package::Facts, opening: Option<&Opening>) -> State {
    match stamps(bundle, trust, facts, opening) {
        Err(what) => State::Broken(what),
        Ok(found) if !found.is_empty() => State::Proven(found.join("; ")),
        Ok(_) if trust.need_time => State::Broken("no time stamp, and one is required".into()),
        Ok(_) => State::Unproven("no time stamp of an independent authority: the times are those of the capturing computer".into()),
    }
}

fn stamps(bundle: &Bundle, trust: &Trust, facts: &package::Facts, opening: Option<&Opening>) -> Result<Vec<String>, String> {
    let (roots, whose) = match (&trust.roots, &bundle.roots) {
        (Some(roots), _) => (Some(roots.clone()), "trusted root"),
        (None, Some(pem)) => {
            (Some(Roots::from_pem(pem).map_err(|error| format!("tsa-ca.pem: {error}"))?), "root in the bundle: compare it with the authority's")
        }
        (None, None) => (None, "no root given: the authority itself is not verified"),
    };
    let mut held = BTreeMap::new();
    let sidecars = bundle.stamps.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice(), "manifest"));
    let inside = facts.stamps.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice(), "warc"));
    let mut found = Vec::new();
    for (name, bytes, role) in sidecars.chain(inside) {
        let content = facts.digests.get(role).ok_or("no content for the time stamp")?;
        let stamp = verify_response(bytes, content, roots.as_ref()).map_err(|error| format!("{name}: {error}"))?;
        held.insert(Digest::of(bytes), name);
        found.push(format!("{role} existed at {} according to {} ({whose})", stamp.time, stamp.authority));
    }
    // The log entry says which stamps there were, so none can be taken away or swapped unseen.
    let logged = opening.iter().flat_map(|opening| &opening.digests).filter(|(role, _)| role.starts_with("stamp."));
    let logged: Vec<Digest> = logged.map(|(_, digest)| *digest).collect();
    if logged.iter().any(|digest| !held.contains_key(digest)) {
        return Err("a time stamp that the log entry names is missing or replaced".into());
    }
    Ok(found)
}

fn check_witnesses(bundle: &Bundle, trust: &Trust) -> Result<String, String> {
    let proof = TlogProof::parse(bundle.proof.as_deref().unwrap_or_default()).map_err(|error| error.to_string())?;
    let note = Note::parse(&proof.checkpoint).map_err(|error| error.to_string())?;
    let seen = |witness: &Cosigner| note.witnessed(witness).map(|time| format!("witnessed by {} at {time}", witness.name()));
    trust.witnesses.iter().map(seen).collect::<Result<Vec<_>, _>>().map(|all| all.join("; ")).map_err(|error| error.to_string())
}

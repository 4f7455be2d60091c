//! `vigie.toml`: what the user configures, found in the current folder or one of its parents.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Deserialize;
use vigie_detect::Watch;
use vigie_model::Profile;
use vigie_rules::PackSource;
use vigie_store::{Policy, TermsOverride};

use crate::sources::{self, Live};

/// Name of the configuration file.
pub(crate) const FILE_NAME: &str = "vigie.toml";

/// The configuration, with where it was read.
#[derive(Debug)]
pub(crate) struct Settings {
    /// The file; none for the built-in defaults of a dry run.
    pub(crate) file: Option<PathBuf>,
    pub(crate) profile: Profile,
    /// Absolute, or relative to the current folder.
    pub(crate) data: PathBuf,
    pub(crate) watches: Vec<Watch>,
    pub(crate) sources: Vec<Source>,
    pub(crate) live: Vec<Live>,
    pub(crate) policy: Policy,
    pub(crate) limits: Limits,
    /// Which rule packs are applied.
    pub(crate) rules: PackSource,
    pub(crate) evidence: Evidence,
    pub(crate) pictures: Pictures,
    pub(crate) reporting: Reporting,
    /// Where `vigie watch` serves its figures and the webhook.
    pub(crate) serve: Option<std::net::SocketAddr>,
}

/// The file's form.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    profile: Profile,
    #[serde(default = "default_data")]
    data: PathBuf,
    #[serde(default)]
    watch: Vec<WatchTable>,
    #[serde(default)]
    source: Vec<Source>,
    #[serde(default)]
    live: Vec<Live>,
    #[serde(default)]
    retention: RetentionTable,
    #[serde(default)]
    limits: Limits,
    #[serde(default)]
    terms: Vec<TermsTable>,
    #[serde(default)]
    rules: RulesTable,
    #[serde(default)]
    sample: SampleTable,
    #[serde(default)]
    evidence: Evidence,
    #[serde(default)]
    pictures: Pictures,
    #[serde(default)]
    reporting: Reporting,
    #[serde(default)]
    serve: ServeTable,
}

/// The small web server of `vigie watch`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ServeTable {
    /// Address and port, such as 127.0.0.1:9632.
    listen: Option<std::net::SocketAddr>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SampleTable {
    seed: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WatchTable {
    name: String,
    #[serde(default)]
    any: Vec<String>,
    #[serde(default)]
    all: Vec<String>,
    #[serde(default)]
    none: Vec<String>,
    #[serde(default)]
    networks: Vec<String>,
    #[serde(default)]
    places: Vec<String>,
}

/// Files that `vigie scan` reads when it is given no path.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    /// Shown in messages.
    pub(crate) name: String,
    /// A file or folder; relative to the configuration file.
    pub(crate) path: PathBuf,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct RetentionTable {
    find_days: Option<u32>,
    confirmed_days: Option<u32>,
    ledger_days: Option<u32>,
}

/// Rule packs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RulesTable {
    /// Those that come with Vigie.
    embedded: bool,
    /// Files, and folders of them; relative to the configuration file.
    paths: Vec<PathBuf>,
}

impl Default for RulesTable {
    fn default() -> Self {
        Self { embedded: true, paths: Vec::new() }
    }
}

impl RulesTable {
    fn packs(&self, folder: &Path) -> PackSource {
        PackSource { embedded: self.embedded, paths: self.paths.iter().map(|path| folder.join(path)).collect() }
    }
}

/// Bounds on what one run may use.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limits {
    /// Worker threads; all cores if absent.
    pub(crate) threads: Option<usize>,
    /// Longest record that is read, in KiB.
    pub(crate) record_kib: Option<usize>,
    /// Greatest ratio of decompressed to compressed bytes.
    pub(crate) expansion: Option<u64>,
}

/// How evidence is sealed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Evidence {
    /// URLs of time stamp authorities (RFC 3161).
    #[serde(default)]
    pub(crate) tsa: Vec<String>,
    /// PEM file with their root certificates; relative to the configuration file.
    pub(crate) tsa_roots: Option<PathBuf>,
    /// Addresses that may be fetched from although they are not public.
    #[serde(default)]
    pub(crate) allow_addresses: Vec<std::net::IpAddr>,
    /// Largest page or medium, in MiB.
    pub(crate) fetch_mib: Option<usize>,
}

/// How the text of pictures is read.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Pictures {
    /// The program; looked for in `PATH`.
    pub(crate) tesseract: PathBuf,
    /// Its languages, by its own names; those that are not installed are left out.
    pub(crate) languages: Vec<String>,
}

impl Default for Pictures {
    fn default() -> Self {
        Self { tesseract: PathBuf::from("tesseract"), languages: vec!["fra".into()] }
    }
}

/// Who reports, under which law, and by which ways.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Reporting {
    /// Organisation that notifies.
    pub(crate) organisation: String,
    /// Where platforms answer.
    pub(crate) email: String,
    /// Country whose law is pleaded, ISO 3166-1.
    pub(crate) country: Option<String>,
    /// Language of notices.
    pub(crate) language: Option<String>,
    /// Designation as a trusted flagger.
    pub(crate) trusted_flagger: Option<String>,
    /// Least lower bound of a platform's acceptance rate, in per cent; below it sending is held.
    pub(crate) least_acceptance: Option<f64>,
    /// Days without an answer after which a notice is due for a reminder.
    pub(crate) remind_days: Option<i64>,
    /// Days that a document is kept after the last thing that happened to it.
    pub(crate) answered_days: Option<u32>,
    /// Days that a document is kept at most.
    pub(crate) document_days: Option<u32>,
    /// Days that the audit log is kept.
    pub(crate) audit_days: Option<u32>,
    /// Ways to receivers.
    pub(crate) channel: Vec<vigie_deliver::Channel>,
}

impl Reporting {
    /// Secret files are named relative to the configuration file.
    fn relative_to(mut self, folder: &Path) -> Self {
        for channel in &mut self.channel {
            channel.secret_relative_to(folder);
        }
        self
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TermsTable {
    network: String,
    basis: String,
}

fn default_data() -> PathBuf {
    PathBuf::from("vigie-data")
}

impl Settings {
    /// Reads the named file, or the nearest `vigie.toml` from the current folder upwards; none if there is none.
    pub(crate) fn load(named: Option<&Path>) -> anyhow::Result<Option<Self>> {
        match named {
            Some(path) => Self::read(path).map(Some),
            None => find_upwards(&std::env::current_dir()?).map(|path| Self::read(&path)).transpose(),
        }
    }

    /// What a dry run uses where nothing is configured: nothing is stored, so no profile has to be chosen.
    pub(crate) fn unconfigured() -> Self {
        let policy = Policy::new(Profile::Research);
        Self {
            file: None,
            profile: Profile::Research,
            data: default_data(),
            watches: Vec::new(),
            sources: Vec::new(),
            live: Vec::new(),
            policy,
            limits: Limits::default(),
            rules: RulesTable::default().packs(Path::new(".")),
            evidence: Evidence::default(),
            pictures: Pictures::default(),
            reporting: Reporting::default(),
            serve: None,
        }
    }

    fn read(path: &Path) -> anyhow::Result<Self> {
        let content = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let file: File = toml::from_str(&content).map_err(|error| anyhow::anyhow!("{}", explain(path, &content, &error)))?;
        check_watches(&file.watch).with_context(|| format!("{}", path.display()))?;
        sources::check(&file.live).with_context(|| format!("{}", path.display()))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut policy = Policy::new(file.profile);
        policy.retention.find_days = file.retention.find_days.unwrap_or(policy.retention.find_days);
        policy.retention.confirmed_days = file.retention.confirmed_days.unwrap_or(policy.retention.confirmed_days);
        policy.retention.ledger_days = file.retention.ledger_days.unwrap_or(policy.retention.ledger_days);
        policy.overrides = file.terms.into_iter().map(|t| TermsOverride { network: t.network, basis: t.basis }).collect();
        policy.sample_seed = file.sample.seed;
        Ok(Self {
            file: Some(path.to_path_buf()),
            profile: file.profile,
            data: folder.join(file.data),
            watches: file
                .watch
                .into_iter()
                .map(|w| Watch { name: w.name, any: w.any, all: w.all, none: w.none, networks: w.networks, places: w.places })
                .collect(),
            sources: file.source.into_iter().map(|s| Source { path: folder.join(&s.path), ..s }).collect(),
            live: file.live.into_iter().map(|live| live.within(folder)).collect(),
            policy,
            limits: file.limits,
            rules: file.rules.packs(folder),
            evidence: Evidence { tsa_roots: file.evidence.tsa_roots.map(|path| folder.join(path)), ..file.evidence },
            pictures: file.pictures,
            reporting: file.reporting.relative_to(folder),
            serve: file.serve.listen,
        })
    }
}

/// The nearest configuration file from a folder upwards.
pub(crate) fn find_upwards(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().map(|f| f.join(FILE_NAME)).find(|path| path.is_file())
}

fn check_watches(watches: &[WatchTable]) -> anyhow::Result<()> {
    for (index, watch) in watches.iter().enumerate() {
        if watch.name.trim().is_empty() {
            bail!("watch number {} has an empty name", index + 1);
        }
        if watches.iter().take(index).any(|w| w.name == watch.name) {
            bail!("two watches are called {:?}; names must differ", watch.name);
        }
        if watch.any.is_empty() && watch.all.is_empty() && watch.places.is_empty() && watch.networks.is_empty() {
            bail!("watch {:?} has no `any`, `all`, `places` or `networks`, so that it would hold every post", watch.name);
        }
    }
    if watches.len() > usize::from(u16::MAX) {
        bail!("at most 65535 watches");
    }
    Ok(())
}

/// A parse error with its place, and for an unknown key the nearest known one.
fn explain(path: &Path, content: &str, error: &toml::de::Error) -> String {
    let line = error.span().map_or(1, |span| content.get(..span.start).unwrap_or_default().lines().count().max(1));
    let message = error.message();
    let mut quoted = message.split('`').skip(1).step_by(2);
    let hint = match quoted.next() {
        Some(unknown) if message.starts_with("unknown") => quoted
            .map(|known| (strsim::damerau_levenshtein(unknown, known), known))
            .min()
            .map(|(_, known)| format!("; did you mean `{known}`?"))
            .unwrap_or_default(),
        _ => String::new(),
    };
    format!("{}:{line}: {message}{hint}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: &str) -> anyhow::Result<Settings> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        std::fs::write(&path, content).unwrap();
        Settings::read(&path)
    }

    #[test]
    fn unknown_keys_name_the_nearest_known_key() {
        let error = read("profile = \"monitor\"\n[[wacth]]\nname = \"x\"\n").unwrap_err().to_string();
        assert!(error.contains("vigie.toml:2: unknown field `wacth`") && error.ends_with("did you mean `watch`?"), "{error}");
        let error = read("profile = \"monitr\"\n").unwrap_err().to_string();
        assert!(error.ends_with("did you mean `monitor`?"), "{error}");
    }

    #[test]
    fn live_sources_are_checked() {
        let table = "[[live]]\nname = \"a\"\nprotocol = \"jetstream\"\nurl = \"wss://stream.example.org\"\n";
        let settings = read(&format!("profile = \"monitor\"\n{table}")).unwrap();
        assert_eq!((settings.live.len(), settings.live[0].allow_private), (1, false));
        assert!(read(&format!("profile = \"monitor\"\n{table}{table}")).unwrap_err().root_cause().to_string().contains("names must differ"));
        let error = read(&format!("profile = \"monitor\"\n{}", table.replace("jetstream", "jetsream"))).unwrap_err().to_string();
        assert!(error.contains("did you mean `jetstream`?"), "{error}");
    }

    #[test]
    fn the_profile_must_be_chosen() {
        assert!(read("data = \"x\"\n").unwrap_err().to_string().contains("missing field `profile`"));
    }

    #[test]
    fn watches_are_checked() {
        assert!(read("profile = \"monitor\"\n[[watch]]\nname = \"a\"\n").is_err());
        assert!(read("profile = \"monitor\"\n[[watch]]\nname = \"a\"\nany = [\"x\"]\n[[watch]]\nname = \"a\"\nany = [\"y\"]\n").is_err());
        let settings = read("profile = \"monitor\"\n[[watch]]\nname = \"a\"\nany = [\"x\"]\n[retention]\nfind_days = 7\n").unwrap();
        assert_eq!((settings.watches.len(), settings.policy.retention.find_days), (1, 7));
    }

    #[test]
    fn rules_are_those_of_vigie_unless_the_file_says_otherwise() {
        assert!(read("profile = \"monitor\"\n").unwrap().rules.embedded);
        let rules = read("profile = \"monitor\"\n[rules]\nembedded = false\npaths = [\"own\"]\n").unwrap().rules;
        assert!(!rules.embedded && rules.paths.len() == 1 && rules.paths[0].ends_with("own"));
    }
}

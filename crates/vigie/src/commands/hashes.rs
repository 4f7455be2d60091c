//! `vigie hashes`: lists of hashes of known pictures.

use std::{
    fmt::Write as _,
    io::Read,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;
use serde_json::json;
use vigie_media::{
    Limits, decode,
    lists::{Added, Entry, Exchange, HashList, Head, Kind, Known, ListError, ListFolder, Match, export, import},
    pdq::{Pdq, PdqHash},
};

use super::{TextOrJson, print, settings};
use crate::pictures::{list_folder, today};

/// Keep lists of hashes of known pictures, exchange them, and compare pictures with them
///
/// A PDQ hash tells whether two pictures look alike, also after saving, scaling or mirroring; it does not show the picture. Scans compare
/// the pictures of posts with all lists that hold. Pictures of hashes below quality 50 are compared with nothing: they say too little.
#[derive(Debug, Args)]
pub(crate) struct HashesCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Add(Add),
    Import(Import),
    Export(Export),
    Match(Compare),
    /// List the lists: how many hashes, from where, until when
    List(List),
}

/// What is said of a list when it is made.
#[derive(Debug, Args)]
struct About {
    /// Who made the list and how it was received; needed for a new list
    #[arg(long, value_name = "TEXT")]
    source: Option<String>,
    /// What its pictures are; fixed when the list is made
    #[arg(long, value_enum, default_value = "adverts")]
    kind: KindArg,
    /// Last day on which the list holds, such as 2027-06-30
    #[arg(long, value_name = "DAY")]
    expires: Option<Date>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum KindArg {
    /// Pictures of adverts: a post with one of them is to be looked at
    Adverts,
    /// Pictures that everybody posts: they outweigh every list of adverts
    Harmless,
}

/// Add pictures to a list
#[derive(Debug, Args)]
#[command(after_help = "Example: vigie hashes add seen --source \"own finds, 2026\" photo.jpg flyer.png")]
struct Add {
    /// Name of the list; made if it is not there
    list: String,
    /// JPEG, PNG, WebP or GIF files
    #[arg(required = true, value_name = "PICTURE")]
    pictures: Vec<PathBuf>,
    #[command(flatten)]
    about: About,
    /// Form of what is printed
    #[arg(long, value_enum, default_value = "text")]
    format: TextOrJson,
}

/// Import hashes from a file: CSV or JSON of ThreatExchange and HMA, or a hash a line
#[derive(Debug, Args)]
#[command(after_help = "Example: vigie hashes import partner hashes.csv --source \"partner X, by agreement\" --expires 2027-06-30")]
struct Import {
    /// Name of the list; made if it is not there
    list: String,
    /// The file; - for standard input
    file: PathBuf,
    #[command(flatten)]
    about: About,
    /// Form of what is printed
    #[arg(long, value_enum, default_value = "text")]
    format: TextOrJson,
}

/// Write a list as CSV or JSON of ThreatExchange to standard output
#[derive(Debug, Args)]
struct Export {
    /// Name of the list
    list: String,
    /// Form of the list
    #[arg(long, value_enum, default_value = "csv")]
    format: Form,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    /// Hash, identifier, time, marks
    Csv,
    /// Descriptors
    Json,
}

/// Say on which lists pictures or hashes are. Exit status 1 if on none
#[derive(Debug, Args)]
struct Compare {
    /// Files of pictures, or hashes of 64 hexadecimal digits
    #[arg(required = true, value_name = "PICTURE|HASH")]
    what: Vec<String>,
    /// Only this list
    #[arg(long, value_name = "NAME")]
    list: Option<String>,
    /// Form of what is printed
    #[arg(long, value_enum, default_value = "text")]
    format: TextOrJson,
}

/// See [`Command::List`].
#[derive(Debug, Args)]
struct List {
    /// Form of what is printed
    #[arg(long, value_enum, default_value = "text")]
    format: TextOrJson,
}

impl HashesCommand {
    pub(crate) fn run(self, config: Option<&Path>) -> anyhow::Result<ExitCode> {
        let folder = list_folder(&settings(config)?);
        match self.command {
            Command::Add(add) => add.run(&folder),
            Command::Import(import) => import.run(&folder),
            Command::Export(export) => export.run(&folder),
            Command::Match(compare) => compare.run(&folder),
            Command::List(list) => list.run(&folder),
        }
    }
}

impl About {
    /// The list of that name, or a new one.
    fn open(&self, folder: &ListFolder, name: &str) -> anyhow::Result<HashList> {
        match folder.read(name) {
            Ok(mut list) => {
                list.head.expires = self.expires.or(list.head.expires);
                Ok(list)
            }
            Err(ListError::Unknown(_)) => {
                let Some(source) = self.source.clone() else { bail!("{name:?} is a new list: say with --source where its hashes come from") };
                let kind = match self.kind {
                    KindArg::Adverts => Kind::Adverts,
                    KindArg::Harmless => Kind::Harmless,
                };
                Ok(HashList::new(Head { name: name.to_owned(), kind, source, created: today(), expires: self.expires })?)
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl Add {
    fn run(self, folder: &ListFolder) -> anyhow::Result<ExitCode> {
        let mut list = self.about.open(folder, &self.list)?;
        let mut entries = Vec::new();
        let mut weak = 0;
        for path in &self.pictures {
            let pdq = hash_file(path)?;
            if pdq.is_telling() {
                entries.push(Entry { pdq: pdq.hash, id: None, added: Some(today().to_string()), tags: Vec::new() });
            } else {
                weak += 1;
            }
        }
        let mut added = list.add(entries);
        added.blank += weak;
        folder.write(&list)?;
        report(&list, added, 0, self.format)
    }
}

impl Import {
    fn run(self, folder: &ListFolder) -> anyhow::Result<ExitCode> {
        let mut bytes = Vec::new();
        let mut input: Box<dyn Read> = if self.file.as_os_str() == "-" {
            Box::new(std::io::stdin())
        } else {
            Box::new(std::fs::File::open(&self.file).with_context(|| format!("cannot read {}", self.file.display()))?)
        };
        input.read_to_end(&mut bytes).with_context(|| format!("cannot read {}", self.file.display()))?;
        let mut list = self.about.open(folder, &self.list)?;
        let imported = import(&bytes).with_context(|| format!("{}", self.file.display()))?;
        let added = list.add(imported.entries);
        folder.write(&list)?;
        report(&list, added, imported.left_out.len(), self.format)
    }
}

/// What adding came to.
fn report(list: &HashList, added: Added, left_out: usize, format: TextOrJson) -> anyhow::Result<ExitCode> {
    let Added { new, known, blank } = added;
    let total = list.entries.len();
    if format == TextOrJson::Json {
        return print(&format!("{:#}\n", json!({"list": list.head.name, "hashes": total, "new": new, "known": known, "blank": blank, "left_out": left_out})));
    }
    let mut out = format!("{}: {new} new, {known} there already; {total} hashes\n", list.head.name);
    if blank > 0 {
        let _ = writeln!(out, "{blank} refused: hashes of pictures with too little structure match by chance");
    }
    if left_out > 0 {
        let _ = writeln!(out, "{left_out} rows or objects left out: no PDQ hash in them");
    }
    print(&out)
}

impl Export {
    fn run(self, folder: &ListFolder) -> anyhow::Result<ExitCode> {
        let form = match self.format {
            Form::Csv => Exchange::Csv,
            Form::Json => Exchange::Json,
        };
        print(&export(&folder.read(&self.list)?, form))
    }
}

impl Compare {
    fn run(self, folder: &ListFolder) -> anyhow::Result<ExitCode> {
        let lists = match &self.list {
            Some(name) => vec![folder.read(name)?],
            None => folder.all()?,
        };
        let known = Known::new(lists, today());
        if known.is_empty() {
            bail!("no list that holds today has a hash: make one with `vigie hashes add` or `vigie hashes import`");
        }
        let mut found = Vec::new();
        for what in &self.what {
            found.push((what.as_str(), matches(what, &known)?));
        }
        let none = found.iter().all(|(_, matches)| matches.is_empty());
        print(&if self.format == TextOrJson::Json { as_json(&found) } else { as_text(&found) })?;
        Ok(ExitCode::from(u8::from(none)))
    }
}

fn matches(what: &str, known: &Known) -> anyhow::Result<Vec<Match>> {
    if !Path::new(what).exists()
        && let Ok(hash) = what.parse::<PdqHash>()
    {
        return Ok(known.matches_of_hash(&hash));
    }
    Ok(known.matches(&hash_file(Path::new(what))?))
}

fn hash_file(path: &Path) -> anyhow::Result<Pdq> {
    let limits = Limits::default();
    let named = || format!("{}", path.display());
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).with_context(named)?;
    file.take(limits.bytes as u64 + 1).read_to_end(&mut bytes).with_context(named)?;
    let picture = decode(&bytes, &limits).with_context(named)?;
    Pdq::of(&picture).with_context(|| format!("{}: too small for a hash", path.display()))
}

fn as_json(found: &[(&str, Vec<Match>)]) -> String {
    let all: Vec<_> = found.iter().map(|(what, matches)| json!({"what": what, "matches": matches})).collect();
    format!("{:#}\n", json!(all))
}

fn as_text(found: &[(&str, Vec<Match>)]) -> String {
    let mut out = String::new();
    for (what, matches) in found {
        if matches.is_empty() {
            let _ = writeln!(out, "{what}: on no list");
        }
        for Match { list, kind, pdq, distance, id } in matches {
            let kind = if *kind == Kind::Harmless { "harmless" } else { "adverts" };
            let id = id.as_ref().map_or_else(String::new, |id| format!(", {id}"));
            let _ = writeln!(out, "{what}: on {list} ({kind}), {distance} bits from {pdq}{id}");
        }
    }
    out
}

impl List {
    fn run(self, folder: &ListFolder) -> anyhow::Result<ExitCode> {
        let lists = folder.all()?;
        if self.format == TextOrJson::Json {
            let all: Vec<_> = lists.iter().map(|list| json!({"head": list.head, "hashes": list.entries.len(), "holds": list.holds_on(today())})).collect();
            return print(&format!("{:#}\n", json!(all)));
        }
        let mut out = String::new();
        for list in &lists {
            let Head { name, kind, source, created, expires } = &list.head;
            let kind = if *kind == Kind::Harmless { "harmless" } else { "adverts" };
            let until = expires.map_or_else(|| "no end".to_owned(), |day| format!("until {day}{}", if list.holds_on(today()) { "" } else { " (over)" }));
            let _ = writeln!(out, "{name}: {} hashes, {kind}, made {created}, {until}; from {source}", list.entries.len());
        }
        if lists.is_empty() {
            out.push_str("no lists\n");
        }
        print(&out)
    }
}

//! `cargo xtask evidence`: public tools judge what Vigie seals, and what was tampered with. `cargo xtask crash`: every system
//! call of a sealing run fails in turn.

mod authority;
mod crash;
mod tampering;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use anyhow::{Context, Result, bail, ensure};

pub(crate) use crash::crash;

use crate::{run, say};

/// PyPI packages of the public validators.
const VALIDATORS: [&str; 5] = ["warcio==1.8.1", "wacz==0.6.0", "case-utils==0.18.0", "rfc3161-client==1.0.9", "setuptools<81"];

/// A folder with the validators, made once in `target/`.
fn validators() -> Result<PathBuf> {
    let folder = PathBuf::from("target/evidence-venv");
    let bin = folder.join("bin");
    if !bin.join("case_validate").exists() || !bin.join("wacz").exists() {
        run("python3", &["-m", "venv", "target/evidence-venv"])?;
        run("target/evidence-venv/bin/pip", &[&["install", "--quiet"][..], &VALIDATORS].concat())?;
    }
    Ok(bin.canonicalize()?)
}

/// The program, built without optimisation.
fn program() -> Result<PathBuf> {
    run("cargo", &["build", "--quiet", "-p", "vigie"])?;
    Ok(Path::new("target/debug/vigie").canonicalize()?)
}

/// Runs a command in a folder and gives its output, whatever its status.
fn output(folder: &Path, program: &Path, arguments: &[&str]) -> Result<Output> {
    Command::new(program).args(arguments).current_dir(folder).output().with_context(|| format!("cannot start {}", program.display()))
}

/// Runs a command that must succeed and shows one line about it.
fn accept(folder: &Path, program: &Path, arguments: &[&str]) -> Result<String> {
    let out = output(folder, program, arguments)?;
    let text = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
    let name = program.file_name().unwrap_or_default().to_string_lossy();
    ensure!(out.status.success(), "{name} {} rejects it ({}):\n{text}", arguments.join(" "), out.status);
    say(&format!("accepted by {name} {}", arguments.join(" ")));
    Ok(text)
}

/// Seals an exhibit with page, media and time stamps, hands it to every validator, then does the same with the forgeries.
pub(crate) fn evidence() -> Result<()> {
    let (bin, vigie) = (validators()?, program()?);
    let folder = tempfile::tempdir()?;
    let folder = folder.path();
    let authority = authority::Authority::start(&folder.join("tsa"))?;
    let page = authority::serve_page()?;
    accept(folder, &vigie, &["init", "--profile", "authority"])?;
    let settings = fs::read_to_string(folder.join("vigie.toml"))?;
    let evidence = format!("[evidence]\ntsa = [\"{}\"]\ntsa_roots = \"tsa/ca.pem\"\nallow_addresses = [\"127.0.0.1\"]\n", authority.url);
    fs::write(folder.join("vigie.toml"), settings.replace("[evidence]\n", &evidence))?;
    fs::write(folder.join("post.json"), "{\"network\":\"demo\",\"text\":\"synthetic\"}")?;
    fs::write(folder.join("photo.jpg"), [0xff, 0xd8, 0xff, 0xd9])?;
    accept(folder, &vigie, &["evidence", "seal", "--post", "post.json", "--media", "photo.jpg", "--fetch", &page, "--by", "demo"])?;
    let id = accept(folder, &vigie, &["evidence", "list"])?.trim().to_owned();
    let exhibit = folder.join("vigie-data/evidence/exhibits").join(&id);
    judge(&exhibit, &id, &bin, &vigie)?;
    tampering::table(&bin)
}

fn judge(exhibit: &Path, id: &str, bin: &Path, vigie: &Path) -> Result<()> {
    let file = |extension: &str| format!("{id}.{extension}");
    accept(exhibit, vigie, &["evidence", "verify", &file("wacz"), "--tsa-ca", "tsa-ca.pem", "--require-time"])?;
    accept(exhibit, &bin.join("wacz"), &["validate", "-f", &file("wacz")])?;
    accept(exhibit, Path::new("unzip"), &["-q", "-d", "x", &file("wacz")])?;
    let checked = accept(exhibit, &bin.join("warcio"), &["check", "-v", "x/archive/data.warc.gz"])?;
    ensure!(!checked.contains("no digest") && checked.matches("digest pass").count() >= 6, "warcio saw records without digests:\n{checked}");
    accept(exhibit, &bin.join("case_validate"), &[&file("jsonld")])?;
    let openssl = Path::new("openssl");
    accept(exhibit, openssl, &["ts", "-verify", "-data", "x/datapackage.json", "-in", &file("wacz.tsr"), "-CAfile", "tsa-ca.pem"])?;
    accept(exhibit, openssl, &["ts", "-verify", "-data", "x/archive/data.warc.gz", "-in", "x/evidence/warc.1.tsr", "-CAfile", "tsa-ca.pem"])?;
    same_index(exhibit, bin)?;
    accept(exhibit, &bin.join("python"), &["-c", RFC3161, &file("wacz.tsr")])?;
    Ok(())
}

/// A second, strict reader of time stamps.
const RFC3161: &str = "import sys, hashlib
from cryptography import x509
from rfc3161_client import decode_timestamp_response, VerifierBuilder
root = x509.load_pem_x509_certificate(open('tsa-ca.pem', 'rb').read())
reply = decode_timestamp_response(open(sys.argv[1], 'rb').read())
data = open('x/datapackage.json', 'rb').read()
assert VerifierBuilder().add_root_certificate(root).build().verify(reply, hashlib.sha256(data).digest())";

/// The index must be that of the reference indexer, key by key and field by field.
fn same_index(exhibit: &Path, bin: &Path) -> Result<()> {
    let reference = accept(exhibit, &bin.join("cdxj-indexer"), &["--sort", "x/archive/data.warc.gz"])?;
    let ours = accept(exhibit, Path::new("gzip"), &["-dc", "x/indexes/index.cdx.gz"])?;
    let parse = |text: &str| -> Result<Vec<(String, serde_json::Value)>> {
        text.lines()
            .map(|line| {
                let (key, json) = line.split_once(" {").context("no JSON in an index line")?;
                let mut entry: serde_json::Value = serde_json::from_str(&format!("{{{json}"))?;
                entry.as_object_mut().context("no object")?.remove("recordDigest");
                Ok((key.to_owned(), entry))
            })
            .collect()
    };
    if parse(&reference)? != parse(&ours)? {
        bail!("the index differs from cdxj-indexer's:\n{reference}\n{ours}");
    }
    say("index equal to cdxj-indexer's");
    Ok(())
}

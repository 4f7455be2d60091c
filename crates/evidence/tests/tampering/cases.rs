//! The forgeries, each with the link at which it must be rejected.

use std::io::{Read as _, Write as _};

use flate2::{Compression, bufread::GzDecoder, write::GzEncoder};
use vigie_evidence::{
    Digest,
    tlog::{Note, Signer, TlogProof, merkle},
    verify::Link::{self, Archive, Container, Index, Log, Manifest, Signature, Time, Witness},
    wacz::{PackageFile, PackageKey},
};

use crate::{
    Case, Sealed,
    rawzip::{Trick, zip},
};

type Change = Box<dyn Fn(&mut Case, &Sealed)>;

const WARC: &str = "archive/data.warc.gz";
const CDX: &str = "indexes/index.cdx.gz";

pub(crate) fn all() -> Vec<(&'static str, Link, Change)> {
    [container(), manifest(), archive(), index(), signature(), log(), time()].into_iter().flatten().collect()
}

fn case(name: &'static str, link: Link, change: impl Fn(&mut Case, &Sealed) + 'static) -> (&'static str, Link, Change) {
    (name, link, Box::new(change))
}

/// What an outsider can do: change files and recompute every hash.
fn rehash(files: &mut [PackageFile]) {
    let at = files.iter().position(|file| file.path == "datapackage.json").unwrap();
    let mut manifest: serde_json::Value = serde_json::from_slice(&files[at].bytes).unwrap();
    let listed: Vec<_> = files
        .iter()
        .filter(|file| !file.path.starts_with("datapackage"))
        .map(|file| serde_json::json!({ "name": file.path.rsplit('/').next(), "path": file.path, "hash": Digest::of(&file.bytes), "bytes": file.bytes.len() }))
        .collect();
    manifest["resources"] = listed.into();
    files[at].bytes = serde_json::to_vec_pretty(&manifest).unwrap();
    let hash = Digest::of(&files[at].bytes).to_string();
    edit_json(files, "datapackage-digest.json", |digest| digest["hash"] = hash.clone().into());
}

/// Signs again with another key, as a forger would.
fn resign(files: &mut [PackageFile]) {
    let manifest = Digest::of(&get(files, "datapackage.json").bytes);
    let created = serde_json::from_slice::<serde_json::Value>(&get(files, "datapackage.json").bytes).unwrap()["created"].as_str().unwrap().to_owned();
    let signed = PackageKey::from_seed(&[9; 48]).unwrap().sign(&manifest, &created, "vigie test").unwrap();
    edit_json(files, "datapackage-digest.json", |digest| digest["signedData"] = serde_json::to_value(&signed).unwrap());
}

fn get<'f>(files: &'f mut [PackageFile], path: &str) -> &'f mut PackageFile {
    files.iter_mut().find(|file| file.path == path).unwrap()
}

fn edit_json(files: &mut [PackageFile], path: &str, change: impl Fn(&mut serde_json::Value)) {
    let file = get(files, path);
    let mut value = serde_json::from_slice(&file.bytes).unwrap();
    change(&mut value);
    file.bytes = serde_json::to_vec_pretty(&value).unwrap();
}

/// Only the container is made anew.
fn files(name: &'static str, link: Link, change: impl Fn(&mut Vec<PackageFile>) + 'static) -> (&'static str, Link, Change) {
    case(name, link, move |case, _| {
        let mut files = case.files();
        change(&mut files);
        case.bundle.wacz = zip(&files, &Trick::default());
    })
}

/// The files are changed, every hash is recomputed, and the package is signed with another key.
fn forged(name: &'static str, link: Link, change: impl Fn(&mut Vec<PackageFile>) + 'static) -> (&'static str, Link, Change) {
    files(name, link, move |files| {
        change(files);
        rehash(files);
        resign(files);
    })
}

fn trick(name: &'static str, make: impl Fn(&mut Trick) + 'static) -> (&'static str, Link, Change) {
    case(name, Container, move |case, _| {
        let mut trick = Trick::default();
        make(&mut trick);
        case.bundle.wacz = zip(&case.files(), &trick);
    })
}

fn extra(path: &str) -> PackageFile {
    PackageFile { path: path.to_owned(), bytes: b"injected".to_vec() }
}

fn container() -> Vec<(&'static str, Link, Change)> {
    vec![
        case("package cut off", Container, |case, _| case.bundle.wacz.truncate(case.bundle.wacz.len() - 30)),
        case("bytes after the package", Container, |case, _| case.bundle.wacz.extend(b"hidden")),
        case("bytes before the package", Container, |case, _| case.bundle.wacz.splice(0..0, *b"hidden").for_each(drop)),
        case("no package at all", Container, |case, _| case.bundle.wacz.clear()),
        trick("hidden bytes before the first member", |trick| trick.before = b"hidden".to_vec()),
        trick("hidden bytes before the directory", |trick| trick.gap = b"hidden".to_vec()),
        trick("hidden bytes in the comment", |trick| trick.comment = b"hidden".to_vec()),
        trick("hidden bytes in extra fields", |trick| trick.extra = vec![0xfe, 0xca, 2, 0, 1, 1]),
        trick("encryption flag", |trick| trick.flags = 1),
        trick("two names for one member", |trick| trick.local_name = Some("pages/pages.jsonX".into())),
        trick("wrong check sum", |trick| trick.bad_crc = true),
        trick("member that the directory does not list", |trick| trick.unlisted = true),
        files("same name twice", Container, |files| files.push(PackageFile { path: WARC.into(), bytes: b"other".to_vec() })),
        files("same name twice in other case", Container, |files| files.push(extra("DataPackage.json"))),
        files("path out of the folder", Container, |files| files.push(extra("../evidence"))),
        files("absolute path", Container, |files| files.push(extra("/etc/evidence"))),
        files("path with backslash", Container, |files| files.push(extra("archive\\x.warc.gz"))),
    ]
}

fn manifest() -> Vec<(&'static str, Link, Change)> {
    let flip = |path: &'static str| move |files: &mut Vec<PackageFile>| get(files, path).bytes[12] ^= 1;
    vec![
        files("byte of the WARC file", Manifest, flip(WARC)),
        files("byte of the index", Manifest, flip(CDX)),
        files("byte of the block index", Manifest, flip("indexes/index.idx")),
        files("byte of the pages", Manifest, flip("pages/pages.jsonl")),
        files("byte of the time stamp inside", Manifest, flip("evidence/warc.1.tsr")),
        files("unlisted file without a dot", Manifest, |files| files.push(extra("evidence/note"))),
        files("unlisted file with a dot", Manifest, |files| files.push(extra("evidence/note.txt"))),
        files("unlisted file in the root", Manifest, |files| files.push(extra("README"))),
        files("second, unlisted WARC file", Manifest, |files| files.push(extra("archive/more.warc.gz"))),
        files("listed file missing", Manifest, |files| files.retain(|file| file.path != "evidence/warc.1.tsr")),
        files("manifest missing", Manifest, |files| files.retain(|file| file.path != "datapackage.json")),
        files("file listed twice", Manifest, |files| {
            edit_json(files, "datapackage.json", |m| {
                let first = m["resources"][0].clone();
                m["resources"].as_array_mut().unwrap().push(first);
            });
        }),
        files("MD5 in the manifest", Manifest, |files| {
            edit_json(files, "datapackage.json", |m| m["resources"][0]["hash"] = "md5:d41d8cd98f00b204e9800998ecf8427e".into());
        }),
        files("wrong length in the manifest", Manifest, |files| edit_json(files, "datapackage.json", |m| m["resources"][0]["bytes"] = 1.into())),
        files("manifest of another format", Manifest, |files| edit_json(files, "datapackage.json", |m| m["wacz_version"] = "9".into())),
        files("manifest is no JSON", Manifest, |files| get(files, "datapackage.json").bytes = b"{".to_vec()),
    ]
}

/// Applies a change to the text of each record and packs them again, one member each.
fn records(files: &mut [PackageFile], change: impl Fn(usize, Vec<u8>) -> Vec<Vec<u8>>) {
    let file = get(files, WARC);
    let (mut rest, mut plain) = (file.bytes.as_slice(), Vec::new());
    while !rest.is_empty() {
        let mut decoder = GzDecoder::new(rest);
        let mut record = Vec::new();
        decoder.read_to_end(&mut record).unwrap();
        plain.push(record);
        rest = decoder.into_inner();
    }
    let changed = plain.into_iter().enumerate().flat_map(|(number, record)| change(number, record));
    file.bytes = changed.flat_map(|record| gzip(&record)).collect();
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gz = GzEncoder::new(Vec::new(), Compression::new(6));
    gz.write_all(bytes).unwrap();
    gz.finish().unwrap()
}

/// A change of text in every record, with all hashes recomputed outside the WARC file.
fn text(name: &'static str, change: impl Fn(String) -> String + Clone + 'static) -> (&'static str, Link, Change) {
    forged(name, Archive, move |files| {
        let change = change.clone();
        records(files, move |_, record| vec![change(String::from_utf8(record).unwrap()).into_bytes()]);
    })
}

fn without_field(record: &str, name: &str) -> String {
    record.split_inclusive("\r\n").filter(|line| !line.starts_with(name)).collect()
}

fn archive() -> Vec<(&'static str, Link, Change)> {
    vec![
        text("all digests stripped from the WARC file", |record| without_field(&without_field(&record, "WARC-Block-Digest"), "WARC-Payload-Digest")),
        text("payload digests stripped", |record| without_field(&record, "WARC-Payload-Digest")),
        text("digests of another algorithm", |record| record.replace("sha256:", "sha1:")),
        text("word of the post changed", |record| record.replace("synthetic", "sinthetic")),
        text("WARC version changed", |record| record.replace("WARC/1.1", "WARC/1.0")),
        text("date is no date", |record| record.replace("WARC-Date: 2026", "WARC-Date: 20x6")),
        text("content length changed", |record| record.replace("Content-Length: 4", "Content-Length: 3")),
        text("field given twice", |record| record.replacen("WARC-Type:", "WARC-Type: metadata\r\nWARC-Type:", 1)),
        text("bytes after the block", |record| record + "hidden\r\n\r\n"),
        forged("record without warcinfo before it", Archive, |files| records(files, |number, record| if number == 0 { vec![] } else { vec![record] })),
        forged("record twice", Archive, |files| records(files, |_, record| vec![record.clone(), record])),
        forged("WARC file cut off", Archive, |files| {
            let file = get(files, WARC);
            file.bytes.truncate(file.bytes.len() - 9);
        }),
        forged("garbage after the last record", Archive, |files| get(files, WARC).bytes.extend(b"garbage")),
        forged("all records in one gzip member", Archive, |files| {
            let file = get(files, WARC);
            let mut plain = Vec::new();
            flate2::bufread::MultiGzDecoder::new(file.bytes.as_slice()).read_to_end(&mut plain).unwrap();
            file.bytes = gzip(&plain);
        }),
        forged("revisit of a record that is not there", Archive, |files| get(files, WARC).bytes.extend(gzip(revisit("<urn:uuid:none>").as_bytes()))),
        forged("WARC file missing", Archive, |files| files.retain(|file| file.path != WARC)),
        forged("WARC file replaced by text", Archive, |files| get(files, WARC).bytes = b"WARC/1.1\r\n".to_vec()),
    ]
}

fn revisit(original: &str) -> String {
    let digest = Digest::of(b"");
    format!(
        "WARC/1.1\r\nWARC-Type: revisit\r\nWARC-Record-ID: <urn:x:r>\r\nWARC-Date: 2026-11-24T10:00:00Z\r\nWARC-Target-URI: https://www.example.org/\r\nWARC-Refers-To: {original}\r\nWARC-Profile: http://netpreserve.org/warc/1.1/revisit/identical-payload-digest\r\nContent-Type: application/http\r\nWARC-Block-Digest: {digest}\r\nWARC-Payload-Digest: {digest}\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
    )
}

/// Changes the lines of the index and packs it again without its block index.
fn index_lines(name: &'static str, change: impl Fn(Vec<String>) -> Vec<String> + 'static) -> (&'static str, Link, Change) {
    forged(name, Index, move |files| {
        let file = get(files, CDX);
        let mut text = String::new();
        flate2::bufread::MultiGzDecoder::new(file.bytes.as_slice()).read_to_string(&mut text).unwrap();
        file.bytes = gzip(change(text.lines().map(|line| format!("{line}\n")).collect()).concat().as_bytes());
        files.retain(|file| file.path != "indexes/index.idx");
    })
}

fn index() -> Vec<(&'static str, Link, Change)> {
    vec![
        forged("index missing", Index, |files| files.retain(|file| file.path != CDX)),
        forged("pages missing", Index, |files| files.retain(|file| file.path != "pages/pages.jsonl")),
        forged("index and pages missing", Index, |files| files.retain(|file| !file.path.starts_with("indexes") && !file.path.starts_with("pages"))),
        forged("block index of another index", Index, |files| get(files, "indexes/index.idx").bytes = b"!meta 0 {}\n".to_vec()),
        index_lines("record left out of the index", |lines| lines.into_iter().skip(1).filter(|line| !line.contains("text/html")).collect()),
        index_lines("index leads to another record", |lines| lines.into_iter().map(|line| line.replace("\"offset\":\"", "\"offset\":\"1")).collect()),
        index_lines("index with another address", |lines| lines.into_iter().map(|line| line.replace("example.org", "example.net")).collect()),
        index_lines("index out of order", |lines| lines.into_iter().rev().collect()),
        index_lines("index line twice", |lines| lines.into_iter().flat_map(|line| [line.clone(), line]).collect()),
        forged("page that is not in the archive", Index, |files| {
            let file = get(files, "pages/pages.jsonl");
            file.bytes = String::from_utf8(file.bytes.clone()).unwrap().replace("/post/1", "/post/2").into_bytes();
        }),
    ]
}

fn signature() -> Vec<(&'static str, Link, Change)> {
    vec![
        files("signature file missing", Signature, |files| files.retain(|file| file.path != "datapackage-digest.json")),
        files("signature removed", Signature, |files| {
            edit_json(files, "datapackage-digest.json", |digest| drop(digest.as_object_mut().unwrap().remove("signedData")));
        }),
        files("evidence altered, hashes recomputed, signature removed", Signature, |files| {
            get(files, "evidence/warc.1.tsr").bytes.push(0);
            rehash(files);
            edit_json(files, "datapackage-digest.json", |digest| drop(digest.as_object_mut().unwrap().remove("signedData")));
        }),
        files("evidence altered, hashes recomputed, old signature kept", Signature, |files| {
            get(files, "evidence/warc.1.tsr").bytes.push(0);
            rehash(files);
        }),
        files("byte of the signature", Signature, |files| {
            edit_json(files, "datapackage-digest.json", |digest| {
                let text = digest["signedData"]["signature"].as_str().unwrap();
                let swapped = if text.starts_with('A') { "B" } else { "A" };
                digest["signedData"]["signature"] = format!("{swapped}{}", &text[1..]).into();
            });
        }),
        files("key of another person", Signature, |files| {
            edit_json(files, "datapackage-digest.json", |digest| digest["signedData"]["publicKey"] = PackageKey::from_seed(&[9; 48]).unwrap().public().into());
        }),
        files("time of the signature changed", Signature, |files| {
            edit_json(files, "datapackage-digest.json", |digest| digest["signedData"]["created"] = "2020-01-01T00:00:00Z".into());
        }),
        files("property added to the signature", Signature, |files| {
            edit_json(files, "datapackage-digest.json", |digest| digest["signedData"]["domain"] = "example.org".into());
        }),
    ]
}

fn log() -> Vec<(&'static str, Link, Change)> {
    let proof = |name, change: fn(TlogProof, &Sealed) -> TlogProof| {
        case(name, Log, move |case, sealed| {
            let parsed = TlogProof::parse(case.bundle.proof.as_deref().unwrap()).unwrap();
            case.bundle.proof = Some(change(parsed, sealed).text());
        })
    };
    vec![
        forged("whole package forged and signed anew", Log, |files| get(files, "evidence/warc.1.tsr").bytes.push(0)),
        forged("time stamp inside taken away", Log, |files| files.retain(|file| file.path != "evidence/warc.1.tsr")),
        case("package of another exhibit", Log, |case, sealed| case.bundle.wacz.clone_from(&sealed.other.wacz)),
        case("log entry missing", Log, |case, _| case.bundle.leaf = None),
        case("log entry of another exhibit", Log, |case, sealed| case.bundle.leaf.clone_from(&sealed.other.leaf)),
        case("log entry written differently", Log, |case, _| case.bundle.leaf.as_mut().unwrap().push(b'\n')),
        case("time in the log entry changed", Log, |case, _| {
            let text = String::from_utf8(case.bundle.leaf.take().unwrap()).unwrap();
            case.bundle.leaf = Some(text.replace("T10:00", "T09:00").into_bytes());
        }),
        case("opening missing", Log, |case, _| case.bundle.opening = None),
        case("opening of another exhibit", Log, |case, sealed| case.bundle.opening.clone_from(&sealed.other.opening)),
        case("other person in the opening", Log, |case, _| {
            let text = String::from_utf8(case.bundle.opening.take().unwrap()).unwrap();
            case.bundle.opening = Some(text.replace("\"demo\"", "\"emod\"").into_bytes());
        }),
        case("proof missing", Log, |case, _| case.bundle.proof = None),
        case("proof of another exhibit", Log, |case, sealed| case.bundle.proof.clone_from(&sealed.other.proof)),
        proof("other place in the proof", |proof, _| TlogProof { index: proof.index - 1, ..proof }),
        proof("other hash in the proof", |mut proof, _| {
            proof.path[0] = Digest::of(b"x");
            proof
        }),
        proof("hash taken from the proof", |mut proof, _| {
            proof.path.pop();
            proof
        }),
        proof("hash added to the proof", |mut proof, _| {
            proof.path.push(Digest::of(b"x"));
            proof
        }),
        proof("size in the checkpoint changed", |proof, _| TlogProof { checkpoint: proof.checkpoint.replacen("\n6\n", "\n7\n", 1), ..proof }),
        proof("signature taken from the checkpoint", |proof, _| TlogProof {
            checkpoint: proof.checkpoint.split_once("\n\n").unwrap().0.to_owned() + "\n\n",
            ..proof
        }),
        proof("signature of another log", |proof, _| TlogProof {
            checkpoint: Signer::new("log.example/other", &[1; 32]).unwrap().checkpoint(6, &Digest::of(b"x")),
            ..proof
        }),
        proof("log of the same name with another key", |proof, sealed| TlogProof {
            checkpoint: Signer::new(&sealed.secret.0, &[1; 32]).unwrap().checkpoint(6, &Digest::of(b"x")),
            ..proof
        }),
        case("key of the log replaced in the bundle", Log, |case, _| {
            case.bundle.log_key = Some(Signer::new("log.example/other", &[1; 32]).unwrap().public().to_string());
        }),
        case("log rewritten with the same key (against a saved checkpoint)", Log, rewritten),
        case("split view: two trees of one size (against a saved checkpoint)", Log, split_view),
    ]
}

fn saved(sealed: &Sealed, size: u64) -> Option<(String, Vec<Digest>)> {
    let signer = Signer::new(&sealed.secret.0, &sealed.secret.1).unwrap();
    Some((signer.checkpoint(size, &Digest::of(b"what was shown before")), Vec::new()))
}

/// The owner of the key makes a new log that holds only the forged exhibit; everything in it is consistent.
fn rewritten(case: &mut Case, sealed: &Sealed) {
    let signer = Signer::new(&sealed.secret.0, &sealed.secret.1).unwrap();
    let root = merkle::leaf_hash(case.bundle.leaf.as_deref().unwrap());
    case.bundle.proof = Some(TlogProof { index: 0, path: Vec::new(), checkpoint: signer.checkpoint(1, &root) }.text());
    case.trust.earlier = saved(sealed, 6);
}

fn split_view(case: &mut Case, sealed: &Sealed) {
    let proof = TlogProof::parse(case.bundle.proof.as_deref().unwrap()).unwrap();
    let size = Note::parse(&proof.checkpoint).unwrap().checkpoint(&sealed.key).unwrap().size;
    case.trust.earlier = saved(sealed, size);
}

fn time() -> Vec<(&'static str, Link, Change)> {
    let stamp = |name, change: fn(&mut Vec<u8>, &Sealed)| case(name, Time, move |case, sealed| change(case.bundle.stamps.values_mut().next().unwrap(), sealed));
    vec![
        case("time stamp beside the package taken away", Time, |case, _| case.bundle.stamps.clear()),
        stamp("time stamp of another exhibit", |bytes, sealed| bytes.clone_from(sealed.other.stamps.values().next().unwrap())),
        stamp("time stamp by an authority that is not trusted", |bytes, sealed| bytes.clone_from(&sealed.foreign_stamp)),
        stamp("byte of the time stamp's signature", |bytes, _| *bytes.last_mut().unwrap() ^= 1),
        stamp("byte of the stamped time", |bytes, _| {
            let at = bytes.windows(2).position(|w| w == [0x18, 0x0f]).unwrap();
            bytes[at + 5] ^= 1;
        }),
        stamp("time stamp cut off", |bytes, _| bytes.truncate(bytes.len() - 1)),
        stamp("refusal in place of a time stamp", |bytes, _| *bytes = vec![0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02]),
        case("stamps swapped between package and WARC file", Time, |case, _| {
            let inside = case.files().into_iter().find(|file| file.path.ends_with(".tsr")).unwrap().bytes;
            *case.bundle.stamps.values_mut().next().unwrap() = inside;
        }),
        case("required witness has not cosigned", Witness, |case, _| case.trust.witnesses.push(Signer::new("witness.example", &[2; 32]).unwrap().cosigner())),
    ]
}

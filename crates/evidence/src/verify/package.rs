//! The links inside the package: container, manifest, archive, index, signature.

use std::collections::{BTreeMap, BTreeSet};

use super::{Link, Report};
use crate::{
    Digest,
    wacz::{Container, Manifest, ManifestDigest, Resource, check_index, read_manifest, verify_signed},
    warc::{ReadRecord, WarcLimits, read_warc},
};

/// What the later links need to know of a sound package.
pub(super) struct Facts {
    /// Digests by the roles of the log entry.
    pub(super) digests: BTreeMap<String, Digest>,
    /// Time stamp replies inside, over the WARC file.
    pub(super) stamps: BTreeMap<String, Vec<u8>>,
}

/// Judges the package; none when a link breaks so that later ones mean nothing.
pub(super) fn check(wacz: &[u8], limit: u64, report: &mut Report) -> Option<Facts> {
    let container = match Container::read(wacz, limit) {
        Ok(container) => container,
        Err(problem) => {
            report.add(Link::Container, Err(problem.to_string()));
            return None;
        }
    };
    report.add(Link::Container, Ok(format!("{} files, no byte beside them", container.members.len())));
    if !report.add(Link::Manifest, check_manifest(&container)) {
        return None;
    }
    let archives = match read_archives(&container, limit) {
        Ok(archives) => archives,
        Err(what) => {
            report.add(Link::Archive, Err(what));
            return None;
        }
    };
    let records: usize = archives.values().map(Vec::len).sum();
    report.add(Link::Archive, Ok(format!("{records} records, each with the SHA-256 that it states")));
    report.add(Link::Index, check_indexes(&container, &archives));
    report.add(Link::Signature, check_signature(&container));
    Some(facts(wacz, &container, &archives))
}

fn facts(wacz: &[u8], container: &Container, archives: &BTreeMap<String, Vec<ReadRecord>>) -> Facts {
    let mut digests = BTreeMap::from([("wacz".to_owned(), Digest::of(wacz))]);
    digests.extend(container.get("datapackage.json").map(|bytes| ("manifest".to_owned(), Digest::of(bytes))));
    // A capture is one file; a package of several is from another maker, and no log entry of ours is about it.
    if let [name] = archives.keys().collect::<Vec<_>>().as_slice() {
        digests.extend(container.get(&format!("archive/{name}")).map(|bytes| ("warc".to_owned(), Digest::of(bytes))));
    }
    let is_stamp = |name: &str| name.starts_with("evidence/") && name.ends_with(".tsr");
    let stamps = container.members.iter().filter(|member| is_stamp(&member.name));
    Facts { digests, stamps: stamps.map(|member| (member.name.clone(), member.bytes.clone())).collect() }
}

fn check_manifest(container: &Container) -> Result<String, String> {
    let manifest = container.get("datapackage.json").ok_or("no datapackage.json")?;
    let listed = read_manifest(manifest)?;
    let mut paths = BTreeSet::new();
    for resource in &listed {
        if !paths.insert(resource.path.as_str()) {
            return Err(format!("{} is listed twice", resource.path));
        }
        check_resource(container, resource)?;
    }
    let own = ["datapackage.json", "datapackage-digest.json"];
    match container.members.iter().find(|member| !paths.contains(member.name.as_str()) && !own.contains(&member.name.as_str())) {
        Some(stray) => Err(format!("{} is not listed", stray.name)),
        None => Ok(format!("{} files, each with the SHA-256 that is listed", listed.len())),
    }
}

fn check_resource(container: &Container, resource: &Resource) -> Result<(), String> {
    let path = &resource.path;
    let bytes = container.get(path).ok_or_else(|| format!("{path} is listed and missing"))?;
    let digest = Digest::parse(&resource.hash).ok_or_else(|| format!("{path}: its hash is not sha256 in hex"))?;
    if Digest::of(bytes) == digest && bytes.len() as u64 == resource.bytes { Ok(()) } else { Err(format!("{path} is not what its hash says")) }
}

fn read_archives(container: &Container, limit: u64) -> Result<BTreeMap<String, Vec<ReadRecord>>, String> {
    let limits = WarcLimits { total: limit, ..WarcLimits::default() };
    let mut archives = BTreeMap::new();
    for member in &container.members {
        let Some(name) = member.name.strip_prefix("archive/") else { continue };
        if !member.stored {
            return Err(format!("{}: compressed once more by the container", member.name));
        }
        let records = read_warc(&member.bytes, &limits).map_err(|problem| format!("{}: {problem}", member.name))?;
        archives.insert(name.to_owned(), records);
    }
    if archives.is_empty() { Err("no WARC file in archive/".into()) } else { Ok(archives) }
}

fn check_indexes(container: &Container, archives: &BTreeMap<String, Vec<ReadRecord>>) -> Result<String, String> {
    let cdx = container.get("indexes/index.cdx.gz").ok_or("no indexes/index.cdx.gz")?;
    let urls = check_index(cdx, container.get("indexes/index.idx"), archives)?;
    let pages = container.get("pages/pages.jsonl").ok_or("no pages/pages.jsonl")?;
    let mut lines = std::str::from_utf8(pages).map_err(|_| "pages.jsonl is not text")?.lines().filter(|line| !line.is_empty());
    let header = lines.next().and_then(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    if header.is_none_or(|header| header.get("format").and_then(|format| format.as_str()) != Some("json-pages-1.0")) {
        return Err("pages.jsonl does not begin with its format".into());
    }
    let mut shown = 0_usize;
    for line in lines {
        let page: serde_json::Value = serde_json::from_str(line).map_err(|_| "pages.jsonl has a line that is no JSON")?;
        let url = page.get("url").and_then(|url| url.as_str()).ok_or("pages.jsonl has a page without URL")?;
        if !urls.contains(url) {
            return Err("pages.jsonl shows a page that is not in the index".into());
        }
        shown += 1;
    }
    if shown == 0 {
        Err("pages.jsonl shows no page".into())
    } else {
        Ok(format!("{} indexed addresses, all of them in the archive; {shown} page(s)", urls.len()))
    }
}

fn check_signature(container: &Container) -> Result<String, String> {
    let manifest = container.get("datapackage.json").ok_or("no datapackage.json")?;
    let digest = container.get("datapackage-digest.json").ok_or("no datapackage-digest.json: the package is not signed")?;
    let digest: ManifestDigest = serde_json::from_slice(digest).map_err(|error| format!("datapackage-digest.json: {error}"))?;
    let own = Digest::of(manifest).to_string();
    if digest.path != "datapackage.json" || digest.hash != own {
        return Err("datapackage-digest.json is of another datapackage.json".into());
    }
    let signed = digest.signed_data.ok_or("the package is not signed")?;
    if signed.hash != own {
        return Err("the signature is of another datapackage.json".into());
    }
    verify_signed(&signed).map_err(|what| format!("the signature: {what}"))?;
    let created = serde_json::from_slice::<Manifest>(manifest).map_err(|error| error.to_string())?.created;
    if created != signed.created {
        return Err("the signature and the package state different times".into());
    }
    Ok(format!("signed with key sha256:{}", Digest::of(signed.public_key.as_bytes()).hex()))
}

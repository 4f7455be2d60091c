//! PDQ beside Meta's published pictures, where they are (`../shared/data`): they may not be copied here.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::cast_possible_truncation, clippy::print_stdout, reason = "a test fails by panicking")]

use std::{fs, path::PathBuf};

use vigie_media::{
    Limits, decode,
    pdq::{Pdq, PdqHash},
};

/// The folder of published pictures; in CI it must be there.
fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/pdq_reference"));
    if folder.exists() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none(), "the published pictures of PDQ are missing");
    None
}

fn hash(path: PathBuf) -> Pdq {
    Pdq::of(&decode(&fs::read(path).unwrap(), &Limits::default()).unwrap()).unwrap()
}

#[test]
fn lossless_pictures_have_the_bits_the_quality_and_the_dihedral_hashes_of_the_reference() {
    let Some(folder) = folder() else { return };
    let table = fs::read_to_string(folder.join("expected_lossless.csv")).unwrap();
    let mut seen = 0;
    for line in table.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let pdq = hash(folder.join("lossless_png").join(cells[0]));
        assert_eq!(pdq.hash.to_string(), cells[1], "{}", cells[0]);
        assert_eq!(pdq.quality.to_string(), cells[2], "{}", cells[0]);
        let turned: Vec<String> = pdq.dihedral().iter().map(PdqHash::to_string).collect();
        assert_eq!(turned, cells[3].split(' ').collect::<Vec<_>>(), "{}", cells[0]);
        seen += 1;
    }
    assert_eq!(seen, 12);
}

/// Published hashes of JPEG files differ between implementations, because their decoders do.
#[test]
fn jpeg_pictures_are_within_the_spread_of_the_published_implementations() {
    let Some(folder) = folder() else { return };
    let table = fs::read_to_string(folder.join("expected_hashes.csv")).unwrap();
    let mut nearest: std::collections::BTreeMap<String, u32> = std::collections::BTreeMap::new();
    for line in table.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let name = cells[1].strip_prefix("reg-test-input/").unwrap_or(cells[1]);
        let found = ["pdq/data", "pdq/data/reg-test-input", "pdq/data/misc-images"].iter().map(|base| folder.join(base).join(name)).find(|path| path.exists());
        let Some(path) = found else { continue };
        let distance = hash(path).hash.distance(&cells[2].parse().unwrap());
        let least = nearest.entry(name.to_owned()).or_insert(256);
        *least = (*least).min(distance);
    }
    println!("{nearest:?}");
    assert!(nearest.len() >= 28, "{}", nearest.len());
    assert!(nearest.values().all(|distance| *distance <= 12), "{nearest:?}");
}

//! The quick start of the README: scan the sample, import the made-up labels, print shares whose intervals hold the sample's truth.

use std::{fs, path::Path, process::Command};

use serde_json::Value;

#[test]
fn the_quick_start_prints_intervals_that_hold_the_truth() {
    let folder = tempfile::tempdir().unwrap();
    let facts = vigie_testkit::write_samples(&folder.path().join("samples")).unwrap();
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../vigie.toml"), folder.path().join("vigie.toml")).unwrap();
    let vigie = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_vigie")).current_dir(folder.path()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    vigie(&["scan", "samples/"]);
    vigie(&["label", "--import", "samples/.made-up-labels.jsonl.zst"]);
    let document: Value = serde_json::from_slice(&vigie(&["share", "--format", "json"])).unwrap();
    for figure in document["shares"].as_array().unwrap() {
        let watch = figure["domain"]["watch"].as_str().unwrap();
        let (low, high) = (figure["posts"]["interval"]["low"].as_f64().unwrap(), figure["posts"]["interval"]["high"].as_f64().unwrap());
        // Reposts are left out of the share and counted in the facts: they repeat posts of all kinds alike, to within half a point.
        let truth = facts.watches[watch].adverts as f64 / facts.watches[watch].posts as f64;
        assert!(low - 0.005 <= truth && truth <= high + 0.005, "{watch}: {truth} is not in {low} to {high}");
        assert!(high - low < 0.07, "{watch}: {low} to {high} says little");
    }
}

//! `vigie model eval` and `vigie model split` as their users run them.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

fn vigie(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vigie")).args(arguments).current_dir(folder).env("LANG", "C").output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Labelled posts as a partner may have them: with handles, numbers, ids and free names that must not come out again.
fn partner(folder: &Path) {
    let mut lines = String::new();
    for n in 0..30 {
        let (body, label) = match n % 3 {
            0 => (format!("beuh et coke dispo ce soir, 50 € les 5 g, livraison, snap secret_fictif{n} ou 06 39 98 00 {n:02}"), "advert"),
            1 => (format!("Le marché de la ville ouvre à {n} h samedi, venez nombreux"), "other"),
            _ => (format!("On cherche un gardien pour le chat numéro {n} pendant les vacances"), "other"),
        };
        let line = serde_json::json!({ "id": format!("id-secret-{n}"), "text": body, "lang": "fr", "label": label, "author": format!("@auteur_fictif{}", n % 7),
            "time": format!("2026-10-{:02}T10:00:00Z", n % 28 + 1), "source": "carnet secret" });
        lines += &format!("{line}\n");
    }
    lines += "{\"text\": \"sans étiquette secret_fictif\"}\n";
    fs::write(folder.join("posts.jsonl"), lines).unwrap();
}

#[test]
fn figures_leave_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    partner(folder.path());
    for format in ["json", "table", "markdown"] {
        let out = vigie(&["model", "eval", "--data", ".", "--format", format, "--resamples", "50"], folder.path());
        assert!(out.status.success(), "{}", text(&out.stderr));
        for secret in ["secret", "fictif", "06 39", "339980", "carnet", "dispo"] {
            assert!(!text(&out.stdout).contains(secret), "{secret} in {}", text(&out.stdout));
        }
        assert!(text(&out.stderr).contains("posts.jsonl:31:1: `label` is missing") && !text(&out.stderr).contains("fictif"));
        assert!(text(&out.stdout).contains("not yet measured on independent adverts"));
    }
    let out = vigie(&["model", "eval", "--data", ".", "--format", "json", "--resamples", "50"], folder.path());
    let document: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(document["data"]["posts"], 30);
    assert_eq!(document["data"]["adverts"], 10);
    assert_eq!(document["data"]["rows"][0]["figures"]["prevalence"], 1.0 / 3.0);
    assert!(document["data"]["rows"][0]["intervals"]["recall"]["low"].is_number());
    let again = vigie(&["model", "eval", "--data", ".", "--format", "json", "--resamples", "50"], folder.path());
    assert_eq!(out.stdout, again.stdout, "the seed decides every draw");
    let named = vigie(&["model", "eval", "--data", ".", "--names", "--resamples", "50"], folder.path());
    assert!(text(&named.stdout).contains("carnet secret"), "names on request");
}

#[test]
fn a_suite_and_generated_posts_stand_apart() {
    let folder = tempfile::tempdir().unwrap();
    let case =
        |class: &str, label: &str, body: &str| serde_json::json!({"class": class, "pair": "1", "lang": "fr", "label": label, "text": body}).to_string() + "\n";
    fs::create_dir(folder.path().join("suite")).unwrap();
    fs::write(
        folder.path().join("suite/fr.jsonl"),
        case("advert_plain", "advert", "beuh dispo sur Lille, 10 € le g, mp") + &case("obf_leet", "advert", "b3uh d1spo sur Lille, 10 € le g, mp"),
    )
    .unwrap();
    let out = vigie(&["model", "eval", "--suite", "suite", "--generated", "200", "--resamples", "20", "--format", "markdown"], folder.path());
    assert!(out.status.success(), "{}", text(&out.stderr));
    let headings: Vec<&str> = text(&out.stdout).lines().filter(|line| line.starts_with("## ")).collect();
    assert_eq!(headings, ["## Functional suite", "## Generated posts"]);
    assert!(text(&out.stdout).contains("| zero_width |") && text(&out.stdout).contains("| obf_leet |"));
}

#[test]
fn splits_leak_no_author_and_no_future() {
    let folder = tempfile::tempdir().unwrap();
    partner(folder.path());
    let out = vigie(&["model", "split", "--data", "posts.jsonl", "--out", "parts"], folder.path());
    assert!(out.status.success(), "{}", text(&out.stderr));
    let count = |name: &str| fs::read_to_string(folder.path().join("parts").join(name)).unwrap().lines().count();
    assert!(text(&out.stdout).starts_with(&format!("{} to learn from, {} to test on", count("train.jsonl"), count("test.jsonl"))));
}

#[test]
fn what_was_learnt_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let line = |body: &str, label: &str| serde_json::json!({"text": body, "lang": "fr", "label": label}).to_string() + "\n";
    fs::write(folder.path().join("learnt.jsonl"), line("Du pain frais, 2 €", "other") + &line("❄️ 50", "advert")).unwrap();
    fs::write(folder.path().join("recipe.toml"), "seed = 1\n[[set]]\npath = \"learnt.jsonl\"\nweight = 1.0\nsource = \"test\"\n").unwrap();
    let posts = line("du pain frais : 3 €", "other") + &line("Du vin frais, 2 €", "other") + &line("🍄 50", "advert") + &line("❄️ 50", "advert");
    fs::write(folder.path().join("posts.jsonl"), posts).unwrap();
    let eval = ["model", "eval", "--data", "posts.jsonl", "--recipe", "recipe.toml", "--format", "json", "--resamples", "0"];
    let document: serde_json::Value = serde_json::from_slice(&vigie(&eval, folder.path()).stdout).unwrap();
    let of = |name: &str, what: &str| {
        let slices = document["data"]["slices"].as_array().unwrap();
        slices.iter().find(|slice| slice["by"] == "training" && slice["name"] == name).unwrap()[what]["whole"].as_u64().unwrap()
    };
    assert_eq!((of("learnt from", "recall"), of("learnt from", "false_positives")), (1, 1));
    assert_eq!((of("held out", "recall"), of("held out", "false_positives")), (1, 1));
    let out = vigie(&["model", "split", "--data", "posts.jsonl", "--recipe", "recipe.toml", "--out", "parts"], folder.path());
    assert!(text(&out.stdout).starts_with("2 to learn from, 2 to test on"), "{}", text(&out.stderr));
}

#[test]
fn says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let out = vigie(&["model", "eval"], folder.path());
    assert!(!out.status.success() && text(&out.stderr).contains("nothing to measure on"));
    let out = vigie(&["model", "eval", "--data", "."], folder.path());
    assert!(!out.status.success() && text(&out.stderr).contains("no labelled post"));
    let out = vigie(&["model", "eval", "--data", "none"], folder.path());
    assert!(!out.status.success() && text(&out.stderr).contains("cannot read none"));
    let out = vigie(&["model", "eval", "--generated", "10", "--prevalence", "10"], folder.path());
    assert!(!out.status.success() && text(&out.stderr).contains("between 0 and 1"));
}

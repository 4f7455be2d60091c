//! Measures linking on the trap suite of the test kit: posts go through the detector, finds through `observe` and `Linker`.
//!
//! `cargo run --release -p vigie-link --example networks -- ACCOUNTS SEED…` prints pairwise precision and recall and B-cubed F1 for each
//! seed, for each guard taken away, and which scenes the errors are of.
#![expect(clippy::print_stdout, reason = "an example that prints")]

use std::collections::{BTreeMap, HashMap};

use vigie_detect::{Detector, Lexicon, Model, Scratch};
use vigie_link::{Account, AllowList, FindView, Guards, Linker, Plan, Solution, observe};
use vigie_model::{Band, NeutralPost, Post, Timestamp, Verdict};
use vigie_testkit::{AccountTruth, NetworkPlan, NetworkSuite};
use vigie_text::Folded;

/// A find with its post.
struct Find {
    post: NeutralPost,
    media: String,
    verdict: Verdict,
}

/// Figures of one run.
#[derive(Default, Clone)]
struct Figures {
    true_pairs: u64,
    said_pairs: u64,
    right_pairs: u64,
    b_precision: f64,
    b_recall: f64,
    accounts: u64,
    /// Wrong pairs and missed pairs by scene.
    errors: BTreeMap<&'static str, (u64, u64)>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let accounts = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(10_000);
    let seeds: Vec<u64> = arguments.filter_map(|seed| seed.parse().ok()).collect();
    let seeds = if seeds.is_empty() { vec![1, 2, 3] } else { seeds };
    let detector = Detector::new(Lexicon::embedded()?, Model::embedded()?, Vec::new());
    let variants: Vec<(&str, Guards)> =
        [("all guards", Guards::default())].into_iter().chain(Guards::ablations().map(|(name, guards)| (name, guards))).collect();
    let mut sums: Vec<Vec<Figures>> = vec![Vec::new(); variants.len()];
    for &seed in &seeds {
        let suite = NetworkSuite::new(NetworkPlan { seed, accounts });
        let finds = finds(&detector, &suite)?;
        for ((_, guards), sum) in variants.iter().zip(&mut sums) {
            sum.push(figures(&suite, &solve(&finds, *guards)?));
        }
        if let Some(figures) = sums.first().and_then(|all| all.last()) {
            println!("seed {seed}: {} posts, {} accounts, {} finds; {}", suite.posts.len(), suite.accounts.len(), finds.len(), line(figures));
        }
    }
    println!("\nmean of {} seeds, and each guard taken away:", seeds.len());
    for ((name, _), figures) in variants.iter().zip(&sums) {
        println!("{:<22} {}", if *name == "all guards" { (*name).to_owned() } else { format!("without {name}") }, line(&total(figures)));
    }
    println!("\nwrong and missed pairs by scene, all guards:");
    for (scene, (wrong, missed)) in &sums.first().map(|all| total(all)).unwrap_or_default().errors {
        println!("{scene:<22} wrong {wrong:>6}  missed {missed:>6}");
    }
    Ok(())
}

/// What the detector finds in the suite.
fn finds(detector: &Detector, suite: &NetworkSuite) -> Result<Vec<Find>, Box<dyn std::error::Error>> {
    let mut scratch = Scratch::default();
    let mut out = Vec::new();
    for post in &suite.posts {
        let post: NeutralPost = serde_json::from_str(&post.line)?;
        let mut judged = Post::new(post.network.clone().unwrap_or_default(), post.id.clone(), post.text.clone());
        judged.lang = post.lang.as_deref().map(vigie_model::Lang::parse);
        if let Some(verdict) = detector.judge(&judged, &mut scratch).verdict.filter(|verdict| verdict.band != Band::Clear) {
            out.push(Find { media: serde_json::to_string(&post.media)?, verdict: *verdict, post });
        }
    }
    Ok(out)
}

fn solve(finds: &[Find], guards: Guards) -> Result<Solution, Box<dyn std::error::Error>> {
    let plan = Plan { guards, ..Plan::default() };
    let allow = AllowList::embedded()?;
    let mut linker = Linker::new(plan);
    let mut folded = Folded::default();
    for (number, Find { post, media, verdict }) in (0i64..).zip(finds) {
        let author = post.author.clone().unwrap_or_default();
        let view = FindView {
            find: number,
            network: post.network.as_deref().unwrap_or_default(),
            account: author.id.as_deref().unwrap_or_default(),
            handle: author.handle.as_deref(),
            at: post.created_at.as_deref().and_then(|time| Timestamp::parse(time).ok()).map_or(0, Timestamp::seconds),
            text: Some(&post.text),
            verdict,
            repost: post.repost_of.is_some(),
            media: Some(media),
        };
        linker.add(observe(&view, &allow, &plan, &mut folded));
    }
    Ok(linker.solve(&[]))
}

/// Compares clusters with the truth; accounts without a find are left out.
fn figures(suite: &NetworkSuite, solution: &Solution) -> Figures {
    let truth: HashMap<(&str, &str), &AccountTruth> = suite.accounts.iter().map(|account| ((account.network, account.account.as_str()), account)).collect();
    let known = |account: &Account| truth.get(&(&*account.network, &*account.key)).copied();
    let mut out = Figures::default();
    let mut sizes: HashMap<u32, u64> = HashMap::new();
    let mut scene_of: HashMap<u32, &'static str> = HashMap::new();
    for account in solution.clusters.iter().flat_map(|cluster| &cluster.accounts).filter_map(known) {
        *sizes.entry(account.group).or_default() += 1;
        scene_of.insert(account.group, account.scene);
        out.accounts += 1;
    }
    let mut together: HashMap<u32, u64> = HashMap::new();
    for cluster in &solution.clusters {
        let mut parts: BTreeMap<u32, u64> = BTreeMap::new();
        cluster.accounts.iter().filter_map(known).for_each(|account| *parts.entry(account.group).or_default() += 1);
        let size: u64 = parts.values().sum();
        out.said_pairs += pairs(size);
        for (group, count) in &parts {
            out.right_pairs += pairs(*count);
            *together.entry(*group).or_default() += pairs(*count);
            out.b_precision += real(count * count) / real(size);
            out.b_recall += real(count * count) / real(sizes.get(group).copied().unwrap_or(1));
            let scene = scene_of.get(group).copied().unwrap_or_default();
            out.errors.entry(scene).or_default().0 += count * (size - count);
        }
    }
    for (group, size) in &sizes {
        out.true_pairs += pairs(*size);
        let missed = pairs(*size) - together.get(group).copied().unwrap_or(0);
        out.errors.entry(scene_of.get(group).copied().unwrap_or_default()).or_default().1 += missed;
    }
    out
}

fn total(all: &[Figures]) -> Figures {
    let mut sum = Figures::default();
    for figures in all {
        sum.true_pairs += figures.true_pairs;
        sum.said_pairs += figures.said_pairs;
        sum.right_pairs += figures.right_pairs;
        sum.b_precision += figures.b_precision;
        sum.b_recall += figures.b_recall;
        sum.accounts += figures.accounts;
        for (scene, (wrong, missed)) in &figures.errors {
            let error = sum.errors.entry(scene).or_default();
            (error.0, error.1) = (error.0 + wrong, error.1 + missed);
        }
    }
    sum
}

fn line(figures: &Figures) -> String {
    let (precision, recall) = (real(figures.right_pairs) / real(figures.said_pairs.max(1)), real(figures.right_pairs) / real(figures.true_pairs.max(1)));
    let (b_precision, b_recall) = (figures.b_precision / real(figures.accounts.max(1)), figures.b_recall / real(figures.accounts.max(1)));
    let b_f1 = 2.0 * b_precision * b_recall / (b_precision + b_recall);
    format!("pairwise precision {precision:.4} recall {recall:.4}, B-cubed F1 {b_f1:.4}")
}

fn pairs(count: u64) -> u64 {
    count * count.saturating_sub(1) / 2
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn real(count: u64) -> f64 {
    count as f64
}

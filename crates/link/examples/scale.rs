//! How fast and in how much memory many finds are linked: `cargo run --release -p vigie-link --example scale -- FINDS ACCOUNTS [FOLDER]`.
//!
//! Prints one JSON object. With a folder it also writes `texts.txt` (a text a line) and `edges.csv` (account, value) for other programs to
//! work on (`bench/linking.py`).
#![expect(clippy::print_stdout, reason = "an example that prints")]

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
    sync::Arc,
    time::Instant,
};

use vigie_link::{AllowList, FindView, Linker, Plan, observe};
use vigie_model::{Band, Contact, ContactKind, Label, Verdict, Versions};
use vigie_text::Folded;

const SECONDS_A_DAY: u64 = 86_400;

/// A generator of numbers that is the same everywhere (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }
}

/// A find as it is handed to linking.
struct Made {
    account: u64,
    at: i64,
    text: String,
    verdict: Verdict,
    media: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default| arguments.next().and_then(|count| count.parse().ok()).unwrap_or(default);
    let (finds, accounts): (u64, u64) = (number(1_000_000), number(100_000));
    let folder = arguments.next();
    let mut files = folder.as_deref().map(files).transpose()?;
    let versions = Arc::new(Versions { vigie: String::new(), lexicon: String::new(), model: String::new(), rules: None });
    let (plan, allow) = (Plan::default(), AllowList::embedded()?);
    let mut linker = Linker::new(plan);
    let (mut random, mut folded) = (Random(31), Folded::default());
    let mut observing = std::time::Duration::ZERO;
    for number in 0..finds {
        let made = make(&mut random, accounts, &versions);
        if let Some((texts, edges)) = &mut files {
            writeln!(texts, "{}", made.text.replace('\n', " "))?;
            made.verdict.contacts.iter().try_for_each(|contact| writeln!(edges, "a{},{}", made.account, contact.value))?;
        }
        let started = Instant::now();
        let account = made.account.to_string();
        let view = FindView {
            find: i64::try_from(number)?,
            network: "instagram",
            account: &account,
            handle: None,
            at: made.at,
            text: Some(&made.text),
            verdict: &made.verdict,
            repost: false,
            media: Some(&made.media),
        };
        linker.add(observe(&view, &allow, &plan, &mut folded));
        observing += started.elapsed();
    }
    let started = Instant::now();
    let solution = linker.solve(&[]);
    let solving = started.elapsed();
    let networks = solution.clusters.iter().filter(|cluster| cluster.accounts.len() > 1).count();
    println!(
        "{{\"finds\": {finds}, \"accounts\": {}, \"networks\": {networks}, \"observe_seconds\": {:.2}, \"solve_seconds\": {:.2}, \"peak_mib\": {}}}",
        linker.accounts(),
        observing.as_secs_f64(),
        solving.as_secs_f64(),
        peak_mib()
    );
    Ok(())
}

fn files(folder: &str) -> std::io::Result<(BufWriter<File>, BufWriter<File>)> {
    let folder = Path::new(folder);
    Ok((BufWriter::new(File::create(folder.join("texts.txt"))?), BufWriter::new(File::create(folder.join("edges.csv"))?)))
}

/// Sellers have three accounts on average, two contacts, one template of 24 words with slots, and a picture.
fn make(random: &mut Random, accounts: u64, versions: &Arc<Versions>) -> Made {
    let account = random.below(accounts);
    let mut seller = Random((account / 3).wrapping_mul(7919));
    let (phone, handle) = (seller.below(100_000_000), seller.next() >> 20);
    let words: Vec<String> = (0..24).map(|_| format!("mot{}", letters(seller.below(5_000)))).collect();
    let mut text = words.join(" ");
    let kind = random.below(10);
    let (kind, value) = match kind {
        0 => (ContactKind::Telegram, "fictif_populaire".to_owned()),
        1..=3 => (ContactKind::Telegram, format!("fictif{handle}")),
        _ => (ContactKind::Phone, format!("+336{phone:08}")),
    };
    text.push_str(&format!(" {}€ ", random.below(90) + 10));
    let start = u32::try_from(text.len()).unwrap_or(0);
    text.push_str(&value);
    let contact = Contact { kind, start, end: start + u32::try_from(value.len()).unwrap_or(0), value };
    let picture: String = (0..4).map(|_| format!("{:016x}", seller.next() ^ (1 << random.below(64)))).collect();
    let verdict = Verdict {
        score: 0.9,
        band: Band::Advert,
        label: Label::Advert,
        products: Vec::new(),
        components: Vec::new(),
        contacts: vec![contact],
        prices: Vec::new(),
        places: Vec::new(),
        reasons: Vec::new(),
        rules: Vec::new(),
        pictures: Vec::new(),
        versions: Arc::clone(versions),
    };
    let at = i64::try_from(1_780_272_000 + random.below(90 * SECONDS_A_DAY)).unwrap_or(0);
    Made { account, at, text, verdict, media: format!("[{{\"kind\":\"image\",\"pdq\":\"{picture}\"}}]") }
}

/// A number as letters, so that it is a word and no slot.
fn letters(mut number: u64) -> String {
    let mut out = String::new();
    for _ in 0..4 {
        out.push(char::from(b'a' + u8::try_from(number % 26).unwrap_or(0)));
        number /= 26;
    }
    out
}

/// Greatest resident memory of this process so far, where the system says so.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) / 1024
}

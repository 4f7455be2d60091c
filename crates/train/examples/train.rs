//! Temporary driver.
use vigie_detect::{Detector, Lexicon, Model};
use vigie_train::{Example, train};

fn main() {
    let detector = Detector::new(Lexicon::embedded().unwrap(), Model::blank(), Vec::new());
    let mut examples = Vec::new();
    for argument in std::env::args().skip(2) {
        let (path, weight) = argument.split_once('=').unwrap();
        let mut weight: f32 = weight.parse().unwrap();
        let half = weight < 0.0;
        weight = weight.abs();
        let content = std::fs::read_to_string(path).unwrap();
        let mut read = Example::read_lines(path, &content, weight).unwrap();
        if half { read.retain(|e| e.group() % 2 == 0); }
        eprintln!("{path} {}", read.len());
        examples.extend(read);
    }
    let (model, report) = train(&detector, &examples, 1);
    std::fs::write(std::env::args().nth(1).unwrap(), model.to_bytes()).unwrap();
    println!("{} texts, {} adverts ({} candidates), {} others are candidates; floor {:.2}", report.examples, report.adverts, report.adverts_candidates, report.others_candidates, model.floor);
    println!("fusion {:?}\nbiases {:?}", model.fusion, model.biases);
    for threshold in [0.1f32, 0.2, 0.4, 0.5, 0.7, 0.9] {
        let (mut tp, mut p, mut fp, mut n) = (0, 0, 0, 0);
        for &(score, advert, _, _) in &report.held_out {
            if advert { p += 1; tp += usize::from(score >= threshold); } else { n += 1; fp += usize::from(score >= threshold); }
        }
        println!("{threshold}: recall {:.3} ({tp}/{p})  false {:.4} ({fp}/{n})", tp as f32 / p as f32, fp as f32 / n as f32);
    }
    if std::env::var("SHOW").is_ok() {
        let mut worst: Vec<_> = report.held_out.iter().filter(|h| (h.0 >= 0.4) != h.1).collect();
        worst.sort_by(|a, b| (a.1, (a.0 - 0.4).abs()).partial_cmp(&(b.1, (b.0 - 0.4).abs())).unwrap().reverse());
        for h in worst.iter() { println!("{:.2} {} {:?}", h.0, h.1, examples[h.3].text.chars().take(150).collect::<String>()); }
    }
}

//! Judges lines of a JSONL file and prints what is not clear.
use vigie_detect::*;
use vigie_model::*;
fn main() {
    let t = std::time::Instant::now();
    let d = Detector::new(Lexicon::embedded().unwrap(), vec![]);
    eprintln!("compiled in {:?}, {} states", t.elapsed(), d.states());
    let mut s = Scratch::default();
    for file in std::env::args().skip(1) {
        let content = std::fs::read_to_string(&file).unwrap();
        let lines: Vec<serde_json::Value> = content.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        let (mut n, mut a, mut r, mut cand) = (0, 0, 0, 0);
        let t = std::time::Instant::now();
        for v in &lines {
            let mut p = Post::new("test", v["id"].as_str().unwrap_or("?"), v["text"].as_str().unwrap());
            p.lang = v["lang"].as_str().map(Lang::parse);
            if let Some(tags) = v["tags"].as_array() {
                p.tags = tags.iter().filter_map(|t| t.as_str()).map(Into::into).collect();
            }
            let j = d.judge(&p, &mut s);
            n += 1;
            cand += usize::from(j.verdict.is_some());
            match j.band {
                Band::Advert => a += 1,
                Band::Review => r += 1,
                Band::Clear => {}
            }
            if std::env::var_os("DUMP").is_some() {
                println!(
                    "{}\t{}\t{:.4}\t{}",
                    p.id,
                    j.band.as_str(),
                    j.score,
                    j.verdict.as_ref().map(|v| v.products.iter().map(|p| p.as_str()).collect::<Vec<_>>().join(",")).unwrap_or_default()
                );
            }
            let show = std::env::var("SHOW").unwrap_or_default();
            if show.contains(j.band.as_str()) && j.verdict.is_some() {
                let v = j.verdict.unwrap();
                println!("{:?} {:.2} {} {:?}\n   {}", j.band, j.score, p.id, v.products, p.text.replace('\n', " / "));
                println!("   {}", v.reasons.iter().map(|r| format!("{} {:+.1}", r.what, r.weight)).collect::<Vec<_>>().join(", "));
                println!(
                    "   {}",
                    v.components.iter().map(|c| format!("{}:{}", c.kind, &p.text[c.start as usize..c.end as usize])).collect::<Vec<_>>().join(", ")
                );
            }
        }
        let e = t.elapsed();
        eprintln!("{file}: {n} posts, {a} adverts, {r} review, {cand} candidates, {:.0} ns/post", e.as_nanos() as f64 / n as f64);
    }
}

//! Prints posts of the stream for reading: `cargo run -p vigie-testkit --release --example look -- 40 advert`.
#![expect(clippy::print_stdout, reason = "an example that prints")]

use vigie_testkit::{Stream, StreamPlan};

fn main() {
    let mut args = std::env::args().skip(1);
    let count: usize = args.next().and_then(|count| count.parse().ok()).unwrap_or(20);
    let wanted = args.next();
    let lang = args.next();
    let seed = args.next().and_then(|seed| seed.parse().ok()).unwrap_or(7);
    let posts = Stream::new(StreamPlan { seed, posts: 200_000, ..StreamPlan::default() });
    let kept = posts
        .filter(|post| {
            wanted.as_deref().is_none_or(|wanted| {
                post.truth.label.as_str() == wanted || wanted == "any" || (wanted == "look" && !matches!(post.truth.label.as_str(), "advert" | "other"))
            })
        })
        .filter(|post| lang.as_deref().is_none_or(|lang| post.truth.lang == lang));
    for post in kept.step_by(7).take(count) {
        let line: serde_json::Value = serde_json::from_str(&post.line).unwrap_or_default();
        println!(
            "{:24} {:?} {:?}\n    {}",
            post.truth.label.as_str(),
            post.truth.products,
            post.truth.obfuscations,
            line.get("text").map(ToString::to_string).unwrap_or_default()
        );
    }
}

//! Prints texts of the stream with language and label, one JSON object a line: `… --example labelled -- POSTS SEED`.
#![expect(clippy::print_stdout, reason = "an example that prints")]

use vigie_testkit::{Stream, StreamPlan};

fn main() {
    let mut args = std::env::args().skip(1).filter_map(|argument| argument.parse().ok());
    let plan = StreamPlan { posts: args.next().unwrap_or(1000), seed: args.next().unwrap_or(7), ..StreamPlan::default() };
    for post in Stream::new(plan) {
        let line: serde_json::Value = serde_json::from_str(&post.line).unwrap_or_default();
        let text = line.get("text").cloned().unwrap_or_default();
        println!("{}", serde_json::json!({ "text": text, "lang": post.truth.lang, "label": post.truth.label.as_str() }));
    }
}

//! What rules would have done to the finds of the store.

use vigie_detect::{Detector, Scratch};
use vigie_model::{Author, Post, Verdict};
use vigie_rules::{Backtest, Differences};
use vigie_store::{Find, FindFilter, Finds, Result, without_identifiers};

/// Longest excerpt of a post, in characters.
const EXCERPT: usize = 120;

/// Compares the verdicts on the latest finds. Returns the differences, and how many finds have no text to judge anew.
///
/// # Errors
/// The store fails.
pub fn over_finds(store: &dyn Finds, detector: &Detector, backtest: &Backtest, limit: usize) -> Result<(Differences<i64>, u64)> {
    let (mut differences, mut scratch, mut untold) = (Differences::default(), Scratch::default(), 0);
    for find in store.finds(&FindFilter::default(), limit)? {
        let Some(post) = post_of(&find) else {
            untold += 1;
            continue;
        };
        let verdict = detector.judge(&post, &mut scratch).verdict.map(|verdict| *verdict);
        let watches: Vec<&str> = find.watches.iter().map(String::as_str).collect();
        backtest.compare(find.id, &post, verdict, &watches, &mut differences);
    }
    Ok((differences, untold))
}

/// The post of a find, as far as it is kept; none without its text.
fn post_of(find: &Find) -> Option<Post<'_>> {
    let mut post = Post::new(find.network.as_str(), find.native_id.as_str(), find.text.as_deref()?);
    post.lang = Some(find.lang);
    post.tags = find.tags.iter().map(|tag| tag.as_str().into()).collect();
    let field = |value: &'_ Option<String>| value.clone().map(Into::into);
    post.author = Author { id: field(&find.author_id), handle: field(&find.author_handle), name: field(&find.author_name) };
    Some(post)
}

/// The beginning of a post on one line, without contacts, names and whatever looks like an identifier.
#[must_use]
pub fn excerpt(post: &Post<'_>, verdict: &Verdict) -> String {
    let names = [&post.author.handle, &post.author.name].into_iter().flat_map(|name| name.as_deref());
    let masked = without_identifiers(&post.text, &verdict.contacts, names);
    let words: Vec<&str> = masked.split_whitespace().collect();
    words.join(" ").chars().filter(|c| !c.is_control()).take(EXCERPT).collect()
}

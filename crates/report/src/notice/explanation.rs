//! The explanation of part (a), built from the spans in plain words. A draft: whoever signs may rewrite it.

use vigie_model::ComponentKind;

use super::{Notice, Words, fill};

/// Quotations shown for each kind of component.
const QUOTES: usize = 4;

/// Why the posts of a notice are adverts: what they offer, and the words that show it, kind by kind.
pub(super) fn explain(notice: &Notice) -> String {
    let words = notice.language.words();
    let products: Vec<_> = notice.products().iter().filter_map(|product| words.product.get(product).cloned()).collect();
    let products = if products.is_empty() { words.drugs.clone() } else { words.list(&products) };
    let template = if notice.items.len() == 1 { &words.explain_one } else { &words.explain_many };
    let mut text = fill(template, &[("products", &products), ("n", &notice.items.len().to_string())]);
    let lines: Vec<_> = ComponentKind::ALL.iter().filter_map(|&kind| line(notice, words, kind)).collect();
    if !lines.is_empty() {
        text += &format!("\n\n{}\n{}", words.found, lines.join("\n"));
        text += &format!("\n\n{}", words.coded);
    }
    text
}

/// "- a price: “10 €”, “20 €”", if the posts have such words.
fn line(notice: &Notice, words: &Words, kind: ComponentKind) -> Option<String> {
    let phrase = words.component.get(&kind)?;
    let quotes = distinct(notice, kind);
    if quotes.is_empty() {
        return None;
    }
    let mut shown: Vec<_> = quotes.iter().take(QUOTES).map(|quote| words.quote.replace("{}", quote)).collect();
    if quotes.len() > QUOTES {
        let last = shown.len() - 1;
        if let Some(last) = shown.get_mut(last) {
            *last = format!("{last} {}", fill(&words.more, &[("n", &(quotes.len() - QUOTES).to_string())]));
        }
    }
    Some(format!("- {}", phrase.replace("{}", &shown.join(", "))))
}

/// Different quotations of a kind, the most frequent first.
fn distinct(notice: &Notice, kind: ComponentKind) -> Vec<String> {
    let mut counted: Vec<(String, String, usize)> = Vec::new();
    for span in notice.items.iter().flat_map(|item| &item.spans).filter(|span| span.kind == kind) {
        let folded = span.quote.to_lowercase();
        match counted.iter_mut().find(|(known, ..)| *known == folded) {
            Some((.., count)) => *count += 1,
            None => counted.push((folded, span.quote.clone(), 1)),
        }
    }
    counted.sort_by_key(|(.., count)| std::cmp::Reverse(*count));
    counted.into_iter().map(|(_, quote, _)| quote).collect()
}

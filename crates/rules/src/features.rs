//! What conditions see of a post: CEL values, made when a condition first names them, and bounded.

use std::{collections::HashMap, sync::OnceLock};

use cel::{
    Value,
    common::value::{CowVal, Val},
    context::VariableResolver,
};
use vigie_model::{ComponentKind, Post, Verdict};
use vigie_text::Folded;

use crate::schema;

/// Most elements of a list; what lies beyond is not shown.
pub(crate) const LIST: usize = 32;
/// Most bytes of a text.
const TEXT: usize = 4096;

/// A post with its verdict, as conditions see it.
pub(crate) struct Features<'a, 'p> {
    post: &'a Post<'p>,
    verdict: &'a Verdict,
    watches: &'a [&'a str],
    values: Vec<OnceLock<Option<Box<dyn Val>>>>,
}

impl<'a, 'p> Features<'a, 'p> {
    pub(crate) fn new(post: &'a Post<'p>, verdict: &'a Verdict, watches: &'a [&'a str]) -> Self {
        Self { post, verdict, watches, values: schema::variables().map(|_| OnceLock::new()).collect() }
    }

    fn value(&self, name: &str) -> Value {
        let Verdict { contacts, prices, places, products, .. } = self.verdict;
        match name {
            "post" => self.post(),
            "author" => self.author(),
            "spans" => list(&self.verdict.components, |span| record([("kind", text(span.kind.as_str())), ("text", self.slice(span.start, span.end))])),
            "components" => self.components(),
            "contacts" => list(contacts, |contact| record([("kind", text(contact.kind.as_str())), ("value", text(&contact.value))])),
            "prices" => list(prices, |price| {
                record([
                    ("amount", Value::Float(price.amount)),
                    ("currency", text(&price.currency)),
                    ("quantity", Value::Float(price.quantity.unwrap_or(0.0))),
                    ("unit", text(price.unit.as_deref().unwrap_or_default())),
                ])
            }),
            "places" => list(places, |place| text(place)),
            "products" => list(products, |product| text(product.as_str())),
            "score" => Value::Float(f64::from(self.verdict.score)),
            "band" => text(self.verdict.band.as_str()),
            "label" => text(self.verdict.label.as_str()),
            "watch" => list(self.watches, |name| text(name)),
            _ => Value::Null,
        }
    }

    fn post(&self) -> Value {
        let post = self.post;
        let count = |number: usize| Value::Int(i64::try_from(number).unwrap_or(i64::MAX));
        let hashtags = post.text.matches('#').count().max(post.tags.len());
        record([
            ("network", text(&post.network)),
            ("text", text(&post.text)),
            ("words", Value::from(words(&post.text))),
            ("lang", text(post.lang.as_ref().map_or("", |lang| lang.as_str()))),
            ("tags", list(&post.tags, |tag| text(tag))),
            ("hashtags", count(hashtags)),
            ("length", count(post.text.chars().count())),
            ("reply", Value::Bool(post.reply_to.is_some())),
            ("repost", Value::Bool(post.repost_of.is_some())),
            ("quote", Value::Bool(post.quote_of.is_some())),
            ("media", Value::Bool(post.media.is_some())),
        ])
    }

    fn author(&self) -> Value {
        let author = &self.post.author;
        let field = |value: &Option<std::borrow::Cow<'_, str>>| text(value.as_deref().unwrap_or_default());
        record([("id", field(&author.id)), ("handle", field(&author.handle)), ("name", field(&author.name))])
    }

    /// The kinds of components, each once: at most as many as there are kinds.
    fn components(&self) -> Value {
        let present = |kind: &&ComponentKind| self.verdict.components.iter().any(|component| component.kind == **kind);
        Value::from(ComponentKind::ALL.iter().filter(present).map(|kind| text(kind.as_str())).collect::<Vec<_>>())
    }

    fn slice(&self, start: u32, end: u32) -> Value {
        text(self.post.text.get(start as usize..end as usize).unwrap_or_default())
    }
}

impl VariableResolver for Features<'_, '_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        let slot = self.values.get(schema::number(variable)?)?;
        slot.get_or_init(|| self.value(variable).try_into().ok()).as_deref().map(CowVal::Borrowed)
    }
}

fn text(text: &str) -> Value {
    Value::from(text.get(..text.floor_char_boundary(TEXT)).unwrap_or_default())
}

fn list<T>(items: &[T], value: impl Fn(&T) -> Value) -> Value {
    Value::from(items.iter().take(LIST).map(value).collect::<Vec<_>>())
}

fn record<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::from(HashMap::from(fields))
}

/// As much of a text as conditions see, folded.
pub(crate) fn folded(text: &str) -> Folded {
    let mut folded = Folded::default();
    folded.read(text.get(..text.floor_char_boundary(TEXT)).unwrap_or_default());
    folded
}

/// The folded words of a text between single spaces, with one at either end, so that `" word "` finds whole words.
fn words(text: &str) -> String {
    let folded = folded(text);
    let mut out = String::from(" ");
    for word in folded.words() {
        out.push_str(&String::from_utf8_lossy(folded.word(word)));
        out.push(' ');
    }
    out
}

//! The words of notices in six languages: one file of data each, all with the same keys.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::{Deserialize, Serialize};
use vigie_model::{ComponentKind, Product, Timestamp};

/// Language of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "ISO 639-1 codes")]
pub enum NoticeLanguage {
    Fr,
    En,
    De,
    Es,
    It,
    Nl,
}

impl NoticeLanguage {
    /// Every language.
    pub const ALL: [Self; 6] = [Self::Fr, Self::En, Self::De, Self::Es, Self::It, Self::Nl];

    /// ISO 639-1.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
            Self::De => "de",
            Self::Es => "es",
            Self::It => "it",
            Self::Nl => "nl",
        }
    }

    /// The language of a code.
    #[must_use]
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    /// Its words.
    pub(crate) fn words(self) -> &'static Words {
        static WORDS: LazyLock<BTreeMap<NoticeLanguage, Words>> = LazyLock::new(|| {
            let read = |language: NoticeLanguage| (language, toml::from_str(language.source()).unwrap_or_default());
            NoticeLanguage::ALL.into_iter().map(read).collect()
        });
        static NONE: LazyLock<Words> = LazyLock::new(Words::default);
        WORDS.get(&self).unwrap_or(&NONE)
    }

    fn source(self) -> &'static str {
        match self {
            Self::Fr => include_str!("../../data/notice/fr.toml"),
            Self::En => include_str!("../../data/notice/en.toml"),
            Self::De => include_str!("../../data/notice/de.toml"),
            Self::Es => include_str!("../../data/notice/es.toml"),
            Self::It => include_str!("../../data/notice/it.toml"),
            Self::Nl => include_str!("../../data/notice/nl.toml"),
        }
    }

    /// A day and time as this language writes it, in UTC.
    pub(crate) fn time(self, time: Timestamp) -> String {
        let Ok(time) = jiff::Timestamp::from_second(time.seconds()) else { return "?".into() };
        let form = match self {
            Self::Fr => "%d/%m/%Y à %H h %M UTC",
            Self::En => "%-d %B %Y, %H:%M UTC",
            Self::De => "%d.%m.%Y, %H:%M UTC",
            Self::Es | Self::It => "%d/%m/%Y, %H:%M UTC",
            Self::Nl => "%d-%m-%Y, %H:%M UTC",
        };
        time.strftime(form).to_string()
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub(crate) title: String,
    pub(crate) basis: String,
    pub(crate) reference: String,
    pub(crate) date: String,
    pub(crate) receiver: String,
    pub(crate) account: String,
    pub(crate) account_unknown: String,
    pub(crate) posts: String,
    pub(crate) urgency: String,
    pub(crate) urgency_normal: String,
    pub(crate) urgency_minor: String,
    pub(crate) urgency_life: String,
    pub(crate) part_a: String,
    pub(crate) part_b: String,
    pub(crate) part_c: String,
    pub(crate) part_d: String,
    pub(crate) grounds: String,
    pub(crate) law: String,
    pub(crate) explain_one: String,
    pub(crate) explain_many: String,
    pub(crate) drugs: String,
    pub(crate) found: String,
    pub(crate) coded: String,
    pub(crate) and: String,
    pub(crate) quote: String,
    pub(crate) more: String,
    pub(crate) post: String,
    pub(crate) url: String,
    pub(crate) content_id: String,
    pub(crate) no_url: String,
    pub(crate) locator: String,
    pub(crate) posted: String,
    pub(crate) seen: String,
    pub(crate) gone: String,
    pub(crate) text: String,
    pub(crate) text_absent: String,
    pub(crate) evidence: String,
    pub(crate) organisation: String,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) trusted: String,
    pub(crate) declaration: String,
    pub(crate) signed: String,
    pub(crate) unsigned: String,
    pub(crate) automation: String,
    pub(crate) automation_text: String,
    pub(crate) one_person: String,
    pub(crate) people: String,
    pub(crate) ask: String,
    pub(crate) page: String,
    pub(crate) mail_subject: String,
    pub(crate) mail_greeting: String,
    pub(crate) mail_body: String,
    pub(crate) component: BTreeMap<ComponentKind, String>,
    pub(crate) product: BTreeMap<Product, String>,
}

impl Words {
    /// "a, b and c".
    pub(crate) fn list(&self, items: &[String]) -> String {
        match items {
            [] => String::new(),
            [one] => one.clone(),
            [first @ .., last] => format!("{} {} {last}", first.join(", "), self.and),
        }
    }
}

/// Puts values into the places of a template.
pub(crate) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(template.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `deny_unknown_fields` and required fields: a file that lacks a key, or has one too many, is not read at all.
    #[test]
    fn every_language_has_every_word() {
        for language in NoticeLanguage::ALL {
            let words: Words = toml::from_str(language.source()).unwrap_or_else(|error| panic!("{}: {error}", language.code()));
            let missing: Vec<_> =
                ComponentKind::ALL.iter().filter(|kind| **kind != ComponentKind::CarrierTags && !words.component.contains_key(kind)).collect();
            assert!(missing.is_empty(), "{}: {missing:?}", language.code());
            let missing: Vec<_> = Product::ALL.iter().filter(|product| product.is_drug() && !words.product.contains_key(product)).collect();
            assert!(missing.is_empty(), "{}: {missing:?}", language.code());
            assert!(words.component.values().all(|phrase| phrase.contains("{}")), "{}", language.code());
            for (template, place) in
                [(&words.explain_one, "{products}"), (&words.explain_many, "{n}"), (&words.signed, "{date}"), (&words.automation_text, "{people}")]
            {
                assert!(template.contains(place), "{}: {template}", language.code());
            }
        }
    }
}

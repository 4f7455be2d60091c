//! The allow-list: values that say nothing about who belongs with whom.

use rustc_hash::FxHashSet;
use vigie_model::ContactKind;

use crate::{Signal, SignalKind};

/// The list that comes with Vigie.
const EMBEDDED: &str = include_str!("../data/allow.txt");

/// Help lines, emergency numbers, news and platform domains: shared by many, said by nobody of himself.
#[derive(Debug, Clone, Default)]
pub struct AllowList {
    phones: FxHashSet<Box<str>>,
    phone_beginnings: Vec<Box<str>>,
    domains: FxHashSet<Box<str>>,
    roots: FxHashSet<Box<str>>,
    handles: FxHashSet<Box<str>>,
}

/// A line that is no entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the allow-list is not `phone`, `domain`, `domain-root` or `handle` with a value")]
pub struct AllowListError {
    /// From 1.
    pub line: usize,
}

impl AllowList {
    /// The list that comes with Vigie.
    ///
    /// # Errors
    /// It is damaged; a test shows that it is not.
    pub fn embedded() -> Result<Self, AllowListError> {
        Self::parse(EMBEDDED)
    }

    /// Reads a list in the form of `data/allow.txt`.
    ///
    /// # Errors
    /// A line is not an entry.
    pub fn parse(text: &str) -> Result<Self, AllowListError> {
        let mut list = Self::default();
        for (index, line) in text.lines().enumerate() {
            let line = line.split_once('#').map_or(line, |(entry, _)| entry).trim();
            if !line.is_empty() {
                list.add(line).ok_or(AllowListError { line: index + 1 })?;
            }
        }
        Ok(list)
    }

    fn add(&mut self, entry: &str) -> Option<()> {
        let (kind, value) = entry.split_once(char::is_whitespace)?;
        let value = value.trim().to_lowercase();
        match (kind, value.strip_suffix('*')) {
            ("phone", Some(beginning)) => self.phone_beginnings.push(beginning.into()),
            ("phone", None) => drop(self.phones.insert(value.into())),
            ("domain", None) => drop(self.domains.insert(value.into())),
            ("domain-root", None) => drop(self.roots.insert(value.into())),
            ("handle", None) => drop(self.handles.insert(value.into())),
            _ => return None,
        }
        Some(())
    }

    /// Whether a signal is on the list, or is a number that no telephone has.
    #[must_use]
    pub fn allows(&self, signal: &Signal) -> bool {
        let value = &*signal.value;
        match signal.kind {
            SignalKind::Contact(ContactKind::Phone) => {
                self.phones.contains(value) || self.phone_beginnings.iter().any(|beginning| value.starts_with(&**beginning)) || is_made_up(value)
            }
            SignalKind::Contact(ContactKind::Url | ContactKind::Shortlink | ContactKind::Linkpage) => self.is_known_page(value),
            SignalKind::Contact(ContactKind::Email) => value.split_once('@').is_some_and(|(_, host)| self.domain(host).is_some_and(|d| d != "google.com")),
            SignalKind::Contact(ContactKind::Wallet | ContactKind::Payment) | SignalKind::Text(_) | SignalKind::Picture(_) => false,
            SignalKind::Contact(_) | SignalKind::Name(_) => self.handles.contains(value),
        }
    }

    fn is_known_page(&self, address: &str) -> bool {
        let host = address.split(['/', '?', ':']).next().unwrap_or(address);
        self.domain(host).is_some() || (host.len() == address.len() && self.roots.contains(host))
    }

    /// The listed domain that a host belongs to.
    fn domain<'a>(&self, host: &'a str) -> Option<&'a str> {
        let ends = host.match_indices('.').map(|(dot, _)| dot + 1);
        std::iter::once(0).chain(ends).filter_map(|start| host.get(start..)).find(|suffix| self.domains.contains(*suffix))
    }
}

/// The same digit six times at the end, or digits that count up or down over eight places: what people type for "some number".
fn is_made_up(number: &str) -> bool {
    let digits: Vec<u8> = number.bytes().filter(u8::is_ascii_digit).collect();
    let steps =
        |last: usize| digits.windows(2).rev().take(last).filter_map(|pair| Some(i16::from(*pair.get(1)?) - i16::from(*pair.first()?))).collect::<Vec<_>>();
    let all = |step: i16, last: usize| digits.len() > last && steps(last).iter().all(|&found| found == step);
    all(0, 5) || all(1, 7) || all(-1, 7)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(kind: ContactKind, value: &str) -> bool {
        AllowList::embedded().unwrap().allows(&Signal::of_contact(kind, value))
    }

    #[test]
    fn knows_help_lines_news_and_platforms() {
        use ContactKind::{Phone, Shortlink, Snapchat, Url, Wallet};
        for (kind, value) in [
            (Phone, "+33800231313"),
            (Phone, "3018"),
            (Phone, "+33612345678"),
            (Phone, "+33699999999"),
            (Url, "www.ladepeche.fr/2026/11/article"),
            (Url, "internet-signalement.gouv.fr"),
            (Url, "youtube.com/watch?v=x"),
            (Shortlink, "bit.ly"),
            (Snapchat, "teamsnapchat"),
        ] {
            assert!(allowed(kind, value), "{value}");
        }
        for (kind, value) in [
            (Phone, "+33639980012"),
            (Url, "shop.example.org/menu"),
            (Url, "notladepeche.fr"),
            (Shortlink, "bit.ly/fictif"),
            (Snapchat, "fictif31"),
            (Wallet, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
        ] {
            assert!(!allowed(kind, value), "{value}");
        }
    }

    #[test]
    fn a_bad_line_is_named() {
        assert_eq!(AllowList::parse("# a\nphone 15\n\nphon 3\n").unwrap_err(), AllowListError { line: 4 });
        assert_eq!(AllowList::parse("phone").unwrap_err(), AllowListError { line: 1 });
    }
}

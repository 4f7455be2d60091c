//! What accounts may share, and how much it says.

use serde::Serialize;
use vigie_model::ContactKind;

/// What kind of thing is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(untagged)]
pub enum SignalKind {
    /// A contact that the posts offer.
    Contact(ContactKind),
    /// The name of an account.
    #[serde(rename = "name")]
    Name(NameKind),
    /// Texts that are nearly the same.
    Text(TextKind),
    /// Pictures that are nearly the same.
    Picture(PictureKind),
}

/// Serialises as the word `name`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NameKind {
    /// A handle, without dots, dashes and underscores.
    Name,
}

/// Serialises as the word `text`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TextKind {
    /// A text template.
    Text,
}

/// Serialises as the word `picture`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PictureKind {
    /// A picture.
    Picture,
}

/// How much a shared value says (`domain.md` 5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Strength {
    /// Links with a second one that is independent of it.
    Medium,
    /// Links alone.
    Strong,
}

impl SignalKind {
    pub(crate) const NAME: Self = Self::Name(NameKind::Name);
    pub(crate) const TEXT: Self = Self::Text(TextKind::Text);
    pub(crate) const PICTURE: Self = Self::Picture(PictureKind::Picture);

    /// The word for it in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Contact(kind) => kind.as_str(),
            Self::Name(_) => "name",
            Self::Text(_) => "text",
            Self::Picture(_) => "picture",
        }
    }

    /// How much it says; none for what says nothing (a voucher's code is used once).
    #[must_use]
    pub fn strength(self) -> Option<Strength> {
        match self {
            Self::Contact(ContactKind::Voucher) => None,
            Self::Contact(ContactKind::Url | ContactKind::Shortlink) | Self::Name(_) | Self::Text(_) | Self::Picture(_) => Some(Strength::Medium),
            Self::Contact(_) => Some(Strength::Strong),
        }
    }

    /// A bit for what it is independent of: a link travels with the text that holds it, so both are one.
    pub(crate) fn family(self) -> u8 {
        match self {
            Self::Text(_) | Self::Contact(ContactKind::Url | ContactKind::Shortlink) => 1,
            Self::Picture(_) => 2,
            Self::Name(_) => 4,
            Self::Contact(_) => 8,
        }
    }
}

/// A value that an account uses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signal {
    /// What kind of thing it is.
    pub kind: SignalKind,
    /// Normalised.
    pub value: Box<str>,
}

impl Signal {
    /// The signal of a contact: numbers of messengers are telephone numbers, addresses lose what only tracks the visitor.
    #[must_use]
    pub fn of_contact(kind: ContactKind, value: &str) -> Self {
        let is_number = value.strip_prefix('+').is_some_and(|digits| digits.len() >= 7 && digits.bytes().all(|byte| byte.is_ascii_digit()));
        let kind = if is_number { ContactKind::Phone } else { kind };
        let value = match kind {
            ContactKind::Url | ContactKind::Shortlink | ContactKind::Linkpage => without_tracking(value),
            _ => value.to_owned(),
        };
        Self { kind: SignalKind::Contact(kind), value: value.into() }
    }

    /// The contact that an account itself is, where its network is one that people are reached on.
    #[must_use]
    pub fn of_account(network: &str, handle: &str) -> Option<Self> {
        let kind = match network {
            "snapchat" => ContactKind::Snapchat,
            "telegram" => ContactKind::Telegram,
            "instagram" => ContactKind::Instagram,
            "discord" => ContactKind::Discord,
            "x" | "twitter" => ContactKind::X,
            _ => return None,
        };
        Some(Self::of_contact(kind, &handle.trim_start_matches('@').to_lowercase()))
    }
}

/// "www.Example.org/a/?utm_source=x#y" → "example.org/a".
fn without_tracking(address: &str) -> String {
    let address = address.split('#').next().unwrap_or(address);
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let kept: Vec<&str> = query.split('&').filter(|part| !part.is_empty() && !is_tracking(part)).collect();
    let path = path.trim_start_matches("www.").trim_end_matches('/');
    let (host, rest) = path.split_at(path.find('/').unwrap_or(path.len()));
    let query = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
    format!("{}{rest}{query}", host.to_lowercase())
}

fn is_tracking(part: &str) -> bool {
    let name = part.split('=').next().unwrap_or(part);
    name.starts_with("utm_") || matches!(name, "fbclid" | "gclid" | "igshid" | "igsh" | "si" | "ref" | "s" | "t" | "share")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_messengers_are_telephone_numbers() {
        assert_eq!(Signal::of_contact(ContactKind::Whatsapp, "+33639980012"), Signal::of_contact(ContactKind::Phone, "+33639980012"));
        assert_ne!(Signal::of_contact(ContactKind::Whatsapp, "fictif"), Signal::of_contact(ContactKind::Phone, "fictif"));
    }

    #[test]
    fn addresses_lose_what_only_tracks() {
        let url = |value| Signal::of_contact(ContactKind::Url, value).value;
        assert_eq!(&*url("www.Example.org/a/?utm_source=x&id=3#top"), "example.org/a?id=3");
        assert_eq!(&*url("example.org/"), "example.org");
    }

    #[test]
    fn an_account_is_a_contact_itself() {
        assert_eq!(Signal::of_account("snapchat", "@Fictif31"), Some(Signal::of_contact(ContactKind::Snapchat, "fictif31")));
        assert_eq!(Signal::of_account("bluesky", "fictif"), None);
    }
}

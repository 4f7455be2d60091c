//! What several formats share: identifiers, texts, media, counts.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{SeqAccess, Visitor},
};
use serde_json::value::RawValue;
use vigie_model::Lang;

use super::{Reason, out::Out, reason::Fault, scalar::Scalar};

/// Longest identifier, in bytes.
const MAX_ID: usize = 512;
/// Longest text, in bytes.
const MAX_TEXT: usize = 1 << 20;

/// Checks an identifier: 1 to 512 bytes without control characters, as a string or an integer.
pub(super) fn identifier<'a>(scalar: Scalar<'a>, field: &'static str) -> Result<Cow<'a, str>, Reason> {
    match &scalar {
        Scalar::None => return Err(Reason::Missing(field)),
        Scalar::Other => return Err(Reason::WrongType { field, expected: "a string or an integer" }),
        _ => {}
    }
    let id = scalar.into_text().ok_or(Reason::Empty(field))?;
    check_identifier(&id, field)?;
    Ok(id)
}

/// See [`identifier`].
pub(super) fn check_identifier(id: &str, field: &'static str) -> Result<(), Reason> {
    if id.is_empty() {
        return Err(Reason::Empty(field));
    }
    if id.len() > MAX_ID {
        return Err(Reason::TooLong { field, limit: MAX_ID });
    }
    let has_control = if id.is_ascii() { id.bytes().any(|byte| byte.is_ascii_control()) } else { id.chars().any(char::is_control) };
    if has_control { Err(Reason::ControlCharacter(field)) } else { Ok(()) }
}

/// Checks a text: at most 1 MiB, may be empty.
pub(super) fn text<'a>(scalar: Scalar<'a>, field: &'static str) -> Result<Cow<'a, str>, Reason> {
    match scalar {
        Scalar::Text(text) => {
            check_text(&text, field)?;
            Ok(text)
        }
        Scalar::None => Err(Reason::Missing(field)),
        _ => Err(Reason::WrongType { field, expected: "a string" }),
    }
}

/// See [`text`].
pub(super) fn check_text(text: &str, field: &'static str) -> Result<(), Reason> {
    if text.len() > MAX_TEXT { Err(Reason::TooLong { field, limit: MAX_TEXT }) } else { Ok(()) }
}

/// An optional string or integer; anything else is left out and reported.
pub(super) fn optional<'a>(scalar: Scalar<'a>, field: &'static str, out: &mut Out<'_>) -> Option<Cow<'a, str>> {
    if scalar == Scalar::Other {
        out.repair(Reason::WrongType { field, expected: "a string" });
    }
    scalar.into_text()
}

/// An optional language; what is no language is none.
pub(super) fn language(scalar: &Scalar<'_>) -> Option<Lang> {
    scalar.as_str().map(Lang::parse).filter(|lang| *lang != Lang::UNKNOWN)
}

/// A picture or film in the neutral form, as far as sources describe it.
#[derive(Debug, Serialize)]
pub(super) struct MediaItem<'m> {
    pub(super) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) alt: Option<&'m str>,
}

/// Counts in the neutral form.
#[derive(Debug, Serialize)]
pub(super) struct Counts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) views: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) likes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reposts: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) replies: Option<u64>,
}

/// The neutral form of media; `None` for none.
pub(super) fn media_json(items: &[MediaItem<'_>]) -> Option<Cow<'static, RawValue>> {
    if items.is_empty() { None } else { neutral_json(items) }
}

/// The neutral form of counts.
pub(super) fn counts_json(counts: &Counts) -> Option<Cow<'static, RawValue>> {
    neutral_json(counts)
}

/// Strings and numbers always serialise.
fn neutral_json(value: &(impl Serialize + ?Sized)) -> Option<Cow<'static, RawValue>> {
    serde_json::value::to_raw_value(value).ok().map(Cow::Owned)
}

/// Words of a source, made safe for a message: at most 64 letters, digits, blanks, `-` and `_`.
pub(super) fn title(scalar: &Scalar<'_>) -> Box<str> {
    words(scalar.as_str().unwrap_or("without a title"))
}

/// As [`title`], of text.
pub(super) fn words(text: &str) -> Box<str> {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-' | '_')).take(64).collect::<String>().into()
}

/// Calls `each` with every element of a JSON array, one at a time. After a syntax error the elements before it were given.
pub(super) fn for_each_element<'a>(json: &'a str, each: &mut dyn FnMut(&'a RawValue)) -> Result<(), Fault> {
    struct Elements<'f, 'a>(&'f mut dyn FnMut(&'a RawValue));

    impl<'a> Visitor<'a> for Elements<'_, 'a> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array")
        }

        fn visit_seq<A: SeqAccess<'a>>(self, mut seq: A) -> Result<(), A::Error> {
            while let Some(element) = seq.next_element()? {
                (self.0)(element);
            }
            Ok(())
        }
    }

    let mut deserializer = serde_json::Deserializer::from_str(json);
    deserializer.deserialize_seq(Elements(each))?;
    deserializer.end()?;
    Ok(())
}

/// Reads a JSON text as `T`.
pub(super) fn read<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, Fault> {
    Ok(serde_json::from_str(json)?)
}

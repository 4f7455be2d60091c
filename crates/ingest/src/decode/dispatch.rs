//! Which format a record has, by its own top-level keys.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, IgnoredAny, MapAccess, Visitor},
};
use vigie_model::Event;

use super::{
    Reason, common, jetstream, mastodon, neutral,
    out::{Out, Source},
    reason::Fault,
    x,
};

/// Decodes a record of any format.
pub(super) fn decode<'a>(source: Source<'a>, event: Option<&str>, out: &mut Out<'_>) {
    let result = match event {
        Some(event) => mastodon::streamed(event, source, out),
        None => value(source, out),
    };
    if let Err(fault) = result {
        out.reject_part(fault, source.json);
    }
}

/// Decodes an object, or each object of an array.
pub(super) fn value(source: Source<'_>, out: &mut Out<'_>) -> Result<(), Fault> {
    match source.json.trim_ascii_start().as_bytes().first() {
        Some(b'{') => object(source, out),
        Some(b'[') => {
            let mut elements = 0_usize;
            common::for_each_element(source.json, &mut |element| {
                elements += 1;
                let source = Source::from(element);
                if let Err(fault) = object_only(source, out) {
                    out.reject_part(fault, source.json);
                }
            })?;
            if elements == 0 {
                out.event(Event::Ignored);
            }
            Ok(())
        }
        _ => Err(no_object(source.json)),
    }
}

/// Decodes an object; an array is none.
pub(super) fn object_only(source: Source<'_>, out: &mut Out<'_>) -> Result<(), Fault> {
    if source.json.starts_with('{') { object(source, out) } else { Err(Reason::NotAnObject.into()) }
}

fn object(source: Source<'_>, out: &mut Out<'_>) -> Result<(), Fault> {
    if neutral::decode_unless_foreign(source, out)? {
        return Ok(());
    }
    let keys: Keys = common::read(source.json)?;
    match keys.format() {
        Format::Neutral => neutral::decode(source, out),
        Format::JetstreamV1 => jetstream::decode_v1(source, out),
        Format::JetstreamV2 => jetstream::decode_v2(source, out),
        Format::MastodonStatus => mastodon::decode(source, out),
        Format::MastodonFrame => mastodon::decode_frame(source, out),
        Format::MastodonPage => mastodon::decode_page(source, out),
        Format::XTweet => x::decode_tweet(source, out),
        Format::XEnvelope => x::decode(source, out),
        Format::XNotice => x::decode_notice(source, out),
        Format::Nothing => {
            out.event(Event::Ignored);
            Ok(())
        }
    }
}

/// The syntax error of a text that is no JSON, else that it is no object.
fn no_object(json: &str) -> Fault {
    match serde_json::from_str::<IgnoredAny>(json) {
        Ok(_) => Reason::NotAnObject.into(),
        Err(error) => error.into(),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Neutral,
    JetstreamV1,
    JetstreamV2,
    MastodonStatus,
    MastodonFrame,
    MastodonPage,
    XTweet,
    XEnvelope,
    XNotice,
    /// Well-formed and none of our business.
    Nothing,
}

/// Keys that tell formats apart, each with its bit in [`Keys`].
const NAMES: &[&str] = &[
    "id",
    "text",
    "did",
    "kind",
    "$type",
    "payload",
    "error",
    "event",
    "content",
    "account",
    "statuses",
    "ancestors",
    "author_id",
    "edit_history_tweet_ids",
    "data",
    "errors",
    "meta",
    "delete",
    "drop",
    "user_delete",
    "user_suspend",
    "user_protect",
    "action",
    "tweet_count",
    "visibility",
    "uri",
];

/// Whether a key may belong to another format than the neutral one.
pub(super) fn is_foreign(key: &str) -> bool {
    matches!(
        key,
        "did"
            | "$type"
            | "payload"
            | "account"
            | "statuses"
            | "ancestors"
            | "author_id"
            | "edit_history_tweet_ids"
            | "data"
            | "errors"
            | "meta"
            | "delete"
            | "drop"
            | "user_delete"
            | "user_suspend"
            | "user_protect"
            | "action"
            | "tweet_count"
    )
}

/// The set of an object's top-level keys, as far as they matter.
struct Keys(u32);

impl Keys {
    fn has(&self, name: &str) -> bool {
        bit(name) & self.0 != 0
    }

    fn format(&self) -> Format {
        let has = |name| self.has(name);
        let tweet = has("author_id") || has("edit_history_tweet_ids");
        let status = has("account") && (has("content") || (has("visibility") && has("uri")));
        if has("id") && has("text") && !tweet && !status {
            Format::Neutral
        } else if has("$type") && (has("payload") || has("error")) {
            Format::JetstreamV2
        } else if has("did") && has("kind") {
            Format::JetstreamV1
        } else if has("event") && has("payload") {
            Format::MastodonFrame
        } else if status {
            Format::MastodonStatus
        } else if has("statuses") || has("ancestors") {
            Format::MastodonPage
        } else if tweet && has("id") {
            Format::XTweet
        } else if has("data") || has("errors") || has("meta") {
            Format::XEnvelope
        } else if has("delete") || has("drop") || has("user_delete") || has("user_suspend") || has("user_protect") || (has("id") && has("action")) {
            Format::XNotice
        } else if has("tweet_count") {
            Format::Nothing
        } else {
            Format::Neutral
        }
    }
}

fn bit(name: &str) -> u32 {
    NAMES.iter().position(|known| *known == name).map_or(0, |index| 1 << index)
}

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(KeysVisitor)
    }
}

struct KeysVisitor;

impl<'de> Visitor<'de> for KeysVisitor {
    type Value = Keys;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
        let mut keys = 0;
        while let Some((KeyBit(bit), IgnoredAny)) = map.next_entry()? {
            keys |= bit;
        }
        Ok(Keys(keys))
    }
}

/// The bit of a key that is not kept.
struct KeyBit(u32);

impl<'de> Deserialize<'de> for KeyBit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;

        impl Visitor<'_> for KeyVisitor {
            type Value = KeyBit;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_str<E: de::Error>(self, key: &str) -> Result<KeyBit, E> {
                Ok(KeyBit(bit(key)))
            }
        }

        deserializer.deserialize_identifier(KeyVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_foreign_key_has_a_bit() {
        for name in NAMES {
            assert_ne!(bit(name), 0);
        }
        assert!(NAMES.iter().filter(|name| is_foreign(name)).count() >= 14);
    }

    #[test]
    fn formats_follow_from_keys() {
        for (json, format) in [
            (r#"{"id":1,"text":"","kind":"a","did":"b","data":{}}"#, Format::Neutral),
            (r#"{"did":"","kind":"commit"}"#, Format::JetstreamV1),
            (r#"{"$type":"message","payload":{}}"#, Format::JetstreamV2),
            (r#"{"$type":"error","error":"x"}"#, Format::JetstreamV2),
            (r#"{"stream":["public"],"event":"update","payload":"{}"}"#, Format::MastodonFrame),
            (r#"{"id":"1","text":null,"content":"","account":{}}"#, Format::MastodonStatus),
            (r#"{"id":"1","text":"","uri":"","visibility":"public","account":{}}"#, Format::MastodonStatus),
            (r#"{"accounts":[],"statuses":[]}"#, Format::MastodonPage),
            (r#"{"id":"1","text":"","author_id":"2"}"#, Format::XTweet),
            (r#"{"data":[]}"#, Format::XEnvelope),
            (r#"{"meta":{"result_count":0}}"#, Format::XEnvelope),
            (r#"{"delete":{}}"#, Format::XNotice),
            (r#"{"id":"1","action":"delete"}"#, Format::XNotice),
            (r#"{"start":"","end":"","tweet_count":3}"#, Format::Nothing),
            (r#"{"id":1}"#, Format::Neutral),
        ] {
            let keys: Keys = serde_json::from_str(json).unwrap();
            assert_eq!(keys.format(), format, "{json}");
        }
    }
}

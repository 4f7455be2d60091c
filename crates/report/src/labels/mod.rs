//! Labels of the AT Protocol: signed statements about posts that any client may subscribe to (`com.atproto.label.defs#label`).
//!
//! A label is signed with the labeler's secp256k1 key over its DAG-CBOR form. It is taken back by a second label that negates it.

mod cbor;

use k256::ecdsa::{Signature, SigningKey, signature::Signer};
use serde::{Deserialize, Serialize};
use vigie_model::Timestamp;

use cbor::Item;

/// What Vigie's labeler says of a post.
pub const DRUG_SALE: &str = "illicit-drug-sale";

/// A signing key.
#[derive(Clone)]
pub struct LabelKey(SigningKey);

/// Never shows the key.
impl std::fmt::Debug for LabelKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LabelKey(…)")
    }
}

/// Bytes that are no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a secp256k1 key of 32 bytes")]
pub struct NotAKey;

impl LabelKey {
    /// From 32 secret bytes.
    ///
    /// # Errors
    /// [`NotAKey`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotAKey> {
        // The library takes shorter ones too, and fills them up.
        let whole: &[u8; 32] = bytes.try_into().map_err(|_| NotAKey)?;
        SigningKey::from_slice(whole).map(Self).map_err(|_| NotAKey)
    }

    /// The public key as a multibase string, as DID documents and did:key write it.
    #[must_use]
    pub fn multibase(&self) -> String {
        /// Multicodec of a compressed secp256k1 public key, as a varint.
        const SECP256K1: [u8; 2] = [0xe7, 0x01];
        let point = self.0.verifying_key().to_sec1_point(true);
        format!("z{}", bs58::encode([&SECP256K1, point.as_bytes()].concat()).into_string())
    }
}

/// A label, signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// Version of the form: 1.
    pub ver: u32,
    /// DID of the labeler.
    pub src: String,
    /// AT URI of what is labelled.
    pub uri: String,
    /// Which version of it; none: whichever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cid: Option<String>,
    /// What is said.
    pub val: String,
    /// Whether the label takes an earlier one back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub neg: bool,
    /// When it was made, RFC 3339.
    pub cts: String,
    /// Signature, 64 bytes.
    pub sig: Bytes,
}

/// Bytes as the data model's JSON writes them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bytes {
    /// Base64 without padding.
    #[serde(rename = "$bytes")]
    pub base64: String,
}

/// What a label says, before it is signed.
#[derive(Debug, Clone, Copy)]
pub struct Statement<'a> {
    /// DID of the labeler.
    pub src: &'a str,
    /// AT URI.
    pub uri: &'a str,
    /// What is said.
    pub val: &'a str,
    /// Whether it takes an earlier label back.
    pub neg: bool,
    /// When.
    pub at: Timestamp,
}

/// Signs a label. The signature is deterministic (RFC 6979) and its S is low, as the protocol asks.
#[must_use]
pub fn sign(key: &LabelKey, statement: &Statement<'_>) -> Label {
    let mut label = Label {
        ver: 1,
        src: statement.src.to_owned(),
        uri: statement.uri.to_owned(),
        cid: None,
        val: statement.val.to_owned(),
        neg: statement.neg,
        cts: statement.at.to_string().replace('Z', ".000Z"),
        sig: Bytes::default(),
    };
    let signature: Signature = key.0.sign(&Item::Map(unsigned(&label)).encode());
    label.sig.base64 = data_encoding::BASE64_NOPAD.encode(&signature.normalize_s().to_bytes());
    label
}

fn unsigned(label: &Label) -> Vec<(&'static str, Item)> {
    let mut fields = vec![
        ("ver", Item::Int(u64::from(label.ver))),
        ("src", Item::Text(label.src.clone())),
        ("uri", Item::Text(label.uri.clone())),
        ("val", Item::Text(label.val.clone())),
        ("cts", Item::Text(label.cts.clone())),
    ];
    fields.extend(label.cid.clone().map(|cid| ("cid", Item::Text(cid))));
    fields.extend(label.neg.then_some(("neg", Item::Bool(true))));
    fields
}

/// A frame of `subscribeLabels`: header and one label under its number.
#[must_use]
pub fn frame(seq: i64, label: &Label) -> Vec<u8> {
    let mut fields = unsigned(label);
    fields.push(("sig", Item::Bytes(data_encoding::BASE64_NOPAD.decode(label.sig.base64.as_bytes()).unwrap_or_default())));
    let header = Item::Map(vec![("op", Item::Int(1)), ("t", Item::Text("#labels".into()))]);
    let body = Item::Map(vec![("seq", Item::Int(seq.unsigned_abs())), ("labels", Item::List(vec![Item::Map(fields)]))]);
    [header.encode(), body.encode()].concat()
}

/// An error frame, after which the stream ends.
#[must_use]
pub fn error_frame(error: &str, message: &str) -> Vec<u8> {
    let header = Item::Map(vec![("op", Item::MinusOne)]);
    let body = Item::Map(vec![("error", Item::Text(error.into())), ("message", Item::Text(message.into()))]);
    [header.encode(), body.encode()].concat()
}

/// The labeler's DID document for did:web: its key, and where its labels are read.
#[must_use]
pub fn did_document(did: &str, key: &LabelKey, endpoint: &str) -> serde_json::Value {
    serde_json::json!({
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": [{ "id": format!("{did}#atproto_label"), "type": "Multikey", "controller": did, "publicKeyMultibase": key.multibase() }],
        "service": [{ "id": "#atproto_labeler", "type": "AtprotoLabeler", "serviceEndpoint": endpoint }],
    })
}

#[cfg(test)]
mod tests {
    use k256::ecdsa::signature::Verifier;

    use super::*;

    fn key() -> LabelKey {
        LabelKey::from_bytes(&[7; 32]).unwrap()
    }

    fn statement(neg: bool) -> Statement<'static> {
        let at = Timestamp::parse("2026-11-24T10:00:00Z").unwrap();
        Statement { src: "did:web:labels.example.org", uri: "at://did:plc:fictif/app.bsky.feed.post/1", val: DRUG_SALE, neg, at }
    }

    #[test]
    fn a_label_verifies_and_a_changed_one_does_not() {
        let mut label = sign(&key(), &statement(false));
        let verifies = |label: &Label| {
            let bytes = data_encoding::BASE64_NOPAD.decode(label.sig.base64.as_bytes()).unwrap();
            let signature = Signature::from_slice(&bytes).unwrap();
            assert_eq!(signature.normalize_s(), signature, "S is low");
            key().0.verifying_key().verify(&Item::Map(unsigned(label)).encode(), &signature).is_ok()
        };
        assert!(verifies(&label));
        label.neg = true;
        assert!(!verifies(&label));
        assert!(verifies(&sign(&key(), &statement(true))));
    }

    #[test]
    fn frames_are_canonical() {
        let bytes = frame(3, &sign(&key(), &statement(false)));
        assert!(bytes.starts_with(b"\xa2\x61t\x67#labels\x62op\x01\xa2\x63seq\x03\x66labels\x81\xa6"), "{bytes:x?}");
        assert!(error_frame("FutureCursor", "x").starts_with(b"\xa1\x62op\x20"));
    }

    /// The key of the specification's example (did:key for secp256k1), from its private key.
    #[test]
    fn keys_are_written_as_did_key_writes_them() {
        let private = data_encoding::HEXLOWER.decode(b"9085d2bef69286a6cbb51623c8fa258629945cd55ca705cc4e66700396894e0c").unwrap();
        assert_eq!(LabelKey::from_bytes(&private).unwrap().multibase(), "zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme");
        assert!(LabelKey::from_bytes(&[0; 32]).is_err() && LabelKey::from_bytes(&[1; 31]).is_err());
    }
}

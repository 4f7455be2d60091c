//! wacz-auth 0.1.0, anonymous form: ECDSA P-384 with SHA-256 over the text `sha256:<hex>`, raw r‖s, key as SPKI, base64.
//!
//! ReplayWeb.page's engine verifies this form. It says "the same key made these packages", no more; log and time stamp are the
//! proof of record.

use data_encoding::BASE64;
use p384::{
    ecdsa::{
        Signature, SigningKey, VerifyingKey,
        signature::hazmat::{PrehashSigner as _, PrehashVerifier as _},
    },
    pkcs8::{DecodePublicKey as _, EncodePublicKey as _},
};
use serde::{Deserialize, Serialize};

use crate::Digest;

/// The `signedData` of `datapackage-digest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignedData {
    /// Digest of `datapackage.json`.
    pub hash: String,
    /// Signature, base64.
    pub signature: String,
    /// Key as SubjectPublicKeyInfo, base64.
    pub public_key: String,
    /// When it was signed; the same as `created` of the package.
    pub created: String,
    /// Which software signed.
    pub software: String,
}

/// The key that signs packages.
pub struct PackageKey(SigningKey);

impl PackageKey {
    /// From 48 secret bytes; none if they are no scalar of P-384 (chance about 2⁻¹⁹⁴).
    pub fn from_seed(seed: &[u8; 48]) -> Option<Self> {
        SigningKey::from_slice(seed).ok().map(Self)
    }

    /// The public key as SubjectPublicKeyInfo, base64.
    pub fn public(&self) -> String {
        self.0.verifying_key().to_public_key_der().map(|der| BASE64.encode(der.as_bytes())).unwrap_or_default()
    }

    /// Signs the digest of a `datapackage.json`. The signature is deterministic (RFC 6979).
    ///
    /// # Errors
    /// The library's, which has none for these inputs.
    pub fn sign(&self, manifest: &Digest, created: &str, software: &str) -> Result<SignedData, p384::ecdsa::Error> {
        let hash = manifest.to_string();
        let signature: Signature = self.0.sign_prehash(&Digest::of(hash.as_bytes()).0)?;
        Ok(SignedData {
            signature: BASE64.encode(&signature.to_bytes()),
            public_key: self.public(),
            created: created.to_owned(),
            software: software.to_owned(),
            hash,
        })
    }
}

impl std::fmt::Debug for PackageKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PackageKey({})", self.public())
    }
}

/// Verifies the signature over the digest that it states.
///
/// # Errors
/// Which part does not hold.
pub fn verify_signed(data: &SignedData) -> Result<(), &'static str> {
    let key = BASE64.decode(data.public_key.as_bytes()).map_err(|_| "its key is no base64")?;
    let key = VerifyingKey::from_public_key_der(&key).map_err(|_| "its key is no P-384 key")?;
    let signature = BASE64.decode(data.signature.as_bytes()).map_err(|_| "it is no base64")?;
    let signature = Signature::from_slice(&signature).map_err(|_| "it is no raw P-384 signature")?;
    key.verify_prehash(&Digest::of(data.hash.as_bytes()).0, &signature).map_err(|_| "it does not verify")
}

//! Certificates of time stamp authorities: purpose, validity at a time, chain to a root.

use ring::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use x509_cert::{
    Certificate,
    der::{Decode as _, DecodePem as _, Encode as _, oid::ObjectIdentifier},
    ext::pkix::{BasicConstraints, ExtendedKeyUsage, KeyUsage},
};

use super::{
    StampError,
    asn1::{INTEGER, Reader, SEQUENCE, Tlv},
};

const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
/// Longest chain that is followed.
const MAX_CHAIN: usize = 6;

/// A certificate with its own bytes.
#[derive(Debug, Clone)]
pub(super) struct Cert<'a> {
    pub(super) der: &'a [u8],
    parsed: Certificate,
    signed: &'a [u8],
    algorithm: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Cert<'a> {
    pub(super) fn parse(der: &'a [u8]) -> Result<Self, StampError> {
        let parsed = Certificate::from_der(der).map_err(|_| StampError::Malformed("a broken certificate"))?;
        let mut parts = Reader(der).need(SEQUENCE)?.inside();
        let signed = parts.need(SEQUENCE)?.whole;
        let algorithm = parts.need(SEQUENCE)?.inside().need(0x06)?.value;
        // A BIT STRING begins with the count of unused bits, here 0.
        let signature = parts.need(0x03)?.value.strip_prefix(&[0]).ok_or(StampError::Malformed("a broken certificate"))?;
        Ok(Self { der, parsed, signed, algorithm, signature })
    }

    /// Whether it is the one of this IssuerAndSerialNumber.
    pub(super) fn is(&self, identity: Tlv<'_>) -> Result<bool, StampError> {
        let mut parts = identity.inside();
        let (issuer, serial) = (parts.need(SEQUENCE)?.whole, parts.need(INTEGER)?.value);
        let tbs = self.parsed.tbs_certificate();
        Ok(tbs.issuer().to_der().is_ok_and(|own| own == issuer) && tbs.serial_number().as_bytes() == serial)
    }

    /// Time stamping, critical, and nothing else (RFC 3161 section 2.3).
    pub(super) fn check_purpose(&self) -> Result<(), StampError> {
        let usage = self.parsed.tbs_certificate().get_extension::<ExtendedKeyUsage>();
        match usage {
            Ok(Some((true, usage))) if usage.0 == [TIME_STAMPING] => Ok(()),
            _ => Err(StampError::Invalid("its certificate is not one for time stamping only")),
        }
    }

    pub(super) fn check_time(&self, seconds: i64) -> Result<(), StampError> {
        let validity = self.parsed.tbs_certificate().validity();
        let bound = |time: &x509_cert::time::Time| i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
        let valid = (bound(&validity.not_before)..=bound(&validity.not_after)).contains(&seconds);
        if valid { Ok(()) } else { Err(StampError::Untrusted("a certificate was not valid at the time of the stamp")) }
    }

    /// Its common name, or the whole subject.
    pub(super) fn name(&self) -> String {
        let subject = self.parsed.tbs_certificate().subject();
        let common = subject.iter().find(|part| part.oid == COMMON_NAME);
        common.map_or_else(|| subject.to_string(), |part| String::from_utf8_lossy(part.value.value()).into_owned())
    }

    fn may_sign_certificates(&self) -> bool {
        let tbs = self.parsed.tbs_certificate();
        let authority = matches!(tbs.get_extension::<BasicConstraints>(), Ok(Some((_, constraints))) if constraints.ca);
        let usage = match tbs.get_extension::<KeyUsage>() {
            Ok(usage) => usage.is_none_or(|(_, usage)| usage.key_cert_sign()),
            Err(_) => false,
        };
        authority && usage
    }

    fn issued(&self, other: &Cert<'_>) -> bool {
        self.parsed.tbs_certificate().subject() == other.parsed.tbs_certificate().issuer()
            && self.may_sign_certificates()
            && verify_signature(self, other.algorithm, None, other.signed, other.signature).is_ok()
    }
}

/// Certificates that the verifying person trusts to stand at the end of a chain.
#[derive(Debug, Clone)]
pub struct Roots(Vec<Vec<u8>>);

impl Roots {
    /// Reads PEM with one certificate or several, at most 1 MiB.
    ///
    /// # Errors
    /// There is none, or one is broken.
    pub fn from_pem(pem: &str) -> Result<Self, StampError> {
        const END: &str = "-----END CERTIFICATE-----";
        if pem.len() > 1 << 20 {
            return Err(StampError::Malformed("more than 1 MiB of certificates"));
        }
        let blocks = pem.split_inclusive(END).filter(|block| block.contains(END));
        let read = |block: &str| {
            let start = block.find("-----BEGIN").unwrap_or(0);
            let cert = Certificate::from_pem(block.get(start..).unwrap_or_default()).ok()?;
            cert.to_der().ok()
        };
        let roots: Vec<_> = blocks.map(read).collect::<Option<_>>().ok_or(StampError::Malformed("a certificate that is no PEM"))?;
        if roots.is_empty() { Err(StampError::Malformed("no certificate in the PEM file")) } else { Ok(Self(roots)) }
    }

    pub(super) fn check_chain(&self, signer: &Cert<'_>, others: &[Cert<'_>], seconds: i64) -> Result<(), StampError> {
        let roots = self.0.iter().map(|der| Cert::parse(der)).collect::<Result<Vec<_>, _>>()?;
        let mut current = signer.clone();
        for _ in 0..MAX_CHAIN {
            current.check_time(seconds)?;
            if roots.iter().any(|root| root.der == current.der) {
                return Ok(());
            }
            if let Some(root) = roots.iter().find(|root| root.issued(&current)) {
                return root.check_time(seconds);
            }
            let issuer = others.iter().find(|other| other.der != current.der && other.issued(&current));
            current = issuer.ok_or(StampError::Untrusted("an issuer is missing"))?.clone();
        }
        Err(StampError::Untrusted("the chain is too long"))
    }
}

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
const ECDSA_SHA2: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03];
const P256: &str = "1.2.840.10045.3.1.7";
const P384: &str = "1.3.132.0.34";

/// Verifies a signature with a certificate's key. `digest` is the hash that CMS names beside plain `rsaEncryption`.
pub(super) fn verify_signature(cert: &Cert<'_>, algorithm: &[u8], digest: Option<&[u8]>, message: &[u8], signature: &[u8]) -> Result<(), StampError> {
    let key = cert.parsed.tbs_certificate().subject_public_key_info();
    let curve = key.algorithm.parameters.as_ref().and_then(|any| any.decode_as::<ObjectIdentifier>().ok()).map(|oid| oid.to_string());
    let method = method(algorithm, digest, curve.as_deref())
        .ok_or(StampError::Unsupported("a signature algorithm other than RSA PKCS#1 and ECDSA P-256 or P-384 with SHA-2"))?;
    UnparsedPublicKey::new(method, key.subject_public_key.raw_bytes())
        .verify(message, signature)
        .map_err(|_| StampError::Invalid("a signature does not verify"))
}

fn method(algorithm: &[u8], digest: Option<&[u8]>, curve: Option<&str>) -> Option<&'static dyn VerificationAlgorithm> {
    if let Some([kind]) = algorithm.strip_prefix(RSA) {
        let hash = if *kind == 1 { digest?.last().copied()? + 10 } else { *kind };
        return match hash {
            11 => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
            12 => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
            13 => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
            _ => None,
        };
    }
    match (algorithm.strip_prefix(ECDSA_SHA2)?, curve?) {
        ([2], P256) => Some(&signature::ECDSA_P256_SHA256_ASN1),
        ([3], P256) => Some(&signature::ECDSA_P256_SHA384_ASN1),
        ([2], P384) => Some(&signature::ECDSA_P384_SHA256_ASN1),
        ([3], P384) => Some(&signature::ECDSA_P384_SHA384_ASN1),
        _ => None,
    }
}

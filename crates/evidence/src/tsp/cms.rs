//! Verification of a token: RFC 5652 section 5.4 and 5.6, RFC 3161 section 2.4.2, RFC 5816.

use ring::digest;

use super::{
    StampError,
    asn1::{BOOLEAN, INTEGER, OCTETS, OID, Reader, SEQUENCE, SET, TIME, Tlv},
    query::token_granted,
    x509::{Cert, Roots, verify_signature},
};
use crate::Digest;

const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
const TST_INFO: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04];
const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03];
const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04];
const SIGNING_CERTIFICATE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x0c];
const SIGNING_CERTIFICATE_V2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x2f];
const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
const SHA384: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02];
const SHA512: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03];

/// What a sound time stamp says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The authority's time, RFC 3339 in UTC.
    pub time: String,
    /// Its certificate's subject, as DER in hex-free readable form: the common name where there is one.
    pub authority: String,
    /// Whether its chain ends in one of the roots that were given. Without roots only the signature is known to be sound.
    pub anchored: bool,
}

/// Verifies a reply (`.tsr`) over content with this digest. Certificates are judged at the time of the stamp, not now.
///
/// # Errors
/// What does not hold. With `roots` the chain must end in one of them.
pub fn verify_response(response: &[u8], content: &Digest, roots: Option<&Roots>) -> Result<Stamp, StampError> {
    let signed = SignedData::parse(token_granted(response)?)?;
    let info = TstInfo::parse(signed.content)?;
    if info.hash_algorithm != SHA256 {
        return Err(StampError::Unsupported("an imprint that is not SHA-256"));
    }
    if info.imprint != content.0 {
        return Err(StampError::OtherContent);
    }
    let signer = signed.verify()?;
    signer.check_purpose()?;
    signer.check_time(info.seconds)?;
    if let Some(roots) = roots {
        roots.check_chain(&signer, &signed.certificates, info.seconds)?;
    }
    Ok(Stamp { time: info.time, authority: signer.name(), anchored: roots.is_some() })
}

struct TstInfo<'a> {
    hash_algorithm: &'a [u8],
    imprint: &'a [u8],
    time: String,
    seconds: i64,
}

impl<'a> TstInfo<'a> {
    fn parse(content: &'a [u8]) -> Result<Self, StampError> {
        let mut parts = Reader(content).need(SEQUENCE)?.inside();
        if parts.need(INTEGER)?.value != [1] {
            return Err(StampError::Malformed("its version is not 1"));
        }
        parts.need(OID)?;
        let mut imprint = parts.need(SEQUENCE)?.inside();
        let hash_algorithm = imprint.need(SEQUENCE)?.inside().need(OID)?.value;
        let imprint = imprint.need(OCTETS)?.value;
        parts.need(INTEGER)?;
        let (time, seconds) = generalized_time(parts.need(TIME)?.value)?;
        parts.maybe(SEQUENCE)?;
        parts.maybe(BOOLEAN)?;
        Ok(Self { hash_algorithm, imprint, time, seconds })
    }
}

/// `20261124101500[.123]Z` as RFC 3339 and in seconds since 1970.
fn generalized_time(value: &[u8]) -> Result<(String, i64), StampError> {
    const WRONG: StampError = StampError::Malformed("its time is not in UTC");
    let text = std::str::from_utf8(value).map_err(|_| WRONG)?.strip_suffix('Z').ok_or(WRONG)?;
    let (whole, fraction) = text.split_at_checked(14).ok_or(WRONG)?;
    let part = |range: std::ops::Range<usize>| whole.get(range).unwrap_or_default();
    let rfc = format!("{}-{}-{}T{}:{}:{}{fraction}Z", part(0..4), part(4..6), part(6..8), part(8..10), part(10..12), part(12..14));
    let time: jiff::Timestamp = rfc.parse().map_err(|_| WRONG)?;
    Ok((time.to_string(), time.as_second()))
}

struct SignedData<'a> {
    content: &'a [u8],
    certificates: Vec<Cert<'a>>,
    signer: SignerInfo<'a>,
}

struct SignerInfo<'a> {
    identity: Tlv<'a>,
    digest: &'a [u8],
    attributes: Tlv<'a>,
    algorithm: &'a [u8],
    signature: &'a [u8],
}

impl<'a> SignedData<'a> {
    fn parse(token: &'a [u8]) -> Result<Self, StampError> {
        let mut info = Reader(token).need(SEQUENCE)?.inside();
        if info.need(OID)?.value != SIGNED_DATA {
            return Err(StampError::Malformed("its token is no signed data"));
        }
        let mut parts = info.need(0xa0)?.inside().need(SEQUENCE)?.inside();
        parts.need(INTEGER)?;
        parts.need(SET)?;
        let mut encapsulated = parts.need(SEQUENCE)?.inside();
        if encapsulated.need(OID)?.value != TST_INFO {
            return Err(StampError::Malformed("its content is no time stamp"));
        }
        let content = encapsulated.need(0xa0)?.inside().need(OCTETS)?.value;
        let certificates = parts.maybe(0xa0)?.map_or(Ok(Vec::new()), |set| set.inside().rest())?;
        let certificates = certificates.iter().filter(|cert| cert.tag == SEQUENCE).map(|cert| Cert::parse(cert.whole)).collect::<Result<Vec<_>, _>>()?;
        parts.maybe(0xa1)?;
        let mut signers = parts.need(SET)?.inside();
        let signer = SignerInfo::parse(signers.need(SEQUENCE)?)?;
        if signers.0.is_empty() { Ok(Self { content, certificates, signer }) } else { Err(StampError::Malformed("more than one signer")) }
    }

    /// The signer's certificate, once digest, signing certificate and signature agree.
    fn verify(&self) -> Result<Cert<'a>, StampError> {
        let attributes = self.signer.attributes.inside().rest()?;
        let value = |oid: &[u8]| attribute(&attributes, oid);
        if value(CONTENT_TYPE)?.ok_or(StampError::Invalid("no content type is signed"))?.value != TST_INFO {
            return Err(StampError::Invalid("another content type is signed"));
        }
        let stated = value(MESSAGE_DIGEST)?.ok_or(StampError::Invalid("no digest is signed"))?;
        if stated.value != digest::digest(algorithm(self.signer.digest)?, self.content).as_ref() {
            return Err(StampError::Invalid("the signed digest is of another content"));
        }
        let cert = self.signing_certificate(value(SIGNING_CERTIFICATE_V2)?, value(SIGNING_CERTIFICATE)?)?;
        let mut message = vec![SET];
        message.extend_from_slice(self.signer.attributes.whole.get(1..).unwrap_or_default());
        verify_signature(&cert, self.signer.algorithm, Some(self.signer.digest), &message, self.signer.signature)?;
        Ok(cert)
    }

    /// The certificate that the token itself names by hash (ESSCertID), so that no other can be put in its place.
    fn signing_certificate(&self, v2: Option<Tlv<'a>>, v1: Option<Tlv<'a>>) -> Result<Cert<'a>, StampError> {
        let (mut first, algorithm_used) = match (v2, v1) {
            (Some(v2), _) => {
                let mut id = v2.inside().need(SEQUENCE)?.inside().need(SEQUENCE)?.inside();
                let named = id.maybe(SEQUENCE)?.map(|algorithm| algorithm.inside().need(OID)).transpose()?;
                (id, algorithm(named.map_or(SHA256, |oid| oid.value))?)
            }
            (None, Some(v1)) => (v1.inside().need(SEQUENCE)?.inside().need(SEQUENCE)?.inside(), &digest::SHA1_FOR_LEGACY_USE_ONLY),
            (None, None) => return Err(StampError::Invalid("it does not name its signing certificate")),
        };
        let hash = first.need(OCTETS)?.value;
        let cert = self.certificates.iter().find(|cert| digest::digest(algorithm_used, cert.der).as_ref() == hash);
        let cert = cert.ok_or(StampError::Invalid("its signing certificate is not in it"))?;
        if self.signer.identity.tag == SEQUENCE && !cert.is(self.signer.identity)? {
            return Err(StampError::Invalid("it names two different signing certificates"));
        }
        Ok(cert.clone())
    }
}

impl<'a> SignerInfo<'a> {
    fn parse(info: Tlv<'a>) -> Result<Self, StampError> {
        let mut parts = info.inside();
        parts.need(INTEGER)?;
        let identity = parts.any()?;
        let digest = parts.need(SEQUENCE)?.inside().need(OID)?.value;
        let attributes = parts.need(0xa0).map_err(|_| StampError::Invalid("no attributes are signed"))?;
        let algorithm = parts.need(SEQUENCE)?.inside().need(OID)?.value;
        Ok(Self { identity, digest, attributes, algorithm, signature: parts.need(OCTETS)?.value })
    }
}

/// The single value of an attribute that stands once at most.
fn attribute<'a>(attributes: &[Tlv<'a>], oid: &[u8]) -> Result<Option<Tlv<'a>>, StampError> {
    let mut found = None;
    for attribute in attributes {
        let mut parts = attribute.inside();
        if parts.need(OID)?.value != oid {
            continue;
        }
        let mut values = parts.need(SET)?.inside();
        let value = values.any()?;
        if found.replace(value).is_some() || !values.0.is_empty() {
            return Err(StampError::Invalid("a signed attribute has two values"));
        }
    }
    Ok(found)
}

fn algorithm(oid: &[u8]) -> Result<&'static digest::Algorithm, StampError> {
    match oid {
        SHA256 => Ok(&digest::SHA256),
        SHA384 => Ok(&digest::SHA384),
        SHA512 => Ok(&digest::SHA512),
        _ => Err(StampError::Unsupported("a hash that is not SHA-256, SHA-384 or SHA-512")),
    }
}

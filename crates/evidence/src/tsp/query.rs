//! TimeStampReq, and whether a reply grants it.

use super::{
    MAX_RESPONSE, StampError,
    asn1::{INTEGER, Reader, SEQUENCE},
};
use crate::Digest;

/// A query for a time stamp over a digest, which asks for the authority's certificate. The nonce must be random.
pub fn query(digest: &Digest, nonce: u64) -> Vec<u8> {
    let mut number = nonce.to_be_bytes();
    // A positive INTEGER of exactly eight bytes in its shortest form.
    number[0] = (number[0] & 0x3f) | 0x40;
    let imprint_head = [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];
    let mut body = vec![INTEGER, 1, 1];
    body.extend(imprint_head);
    body.extend(digest.0);
    body.extend([INTEGER, 8]);
    body.extend(number);
    body.extend([0x01, 1, 0xff]);
    let length = u8::try_from(body.len()).unwrap_or_default();
    [&[SEQUENCE, length], body.as_slice()].concat()
}

/// The token (a CMS ContentInfo) of a reply that grants it.
///
/// # Errors
/// Not a reply, or a refusal.
pub fn token_granted(response: &[u8]) -> Result<&[u8], StampError> {
    if response.len() > MAX_RESPONSE {
        return Err(StampError::Malformed("longer than 64 KiB"));
    }
    let mut outer = Reader(response);
    let mut parts = outer.need(SEQUENCE)?.inside();
    if !outer.0.is_empty() {
        return Err(StampError::Malformed("bytes after its end"));
    }
    let status = parts.need(SEQUENCE)?.inside().need(INTEGER)?;
    match status.value {
        [0 | 1] => {}
        [status] => return Err(StampError::Refused(*status)),
        _ => return Err(StampError::Malformed("a long status")),
    }
    let token = parts.need(SEQUENCE)?;
    if parts.0.is_empty() { Ok(token.whole) } else { Err(StampError::Malformed("elements after the token")) }
}

//! Walking DER without interpreting it. CMS is walked by hand because OpenSSL writes certificate SETs unsorted, which strict
//! decoders refuse and verifiers must accept.

use super::StampError;

const BROKEN: StampError = StampError::Malformed("broken DER");

/// One element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tlv<'a> {
    pub(super) tag: u8,
    pub(super) value: &'a [u8],
    /// With tag and length.
    pub(super) whole: &'a [u8],
}

/// Elements one after the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    /// The next element, whatever it is.
    pub(super) fn any(&mut self) -> Result<Tlv<'a>, StampError> {
        let all = self.0;
        let [tag, first, rest @ ..] = all else { return Err(BROKEN) };
        if tag & 0x1f == 0x1f {
            return Err(BROKEN);
        }
        let (length, rest) = if first & 0x80 == 0 { (usize::from(*first), rest) } else { long_length(first & 0x7f, rest)? };
        let (value, after) = rest.split_at_checked(length).ok_or(BROKEN)?;
        self.0 = after;
        Ok(Tlv { tag: *tag, value, whole: all.get(..all.len() - after.len()).unwrap_or_default() })
    }

    /// The next element, which must have this tag.
    pub(super) fn need(&mut self, tag: u8) -> Result<Tlv<'a>, StampError> {
        let found = self.any()?;
        if found.tag == tag { Ok(found) } else { Err(StampError::Malformed("an element of another type than expected")) }
    }

    /// The next element if it has this tag.
    pub(super) fn maybe(&mut self, tag: u8) -> Result<Option<Tlv<'a>>, StampError> {
        if self.0.first() == Some(&tag) { self.any().map(Some) } else { Ok(None) }
    }

    /// All elements that are left.
    pub(super) fn rest(mut self) -> Result<Vec<Tlv<'a>>, StampError> {
        let mut all = Vec::new();
        while !self.0.is_empty() {
            all.push(self.any()?);
        }
        Ok(all)
    }
}

fn long_length(count: u8, rest: &[u8]) -> Result<(usize, &[u8]), StampError> {
    if !(1..=4).contains(&count) {
        return Err(BROKEN);
    }
    let (bytes, rest) = rest.split_at_checked(usize::from(count)).ok_or(BROKEN)?;
    Ok((bytes.iter().fold(0, |length, byte| (length << 8) | usize::from(*byte)), rest))
}

impl<'a> Tlv<'a> {
    /// The elements inside.
    pub(super) fn inside(&self) -> Reader<'a> {
        Reader(self.value)
    }
}

/// Tags.
pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTETS: u8 = 0x04;
pub(super) const OID: u8 = 0x06;
pub(super) const TIME: u8 = 0x18;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;

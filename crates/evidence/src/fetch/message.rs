//! Responses: when they are complete, and their form in the archive.

use crate::http::dechunk;

/// Longest header, in bytes.
const MAX_HEADER: usize = 64 * 1024;
const MAX_FIELDS: usize = 256;

enum Framing {
    Length(usize),
    Chunked,
    UntilClose,
    None,
}

/// The response as it is archived (without transfer coding) once `raw` holds all of it; none while more must come.
pub(super) fn complete(raw: &[u8], closed: bool, limit: usize) -> Result<Option<Vec<u8>>, &'static str> {
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut head = httparse::Response::new(&mut fields);
    let length = match head.parse(raw).map_err(|_| "a broken header")? {
        httparse::Status::Complete(length) => length,
        httparse::Status::Partial if closed || raw.len() > MAX_HEADER => return Err("its header does not end"),
        httparse::Status::Partial => return Ok(None),
    };
    let body = raw.get(length..).unwrap_or_default();
    let header = raw.get(..length).unwrap_or_default();
    match framing(&head)? {
        Framing::None => Ok(Some(header.to_vec())),
        Framing::Length(expected) if body.len() >= expected => Ok(raw.get(..length + expected).map(<[u8]>::to_vec)),
        Framing::Length(expected) if expected > limit => Err("it announces more than the limit"),
        Framing::UntilClose if closed => Ok(Some(raw.to_vec())),
        Framing::Chunked if closed || body.ends_with(b"\r\n\r\n") => match dechunk(body, limit) {
            Some(entity) => Ok(Some([without_transfer_coding(header).as_slice(), &entity].concat())),
            None if closed => Err("its chunks are broken"),
            None => Ok(None),
        },
        _ if closed => Err("it is cut off"),
        _ => Ok(None),
    }
}

fn framing(head: &httparse::Response<'_, '_>) -> Result<Framing, &'static str> {
    if matches!(head.code, Some(100..200 | 204 | 304)) {
        return Ok(Framing::None);
    }
    if let Some(coding) = values(head, "transfer-encoding").first() {
        return if coding.eq_ignore_ascii_case(b"chunked") { Ok(Framing::Chunked) } else { Err("an unknown transfer coding") };
    }
    let mut lengths = values(head, "content-length").into_iter().map(|value| std::str::from_utf8(value).ok().and_then(|value| value.trim().parse().ok()));
    match (lengths.next(), lengths.next()) {
        (None, _) => Ok(Framing::UntilClose),
        (Some(Some(length)), None) => Ok(Framing::Length(length)),
        _ => Err("a broken content-length"),
    }
}

/// The values of a field.
fn values<'b>(head: &httparse::Response<'_, 'b>, name: &str) -> Vec<&'b [u8]> {
    head.headers.iter().filter(|field| field.name.eq_ignore_ascii_case(name)).map(|field| field.value).collect()
}

/// The header's bytes without `Transfer-Encoding`, which is undone: other fields stay as they came.
fn without_transfer_coding(header: &[u8]) -> Vec<u8> {
    let lines = header.split_inclusive(|byte| *byte == b'\n');
    let is_coding = |line: &&[u8]| line.get(..18).is_some_and(|name| name.eq_ignore_ascii_case(b"transfer-encoding:"));
    lines.filter(|line| !is_coding(line)).flatten().copied().collect()
}

fn parsed<T>(response: &[u8], read: impl FnOnce(&httparse::Response<'_, '_>, usize) -> Option<T>) -> Option<T> {
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut head = httparse::Response::new(&mut fields);
    let length = head.parse(response).ok()?;
    if let httparse::Status::Complete(length) = length { read(&head, length) } else { None }
}

/// Where a response redirects to.
pub(super) fn redirect(response: &[u8]) -> Option<String> {
    parsed(response, |head, _| {
        let moved = matches!(head.code, Some(301 | 302 | 303 | 307 | 308));
        let location = head.headers.iter().find(|field| field.name.eq_ignore_ascii_case("location")).filter(|_| moved)?;
        Some(String::from_utf8_lossy(location.value).into_owned())
    })
}

/// The entity of a response with status 200.
pub(super) fn entity_of_success(response: &[u8]) -> Option<Vec<u8>> {
    parsed(response, |head, length| (head.code == Some(200)).then(|| response.get(length..).unwrap_or_default().to_vec()))
}

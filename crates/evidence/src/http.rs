//! HTTP/1.1 bodies: undoing chunked transfer coding (RFC 9112 section 7.1).

/// The entity of a chunked body of at most `limit` bytes; none if it is broken or longer. Trailers are dropped.
pub fn dechunk(mut body: &[u8], limit: usize) -> Option<Vec<u8>> {
    let mut entity = Vec::new();
    loop {
        let line_end = body.windows(2).take(1024).position(|window| window == b"\r\n")?;
        let line = std::str::from_utf8(body.get(..line_end)?).ok()?;
        let size = usize::from_str_radix(line.split(';').next()?.trim(), 16).ok()?;
        body = body.get(line_end + 2..)?;
        if size == 0 {
            return Some(entity);
        }
        if size > limit.saturating_sub(entity.len()) {
            return None;
        }
        let (chunk, rest) = body.split_at_checked(size)?;
        entity.extend_from_slice(chunk);
        body = rest.strip_prefix(b"\r\n")?;
    }
}

#[cfg(test)]
mod tests {
    use super::dechunk;

    #[test]
    fn chunks() {
        assert_eq!(dechunk(b"3;x=y\r\nabc\r\n1\r\nd\r\n0\r\n\r\n", 10).as_deref(), Some(b"abcd".as_slice()));
        for bad in [b"3\r\nab".as_slice(), b"", b"zz\r\n", b"3\r\nabcX\r\n0\r\n\r\n", b"ffffffffffffffffff\r\n", b"5\r\nabcde\r\n0\r\n\r\n"] {
            assert_eq!(dechunk(bad, 4), None);
        }
    }
}

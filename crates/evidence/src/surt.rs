//! Sort-friendly URI keys as the reference indexer makes them (PyPI `surt`, its default options), for CDXJ indexes.

/// The key of a URI. Equal to the reference for `http(s)` and `urn:` URIs; the tests hold what it gave.
pub fn surt(uri: &str) -> String {
    let plain = uri.split('#').next().unwrap_or(uri);
    let rest = ["http://", "https://"]
        .iter()
        .find_map(|scheme| plain.get(..scheme.len()).filter(|start| start.eq_ignore_ascii_case(scheme)).and(plain.get(scheme.len()..)));
    let Some(rest) = rest else { return plain.to_ascii_lowercase() };
    let secure = plain.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("https"));
    let authority_end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at_checked(authority_end).unwrap_or((rest, ""));
    let (path, query) = tail.split_once('?').map_or((tail, None), |(path, query)| (path, Some(query)));
    format!("{}){}{}", host_key(authority, secure), path_key(path), query_key(query))
}

fn host_key(authority: &str, secure: bool) -> String {
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host).to_ascii_lowercase();
    let (host, port) = host.rsplit_once(':').map_or((host.as_str(), None), |(host, port)| (host, Some(port)));
    let host = without_www(host.trim_matches('.'));
    let default = if secure { "443" } else { "80" };
    let labels = host.rsplit('.').collect::<Vec<_>>().join(",");
    match port.filter(|port| *port != default && !port.is_empty()) {
        Some(port) => format!("{labels}:{port}"),
        None => labels,
    }
}

/// The host without a leading `www.` or `www12.`.
fn without_www(host: &str) -> &str {
    host.strip_prefix("www").and_then(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix('.')).unwrap_or(host)
}

fn path_key(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let lower = escape(&unescape(path)).to_ascii_lowercase();
    for part in lower.split('/').skip(1) {
        match part {
            "." => {}
            ".." if !kept.is_empty() => drop(kept.pop()),
            _ => kept.push(part),
        }
    }
    let last = kept.pop().unwrap_or_default();
    let mut key: String = kept.iter().filter(|part| !part.is_empty()).map(|part| format!("/{part}")).collect();
    if !last.is_empty() || key.is_empty() {
        key.push('/');
        key.push_str(last);
    }
    key
}

fn query_key(query: Option<&str>) -> String {
    let Some(query) = query.filter(|query| !query.is_empty()) else { return String::new() };
    let lower = escape(&unescape(query)).to_ascii_lowercase();
    let mut pairs: Vec<Vec<&str>> = lower.split('&').map(|pair| pair.splitn(2, '=').collect()).collect();
    pairs.sort();
    "?".to_owned() + &pairs.iter().map(|pair| pair.join("=")).collect::<Vec<_>>().join("&")
}

/// Undoes percent encoding as often as there is any.
fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    loop {
        let next = unescape_once(&bytes);
        if next == bytes {
            return bytes;
        }
        bytes = next;
    }
}

fn unescape_once(mut bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    while let Some((first, rest)) = bytes.split_first() {
        let decoded = (*first == b'%').then(|| rest.get(..2).and_then(|hex| data_encoding::HEXLOWER_PERMISSIVE.decode(hex).ok())).flatten();
        if let Some(decoded) = decoded {
            out.extend(decoded);
            bytes = rest.get(2..).unwrap_or_default();
        } else {
            out.push(*first);
            bytes = rest;
        }
    }
    out
}

fn escape(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for byte in bytes {
        if byte.is_ascii_graphic() && !matches!(byte, b'#' | b'%') {
            out.push(char::from(*byte));
        } else {
            out.push('%');
            out.push_str(&data_encoding::HEXUPPER.encode(&[*byte]));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::surt;

    #[test]
    fn keys_are_those_of_the_reference() {
        for (uri, key) in VECTORS {
            assert_eq!(surt(uri), key, "{uri}");
        }
    }

    /// Made with PyPI `surt` 0.3.1 in the acceptance environment (`cargo xtask evidence` compares again).
    const VECTORS: [(&str, &str); 13] = [
        ("https://www.example.org/a?b=1", "org,example)/a?b=1"),
        ("http://example.org", "org,example)/"),
        ("https://WWW2.Example.org:443/A/../B//c/?z=2&a=1", "org,example)/b/c?a=1&z=2"),
        ("http://example.org:8080/x/", "org,example:8080)/x"),
        ("https://u:p@example.org/é?q=é#f", "org,example)/%c3%a9?q=%c3%a9"),
        ("https://example.org/%2541/b%20c", "org,example)/a/b%20c"),
        ("https://example.org/?", "org,example)/"),
        ("http://192.0.2.7/a", "7,2,0,192)/a"),
        ("urn:vigie:exhibit:ABC:post", "urn:vigie:exhibit:abc:post"),
        ("https://example.org/a/", "org,example)/a"),
        ("https://example.org/a=b;c?x&y=", "org,example)/a=b;c?x&y="),
        ("https://example.org/?b=1&a&a=0", "org,example)/?a&a=0&b=1"),
        ("https://xn--e1afmkfd.example.org/", "org,example,xn--e1afmkfd)/"),
    ];
}

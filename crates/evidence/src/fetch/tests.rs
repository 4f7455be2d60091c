//! Against servers on the loopback device, which the client must refuse unless told otherwise.

use std::{net::TcpListener, thread};

use super::*;

/// A server that gives each of these answers once and then ends. Gives its address.
fn server(answers: &[&'static str]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let answers = answers.to_vec();
    thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    address
}

fn fetcher(bytes: usize) -> Fetcher {
    Fetcher::new(FetchLimits { bytes, allowed: vec!["127.0.0.1".parse().unwrap()], redirects: 1, ..FetchLimits::default() }).unwrap()
}

fn get(answers: &[&'static str]) -> Result<Vec<Exchange>, FetchError> {
    fetcher(1000).get(&format!("http://{}/x?y=1", server(answers)), &|| "now".to_owned())
}

#[test]
fn both_messages_are_kept() {
    let found = get(&["HTTP/1.1 302 Found\r\nLocation: /z\r\nContent-Length: 0\r\n\r\n"]).unwrap_err();
    assert!(matches!(found, FetchError::Connection(..)), "the second request found nobody: {found}");
    let found = get(&["HTTP/1.1 200 OK\r\nA: b\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"]).unwrap();
    assert_eq!(found[0].response, b"HTTP/1.1 200 OK\r\nA: b\r\n\r\nabc");
    assert!(found[0].request.starts_with(b"GET /x?y=1 HTTP/1.1\r\nHost: 127.0.0.1:"));
    assert_eq!((found[0].address.as_str(), found[0].date.as_str()), ("127.0.0.1", "now"));
    assert_eq!(get(&["HTTP/1.1 200 OK\r\n\r\nuntil close"]).unwrap()[0].response, b"HTTP/1.1 200 OK\r\n\r\nuntil close");
}

#[test]
fn bad_answers_are_errors() {
    for answer in [
        "",
        "SMTP ready\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ] {
        assert!(get(&[answer]).is_err(), "{answer:?}");
    }
    let loops = "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n";
    assert!(matches!(get(&[loops, loops]), Err(FetchError::Redirects(_))));
}

#[test]
fn private_addresses_are_refused() {
    let strict = Fetcher::new(FetchLimits::default()).unwrap();
    for url in
        ["http://127.0.0.1:1/", "http://[::1]:1/", "http://localhost:1/", "http://169.254.169.254/latest/meta-data/", "http://2130706433/", "http://0x7f.1/"]
    {
        assert!(matches!(strict.get(url, &String::new), Err(FetchError::Private(_))), "{url}");
    }
    for url in ["file:///etc/passwd", "ftp://example.org/", "http://user@example.org/", "x"] {
        assert!(matches!(strict.get(url, &String::new), Err(FetchError::Url)), "{url}");
    }
    // A public page may not redirect inside either: the allowed address redirects to one that is not.
    let inside = get(&["HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n"]);
    assert!(matches!(inside, Err(FetchError::Private(_))));
}

//! A time stamp authority (OpenSSL behind a few lines of HTTP) and a page to capture, on the loopback device.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use anyhow::{Context, Result, ensure};

pub(super) struct Authority {
    pub(super) url: String,
}

const CONFIG: &str = "[tsa]\ndefault_tsa = t\n[t]\nserial = serial\nsigner_cert = tsa.pem\nsigner_key = tsa.key\nsigner_digest = sha256\n\
    default_policy = 1.3.6.1.4.1.99999.1\ndigests = sha256, sha384, sha512\naccuracy = secs:1\nordering = yes\ntsa_name = yes\ness_cert_id_alg = sha256\n";
const ROOT: &str = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -days 30 -subj /CN=Test-root \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign";

impl Authority {
    /// Makes throwaway keys in `folder` and answers until the program ends.
    pub(super) fn start(folder: &Path) -> Result<Self> {
        fs::create_dir(folder)?;
        fs::write(folder.join("ext"), "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n")?;
        fs::write(folder.join("serial"), "01\n")?;
        fs::write(folder.join("tsa.cnf"), CONFIG)?;
        openssl(folder, ROOT)?;
        openssl(folder, "req -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -subj /CN=Test-TSA")?;
        openssl(folder, "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile ext -out tsa.pem")?;
        let folder: PathBuf = folder.to_owned();
        let address = serve(move |body| {
            fs::write(folder.join("q.tsq"), body)?;
            openssl(&folder, "ts -reply -config tsa.cnf -queryfile q.tsq -out r.tsr")?;
            Ok(("application/timestamp-reply", fs::read(folder.join("r.tsr"))?))
        })?;
        Ok(Self { url: format!("http://{address}/") })
    }
}

/// Serves one synthetic page; gives its URL.
pub(super) fn serve_page() -> Result<String> {
    let page = "<!doctype html><meta charset=utf-8><title>Synthetic</title><p>Page synthétique";
    let address = serve(move |_| Ok(("text/html; charset=utf-8", page.as_bytes().to_vec())))?;
    Ok(format!("http://{address}/post/1?b=2&a=1"))
}

/// Content type and body for a request's body.
type Answer = Result<(&'static str, Vec<u8>)>;

fn openssl(folder: &Path, arguments: &str) -> Result<()> {
    let out = Command::new("openssl").args(arguments.split_whitespace()).current_dir(folder).output().context("openssl is needed")?;
    ensure!(out.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&out.stderr));
    Ok(())
}

fn serve(answer: impl Fn(&[u8]) -> Answer + Send + 'static) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    thread::spawn(move || {
        // A connection that fails is the client's to report.
        listener.incoming().flatten().for_each(|stream| drop(reply(stream, &answer)));
    });
    Ok(address)
}

fn reply(mut stream: TcpStream, answer: &dyn Fn(&[u8]) -> Answer) -> Result<()> {
    let mut request = Vec::new();
    let mut part = [0; 4096];
    let body_start = loop {
        let count = stream.read(&mut part)?;
        request.extend_from_slice(part.get(..count).unwrap_or_default());
        if let Some(at) = request.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        ensure!(count > 0, "cut off");
    };
    let header = String::from_utf8_lossy(request.get(..body_start).unwrap_or_default()).to_ascii_lowercase();
    let length: usize = header.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(Ok(0), str::parse)?;
    while request.len() < body_start + length {
        let count = stream.read(&mut part)?;
        ensure!(count > 0, "cut off");
        request.extend_from_slice(part.get(..count).unwrap_or_default());
    }
    let (content_type, body) = answer(request.get(body_start..).unwrap_or_default())?;
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len())?;
    Ok(stream.write_all(&body)?)
}

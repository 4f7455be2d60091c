//! Connecting: resolve, refuse what is not the public internet, connect to exactly the address that was checked.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream, ToSocketAddrs},
    sync::{Arc, OnceLock},
    time::Duration,
};

use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, pki_types::ServerName};
use tungstenite::http::Uri;
use vigie_net::is_public;

use crate::Loss;

/// The longest time for a connection, for the answer to a request and for anything that is sent.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// A connection, encrypted or not.
pub(crate) enum Socket {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Socket {
    /// How long a read waits before it gives up with [`io::ErrorKind::WouldBlock`].
    pub(crate) fn set_read_timeout(&self, timeout: Duration) -> io::Result<()> {
        match self {
            Self::Plain(socket) => socket.set_read_timeout(Some(timeout)),
            Self::Tls(stream) => stream.sock.set_read_timeout(Some(timeout)),
        }
    }
}

impl Read for Socket {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.read(buf),
            Self::Tls(stream) => stream.read(buf),
        }
    }
}

impl Write for Socket {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(socket) => socket.write(buf),
            Self::Tls(stream) => stream.write(buf),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(socket) => socket.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

/// Connects to the host of a `ws`, `wss`, `http` or `https` address.
pub(crate) fn dial(uri: &Uri, allow_private: bool) -> Result<Socket, Loss> {
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let secure = matches!(uri.scheme_str(), Some("wss" | "https"));
    let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
    let addresses = (host, port).to_socket_addrs().map_err(|source| Loss::Address { host: host.to_owned(), source })?;
    let allowed: Vec<SocketAddr> = addresses.filter(|address| allow_private || is_public(address.ip())).collect();
    if allowed.is_empty() {
        return Err(Loss::Private { host: host.to_owned() });
    }
    let socket = first_that_answers(&allowed).map_err(|source| Loss::Connect { host: host.to_owned(), source })?;
    if secure { encrypt(socket, host) } else { Ok(Socket::Plain(socket)) }
}

fn first_that_answers(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses {
        match TcpStream::connect_timeout(address, PATIENCE) {
            Ok(socket) => {
                socket.set_read_timeout(Some(PATIENCE))?;
                socket.set_write_timeout(Some(PATIENCE))?;
                socket.set_nodelay(true)?;
                return Ok(socket);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn encrypt(socket: TcpStream, host: &str) -> Result<Socket, Loss> {
    let failed = |reason: String| Loss::Tls { host: host.to_owned(), reason };
    let config = tls_config().map_err(&failed)?;
    let name = ServerName::try_from(host.to_owned()).map_err(|error| failed(error.to_string()))?;
    let session = ClientConnection::new(config, name).map_err(|error| failed(error.to_string()))?;
    Ok(Socket::Tls(Box::new(StreamOwned::new(session, socket))))
}

/// Trusts what the system trusts: authorities often have certificates of their own.
fn tls_config() -> Result<Arc<ClientConfig>, String> {
    static CONFIG: OnceLock<Result<Arc<ClientConfig>, String>> = OnceLock::new();
    CONFIG
        .get_or_init(|| {
            let mut roots = RootCertStore::empty();
            let (added, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if added == 0 {
                return Err("this system has no root certificates; install its package of CA certificates".to_owned());
            }
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(|error| error.to_string())?;
            Ok(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
        })
        .clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_host_is_refused_and_named() {
        let uri = "ws://127.0.0.1:9/".parse().unwrap();
        assert!(matches!(dial(&uri, false), Err(Loss::Private { host }) if host == "127.0.0.1"));
        let uri = "ws://[::1]:9/".parse().unwrap();
        assert!(matches!(dial(&uri, false), Err(Loss::Private { host }) if host == "::1"));
    }
}

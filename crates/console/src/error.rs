//! What can go wrong, for the one who starts the console.

use std::net::SocketAddr;

/// The console cannot be started, or had to stop.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store fails.
    #[error(transparent)]
    Store(#[from] vigie_store::Error),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Other machines would reach the console without encryption.
    #[error(
        "{0} can be reached from other machines, and passwords would cross the network in clear: listen on 127.0.0.1, put a server with TLS before it and name its address with --public-url https://…"
    )]
    Unencrypted(SocketAddr),
    /// Not an address of the form `https://host`.
    #[error("--public-url {0:?}: name https:// and a host, without a path")]
    PublicUrl(String),
    /// The system gives no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
    /// The server failed.
    #[error("the web server failed: {0}")]
    Server(#[source] std::io::Error),
}

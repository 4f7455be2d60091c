//! Live sources: the only part of Vigie that opens connections.
//!
//! [`Stream`] reads a WebSocket of Bluesky (Jetstream 1 and 2) or of the AT protocol (a relay or a single server). It asks
//! for what follows its cursor, hands the messages on as blocks, and connects anew with a growing, random delay. Messages
//! may come twice; the store knows what it has counted. Connections to private addresses are refused unless the
//! configuration allows them for the source.

mod backoff;
mod dial;
mod loss;
mod protocol;
mod stream;

pub use backoff::Backoff;
pub use loss::Loss;
pub use protocol::Protocol;
pub use stream::{Happening, Listener, Settings, SettingsError, Stream};

//! How often an address may try to log in.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::Mutex,
    time::{Duration, Instant},
};

/// Tries in a window.
const TRIES: u32 = 20;
const WINDOW: Duration = Duration::from_secs(300);
/// Addresses remembered at most; beyond, those whose window is over are forgotten, then all.
const ADDRESSES: usize = 10_000;

/// Counts tries by address, in bounded memory.
#[derive(Debug, Default)]
pub(crate) struct Limiter(Mutex<HashMap<IpAddr, (Instant, u32)>>);

impl Limiter {
    /// Counts a try; false if there were too many.
    pub(crate) fn allows(&self, address: IpAddr, now: Instant) -> bool {
        let Ok(mut tries) = self.0.lock() else { return false };
        if tries.len() >= ADDRESSES {
            tries.retain(|_, (since, _)| now.duration_since(*since) < WINDOW);
        }
        if tries.len() >= ADDRESSES {
            tries.clear();
        }
        let (since, count) = tries.entry(address).or_insert((now, 0));
        if now.duration_since(*since) >= WINDOW {
            (*since, *count) = (now, 0);
        }
        *count += 1;
        *count <= TRIES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_run_out_and_come_back() {
        let (limiter, start) = (Limiter::default(), Instant::now());
        let address = IpAddr::from([192, 0, 2, 1]);
        assert!((0..TRIES).all(|_| limiter.allows(address, start)));
        assert!(!limiter.allows(address, start));
        assert!(limiter.allows(IpAddr::from([192, 0, 2, 2]), start));
        assert!(limiter.allows(address, start + WINDOW));
    }
}

//! Connections to the store, handed out to blocking work.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::Semaphore;
use vigie_store::{Error, Policy, Result, SqliteDesk};

/// Work on the store at one time; more waits.
const AT_ONCE: usize = 8;

/// A pool of desks. Cloning it is cheap.
#[derive(Debug, Clone)]
pub(crate) struct Pool(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    dir: PathBuf,
    policy: Policy,
    idle: Mutex<Vec<SqliteDesk>>,
    permits: Arc<Semaphore>,
}

impl Pool {
    /// Opens a first desk, so that a store that cannot be opened is noticed at once.
    pub(crate) fn open(dir: PathBuf, policy: Policy) -> Result<Self> {
        let first = SqliteDesk::open(&dir, &policy)?;
        Ok(Self(Arc::new(Inner { dir, policy, idle: Mutex::new(vec![first]), permits: Arc::new(Semaphore::new(AT_ONCE)) })))
    }

    /// Runs work with a desk, off the threads that serve connections.
    pub(crate) async fn run<T: Send + 'static>(&self, work: impl FnOnce(&mut SqliteDesk) -> Result<T> + Send + 'static) -> Result<T> {
        let permit = self.0.permits.clone().acquire_owned().await;
        let inner = Arc::clone(&self.0);
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let mut desk = inner.take()?;
            let result = work(&mut desk);
            inner.idle.lock().unwrap_or_else(PoisonError::into_inner).push(desk);
            result
        });
        done.await.unwrap_or_else(|error| Err(Error::Backend(Box::new(error))))
    }
}

impl Inner {
    fn take(&self) -> Result<SqliteDesk> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| SqliteDesk::open(&self.dir, &self.policy), Ok)
    }
}

//! Answers that are kept for a while, because working them out anew for every page would cost more than they change.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

/// An answer is kept for so many times as long as it took: finding it costs at most a twentieth of one processor, on any store.
const TIMES: u32 = 20;

/// One answer.
#[derive(Debug)]
pub(crate) struct Kept<T>(Mutex<Option<(Instant, Arc<T>)>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T> Kept<T> {
    /// The answer that is kept, or a new one.
    pub(crate) async fn get<E>(&self, work: impl Future<Output = Result<T, E>>) -> Result<Arc<T>, E> {
        if let Some((until, answer)) = self.kept()
            && Instant::now() < until
        {
            return Ok(answer);
        }
        let started = Instant::now();
        let answer = Arc::new(work.await?);
        let until = Instant::now() + started.elapsed() * TIMES;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((until, Arc::clone(&answer)));
        Ok(answer)
    }

    fn kept(&self) -> Option<(Instant, Arc<T>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, time::Duration};

    use super::*;

    #[tokio::test]
    async fn what_took_long_is_kept() {
        let kept = Kept::default();
        let slow = async {
            let until = Instant::now() + Duration::from_millis(20);
            while Instant::now() < until {
                std::hint::spin_loop();
            }
            Ok::<_, Infallible>(1)
        };
        assert_eq!(*kept.get(slow).await.unwrap(), 1);
        assert_eq!(*kept.get(async { Ok::<_, Infallible>(2) }).await.unwrap(), 1, "kept for 400 ms");
        let failing = Kept::<u8>::default();
        assert!(failing.get(async { Err::<u8, _>("no") }).await.is_err());
        assert_eq!(*failing.get(async { Ok::<_, &str>(3) }).await.unwrap(), 3, "a failure is not kept");
    }
}

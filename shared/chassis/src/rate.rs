//! Token buckets per client, bounded in number.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// Above this many clients, full buckets are forgotten.
const MAX_CLIENTS: usize = 10_000;

/// How often something may happen.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Sustained events per second.
    pub per_second: f64,
    /// How many may come at once.
    pub burst: u32,
}

/// A limiter; a client is any string.
pub struct Limiter {
    rate: Rate,
    buckets: Mutex<HashMap<String, (f64, Instant)>>,
}

impl Limiter {
    /// A limiter under which every client starts with a full bucket.
    pub fn new(rate: Rate) -> Self {
        Self { rate, buckets: Mutex::default() }
    }

    /// Takes a token, or says how long until there is one.
    ///
    /// # Errors
    ///
    /// The time to wait.
    pub fn take(&self, client: &str, now: Instant) -> Result<(), Duration> {
        self.access(client, now, 1.0)
    }

    /// As [`Limiter::take`] without taking: whether there is a token.
    ///
    /// # Errors
    ///
    /// The time to wait.
    pub fn peek(&self, client: &str, now: Instant) -> Result<(), Duration> {
        self.access(client, now, 0.0)
    }

    fn access(&self, client: &str, now: Instant, cost: f64) -> Result<(), Duration> {
        let Rate { per_second, burst } = self.rate;
        let full = f64::from(burst);
        let refilled = |&(tokens, at): &(f64, Instant)| {
            (tokens + now.saturating_duration_since(at).as_secs_f64() * per_second).min(full)
        };
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MAX_CLIENTS && !buckets.contains_key(client) {
            buckets.retain(|_, bucket| refilled(bucket) < full);
            if buckets.len() >= MAX_CLIENTS {
                buckets.clear();
            }
        }
        let tokens = buckets.get(client).map_or(full, refilled);
        if tokens < 1.0 {
            return Err(Duration::try_from_secs_f64((1.0 - tokens) / per_second).unwrap_or(Duration::MAX));
        }
        if cost > 0.0 {
            buckets.insert(client.to_owned(), (tokens - cost, now));
        }
        Ok(())
    }

    /// Forgets a client's past.
    pub fn reset(&self, client: &str) {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner).remove(client);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_empties_the_bucket_and_time_refills_it() {
        let limiter = Limiter::new(Rate { per_second: 2.0, burst: 2 });
        let start = Instant::now();
        assert!(limiter.take("a", start).is_ok() && limiter.take("a", start).is_ok());
        assert_eq!(limiter.take("a", start), Err(Duration::from_millis(500)));
        assert!(limiter.take("b", start).is_ok());
        assert!(limiter.take("a", start + Duration::from_millis(500)).is_ok());
        limiter.reset("a");
        assert!(limiter.peek("a", start).is_ok());
    }
}

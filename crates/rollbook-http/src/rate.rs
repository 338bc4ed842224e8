//! How many requests a directory's clients may send: a token bucket for each limited directory.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use rollbook_store::RateLimit;

/// When more buckets than this are kept, full ones are dropped.
const MANY: usize = 1_024;

/// Buckets by what they limit: a directory, an OAuth client.
#[derive(Debug)]
pub(crate) struct Buckets<K> {
    buckets: Mutex<HashMap<K, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// Requests that may come at once, in millionths.
    level: u64,
    at: DateTime<Utc>,
}

/// A request, in the unit of [`Bucket::level`].
const ONE: u64 = 1_000_000;

impl<K: Clone + Eq + Hash> Buckets<K> {
    pub(crate) fn new() -> Self {
        Self { buckets: Mutex::new(HashMap::new()) }
    }

    /// Takes one request out of a bucket; when it is empty, the seconds until there is one again, at least 1.
    pub(crate) fn take(&self, key: &K, limit: RateLimit, now: DateTime<Utc>) -> Result<(), u64> {
        let rate = u64::from(limit.per_second.max(1));
        let full = u64::from(limit.burst.max(1)) * ONE;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MANY && !buckets.contains_key(key) {
            // What has not been used for longer than a bucket takes to fill is as good as new.
            buckets.retain(|_, bucket| (now - bucket.at).num_seconds() < 600);
        }
        let bucket = buckets.entry(key.clone()).or_insert(Bucket { level: full, at: now });
        // A clock that goes back gives nothing and takes nothing.
        let micros = (now - bucket.at).num_microseconds().map_or(0, |micros| micros.max(0).unsigned_abs());
        bucket.level = bucket.level.saturating_add(micros.saturating_mul(rate)).min(full);
        bucket.at = now;
        if let Some(rest) = bucket.level.checked_sub(ONE) {
            bucket.level = rest;
            return Ok(());
        }
        Err((ONE - bucket.level).div_ceil(rate).div_ceil(1_000_000).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(1_800_000_000_000_000 + micros).unwrap()
    }

    #[test]
    fn a_burst_is_let_in_and_then_the_rate() {
        let buckets = Buckets::new();
        let limit = RateLimit { per_second: 10, burst: 3 };
        let taken = |micros| buckets.take(&"a", limit, at(micros));
        assert_eq!([taken(0), taken(0), taken(0), taken(0)], [Ok(()), Ok(()), Ok(()), Err(1)]);
        assert_eq!(taken(99_999), Err(1));
        assert_eq!([taken(100_000), taken(100_000)], [Ok(()), Err(1)]);
        // An hour later the burst is there again, no more.
        let later = 3_600_000_000;
        assert_eq!(
            [taken(later), taken(later), taken(later), taken(later)],
            [Ok(()), Ok(()), Ok(()), Err(1)]
        );
        assert_eq!(buckets.take(&"b", limit, at(later)), Ok(()), "others have their own");
    }

    #[test]
    fn over_a_long_time_the_rate_is_exact() {
        let buckets = Buckets::new();
        let limit = RateLimit { per_second: 7, burst: 1 };
        let let_in = (0..100_000).filter(|step| buckets.take(&(), limit, at(step * 1_000)).is_ok()).count();
        assert!((699..=701).contains(&let_in), "{let_in} in 100 s");
    }

    #[test]
    fn a_clock_that_goes_back_and_a_new_limit_do_no_harm() {
        let buckets = Buckets::new();
        let slow = RateLimit { per_second: 1, burst: 1 };
        assert_eq!(buckets.take(&(), slow, at(10_000_000)), Ok(()));
        assert_eq!(buckets.take(&(), slow, at(0)), Err(1));
        assert_eq!(buckets.take(&(), slow, at(1_000_000)), Ok(()));
        let wide = RateLimit { per_second: 1_000, burst: 10 };
        assert_eq!(buckets.take(&(), wide, at(1_002_000)), Ok(()));
    }

    #[test]
    fn buckets_that_nobody_uses_go() {
        let buckets = Buckets::new();
        let limit = RateLimit { per_second: 1, burst: 1 };
        for key in 0..MANY {
            assert_eq!(buckets.take(&key, limit, at(0)), Ok(()));
        }
        assert_eq!(buckets.take(&MANY, limit, at(700_000_000)), Ok(()));
        assert_eq!(buckets.buckets.lock().unwrap().len(), 1);
    }
}

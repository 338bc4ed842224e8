//! How long to wait after what: pure functions of a schedule, a count and one random byte.

use std::time::Duration;

/// The engine's waits.
///
/// [`Policy::default`] is for production; [`Policy::fast`] is for demonstrations and tests, where a minute is long.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Policy {
    /// The waits after the first, second, … failure of one object; the last one repeats for ever.
    pub retry: Vec<Duration>,
    /// How far a wait may be from the schedule, in percent; at most 100.
    pub jitter_percent: u8,
    /// The longest wait that a service's `Retry-After` can ask for.
    pub retry_after_cap: Duration,
    /// The wait after a failure that only people can mend (data, conflict, reference), unless the object changes.
    pub look_again: Duration,
    /// The waits between the probes of a closed target; the last one repeats for ever.
    pub probes: Vec<Duration>,
    /// How many calls must fail in a row, for reasons of the service, until the target is suspected and probed.
    pub trip_after: u32,
    /// The shortest pause of a target after 429; it doubles while 429 goes on.
    pub throttle_floor: Duration,
    /// The longest such pause, unless `Retry-After` asks for more.
    pub throttle_cap: Duration,
    /// How long users may keep groups waiting: after that the groups that are due get their turn.
    pub users_first: Duration,
    /// How often to look without a hint from the store.
    pub tick: Duration,
    /// How long a node's right to work on a target is good for unless it is renewed: after so long without a sign of
    /// life another node takes over. A call starts only while half of it is left.
    pub lease: Duration,
    /// How often it is renewed, and at least asked for while another node has it; less than half of `lease`.
    pub renew: Duration,
}

impl Policy {
    /// Short waits for demonstrations and tests.
    #[must_use]
    pub fn fast() -> Self {
        let millis = |list: &[u64]| list.iter().copied().map(Duration::from_millis).collect();
        Self {
            retry: millis(&[0, 100, 250, 500, 1_000, 2_000, 5_000]),
            look_again: Duration::from_secs(60),
            probes: millis(&[250, 500, 1_000, 2_000]),
            throttle_floor: Duration::from_millis(250),
            throttle_cap: Duration::from_secs(5),
            users_first: Duration::from_secs(2),
            tick: Duration::from_millis(200),
            ..Self::default()
        }
    }

    /// The wait before the next attempt on an object that has failed `attempts` times in a row.
    ///
    /// `dice` is random; the same dice give the same wait. `retry_after` wins when it is longer.
    #[must_use]
    pub fn retry_wait(&self, attempts: u32, retry_after: Option<Duration>, dice: u8) -> Duration {
        let wait = jittered(step(&self.retry, attempts.saturating_sub(1)), self.jitter_percent, dice);
        wait.max(retry_after.unwrap_or_default().min(self.retry_after_cap))
    }

    /// The wait before the next probe of a target that has failed `failed` probes in a row.
    #[must_use]
    pub fn probe_wait(&self, failed: u32) -> Duration {
        step(&self.probes, failed.saturating_sub(1))
    }

    /// The pause of a target after 429, given the pause before it (zero when there was none).
    #[must_use]
    pub fn throttle_wait(&self, last: Duration, retry_after: Option<Duration>) -> Duration {
        let doubled =
            last.saturating_mul(2).clamp(self.throttle_floor, self.throttle_cap.max(self.throttle_floor));
        doubled.max(retry_after.unwrap_or_default().min(self.retry_after_cap))
    }
}

impl Default for Policy {
    fn default() -> Self {
        let seconds = |list: &[u64]| list.iter().copied().map(Duration::from_secs).collect();
        Self {
            retry: seconds(&[0, 5, 30, 120, 600, 1_800, 3_600, 10_800, 21_600, 43_200]),
            jitter_percent: 20,
            retry_after_cap: Duration::from_secs(24 * 3_600),
            look_again: Duration::from_secs(24 * 3_600),
            probes: seconds(&[5, 15, 30, 60]),
            trip_after: 5,
            throttle_floor: Duration::from_secs(1),
            throttle_cap: Duration::from_secs(300),
            users_first: Duration::from_secs(30),
            tick: Duration::from_secs(1),
            lease: Duration::from_secs(10),
            renew: Duration::from_secs(3),
        }
    }
}

/// The entry at `index`, or the last one.
fn step(schedule: &[Duration], index: u32) -> Duration {
    let index = usize::try_from(index).unwrap_or(usize::MAX);
    schedule.get(index).or_else(|| schedule.last()).copied().unwrap_or_default()
}

/// `wait` made shorter or longer by up to `percent`, evenly by `dice`.
fn jittered(wait: Duration, percent: u8, dice: u8) -> Duration {
    let spread = f64::from(percent.min(100)) / 100.0;
    let position = f64::from(dice) / 127.5 - 1.0;
    wait.mul_f64(1.0 + spread * position)
}

//! Random numbers that can be had again from a seed.

use std::time::{SystemTime, UNIX_EPOCH};

/// A small generator (splitmix64): the same seed gives the same numbers on every machine. Not for secrets.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    /// The numbers of this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The seed that the environment variable names, else one of the clock; print it, so that a failure can be repeated.
    ///
    /// # Panics
    /// When the variable holds no number.
    #[must_use]
    pub fn seed_from(variable: &str) -> u64 {
        match std::env::var(variable) {
            Ok(text) => text.parse().unwrap_or_else(|_| panic!("{variable} must be a number, not `{text}`")),
            Err(_) => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is after 1970");
                u64::from(since.subsec_nanos()) ^ since.as_secs()
            }
        }
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which must not be 0.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.bits() % u64::try_from(end).expect("usize fits")).expect("it is below a usize")
    }

    /// One of these, which must not be empty.
    pub fn choose<'s, T>(&mut self, from: &'s [T]) -> &'s T {
        &from[self.below(from.len())]
    }
}

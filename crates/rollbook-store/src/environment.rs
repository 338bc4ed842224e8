//! The clock and the random numbers, as one small trait: nothing in the libraries reads either by itself.

use std::fmt;

use chrono::{DateTime, Utc};

/// Tells the time and draws random bytes.
pub trait Environment: fmt::Debug + Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> DateTime<Utc>;

    /// Fills `bytes` with random data fit for secrets.
    fn fill(&self, bytes: &mut [u8]);

    /// A new random identifier (UUID version 4, RFC 9562 §5.4).
    fn new_id(&self) -> String {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }
}

/// The machine's clock and its random number generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEnvironment;

impl Environment for SystemEnvironment {
    #[allow(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    #[allow(clippy::expect_used, reason = "without random numbers every secret would be guessable")]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system has no random numbers");
    }
}

//! Stand-in services for the rollbook hub: they keep state, behave as real ones and fail on command.
//!
//! [`Standin`] is a SCIM 2.0 service over real HTTP on a free port of 127.0.0.1, with its state in memory. It is for
//! tests, for the demonstration and for trying the product without a tenant; it is no server for the internet.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> std::io::Result<()> {
//! use rollbook_standins::{Fault, Habits, Standin};
//!
//! let service = Standin::start(Habits::default(), "canary").await?;
//! assert!(service.url().starts_with("http://127.0.0.1:"));
//! service.command(Fault::Down(None)); // every request is answered 503 from here on
//! assert!(service.users().is_empty());
//! service.stop().await;
//! # Ok(()) }
//! ```
//!
//! A stand-in is deterministic: ids are counted and times are ticks of a clock of its own, one second for each change.

mod habits;
mod journal;
mod respond;
mod service;
mod standin;
mod state;

pub use habits::{Fault, Habits, Throttle};
pub use journal::{Accepted, Counts, Seen};
pub use standin::Standin;

#![doc = include_str!("../README.md")]

mod habits;
mod journal;
mod respond;
mod service;
mod standin;
mod state;

pub use habits::{Fault, Habits, Throttle};
pub use journal::{Accepted, Counts, Seen};
pub use standin::Standin;

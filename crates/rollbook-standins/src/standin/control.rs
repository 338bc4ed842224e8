//! What the service and its handle share.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;

use crate::habits::{Fault, Habits};
use crate::journal::{Accepted, Journal};
use crate::state::State;

/// The one lock of a stand-in; it is never held across an await.
#[derive(Debug)]
pub(crate) struct Shared(Mutex<Control>);

/// State, habits and journal.
#[derive(Debug)]
pub(crate) struct Control {
    pub(crate) state: State,
    pub(crate) habits: Habits,
    pub(crate) journal: Journal,
    pub(super) listeners: Vec<UnboundedSender<Accepted>>,
    token: String,
    down: Down,
    requests: u64,
    posts: u64,
}

#[derive(Clone, Copy, Debug)]
enum Down {
    No,
    Until(Instant),
    Ever,
    HungUp,
}

/// What becomes of a request before it is looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fate {
    Serve,
    Unavailable,
    Throttled(u64),
    Drop,
}

impl Shared {
    pub(super) fn new(habits: Habits, token: &str, address: SocketAddr) -> Self {
        let down = habits.down_for.map_or(Down::No, until);
        let state = State::new(&format!("http://{address}"), address.port());
        let journal = Journal::default();
        let token = token.to_owned();
        let listeners = Vec::new();
        Self(Mutex::new(Control { state, habits, journal, listeners, token, down, requests: 0, posts: 0 }))
    }

    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut Control) -> T) -> T {
        // Every change is finished or undone before anything can panic.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Control {
    pub(super) fn command(&mut self, fault: Fault) {
        match fault {
            Fault::Habits(habits) => {
                self.down = habits.down_for.map_or(Down::No, until);
                self.habits = habits;
            }
            Fault::Down(time) => self.down = time.map_or(Down::Ever, until),
            Fault::HangUp => self.down = Down::HungUp,
            Fault::Up => self.down = Down::No,
            Fault::Throttle(throttle) => self.habits.throttle = throttle,
            Fault::LoseAnswers(every) => self.habits.lose_answer = every,
            Fault::Delay(delay) => self.habits.delay = delay,
            Fault::FailUser(name) => self.habits.fail_user = name,
            Fault::RefuseUnknownMembers(refuse) => self.habits.refuse_unknown_members = refuse,
            Fault::Patch(patch) => self.habits.patch = patch,
            Fault::Groups(groups) => self.habits.groups = groups,
            Fault::Token(token) => self.token = token,
            Fault::Forget(id) => {
                for resource_type in ["User", "Group"] {
                    // Not there is what was asked for.
                    let _ = self.state.delete(resource_type, &id);
                }
            }
        }
    }

    /// Counts a request and decides what becomes of it.
    pub(crate) fn fate(&mut self) -> Fate {
        self.requests += 1;
        match self.down {
            Down::HungUp => return Fate::Drop,
            Down::Ever => return Fate::Unavailable,
            Down::Until(time) if Instant::now() < time => return Fate::Unavailable,
            Down::Until(_) | Down::No => self.down = Down::No,
        }
        match self.habits.throttle {
            Some(throttle) if self.requests.is_multiple_of(throttle.every.get()) => {
                Fate::Throttled(throttle.retry_after)
            }
            _ => Fate::Serve,
        }
    }

    /// Tells whether a header field holds the token.
    pub(crate) fn authorized(&self, authorization: Option<&str>) -> bool {
        authorization.and_then(|text| text.strip_prefix("Bearer ")) == Some(&self.token)
    }

    /// Tells those who listen of a write that was done.
    pub(crate) fn tell(&mut self, accepted: &Accepted) {
        self.listeners.retain(|listener| listener.send(accepted.clone()).is_ok());
    }

    /// Counts a POST that succeeded and tells whether its answer is to be lost.
    pub(crate) fn loses_answer(&mut self) -> bool {
        self.posts += 1;
        self.habits.lose_answer.is_some_and(|every| self.posts.is_multiple_of(every.get()))
    }
}

fn until(time: Duration) -> Down {
    Down::Until(Instant::now() + time)
}

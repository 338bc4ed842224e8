//! How a stand-in behaves, and what it is told to do wrong.

use std::num::{NonZeroU64, NonZeroUsize};
use std::time::Duration;

/// How a stand-in behaves.
///
/// The default is a healthy service with users, groups and PATCH, whose user names are unique and whose group names are
/// not.
#[derive(Clone, Debug, PartialEq)]
pub struct Habits {
    /// Whether it has groups; without, `/Groups` is answered 404 and no resource type names them.
    pub groups: bool,
    /// Refuses every so many requests with 429.
    pub throttle: Option<Throttle>,
    /// Answers everything with 503 for this long from the start.
    pub down_for: Option<Duration>,
    /// Refuses members whose id names nothing here, with 400 `invalidValue` that names the id.
    pub refuse_unknown_members: bool,
    /// Whether it takes PATCH; without, PATCH is answered 405.
    pub patch: bool,
    /// How long every answer takes at least.
    pub delay: Duration,
    /// Does every so many successful POSTs, and drops the connection instead of answering.
    pub lose_answer: Option<NonZeroU64>,
    /// Refuses the user with this `userName`, with 400 `invalidValue`.
    pub fail_user: Option<String>,
    /// Refuses a PATCH that adds and removes more members than this, with 400 `invalidValue`.
    pub max_members_per_patch: Option<NonZeroUsize>,
    /// Ignores `externalId`: it is neither kept nor found.
    pub no_external_id: bool,
    /// Refuses filters that name one of these attributes, with 400 `invalidFilter`.
    pub unfilterable: Vec<String>,
    /// Refuses a second user of the same `userName` with 409 `uniqueness`; without, a test can see a second account.
    pub unique_user_names: bool,
    /// Refuses a second group of the same `displayName` with 409 `uniqueness`.
    pub unique_group_names: bool,
    /// Follows the RFC to the letter where clients often do not (decisions D3, D5, D6, D12).
    pub strict: bool,
}

/// Refuses requests with 429.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Throttle {
    /// Every so many requests, one is refused; 1 refuses all.
    pub every: NonZeroU64,
    /// The seconds in `Retry-After`.
    pub retry_after: u64,
}

/// What a running stand-in can be told.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// Behave like this from now on.
    Habits(Habits),
    /// Answer everything with 503, for a time or until [`Fault::Up`].
    Down(Option<Duration>),
    /// Drop every connection without an answer and without doing anything, until [`Fault::Up`].
    HangUp,
    /// End [`Fault::Down`] and [`Fault::HangUp`].
    Up,
    /// Throttle, or stop to.
    Throttle(Option<Throttle>),
    /// Lose the answers of every so many successful POSTs, or stop to.
    LoseAnswers(Option<NonZeroU64>),
    /// Take this long for every answer.
    Delay(Duration),
    /// Refuse this user, or stop to.
    FailUser(Option<String>),
    /// Refuse members that name nothing, or stop to.
    RefuseUnknownMembers(bool),
    /// Take PATCH, or not.
    Patch(bool),
    /// Have groups, or not; those there are stay.
    Groups(bool),
    /// Accept this token and no other: the one in use is revoked.
    Token(String),
    /// Lose the user or group with this id, as if somebody had deleted it by hand.
    Forget(String),
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            groups: true,
            throttle: None,
            down_for: None,
            refuse_unknown_members: false,
            patch: true,
            delay: Duration::ZERO,
            lose_answer: None,
            fail_user: None,
            max_members_per_patch: None,
            no_external_id: false,
            unfilterable: Vec::new(),
            unique_user_names: true,
            unique_group_names: false,
            strict: false,
        }
    }
}

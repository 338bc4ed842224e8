//! What a connector is: one service's wire, nothing of scheduling.
//!
//! The engine decides what to call and when; a connector says how. It never retries, never waits and never remembers
//! anything between calls but connections.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use rollbook_schema::{Resource, Value};
use rollbook_store::{Failure, FailureClass, ResourceId, Target};

/// Makes connectors; the binary's knows the profiles and opens sealed credentials with its keyring.
pub trait ConnectorFactory: fmt::Debug + Send + Sync + 'static {
    /// Makes the connector of a target. No call goes out yet.
    ///
    /// # Errors
    ///
    /// A failure of class [`FailureClass::Configuration`] (unknown connector, bad address or profile) or
    /// [`FailureClass::Credentials`] (the credential cannot be opened): the target stays closed until it is changed,
    /// and making it is tried again with each probe.
    fn connect(&self, target: &Target) -> Result<Arc<dyn Connector>, Failure>;
}

/// Speaks one service's wire.
///
/// Calls may run at the same time, up to [`Capabilities::concurrency`]; the engine never makes two for one resource at
/// once. Each call has its own time limit, after which it answers with [`CallError::ambiguous`]. A call whose future is
/// dropped may or may not have happened.
#[async_trait]
pub trait Connector: fmt::Debug + Send + Sync + 'static {
    /// What the service can do; asked once for each round, so it may be cheap only.
    fn capabilities(&self) -> Capabilities;

    /// Looks for the counterpart of a resource: by `externalId`, and when nothing has it, by `userName` (users) or
    /// `displayName` (groups). Answers all hits of the first attribute that hits, checked again on this side: a service
    /// that ignores filters must not make a hit. No hit is `Ok` of nothing.
    async fn find(&self, desired: &Desired) -> Result<Vec<Remote>, CallError>;

    /// Creates it. A taken `userName`, `externalId` or `displayName` (409) is a failure of class
    /// [`FailureClass::Conflict`].
    async fn create(&self, desired: &Desired) -> Result<Remote, CallError>;

    /// Changes the attributes named in `changes`; `desired` is the whole, for services that only replace.
    /// Clearing what is not there is success: after a lost answer the engine clears what may have been set.
    async fn update(
        &self,
        remote_id: &str,
        desired: &Desired,
        changes: &[AttributeChange],
    ) -> Result<(), CallError>;

    /// Adds and removes members of a group, given by the service's own ids; at most [`Capabilities::member_chunk`] in
    /// both lists together. A member that is there already (or gone already) is success. The engine repeats an edit
    /// whose answer was lost.
    async fn edit_members(&self, remote_id: &str, add: &[String], remove: &[String])
    -> Result<(), CallError>;

    /// The members that a group has at the service, by the service's own ids; read once when an existing group is
    /// adopted. `Ok(None)` when the service cannot tell.
    async fn read_members(&self, remote_id: &str) -> Result<Option<Vec<String>>, CallError>;

    /// Switches an account off (`active: false`). One that is gone already is success.
    async fn deactivate(&self, resource_type: &str, remote_id: &str) -> Result<(), CallError>;

    /// Deletes it. One that is gone already (404) is success.
    async fn delete(&self, resource_type: &str, remote_id: &str) -> Result<(), CallError>;

    /// Makes a cheap call that shows whether the service answers and takes the credential.
    async fn probe(&self) -> Result<(), CallError>;
}

/// What a service can do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Capabilities {
    /// Whether it takes users.
    pub users: bool,
    /// Whether it takes groups and their members.
    pub groups: bool,
    /// The most members in one [`Connector::edit_members`] call; at least 1.
    pub member_chunk: usize,
    /// What happens to an account whose user is deleted in the hub. Groups are always deleted.
    pub delete: DeleteStyle,
    /// How many calls may run at the same time; at least 1.
    pub concurrency: usize,
}

impl Default for Capabilities {
    fn default() -> Self {
        Self { users: true, groups: true, member_chunk: 100, delete: DeleteStyle::Delete, concurrency: 4 }
    }
}

/// How an account ends.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum DeleteStyle {
    /// It is deleted.
    #[default]
    Delete,
    /// It is switched off and kept.
    Deactivate,
}

/// What a service should hold for a resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
    /// The hub's resource.
    pub resource: ResourceId,
    /// Its type's name: `User` or `Group`, or one that an operator added.
    pub resource_type: String,
    /// The attributes after mapping, without `id`, `meta`, `members` and `groups`. `externalId` is always there and is
    /// the correlation value: what the client sent, else the hub's own id.
    pub attributes: Resource,
}

/// What a service holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Remote {
    /// The service's own id.
    pub id: String,
    /// What it answered; empty when it answers nothing.
    pub attributes: Resource,
}

/// One attribute to be changed.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeChange {
    /// A top-level attribute (`userName`, `emails`), or for an attribute of an extension the schema's URI, a colon and
    /// the name (`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department`), as a PATCH path names it.
    /// A URI alone stands for a whole extension that no schema of the hub knows. A sub-attribute (`name.middleName`)
    /// is named only to be cleared, when the rest of its complex attribute stays.
    pub path: String,
    /// The whole new value; `None` clears it.
    pub value: Option<Value>,
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}", failure.sentence)]
pub struct CallError {
    /// The class, the sentence, the service's words and the next step.
    pub failure: Failure,
    /// What `Retry-After` asked for.
    pub retry_after: Option<Duration>,
    /// The call may have happened all the same: it timed out or the connection broke after it was sent.
    pub ambiguous: bool,
    /// The service does not know the id that was addressed (404 on an account or group that is linked).
    pub missing: bool,
}

impl CallError {
    /// An error of a class with a sentence and a next step, and nothing else known.
    #[must_use]
    pub fn new(class: FailureClass, sentence: impl Into<String>, next_step: impl Into<String>) -> Self {
        let failure = Failure { class, sentence: sentence.into(), words: None, next_step: next_step.into() };
        Self { failure, retry_after: None, ambiguous: false, missing: false }
    }

    /// Adds the service's own words.
    #[must_use]
    pub fn words(mut self, words: impl Into<String>) -> Self {
        self.failure.words = Some(words.into());
        self
    }

    /// Adds what `Retry-After` asked for.
    #[must_use]
    pub const fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// Says that the call may have happened all the same.
    #[must_use]
    pub const fn ambiguous(mut self) -> Self {
        self.ambiguous = true;
        self
    }

    /// Says that the service does not know the id that was addressed.
    #[must_use]
    pub const fn missing(mut self) -> Self {
        self.missing = true;
        self
    }
}

//! The storage contract of the rollbook SCIM 2.0 hub.
//!
//! Reading is three small traits: [`Resources`] (by id, by query, members page by page, changes after a sequence
//! number), [`Ledger`] (links, attempts, waiting edges, cursors) and [`Settings`] (directories, targets, tokens).
//! Writing is one [`Resources::commit`] of a [`Batch`], all or nothing. A store never sees a PATCH: the protocol
//! crate turns requests into writes. Every store passes the public [`conformance`] suite; [`query`] and [`edits`] hold
//! the rules that stores share.

pub mod conformance;
mod contract;
pub mod edits;
mod environment;
mod error;
mod ids;
mod keyring;
mod memory;
pub mod query;
mod secret;

pub use contract::{
    Attempt, Batch, Change, ChangeKind, Committed, Directory, Failure, FailureClass, GroupRef, Ledger,
    LedgerWrite, Link, LinkCounts, LinkState, MemberChange, MemberRow, Outcome, Page, Precondition, Query,
    ResourceWrite, Resources, Seq, Settings, SettingsWrite, Step, StepName, StepStatus, Store, Stored,
    Target, TargetHealth, Token, WriteResult,
};
pub use environment::{Environment, SystemEnvironment};
pub use error::StoreError;
pub use ids::{DirectoryId, ResourceId, TargetId, TokenId};
pub use keyring::{Keyring, KeyringError};
pub use memory::MemoryStore;
pub use secret::{Secret, TokenHash};

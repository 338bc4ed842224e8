#![doc = include_str!("../README.md")]

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

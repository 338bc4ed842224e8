#![doc = include_str!("../README.md")]

pub mod conformance;
mod contract;
pub mod edits;
mod environment;
mod error;
mod ids;
mod keyring;
mod leases;
mod memory;
pub mod query;
mod secret;

pub use contract::{
    Attempt, Batch, Change, ChangeKind, ClientSecret, Committed, Directory, DirectoryProfile,
    DirectorySettings, Failure, FailureClass, Fence, GroupRef, Lease, Ledger, LedgerWrite, Link, LinkCounts,
    LinkState, MAX_DOMAINS, MemberChange, MemberRow, MemberValue, OauthClient, Outcome, Page, PatchAnswer,
    Precondition, Query, RateLimit, RequestRecord, RequiredAttribute, ResourceWrite, Resources, Scope, Seq,
    Settings, SettingsWrite, Source, Start, Step, StepName, StepStatus, Store, Stored, Target, TargetHealth,
    Token, WriteResult,
};
pub use environment::{Environment, SystemEnvironment};
pub use error::StoreError;
pub use ids::{ClientId, DirectoryId, ResourceId, TargetId, TokenId};
pub use keyring::{Keyring, KeyringError};
pub use leases::Leases;
pub use memory::MemoryStore;
pub use secret::{Secret, TokenHash};

//! The contract: what a store keeps, reads and writes.

mod access;
mod batch;
mod directory;
mod lease;
mod ledger;
mod resources;
mod settings;

pub use access::{ClientSecret, OauthClient, RequestRecord, Scope, Token};
pub use batch::{Batch, Committed, LedgerWrite, Precondition, ResourceWrite, SettingsWrite, WriteResult};
pub use directory::{
    Directory, DirectoryProfile, DirectorySettings, MAX_DOMAINS, MemberValue, PatchAnswer, RateLimit,
    RequiredAttribute, Source,
};
pub use lease::{Fence, Lease};
pub use ledger::{
    Attempt, Failure, FailureClass, Ledger, Link, LinkCounts, LinkState, Outcome, Step, StepName, StepStatus,
};
pub use resources::{
    Change, ChangeKind, GroupRef, MemberChange, MemberRow, Page, Query, Resources, Seq, Start, Stored,
};
pub use settings::{Settings, Target, TargetHealth};

/// A whole store: resources, ledger and settings in one.
pub trait Store: Resources + Ledger + Settings {}

impl<T: Resources + Ledger + Settings + ?Sized> Store for T {}

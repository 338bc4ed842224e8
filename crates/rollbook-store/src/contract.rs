//! The contract: what a store keeps, reads and writes.

mod batch;
mod ledger;
mod resources;
mod settings;

pub use batch::{Batch, Committed, LedgerWrite, Precondition, ResourceWrite, SettingsWrite, WriteResult};
pub use ledger::{
    Attempt, Failure, FailureClass, Ledger, Link, LinkCounts, LinkState, Outcome, Step, StepName, StepStatus,
};
pub use resources::{
    Change, ChangeKind, GroupRef, MemberChange, MemberRow, Page, Query, Resources, Seq, Stored,
};
pub use settings::{Directory, Settings, Target, TargetHealth, Token};

/// A whole store: resources, ledger and settings in one.
pub trait Store: Resources + Ledger + Settings {}

impl<T: Resources + Ledger + Settings + ?Sized> Store for T {}

//! What a delivery has found and changed so far.

use std::collections::BTreeSet;

use rollbook_store::{LedgerWrite, Link, ResourceId, SettingsWrite, Step, StepName, StepStatus};

use crate::ownership::Claim;

/// The state of one delivery; settled in one batch when it ends, well or not.
#[derive(Debug)]
pub(super) struct Work {
    /// The link as it will be settled: changed only by what a 2xx has confirmed.
    pub(super) link: Link,
    pub(super) steps: Vec<Step>,
    /// Whether a call was answered well.
    pub(super) called: bool,
    /// Whether the account was created or adopted here: whoever waits for it is woken.
    pub(super) arrived: bool,
    /// Whether those who wait for it are woken already.
    pub(super) woken: bool,
    /// Whether an account went here: what it was in the way of may go on.
    pub(super) departed: bool,
    /// What the resource waited for when the delivery began, with what the delivery has stored since.
    pub(super) waited: BTreeSet<ResourceId>,
    /// What it waits for now; `None` while that is not known.
    pub(super) waits: Option<BTreeSet<ResourceId>>,
    /// What the plan has to tell besides.
    pub(super) note: Option<String>,
    /// Writes that go with the settlement.
    pub(super) ledger: Vec<LedgerWrite>,
    pub(super) settings: Vec<SettingsWrite>,
    /// Accounts that nobody else may touch until then.
    pub(super) claims: Vec<Claim>,
}

impl Work {
    pub(super) const fn new(link: Link) -> Self {
        Self {
            link,
            steps: Vec::new(),
            called: false,
            arrived: false,
            woken: false,
            departed: false,
            waited: BTreeSet::new(),
            waits: None,
            note: None,
            ledger: Vec::new(),
            settings: Vec::new(),
            claims: Vec::new(),
        }
    }

    /// Logs a plan, with what there is to know about it.
    pub(super) fn plan(&mut self, detail: impl Into<String>) {
        self.success(StepName::Plan, detail);
        if let Some(note) = self.note.take() {
            self.warn(StepName::Plan, note);
        }
    }

    pub(super) fn success(&mut self, name: StepName, detail: impl Into<String>) {
        self.step(name, StepStatus::Success, detail);
    }

    pub(super) fn warn(&mut self, name: StepName, detail: impl Into<String>) {
        self.step(name, StepStatus::Warning, detail);
    }

    pub(super) fn skip(&mut self, name: StepName, detail: impl Into<String>) {
        self.step(name, StepStatus::Skipped, detail);
    }

    pub(super) fn step(&mut self, name: StepName, status: StepStatus, detail: impl Into<String>) {
        self.steps.push(Step { name, status, detail: detail.into() });
    }
}

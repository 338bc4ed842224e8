//! The scenarios, one for each row of the table.

pub(crate) mod fairness;
pub(crate) mod members;
pub(crate) mod memory;
pub(crate) mod post;
pub(crate) mod reads;

use std::cell::OnceCell;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::hub::{self, Seeded};
use crate::options::Options;
use crate::report::Report;
use crate::seed;

/// Users of the small directory, as in the issue.
pub(crate) const SMALL: usize = 1_000;

/// What all scenarios share.
pub(crate) struct Setting {
    pub(crate) options: Options,
    pub(crate) binary: PathBuf,
    pub(crate) folder: TempDir,
    pub(crate) report: Report,
    small: OnceCell<Seeded>,
}

impl Setting {
    pub(crate) fn new(options: Options, binary: PathBuf) -> Self {
        let folder = tempfile::tempdir().expect("a temporary directory");
        Self { options, binary, folder, report: Report::default(), small: OnceCell::new() }
    }

    /// The directory of 1,000 users.
    pub(crate) fn small(&self) -> &Seeded {
        self.small.get_or_init(|| hub::seed_over_http(&self.binary, &self.folder.path().join("small"), SMALL))
    }

    /// The middle directory, with the groups that members are added to.
    pub(crate) fn middle(&self) -> Seeded {
        seed::large(&self.binary, self.options.middle, true)
    }

    /// The large directory.
    pub(crate) fn large(&self) -> Option<Seeded> {
        (self.options.large > 0).then(|| seed::large(&self.binary, self.options.large, false))
    }

    /// A place for a copy.
    pub(crate) fn place(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

//! Why the program ends early: one clear sentence each.

use std::path::PathBuf;

use rollbook_sqlite::OpenError;
use thiserror::Error;

/// Why the program could not do what it was asked. `Display` names what is wrong and what to do about it.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The configuration is wrong.
    #[error("{0}")]
    Config(String),
    /// Another process works in the data directory.
    #[error(
        "the data directory `{}` is in use by another rollbook; stop that one, or choose another directory with `--data`",
        .0.display()
    )]
    InUse(PathBuf),
    /// The data directory cannot be made, read or written.
    #[error("the data directory `{}` cannot be used: {reason}", path.display())]
    Data {
        /// The directory or file.
        path: PathBuf,
        /// What the system said, and what to do.
        reason: String,
    },
    /// The key is missing or wrong.
    #[error("{0}")]
    Key(String),
    /// The address cannot be listened on.
    #[error("cannot listen on `{address}`: {reason}")]
    Listen {
        /// The address.
        address: String,
        /// What the system said, and what to do.
        reason: String,
    },
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The PostgreSQL database cannot be opened.
    #[error(transparent)]
    OpenShared(#[from] rollbook_postgres::OpenError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] rollbook_store::StoreError),
    /// An administrative act was refused; the API's own sentence.
    #[error("{0}")]
    Refused(String),
    /// The running server could not be reached or did not answer as it should.
    #[error("the server at `{at}` did not answer: {reason}")]
    Unreachable {
        /// The socket.
        at: String,
        /// What went wrong.
        reason: String,
    },
    /// Some of what was asked is done.
    #[error("{0}")]
    Part(String),
    /// The demo did not end as it must.
    #[error("{0}")]
    Demo(String),
    /// Reading or writing failed.
    #[error("{what}: {cause}")]
    Io {
        /// What was being done.
        what: String,
        /// What the system said.
        cause: std::io::Error,
    },
}

impl ServerError {
    /// The process's exit code: 1 failed, 3 done in part (a service does not hold what it should), 5 the
    /// configuration, the key or the data directory is wrong. (2 is a wrong argument, 0 is success.)
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_)
            | Self::InUse(_)
            | Self::Data { .. }
            | Self::Key(_)
            | Self::Listen { .. }
            | Self::Open(_)
            | Self::OpenShared(_) => 5,
            Self::Demo(_) | Self::Part(_) => 3,
            _ => 1,
        }
    }

    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |cause| Self::Io { what, cause }
    }
}

//! What an administrative act can be refused for.

use rollbook_store::StoreError;
use serde_json::{Value, json};
use thiserror::Error;

/// Why an administrative act was not done. `Display` is for the administrator: what is wrong and what to do.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AdminError {
    /// A field is missing or not what it must be.
    #[error("`{field}` {problem}")]
    Invalid {
        /// The field.
        field: &'static str,
        /// What is wrong with it, and what would be right.
        problem: String,
    },
    /// What was named is not there.
    #[error("there is no {what} `{name}`; {next_step}")]
    NotFound {
        /// `directory`, `target`, `token`, `client`.
        what: &'static str,
        /// The name as given.
        name: String,
        /// What to do.
        next_step: &'static str,
    },
    /// The name is taken.
    #[error("there is a {what} `{name}` already; choose another name")]
    Taken {
        /// `directory`, `target`, `client`.
        what: &'static str,
        /// The name as given.
        name: String,
    },
    /// The directory is being deleted, which cannot be undone.
    #[error("the directory `{name}` is being deleted; `rollbook directory list` shows when it is gone")]
    Deleting {
        /// The directory's slug.
        name: String,
    },
    /// What is asked for does not go with how things are.
    #[error("{sentence}")]
    Conflict {
        /// A stable word for programs.
        code: &'static str,
        /// What stands against it, and what to do.
        sentence: String,
    },
    /// The path or the method is not part of the API.
    #[error("the administration API has no `{method} {path}`")]
    NoRoute {
        /// The request's method.
        method: String,
        /// The request's path.
        path: String,
    },
    /// The store refused; its own words are safe to show.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AdminError {
    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Invalid { .. } => 400,
            Self::NotFound { .. } | Self::NoRoute { .. } | Self::Store(StoreError::NotFound { .. }) => 404,
            Self::Taken { .. } | Self::Deleting { .. } | Self::Conflict { .. } => 409,
            Self::Store(StoreError::Unavailable { .. }) => 503,
            Self::Store(_) => 500,
        }
    }

    /// A stable word for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Invalid { .. } => "invalid",
            Self::NotFound { .. } | Self::NoRoute { .. } => "not.found",
            Self::Taken { .. } => "already.exists",
            Self::Deleting { .. } => "delete.in.progress",
            Self::Conflict { code, .. } => code,
            Self::Store(_) => "store",
        }
    }

    /// The body of the answer, in the shape of the vendor's API: a list of errors with code, message, parameters.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let parameters = match self {
            Self::Invalid { field, .. } => json!({ "field": field }),
            Self::NotFound { name, .. } | Self::Taken { name, .. } | Self::Deleting { name } => {
                json!({ "name": name })
            }
            Self::Conflict { .. } | Self::NoRoute { .. } | Self::Store(_) => json!({}),
        };
        json!({ "errors": [{ "code": self.code(), "message": self.to_string(), "parameters": parameters }] })
    }
}

//! What a store can refuse, and why.

use rollbook_protocol::ScimError;
use thiserror::Error;

use crate::contract::Seq;
use crate::ids::{ResourceId, TargetId};

/// Why a store did not do what it was asked.
///
/// `Display` is safe to show to a client; causes are for the log only (`source()`).
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// No resource, directory, target or token has this identifier.
    #[error("there is no {what} `{id}`")]
    NotFound {
        /// What was looked for: `resource`, `directory`, `target`, `token`.
        what: &'static str,
        /// The identifier as asked for.
        id: String,
    },
    /// Another resource of the directory holds this value of a unique attribute (RFC 7644 §3.3: 409 `uniqueness`).
    #[error("another {what} already has this `{attribute}`; choose another value or use the existing one")]
    Uniqueness {
        /// The resource type, or `directory`, `target`.
        what: String,
        /// The wire path of the attribute, such as `userName`.
        attribute: String,
    },
    /// The version in the precondition is not the stored one (RFC 7644 §3.14: 412).
    #[error("the resource has changed: its version is now {current}; read it again and repeat the change")]
    PreconditionFailed {
        /// The version that is stored.
        current: Seq,
    },
    /// A member names no resource, and the batch allows none or no more of those (decision D6).
    #[error("`members.value` names nothing: `{member}`; a group may hold at most {limit} such members")]
    UnresolvedMember {
        /// The group.
        group: ResourceId,
        /// The first member value over the limit.
        member: String,
        /// The batch's limit.
        limit: usize,
    },
    /// The query would read more than the store allows (RFC 7644 §3.12 `tooMany`).
    #[error(
        "the filter would read more than {limit} resources; name an indexed attribute such as `userName`"
    )]
    TooMany {
        /// The most resources that a query without an index may read.
        limit: usize,
    },
    /// The position in [`Query::start`](crate::Query) is none that a page of this query gave (RFC 9865 §2.1: 400
    /// `invalidCursor`).
    #[error("the cursor names no place in this answer; repeat the query with an empty cursor")]
    InvalidPosition,
    /// The batch was prepared in a tenure that is over: another node works on the target now, or nobody does.
    #[error("this node no longer works on the target `{target}`; nothing was changed")]
    Fenced {
        /// The target of the lease.
        target: TargetId,
    },
    /// A rule of the embedder refuses the write: the client gets this error as it is. The stores of this workspace never
    /// answer so; a store that wraps one of them may.
    #[error("{0}")]
    Refused(Box<ScimError>),
    /// The store does not keep this kind of data; only an embedder's store answers so.
    #[error("this store does not keep {0}")]
    Unsupported(&'static str),
    /// The store cannot write or read now (disk full, read-only, connection lost); nothing was changed.
    #[error("the store is not available now: {reason}; nothing was changed, try again later")]
    Unavailable {
        /// A plain reason without internals.
        reason: String,
        /// The cause, for the log.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Anything else; the cause goes to the log, never to a client.
    #[error("the store failed")]
    Backend(#[source] Box<dyn std::error::Error + Send + Sync>),
}

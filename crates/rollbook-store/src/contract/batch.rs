//! The one way to write: a batch, all or nothing.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use rollbook_protocol::{Key, MemberEdit};

use super::{Attempt, Directory, Fence, Link, OauthClient, RequestRecord, Seq, Target, TargetHealth, Token};
use crate::error::StoreError;
use crate::ids::{ClientId, DirectoryId, ResourceId, TargetId, TokenId};

/// Writes that become durable together or not at all.
///
/// Within a batch the writes happen in order: resources, then ledger, then settings. Log rows are written in the
/// same transaction with gapless sequence numbers per directory.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The directory that the resource writes belong to; `None` only where there are none.
    ///
    /// Resource writes to a directory that is being deleted, or was purged, are refused with
    /// [`crate::StoreError::NotFound`] of `directory`, so that a request that was under way leaves nothing behind. A
    /// store that keeps directories may refuse those to one that was never put as well.
    pub directory: Option<DirectoryId>,
    /// The time of the writes: `meta.created`, `meta.lastModified`, log rows.
    pub now: DateTime<Utc>,
    /// How many members that name nothing each group may hold after the batch (decision D6): 0 refuses all.
    ///
    /// Checked after all resource writes, for the groups to which the batch adds such members; a group that is over
    /// a lowered limit already may still lose members and gain ones that exist.
    pub unresolved_members: usize,
    /// Tenures that must not be over: when a target has changed hands since, or its lease was given back, the whole batch
    /// is refused with [`crate::StoreError::Fenced`]. A lease changes hands only before or after such a commit, never
    /// while it is made.
    pub fences: Vec<Fence>,
    /// Writes to resources.
    pub resources: Vec<ResourceWrite>,
    /// Writes to links, attempts, waiting edges and cursors.
    pub ledger: Vec<LedgerWrite>,
    /// Writes to directories, targets, tokens and marks.
    pub settings: Vec<SettingsWrite>,
}

impl Batch {
    /// An empty batch for a directory.
    #[must_use]
    pub fn new(directory: DirectoryId, now: DateTime<Utc>) -> Self {
        Self { directory: Some(directory), ..Self::global(now) }
    }

    /// An empty batch that writes no resources.
    #[must_use]
    pub const fn global(now: DateTime<Utc>) -> Self {
        Self {
            directory: None,
            now,
            unresolved_members: 1_000,
            fences: Vec::new(),
            resources: Vec::new(),
            ledger: Vec::new(),
            settings: Vec::new(),
        }
    }

    /// Adds the condition that a target is still in this tenure.
    #[must_use]
    pub fn fenced(mut self, target: TargetId, fence: u64) -> Self {
        self.fences.push(Fence { target, fence });
        self
    }

    /// Adds a resource write.
    #[must_use]
    pub fn resource(mut self, write: ResourceWrite) -> Self {
        self.resources.push(write);
        self
    }

    /// Adds a ledger write.
    #[must_use]
    pub fn ledger(mut self, write: LedgerWrite) -> Self {
        self.ledger.push(write);
        self
    }

    /// Adds a settings write.
    #[must_use]
    pub fn setting(mut self, write: SettingsWrite) -> Self {
        self.settings.push(write);
        self
    }
}

/// What the stored version must be for a write to happen (RFC 7644 §3.14).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Precondition {
    /// Any version.
    #[default]
    Any,
    /// Exactly this version.
    Version(Seq),
}

impl Precondition {
    /// Whether the stored version is one that the writer expects.
    ///
    /// # Errors
    ///
    /// [`StoreError::PreconditionFailed`] where it is not.
    pub const fn check(self, stored: Seq) -> Result<(), StoreError> {
        match self {
            Self::Version(version) if version != stored => {
                Err(StoreError::PreconditionFailed { current: stored })
            }
            Self::Version(_) | Self::Any => Ok(()),
        }
    }
}

/// A write to one resource.
#[derive(Clone, Debug)]
pub enum ResourceWrite {
    /// Creates a resource; the id may be one that was deleted before, which is then restored as a new resource.
    ///
    /// [`crate::StoreError::Uniqueness`] when a unique key, or the id, is taken. A key is taken when another resource
    /// of the same directory and type has the same attribute and value, and both keys are unique. Members elsewhere
    /// that named this id while it was not there name it from now on; their groups get no log row for that.
    Create {
        /// The new id.
        id: ResourceId,
        /// The resource type's name, such as `User`.
        resource_type: String,
        /// A JSON object: what the client wrote, with `schemas`, without `id`, `meta`, `members`, `groups`.
        body: Bytes,
        /// The keys of the body, folded already.
        keys: Vec<Key>,
        /// What `members[].display` and `groups[].display` of others show for this resource.
        display: Option<String>,
        /// Edits to the (empty) members, in order.
        members: Vec<MemberEdit>,
        /// The names of the attributes that the body holds, for the log.
        attributes: Vec<String>,
    },
    /// Replaces the body and keys and edits the members. When the body is the same to the byte and the members end as
    /// they were, nothing is written: no version, no log row (decision D23). When only members change, the log row is
    /// that of `EditMembers`.
    Replace {
        /// The resource.
        id: ResourceId,
        /// The new body, as in `Create`.
        body: Bytes,
        /// The keys of the new body.
        keys: Vec<Key>,
        /// As in `Create`.
        display: Option<String>,
        /// Edits to the members, in order; none leaves them.
        members: Vec<MemberEdit>,
        /// The names of the attributes that changed, for the log.
        attributes: Vec<String>,
        /// The version that must be stored.
        expected: Precondition,
    },
    /// Edits members without reading or writing the body, at a cost that does not depend on the group's size.
    /// Edits that change no edge write nothing; others write one row of kind `Members` that names `members`.
    EditMembers {
        /// The group.
        id: ResourceId,
        /// The edits, in order. `MemberEdit::RemoveMatching` is refused: the caller resolves it first.
        edits: Vec<MemberEdit>,
        /// The version that must be stored.
        expected: Precondition,
    },
    /// Deletes a resource: its keys go, its links stay.
    ///
    /// The log gets a row of kind `Deleted` for the resource, then one of kind `Members` for each other group that
    /// held it, in order of their ids; each of these gets that version, and loses the member. The members of a
    /// deleted group become tombstones with the number of its own row, so that who restores it knows what went.
    Delete {
        /// The resource.
        id: ResourceId,
        /// The version that must be stored.
        expected: Precondition,
    },
}

/// A write to the ledger.
///
/// One to a target that was purged with its directory does nothing: a delivery that was under way leaves nothing
/// behind, and its batch is not refused.
#[derive(Clone, Debug)]
pub enum LedgerWrite {
    /// Marks (target, resource) due: makes the link when there is none (`LinkState::New`), raises `mark` by one, sets
    /// `due_at`, and sets `changed_at` unless it is set already.
    MarkDue {
        /// The target.
        target: TargetId,
        /// The resource.
        resource: ResourceId,
        /// Its type's name.
        resource_type: String,
        /// When to act.
        at: DateTime<Utc>,
        /// When the change was accepted.
        changed_at: DateTime<Utc>,
    },
    /// Writes a link as it is before a call (the intent): every field but `mark`, `due_at` and `changed_at`, which
    /// stay as stored. Where there is no link yet, this one is stored whole.
    PutLink(Link),
    /// Writes a link after a call. When the stored `mark` is still the given link's, `due_at` and `changed_at` are
    /// taken from it too; otherwise a newer change has come in between, and the stored ones stay, as does the stored
    /// `mark`. Where there is no link yet, this one is stored whole.
    Settle(Link),
    /// Replaces the members that (target, group) waits for; an empty list waits for none.
    SetWaiting {
        /// The target.
        target: TargetId,
        /// The waiting group (or the user whose manager is missing).
        resource: ResourceId,
        /// The resources that have no account there yet.
        on: Vec<ResourceId>,
    },
    /// Marks every link of this target that waits on `on` due (as `MarkDue`, changed at the same time); what it waits
    /// for stays until `SetWaiting`.
    Wake {
        /// The target.
        target: TargetId,
        /// The resource that has arrived.
        on: ResourceId,
        /// When to act.
        at: DateTime<Utc>,
    },
    /// Moves a target's cursor; never back.
    SetCursor {
        /// The target.
        target: TargetId,
        /// The last sequence number that was turned into due links.
        seq: Seq,
    },
    /// Adds a row to the delivery log.
    Append(Attempt),
    /// Removes the oldest rows of the delivery log of a target beyond the newest `keep`, and those from before `before`;
    /// newest is as [`Ledger::attempts`](crate::Ledger::attempts) says.
    PruneAttempts {
        /// The target.
        target: TargetId,
        /// How many rows stay at most.
        keep: usize,
        /// Rows from before this time go.
        before: DateTime<Utc>,
    },
}

impl LedgerWrite {
    /// The target that the write is about.
    #[must_use]
    pub const fn target(&self) -> &TargetId {
        match self {
            Self::MarkDue { target, .. }
            | Self::SetWaiting { target, .. }
            | Self::Wake { target, .. }
            | Self::SetCursor { target, .. }
            | Self::PruneAttempts { target, .. } => target,
            Self::PutLink(link) | Self::Settle(link) => &link.target,
            Self::Append(attempt) => &attempt.target,
        }
    }
}

/// A write to the settings.
#[derive(Clone, Debug)]
pub enum SettingsWrite {
    /// Creates or replaces a directory. [`crate::StoreError::Uniqueness`] when another one has the slug.
    PutDirectory(Directory),
    /// Creates or replaces a token. [`crate::StoreError::NotFound`] when its directory was purged.
    PutToken(Token),
    /// Notes that a token was used. [`crate::StoreError::NotFound`] when there is none.
    TouchToken {
        /// The token.
        id: TokenId,
        /// When.
        at: DateTime<Utc>,
    },
    /// Removes a token; one that is not there is fine.
    DeleteToken(TokenId),
    /// Removes up to `limit` tokens that were issued to OAuth clients and expired before `before`, of all directories;
    /// those that an administrator made stay, so that their list can say when they expired.
    DropExpiredTokens {
        /// Before when.
        before: DateTime<Utc>,
        /// How many at most.
        limit: usize,
    },
    /// Creates or replaces an OAuth client. [`crate::StoreError::NotFound`] when its directory was purged.
    PutClient(OauthClient),
    /// Removes an OAuth client and the tokens that were issued to it; one that is not there is fine.
    DeleteClient(ClientId),
    /// Adds a row to the inbound request log; one of a directory that was purged is dropped.
    AppendRequest(RequestRecord),
    /// Removes the oldest rows of the inbound request log of a directory (of none, for `None`) beyond the newest
    /// `keep` (those appended last), and those whose time is before `before`.
    PruneRequests {
        /// Whose rows.
        directory: Option<DirectoryId>,
        /// How many rows stay at most.
        keep: usize,
        /// Rows from before this time go.
        before: DateTime<Utc>,
    },
    /// Removes a part of what belongs to a directory: at most about `limit` rows of resources, tombstones, keys, edges,
    /// log, links, waiting edges, cursors, attempts, targets, tokens, clients, requests, and of the marks whose name has
    /// the id of the directory or of one of its targets as its second part (`owner/{target}/…`). The directory itself
    /// goes last, in the call that finds nothing else, so that asking for it tells whether there is more to remove; then
    /// its slug and its id are free, and a new directory of that id begins at sequence number 1.
    ///
    /// One that is not there is fine; one whose `deleting` is not set is refused, as a mistake, with
    /// [`crate::StoreError::Backend`]. Until it is gone, reads of what belongs to it answer what is left.
    PurgeDirectory {
        /// The directory, whose `deleting` is set.
        directory: DirectoryId,
        /// How many rows at most.
        limit: usize,
    },
    /// Erases what is kept of a person, or of anything else, that was deleted: the content of its tombstone, its links,
    /// what it waits for and what waits for it, the rows of the delivery log about it and those of the inbound request
    /// log that name its id, and the marks `owner/…` that name it as the owner. Where the store still has the body of what
    /// was deleted, rows of both logs that hold one of [`names_in`](crate::edits::names_in) go as well, and failures of
    /// other links that do lose their words.
    ///
    /// The id stays, in the change log and in the removed edges of groups, and so does the fact of the deletion. When the
    /// commit returns, nothing of what was erased is left in files of the store. An id that names nothing is fine, so that
    /// the write can be repeated; one that lives is refused, as a mistake, with [`crate::StoreError::Backend`].
    Erase {
        /// The directory.
        directory: DirectoryId,
        /// Who was deleted.
        resource: ResourceId,
    },
    /// Creates or replaces a target, except its health. [`crate::StoreError::Uniqueness`] when another one of the
    /// directory has the name, [`crate::StoreError::NotFound`] when its directory was purged.
    PutTarget(Target),
    /// Writes what is known of a target's health. [`crate::StoreError::NotFound`] when there is none.
    PutHealth {
        /// The target.
        target: TargetId,
        /// Its health.
        health: TargetHealth,
    },
    /// Keeps a small named value, such as the check value of the key.
    PutMark {
        /// The name.
        name: String,
        /// The value.
        value: Bytes,
    },
}

/// What a commit did: one result for each resource write, in order.
#[derive(Clone, Debug, Default)]
pub struct Committed {
    /// One for each resource write.
    pub results: Vec<WriteResult>,
}

/// What one resource write did.
#[derive(Clone, Debug)]
pub struct WriteResult {
    /// The resource.
    pub id: ResourceId,
    /// Its version now.
    pub version: Seq,
    /// Whether anything changed.
    pub changed: bool,
    /// When it was created.
    pub created: DateTime<Utc>,
    /// When it last changed.
    pub modified: DateTime<Utc>,
    /// How many members it has now; 0 for anything but a group.
    pub members: u64,
}

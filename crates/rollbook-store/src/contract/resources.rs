//! Reading resources, members and the change log.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use rollbook_protocol::{Meta, Predicate, Sort};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::{Batch, Committed};
use crate::error::StoreError;
use crate::ids::{DirectoryId, ResourceId};

/// A sequence number of a directory's change log: 1 for the first change, gapless; also a resource's version.
pub type Seq = u64;

/// Reads resources and commits batches: all that a store needs which only serves SCIM.
#[async_trait]
pub trait Resources: fmt::Debug + Send + Sync + 'static {
    /// One resource by id; `None` when there is none, or it was deleted.
    async fn get(&self, directory: &DirectoryId, id: &ResourceId) -> Result<Option<Stored>, StoreError>;

    /// One page of the resources of a type, in creation order or as `query.sort` says; see [`crate::query`].
    async fn query(&self, directory: &DirectoryId, query: &Query) -> Result<Page, StoreError>;

    /// Up to `limit` members of a group in a stable order, after the member value `after`.
    async fn members(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<MemberRow>, StoreError>;

    /// Those of `values` that are members of the group now.
    async fn members_among(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        values: &[String],
    ) -> Result<Vec<MemberRow>, StoreError>;

    /// The groups that a resource is a direct member of, by id; it need not exist (a member may name nothing).
    async fn groups_of(&self, directory: &DirectoryId, id: &ResourceId) -> Result<Vec<GroupRef>, StoreError>;

    /// The groups of several resources, in the order of `ids`.
    ///
    /// The default asks for one after the other; a store that has a cheaper way should take it, since each list of
    /// users asks for its page.
    async fn groups_of_each(
        &self,
        directory: &DirectoryId,
        ids: &[ResourceId],
    ) -> Result<Vec<Arc<[GroupRef]>>, StoreError> {
        let mut all = Vec::with_capacity(ids.len());
        for id in ids {
            all.push(self.groups_of(directory, id).await?.into());
        }
        Ok(all)
    }

    /// One resource with its groups: what an answer to a read needs; `None` when there is none.
    ///
    /// The default reads one after the other; a store that can answer from a cache should.
    async fn get_with_groups(
        &self,
        directory: &DirectoryId,
        id: &ResourceId,
    ) -> Result<Option<(Stored, Arc<[GroupRef]>)>, StoreError> {
        match self.get(directory, id).await? {
            Some(stored) => Ok(Some((stored, self.groups_of(directory, id).await?.into()))),
            None => Ok(None),
        }
    }

    /// The live resources among those of a type whose key `attribute` is one of `values`, folded as
    /// [`rollbook_protocol::Key`] says: pairs of value and id, in order of value, then id.
    ///
    /// Only directories whose members are named by `externalId` need it (decision D6); the default refuses.
    async fn ids_by_key(
        &self,
        directory: &DirectoryId,
        resource_type: &str,
        attribute: &str,
        values: &[String],
    ) -> Result<Vec<(String, ResourceId)>, StoreError> {
        let _ = (directory, resource_type, attribute, values);
        Err(StoreError::Unsupported("ids by key"))
    }

    /// Up to `limit` edges of a group that changed after `after`, oldest first, removed ones included.
    ///
    /// Edges that changed together share a number, so that a full page may end within a change: leave the last change
    /// of a full page out, and ask again from the one before it.
    async fn member_changes(
        &self,
        directory: &DirectoryId,
        group: &ResourceId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<MemberChange>, StoreError>;

    /// Up to `limit` changes of a directory after `after`, in order.
    async fn changes(
        &self,
        directory: &DirectoryId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Change>, StoreError>;

    /// The sequence number of the directory's last change; 0 when there is none.
    async fn last_seq(&self, directory: &DirectoryId) -> Result<Seq, StoreError>;

    /// Writes a batch, all or nothing; returns once it is durable.
    async fn commit(&self, batch: Batch) -> Result<Committed, StoreError>;

    /// Changes its value after each commit, before that returns: a hint for those who wait for changes. A store
    /// shared by several processes may miss commits of the others, so readers also look by themselves now and then.
    fn commits(&self) -> watch::Receiver<u64>;
}

/// A resource as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// Its id.
    pub id: ResourceId,
    /// Its type's name, such as `User`.
    pub resource_type: String,
    /// Its version: the sequence number of its last change, for a group of its membership too.
    pub version: Seq,
    /// When it was created.
    pub created: DateTime<Utc>,
    /// When it last changed.
    pub modified: DateTime<Utc>,
    /// What the client wrote, as a JSON object with `schemas`, without `id`, `meta`, `members` and `groups`.
    pub body: Bytes,
}

impl Stored {
    /// What an answer says about the resource besides what the client wrote; `location` is its address.
    #[must_use]
    pub fn meta<'s>(&'s self, location: &'s str) -> Meta<'s> {
        Meta {
            resource_type: &self.resource_type,
            id: self.id.as_str(),
            created: self.created,
            modified: self.modified,
            location,
            version: self.version,
        }
    }
}

/// A question for the resources of one type; [`Query::of`] is all of them.
#[derive(Clone, Debug)]
pub struct Query {
    /// The resource type's name.
    pub resource_type: String,
    /// The filter; `None` for all.
    pub predicate: Option<Arc<Predicate>>,
    /// The order; `None` for creation time, then id (decision D27).
    pub sort: Option<Sort>,
    /// Where the page begins.
    pub start: Start,
    /// The most results; 0 asks for the total alone.
    pub count: usize,
}

impl Query {
    /// All resources of a type, from the first one on, `count` at most.
    #[must_use]
    pub fn of(resource_type: impl Into<String>, count: usize) -> Self {
        Self {
            resource_type: resource_type.into(),
            predicate: None,
            sort: None,
            start: Start::Index(1),
            count,
        }
    }
}

/// Where a page begins.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Start {
    /// At the 1-based index; 0 is taken as 1.
    Index(u64),
    /// At the first result; the answer tells where its neighbours begin (RFC 9865).
    First,
    /// After a position that an earlier page of the same query gave as [`Page::next`]: the first `count` results after
    /// it. What came to be or went meanwhile does not move it, not even when the resource is gone that it was made of.
    /// [`StoreError::InvalidPosition`] when it is none.
    After(String),
    /// Before a position that an earlier page gave as [`Page::previous`]: the last `count` results before it.
    Before(String),
}

/// One page of an answer.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// How many resources match in all.
    pub total: u64,
    /// The resources of the page.
    pub items: Vec<Stored>,
    /// The position after the page, when the page did not begin at an index and there is more after it; at most
    /// [`LONGEST_POSITION`](crate::query::LONGEST_POSITION) bytes. None where `count` was 0.
    pub next: Option<String>,
    /// The position before the page, when the page did not begin at an index and there is something before it; None
    /// where `count` was 0.
    pub previous: Option<String>,
}

/// A member of a group.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MemberRow {
    /// `members.value`: the id of the member.
    pub value: String,
    /// The member's resource type; `None` when the value names nothing (decision D6).
    pub resource_type: Option<String>,
    /// What to show for it, computed from the member itself.
    pub display: Option<String>,
    /// The sequence number of the change that added it.
    pub seq: Seq,
}

/// A group that holds a resource.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct GroupRef {
    /// The group's id.
    pub id: ResourceId,
    /// The group's display name.
    pub display: Option<String>,
}

/// A member edge that changed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MemberChange {
    /// `members.value`.
    pub value: String,
    /// Whether the edge is there now.
    pub present: bool,
    /// The sequence number of the edge's last change.
    pub seq: Seq,
}

/// A row of the change log: what changed, no values.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Change {
    /// Its place in the directory's log.
    pub seq: Seq,
    /// The resource.
    pub resource: ResourceId,
    /// Its type's name.
    pub resource_type: String,
    /// What happened.
    pub kind: ChangeKind,
    /// The names of the attributes that changed.
    pub attributes: Vec<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// What a change did.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// A resource came to be.
    Created,
    /// Its body changed (its members may have too).
    Replaced,
    /// Only its members changed.
    Members,
    /// It was deleted.
    Deleted,
}

//! What the behaviours share: a directory to write to, and short ways to write and read.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use rollbook_filter::{AttrPath, Limits};
use rollbook_protocol::{ClientKind, Key, Member, MemberEdit, Predicate, Quirks, Sort, fold};
use rollbook_schema::Registry;
use serde_json::json;

use crate::{
    Batch, Change, ChangeKind, Committed, Directory, DirectoryId, DirectorySettings, MemberChange, MemberRow,
    Page, Precondition, Query, ResourceId, ResourceWrite, Resources, Seq, SettingsWrite, StoreError, Stored,
    WriteResult,
};

/// A directory of a store. Time moves by a second with each commit.
#[derive(Debug)]
pub(super) struct Fixture<S: ?Sized = dyn Resources> {
    pub(super) store: Arc<S>,
    pub(super) directory: DirectoryId,
    clock: AtomicI64,
}

impl<S: Resources + ?Sized> Fixture<S> {
    /// The directory `acme`.
    pub(super) async fn new(store: Arc<S>) -> Self {
        Self::named(store, "acme").await
    }

    /// A directory of this slug; its id is the slug after `id-`.
    pub(super) async fn named(store: Arc<S>, slug: &str) -> Self {
        let directory = directory(slug);
        let id = directory.id.clone();
        let batch = Batch::global(instant(0)).setting(SettingsWrite::PutDirectory(directory));
        match store.commit(batch).await {
            // A store that only keeps resources has no directories to put; others are asked for them by `settings`.
            Ok(_) | Err(StoreError::Unsupported(_)) => {}
            Err(error) => panic!("a directory can be put: {error:?}"),
        }
        Self { store, directory: id, clock: AtomicI64::new(0) }
    }

    /// Sets the clock, so that the next batch is a second after `seconds`.
    pub(super) fn set_clock(&self, seconds: i64) {
        self.clock.store(seconds, Ordering::Relaxed);
    }

    /// An empty batch, a second after the one before.
    pub(super) fn batch(&self) -> Batch {
        Batch::new(self.directory.clone(), instant(self.clock.fetch_add(1, Ordering::Relaxed) + 1))
    }

    /// Commits writes in one batch.
    pub(super) async fn commit(
        &self,
        writes: impl IntoIterator<Item = ResourceWrite>,
    ) -> Result<Committed, StoreError> {
        self.store.commit(writes.into_iter().fold(self.batch(), Batch::resource)).await
    }

    /// Commits one write, which must be done.
    pub(super) async fn write(&self, write: ResourceWrite) -> WriteResult {
        let mut committed = self.commit([write]).await.expect("the write is accepted");
        assert_eq!(committed.results.len(), 1, "one result for one write");
        committed.results.remove(0)
    }

    /// Commits one write, which must be refused.
    pub(super) async fn refused(&self, write: ResourceWrite) -> StoreError {
        self.commit([write]).await.expect_err("the write is refused")
    }

    pub(super) async fn get(&self, id: &str) -> Option<Stored> {
        self.store.get(&self.directory, &id.into()).await.expect("a resource can be read")
    }

    pub(super) async fn stored(&self, id: &str) -> Stored {
        self.get(id).await.unwrap_or_else(|| panic!("there is a resource `{id}`"))
    }

    pub(super) async fn changes(&self) -> Vec<Change> {
        self.store.changes(&self.directory, 0, 10_000).await.expect("the log can be read")
    }

    pub(super) async fn last_seq(&self) -> Seq {
        self.store.last_seq(&self.directory).await.expect("the log's end can be read")
    }

    /// The log without times and attributes.
    pub(super) async fn log(&self) -> Vec<(Seq, String, ChangeKind)> {
        let changes = self.changes().await;
        changes.into_iter().map(|change| (change.seq, change.resource.to_string(), change.kind)).collect()
    }

    pub(super) async fn members(&self, group: &str) -> Vec<MemberRow> {
        let rows = self.store.members(&self.directory, &group.into(), None, 10_000).await;
        rows.expect("members can be read")
    }

    /// The sorted member values of a group.
    pub(super) async fn values(&self, group: &str) -> Vec<String> {
        let mut values: Vec<_> = self.members(group).await.into_iter().map(|row| row.value).collect();
        values.sort();
        values
    }

    pub(super) async fn member_changes(&self, group: &str, after: Seq) -> Vec<MemberChange> {
        let changes = self.store.member_changes(&self.directory, &group.into(), after, 10_000).await;
        changes.expect("member changes can be read")
    }

    /// The sorted ids of the groups that hold a resource.
    pub(super) async fn groups_of(&self, id: &str) -> Vec<String> {
        let groups = self.store.groups_of(&self.directory, &id.into()).await.expect("groups can be read");
        let mut ids: Vec<_> = groups.into_iter().map(|group| group.id.to_string()).collect();
        ids.sort();
        ids
    }

    /// The ids that a query answers, in its order.
    pub(super) async fn ids(&self, query: &Query) -> Vec<String> {
        ids(&self.page(query).await)
    }

    pub(super) async fn page(&self, query: &Query) -> Page {
        self.store.query(&self.directory, query).await.expect("the query is answered")
    }

    /// The ids of the resources of a type that a filter selects.
    pub(super) async fn select(&self, resource_type: &str, filter: &str) -> Vec<String> {
        self.ids(&filtered(resource_type, filter)).await
    }
}

/// A moment: so many seconds after the start of 2026.
pub(super) fn instant(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600 + seconds, 0).expect("the moment is in range")
}

pub(super) fn directory(slug: &str) -> Directory {
    Directory {
        id: DirectoryId::new(format!("id-{slug}")),
        slug: slug.to_owned(),
        name: format!("Directory {slug}"),
        client: ClientKind::Generic,
        created: instant(0),
        settings: DirectorySettings::default(),
        deleting: None,
    }
}

/// The creation of a user; its id and display name are made from the user name.
pub(super) fn user(name: &str) -> ResourceWrite {
    user_with(&id_of(name), name)
}

pub(super) fn user_with(id: &str, name: &str) -> ResourceWrite {
    ResourceWrite::Create {
        id: id.into(),
        resource_type: "User".to_owned(),
        body: user_body(name, None),
        keys: user_keys(name),
        display: Some(format!("{name} (shown)")),
        members: Vec::new(),
        attributes: vec!["userName".to_owned()],
    }
}

/// The creation of a user with an `externalId` too, which is exact in case.
pub(super) fn with_external_id(mut write: ResourceWrite, external: &str, unique: bool) -> ResourceWrite {
    if let ResourceWrite::Create { body, keys, .. } = &mut write {
        let mut json: serde_json::Value = serde_json::from_slice(body).expect("the body is JSON");
        json["externalId"] = json!(external);
        *body = json.to_string().into();
        keys.push(Key::new("externalid", external, unique));
    }
    write
}

/// The id of the user of a name: in lower case, so that it differs from the name.
pub(super) fn id_of(name: &str) -> String {
    format!("u-{}", name.to_ascii_lowercase())
}

pub(super) fn user_body(name: &str, title: Option<&str>) -> Bytes {
    let mut body = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name });
    if let Some(title) = title {
        body["title"] = json!(title);
    }
    body.to_string().into()
}

pub(super) fn user_keys(name: &str) -> Vec<Key> {
    vec![Key::new("username", fold(name), true)]
}

/// The replacement of a user by one of another name and title.
pub(super) fn rename(id: &str, name: &str, title: Option<&str>) -> ResourceWrite {
    rename_if(id, name, title, Precondition::Any)
}

pub(super) fn rename_if(id: &str, name: &str, title: Option<&str>, expected: Precondition) -> ResourceWrite {
    ResourceWrite::Replace {
        id: id.into(),
        body: user_body(name, title),
        keys: user_keys(name),
        display: Some(format!("{name} (shown)")),
        members: Vec::new(),
        attributes: vec!["userName".to_owned(), "title".to_owned()],
        expected,
    }
}

/// The creation of a group of members; its id is its name.
pub(super) fn group(name: &str, members: &[&str]) -> ResourceWrite {
    ResourceWrite::Create {
        id: name.into(),
        resource_type: "Group".to_owned(),
        body: group_body(name),
        keys: group_keys(name),
        display: Some(format!("{name} (shown)")),
        members: if members.is_empty() { Vec::new() } else { vec![adding(members)] },
        attributes: vec!["displayName".to_owned(), "members".to_owned()],
    }
}

pub(super) fn group_body(name: &str) -> Bytes {
    let body = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": name });
    body.to_string().into()
}

pub(super) fn group_keys(name: &str) -> Vec<Key> {
    vec![Key::new("displayname", fold(name), true)]
}

/// The replacement of a group: its name and an edit of its members.
pub(super) fn regroup(id: &str, name: &str, members: Vec<MemberEdit>) -> ResourceWrite {
    ResourceWrite::Replace {
        id: id.into(),
        body: group_body(name),
        keys: group_keys(name),
        display: Some(format!("{name} (shown)")),
        members,
        attributes: vec!["displayName".to_owned()],
        expected: Precondition::Any,
    }
}

pub(super) fn edit(group: &str, edits: impl Into<Vec<MemberEdit>>) -> ResourceWrite {
    ResourceWrite::EditMembers { id: group.into(), edits: edits.into(), expected: Precondition::Any }
}

pub(super) fn delete(id: &str) -> ResourceWrite {
    ResourceWrite::Delete { id: id.into(), expected: Precondition::Any }
}

pub(super) fn adding(values: &[&str]) -> MemberEdit {
    MemberEdit::Add(members(values))
}

pub(super) fn replacing(values: &[&str]) -> MemberEdit {
    MemberEdit::ReplaceAll(members(values))
}

pub(super) fn removing(values: &[&str]) -> MemberEdit {
    MemberEdit::Remove(values.iter().map(|value| (*value).to_owned()).collect())
}

fn members(values: &[&str]) -> Vec<Member> {
    values.iter().map(|value| Member::new(*value)).collect()
}

/// A query for all of a type, a hundred on a page.
pub(super) fn all(resource_type: &str) -> Query {
    Query::of(resource_type, 100)
}

pub(super) fn filtered(resource_type: &str, filter: &str) -> Query {
    Query { predicate: Some(Arc::new(predicate(resource_type, filter))), ..all(resource_type) }
}

pub(super) fn predicate(resource_type: &str, filter: &str) -> Predicate {
    let quirks = Quirks::of(ClientKind::Generic);
    Predicate::parse(filter, &Limits::default(), Arc::new(Registry::standard()), resource_type, &quirks)
        .expect("the filter is right")
}

pub(super) fn sort(resource_type: &str, path: &str, descending: bool) -> Option<Sort> {
    let path = AttrPath::new(path).expect("the path is right");
    let sort = Sort::new(&path, descending, Arc::new(Registry::standard()), resource_type);
    Some(sort.expect("the path is known"))
}

pub(super) fn ids(page: &Page) -> Vec<String> {
    page.items.iter().map(|stored| stored.id.to_string()).collect()
}

pub(super) fn resource_ids(ids: &[&str]) -> Vec<ResourceId> {
    ids.iter().map(|id| ResourceId::from(*id)).collect()
}

/// Fails unless the error is that this attribute of this type is taken.
pub(super) fn assert_taken(error: &StoreError, of: &str, path: &str) {
    match error {
        StoreError::Uniqueness { what, attribute } => {
            assert_eq!((what.as_str(), attribute.as_str()), (of, path), "what is taken");
        }
        other => panic!("`{path}` is taken, but the error is: {other:?}"),
    }
}

/// Fails unless the error is that this is not there.
pub(super) fn assert_missing(error: &StoreError, of: &str, which: &str) {
    match error {
        StoreError::NotFound { what, id } => {
            assert_eq!((*what, id.as_str()), (of, which), "what is missing");
        }
        other => panic!("there is no {of} `{which}`, but the error is: {other:?}"),
    }
}

//! Small batches and stores in scratch directories.

use std::path::Path;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use rollbook_protocol::{Key, Member, MemberEdit};
use rollbook_sqlite::{Options, SqliteStore};
use rollbook_store::{Batch, DirectoryId, ResourceId, ResourceWrite, Resources};

pub(crate) fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, Options::default()).unwrap()
}

pub(crate) fn directory() -> DirectoryId {
    DirectoryId::new("0b1e")
}

/// The time `second` seconds after some moment.
pub(crate) fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + second, 123_000_000).unwrap()
}

pub(crate) fn batch() -> Batch {
    Batch::new(directory(), at(0))
}

/// Creates a user whose id and user name are `name`.
pub(crate) fn user(name: &str) -> ResourceWrite {
    ResourceWrite::Create {
        id: ResourceId::new(name),
        resource_type: "User".to_owned(),
        body: Bytes::from(format!(r#"{{"schemas":[],"userName":"{name}"}}"#)),
        keys: vec![Key::new("username", name, true)],
        display: Some(name.to_owned()),
        members: Vec::new(),
        attributes: vec!["userName".to_owned()],
    }
}

/// Creates a group with these members.
pub(crate) fn group(id: &str, members: &[&str]) -> ResourceWrite {
    let members = members.iter().map(|member| Member::new(*member)).collect();
    ResourceWrite::Create {
        id: ResourceId::new(id),
        resource_type: "Group".to_owned(),
        body: Bytes::from(format!(r#"{{"schemas":[],"displayName":"{id}"}}"#)),
        keys: vec![Key::new("displayname", id, true)],
        display: Some(id.to_owned()),
        members: vec![MemberEdit::Add(members)],
        attributes: vec!["displayName".to_owned(), "members".to_owned()],
    }
}

/// The sequence numbers of the whole change log.
pub(crate) async fn seqs(store: &SqliteStore) -> Vec<u64> {
    let changes = store.changes(&directory(), 0, usize::MAX).await.unwrap();
    changes.iter().map(|change| change.seq).collect()
}

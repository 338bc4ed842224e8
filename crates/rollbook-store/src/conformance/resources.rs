//! Creating, reading, replacing and deleting single resources.

use std::sync::Arc;

use super::fixture::{
    Fixture, assert_missing, assert_taken, delete, edit, instant, removing, rename, rename_if, user,
    user_body, user_with,
};
use crate::{ChangeKind, Precondition, Resources, StoreError};

/// What is created can be read, byte for byte.
pub async fn create_then_get(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    let result = hub.write(user("Ann")).await;
    assert_eq!((result.id.as_str(), result.version, result.changed), ("u-ann", 1, true));
    assert_eq!((result.created, result.modified, result.members), (instant(1), instant(1), 0));
    let stored = hub.stored("u-ann").await;
    assert_eq!((stored.id.as_str(), stored.resource_type.as_str()), ("u-ann", "User"));
    assert_eq!((stored.version, stored.created, stored.modified), (1, instant(1), instant(1)));
    assert_eq!(stored.body, user_body("Ann", None), "the body is kept byte for byte");
}

/// Bodies are bytes: spacing, order and numbers of any length stay.
pub async fn bodies_are_kept_to_the_byte(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    let text = "{ \"schemas\":[], \"userName\" : \"\\u00c5nn\",\"urn:x:y\":{\"n\":1.10000000000000000000000000001e2,\"Z\":1,\"a\":{}}}";
    let mut write = user("Ann");
    if let crate::ResourceWrite::Create { body, .. } = &mut write {
        *body = text.into();
    }
    hub.write(write).await;
    assert_eq!(hub.stored("u-ann").await.body, text);
}

/// An unknown id is `None`, not an error.
pub async fn get_of_an_unknown_id_is_none(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    assert_eq!(hub.get("nobody").await, None);
    hub.write(user("Ann")).await;
    assert_eq!(hub.get("U-ANN").await, None, "ids are compared with case");
    let elsewhere = Fixture::named(Arc::clone(&hub.store), "other").await;
    assert_eq!(elsewhere.get("u-ann").await, None, "an id is of one directory");
}

/// An id that is in use cannot be created again; RFC 7643 §3.1 has ids unique among all resources.
pub async fn create_of_a_live_id_is_refused(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.write(user("Ann")).await;
    assert_taken(&hub.refused(user_with("u-ann", "Bob")).await, "User", "id");
    assert_eq!(hub.stored("u-ann").await.body, user_body("Ann", None));
    assert_eq!(hub.last_seq().await, 1);
}

/// A replacement changes body, version and time of change, not the time of creation.
pub async fn replace_changes_body_and_version(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.write(user("Ann")).await;
    let result = hub.write(rename("u-ann", "Ann", Some("Boss"))).await;
    assert_eq!((result.version, result.changed), (2, true));
    assert_eq!((result.created, result.modified), (instant(1), instant(2)));
    let stored = hub.stored("u-ann").await;
    assert_eq!(stored.body, user_body("Ann", Some("Boss")));
    assert_eq!((stored.version, stored.created, stored.modified), (2, instant(1), instant(2)));
}

/// A replacement by the same body writes nothing (decision D23).
pub async fn replace_by_the_same_writes_nothing(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.write(user("Ann")).await;
    let before = hub.stored("u-ann").await;
    let result = hub.write(rename("u-ann", "Ann", None)).await;
    assert_eq!((result.version, result.changed), (1, false));
    assert_eq!((result.created, result.modified), (instant(1), instant(1)));
    assert_eq!(hub.stored("u-ann").await, before);
    assert_eq!(hub.log().await.len(), 1, "no log row");
    assert_eq!(hub.last_seq().await, 1, "no sequence number is used up");
}

/// Writes to an id that is not there are refused, and leave nothing.
pub async fn writes_to_an_unknown_id_are_refused(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    for write in [rename("nobody", "Ann", None), edit("nobody", [removing(&["x"])]), delete("nobody")] {
        assert_missing(&hub.refused(write).await, "resource", "nobody");
    }
    assert_eq!(hub.log().await, []);
    hub.write(user("Ann")).await;
    let elsewhere = Fixture::named(Arc::clone(&hub.store), "other").await;
    assert_missing(&elsewhere.refused(delete("u-ann")).await, "resource", "u-ann");
}

/// What is deleted cannot be read, found or written any more.
pub async fn delete_takes_the_resource_away(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.write(user("Ann")).await;
    let result = hub.write(delete("u-ann")).await;
    assert_eq!((result.id.as_str(), result.version, result.changed), ("u-ann", 2, true));
    assert_eq!(hub.get("u-ann").await, None);
    assert_eq!(hub.select("User", "userName eq \"ann\"").await, [""; 0]);
    assert_eq!(hub.select("User", "id eq \"u-ann\"").await, [""; 0]);
    assert_eq!(hub.page(&super::fixture::all("User")).await.total, 0);
    for write in [rename("u-ann", "Ann", None), delete("u-ann")] {
        assert_missing(&hub.refused(write).await, "resource", "u-ann");
    }
}

/// A deleted id can be created again, and its versions go on.
pub async fn a_deleted_id_can_be_restored(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.write(user("Ann")).await;
    hub.write(delete("u-ann")).await;
    let result = hub.write(user("Ann")).await;
    assert_eq!((result.version, result.created, result.modified), (3, instant(3), instant(3)));
    assert_eq!(hub.stored("u-ann").await.version, 3);
    let kinds: Vec<_> = hub.log().await.into_iter().map(|(_, _, kind)| kind).collect();
    assert_eq!(kinds, [ChangeKind::Created, ChangeKind::Deleted, ChangeKind::Created]);
    assert_eq!(hub.ids(&super::fixture::all("User")).await, ["u-ann"], "it is listed once");
}

/// A version precondition that holds lets the write through (RFC 7644 §3.14).
pub async fn a_met_precondition_writes(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.write(user("Ann")).await;
    let result = hub.write(rename_if("u-ann", "Ann", Some("Boss"), Precondition::Version(1))).await;
    assert_eq!(result.version, 2);
    let delete = crate::ResourceWrite::Delete { id: "u-ann".into(), expected: Precondition::Version(2) };
    hub.write(delete).await;
    assert_eq!(hub.get("u-ann").await, None);
}

/// A version precondition that fails names the stored version, for every write that has one, no-ops included.
pub async fn a_failed_precondition_writes_nothing(store: Arc<dyn Resources>) {
    let hub = Fixture::new(store).await;
    hub.write(user("Ann")).await;
    hub.write(rename("u-ann", "Ann", Some("Boss"))).await;
    let (id, expected) = ("u-ann".into(), Precondition::Version(1));
    let writes = [
        rename_if("u-ann", "Ann", Some("Chief"), expected),
        rename_if("u-ann", "Ann", Some("Boss"), expected),
        crate::ResourceWrite::EditMembers { id, edits: vec![removing(&["x"])], expected },
        crate::ResourceWrite::Delete { id: "u-ann".into(), expected },
    ];
    for write in writes {
        match hub.refused(write).await {
            StoreError::PreconditionFailed { current } => assert_eq!(current, 2),
            other => panic!("the version is 2, but the error is: {other:?}"),
        }
    }
    assert_eq!(hub.stored("u-ann").await.body, user_body("Ann", Some("Boss")));
    assert_eq!(hub.last_seq().await, 2);
}

//! The store in memory: the suite, and batches at random.

use proptest::prelude::*;
use rollbook_protocol::{Key, Member, MemberEdit};
use rollbook_store::{
    Batch, DirectoryId, Environment, MemoryStore, Precondition, Query, ResourceId, ResourceWrite, Resources,
    Start,
};

use crate::Fixed;

rollbook_store::store_conformance!(async || (MemoryStore::new(), ()));

const IDS: [&str; 4] = ["a", "b", "g", "h"];

fn keys(name: &str) -> Vec<Key> {
    vec![Key::new("username", name, true)]
}

fn write() -> impl Strategy<Value = ResourceWrite> {
    let id = || prop::sample::select(&IDS[..]).prop_map(ResourceId::from);
    let name = || prop::sample::select(&["x", "y", "z"][..]);
    let edits = || {
        let value = || prop::collection::vec("[abghq]", 0..3);
        let edit = prop_oneof![
            value().prop_map(|values| MemberEdit::Add(values.into_iter().map(Member::new).collect())),
            value().prop_map(MemberEdit::Remove),
            value().prop_map(|values| MemberEdit::ReplaceAll(values.into_iter().map(Member::new).collect())),
            Just(MemberEdit::RemoveAll),
        ];
        prop::collection::vec(edit, 0..3)
    };
    let expected =
        || prop_oneof![4 => Just(Precondition::Any), 1 => (1..9_u64).prop_map(Precondition::Version)];
    prop_oneof![
        (id(), name(), edits()).prop_map(|(id, name, members)| ResourceWrite::Create {
            id,
            resource_type: "User".to_owned(),
            body: format!("{{\"userName\":\"{name}\"}}").into(),
            keys: keys(name),
            display: Some(name.to_owned()),
            members,
            attributes: Vec::new(),
        }),
        (id(), name(), edits(), expected()).prop_map(|(id, name, members, expected)| {
            ResourceWrite::Replace {
                id,
                body: format!("{{\"userName\":\"{name}\"}}").into(),
                keys: keys(name),
                display: Some(name.to_owned()),
                members,
                attributes: Vec::new(),
                expected,
            }
        }),
        (id(), edits(), expected()).prop_map(|(id, edits, expected)| ResourceWrite::EditMembers {
            id,
            edits,
            expected
        }),
        (id(), expected()).prop_map(|(id, expected)| ResourceWrite::Delete { id, expected }),
    ]
}

/// Everything that can be read of the resources, as text.
async fn dump(store: &MemoryStore, directory: &DirectoryId) -> String {
    let all = Query {
        resource_type: "User".to_owned(),
        predicate: None,
        sort: None,
        start: Start::Index(1),
        count: 100,
    };
    let mut text = format!("{:?}\n", store.query(directory, &all).await.unwrap());
    text += &format!("{:?}\n", store.changes(directory, 0, 10_000).await.unwrap());
    for id in IDS.iter().chain(&["q"]).map(|id| ResourceId::from(*id)) {
        text += &format!("{:?}\n", store.get(directory, &id).await.unwrap());
        text += &format!("{:?}\n", store.members(directory, &id, None, 100).await.unwrap());
        text += &format!("{:?}\n", store.member_changes(directory, &id, 0, 100).await.unwrap());
        text += &format!("{:?}\n", store.groups_of(directory, &id).await.unwrap());
    }
    text
}

/// What must hold after any batch, accepted or not.
async fn check(store: &MemoryStore, directory: &DirectoryId) -> Result<(), TestCaseError> {
    let changes = store.changes(directory, 0, 10_000).await.unwrap();
    let seqs: Vec<_> = changes.iter().map(|change| change.seq).collect();
    let last = store.last_seq(directory).await.unwrap();
    prop_assert_eq!(seqs, (1..=last).collect::<Vec<_>>(), "the log is gapless");
    for id in IDS.map(ResourceId::from) {
        let newest = changes.iter().rev().find(|change| change.resource == id).map(|change| change.seq);
        let stored = store.get(directory, &id).await.unwrap();
        if let Some(stored) = &stored {
            prop_assert_eq!(Some(stored.version), newest, "the version is that of the last row");
        }
        let members = store.members(directory, &id, None, 100).await.unwrap();
        prop_assert!(stored.is_some() || members.is_empty(), "a deleted group has no members");
        for member in &members {
            let value = ResourceId::from(member.value.as_str());
            let groups = store.groups_of(directory, &value).await.unwrap();
            prop_assert!(groups.iter().any(|group| group.id == id), "both directions agree");
            let exists = store.get(directory, &value).await.unwrap().is_some();
            prop_assert_eq!(member.resource_type.is_some(), exists);
        }
        let edges = store.member_changes(directory, &id, 0, 100).await.unwrap();
        prop_assert_eq!(edges.iter().filter(|edge| edge.present).count(), members.len());
        let edit = ResourceWrite::EditMembers { id, edits: Vec::new(), expected: Precondition::Any };
        let batch = Batch::new(directory.clone(), Fixed::default().now()).resource(edit);
        if let Ok(committed) = store.commit(batch).await {
            prop_assert_eq!(committed.results[0].members, members.len() as u64, "the count is kept right");
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_batch_is_done_whole_or_not_at_all(
        batches in prop::collection::vec((prop::collection::vec(write(), 1..4), 0..3_usize), 1..12),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (store, directory) = (MemoryStore::new(), DirectoryId::from("d"));
            for (writes, limit) in batches {
                let before = dump(&store, &directory).await;
                let count = writes.len();
                let mut batch = Batch::new(directory.clone(), Fixed::default().now());
                batch.resources = writes;
                batch.unresolved_members = limit;
                match store.commit(batch).await {
                    Ok(committed) => {
                        prop_assert_eq!(committed.results.len(), count);
                        let changed = committed.results.iter().any(|result| result.changed);
                        prop_assert_eq!(changed, dump(&store, &directory).await != before);
                    }
                    Err(_) => prop_assert_eq!(dump(&store, &directory).await, before),
                }
                check(&store, &directory).await?;
            }
            Ok(())
        })?;
    }
}

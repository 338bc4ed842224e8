use std::sync::Arc;

use bytes::Bytes;
use chrono::DateTime;
use rollbook_protocol::ClientKind;
use rollbook_store::{
    Batch, Directory, DirectoryId, ResourceId, ResourceWrite, SettingsWrite, Stored, TokenHash,
};

use super::*;
use crate::db::Db;
use crate::write;

fn stored(id: &str, version: u64) -> Stored {
    Stored {
        id: id.into(),
        resource_type: "User".to_owned(),
        version,
        created: DateTime::UNIX_EPOCH,
        modified: DateTime::UNIX_EPOCH,
        body: Bytes::from(vec![b' '; 1_000]),
    }
}

fn directory() -> DirectoryId {
    "d".into()
}

fn put(cache: &Cache, ticket: Ticket, version: u64) {
    cache.put(ticket, Entry::Resource(directory(), stored("a", version)));
}

fn version(cache: &Cache) -> Option<u64> {
    cache.resource(&directory(), &"a".into()).ok().map(|stored| stored.version)
}

fn ticket(cache: &Cache) -> Ticket {
    cache.resource(&directory(), &"a".into()).unwrap_err()
}

/// What a batch touches, without a directory's worth of set-up.
fn touched(batch: &Batch) -> Touched {
    let (_scratch, connection) = crate::store::scratch();
    let db = Db::new(&connection);
    db.begin().unwrap();
    write::batch(db, batch).unwrap().1.touched
}

fn batch() -> Batch {
    Batch::new(directory(), DateTime::UNIX_EPOCH)
}

fn create(id: &str, members: Vec<rollbook_protocol::Member>) -> ResourceWrite {
    ResourceWrite::Create {
        id: id.into(),
        resource_type: "Group".to_owned(),
        body: "{}".into(),
        keys: Vec::new(),
        display: Some(id.to_owned()),
        members: vec![rollbook_protocol::MemberEdit::Add(members)],
        attributes: Vec::new(),
    }
}

fn replaced() -> Touched {
    touched(&batch().resource(create("a", Vec::new())).resource(ResourceWrite::Replace {
        id: "a".into(),
        body: "{ }".into(),
        keys: Vec::new(),
        display: None,
        members: Vec::new(),
        attributes: Vec::new(),
        expected: rollbook_store::Precondition::Any,
    }))
}

#[test]
fn what_is_put_in_is_found() {
    let cache = Cache::new(1 << 20);
    put(&cache, ticket(&cache), 1);
    assert_eq!(version(&cache), Some(1));
    assert!(cache.resource(&"other".into(), &"a".into()).is_err(), "directories are apart");
    assert!(cache.groups(&directory(), &"a".into()).is_err(), "kinds are apart");
}

#[test]
fn a_commit_drops_what_it_changes() {
    let cache = Cache::new(1 << 20);
    put(&cache, ticket(&cache), 1);
    let closed = cache.close(&replaced());
    assert_eq!(version(&cache), None, "gone before the commit is made");
    cache.open(&closed);
    assert_eq!(version(&cache), None);
    put(&cache, ticket(&cache), 2);
    assert_eq!(version(&cache), Some(2));
}

/// All ways in which a read and a commit can overlap: what was read before the commit must not be kept after it.
#[test]
fn what_was_read_before_a_commit_is_not_put_in_after_it() {
    let change = replaced();
    // The ticket is given before, the put comes while the commit is on its way, or after it.
    let cache = Cache::new(1 << 20);
    let early = ticket(&cache);
    let closed = cache.close(&change);
    put(&cache, early, 1);
    assert_eq!(version(&cache), None);
    let during = ticket(&cache);
    put(&cache, during, 1);
    assert_eq!(version(&cache), None);
    cache.open(&closed);
    put(&cache, early, 1);
    put(&cache, during, 1);
    assert_eq!(version(&cache), None);
    // A commit of something else hinders nobody, but for those in the same shard for a moment.
    put(&cache, ticket(&cache), 2);
    assert_eq!(version(&cache), Some(2));
}

#[test]
fn a_change_of_a_group_drops_the_lists_of_its_directory() {
    let cache = Cache::new(1 << 20);
    let (id, groups): (ResourceId, Arc<[GroupRef]>) = ("u".into(), Arc::default());
    let keep = |directory: &DirectoryId| {
        let ticket = cache.groups(directory, &id).unwrap_err();
        cache.put(ticket, Entry::Groups(directory.clone(), id.clone(), Arc::clone(&groups)));
    };
    keep(&directory());
    assert!(cache.groups(&directory(), &id).is_ok());
    let members = (0..600).map(|n| rollbook_protocol::Member::new(format!("m{n}"))).collect();
    let many = touched(&batch().resource(create("g", members)));
    assert!(!many.keys().any(is_groups), "so many are not dropped one by one");
    let early = cache.groups(&directory(), &"other".into()).unwrap_err();
    let closed = cache.close(&many);
    assert!(cache.groups(&directory(), &id).is_err());
    keep(&directory());
    assert!(cache.groups(&directory(), &id).is_err(), "nothing is kept while the commit is on its way");
    cache.open(&closed);
    assert!(cache.groups(&directory(), &id).is_err());
    cache.put(early, Entry::Groups(directory(), "other".into(), Arc::clone(&groups)));
    assert!(cache.groups(&directory(), &"other".into()).is_err(), "it was read before");
    keep(&directory());
    assert!(cache.groups(&directory(), &id).is_ok());
    let few = touched(&batch().resource(create("g", vec![rollbook_protocol::Member::new("u")])));
    let few: Vec<_> = few.keys().filter(|key| is_groups(key)).collect();
    assert_eq!(few, [&Key::Groups(directory(), id.clone())]);
}

const fn is_groups(key: &Key) -> bool {
    matches!(key, Key::Groups(..))
}

#[test]
fn directories_are_dropped_together() {
    let cache = Cache::new(1 << 20);
    let row = Directory::new(directory(), "acme", "Acme", ClientKind::Generic, DateTime::UNIX_EPOCH);
    for name in ["acme", "d"] {
        let ticket = cache.directory(name).unwrap_err();
        cache.put(ticket, Entry::Directory(name.into(), Box::new(row.clone())));
        assert_eq!(cache.directory(name).unwrap().slug, "acme");
    }
    let closed = cache.close(&touched(&batch().setting(SettingsWrite::PutDirectory(row))));
    cache.open(&closed);
    assert!(cache.directory("acme").is_err() && cache.directory("d").is_err());
}

/// What a view reads is of one state: from its beginning no commit was made, nor anything dropped and not yet made.
#[test]
fn a_view_ends_where_a_commit_may_be_seen() {
    let (cache, directory) = (Cache::new(1 << 20), directory());
    let view = || cache.view(&directory).unwrap();
    let before = view();
    assert!(before.is_quiet() && before.holds());
    let closed = cache.close(&replaced());
    assert!(!before.holds(), "the commit may be made at any time");
    let during = view();
    assert!(!during.is_quiet() && during.holds());
    cache.open(&closed);
    assert!(!during.holds(), "the commit is made");
    let after = view();
    assert!(after.is_quiet() && after.holds());
    cache.open(&cache.close(&Touched::default()));
    assert!(after.holds(), "a commit that changes nothing that is kept disturbs nobody");
}

#[test]
fn a_view_keeps_nothing_that_a_commit_may_have_changed() {
    let (cache, directory) = (Cache::new(1 << 20), directory());
    let view = || cache.view(&directory).unwrap();
    let keep = |view: View<'_>| {
        view.keep_resource(&stored("a", 1));
        view.keep_total("Group", 1);
        view.keep_holders("Group", "displayname", "a", std::iter::once("a".into()));
        let found = (view.resource("a"), view.total("Group"), view.holders("Group", "displayname", "a"));
        [found.0.is_some(), found.1.is_some(), found.2.is_some()]
    };
    let before = view();
    let change = touched(&batch().resource(create("a", Vec::new())));
    let closed = cache.close(&change);
    assert_eq!((keep(before), keep(view())), ([false; 3], [false; 3]), "the commit is on its way");
    cache.open(&closed);
    assert_eq!(keep(before), [false; 3], "it was read before the commit");
    assert_eq!(keep(view()), [true; 3]);
    let closed = cache.close(&change);
    let found = [view().resource("a").is_some(), view().total("Group").is_some()];
    assert_eq!(found, [false; 2], "what it changes is dropped");
    assert!(view().holders("Group", "displayname", "a").is_some(), "it has no such key");
    cache.open(&closed);
    // The moment of a commit that is still dropping: this shard is done, others are not.
    let dropping = view();
    cache.shards.iter().for_each(|shard| lock(shard).seq += 1);
    assert!(dropping.holds());
    dropping.keep_resource(&stored("b", 1));
    assert_eq!(dropping.resource("b"), None);
}

/// The parts of a list go with its count, of which each reading stands for another list.
#[test]
fn a_part_is_found_in_its_own_list_alone() {
    let (cache, directory) = (Cache::new(1 << 20), directory());
    let view = || cache.view(&directory).unwrap();
    let before = view().keep_total("Group", 1);
    let keep = |list| view().keep_span(list, "Group", "skip 9 0", std::iter::once("a".into()), true);
    keep(before.list);
    let found = |list| view().span(list, "Group", "skip 9 0").map(|(ids, beyond)| (ids.len(), beyond));
    assert_eq!(found(view().total("Group").unwrap().list), Some((1, true)));
    assert_eq!(view().span(before.list, "User", "skip 9 0").map(drop), None);
    cache.open(&cache.close(&touched(&batch().resource(create("b", Vec::new())))));
    assert!(view().total("Group").is_none());
    let after = view().keep_total("Group", 2);
    assert_eq!(found(after.list), None);
    keep(after.list);
    assert_eq!((found(after.list), found(before.list)), (Some((1, true)), None));
}

#[test]
fn a_commit_drops_the_keys_that_come_and_go() {
    let key = |attribute: &str, value: &str| rollbook_protocol::Key::new(attribute, value, false);
    let write = |keys| ResourceWrite::Create {
        id: "u".into(),
        resource_type: "User".to_owned(),
        body: "{}".into(),
        keys,
        display: None,
        members: Vec::new(),
        attributes: Vec::new(),
    };
    let replace = ResourceWrite::Replace {
        id: "u".into(),
        body: "{ }".into(),
        keys: vec![key("username", "u"), key("displayname", "new")],
        display: None,
        members: Vec::new(),
        attributes: Vec::new(),
        expected: rollbook_store::Precondition::Any,
    };
    let delete = ResourceWrite::Delete { id: "u".into(), expected: rollbook_store::Precondition::Any };
    let (_scratch, connection) = crate::store::scratch();
    let db = Db::new(&connection);
    db.begin().unwrap();
    let touched = |write| {
        let touched = write::batch(db, &batch().resource(write)).unwrap().1.touched;
        let values = touched.keys().filter_map(|key| match key {
            Key::Holders(value) => Some(format!("{} {}", value.attribute, value.value)),
            _ => None,
        });
        values.collect::<Vec<_>>()
    };
    let create = write(vec![key("username", "u"), key("displayname", "old")]);
    assert_eq!(touched(create), ["displayname old", "username u"]);
    assert_eq!(touched(replace), ["displayname new", "displayname old"]);
    assert_eq!(touched(delete), ["displayname new", "username u"]);
}

#[test]
fn it_keeps_to_its_size_and_to_what_is_asked_for() {
    let cache = Cache::new(1 << 20);
    let ask = |n: usize| {
        let id = ResourceId::new(format!("u{n}"));
        cache.resource(&directory(), &id).map_err(|ticket| {
            cache.put(ticket, Entry::Resource(directory(), stored(id.as_str(), 1)));
        })
    };
    for n in 0..50_000 {
        let _ = ask(n);
        let _ = ask(n % 10);
    }
    let kept: usize = cache.shards.iter().map(|shard| lock(shard).len()).sum();
    assert!((300..1_000).contains(&kept), "{kept} of some 1.3 kB are in 1 MiB");
    assert!((0..10).all(|n| ask(n).is_ok()), "what is asked for again and again stays");
    let id = ResourceId::new("large");
    let large = Stored { body: Bytes::from(vec![0; 400_000]), ..stored("large", 1) };
    cache.put(cache.resource(&directory(), &id).unwrap_err(), Entry::Resource(directory(), large));
    assert!(cache.resource(&directory(), &id).is_err(), "one large one does not push out all others");
}

#[test]
fn none_keeps_nothing() {
    let cache = Cache::new(0);
    put(&cache, ticket(&cache), 1);
    assert_eq!(version(&cache), None);
    assert!(cache.token(&TokenHash::of("k")).is_err());
    cache.open(&cache.close(&replaced()));
}

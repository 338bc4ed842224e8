//! While one writes and others read: an answered write is never missed, and no page is of two states at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use rollbook_protocol::{ClientKind, Key, Predicate, Quirks};
use rollbook_sqlite::SqliteStore;
use rollbook_store::{Page, Precondition, Query, ResourceId, ResourceWrite, Resources, Start};

use crate::fixture::{batch, directory, open, user};

/// Two users who are always changed together, and one who is there in every second state.
const PAIR: [&str; 2] = ["a", "b"];

const STATES: u64 = 400;

#[derive(Debug)]
struct Clock {
    begun: AtomicU64,
    answered: AtomicU64,
}

/// The user of a state; `nick` is the same for both of the pair.
fn replace(id: &str, state: u64) -> ResourceWrite {
    let (name, nick) = (format!("{id}{state}"), format!("n{state}"));
    ResourceWrite::Replace {
        id: ResourceId::new(id),
        body: Bytes::from(format!(r#"{{"schemas":[],"userName":"{name}","displayName":"{nick}"}}"#)),
        keys: vec![Key::new("username", name, true), Key::new("displayname", nick, false)],
        display: None,
        members: Vec::new(),
        attributes: Vec::new(),
        expected: Precondition::Any,
    }
}

fn filtered(filter: &str) -> Query {
    let registry = rollbook_schema::Registry::standard().into();
    let (quirks, limits) = (Quirks::of(ClientKind::Generic), rollbook_filter::Limits::default());
    let predicate = Predicate::parse(filter, &limits, registry, "User", &quirks).unwrap();
    Query { predicate: Some(Arc::new(predicate)), ..Query::of("User", 10) }
}

/// The states that the users of a page were written in, as their nick names say.
fn states(page: &Page) -> Vec<u64> {
    let nick = |body: &[u8]| {
        let body = std::str::from_utf8(body).unwrap();
        body.split(r#""n"#).nth(1).and_then(|rest| rest.split('"').next()?.parse().ok())
    };
    page.items.iter().filter_map(|stored| nick(&stored.body)).collect()
}

/// Asks everything again and again until the last state is answered; answers how many of the answers were of a state
/// with no commit on its way.
async fn read(store: &SqliteStore, clock: &Clock) -> usize {
    let mut settled = 0;
    loop {
        let answered = clock.answered.load(Ordering::SeqCst);
        let by_name = filtered(&format!(r#"userName eq "a{answered}""#));
        let by_nick = filtered(&format!(r#"displayName eq "n{answered}""#));
        let coming = filtered(&format!(r#"userName eq "b{}""#, answered + 1));
        let list = Query { start: Start::First, ..Query::of("User", 5) };
        let by_name = store.query(&directory(), &by_name).await.unwrap();
        let by_nick = store.query(&directory(), &by_nick).await.unwrap();
        let coming = store.query(&directory(), &coming).await.unwrap();
        let list = store.query(&directory(), &list).await.unwrap();
        let single = store.get(&directory(), &"b".into()).await.unwrap().unwrap();
        let begun = clock.begun.load(Ordering::SeqCst);

        // What is found meets the filter, and was written together.
        for page in [&by_name, &by_nick] {
            assert!(states(page).iter().all(|state| *state == answered), "{page:?} at {answered}");
            assert_eq!(page.total, page.items.len() as u64);
        }
        assert!(matches!(by_nick.total, 0 | 2), "one without the other: {by_nick:?}");
        assert!(states(&coming).iter().all(|state| *state == answered + 1), "{coming:?} after {answered}");
        let [first, second] = states(&list)[..] else { panic!("{list:?}") };
        assert_eq!(first, second, "a list of two states");
        assert!((answered..=begun).contains(&first), "{first} is not of {answered} to {begun}");
        assert_eq!((list.total, list.items.len() as u64), (2 + first % 2, 2 + first % 2), "in {first}");
        assert!((answered..=begun).contains(&states(&Page { items: vec![single], ..Page::default() })[0]));
        // Answers that were not found are right only if a commit was begun.
        if begun == answered {
            assert_eq!((by_name.total, by_nick.total, coming.total), (1, 2, 0), "at {answered}");
            settled += 1;
        }
        if answered == STATES {
            return settled;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_never_miss_what_was_answered() {
    let scratch = tempfile::tempdir().unwrap();
    let store = Arc::new(open(&scratch.path().join("rollbook.db")));
    let mut founders = batch();
    founders.resources.extend(PAIR.map(user));
    founders.resources.extend(PAIR.map(|id| replace(id, 0)));
    store.commit(founders).await.unwrap();
    let clock = Arc::new(Clock { begun: AtomicU64::new(0), answered: AtomicU64::new(0) });
    let readers: Vec<_> = (0..3)
        .map(|_| {
            let (store, clock) = (Arc::clone(&store), Arc::clone(&clock));
            tokio::spawn(async move { read(&store, &clock).await })
        })
        .collect();
    for state in 1..=STATES {
        let mut change = batch();
        change.resources.extend(PAIR.map(|id| replace(id, state)));
        change.resources.push(if state % 2 == 1 {
            user("c")
        } else {
            ResourceWrite::Delete { id: "c".into(), expected: Precondition::Any }
        });
        clock.begun.store(state, Ordering::SeqCst);
        store.commit(change).await.unwrap();
        clock.answered.store(state, Ordering::SeqCst);
    }
    for reader in readers {
        assert!(reader.await.unwrap() > 0, "the last state at least was read when nothing was on its way");
    }
}

//! Torn writes: whatever part of the write-ahead log reached the disk, and whatever the rest of it holds, the database
//! opens to a state after one of the commits that were made, whole and sound (promise P1).

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rollbook_sqlite::Options;
use rollbook_sqlite::SqliteStore;
use rollbook_store::{Precondition, ResourceWrite, Resources};
use rusqlite::Connection;

use crate::check::keys;
use crate::fixture::{batch, directory, group, open, user};

/// The header of a write-ahead log, and of each frame of it (<https://sqlite.org/fileformat2.html#walformat>).
const HEADER: usize = 32;
const FRAME: usize = 24 + 4096;

/// Everything that a database holds, as text.
fn dump(path: &Path) -> String {
    let connection = Connection::open(path).unwrap();
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    let tables: Vec<String> = connection
        .prepare(tables)
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let mut text = String::new();
    for table in tables {
        let mut statement = connection
            .prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2"))
            .or_else(|_| connection.prepare(&format!("SELECT * FROM {table} ORDER BY 1")))
            .unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let row: Vec<_> =
                (0..columns).map(|column| format!("{:?}", row.get_ref(column).unwrap())).collect();
            text += &format!("{table}: {}\n", row.join(" "));
        }
    }
    text
}

/// Copies the database with a log of our own making, and opens the copy as a hub would.
fn reopened(main: &[u8], log: &[u8], folder: &Path, name: &str) -> String {
    let path = folder.join(format!("{name}.db"));
    fs::write(&path, main).unwrap();
    fs::write(folder.join(format!("{name}.db-wal")), log).unwrap();
    drop(open(&path));
    let state = dump(&path);
    for suffix in ["db", "db-wal", "db-shm"] {
        // Closing has removed some of them.
        let _ = fs::remove_file(folder.join(format!("{name}.{suffix}")));
    }
    state
}

#[tokio::test]
async fn a_log_that_is_cut_or_scrambled_anywhere_opens_to_the_state_after_a_commit() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("rollbook.db");
    let wal = path.with_extension("db-wal");
    drop(open(&path));
    let main = fs::read(&path).unwrap();
    let store = SqliteStore::open(&path, Options::default().group(1)).unwrap();
    // The states after each commit that was answered, and how long the log was then.
    let mut states = vec![(0, dump(&path))];
    for n in 0..8 {
        let (a, b, g) = (format!("a{n}"), format!("b{n}"), format!("g{n}"));
        let mut batch = batch().resource(user(&a)).resource(user(&b)).resource(group(&g, &[&a, &b]));
        if n % 5 == 4 {
            let id = format!("a{}", n - 2).as_str().into();
            batch = batch.resource(ResourceWrite::Delete { id, expected: Precondition::Any });
        }
        store.commit(batch).await.unwrap();
        states.push((fs::metadata(&wal).unwrap().len() as usize, dump(&path)));
    }
    let log = fs::read(&wal).unwrap();
    assert_eq!(
        fs::read(&path).unwrap(),
        main,
        "a checkpoint has moved pages, so that the log is not everything"
    );
    drop(store);
    let frames = (log.len() - HEADER) / FRAME;
    assert!(frames > 80, "{frames} frames");
    let place: BTreeMap<&str, usize> =
        states.iter().enumerate().map(|(n, (_, state))| (state.as_str(), n)).collect();
    assert_eq!(place.len(), states.len(), "each commit makes a state of its own");
    // The commits whose frames are whole, where the log is good up to here.
    let whole = |length: usize| states.iter().filter(|(end, _)| *end <= length).count() - 1;
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random
    };
    let mut seen = 0;
    for frame in 0..=frames {
        let start = HEADER + frame * FRAME;
        let check = |damaged: Vec<u8>, good: usize, how: &str| {
            let state = reopened(&main, &damaged, scratch.path(), "copy");
            let found = place.get(state.as_str());
            assert_eq!(
                found,
                Some(&whole(good)),
                "frame {frame}, {how}: the commits up to there, and no part of one"
            );
        };
        // Cut at the frame, within its header, and within its page.
        check(log[..start].to_vec(), start, "cut before it");
        if frame == frames {
            break;
        }
        let within = start + 1 + (next() as usize) % (FRAME - 1);
        check(log[..within].to_vec(), start, "cut within it");
        // A byte of it differs; it holds noise; it holds zeros, as a file that grew before its data came. What follows is
        // there, and does not count.
        let mut damaged = log.clone();
        // The page number to the checksum: the two numbers of the salt and the checksums too.
        let at = start + (next() as usize) % FRAME;
        damaged[at] ^= 1 << (next() % 8);
        check(damaged, start, "a bit differs");
        let mut damaged = log.clone();
        damaged[start..start + FRAME].fill_with(|| next() as u8);
        check(damaged, start, "noise");
        let mut damaged = log.clone();
        damaged[start..start + FRAME].fill(0);
        check(damaged, start, "zeros");
        // Frames came to the disk out of order: this one is missing, the next is in its place.
        let mut damaged = log.clone();
        damaged.drain(start..start + FRAME);
        if frame + 1 < frames {
            check(damaged, start, "missing");
        }
        seen += 1;
    }
    assert_eq!(seen, frames);
    // The header of the log itself.
    for at in 0..HEADER {
        let mut damaged = log.clone();
        damaged[at] ^= 0x10;
        let state = reopened(&main, &damaged, scratch.path(), "copy");
        assert!(
            [Some(&0), Some(&(states.len() - 1))].contains(&place.get(state.as_str())),
            "header byte {at}"
        );
    }
    // What is opened so is sound, and takes new commits.
    let cut = HEADER + FRAME * (frames / 2) + 100;
    let path = scratch.path().join("last.db");
    fs::write(&path, &main).unwrap();
    fs::write(scratch.path().join("last.db-wal"), &log[..cut]).unwrap();
    let store = open(&path);
    let last = store.last_seq(&directory()).await.unwrap();
    store.commit(batch().resource(user("after"))).await.unwrap();
    assert_eq!(store.last_seq(&directory()).await.unwrap(), last + 1);
    drop(store);
    let report = rollbook_sqlite::check(&path, &keys).unwrap();
    let wrong: Vec<_> =
        report.findings.iter().filter(|it| !it.sentence.contains("is not there, but open")).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

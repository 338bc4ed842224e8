//! The thread that writes: takes all commits that wait into one transaction, each in its own savepoint.

use std::sync::Arc;
use std::thread::JoinHandle;

use rollbook_store::{Batch, Committed, Leases, StoreError};
use rusqlite::Connection;
use tokio::sync::{oneshot, watch};

use crate::cache::Cache;
use crate::db::Db;
use crate::error::{Shared, unavailable};
use crate::queue::{Job, Queue};
use crate::write::{self, Effects};

type Answer = Result<Committed, StoreError>;
type Jobs = Queue<oneshot::Sender<Answer>>;

/// The way to the thread that writes.
#[derive(Debug)]
pub(crate) struct Writer {
    queue: Arc<Jobs>,
    thread: Option<JoinHandle<()>>,
    commits: watch::Receiver<u64>,
}

impl Writer {
    /// Starts the thread; it takes up to `group` commits at a time, and drops what they change from the cache.
    pub(crate) fn start(
        connection: Connection,
        group: usize,
        cache: Arc<Cache>,
        leases: Arc<Leases>,
    ) -> std::io::Result<Self> {
        let queue = Arc::new(Queue::new());
        let (done, commits) = watch::channel(0);
        let jobs = Arc::clone(&queue);
        let thread = std::thread::Builder::new()
            .name("rollbook-sqlite".to_owned())
            .spawn(move || work(&connection, &jobs, &done, group.max(1), &cache, &leases))?;
        Ok(Self { queue, thread: Some(thread), commits })
    }

    /// Hands a batch over and waits until it is durable. Dropping the future does not take the batch back.
    pub(crate) async fn commit(&self, batch: Batch) -> Answer {
        let (answer, committed) = oneshot::channel();
        self.queue.push(batch, answer).await.map_err(|_| stopped())?;
        committed.await.map_err(|_| stopped())?
    }

    pub(crate) fn commits(&self) -> watch::Receiver<u64> {
        self.commits.clone()
    }
}

impl Drop for Writer {
    /// Lets the thread finish what waits, close the database and end.
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that writes the database has panicked");
        }
    }
}

/// Closes the queue when the thread ends, however it ends: who comes then is told so, and who waits too.
#[derive(Debug)]
struct Ending<'q>(&'q Jobs);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.close();
        while !self.0.take(usize::MAX).is_empty() {}
    }
}

fn work(
    connection: &Connection,
    queue: &Jobs,
    done: &watch::Sender<u64>,
    group: usize,
    cache: &Cache,
    leases: &Leases,
) {
    let _ending = Ending(queue);
    loop {
        let jobs = queue.take(group);
        if jobs.is_empty() {
            return;
        }
        let in_tenure =
            |Job { batch, answer }: Job<oneshot::Sender<Answer>>| match leases.check(&batch.fences) {
                Ok(()) => Some((batch, answer)),
                Err(error) => {
                    let _ = answer.send(Err(error));
                    None
                }
            };
        let (batches, askers): (Vec<_>, Vec<_>) = jobs.into_iter().filter_map(in_tenure).unzip();
        let db = Db::new(connection);
        let mut answers = commit(db, &batches, cache);
        if batches.iter().any(write::erases)
            && let Err(error) = write::scrub(db)
        {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "what was erased is still in free pages"
            );
            let shared = Shared::new(error);
            let erasing = answers.iter_mut().zip(&batches).filter(|(_, batch)| write::erases(batch));
            erasing.for_each(|(answer, _)| *answer = Err(shared.error()));
        }
        if answers.iter().any(Result::is_ok) {
            done.send_modify(|count| *count = count.wrapping_add(1));
        }
        for (asker, answer) in askers.into_iter().zip(answers) {
            // Who has stopped waiting needs no answer.
            let _ = asker.send(answer);
        }
    }
}

/// Commits the batches together; one answer for each. A refused batch does not disturb the others.
fn commit(db: Db<'_>, batches: &[Batch], cache: &Cache) -> Vec<Answer> {
    match write_all(db, batches, cache) {
        Ok(answers) => answers,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a transaction failed");
            if let Err(error) = db.roll_back() {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "a transaction was not rolled back"
                );
            }
            let shared = Shared::new(error);
            batches.iter().map(|_| Err(shared.error())).collect()
        }
    }
}

/// An error here is everybody's: nothing of the transaction is durable.
fn write_all(db: Db<'_>, batches: &[Batch], cache: &Cache) -> Result<Vec<Answer>, StoreError> {
    db.begin()?;
    let mut answers = Vec::with_capacity(batches.len());
    let mut effects = Effects::default();
    if let [batch] = batches {
        // Alone in its transaction, it needs no savepoint.
        match write::batch(db, batch) {
            Ok((committed, own)) => {
                answers.push(Ok(committed));
                effects = own;
            }
            Err(error) => {
                db.roll_back()?;
                return Ok(vec![Err(error)]);
            }
        }
    } else {
        for batch in batches {
            let written = db.savepoint(|db| write::batch(db, batch))?;
            answers.push(written.map(|(committed, own)| {
                effects.append(own);
                committed
            }));
        }
    }
    effects.order.write(db)?;
    // From here on until the commit is made, nobody may find, or put in, what it changes.
    let closed = cache.close(&effects.touched);
    let committed = db.commit();
    cache.open(&closed);
    committed.map(|()| answers)
}

fn stopped() -> StoreError {
    unavailable("the store is closed", "the thread that writes has ended")
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use rollbook_store::{ResourceId, ResourceWrite};

    use super::*;
    use crate::{db, read};

    fn batch(id: &str, body: Vec<u8>) -> Batch {
        Batch::new("d".into(), DateTime::UNIX_EPOCH).resource(ResourceWrite::Create {
            id: ResourceId::new(id),
            resource_type: "User".to_owned(),
            body: body.into(),
            keys: Vec::new(),
            display: None,
            members: Vec::new(),
            attributes: Vec::new(),
        })
    }

    fn seqs(db: Db<'_>) -> Vec<u64> {
        let changes = read::resources::changes(db, 1, 0, usize::MAX).unwrap();
        changes.iter().map(|change| change.seq).collect()
    }

    #[test]
    fn a_refused_batch_leaves_no_gap_in_its_group() {
        let (_directory, connection) = crate::store::scratch();
        let db = Db::new(&connection);
        let batches = [batch("a", b"{}".into()), batch("a", b"{}".into()), batch("b", b"{}".into())];
        let answers = commit(db, &batches, &Cache::new(0));
        assert!(matches!(&answers[..], [Ok(_), Err(StoreError::Uniqueness { .. }), Ok(_)]), "{answers:?}");
        assert_eq!(seqs(db), [1, 2]);
    }

    #[test]
    fn a_full_disk_refuses_and_heals() {
        let (_directory, connection) = crate::store::scratch();
        let db = Db::new(&connection);
        let cache = Cache::new(0);
        assert!(commit(db, &[batch("a", b"{}".into())], &cache).iter().all(Result::is_ok));
        let pages = db::header(&connection, "page_count").unwrap();
        db::set_header(&connection, "max_page_count", pages + 20).unwrap();
        let full = [batch("b", b"{}".into()), batch("c", vec![b' '; 1_000_000])];
        let answers = commit(db, &full, &cache);
        let Some(Err(StoreError::Unavailable { reason, .. })) = answers.last() else { panic!("{answers:?}") };
        assert_eq!(reason, "the disk is full");
        let durable: Vec<_> = (2..).take(answers.iter().filter(|answer| answer.is_ok()).count()).collect();
        assert_eq!(seqs(db), [vec![1], durable].concat(), "what was answered well is there, and only that");
        db::set_header(&connection, "max_page_count", 1_000_000).unwrap();
        assert!(commit(db, &[batch("c", vec![b' '; 1_000_000])], &cache).iter().all(Result::is_ok));
    }
}

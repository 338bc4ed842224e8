//! The thread that writes: takes all commits that wait into one transaction, each in its own savepoint.

use std::thread::JoinHandle;

use rollbook_store::{Batch, Committed, StoreError};
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};

use crate::db::Db;
use crate::error::{Shared, unavailable};
use crate::write;

/// Commits that may wait before those who send them wait too.
const QUEUE: usize = 1024;

type Answer = Result<Committed, StoreError>;

#[derive(Debug)]
struct Job {
    batch: Batch,
    answer: oneshot::Sender<Answer>,
}

/// The way to the thread that writes.
#[derive(Debug)]
pub(crate) struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    commits: watch::Receiver<u64>,
}

impl Writer {
    /// Starts the thread; it takes up to `group` commits at a time.
    pub(crate) fn start(connection: Connection, group: usize) -> std::io::Result<Self> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let (done, commits) = watch::channel(0);
        let thread = std::thread::Builder::new()
            .name("rollbook-sqlite".to_owned())
            .spawn(move || work(&connection, queue, &done, group.max(1)))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread), commits })
    }

    /// Hands a batch over and waits until it is durable. Dropping the future does not take the batch back.
    pub(crate) async fn commit(&self, batch: Batch) -> Answer {
        let (answer, committed) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or_else(stopped)?;
        jobs.send(Job { batch, answer }).await.map_err(|_| stopped())?;
        committed.await.map_err(|_| stopped())?
    }

    pub(crate) fn commits(&self) -> watch::Receiver<u64> {
        self.commits.clone()
    }
}

impl Drop for Writer {
    /// Lets the thread finish what waits, close the database and end.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that writes the database has panicked");
        }
    }
}

fn work(connection: &Connection, mut queue: mpsc::Receiver<Job>, done: &watch::Sender<u64>, group: usize) {
    let mut jobs = Vec::new();
    while queue.blocking_recv_many(&mut jobs, group) > 0 {
        let (batches, askers): (Vec<_>, Vec<_>) = jobs.drain(..).map(|job| (job.batch, job.answer)).unzip();
        let answers = commit(Db::new(connection), &batches);
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
fn commit(db: Db<'_>, batches: &[Batch]) -> Vec<Answer> {
    match write_all(db, batches) {
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
fn write_all(db: Db<'_>, batches: &[Batch]) -> Result<Vec<Answer>, StoreError> {
    db.begin()?;
    let mut answers = Vec::with_capacity(batches.len());
    for batch in batches {
        answers.push(db.savepoint(|db| write::batch(db, batch))?);
    }
    db.commit()?;
    Ok(answers)
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
        let changes = read::resources::changes(db, &"d".into(), 0, usize::MAX).unwrap();
        changes.iter().map(|change| change.seq).collect()
    }

    #[test]
    fn a_refused_batch_leaves_no_gap_in_its_group() {
        let (_directory, connection) = crate::store::scratch();
        let db = Db::new(&connection);
        let batches = [batch("a", b"{}".into()), batch("a", b"{}".into()), batch("b", b"{}".into())];
        let answers = commit(db, &batches);
        assert!(matches!(&answers[..], [Ok(_), Err(StoreError::Uniqueness { .. }), Ok(_)]), "{answers:?}");
        assert_eq!(seqs(db), [1, 2]);
    }

    #[test]
    fn a_full_disk_refuses_and_heals() {
        let (_directory, connection) = crate::store::scratch();
        let db = Db::new(&connection);
        assert!(commit(db, &[batch("a", b"{}".into())]).iter().all(Result::is_ok));
        let pages = db::header(&connection, "page_count").unwrap();
        db::set_header(&connection, "max_page_count", pages + 20).unwrap();
        let full = [batch("b", b"{}".into()), batch("c", vec![b' '; 1_000_000])];
        let answers = commit(db, &full);
        let Some(Err(StoreError::Unavailable { reason, .. })) = answers.last() else { panic!("{answers:?}") };
        assert_eq!(reason, "the disk is full");
        let durable: Vec<_> = (2..).take(answers.iter().filter(|answer| answer.is_ok()).count()).collect();
        assert_eq!(seqs(db), [vec![1], durable].concat(), "what was answered well is there, and only that");
        db::set_header(&connection, "max_page_count", 1_000_000).unwrap();
        assert!(commit(db, &[batch("c", vec![b' '; 1_000_000])]).iter().all(Result::is_ok));
    }
}

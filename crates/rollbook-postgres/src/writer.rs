//! Commits: those of one directory that wait share a transaction, each in its own part of it.
//!
//! Transactions that were undone by the server (serialization, deadlock) are tried again. When the connection is lost
//! before the answer to COMMIT came, the mark that the transaction has written tells whether it was made durable.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rollbook_store::{Batch, Committed, DirectoryId, StoreError};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
use tokio_postgres::Config;

use crate::columns::millis;
use crate::error::{Fault, OpenError};
use crate::news::News;
use crate::options::Options;
use crate::pool::{Pool, Transaction};
use crate::text::plain;
use crate::write::{self, Counter};

/// Commits of a directory that may wait before those who send them wait too.
const QUEUE: usize = 1_024;

/// How long the task of a directory waits for more before it ends.
const IDLE: Duration = Duration::from_secs(10);

/// The waits between two tries while the server is away.
const PAUSE: Duration = Duration::from_millis(200);

/// How long marks of transactions are kept: longer than anybody waits for an answer.
const MARKS: chrono::TimeDelta = chrono::TimeDelta::hours(1);

type Answer = Result<Committed, StoreError>;

#[derive(Debug)]
struct Job {
    batch: Batch,
    answer: oneshot::Sender<Answer>,
}

/// The way to the tasks that write.
#[derive(Clone, Debug)]
pub(crate) struct Writer {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    pool: Pool,
    options: Options,
    commits: watch::Sender<u64>,
    news: News,
    queues: Mutex<HashMap<DirectoryId, mpsc::Sender<Job>>>,
}

impl Writer {
    pub(crate) fn new(pool: Pool, config: Config, options: Options) -> Result<Self, OpenError> {
        let commits = watch::Sender::new(0);
        let news = News::start(config, commits.clone())?;
        Ok(Self { shared: Arc::new(Shared { pool, options, commits, news, queues: Mutex::default() }) })
    }

    pub(crate) fn commits(&self) -> watch::Receiver<u64> {
        self.shared.commits.subscribe()
    }

    /// Commits a batch and waits until it is durable. Dropping the future does not take the batch back.
    pub(crate) async fn commit(&self, batch: Batch) -> Answer {
        if batch.resources.is_empty() {
            let shared = Arc::clone(&self.shared);
            let task = tokio::spawn(async move { shared.commit_alone(batch).await });
            return task.await.map_err(|_| stopped())?;
        }
        let Some(directory) = batch.directory.clone() else {
            return Err(StoreError::Backend("a batch with resources names its directory".into()));
        };
        let (answer, committed) = oneshot::channel();
        let mut job = Job { batch, answer };
        // A task that ends at this very moment gives the job back: the next one is asked.
        loop {
            let queue = self.shared.queue(&directory);
            match queue.send(job).await {
                Ok(()) => break,
                Err(mpsc::error::SendError(back)) => job = back,
            }
        }
        committed.await.map_err(|_| stopped())?
    }
}

impl Shared {
    /// The queue of a directory, whose task is started when there is none.
    fn queue(self: &Arc<Self>, directory: &DirectoryId) -> mpsc::Sender<Job> {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = queues.get(directory).filter(|queue| !queue.is_closed()) {
            return queue.clone();
        }
        let (queue, jobs) = mpsc::channel(QUEUE);
        queues.insert(directory.clone(), queue.clone());
        let (shared, directory) = (Arc::clone(self), directory.clone());
        tokio::spawn(async move { shared.work(directory, jobs).await });
        queue
    }

    async fn work(&self, directory: DirectoryId, mut queue: mpsc::Receiver<Job>) {
        let mut jobs = Vec::new();
        loop {
            let waiting = queue.recv_many(&mut jobs, self.options.group.max(1));
            match tokio::time::timeout(IDLE, waiting).await {
                Ok(0) => return,
                Ok(_) => self.commit_group(&directory, &mut jobs).await,
                Err(_) => {
                    // What was sent before the queue closed is still done; whoever comes later starts a new task.
                    queue.close();
                    self.tidy(&directory).await;
                }
            }
        }
    }

    async fn commit_group(&self, directory: &DirectoryId, jobs: &mut Vec<Job>) {
        let (batches, askers): (Vec<_>, Vec<_>) = jobs.drain(..).map(|job| (job.batch, job.answer)).unzip();
        let answers = self.commit_together(directory, &batches).await;
        if answers.iter().any(Result::is_ok) {
            self.tell();
            self.news.tell();
        }
        for (asker, answer) in askers.into_iter().zip(answers) {
            // Who has stopped waiting needs no answer.
            let _ = asker.send(answer);
        }
    }

    async fn commit_together(&self, directory: &DirectoryId, batches: &[Batch]) -> Vec<Answer> {
        let until = Instant::now() + self.options.patience;
        loop {
            // A mark for each try: of two tries, only one can have been made durable.
            let mark = uuid::Uuid::new_v4().to_string();
            let (fault, answers) = match self.try_together(directory, batches, &mark).await {
                Ok(answers) => return answers,
                Err(failed) => failed,
            };
            if let Some(answers) = answers {
                match self.was_committed(directory, &mark, until).await {
                    Ok(true) => return answers,
                    Ok(false) => {}
                    Err(unknown) => return refuse_all(unknown, batches.len()),
                }
            }
            if !(fault.is_conflict() || fault.is_lost()) || Instant::now() >= until {
                tracing::error!(?fault, "a transaction failed");
                return refuse_all(fault, batches.len());
            }
            tracing::debug!(?fault, "a transaction is tried again");
            if fault.is_lost() {
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// One transaction for all batches. On a failure nothing is durable, unless there are answers: then the failure
    /// was that of COMMIT, and only the mark tells.
    async fn try_together(
        &self,
        directory: &DirectoryId,
        batches: &[Batch],
        mark: &str,
    ) -> Result<Vec<Answer>, (Fault, Option<Vec<Answer>>)> {
        let (mut transaction, answers) =
            self.write_together(directory, batches, mark).await.map_err(|fault| (fault, None))?;
        match transaction.commit().await {
            Ok(()) => Ok(answers),
            Err(fault) => Err((fault, Some(answers))),
        }
    }

    async fn write_together(
        &self,
        directory: &DirectoryId,
        batches: &[Batch],
        mark: &str,
    ) -> Result<(Transaction, Vec<Answer>), Fault> {
        let transaction = Transaction::begin(&self.pool).await?;
        let db = transaction.db()?;
        let mut counter = Counter::lock(db, directory).await?;
        let mut answers = Vec::with_capacity(batches.len());
        for batch in batches {
            let before = counter.clone();
            db.begin_part().await?;
            match write::batch(db, Some(&mut counter), batch).await {
                Ok(committed) => {
                    db.keep_part().await?;
                    answers.push(Ok(committed));
                }
                // Refused by the contract: the others are not disturbed.
                Err(Fault::Store(error)) => {
                    db.undo_part().await?;
                    counter = before;
                    answers.push(Err(error));
                }
                Err(fault) => return Err(fault),
            }
        }
        if answers.iter().any(Result::is_ok) {
            counter.write(db).await?;
            let now = batches.iter().map(|batch| millis(batch.now)).max().unwrap_or_default();
            let note = "INSERT INTO commits (directory, id, at) VALUES ($1, $2, $3)";
            db.run(note, &[&plain(directory.as_str()), &mark, &now]).await?;
        }
        Ok((transaction, answers))
    }

    /// Whether the transaction of this mark is durable; asked until a server answers.
    async fn was_committed(
        &self,
        directory: &DirectoryId,
        mark: &str,
        until: Instant,
    ) -> Result<bool, Fault> {
        loop {
            match self.ask(directory, mark).await {
                Err(fault) if fault.is_lost() && Instant::now() < until => tokio::time::sleep(PAUSE).await,
                answer => return answer,
            }
        }
    }

    async fn ask(&self, directory: &DirectoryId, mark: &str) -> Result<bool, Fault> {
        let transaction = Transaction::begin(&self.pool).await?;
        let db = transaction.db()?;
        // Waits for a transaction of ours that the server has not noticed to be dead yet.
        let _ended = Counter::lock(db, directory).await?;
        let ask = "SELECT 1 FROM commits WHERE directory = $1 AND id = $2";
        let found = db.one(ask, &[&plain(directory.as_str()), &mark], |_| Ok(())).await?;
        let mut transaction = transaction;
        transaction.roll_back().await?;
        Ok(found.is_some())
    }

    /// A batch without resources: a transaction of its own. Its writes may be repeated, so that it needs no mark.
    async fn commit_alone(&self, batch: Batch) -> Answer {
        let until = Instant::now() + self.options.patience;
        loop {
            let fault = match self.try_alone(&batch).await {
                Ok(committed) => {
                    self.tell();
                    // What an engine writes in its tenure is of no interest to other nodes.
                    if batch.fences.is_empty() {
                        self.news.tell();
                    }
                    return Ok(committed);
                }
                Err(fault) => fault,
            };
            if !(fault.is_conflict() || fault.is_lost()) || Instant::now() >= until {
                return Err(fault.into());
            }
            if fault.is_lost() {
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    async fn try_alone(&self, batch: &Batch) -> Result<Committed, Fault> {
        let mut transaction = Transaction::begin(&self.pool).await?;
        match write::batch(transaction.db()?, None, batch).await {
            Ok(committed) => {
                transaction.commit().await?;
                Ok(committed)
            }
            Err(fault) => {
                if matches!(fault, Fault::Store(_)) {
                    transaction.roll_back().await?;
                }
                Err(fault)
            }
        }
    }

    fn tell(&self) {
        self.commits.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Removes old marks of a directory's transactions.
    async fn tidy(&self, directory: &DirectoryId) {
        let tidied = async {
            let connection = self.pool.get().await?;
            connection
                .db()?
                .run(
                    "DELETE FROM commits WHERE directory = $1 AND at < (
                         SELECT max(at) FROM commits WHERE directory = $1) - $2",
                    &[&plain(directory.as_str()), &MARKS.num_milliseconds()],
                )
                .await
        };
        if let Err(fault) = tidied.await {
            tracing::debug!(?fault, "old marks of transactions were not removed");
        }
    }
}

/// One failure for all who were to become durable together.
fn refuse_all(fault: Fault, count: usize) -> Vec<Answer> {
    let (reason, cause) = match StoreError::from(fault) {
        StoreError::Unavailable { reason, cause } => (reason, cause),
        error => ("the commit failed".to_owned(), error.into()),
    };
    let cause: Arc<dyn std::error::Error + Send + Sync> = cause.into();
    let refuse = |_| {
        let cause = SharedCause(Arc::clone(&cause)).into();
        Err(StoreError::Unavailable { reason: reason.clone(), cause })
    };
    (0..count).map(refuse).collect()
}

#[derive(Debug, thiserror::Error)]
#[error("the transaction that this commit shared with others failed: {0}")]
struct SharedCause(Arc<dyn std::error::Error + Send + Sync>);

fn stopped() -> StoreError {
    let reason = "the store is closed".to_owned();
    StoreError::Unavailable { reason, cause: "the task that writes has ended".into() }
}

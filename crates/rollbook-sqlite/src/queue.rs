//! The commits that wait to be written: a lane for each directory, served in turn.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rollbook_store::{Batch, DirectoryId, TargetId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Commits of one lane that may wait before those who send more of them wait too.
const ROOM: usize = 256;

/// Writes that one transaction takes on, so that a few large batches do not keep the others waiting for long.
const WRITES: usize = 2_048;

/// Whose commits wait behind each other.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Lane {
    Directory(DirectoryId),
    Target(TargetId),
    Other,
}

impl Lane {
    /// Deliveries name no directory, but the target that they belong to.
    fn of(batch: &Batch) -> Self {
        match (&batch.directory, batch.ledger.first()) {
            (Some(directory), _) => Self::Directory(directory.clone()),
            (None, Some(write)) => Self::Target(write.target().clone()),
            (None, None) => Self::Other,
        }
    }
}

/// A commit that waits.
#[derive(Debug)]
pub(crate) struct Job<A> {
    pub(crate) batch: Batch,
    pub(crate) answer: A,
}

/// The commits that wait.
#[derive(Debug)]
pub(crate) struct Queue<A> {
    state: Mutex<State<A>>,
    filled: Condvar,
}

#[derive(Debug)]
struct State<A> {
    lanes: BTreeMap<Lane, Waiting<A>>,
    /// The lanes that hold jobs, each once; the next to be served first.
    turns: VecDeque<Lane>,
    closed: bool,
}

#[derive(Debug)]
struct Waiting<A> {
    /// With the room that each takes up until it is taken.
    jobs: VecDeque<(Job<A>, OwnedSemaphorePermit)>,
    room: Arc<Semaphore>,
}

impl<A> Queue<A> {
    pub(crate) fn new() -> Self {
        let state = State { lanes: BTreeMap::new(), turns: VecDeque::new(), closed: false };
        Self { state: Mutex::new(state), filled: Condvar::new() }
    }

    /// Hands a commit over when its lane has room for it; gives it back when the queue is closed.
    pub(crate) async fn push(&self, batch: Batch, answer: A) -> Result<(), A> {
        let lane = Lane::of(&batch);
        let room = Arc::clone(&self.state().lane(&lane).room);
        let Ok(room) = room.acquire_owned().await else { return Err(answer) };
        let mut state = self.state();
        if state.closed {
            return Err(answer);
        }
        let waiting = state.lane(&lane);
        waiting.jobs.push_back((Job { batch, answer }, room));
        if waiting.jobs.len() == 1 {
            state.turns.push_back(lane);
        }
        drop(state);
        self.filled.notify_one();
        Ok(())
    }

    /// Waits for commits and takes up to `most` of them, one of each lane in turn; none when the queue is closed.
    pub(crate) fn take(&self, most: usize) -> Vec<Job<A>> {
        let mut state = self.state();
        while state.turns.is_empty() {
            if state.closed {
                return Vec::new();
            }
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let (mut jobs, mut writes) = (Vec::new(), 0);
        while jobs.len() < most
            && writes < WRITES
            && let Some(job) = state.next()
        {
            writes += job.batch.resources.len() + job.batch.ledger.len() + job.batch.settings.len();
            jobs.push(job);
        }
        jobs
    }

    /// Takes no more; what waits is still there to be taken.
    pub(crate) fn close(&self) {
        self.state().closed = true;
        self.filled.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State<A>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<A> State<A> {
    fn lane(&mut self, lane: &Lane) -> &mut Waiting<A> {
        self.lanes
            .entry(lane.clone())
            .or_insert_with(|| Waiting { jobs: VecDeque::new(), room: Arc::new(Semaphore::new(ROOM)) })
    }

    /// The first job of the lane whose turn it is; the lane goes to the end of the line.
    fn next(&mut self) -> Option<Job<A>> {
        let lane = self.turns.pop_front()?;
        let waiting = self.lanes.get_mut(&lane)?;
        let job = waiting.jobs.pop_front().map(|(job, _)| job);
        if !waiting.jobs.is_empty() {
            self.turns.push_back(lane);
        } else if Arc::strong_count(&waiting.room) == 1 {
            // Nobody waits for room in it, or is on the way to it.
            self.lanes.remove(&lane);
        }
        job
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    async fn push(queue: &Queue<u32>, directory: &str, number: u32) {
        queue.push(Batch::new(directory.into(), DateTime::UNIX_EPOCH), number).await.unwrap();
    }

    fn take(queue: &Queue<u32>, most: usize) -> Vec<u32> {
        queue.take(most).into_iter().map(|job| job.answer).collect()
    }

    #[tokio::test]
    async fn directories_take_turns() {
        let queue = Queue::new();
        for number in 0..5 {
            push(&queue, "flood", number).await;
        }
        push(&queue, "quiet", 10).await;
        assert_eq!(take(&queue, 2), [0, 10], "who floods does not go first with all");
        push(&queue, "quiet", 11).await;
        assert_eq!(take(&queue, 3), [1, 11, 2]);
        assert_eq!(take(&queue, 9), [3, 4], "each keeps its order");
        assert!(queue.state().lanes.is_empty(), "empty lanes go");
        queue.close();
        assert!(take(&queue, 9).is_empty());
        assert_eq!(queue.push(Batch::new("d".into(), DateTime::UNIX_EPOCH), 12).await, Err(12));
    }

    #[tokio::test]
    async fn a_full_lane_makes_its_own_directory_wait() {
        let queue = Queue::new();
        for number in 0..256 {
            push(&queue, "flood", number).await;
        }
        let more = push(&queue, "flood", 256);
        assert!(tokio::time::timeout(std::time::Duration::from_millis(20), more).await.is_err());
        push(&queue, "quiet", 1_000).await;
        assert_eq!(take(&queue, 2), [0, 1_000]);
        push(&queue, "flood", 257).await;
    }
}

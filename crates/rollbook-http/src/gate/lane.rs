//! Who is computed, who waits, and whose turn it is.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use rollbook_store::DirectoryId;
use tokio::sync::oneshot;

use super::Held;

/// How many requests of a directory pass one after the other without waiting; then the others' ready ones run first.
const BURST: u32 = 4;

/// A pause between two requests of a directory after which a burst begins anew.
const PAUSE: Duration = Duration::from_millis(10);

/// A directory whose last request is older than this does not count as active.
const ACTIVE: Duration = Duration::from_secs(60);

/// When there are more lanes than this, those that are not active are dropped.
const MANY: usize = 1_024;

/// One lane for each directory, and one for requests without good credentials.
#[derive(Debug)]
pub(super) struct Lanes {
    /// How many requests of a directory are computed at once when others are active.
    at_once: usize,
    lanes: HashMap<DirectoryId, Lane>,
    /// The lanes with waiting requests, in the order of their turns.
    round: VecDeque<DirectoryId>,
    /// The two directories that were active last, the last one first.
    recent: [Option<(DirectoryId, Instant)>; 2],
    is_turning: bool,
    /// How many turns there have been: each one ends all bursts.
    turns: u64,
}

#[derive(Debug)]
struct Lane {
    running: usize,
    /// Requests that passed without waiting since the turn with the number `turn`.
    burst: u32,
    turn: u64,
    /// When a request was last over.
    left: Instant,
    waiting: VecDeque<oneshot::Sender<Held>>,
}

/// How a request gets through the gate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Passage {
    /// At once: no other directory is active.
    Free,
    /// At once, and it takes a place.
    Counted,
    /// In its turn.
    Wait,
}

/// A waiting request whose turn has come.
pub(super) type Granted = (oneshot::Sender<Held>, DirectoryId);

impl Lanes {
    pub(super) fn new(at_once: usize) -> Self {
        Self {
            at_once: at_once.max(1),
            lanes: HashMap::new(),
            round: VecDeque::new(),
            recent: [None, None],
            is_turning: false,
            turns: 0,
        }
    }

    /// Whether a request may pass.
    pub(super) fn passage(&mut self, directory: &DirectoryId, now: Instant) -> Passage {
        if self.note(directory, now) {
            return Passage::Free;
        }
        let (at_once, turns) = (self.at_once, self.turns);
        let lane = self.lane(directory, now);
        if lane.turn != turns || (lane.running == 0 && now.duration_since(lane.left) >= PAUSE) {
            lane.turn = turns;
            lane.burst = 0;
        }
        let has_room = lane.waiting.is_empty() && lane.running < at_once && lane.burst < BURST;
        if !has_room {
            return Passage::Wait;
        }
        lane.running += 1;
        lane.burst += 1;
        Passage::Counted
    }

    /// Makes a request wait for its turn; tells whether turns have to be started.
    pub(super) fn wait(&mut self, directory: &DirectoryId, sender: oneshot::Sender<Held>) -> bool {
        let lane = self.lane(directory, Instant::now());
        lane.waiting.push_back(sender);
        if lane.waiting.len() == 1 {
            self.round.push_back(directory.clone());
        }
        !std::mem::replace(&mut self.is_turning, true)
    }

    /// One turn: a few waiting requests of each directory. `None` when nothing waits, which ends the turns.
    pub(super) fn turn(&mut self) -> Option<Vec<Granted>> {
        self.turns += 1;
        let mut granted = Vec::new();
        for _ in 0..self.round.len() {
            let Some(directory) = self.round.pop_front() else { break };
            let Some(lane) = self.lanes.get_mut(&directory) else { continue };
            while lane.running < self.at_once
                && let Some(sender) = lane.waiting.pop_front()
            {
                // One whose client has gone needs no place.
                if !sender.is_closed() {
                    lane.running += 1;
                    granted.push((sender, directory.clone()));
                }
            }
            if !lane.waiting.is_empty() {
                self.round.push_back(directory);
            }
        }
        if granted.is_empty() && self.round.is_empty() {
            self.is_turning = false;
            return None;
        }
        Some(granted)
    }

    /// Gives a place back; tells whether the turns should know.
    pub(super) fn leave(&mut self, directory: &DirectoryId) -> bool {
        let Some(lane) = self.lanes.get_mut(directory) else { return false };
        lane.running = lane.running.saturating_sub(1);
        lane.left = Instant::now();
        self.is_turning && !lane.waiting.is_empty()
    }

    /// Notes that a directory is active; tells whether it is the only one.
    fn note(&mut self, directory: &DirectoryId, now: Instant) -> bool {
        let [last, other] = &mut self.recent;
        match last {
            Some((known, at)) if known == directory => *at = now,
            _ => {
                *other = last.take();
                *last = Some((directory.clone(), now));
            }
        }
        other.as_ref().is_none_or(|(_, at)| now.duration_since(*at) >= ACTIVE)
    }

    fn lane(&mut self, directory: &DirectoryId, now: Instant) -> &mut Lane {
        if self.lanes.len() >= MANY && !self.lanes.contains_key(directory) {
            self.lanes.retain(|_, lane| {
                lane.running > 0 || !lane.waiting.is_empty() || now.duration_since(lane.left) < ACTIVE
            });
        }
        let turn = self.turns;
        self.lanes.entry(directory.clone()).or_insert_with(|| Lane {
            running: 0,
            burst: 0,
            turn,
            left: now,
            waiting: VecDeque::new(),
        })
    }
}

#[cfg(test)]
impl Lanes {
    pub(super) const fn is_turning(&self) -> bool {
        self.is_turning
    }

    pub(super) fn running(&self, directory: &DirectoryId) -> usize {
        self.lanes.get(directory).map_or(0, |lane| lane.running)
    }
}

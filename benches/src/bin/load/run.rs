//! The two loops. Closed: each connection sends its next request when the answer is there. Open: requests begin at a
//! fixed rate whether or not earlier ones are answered, and a latency counts from the intended beginning, so that a
//! stall is felt by all who would have come meanwhile.
//!
//! One thread polls all connections without sleeping: it has a core of its own, and no wake-up of the client is in
//! the latencies. `waited` tells how often it looked and found nothing: near zero, the client was the bottleneck.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::wire::Wire;

/// Makes the request of this number, into an empty buffer.
pub(crate) trait Requests: FnMut(u64, &mut Vec<u8>) {}
impl<F: FnMut(u64, &mut Vec<u8>)> Requests for F {}

/// What one window saw.
#[derive(Clone, Debug, Default)]
pub(crate) struct Window {
    /// Answers in the window.
    pub(crate) answers: u64,
    /// Answers of another status than the one that is expected, and connections that broke.
    pub(crate) failures: u64,
    /// What the first failure was.
    pub(crate) first_failure: String,
    /// How long the window was.
    pub(crate) elapsed: Duration,
    /// Nanoseconds from the (intended) beginning to the end of the answer; sorted.
    pub(crate) latencies: Vec<u64>,
    /// The share of sweeps over the connections that found nothing to do.
    pub(crate) waited: f64,
}

impl Window {
    pub(crate) fn rate(&self) -> f64 {
        self.answers as f64 / self.elapsed.as_secs_f64()
    }

    /// The latency in microseconds that a share of all is not above.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let rank = (self.latencies.len() as f64 * share).ceil() as usize;
        let at = rank.clamp(1, self.latencies.len().max(1)) - 1;
        self.latencies.get(at).map_or(f64::NAN, |nanos| *nanos as f64 / 1_000.0)
    }
}

/// When a loop ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    /// When the time is over.
    After(Duration),
    /// When so many are answered.
    Answers(u64),
}

/// How requests begin.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pace {
    /// As soon as a connection is free.
    Closed,
    /// So many a second.
    Open(f64),
}

/// A stream of requests of one kind, over connections of its own.
pub(crate) struct Load<'l> {
    wires: Vec<Wire>,
    /// The (intended) beginning of the request that is under way.
    under_way: Vec<Option<Instant>>,
    pace: Pace,
    expected: &'l [u16],
    requests: Box<dyn Requests + 'l>,
    sent: u64,
    /// Numbers go on from window to window, the schedule of an open loop begins anew.
    scheduled: u64,
    buffer: Vec<u8>,
    window: Window,
}

impl<'l> Load<'l> {
    pub(crate) fn new(
        address: SocketAddr,
        connections: usize,
        pace: Pace,
        expected: &'l [u16],
        requests: impl Requests + 'l,
    ) -> Self {
        let wires: Vec<_> =
            (0..connections).map(|_| Wire::open(address).expect("the server accepts")).collect();
        Self {
            under_way: vec![None; wires.len()],
            wires,
            pace,
            expected,
            requests: Box::new(requests),
            sent: 0,
            scheduled: 0,
            buffer: Vec::new(),
            window: Window::default(),
        }
    }

    /// How many requests were sent in all windows.
    pub(crate) const fn sent(&self) -> u64 {
        self.sent
    }

    /// Runs a window; requests under way at its end are waited for and not counted.
    pub(crate) fn run(&mut self, end: End) -> Window {
        run_together(&mut [self], end).pop().expect("one load")
    }

    /// When the next request may begin; `None` when no connection is free or it is not time yet.
    fn due(&self, begun: Instant, now: Instant) -> Option<Instant> {
        match self.pace {
            Pace::Closed => Some(now),
            Pace::Open(rate) => {
                let at = begun + Duration::from_secs_f64(self.scheduled as f64 / rate);
                (at <= now).then_some(at)
            }
        }
    }

    /// Looks at all connections; whether there was anything to do.
    fn sweep(&mut self, begun: Instant, sends: bool) -> bool {
        let mut busy = false;
        for at in 0..self.wires.len() {
            busy |= self.look(at, begun, sends);
        }
        busy
    }

    /// Ends what is answered on a connection and begins what is due; whether there was anything to do.
    fn look(&mut self, at: usize, begun: Instant, sends: bool) -> bool {
        let mut busy = false;
        if let Some(start) = self.under_way[at] {
            match self.wires[at].poll() {
                Ok(None) => return false,
                Ok(Some(status)) => self.note(start, status),
                Err(error) => {
                    self.fail(&error.to_string());
                    self.wires[at] = Wire::open(self.wires[at].address()).expect("the server accepts");
                }
            }
            self.under_way[at] = None;
            busy = true;
        }
        let start = if sends { self.due(begun, Instant::now()) } else { None };
        let Some(start) = start else { return busy };
        self.buffer.clear();
        (self.requests)(self.sent, &mut self.buffer);
        self.sent += 1;
        self.scheduled += 1;
        match self.wires[at].send(&self.buffer) {
            Ok(()) => self.under_way[at] = Some(start),
            Err(error) => self.fail(&error.to_string()),
        }
        true
    }

    fn note(&mut self, start: Instant, status: u16) {
        if self.expected.contains(&status) {
            let nanos = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
            self.window.latencies.push(nanos);
            self.window.answers += 1;
        } else {
            self.fail(&format!("status {status}"));
        }
    }

    fn fail(&mut self, what: &str) {
        if self.window.failures == 0 {
            what.clone_into(&mut self.window.first_failure);
        }
        self.window.failures += 1;
    }
}

/// Runs loads side by side in one window; the first one is looked at after each connection of the others, so that its
/// latencies are the server's, not this client's.
pub(crate) fn run_together(loads: &mut [&mut Load<'_>], end: End) -> Vec<Window> {
    let begun = Instant::now();
    let (mut sweeps, mut idle) = (0_u64, 0_u64);
    for load in loads.iter_mut() {
        load.scheduled = 0;
    }
    loop {
        let over = match end {
            End::After(time) => begun.elapsed() >= time,
            End::Answers(count) => loads[0].window.answers + loads[0].window.failures >= count,
        };
        if over {
            break;
        }
        let mut busy = loads[0].sweep(begun, true);
        for other in 1..loads.len() {
            for at in 0..loads[other].wires.len() {
                busy |= loads[other].look(at, begun, true) | loads[0].sweep(begun, true);
            }
        }
        sweeps += 1;
        if !busy {
            idle += 1;
            std::hint::spin_loop();
        }
    }
    let elapsed = begun.elapsed();
    let windows = loads.iter_mut().map(|load| std::mem::take(&mut load.window));
    let mut windows: Vec<Window> = windows.collect();
    for window in &mut windows {
        window.elapsed = elapsed;
        window.waited = idle as f64 / (sweeps.max(1)) as f64;
        window.latencies.sort_unstable();
    }
    // What is under way is answered before anybody looks at another server.
    let patience = Instant::now();
    for load in loads.iter_mut() {
        while load.under_way.iter().any(Option::is_some) && patience.elapsed() < Duration::from_secs(30) {
            load.sweep(begun, false);
        }
        load.window = Window::default();
    }
    windows
}

//! One input and what it may cost.

use std::fmt;
use std::time::{Duration, Instant};

/// What every input may take, whatever its size.
const FIXED: Duration = Duration::from_millis(10);

/// What the work may cost in proportion to the bytes of the input.
#[derive(Clone, Copy)]
pub(crate) struct Bound {
    /// Milliseconds for each MiB, beside the ten that every input has.
    pub(crate) per_mib: u32,
    /// Bytes of the heap for each byte of the input, beside 64 KiB.
    pub(crate) heap: u64,
}

/// Filters, paths, headers, tokens: short texts, ten milliseconds.
pub(crate) const TEXT: Bound = Bound { per_mib: 0, heap: 96 };

/// Reading a body.
pub(crate) const BODY: Bound = Bound { per_mib: 200, heap: 64 };

/// What comes after reading: checks, PATCH, projection, plans; the bytes are those of the body that was read.
pub(crate) const WORK: Bound = Bound { per_mib: 400, heap: 96 };

/// What makes an input and gives the work that is measured; dropping what comes of it is measured too.
type Make<'w> = Box<dyn Fn() -> Prepared<'w> + 'w>;

/// An input that is ready.
pub(crate) struct Prepared<'w> {
    bytes: usize,
    work: Box<dyn FnOnce() -> String + 'w>,
}

impl<'w> Prepared<'w> {
    /// Takes the bytes of the input and the work, which returns a word on its outcome.
    pub(crate) fn new(bytes: usize, work: impl FnOnce() -> String + 'w) -> Self {
        Self { bytes, work: Box::new(work) }
    }
}

/// A worst input.
pub(crate) struct Case<'w> {
    name: String,
    bound: Bound,
    make: Make<'w>,
}

impl<'w> Case<'w> {
    pub(crate) fn new(name: impl Into<String>, bound: Bound, make: impl Fn() -> Prepared<'w> + 'w) -> Self {
        Self { name: name.into(), bound, make: Box::new(make) }
    }

    pub(crate) fn is_chosen(&self, words: &[String]) -> bool {
        words.is_empty() || words.iter().any(|word| self.name.contains(word.as_str()))
    }

    /// Measures the shortest of three runs, and of up to 20 while they are short; the heap of one more.
    pub(crate) fn measure(&self) -> Outcome<'_> {
        let (mut best, mut all) = (Duration::MAX, Duration::ZERO);
        for run in 0..5 {
            let Prepared { work, .. } = (self.make)();
            let took = timed(work);
            best = best.min(took);
            all += took;
            if run >= 2 || all > Duration::from_secs(1) {
                break;
            }
        }
        let Prepared { work, bytes } = (self.make)();
        let mut word = String::new();
        let heap = allocation_counter::measure(|| {
            let said = work();
            allocation_counter::opt_out(|| word = said.clone());
        });
        Outcome { name: &self.name, bound: self.bound, bytes, took: best, heap: heap.bytes_max, word }
    }
}

/// Returns the time that some work takes: by the clock where it is short, since the system counts the time of a
/// processor in steps of some milliseconds, else on a processor.
fn timed(work: Box<dyn FnOnce() -> String + '_>) -> Duration {
    let (clock, start) = (Instant::now(), processor_time());
    drop(work());
    let (took, busy) = (clock.elapsed(), processor_time().saturating_sub(start));
    if took < Duration::from_millis(40) { took } else { busy }
}

/// Returns the time that the thread has been running on a processor, which other processes do not change; the wall
/// clock where the system does not tell.
fn processor_time() -> Duration {
    static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split(' ').next().and_then(|nanos| nanos.parse().ok());
    nanos.map_or_else(|| START.elapsed(), Duration::from_nanos)
}

/// What an input took.
pub(crate) struct Outcome<'c> {
    name: &'c str,
    bound: Bound,
    bytes: usize,
    took: Duration,
    heap: u64,
    word: String,
}

impl Outcome<'_> {
    fn time_bound(&self) -> Duration {
        let share = self.bytes as f64 / f64::from(1024 * 1024);
        FIXED + Duration::from_millis(u64::from(self.bound.per_mib)).mul_f64(share)
    }

    fn heap_bound(&self) -> u64 {
        64 * 1024 + self.bound.heap * self.bytes as u64
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.took > self.time_bound() || self.heap > self.heap_bound()
    }
}

impl fmt::Display for Outcome<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = |time: Duration| time.as_secs_f64() * 1e3;
        let times = self.heap as f64 / self.bytes as f64;
        write!(
            f,
            "{:<52} {:>10} {:>10.3} {:>10.1} {:>8.1}x {:>6}x  {}{}",
            self.name,
            self.bytes,
            millis(self.took),
            millis(self.time_bound()),
            times,
            self.bound.heap,
            self.word.chars().take(60).collect::<String>(),
            if self.is_broken() { "  BROKEN" } else { "" }
        )
    }
}

//! The waits.

use std::time::Duration;

use rollbook_provision::Policy;

const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

#[test]
fn the_schedule_grows_and_then_repeats() {
    let policy = Policy { jitter_percent: 0, ..Policy::default() };
    let waits: Vec<u64> = (1..=12).map(|attempts| policy.retry_wait(attempts, None, 0).as_secs()).collect();
    assert_eq!(waits, [0, 5, 30, 120, 600, 1_800, 3_600, 10_800, 21_600, 43_200, 43_200, 43_200]);
}

#[test]
fn jitter_is_a_fifth_either_way() {
    let policy = Policy::default();
    for (dice, wait) in [(0, 24.0), (255, 36.0)] {
        let found = policy.retry_wait(3, None, dice).as_secs_f64();
        assert!((found - wait).abs() < 0.01, "{dice}: {found}");
    }
    for dice in 0..=u8::MAX {
        let found = policy.retry_wait(3, None, dice);
        assert!((seconds(24)..=seconds(36)).contains(&found), "{dice}: {found:?}");
    }
}

#[test]
fn retry_after_wins_when_it_is_longer_and_has_a_cap() {
    let policy = Policy { jitter_percent: 0, ..Policy::default() };
    for (asked, wait) in [(1, 30), (31, 31), (3_600, 3_600), (1_000_000, 86_400)] {
        assert_eq!(policy.retry_wait(3, Some(seconds(asked)), 0), seconds(wait));
    }
}

#[test]
fn probes_and_pauses() {
    let policy = Policy::default();
    let probes: Vec<u64> = (1..=6).map(|failed| policy.probe_wait(failed).as_secs()).collect();
    assert_eq!(probes, [5, 15, 30, 60, 60, 60]);
    let mut pause = Duration::ZERO;
    let mut pauses = Vec::new();
    for _ in 0..11 {
        pause = policy.throttle_wait(pause, None);
        pauses.push(pause.as_secs());
    }
    assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    assert_eq!(policy.throttle_wait(seconds(4), Some(seconds(600))), seconds(600));
    assert_eq!(policy.throttle_wait(seconds(4), Some(seconds(2))), seconds(8));
}

#[test]
fn an_empty_schedule_waits_not_at_all() {
    let policy = Policy { retry: Vec::new(), probes: Vec::new(), ..Policy::default() };
    assert_eq!((policy.retry_wait(0, None, 9), policy.probe_wait(3)), (Duration::ZERO, Duration::ZERO));
}

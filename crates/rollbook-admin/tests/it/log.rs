//! What the log says once a day, on a time that the test moves.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::watch;
use tracing_subscriber::fmt::MakeWriter;

use super::Hub;

/// Collects what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// The lines since the last call.
    fn lines(&self) -> Vec<String> {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap());
        String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Lets a time pass on the clock and for the timers, and the tasks that wait for it run.
async fn pass(hub: &Hub, time: TimeDelta) {
    hub.clock.pass(time);
    tokio::time::sleep(time.to_std().unwrap() + Duration::from_millis(1)).await;
}

#[tokio::test(start_paused = true)]
async fn what_expires_within_fourteen_days_is_logged_once_a_day() {
    let log = Log::default();
    let subscriber =
        tracing_subscriber::fmt().with_ansi(false).without_time().with_writer(log.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let hub = Hub::with_acme().await;
    let made = hub.made("directories/acme/tokens", r#"{"lifetime_minutes": 43200}"#).await;
    let token = made["token"].as_str().unwrap();
    let shown: String = token.chars().take(7).collect();
    let (stop, stopped) = watch::channel(false);
    let admin = hub.admin.clone();
    log.lines();
    let task = tokio::spawn(async move { admin.warn_daily(stopped).await });

    // Thirty days of life: nothing is said on the days 0 to 15.
    for day in 0..16 {
        pass(&hub, TimeDelta::days(i64::from(day != 0))).await;
        assert_eq!(log.lines(), Vec::<String>::new(), "day {day}");
    }
    // Then one line a day, also where the day is asked about often.
    for left in ["14 days", "13 days"] {
        pass(&hub, TimeDelta::days(1)).await;
        let lines = log.lines();
        let [line] = lines.as_slice() else { panic!("{left}: {lines:?}") };
        let told = format!("The token `{shown}…` of `acme` expires in {left}, on 2026-12-22 10:00 UTC. ");
        let next = format!("`rollbook token rotate acme {shown}` makes the next one;");
        for wanted in ["WARN", "directory=\"acme\"", &told, &next] {
            assert!(line.contains(wanted), "`{wanted}` is not in `{line}`");
        }
        assert!(!line.contains(token), "the token itself: {line}");
        pass(&hub, TimeDelta::zero()).await;
        assert_eq!(log.lines(), Vec::<String>::new(), "twice within a day");
    }
    // A rotation ends it; when the next one runs out too, that is said.
    hub.made("directories/acme/tokens/rotate", "{}").await;
    log.lines();
    pass(&hub, TimeDelta::days(1)).await;
    assert_eq!(log.lines(), Vec::<String>::new());
    pass(&hub, TimeDelta::days(4_000)).await;
    assert!(log.lines().iter().any(|line| line.contains("No token of `acme` is good any more")));

    stop.send_replace(true);
    task.await.unwrap();
    pass(&hub, TimeDelta::days(2)).await;
    assert_eq!(log.lines(), Vec::<String>::new(), "it has ended");
}

//! Figures: quantiles, and the table at the end.

use std::fmt::Write;
use std::time::Duration;

/// One line of the table.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) seen: String,
    pub(crate) goal: &'static str,
}

/// The value that a share of all values is not above; the values are sorted by this.
pub(crate) fn quantile(values: &mut [Duration], share: f64) -> Duration {
    assert!(!values.is_empty(), "nothing was measured");
    values.sort_unstable();
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a rank"
    )]
    let rank = (values.len() as f64 * share).ceil() as usize;
    values[rank.clamp(1, values.len()) - 1]
}

/// A time in milliseconds with two digits after the point.
pub(crate) fn millis(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1_000.0)
}

/// The table, as Markdown.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut out = "| what | seen | goal |\n|---|---|---|\n".to_owned();
    for Row { what, seen, goal } in rows {
        writeln!(out, "| {what} | {seen} | {goal} |").expect("a string takes everything");
    }
    out
}

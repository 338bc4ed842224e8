//! Keys that hold numbers.

use std::ops::RangeInclusive;

use rollbook_admin::DeliveryLogKeeps;
use rollbook_http::HttpLimits;

use super::RequestLogKeeps;
use super::values::Values;
use crate::error::ServerError;

/// How many rows of the inbound request log are kept for each directory when nobody says.
const REQUEST_LOG_ROWS: usize = 10_000;

/// For how many days.
const REQUEST_LOG_DAYS: u32 = 30;

/// How many connections to PostgreSQL there may be when nobody says.
const CONNECTIONS: usize = 16;

/// The most connections to PostgreSQL.
pub(super) fn connections(values: &Values) -> Result<usize, ServerError> {
    Ok(number(values, "database_connections", 2..=1_000)?.unwrap_or(CONNECTIONS))
}

/// The limits of the SCIM service.
pub(super) fn limits(values: &Values) -> Result<HttpLimits, ServerError> {
    let mut limits = HttpLimits::default();
    set(&mut limits.json.max_bytes, bytes(values, "max_body", 1_024..=1_073_741_824)?);
    set(&mut limits.json.max_depth, number(values, "max_depth", 4..=256)?);
    set(&mut limits.filter.max_length, number(values, "max_filter", 16..=1_000_000)?);
    set(&mut limits.filter.max_terms, number(values, "max_terms", 1..=10_000)?);
    set(&mut limits.max_page, number(values, "max_page", 1..=10_000)?);
    limits.default_page = limits.default_page.min(limits.max_page);
    set(&mut limits.default_page, number(values, "page", 1..=limits.max_page)?);
    set(&mut limits.max_bulk_operations, number(values, "max_bulk", 1..=100_000)?);
    Ok(limits)
}

/// How much of the inbound request log is kept.
pub(super) fn request_log(values: &Values) -> Result<RequestLogKeeps, ServerError> {
    let rows = number(values, "request_log_rows", 0..=10_000_000)?.unwrap_or(REQUEST_LOG_ROWS);
    let days = number(values, "request_log_days", 1..=3_650)?;
    let days = days.and_then(|days| u32::try_from(days).ok()).unwrap_or(REQUEST_LOG_DAYS);
    Ok(RequestLogKeeps { rows, days })
}

/// How much of the delivery log of each target is kept.
pub(super) fn delivery_log(values: &Values) -> Result<DeliveryLogKeeps, ServerError> {
    let mut keeps = DeliveryLogKeeps::default();
    set(&mut keeps.rows, number(values, "delivery_log_rows", 0..=100_000_000)?);
    let days = number(values, "delivery_log_days", 1..=3_650)?;
    set(&mut keeps.days, days.and_then(|days| u32::try_from(days).ok()));
    Ok(keeps)
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

fn number(values: &Values, key: &str, range: RangeInclusive<usize>) -> Result<Option<usize>, ServerError> {
    let Some(text) = values.text(key) else { return Ok(None) };
    let number = text.trim().parse().map_err(|_| values.wrong(key, format!("`{text}` is not a number")))?;
    within(values, key, number, range).map(Some)
}

/// A number of bytes: `65536`, `64KiB`, `16MiB`.
fn bytes(values: &Values, key: &str, range: RangeInclusive<usize>) -> Result<Option<usize>, ServerError> {
    let Some(text) = values.text(key) else { return Ok(None) };
    let trimmed = text.trim();
    let (digits, unit) = match (trimmed.strip_suffix("KiB"), trimmed.strip_suffix("MiB")) {
        (Some(digits), _) => (digits, 1_024),
        (_, Some(digits)) => (digits, 1_024 * 1_024),
        (None, None) => (trimmed, 1),
    };
    let number = digits.trim().parse().ok().and_then(|number: usize| number.checked_mul(unit));
    let number = number
        .ok_or_else(|| values.wrong(key, format!("`{text}` is not a number of bytes such as 16MiB")))?;
    within(values, key, number, range).map(Some)
}

fn within(
    values: &Values,
    key: &str,
    number: usize,
    range: RangeInclusive<usize>,
) -> Result<usize, ServerError> {
    if range.contains(&number) {
        return Ok(number);
    }
    Err(values.wrong(key, format!("must be {} to {}", range.start(), range.end())))
}

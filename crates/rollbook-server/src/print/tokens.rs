//! Tokens, for people.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use rollbook_admin::{TokenRecordView, TokenState, TokenView};
use rollbook_store::{Environment, SystemEnvironment};

use super::{minute, table};

pub(crate) fn token(token: &TokenView) -> String {
    let mut out = format!(
        "Token for `{}`, good until {} UTC. It is shown only now:\n  {}\nSCIM address:\n  {}",
        token.directory,
        minute(token.expires),
        token.token,
        token.scim_url
    );
    if let Some(until) = token.previous_until {
        let _ = match until > SystemEnvironment.now() {
            true => write!(
                out,
                "\nThe token before it is good until {} UTC: paste the new one until then.",
                minute(until)
            ),
            false => write!(out, "\nThe token before it is good no more: paste the new one now."),
        };
    }
    out
}

pub(crate) fn tokens(all: &Vec<TokenRecordView>) -> String {
    if all.is_empty() {
        return "No token yet: rollbook token create DIRECTORY makes one.".to_owned();
    }
    let now = SystemEnvironment.now();
    let mut table = table(&["token", "label", "scope", "created", "expires", "last use", "state"]);
    for it in all {
        table.add_row([
            format!("{}…", it.prefix),
            it.client.as_ref().map_or_else(|| it.label.clone(), |client| format!("of the client {client}")),
            it.scope.as_str().to_owned(),
            minute(it.created),
            minute(it.expires),
            it.last_used.map_or_else(|| "never".to_owned(), minute),
            state(it, now),
        ]);
    }
    table.to_string()
}

pub(crate) fn token_revoked(token: &TokenRecordView) -> String {
    format!("The token `{}…` is revoked: it opens nothing any more.", token.prefix)
}

/// `live`, `expires in 3 days`, `previous, until …`, `expired`.
fn state(token: &TokenRecordView, now: DateTime<Utc>) -> String {
    match token.state {
        TokenState::Previous => format!("previous, until {}", minute(token.expires)),
        TokenState::Expired => "expired".to_owned(),
        _ => match token.expires - now {
            left if left.num_days() > 14 => "live".to_owned(),
            left if left.num_days() > 0 => format!("live, expires in {}", count(left.num_days(), "day")),
            left if left.num_hours() > 0 => format!("live, expires in {}", count(left.num_hours(), "hour")),
            left => format!("live, expires in {}", count(left.num_minutes(), "minute")),
        },
    }
}

fn count(number: i64, unit: &str) -> String {
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

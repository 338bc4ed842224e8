//! What the tests share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use chrono::{DateTime, Utc};
use rollbook_connectors::{AddressPolicy, HttpClient, HttpLimits, Profile, ScimClient, ScimConnector};
use rollbook_provision::Desired;
use rollbook_schema::{JsonLimits, Registry, Resource, Value, parse_value};
use rollbook_standins::{Habits, Standin};
use rollbook_store::{Environment, Secret};

/// A token that must never be seen outside the `Authorization` field.
pub(crate) const TOKEN: &str = "canary-3f9d1c7e5b";

/// An environment in which it is always the same time, and whose random bytes are counted.
#[derive(Debug, Default)]
pub(crate) struct Fixed(AtomicU8);

impl Environment for Fixed {
    fn now(&self) -> DateTime<Utc> {
        now()
    }

    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

pub(crate) fn now() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

pub(crate) fn http() -> HttpClient {
    HttpClient::new(AddressPolicy::loopback(), HttpLimits::default())
}

pub(crate) fn client(url: &str) -> ScimClient {
    ScimClient::new(http(), url, Some(&Secret::new(TOKEN))).unwrap()
}

/// A connector with a profile as a target would give it.
pub(crate) fn connector(url: &str, profile: &str) -> ScimConnector {
    let profile = Profile::parse(profile.as_bytes()).unwrap();
    ScimConnector::new(&http(), url, Some(Secret::new(TOKEN)), profile, Arc::new(Fixed::default())).unwrap()
}

pub(crate) async fn standin(habits: Habits) -> Standin {
    Standin::start(habits, TOKEN).await.unwrap()
}

/// Both kinds of service that must be got on with.
pub(crate) fn tolerant_and_strict() -> [Habits; 2] {
    [Habits::default(), Habits { strict: true, ..Habits::default() }]
}

pub(crate) fn value(json: &str) -> Value {
    parse_value(json.as_bytes(), &JsonLimits::default()).unwrap()
}

pub(crate) fn resource(json: &str) -> Resource {
    Resource::from_slice(json.as_bytes(), &JsonLimits::default(), &Registry::standard()).unwrap()
}

pub(crate) fn user(json: &str) -> Desired {
    Desired { resource: "r1".into(), resource_type: "User".into(), attributes: resource(json) }
}

pub(crate) fn group(json: &str) -> Desired {
    Desired { resource: "r2".into(), resource_type: "Group".into(), attributes: resource(json) }
}

/// A user with little to it.
pub(crate) fn ann() -> Desired {
    user(r#"{"externalId":"x-ann","userName":"ann@example.org","displayName":"Ann","active":true}"#)
}

pub(crate) fn strings(items: &[&str]) -> Vec<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

//! A service over an in-memory store with a user and a group, on a clock that stands still.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ::http::{HeaderMap, Request, StatusCode};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http_body_util::{BodyExt, Full};
use rollbook_http::{Principal, Service, TokenAuthenticator};
use rollbook_protocol::{ClientKind, Member, MemberEdit, display_of, keys};
use rollbook_store::{
    Batch, DirectoryId, Environment, MemoryStore, ResourceId, ResourceWrite, Resources, Secret,
};
use tokio::runtime::{Builder, Runtime};

use crate::oracle::fixtures::{FIXTURES, registry, type_ref};

/// The token that opens the directory `demo`.
pub(crate) const TOKEN: &str = "token-of-demo";

thread_local! {
    static RUNTIME: Runtime = Builder::new_current_thread().enable_time().build().unwrap();
}

/// The service and what it holds.
pub(crate) struct World {
    service: Service,
}

/// An answer, its body read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl World {
    /// A new one, which holds the user `u1` and the group `g1`.
    pub(crate) fn new() -> Self {
        let store = Arc::new(MemoryStore::new());
        let environment = Still(AtomicU64::new(0));
        let mut batch = Batch::new(DirectoryId::new("demo"), environment.now());
        for (fixture, id) in FIXTURES.iter().zip(["u1", "g1"]) {
            batch = batch.resource(ResourceWrite::Create {
                id: ResourceId::new(id),
                resource_type: fixture.kind.to_owned(),
                body: fixture.body.to_vec().into(),
                keys: keys(&fixture.body, type_ref(fixture.kind)),
                display: display_of(&fixture.body),
                members: member(id),
                attributes: Vec::new(),
            });
        }
        RUNTIME.with(|runtime| runtime.block_on(store.commit(batch))).unwrap();
        let caller = Principal::new(DirectoryId::new("demo"), "demo", ClientKind::Generic);
        let authenticator = TokenAuthenticator::new(&Secret::new(TOKEN), caller);
        let service = Service::builder(store, Arc::new(authenticator))
            .base_url("https://hub.example")
            .environment(Arc::new(environment))
            .registry(registry())
            .build();
        Self { service }
    }

    /// Answers a request.
    pub(crate) fn answer(&self, request: Request<Full<Bytes>>) -> Answer {
        RUNTIME.with(|runtime| {
            runtime.block_on(async {
                let (head, body) = self.service.handle(request).await.into_parts();
                let body = body.collect().await.unwrap().to_bytes();
                Answer { status: head.status, headers: head.headers, body }
            })
        })
    }
}

fn member(id: &str) -> Vec<MemberEdit> {
    match id {
        "g1" => vec![MemberEdit::Add(vec![Member::new("u1")])],
        _ => Vec::new(),
    }
}

/// A clock that stands still, and random numbers that count, so that an input does the same each time.
#[derive(Debug)]
struct Still(AtomicU64);

impl Environment for Still {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }

    fn fill(&self, bytes: &mut [u8]) {
        let count = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        for (byte, value) in bytes.iter_mut().zip(count.iter().cycle()) {
            *byte = *value;
        }
    }
}

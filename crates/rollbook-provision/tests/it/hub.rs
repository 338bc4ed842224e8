//! A hub in memory: a store, a virtual clock, targets, and an engine that can be stopped and started.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use rollbook_protocol::{Member, MemberEdit, TypeRef, display_of, keys};
use rollbook_provision::{ConnectorFactory, Engine, Policy, Settled, TargetStatus, target_status};
use rollbook_schema::{JsonLimits, Registry, Resource};
use rollbook_store::{
    Attempt, Batch, DirectoryId, Environment, Ledger, Link, MemoryStore, Precondition, ResourceId,
    ResourceWrite, Resources, Settings, SettingsWrite, Store, Target, TargetHealth, TargetId,
};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::node::Node;
use crate::service::{Service, Services};

/// The clock of tokio, which tests pause, and reproducible random bytes.
#[derive(Debug)]
pub(crate) struct Virtual {
    started: tokio::time::Instant,
    count: AtomicU64,
}

impl Environment for Virtual {
    fn now(&self) -> DateTime<Utc> {
        let zero: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
        zero + TimeDelta::from_std(self.started.elapsed()).unwrap()
    }

    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let mut seed = self.count.fetch_add(1, Ordering::Relaxed).wrapping_add(0x9e37_79b9_7f4a_7c15);
            *byte = crate::service::random(&mut seed).to_le_bytes()[1];
        }
    }
}

#[derive(Debug)]
pub(crate) struct Hub {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) environment: Arc<Virtual>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) services: Arc<Services>,
    pub(crate) directory: DirectoryId,
    pub(crate) policy: Policy,
    pub(crate) settled: Arc<Mutex<Vec<Settled>>>,
    nodes: Vec<Arc<Node>>,
    running: Vec<(watch::Sender<bool>, JoinHandle<()>)>,
}

impl Hub {
    pub(crate) fn new() -> Self {
        Self {
            store: Arc::new(MemoryStore::new()),
            environment: Arc::new(Virtual { started: tokio::time::Instant::now(), count: AtomicU64::new(0) }),
            registry: Arc::new(Registry::standard()),
            services: Arc::default(),
            directory: DirectoryId::new("d"),
            policy: Policy { jitter_percent: 0, ..Policy::default() },
            settled: Arc::default(),
            nodes: Vec::new(),
            running: Vec::new(),
        }
    }

    /// A hub with one target, `crm`, and its engine running.
    pub(crate) async fn with(service: &Service) -> Self {
        let mut hub = Self::new();
        hub.target("crm", service).await;
        hub.start();
        hub
    }

    pub(crate) async fn target(&mut self, name: &str, service: &Service) -> Target {
        self.services.by_name.lock().unwrap().insert(name.to_owned(), service.clone());
        let target = Target {
            id: TargetId::new(name),
            directory: self.directory.clone(),
            name: name.to_owned(),
            connector: "scim2".to_owned(),
            url: "https://service.example".to_owned(),
            profile: Bytes::from_static(b"{}"),
            credential: None,
            created: self.environment.now(),
            health: TargetHealth::default(),
        };
        self.put_target(target.clone()).await;
        target
    }

    pub(crate) async fn put_target(&self, target: Target) {
        self.store
            .commit(Batch::global(self.environment.now()).setting(SettingsWrite::PutTarget(target)))
            .await
            .unwrap();
    }

    /// From the next start on there are so many engines, each with its own view of the store and the services.
    pub(crate) fn nodes(&mut self, count: usize) {
        self.nodes = (0..count).map(|_| Node::new(&self.store, &self.services)).collect();
    }

    pub(crate) fn node(&self, number: usize) -> &Node {
        &self.nodes[number]
    }

    /// Has a node stand still or go on, where there are several.
    pub(crate) fn pause(&self, number: usize, paused: bool) {
        if let Some(node) = self.nodes.get(number) {
            node.pause(paused);
        }
    }

    /// Has all nodes go on.
    pub(crate) fn go_on(&self) {
        self.nodes.iter().for_each(|node| node.pause(false));
    }

    fn engine(&self, store: Arc<dyn Store>, connectors: Arc<dyn ConnectorFactory>) -> Engine {
        let settled = Arc::clone(&self.settled);
        let (environment, registry) = (Arc::clone(&self.environment) as _, Arc::clone(&self.registry));
        Engine::builder(store, environment, registry, connectors)
            .policy(self.policy.clone())
            .on_settled(Arc::new(move |event: &Settled| settled.lock().unwrap().push(event.clone())))
            .build()
    }

    pub(crate) fn start(&mut self) {
        let engines: Vec<Engine> = if self.nodes.is_empty() {
            vec![self.engine(Arc::clone(&self.store) as _, Arc::clone(&self.services) as _)]
        } else {
            self.nodes.iter().map(|node| self.engine(Arc::clone(node) as _, Arc::clone(node) as _)).collect()
        };
        for engine in engines {
            let (stop, stopped) = watch::channel(false);
            let task = tokio::spawn(async move { engine.run(stopped).await });
            self.running.push((stop, task));
        }
    }

    /// Stops the engines and waits for what is under way.
    pub(crate) async fn stop(&mut self) {
        while !self.running.is_empty() {
            self.stop_one(0).await;
        }
    }

    pub(crate) async fn stop_one(&mut self, number: usize) {
        let (stop, task) = self.running.remove(number);
        stop.send(true).unwrap();
        task.await.unwrap();
    }

    /// Drops the engines in the middle of whatever they do, as a crash would.
    pub(crate) async fn kill(&mut self) {
        while !self.running.is_empty() {
            self.kill_one(0).await;
        }
    }

    pub(crate) async fn kill_one(&mut self, number: usize) {
        let (_stop, task) = self.running.remove(number);
        task.abort();
        let _ = task.await;
        // The workers are told to end, and do so when they are polled next.
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    pub(crate) async fn create(&self, resource_type: &str, id: &str, json: &str) -> ResourceId {
        self.create_with(resource_type, id, json, &[]).await
    }

    pub(crate) async fn create_with(
        &self,
        resource_type: &str,
        id: &str,
        json: &str,
        members: &[&str],
    ) -> ResourceId {
        let resource = self.parse(json);
        let id = ResourceId::new(id);
        self.commit(ResourceWrite::Create {
            id: id.clone(),
            resource_type: resource_type.to_owned(),
            body: resource.to_vec().into(),
            keys: keys(&resource, self.type_ref(resource_type)),
            display: display_of(&resource),
            members: vec![add(members)],
            attributes: Vec::new(),
        })
        .await;
        id
    }

    pub(crate) async fn user(&self, name: &str) -> ResourceId {
        self.create("User", name, &format!(r#"{{"userName":"{name}","active":true}}"#)).await
    }

    pub(crate) async fn group(&self, name: &str, members: &[&str]) -> ResourceId {
        self.create_with("Group", name, &format!(r#"{{"displayName":"{name}"}}"#), members).await
    }

    pub(crate) async fn replace(&self, resource_type: &str, id: &str, json: &str) {
        let resource = self.parse(json);
        self.commit(ResourceWrite::Replace {
            id: ResourceId::new(id),
            body: resource.to_vec().into(),
            keys: keys(&resource, self.type_ref(resource_type)),
            display: display_of(&resource),
            members: Vec::new(),
            attributes: Vec::new(),
            expected: Precondition::Any,
        })
        .await;
    }

    pub(crate) async fn join(&self, group: &str, members: &[&str]) {
        self.edit(group, add(members)).await;
    }

    pub(crate) async fn leave(&self, group: &str, members: &[&str]) {
        self.edit(group, MemberEdit::Remove(members.iter().map(|&member| member.to_owned()).collect())).await;
    }

    pub(crate) async fn delete(&self, id: &str) {
        self.commit(ResourceWrite::Delete { id: ResourceId::new(id), expected: Precondition::Any }).await;
    }

    pub(crate) async fn status(&self, target: &str) -> TargetStatus {
        let target = self.store.target(&TargetId::new(target)).await.unwrap().unwrap();
        target_status(&*self.store, &target, &*self.environment).await.unwrap()
    }

    pub(crate) async fn link(&self, id: &str) -> Link {
        self.store.link(&TargetId::new("crm"), &ResourceId::new(id)).await.unwrap().unwrap()
    }

    /// The stored body, as text.
    pub(crate) async fn stored(&self, id: &str) -> String {
        let stored = self.store.get(&self.directory, &ResourceId::new(id)).await.unwrap().unwrap();
        String::from_utf8(stored.body.to_vec()).unwrap()
    }

    pub(crate) async fn attempts(&self, id: &str) -> Vec<Attempt> {
        self.store.attempts(&TargetId::new("crm"), Some(&ResourceId::new(id)), 100).await.unwrap()
    }

    /// Waits, in virtual time, until `crm` has everything.
    pub(crate) async fn synced(&self) {
        self.synced_to("crm", Duration::from_secs(600)).await;
    }

    pub(crate) async fn synced_to(&self, target: &str, patience: Duration) {
        let within = async {
            let mut pause = Duration::from_millis(10);
            while !self.status(target).await.is_in_sync() {
                tokio::time::sleep(pause).await;
                pause = (pause * 21 / 20).min(Duration::from_secs(10));
            }
        };
        if tokio::time::timeout(patience, within).await.is_err() {
            let troubled = self.store.troubled(&TargetId::new(target), 10).await.unwrap();
            panic!("not in sync: {:#?}\n{troubled:#?}", self.status(target).await);
        }
    }

    /// Waits until something holds.
    pub(crate) async fn until<F: Future<Output = bool>>(&self, what: &str, test: impl Fn() -> F) {
        let within = async {
            while !test().await {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(600), within)
            .await
            .unwrap_or_else(|_| panic!("never: {what}"));
    }

    pub(crate) fn parse(&self, json: &str) -> Resource {
        Resource::from_slice(json.as_bytes(), &JsonLimits::default(), &self.registry).unwrap()
    }

    async fn edit(&self, group: &str, edit: MemberEdit) {
        let id = ResourceId::new(group);
        self.commit(ResourceWrite::EditMembers { id, edits: vec![edit], expected: Precondition::Any }).await;
    }

    async fn commit(&self, write: ResourceWrite) {
        let batch = Batch::new(self.directory.clone(), self.environment.now()).resource(write);
        self.store.commit(Batch { unresolved_members: usize::MAX, ..batch }).await.unwrap();
    }

    fn type_ref(&self, name: &str) -> TypeRef<'_> {
        TypeRef { registry: &self.registry, resource_type: self.registry.resource_type(name).unwrap() }
    }
}

fn add(members: &[&str]) -> MemberEdit {
    let member = |&value: &&str| Member { value: value.to_owned(), member_type: None, display: None };
    MemberEdit::Add(members.iter().map(member).collect())
}

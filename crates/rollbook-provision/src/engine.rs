//! The engine: one worker for each target, started, rebuilt and stopped as targets come, change and go.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use rollbook_schema::Registry;
use rollbook_store::{
    Directory, DirectoryId, Environment, Outcome, ResourceId, Store, StoreError, Target, TargetHealth,
    TargetId,
};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};

use crate::backoff::Policy;
use crate::connector::ConnectorFactory;
use crate::mapping::Rules;
use crate::tenure::Post;
use crate::worker::Start;

/// Brings every target to the state that its directory wants (design §2).
///
/// The engine keeps nothing that matters in memory: dropped at any point and built again on the same store, it goes on
/// where it was. Several engines may run on one store, in several processes where the store allows it: each target is
/// leased to one of them at a time, and changes hands when that one stops, or gives no sign of life for
/// [`Policy::lease`]. An engine that was dropped, not stopped, holds on to its targets for as long.
#[derive(Clone, Debug)]
pub struct Engine {
    shared: Arc<Shared>,
}

impl Engine {
    /// Starts building an engine.
    #[must_use]
    pub fn builder(
        store: Arc<dyn Store>,
        environment: Arc<dyn Environment>,
        registry: Arc<Registry>,
        connectors: Arc<dyn ConnectorFactory>,
    ) -> EngineBuilder {
        let policy = Policy::default();
        EngineBuilder {
            shared: Shared { store, environment, registry, connectors, policy, on_settled: None },
        }
    }

    /// Drives all targets until `shutdown` turns true or its sender is dropped.
    ///
    /// On shutdown no new call starts, and it returns once those under way are done and recorded. Dropping the future
    /// instead abandons them; that loses nothing, since an abandoned creation is looked up before it is repeated.
    /// Errors of the store are logged and tried again; nothing ends the loop.
    pub async fn run(&self, mut shutdown: watch::Receiver<bool>) {
        let mut stop = pin!(async move { shutdown.wait_for(|stop| *stop).await.is_ok() });
        let mut crew = Crew {
            shared: Arc::clone(&self.shared),
            node: self.shared.environment.new_id().into(),
            tasks: JoinSet::new(),
            members: BTreeMap::new(),
        };
        let mut commits = self.shared.store.commits();
        loop {
            commits.borrow_and_update();
            match wanted(&*self.shared.store).await {
                Ok(wanted) => crew.align(wanted),
                Err(error) => tracing::warn!(error = %Chain(&error), "cannot read the targets; trying again"),
            }
            let pause = async {
                tokio::time::sleep(LOOK_GAP.min(self.shared.policy.tick)).await;
                let _ = tokio::time::timeout(self.shared.policy.tick, commits.changed()).await;
            };
            tokio::select! {
                _ = &mut stop => break,
                Some(ended) = crew.tasks.join_next() => crew.note(ended),
                () = pause => {}
            }
        }
        crew.dismiss().await;
    }
}

/// Collects what an [`Engine`] needs.
#[derive(Debug)]
pub struct EngineBuilder {
    shared: Shared,
}

impl EngineBuilder {
    /// Sets the waits; [`Policy::default`] unless set.
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.shared.policy = policy;
        self
    }

    /// Sets a function that hears of every delivery after it is recorded. It must be quick: the target waits for it.
    #[must_use]
    pub fn on_settled(mut self, observer: Arc<dyn Fn(&Settled) + Send + Sync>) -> Self {
        self.shared.on_settled = Some(Observer(observer));
        self
    }

    /// Makes the engine.
    #[must_use]
    pub fn build(self) -> Engine {
        Engine { shared: Arc::new(self.shared) }
    }
}

/// A delivery that was recorded.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Settled {
    /// The target.
    pub target: TargetId,
    /// The resource.
    pub resource: ResourceId,
    /// Its type's name.
    pub resource_type: String,
    /// How it ended.
    pub outcome: Outcome,
    /// How long ago the oldest change that it delivered was accepted; `None` when it failed or delivered no change.
    pub lag: Option<Duration>,
}

/// What all workers share.
pub(crate) struct Shared {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) environment: Arc<dyn Environment>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) connectors: Arc<dyn ConnectorFactory>,
    pub(crate) policy: Policy,
    pub(crate) on_settled: Option<Observer>,
}

/// The function that hears of every delivery.
pub(crate) struct Observer(pub(crate) Arc<dyn Fn(&Settled) + Send + Sync>);

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("store", &self.store)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

/// An error with its causes, for the log.
pub(crate) struct Chain<'a>(pub(crate) &'a dyn std::error::Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

/// The shortest time between two looks at the targets, however many commits there are.
const LOOK_GAP: Duration = Duration::from_millis(100);

/// A target that should have a worker.
#[derive(Clone, PartialEq)]
struct Wanted {
    target: Target,
    /// What its directory says about the mapping.
    rules: Rules,
}

/// The targets of all directories that are not being deleted.
async fn wanted(store: &dyn Store) -> Result<BTreeMap<TargetId, Wanted>, StoreError> {
    let directories: BTreeMap<DirectoryId, Directory> =
        store.directories().await?.into_iter().map(|directory| (directory.id.clone(), directory)).collect();
    let mut wanted = BTreeMap::new();
    for target in store.targets(None).await? {
        // A store may hold targets of a directory that it has no settings of: they are served by the defaults.
        let rules = match directories.get(&target.directory) {
            Some(directory) if directory.deleting.is_some() => continue,
            Some(directory) => Rules::of(&directory.settings),
            None => Rules::default(),
        };
        wanted.insert(target.id.clone(), Wanted { target, rules });
    }
    Ok(wanted)
}

/// The workers.
struct Crew {
    shared: Arc<Shared>,
    /// The name that this run takes leases by.
    node: Arc<str>,
    /// Dropping the set ends them all.
    tasks: JoinSet<()>,
    members: BTreeMap<TargetId, Member>,
}

struct Member {
    /// What the worker was built for, without its health.
    wanted: Wanted,
    stop: watch::Sender<bool>,
    task: AbortHandle,
    changed: bool,
}

impl Crew {
    /// Stops the workers of targets that went or changed, and starts those that are missing.
    ///
    /// A changed target's new worker starts once the old one has ended, so that no resource has two deliveries at once.
    fn align(&mut self, wanted: BTreeMap<TargetId, Wanted>) {
        let mut starts = BTreeMap::new();
        self.members.retain(|id, member| {
            if wanted.get(id).is_none_or(|wanted| without_health(wanted) != member.wanted) {
                member.changed = true;
                member.stop.send_replace(true);
            }
            if member.task.is_finished() {
                starts.insert(id.clone(), if member.changed { Start::Changed } else { Start::Same });
                return false;
            }
            true
        });
        for (id, wanted) in wanted {
            if self.members.contains_key(&id) {
                continue;
            }
            let start = starts.remove(&id).unwrap_or(Start::Same);
            let described = without_health(&wanted);
            let Wanted { target, rules } = wanted;
            let (send_stop, stop) = watch::channel(false);
            let (shared, node) = (Arc::clone(&self.shared), Arc::clone(&self.node));
            let task = self.tasks.spawn(Post { shared, node, target, stop, start, rules }.run());
            self.members.insert(id, Member { wanted: described, stop: send_stop, task, changed: false });
        }
    }

    fn note(&self, ended: Result<(), tokio::task::JoinError>) {
        if let Err(error) = ended {
            tracing::error!(%error, "a provisioning worker broke; it is started again");
        }
    }

    async fn dismiss(mut self) {
        for member in self.members.values() {
            member.stop.send_replace(true);
        }
        while let Some(ended) = self.tasks.join_next().await {
            self.note(ended);
        }
    }
}

fn without_health(wanted: &Wanted) -> Wanted {
    let Wanted { target, rules } = wanted.clone();
    Wanted { target: Target { health: TargetHealth::default(), ..target }, rules }
}

//! A service in memory that keeps state, checks the engine's manners and fails on command.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use rollbook_provision::{
    AttributeChange, CallError, Capabilities, Connector, ConnectorFactory, DeleteStyle, Desired, Remote,
};
use rollbook_schema::{Complex, Resource, Value};
use rollbook_store::{Failure, FailureClass, Target};

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Op {
    Find,
    Create,
    Update,
    Members,
    Read,
    Deactivate,
    Delete,
    Probe,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
    /// 503 before anything happened.
    Transient,
    /// It happened, but the answer is lost.
    LostAnswer,
    /// It did not happen, and nobody can tell.
    LostRequest,
    Throttled(Option<Duration>),
    Credentials,
    Data,
    Conflict,
    /// 404.
    Missing,
    /// The connector itself panics.
    Panic,
}

#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) resource_type: String,
    pub(crate) attributes: Resource,
    pub(crate) members: BTreeSet<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) op: Op,
    /// `userName` or `displayName`, or the remote id.
    pub(crate) about: String,
    /// Members added and removed.
    pub(crate) edits: (usize, usize),
    pub(crate) at: tokio::time::Instant,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) calls: Vec<Call>,
    /// Whether groups go on holding the ids of deleted accounts (scim2-server does so).
    pub(crate) keeps_deleted_members: bool,
    pub(crate) script: VecDeque<(Op, Fault)>,
    /// Every call about these names fails so.
    pub(crate) poison: BTreeMap<String, Fault>,
    /// Every call fails so.
    pub(crate) down: Option<Fault>,
    /// Faults at random: a seed and how many calls in 100.
    pub(crate) chaos: Option<(u64, u64)>,
    /// Calls about these names take so long.
    pub(crate) slow: BTreeMap<String, Duration>,
    /// Remote ids that `edit_members` refuses.
    pub(crate) refused_members: BTreeSet<String>,
    pub(crate) busy: BTreeSet<String>,
    pub(crate) running: usize,
    pub(crate) most_running: usize,
    next: u64,
}

/// A service; clones are the same one.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    pub(crate) state: Arc<Mutex<State>>,
    pub(crate) capabilities: Capabilities,
    pub(crate) latency: Duration,
    /// Whether `userName` and `displayName` are unique there.
    pub(crate) unique: bool,
}

impl Default for Service {
    fn default() -> Self {
        let capabilities = Capabilities { member_chunk: 3, ..Capabilities::default() };
        Self { state: Arc::default(), capabilities, latency: Duration::from_millis(1), unique: true }
    }
}

impl Service {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn fail(&self, op: Op, fault: Fault) {
        self.state().script.push_back((op, fault));
    }

    pub(crate) fn down(&self, fault: Option<Fault>) {
        self.state().down = fault;
    }

    pub(crate) fn poison(&self, name: &str, fault: Fault) {
        self.state().poison.insert(name.to_owned(), fault);
    }

    /// Puts an account there that the hub did not make.
    pub(crate) fn plant(&self, resource_type: &str, json: &str, members: &[&str]) -> String {
        let mut state = self.state();
        let id = state.new_id();
        let attributes = serde_json::from_str(json).unwrap();
        let members = members.iter().map(|&id| id.to_owned()).collect();
        state
            .accounts
            .insert(id.clone(), Account { resource_type: resource_type.to_owned(), attributes, members });
        id
    }

    /// Deletes the accounts of this name there, behind the hub's back.
    pub(crate) fn vanish(&self, name: &str) {
        for id in self.named(name) {
            let mut state = self.state();
            state.accounts.remove(&id);
            for account in state.accounts.values_mut() {
                account.members.remove(&id);
            }
        }
    }

    /// The ids of the accounts with this name.
    pub(crate) fn named(&self, name: &str) -> Vec<String> {
        let state = self.state();
        let hits = state.accounts.iter().filter(|(_, account)| name_of(&account.attributes) == name);
        hits.map(|(id, _)| id.clone()).collect()
    }

    /// The only account with this name.
    pub(crate) fn account(&self, name: &str) -> Account {
        let ids = self.named(name);
        assert_eq!(ids.len(), 1, "accounts named {name}: {ids:?}");
        self.state().accounts[&ids[0]].clone()
    }

    /// The names of a group's members.
    pub(crate) fn members(&self, group: &str) -> Vec<String> {
        let members = self.account(group).members;
        let state = self.state();
        let name = |id: &String| {
            state.accounts.get(id).map_or_else(|| format!("dangling {id}"), |a| name_of(&a.attributes))
        };
        let mut names: Vec<String> = members.iter().map(name).collect();
        names.sort();
        names
    }

    pub(crate) fn calls(&self, op: Op) -> Vec<Call> {
        self.state().calls.iter().filter(|call| call.op == op).cloned().collect()
    }

    async fn call<T>(
        &self,
        op: Op,
        about: &str,
        edits: (usize, usize),
        act: impl FnOnce(&mut State) -> Result<T, CallError> + Send,
    ) -> Result<T, CallError> {
        let name = {
            let mut state = self.state();
            let name = state.accounts.get(about).map_or_else(|| about.to_owned(), |a| name_of(&a.attributes));
            state.calls.push(Call { op, about: name.clone(), edits, at: tokio::time::Instant::now() });
            state.running += 1;
            state.most_running = state.most_running.max(state.running);
            assert!(
                state.busy.insert(name.clone()) || op == Op::Find || op == Op::Probe,
                "two calls at once about {name}"
            );
            name
        };
        let guard = Done { service: self, name: name.clone() };
        // Dropped in the first half the call did not happen, in the second half its answer is lost.
        let slow = self.state().slow.get(&name).copied();
        tokio::time::sleep(slow.unwrap_or(self.latency / 2)).await;
        let fault = self.state().fault(op, &name);
        let result = match fault {
            None => act(&mut self.state()),
            Some(Fault::LostAnswer) => match act(&mut self.state()) {
                Ok(_) => Err(lost()),
                Err(error) => Err(error),
            },
            Some(Fault::LostRequest) => Err(lost()),
            Some(Fault::Panic) => panic!("told to"),
            Some(fault) => Err(error_of(fault)),
        };
        tokio::time::sleep(self.latency / 2).await;
        drop(guard);
        result
    }
}

struct Done<'a> {
    service: &'a Service,
    name: String,
}

impl Drop for Done<'_> {
    fn drop(&mut self) {
        let mut state = self.service.state();
        state.busy.remove(&self.name);
        state.running -= 1;
    }
}

impl State {
    fn new_id(&mut self) -> String {
        self.next += 1;
        format!("r{}", self.next)
    }

    fn fault(&mut self, op: Op, name: &str) -> Option<Fault> {
        if let Some(place) = self.script.iter().position(|(scripted, _)| *scripted == op) {
            return self.script.remove(place).map(|(_, fault)| fault);
        }
        if self.down.is_some() {
            return self.down;
        }
        if op != Op::Find
            && let Some(fault) = self.poison.get(name)
        {
            return Some(*fault);
        }
        let (seed, percent) = self.chaos.as_mut()?;
        let dice = random(seed);
        if dice % 100 >= *percent {
            return None;
        }
        Some(match (dice / 100) % 12 {
            0..3 => Fault::Transient,
            3..6 => Fault::LostAnswer,
            6..8 => Fault::LostRequest,
            8 => Fault::Throttled(None),
            9 => Fault::Throttled(Some(Duration::from_secs(2))),
            10 => Fault::Data,
            _ => Fault::Credentials,
        })
    }

    fn account(&mut self, id: &str) -> Result<&mut Account, CallError> {
        self.accounts.get_mut(id).ok_or_else(|| {
            CallError::new(FailureClass::Data, "the service does not know it", "nothing").missing()
        })
    }
}

/// xorshift64*.
pub(crate) fn random(seed: &mut u64) -> u64 {
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    seed.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
}

pub(crate) fn name_of(attributes: &Resource) -> String {
    attributes.user_name().or_else(|| attributes.display_name()).unwrap_or_default().to_owned()
}

fn lost() -> CallError {
    CallError::new(FailureClass::Transient, "the answer did not come in time", "nothing").ambiguous()
}

fn error_of(fault: Fault) -> CallError {
    let (class, wait) = match fault {
        Fault::Throttled(wait) => (FailureClass::Throttled, wait),
        Fault::Credentials => (FailureClass::Credentials, None),
        Fault::Data | Fault::Missing => (FailureClass::Data, None),
        Fault::Conflict => (FailureClass::Conflict, None),
        _ => (FailureClass::Transient, None),
    };
    let missing = fault == Fault::Missing;
    CallError {
        retry_after: wait,
        missing,
        ..CallError::new(class, format!("told to fail: {fault:?}"), "nothing")
    }
}

#[async_trait]
impl Connector for Service {
    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    async fn find(&self, desired: &Desired) -> Result<Vec<Remote>, CallError> {
        let name = name_of(&desired.attributes);
        let external = desired.attributes.external_id().unwrap().to_owned();
        self.call(Op::Find, &format!("find {name}"), (0, 0), move |state| {
            let all = |test: &dyn Fn(&Resource) -> bool| -> Vec<Remote> {
                let hits = state.accounts.iter().filter(|(_, account)| {
                    account.resource_type == desired.resource_type && test(&account.attributes)
                });
                hits.map(|(id, account)| Remote { id: id.clone(), attributes: account.attributes.clone() })
                    .collect()
            };
            let hits = all(&|attributes| attributes.external_id() == Some(&external));
            Ok(if hits.is_empty() { all(&|attributes| name_of(attributes) == name) } else { hits })
        })
        .await
    }

    async fn create(&self, desired: &Desired) -> Result<Remote, CallError> {
        let name = name_of(&desired.attributes);
        for own in ["members", "password", "id", "meta", "groups"] {
            assert!(!desired.attributes.contains(own), "{own} was sent");
        }
        self.call(Op::Create, &name, (0, 0), |state| {
            let taken = state.accounts.values().any(|account| {
                account.resource_type == desired.resource_type && name_of(&account.attributes) == name
            });
            if taken && self.unique {
                return Err(CallError::new(FailureClass::Conflict, "the name is taken", "choose another"));
            }
            let id = state.new_id();
            let account = Account {
                resource_type: desired.resource_type.clone(),
                attributes: desired.attributes.clone(),
                members: BTreeSet::new(),
            };
            state.accounts.insert(id.clone(), account);
            Ok(Remote { id, attributes: desired.attributes.clone() })
        })
        .await
    }

    async fn update(
        &self,
        remote_id: &str,
        _: &Desired,
        changes: &[AttributeChange],
    ) -> Result<(), CallError> {
        assert!(!changes.is_empty());
        self.call(Op::Update, remote_id, (0, 0), |state| {
            let account = state.account(remote_id)?;
            apply(&mut account.attributes, changes);
            Ok(())
        })
        .await
    }

    async fn edit_members(
        &self,
        remote_id: &str,
        add: &[String],
        remove: &[String],
    ) -> Result<(), CallError> {
        assert!((1..=self.capabilities.member_chunk).contains(&(add.len() + remove.len())));
        self.call(Op::Members, remote_id, (add.len(), remove.len()), |state| {
            if add.iter().any(|id| state.refused_members.contains(id)) {
                return Err(CallError::new(FailureClass::Data, "a member is refused", "nothing"));
            }
            // Like most services it takes no notice of members that it does not know.
            let known: Vec<String> =
                add.iter().filter(|id| state.accounts.contains_key(*id)).cloned().collect();
            let account = state.account(remote_id)?;
            for id in remove {
                account.members.remove(id);
            }
            account.members.extend(known);
            Ok(())
        })
        .await
    }

    async fn read_members(&self, remote_id: &str) -> Result<Option<Vec<String>>, CallError> {
        self.call(Op::Read, remote_id, (0, 0), |state| {
            Ok(Some(state.account(remote_id)?.members.iter().cloned().collect()))
        })
        .await
    }

    async fn deactivate(&self, _: &str, remote_id: &str) -> Result<(), CallError> {
        self.call(Op::Deactivate, remote_id, (0, 0), |state| {
            state.account(remote_id)?.attributes.insert("active", false);
            Ok(())
        })
        .await
    }

    async fn delete(&self, _: &str, remote_id: &str) -> Result<(), CallError> {
        self.call(Op::Delete, remote_id, (0, 0), |state| {
            if state.accounts.remove(remote_id).is_some() && !state.keeps_deleted_members {
                for account in state.accounts.values_mut() {
                    account.members.remove(remote_id);
                }
            }
            Ok(())
        })
        .await
    }

    async fn probe(&self) -> Result<(), CallError> {
        self.call(Op::Probe, "probe", (0, 0), |_| Ok(())).await
    }
}

/// Applies a plan as RFC 7644 §3.5.2 does: a replaced complex attribute keeps the sub-attributes that are not named.
pub(crate) fn apply(resource: &mut Resource, changes: &[AttributeChange]) {
    for AttributeChange { path, value } in changes {
        let extension = path.starts_with("urn:").then(|| path.rsplit_once(':').unwrap());
        let whole =
            extension.is_some_and(|_| resource.contains(path) || matches!(value, Some(Value::Opaque(_))));
        let (complex, path) = match extension {
            Some((uri, name)) if !whole => {
                if !resource.contains(uri) {
                    resource.insert(uri, Complex::new());
                }
                (resource.get_mut(uri).unwrap().as_complex_mut().unwrap(), name)
            }
            _ => (resource.as_complex_mut(), path.as_str()),
        };
        match (path.split_once('.').filter(|_| !whole), value) {
            (Some((name, sub)), None) => {
                if let Some(parts) = complex.get_mut(name).and_then(Value::as_complex_mut) {
                    parts.remove(sub);
                }
            }
            (Some(_), Some(_)) => panic!("a sub-attribute is only ever cleared"),
            (None, None) => drop(complex.remove(path)),
            (None, Some(Value::Complex(new))) => match complex.get_mut(path) {
                Some(Value::Complex(old)) => old.extend(new.clone()),
                _ => drop(complex.insert(path, new.clone())),
            },
            (None, Some(value)) => drop(complex.insert(path, value.clone())),
        }
    }
    resource.as_complex_mut().retain(|name, value| {
        !(name.as_str().contains(':') && value.as_complex().is_some_and(Complex::is_empty))
    });
}

/// Connects targets to services by the target's name.
#[derive(Debug, Default)]
pub(crate) struct Services {
    pub(crate) by_name: Mutex<BTreeMap<String, Service>>,
}

impl ConnectorFactory for Services {
    fn connect(&self, target: &Target) -> Result<Arc<dyn Connector>, Failure> {
        let services = self.by_name.lock().unwrap();
        match services.get(&target.name) {
            Some(service) if target.url.starts_with("https:") => {
                let mut service = service.clone();
                if target.profile.as_ref() == b"{\"delete\":\"deactivate\"}" {
                    service.capabilities.delete = DeleteStyle::Deactivate;
                }
                if target.profile.as_ref() == b"{\"groups\":false}" {
                    service.capabilities.groups = false;
                }
                Ok(Arc::new(service))
            }
            _ => {
                Err(CallError::new(FailureClass::Configuration, "the address is not one", "correct it")
                    .failure)
            }
        }
    }
}

//! The fan-out engine of the rollbook SCIM 2.0 hub: mapping, planner, links, delivery, retry, log.
//!
//! The [`Engine`] brings every target to the *desired state* that its directory holds (design §2). It does not replay
//! events: a change only marks (target, resource) as due, and a delivery compares what the hub holds now with what
//! the service last confirmed. So a retry, a repeat, a restart and a full look ([`resync`]) are one operation, many
//! changes become one call, and older never overwrites newer.
//!
//! A delivery has five steps, each recorded in the log row that is written with its result:
//!
//! 1. *import*: read the resource; one that is gone is removed from the service;
//! 2. *scope*: what the service does not take is skipped;
//! 3. *match*: the linked account, else one that is found there, else a new one, looked up before it is created;
//! 4. *plan*: a pure comparison ([`plan`]) of desired and confirmed attributes, removals included;
//! 5. *act*: calls through a [`Connector`], confirmed only after they were answered well.
//!
//! References to what is not at the service yet (members, managers) wait and are added when the other side arrives.
//! A failure has a class, which decides who waits: the object ([`Policy`]), the target (paused after 429, closed and
//! probed when it is down), or nobody. Nothing is ever dropped, and one bad object never delays another.

mod backoff;
mod connector;
mod deliver;
mod engine;
mod gate;
mod mapping;
mod ownership;
mod plan;
mod resync;
mod status;
mod worker;

pub use backoff::Policy;
pub use connector::{
    AttributeChange, CallError, Capabilities, Connector, ConnectorFactory, DeleteStyle, Desired, Remote,
};
pub use engine::{Engine, EngineBuilder, Settled};
pub use plan::{plan, plan_adoption};
pub use resync::resync;
pub use status::{TargetStatus, target_status};

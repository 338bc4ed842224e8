#![doc = include_str!("../README.md")]

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
mod tenure;
mod worker;

pub use backoff::Policy;
pub use connector::{
    AttributeChange, CallError, Capabilities, Connector, ConnectorFactory, DeleteStyle, Desired, Remote,
};
pub use engine::{Engine, EngineBuilder, Settled};
pub use plan::{plan, plan_adoption};
pub use resync::resync;
pub use status::{TargetStatus, target_status};

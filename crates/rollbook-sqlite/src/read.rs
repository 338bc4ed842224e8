//! Reading; each function is one answer of the contract.

pub(crate) mod ledger;
mod list;
pub(crate) mod members;
pub(crate) mod query;
pub(crate) mod resources;
pub(crate) mod settings;

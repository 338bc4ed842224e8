//! Reading.

pub(crate) mod ledger;
pub(crate) mod members;
pub(crate) mod query;
pub(crate) mod resources;
pub(crate) mod settings;

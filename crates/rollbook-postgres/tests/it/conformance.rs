//! The contract's own suite.

use crate::fixture::open;

rollbook_store::store_conformance!(async || (open().await, ()));

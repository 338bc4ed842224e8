//! The contract's own suite.

use crate::fixture::open;

rollbook_store::store_conformance!(async || {
    let scratch = tempfile::tempdir().unwrap();
    (open(&scratch.path().join("rollbook.db")), scratch)
});

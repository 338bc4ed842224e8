#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

#[cfg(feature = "admin")]
#[doc(inline)]
pub use rollbook_admin as admin;
#[cfg(feature = "connectors")]
#[doc(inline)]
pub use rollbook_connectors as connectors;
#[cfg(feature = "filter")]
#[doc(inline)]
pub use rollbook_filter as filter;
#[cfg(feature = "http")]
#[doc(inline)]
pub use rollbook_http as http;
#[cfg(feature = "postgres")]
#[doc(inline)]
pub use rollbook_postgres as postgres;
#[cfg(feature = "protocol")]
#[doc(inline)]
pub use rollbook_protocol as protocol;
#[cfg(feature = "provision")]
#[doc(inline)]
pub use rollbook_provision as provision;
#[cfg(feature = "schema")]
#[doc(inline)]
pub use rollbook_schema as schema;
#[cfg(feature = "sqlite")]
#[doc(inline)]
pub use rollbook_sqlite as sqlite;
#[cfg(feature = "standins")]
#[doc(inline)]
pub use rollbook_standins as standins;
#[cfg(feature = "store")]
#[doc(inline)]
pub use rollbook_store as store;

#![doc = include_str!("../README.md")]

mod columns;
mod db;
mod error;
mod migrate;
mod news;
mod options;
mod pool;
mod read;
mod store;
mod text;
mod tls;
mod write;
mod writer;

pub use error::OpenError;
pub use options::Options;
pub use store::PostgresStore;

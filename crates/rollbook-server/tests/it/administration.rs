//! What an administrator does to a running server, and what clients see of it.

mod clients;
mod deletion;
mod rotation;
mod settings;

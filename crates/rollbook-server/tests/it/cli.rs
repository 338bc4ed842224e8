//! The command line and the configuration, as a person meets them.

mod mistakes;
mod verbs;

//! What the API takes and answers, as data.

mod client;
mod directory;
mod erasure;
mod status;
mod target;
mod token;

pub use client::{ClientRotation, ClientSecretView, ClientView, NewClient, SecretView};
pub use directory::{DirectoryChange, DirectoryView, NewDirectory, SettingsChange};
pub use erasure::{ErasedView, Erasure};
pub use status::{StatusView, TargetStatusView, TroubledView, WarningKind, WarningView};
pub use target::{NewTarget, TargetView};
pub use token::{NewToken, Rotation, TokenRecordView, TokenState, TokenView};

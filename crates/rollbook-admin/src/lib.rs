#![doc = include_str!("../README.md")]

mod admin;
mod api;
mod error;
mod view;

pub use admin::{Admin, DeliveryLogKeeps};
pub use api::Api;
pub use error::AdminError;
pub use view::{
    ClientRotation, ClientSecretView, ClientView, DirectoryChange, DirectoryView, ErasedView, Erasure,
    NewClient, NewDirectory, NewTarget, NewToken, Rotation, SecretView, SettingsChange, StatusView,
    TargetStatusView, TargetView, TokenRecordView, TokenState, TokenView, TroubledView, WarningKind,
    WarningView,
};

//! The verbs and their flags.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use rollbook_protocol::ClientKind;
use rollbook_store::Scope;

use super::settings::SettingArguments;
use super::words::{minutes, scope};
use crate::demo;

/// What `rollbook serve` takes.
#[derive(Args, Debug, Default, Eq, PartialEq)]
pub(super) struct ServeArguments {
    /// Where to listen [default: 127.0.0.1:8080] [env: ROLLBOOK_LISTEN]
    #[arg(long, value_name = "ADDRESS")]
    pub(super) listen: Option<String>,
    /// What clients know the server by, such as https://hub.example [env: ROLLBOOK_BASE_URL]
    #[arg(long, value_name = "URL")]
    pub(super) base_url: Option<String>,
    /// The certificate chain for TLS, a PEM file; read again on SIGHUP [env: ROLLBOOK_TLS_CERTIFICATE]
    #[arg(long, value_name = "FILE")]
    pub(super) tls_certificate: Option<PathBuf>,
    /// The certificate's private key, a PEM file; read again on SIGHUP [env: ROLLBOOK_TLS_KEY]
    #[arg(long, value_name = "FILE")]
    pub(super) tls_key: Option<PathBuf>,
    /// A folder, or JSON files, with own resource types and schemas [env: ROLLBOOK_SCHEMAS]
    #[arg(long, value_name = "PATH", value_delimiter = ',')]
    pub(super) schemas: Vec<String>,
    /// A throwaway hub for tests: temporary store, one directory, one token, one JSON line on standard output
    #[arg(long)]
    pub(super) ephemeral: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Serve SCIM and provision every target (the default)
    Serve(ServeArguments),
    /// Play a company's day into a hub and three services, and check that every service holds what it should
    Demo(demo::DemoArguments),
    /// Directories: one for each company or realm
    #[command(subcommand)]
    Directory(DirectoryVerb),
    /// Tokens for the identity provider
    #[command(subcommand)]
    Token(TokenVerb),
    /// OAuth clients: an identity provider that gets its tokens by client credentials
    #[command(subcommand)]
    Client(ClientVerb),
    /// Targets: the services that a directory is provisioned to
    #[command(subcommand)]
    Target(TargetVerb),
    /// How every directory and target is doing, and what expires soon
    Status {
        /// Only this directory
        directory: Option<String>,
    },
    /// The delivery log of a target, newest first: each attempt with its five steps
    Log {
        /// The directory
        directory: String,
        /// The target
        target: String,
        /// Only this resource, by its id
        #[arg(long, value_name = "ID")]
        resource: Option<String>,
        /// How many rows
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// The inbound request log, newest first: who asked for what, and why it was refused
    Requests {
        /// The directory; without it, the requests that belong to none
        directory: Option<String>,
        /// How many rows
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// Erase what is kept of one person, after the services were told that it is gone; deletes it if it is still there
    ///
    /// What stays is the id, and that there was a deletion (docs/administration.md, Erasing a person).
    Erase {
        /// The directory
        directory: String,
        /// The user: the userName, or the id if it was deleted already
        user: String,
        /// Erase although a service was not told: it keeps the account
        #[arg(long)]
        without_services: bool,
        /// How long to wait for the services, in seconds: 0 to 600
        #[arg(long, value_name = "SECONDS", default_value_t = 30)]
        wait: u64,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Copy the database into a new file, without the key, and check the copy; a hub may serve meanwhile
    Backup {
        /// The file, which must not be there yet
        file: PathBuf,
    },
    /// The database file
    #[command(subcommand)]
    Store(StoreVerb),
    /// The key that seals the targets' credentials
    #[command(subcommand)]
    Key(KeyVerb),
}

#[derive(Debug, Subcommand)]
pub(super) enum KeyVerb {
    /// Make a new key and seal the targets' credentials with it; no hub may serve meanwhile
    ///
    /// The old key stays beside it: backups that were made before need it.
    Rotate,
}

#[derive(Debug, Subcommand)]
pub(super) enum StoreVerb {
    /// Check that the database is sound and say what is wrong; reads only, a hub may serve meanwhile
    Check {
        /// Another file, such as a backup [default: the database of the data directory]
        #[arg(long)]
        file: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum DirectoryVerb {
    /// Make a directory
    Add {
        /// Its name
        name: String,
        /// Its address, [a-z0-9-]; made from the name otherwise
        #[arg(long)]
        slug: Option<String>,
        /// Which client pushes to it: generic, entra, okta, strict; what the source proposes otherwise
        #[arg(long)]
        client: Option<ClientKind>,
        #[command(flatten)]
        settings: Box<SettingArguments>,
    },
    /// List the directories
    List,
    /// Show one directory with everything that is set for it
    Show {
        /// The directory
        directory: String,
    },
    /// Change what is set for a directory; what is not named stays
    Set {
        /// The directory
        directory: String,
        /// Its name for people; the address stays
        #[arg(long)]
        name: Option<String>,
        /// Which client pushes to it: generic, entra, okta, strict
        #[arg(long)]
        client: Option<ClientKind>,
        #[command(flatten)]
        settings: Box<SettingArguments>,
    },
    /// Delete a directory with its users, groups, tokens, OAuth clients and targets; accounts at the services stay
    ///
    /// It asks for the directory's address to be typed, on a terminal or on standard input, unless `--yes` is there.
    Delete {
        /// The directory
        directory: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum TokenVerb {
    /// Make a token for a directory and show it once
    Create {
        /// The directory
        directory: String,
        /// A note
        #[arg(long, default_value = "")]
        label: String,
        /// What it may do: scim, scim.read
        #[arg(long, default_value = "scim", value_parser = scope)]
        scope: Scope,
        /// How long it is good for: 90d, 12h, 30m, 2y [default: what the directory says, else 6 months]
        #[arg(long, value_name = "TIME", value_parser = minutes)]
        lifetime: Option<i64>,
        /// The same in days: 1 to 730
        #[arg(long, conflicts_with = "lifetime", value_parser = clap::value_parser!(i64).range(1..=730))]
        days: Option<i64>,
        /// The id of the user that /Me answers to this token
        #[arg(long, value_name = "ID")]
        me: Option<String>,
    },
    /// List the tokens of a directory
    List {
        /// The directory
        directory: String,
        /// Those that were issued to OAuth clients too
        #[arg(long)]
        all: bool,
    },
    /// Make a new token in the place of one, which stays good for a while (24 hours, unless the directory says otherwise)
    Rotate {
        /// The directory
        directory: String,
        /// The token, by its first characters or id; not needed where there is only one
        token: Option<String>,
        /// How long the new one is good for: 90d, 12h, 30m, 2y
        #[arg(long, value_name = "TIME", value_parser = minutes)]
        lifetime: Option<i64>,
    },
    /// End a token at once
    Revoke {
        /// The directory
        directory: String,
        /// The token, by its first characters or id
        token: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum ClientVerb {
    /// Make an OAuth client for a directory and show its secret once
    Add {
        /// The directory
        directory: String,
        /// Its client_id; made otherwise
        #[arg(long, value_name = "ID")]
        client_id: Option<String>,
        /// A note
        #[arg(long, default_value = "")]
        label: String,
        /// What its access tokens may do at most: scim, scim.read
        #[arg(long, default_value = "scim", value_parser = scope)]
        scope: Scope,
        /// How long its access tokens are good for, in seconds: 60 to 86400 [default: 3600]
        #[arg(long, value_name = "SECONDS")]
        token_seconds: Option<u32>,
        /// How long its secret is good for: 90d, 2y [default: until it is rotated]
        #[arg(long, value_name = "TIME", value_parser = minutes)]
        secret_lifetime: Option<i64>,
    },
    /// List the OAuth clients of a directory
    List {
        /// The directory
        directory: String,
    },
    /// Give a client a new secret and show it once; the one before it stays good for a while
    Rotate {
        /// The directory
        directory: String,
        /// The client_id
        client: String,
        /// How long the secret before it stays good, in minutes: 0 to 10080 [default: 1440]
        #[arg(long, value_name = "MINUTES")]
        previous_minutes: Option<u32>,
        /// How long the new secret is good for: 90d, 2y [default: until it is rotated]
        #[arg(long, value_name = "TIME", value_parser = minutes)]
        secret_lifetime: Option<i64>,
    },
    /// End the secret before the newest at once
    Retire {
        /// The directory
        directory: String,
        /// The client_id
        client: String,
    },
    /// Delete a client: its secrets and the access tokens that it got end at once
    Delete {
        /// The directory
        directory: String,
        /// The client_id
        client: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum TargetVerb {
    /// Add a SCIM 2.0 service to a directory
    ///
    /// Its token is read from `--token-file` (`-` is standard input) or from ROLLBOOK_TARGET_TOKEN, never from the
    /// command line, where other users of the machine could read it.
    Add {
        /// The directory
        directory: String,
        /// A name for the service, [a-z0-9-]
        name: String,
        /// The service's SCIM base address
        #[arg(long)]
        url: String,
        /// A file that holds the service's bearer token; `-` is standard input
        #[arg(long, value_name = "FILE")]
        token_file: Option<PathBuf>,
        /// The service's habits: the name of a profile, or a JSON file (PATCH or PUT, member chunk, concurrency, …)
        #[arg(long, value_name = "NAME|FILE")]
        profile: Option<String>,
    },
    /// List the targets
    List {
        /// Only of this directory
        directory: Option<String>,
    },
}

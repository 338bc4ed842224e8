//! The key: where it comes from, and how another one takes its place.
//!
//! A new key is written beside the old one (`.new`), then the database goes over to it in one commit, then the file
//! takes the old one's name, which stays as `.{its id}`. Whatever the moment of a crash, one of the files fits the
//! database, and the next start finishes or takes back the rotation.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rollbook_store::{Batch, Environment, Keyring, KeyringError, SettingsWrite, Store, Target};

use crate::config::Config;
use crate::error::ServerError;

/// What a rotation has done.
#[derive(Debug)]
pub(crate) struct Rotated {
    /// The id of the new key.
    pub(crate) key: String,
    /// The file that keeps the old key.
    pub(crate) old: PathBuf,
    /// How many credentials are sealed anew.
    pub(crate) credentials: usize,
}

/// The key: given directly, or from its file; made only where there is neither a key nor a database.
pub(crate) fn read_or_make(
    config: &Config,
    has_data: bool,
    environment: &dyn Environment,
) -> Result<Keyring, ServerError> {
    if let Some(key) = &config.key {
        return parse(config, key.expose());
    }
    let path = key_path(config);
    match std::fs::read_to_string(&path) {
        Ok(text) => return parse(config, &text),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => {
            return Err(ServerError::Key(format!(
                "the key file `{}` cannot be read: {error}",
                path.display()
            )));
        }
    }
    if config.key_file.is_some() {
        return Err(ServerError::Key(format!(
            "`key_file` names `{}`, which is not there; restore it, or leave the key out to have one made",
            path.display()
        )));
    }
    if has_data {
        return Err(ServerError::Key(format!(
            "the key file `{}` is missing, but there is a database: restore the file from {} (the credentials of \
             the targets cannot be read without it)",
            path.display(),
            if config.database.is_some() { "another node or a backup" } else { "its backup" },
        )));
    }
    let keyring = Keyring::generate(environment);
    write(&path, &keyring).map_err(crate::data::unusable(&path))?;
    Ok(keyring)
}

/// The key that fits the store: the given one, or the one of a rotation that was cut off, which ends here.
pub(crate) async fn fitting(
    config: &Config,
    keyring: Keyring,
    store: &dyn Store,
    environment: &dyn Environment,
    what: &str,
) -> Result<Keyring, ServerError> {
    let path = key_path(config);
    let pending = pending(&path);
    let new = if config.key.is_some() { None } else { std::fs::read_to_string(&pending).ok() };
    match keyring.verify_or_mark(store, environment).await {
        Ok(()) => {
            if new.is_some() {
                tracing::warn!(
                    "a rotation of the key was cut off before anything was changed; it is taken back"
                );
                std::fs::remove_file(&pending).map_err(crate::data::unusable(&pending))?;
            }
            Ok(keyring)
        }
        Err(error @ KeyringError::WrongKey { .. }) => {
            if let Some(new) = new.and_then(|text| Keyring::parse(&text).ok())
                && new.verify_or_mark(store, environment).await.is_ok()
            {
                tracing::warn!(
                    "a rotation of the key was cut off after the database had the new key; it is finished"
                );
                install(&path, &keyring).map_err(crate::data::unusable(&path))?;
                return Ok(new);
            }
            Err(unfit(config, what, &error))
        }
        Err(error) => Err(unfit(config, what, &error)),
    }
}

/// Makes a new key and has the database sealed with it.
pub(crate) async fn rotate(
    config: &Config,
    old: &Keyring,
    store: &dyn Store,
    environment: &dyn Environment,
) -> Result<Rotated, ServerError> {
    if config.key.is_some() {
        return Err(ServerError::Config(
            "the key is given by `key` (ROLLBOOK_KEY), which only you can change: put it into a file, name that by \
             `key_file` instead, and rotate then"
                .to_owned(),
        ));
    }
    let path = key_path(config);
    let new = Keyring::generate(environment);
    let pending = pending(&path);
    write(&pending, &new).map_err(crate::data::unusable(&pending))?;
    let mut batch = Batch::global(environment.now()).setting(new.mark(environment));
    let mut credentials = 0;
    for target in store.targets(None).await? {
        let Some(sealed) = &target.credential else { continue };
        let context = Target::credential_context(&target.directory, &target.id);
        let secret = old.open(&context, sealed).map_err(|error| {
            ServerError::Key(format!(
                "the credential of the target `{}` cannot be read: {error}",
                target.name
            ))
        })?;
        let credential = Some(new.seal(environment, &context, &secret));
        batch = batch.setting(SettingsWrite::PutTarget(Target { credential, ..target }));
        credentials += 1;
    }
    // All of it, or nothing.
    store.commit(batch).await?;
    let kept = install(&path, old).map_err(crate::data::unusable(&path))?;
    Ok(Rotated { key: new.key_id(), old: kept, credentials })
}

/// Where the key is, for people.
pub(crate) fn key_place(config: &Config) -> String {
    if config.key.is_some() {
        "`key` (ROLLBOOK_KEY)".to_owned()
    } else {
        format!("`{}`", key_path(config).display())
    }
}

/// Gives the new key the old one's name, and the old one a name of its own.
fn install(path: &Path, old: &Keyring) -> std::io::Result<PathBuf> {
    let (kept, part) = (with_suffix(path, &old.key_id()), with_suffix(path, "part"));
    match std::fs::remove_file(&part) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => write(&part, old)?,
    }
    std::fs::rename(&part, &kept)?;
    std::fs::rename(pending(path), path)?;
    sync_directory(path)?;
    Ok(kept)
}

/// Writes a key into a new file for the owner alone, and onto the disk.
fn write(path: &Path, keyring: &Keyring) -> std::io::Result<()> {
    let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(path)?;
    file.write_all(keyring.to_text().expose().as_bytes())?;
    file.sync_all()?;
    sync_directory(path)
}

fn sync_directory(path: &Path) -> std::io::Result<()> {
    let parent =
        path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    File::open(parent)?.sync_all()
}

fn key_path(config: &Config) -> PathBuf {
    config.key_file.clone().unwrap_or_else(|| config.data.join("rollbook.key"))
}

fn pending(path: &Path) -> PathBuf {
    with_suffix(path, "new")
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

fn parse(config: &Config, text: &str) -> Result<Keyring, ServerError> {
    let place = key_place(config);
    Keyring::parse(text)
        .map_err(|error| ServerError::Key(format!("the key in {place} cannot be used: {error}")))
}

fn unfit(config: &Config, what: &str, error: &KeyringError) -> ServerError {
    ServerError::Key(format!("the key in {} does not fit {what}: {error}", key_place(config)))
}

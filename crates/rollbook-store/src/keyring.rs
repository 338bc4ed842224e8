//! The key that seals the credentials of targets at rest.

use std::fmt;

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use sha2::{Digest, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::contract::{Batch, SettingsWrite, Store};
use crate::environment::Environment;
use crate::error::StoreError;
use crate::secret::Secret;

/// The first byte of every sealed value; another one is a newer format.
const FORMAT: u8 = 1;
/// The mark in the store that tells whether the key is the right one.
const CHECK_MARK: &str = "key_check";

/// Seals and opens secrets with AES-256-GCM under one key, kept outside the database.
///
/// A sealed value is: one format byte, eight bytes of key id, a random nonce of twelve bytes, the ciphertext with its
/// tag of sixteen. It opens only in the context that it was sealed for.
#[derive(Clone)]
pub struct Keyring {
    key: Zeroizing<[u8; 32]>,
    id: [u8; 8],
}

/// Why a key or a sealed value is of no use; shows no secret.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum KeyringError {
    /// The text is no key.
    #[error("the key is not 32 bytes in base64 (44 characters); `openssl rand -base64 32` makes one")]
    Malformed,
    /// The value, or the database, belongs to another key.
    #[error(
        "the data is sealed with key {sealed_with}, but the key at hand is {at_hand}; restore the other key file"
    )]
    WrongKey {
        /// The id of the key that sealed it.
        sealed_with: String,
        /// The id of this key.
        at_hand: String,
    },
    /// The value is cut off, changed, or was sealed for another place.
    #[error(
        "the sealed value for `{context}` is damaged or was moved from another place; enter the secret again"
    )]
    Corrupt {
        /// What it should have been sealed for.
        context: String,
    },
    /// The value was sealed by a newer version.
    #[error("the sealed value has format {format}; this version knows format 1: run the newer version")]
    Format {
        /// The format byte that was found.
        format: u8,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Keyring {
    /// Takes a key as bytes.
    #[must_use]
    pub fn from_bytes(key: [u8; 32]) -> Self {
        let key = Zeroizing::new(key);
        let digest: [u8; 32] = Sha256::digest(key.as_ref()).into();
        let [a, b, c, d, e, f, g, h, ..] = digest;
        Self { key, id: [a, b, c, d, e, f, g, h] }
    }

    /// Reads a key as text: base64 of 32 bytes (RFC 4648 §4); white space around it does not matter.
    ///
    /// # Errors
    ///
    /// [`KeyringError::Malformed`].
    pub fn parse(text: &str) -> Result<Self, KeyringError> {
        let bytes = STANDARD.decode(text.trim()).map(Zeroizing::new).map_err(|_| KeyringError::Malformed)?;
        bytes.as_slice().try_into().map(Self::from_bytes).map_err(|_| KeyringError::Malformed)
    }

    /// Makes a new key.
    #[must_use]
    pub fn generate(environment: &dyn Environment) -> Self {
        let mut key = Zeroizing::new([0; 32]);
        environment.fill(key.as_mut());
        Self::from_bytes(*key)
    }

    /// The key as text, to be written into a key file.
    #[must_use]
    pub fn to_text(&self) -> Secret {
        Secret::new(STANDARD.encode(self.key.as_ref()))
    }

    /// What names the key without telling it: the first eight bytes of its SHA-256, in hex.
    #[must_use]
    pub fn key_id(&self) -> String {
        hex(&self.id)
    }

    /// Seals a secret for a context, such as [`crate::Target::credential_context`].
    #[must_use]
    pub fn seal(&self, environment: &dyn Environment, context: &str, secret: &Secret) -> Bytes {
        let mut nonce = [0; 12];
        environment.fill(&mut nonce);
        let payload = Payload { msg: secret.expose().as_bytes(), aad: context.as_bytes() };
        #[allow(clippy::expect_used, reason = "only a text of 64 GiB is refused")]
        let sealed = self.cipher().encrypt(&Nonce::from(nonce), payload).expect("the secret is far too long");
        let mut bytes = Vec::with_capacity(1 + self.id.len() + nonce.len() + sealed.len());
        bytes.push(FORMAT);
        bytes.extend_from_slice(&self.id);
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&sealed);
        bytes.into()
    }

    /// Opens what was sealed for a context.
    ///
    /// # Errors
    ///
    /// [`KeyringError::WrongKey`] names both keys; [`KeyringError::Corrupt`] when the value was changed, cut off or
    /// sealed for another context; [`KeyringError::Format`] when a newer version sealed it.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Secret, KeyringError> {
        let corrupt = || KeyringError::Corrupt { context: context.to_owned() };
        let (&format, rest) = sealed.split_first().ok_or_else(corrupt)?;
        if format != FORMAT {
            return Err(KeyringError::Format { format });
        }
        let (id, rest) = rest.split_first_chunk::<8>().ok_or_else(corrupt)?;
        if *id != self.id {
            return Err(KeyringError::WrongKey { sealed_with: hex(id), at_hand: self.key_id() });
        }
        let (nonce, rest) = rest.split_first_chunk::<12>().ok_or_else(corrupt)?;
        let payload = Payload { msg: rest, aad: context.as_bytes() };
        let text = self.cipher().decrypt(&Nonce::from(*nonce), payload).map_err(|_| corrupt())?;
        let text = Zeroizing::new(text);
        std::str::from_utf8(&text).map(Secret::new).map_err(|_| corrupt())
    }

    /// Whether the store has a key already, so that only that one will do.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub async fn is_needed(store: &dyn Store) -> Result<bool, StoreError> {
        Ok(store.mark(CHECK_MARK).await?.is_some())
    }

    /// Makes sure that this is the key of the store; a store without sealed data takes it as its key.
    ///
    /// # Errors
    ///
    /// [`KeyringError::WrongKey`] when the store belongs to another key; the caller then refuses to start and names
    /// the key file.
    pub async fn verify_or_mark(
        &self,
        store: &dyn Store,
        environment: &dyn Environment,
    ) -> Result<(), KeyringError> {
        if let Some(sealed) = store.mark(CHECK_MARK).await? {
            return self.open(CHECK_MARK, &sealed).map(drop);
        }
        store.commit(Batch::global(environment.now()).setting(self.mark(environment))).await?;
        Ok(())
    }

    /// The write that makes this the key of a store; what was sealed with another one must be sealed anew in the same
    /// batch.
    #[must_use]
    pub fn mark(&self, environment: &dyn Environment) -> SettingsWrite {
        let value = self.seal(environment, CHECK_MARK, &Secret::new(CHECK_MARK));
        SettingsWrite::PutMark { name: CHECK_MARK.to_owned(), value }
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new((&*self.key).into())
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").field("key_id", &self.key_id()).finish_non_exhaustive()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

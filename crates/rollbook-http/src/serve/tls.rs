//! TLS from PEM files, which can be read again while connections go on.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::{Error as PemError, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// A certificate chain and its key, read from PEM files; clones share what [`Tls::reload`] reads.
///
/// TLS 1.2 and 1.3; HTTP/2 and HTTP/1.1 are offered (ALPN, RFC 7301).
#[derive(Clone)]
pub struct Tls {
    shared: Arc<Shared>,
}

struct Shared {
    certificate: PathBuf,
    key: PathBuf,
    config: RwLock<Arc<ServerConfig>>,
}

/// Why the certificate or the key cannot be used; its message names the file and the next step.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("the file `{path}` cannot be read: {cause}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// The certificate file holds no certificate.
    #[error(
        "the file `{path}` holds no certificate; it must be PEM, with `-----BEGIN CERTIFICATE-----`, own one first"
    )]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// The key file holds no key.
    #[error("the file `{path}` holds no private key; it must be PEM, with `-----BEGIN PRIVATE KEY-----`")]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// The key is encrypted.
    #[error(
        "the key in `{path}` is protected by a passphrase; write it without: `openssl pkey -in {path} -out …`"
    )]
    EncryptedKey {
        /// The file.
        path: PathBuf,
    },
    /// The key is not that of the first certificate.
    #[error(
        "the key in `{key}` is not that of the first certificate in `{certificate}`; the server's own certificate must \
         be the first one"
    )]
    Mismatch {
        /// The certificate file.
        certificate: PathBuf,
        /// The key file.
        key: PathBuf,
    },
    /// A file is damaged, or of a kind that is not supported.
    #[error("the file `{path}` cannot be used: {reason}")]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

impl Tls {
    /// Reads a certificate chain, the server's own certificate first, and its private key (PKCS #8, PKCS #1 or SEC 1).
    ///
    /// # Errors
    /// When a file cannot be read, holds nothing of the kind, or the two do not fit.
    pub fn load(certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Result<Self, TlsError> {
        let (certificate, key) = (certificate.into(), key.into());
        let config = RwLock::new(Arc::new(read(&certificate, &key)?));
        Ok(Self { shared: Arc::new(Shared { certificate, key, config }) })
    }

    /// Reads the same files again, for connections from now on; open ones are not touched.
    ///
    /// # Errors
    /// As [`Tls::load`]; the certificate that was in use stays in use.
    pub fn reload(&self) -> Result<(), TlsError> {
        let config = Arc::new(read(&self.shared.certificate, &self.shared.key)?);
        *self.shared.config.write().unwrap_or_else(PoisonError::into_inner) = config;
        Ok(())
    }

    /// What accepts a connection with the certificate of now.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        let config = self.shared.config.read().unwrap_or_else(PoisonError::into_inner);
        TlsAcceptor::from(Arc::clone(&config))
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shared { certificate, key, .. } = self.shared.as_ref();
        f.debug_struct("Tls").field("certificate", certificate).field("key", key).finish_non_exhaustive()
    }
}

fn read(certificate: &Path, key: &Path) -> Result<ServerConfig, TlsError> {
    let invalid = |path: &Path, reason: String| TlsError::Invalid { path: path.to_owned(), reason };
    let chain = read_chain(certificate)?;
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| invalid(certificate, error.to_string()))?;
    let mut config = builder.with_no_client_auth().with_single_cert(chain, read_key(key)?).map_err(
        |error| match error {
            rustls::Error::InconsistentKeys(_) => {
                TlsError::Mismatch { certificate: certificate.to_owned(), key: key.to_owned() }
            }
            rustls::Error::InvalidCertificate(_) => invalid(certificate, error.to_string()),
            other => invalid(key, other.to_string()),
        },
    )?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let pem = read_file(path)?;
    let chain = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| TlsError::Invalid { path: path.to_owned(), reason: error.to_string() })?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate { path: path.to_owned() });
    }
    Ok(chain)
}

fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let pem = read_file(path)?;
    let path = path.to_owned();
    PrivateKeyDer::from_pem_slice(&pem).map_err(|error| match error {
        PemError::NoItemsFound if is_encrypted(&pem) => TlsError::EncryptedKey { path },
        PemError::NoItemsFound => TlsError::NoKey { path },
        error => TlsError::Invalid { path, reason: error.to_string() },
    })
}

fn is_encrypted(pem: &[u8]) -> bool {
    let word = b"ENCRYPTED";
    pem.windows(word.len()).any(|window| window == word)
}

fn read_file(path: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(path).map_err(|cause| TlsError::Unreadable { path: path.to_owned(), cause })
}

//! The TLS settings of outgoing calls.

use std::sync::Arc;

use hyper_rustls::ConfigBuilderExt;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion, version};

/// TLS 1.2 and 1.3 with the certificate authorities of the operating system.
///
/// The provider is named here: a process may hold several, and then rustls has no default.
pub(super) fn config() -> ClientConfig {
    let builder = || {
        ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&VERSIONS)
    };
    #[allow(
        clippy::expect_used,
        reason = "ring has cipher suites for both versions; a test makes this very call"
    )]
    let build = || builder().expect("ring supports TLS 1.2 and TLS 1.3");
    let config = build().with_native_roots().unwrap_or_else(|error| {
        tracing::warn!(%error, "the system has no certificate authorities: calls over TLS will fail");
        build().with_root_certificates(RootCertStore::empty())
    });
    config.with_no_client_auth()
}

const VERSIONS: [&SupportedProtocolVersion; 2] = [&version::TLS13, &version::TLS12];

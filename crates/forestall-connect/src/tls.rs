// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! TLS: the authorities of the operating system and those that the operator adds, with ring under it.

use std::error::Error;
use std::io;
use std::sync::Arc;

use rustls::client::WantsClientCert;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore};

use crate::causes::chain;

/// Why TLS cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A certificate that the operator added cannot be used.
    #[error("the added certificate of an authority {place} cannot be used: {reason}")]
    Authority {
        /// Which, from 1.
        place: usize,
        /// Why.
        reason: String,
    },
    /// The library has no version of TLS.
    #[error("TLS cannot be set up: {0}")]
    Setup(String),
}

/// Makes the settings of TLS. Without any authority every certificate is refused, and each look says so.
pub(crate) fn config(authorities: &[Vec<u8>]) -> Result<ClientConfig, TlsError> {
    Ok(builder(authorities)?.with_no_client_auth())
}

/// Makes the settings of TLS in which the client shows a certificate. Without an authority that the operator added, those of the operating system count.
pub(crate) fn config_of(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    authorities: &[Vec<u8>],
) -> Result<ClientConfig, TlsError> {
    let config = builder(authorities)?.with_client_auth_cert(chain, key);
    config.map_err(|error| TlsError::Setup(format!("the client's certificate and key: {error}")))
}

fn builder(authorities: &[Vec<u8>]) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, TlsError> {
    let mut roots = RootCertStore::empty();
    let native = rustls_native_certs::load_native_certs();
    for error in &native.errors {
        tracing::warn!(%error, "an authority of the operating system is left out");
    }
    roots.add_parsable_certificates(native.certs);
    for (i, authority) in authorities.iter().enumerate() {
        let added = roots.add(CertificateDer::from(authority.clone()));
        added.map_err(|error| TlsError::Authority { place: i + 1, reason: error.to_string() })?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| TlsError::Setup(error.to_string()))?;
    Ok(config.with_root_certificates(roots))
}

/// Says whether a wrong certificate is the cause of an error, however deep: errors of the system may hold others that they do not tell as their cause.
pub(crate) fn blames_certificate(error: &(dyn Error + 'static)) -> bool {
    chain(error).any(|cause| {
        let mut cause = cause;
        loop {
            if let Some(error) = cause.downcast_ref::<rustls::Error>() {
                return matches!(error, rustls::Error::InvalidCertificate(_));
            }
            match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
                Some(inner) => cause = inner,
                None => return false,
            }
        }
    })
}

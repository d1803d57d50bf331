// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The certificate that a client shows, with its key.

use std::fmt;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Most certificates of a chain.
const MOST: usize = 8;

/// A certificate with those that signed it, and its private key.
pub struct EppIdentity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

/// A text that is no certificate, or no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// No certificate.
    #[error("no certificate in PEM: {0}")]
    Certificate(String),
    /// No key.
    #[error("no private key in PEM, without a password")]
    Key,
}

impl EppIdentity {
    /// Reads a chain of certificates and a private key, both in PEM.
    ///
    /// # Errors
    ///
    /// [`IdentityError`], which holds nothing of the key.
    pub fn read(certificates: &str, key: &str) -> Result<Self, IdentityError> {
        let chain = authorities(certificates)?.into_iter().map(CertificateDer::from).collect();
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| IdentityError::Key)?;
        Ok(Self { chain, key })
    }

    pub(super) fn parts(&self) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        (self.chain.clone(), self.key.clone_key())
    }
}

/// Reads certificates in PEM and returns them in DER, one at least.
///
/// # Errors
///
/// [`IdentityError::Certificate`].
pub fn authorities(text: &str) -> Result<Vec<Vec<u8>>, IdentityError> {
    let read: Result<Vec<CertificateDer<'_>>, _> = CertificateDer::pem_slice_iter(text.as_bytes()).take(MOST).collect();
    let read = read.map_err(|error| IdentityError::Certificate(error.to_string()))?;
    if read.is_empty() {
        return Err(IdentityError::Certificate("the file holds none".to_owned()));
    }
    Ok(read.into_iter().map(|certificate| certificate.to_vec()).collect())
}

impl Clone for EppIdentity {
    fn clone(&self) -> Self {
        let (chain, key) = self.parts();
        Self { chain, key }
    }
}

impl fmt::Debug for EppIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EppIdentity").field("certificates", &self.chain.len()).finish_non_exhaustive()
    }
}

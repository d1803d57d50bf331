// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Certificates of the tests, and services that show them.

use std::io::{self, Write};
use std::net::TcpStream;
use std::sync::Arc;

use forestall_testkit::pem::Identity;
use forestall_testkit::responder::Responder;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// The certificate of an authority of the tests, and what it signed for localhost and 127.0.0.1: one valid from 2000 to 2125, one
/// that expired in 2010.
pub(crate) const AUTHORITY: &[u8] = include_bytes!("certificates/authority.der");
pub(crate) const GOOD: &[u8] = include_bytes!("certificates/good.der");
pub(crate) const EXPIRED: &[u8] = include_bytes!("certificates/expired.der");
const KEY: &[u8] = include_bytes!("certificates/key.der");

/// A certificate with the key that all of them have.
pub(crate) const fn identity(certificate: &'static [u8]) -> Identity<'static> {
    Identity { certificate, key: KEY }
}

/// Starts a service over TLS that shows a certificate.
pub(crate) fn secured(
    certificate: &'static [u8],
    script: impl Fn(&mut StreamOwned<ServerConnection, TcpStream>) -> io::Result<()> + Send + Sync + 'static,
) -> Responder {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let key = PrivateKeyDer::try_from(KEY).unwrap();
    let config =
        Arc::new(config.with_no_client_auth().with_single_cert(vec![CertificateDer::from(certificate)], key).unwrap());
    Responder::start(move |stream| {
        let connection = ServerConnection::new(Arc::clone(&config)).map_err(io::Error::other)?;
        let mut stream = StreamOwned::new(connection, stream);
        script(&mut stream)?;
        stream.conn.send_close_notify();
        stream.flush()
    })
}

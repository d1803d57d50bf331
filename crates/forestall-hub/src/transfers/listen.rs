// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The listeners: TCP and UDP on one address, and TLS on another.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use forestall_dns::transfer::{Limits, Transport};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, version};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio_rustls::TlsAcceptor;

use super::Transfers;

/// What a client of DNS over TLS asks for (RFC 9103, section 7.1).
const ALPN: &[u8] = b"dot";

/// A certificate with its key, as TLS shows it.
#[derive(Clone)]
pub struct Identity(Arc<ServerConfig>);

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity(..)")
    }
}

/// Why a certificate and a key cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// A file is none in the form PEM, or cannot be read.
    #[error("{path} could not be read as PEM: {reason}")]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The two do not belong together.
    #[error("the certificate and the key cannot be used: {0}")]
    Pair(String),
}

impl Identity {
    /// Reads a chain of certificates and the key of its first.
    ///
    /// # Errors
    ///
    /// [`IdentityError`].
    pub fn read(certificates: &Path, key: &Path) -> Result<Self, IdentityError> {
        let wrong = |path: &Path, reason: String| IdentityError::File { path: path.to_path_buf(), reason };
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificates)
            .and_then(Iterator::collect)
            .map_err(|error| wrong(certificates, error.to_string()))?;
        let key = PrivateKeyDer::from_pem_file(key).map_err(|error| wrong(key, error.to_string()))?;
        let pair = |error: rustls::Error| IdentityError::Pair(error.to_string());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        // RFC 9103, section 7.1: nothing before TLS 1.3.
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&version::TLS13])
            .map_err(pair)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(pair)?;
        config.alpn_protocols = vec![ALPN.to_vec()];
        Ok(Self(Arc::new(config)))
    }
}

/// Where secondaries are served.
#[derive(Clone, Debug, Default)]
pub struct TransferSettings {
    /// Over TCP and UDP.
    pub listen: Option<SocketAddr>,
    /// Over TLS.
    pub listen_tls: Option<(SocketAddr, Identity)>,
    /// How much is done for whom.
    pub limits: Limits,
}

/// Why nobody can be served.
#[derive(Debug, thiserror::Error)]
#[error("transfers of zones cannot be served at {address}: {error}")]
pub struct ListenError {
    address: SocketAddr,
    error: io::Error,
}

/// The listeners, bound and ready to serve.
#[derive(Debug)]
pub struct Listening {
    transfers: Transfers,
    limits: Limits,
    plain: Option<(TcpListener, UdpSocket)>,
    tls: Option<(TcpListener, Identity)>,
    address: Option<SocketAddr>,
    tls_address: Option<SocketAddr>,
}

impl Listening {
    /// Binds the addresses. Nothing is answered before [`Listening::serve`].
    ///
    /// # Errors
    ///
    /// [`ListenError`] where the system refuses.
    pub async fn bind(transfers: Transfers, settings: TransferSettings) -> Result<Self, ListenError> {
        let at = |address: SocketAddr| move |error: io::Error| ListenError { address, error };
        let mut bound =
            Self { transfers, limits: settings.limits, plain: None, tls: None, address: None, tls_address: None };
        if let Some(address) = settings.listen {
            let (tcp, udp) = both(address).await.map_err(at(address))?;
            bound.address = Some(tcp.local_addr().map_err(at(address))?);
            bound.plain = Some((tcp, udp));
        }
        if let Some((address, identity)) = settings.listen_tls {
            let tcp = TcpListener::bind(address).await.map_err(at(address))?;
            bound.tls_address = Some(tcp.local_addr().map_err(at(address))?);
            bound.tls = Some((tcp, identity));
        }
        Ok(bound)
    }

    /// Returns where TCP and UDP are answered.
    #[must_use]
    pub const fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// Returns where TLS is answered.
    #[must_use]
    pub const fn tls_address(&self) -> Option<SocketAddr> {
        self.tls_address
    }

    /// Keeps serials, tells secondaries, and answers them, until it is dropped.
    pub async fn serve(self) {
        let Self { transfers, limits, plain, tls, address, tls_address } = self;
        let server = transfers.server(limits);
        let from = address.or(tls_address).map(|address| address.ip());
        let from: Option<IpAddr> = from.filter(|address| !address.is_unspecified());
        let keep = transfers.keep(from);
        let over = Arc::clone(&server);
        let plain = async move {
            if let Some((tcp, udp)) = plain {
                let stay = |stream: TcpStream| std::future::ready(Ok(stream));
                tokio::join!(Arc::clone(&over).serve(tcp, Transport::Tcp, stay), over.serve_udp(udp));
            }
        };
        let tls = async move {
            if let Some((tcp, Identity(config))) = tls {
                let acceptor = TlsAcceptor::from(config);
                server.serve(tcp, Transport::Tls, move |stream| acceptor.accept(stream)).await;
            }
        };
        tokio::join!(keep, plain, tls);
    }
}

/// Binds TCP and UDP on the same port, also where the system is to choose it.
async fn both(address: SocketAddr) -> io::Result<(TcpListener, UdpSocket)> {
    const TRIES: u32 = 16;
    let mut tries = 0;
    loop {
        let tcp = TcpListener::bind(address).await?;
        tries += 1;
        match UdpSocket::bind(tcp.local_addr()?).await {
            Ok(udp) => return Ok((tcp, udp)),
            Err(_) if address.port() == 0 && tries < TRIES => {}
            Err(error) => return Err(error),
        }
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The listeners: TCP and UDP on some addresses, and TLS on others.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use forestall_dns::transfer::{Limits, Transport};
use forestall_model::Digest;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, version};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::Transfers;

/// What a client of DNS over TLS asks for (RFC 9103, section 7.1).
const ALPN: &[u8] = b"dot";

/// How often it is looked whether the certificate was renewed.
const RENEWED: Duration = Duration::from_secs(10);

/// A certificate with its key, as TLS shows it. Clones share what was read last.
#[derive(Clone)]
pub struct Identity {
    certificates: PathBuf,
    key: PathBuf,
    now: Arc<Mutex<Shown>>,
}

/// What is shown to who connects.
struct Shown {
    config: Arc<ServerConfig>,
    /// A digest of the files as they were read last, whether they could be used or not.
    files: Option<Digest>,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").field("certificates", &self.certificates).finish_non_exhaustive()
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
        let files = digest_of(certificates, key);
        let now = Arc::new(Mutex::new(Shown { config: config_of(certificates, key)?, files }));
        Ok(Self { certificates: certificates.to_path_buf(), key: key.to_path_buf(), now })
    }

    /// Reads the files again where they changed, and says whether others are shown from now on. Connections that are open stay as they are; so does what
    /// is shown where the new files cannot be used, as between the two steps of a renewal.
    ///
    /// # Errors
    ///
    /// [`IdentityError`], once for each change.
    pub fn renew(&self) -> Result<bool, IdentityError> {
        let files = digest_of(&self.certificates, &self.key);
        if files == self.shown().files {
            return Ok(false);
        }
        let config = config_of(&self.certificates, &self.key);
        let mut shown = self.shown();
        shown.files = files;
        shown.config = config?;
        Ok(true)
    }

    fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.shown().config))
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks for new files until it is dropped.
    async fn watch(self) {
        loop {
            tokio::time::sleep(RENEWED).await;
            let identity = self.clone();
            let looked = tokio::task::spawn_blocking(move || identity.renew()).await;
            match looked {
                Ok(Ok(false)) => {}
                Ok(Ok(true)) => tracing::info!("zones are served with a new certificate"),
                Ok(Err(error)) => tracing::warn!(%error, "the certificate of the transfers stays as it was"),
                Err(error) => tracing::error!(%error, "the certificate of the transfers cannot be looked at"),
            }
        }
    }
}

fn config_of(certificates: &Path, key: &Path) -> Result<Arc<ServerConfig>, IdentityError> {
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
    Ok(Arc::new(config))
}

/// Returns a digest of two files; none where one of them is not there.
fn digest_of(certificates: &Path, key: &Path) -> Option<Digest> {
    let (chain, key) = (std::fs::read(certificates).ok()?, std::fs::read(key).ok()?);
    Some(Digest::of_parts(&[&Digest::of(&chain).0, &Digest::of(&key).0]))
}

/// Where secondaries are served.
#[derive(Clone, Debug, Default)]
pub struct TransferSettings {
    /// Over TCP and UDP.
    pub listen: Vec<SocketAddr>,
    /// Over TLS.
    pub listen_tls: Option<(Vec<SocketAddr>, Identity)>,
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
    plain: Vec<(TcpListener, UdpSocket)>,
    tls: Vec<TcpListener>,
    identity: Option<Identity>,
    addresses: Vec<SocketAddr>,
    tls_addresses: Vec<SocketAddr>,
}

impl Listening {
    /// Binds the addresses. Nothing is answered before [`Listening::serve`].
    ///
    /// # Errors
    ///
    /// [`ListenError`] where the system refuses.
    pub async fn bind(transfers: Transfers, settings: TransferSettings) -> Result<Self, ListenError> {
        let at = |address: SocketAddr| move |error: io::Error| ListenError { address, error };
        let mut bound = Self {
            transfers,
            limits: settings.limits,
            plain: Vec::new(),
            tls: Vec::new(),
            identity: None,
            addresses: Vec::new(),
            tls_addresses: Vec::new(),
        };
        for address in settings.listen {
            let (tcp, udp) = both(address).await.map_err(at(address))?;
            bound.addresses.push(tcp.local_addr().map_err(at(address))?);
            bound.plain.push((tcp, udp));
        }
        if let Some((addresses, identity)) = settings.listen_tls {
            for address in addresses {
                let tcp = TcpListener::bind(address).await.map_err(at(address))?;
                bound.tls_addresses.push(tcp.local_addr().map_err(at(address))?);
                bound.tls.push(tcp);
            }
            bound.identity = Some(identity);
        }
        Ok(bound)
    }

    /// Returns where TCP and UDP are answered.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Returns where TLS is answered.
    #[must_use]
    pub fn tls_addresses(&self) -> &[SocketAddr] {
        &self.tls_addresses
    }

    /// Keeps serials, tells secondaries, and answers them, until it is dropped.
    pub async fn serve(self) {
        let Self { transfers, limits, plain, tls, identity, addresses, tls_addresses } = self;
        let server = transfers.server(limits);
        let own = addresses.iter().chain(&tls_addresses).map(SocketAddr::ip);
        let from: Vec<IpAddr> = own.filter(|address| !address.is_unspecified()).collect();
        let keep = transfers.keep(from);
        let mut listeners = JoinSet::new();
        for (tcp, udp) in plain {
            let over = Arc::clone(&server);
            listeners.spawn(async move {
                let stay = |stream: TcpStream| std::future::ready(Ok(stream));
                tokio::join!(Arc::clone(&over).serve(tcp, Transport::Tcp, stay), over.serve_udp(udp));
            });
        }
        if let Some(identity) = identity {
            for tcp in tls {
                let (over, identity) = (Arc::clone(&server), identity.clone());
                listeners.spawn(async move {
                    over.serve(tcp, Transport::Tls, move |stream| identity.acceptor().accept(stream)).await;
                });
            }
            listeners.spawn(identity.watch());
        }
        // They end with this: what is spawned is dropped with its set.
        let answer = async move { while listeners.join_next().await.is_some() {} };
        tokio::join!(keep, answer);
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

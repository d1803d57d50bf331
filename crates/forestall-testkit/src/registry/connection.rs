// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Connections: TCP and TLS, in which both sides show certificates (RFC 5734).

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::frame;
use super::session::{Sending, Session};
use super::world::World;
use crate::pem::Identity;

/// How long a session may be silent.
const IDLE: Duration = Duration::from_secs(120);

/// The authority of the registry, which signed its certificate and those of its clients: all valid from 2000 to 2125.
pub(super) const AUTHORITY: &[u8] = include_bytes!("certificates/authority.der");
const SERVER: Identity<'static> = Identity {
    certificate: include_bytes!("certificates/server.der"),
    key: include_bytes!("certificates/server.key.der"),
};
/// A client's certificate that the registry takes.
pub(super) const CLIENT: Identity<'static> = Identity {
    certificate: include_bytes!("certificates/client.der"),
    key: include_bytes!("certificates/client.key.der"),
};
/// A client's certificate of another authority.
pub(super) const OUTSIDER: Identity<'static> = Identity {
    certificate: include_bytes!("certificates/outsider.der"),
    key: include_bytes!("certificates/outsider.key.der"),
};
/// A client's certificate that was good until 2010.
pub(super) const EXPIRED: Identity<'static> = Identity {
    certificate: include_bytes!("certificates/expired.der"),
    key: include_bytes!("certificates/expired.key.der"),
};

/// What all connections share.
#[derive(Debug)]
pub(super) struct Shared {
    world: Mutex<World>,
    open: Mutex<BTreeMap<u64, TcpStream>>,
}

impl Shared {
    pub(super) fn new(world: World) -> Self {
        Self { world: Mutex::new(world), open: Mutex::default() }
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends all connections as they are.
    pub(super) fn cut(&self) {
        for stream in self.open().values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<u64, TcpStream>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes the settings of TLS: only clients with a certificate of the authority are let in.
pub(super) fn config() -> Arc<ServerConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(AUTHORITY)).expect("the authority of the tests is one");
    let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let clients = clients.build().expect("there is an authority");
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.expect("the provider has a version of TLS").with_client_cert_verifier(clients);
    let key = PrivateKeyDer::try_from(SERVER.key).expect("the key of the tests is one");
    let chain = vec![CertificateDer::from(SERVER.certificate)];
    Arc::new(config.with_single_cert(chain, key).expect("the certificate and its key fit"))
}

/// Talks to a client until one of the two ends it.
pub(super) fn serve(mut stream: TcpStream, shared: &Shared, config: &Arc<ServerConfig>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(IDLE))?;
    let mut connection = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
    while connection.is_handshaking() {
        connection.complete_io(&mut stream)?;
    }
    let number = shared.world().session();
    shared.open().insert(number, stream.try_clone()?);
    let mut stream = StreamOwned::new(connection, stream);
    let ended = talk(&mut stream, shared, Session::new(number));
    shared.world().sessions.remove(&number);
    shared.open().remove(&number);
    ended
}

fn talk(
    stream: &mut StreamOwned<ServerConnection, TcpStream>,
    shared: &Shared,
    mut session: Session,
) -> io::Result<()> {
    let opening = session.opened(&mut shared.world());
    if finish(stream, &opening)? {
        return Ok(());
    }
    let most = shared.world().settings.longest;
    while let Some(octets) = frame::read(stream, most)? {
        let sending = session.take(&mut shared.world(), &octets);
        if finish(stream, &sending)? {
            break;
        }
    }
    Ok(())
}

/// Sends what is to be sent, and says whether the connection has ended with it.
fn finish(stream: &mut StreamOwned<ServerConnection, TcpStream>, sending: &Sending) -> io::Result<bool> {
    std::thread::sleep(sending.delay);
    stream.write_all(&sending.octets)?;
    stream.flush()?;
    if sending.ends {
        if !sending.octets.is_empty() {
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
        stream.sock.shutdown(Shutdown::Both)?;
    }
    Ok(sending.ends)
}

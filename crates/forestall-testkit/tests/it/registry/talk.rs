// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A client as plain as can be: it sends the text that a test wrote, and shows the text that came back.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use forestall_testkit::pem::Identity;
use forestall_testkit::registry::{Registry, Settings};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// All services that the registry knows, as a login names them.
const SERVICES: &str = "<svcs><objURI>urn:ietf:params:xml:ns:domain-1.0</objURI><objURI>urn:ietf:params:xml:ns:contact-1.0</objURI>\
                        <objURI>urn:ietf:params:xml:ns:host-1.0</objURI><svcExtension><extURI>urn:ietf:params:xml:ns:secDNS-1.1</extURI>\
                        <extURI>urn:ietf:params:xml:ns:rgp-1.0</extURI><extURI>urn:ietf:params:xml:ns:epp:fee-1.0</extURI></svcExtension></svcs>";

/// A connection.
pub(super) struct Client {
    stream: StreamOwned<ClientConnection, TcpStream>,
    count: u32,
}

impl Client {
    /// Connects, with a certificate or none.
    pub(super) fn connected(registry: &Registry, identity: Option<Identity<'static>>) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(Registry::authority())).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = config.with_root_certificates(roots);
        let config = match identity {
            Some(identity) => {
                let key = PrivateKeyDer::try_from(identity.key).unwrap();
                config.with_client_auth_cert(vec![CertificateDer::from(identity.certificate)], key).unwrap()
            }
            None => config.with_no_client_auth(),
        };
        let name = ServerName::try_from("epp.registry.test").unwrap();
        let connection = ClientConnection::new(Arc::new(config), name).unwrap();
        let socket = TcpStream::connect(registry.address()).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Self { stream: StreamOwned::new(connection, socket), count: 0 }
    }

    /// Connects and takes the greeting.
    pub(super) fn greeted(registry: &Registry) -> Self {
        let mut client = Self::connected(registry, Some(Registry::client_identity()));
        assert!(client.read().unwrap().contains("<greeting>"));
        client
    }

    /// Connects and signs in.
    pub(super) fn signed_in(registry: &Registry, account: &str) -> Self {
        let mut client = Self::greeted(registry);
        let answer = client.login(account, Settings::PASSWORD);
        assert_eq!(code(&answer), 1000, "{answer}");
        client
    }

    /// Asks to sign in, with all services.
    pub(super) fn login(&mut self, account: &str, password: &str) -> String {
        self.login_with(account, password, "", "1.0", SERVICES)
    }

    /// Asks to sign in.
    pub(super) fn login_with(
        &mut self,
        account: &str,
        password: &str,
        new: &str,
        version: &str,
        services: &str,
    ) -> String {
        self.command(&format!(
            "<login><clID>{account}</clID><pw>{password}</pw>{new}<options><version>{version}</version><lang>en</lang></options>\
             {services}</login>"
        ))
    }

    /// Sends a command and returns its answer.
    pub(super) fn command(&mut self, body: &str) -> String {
        self.send_command(body);
        let answer = self.read().unwrap();
        assert!(answer.contains(&format!("<clTRID>FS-{:05}</clTRID>", self.count)), "{answer}");
        answer
    }

    /// Sends a command.
    pub(super) fn send_command(&mut self, body: &str) {
        self.count += 1;
        let frame = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><epp xmlns=\"urn:ietf:params:xml:ns:epp-1.0\"><command>{body}\
             <clTRID>FS-{:05}</clTRID></command></epp>",
            self.count
        );
        self.send(frame.as_bytes());
    }

    /// Sends a command about a domain: the name of the command, and what is in the element of the domain.
    pub(super) fn domain(&mut self, verb: &str, inside: &str) -> String {
        self.command(&domain(verb, inside))
    }

    /// Sends a frame.
    pub(super) fn send(&mut self, frame: &[u8]) {
        let length = u32::try_from(frame.len() + 4).unwrap().to_be_bytes();
        self.send_octets(&[&length, frame].concat());
    }

    /// Sends octets as they are.
    pub(super) fn send_octets(&mut self, octets: &[u8]) {
        self.stream.write_all(octets).unwrap();
        self.stream.flush().unwrap();
    }

    /// Reads a frame.
    pub(super) fn read(&mut self) -> io::Result<String> {
        let octets = self.read_octets()?;
        String::from_utf8(octets).map_err(io::Error::other)
    }

    /// Reads the octets of a frame.
    pub(super) fn read_octets(&mut self) -> io::Result<Vec<u8>> {
        let length = usize::try_from(self.read_length()?).unwrap();
        assert!((5..16 << 20).contains(&length), "a frame of {length} octets");
        let mut octets = vec![0; length - 4];
        self.stream.read_exact(&mut octets)?;
        Ok(octets)
    }

    /// Reads a length.
    pub(super) fn read_length(&mut self) -> io::Result<u32> {
        let mut length = [0; 4];
        self.stream.read_exact(&mut length)?;
        Ok(u32::from_be_bytes(length))
    }

    /// Says whether the connection has ended.
    pub(super) fn has_ended(&mut self) -> bool {
        let mut octet = [0];
        match self.stream.read(&mut octet) {
            Ok(read) => read == 0,
            Err(error) => !matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut),
        }
    }

    /// Waits no longer than this for octets.
    pub(super) fn waits(&self, time: Duration) {
        self.stream.sock.set_read_timeout(Some(time)).unwrap();
    }
}

/// Writes a command about a domain.
pub(super) fn domain(verb: &str, inside: &str) -> String {
    format!(
        "<{verb}><domain:{verb} xmlns:domain=\"urn:ietf:params:xml:ns:domain-1.0\">{inside}</domain:{verb}></{verb}>"
    )
}

/// Writes what is in the element of a domain that is created with a password.
pub(super) fn fresh(name: &str) -> String {
    format!("<domain:name>{name}</domain:name><domain:authInfo><domain:pw>secret-2009</domain:pw></domain:authInfo>")
}

/// Writes what is in the element of a domain that is only named.
pub(super) fn named(name: &str) -> String {
    format!("<domain:name>{name}</domain:name>")
}

/// Reads the result code of an answer.
pub(super) fn code(answer: &str) -> u16 {
    let (_, rest) = answer.split_once("<result code=\"").unwrap_or_else(|| panic!("no answer: {answer}"));
    rest[..4].parse().unwrap()
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A provider of identities on a free port of the loopback interface: the program `oidc-provider-mock` of the Python package of that
//! name, which speaks OpenID Connect with signed tokens and lets anybody sign in by the name of a user.

use std::ffi::OsString;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use crate::server::Server;
use crate::skip;

/// A running provider; ends when dropped.
#[derive(Debug)]
pub struct OidcProvider(Server);

impl OidcProvider {
    /// Starts a provider with users, each a JSON object with at least `sub`, and waits until it answers.
    ///
    /// Returns `None` where the program is not installed (Python package `oidc-provider-mock`, in an environment whose programs are in the
    /// search path), after saying so by the name of the test.
    ///
    /// # Panics
    ///
    /// Where the program is installed and does not start; with what it printed.
    #[must_use]
    pub fn start(test: &str, users: &[&str]) -> Option<Self> {
        let program = skip::needs(test, "oidc-provider-mock")?;
        let prepare = |address: SocketAddr, _: &std::path::Path| {
            let mut arguments: Vec<OsString> = vec!["--port".into(), address.port().to_string().into()];
            arguments.extend(["--require-nonce".into(), "true".into()]);
            for user in users {
                arguments.extend(["--user-claims".into(), (*user).into()]);
            }
            Ok(arguments)
        };
        let listens = |address| TcpStream::connect(address).map(drop).map_err(|error| error.to_string());
        Some(Self(Server::start(&program, prepare, listens)))
    }

    /// Returns where it answers.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.0.address()
    }

    /// Returns what it calls itself.
    #[must_use]
    pub fn issuer(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Signs in as one of its users at `url`, where a browser was sent, as the browser would, and returns the query with which it is sent back.
    ///
    /// # Panics
    ///
    /// Where the address is not the provider's, or it does not send the browser back; with what it answered.
    #[must_use]
    pub fn sign_in(&self, url: &str, user: &str) -> String {
        let address = self.address();
        let path = url.strip_prefix(&self.issuer()).expect("the address is the provider's");
        let body = format!("sub={user}");
        let mut stream = TcpStream::connect(address).expect("the provider listens");
        let head = format!("POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
        let kind = "Content-Type: application/x-www-form-urlencoded\r\n";
        let length = body.len();
        write!(stream, "{head}{kind}Content-Length: {length}\r\n\r\n{body}").expect("the provider reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("the provider answers");
        let location = answer.lines().filter_map(|line| line.split_once(':'));
        let location =
            location.filter(|(name, _)| name.eq_ignore_ascii_case("location")).map(|(_, value)| value.trim());
        let query = location.filter_map(|location| location.split_once('?')).map(|(_, query)| query.to_owned()).next();
        query.unwrap_or_else(|| panic!("nobody is sent back: {answer}"))
    }
}

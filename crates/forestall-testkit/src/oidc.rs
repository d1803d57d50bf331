// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A provider of identities on a free port of the loopback interface: the program `oidc-provider-mock` of the Python package of that
//! name, which speaks OpenID Connect with signed tokens and lets anybody sign in by the name of a user.

use std::net::{SocketAddr, TcpStream};

use crate::server::Server;
use crate::skip;

/// A running provider; ends when dropped.
#[derive(Debug)]
pub struct OidcProvider(Server);

impl OidcProvider {
    /// Starts a provider with users, each a JSON object with at least `sub`, and waits until it answers.
    ///
    /// Returns `None` where the program is not installed (`pip install oidc-provider-mock` into an environment whose programs are in the
    /// search path), after saying so by the name of the test.
    ///
    /// # Panics
    ///
    /// Where the program is installed and does not start; with what it printed.
    #[must_use]
    pub fn start(test: &str, users: &[&str]) -> Option<Self> {
        let program = skip::needs(test, "oidc-provider-mock")?;
        let prepare = |address: SocketAddr, _: &std::path::Path| {
            let mut arguments =
                vec!["--port".into(), address.port().to_string().into(), "--require-nonce".into(), "true".into()];
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
}

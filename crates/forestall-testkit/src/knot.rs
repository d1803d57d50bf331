// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Knot Resolver, of CZ.NIC, on a free port of the loopback interface, which asks one other server there and nobody outside.

use std::net::SocketAddr;
use std::path::Path;

use crate::question::answers;
use crate::server::Server;
use crate::skip;

/// A running resolver; ends when dropped.
#[derive(Debug)]
pub struct KnotResolver(Server);

impl KnotResolver {
    /// Starts a resolver that asks `authority` for whatever it does not hold, and waits until it answers.
    ///
    /// Returns `None` where the program is not installed (Debian package `knot-resolver`), after saying so by the name of the test.
    ///
    /// # Panics
    ///
    /// Where the program is installed and does not start; with what it printed.
    #[must_use]
    pub fn start(test: &str, authority: SocketAddr) -> Option<Self> {
        let program = skip::needs(test, "kresd")?;
        let prepare = |address: SocketAddr, folder: &Path| {
            let file = folder.join("kresd.conf");
            std::fs::write(&file, config(address, authority))?;
            Ok(vec!["-n".into(), "-c".into(), file.into(), folder.into()])
        };
        Some(Self(Server::start(&program, prepare, answers)))
    }

    /// Returns where it answers, over UDP and TCP.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.0.address()
    }
}

/// Returns the settings, for version 5: a small cache, no keys to validate with, and none of what it would ask the root for by itself.
fn config(address: SocketAddr, authority: SocketAddr) -> String {
    format!(
        "cache.size = 4 * MB\nnet.ipv6 = false\nnet.listen('{host}', {port}, {{ kind = 'dns' }})\n\
         for _, module in ipairs({{ 'ta_update', 'ta_signal_query', 'priming', 'detect_time_skew', 'detect_time_jump' }}) do\n  \
         modules.unload(module)\nend\n\
         trust_anchors.remove('.')\npolicy.add(policy.all(policy.STUB({{ '{server}@{server_port}' }})))\n",
        host = address.ip(),
        port = address.port(),
        server = authority.ip(),
        server_port = authority.port(),
    )
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! From where the hub looks outside: whom it asks, and how fast.

use forestall_connect::presence::Servers;
use forestall_connect::rdap::RdapBase;

/// Whom the hub asks when it looks outside by itself, and how fast. Nobody is asked whom the operator did not name.
#[derive(Clone, Debug)]
pub struct Vantage {
    /// The servers that are asked over DNS: resolvers, or authorities for the top-level domains.
    pub servers: Servers,
    /// Most messages a second to one DNS server; `None` for no limit.
    pub per_second: Option<u32>,
    /// Most questions under way at one time with one DNS server.
    pub concurrency: usize,
    /// Whether registration data are asked for over RDAP: by the services of the directory, or by [`Self::rdap_base`] alone.
    pub rdap: bool,
    /// The service for all names.
    pub rdap_base: Option<RdapBase>,
    /// Most questions a second to one RDAP service.
    pub rdap_per_second: Option<u32>,
}

impl Default for Vantage {
    /// Asks nobody; 50 messages a second and 16 at a time over DNS, one question a second over RDAP.
    fn default() -> Self {
        Self {
            servers: Servers::default(),
            per_second: Some(50),
            concurrency: 16,
            rdap: false,
            rdap_base: None,
            rdap_per_second: Some(1),
        }
    }
}

impl Vantage {
    /// Says whether anybody is asked over DNS.
    #[must_use]
    pub fn has_dns(&self) -> bool {
        self.servers.default.is_some() || !self.servers.zones.is_empty()
    }
}

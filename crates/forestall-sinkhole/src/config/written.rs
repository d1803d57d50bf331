// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The file as the operator writes it, with what holds where nothing is said. Nothing of it is checked but its form.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use serde::Deserialize;

use super::Collisions;

/// The file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Written {
    pub(super) sensor: Option<String>,
    pub(super) dns: WrittenDns,
    pub(super) http: WrittenHttp,
    pub(super) tls: WrittenTls,
    pub(super) tcp: WrittenTcp,
    pub(super) connections: WrittenConnections,
    pub(super) metrics: WrittenMetrics,
    pub(super) spool: WrittenSpool,
    pub(super) user: WrittenUser,
}

impl Written {
    /// Reads the text of a file; what is wrong, with its place, where it is none.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())
    }
}

/// `[dns]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WrittenDns {
    pub(super) listen: Vec<SocketAddr>,
    pub(super) threads: usize,
    pub(super) name_servers: Vec<String>,
    pub(super) mailbox: String,
    pub(super) addresses: Vec<IpAddr>,
    pub(super) ttl: u32,
    pub(super) negative_ttl: u32,
    pub(super) texts: Vec<String>,
    pub(super) nsid: String,
    pub(super) udp_size: u16,
    pub(super) collisions: Collisions,
    pub(super) cookie_secret: Option<PathBuf>,
    pub(super) limits: WrittenLimits,
    pub(super) group: Vec<WrittenGroup>,
}

impl Default for WrittenDns {
    fn default() -> Self {
        Self {
            listen: Vec::new(),
            threads: 1,
            name_servers: Vec::new(),
            mailbox: String::new(),
            addresses: Vec::new(),
            ttl: 300,
            negative_ttl: 300,
            texts: Vec::new(),
            nsid: String::new(),
            // What passes every path without fragments (DNS Flag Day 2020).
            udp_size: 1_232,
            collisions: Collisions::Refuse,
            cookie_secret: None,
            limits: WrittenLimits::default(),
            group: Vec::new(),
        }
    }
}

/// `[dns.limits]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WrittenLimits {
    pub(super) all: u32,
    pub(super) alike: u32,
    pub(super) failures: u32,
    pub(super) slip: u32,
}

impl Default for WrittenLimits {
    fn default() -> Self {
        // No reference: a resolver of a large network asks some hundred different names a second, and the same one once a TTL.
        Self { all: 1_000, alike: 20, failures: 20, slip: 2 }
    }
}

/// An entry of `[[dns.group]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenGroup {
    pub(super) family: Option<String>,
    pub(super) campaign: Option<String>,
    pub(super) tld: Option<String>,
    pub(super) addresses: Vec<IpAddr>,
    #[serde(default)]
    pub(super) by_day: bool,
}

/// `[http]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WrittenHttp {
    pub(super) listen: Vec<SocketAddr>,
    pub(super) who: Option<String>,
    pub(super) appeal: Option<String>,
    pub(super) crawlers: Vec<String>,
    pub(super) researchers: Vec<String>,
}

/// `[tls]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WrittenTls {
    pub(super) listen: Vec<SocketAddr>,
    pub(super) certificate: Option<PathBuf>,
    pub(super) key: Option<PathBuf>,
}

/// `[tcp]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WrittenTcp {
    pub(super) listen: Vec<SocketAddr>,
    pub(super) first_octets: bool,
}

/// `[connections]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WrittenConnections {
    pub(super) most: usize,
    pub(super) most_of_address: u32,
    pub(super) seconds_idle: u64,
    pub(super) seconds_in_all: u64,
    pub(super) proxies: Vec<IpAddr>,
}

impl Default for WrittenConnections {
    fn default() -> Self {
        Self { most: 4_096, most_of_address: 256, seconds_idle: 10, seconds_in_all: 60, proxies: Vec::new() }
    }
}

/// `[metrics]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WrittenMetrics {
    pub(super) listen: Option<SocketAddr>,
}

/// `[spool]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WrittenSpool {
    pub(super) folder: Option<PathBuf>,
    pub(super) segment_mib: u64,
    pub(super) segment_seconds: u64,
    pub(super) sync_milliseconds: u64,
    pub(super) queue_mib: usize,
    pub(super) most_mib: u64,
}

impl Default for WrittenSpool {
    fn default() -> Self {
        Self {
            folder: None,
            segment_mib: 64,
            segment_seconds: 300,
            sync_milliseconds: 1_000,
            queue_mib: 8,
            most_mib: 8_192,
        }
    }
}

/// `[user]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WrittenUser {
    pub(super) user: Option<u32>,
    pub(super) group: Option<u32>,
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The part `look` of the settings: whom the hub asks when it looks outside by itself.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use forestall_connect::presence::Servers;
use forestall_connect::rdap::RdapBase;
use forestall_hub::jobs::Vantage;
use forestall_model::OwnerName;
use serde::Deserialize;

use crate::{near, values};

/// The settings.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Look {
    dns: Option<String>,
    #[serde(default)]
    zones: BTreeMap<String, String>,
    rate: Option<u32>,
    parallel: Option<u16>,
    rdap: Option<String>,
    rdap_rate: Option<u32>,
}

/// The keys.
pub(super) const KEYS: [&str; 6] = ["dns", "zones", "rate", "parallel", "rdap", "rdap_rate"];

/// An example of the part, commented out: nobody is asked whom the operator did not name.
pub(super) const EXAMPLE: &str = "\
# Whom the hub asks when it looks outside by itself. Without this part it asks nobody, and nothing is verified.
# [look]
# A resolver, or an authority for the top-level domains. What a resolver says can refute a protection, not prove one.
# dns = \"192.0.2.53\"
# Servers of single zones, which go before it.
# zones = { be = \"192.0.2.54:53\" }
# Most messages a second to one server, and questions under way at one time; 0 messages a second for no limit.
# rate = 50
# parallel = 16
# Registration data: \"directory\" asks the services that the directory knows, an address asks that one for all names.
# rdap = \"directory\"
# Most questions a second to one service.
# rdap_rate = 1
";

impl Look {
    /// Returns whom the hub asks.
    ///
    /// # Errors
    ///
    /// A sentence that names the key and what was expected.
    pub(super) fn vantage(&self) -> Result<Vantage, String> {
        let server = |key: &str, text: &str| values::server(text).map_err(|error| format!("{key}: {error}"));
        let zone = |(zone, text): (&String, &String)| -> Result<(OwnerName, SocketAddr), String> {
            let name = zone.parse().map_err(|error| format!("look.zones: {zone:?} is no zone: {error}"))?;
            Ok((name, server(&format!("look.zones.{zone}"), text)?))
        };
        let defaults = Vantage::default();
        let rdap_base = match self.rdap.as_deref() {
            None | Some("directory") => None,
            Some(text) => Some(text.parse::<RdapBase>().map_err(|error| format!("look.rdap: {error}"))?),
        };
        Ok(Vantage {
            servers: Servers {
                default: self.dns.as_deref().map(|text| server("look.dns", text)).transpose()?,
                zones: self.zones.iter().map(zone).collect::<Result<_, _>>()?,
            },
            per_second: self.rate.map_or(defaults.per_second, |rate| (rate > 0).then_some(rate)),
            concurrency: self.parallel.map_or(defaults.concurrency, usize::from),
            rdap: self.rdap.is_some(),
            rdap_base,
            rdap_per_second: self.rdap_rate.map_or(defaults.rdap_per_second, |rate| (rate > 0).then_some(rate)),
        })
    }
}

/// Refuses keys that are no setting of the part.
///
/// # Errors
///
/// A sentence that names the key and the nearest that there is.
pub(super) fn check_keys(table: &toml::Table) -> Result<(), String> {
    match table.keys().find(|key| !KEYS.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => Err(format!("look.{key} is no setting; expected {}.{}", KEYS.join(", "), near::hint(key, KEYS))),
    }
}

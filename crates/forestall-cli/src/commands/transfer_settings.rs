// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The part `transfer` of the settings: where secondaries take policy zones.

use std::net::SocketAddr;
use std::path::PathBuf;

use forestall_hub::transfers::{Identity, TransferSettings};
use serde::{Deserialize, Deserializer};

/// Where secondaries take zones.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TransferPart {
    #[serde(default, deserialize_with = "one_or_several")]
    pub(super) listen: Vec<SocketAddr>,
    #[serde(default, deserialize_with = "one_or_several")]
    pub(super) listen_tls: Vec<SocketAddr>,
    #[serde(default)]
    pub(super) certificate: Option<PathBuf>,
    #[serde(default)]
    pub(super) key: Option<PathBuf>,
}

/// Reads one address, or several in a list.
fn one_or_several<'de, D: Deserializer<'de>>(part: D) -> Result<Vec<SocketAddr>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "an address with a port, as \"127.0.0.1:5353\", or a list of such")]
    enum OneOrSeveral {
        One(SocketAddr),
        Several(Vec<SocketAddr>),
    }
    Ok(match OneOrSeveral::deserialize(part)? {
        OneOrSeveral::One(address) => vec![address],
        OneOrSeveral::Several(addresses) => addresses,
    })
}

/// The keys of the part.
pub(super) const TRANSFER_KEYS: [&str; 4] = ["listen", "listen_tls", "certificate", "key"];

/// An example of the part, commented out.
pub(super) const EXAMPLE: &str = "\
# Where resolvers take the policy zones of `forestall zone`. Without this part none are served.
# [transfer]
# Over TCP and UDP, at one address or at several:
# listen = [\"127.0.0.1:5353\", \"[::1]:5353\"]
# over TLS, with a chain of certificates and its key as PEM, which are read anew when they change:
# listen_tls = \"127.0.0.1:8853\"
# certificate = \"/etc/forestall/transfer.crt\"
# key = \"/etc/forestall/transfer.key\"
";

impl TransferPart {
    /// Returns the settings; none where nobody is to listen.
    ///
    /// # Errors
    ///
    /// A sentence that names the key and what was expected.
    pub(super) fn settings(&self) -> Result<Option<TransferSettings>, String> {
        let identity = match (&self.certificate, &self.key) {
            (None, None) => None,
            (Some(certificate), Some(key)) => {
                Some(Identity::read(certificate, key).map_err(|error| format!("transfer: {error}"))?)
            }
            _ => return Err("transfer: certificate and key belong together".to_owned()),
        };
        let listen_tls = match (self.listen_tls.is_empty(), identity) {
            (true, None) => None,
            (false, Some(identity)) => Some((self.listen_tls.clone(), identity)),
            (false, None) => return Err("transfer.listen_tls: expected certificate and key beside it".to_owned()),
            (true, Some(_)) => return Err("transfer.certificate: expected listen_tls beside it".to_owned()),
        };
        if self.listen.is_empty() && listen_tls.is_none() {
            return Ok(None);
        }
        Ok(Some(TransferSettings { listen: self.listen.clone(), listen_tls, ..TransferSettings::default() }))
    }
}

#[cfg(test)]
mod tests {
    use super::{EXAMPLE, TransferPart};

    #[test]
    fn the_example_is_read_and_parts_that_belong_together_are_asked_for() {
        let text: String = EXAMPLE
            .lines()
            .filter_map(|line| line.strip_prefix("# "))
            .filter(|line| line.contains(" = "))
            .flat_map(|line| [line, "\n"])
            .collect();
        let part: TransferPart = toml::from_str(&text).unwrap();
        assert!(part.settings().unwrap_err().contains("/etc/forestall/transfer.crt"));
        assert!(TransferPart { listen: Vec::new(), ..part.clone() }.settings().is_err());
        assert_eq!((part.listen.len(), part.listen_tls.len()), (2, 1));
        let plain = TransferPart { listen: part.listen.clone(), ..TransferPart::default() };
        assert_eq!(plain.settings().unwrap().unwrap().listen, part.listen);
        assert!(toml::from_str::<TransferPart>("listen = \"localhost\"").is_err());
        for (wrong, expected) in [
            (TransferPart { key: None, ..part.clone() }, "belong together"),
            (TransferPart { listen_tls: part.listen_tls, ..TransferPart::default() }, "certificate and key"),
        ] {
            assert!(wrong.settings().unwrap_err().contains(expected));
        }
        assert!(TransferPart::default().settings().unwrap().is_none());
    }
}

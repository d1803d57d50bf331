// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What of the sinkhole's configuration says where something lies. Whether all of it is right is for `forestall-sinkhole --check-config`.

use std::path::{Path, PathBuf};

use forestall_model::DomainName;

use crate::failure::usage;

/// What it says. Relative paths are from the working folder, as the sinkhole takes them.
#[derive(Clone, Debug, Default)]
pub(super) struct Sinkhole {
    /// The certificate and its key.
    pub(super) certificate: Option<(PathBuf, PathBuf)>,
    /// The secret of cookies.
    cookie_secret: Option<PathBuf>,
    /// The spool, and how many octets it may take.
    pub(super) spool: Option<PathBuf>,
    pub(super) most_octets: Option<u64>,
    /// Its name servers.
    pub(super) name_servers: Vec<DomainName>,
}

impl Sinkhole {
    /// Reads a configuration.
    ///
    /// # Errors
    ///
    /// Where it cannot be read, and usage where it is no TOML.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = super::text(path)?;
        Self::parse(&text).map_err(|error| usage(format!("{}: {error}", path.display())))
    }

    fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let table: toml::Table = text.parse()?;
        let value = |part: &str, key: &str| table.get(part).and_then(|part| part.get(key)).cloned();
        let path = |part: &str, key: &str| value(part, key)?.as_str().map(PathBuf::from);
        let names = value("dns", "name_servers").and_then(|names| names.as_array().cloned()).unwrap_or_default();
        let most =
            value("spool", "most_mib").and_then(|most| most.as_integer()).and_then(|most| u64::try_from(most).ok());
        Ok(Self {
            certificate: path("tls", "certificate").zip(path("tls", "key")),
            cookie_secret: path("dns", "cookie_secret"),
            spool: path("spool", "folder"),
            most_octets: most.map(|most| most.saturating_mul(1 << 20)),
            name_servers: names.iter().filter_map(|name| name.as_str()?.parse().ok()).collect(),
        })
    }

    /// Returns the files that nobody else may read, each with the key that names it.
    pub(super) fn secrets(&self) -> Vec<(String, PathBuf)> {
        let key = self.certificate.as_ref().map(|(_, key)| ("sinkhole tls.key".to_owned(), key.clone()));
        let cookie = self.cookie_secret.as_ref().map(|file| ("sinkhole dns.cookie_secret".to_owned(), file.clone()));
        key.into_iter().chain(cookie).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Sinkhole;

    #[test]
    fn reads_where_things_lie() {
        let text = "sensor = \"s\"\n[dns]\nname_servers = [\"ns1.sinkhole.example\"]\ncookie_secret = \"c\"\n\
                    [tls]\ncertificate = \"a\"\nkey = \"k\"\n[spool]\nfolder = \"/spool\"\nmost_mib = 2\n";
        let found = Sinkhole::parse(text).unwrap();
        assert_eq!(found.name_servers[0].as_str(), "ns1.sinkhole.example");
        assert_eq!((found.most_octets, found.spool.as_deref()), (Some(2 << 20), Some("/spool".as_ref())));
        assert_eq!(found.secrets().len(), 2);
        assert!(Sinkhole::parse("").unwrap().secrets().is_empty());
        assert!(Sinkhole::parse("sensor").is_err());
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! RDAP services from the bootstrap file that IANA publishes as `dns.json` (RFC 9224).

use std::sync::Arc;

use super::{Directory, Fact};
use crate::UtcDay;

/// Longest address that is taken.
const LONGEST_ADDRESS: usize = 300;

/// What the import of a bootstrap file did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RdapImport {
    /// When the file was published, where it says so.
    pub published: Option<UtcDay>,
    /// Entries of the directory that now have the file's service.
    pub set: usize,
    /// Domains of the file that the directory does not hold, in the file's order.
    pub unknown: Vec<String>,
}

/// Why a text is no bootstrap file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RdapError {
    /// It is no JSON, or of another shape.
    #[error("not an RDAP bootstrap file (RFC 9224): {0}")]
    Json(#[from] serde_json::Error),
    /// It has another version.
    #[error("RDAP bootstrap file of version {0:?}; expected 1.0")]
    Version(String),
    /// A service has no address that can be used.
    #[error(
        "service {service} of the RDAP bootstrap file has no http or https address of at most {LONGEST_ADDRESS} characters"
    )]
    Address {
        /// The service, counted from 1.
        service: usize,
    },
}

#[derive(serde::Deserialize)]
struct Bootstrap {
    version: String,
    #[serde(default)]
    publication: Option<String>,
    services: Vec<(Vec<String>, Vec<String>)>,
}

impl Directory {
    /// Takes RDAP services over from a bootstrap file; an `https` address before an `http` one.
    ///
    /// Entries that the file does not name keep what they have.
    ///
    /// # Errors
    ///
    /// [`RdapError`]; the directory is then unchanged.
    pub fn import_rdap_bootstrap(&mut self, json: &str) -> Result<RdapImport, RdapError> {
        let file: Bootstrap = serde_json::from_str(json)?;
        if file.version != "1.0" {
            return Err(RdapError::Version(file.version.chars().take(60).collect()));
        }
        let published =
            file.publication.as_deref().and_then(|instant| instant.get(..10)).and_then(|day| day.parse().ok());
        let mut addresses = Vec::with_capacity(file.services.len());
        for (i, (_, urls)) in file.services.iter().enumerate() {
            let with = |scheme: &str| urls.iter().find(|url| url.starts_with(scheme) && is_address(url));
            addresses.push(with("https://").or_else(|| with("http://")).ok_or(RdapError::Address { service: i + 1 })?);
        }
        let source: Arc<str> = "RDAP bootstrap file of IANA (RFC 9224)".into();
        let mut done = RdapImport { published, ..RdapImport::default() };
        for ((domains, _), address) in file.services.iter().zip(addresses) {
            for domain in domains {
                let tld = domain.to_ascii_lowercase();
                match self.entries.get_mut(tld.as_str()) {
                    Some(entry) => {
                        entry.rdap =
                            Some(Fact { value: address.as_str().into(), source: Arc::clone(&source), date: published });
                        done.set += 1;
                    }
                    None => done.unknown.push(tld.chars().take(63).collect()),
                }
            }
        }
        Ok(done)
    }
}

/// Says whether a text is an absolute web address of printable ASCII with a host.
pub(super) fn is_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '['))
        && text.len() <= LONGEST_ADDRESS
        && text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'<' | b'>' | b'\\'))
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Where a redirect may lead: to services that the bootstrap or the operator named.

use std::collections::BTreeSet;

use forestall_model::directory::Directory;
use reqwest::Url;

use super::base::RdapBase;

/// Services that are known.
#[derive(Debug)]
pub(super) struct Known {
    /// Scheme, host and port of each.
    origins: BTreeSet<String>,
}

impl Known {
    /// Collects the services of the directory that have https, and the operator's.
    pub(super) fn new(directory: &Directory, operator: Option<&RdapBase>) -> Self {
        let listed = directory.iter().filter_map(|entry| entry.rdap.as_ref()?.value.parse::<RdapBase>().ok());
        let listed = listed.filter(RdapBase::is_https).map(|base| base.origin());
        Self { origins: listed.chain(operator.map(RdapBase::origin)).collect() }
    }

    /// Returns where a redirect leads; the reason where it must not be followed.
    ///
    /// It may stay where it is, change from http to https on the same host at the usual ports, or go to a known service.
    pub(super) fn follow(&self, from: &Url, location: &str) -> Result<Url, String> {
        let to = from.join(location).map_err(|_| "it redirects to something that is no address".to_owned())?;
        let shown = || to.as_str().chars().take(120).collect::<String>();
        if !to.username().is_empty() || to.password().is_some() {
            return Err("it redirects to an address with a user name".to_owned());
        }
        let stays = to.origin() == from.origin();
        let gains_tls = (from.scheme(), to.scheme()) == ("http", "https")
            && to.host_str() == from.host_str()
            && from.port().is_none()
            && to.port().is_none();
        if from.scheme() == "https" && to.scheme() != "https" {
            Err(format!("it redirects from https to {}", shown()))
        } else if stays || gains_tls || self.origins.contains(&to.origin().ascii_serialization()) {
            Ok(to)
        } else {
            Err(format!("it redirects to {}, which no bootstrap file names", shown()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Known;

    #[test]
    fn leads_to_known_services_only() {
        let known =
            Known { origins: ["https://rdap.other.example".to_owned(), "http://10.0.0.1:8080".to_owned()].into() };
        let check = |from: &str, location: &str, allowed: bool| {
            let found = known.follow(&from.parse().unwrap(), location);
            assert_eq!(found.is_ok(), allowed, "{from} -> {location}: {found:?}");
        };
        let here = "https://rdap.example/domain/a.example";
        check(here, "/v2/domain/a.example", true);
        check(here, "https://rdap.other.example/x/domain/a.example", true);
        check(here, "https://rdap.other.example:444/", false);
        check(here, "https://rdap.evil.example/domain/a.example", false);
        check(here, "http://rdap.example/domain/a.example", false);
        check(here, "http://10.0.0.1:8080/domain/a.example", false);
        check(here, "https://u@rdap.example/", false);
        check(here, "https://rdap.example:22/", false);
        check(here, "file:///etc/passwd", false);
        check(here, "http://[", false);
        check("http://rdap.example/", "https://rdap.example/", true);
        check("http://rdap.example:80/", "https://rdap.example/", true);
        check("http://rdap.example:8080/", "https://rdap.example/", false);
        check("http://rdap.example:8080/", "http://rdap.example:9090/", false);
    }
}

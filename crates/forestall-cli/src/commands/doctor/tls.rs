// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Looks at the certificates that settings name.

use std::path::Path;

use forestall_connect::certificate::{Chain, system_authorities};
use forestall_model::Instant;

use super::sinkhole::Sinkhole;
use crate::commands::serve_settings::Config;
use crate::doctor::certificates::{Observed, Pair, Shown};
use crate::input;

/// Octets of a file of certificates or of a key at most.
const MOST_OCTETS: u64 = 1 << 20;

/// Reads the certificates of the settings and of the sinkhole's configuration, which are for `host` where somebody named it.
pub(super) fn pairs(config: &Config, sinkhole: &Sinkhole, host: Option<&str>) -> Vec<Pair> {
    let transfer = config.certificate().map(|(certificate, key)| ("transfer", certificate, key));
    let of_sinkhole =
        sinkhole.certificate.as_ref().map(|(certificate, key)| ("sinkhole", Some(&**certificate), Some(&**key)));
    let named = transfer.into_iter().chain(of_sinkhole);
    named.map(|(of, certificate, key)| pair(of, certificate, key, host)).collect()
}

/// Puts together what was seen of certificates.
pub(super) fn observe(pairs: Vec<Pair>, now: Instant) -> Observed {
    Observed { now, pairs, authorities: system_authorities() }
}

fn pair(of: &str, certificate: Option<&Path>, key: Option<&Path>, host: Option<&str>) -> Pair {
    let read = |file: Option<&Path>| match file {
        Some(file) => input::whole(file, MOST_OCTETS).map_err(|error| format!("{error:#}")),
        None => Err("the settings name the other of certificate and key alone".to_owned()),
    };
    let chain = read(certificate).and_then(|pem| Chain::read(&pem).map_err(|error| error.to_string()));
    let is_of_key = match (&chain, read(key)) {
        (_, Err(why)) => Err(why),
        (Err(_), Ok(_)) => Err("there is no certificate to hold it against".to_owned()),
        (Ok(chain), Ok(key)) => chain.is_of(&key).map_err(|error| error.to_string()),
    };
    let shown = |chain: &Chain| Shown {
        spans: chain.spans().collect(),
        out_of_order: chain.out_of_order(),
        is_self_issued: chain.is_self_issued(),
        host: host.map(|host| (host.to_owned(), chain.is_for(host).map_err(|error| error.to_string()))),
    };
    Pair {
        of: of.to_owned(),
        file: certificate.map(|file| file.display().to_string()).unwrap_or_default(),
        read: chain.as_ref().map(shown).map_err(Clone::clone),
        is_of_key,
    }
}

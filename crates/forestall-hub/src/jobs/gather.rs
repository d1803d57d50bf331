// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Gathers what can be learned of names, from whom the vantage names.

use std::path::Path;

use forestall_connect::cache::Cache;
use forestall_connect::gather::{self, Progress, Sources};
use forestall_connect::presence::PresenceOptions;
use forestall_connect::rdap::RdapOptions;
use forestall_connect::turns::Manners;
use forestall_model::directory::Directory;
use forestall_model::{DomainName, Dossier, Instant, Pap};

use super::Vantage;
use crate::desk::DeskError;

/// Asks about names and returns a dossier of each, in the order of the names. With `cache`, a file of looks and the time before
/// which one is too old, a run that was broken off goes on where it was.
///
/// # Errors
///
/// [`DeskError::Outside`] where nobody may or can be asked; sources that fail are no error, they are in the dossiers.
pub async fn gather(
    names: &[DomainName],
    vantage: &Vantage,
    directory: &Directory,
    pap: Pap,
    cache: Option<(&Path, Instant)>,
    now: Instant,
    progress: impl FnMut(Progress) + Send,
) -> Result<Vec<Dossier>, DeskError> {
    if !vantage.has_dns() && !vantage.rdap {
        let nobody = "nobody is named who could be asked: the settings have no [look] with a DNS server or RDAP";
        return Err(DeskError::Outside(nobody.to_owned()));
    }
    let mut names = names.to_vec();
    names.sort_unstable();
    names.dedup();
    let mut dossiers: Vec<Dossier> = names.into_iter().map(Dossier::new).collect();
    let presence = vantage.has_dns().then(|| {
        let mut options = PresenceOptions::new(vantage.servers.clone(), directory);
        options.pap = pap;
        options.per_second = vantage.per_second;
        options.concurrency = vantage.concurrency;
        options
    });
    let rdap = vantage.rdap.then(|| {
        let mut options = RdapOptions::new(directory);
        options.base.clone_from(&vantage.rdap_base);
        options.pap = pap;
        options.manners = Manners { per_second: vantage.rdap_per_second, ..Manners::default() };
        options
    });
    // Without its cache a gathering only begins anew after a crash.
    let mut cache = cache.and_then(|(path, since)| {
        let opened = Cache::open(path);
        let opened = opened.inspect_err(|error| tracing::warn!(%error, "looks are not kept for a later run"));
        Some((opened.ok()?, since))
    });
    let sources = Sources { presence, rdap, whois: None };
    let gathered =
        gather::gather(&mut dossiers, &sources, cache.as_mut().map(|(cache, since)| (cache, *since)), now, progress)
            .await;
    let report = gathered.map_err(|error| DeskError::Outside(error.to_string()))?;
    if let Some(reason) = report.unkept {
        tracing::warn!(%reason, "looks are not kept for a later run");
    }
    Ok(dossiers)
}

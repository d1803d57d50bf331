// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Gathers what can be learned of names, from all sources that the vantage has.

use std::collections::BTreeMap;

use forestall_connect::presence::{PresenceError, PresenceOptions, collect_presence};
use forestall_connect::rdap::{RdapCollectError, RdapOptions, collect_rdap};
use forestall_connect::turns::Manners;
use forestall_model::directory::Directory;
use forestall_model::dossier::Existence;
use forestall_model::{DomainName, Dossier, Instant, Pap};

use super::Vantage;

/// Why nothing was gathered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GatherError {
    /// Nobody may be asked over DNS.
    #[error(transparent)]
    Presence(#[from] PresenceError),
    /// Nobody may or can be asked over RDAP.
    #[error(transparent)]
    Rdap(#[from] RdapCollectError),
    /// The operator named nobody who may be asked.
    #[error("nobody is named who could be asked: the settings have no [look] with a DNS server or RDAP")]
    Nobody,
}

/// Asks about names and returns a dossier of each, in the order of the names.
///
/// `every` says whether registration data are asked for every name, or only for those that the DNS does not show as absent. `progress`
/// gets how many questions are done, and of how many.
///
/// # Errors
///
/// [`GatherError`]; sources that fail are no error, they are in the dossiers.
pub async fn gather(
    names: &[DomainName],
    vantage: &Vantage,
    directory: &Directory,
    pap: Pap,
    every: bool,
    now: Instant,
    mut progress: impl FnMut(u64, u64) + Send,
) -> Result<Vec<Dossier>, GatherError> {
    if !vantage.has_dns() && !vantage.rdap {
        return Err(GatherError::Nobody);
    }
    let mut dossiers: BTreeMap<DomainName, Dossier> =
        names.iter().map(|name| (name.clone(), Dossier::new(name.clone()))).collect();
    let mut done = 0;
    let total = dossiers.len() as u64 * (u64::from(vantage.has_dns()) + u64::from(vantage.rdap));
    if vantage.has_dns() {
        let mut options = PresenceOptions::new(vantage.servers.clone(), directory);
        options.pap = pap;
        options.per_second = vantage.per_second;
        options.concurrency = vantage.concurrency;
        let asked: Vec<DomainName> = dossiers.keys().cloned().collect();
        collect_presence(asked, &options, now, |name, looked| {
            if let Some(dossier) = dossiers.get_mut(&name) {
                looked.add_to(dossier);
            }
            done += 1;
            progress(done, total);
        })
        .await?;
    }
    if vantage.rdap {
        let absent =
            |dossier: &Dossier| dossier.latest_presence().is_some_and(|look| look.fact.existence == Existence::Absent);
        let asked: Vec<DomainName> =
            dossiers.values().filter(|dossier| every || !absent(dossier)).map(|dossier| dossier.name.clone()).collect();
        done += dossiers.len() as u64 - asked.len() as u64;
        let mut options = RdapOptions::new(directory);
        options.base.clone_from(&vantage.rdap_base);
        options.pap = pap;
        options.manners = Manners { per_second: vantage.rdap_per_second, ..Manners::default() };
        collect_rdap(asked, &options, now, |name, outcome| {
            if let Some(dossier) = dossiers.get_mut(&name) {
                match outcome {
                    Ok(registration) => dossier.registration.push(registration),
                    Err(failure) => dossier.failures.push(failure),
                }
            }
            done += 1;
            progress(done, total);
        })
        .await?;
    }
    Ok(dossiers.into_values().collect())
}

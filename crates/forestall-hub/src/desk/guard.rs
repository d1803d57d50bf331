// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is known of the name servers of the sinkhole, and of the names that these depend on.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use forestall_connect::gather::Progress;
use forestall_coord::event::CaseKind;
use forestall_coord::guard::{self, Finding};
use forestall_model::{DomainName, Dossier, Instant, Pap};
use forestall_store::Document;

use super::hosts::look_at_hosts;
use super::{Desk, DeskError};
use crate::jobs::Vantage;
use crate::jobs::gather::gather;

/// The kind of document that holds the dossier of a name which a name server depends on.
const KIND: &str = "name-server";

impl Desk {
    /// Keeps what was learned of names that name servers depend on, over what was known of them. Where a look brought no registration
    /// data or saw nothing in the DNS, what an earlier one brought stays, with its time.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where it cannot be read or written.
    pub async fn keep_server_evidence(&self, dossiers: &[Dossier], now: Instant) -> Result<(), DeskError> {
        let mut by_name: BTreeMap<DomainName, Dossier> = BTreeMap::new();
        for dossier in dossiers {
            // A name server may be a registrable name itself, and was then looked at as both.
            match by_name.entry(dossier.name.clone()) {
                Entry::Vacant(free) => drop(free.insert(dossier.clone())),
                Entry::Occupied(mut kept) => kept.get_mut().merge(dossier.clone()),
            }
        }
        for before in self.all_server_evidence().await? {
            let Some(dossier) = by_name.get_mut(&before.name) else { continue };
            if dossier.registration.is_empty() {
                dossier.registration = before.registration;
            }
            if dossier.presence.is_empty() {
                dossier.presence = before.presence;
            }
        }
        let document = |dossier: &Dossier| Document {
            kind: KIND,
            id: dossier.name.to_string(),
            changed: now,
            body: String::from_utf8_lossy(&dossier.canonical()).into_owned(),
        };
        Ok(self.store().keep_documents(by_name.values().map(document).collect()).await?)
    }

    /// Returns what is known of the names that some name servers depend on, in the order of the names.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where it cannot be read, or is not what this program wrote.
    pub async fn server_evidence(&self, servers: &[DomainName]) -> Result<Vec<Dossier>, DeskError> {
        let all = self.all_server_evidence().await?;
        let wanted: Vec<DomainName> = servers.iter().flat_map(|server| guard::names_behind(server, &all)).collect();
        let is_wanted = |dossier: &Dossier| wanted.contains(&dossier.name) || servers.contains(&dossier.name);
        Ok(all.into_iter().filter(is_wanted).collect())
    }

    async fn all_server_evidence(&self) -> Result<Vec<Dossier>, DeskError> {
        let read = |document: Document| {
            serde_json::from_str::<Dossier>(&document.body)
                .map_err(|error| DeskError::Folder(format!("the evidence on {} is broken: {error}", document.id)))
        };
        self.store().documents(KIND).await?.into_iter().map(read).collect()
    }

    /// Returns the name servers of all live cases, in order.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails.
    pub async fn sinkhole_servers(&self) -> Result<Vec<DomainName>, DeskError> {
        let mut servers = Vec::new();
        for case in self.cases().await? {
            if case.kind == CaseKind::Live
                && let Some(case) = self.store().load(&case.id).await?
            {
                servers.extend(case.name_servers.iter().cloned());
            }
        }
        servers.sort_unstable();
        servers.dedup();
        Ok(servers)
    }

    /// Looks at the names that name servers depend on, and at the names behind those, and keeps what was learned. Returns how many
    /// names were looked at.
    ///
    /// # Errors
    ///
    /// [`DeskError::Outside`] where nobody can be asked, [`DeskError::Store`] where the store fails.
    pub async fn look_at_servers(
        &self,
        servers: &[DomainName],
        vantage: &Vantage,
        now: Instant,
        mut progress: impl FnMut(Progress) + Send,
    ) -> Result<usize, DeskError> {
        let mut known: Vec<Dossier> = Vec::new();
        loop {
            let mut wanted: Vec<DomainName> =
                servers.iter().flat_map(|server| guard::names_behind(server, &known)).collect();
            wanted.sort_unstable();
            wanted.dedup();
            wanted.retain(|name| !known.iter().any(|dossier| dossier.name == *name));
            if wanted.is_empty() {
                break;
            }
            // Our own name servers are no botnet's: anybody may be asked about them.
            let found = gather(&wanted, vantage, self.directory(), Pap::Clear, None, now, &mut progress).await;
            known.extend(found?);
        }
        let looked = known.len();
        known.extend(look_at_hosts(servers, &vantage.servers, now).await);
        self.keep_server_evidence(&known, now).await?;
        Ok(looked)
    }

    /// Returns what is weak about name servers, by what is known of the names that they depend on.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails.
    pub async fn guard(&self, servers: &[DomainName], now: Instant) -> Result<Vec<Finding>, DeskError> {
        let evidence = self.server_evidence(servers).await?;
        Ok(guard::findings(servers, &evidence, now))
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is known of the name servers of the sinkhole, and of the names that these depend on.

use forestall_coord::event::CaseKind;
use forestall_coord::guard::{self, Finding};
use forestall_model::{DomainName, Dossier, Instant};
use forestall_store::Document;

use super::{Desk, DeskError};

/// The kind of document that holds the dossier of a name which a name server depends on.
const KIND: &str = "name-server";

impl Desk {
    /// Keeps what was learned of names that name servers depend on, over what was known of them.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where it cannot be written.
    pub async fn keep_server_evidence(&self, dossiers: &[Dossier], now: Instant) -> Result<(), DeskError> {
        let document = |dossier: &Dossier| Document {
            kind: KIND,
            id: dossier.name.to_string(),
            changed: now,
            body: String::from_utf8_lossy(&dossier.canonical()).into_owned(),
        };
        Ok(self.store().keep_documents(dossiers.iter().map(document).collect()).await?)
    }

    /// Returns what is known of the names that some name servers depend on, in the order of the names.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where it cannot be read, or is not what this program wrote.
    pub async fn server_evidence(&self, servers: &[DomainName]) -> Result<Vec<Dossier>, DeskError> {
        let documents = self.store().documents(KIND).await?;
        let read = |document: &Document| {
            serde_json::from_str::<Dossier>(&document.body)
                .map_err(|error| DeskError::Folder(format!("the evidence on {} is broken: {error}", document.id)))
        };
        let all = documents.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let wanted: Vec<DomainName> = servers.iter().flat_map(|server| guard::names_behind(server, &all)).collect();
        Ok(all.into_iter().filter(|dossier| wanted.contains(&dossier.name)).collect())
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

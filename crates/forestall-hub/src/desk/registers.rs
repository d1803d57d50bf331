// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The register of friendly registrations and sinkholes, and exclusion lists of this and of other operations.
//!
//! What somebody trusted says holds; what others say is a proposal, which a person may take up.

use std::io::Read;

use forestall_formats::exclusions::{self, ExclusionList};
use forestall_formats::friendly::{self, AddressRange, FriendlyRow};
use forestall_formats::signature;
use forestall_model::dossier::ListingKind;
use forestall_model::{Digest, DomainName, Instant, NameClass};
use forestall_store::Document;
use forestall_vet::known;
use forestall_vet::register::{Entry, Network, Register};
use serde::{Deserialize, Serialize};

use super::{Desk, DeskError};

/// The kind of document that holds a register of friends and sinkholes.
const FRIENDS: &str = "friends";
/// The kind of document that holds an exclusion list.
const EXCLUSIONS: &str = "exclusions";

/// A register or an exclusion list that the hub holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldList {
    /// What it is called.
    pub id: String,
    /// Whether what it says holds, or is a proposal.
    pub trusted: bool,
    /// When it was last replaced.
    pub changed: Instant,
    /// Who signed it, where somebody did: the minisign public key.
    pub signer: Option<String>,
    /// The operation that issued it and its serial, for exclusion lists.
    pub issued: Option<(String, u64)>,
    /// Entries in it.
    pub entries: usize,
    /// Whether it is an exclusion list; else a register of friends and sinkholes.
    pub excludes: bool,
}

/// // STORED FORMAT, version 1: the body of a document.
#[derive(Serialize, Deserialize)]
struct Stored {
    trusted: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signer: Option<String>,
    /// The list in its own form.
    text: String,
}

impl Desk {
    /// Takes a register of friends and sinkholes under a name, over the one of that name.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] with line and column of what is wrong; nothing is taken then.
    pub async fn import_friends(&self, id: &str, text: &str, trusted: bool, now: Instant) -> Result<usize, DeskError> {
        need_id(id)?;
        self.need_free(EXCLUSIONS, id).await?;
        let rows = friendly::read(text.as_bytes()).map_err(|error| DeskError::Input(error.to_string()))?;
        let stored = Stored { trusted, signer: None, text: text.to_owned() };
        self.keep_list(FRIENDS, id, &stored, now).await?;
        Ok(rows.len())
    }

    /// Takes an exclusion list of another operation. It counts as trusted where it is signed by a key among `trusted`; else
    /// what it says is a proposal.
    ///
    /// # Errors
    ///
    /// [`DeskError::Input`] for a broken list or signature, and for a serial that is lower than that of the list which is held.
    pub async fn import_exclusions(
        &self,
        text: &str,
        sign: Option<&str>,
        trusted: &[String],
        now: Instant,
    ) -> Result<HeldList, DeskError> {
        let list = exclusions::read(text.as_bytes()).map_err(|error| DeskError::Input(error.to_string()))?;
        let signer = match sign {
            None => None,
            Some(sign) => {
                let by = signature::signer(text.as_bytes(), sign, trusted)
                    .map_err(|error| DeskError::Input(error.to_string()))?;
                Some(trusted[by].clone())
            }
        };
        let id = slug(&list.operation);
        need_id(&id)?;
        self.need_free(FRIENDS, &id).await?;
        if let Some(held) = self.store().document(EXCLUSIONS, &id).await? {
            let before = stored(&held)?;
            let kept = read_exclusions(&id, &before)?;
            if kept.operation != list.operation {
                return Err(DeskError::Input(format!(
                    "the list of {} would be held as {id}, as that of {} is: remove that one first",
                    list.operation, kept.operation
                )));
            }
            // Anybody can write any serial: one that nobody signed keeps no signed list out.
            let comparable = before.signer.is_some() || signer.is_none();
            if comparable && list.serial < kept.serial {
                return Err(DeskError::Input(format!(
                    "the list of {} has serial {}, and serial {} is held: it is an older one",
                    list.operation, list.serial, kept.serial
                )));
            }
            if before.signer.is_some() && signer.is_none() {
                return Err(DeskError::Input(format!(
                    "the list of {} that is held is signed, and this one is not",
                    list.operation
                )));
            }
        }
        let document = Stored { trusted: signer.is_some(), signer: signer.clone(), text: text.to_owned() };
        self.keep_list(EXCLUSIONS, &id, &document, now).await?;
        Ok(HeldList {
            id,
            trusted: document.trusted,
            changed: now,
            signer,
            issued: Some((list.operation, list.serial)),
            entries: list.names.len(),
            excludes: true,
        })
    }

    /// Returns what this installation excludes for good, as a list that other operations can take over.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails.
    pub async fn own_exclusions(&self, operation: &str, now: Instant) -> Result<ExclusionList, DeskError> {
        let mut names = std::collections::BTreeMap::new();
        for view in self.cases().await? {
            let Some(case) = self.store().load(&view.id).await? else { continue };
            for (name, exclusion) in &case.exclusions {
                names.entry(name.clone()).or_insert_with(|| exclusions::Exclusion {
                    name: name.clone(),
                    class: exclusion.class,
                    reason: exclusion.reason.clone(),
                    decided_at: exclusion.at,
                });
            }
        }
        // The serial grows with every event of the log, so that a later list never has a lower one.
        let serial = self.store().head().await?;
        Ok(ExclusionList { operation: operation.to_owned(), issued: now, serial, names: names.into_values().collect() })
    }

    /// Returns the registers and lists that are held, in the order of their names.
    ///
    /// # Errors
    ///
    /// [`DeskError`] where the store fails or a list in it is broken.
    pub async fn held_lists(&self) -> Result<Vec<HeldList>, DeskError> {
        let mut lists = Vec::new();
        for kind in [EXCLUSIONS, FRIENDS] {
            for document in self.store().documents(kind).await? {
                let held = stored(&document)?;
                let excludes = kind == EXCLUSIONS;
                let (issued, entries) = if excludes {
                    let list = read_exclusions(&document.id, &held)?;
                    (Some((list.operation, list.serial)), list.names.len())
                } else {
                    (None, read_friends(&document.id, &held)?.len())
                };
                lists.push(HeldList {
                    id: document.id,
                    trusted: held.trusted,
                    changed: document.changed,
                    signer: held.signer,
                    issued,
                    entries,
                    excludes,
                });
            }
        }
        Ok(lists)
    }

    /// Returns a list that is held in its own form; `None` where there is none.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails.
    pub async fn held_list(&self, id: &str) -> Result<Option<String>, DeskError> {
        for kind in [FRIENDS, EXCLUSIONS] {
            if let Some(document) = self.store().document(kind, id).await? {
                return Ok(Some(stored(&document)?.text));
            }
        }
        Ok(None)
    }

    /// Removes a list and says whether there was one.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails.
    pub async fn drop_list(&self, id: &str) -> Result<bool, DeskError> {
        let friends = self.store().drop_document(FRIENDS, id).await?;
        Ok(self.store().drop_document(EXCLUSIONS, id).await? || friends)
    }

    /// Returns everything that is known of friends, sinkholes, parking services and exclusions, ready to be matched.
    ///
    /// # Errors
    ///
    /// [`DeskError`] where the store fails or a list in it is broken.
    pub async fn register(&self) -> Result<Register, DeskError> {
        let mut register = Register::new();
        known::add_to(&mut register);
        for document in self.store().documents(FRIENDS).await? {
            let held = stored(&document)?;
            for row in read_friends(&document.id, &held)? {
                register.add(&document.id, held.trusted, entry(row)?);
            }
        }
        for document in self.store().documents(EXCLUSIONS).await? {
            let held = stored(&document)?;
            let list = read_exclusions(&document.id, &held)?;
            for excluded in list.names {
                register.add(&document.id, held.trusted, exclusion(&list.operation, excluded));
            }
        }
        Ok(register)
    }

    /// Refuses a name under which a list of the other kind is held: each name stands for one list.
    async fn need_free(&self, other: &'static str, id: &str) -> Result<(), DeskError> {
        if self.store().document(other, id).await?.is_none() {
            return Ok(());
        }
        let what = if other == FRIENDS { "a register of friends" } else { "an exclusion list" };
        Err(DeskError::Input(format!("{what} is held under the name {id}; expected another name, or that one removed")))
    }

    async fn keep_list(&self, kind: &'static str, id: &str, stored: &Stored, now: Instant) -> Result<(), DeskError> {
        let body = serde_json::to_string(stored).map_err(|error| DeskError::Input(error.to_string()))?;
        if body.len() > forestall_store::MAX_DOCUMENT {
            let limit = forestall_store::MAX_DOCUMENT;
            return Err(DeskError::Input(format!("the list takes {} octets; at most {limit} are held", body.len())));
        }
        Ok(self.store().keep_documents(vec![Document { kind, id: id.to_owned(), changed: now, body }]).await?)
    }
}

fn need_id(id: &str) -> Result<(), DeskError> {
    let fits = (1..=80).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'_'));
    if fits {
        return Ok(());
    }
    Err(DeskError::Input(format!(
        "{id:?} is no name for a list; expected at most 80 lower-case letters, digits, hyphens, dots and underscores"
    )))
}

/// Returns the name under which the list of an operation is held: its letters and digits in lower case.
fn slug(operation: &str) -> String {
    let kept =
        operation.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect::<String>();
    let parts: Vec<&str> = kept.split('-').filter(|part| !part.is_empty()).collect();
    let digest = Digest::of(operation.as_bytes()).short();
    let slug: String = parts.join("-").chars().take(60).collect();
    if slug.is_empty() { format!("list-{digest}") } else { slug }
}

fn stored(document: &Document) -> Result<Stored, DeskError> {
    serde_json::from_str(&document.body)
        .map_err(|error| DeskError::Folder(format!("the list {} in the store is broken: {error}", document.id)))
}

fn read_friends(id: &str, held: &Stored) -> Result<Vec<FriendlyRow>, DeskError> {
    friendly::read(held.text.as_bytes())
        .map_err(|error| DeskError::Folder(format!("the register {id} in the store is broken: {error}")))
}

fn read_exclusions(id: &str, held: &Stored) -> Result<ExclusionList, DeskError> {
    exclusions::read(held.text.as_bytes())
        .map_err(|error| DeskError::Folder(format!("the exclusion list {id} in the store is broken: {error}")))
}

/// Reads a text whole, at most as much as is held.
///
/// # Errors
///
/// [`DeskError::Input`] where it is longer or no UTF-8.
pub fn read_list(input: impl Read) -> Result<String, DeskError> {
    let mut bytes = Vec::new();
    let limit = forestall_store::MAX_DOCUMENT as u64;
    let read = input.take(limit + 1).read_to_end(&mut bytes);
    read.map_err(|error| DeskError::Input(format!("the list cannot be read: {error}")))?;
    if bytes.len() as u64 > limit {
        return Err(DeskError::Input(format!("the list is longer than {limit} octets")));
    }
    String::from_utf8(bytes).map_err(|error| {
        DeskError::Input(format!("the list is no UTF-8 text: octet {} is wrong", error.utf8_error().valid_up_to() + 1))
    })
}

fn entry(row: FriendlyRow) -> Result<Entry, DeskError> {
    let network =
        |range: AddressRange| range.to_string().parse::<Network>().map_err(|error| DeskError::Input(error.to_string()));
    Ok(Entry {
        holder: row.holder,
        kind: row.kind,
        names: row.names,
        name_servers: row.name_servers,
        addresses: row.addresses.into_iter().map(network).collect::<Result<_, _>>()?,
        since: row.since,
        contact: row.contact,
        proof: row.proof,
    })
}

fn exclusion(operation: &str, excluded: exclusions::Exclusion) -> Entry {
    let kind = if excluded.class == NameClass::Sinkholed { ListingKind::Sinkhole } else { ListingKind::Excluded };
    let names: Vec<DomainName> = vec![excluded.name];
    Entry {
        holder: operation.to_owned(),
        kind,
        names,
        name_servers: Vec::new(),
        addresses: Vec::new(),
        since: Some(excluded.decided_at.day()),
        contact: String::new(),
        proof: excluded.reason,
    }
}

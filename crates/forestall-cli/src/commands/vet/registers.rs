// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Registers of friends and sinkholes, and exclusion lists with their signatures.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use forestall_formats::exclusions::{self, ExclusionList};
use forestall_formats::friendly::{self, FriendlyRow};
use forestall_formats::signature;
use forestall_model::dossier::{Listing, ListingKind, MatchedBy};
use forestall_model::{DomainName, Dossier};
use forestall_vet::register::Entry;
use forestall_vet::{Register, known};

use super::packed;
use crate::failure::Refused;
use crate::{input, output, signer};

/// Most octets of a register, a list or a key.
const MAX_FILE: u64 = 256 << 20;

/// Reads the registers of the operator into one, with the built-in one before them.
///
/// # Errors
///
/// Where a file cannot be read, and a refusal with line and column where it has a fault.
pub(super) fn register(paths: &[PathBuf]) -> anyhow::Result<Register> {
    let mut register = Register::new();
    known::add_to(&mut register);
    for path in paths {
        let called = input::called(path);
        let rows = friendly::read(packed::open(path)?)
            .map_err(|errors| Refused(errors.to_string()))
            .with_context(|| format!("the register {called} is refused"))?;
        let list = packed::name_of(path);
        for row in rows {
            register.add(&list, true, entry(row).with_context(|| format!("the register {called} is refused"))?);
        }
    }
    Ok(register)
}

fn entry(row: FriendlyRow) -> anyhow::Result<Entry> {
    let addresses: Result<_, _> = row.addresses.iter().map(|range| range.to_string().parse()).collect();
    Ok(Entry {
        holder: row.holder,
        kind: row.kind,
        names: row.names,
        name_servers: row.name_servers,
        addresses: addresses.context("an address is of no form that is known")?,
        since: row.since,
        contact: row.contact,
        proof: row.proof,
    })
}

/// An exclusion list, and whether somebody who is trusted signed it.
#[derive(Debug)]
pub(super) struct Exclusions {
    list: ExclusionList,
    called: String,
    trusted: bool,
}

/// Reads exclusion lists, each with the signature that lies beside it under its name and `.minisig`.
///
/// # Errors
///
/// Usage for a key that is none; where a file cannot be read, and a refusal with line and column where it has a fault.
pub(super) fn exclusions(paths: &[PathBuf], keys: &[String]) -> anyhow::Result<Vec<Exclusions>> {
    let keys: Vec<String> = keys.iter().map(|key| signer::public_key("--trust", key)).collect::<anyhow::Result<_>>()?;
    let mut lists = Vec::new();
    for path in paths {
        let called = input::called(path);
        let bytes = input::whole(path, MAX_FILE)?;
        let list = exclusions::read(bytes.as_slice())
            .map_err(|errors| Refused(errors.to_string()))
            .with_context(|| format!("the exclusion list {called} is refused"))?;
        let trusted = match signature_beside(path)? {
            None => {
                output::note(format_args!("note: {called} has no signature: its names are proposals"));
                false
            }
            Some(text) => match signature::signer(&bytes, &text, &keys) {
                Ok(_) => true,
                Err(error) => {
                    output::note(format_args!("warning: {called}: {error}: its names are proposals"));
                    false
                }
            },
        };
        let serial = list.serial;
        lists.push(Exclusions { list, called: format!("{}, serial {serial}", packed::name_of(path)), trusted });
    }
    Ok(lists)
}

fn signature_beside(path: &Path) -> anyhow::Result<Option<String>> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".minisig");
    let beside = PathBuf::from(beside);
    if !beside.is_file() {
        return Ok(None);
    }
    Ok(Some(String::from_utf8_lossy(&input::whole(&beside, MAX_FILE)?).into_owned()))
}

/// Adds what registers and exclusion lists say of the names.
pub(super) fn add(
    register: &Register,
    exclusions: &[Exclusions],
    dossiers: &mut [Dossier],
    places: &HashMap<DomainName, usize>,
) {
    for dossier in dossiers.iter_mut() {
        let found = register.listings(dossier);
        dossier.listings.extend(found);
    }
    for source in exclusions {
        for excluded in &source.list.names {
            let vetted = forestall_vet::Unit::of(&excluded.name);
            let dossier = vetted.vetted().and_then(|name| places.get(name)).and_then(|place| dossiers.get_mut(*place));
            if let Some(dossier) = dossier {
                dossier.listings.push(Listing {
                    list: source.called.clone(),
                    kind: ListingKind::Excluded,
                    who: source.list.operation.clone(),
                    by: MatchedBy::Name,
                    value: excluded.name.to_string(),
                    trusted: source.trusted,
                    since: Some(excluded.decided_at.day()),
                });
            }
        }
    }
}

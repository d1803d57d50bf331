// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Sinkholes and parking services that are known in public, compiled in from `data/known.toml`.

use forestall_model::OwnerName;
use forestall_model::dossier::ListingKind;
use serde::Deserialize;

use crate::register::{Entry, Network, Register};

/// What the built-in register is called in listings.
pub const LIST: &str = "built-in register";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    entry: Vec<Known>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    holder: String,
    kind: ListingKind,
    #[serde(default)]
    name_servers: Vec<OwnerName>,
    #[serde(default)]
    addresses: Vec<Network>,
    #[serde(default)]
    lasting: bool,
    source: String,
}

/// Adds the built-in entries to a register. Those whose zone may have lapsed are proposals.
#[expect(clippy::missing_panics_doc, reason = "the file is compiled in, and a test reads it")]
pub fn add_to(register: &mut Register) {
    let file: File = toml::from_str(include_str!("../data/known.toml")).expect("the built-in register is whole");
    let list = format!("{LIST}, version {}", file.version);
    for known in file.entry {
        let entry = Entry {
            holder: known.holder,
            kind: known.kind,
            names: Vec::new(),
            name_servers: known.name_servers,
            addresses: known.addresses,
            since: None,
            contact: String::new(),
            proof: known.source,
        };
        register.add(&list, known.lasting, entry);
    }
}

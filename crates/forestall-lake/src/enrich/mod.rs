// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is known of an address besides that it was seen: its network and country, and whether it counts at all.
//!
//! All of it comes from files that the operator gives; nothing is fetched. A table says which network (AS) and country an address belongs to; a list says
//! whose addresses are no infected machines: crawlers, researchers, verifiers of our own, friends of the response, the operator's own hosts. Addresses that nobody can have on the
//! public network (bogons) are built in. What is tagged is kept in the lake and left out of every count.
//!
//! All files together become one table of ranges that do not overlap, for IPv4 and for IPv6, so that an address is looked up once whatever the number of files: a first
//! level by the upper 16 bits, then a binary search. Where several files say something of an address, the first that knows it wins, and of one file the narrowest range.

mod about;
mod bogons;
mod contacts;
mod country;
mod delimited;
mod error;
mod file;
mod layer;
mod leave_out;
mod mmdb;
mod prefix;
mod settings;
mod table;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;

use forestall_census::Source;

pub use about::{About, LeftOut};
pub use contacts::{Contact, Contacts, Of, OfError};
pub use country::{Country, CountryError};
pub use error::EnrichError;
pub use prefix::{Prefix, PrefixError};
pub use settings::{AddressList, NetworkForm, NetworkTable, Settings};

use layer::Gather;
use table::Table;

/// Reads the addresses of a register of friends; the text of an error is what is wrong with the file.
pub type RegisterReader<'a> = &'a dyn Fn(&Path) -> Result<Vec<Prefix>, String>;

/// What is known of all addresses. It does not change.
#[derive(Debug)]
pub struct Enrichment {
    v4: Table<u32>,
    v6: Table<u128>,
    names: BTreeMap<u32, String>,
    contacts: Contacts,
    rules: String,
}

impl Default for Enrichment {
    fn default() -> Self {
        Self::none()
    }
}

impl Enrichment {
    /// Returns what is known without any file: which addresses are bogons.
    #[must_use]
    pub fn none() -> Self {
        let mut gather = Gather::default();
        bogons::add(&mut gather);
        let (v4, v6) = gather.finish().unwrap_or_default();
        let rules = rules(true, &[]);
        Self { v4: Table::new(v4), v6: Table::new(v6), names: BTreeMap::new(), contacts: Contacts::default(), rules }
    }

    /// Reads all files that the settings name. Relative paths are those from `base`, the folder of the settings' file; `register` reads a register of friends.
    ///
    /// # Errors
    ///
    /// [`EnrichError`] with the file, the line where there is one, what was found and what was expected; no file is applied in part.
    pub fn open(settings: &Settings, base: &Path, register: RegisterReader<'_>) -> Result<Self, EnrichError> {
        let mut names = BTreeMap::new();
        // Whoever is left out comes first: the first layer that knows wins, and each layer knows other fields but for several tables of networks.
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        let mut labels = Vec::new();
        for list in &settings.leave_out {
            let mut gather = Gather::default();
            leave_out::read(list, base, &mut gather)?;
            labels.push((list.kind, list.label.clone()));
            let (of_v4, of_v6) = gather.finish().map_err(|overlap| overlap.of_list(&list.label))?;
            (v4, v6) = (layer::over(&v4, &of_v4), layer::over(&v6, &of_v6));
        }
        for path in &settings.registers {
            let path = base.join(path);
            let prefixes = register(&path).map_err(|what| EnrichError::Register { path: path.clone(), what })?;
            let mut gather = Gather::default();
            prefixes.iter().for_each(|prefix| gather.add(*prefix, About::left_out(LeftOut::Friend), 0));
            let name = path.file_stem().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            let (of_v4, of_v6) = gather.finish().map_err(|overlap| overlap.of_list(&name))?;
            labels.push((LeftOut::Friend, name));
            (v4, v6) = (layer::over(&v4, &of_v4), layer::over(&v6, &of_v6));
        }
        if settings.bogons {
            let mut gather = Gather::default();
            bogons::add(&mut gather);
            let (of_v4, of_v6) = gather.finish().map_err(|overlap| overlap.of_list("bogons"))?;
            (v4, v6) = (layer::over(&v4, &of_v4), layer::over(&v6, &of_v6));
        }
        for table in &settings.networks {
            let path = base.join(&table.file);
            let mut gather = Gather::default();
            match table.form {
                NetworkForm::Mmdb => mmdb::read(&path, &mut gather, &mut names)?,
                NetworkForm::Iptoasn => delimited::iptoasn(&path, &mut gather, &mut names)?,
                NetworkForm::Cidr => delimited::cidr(&path, &mut gather)?,
                NetworkForm::Pfx2as => delimited::pfx2as(&path, &mut gather)?,
            }
            let (of_v4, of_v6) = gather.finish().map_err(|overlap| overlap.in_file(&path))?;
            (v4, v6) = (layer::over(&v4, &of_v4), layer::over(&v6, &of_v6));
        }
        let mut contacts = Contacts::default();
        for path in &settings.contacts {
            contacts.read(&base.join(path))?;
        }
        let rules = rules(settings.bogons, &labels);
        Ok(Self { v4: Table::new(v4), v6: Table::new(v6), names, contacts, rules })
    }

    /// Returns what is known of an address. Addresses of IPv6 that are IPv4 in truth (mapped, 6to4, Teredo) are looked up as that.
    #[must_use]
    pub fn of(&self, address: IpAddr) -> About {
        match (Source::of(address), address) {
            (Source::V4(address), _) => self.v4.of(address),
            (Source::V6(_), IpAddr::V6(address)) => self.v6.of(address.to_bits()),
            // No address of IPv4 is counted as one of IPv6.
            (Source::V6(_), IpAddr::V4(_)) => About::default(),
        }
    }

    /// Returns the name of a network, where a table has one.
    #[must_use]
    pub fn name(&self, asn: u32) -> Option<&str> {
        self.names.get(&asn).map(String::as_str)
    }

    /// Returns whom to write to.
    #[must_use]
    pub fn contacts(&self) -> &Contacts {
        &self.contacts
    }

    /// Returns who is left out, by which lists, as one line for the definition of a figure: the labels of the lists, not their content.
    #[must_use]
    pub fn rules(&self) -> &str {
        &self.rules
    }
}

/// Writes who is left out.
fn rules(bogons: bool, labels: &[(LeftOut, String)]) -> String {
    let mut parts: Vec<String> = labels.iter().map(|(kind, label)| format!("{} ({label})", kind.plural())).collect();
    parts.sort();
    parts.dedup();
    if bogons {
        parts.insert(0, LeftOut::Bogon.plural().to_owned());
    }
    if parts.is_empty() { "nobody".to_owned() } else { parts.join(", ") }
}

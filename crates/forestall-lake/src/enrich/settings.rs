// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The section `[enrich]` of the settings: which files there are.

use std::path::PathBuf;

use serde::Deserialize;

use super::about::LeftOut;

/// Which files the enrichment is made of.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// Whether addresses that nobody can have are left out. Only for a network of one's own is there a reason not to.
    pub bogons: bool,
    /// Tables of networks and countries; the first that knows an address wins.
    pub networks: Vec<NetworkTable>,
    /// Lists of addresses that are in no count.
    pub leave_out: Vec<AddressList>,
    /// Registers of friendly registrations, whose addresses are in no count.
    pub registers: Vec<PathBuf>,
    /// Tables of contacts.
    pub contacts: Vec<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { bogons: true, networks: Vec::new(), leave_out: Vec::new(), registers: Vec::new(), contacts: Vec::new() }
    }
}

/// A table of networks or countries.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct NetworkTable {
    /// The file.
    pub file: PathBuf,
    /// Its form.
    pub form: NetworkForm,
}

/// The form of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkForm {
    /// A database in MaxMind's form.
    Mmdb,
    /// First address, last address, AS number, country and name, with tabs.
    Iptoasn,
    /// A network, an AS number and a country a line.
    Cidr,
    /// CAIDA's table of routes.
    Pfx2as,
}

/// A list of addresses that are left out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AddressList {
    /// Whose addresses they are.
    pub kind: LeftOut,
    /// Its name in the definition of every figure. Counts under another label are another series: change it when the list changes in kind, and not with each address.
    pub label: String,
    /// A file with one address, network or range a line.
    pub file: Option<PathBuf>,
    /// Addresses, networks and ranges.
    #[serde(default)]
    pub addresses: Vec<String>,
}

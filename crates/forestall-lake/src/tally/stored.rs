// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The numbers of a day as the lake keeps them.
//!
//! STORED FORMAT, version 2: JSON, `{"forestall":"totals","version":2,"files":[...],"families":[...]}` with [`Totals`] as they write themselves, sketches among them, and the places in the lake of the files of events
//! that they were made of. There is no address in it. Version 1 has no files and no sketches.

use std::collections::BTreeSet;

use forestall_census::day::{Totals, VERSION};
use serde::{Deserialize, Serialize};

/// The most octets that are read: some 200,000 networks in each of ten families.
const MOST_OCTETS: usize = 1 << 28;

/// Numbers with what they were made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stored {
    /// The files of events that they were made of, by their places in the lake; none where version 1 wrote them.
    pub files: Option<BTreeSet<String>>,
    /// The numbers, by family.
    pub totals: Vec<Totals>,
    /// What a reader must know besides.
    pub notes: Vec<String>,
}

/// Why numbers cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoredError {
    /// They are too long.
    #[error("they have {0} octets; at most {MOST_OCTETS} are read")]
    TooLong(usize),
    /// They are none.
    #[error("they are no numbers of a day")]
    Form(#[from] serde_json::Error),
    /// They are of a newer version.
    #[error("they have version {0}; this program reads versions 1 to {VERSION}")]
    Version(u32),
}

#[derive(Serialize, Deserialize)]
struct Written {
    forestall: Mark,
    version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    files: Option<BTreeSet<String>>,
    families: Vec<Totals>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Mark {
    Totals,
}

#[derive(Deserialize)]
struct Head {
    #[serde(rename = "forestall")]
    _mark: Mark,
    version: u32,
}

impl Stored {
    /// Returns the numbers in octets.
    ///
    /// # Errors
    ///
    /// [`StoredError`] where they cannot be written as JSON.
    pub fn to_octets(&self) -> Result<Vec<u8>, StoredError> {
        let files = Some(self.files.clone().unwrap_or_default());
        let (families, notes) = (self.totals.clone(), self.notes.clone());
        let written = Written { forestall: Mark::Totals, version: VERSION, files, families, notes };
        Ok(serde_json::to_vec(&written)?)
    }

    /// Reads numbers.
    ///
    /// # Errors
    ///
    /// [`StoredError`] where they are too long, of a newer version, or none.
    pub fn from_octets(octets: &[u8]) -> Result<Self, StoredError> {
        if octets.len() > MOST_OCTETS {
            return Err(StoredError::TooLong(octets.len()));
        }
        let head: Head = serde_json::from_slice(octets)?;
        if !is_known(head.version) {
            return Err(StoredError::Version(head.version));
        }
        let written: Written = serde_json::from_slice(octets)?;
        if let Some(newer) = written.families.iter().find(|totals| !is_known(totals.version)) {
            return Err(StoredError::Version(newer.version));
        }
        Ok(Self { files: written.files, totals: written.families, notes: written.notes })
    }
}

fn is_known(version: u32) -> bool {
    (1..=VERSION).contains(&version)
}

/// Returns numbers in octets that were made of no file of the lake.
///
/// # Errors
///
/// [`StoredError`] where they cannot be written as JSON.
pub fn to_octets(totals: &[Totals]) -> Result<Vec<u8>, StoredError> {
    Stored { files: None, totals: totals.to_vec(), notes: Vec::new() }.to_octets()
}

/// Reads numbers alone.
///
/// # Errors
///
/// [`StoredError`] where they are too long, of a newer version, or none.
pub fn from_octets(octets: &[u8]) -> Result<Vec<Totals>, StoredError> {
    Ok(Stored::from_octets(octets)?.totals)
}

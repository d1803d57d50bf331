// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The numbers of a day as the lake keeps them.
//!
//! STORED FORMAT, version 1: JSON, `{"forestall":"totals","version":1,"families":[...]}` with [`Totals`] as they write themselves. There is no address in it.

use forestall_census::day::{Totals, VERSION};
use serde::{Deserialize, Serialize};

/// The most octets that are read: some 200,000 networks in each of ten families.
const MOST_OCTETS: usize = 1 << 28;

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
    #[error("they have version {0}; this program reads version {VERSION}")]
    Version(u32),
}

#[derive(Serialize, Deserialize)]
struct Stored {
    forestall: Mark,
    version: u32,
    families: Vec<Totals>,
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

/// Returns numbers in octets.
///
/// # Errors
///
/// [`StoredError`] where they cannot be written as JSON.
pub fn to_octets(totals: &[Totals]) -> Result<Vec<u8>, StoredError> {
    let stored = Stored { forestall: Mark::Totals, version: VERSION, families: totals.to_vec() };
    Ok(serde_json::to_vec(&stored)?)
}

/// Reads numbers.
///
/// # Errors
///
/// [`StoredError`] where they are too long, of a newer version, or none.
pub fn from_octets(octets: &[u8]) -> Result<Vec<Totals>, StoredError> {
    if octets.len() > MOST_OCTETS {
        return Err(StoredError::TooLong(octets.len()));
    }
    let head: Head = serde_json::from_slice(octets)?;
    if head.version != VERSION {
        return Err(StoredError::Version(head.version));
    }
    let stored: Stored = serde_json::from_slice(octets)?;
    if let Some(newer) = stored.families.iter().find(|totals| totals.version != VERSION) {
        return Err(StoredError::Version(newer.version));
    }
    Ok(stored.families)
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the lake keeps of each segment that was shipped: how many events came in, and which files they went to. It is written last: a segment with
//! a manifest is whole in the lake.
//!
//! STORED FORMAT, version 1: JSON under `manifests/SENSOR/SEQUENCE.json`.

use serde::{Deserialize, Serialize};

use crate::lake::{Lake, LakeError};
use crate::pack::Packed;

/// The folder of all manifests.
pub(crate) const FOLDER: &str = "manifests";
/// The version of the form.
const VERSION: u32 = 1;
/// Octets of a manifest at most: one of 1,024 files has some 200,000.
const MOST_OCTETS: usize = 4 << 20;

/// What became of a segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    version: u32,
    /// Whose segment.
    pub sensor: String,
    /// Its number.
    pub sequence: u64,
    /// What tells it from another one of that name: a digest, and over what.
    pub identity: String,
    /// Events that were read: a resolver asked.
    pub dns: u64,
    /// Events that were read: a machine connected.
    pub contacts: u64,
    /// Events that are missing at least, by what the segment says and by what of it could not be read.
    pub missing: u64,
    /// The files.
    pub files: Vec<Entry>,
}

/// A file of a manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its place in the lake.
    pub path: String,
    /// Its rows.
    pub rows: u64,
}

/// A manifest that is none.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// The store does not give it.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// It was not written by this program, or by a later one.
    #[error("{path} is no manifest of version {VERSION}: {reason}")]
    Form {
        /// Its place in the lake.
        path: String,
        /// Why not.
        reason: String,
    },
}

impl Manifest {
    pub(crate) fn new(
        (sensor, sequence): (&str, u64),
        identity: String,
        (dns, contacts, missing): (u64, u64, u64),
        packed: &[Packed],
    ) -> Self {
        let entry = |packed: &Packed| Entry { path: packed.path.clone(), rows: packed.rows };
        let files = packed.iter().map(entry).collect();
        Self { version: VERSION, sensor: sensor.to_owned(), sequence, identity, dns, contacts, missing, files }
    }

    /// Returns how many rows it says that files of a table have.
    #[must_use]
    pub fn rows(&self, table: &str) -> u64 {
        let of_table = |entry: &&Entry| entry.path.strip_prefix(table).is_some_and(|rest| rest.starts_with('/'));
        self.files.iter().filter(of_table).map(|entry| entry.rows).fold(0, u64::saturating_add)
    }

    pub(crate) fn path(sensor: &str, sequence: u64) -> String {
        format!("{FOLDER}/{sensor}/{sequence:020}.json")
    }

    /// Puts it into the lake.
    pub(crate) fn put(&self, lake: &Lake) -> Result<(), ManifestError> {
        let path = Self::path(&self.sensor, self.sequence);
        let octets = serde_json::to_vec_pretty(self);
        let mut octets =
            octets.map_err(|error| ManifestError::Form { path: path.clone(), reason: error.to_string() })?;
        octets.push(b'\n');
        Ok(lake.put(&path, octets)?)
    }

    /// Reads a manifest; none where it is not there.
    ///
    /// # Errors
    ///
    /// [`ManifestError`].
    pub(crate) fn get(lake: &Lake, path: &str) -> Result<Option<Self>, ManifestError> {
        let Some(octets) = lake.get(path)? else { return Ok(None) };
        let wrong = |reason: String| ManifestError::Form { path: path.to_owned(), reason };
        if octets.len() > MOST_OCTETS {
            return Err(wrong(format!("it has {} octets", octets.len())));
        }
        let manifest: Self = serde_json::from_slice(&octets).map_err(|error| wrong(error.to_string()))?;
        if manifest.version != VERSION {
            return Err(wrong(format!("it has version {}", manifest.version)));
        }
        Ok(Some(manifest))
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The record of what left the lake with addresses in it: who got it, what, how many, for what and on what ground. Each record is an object of its own under
//! `disclosures`, so that several people can write at once and none can overwrite another's. It holds no address.

use std::fmt;

use forestall_model::{Digest, Instant};
use serde::{Deserialize, Serialize};

use crate::lake::{Lake, LakeError};

/// The folder.
const FOLDER: &str = "disclosures";
/// The version of the form.
const VERSION: u32 = 1;
/// Octets of a record at most.
const MOST_OCTETS: u64 = 64 << 10;

/// What left, to whom, and why.
///
/// // STORED FORMAT, version 1: JSON, one object a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosure {
    version: u32,
    /// When, in microseconds since 1970 UTC.
    at: i64,
    /// Who received it.
    pub who: String,
    /// Who took it out.
    pub by: String,
    /// What, with the day and of whom.
    pub what: String,
    /// How many entries.
    pub count: u64,
    /// For what.
    pub purpose: String,
    /// On what ground.
    pub basis: String,
    /// The SHA-256 of the octets that left, so that a file that turns up can be found here.
    pub digest: String,
}

/// Why the record cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DisclosureError {
    /// The lake cannot be used.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// The operating system gives no randomness.
    #[error("the operating system gives no randomness: {0}")]
    Random(String),
    /// A record cannot be read.
    #[error("{path} is no record of a disclosure: {what}")]
    Record {
        /// Its place in the lake.
        path: String,
        /// What is wrong.
        what: String,
    },
}

impl Disclosure {
    /// Makes a record of octets that are about to leave.
    #[must_use]
    pub fn of(at: Instant, octets: &[u8], count: u64) -> Self {
        let empty = String::new;
        Self {
            version: VERSION,
            at: at.micros(),
            who: empty(),
            by: empty(),
            what: empty(),
            count,
            purpose: empty(),
            basis: empty(),
            digest: Digest::of(octets).to_string(),
        }
    }

    /// Returns when it was.
    #[must_use]
    pub fn at(&self) -> Instant {
        Instant::from_micros(self.at)
    }
}

impl fmt::Display for Disclosure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of {} to {}, for {}, on the ground of {}",
            self.count, self.what, self.who, self.purpose, self.basis
        )
    }
}

impl Lake {
    /// Puts a disclosure on record. What is disclosed leaves after that, never before. Each call makes a record of its own, however like another one it is: who takes the same file out twice disclosed it twice.
    ///
    /// # Errors
    ///
    /// [`DisclosureError`] where it cannot be written: then nothing may leave.
    pub fn record(&self, disclosure: &Disclosure) -> Result<(), DisclosureError> {
        let octets = serde_json::to_vec(disclosure)
            .map_err(|error| DisclosureError::Record { path: FOLDER.to_owned(), what: error.to_string() })?;
        // Several people write at once, and none knows of the others: a number of its own keeps records of one moment and content apart, which a count could not.
        let mut number = [0; 8];
        getrandom::fill(&mut number).map_err(|error| DisclosureError::Random(error.to_string()))?;
        let digest = &Digest::of(&octets).to_string()[..16];
        let name = format!("{FOLDER}/{:020}-{digest}-{:016x}.json", disclosure.at, u64::from_be_bytes(number));
        Ok(self.put(&name, octets)?)
    }

    /// Returns all records, the newest first.
    ///
    /// # Errors
    ///
    /// [`DisclosureError`] where one cannot be read: a record that is passed over in silence is none.
    pub fn disclosures(&self) -> Result<Vec<Disclosure>, DisclosureError> {
        let mut records = Vec::new();
        for object in self.list(FOLDER)? {
            let path = object.location.to_string();
            let wrong = |what: String| DisclosureError::Record { path: path.clone(), what };
            if object.size > MOST_OCTETS {
                return Err(wrong(format!("it has {} octets; at most {MOST_OCTETS} are read", object.size)));
            }
            let octets = self.get(&path)?.ok_or_else(|| wrong("it is gone".to_owned()))?;
            let record: Disclosure = serde_json::from_slice(&octets).map_err(|error| wrong(error.to_string()))?;
            if record.version != VERSION {
                return Err(wrong(format!("it has version {}; this program reads version {VERSION}", record.version)));
            }
            records.push(record);
        }
        records.sort_by_key(|record| std::cmp::Reverse(record.at));
        Ok(records)
    }
}

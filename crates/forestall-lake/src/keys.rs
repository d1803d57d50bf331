// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The keys of pseudonyms, one a calendar month, and that of the sketches. They lie in a file that only the shipper reads, never in the lake.
//!
//! A pseudonym is HMAC-SHA-256 (RFC 2104, FIPS 180-4) under the key of the month in which the event happened, over `forestall pseudonym 1`, a zero octet and
//! what is counted of the address ([`Source`]: an IPv4 address, or a network of 64 bits of IPv6), cut to 16 octets. Within a month the same source
//! has the same pseudonym, in both tables; in another month it has another one. With the key the link to the address ends, for whoever has the lake as
//! for whoever made it.
//!
//! STORED FORMAT, version 1: TOML.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use forestall_census::{SketchKey, Source};
use forestall_model::UtcDay;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::retention::{Month, Policy};

/// What stands before the address.
const DOMAIN: &[u8] = b"forestall pseudonym 1\0";
/// The version of the form.
const VERSION: u32 = 1;
/// Octets of the file at most.
const MOST_OCTETS: u64 = 1 << 20;

/// Keys that were read from their file, or that are to be written there.
#[derive(Debug)]
pub struct Keys {
    path: PathBuf,
    stored: Stored,
}

/// Why keys cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeysError {
    /// The file cannot be used.
    #[error("the keys in {} cannot be used", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is no file of keys.
    #[error("{} is no file of keys: {reason}", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// Why not; it says nothing of the keys.
        reason: String,
    },
    /// Others may read it.
    #[error("the keys in {} can be read by others; expected mode 0600", path.display())]
    Open {
        /// The file.
        path: PathBuf,
    },
    /// The operating system gives no randomness.
    #[error("the operating system gives no randomness: {0}")]
    Random(String),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    sketch: Secret<16>,
    months: BTreeMap<String, Secret<32>>,
}

impl std::fmt::Debug for Stored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "keys of {:?}", self.months.keys())
    }
}

/// A key, in hexadecimal where it is stored.
#[derive(Clone)]
struct Secret<const N: usize>([u8; N]);

impl<const N: usize> Secret<N> {
    fn new() -> Result<Self, KeysError> {
        let mut key = [0; N];
        getrandom::fill(&mut key).map_err(|error| KeysError::Random(error.to_string()))?;
        Ok(Self(key))
    }
}

impl<const N: usize> Serialize for Secret<N> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.iter().map(|octet| format!("{octet:02x}")).collect::<String>())
    }
}

impl<'de, const N: usize> Deserialize<'de> for Secret<N> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits: Option<Vec<u8>> = text.chars().map(|letter| u8::try_from(letter.to_digit(16)?).ok()).collect();
        let octets: Option<Vec<u8>> = digits.map(|digits| {
            digits.chunks(2).map(|pair| pair.iter().fold(0, |octet, digit| octet << 4 | digit)).collect()
        });
        let key = octets.filter(|_| text.len() == 2 * N).and_then(|octets| octets.try_into().ok());
        key.map(Self)
            .ok_or_else(|| serde::de::Error::custom(format_args!("a key that has not {} hexadecimal digits", 2 * N)))
    }
}

/// Makes pseudonyms of one month.
pub struct Pseudonyms(Hmac<Sha256>);

impl std::fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pseudonyms(..)")
    }
}

impl Pseudonyms {
    fn new(key: &[u8; 32]) -> Self {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
        mac.update(DOMAIN);
        Self(mac)
    }

    /// Returns the pseudonym of a source.
    #[must_use]
    pub fn of(&self, source: Source) -> [u8; 16] {
        let mut mac = self.0.clone();
        match source {
            Source::V4(address) => {
                mac.update(&[4]);
                mac.update(&address.to_be_bytes());
            }
            Source::V6(network) => {
                mac.update(&[6]);
                mac.update(&network.to_be_bytes());
            }
        }
        let whole = mac.finalize().into_bytes();
        std::array::from_fn(|place| whole[place])
    }
}

impl Keys {
    /// Reads the keys, or makes a file for them where there is none.
    ///
    /// # Errors
    ///
    /// [`KeysError`]. A file that others may read is refused.
    pub fn open(path: &Path) -> Result<Self, KeysError> {
        let io = |source| KeysError::Io { path: path.to_owned(), source };
        let about = match fs::metadata(path) {
            Ok(about) => about,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let stored = Stored { version: VERSION, sketch: Secret::new()?, months: BTreeMap::new() };
                let keys = Self { path: path.to_owned(), stored };
                keys.write()?;
                return Ok(keys);
            }
            Err(error) => return Err(io(error)),
        };
        #[cfg(unix)]
        if std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o077 != 0 {
            return Err(KeysError::Open { path: path.to_owned() });
        }
        let wrong = |reason: String| KeysError::Form { path: path.to_owned(), reason };
        if about.len() > MOST_OCTETS {
            return Err(wrong(format!("it has {} octets", about.len())));
        }
        let text = fs::read_to_string(path).map_err(io)?;
        // The message, and not the error: that one shows the line, which may be a key.
        let stored: Stored = toml::from_str(&text).map_err(|error| wrong(error.message().to_owned()))?;
        if stored.version != VERSION {
            return Err(wrong(format!("it has version {}; expected {VERSION}", stored.version)));
        }
        Ok(Self { path: path.to_owned(), stored })
    }

    /// Returns the key of the sketches, which does not change: only sketches of one key merge.
    #[must_use]
    pub fn sketch(&self) -> SketchKey {
        SketchKey::new(self.stored.sketch.0)
    }

    /// Returns the months whose keys there are, as `YYYY-MM`, in order.
    pub fn months(&self) -> impl Iterator<Item = &str> {
        self.stored.months.keys().map(String::as_str)
    }

    /// Returns what makes the pseudonyms of a month. A key that is made for it is on the disk for good before it is used.
    ///
    /// # Errors
    ///
    /// [`KeysError`].
    pub fn of_month(&mut self, month: Month) -> Result<Pseudonyms, KeysError> {
        let name = month.to_string();
        if let Some(key) = self.stored.months.get(&name) {
            return Ok(Pseudonyms::new(&key.0));
        }
        let key = Secret::new()?;
        let pseudonyms = Pseudonyms::new(&key.0);
        self.stored.months.insert(name, key);
        self.write()?;
        Ok(pseudonyms)
    }

    /// Deletes keys whose time is over. Returns their months.
    ///
    /// # Errors
    ///
    /// [`KeysError`].
    pub fn forget(&mut self, policy: &Policy, today: UtcDay) -> Result<Vec<String>, KeysError> {
        let over = |name: &str| {
            let first: Option<UtcDay> = format!("{name}-01").parse().ok();
            first.is_none_or(|first| policy.key_is_over(Month::of(first), today))
        };
        let names: Vec<String> = self.months().filter(|name| over(name)).map(str::to_owned).collect();
        if names.is_empty() {
            return Ok(names);
        }
        for name in &names {
            self.stored.months.remove(name);
        }
        self.write()?;
        Ok(names)
    }

    fn write(&self) -> Result<(), KeysError> {
        let io = |source| KeysError::Io { path: self.path.clone(), source };
        let text = toml::to_string(&self.stored);
        let text = text.map_err(|error| KeysError::Form { path: self.path.clone(), reason: error.to_string() })?;
        let mut new = self.path.clone().into_os_string();
        new.push(".new");
        let new = PathBuf::from(new);
        let mut options = fs::File::options();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&new).map_err(io)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(io)?;
        fs::rename(&new, &self.path).map_err(io)?;
        let folder =
            self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(io)
    }
}

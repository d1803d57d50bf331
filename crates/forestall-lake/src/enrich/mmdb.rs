// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Databases in MaxMind's form: of countries, cities or networks, by whoever makes them.
//!
//! Read are `country.iso_code`, or `registered_country.iso_code` where there is none, `autonomous_system_number` and `autonomous_system_organization`, each where the database has it. Flat
//! databases of others have `country` or `country_code` as two letters, and `asn` as `AS64500`; these are read as well. Every record is decoded once, whatever the number of networks that share it.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use maxminddb::{Reader, WithinOptions};
use serde::Deserialize;

use super::about::About;
use super::country::Country;
use super::delimited::{as_number, printable};
use super::error::EnrichError;
use super::file::{self, MOST_RANGES};
use super::layer::Gather;
use super::prefix::Prefix;

/// A country, as a map with its letters or as letters.
#[derive(Deserialize)]
#[serde(untagged)]
enum Place {
    Map { iso_code: Option<String> },
    Letters(String),
}

impl Place {
    fn country(&self) -> Option<Country> {
        match self {
            Self::Map { iso_code } => iso_code.as_deref()?.parse().ok(),
            Self::Letters(letters) => letters.parse().ok(),
        }
    }
}

/// A number of a network, as one or as `AS64500`.
#[derive(Deserialize)]
#[serde(untagged)]
enum AsNumber {
    Number(u32),
    Text(String),
}

impl AsNumber {
    fn number(&self) -> Option<u32> {
        match self {
            Self::Number(number) => Some(*number).filter(|number| *number > 0),
            Self::Text(text) => as_number(text),
        }
    }
}

#[derive(Deserialize)]
struct Record {
    country: Option<Place>,
    registered_country: Option<Place>,
    country_code: Option<Place>,
    autonomous_system_number: Option<AsNumber>,
    asn: Option<AsNumber>,
    autonomous_system_organization: Option<String>,
}

/// Reads a database.
pub(super) fn read(path: &Path, gather: &mut Gather, names: &mut BTreeMap<u32, String>) -> Result<(), EnrichError> {
    let octets = file::whole(path)?;
    let fault = |error: maxminddb::MaxMindDbError| EnrichError::Mmdb { path: path.to_owned(), what: error.to_string() };
    let reader = Reader::from_source(octets).map_err(fault)?;
    let mut known: HashMap<usize, About> = HashMap::new();
    for result in reader.networks(WithinOptions::default()).map_err(fault)? {
        let result = result.map_err(fault)?;
        let network = result.network().map_err(fault)?;
        let Some(offset) = result.offset() else { continue };
        let about = match known.get(&offset) {
            Some(about) => *about,
            None => {
                let record = result.decode::<Record>().map_err(fault)?;
                let about = record.map(|record| about(&record, names)).unwrap_or_default();
                known.insert(offset, about);
                about
            }
        };
        if about == About::default() {
            continue;
        }
        let range = Prefix::of_network(network.network(), network.prefix());
        let range = range
            .ok_or_else(|| EnrichError::Mmdb { path: path.to_owned(), what: format!("{network} is no network") })?;
        gather.add(range, about, 0);
        if gather.len() > MOST_RANGES {
            return Err(EnrichError::TooMany { path: path.to_owned(), most: MOST_RANGES });
        }
    }
    if gather.len() == 0 {
        let what = "no network of it has a country or an AS number".to_owned();
        return Err(EnrichError::Mmdb { path: path.to_owned(), what });
    }
    Ok(())
}

fn about(record: &Record, names: &mut BTreeMap<u32, String>) -> About {
    let places = [&record.country, &record.registered_country, &record.country_code];
    let country = places.into_iter().flatten().find_map(Place::country);
    let numbers = [&record.autonomous_system_number, &record.asn];
    let asn = numbers.into_iter().flatten().find_map(AsNumber::number).unwrap_or(0);
    if let (Some(name), true) = (&record.autonomous_system_organization, asn > 0) {
        names.entry(asn).or_insert_with(|| printable(name));
    }
    About { asn, country, left_out: None }
}

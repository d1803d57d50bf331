// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Vectors: names that a module must reproduce before anybody believes it.

use forestall_dga::families::calendar::Calendar;
use forestall_dga::family::NoWordLists;
use forestall_dga::{Ask, Catalogue, FamilyInfo, NameBuf};
use forestall_model::{Digest, Instant};

use crate::PluginError;
use crate::family::PluginFamily;
use crate::limits::{MOST_VECTOR_NAMES, MOST_VECTORS};
use crate::metadata::VectorTable;
use crate::module::cut;

/// Makes the error of the vector number `index`, from 0.
pub(crate) fn error(index: usize, vector: &VectorTable, reason: String) -> PluginError {
    PluginError::Vector { number: index + 1, source_of: cut(&vector.source, 80), reason }
}

/// Checks that the vectors can be run and do not ask for more than a check may take.
pub(crate) fn check_form(vectors: &[VectorTable], info: &FamilyInfo) -> Result<(), PluginError> {
    if vectors.is_empty() || vectors.len() > MOST_VECTORS {
        return Err(PluginError::Value {
            place: "vector".to_owned(),
            found: format!("{} of them", vectors.len()),
            expected: format!("1 to {MOST_VECTORS}"),
        });
    }
    let mut names = 0_u64;
    for (index, vector) in vectors.iter().enumerate() {
        let refuse = |reason: &str| Err(error(index, vector, reason.to_owned()));
        if vector.source.trim().is_empty() {
            return refuse("expected a source");
        }
        if vector.on.is_some() && vector.at.is_some() {
            return refuse("expected one of `on` and `at`, found both");
        }
        if vector.count.is_some() != vector.sha256.is_some() {
            return refuse("expected `count` and `sha256` together");
        }
        if vector.names.is_empty() && vector.count.unwrap_or(0) == 0 {
            return refuse("expected `names`, or `count` and `sha256` of a list with names");
        }
        names = names.saturating_add(asked(vector, info));
    }
    if names > MOST_VECTOR_NAMES {
        return Err(PluginError::Value {
            place: "vector".to_owned(),
            found: format!("{names} names in all"),
            expected: format!("at most {MOST_VECTOR_NAMES}"),
        });
    }
    Ok(())
}

/// Returns how many names are computed for a vector: the whole list where its digest is given.
fn asked(vector: &VectorTable, info: &FamilyInfo) -> u64 {
    match vector.count {
        Some(count) => info.names_per_period.unwrap_or(count).max(count),
        None => vector.names.len() as u64,
    }
}

/// Computes the list of a vector and compares. Returns the names compared, or what differs.
pub(crate) fn reproduce(vector: &VectorTable, catalogue: &Catalogue, family: &PluginFamily) -> Result<u64, String> {
    let campaign = match &vector.campaign {
        None => catalogue.campaigns().first(),
        Some(id) => catalogue.campaign(id.as_str()),
    };
    let campaign = campaign.ok_or("it is of no campaign of the plug-in")?;
    let prepared = catalogue.prepare(campaign, &vector.set, &NoWordLists).map_err(|error| error.to_string())?;
    let at = vector.at.or(vector.on.map(forestall_model::UtcDay::start));
    let dated = family.calendar() != Calendar::None;
    if dated != at.is_some() {
        let expected = if dated { "`on` or `at`: the family has dates" } else { "no date: the family has none" };
        return Err(format!("expected {expected}"));
    }
    let period = prepared.generator.period_containing(at.unwrap_or(Instant::from_seconds(0)));
    let period = period.ok_or("its date lies outside the years 1601 to 9999")?;
    let limit = match vector.count {
        // One name more, so that a list that goes on is found out.
        Some(count) => prepared.family.info().names_per_period.is_none().then_some(count + 1),
        None => Some(vector.names.len() as u64),
    };
    let mut made = NameBuf::new();
    let ask = Ask { span: None, limit };
    prepared.generator.generate(&period, &ask, &mut made).map_err(|error| error.to_string())?;
    for (index, expected) in vector.names.iter().enumerate() {
        let found = made.bytes_of(index);
        if found != expected.as_bytes() {
            let found =
                if index < made.len() { String::from_utf8_lossy(found).into_owned() } else { "the end".to_owned() };
            return Err(format!("name {index} is {found}; expected {}", cut(expected, 253)));
        }
    }
    let Some((count, expected)) = vector.count.zip(vector.sha256) else { return Ok(vector.names.len() as u64) };
    if made.len() as u64 != count {
        return Err(format!("the list has {} names; expected {count}", made.len()));
    }
    let found: Digest = made.digest();
    if found == expected { Ok(count) } else { Err(format!("the list has the SHA-256 {found}; expected {expected}")) }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Orchard: sixteen names from the date, and sixteen from the state of the first Bitcoin address.

use std::sync::Arc;

use forestall_model::{Instant, Margin, Params, WindowSet};

use super::built_in::{self, List, listed};
use super::calendar::{Calendar, own_window};
use super::spelling::{hexadecimal, iso_date};
use super::values;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::md5;
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

const SUFFIXES: [&str; 4] = ["com", "net", "org", "duckdns.org"];

/// Follows the date.
const SECRET: &[u8; 17] = b"ojena.duckdns.org";

#[derive(Debug)]
struct Orchard {
    /// What is hashed for the second half of the list.
    address: Option<String>,
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let number = |key: &str| -> Result<Option<u64>, ParamError> {
        let Some(found) = params.value(key).filter(|found| *found != "none") else { return Ok(None) };
        let digits = found.bytes().all(|b| b.is_ascii_digit()).then_some(found);
        digits.and_then(|digits| digits.parse().ok()).map(Some).ok_or_else(|| ParamError::BadValue {
            key: key.to_owned(),
            found: found.chars().take(60).collect(),
            expected: "a decimal number, or none".to_owned(),
        })
    };
    let address = match (number("balance")?, number("ntx")?) {
        (None, None) => None,
        (Some(balance), Some(transactions)) => Some(format!(
            r#"{{"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa":{{"final_balance":{balance},"n_tx":{transactions},"total_received":{balance}}}}}"#
        )),
        (Some(_), None) => return Err(missing("ntx")),
        (None, Some(_)) => return Err(missing("balance")),
    };
    Ok(listed(Calendar::Days, Orchard { address }))
}

fn missing(key: &str) -> ParamError {
    ParamError::BadValue {
        key: key.to_owned(),
        found: "none".to_owned(),
        expected: "a decimal number, because balance and ntx belong together".to_owned(),
    }
}

impl List for Orchard {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        let mut left = built_in::names(limit, 32, 32);
        out.start_run(own_window(period));
        let mut message = [0; 27];
        message[..10].copy_from_slice(&iso_date(Instant::from_seconds(period.key)));
        message[10..].copy_from_slice(SECRET);
        push(&md5::digest(&message), &mut left, out);
        if let Some(address) = &self.address {
            // These live until the next transaction, which nobody can know ahead.
            out.start_run(WindowSet::Always);
            push(&md5::digest(address.as_bytes()), &mut left, out);
        }
    }
}

/// Appends sixteen names, at most `left`: each eight digits of the hash under each suffix.
fn push(digest: &[u8; 16], left: &mut u32, out: &mut NameBuf) {
    for part in digest.as_chunks::<4>().0 {
        let mut label = [0; 8];
        hexadecimal(part, &mut label);
        for suffix in SUFFIXES.iter().take(*left as usize) {
            *left -= 1;
            out.push_parts(&[&label, b".", suffix.as_bytes()]);
        }
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "orchard".into(),
        aliases: vec![],
        summary: "Dropper of a Monero miner. 16 names from the date, and 16 more from the balance of the first Bitcoin address, which can be computed only for the present \
                  or the past, with balance and ntx"
            .into(),
        scheme: Scheme::Hash,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "day; the names from the address last until its next transaction".into(),
        names_per_period: Some(16),
        suffixes: SUFFIXES.map(Into::into).to_vec(),
        margin: Margin::hours(24, 24),
        clock_note: "the clock of the infected machine".into(),
        verification: Verification::Verified,
        verification_note: "the 16 names from the date equal the published ones of 2022-09-29; those from the address follow from the published formula and were not \
                            compared with real names"
            .into(),
        generator_version: 1,
        keys: vec![
            values::key("balance", "none", "the balance of the address in satoshi, or none; without it the list is the 16 names from the date"),
            values::key("ntx", "none", "the number of transactions of the address, or none"),
        ],
        first_day: None,
        responsible: Responsible::providers([("duckdns.org", "Duck DNS, a dynamic-DNS service")]),
        treatment: "the names below duckdns.org are for its provider, no registry; the zone itself is never to be blocked. Any transfer to the address, by anybody, changes \
                    all later names of the second half"
            .into(),
        references: vec![
            "baderj/domain_generation_algorithms, folder orchard".into(),
            "Netlab and XLab, on Orchard".into(),
        ],
    }
}

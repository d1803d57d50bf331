// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Enviserv: an endless list, the MD5 of a text and a number.

use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List, MOST_NAMES, listed, names};
use super::calendar::{Calendar, own_window};
use super::spelling::{decimal, hexadecimal};
use super::values::{self, key};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::md5;
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

/// The longest seed that is taken; with a number behind it, a message of one block.
const MOST_SEED: usize = 32;

const SUFFIXES: &str = "com,net,org,info,biz,in";

struct Enviserv {
    seed: Box<[u8]>,
    suffixes: Vec<Box<[u8]>>,
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let seed = values::text(params, "seed", "papa_koli", MOST_SEED)?;
    let suffixes = values::suffixes(params, "tlds", SUFFIXES, 1..=64)?;
    Ok(listed(Calendar::None, Enviserv { seed, suffixes }))
}

impl List for Enviserv {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let names = names(limit, 500, MOST_NAMES);
        let mut messages = [[0; MOST_SEED + 20]; md5::LANES];
        for message in &mut messages {
            message[..self.seed.len()].copy_from_slice(&self.seed);
        }
        let mut suffixes = self.suffixes.iter().cycle();
        let mut label = [0; 10];
        for first in (0..names).step_by(md5::LANES) {
            let mut lengths = [0; md5::LANES];
            for ((index, message), length) in (first..).zip(&mut messages).zip(&mut lengths) {
                let mut room = [0; 20];
                let number = decimal(u64::from(index), &mut room);
                *length = self.seed.len() + number.len();
                message[self.seed.len()..*length].copy_from_slice(number);
            }
            let digests = md5::digest_each(std::array::from_fn(|lane| &messages[lane][..lengths[lane]]));
            for ((_, digest), suffix) in (first..names).zip::<[[u8; 16]; md5::LANES]>(digests).zip(&mut suffixes) {
                hexadecimal(&digest, &mut label);
                out.push_parts(&[&label, b".", suffix]);
            }
        }
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "enviserv".into(),
        aliases: vec![],
        summary:
            "An endless list from a text under 6 top-level domains: ten digits of the MD5 of the text and a number"
                .into(),
        scheme: Scheme::Hash,
        seeding: Seeding::TimeIndependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "none".into(),
        names_per_period: None,
        suffixes: SUFFIXES.split(',').map(Into::into).collect(),
        margin: Margin::NONE,
        clock_note: "no date enters the names".into(),
        verification: Verification::Verified,
        verification_note: "all 14 names of ten hexadecimal digits in a public list of malware names are reproduced"
            .into(),
        generator_version: 1,
        keys: vec![
            key("seed", "papa_koli", "the text before the number, up to 32 visible ASCII characters"),
            key("tlds", SUFFIXES, "1 to 64 suffixes that follow one another, separated by commas"),
        ],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "names never expire: reserve or block them for as long as bots are seen".into(),
        references: vec!["360netlab/DGA, enviserv".into(), "andrewaeva/DGA: 14 observed names".into()],
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A downloader of a Monero miner, January 2020: 500 labels of MD5 digits under five top-level domains, daily.

use std::sync::Arc;

use forestall_model::{Instant, Margin, Params, WindowSet};

use super::built_in::{self, List, listed};
use super::calendar::{Calendar, own_window};
use super::spelling::{decimal, hexadecimal};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::md5;
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, Suffix, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

/// The text before the day.
const SECRET: &[u8] = b"jkhhksugrhtijys78g46-";

/// The label that every day begins with.
const FIXED: &[u8; 16] = b"31b4bd31fg1x2   ";

/// Characters of a label.
const LABEL: usize = 13;

const SUFFIXES: [&str; 5] = ["org", "tickets", "blackfriday", "hosting", "feedback"];

const ENDS: [Suffix; 5] = Suffix::table(SUFFIXES);

/// Labels of a day.
const LABELS: u32 = 500;

fn generator(_params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    Ok(listed(Calendar::Days, Monero))
}

#[derive(Debug)]
struct Monero;

impl List for Monero {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        let mut left = built_in::names(limit, LABELS * 5, LABELS * 5);
        let mut push = |label: &[u8; 16], out: &mut NameBuf| {
            for suffix in ENDS.iter().take(left as usize) {
                left -= 1;
                out.push_spelled(suffix, |place: &mut [u8; 16]| {
                    *place = *label;
                    LABEL
                });
            }
            left > 0
        };
        out.start_run(WindowSet::Always);
        if !push(FIXED, out) {
            return;
        }
        out.start_run(own_window(period));
        let prefix = Text::of_day(Instant::from_seconds(period.key).day().epoch_days());
        for first in (1..LABELS).step_by(md5::LANES) {
            let texts: [Text; md5::LANES] = std::array::from_fn(|lane| prefix.with(u64::from(first) + lane as u64));
            let digests = md5::digest_each(texts.each_ref().map(Text::bytes));
            for digest in digests.iter().take((LABELS - first) as usize) {
                let mut label = [0; 16];
                hexadecimal(digest, &mut label);
                if !push(&label, out) {
                    return;
                }
            }
        }
    }
}

/// A text of at most 55 octets.
#[derive(Clone, Copy)]
struct Text {
    octets: [u8; md5::SHORT],
    length: usize,
}

impl Text {
    fn of_day(day: i32) -> Self {
        let mut text = Self { octets: [0; md5::SHORT], length: 0 };
        text.append(SECRET);
        if day < 0 {
            text.append(b"-");
        }
        text.append(decimal(u64::from(day.unsigned_abs()), &mut [0; 20]));
        text.append(b"-");
        text
    }

    fn with(mut self, number: u64) -> Self {
        self.append(decimal(number, &mut [0; 20]));
        self
    }

    fn append(&mut self, part: &[u8]) {
        self.octets[self.length..self.length + part.len()].copy_from_slice(part);
        self.length += part.len();
    }

    fn bytes(&self) -> &[u8] {
        &self.octets[..self.length]
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "monerodownloader".into(),
        aliases: vec![],
        summary: "Downloader of a Monero miner, January 2020. 2,500 names a day, of which five are the same every day".into(),
        scheme: Scheme::Hash,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "day".into(),
        names_per_period: Some(u64::from(LABELS * 5)),
        suffixes: SUFFIXES.map(Into::into).to_vec(),
        margin: Margin::hours(24, 96),
        clock_note: "local or UTC is not known; the published generator can look back over past days, so bots may ask for names after their day"
            .into(),
        verification: Verification::Verified,
        verification_note: "equals the published list of 2020-01-12, 2,500 of 2,500 names".into(),
        generator_version: 1,
        keys: vec![],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "500 names a day for each of five registries, four of them of new gTLDs; 31b4bd31fg1x2 has to be kept for good under all five".into(),
        references: vec!["baderj/domain_generation_algorithms, folder monerodownloader".into()],
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! QSnatch, variant b: 150 names every fifteen days.

use std::sync::Arc;

use forestall_model::{Margin, Params, UtcDay};

use super::blocks::{Block, BlockList};
use super::calendar::own_window;
use super::{blocks, built_in, qsnatch};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Ask, Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

const DAYS: i32 = 15;

/// Characters of the labels under each suffix, in the order of the bot.
const LENGTHS: std::ops::RangeInclusive<usize> = 6..=qsnatch::LONGEST;

const NAMES: u32 = 150;

/// In the order of the bot.
const SUFFIXES: [&str; 30] = [
    "cf", "tk", "ml", "ga", "gq", "com", "biz", "org", "de", "rocks", "mx", "cn", "top", "nl", "men", "ws", "se",
    "info", "xyz", "net", "today", "ru", "fi", "name", "to", "in", "com.ua", "vg", "vn", "cd",
];

/// Returns the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

fn generator(_params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    Ok(blocks::listed(QsnatchB))
}

#[derive(Debug)]
struct QsnatchB;

impl BlockList for QsnatchB {
    fn block(&self, day: UtcDay) -> Block {
        Block::since_1970(day, DAYS)
    }

    fn since(&self) -> UtcDay {
        UtcDay::from_epoch_days(0)
    }

    fn write(&self, period: &Period, ask: &Ask, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let labels = qsnatch::labels(period.key / (i64::from(DAYS) * 86_400), &SUFFIXES);
        let all = SUFFIXES.iter().zip(&labels).flat_map(|(s, label)| LENGTHS.map(move |length| (s, &label[..length])));
        for (suffix, label) in all.take(built_in::names(ask.limit, NAMES, NAMES) as usize) {
            out.push_parts(&[label, b".", suffix.as_bytes()]);
        }
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "qsnatch-b".into(),
        aliases: vec![],
        summary: "Shell-script malware on network storage of QNAP, variant b. 150 names of 6 to 10 characters every 15 days; variant a's of the \
                  same interval are beginnings of them"
            .into(),
        scheme: Scheme::Hash,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "15 days since 1970 (UTC)".into(),
        names_per_period: Some(u64::from(NAMES)),
        suffixes: SUFFIXES.iter().map(|&s| s.into()).collect(),
        margin: Margin::CLOCK,
        clock_note: "seconds since 1970 of the device's clock, hence UTC".into(),
        verification: Verification::Verified,
        verification_note: "the published list of 150 names of 2019-11-10 is reproduced in full".into(),
        generator_version: 1,
        keys: vec![],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "reserve free names for the fifteen days and the guard window, look at registered ones by hand".into(),
        references: vec![
            "Johannes Bader, The DGA of QSnatch, bin.re".into(),
            "baderj/domain_generation_algorithms, qsnatch: list of 150 names of 2019-11-10".into(),
        ],
    }
}

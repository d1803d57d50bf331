// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! QSnatch, variant a: 2,610 names at any moment, for six nested intervals from fifteen days down to one hour.
//!
//! An origin period is an hour and holds what begins with it: always the list of the hour, every second time that of two hours, and so on.
//! The bot's list is put together of the six lists that are live.

use std::iter;
use std::sync::Arc;

use forestall_model::{Instant, Margin, Params, Window, WindowSet};

use super::{built_in, qsnatch};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Ask, Attempt, Family, FamilyInfo, GenerateError, Generator, NameBuf, ParamError, Period, WordLists};

/// The intervals in seconds, in the order of the bot; each divides the one before.
const INTERVALS: [i64; 6] = [1_296_000, 432_000, 86_400, 28_800, 7_200, HOUR];

const HOUR: i64 = 3_600;

/// Characters of a label in the order of the bot; one more under com, net and org.
const LENGTHS: [usize; 3] = [5, 3, 4];

/// Names that begin with an interval.
const NAMES: u32 = 435;

/// In the order of the bot. One begins with a dot, in the sample as here: its names have an empty label.
const SUFFIXES: [&str; 145] = [
    "cf", "tk", "com", "ml", "de", "rocks", "mx", "biz", "net", "cn", "ga", "gq", "org", "top", "nl", "men", "ws",
    "se", "info", "xyz", "today", "ru", "ec", "co", "ee", "rs", "com.sv", "com.cy", "co.zw", "kg", "com.ge", "tl",
    "name", "tw", "lv", "bs", "li", "ng", "ae", "bt", "tv", "pe", "uz", "me", "gy", "am", "kr", "by", "fr", "com.uy",
    "com.lb", "com.br", "vu", "hk", "in", "re", "ch", "af", "com.ps", "ug", "dz", "pro", "co.th", "sg", "cd", "so",
    "mo", "co.id", "co.il", "com.do", "ke", "cx", "ro", "id", "pm", "hm", "vg", "az", "com.eg", "bz", "su", "com.ar",
    "gg", "com.lr", "pa", "com.ve", "al", "fm", "to", "mu", "co.ck", "pk", "co.rs", "cw", "nr", "gd", "gl", "ac", "lk",
    "md", "fi", "sx", "lc", "es", "cc", "cm", "la", "co.za", "je", "cz", "jp", "ai", "pw", "bg", "nu", "ag", "bm",
    "eu", "com.my", "sc", "ax", "wf", "ly", "qa", "vn", "aq", "mobi", "com.tr", "com.ua", "com.py", "hk.org",
    "south.am", "com.kh", "co.zm", "ru.net", "com.km", "tt", "kn", "co.ls", "co.fk", "uy.com", "com.gu", ".com.bn",
    "com.pf", "com.fj",
];

/// Returns the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

fn generator(_params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    Ok(Box::new(QsnatchA))
}

#[derive(Debug)]
struct QsnatchA;

impl Generator for QsnatchA {
    fn periods(&self, span: Window) -> Box<dyn Iterator<Item = Period> + Send + '_> {
        let start = span.from.seconds().max(0);
        // What began before the span and still lives, then each hour of the span.
        let before = INTERVALS.map(|interval| begin(start, interval)).into_iter().enumerate();
        let before = before.filter(move |(i, at)| *i == 0 || begin(start, INTERVALS[i - 1]) != *at).map(|(_, at)| at);
        let hours = iter::successors(Some(begin(start, HOUR) + HOUR), |at| Some(at + HOUR));
        Box::new(
            before
                .chain(hours)
                .take_while(move |at| {
                    span.from < span.until && Instant::from_seconds(*at) < span.until && containable(*at)
                })
                .map(period)
                .filter(move |period| lives(period, span)),
        )
    }

    fn period_containing(&self, at: Instant) -> Option<Period> {
        let seconds = at.seconds();
        (seconds >= 0 && containable(seconds)).then(|| period(begin(seconds, HOUR)))
    }

    fn generate(&self, period: &Period, ask: &Ask, out: &mut NameBuf) -> Result<(), GenerateError> {
        let first = first_list(period.key);
        let most = NAMES * u32::try_from(INTERVALS.len() - first).unwrap_or(0);
        let mut left = built_in::names(ask.limit, most, most);
        for interval in &INTERVALS[first..] {
            if left == 0 {
                return Ok(());
            }
            out.start_run(WindowSet::Spans(vec![window(period.key, *interval)]));
            let labels = qsnatch::labels(period.key / interval, &SUFFIXES);
            let all =
                LENGTHS.iter().flat_map(|length| SUFFIXES.iter().zip(&labels).map(move |(s, l)| (*length, *s, l)));
            for (length, suffix, label) in all.take(left as usize) {
                let length = length + usize::from(matches!(suffix, "com" | "net" | "org"));
                out.push_parts(&[&label[..length], b".", suffix.as_bytes()]);
            }
            left -= left.min(NAMES);
        }
        Ok(())
    }

    fn attempts(&self, at: Instant) -> Vec<Attempt> {
        if self.period_containing(at).is_none() {
            return Vec::new();
        }
        let part = |(list, interval): (usize, &i64)| {
            let start = begin(at.seconds(), *interval);
            let skip = NAMES * u32::try_from(list - first_list(start)).unwrap_or(0);
            Attempt { period: period(start), skip, take: Some(NAMES) }
        };
        INTERVALS.iter().enumerate().map(part).collect()
    }
}

/// Returns when the interval that holds `at` began.
fn begin(at: i64, interval: i64) -> i64 {
    at.div_euclid(interval) * interval
}

/// Says whether the moment lies in the years to 9999.
fn containable(at: i64) -> bool {
    at < forestall_model::UtcDay::MAX.window().until.seconds()
}

/// Returns the index of the longest interval that begins at `start`.
fn first_list(start: i64) -> usize {
    INTERVALS.iter().position(|interval| start % interval == 0).unwrap_or(INTERVALS.len() - 1)
}

fn window(start: i64, seconds: i64) -> Window {
    Window { from: Instant::from_seconds(start), until: Instant::from_seconds(start + seconds) }
}

fn period(start: i64) -> Period {
    Period { key: start, window: Some(window(start, HOUR)) }
}

/// Says whether a name that begins with the period lives in the span.
fn lives(period: &Period, span: Window) -> bool {
    window(period.key, INTERVALS[first_list(period.key)]).meets(span)
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "qsnatch-a".into(),
        aliases: vec!["qsnatch".into()],
        summary: "Shell-script malware on network storage of QNAP, variant a. 2,610 names of 3 to 6 characters at any moment: 435 for each of \
                  15 days, 5 days, a day, 8 hours, 2 hours and an hour"
            .into(),
        scheme: Scheme::Hash,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "hour since 1970 (UTC), with the lists of the longer intervals that begin with it".into(),
        names_per_period: Some(u64::from(NAMES) * INTERVALS.len() as u64),
        // Names under com.bn have an empty label before it.
        suffixes: SUFFIXES.iter().map(|suffix| suffix.trim_start_matches('.').into()).collect(),
        margin: Margin::CLOCK,
        clock_note: "seconds since 1970 of the device's clock, hence UTC".into(),
        verification: Verification::Verified,
        verification_note: "the published list of 2,610 names of 2019-11-11 23:00 UTC is reproduced in full".into(),
        generator_version: 1,
        keys: vec![],
        first_day: None,
        responsible: Responsible::providers(
            ["hk.org", "south.am", "ru.net", "uy.com"].map(|zone| (zone, "a private operator who gives out names in it")),
        ),
        treatment: "names of three and four characters are legitimate names nearly always: look at every registered one by hand; names under \
                    com.bn have an empty label, as in the sample, and cannot be registered"
            .into(),
        references: vec![
            "Johannes Bader, The DGA of QSnatch, bin.re".into(),
            "NCSC-FI (Finland) on QSnatch".into(),
            "baderj/domain_generation_algorithms, qsnatch: list of 2,610 names of 2019-11-11".into(),
        ],
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Pushdo, also Cutwail: 30 names for each day number, of which a bot tries those of 45 days.

use std::sync::Arc;

use forestall_model::{DayRange, Instant, Margin, Params, UtcDay, Window, WindowSet};

use super::built_in;
use super::runs::date_of;
use super::values;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::primitive::md5;
use crate::{Ask, Attempt, Family, FamilyInfo, GenerateError, Generator, NameBuf, ParamError, Period, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

/// Names of a day number.
const NAMES: u32 = 30;

/// How many day numbers a bot looks back, and ahead.
const BACK: i32 = 30;
const AHEAD: i32 = 14;

/// The letters and rules of one configuration.
#[derive(Clone, Copy, Debug)]
struct Pushdo {
    first: &'static [u8],
    third: &'static [u8; 15],
    /// The bits of an octet plus 2 that ask for a vowel after `e`, and for a consonant.
    vowel_mask: u32,
    consonant_mask: u32,
    suffix: &'static [u8],
}

const CONFIGURATIONS: [&str; 4] = ["kz_v1", "kz_v2", "kz_v3", "com_v1"];

const KZ_1: Pushdo = Pushdo {
    first: b"bcdfghjklmnpqrstvwx",
    third: b"zxtsrqpnmlkgfdc",
    vowel_mask: 7,
    consonant_mask: 1,
    suffix: b"kz",
};

const KZ_2: Pushdo = Pushdo {
    first: b"kqbhcndjfwglpmzxrsv",
    third: b"qzlbtgrnkxsfdcm",
    vowel_mask: 8,
    consonant_mask: 2,
    suffix: b"kz",
};

const KZ_3: Pushdo =
    Pushdo { first: b"zhjntdwmqbglpxrsfc", third: b"rlngbtkszpfdcmx", vowel_mask: 8, consonant_mask: 2, suffix: b"kz" };

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    Ok(Box::new(match values::one_of(params, "config", CONFIGURATIONS[0], &CONFIGURATIONS)? {
        0 => KZ_1,
        1 => KZ_2,
        2 => KZ_3,
        _ => Pushdo { suffix: b"com", ..KZ_1 },
    }))
}

impl Generator for Pushdo {
    fn periods(&self, span: Window) -> Box<dyn Iterator<Item = Period> + Send + '_> {
        if span.until <= span.from || !span.meets(DayRange { from: UtcDay::MIN, until: UtcDay::MAX }.window()) {
            return Box::new(std::iter::empty());
        }
        let first = UtcDay::holding(span.from);
        let last = UtcDay::holding(Instant::from_micros(span.until.micros() - 1));
        // Numbers jump by few at the ends of months, so the outermost ones are those of the first and the last days.
        let ends = |step: i32, end: UtcDay| {
            (0..5).map(move |days| end.plus(step * days)).filter(move |day| (first..=last).contains(day)).map(number)
        };
        let lowest = ends(1, first).min().unwrap_or_default() - BACK;
        let highest = ends(-1, last).max().unwrap_or_default() + AHEAD;
        Box::new((lowest..=highest).filter_map(period))
    }

    fn period_containing(&self, at: Instant) -> Option<Period> {
        let day = at.day();
        day.window().contains(at).then(|| period(number(day))).flatten()
    }

    fn generate(&self, period: &Period, ask: &Ask, out: &mut NameBuf) -> Result<(), GenerateError> {
        self.write(std::slice::from_ref(period), ask, std::slice::from_mut(out));
        Ok(())
    }

    fn generate_each(&self, periods: &[Period], ask: &Ask, out: &mut [NameBuf]) -> Result<(), GenerateError> {
        periods
            .chunks(md5::LANES)
            .zip(out.chunks_mut(md5::LANES))
            .for_each(|(periods, out)| self.write(periods, ask, out));
        Ok(())
    }

    fn lanes(&self) -> usize {
        md5::LANES
    }

    fn attempts(&self, at: Instant) -> Vec<Attempt> {
        let day = at.day();
        if !day.window().contains(at) {
            return Vec::new();
        }
        let today = number(day);
        let numbers = (0..=BACK).map(|back| today - back).chain((1..=AHEAD).map(|ahead| today + ahead));
        numbers.filter_map(period).map(|period| Attempt { period, skip: 0, take: None }).collect()
    }
}

impl Pushdo {
    /// Writes the lists of several periods, [`md5::LANES`] at most, side by side: in a list each name waits for the one before it.
    fn write(&self, periods: &[Period], ask: &Ask, out: &mut [NameBuf]) {
        let mut block = md5::pad(&[0; 4]).map(|word| [word; md5::LANES]);
        for ((period, out), r) in periods.iter().zip(&mut *out).zip(&mut block[0]) {
            let number = number_of(period);
            let mut windows = windows(number);
            windows.retain(|window| ask.span.is_none_or(|span| window.meets(span)));
            out.start_run(WindowSet::Spans(windows));
            *r = number.cast_unsigned();
        }
        for _ in 0..built_in::names(ask.limit, NAMES, NAMES) {
            // One list alone is quicker without the others.
            let digests = if out.len() == 1 {
                [md5::digest(&block[0][0].to_le_bytes()); md5::LANES]
            } else {
                md5::digest_blocks(&block)
            };
            for ((out, digest), r) in out.iter_mut().zip(&digests).zip(&mut block[0]) {
                let [a, b, c, d, ..] = *digest;
                *r = u32::from_le_bytes([a, b, c, d]);
                let mut label = [0; 14];
                let length = 9 + (*r & 3) as usize;
                self.spell(digest, length, &mut label);
                out.push_parts(&[&label[..length], b".", self.suffix]);
                *r = r.wrapping_add(1);
            }
        }
    }

    /// Writes at least `length` letters, 12 at most, and up to two more.
    fn spell(&self, digest: &[u8; 16], length: usize, label: &mut [u8; 14]) {
        let mut end = 0;
        for octet in digest {
            if end >= length {
                break;
            }
            let second = b"aeiou"[usize::from(octet.wrapping_add(1) % 5)];
            label[end] = self.first[usize::from(*octet) % self.first.len()];
            label[end + 1] = second;
            end += 2;
            let plus_2 = u32::from(*octet) + 2;
            if second == b'e' && plus_2 & self.vowel_mask != 0 {
                label[end] = b"aio"[(plus_2 % 3) as usize];
            } else if plus_2 & self.consonant_mask == 0 {
                continue;
            } else {
                label[end] = self.third[((plus_2 + 1) % 15) as usize];
            }
            end += 1;
        }
    }
}

/// Returns the malware's number of a day.
///
/// It adds the lengths of the months after January up to the present one, where those before the present one are meant: numbers fall by
/// three from January to February, rise by four from February to March, and two days can share one.
fn number(day: UtcDay) -> i32 {
    let [year, month, of_month] = date_of(day);
    let february = if year % 4 == 0 { 29 } else { 28 };
    let months = [0, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let lengths: u32 = months[..month as usize].iter().sum();
    (of_month + lengths + 365 * year + year / 4).cast_signed()
}

/// The number of 1970-01-01 by a calendar without leaps: where numbers and days agree in December 2019.
const NUMBER_OF_1970: i32 = 719_543;

/// Returns the period of a number: its key is the day that has this number where days are counted without the malware's errors,
/// its window reaches over all days on which bots try its names. None outside of the years 1601 to 9999.
fn period(number: i32) -> Option<Period> {
    let windows = windows(number);
    let window = Window { from: windows.first()?.from, until: windows.last()?.until };
    Some(Period { key: i64::from(number - NUMBER_OF_1970) * SECONDS_IN_DAY, window: Some(window) })
}

fn number_of(period: &Period) -> i32 {
    i32::try_from(period.key / SECONDS_IN_DAY).unwrap_or_default() + NUMBER_OF_1970
}

const SECONDS_IN_DAY: i64 = 86_400;

/// Returns when bots try the names of a number, in order of time.
fn windows(of: i32) -> Vec<Window> {
    // Numbers count a year as 365 days and a quarter.
    let year = i64::from(of) * 4 / 1_461;
    let Some(january) = i16::try_from(year).ok().and_then(|year| UtcDay::from_ymd(year.clamp(1601, 9999), 1, 1)) else {
        return Vec::new();
    };
    let near = january.plus(of - number(january));
    let mut windows: Vec<Window> = Vec::new();
    let mut last = None;
    for days in -AHEAD - 12..=BACK + 12 {
        let day = near.plus(days);
        if last.replace(day) == Some(day) || !(number(day) - BACK..=number(day) + AHEAD).contains(&of) {
            continue;
        }
        match windows.last_mut() {
            Some(window) if window.until == day.start() => window.until = day.window().until,
            _ => windows.push(day.window()),
        }
    }
    windows
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "pushdo".into(),
        aliases: vec!["cutwail".into()],
        summary: "Downloader of the Cutwail spam bots. 30 names for each day number; a bot tries those of 45 days, 1,350 names, so each name lives for 45 days".into(),
        scheme: Scheme::Hash,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "day number; its names are tried from 14 days before to 30 days after".into(),
        names_per_period: Some(u64::from(NAMES)),
        suffixes: vec!["kz".into(), "com".into()],
        margin: Margin::hours(24, 24),
        clock_note: "the published generator takes the local date".into(),
        verification: Verification::Verified,
        verification_note: "configuration kz_v1 equals the published list of 2019-12-06, 1,350 of 1,350 names; of kz_v2 and kz_v3 no list is published. com_v1 is kz_v1 under com, \
                            as its configuration says though the published code writes kz, and is not confirmed"
            .into(),
        generator_version: 1,
        keys: vec![values::key("config", CONFIGURATIONS[0], "the configuration: kz_v1, kz_v2, kz_v3 or com_v1")],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "each name has to be kept for 45 days; the malware's day numbers jump at the ends of months, so its windows are not those of a calendar".into(),
        references: vec!["baderj/domain_generation_algorithms, folder pushdo".into()],
    }
}

#[cfg(test)]
mod tests {
    use super::{NUMBER_OF_1970, number};

    #[test]
    fn numbers_have_the_errors_of_the_malware() {
        let of = |date: &str| number(date.parse().unwrap()) - NUMBER_OF_1970;
        assert_eq!(of("2019-12-06"), 18_236);
        assert_eq!(of("2019-02-01") - of("2019-01-31"), -2);
        assert_eq!(of("2019-03-01") - of("2019-02-28"), 4);
        assert_eq!(of("2020-01-01") - of("2019-12-31"), 2);
        assert_eq!(of("2021-01-01") - of("2020-12-31"), 0);
    }
}

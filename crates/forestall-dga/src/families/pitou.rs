// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Pitou: a spam bootkit, 20 names for ten days that change in seven groups, with a last letter that nobody can know.

use std::sync::Arc;

use forestall_model::{Instant, Margin, Params, UtcDay, Window, WindowSet};

use super::built_in;
use super::runs::date_of;
use super::values;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Ask, Attempt, Family, FamilyInfo, GenerateError, Generator, NameBuf, ParamError, Period, WordLists};

mod search;

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family_with_search(info(), generator, search::Search)
}

const SUFFIXES: [&str; 9] = ["com", "org", "biz", "net", "info", "mobi", "us", "name", "me"];

const VOWELS: &[u8; 5] = b"aeiou";
const CONSONANTS: &[u8; 21] = b"bcdfghjklmnpqrstvwxyz";

/// Names of a list.
const NAMES: u32 = 20;

/// Groups of three names, the last of two, that change on the same day.
const GROUPS: i32 = 7;

/// Stands for the octet that the bot reads behind its buffer.
const UNDEFINED: u8 = 0xE0;

#[derive(Debug)]
struct Pitou {
    magic: u32,
}

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    Ok(Box::new(Pitou { magic: values::hexadecimal(params, "magic", "0xDAFE02C")? }))
}

impl Generator for Pitou {
    fn periods(&self, span: Window) -> Box<dyn Iterator<Item = Period> + Send + '_> {
        let first = UtcDay::holding(span.from).plus(-LONGEST);
        let last = UtcDay::holding(span.until).epoch_days();
        let days = first.epoch_days()..=if span.from < span.until { last } else { i32::MIN };
        let begun = days.flat_map(|day| decades_begun(UtcDay::from_epoch_days(day)));
        Box::new(begun.filter_map(Decade::period).filter(move |p| p.window.is_some_and(|window| window.meets(span))))
    }

    fn period_containing(&self, at: Instant) -> Option<Period> {
        let day = at.day();
        day.window().contains(at).then(|| Decade::of(day, 0).period()).flatten()
    }

    fn generate(&self, period: &Period, ask: &Ask, out: &mut NameBuf) -> Result<(), GenerateError> {
        let Some(decade) = Decade::of_period(period) else { return Ok(()) };
        let mut left = ask.limit.unwrap_or(u64::MAX);
        for group in 0..GROUPS {
            let mut windows = decade.windows(group);
            if windows.is_empty() {
                continue;
            }
            windows.retain(|window| ask.span.is_none_or(|span| window.meets(span)));
            out.start_run(WindowSet::Spans(windows));
            for c in names_of(group) {
                if left == 0 {
                    return Ok(());
                }
                left -= 1;
                self.push(decade, c, out);
            }
        }
        Ok(())
    }

    /// The groups of a list that have changed already are of a later period than the others.
    fn attempts(&self, at: Instant) -> Vec<Attempt> {
        let day = at.day();
        if !day.window().contains(at) {
            return Vec::new();
        }
        let mut attempts: Vec<Attempt> = Vec::new();
        for group in 0..GROUPS {
            let decade = Decade::of(day, group);
            let Some(period) = decade.period() else { continue };
            let count = |group: i32| names_of(group).map(|_| 1).sum::<u32>();
            match attempts.last_mut() {
                Some(last) if last.period == period => last.take = last.take.map(|take| take + count(group)),
                _ => {
                    let before = (0..group).filter(|before| !decade.windows(*before).is_empty());
                    attempts.push(Attempt { period, skip: before.map(count).sum(), take: Some(count(group)) });
                }
            }
        }
        attempts
    }
}

/// Returns the numbers of the names of a group.
fn names_of(group: i32) -> impl Iterator<Item = u32> {
    let first = group.unsigned_abs() * 3;
    first..(first + 3).min(NAMES)
}

/// Ten days, in which each group of names has its own days, in one calendar year: an origin period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Decade {
    /// The malware's number of its first day for the first group; a multiple of 10.
    start: i32,
    year: i16,
}

/// From the first day of a decade to its last there are fewer days than this.
const LONGEST: i32 = 24;

impl Decade {
    /// Returns the decade of a group on a day.
    fn of(day: UtcDay, group: i32) -> Self {
        Self { start: (group + number(day)).div_euclid(10) * 10, year: day.ymd().0 }
    }

    /// Returns the decade that is an origin period.
    fn of_period(period: &Period) -> Option<Self> {
        let start = Instant::from_seconds(period.key);
        let place = usize::try_from(start.seconds_since(start.day().start())).ok()?;
        decades_begun(start.day()).nth(place)
    }

    /// Returns the days on which a group has this decade, in order.
    fn days(self, group: i32) -> impl Iterator<Item = UtcDay> {
        // A day's number is 28 to 31 more than its days since 1970.
        let days = self.start - GROUPS - 31..self.start + 10 - 28;
        let days = days.filter(|day| (UtcDay::MIN.epoch_days()..=UtcDay::MAX.epoch_days()).contains(day));
        days.map(UtcDay::from_epoch_days).filter(move |day| Self::of(*day, group) == self)
    }

    fn windows(self, group: i32) -> Vec<Window> {
        let mut windows: Vec<Window> = Vec::new();
        for day in self.days(group) {
            match windows.last_mut() {
                Some(window) if window.until == day.start() => window.until = day.window().until,
                _ => windows.push(day.window()),
            }
        }
        windows
    }

    fn first_day(self) -> Option<UtcDay> {
        (0..GROUPS).filter_map(|group| self.days(group).next()).min()
    }

    /// Returns the period: its window reaches from the first day of any group to the last.
    ///
    /// Two decades begin on the first of January. The key of the later one is a second after midnight.
    fn period(self) -> Option<Period> {
        let first = self.first_day()?;
        let last = (0..GROUPS).filter_map(|group| self.days(group).last()).max()?;
        let place = i64::from(decades_begun(first).next() != Some(self));
        let window = Window { from: first.start(), until: last.window().until };
        Some(Period { key: first.start().seconds() + place, window: Some(window) })
    }
}

/// Returns the decades that begin on a day, in order.
fn decades_begun(day: UtcDay) -> impl Iterator<Item = Decade> {
    let (first, last) = (Decade::of(day, 0), Decade::of(day, GROUPS - 1));
    let later = (last != first).then_some(last);
    [Some(first), later].into_iter().flatten().filter(move |decade| decade.first_day() == Some(day))
}

/// Returns the malware's number of a day: days from 1970-01-01 to the same day of the next month, or as many days after that month's end.
fn number(day: UtcDay) -> i32 {
    let [year, month, _] = date_of(day);
    let length = match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    day.epoch_days() + length
}

impl Pitou {
    /// Appends the name number `c`, or its alternatives.
    fn push(&self, decade: Decade, c: u32, out: &mut NameBuf) {
        let mut label = [0; 10];
        let (length, last) = self.spell(decade, c, &mut label);
        let suffix = SUFFIXES[self.suffix(decade, c)];
        let mut name = [0; 16];
        let end = length + 1 + suffix.len();
        name[..length].copy_from_slice(&label[..length]);
        name[length] = b'.';
        name[length + 1..end].copy_from_slice(suffix.as_bytes());
        if length <= 8 {
            out.push(&name[..end]);
            return;
        }
        for (number, letter) in last.iter().enumerate() {
            name[length - 1] = *letter;
            if number == 0 {
                out.push(&name[..end]);
            } else {
                out.push_alternative(&name[..end]);
            }
        }
    }

    /// Writes the label of the name number `c`, and returns its length and the letters of which its last one is.
    fn spell(&self, decade: Decade, c: u32, label: &mut [u8; 10]) -> (usize, &'static [u8]) {
        let flag = (self.magic >> c).wrapping_mul(c.wrapping_sub(1) & 0xFF) & decade.start.cast_unsigned() & 1;
        spell(&self.octets(decade, c), 8 + flag as usize, label)
    }

    /// Returns the place of the suffix of the name number `c`.
    fn suffix(&self, decade: Decade, c: u32) -> usize {
        ((c ^ decade.start.cast_unsigned() ^ self.magic) % 9) as usize
    }

    /// Returns the eight octets that are spelled, and the one that the bot never set.
    fn octets(&self, decade: Decade, c: u32) -> [u8; 9] {
        let y = i32::from(decade.year - 1_900).cast_unsigned();
        let [b0, b1, ..] = decade.start.to_le_bytes().map(u32::from);
        let [g0, g1, ..] = self.magic.to_le_bytes().map(u32::from);
        let octet = |half: u32, f: u32| half.wrapping_mul(f).wrapping_mul(c + 1).to_le_bytes()[0];
        let four = |q: u32, g: u32| {
            let (high, low) = (g >> 4, g & 15);
            let (f2, f3) = ((b1 << q) ^ (b0 >> q), (b0 << q) ^ (b1 >> q));
            [octet(high, y >> q), octet(low, y << q), octet(high, f2), octet(low, f3)]
        };
        let ([a, b, c, d], [e, f, g, h]) = (four(0, g0), four(1, g1));
        [a, b, c, d, e, f, g, h, UNDEFINED]
    }
}

/// Writes a label, and returns its length and the letters of which its last one is.
fn spell(octets: &[u8; 9], length: usize, label: &mut [u8; 10]) -> (usize, &'static [u8]) {
    let mut octets = octets.iter().copied().chain([UNDEFINED]).peekable();
    let mut end = 0;
    let mut write = |octet: u8, letters: &'static [u8]| {
        label[end] = letters[usize::from(octet) % letters.len()];
        end += 1;
        (end, letters)
    };
    let mut next = |octets: &mut dyn Iterator<Item = u8>, letters| write(octets.next().unwrap_or(UNDEFINED), letters);
    loop {
        if octets.peek().is_some_and(|octet| octet & 0x80 != 0) {
            for letters in [&CONSONANTS[..], &VOWELS[..]] {
                let written = next(&mut octets, letters);
                if written.0 >= length {
                    return written;
                }
            }
            if octets.peek().is_some_and(|octet| octet & 0x40 != 0) {
                let written = next(&mut octets, VOWELS);
                if written.0 >= length {
                    return written;
                }
            }
        } else {
            // The bot does not look at the length after this vowel.
            next(&mut octets, VOWELS);
            let written = next(&mut octets, CONSONANTS);
            if written.0 >= length {
                return written;
            }
        }
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "pitou".into(),
        aliases: vec![],
        summary: "Spam bootkit. 20 names for ten days. The last letter of a name of nine letters comes from memory that the bot never set: each of the 5 or 21 letters possible is \
                  listed, as alternatives of one position"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "10 days, in which seven groups of names have different days".into(),
        names_per_period: Some(u64::from(NAMES)),
        suffixes: SUFFIXES.map(Into::into).to_vec(),
        margin: Margin::hours(24, 24),
        clock_note: "the published generator takes the local date, a month too far; at the ends of months its ten days shrink, grow or come back".into(),
        verification: Verification::Verified,
        verification_note: "equals the published list of 2019-04-10 for 0xDAFE02C with all alternatives, 280 of 280 names; of 0xDAFE02D no list is published".into(),
        generator_version: 1,
        keys: vec![values::key("magic", "0xDAFE02C", "the number of the campaign, hexadecimal: 0xDAFE02C or 0xDAFE02D")],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "a position is protected only when all its alternatives are; up to 420 names for ten days".into(),
        references: vec![
            "baderj/domain_generation_algorithms, folder pitou".into(),
            "Bader, johannesbader.ch, July 2019".into(),
        ],
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! PadCrypt: ransomware of 2016, letters of SHA-256 digits, 24 or 72 names a day.

use std::sync::Arc;

use forestall_model::{Digest, Margin, Params};

use super::built_in::{self, List, listed};
use super::calendar::{Calendar, date, own_window};
use super::spelling::decimal;
use super::values;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

/// What differs between versions.
#[derive(Debug)]
struct PadCrypt {
    names: u32,
    /// Between date and number.
    separator: &'static [u8],
    /// After the number.
    end: &'static [u8],
    suffixes: &'static [&'static str],
}

const VERSIONS: [&str; 3] = ["2.2.86.1", "2.2.97.0", "11.37.0.0"];

const SUFFIXES: &[&str] = &["com", "co.uk", "de", "org", "net", "eu", "info", "online", "co", "cc", "website"];

const SUFFIXES_11: &[&str] = &["com", "co.uk", "de", "org", "net", "tk", "info", "online", "ga", "co", "cc", "website"];

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let version = match values::one_of(params, "version", VERSIONS[0], &VERSIONS)? {
        0 => PadCrypt { names: 24, separator: b":", end: b"", suffixes: SUFFIXES },
        1 => PadCrypt { names: 72, separator: b"|", end: b"", suffixes: SUFFIXES },
        _ => PadCrypt { names: 72, separator: b"|", end: b"38", suffixes: SUFFIXES_11 },
    };
    Ok(listed(Calendar::Days, version))
}

impl List for PadCrypt {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let (year, month, day) = date(period);
        let mut rooms = [[0; 20]; 3];
        let [day_room, month_room, year_room] = &mut rooms;
        let day = decimal(day.into(), day_room);
        let month = decimal(month.into(), month_room);
        let year = decimal(year.into(), year_room);
        for i in 0..built_in::names(limit, self.names, self.names) {
            let mut room = [0; 20];
            let number = decimal(i.into(), &mut room);
            let Digest(digest) = Digest::of_parts(&[day, b"-", month, b"-", year, self.separator, number, self.end]);
            let mut digits = digest.iter().flat_map(|octet| [octet >> 4, octet & 15]).skip(3);
            let label: [u8; 16] =
                std::array::from_fn(|_| b"abcdnfolmkabcdef"[usize::from(digits.next().unwrap_or_default())]);
            let suffix = self.suffixes.get(usize::from(digest[31] & 15)).unwrap_or(&self.suffixes[0]);
            out.push_parts(&[&label, b".", suffix.as_bytes()]);
        }
    }
}

fn info() -> FamilyInfo {
    let mut suffixes = SUFFIXES.to_vec();
    suffixes.extend(SUFFIXES_11.iter().filter(|suffix| !SUFFIXES.contains(suffix)));
    FamilyInfo {
        slug: "padcrypt".into(),
        aliases: vec![],
        summary: "Ransomware. 24 or 72 names a day, by its version".into(),
        scheme: Scheme::Hash,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "day".into(),
        names_per_period: None,
        suffixes: suffixes.into_iter().map(Into::into).collect(),
        margin: Margin::hours(24, 24),
        clock_note: "the published generator takes the local date".into(),
        verification: Verification::Verified,
        verification_note: "version 2.2.86.1 equals the published list of 2016-03-06, 24 of 24 names; 11.37.0.0 stands on one source, and of 2.2.97.0 no list is published".into(),
        generator_version: 1,
        keys: vec![values::key("version", VERSIONS[0], "the version of the ransomware: 2.2.86.1, 2.2.97.0 or 11.37.0.0")],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "few names a day: all of them can be reserved or registered; those under co.uk are registered there, not under uk".into(),
        references: vec![
            "baderj/domain_generation_algorithms, folder padcrypt".into(),
            "360netlab/DGA, code/padcrypt and issue 34".into(),
            "Bader, johannesbader.ch, March 2016".into(),
        ],
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Conficker C (Microsoft: .D): 50,000 names a day in 110 top-level domains. The candidate of one source, not verified.

use forestall_model::{Margin, Params, UtcDay};

use super::conficker::{self, Conficker, Variant};
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Family, FamilyInfo, Generator, ParamError, WordLists};

/// The constants of C and the order of its suffixes, from rubot (chrislee35) alone.
#[derive(Debug)]
struct Rules;

impl Variant for Rules {
    const DAY_MULTIPLIER: u64 = 0x2_682D_10B7;
    const DAY_DIVISOR: u64 = 0x192_54D3_8000;
    const DAY_OFFSET: u64 = 0xF1E3_4A09;
    const STEP_MULTIPLIER: u32 = 0x4F3D_859E;
    const STEP_ADDEND: f64 = 0.946_270_391;
    const MOST_LETTERS: usize = 9;
    const SUFFIXES: &'static [&'static str] = &[
        "ac", "ae", "ag", "am", "as", "at", "be", "bo", "bz", "ca", "cd", "ch", "cl", "cn", "co.cr", "co.id", "co.il",
        "co.ke", "co.kr", "co.nz", "co.ug", "co.uk", "co.vi", "co.za", "com.ag", "com.ai", "com.ar", "com.bo",
        "com.br", "com.bs", "com.co", "com.do", "com.fj", "com.gh", "com.gl", "com.gt", "com.hn", "com.jm", "com.ki",
        "com.lc", "com.mt", "com.mx", "com.ng", "com.ni", "com.pa", "com.pe", "com.pr", "com.pt", "com.py", "com.sv",
        "com.tr", "com.tt", "com.tw", "com.ua", "com.uy", "com.ve", "cx", "cz", "dj", "dk", "dm", "ec", "es", "fm",
        "fr", "gd", "gr", "gs", "gy", "hk", "hn", "ht", "hu", "ie", "im", "in", "ir", "is", "kn", "kz", "la", "lc",
        "li", "lu", "lv", "ly", "md", "me", "mn", "ms", "mu", "mw", "my", "nf", "nl", "no", "pe", "pk", "pl", "ps",
        "ro", "ru", "sc", "sg", "sh", "sk", "su", "tc", "tj", "tl", "tn", "to", "tw", "us", "vc", "vn",
    ];
    const NAMES: u32 = 50_000;

    /// 4 letters plus the remainder of the absolute value by 6.
    fn letters(output: u32) -> usize {
        4 + (output.cast_signed().unsigned_abs() % 6) as usize
    }

    /// By the remainder of the absolute value.
    fn suffix(output: u32) -> usize {
        (output.cast_signed().unsigned_abs() % 116) as usize
    }
}

/// Conficker C.
#[derive(Debug)]
pub(super) struct ConfickerC {
    info: FamilyInfo,
}

impl ConfickerC {
    /// Makes the family.
    pub(super) fn new() -> Self {
        Self { info: info() }
    }
}

impl Family for ConfickerC {
    fn info(&self) -> &FamilyInfo {
        &self.info
    }

    fn generator(&self, params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
        Ok(Box::new(Conficker::<Rules>::new(params)?))
    }
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "conficker-c".into(),
        aliases: vec!["conficker.c".into(), "conficker.d".into(), "downadup.c".into(), "kido.c".into()],
        summary: "Worm of March 2009 (SRI and working group: C; Microsoft: .D). 50,000 names a day under 110 top-level domains from 2009-04-01, of which a bot tries 500; peer-to-peer besides"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "day".into(),
        names_per_period: Some(u64::from(Rules::NAMES)),
        suffixes: Rules::SUFFIXES.iter().map(|&s| s.into()).collect(),
        margin: Margin::hours(24, 24),
        clock_note: "woken by the local clock, dated by the GMT date of web servers: on 2009-04-01 local time bots still asked for the names of \
                     2009-03-31 (F-Secure weblog 1643), so the day before the first is needed as well"
            .into(),
        verification: Verification::Unverified,
        verification_note: "constants, order of the suffixes and day offset stand on one public source, and no list of C names with a date could be had to test them; the same source's constants of A and B proved right in every digit, and the table has the 116 suffixes and 110 top-level domains that were published. Verify with one real list before relying on it"
            .into(),
        generator_version: 1,
        keys: conficker::keys(),
        first_day: UtcDay::from_ymd(2009, 4, 1),
        responsible: Responsible::Registry,
        treatment: "unverified: to be watched only (monitor, refer new registrations) until the list is confirmed by one real list or two people override; \
                    a bot tries 500 of the 50,000 names, so each free name reaches one bot in a hundred"
            .into(),
        references: vec![
            "Porras, Saidi, Yegneswaran, A Foray into Conficker's Logic and Rendezvous Points, USENIX LEET 2009".into(),
            "Microsoft, The Story of Conficker, part 3".into(),
            "F-Secure weblog 1643, 2009-03-31".into(),
            "rubot (chrislee35): the constants".into(),
        ],
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! BazarBackdoor (BazarLoader): each month every combination of a few syllables or letters that month and year pick.
//!
//! `beta` and `buggy1` take six letters of small sets, and six more that lie behind them by a digit of month and year. The other
//! versions take four syllables of two letters from a pool: month and year pick the ranges, the last range runs fastest.

use std::ops::Range;
use std::sync::Arc;

use forestall_model::{Margin, Params};

use super::built_in::{self, List, listed, names};
use super::calendar::{Calendar, date, own_window};
use super::values::{self, key};
use crate::info::{Party, Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Family, FamilyInfo, Generator, NameBuf, ParamError, Period, WordLists};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), generator)
}

/// One version.
#[derive(Clone, Copy, Debug)]
enum Version {
    Letters(Letters),
    Syllables(Syllables),
}

/// Six letters and six more.
#[derive(Clone, Copy, Debug)]
struct Letters {
    sets: [&'static [u8]; 6],
    suffix: &'static str,
    /// What is below this becomes `z`.
    least: u8,
}

/// Four syllables of a pool.
#[derive(Clone, Copy, Debug)]
struct Syllables {
    pool: &'static str,
    /// How far the third range moves on a tens digit of the year.
    third_step: usize,
    /// Syllables in the third range.
    third: usize,
    /// Syllables in the fourth range, which moves as far on a units digit of the year.
    fourth: usize,
    missing: Missing,
}

/// What stands for a syllable past the end of the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    /// Nothing.
    Nothing,
    /// Unknown memory, written as question marks. The source collects a set, so names are different and sorted by octets.
    Unknown,
}

const VERSIONS: [(&str, Version); 9] = [
    ("beta", Version::Letters(BETA)),
    ("buggy1", Version::Letters(BUGGY1)),
    (
        "v2",
        Version::Syllables(Syllables { pool: POOL_V2, third_step: 6, third: 6, fourth: 6, missing: Missing::Nothing }),
    ),
    (
        "v3",
        Version::Syllables(Syllables { pool: POOL_V2, third_step: 4, third: 22, fourth: 4, missing: Missing::Nothing }),
    ),
    (
        "v4",
        Version::Syllables(Syllables { pool: POOL_V4, third_step: 4, third: 22, fourth: 4, missing: Missing::Nothing }),
    ),
    (
        "buggy2",
        Version::Syllables(Syllables {
            pool: POOL_BUGGY2,
            third_step: 4,
            third: 4,
            fourth: 4,
            missing: Missing::Unknown,
        }),
    ),
    (
        "v5",
        Version::Syllables(Syllables { pool: POOL_V2, third_step: 4, third: 4, fourth: 4, missing: Missing::Nothing }),
    ),
    (
        "v6",
        Version::Syllables(Syllables { pool: POOL_V6, third_step: 4, third: 4, fourth: 4, missing: Missing::Nothing }),
    ),
    (
        "v7",
        Version::Syllables(Syllables { pool: POOL_V7, third_step: 4, third: 4, fourth: 4, missing: Missing::Nothing }),
    ),
];

const BETA: Letters =
    Letters { sets: [b"abcde", b"cdef", b"efgh", b"ghi", b"ijk", b"klm"], suffix: ".bazar", least: 0 };

const BUGGY1: Letters = Letters {
    sets: [b"]^_`abcde", b"`abcdef", b"bcdefgh", b"efghi", b"ghijk", b"ijklm"],
    suffix: ".bazaar",
    least: b'a',
};

fn generator(params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
    let version = VERSIONS[values::one_of(params, "version", "beta", &VERSIONS.map(|(word, _)| word))?].1;
    Ok(listed(Calendar::Months, version))
}

impl List for Version {
    fn write(&self, period: &Period, limit: Option<u64>, out: &mut NameBuf) {
        out.start_run(own_window(period));
        let (year, month, _) = date(period);
        let names = names(limit, u32::MAX, u32::MAX);
        match self {
            Self::Letters(letters) => letters.write(year, month, names, out),
            Self::Syllables(syllables) => syllables.write(year, month, names, out),
        }
    }
}

impl Letters {
    fn write(&self, year: u32, month: u32, names: u32, out: &mut NameBuf) {
        // Two digits of 12 - month, four of year - 18.
        let number = (12 - month) * 10_000 + (year - 18) % 10_000;
        let digits = [100_000, 10_000, 1_000, 100, 10, 1].map(|power| (number / power % 10).to_le_bytes()[0]);
        let mut chosen = [0; 6];
        for _ in 0..names {
            let mut label = [0; 12];
            for (place, index) in chosen.iter().enumerate() {
                let letter = self.sets[place][*index];
                let behind = letter + digits[place];
                label[place] = letter;
                label[6 + place] = if behind < self.least { b'z' } else { behind };
            }
            out.push_parts(&[&label, self.suffix.as_bytes()]);
            let Some(last) = (0..6).rfind(|place| chosen[*place] + 1 < self.sets[*place].len()) else { return };
            chosen[last] += 1;
            chosen[last + 1..].fill(0);
        }
    }
}

impl Syllables {
    fn write(&self, year: u32, month: u32, names: u32, out: &mut NameBuf) {
        let ranges = self.ranges(year, month);
        let mut left = names;
        if self.missing == Missing::Unknown {
            let mut labels = Vec::with_capacity(ranges.iter().map(Range::len).product());
            self.each(&ranges, |label| {
                labels.push(label.map(|syllable| <[u8; 2]>::try_from(syllable).unwrap_or(*b"??")));
                true
            });
            labels.sort_unstable();
            labels.dedup();
            let taken = labels.iter().take(usize::try_from(names).unwrap_or(usize::MAX));
            return taken.for_each(|label| out.push_parts(&[label.as_flattened(), b".bazar"]));
        }
        self.each(&ranges, |[a, b, c, d]| {
            let more = left > 0;
            if more {
                out.push_parts(&[a, b, c, d, b".bazar"]);
                left -= 1;
            }
            more
        });
    }

    fn ranges(&self, year: u32, month: u32) -> [Range<usize>; 4] {
        let digit = |number: u32| (number % 10) as usize;
        let range = |from: usize, length: usize| from..from + length;
        [
            range(19 * digit(month / 10), 19),
            range(19 * digit(month), 19),
            range(self.third_step * digit(year / 10), self.third),
            range(self.fourth * digit(year), self.fourth),
        ]
    }

    /// Takes every combination, the last range running fastest, until `take` says that it wants no more.
    fn each(
        &self,
        [first, second, third, fourth]: &[Range<usize>; 4],
        mut take: impl FnMut([&'static [u8]; 4]) -> bool,
    ) {
        for a in first.clone() {
            for b in second.clone() {
                for c in third.clone() {
                    for d in fourth.clone() {
                        if !take([a, b, c, d].map(|index| self.syllable(index))) {
                            return;
                        }
                    }
                }
            }
        }
    }

    /// Returns two letters; none past the end of the pool.
    fn syllable(&self, index: usize) -> &'static [u8] {
        self.pool.as_bytes().get(2 * index..2 * index + 2).unwrap_or(b"")
    }
}

/// The syllables of v2, v3 and v5.
const POOL_V2: &str = "\
    qeewcaacywemomedekwyuhidontoibeludsocuexvuuftyliaqydhuizuctuiqowagypetehfubitiaziceblaogolryykosuptaymodisahfiybyx\
    coleafkudarapuqoawyluxqagenanyoxcygyqugiutlyvegahepovyigqyqibaeqynyfkiobpeepbyxaciyvusocaripfyoftesaysozureginalif\
    kazaadytwuubzuvoothymivazyyzhoevmeburedeviihiravygkemywaerdonoyryqloammoseweesuvfopiriboikuzorruzemuulimyhceukoqiw\
    fexuefgoycwiokitnuneroxepyanbekyixxiuq";

/// The syllables of v4: too few for June to September.
const POOL_V4: &str = "\
    yzewevmeywreomviekwyavygontowaerudsoyrexvuamtyseweesuvizpituiqowuzoretzemuultiazicukoqiwolxuykosupwiymitisneroxeyx\
    anlekyixxirasiasxoapuxqaohezwooxdigyquziutpavezohexyvyguqyqidyovynumunuwsusyenxaatyvusivaripfyoftesaysozureginalif";

/// The syllables of v6: too few for June to September.
const POOL_V6: &str = "\
    xezeiwzuizpizovureonxyuzofezytpuarywnyavrysiovvazyratuoskumuatyzomnevexaqoixevkeuqoxuvutvipoymxoozwikonipysygotely\
    zayxnuunuwakquritaamugvyitimsuyrwyxuexaqtigyivewqiydseawukhirufuwairkiiquxowihhyurotiluhvocywowumoyvupagduobaserro\
    ziqyenpahaxiloazodtoishuax";

/// The syllables of v7.
const POOL_V7: &str = "\
    xezenozuizpioqvuekifxyusofalytkadeibubysmyliylvaikultugikuuddoyqlanevebaqoixogicuqebuvbuviehbofyefsokonihosygoynbe\
    etwenuunuwohquritaamugvyitimfiyrelcoykaqqaacapokcuydseumafedemfubyirahiquxegceaburotiluhvocywowumoyvupagduobaserro\
    ziqyenpahaxiloazodtoishuaxbiufmifoiwesleyhzoyfreontyuzfaezkypuarywnyavrysiovyczyraciosgumuatyzommeolxaeqdaevkepeox\
    sauteppoymxoozwiygucpyheectelyzayxybga";

/// The syllables of buggy2: too few for June to September.
const POOL_BUGGY2: &str = "\
    yzewevmeywreomviekwyavygontowaerudsoyrexvuamtyseweesuvizpituiqowuzoretzemuultiazicukoqiwolxuykosupwiymitisneroxeyx\
    anlekyixxirasiasxoapuxqaohezwooxdigyquziutpavezohexyvyguqyqidyovynumunuwsusyenxaatyvusivaripfyoftesaysozureginalif\
    kazaadytwuubzuvoothymivazy";

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "bazarbackdoor".into(),
        aliases: vec!["bazarloader".into(), "bazaloader".into(), "team9".into()],
        summary: "Loader and backdoor of 2020 to 2022 (BazarLoader, Team9). 2,160 to 55,125 names a month, by version, under bazar, a top-level domain of \
                  EmerDNS that is not in the root"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "month".into(),
        names_per_period: Some(2_160),
        suffixes: vec!["bazar".into(), "bazaar".into()],
        margin: Margin::CLOCK,
        clock_note: "whether local time or UTC is not known".into(),
        verification: Verification::Verified,
        verification_note: "published lists of December 2021 are reproduced in full for all versions but buggy2, which has none. For v4, v6 and buggy2 in \
                            June to September the pool of syllables is too short: what the malware does then was never seen, and the names computed \
                            (shorter, repeated, or with question marks) are not to be taken as predictions"
            .into(),
        generator_version: 1,
        keys: vec![key("version", "beta", "beta, buggy1, v2, v3, v4, buggy2, v5, v6 or v7, in the order of their appearance")],
        first_day: None,
        responsible: Responsible::Others(
            ["bazar", "bazaar"]
                .map(|suffix| {
                    let what = "it is of EmerDNS, the name system of Emercoin, outside of the DNS root, where no name can be taken back";
                    (suffix.into(), Party::Nobody(what.into()))
                })
                .to_vec(),
        ),
        treatment: "no registry can act: block the names, or all of bazar and bazaar, in resolvers. Many names of buggy1 are no valid host names, but stand in queries"
            .into(),
        references: vec![
            "baderj/domain_generation_algorithms, bazarbackdoor".into(),
            "Bader, The DGA of BazarBackdoor, July 2020".into(),
            "Bader, The Buggy DGA of BazarBackdoor, July 2020".into(),
            "Bader, Yet Another Bazarloader DGA".into(),
        ],
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A family made up for tests: upper case, duplicates, alternatives, names that come back, lists that reach over several days.

use std::sync::Arc;

use forestall_dga::family::NoWordLists;
use forestall_dga::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use forestall_dga::{
    Ask, Attempt, Catalogue, Family, FamilyInfo, GenerateError, Generator, NameBuf, ParamError, Period, Prepared,
    WordLists,
};
use forestall_model::{Instant, Margin, Params, UtcDay, Window, WindowSet};

/// The raw list of a day: position 1 repeats position 0 in another case, position 3 has two alternatives, position 4 is
/// the same each day, position 5 has no top-level domain, and 6 to 8 are a public suffix, two longer ones and a long label.
pub(crate) fn raw(day: UtcDay) -> Vec<Vec<String>> {
    let n = day.epoch_days();
    let one = |name: String| vec![name];
    vec![
        one(format!("Name{n}.COM")),
        one(format!("nAME{n}.com")),
        one(format!("x{n}.co.uk")),
        vec![format!("left{n}.org"), format!("right{n}.org")],
        one("always.photography".to_owned()),
        one(format!("bare{n}.123")),
        one("co.uk".to_owned()),
        one(format!("y{n}.uk")),
        one(format!("a-rather-long-label-of-a-name-{n}.photography")),
        one("always.photography".to_owned()),
    ]
}

/// The toy family with a campaign that takes `count` names of each list.
pub(crate) fn toy(count: Option<u64>) -> Prepared {
    let mut catalogue = Catalogue::empty();
    catalogue.add_family(Arc::new(Toy(info()))).unwrap();
    let count = count.map_or(String::new(), |count| format!("count = {count}\n"));
    let text = format!("family = \"toy\"\n[[campaign]]\nid = \"toy\"\nsource = \"this test\"\n{count}");
    catalogue.add_campaigns(&text).unwrap();
    let campaign = catalogue.campaign("toy").unwrap();
    catalogue.prepare(campaign, &Params::new(), &NoWordLists).unwrap()
}

struct Toy(FamilyInfo);

impl Family for Toy {
    fn info(&self) -> &FamilyInfo {
        &self.0
    }

    fn generator(&self, _params: &Params, _words: &dyn WordLists) -> Result<Box<dyn Generator>, ParamError> {
        Ok(Box::new(ToyGenerator))
    }
}

struct ToyGenerator;

impl Generator for ToyGenerator {
    fn periods(&self, span: Window) -> Box<dyn Iterator<Item = Period> + Send + '_> {
        let days = forestall_model::DayRange { from: span.from.day(), until: span.until.day().plus(1) };
        Box::new(days.days().filter(move |day| day.window().meets(span)).map(period))
    }

    fn period_containing(&self, at: Instant) -> Option<Period> {
        (at >= Instant::from_seconds(0)).then(|| period(at.day()))
    }

    fn generate(&self, period: &Period, ask: &Ask, out: &mut NameBuf) -> Result<(), GenerateError> {
        let day = Instant::from_seconds(period.key).day();
        let positions = raw(day);
        let limit = ask.limit.map_or(positions.len(), |limit| positions.len().min(usize::try_from(limit).unwrap()));
        for (i, names) in positions[..limit].iter().enumerate() {
            out.start_run(if i == 4 {
                WindowSet::From(Instant::from_seconds(0))
            } else {
                WindowSet::Spans(vec![day.window()])
            });
            out.push(names[0].as_bytes());
            names[1..].iter().for_each(|name| out.push_alternative(name.as_bytes()));
        }
        Ok(())
    }

    /// Yesterday's list from position 2 on, then three of today's.
    fn attempts(&self, at: Instant) -> Vec<Attempt> {
        let Some(today) = self.period_containing(at) else { return Vec::new() };
        let yesterday = period(at.day().plus(-1));
        vec![Attempt { period: yesterday, skip: 2, take: None }, Attempt { period: today, skip: 0, take: Some(3) }]
    }
}

fn period(day: UtcDay) -> Period {
    Period { key: day.start().seconds(), window: Some(day.window()) }
}

/// What is known of the toy family.
pub(crate) fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "toy".into(),
        aliases: vec![],
        summary: "made up".into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentDeterministic,
        predictability: Predictability::Deterministic,
        period: "day".into(),
        names_per_period: Some(10),
        suffixes: ["com", "co.uk", "org", "photography", "123", "uk"].map(Into::into).to_vec(),
        margin: Margin::NONE,
        clock_note: "none".into(),
        verification: Verification::Verified,
        verification_note: "made up".into(),
        generator_version: 1,
        keys: vec![],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "none".into(),
        references: vec!["this test".into()],
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Names per CPU second of every family.

#[path = "families/clock.rs"]
mod clock;
#[path = "../tests/it/dictionaries.rs"]
#[expect(dead_code, reason = "the tests read single files too")]
mod dictionaries;

use clock::names_a_second;
use dictionaries::Folder;
use forestall_dga::family::NoWordLists;
use forestall_dga::{Ask, Catalogue, NameBuf, Period, Prepared, WordLists};
use forestall_model::{Params, UtcDay, Window};

const PERIODS: usize = 48;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let catalogue = Catalogue::built_in();
    let folder = Folder::read();
    let words: &dyn WordLists = folder.as_ref().map_or(&NoWordLists, |folder| folder);
    for family in catalogue.families() {
        let slug = family.info().slug.to_string();
        if !args.is_empty() && !args.contains(&slug) {
            continue;
        }
        let Some(campaign) = catalogue.campaigns_of(&slug).next() else {
            println!("{slug} no campaign");
            continue;
        };
        let prepared = match catalogue.prepare(campaign, &Params::new(), words) {
            Ok(p) => p,
            Err(e) => {
                println!("{slug:24} skipped: {e}");
                continue;
            }
        };
        let (names, one) = one_list(&prepared);
        let lanes = prepared.generator.lanes();
        let each = if lanes > 1 { format!("{:7.2}", side_by_side(&prepared) / 1e6) } else { "      -".into() };
        println!("{slug:24} {:?} {names:7} {:7.2} {each}", family.info().scheme, one / 1e6);
    }
}

fn span() -> Window {
    let day = |t: &str| t.parse::<UtcDay>().expect("a day").start();
    Window { from: day("2016-02-01"), until: day("2017-02-01") }
}

fn periods(prepared: &Prepared) -> Vec<Period> {
    prepared.generator.periods(span()).take(PERIODS).collect()
}

fn one_list(prepared: &Prepared) -> (usize, f64) {
    let ask = Ask { span: Some(span()), limit: prepared.campaign.count };
    let periods = periods(prepared);
    let mut buf = NameBuf::new();
    let mut n = 0;
    let v = names_a_second(|| {
        let mut names = 0;
        for p in &periods {
            buf.clear();
            prepared.generator.generate(p, &ask, &mut buf).expect("computes");
            n = buf.len();
            names += n;
        }
        names
    });
    (n, v)
}

fn side_by_side(prepared: &Prepared) -> f64 {
    let ask = Ask { span: Some(span()), limit: prepared.campaign.count };
    let lanes = prepared.generator.lanes();
    let periods: Vec<Period> = prepared.generator.periods(span()).take(lanes * (PERIODS / lanes).max(1)).collect();
    let mut bufs = vec![NameBuf::new(); periods.len()];
    names_a_second(|| {
        bufs.iter_mut().for_each(NameBuf::clear);
        prepared.generator.generate_each(&periods, &ask, &mut bufs).expect("computes");
        bufs.iter().map(NameBuf::len).sum()
    })
}

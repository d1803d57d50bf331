// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Computes a year of every family with dates, with all its known campaigns, and says what that costs: `all-years [YEAR] [THREADS]`.
//!
//! Lists are made as `forestall predict` makes them, duplicates removed, and thrown away. Families that need word lists are left out where
//! `FORESTALL_DICTIONARIES` does not name a folder with them.

#![expect(clippy::print_stdout, reason = "a program that prints what it is for")]

#[path = "../benches/families/clock.rs"]
#[expect(dead_code, reason = "the benchmark measures speeds too")]
mod clock;
#[path = "../tests/it/dictionaries.rs"]
#[expect(dead_code, clippy::unwrap_used, reason = "the tests read single files too, and end where one is missing")]
mod dictionaries;
#[path = "../../forestall-testkit/src/figures.rs"]
#[expect(unreachable_pub, reason = "of the testkit, which builds on this crate and cannot be built for it")]
mod figures;

use std::error::Error;

use clock::cpu_seconds;
use dictionaries::Folder;
use forestall_dga::family::NoWordLists;
use forestall_dga::predict::{self, Lists, Query, Totals};
use forestall_dga::{Catalogue, GenerateError, WordLists};
use forestall_model::{DayRange, Params, UtcDay};

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let year: i16 = words.first().map_or(Ok(2020), |text| text.parse())?;
    let threads = words.get(1).map_or(Ok(1), |text| text.parse())?;
    let new_year = |year| UtcDay::from_ymd(year, 1, 1).ok_or("the year is one from 1601 to 9998");
    let span = DayRange { from: new_year(year)?, until: new_year(year + 1)? }.window();
    let catalogue = Catalogue::built_in();
    let folder = Folder::read();
    let dictionaries: &dyn WordLists = folder.as_ref().map_or(&NoWordLists, |folder| folder);
    let mut all = (0, 0, 0.0);
    println!("{:24} {:>9} {:>8} {:>11} {:>8}", "family", "campaigns", "lists", "names", "CPU s");
    for family in catalogue.families() {
        let slug = &*family.info().slug;
        let (mut campaigns, mut lists, mut names) = (0, 0, 0);
        let start = cpu_seconds();
        for campaign in catalogue.campaigns_of(slug) {
            let prepared = match catalogue.prepare(campaign, &Params::new(), dictionaries) {
                Ok(prepared) => prepared,
                Err(error) => {
                    println!("{slug:24} skipped {}: {error}", campaign.id);
                    continue;
                }
            };
            if prepared.generator.periods(span).next().is_none_or(|period| period.window.is_none()) {
                continue;
            }
            let query = Query::all(Lists::Span(span));
            let totals: Totals = predict::plain::<GenerateError>(&prepared, &query, threads, |_| Ok(()))?;
            (campaigns, lists, names) = (campaigns + 1, lists + totals.lists, names + totals.names);
        }
        if campaigns > 0 {
            let used = cpu_seconds() - start;
            println!("{slug:24} {campaigns:9} {lists:8} {names:11} {used:8.3}");
            all = (all.0 + lists, all.1 + names, all.2 + used);
        }
    }
    figures::tell("cpu", all.2, "CPU s");
    println!("{:24} {:>9} {:8} {:11} {:8.3}", "all", "", all.0, all.1, all.2);
    Ok(())
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The crate in another program: prints the names of Necurs for a day.

use std::io::Write;

use forestall_dga::family::NoWordLists;
use forestall_dga::{Ask, Catalogue, NameBuf};
use forestall_model::{Params, UtcDay};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let day: UtcDay = "2020-01-01".parse()?;
    let catalogue = Catalogue::built_in();
    let campaign = catalogue.campaigns_of("necurs").next().ok_or("no such family")?;
    let prepared = catalogue.prepare(campaign, &Params::new(), &NoWordLists)?;
    let period = prepared.generator.period_containing(day.start()).ok_or("no list for this day")?;
    let mut names = NameBuf::new();
    prepared.generator.generate(&period, &Ask::default(), &mut names)?;
    // Each name is followed by a line feed.
    std::io::stdout().write_all(names.text())?;
    Ok(())
}

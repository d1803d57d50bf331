// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Writes every name of a family for a span of days to a file: `year FAMILY FROM UNTIL FILE [THREADS]`.

use std::error::Error;
use std::fs::File;
use std::io::Write;

use forestall_dga::Catalogue;
use forestall_dga::family::NoWordLists;
use forestall_dga::predict::{self, Lists, Query};
use forestall_model::{DayRange, Params};

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().collect();
    let [_, family, from, until, file, rest @ ..] = words.as_slice() else {
        return Err("usage: year FAMILY FROM UNTIL FILE [THREADS]".into());
    };
    let threads = rest.first().map_or(Ok(2), |text| text.parse())?;
    let span = DayRange::new(from.parse()?, until.parse()?).ok_or("UNTIL is before FROM")?.window();
    let catalogue = Catalogue::built_in();
    let campaign = catalogue.campaigns_of(family).next().ok_or("no such family")?;
    let prepared = catalogue.prepare(campaign, &Params::new(), &NoWordLists)?;
    let mut out = File::create(file)?;
    predict::plain(&prepared, &Query::all(Lists::Span(span)), threads, |text| out.write_all(text))?;
    Ok(())
}

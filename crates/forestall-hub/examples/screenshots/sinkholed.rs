// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A lake for the pictures: numbers of thirty days, in which machines of four made-up networks become fewer at four speeds.

use std::error::Error;
use std::path::Path;

use forestall_census::Source;
use forestall_census::day::{Muster, Place, Totals, Visit};
use forestall_hub::census::CensusSettings;
use forestall_lake::Lake;
use forestall_lake::tally::to_octets;
use forestall_model::UtcDay;

/// Days of which there are numbers.
const DAYS: i32 = 30;
/// Networks: number (RFC 5398), country, machines on the first day, days in which half of them are cleaned.
const NETWORKS: [(u32, [u8; 2], f64, f64); 4] = [
    (64_496, *b"BR", 420.0, 45.0),
    (64_497, *b"DE", 160.0, 9.0),
    (64_498, *b"ID", 310.0, 80.0),
    (64_499, *b"US", 240.0, 14.0),
];

/// Writes the numbers up to the day before `today` into a folder and returns the settings that read it.
pub(crate) fn lake(folder: &Path, today: UtcDay) -> Result<CensusSettings, Box<dyn Error + Send + Sync>> {
    let url = folder.to_str().ok_or("a folder whose name is text")?;
    let lake = Lake::open(url)?;
    for number in 0..DAYS {
        let day = today.plus(number - DAYS);
        let mut muster = Muster::new(day);
        for (place, (network, country, first, half)) in (1_u32..).zip(NETWORKS) {
            let count = first * (-f64::from(number) / half).exp2();
            for machine in (0_u32..).take_while(|machine| f64::from(*machine) < count) {
                muster.add(&Visit {
                    at: day.start().plus_seconds(3_600 + i64::from(machine) * 97 % 80_000),
                    source: Source::V4((10 + place) << 24 | machine),
                    agent: machine % 3,
                    q: Some(machine % 7),
                    port: 50_000,
                    sample: 0,
                    place: Place { network, country: Some(country) },
                });
            }
        }
        let totals = Totals { machines: muster.finish(), ..Totals::empty(day, "conficker", "nobody") };
        lake.put(&format!("totals/day={day}/0.totals"), to_octets(&[totals])?)?;
    }
    Ok(CensusSettings::new(url))
}

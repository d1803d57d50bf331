// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Names that infected machines ask for, and the days of all that.

use std::collections::BTreeSet;
use std::error::Error;

use forestall_model::UtcDay;

/// Families that infected machines have, all dated; Conficker C, with most names, comes twice as often.
const FAMILIES: [&str; 8] =
    ["conficker-c", "conficker-b", "cryptolocker", "murofet", "conficker-c", "gameover-p2p", "newgoz", "dyre"];

/// Names of a family that are taken at most.
const MOST: usize = 5_000;

/// The first day of every index.
pub(crate) fn first_day() -> UtcDay {
    UtcDay::from_epoch_days(20_820)
}

/// The day of the traffic.
pub(crate) fn day() -> UtcDay {
    first_day().plus(1)
}

/// Names that infected machines ask for, and others.
pub(crate) struct Listed {
    /// Families with names that are live on the day of the traffic.
    pub(crate) families: Vec<(&'static str, Vec<String>)>,
    /// Names of Conficker C that are listed for two later days, and not for the day of the traffic: pairs of one of each.
    pub(crate) early: Vec<[String; 2]>,
}

impl Listed {
    /// Chooses among what `predict` returns for a family and a day: its names in alphabetical order.
    pub(crate) fn of(
        predict: impl Fn(&str, UtcDay) -> Result<BTreeSet<String>, Box<dyn Error>>,
    ) -> Result<Self, Box<dyn Error>> {
        let mut families = Vec::new();
        for family in FAMILIES {
            let mut names: Vec<String> = predict(family, day())?.into_iter().collect();
            names.truncate(MOST);
            families.push((family, names));
        }
        let live = predict("conficker-c", day())?;
        let early = |days: i32| -> Result<Vec<String>, Box<dyn Error>> {
            // Short names of Conficker C come again on other days, and in other lists.
            let names = predict("conficker-c", day().plus(days))?;
            let long =
                names.into_iter().filter(|name| name.find('.').is_some_and(|dot| dot >= 8) && !live.contains(name));
            Ok(long.take(MOST).collect())
        };
        let early = early(11)?.into_iter().zip(early(13)?).map(|(a, b)| [a, b]).collect();
        Ok(Self { families, early })
    }
}

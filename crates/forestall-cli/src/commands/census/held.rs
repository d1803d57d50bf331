// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How many of a day's names the sinkholes held, and how bots ask for them: as the hub says it, from the settings of the lake.

use forestall_census::day::{Held, Totals};
use forestall_dga::Catalogue;
use forestall_hub::census::held;
use forestall_lake::tally::Settings;

use crate::failure::usage;

/// Says what is known of the names that machines of a family asked for.
pub(super) fn of(totals: &Totals, settings: &Settings, catalogue: &Catalogue) -> anyhow::Result<Held> {
    held::of(totals, &settings.names, catalogue)
        .map_err(|error| usage(format!("[[census.names]] of {}: {}", error.family, error.what)))
}

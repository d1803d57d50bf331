// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The options that commands on a lake share, and the file that they name.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use forestall_formats::friendly;
use forestall_lake::enrich::{Enrichment, Prefix};
use forestall_lake::retention::Policy;
use forestall_lake::{Kept, Keys, Lake, Settings, enrich, tally};
use forestall_model::UtcDay;

use crate::failure::usage;
use crate::output;
use crate::table::counted;
use crate::world::Globals;

/// Octets of the file at most.
const MOST_OCTETS: u64 = 1 << 20;
/// The name of the file of keys in the data folder.
const KEYS: &str = "lake-keys.toml";

/// Which lake, and its settings.
#[derive(Args, Clone, Debug)]
pub(crate) struct LakeArgs {
    /// The lake: a folder, s3://BUCKET/PATH, gs://BUCKET/PATH or az://CONTAINER/PATH; credentials come from the environment
    #[arg(long, value_name = "URL", env = "FORESTALL_LAKE", hide_env_values = true)]
    lake: String,
}

/// The file of settings.
#[derive(Args, Clone, Debug)]
pub(crate) struct SettingsArgs {
    /// A file with the settings of the lake: how long what is kept, where the keys are, what is known of addresses
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl LakeArgs {
    /// Opens the lake.
    pub(crate) fn open(&self) -> anyhow::Result<Lake> {
        open(&self.lake)
    }
}

/// Returns an example of the file, every setting with its default.
pub(crate) fn example() -> String {
    let Policy { clear_days, row_days, aggregate_days, late_days } = Policy::default();
    let bogons = enrich::Settings::default().bogons;
    format!(
        "\
# Settings of a lake, for `forestall lake ship`, `lake keep` and `census report`. Relative paths are from the folder of this file.
version = 1

# The keys of pseudonyms; by default {KEYS} in the data folder. Whoever has them can tell which machine is which.
# keys = \"{KEYS}\"

# How long what is kept, in whole days after the day on which an event happened.
[retention]
# Addresses in clear, then pseudonyms:
clear_days = {clear_days}
# rows, then counts:
row_days = {row_days}
# counts:
aggregate_days = {aggregate_days}
# the key of a month after it should have done its work, for segments that come late:
late_days = {late_days}

# What is known of addresses.
[enrich]
# Whether addresses that nobody can have are left out of every count. Only for a network of one's own is there a reason not to.
bogons = {bogons}
# Registers of friendly registrations, as `forestall vet --known` reads them; their addresses are in no count.
# registers = [\"friends.csv\"]
# Whom to write to.
# contacts = [\"contacts.csv\"]

# Tables of networks and countries, in the form mmdb, iptoasn, cidr or pfx2as; the first that knows an address wins.
# [[enrich.networks]]
# file = \"ip2asn-combined.tsv.gz\"
# form = \"iptoasn\"

# Addresses that are in no count, with whose they are: crawler, researcher, verifier, friend, own or bogon.
# [[enrich.leave-out]]
# kind = \"own\"
# label = \"office\"
# addresses = [\"198.51.100.0/28\", \"2001:db8:7::/48\"]

# How many names of a campaign's daily list were held, where that is better known than by what was asked for.
# [[census.names]]
# family = \"conficker\"
# campaign = \"conficker-c\"
# held = 69
# others = 400
# stops = true
# from = \"2026-11-01\"
# source = \"the working group's list of 2026-11-01\"
"
    )
}

/// Opens a lake.
pub(crate) fn open(url: &str) -> anyhow::Result<Lake> {
    Lake::open(url).map_err(|error| match error {
        forestall_lake::LakeError::Url { .. } => usage(error.to_string()),
        error => error.into(),
    })
}

impl SettingsArgs {
    /// Says whether a file is named.
    pub(crate) fn is_given(&self) -> bool {
        self.config.is_some()
    }

    /// Reads the file; where none is named, everything is as it is without.
    pub(crate) fn read(&self) -> anyhow::Result<Settings> {
        let Some(path) = &self.config else { return Ok(Settings::default()) };
        let about = std::fs::metadata(path).with_context(|| format!("{} cannot be read", path.display()))?;
        if about.len() > MOST_OCTETS {
            return Err(usage(format!("{} is no file of settings: it has {} octets", path.display(), about.len())));
        }
        let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
        Settings::from_toml(&text).map_err(|error| usage(format!("{}: {error}", path.display())))
    }

    /// Returns the folder from which relative paths of the file are.
    fn base(&self) -> &Path {
        let folder = self.config.as_deref().and_then(Path::parent);
        folder.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
    }

    /// Opens the keys of pseudonyms: where the file says, else in the data folder. They are made where they are not there.
    pub(crate) fn keys(&self, settings: &Settings, globals: &Globals) -> anyhow::Result<Keys> {
        let path = self.keys_are(settings, globals)?;
        if settings.keys.is_none()
            && let Some(data) = path.parent()
        {
            std::fs::create_dir_all(data).with_context(|| format!("{} cannot be made", data.display()))?;
        }
        Ok(Keys::open(&path)?)
    }

    /// Opens the keys where they are there; nothing is made.
    pub(crate) fn keys_that_are_there(&self, settings: &Settings, globals: &Globals) -> anyhow::Result<Option<Keys>> {
        let path = self.keys_are(settings, globals)?;
        let is_there = path.try_exists().with_context(|| format!("{} cannot be looked for", path.display()))?;
        Ok(if is_there { Some(Keys::open(&path)?) } else { None })
    }

    fn keys_are(&self, settings: &Settings, globals: &Globals) -> anyhow::Result<PathBuf> {
        match &settings.keys {
            Some(path) => Ok(self.base().join(path)),
            None => Ok(globals.data()?.join(KEYS)),
        }
    }

    /// Reads what is known of addresses.
    pub(crate) fn enrichment(&self, settings: &Settings) -> anyhow::Result<Enrichment> {
        Ok(Enrichment::open(&settings.enrich, self.base(), &register)?)
    }
}

/// Reads the addresses of a register of friends.
fn register(path: &Path) -> Result<Vec<Prefix>, String> {
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    let rows = friendly::read(file).map_err(|error| error.to_string())?;
    let ranges = rows.iter().flat_map(|row| &row.addresses);
    ranges.map(|range| prefix(range.address, range.prefix)).collect()
}

fn prefix(address: IpAddr, length: u8) -> Result<Prefix, String> {
    Prefix::new(address, length).map_err(|error| error.to_string())
}

/// Does what is due of retention, makes the numbers of a day for the census before its addresses give way to pseudonyms, and counts the days that are over for those who only read.
pub(super) fn keep(lake: &Lake, policy: &Policy, keys: &mut Keys, today: UtcDay) -> anyhow::Result<Kept> {
    let key = keys.sketch();
    let mut summarise = |lake: &Lake, day: UtcDay| tally::summarise(lake, day, &key).map_err(Into::into);
    let kept = lake.keep(policy, keys, today, Some(&mut summarise))?;
    tally::count_ahead(lake, today)?;
    Ok(kept)
}

/// Tells what a run of retention did; nothing where it did nothing.
pub(crate) fn tell(kept: &Kept) {
    let Kept { pseudonyms, pseudonym_rows, deleted, deleted_rows, forgotten, months } = kept;
    if *pseudonyms > 0 {
        output::note(format_args!(
            "pseudonyms took the place of addresses in {} of {}",
            counted(*pseudonym_rows, "row"),
            counted(*pseudonyms, "file")
        ));
    }
    if *deleted > 0 {
        output::note(format_args!(
            "deleted: {} of {}; their counts stay",
            counted(*deleted_rows, "row"),
            counted(*deleted, "file")
        ));
    }
    if *forgotten > 0 {
        output::note(format_args!("deleted: {} of counts", counted(*forgotten, "file")));
    }
    if !months.is_empty() {
        output::note(format_args!("the keys of {} were deleted", months.join(", ")));
    }
}

#[cfg(test)]
mod tests {
    use forestall_lake::retention::Policy;
    use forestall_lake::{Settings, enrich};
    use forestall_testkit::example::in_use;

    use super::example;

    #[test]
    fn the_example_is_read_as_the_defaults_and_each_line_of_it_that_waits_can_be_used() {
        let settings = Settings::from_toml(&example()).unwrap();
        assert_eq!((settings.retention, &settings.enrich), (Policy::default(), &enrich::Settings::default()));
        assert!(settings.keys.is_none() && settings.census.names.is_empty());
        let used = in_use(&example());
        let settings = Settings::from_toml(&used).unwrap();
        assert_eq!(settings.retention, Policy::default());
        let enrich = &settings.enrich;
        let counts = [enrich.registers.len(), enrich.contacts.len(), enrich.networks.len(), enrich.leave_out.len()];
        assert_eq!((counts, settings.census.names.len(), settings.keys.is_some()), ([1; 4], 1, true));
    }
}

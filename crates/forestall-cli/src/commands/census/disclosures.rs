// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall census disclosures`: what left the lake with addresses in it.

use clap::Args;
use forestall_formats::disclosures::{self, DisclosureRow};

use crate::commands::lake::settings::LakeArgs;
use crate::failure::Outcome;
use crate::output;

/// Print the lake's record of disclosures as CSV, the newest first: who got addresses, what, how many, for what and on what ground
#[derive(Args, Debug)]
pub(crate) struct Disclosures {
    #[command(flatten)]
    lake: LakeArgs,
}

impl Disclosures {
    /// Runs the command.
    pub(crate) fn run(&self) -> anyhow::Result<Outcome> {
        let records = self.lake.open()?.disclosures()?;
        let rows = records.iter().map(|record| DisclosureRow {
            at: record.at(),
            who: &record.who,
            party: "",
            case: "",
            what: &record.what,
            count: record.count,
            purpose: &record.purpose,
            basis: &record.basis,
        });
        let mut octets = Vec::new();
        disclosures::write(rows, &mut octets)?;
        output::to_stdout(|out| Ok(out.write_all(&octets)?))?;
        Ok(Outcome::Done)
    }
}

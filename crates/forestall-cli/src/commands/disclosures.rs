// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall disclosures`.

use clap::Args;
use forestall_api::disclosures::Disclosure;
use forestall_formats::disclosures::{self, DisclosureRow};
use forestall_model::{CaseId, PartyId};

use crate::cases::Cases;
use crate::failure::Outcome;
use crate::output;
use crate::world::{self, Globals};

/// Print the record of disclosures as CSV, the newest first: what left, to whom, how much, for what and on what ground
#[derive(Args, Debug)]
pub(crate) struct Disclosures {}

impl Disclosures {
    pub(crate) fn run(&self, globals: &Globals) -> anyhow::Result<Outcome> {
        world::run(async {
            let mut bytes = Vec::new();
            match globals.cases().await? {
                Cases::Here(desk) => drop(desk.write_disclosures(&mut bytes).await?),
                Cases::At(hub) => {
                    let rows = hub.disclosures().all().await?;
                    disclosures::write(rows.iter().map(row), &mut bytes)?;
                }
            }
            output::to_stdout(|out| Ok(out.write_all(&bytes)?))?;
            Ok(Outcome::Done)
        })
    }
}

fn row(disclosure: &Disclosure) -> DisclosureRow<'_> {
    DisclosureRow {
        at: disclosure.at,
        who: &disclosure.actor,
        party: disclosure.party.as_ref().map_or("", PartyId::as_str),
        case: disclosure.case.as_ref().map_or("", CaseId::as_str),
        what: &disclosure.what,
        count: disclosure.count,
        purpose: &disclosure.purpose,
        basis: &disclosure.basis,
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case vet`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use forestall_connect::gather::FRESH_SECONDS;
use forestall_connect::presence::Servers;
use forestall_connect::rdap::RdapBase;
use forestall_coord::verify::due_registrations;
use forestall_hub::jobs::Vantage;
use forestall_hub::jobs::gather::gather;
use forestall_model::{Band, CaseId, DomainName, Dossier};

use crate::commands::vet::{rules_of, stored_dossiers};
use crate::failure::{Outcome, usage};
use crate::output;
use crate::table::counted;
use crate::values;
use crate::world::{ActArgs, Globals};

/// Make verdicts over names of a case and record them: which of them belong to somebody, and who has to decide
///
/// From evidence that `forestall vet --save-evidence` kept, or by asking: about the names given, or about those that somebody is known
/// to hold and that nobody looked at today. Exit status 1 where a name waits for a person.
#[derive(Args, Debug)]
pub(crate) struct Vet {
    /// The case
    id: CaseId,
    /// Names to vet [default: those that somebody holds and that nobody looked at today]
    #[arg(conflicts_with = "evidence")]
    names: Vec<DomainName>,
    /// Take the evidence that `forestall vet --save-evidence` kept, and ask nobody
    #[arg(long, value_name = "FILE", conflicts_with_all = ["dns", "rdap"])]
    evidence: Option<PathBuf>,
    /// Ask this server: a resolver, or an authority for the top-level domains
    #[arg(long, value_name = "ADDR", value_parser = values::server)]
    dns: Option<SocketAddr>,
    /// At most this many messages a second to it; 0 for no limit
    #[arg(long, value_name = "N", requires = "dns", default_value_t = 50)]
    rate: u32,
    /// Ask this service of RDAP for registration data
    #[arg(long, value_name = "URL")]
    rdap: Option<RdapBase>,
    /// A file that replaces weights and limits of the rules
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    #[command(flatten)]
    act: ActArgs,
}

impl Vet {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let act = self.act.act(globals)?;
        let rules = rules_of(self.rules.as_deref())?;
        let desk = globals.real_desk().await?;
        let file = desk.file(&self.id).await?;
        let dossiers: Vec<Dossier> = match &self.evidence {
            Some(path) => stored_dossiers(path)?,
            None => {
                if self.dns.is_none() && self.rdap.is_none() {
                    return Err(usage("nobody is named who could be asked; expected --evidence, --dns or --rdap"));
                }
                let names =
                    if self.names.is_empty() { due_registrations(&file.board(), act.now) } else { self.names.clone() };
                if names.is_empty() {
                    output::note(format_args!("no name waits to be vetted"));
                    return Ok(Outcome::Done);
                }
                let vantage = Vantage {
                    servers: Servers { default: self.dns, ..Servers::default() },
                    per_second: (self.rate > 0).then_some(self.rate),
                    rdap: self.rdap.is_some(),
                    rdap_base: self.rdap.clone(),
                    ..Vantage::default()
                };
                let pap = file.marking().pap;
                let looks = desk.looks(&self.id)?;
                let since = act.now.plus_seconds(-FRESH_SECONDS);
                gather(&names, &vantage, desk.directory(), pap, Some((&looks, since)), act.now, |_| ()).await?
            }
        };
        let at = dossiers.iter().flat_map(last_look).max().unwrap_or(act.now).min(act.now);
        let report = desk.vet(&self.id, &act, dossiers, at, &rules).await?;
        super::print_recorded(&super::recorded(&self.id, std::slice::from_ref(&report.stored)))?;
        let bands = report.bands();
        for (band, names) in &bands {
            output::note(format_args!("{band}: {}", counted(*names as u64, "name")));
        }
        let waits = |band: &Band| matches!(band, Band::Human | Band::ClearMalicious);
        Ok(if bands.keys().any(waits) { Outcome::Found } else { Outcome::Done })
    }
}

fn last_look(dossier: &Dossier) -> impl Iterator<Item = forestall_model::Instant> {
    let presence = dossier.presence.iter().map(|sourced| sourced.at);
    presence.chain(dossier.registration.iter().map(|sourced| sourced.at))
}

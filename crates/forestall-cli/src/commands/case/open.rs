// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case open`.

use clap::Args;
use forestall_api::case::Case;
use forestall_api::{act, open};
use forestall_coord::command::Override;
use forestall_coord::event::CaseKind;
use forestall_hub::desk::{CampaignSpec, OpenCase};
use forestall_hub::shown;
use forestall_model::{Actor, CaseId, DomainName, Instant, Marking, Pap, Tlp, UtcDay};

use crate::cases::Cases;
use crate::failure::{Outcome, usage};
use crate::output;
use crate::table::counted;
use crate::values;
use crate::world::{ActArgs, Globals};

/// Open a case: which campaigns are watched over which days
#[derive(Args, Debug)]
pub(crate) struct Open {
    /// The case: lower-case letters, digits and hyphens
    id: CaseId,
    /// A campaign, or a family for its default one, with parameters replaced: conficker-a:sine=exact
    #[arg(long = "campaign", value_name = "ID[:KEY=VALUE,...]", required = true)]
    campaigns: Vec<CampaignSpec>,
    /// The first day whose lists the case holds
    #[arg(long, value_name = "DATE")]
    from: UtcDay,
    /// The day after the last one
    #[arg(long, value_name = "DATE")]
    until: UtcDay,
    /// What people call it [default: the campaigns]
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Who may see it: clear, green, amber, amber+strict or red
    #[arg(long, value_name = "LABEL", value_parser = values::tlp, default_value = "amber+strict")]
    tlp: Tlp,
    /// What its receivers may do with it: clear, green, amber or red
    #[arg(long, value_name = "LABEL", value_parser = values::pap, default_value = "green")]
    pap: Pap,
    /// From when on it counts as TLP:CLEAR: a date or an instant
    #[arg(long, value_name = "DATE", value_parser = values::instant_or_day)]
    embargo_until: Option<Instant>,
    /// A name server of the response's own sinkhole; names delegated to these alone count as ours
    #[arg(long = "name-server", value_name = "NAME")]
    name_servers: Vec<DomainName>,
    /// The first of two people who take a name server that does not pass the guard
    #[arg(long, value_name = "NAME", requires_all = ["second_person", "override_evidence", "name_servers"])]
    first_person: Option<Actor>,
    /// The second of them
    #[arg(long, value_name = "NAME", requires = "first_person")]
    second_person: Option<Actor>,
    /// On what evidence they do
    #[arg(long, value_name = "TEXT", requires = "first_person")]
    override_evidence: Option<String>,
    /// Ask for two people in each decision about a registered name
    #[arg(long)]
    four_eyes: bool,
    /// Move the horizon each day, so that it always reaches this many days ahead; for `forestall serve`
    #[arg(long, value_name = "DAYS", conflicts_with = "reconstruction", value_parser = clap::value_parser!(u16).range(1..=1_100))]
    ahead: Option<u16>,
    /// A response of the past, from dated and sourced facts only
    #[arg(long)]
    reconstruction: bool,
    /// The day from which a reconstruction is looked at
    #[arg(long, value_name = "DATE", requires = "reconstruction")]
    board_day: Option<UtcDay>,
    #[command(flatten)]
    act: ActArgs,
}

impl Open {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let horizon = values::range(self.from, self.until)?;
        if horizon.is_empty() {
            return Err(usage(format!(
                "--from {} and --until {} leave no day; expected at least one",
                self.from, self.until
            )));
        }
        let two = self.first_person.zip(self.second_person).zip(self.override_evidence);
        let names = self.campaigns.iter().map(|spec| spec.name.as_str()).collect::<Vec<_>>().join(", ");
        // Without days: those of the horizon move, and a title stays.
        let title = self.title.unwrap_or_else(|| names.clone());
        let marking = Marking { tlp: self.tlp, pap: self.pap, embargo_until: self.embargo_until };
        let case = match globals.cases().await? {
            Cases::Here(desk) => {
                let act = self.act.act(globals)?;
                let open = OpenCase {
                    id: self.id,
                    title,
                    kind: if self.reconstruction { CaseKind::Reconstruction } else { CaseKind::Live },
                    campaigns: self.campaigns,
                    horizon,
                    board_day: self.board_day,
                    marking,
                    name_servers: self.name_servers,
                    guard_override: two.map(|((first, second), evidence)| Override { first, second, evidence }),
                    four_eyes: self.four_eyes,
                    ahead: self.ahead,
                };
                let file = desk.open_case(&act, open).await?;
                shown::case(&file.board(), file.marking(), file.day(globals.today()))
            }
            Cases::At(hub) => {
                use forestall_api::words::CaseKind;
                let open = open::OpenCase {
                    id: self.id.clone(),
                    title,
                    kind: if self.reconstruction { CaseKind::Reconstruction } else { CaseKind::Live },
                    campaigns: self.campaigns.iter().map(ToString::to_string).collect(),
                    horizon: horizon.into(),
                    board_day: self.board_day,
                    marking: Some(marking.into()),
                    name_servers: self.name_servers,
                    guard_override: two.map(|((first, second), evidence)| act::Override { first, second, evidence }),
                    four_eyes: self.four_eyes,
                    ahead: self.ahead,
                    record: self.act.record()?,
                };
                hub.open_case(&open).await?;
                hub.case(&self.id, None).await?.value
            }
        };
        told(&case)
    }
}

fn told(case: &Case) -> anyhow::Result<Outcome> {
    output::to_stdout(|out| Ok(writeln!(out, "{}#{}\topened", case.id, case.version)?))?;
    for variant in &case.variants {
        let campaign = super::figures::campaign(&variant.campaign, variant.unverified);
        let (names, lists) = (counted(variant.distinct, "name"), counted(variant.lists, "list"));
        output::note(format_args!("{campaign}: {names} in {lists}"));
    }
    output::note(format_args!("slices: {}", case.slices));
    for (campaign, zone) in case.campaigns.iter().flat_map(|c| c.zones.iter().map(move |zone| (&c.id, zone))) {
        output::note(format_args!(
            "note: names of {campaign} below {} are for its provider, {}, not for a registry; that zone itself is never to be blocked",
            zone.zone, zone.provider
        ));
    }
    Ok(Outcome::Done)
}

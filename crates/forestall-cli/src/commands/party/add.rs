// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall party add`.

use clap::Args;
use forestall_connect::hub::{Hub, Tagged};
use forestall_model::party::{DayCount, LeadDays, ListForm, PartyKind, Rhythm, Road, Terms, UtcOffset, WorkingDays};
use forestall_model::{Party, PartyId, Tld, UtcDay};

use crate::cases::Cases;
use crate::failure::Outcome;
use crate::output;
use crate::values::{self, words};
use crate::world::Globals;

/// Add a party, or change one with --replace; contacts come with `party contact`
#[derive(Args, Debug)]
pub(crate) struct Add {
    /// A short name: lower-case letters, digits and hyphens
    id: PartyId,
    /// What it does
    #[arg(long, value_name = "KIND", value_parser = words!(PartyKind))]
    kind: PartyKind,
    /// What people call it
    #[arg(long, value_name = "TEXT")]
    name: String,
    /// A top-level domain that it runs; any number of them
    #[arg(long = "tld", value_name = "TLD", value_parser = values::tld)]
    tlds: Vec<Tld>,
    /// Replace what is kept of the party; its contacts stay
    #[arg(long)]
    replace: bool,
    /// Where signed notices go over HTTP
    #[arg(long, value_name = "URL")]
    webhook: Option<String>,
    #[command(flatten)]
    terms: TermsArgs,
}

/// On what terms a registry or a registrar works.
#[derive(Args, Debug)]
#[command(next_help_heading = "Terms of a registry or registrar")]
struct TermsArgs {
    /// On what ground it acts [default: own-policy]
    #[arg(long, value_name = "ROAD", value_parser = words!(Road))]
    road: Option<Road>,
    /// The days that it says it needs
    #[arg(long, value_name = "N")]
    own_days: Option<u16>,
    /// Which of them count [default: working]
    #[arg(long, value_name = "COUNT", value_parser = words!(DayCount), requires = "own_days")]
    day_count: Option<DayCount>,
    /// Its local time [default: +00:00]
    #[arg(long, value_name = "OFFSET", allow_hyphen_values = true)]
    utc_offset: Option<UtcOffset>,
    /// Its working days, such as mon-fri or sun-thu [default: mon-fri]
    #[arg(long, value_name = "DAYS")]
    working_days: Option<WorkingDays>,
    /// A holiday; any number of them
    #[arg(long = "holiday", value_name = "DATE")]
    holidays: Vec<UtcDay>,
    /// The most names that it takes in one list
    #[arg(long, value_name = "N")]
    batch_limit: Option<u32>,
    /// How often it wants a new list [default: daily]
    #[arg(long, value_name = "RHYTHM", value_parser = words!(Rhythm))]
    rhythm: Option<Rhythm>,
    /// In which form [default: csv]
    #[arg(long, value_name = "FORM", value_parser = words!(ListForm))]
    form: Option<ListForm>,
    /// Its language, as a tag of BCP 47 [default: en]
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
}

impl TermsArgs {
    /// Returns the terms where any of them is given.
    fn terms(self) -> Option<Terms> {
        let given = self.road.is_some()
            || self.own_days.is_some()
            || self.utc_offset.is_some()
            || self.working_days.is_some()
            || !self.holidays.is_empty()
            || self.batch_limit.is_some()
            || self.rhythm.is_some()
            || self.form.is_some()
            || self.language.is_some();
        if !given {
            return None;
        }
        let usual = Terms::default();
        let mut holidays = self.holidays;
        holidays.sort_unstable();
        holidays.dedup();
        let count = self.day_count.unwrap_or(DayCount::Working);
        Some(Terms {
            road: self.road.unwrap_or(usual.road),
            own_days: self.own_days.map(|days| LeadDays { days, count }),
            offset: self.utc_offset.unwrap_or(usual.offset),
            working_days: self.working_days.unwrap_or(usual.working_days),
            holidays,
            batch_limit: self.batch_limit,
            rhythm: self.rhythm.unwrap_or(usual.rhythm),
            form: self.form.unwrap_or(usual.form),
            language: self.language.unwrap_or(usual.language),
        })
    }
}

impl Add {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let kept: Party = match globals.cases().await? {
            Cases::Here(desk) => {
                let before = if self.replace { Some(desk.party(&self.id).await?) } else { None };
                let party = self.party(before.as_ref().map(|kept| kept.party.clone()));
                desk.keep_party(party, before.map(|kept| kept.changed), globals.now()).await?.party
            }
            Cases::At(hub) => self.at_hub(&hub).await?,
        };
        output::note(format_args!("{} is kept as {}", kept.name, kept.id));
        Ok(Outcome::Done)
    }

    async fn at_hub(self, hub: &Hub) -> anyhow::Result<Party> {
        if !self.replace {
            return Ok(hub.add_party(&self.party(None).into()).await?.party.into());
        }
        let Tagged { value, tag } = hub.party(&self.id).await?;
        let party = self.party(Some(value.party.into()));
        Ok(hub.change_party(&party.into(), tag.as_ref()).await?.party.into())
    }

    /// Returns the party that is meant, with the contacts and the key of the one that it replaces.
    fn party(self, before: Option<Party>) -> Party {
        let (contacts, openpgp) = before.map(|party| (party.contacts, party.openpgp)).unwrap_or_default();
        Party {
            id: self.id,
            kind: self.kind,
            name: self.name,
            tlds: self.tlds,
            terms: self.terms.terms(),
            contacts,
            webhook: self.webhook,
            openpgp,
        }
    }
}

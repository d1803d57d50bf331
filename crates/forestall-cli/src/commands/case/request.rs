// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case request`.

use clap::Args;
use forestall_api::request;
use forestall_hub::desk::AskRegistry;
use forestall_model::{Action, CampaignId, CaseId, Tld, UtcDay};

use super::override_args::OverrideArgs;
use crate::cases::Cases;
use crate::failure::Outcome;
use crate::values::{self, words};
use crate::world::{ActArgs, Globals};

/// Record what a registry is asked to do with its slice
#[derive(Args, Debug)]
pub(crate) struct Request {
    /// The case
    id: CaseId,
    /// The slice
    #[arg(long, value_name = "TLD", value_parser = values::tld)]
    tld: Tld,
    /// What is asked
    #[arg(long, value_name = "ACTION", value_parser = words!(Action))]
    action: Action,
    /// What should be done where that cannot be
    #[arg(long, value_name = "ACTION", value_parser = words!(Action))]
    fallback: Option<Action>,
    /// The first day asked for [default: that of the case]
    #[arg(long, value_name = "DATE", requires = "until")]
    from: Option<UtcDay>,
    /// The day after the last one
    #[arg(long, value_name = "DATE", requires = "from")]
    until: Option<UtcDay>,
    /// A campaign that is asked for [default: all of the case]
    #[arg(long = "campaign", value_name = "ID")]
    campaigns: Vec<CampaignId>,
    /// The legal basis, in words; redirect-ns and suspend need one
    #[arg(long, value_name = "TEXT")]
    legal_basis: Option<String>,
    #[command(flatten)]
    override_by: OverrideArgs,
    #[command(flatten)]
    act: ActArgs,
}

impl Request {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let days = self.from.zip(self.until).map(|(from, until)| values::range(from, until)).transpose()?;
        let recorded = match globals.cases().await? {
            Cases::Here(desk) => {
                let act = self.act.act(globals)?;
                let ask = AskRegistry {
                    tld: self.tld,
                    days,
                    campaigns: self.campaigns,
                    action: self.action,
                    fallback: self.fallback,
                    legal_basis: self.legal_basis,
                    override_by: self.override_by.two(),
                };
                super::recorded(&self.id, &[desk.request(&self.id, &act, ask).await?])
            }
            Cases::At(hub) => {
                let ask = request::AskRegistry {
                    action: self.action,
                    days: days.map(Into::into),
                    campaigns: self.campaigns,
                    fallback: self.fallback,
                    legal_basis: self.legal_basis,
                    override_by: self.override_by.two_at_hub(),
                    record: self.act.record()?,
                };
                hub.request(&self.id, &self.tld, &ask, None).await?
            }
        };
        super::print_recorded(&recorded)?;
        Ok(Outcome::Done)
    }
}

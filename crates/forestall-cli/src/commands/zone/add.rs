// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall zone add`.

use clap::Args;
use forestall_api::zones::AddZone;
use forestall_formats::feed::Policy;
use forestall_hub::desk::NewZone;
use forestall_model::{CampaignId, CaseId, OwnerName, Tld};

use crate::cases::Cases;
use crate::failure::Outcome;
use crate::output;
use crate::values;
use crate::world::Globals;

/// Make a zone of the names of a case: each comes before its guard window opens and leaves as it closes
#[derive(Args, Debug)]
pub(crate) struct Add {
    /// The zone; resolvers refer to it by this name, and nobody asks for it
    name: OwnerName,
    /// The case
    #[arg(long, value_name = "ID")]
    case: CaseId,
    /// Only this campaign of the case; any number of them
    #[arg(long = "campaign", value_name = "ID")]
    campaigns: Vec<CampaignId>,
    /// Only this slice
    #[arg(long, value_name = "TLD", value_parser = values::tld)]
    tld: Option<Tld>,
    /// What a resolver answers to a query for a name: nxdomain, nodata, or sinkhole= with its name or its addresses with commas between them
    #[arg(long, value_name = "POLICY", default_value = "nxdomain")]
    policy: Policy,
    /// Days before its guard window opens on which a name comes into the zone, so that a resolver that cannot reach us has it all the same
    #[arg(long, value_name = "DAYS", default_value_t = 1)]
    ahead: u16,
    /// Hold names of families too that nobody checked against the botnet's own; the zone says so in its SOA
    #[arg(long)]
    with_unverified: bool,
}

impl Add {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let name = match globals.real_cases().await? {
            Cases::Here(desk) => {
                let new = NewZone {
                    name: self.name,
                    case: self.case,
                    campaigns: self.campaigns,
                    tld: self.tld,
                    policy: self.policy,
                    ahead_days: self.ahead,
                    with_unverified: self.with_unverified,
                };
                desk.add_zone(new, globals.now()).await?.name
            }
            Cases::At(hub) => {
                let ask = AddZone {
                    name: self.name.to_string(),
                    case: self.case,
                    campaigns: self.campaigns,
                    slice: self.tld,
                    policy: Some(self.policy.to_string()),
                    ahead_days: Some(self.ahead),
                    with_unverified: self.with_unverified,
                };
                hub.make_zone(&ask).await?.name
            }
        };
        output::note(format_args!(
            "{name} is kept; `forestall zone subscriber add` says who may take it, and `forestall serve --transfer-listen` serves it"
        ));
        Ok(Outcome::Done)
    }
}

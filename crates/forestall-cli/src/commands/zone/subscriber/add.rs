// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall zone subscriber add`.

use std::net::SocketAddr;

use clap::Args;
use forestall_api::zones::AddSubscriber;
use forestall_hub::desk::{NewSubscriber, key_for_dig, notify_target};
use forestall_model::{AddressRange, Audience, OwnerName, PartyId, TsigAlgorithm};

use crate::cases::Cases;
use crate::failure::Outcome;
use crate::foreign::for_terminal;
use crate::output;
use crate::values::words;
use crate::world::Globals;

/// Add somebody who takes zones, and print the key by which they sign
///
/// The key is printed this one time. The store keeps it as it is, since whoever checks a signature needs it: who reads the store reads it.
#[derive(Args, Debug)]
pub(crate) struct Add {
    /// A short name: lower-case letters, digits and hyphens
    id: PartyId,
    /// A zone that they may take; any number of them
    #[arg(long = "zone", value_name = "NAME", required = true)]
    zones: Vec<OwnerName>,
    /// How close they stand; TLP decides what they may have
    #[arg(long, value_name = "AUDIENCE", value_parser = words!(Audience))]
    audience: Audience,
    /// The party that they belong to
    #[arg(long, value_name = "ID")]
    party: Option<PartyId>,
    /// The name of the key [default: the short name]
    #[arg(long, value_name = "NAME", conflicts_with = "unsigned")]
    key: Option<OwnerName>,
    /// How they sign
    #[arg(long, value_name = "ALGORITHM", value_parser = words!(TsigAlgorithm), default_value = "hmac-sha256", conflicts_with = "unsigned")]
    algorithm: TsigAlgorithm,
    /// They cannot sign, as Unbound, and are known by their address alone
    #[arg(long, requires = "addresses")]
    unsigned: bool,
    /// An address from which they come, or a network; any number of them [default: any, for who signs]
    #[arg(long = "address", value_name = "ADDR[/BITS]")]
    addresses: Vec<AddressRange>,
    /// Where they are told of new serials: an address, with port 53 or another; any number of them
    #[arg(long = "notify", value_name = "ADDR[:PORT]", value_parser = notify_target)]
    told: Vec<SocketAddr>,
}

impl Add {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let (id, key) = match globals.real_cases().await? {
            Cases::Here(desk) => {
                let key = match (self.unsigned, self.key) {
                    (true, _) => None,
                    (false, Some(name)) => Some((name, self.algorithm)),
                    (false, None) => Some((self.id.as_str().parse()?, self.algorithm)),
                };
                let new = NewSubscriber {
                    id: self.id,
                    party: self.party,
                    audience: self.audience,
                    key,
                    addresses: self.addresses,
                    told: self.told,
                    zones: self.zones,
                };
                let kept = desk.add_subscriber(new, globals.now()).await?;
                (kept.id, kept.key.as_ref().map(key_for_dig))
            }
            Cases::At(hub) => {
                let texts = |names: &[OwnerName]| names.iter().map(ToString::to_string).collect();
                let ask = AddSubscriber {
                    zones: texts(&self.zones),
                    id: self.id,
                    audience: self.audience,
                    party: self.party,
                    key: self.key.map(|name| name.to_string()),
                    algorithm: (!self.unsigned).then(|| self.algorithm.to_string()),
                    unsigned: self.unsigned,
                    addresses: self.addresses.iter().map(ToString::to_string).collect(),
                    notify: self.told.iter().map(ToString::to_string).collect(),
                };
                let added = hub.add_zone_subscriber(&ask).await?;
                (added.subscriber.id, added.key)
            }
        };
        let id = for_terminal(&id);
        match key {
            Some(key) => {
                output::to_stdout(|out| Ok(writeln!(out, "{}", for_terminal(&key))?))?;
                output::note(format_args!(
                    "the key above is shown this one time; hand it to {id} by a way that is closed. The store keeps it as it is"
                ));
            }
            None => output::note(format_args!(
                "{id} is known by the address alone: whoever can send from there takes the zone, and nothing says that it is ours"
            )),
        }
        Ok(Outcome::Done)
    }
}

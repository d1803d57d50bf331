// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall lake ship`: sealed segments of a spool into the lake.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use forestall_lake::ship::Claim;
use forestall_lake::{Cause, Keys, Lake, Origin, Policy, Shipped, Shipping};
use forestall_model::UtcDay;

use super::settings::{LakeArgs, SettingsArgs, keep, tell};
use crate::failure::Outcome;
use crate::table::counted;
use crate::world::Globals;
use crate::{output, told};

/// How long the first wait is after a failure, and the longest.
const WAITS: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(300));
/// How often retention is looked after while segments are followed.
const RETENTION: Duration = Duration::from_secs(3_600);
/// How long it takes at most until somebody who ends the program is heard.
const TICK: Duration = Duration::from_millis(100);

/// Ship the sealed segments of a spool into the lake, and do what is due of retention
///
/// A segment is removed from the spool once all its events are in the lake; a second attempt changes nothing. Printed is a line for each segment: its name, how many
/// events a resolver and how many a machine caused, and how many are missing at least. Exit status 1 where a segment was damaged or not taken, 3 where the lake cannot be reached: the
/// spool then is as it was.
#[derive(Args, Debug)]
pub(crate) struct Ship {
    /// The spool of a sinkhole
    #[arg(long, value_name = "DIR")]
    spool: PathBuf,
    #[command(flatten)]
    lake: LakeArgs,
    #[command(flatten)]
    settings: SettingsArgs,
    /// Keep segments, in the folder `shipped` of the spool
    #[arg(long)]
    keep: bool,
    /// Go on until somebody ends the program: wait for further segments, and for a lake that is away
    #[arg(long)]
    follow: bool,
    /// Leave retention to another shipper of the same lake, the one that has the keys
    #[arg(long)]
    no_retention: bool,
}

/// What one round did.
#[derive(Clone, Copy, Debug, Default)]
struct Round {
    /// Whether a segment was damaged or not taken.
    found: bool,
}

impl Ship {
    /// Runs the command.
    pub(crate) fn run(&self, globals: &Globals) -> anyhow::Result<Outcome> {
        let settings = self.settings.read()?;
        let enrichment = self.settings.enrichment(&settings)?;
        let mut keys = if self.no_retention { None } else { Some(self.settings.keys(&settings, globals)?) };
        let lake = self.lake.open()?;
        let origin = |address: IpAddr| Origin::from(enrichment.of(address));
        let left_out = enrichment.rules();
        let shipping = Shipping { spool: &self.spool, lake: &lake, origin: &origin, left_out, keep: self.keep };
        let claim = shipping.claim()?;
        let policy = settings.retention;
        let stop = told::flag()?;
        if !self.follow {
            let round = round(&shipping, &claim, &stop)?;
            look_after(&lake, &policy, &mut keys, globals.today())?;
            return Ok(if round.found { Outcome::Found } else { Outcome::Done });
        }
        let mut wait = WAITS.0;
        let mut looked: Option<Instant> = None;
        while !stop.load(Ordering::Relaxed) {
            let done = round(&shipping, &claim, &stop).and_then(|_| {
                if looked.is_none_or(|looked| looked.elapsed() >= RETENTION) {
                    look_after(&lake, &policy, &mut keys, globals.today())?;
                    looked = Some(Instant::now());
                }
                Ok(())
            });
            wait = match done {
                Ok(()) => WAITS.0,
                Err(error) => {
                    output::note(format_args!("warning: {error:#}; the next attempt is in {} seconds", wait.as_secs()));
                    (wait * 2).min(WAITS.1)
                }
            };
            let until = Instant::now() + wait;
            while !stop.load(Ordering::Relaxed) && Instant::now() < until {
                std::thread::sleep(TICK);
            }
        }
        Ok(Outcome::Done)
    }
}

/// Ships what waits. Segments that are told apart as faulty stay; the others are shipped.
fn round(shipping: &Shipping<'_>, claim: &Claim, stop: &AtomicBool) -> anyhow::Result<Round> {
    let mut round = Round::default();
    for named in shipping.waiting(claim)? {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        match shipping.ship(claim, &named) {
            Ok(shipped) => {
                round.found |= shipped.damaged.is_some();
                print(&shipped)?;
            }
            Err(error) if error.is_of_one() => {
                round.found = true;
                output::note(format_args!("warning: {:#}", anyhow::Error::from(error)));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(round)
}

fn print(shipped: &Shipped) -> anyhow::Result<()> {
    let missing = shipped.losses.iter().map(|loss| loss.at_least).fold(0, u64::saturating_add);
    let Shipped { name, dns, contacts, again, damaged, losses, .. } = shipped;
    output::to_stdout(|out| Ok(writeln!(out, "{name}\t{dns}\t{contacts}\t{missing}")?))?;
    if *again {
        output::note(format_args!("{name} was in the lake already"));
    }
    for loss in losses.iter().filter(|loss| loss.cause == Cause::Torn) {
        let octets = loss.octets.unwrap_or(0);
        output::note(format_args!(
            "{name}: its sensor ended without ceremony, and {octets} octets at its end were no whole event"
        ));
    }
    if let Some(place) = damaged {
        let lost = losses.iter().find(|loss| loss.cause == Cause::Damage);
        let what = match lost.map(|loss| (loss.lost, loss.at_least)) {
            Some((Some(lost), _)) => format!("lost {} of it", counted(lost, "event")),
            Some((None, least)) if least > 0 => format!("lost at least {} of it", counted(least, "event")),
            _ => "lost some of its events, how many cannot be told".to_owned(),
        };
        output::note(format_args!("warning: {name} is damaged and has {what}; it is now {}", place.display()));
    }
    Ok(())
}

/// Does what is due of retention, unless that is another's.
fn look_after(lake: &Lake, policy: &Policy, keys: &mut Option<Keys>, today: UtcDay) -> anyhow::Result<()> {
    if let Some(keys) = keys {
        tell(&keep(lake, policy, keys, today)?);
    }
    Ok(())
}

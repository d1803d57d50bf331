// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall misp push`.

use std::path::PathBuf;

use clap::Args;
use forestall_connect::hub::{Hub, PublishAsked, SpanAsked};
use forestall_connect::misp::{MOST_EVENT, Misp, MispEvent, MispKey, MispSettings, MispUrl, Outcome as Became};
use forestall_formats::Form;
use forestall_formats::feed::Settings;
use forestall_hub::desk::{Desk, MispFeed, NewDisclosure};
use forestall_model::{Audience, UtcDay};

use super::Of;
use crate::failure::{Outcome, refused, usage};
use crate::table::counted;
use crate::world::{self, ActArgs, Globals};
use crate::{input, output};

/// The variable that holds the key where no file does.
const KEY: &str = "FORESTALL_MISP_KEY";
/// Most octets of a file with a key.
const MOST_KEY: u64 = 4 << 10;

/// Push the event of a day to an instance of MISP by its REST API
///
/// An event that the instance does not have is added, an older one brought up to date, names that it holds no more taken out, and one that somebody changed there since is left alone.
/// The key comes from the variable FORESTALL_MISP_KEY or a file, never from the command line.
#[derive(Args, Debug)]
pub(crate) struct Push {
    #[command(flatten)]
    of: Of,
    /// The instance: https, or http on this machine
    #[arg(long, value_name = "URL")]
    to: MispUrl,
    /// The file that holds the key of the instance's user [default: the variable FORESTALL_MISP_KEY]
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// The day, one of today and the seven days ahead [default: today]
    #[arg(long, value_name = "DATE")]
    on: Option<UtcDay>,
    /// Have the instance publish the event, so that it goes on to others
    #[arg(long)]
    publish: bool,
    /// Say what would be sent, and send nothing to the instance
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    act: ActArgs,
}

/// An event and how many names it has.
struct Made {
    event: MispEvent,
    names: u64,
    unverified: bool,
}

impl Push {
    /// Runs the command.
    pub(crate) fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let day = self.on.unwrap_or_else(|| globals.today());
        let misp = if self.dry_run { None } else { Some(Misp::new(MispSettings::new(self.to.clone(), self.key()?))?) };
        world::run(async {
            match globals.hub()? {
                None => {
                    let desk = globals.real_desk().await?;
                    let made = self.here(globals, &desk, day).await?;
                    if misp.is_some() {
                        self.record(globals, &desk, &made).await?;
                    }
                    self.send(misp.as_ref(), &made, day).await
                }
                // A hub puts on record what it hands out.
                Some(hub) => {
                    let made = self.at_hub(&hub, day).await?;
                    self.send(misp.as_ref(), &made, day).await
                }
            }
        })
    }

    fn key(&self) -> anyhow::Result<MispKey> {
        let text = match &self.key_file {
            Some(file) => String::from_utf8_lossy(&input::whole(file, MOST_KEY)?).into_owned(),
            None => std::env::var(KEY)
                .map_err(|_| usage(format!("the key is missing: expected it in {KEY}, or --key-file")))?,
        };
        let from = self.key_file.as_deref().map_or_else(|| KEY.to_owned(), input::called);
        text.parse().map_err(|error| usage(format!("{from}: {error}")))
    }

    /// Makes the event from the store.
    async fn here(&self, globals: &Globals, desk: &Desk, day: UtcDay) -> anyhow::Result<Made> {
        let file = self.of.file(desk, globals.now()).await?;
        let feed = MispFeed::new(&file, self.of.tld.clone(), globals.now())?;
        if !feed.days().any(|offered| offered == day) {
            let days: Vec<UtcDay> = feed.days().collect();
            return Err(refused(match (days.first(), days.last()) {
                (Some(first), Some(last)) => {
                    format!("no name of the case is offered for {day}: there are events from {first} to {last}")
                }
                _ => format!("no name of the case is offered for {day} or the days ahead"),
            }));
        }
        let mut json = Vec::new();
        let names = feed.write_event(desk, day, &self.of.settings(), &mut json)?;
        Ok(Made { event: MispEvent::new(json)?, names, unverified: file.object().case.holds_unverified() })
    }

    /// Has a hub make the event.
    async fn at_hub(&self, hub: &Hub, day: UtcDay) -> anyhow::Result<Made> {
        if self.of.publisher.is_some() {
            return Err(usage("a hub writes nobody's name into a form; leave --publisher out"));
        }
        let audience = Some(self.of.audience).filter(|audience| *audience != Audience::Recipient);
        let (tld, span, settings) = (self.of.tld.clone(), SpanAsked::Day(day), Settings::default());
        let asked = PublishAsked { form: Form::Misp, tld, span, audience, settings };
        let mut publication = hub.publish(&self.of.case, &asked).await?;
        if publication.lines == 0 {
            return Err(refused(format!("no name of the case is offered for {day}")));
        }
        let mut json = Vec::new();
        // What is too large is refused below, and is not read to its end for that.
        while json.len() <= MOST_EVENT
            && let Some(octets) = publication.next().await?
        {
            json.extend_from_slice(&octets);
        }
        Ok(Made { event: MispEvent::new(json)?, names: publication.lines, unverified: publication.unverified })
    }

    /// Keeps on record that names leave, before they do.
    async fn record(&self, globals: &Globals, desk: &Desk, made: &Made) -> anyhow::Result<()> {
        let what = format!("names as a MISP event to {}", self.to.host());
        let disclosure = NewDisclosure {
            party: None,
            case: Some(self.of.case.clone()),
            what: &what,
            count: made.names,
            purpose: "protection of the names",
            basis: "the case and its marking",
        };
        Ok(desk.disclose(&self.act.act(globals)?, disclosure).await?)
    }

    async fn send(&self, misp: Option<&Misp>, made: &Made, day: UtcDay) -> anyhow::Result<Outcome> {
        let Made { event, names, unverified } = made;
        let names = counted(*names, "name");
        if *unverified {
            output::note(format_args!("note: names of an UNVERIFIED family may be among them; the form marks them"));
        }
        let Some(misp) = misp else {
            let publish = if self.publish { ", and would be published there" } else { "" };
            output::note(format_args!(
                "dry run: the event {} of {day} with {names} ({} octets) would go to {}{publish}; nothing was sent",
                event.uuid(),
                event.octets(),
                self.to
            ));
            return Ok(Outcome::Done);
        };
        let pushed = misp.push(event, self.publish).await?;
        let (word, told) = match pushed.outcome {
            Became::Added => ("added", "was added"),
            Became::Edited => ("edited", "was brought up to date"),
            Became::Unchanged => ("unchanged", "is there as it is"),
            Became::Newer => ("newer", "was changed there since, and is left alone"),
        };
        let published = if pushed.published { "; it was published" } else { "" };
        let removed = match pushed.removed {
            0 => String::new(),
            removed => format!("; {} that it holds no more were taken out there", counted(removed as u64, "name")),
        };
        output::to_stdout(|out| Ok(writeln!(out, "{word}\t{}\t{}", event.uuid(), made.names)?))?;
        output::note(format_args!("{}: the event of {day} with {names} {told}{removed}{published}", self.to));
        Ok(if pushed.outcome == Became::Newer { Outcome::Found } else { Outcome::Done })
    }
}

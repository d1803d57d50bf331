// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case log`.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use forestall_api::events;
use forestall_connect::hub::Hub;
use forestall_coord::event::Event;
use forestall_coord::tlog::VerifierKey;
use forestall_hub::desk::Desk;
use forestall_hub::shown;
use forestall_model::{CaseId, Digest};
use forestall_store::LogEntry;
use serde::Serialize;

use super::{log_at_hub, log_check};
use crate::cases::Cases;
use crate::cli::TextJsonl;
use crate::failure::{Outcome, usage};
use crate::output;
use crate::world::Globals;

/// Print the log of a case, or of all: every event with who acted, when and from what source
///
/// The events of a case are the leaves of a Merkle tree whose root is signed. --head prints the signed head, which anybody can keep;
/// --proof shows that an event is in the log; --verify looks through the log and holds it against the heads that were signed. At a hub it
/// looks at the hashes of the events, which the hub tells, and checks its signature and its proofs.
#[derive(Args, Debug)]
pub(crate) struct Log {
    /// The case [default: all]
    id: Option<CaseId>,
    /// Only events after this number of the log
    #[arg(long, value_name = "SEQ", default_value_t = 0, hide_default_value = true)]
    after: u64,
    /// At most this many events
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// How the log is printed; jsonl holds the stored events, with what was withheld from them beside
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: TextJsonl,
    /// Look through the log instead: every event, every withheld field, and what was signed; status 1 where something differs
    #[arg(long, requires = "id", conflicts_with_all = ["after", "limit", "format", "head", "proof", "show_key"])]
    verify: bool,
    /// An older signed head, which the log must continue
    #[arg(long, value_name = "FILE", requires = "verify")]
    checkpoint: Option<PathBuf>,
    /// The key that signed it [default: the key of this installation]; at a hub, the key that you were told for its heads
    #[arg(long, value_name = "VKEY", requires = "verify")]
    key: Option<VerifierKey>,
    /// Print the signed head of the log instead: a checkpoint
    #[arg(long, requires = "id", conflicts_with_all = ["after", "limit", "format", "proof", "show_key"])]
    head: bool,
    /// Print the proof instead that this event of the case, counted from 1, is in its log
    #[arg(long, value_name = "N", requires = "id", conflicts_with_all = ["after", "limit", "format", "show_key"])]
    proof: Option<u64>,
    /// Print the key instead with which anybody verifies the heads: of the log of the case, or of this installation
    #[arg(long, conflicts_with_all = ["after", "limit", "format"])]
    show_key: bool,
    /// Write the head, the proof or the key to this file, which appears when it is whole
    #[arg(short, long, value_name = "FILE", conflicts_with_all = ["after", "limit", "format", "verify"])]
    output: Option<PathBuf>,
}

/// Events that are read at once.
const PAGE: u32 = 500;

#[derive(Serialize)]
struct Line<'a> {
    seq: u64,
    leaf: Digest,
    withheld: &'a BTreeMap<String, String>,
    event: &'a Event,
}

impl Log {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = match globals.cases().await? {
            Cases::Here(desk) => desk,
            Cases::At(hub) => return self.at_hub(&hub).await,
        };
        if let Some(id) = &self.id
            && desk.store().case_view(id).await?.is_none()
        {
            return Err(usage(format!("there is no case {id}; `forestall case list` names those that are open")));
        }
        if let Some(done) = self.of_tree(&desk, globals).await? {
            return Ok(done);
        }
        let mut after = self.after;
        let mut left = self.limit.unwrap_or(u64::MAX);
        while left > 0 {
            let page = u32::try_from(left).unwrap_or(u32::MAX).min(PAGE);
            let entries = desk.store().log(after, page, self.id.as_ref()).await?;
            let Some(last) = entries.last() else { break };
            after = last.seq;
            left -= entries.len() as u64;
            output::to_stdout(|out| entries.iter().try_for_each(|entry| self.print(entry, out)))?;
        }
        Ok(Outcome::Done)
    }

    /// Prints the log of a case of a hub, or its signed head or a proof.
    async fn at_hub(&self, hub: &Hub) -> anyhow::Result<Outcome> {
        let Some(id) = &self.id else { return Err(usage("a hub shows the log of one case; name it")) };
        if self.verify {
            let brought = self.checkpoint.as_deref().map(log_check::read).transpose()?;
            return log_at_hub::run(hub, id, brought, self.key.as_ref()).await;
        }
        let told = match self.proof {
            _ if self.head => Some(hub.checkpoint(id).await?.note),
            _ if self.show_key => Some(format!("{}\n", hub.checkpoint(id).await?.key)),
            Some(version) => Some(hub.proof(id, version).await?.proof),
            None => None,
        };
        if let Some(told) = told {
            output::to(self.output.as_deref(), |out| Ok(out.write_all(told.as_bytes())?))?;
            return Ok(Outcome::Done);
        }
        if self.output.is_some() {
            return Err(usage("--output goes with --head, --proof or --show-key"));
        }
        if self.format == TextJsonl::Jsonl {
            return Err(usage(
                "a hub does not tell what was withheld from single events; `forestall case export` fetches the whole log",
            ));
        }
        // The newest come first, and the oldest are printed first.
        let mut events = Vec::new();
        let mut pages = hub.events(id);
        while let Some(event) = pages.next().await? {
            match event.seq {
                Some(seq) if seq <= self.after => break,
                None if self.after > 0 => {
                    return Err(usage(
                        "the hub tells the numbers of its log to the people who run it; leave --after out, and the events come with their numbers in the case",
                    ));
                }
                _ => events.push(event),
            }
        }
        let most = self.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        output::to_stdout(|out| {
            for event in events.iter().rev().take(most) {
                let comment = event.comment.iter().map(|said| ("comment".to_owned(), said.clone())).collect();
                text(id, event, &comment, out)?;
            }
            Ok(())
        })?;
        Ok(Outcome::Done)
    }

    /// Does what was asked of the tree over the log, where that was asked.
    async fn of_tree(&self, desk: &Desk, globals: &Globals) -> anyhow::Result<Option<Outcome>> {
        let now = globals.now();
        let text = match (&self.id, self.proof) {
            (Some(_), _) if self.verify && self.key.is_some() && self.checkpoint.is_none() => {
                return Err(usage(
                    "--key says who signed the head that --checkpoint brings; name that too, or call a hub",
                ));
            }
            (Some(id), _) if self.verify => {
                let done = log_check::run(desk, id, self.checkpoint.as_deref(), self.key.as_ref()).await?;
                return Ok(Some(done));
            }
            (Some(id), _) if self.head => desk.checkpoint(id, now).await?.to_string(),
            (Some(id), Some(version)) => desk.inclusion(id, version, now).await?.proof.to_string(),
            (id, _) if self.show_key => format!("{}\n", desk.log_verifier(id.as_ref(), now).await?),
            _ if self.output.is_some() => {
                return Err(usage("--output goes with --head, --proof or --show-key"));
            }
            _ => return Ok(None),
        };
        output::to(self.output.as_deref(), |out| Ok(out.write_all(text.as_bytes())?))?;
        Ok(Some(Outcome::Done))
    }

    fn print(&self, entry: &LogEntry, out: &mut dyn Write) -> anyhow::Result<()> {
        match self.format {
            TextJsonl::Jsonl => {
                let line = Line { seq: entry.seq, leaf: entry.leaf, withheld: &entry.withheld, event: &entry.event };
                serde_json::to_writer(&mut *out, &line).context("standard output could not be written")?;
                writeln!(out)?;
            }
            TextJsonl::Text => text(&entry.event.case, &shown::event(entry, true), &entry.withheld, out)?,
        }
        Ok(())
    }
}

fn text(
    case: &CaseId,
    event: &events::Event,
    withheld: &BTreeMap<String, String>,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let events::Event { seq, version, recorded, text, .. } = event;
    let actor = event.actor.as_deref().unwrap_or("(erased)");
    let seq = seq.map(|seq| format!("{seq}  ")).unwrap_or_default();
    writeln!(out, "{seq}{case}#{version}  {recorded}  {actor}: {text}")?;
    if event.at != *recorded {
        writeln!(out, "    happened: {}", event.at)?;
    }
    if let Some(source) = &event.source {
        writeln!(out, "    source:   {source}")?;
    }
    for (field, value) in withheld.iter().filter(|(field, _)| *field != "actor") {
        writeln!(out, "    {field}: {value}")?;
    }
    Ok(())
}

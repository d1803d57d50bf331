// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case send`: a list for every registry in one run.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use forestall_api::cut::{CutLists, CutOutcome};
use forestall_api::words::CutResult;
use forestall_connect::hub::Hub;
use forestall_coord::command::Deliver;
use forestall_coord::event::Purpose;
use forestall_hub::desk::{Act, AskLists, Desk, Sender};
use forestall_hub::jobs::Scheduler;
use forestall_hub::shown;
use forestall_model::party::Channel;
use forestall_model::{Action, CampaignId, CaseId, Tld};
use forestall_vet::Rules;

use super::super::serve_settings;
use super::override_args::OverrideArgs;
use crate::failure::{Outcome, usage};
use crate::output;
use crate::table::counted;
use crate::values::{self, words};
use crate::world::{ActArgs, Globals};

/// Cut the next numbered list of every registry, and hand each over with its envelope and a page in plain words: by mail, or into a folder
#[derive(Args, Debug)]
pub(crate) struct Send {
    /// The case
    id: CaseId,
    /// The settings of `forestall serve`: their part `send` says who asks, their part `mail` by what way letters go out
    #[arg(long, value_name = "FILE", env = "FORESTALL_CONFIG", hide_env_values = true)]
    config: Option<PathBuf>,
    /// A slice [default: all]
    #[arg(long = "tld", value_name = "TLD", value_parser = values::tld)]
    tlds: Vec<Tld>,
    /// What is asked [default: as by the last list of each]
    #[arg(long, value_name = "ACTION", value_parser = words!(Action), conflicts_with = "release")]
    action: Option<Action>,
    /// What should be done where that cannot be
    #[arg(long, value_name = "ACTION", value_parser = words!(Action), conflicts_with = "release")]
    fallback: Option<Action>,
    /// Hand back what is past instead
    #[arg(long)]
    release: bool,
    /// A campaign that is asked for [default: those of the slice that its registry can act on]
    #[arg(long = "campaign", value_name = "ID")]
    campaigns: Vec<CampaignId>,
    /// The legal basis, in words; redirect-ns and suspend need one
    #[arg(long, value_name = "TEXT")]
    legal_basis: Option<String>,
    #[command(flatten)]
    override_by: OverrideArgs,
    /// Write what goes to each registry into a folder of its own here, instead of mailing it; somebody carries it on
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    act: ActArgs,
}

impl Send {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        if let Some(hub) = globals.hub()? {
            return self.at_hub(&hub).await;
        }
        let path = self.config.as_deref().ok_or_else(|| {
            usage("expected --config FILE, the settings of `forestall serve`: they say who asks and how letters go out")
        })?;
        let config = serve_settings::read(path)?;
        let sender = config
            .sender()?
            .ok_or_else(|| usage(format!("{} has no part [send]: nobody is named who asks", path.display())))?;
        let post = config.post(None, globals.now())?;
        if post.is_none() && self.out.is_none() {
            return Err(usage(format!(
                "{} has no part [mail], and --out names no folder: there is no way out for the lists",
                path.display()
            )));
        }
        let act = self.act.act(globals)?;
        let ask = AskLists {
            tlds: self.tlds,
            purpose: if self.release { Purpose::Release } else { Purpose::Protect },
            action: self.action,
            fallback: self.fallback,
            campaigns: self.campaigns,
            legal_basis: self.legal_basis,
            override_by: self.override_by.two(),
        };
        let globals = globals.clone().or_data(config.data).or_database(config.database);
        let desk = globals.real_desk().await?;
        let delegates = [ask.action, ask.fallback].into_iter().flatten().any(Action::delegates);
        if delegates && desk.file(&self.id).await?.case.name_servers.is_empty() {
            output::note(format_args!(
                "warning: names are to be delegated to the sinkhole, and {} has no name server of it: tell the registries, or open the case with --name-server",
                self.id
            ));
        }
        let outcomes = desk.cut_lists(&self.id, &act, &ask).await?;
        let (cut, refused) = tell(&outcomes.into_iter().map(shown::cut_outcome).collect::<Vec<_>>())?;
        match (self.out, post) {
            (Some(folder), _) => {
                for (tld, number) in &cut {
                    hand_over(&desk, &self.id, &act, &sender, (tld, *number), &folder.join(tld.as_str())).await?;
                }
                output::note(format_args!("{} written to {}", counted(cut.len() as u64, "package"), folder.display()));
            }
            (None, Some(post)) => {
                let vantage = forestall_hub::jobs::Vantage::default();
                let scheduler = Scheduler::new(desk.clone(), vantage, Rules::built_in().clone(), globals.clock());
                let scheduler = scheduler.with_post(post);
                let sent = scheduler.deliver_now(&self.id).await?;
                output::note(format_args!("{}; `forestall case receipts {}` shows what became of each", sent, self.id));
            }
            (None, None) => {}
        }
        desk.store().close().await;
        Ok(if refused { Outcome::Found } else { Outcome::Done })
    }

    /// Has a hub cut the lists. It hands them over by itself, in its own name and by its own ways.
    async fn at_hub(self, hub: &Hub) -> anyhow::Result<Outcome> {
        if self.out.is_some() {
            return Err(usage(
                "a hub hands its lists over by itself, and packages are written where its store is; leave --out out, and fetch the names with `forestall case lists`",
            ));
        }
        let ask = CutLists {
            slices: self.tlds,
            purpose: if self.release { Purpose::Release } else { Purpose::Protect },
            action: self.action,
            fallback: self.fallback,
            campaigns: self.campaigns,
            legal_basis: self.legal_basis,
            override_by: self.override_by.two_at_hub(),
            record: self.act.record()?,
        };
        let outcomes = hub.cut_lists(&self.id, &ask, None).await?;
        let (cut, refused) = tell(&outcomes.items)?;
        output::note(format_args!("{} cut; the hub hands them over", counted(cut.len() as u64, "list")));
        Ok(if refused { Outcome::Found } else { Outcome::Done })
    }
}

/// Prints what became of each slice and returns the lists that were cut, and whether one was refused.
fn tell(outcomes: &[CutOutcome]) -> anyhow::Result<(Vec<(Tld, u32)>, bool)> {
    let mut cut = Vec::new();
    let mut refused = false;
    output::to_stdout(|out| {
        for CutOutcome { slice, result, list, reason } in outcomes {
            match (result, list) {
                (CutResult::Cut, Some(number)) => {
                    cut.push((slice.clone(), *number));
                    writeln!(out, "{slice}\t{number}")?;
                }
                (CutResult::Refused, _) => {
                    refused = true;
                    output::note(format_args!("{slice}: refused: {}", reason.as_deref().unwrap_or_default()));
                }
                _ => output::note(format_args!("{slice}: nothing to ask for")),
            }
        }
        Ok(())
    })?;
    Ok((cut, refused))
}

/// Writes the package of a list into a folder, and keeps the receipt once every file is on the disk.
async fn hand_over(
    desk: &Desk,
    id: &CaseId,
    act: &Act,
    sender: &Sender,
    (tld, number): (&Tld, u32),
    folder: &Path,
) -> anyhow::Result<()> {
    let package = desk.package(id, tld, number, sender, act.now).await?;
    std::fs::create_dir_all(folder).with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    for file in &package.object().files {
        output::to(Some(&folder.join(&file.name)), |out| Ok(out.write_all(&file.octets)?))?;
    }
    let deliver = Deliver {
        tld: tld.clone(),
        number,
        channel: Channel::Folder,
        contact: 0,
        address: folder.display().to_string(),
        receipt: "written to disk".to_owned(),
        message_id: None,
        reminder: 0,
        files: package.object().sent_files(),
        taken: true,
    };
    desk.record_delivery(id, act, deliver).await?;
    Ok(())
}

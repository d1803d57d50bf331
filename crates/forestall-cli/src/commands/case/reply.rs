// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case reply`: a registry's mail, read as a proposed answer that a person confirms.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use forestall_connect::maildir::Maildir;
use forestall_formats::list_id::ListId;
use forestall_formats::reply::{MAX_MESSAGE, ProposedAnswer, Said};
use forestall_hub::desk::Desk;
use forestall_model::{CaseId, Tld};

use super::change;
use crate::failure::{Outcome, refused, usage};
use crate::foreign::for_terminal;
use crate::table::counted;
use crate::values;
use crate::world::{ActArgs, Globals};
use crate::{input, output};

/// Read a registry's mail and propose what it answers; with --confirm it is recorded
///
/// The list is found by the token in the subject, or by the letter to which the mail replies. What the mail is taken to say is only proposed: look at it, then confirm it. Of a Maildir
/// folder all new letters are proposed; one is confirmed by its file.
#[derive(Args, Debug)]
pub(crate) struct Reply {
    /// The mail as a file; - is standard input. Or a Maildir folder
    file: PathBuf,
    /// The case, where the subject does not name the list
    #[arg(long, value_name = "ID", requires_all = ["tld", "list"])]
    case: Option<CaseId>,
    /// The slice
    #[arg(long, value_name = "TLD", value_parser = values::tld, requires = "case")]
    tld: Option<Tld>,
    /// The number of the list
    #[arg(long, value_name = "NUMBER", requires = "case")]
    list: Option<u32>,
    /// Record it as the registry's answer
    #[arg(long)]
    confirm: bool,
    #[command(flatten)]
    act: ActArgs,
}

impl Reply {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        if self.file.is_dir() {
            if self.confirm {
                return Err(usage("a folder holds many letters; confirm one by its file"));
            }
            return folder(&globals.desk().await?, &self.file).await;
        }
        let message = input::whole(&self.file, MAX_MESSAGE as u64)?;
        let desk = globals.desk().await?;
        let proposal = desk.read_reply(&message).await?;
        let proposal = proposal.map_err(|error| refused(format!("{}: {error}", input::called(&self.file))))?;
        let named = self.case.zip(self.tld).zip(self.list).map(|((case, tld), number)| ListId { case, tld, number });
        let list = named.or_else(|| proposal.list.clone());
        show(&proposal, list.as_ref())?;
        if !self.confirm {
            return Ok(Outcome::Done);
        }
        let list = list.ok_or_else(|| {
            refused("the mail does not say which list it answers; name it with --case, --tld and --list")
        })?;
        let act = self.act.act(globals)?;
        let before = desk.file(&list.case).await?;
        let recorded = desk.confirm_reply(&act, &list, &proposal).await?;
        change::show(&desk, &before, Some(&list.tld), &recorded).await
    }
}

/// Proposes what each new letter of a Maildir folder says; none is moved.
async fn folder(desk: &Desk, path: &Path) -> anyhow::Result<Outcome> {
    let maildir = Maildir::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let listing = maildir.list()?;
    for letter in &listing.letters {
        output::to_stdout(|out| Ok(writeln!(out, "{}", path.join("new").join(letter.name()).display())?))?;
        let proposed = match maildir.read(letter) {
            Ok(octets) => desk.read_reply(&octets).await?,
            Err(error) => Err(error.to_string()),
        };
        match proposed {
            Ok(proposal) => show(&proposal, proposal.list.as_ref())?,
            Err(error) => output::note(format_args!("{}: {error}", letter.name())),
        }
    }
    for left in &listing.left {
        output::note(format_args!("{} is left: {}", left.name, left.reason));
    }
    let more = if listing.is_cut { ", and there are more" } else { "" };
    output::note(format_args!("{}{more}", counted(listing.letters.len() as u64, "new letter")));
    Ok(Outcome::Done)
}

fn show(proposal: &ProposedAnswer, list: Option<&ListId>) -> anyhow::Result<()> {
    let said = match &proposal.said {
        Said::Lines(lines) => format!("{}, each with its result", counted(lines.len() as u64, "line")),
        Said::Names { result: Some(result), names } => format!("{result} for {}", counted(names.len() as u64, "name")),
        Said::Names { result: None, names } => {
            format!("{}, and not what became of them", counted(names.len() as u64, "name"))
        }
        Said::Whole(result) => format!("{result} for the whole list"),
        Said::Nothing => "nothing that was understood".to_owned(),
    };
    output::to_stdout(|out| {
        let list = list.map_or_else(|| "not said".to_owned(), ToString::to_string);
        writeln!(out, "list:       {list}")?;
        writeln!(out, "from:       {}", for_terminal(proposal.from.as_deref().unwrap_or("not said")))?;
        writeln!(out, "proposed:   {said}")?;
        writeln!(out, "confidence: {}", proposal.confidence)?;
        writeln!(out, "read from:  {}", for_terminal(&proposal.read_from.join(", ")))?;
        for problem in &proposal.problems {
            writeln!(out, "but:        {}", for_terminal(problem))?;
        }
        Ok(())
    })
}

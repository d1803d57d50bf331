// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case rule`.

use std::path::PathBuf;

use clap::Args;
use forestall_api::act::Record;
use forestall_api::docket;
use forestall_coord::command::list_digest;
use forestall_hub::desk::rule_of;
use forestall_model::{Action, Actor, CaseId, Digest, DomainName, Ruling};

use super::change::{self, Picture};
use crate::cases::Cases;
use crate::failure::{Outcome, usage};
use crate::input;
use crate::table::counted;
use crate::values::words;
use crate::world::{ActArgs, Globals};

/// Record what a person decided about registered names
///
/// Several names need --digest: that of the list that the person had before them, as `forestall case docket` tells it.
#[derive(Args, Debug)]
pub(crate) struct Rule {
    /// The case
    id: CaseId,
    /// The names
    names: Vec<DomainName>,
    /// A file with more of them, one a line; - is standard input
    #[arg(long = "names", value_name = "FILE")]
    file: Option<PathBuf>,
    /// SHA-256 over the names in order, each followed by a line feed
    #[arg(long, value_name = "SHA256")]
    digest: Option<Digest>,
    /// What was decided: exclude for good, watch, friendly, or act
    #[arg(long = "as", value_name = "RULING", value_parser = words!(Ruling))]
    ruling: Ruling,
    /// What the registry is asked to do, where the ruling is to act
    #[arg(long, value_name = "ACTION", value_parser = words!(Action))]
    action: Option<Action>,
    /// The legal basis, in words; redirect-ns, suspend and lock need one
    #[arg(long, value_name = "TEXT")]
    legal_basis: Option<String>,
    /// Why, in words
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// On what evidence, in words
    #[arg(long, value_name = "TEXT")]
    evidence: String,
    /// The second person, where the case asks for two
    #[arg(long, value_name = "NAME")]
    second_person: Option<Actor>,
    #[command(flatten)]
    act: ActArgs,
}

/// Most octets of a file of names.
const MAX_BYTES: u64 = 64 << 20;

impl Rule {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let mut names = self.names;
        if let Some(path) = &self.file {
            names.extend(names_of(path)?);
        }
        names.sort_unstable();
        names.dedup();
        let digest = match (self.digest, names.as_slice()) {
            (Some(digest), _) => digest,
            (None, [_]) => list_digest(&names),
            (None, _) => {
                return Err(usage(format!(
                    "a decision about {} needs the digest of the list that was looked at; expected --digest, which `forestall case \
                     docket` tells",
                    counted(names.len() as u64, "name")
                )));
            }
        };
        let rule = docket::Rule {
            names,
            digest,
            ruling: self.ruling,
            action: self.action,
            legal_basis: self.legal_basis,
            reason: self.reason,
            evidence: self.evidence,
            second: self.second_person,
            record: Record::default(),
        };
        match globals.cases().await? {
            Cases::Here(desk) => {
                let act = self.act.act(globals)?;
                let before = desk.file(&self.id).await?;
                let recorded = desk.rule(&self.id, &act, rule_of(rule).0).await?;
                change::show(&desk, &before, None, &[recorded]).await
            }
            Cases::At(hub) => {
                let rule = docket::Rule { record: self.act.record()?, ..rule };
                let before = Picture::at(&hub, &self.id, None).await?;
                let recorded = hub.rule(&self.id, &rule, None).await?;
                change::show_at(&hub, &before, None, &recorded).await
            }
        }
    }
}

fn names_of(path: &std::path::Path) -> anyhow::Result<Vec<DomainName>> {
    let called = input::called(path);
    let bytes = input::whole(path, MAX_BYTES)?;
    let text = String::from_utf8(bytes).map_err(|_| usage(format!("{called} is not UTF-8")))?;
    let mut names = Vec::new();
    for (number, line) in (1_u64..).zip(text.lines()) {
        let line = line.trim();
        if !line.is_empty() && !line.starts_with('#') {
            names.push(line.parse().map_err(|error| usage(format!("{called}, line {number}: {error}")))?);
        }
    }
    Ok(names)
}

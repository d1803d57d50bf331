// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case letters`.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use forestall_formats::letters::Addressee;
use forestall_hub::desk::{AskLetters, is_legitimate};
use forestall_model::{Audience, CaseId};

use super::flood::{FloodArgs, tell};
use crate::failure::{Outcome, usage};
use crate::output;
use crate::table::counted;
use crate::values::words;
use crate::world::Globals;

/// Write letters to the holders, registrars and hosts of legitimate names that will be hit
///
/// One text file a letter; nothing is sent. Holders and hosts are told of names that are legitimate by decision or by evidence,
/// registrars of all names of their customers.
#[derive(Args, Debug)]
pub(crate) struct Letters {
    /// The case
    id: CaseId,
    /// The folder for the letters, which is made where it is missing
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    #[command(flatten)]
    of: FloodArgs,
    /// The language of the letters
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    lang: String,
    /// Whom to ask: a person, a telephone number, an address [default: to answer the letter]
    #[arg(long, value_name = "TEXT")]
    contact: Option<String>,
    /// Where to appeal: http:, https: or mailto: [default: to answer the letter]
    #[arg(long, value_name = "URL")]
    appeal: Option<String>,
    /// Also tell holders and hosts of names that nobody has judged legitimate; one of them may be the botnet's
    #[arg(long)]
    undecided: bool,
    /// How close the receivers stand; TLP decides what they may have
    #[arg(long, value_name = "AUDIENCE", value_parser = words!(Audience), default_value = "recipient")]
    audience: Audience,
}

impl Letters {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        if let Some(appeal) = &self.appeal
            && !["http://", "https://", "mailto:"].iter().any(|scheme| appeal.starts_with(scheme))
        {
            return Err(usage(format!("--appeal: {appeal:?} begins with none of http://, https:// and mailto:")));
        }
        let desk = globals.real_desk().await?;
        let file = desk.file(&self.id).await?;
        let list = self.of.list(&desk, &file, self.audience, globals.now()).await?;
        let ask = AskLetters {
            language: self.lang,
            contact: self.contact,
            appeal: self.appeal,
            undecided: self.undecided,
            now: globals.now(),
        };
        let letters = desk.letters(&file, &list, &ask)?;
        let folder = &self.output;
        std::fs::create_dir_all(folder)
            .with_context(|| format!("the folder {} could not be made", folder.display()))?;
        for letter in &letters {
            output::to(Some(&folder.join(&letter.file)), |out| Ok(out.write_all(letter.text.as_bytes())?))?;
        }
        let to = |addressee| letters.iter().filter(|letter| letter.addressee == addressee).count() as u64;
        output::note(format_args!(
            "{}: letters to {}, to {} and to {}; nothing was sent",
            folder.display(),
            counted(to(Addressee::Holder), "holder"),
            counted(to(Addressee::Registrar), "registrar"),
            counted(to(Addressee::Host), "host")
        ));
        let lines = &list.object().lines;
        let mut kept: Vec<&str> =
            lines.iter().filter(|line| !is_legitimate(line)).map(|line| line.name.as_str()).collect();
        kept.sort_unstable();
        kept.dedup();
        if !kept.is_empty() && !self.undecided {
            output::note(format_args!(
                "note: holders and hosts are not told of {} that nobody has judged legitimate; --undecided tells them",
                counted(kept.len() as u64, "name")
            ));
        }
        let mut nobody: Vec<&str> =
            lines.iter().filter(|line| line.registrar.is_none()).map(|line| line.name.as_str()).collect();
        nobody.sort_unstable();
        nobody.dedup();
        if !nobody.is_empty() {
            output::note(format_args!(
                "note: the registrar of {} is not known, so no letter goes to one",
                counted(nobody.len() as u64, "name")
            ));
        }
        tell(&list, globals.now());
        Ok(Outcome::Done)
    }
}

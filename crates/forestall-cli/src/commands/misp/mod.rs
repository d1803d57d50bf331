// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall misp`: names for instances of MISP.

mod feed;
mod push;

use clap::{Args, Subcommand};
use forestall_formats::feed::{Publisher, Settings};
use forestall_hub::desk::{CaseFile, Desk, DeskError};
use forestall_model::marking::release;
use forestall_model::{Audience, CaseId, Instant, Released, Tld};

use crate::failure::Outcome;
use crate::values::{self, words};
use crate::world::Globals;

/// Names for instances of MISP: a feed as a folder, or events that are pushed
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Feed(feed::Feed),
    Push(Box<push::Push>),
}

impl Verb {
    /// Runs the verb.
    pub(crate) fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        match self {
            Self::Feed(command) => command.run(globals),
            Self::Push(command) => command.run(globals),
        }
    }
}

/// Whose names are meant, and for whom.
#[derive(Args, Debug)]
struct Of {
    /// The case
    #[arg(long, value_name = "ID")]
    case: CaseId,
    /// Only this slice
    #[arg(long, value_name = "TLD", value_parser = values::tld)]
    tld: Option<Tld>,
    /// How close the receivers stand; TLP decides what they may have
    #[arg(long, value_name = "AUDIENCE", value_parser = words!(Audience), default_value = "recipient")]
    audience: Audience,
    /// The organisation that stands in the events
    #[arg(long, value_name = "NAME")]
    publisher: Option<String>,
}

impl Of {
    /// Returns the case, released to those who receive the names.
    async fn file(&self, desk: &Desk, now: Instant) -> anyhow::Result<Released<CaseFile>> {
        Ok(release(desk.file(&self.case).await?, self.audience, now).map_err(DeskError::from)?)
    }

    /// Returns what stands in the events besides.
    fn settings(&self) -> Settings {
        let name = self.publisher.clone().unwrap_or_default();
        Settings { publisher: Publisher { name, mail: String::new() }, ..Settings::default() }
    }
}

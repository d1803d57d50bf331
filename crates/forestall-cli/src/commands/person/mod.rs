// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall person`: who has an account, and what they may do.

mod admit;
mod daily;
mod identity;
mod invite;
mod list;
mod role;
mod standing;
mod token;

use clap::Subcommand;

use crate::failure::Outcome;
use crate::world::{self, Globals};

/// The people who sign in: invite them, give them roles, take access away
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Invite(invite::Invite),
    Admit(admit::Admit),
    List(list::List),
    /// Let somebody sign in no more: their sessions and tokens are gone at once
    Disable(standing::Named),
    /// Let somebody sign in again
    Enable(standing::Named),
    /// Take password, codes and sessions from somebody, and print a link by which they make their account again
    Reset(standing::Reset),
    Link(identity::Link),
    Unlink(identity::Unlink),
    Role(role::Role),
    Digest(daily::Daily),
    #[command(subcommand)]
    Token(token::Verb),
}

impl Verb {
    /// Runs the verb.
    pub(crate) fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        world::run(async {
            match self {
                Self::Invite(command) => command.run(globals).await,
                Self::Admit(command) => command.run(globals).await,
                Self::List(command) => command.run(globals).await,
                Self::Disable(named) => named.disable(globals, true).await,
                Self::Enable(named) => named.disable(globals, false).await,
                Self::Reset(command) => command.run(globals).await,
                Self::Link(command) => command.run(globals).await,
                Self::Unlink(command) => command.run(globals).await,
                Self::Role(command) => command.run(globals).await,
                Self::Digest(command) => command.run(globals).await,
                Self::Token(verb) => verb.run(globals).await,
            }
        })
    }
}

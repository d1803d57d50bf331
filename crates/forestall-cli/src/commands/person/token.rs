// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall person token`: tokens for programs.

use clap::{Args, Subcommand};
use forestall_model::Scopes;

use crate::failure::Outcome;
use crate::output;
use crate::table::{Align, Table};
use crate::world::Globals;

/// Tokens by which programs of a person call the hub
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Create(Create),
    /// List the tokens of a person; none is shown itself
    List(Of),
    Revoke(Revoke),
}

/// Make a token and print it, this one time
#[derive(Args, Debug)]
pub(crate) struct Create {
    /// The person, by id or mail address
    person: String,
    /// What the token is called
    #[arg(long, value_name = "TEXT")]
    name: String,
    /// What it may be used for: read, answer, coordinate, admin, with commas between
    #[arg(long, value_name = "SCOPES", default_value = "read")]
    scopes: Scopes,
    /// Days until it stops working, at most 366
    #[arg(long, value_name = "N", default_value_t = 90)]
    days: u16,
}

/// Names a person.
#[derive(Args, Debug)]
pub(crate) struct Of {
    /// The person, by id or mail address
    person: String,
}

/// Take a token back: it works no more at once
#[derive(Args, Debug)]
pub(crate) struct Revoke {
    /// The person, by id or mail address
    person: String,
    /// The token, by its id
    token: String,
}

impl Verb {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        match self {
            Self::Create(create) => {
                let person = desk.find_person(&create.person).await?;
                let made =
                    desk.create_token(&person.id, &create.name, create.scopes, create.days, globals.now()).await?;
                let (token, secret) = made;
                output::to_stdout(|out| Ok(writeln!(out, "{secret}")?))?;
                output::note(format_args!(
                    "the token {} above is shown this one time; it works until {} for {}",
                    token.id, token.expires, token.scopes
                ));
            }
            Self::List(of) => {
                let person = desk.find_person(&of.person).await?;
                let left = |name| (name, Align::Left);
                let mut table =
                    Table::new(&["id", "name", "scopes", "made", "expires", "last used", "state"].map(left));
                for token in desk.store().api_tokens(&person.id).await? {
                    let state = match token.revoked {
                        Some(at) => format!("taken back {at}"),
                        None if token.expires <= globals.now() => "expired".to_owned(),
                        None => "works".to_owned(),
                    };
                    table.row([
                        token.id,
                        token.name,
                        token.scopes.to_string(),
                        token.created.to_string(),
                        token.expires.to_string(),
                        token.last_used.map_or_else(|| "never".to_owned(), |at| at.to_string()),
                        state,
                    ]);
                }
                output::to_stdout(|out| Ok(table.write("", out)?))?;
            }
            Self::Revoke(revoke) => {
                let person = desk.find_person(&revoke.person).await?;
                desk.revoke_token(&person.id, &revoke.token, globals.now()).await?;
            }
        }
        Ok(Outcome::Done)
    }
}

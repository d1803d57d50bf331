// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall person link` and `unlink`: by what a provider of identities knows somebody.

use clap::Args;

use crate::failure::Outcome;
use crate::world::Globals;

/// Link somebody to what a provider of identities (OpenID Connect) calls them: whoever it calls so signs in as them
#[derive(Args, Debug)]
pub(crate) struct Link {
    /// The person, by id or mail address
    person: String,
    #[command(flatten)]
    identity: Identity,
}

/// What a provider calls somebody.
#[derive(Args, Debug)]
pub(super) struct Identity {
    /// The provider, by its address as it writes it itself: `https://id.example`
    #[arg(long, value_name = "URL")]
    pub(super) issuer: String,
    /// What it calls the person, the claim `sub`; the page that refuses somebody unknown shows it to them
    #[arg(long, value_name = "TEXT")]
    pub(super) subject: String,
}

/// Take the link to a provider of identities from somebody, and end their sessions
#[derive(Args, Debug)]
pub(crate) struct Unlink {
    /// The person, by id or mail address
    person: String,
}

impl Link {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        let person = desk.find_person(&self.person).await?;
        desk.link_person(&person.id, &self.identity.issuer, &self.identity.subject, globals.now()).await?;
        Ok(Outcome::Done)
    }
}

impl Unlink {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        let person = desk.find_person(&self.person).await?;
        desk.unlink_person(&person.id, globals.now()).await?;
        Ok(Outcome::Done)
    }
}

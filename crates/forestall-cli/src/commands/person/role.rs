// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall person role`.

use clap::Args;
use forestall_model::{CaseId, CaseRole};

use crate::failure::Outcome;
use crate::values::words;
use crate::world::Globals;

/// Give somebody a role in a case, or take it away
#[derive(Args, Debug)]
pub(crate) struct Role {
    /// The case
    case: CaseId,
    /// The person, by id or mail address
    person: String,
    /// The role
    #[arg(value_parser = words!(CaseRole), required_unless_present = "none")]
    role: Option<CaseRole>,
    /// Take the role away
    #[arg(long, conflicts_with = "role")]
    none: bool,
}

impl Role {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        let person = desk.find_person(&self.person).await?;
        desk.set_role(&self.case, &person.id, self.role).await?;
        Ok(Outcome::Done)
    }
}

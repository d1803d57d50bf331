// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall person list`.

use clap::Args;
use forestall_model::PartyId;
use serde::Serialize;

use crate::cli::TextJson;
use crate::failure::Outcome;
use crate::output;
use crate::table::{Align, Table};
use crate::world::Globals;

/// List who has an account and who is invited
#[derive(Args, Debug)]
pub(crate) struct List {
    /// Of this party only
    #[arg(long, value_name = "PARTY")]
    party: Option<PartyId>,
    /// How the list is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: TextJson,
}

#[derive(Serialize)]
struct Entry {
    id: Option<String>,
    name: String,
    mail: String,
    party: Option<String>,
    standing: String,
    state: &'static str,
    roles: Vec<String>,
}

impl List {
    pub(super) async fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let desk = globals.desk().await?;
        let wanted = |party: Option<&PartyId>| self.party.is_none() || self.party.as_ref() == party;
        let mut entries = Vec::new();
        for person in desk.people().await?.into_iter().filter(|person| wanted(person.party.as_ref())) {
            let roles = desk.store().roles_of(&person.id).await?;
            entries.push(Entry {
                roles: roles.iter().map(|(case, role)| format!("{case}:{role}")).collect(),
                id: Some(person.id.to_string()),
                name: person.name,
                mail: person.mail.to_string(),
                party: person.party.map(|party| party.to_string()),
                standing: person.standing.to_string(),
                state: if person.disabled { "disabled" } else { "active" },
            });
        }
        for invitation in
            desk.store().invitations(globals.now()).await?.into_iter().filter(|i| wanted(i.party.as_ref()))
        {
            entries.push(Entry {
                id: None,
                name: String::new(),
                mail: invitation.mail.to_string(),
                party: invitation.party.map(|party| party.to_string()),
                standing: invitation.standing.to_string(),
                state: "invited",
                roles: Vec::new(),
            });
        }
        if self.format == TextJson::Json {
            output::json(&entries)?;
            return Ok(Outcome::Done);
        }
        if entries.is_empty() {
            output::note(format_args!(
                "nobody has an account; `forestall person invite MAIL --party PARTY` invites somebody"
            ));
            return Ok(Outcome::Done);
        }
        let mut table =
            Table::new(&["id", "name", "mail", "party", "standing", "state", "roles"].map(|name| (name, Align::Left)));
        for entry in entries {
            table.row([
                entry.id.unwrap_or_default(),
                entry.name,
                entry.mail,
                entry.party.unwrap_or_default(),
                entry.standing,
                entry.state.to_owned(),
                entry.roles.join(" "),
            ]);
        }
        output::to_stdout(|out| Ok(table.write("", out)?))?;
        Ok(Outcome::Done)
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which operations a request comes to, name by name: the one place for the file of commands and for the client.

use std::io;

use forestall_model::epp::{Change, Guarded, Operation, Status};
use forestall_model::{Action, DomainName, OwnerName};

use super::Account;
use crate::feed::unsayable;
use crate::request::{self, Asked};

/// What is to be done about a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plan {
    /// What is asked, and the operations by which it is done, in their order. Each needs that the one before it was done.
    Operations(Action, Vec<Operation>),
    /// Why there is none.
    None(String),
}

/// Says what is to be done about a name, from all its lines of a request.
///
/// # Errors
///
/// [`io::ErrorKind::InvalidInput`] where the name is to point to the sinkhole and no name server is given.
pub fn plan(lines: &[Asked], account: &Account) -> io::Result<Plan> {
    let first = &lines[0];
    let name = first.line.name.as_str();
    let action = match request::actions(lines).into_iter().collect::<Vec<_>>()[..] {
        [] => return Ok(Plan::None("of which nothing is asked".to_owned())),
        [action] => action,
        _ => return Ok(Plan::None("of which different things are asked for different windows".to_owned())),
    };
    let statuses = |guards: &[Guarded]| {
        let add_statuses = guards.iter().map(|guards| Status { side: account.side, guards: *guards }).collect();
        Operation::Update(Change { add_statuses, ..Change::default() })
    };
    Ok(match action {
        Action::RegisterSinkhole => {
            let created = create(account, sinkhole(account, name)?);
            Plan::Operations(action, vec![created, statuses(&[Guarded::Transfer, Guarded::Delete])])
        }
        Action::RegisterHold => Plan::Operations(action, vec![create(account, Vec::new()), statuses(&[Guarded::Hold])]),
        Action::RedirectNs => {
            let wanted = sinkhole(account, name)?;
            let Some(seen) = &first.name_servers else {
                let why = "to be pointed elsewhere, whose name servers of today nobody has looked up; vet them first";
                return Ok(Plan::None(why.to_owned()));
            };
            Plan::Operations(action, vec![redirect(seen, &wanted)])
        }
        Action::Suspend => Plan::Operations(action, vec![statuses(&[Guarded::Hold])]),
        Action::Lock => {
            Plan::Operations(action, vec![statuses(&[Guarded::Update, Guarded::Transfer, Guarded::Delete])])
        }
        Action::Release => Plan::None("to be released: which statuses go depends on what was done".to_owned()),
        Action::Reserve | Action::NotifyRegistrar | Action::ReferNew | Action::Monitor | Action::Exclude => {
            Plan::None(format!("asked for as {action}, for which EPP has no command"))
        }
    })
}

/// Returns the name servers of the sinkhole.
fn sinkhole(account: &Account, name: &str) -> io::Result<Vec<String>> {
    if account.name_servers.is_empty() {
        return Err(unsayable(format!(
            "{name} is to point to the sinkhole, and neither the case nor --name-server names a server of it"
        )));
    }
    Ok(account.name_servers.iter().map(DomainName::as_str).map(str::to_owned).collect())
}

fn create(account: &Account, servers: Vec<String>) -> Operation {
    Operation::Create {
        servers,
        registrant: account.registrant.clone(),
        contacts: account.contacts.clone(),
        years: account.years,
    }
}

/// Takes away the name servers that were seen and every DS, and adds those of the sinkhole.
fn redirect(seen: &[OwnerName], wanted: &[String]) -> Operation {
    let seen: Vec<&str> = seen.iter().map(OwnerName::as_str).collect();
    let is_wanted = |server: &&str| wanted.iter().any(|wanted| wanted == server);
    let remove_servers = seen.iter().filter(|server| !is_wanted(server)).map(|server| (*server).to_owned()).collect();
    let add_servers = wanted.iter().filter(|wanted| !seen.contains(&wanted.as_str())).cloned().collect();
    Operation::Update(Change { add_servers, remove_servers, remove_ds: true, ..Change::default() })
}

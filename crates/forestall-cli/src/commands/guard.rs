// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall guard`: the watch over the sinkhole's own name servers.

use std::net::SocketAddr;

use clap::{Args, Subcommand};
use forestall_connect::presence::Servers;
use forestall_connect::rdap::RdapBase;
use forestall_coord::guard::Finding;
use forestall_hub::desk::Desk;
use forestall_hub::jobs::Vantage;
use forestall_model::DomainName;
use serde::Serialize;

use crate::cli::TextJson;
use crate::failure::{Outcome, usage};
use crate::output;
use crate::table::{Align, Table, counted};
use crate::values;
use crate::world::{self, Globals};

/// The watch over the sinkhole's name servers: a live case takes none that ends soon, is not locked, or hangs on what can lapse
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Look at the names that name servers depend on, and keep what was learned
    Look(Look),
    /// Tell what is weak about name servers, by what was last learned. Exit status 1 where something is
    Show(Show),
}

/// Looks.
#[derive(Args, Debug)]
pub(crate) struct Look {
    /// The name servers [default: those of all live cases]
    servers: Vec<DomainName>,
    /// Ask this server over DNS
    #[arg(long, value_name = "ADDR", value_parser = values::server)]
    dns: Option<SocketAddr>,
    /// Ask this service of RDAP [default: the services of the directory]
    #[arg(long, value_name = "URL")]
    rdap: Option<RdapBase>,
}

/// Tells.
#[derive(Args, Debug)]
pub(crate) struct Show {
    /// The name servers [default: those of all live cases]
    servers: Vec<DomainName>,
    /// How the findings are printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: TextJson,
}

#[derive(Serialize)]
struct Row<'a> {
    server: &'a str,
    name: &'a str,
    weakness: &'static str,
    what: &'a str,
    refuses: bool,
    urgent: bool,
}

impl Verb {
    /// Runs the verb.
    pub(crate) fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        world::run(async {
            let desk = globals.real_desk().await?;
            match self {
                Self::Look(look) => {
                    let servers = servers(&desk, look.servers).await?;
                    let vantage = Vantage {
                        servers: Servers { default: look.dns, ..Servers::default() },
                        rdap: true,
                        rdap_base: look.rdap,
                        ..Vantage::default()
                    };
                    let looked = desk.look_at_servers(&servers, &vantage, globals.now(), |_| ()).await?;
                    output::note(format_args!("{} looked at", counted(looked as u64, "name")));
                    tell(&desk.guard(&servers, globals.now()).await?, TextJson::Text)
                }
                Self::Show(show) => {
                    let servers = servers(&desk, show.servers).await?;
                    tell(&desk.guard(&servers, globals.now()).await?, show.format)
                }
            }
        })
    }
}

async fn servers(desk: &Desk, named: Vec<DomainName>) -> anyhow::Result<Vec<DomainName>> {
    let servers = if named.is_empty() { desk.sinkhole_servers().await? } else { named };
    if servers.is_empty() {
        return Err(usage("no live case has name servers of a sinkhole; name those that are to be looked at"));
    }
    Ok(servers)
}

fn tell(findings: &[Finding], format: TextJson) -> anyhow::Result<Outcome> {
    match format {
        TextJson::Json => {
            let rows: Vec<Row<'_>> = findings.iter().map(row).collect();
            output::json(&rows)?;
        }
        TextJson::Text if findings.is_empty() => output::note(format_args!("nothing is weak")),
        TextJson::Text => {
            let mut table = Table::new(&[("name server", Align::Left), ("weight", Align::Left), ("what", Align::Left)]);
            for finding in findings {
                let weight = match (finding.refuses, finding.urgent) {
                    (_, true) => "urgent",
                    (true, false) => "refused",
                    (false, false) => "warning",
                };
                let what = crate::foreign::for_terminal(&finding.what);
                table.row([finding.server.to_string(), weight.to_owned(), what.to_string()]);
            }
            output::to_stdout(|out| Ok(table.write("", out)?))?;
        }
    }
    Ok(if findings.is_empty() { Outcome::Done } else { Outcome::Found })
}

fn row(finding: &Finding) -> Row<'_> {
    let Finding { server, name, weakness, what, refuses, urgent } = finding;
    Row {
        server: server.as_str(),
        name: name.as_str(),
        weakness: weakness.word(),
        what,
        refuses: *refuses,
        urgent: *urgent,
    }
}

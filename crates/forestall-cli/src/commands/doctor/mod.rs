// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall doctor`: looks at an installation and says what to do. What is seen is decided on in [`crate::doctor`]; here it is only looked at.

mod clock;
mod files;
mod names;
mod print;
mod sinkhole;
mod store;
mod tls;
mod ways;

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use forestall_connect::ntp::NtpServer;
use forestall_lake::retention::Policy;
use forestall_model::DomainName;

use super::serve_settings::{self, Config};
use crate::cli::TextJson;
use crate::doctor::{self, Finding, State};
use crate::failure::{Outcome, usage};
use crate::values;
use crate::world::{self, Globals};

use sinkhole::Sinkhole;

/// Octets of a file of settings at most.
const MOST_OCTETS: u64 = 1 << 20;

/// Check an installation and say what to do: clock, database, log, certificates, delegation, disks, secrets, mail, lake and the work of each day
///
/// Nothing is changed, sent or shipped. What is looked at follows from the store, from the settings and from the options; what nobody named is skipped, and the
/// finding says how to name it. Each finding is good, skipped, a warning or bad, with what was seen and what to do. Exit status 1 where something is bad.
#[derive(Args, Debug)]
pub(crate) struct Doctor {
    /// The settings of `forestall serve`: the store, certificates, mail, mailbox and lake
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The configuration of `forestall-sinkhole`: its certificate, secrets, spool and name servers
    #[arg(long, value_name = "FILE")]
    sinkhole_config: Option<PathBuf>,
    /// Ask this time server how far the clock is off
    #[arg(long, value_name = "HOST")]
    ntp: Option<NtpServer>,
    /// Ask this resolver, or the name server of a parent, where the name servers of the sinkhole are [default: that of the settings]
    #[arg(long, value_name = "ADDR", value_parser = values::server)]
    resolver: Option<SocketAddr>,
    /// A name server of the sinkhole and where it must be; may be repeated [default: the names of live cases, wherever they are]
    #[arg(long, value_name = "NAME=ADDR", value_parser = name_server)]
    sinkhole_ns: Vec<(DomainName, SocketAddr)>,
    /// A name that the sinkhole answers for today; may be repeated
    #[arg(long, value_name = "NAME")]
    listed: Vec<DomainName>,
    /// The host under which those who connect by TLS reach it
    #[arg(long, value_name = "HOST")]
    tls_name: Option<String>,
    /// The spool of a sinkhole [default: that of its configuration]
    #[arg(long, value_name = "DIR")]
    spool: Option<PathBuf>,
    /// The lake [default: that of the settings]
    #[arg(long, value_name = "URL", env = "FORESTALL_LAKE", hide_env_values = true)]
    lake: Option<String>,
    /// The settings of the lake: how long what is kept
    #[arg(long, value_name = "FILE")]
    lake_config: Option<PathBuf>,
    /// An index that must be whole and reach into the coming days; may be repeated
    #[arg(long, value_name = "FILE")]
    index: Vec<PathBuf>,
    /// The folder into which backups are made
    #[arg(long, value_name = "DIR")]
    backups: Option<PathBuf>,
    /// How the findings are printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: TextJson,
}

impl Doctor {
    /// Runs the command.
    pub(crate) fn run(&self, globals: &Globals) -> anyhow::Result<Outcome> {
        let begun = clock::Begun::now();
        let mut config = match &self.config {
            Some(path) => serve_settings::read(path)?,
            None => Config::default(),
        };
        let is_secret = config.database.as_ref().is_some_and(|address| holds_password(address.as_str()));
        let globals = globals.clone().or_data(config.data.take()).or_database(config.database.take());
        let sinkhole = match &self.sinkhole_config {
            Some(path) => Sinkhole::read(path)?,
            None => Sinkhole::default(),
        };
        let (keys, policy) = self.lake_settings()?;
        let (now, place) = (globals.now(), globals.place()?);
        let lake = self.lake.as_deref().or(config.lake());
        let spool = self.spool.as_deref().or(sinkhole.spool.as_deref());

        let outside = world::run(self.look_outside(&globals, &config, &sinkhole))?;
        let mut secrets =
            config.secrets().into_iter().map(|(key, file)| (key.to_owned(), file.to_owned())).collect::<Vec<_>>();
        secrets.extend(keys.map(|file| ("keys of the lake".to_owned(), file)));
        secrets.extend(self.config.iter().filter(|_| is_secret).map(|file| ("settings".to_owned(), file.clone())));
        secrets.extend(sinkhole.secrets());
        let observed_lake = ways::lake(lake, &policy, globals.today());

        let clock = begun.end(now, outside.server, outside.store.examined());
        let mut findings = doctor::clock::findings(&clock);
        findings.extend(doctor::database::findings(&outside.store.database));
        findings.extend(doctor::log::findings(&outside.store.log));
        let pairs = tls::pairs(&config, &sinkhole, self.tls_name.as_deref());
        findings.extend(doctor::certificates::findings(&tls::observe(pairs, now)));
        findings.extend(doctor::delegation::findings(&outside.delegation));
        findings.extend(doctor::disk::findings(&files::places(&place, &globals, spool, lake, self.backups.as_deref())));
        findings.extend(doctor::spool::findings(&files::spool(spool, sinkhole.most_octets, now)));
        findings.extend(doctor::secrets::findings(&files::secrets(&place, &globals, secrets)));
        findings.extend(doctor::mail::findings(&outside.mail));
        findings.extend(doctor::lake::findings(&observed_lake));
        findings.extend(doctor::index::findings(&files::indexes(&self.index), now));
        findings.extend(doctor::work::findings(&outside.store.work));
        findings.extend(doctor::backups::findings(&files::backups(self.backups.as_deref(), now)));
        self.tell(&findings, now)
    }

    /// Looks at everything for which somebody is asked.
    async fn look_outside(&self, globals: &Globals, config: &Config, sinkhole: &Sinkhole) -> anyhow::Result<Outside> {
        let store = store::look(globals).await?;
        let mut servers: Vec<(DomainName, Option<SocketAddr>)> =
            self.sinkhole_ns.iter().map(|(name, address)| (name.clone(), Some(*address))).collect();
        for name in sinkhole.name_servers.iter().chain(&store.name_servers) {
            if servers.iter().all(|(known, _)| known != name) {
                servers.push((name.clone(), None));
            }
        }
        let resolver = self.resolver.or(config.resolver());
        let server = match &self.ntp {
            None => None,
            Some(server) => Some((server.to_string(), clock::ask(server).await)),
        };
        Ok(Outside {
            server,
            delegation: names::look(&servers, resolver, &self.listed).await,
            mail: ways::mail(config, globals.now()).await,
            store,
        })
    }

    /// Reads the settings of the lake: where its keys are, and how long what is kept.
    fn lake_settings(&self) -> anyhow::Result<(Option<PathBuf>, Policy)> {
        let Some(path) = &self.lake_config else { return Ok((None, Policy::default())) };
        let text = text(path)?;
        let settings = forestall_lake::Settings::from_toml(&text)
            .map_err(|error| usage(format!("{}: {error}", path.display())))?;
        let keys = settings.keys.map(|keys| path.parent().map_or_else(|| keys.clone(), |folder| folder.join(&keys)));
        Ok((keys, settings.retention))
    }

    fn tell(&self, findings: &[Finding], now: forestall_model::Instant) -> anyhow::Result<Outcome> {
        match self.format {
            TextJson::Json => print::json(findings, now)?,
            TextJson::Text => print::text(findings)?,
        }
        Ok(if doctor::worst(findings) == State::Bad { Outcome::Found } else { Outcome::Done })
    }
}

/// What was seen by asking somebody.
#[derive(Debug)]
struct Outside {
    server: clock::Server,
    store: store::Seen,
    delegation: doctor::delegation::Observed,
    mail: doctor::mail::Observed,
}

/// Reads a file of settings.
fn text(path: &std::path::Path) -> anyhow::Result<String> {
    let octets = crate::input::whole(path, MOST_OCTETS)?;
    String::from_utf8(octets).ok().with_context(|| format!("{} is no text", path.display()))
}

/// Says whether the address of a database holds a password: what stands between a colon and the `@` before the host.
fn holds_password(address: &str) -> bool {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    host.rsplit_once('@').is_some_and(|(user, _)| user.contains(':')) || rest.contains("password=")
}

/// Reads `NAME=ADDR`.
fn name_server(text: &str) -> Result<(DomainName, SocketAddr), String> {
    let (name, address) = text.split_once('=').ok_or_else(|| {
        format!("{text:?} is no name server; expected its name and its address, as ns1.sinkhole.example=192.0.2.53")
    })?;
    Ok((name.parse::<DomainName>().map_err(|error| error.to_string())?, values::server(address)?))
}

#[cfg(test)]
mod tests {
    use super::{holds_password, name_server};

    #[test]
    fn a_name_server_has_a_name_and_an_address() {
        let (name, address) = name_server("NS1.Sinkhole.Example=192.0.2.53").unwrap();
        assert_eq!((name.as_str(), address.to_string().as_str()), ("ns1.sinkhole.example", "192.0.2.53:53"));
        for wrong in ["ns1.sinkhole.example", "ns1.sinkhole.example=here", "=192.0.2.53"] {
            assert!(name_server(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn passwords_of_addresses_are_seen() {
        let check = |address, expected| assert_eq!(holds_password(address), expected, "{address}");
        check("postgres://me:secret@db.example/forestall", true);
        check("postgres://db.example/forestall?user=me&password=secret", true);
        check("postgres://me@db.example:5432/forestall", false);
        check("postgres:///forestall?host=/run/postgresql", false);
    }
}

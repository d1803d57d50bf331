// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What every command takes from the world around it: the data folder, the clock, who acts, and the run-time.

use std::convert::Infallible;
use std::ffi::OsStr;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context as _;
use clap::Args;
use forestall_api::act::Record;
use forestall_connect::hub::Hub;
use forestall_dga::Catalogue;
use forestall_hub::desk::{Act, Desk, Dictionaries, Plugins};
use forestall_hub::server::Clock;
use forestall_model::{Actor, Instant, UtcDay};
use forestall_store::{FILE_NAME, Place, Store};
use serde::Deserialize;

use crate::cases::{Cases, HubArgs, Named};
use crate::failure::{refused, usage};
use crate::{output, values};

/// Options of every command.
#[derive(Args, Clone, Debug)]
pub(crate) struct Globals {
    /// Folder of the store; made where it is missing [default: the user's data directory]
    #[arg(
        long,
        value_name = "DIR",
        env = "FORESTALL_DATA",
        hide_env_values = true,
        global = true,
        help_heading = "Global options"
    )]
    data: Option<PathBuf>,
    /// Address of a PostgreSQL database that holds the store in the place of a file in the folder: postgres://USER@HOST/NAME
    #[arg(
        long,
        value_name = "URL",
        env = "FORESTALL_DATABASE",
        hide_env_values = true,
        global = true,
        help_heading = "Global options"
    )]
    database: Option<Address>,
    #[command(flatten)]
    hub: HubArgs,
    /// Work on the store of a drill, in which nothing is real; without it such a store is not opened
    #[arg(long, global = true, help_heading = "Global options")]
    drill_store: bool,
    /// The time, for scripts and tests [default: the clock's]
    #[arg(long, value_name = "INSTANT", global = true, hide = true, value_parser = values::instant_or_day)]
    now: Option<Instant>,
}

impl Globals {
    /// Returns the options with `folder` as data folder where none is given.
    pub(crate) fn or_data(self, folder: Option<PathBuf>) -> Self {
        Self { data: self.data.or(folder), ..self }
    }

    /// Returns the options with the store under `address` where none is given.
    pub(crate) fn or_database(self, address: Option<Address>) -> Self {
        Self { database: self.database.or(address), ..self }
    }

    /// Returns the data folder where somebody named one.
    pub(crate) fn chosen_data(&self) -> Option<&Path> {
        self.data.as_deref()
    }

    /// Returns the clock that [`Self::now`] reads.
    pub(crate) fn clock(&self) -> Clock {
        let globals = self.clone();
        Arc::new(move || globals.now())
    }

    /// Returns the time.
    pub(crate) fn now(&self) -> Instant {
        self.now.unwrap_or_else(|| {
            // A clock before 1970 counts as 1970: whatever it shows, it is not the time.
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            Instant::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
        })
    }

    /// Returns the UTC day.
    pub(crate) fn today(&self) -> UtcDay {
        self.now().day()
    }

    /// Returns the data folder.
    ///
    /// # Errors
    ///
    /// Where none is given and the user has no home.
    pub(crate) fn data(&self) -> anyhow::Result<PathBuf> {
        if let Some(folder) = &self.data {
            return Ok(folder.clone());
        }
        directories::ProjectDirs::from("", "", "forestall").map(|folders| folders.data_dir().to_owned()).context(
            "no home folder is known, so there is no place for the store; name one with --data DIR or FORESTALL_DATA",
        )
    }

    /// Returns the word lists that are there, for commands that need no data folder otherwise.
    pub(crate) fn dictionaries(&self) -> Dictionaries {
        Dictionaries::of(self.data().ok().as_deref())
    }

    /// Returns the built-in catalogue with the plug-ins of the data folder. One that must be left out is told on standard error.
    pub(crate) fn catalogue(&self) -> Catalogue {
        let Ok(data) = self.data() else { return Catalogue::built_in() };
        let (catalogue, left_out) = Plugins::of(&data).catalogue();
        for problem in left_out {
            output::note(format_args!("warning: {problem}"));
        }
        catalogue
    }

    /// Returns where the store lies: in the database that somebody named, else in the data folder.
    ///
    /// # Errors
    ///
    /// Usage, for an address that is none, and where a hub is named: whoever wants the place needs a store.
    pub(crate) fn place(&self) -> anyhow::Result<Place> {
        self.only_here("this command works on a store of this machine")?;
        match &self.database {
            Some(address) => Place::database(&address.0).map_err(|error| usage(error.to_string())),
            None => Ok(Place::file(&self.data()?.join(FILE_NAME))),
        }
    }

    /// Opens the desk over the store: a real one, or that of a drill where somebody says so, which is told on standard error.
    ///
    /// # Errors
    ///
    /// A refusal where the store is that of a drill and nobody says so, or the other way round; what the store reports.
    pub(crate) async fn desk(&self) -> anyhow::Result<Desk> {
        let desk = self.any_desk().await?;
        match (desk.drill_time().await?, self.drill_store) {
            (Some(time), true) => {
                output::note(format_args!("DRILL: nothing in this store is real, and its time is {time}"));
            }
            (Some(_), false) => {
                return Err(refused(
                    "this store is that of a drill, in which nothing is real; say --drill-store to work on it all the same",
                ));
            }
            (None, true) => return Err(refused("this store is no drill's; leave --drill-store out")),
            (None, false) => {}
        }
        Ok(desk)
    }

    /// Opens the desk over a real store, for what asks or tells somebody outside, or hands them something that they take for real.
    ///
    /// # Errors
    ///
    /// A refusal for the store of a drill, whatever somebody says; what the store reports.
    pub(crate) async fn real_desk(&self) -> anyhow::Result<Desk> {
        let desk = self.any_desk().await?;
        if desk.drill_time().await?.is_some() {
            return Err(refused("this store is that of a drill: nobody outside is asked or told anything of it"));
        }
        if self.drill_store {
            return Err(refused("this store is no drill's; leave --drill-store out"));
        }
        Ok(desk)
    }

    /// Opens the desk over the store, be it real or that of a drill, for whoever looks at that by themselves.
    ///
    /// # Errors
    ///
    /// What the store reports.
    pub(crate) async fn any_desk(&self) -> anyhow::Result<Desk> {
        Ok(Desk::open_at(&self.data()?, &self.place()?, self.catalogue()).await?)
    }

    /// Returns where the cases are: at the hub that somebody named, else in the store.
    ///
    /// # Errors
    ///
    /// Usage, for a hub that cannot be called, and what the store reports.
    pub(crate) async fn cases(&self) -> anyhow::Result<Cases> {
        match self.hub()? {
            Some(hub) => Ok(Cases::At(hub)),
            None => Ok(Cases::Here(self.desk().await?)),
        }
    }

    /// Returns where the cases are, as [`Self::cases`] and [`Self::real_desk`] do.
    ///
    /// # Errors
    ///
    /// As theirs.
    pub(crate) async fn real_cases(&self) -> anyhow::Result<Cases> {
        match self.hub()? {
            Some(hub) => Ok(Cases::At(hub)),
            None => Ok(Cases::Here(self.real_desk().await?)),
        }
    }

    /// Returns the client of the hub that somebody named; none where the cases are in a store of this machine.
    ///
    /// # Errors
    ///
    /// Usage, for a hub that cannot be called.
    pub(crate) fn hub(&self) -> anyhow::Result<Option<Hub>> {
        self.named_hub()?.map(|hub| self.hub.client(hub)).transpose()
    }

    /// Returns the client of the hub that somebody named, for a command that reads the data folder beside it.
    ///
    /// # Errors
    ///
    /// Usage, for a hub that cannot be called.
    pub(crate) fn given_hub(&self) -> anyhow::Result<Option<Hub>> {
        self.hub.given()
    }

    /// Refuses a hub for what only a store of this machine serves; `why` says in a sentence why that is so.
    ///
    /// # Errors
    ///
    /// Usage, where a hub is named.
    pub(crate) fn only_here(&self, why: &str) -> anyhow::Result<()> {
        match self.named_hub()? {
            Some(_) => Err(usage(format!(
                "{why}; leave --hub (or FORESTALL_HUB) out, and name the store with --data or --database"
            ))),
            None => Ok(()),
        }
    }

    fn named_hub(&self) -> anyhow::Result<Option<&Address>> {
        let data = self.data.as_deref().map(|data| given_here("FORESTALL_DATA", data));
        let database = self.database.as_ref().map(|address| given_here("FORESTALL_DATABASE", address.as_str()));
        let store = match (data, database) {
            (None, None) => Named::Nowhere,
            (Some(true), _) | (_, Some(true)) => Named::Here,
            _ => Named::InEnvironment,
        };
        self.hub.chosen(store)
    }

    /// Opens the store where there is one; a file is not made.
    ///
    /// # Errors
    ///
    /// What the store reports.
    pub(crate) async fn existing_store(&self) -> anyhow::Result<Option<Store>> {
        let place = self.place()?;
        if place.path().is_some_and(|path| !path.exists()) {
            return Ok(None);
        }
        Ok(Some(Store::open_at(&place, forestall_store::Settings::default()).await?))
    }
}

/// Says whether a value was given on the command line, and not in the environment.
pub(crate) fn given_here(variable: &str, value: impl AsRef<OsStr>) -> bool {
    std::env::var_os(variable).is_none_or(|of_environment| of_environment != value.as_ref())
}

/// The address of a database or a hub, as it was given. It may hold a password, and is shown nowhere.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub(crate) struct Address(String);

impl Address {
    /// Returns the text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Address {
    type Err = Infallible;

    // What it holds is looked at when it is used: a message of the command line would repeat it.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Address(..)")
    }
}

/// Who acts, and what stands beside the act in the log.
#[derive(Args, Clone, Debug)]
pub(crate) struct ActArgs {
    /// Who acts [default: the login name]
    #[arg(long, value_name = "NAME", env = "FORESTALL_BY", hide_env_values = true)]
    by: Option<Actor>,
    /// When it happened, where that was earlier: a date or an instant
    #[arg(long = "on-date", value_name = "DATE", value_parser = values::instant_or_day)]
    on_date: Option<Instant>,
    /// Where the fact was learned: a report, a letter, a link
    #[arg(long, value_name = "TEXT")]
    source: Option<String>,
    /// A comment for the log; it can be erased later without harm to the log
    #[arg(long, value_name = "TEXT")]
    comment: Option<String>,
}

impl ActArgs {
    /// Makes the act.
    ///
    /// # Errors
    ///
    /// Usage, where nobody knows who acts.
    pub(crate) fn act(&self, globals: &Globals) -> anyhow::Result<Act> {
        Ok(Act {
            actor: actor(self.by.as_ref())?,
            now: globals.now(),
            occurred: self.on_date,
            source: self.source.clone(),
            comment: self.comment.clone(),
            basis: None,
        })
    }
}

/// Returns who acts: whoever is named, else whoever is logged in.
///
/// # Errors
///
/// Usage, where nobody knows who acts.
pub(crate) fn actor(by: Option<&Actor>) -> anyhow::Result<Actor> {
    let nobody = || usage("nobody is known to act: no login name is set; say who acts with --by NAME");
    by.cloned().or_else(login_name).ok_or_else(nobody)
}

impl ActArgs {
    /// Returns what stands beside the act in the log of a hub, which knows by the token who acts.
    ///
    /// # Errors
    ///
    /// Usage, where somebody says on the command line who acts.
    pub(crate) fn record(&self) -> anyhow::Result<Record> {
        known_by_token(self.by.as_ref())?;
        Ok(Record { occurred: self.on_date, source: self.source.clone(), comment: self.comment.clone() })
    }
}

/// Refuses that somebody says on the command line who acts, for what is done at a hub.
///
/// # Errors
///
/// Usage, where somebody does.
pub(crate) fn known_by_token(by: Option<&Actor>) -> anyhow::Result<()> {
    if by.is_some_and(|by| given_here("FORESTALL_BY", by.as_str())) {
        return Err(usage("a hub knows by the token who acts; leave --by out"));
    }
    Ok(())
}

/// Returns the login name, as the environment or the operating system knows it.
fn login_name() -> Option<Actor> {
    ["USER", "LOGNAME", "USERNAME"]
        .iter()
        .find_map(|key| std::env::var(key).ok()?.parse().ok())
        .or_else(name_of_process)
}

/// Returns the name of the user that this process runs as: in containers often nothing but the system knows it.
#[cfg(unix)]
fn name_of_process() -> Option<Actor> {
    use std::os::unix::fs::MetadataExt as _;
    let uid = std::fs::metadata("/proc/self").ok()?.uid();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.parse().ok()).flatten()
    });
    name.or_else(|| format!("user {uid}").parse().ok())
}

#[cfg(not(unix))]
fn name_of_process() -> Option<Actor> {
    None
}

/// Runs an asynchronous command to its end.
///
/// # Errors
///
/// What the command reports, and where the operating system gives no threads.
pub(crate) fn run<T>(command: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the operating system gives no threads to run in")?;
    runtime.block_on(command)
}

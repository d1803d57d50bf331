// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall serve`: the console.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use forestall_hub::desk::Desk;
use forestall_hub::drill::Drill;
use forestall_hub::jobs::{Scheduler, Vantage};
use forestall_hub::server::{Console, Origin, Settings};
use forestall_hub::transfers::{Listening, TransferSettings, Transfers};
use forestall_model::Instant;
use forestall_vet::Rules;

use super::drill;
use super::serve_settings::{self, Config, LISTEN};
use super::ways_settings::Ways;
use crate::failure::{Outcome, usage};
use crate::told::Told;
use crate::world::{self, Globals};
use crate::{output, values};

/// Serve the console and print a link that signs one person in
#[derive(Args, Debug)]
pub(crate) struct Serve {
    /// Where to listen [default: 127.0.0.1:8700]
    #[arg(long, value_name = "ADDR", env = "FORESTALL_LISTEN", hide_env_values = true)]
    listen: Option<SocketAddr>,
    /// The address under which browsers reach the console, as behind a proxy that speaks TLS
    #[arg(long, value_name = "ORIGIN", env = "FORESTALL_PUBLIC", hide_env_values = true)]
    public: Option<Origin>,
    /// The resolver that is asked whether somebody proved control of a name, for the public look-up
    #[arg(long, value_name = "ADDR", env = "FORESTALL_RESOLVER", hide_env_values = true)]
    resolver: Option<SocketAddr>,
    /// Whom the public may ask: shown on the pages without sign-in
    #[arg(long, value_name = "TEXT", env = "FORESTALL_CONTACT", hide_env_values = true)]
    contact: Option<String>,
    /// Where resolvers take policy zones, over TCP and UDP; any number of them
    #[arg(long, value_name = "ADDR", value_delimiter = ',', env = "FORESTALL_TRANSFER_LISTEN", hide_env_values = true)]
    transfer_listen: Vec<SocketAddr>,
    /// Where they take them over TLS; the certificate stands in the file of settings; any number of them
    #[arg(
        long,
        value_name = "ADDR",
        value_delimiter = ',',
        env = "FORESTALL_TRANSFER_LISTEN_TLS",
        hide_env_values = true
    )]
    transfer_listen_tls: Vec<SocketAddr>,
    /// Serve the hub of a drill, whose time begins at INSTANT and is moved by `forestall drill`; nothing leaves it
    #[arg(long, value_name = "INSTANT", value_parser = values::instant_or_day)]
    drill: Option<Instant>,
    /// Write a token of somebody who runs the drill into this file
    #[arg(long, value_name = "FILE", requires = "drill")]
    drill_token: Option<PathBuf>,
    /// A file with these settings; options and the environment go before it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Check the file and end
    #[arg(long, requires = "config")]
    check_config: bool,
    /// Print an example of the file and end
    #[arg(long, conflicts_with_all = ["listen", "public", "resolver", "contact", "transfer_listen", "transfer_listen_tls", "config", "check_config"])]
    example_config: bool,
}

/// What is said where letters go out and nobody named the address of the console.
const UNREACHED: &str = "no address is known under which others reach the console, so letters and notices hold no link to it, and letters \
                         say whom to ring";

impl Serve {
    /// Runs the command.
    pub(crate) fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        if self.example_config {
            output::to_stdout(|out| Ok(out.write_all(serve_settings::example().as_bytes())?))?;
            return Ok(Outcome::Done);
        }
        let mut config = match &self.config {
            Some(path) => serve_settings::read(path)?,
            None => Config::default(),
        };
        config.listen = self.listen.or(config.listen);
        let public = self.public.or(config.public()?);
        let vantage = config.vantage()?.unwrap_or_default();
        let sender = config.sender()?;
        let ways = config.ways(public.clone(), globals.now())?;
        let provider = config.provider()?;
        let census = config.census()?;
        let allowance = config.allowance()?;
        let transfer = config.transfer(self.transfer_listen, self.transfer_listen_tls)?;
        if self.drill.is_none() && config.leads_here() && config.reached(public.clone())?.is_none() {
            output::note(format_args!(
                "warning: {UNREACHED}. Name the address with --public, or as `public` in the settings"
            ));
        }
        if self.check_config {
            output::note(format_args!("the settings are in order"));
            return Ok(Outcome::Done);
        }
        let mut settings = Settings::new(config.listen.unwrap_or(LISTEN));
        settings.public = public;
        settings.resolver = self.resolver.or(config.resolver());
        settings.sender = sender;
        settings.provider = provider;
        settings.census = census;
        settings.allowance = allowance.unwrap_or(settings.allowance);
        if self.drill.is_some() && (config.reaches_out() || settings.resolver.is_some() || transfer.is_some()) {
            return Err(usage(
                "a drill asks and writes to nobody, and signs with no real key: leave the resolver and the parts [look], [send], [mail], \
                 [inbox], [webhook], [provider], [transfer] and [lake] out of its settings",
            ));
        }
        settings.contact = self.contact.or(config.contact).filter(|text| !text.trim().is_empty());
        let (begins, drill_token) = (self.drill, self.drill_token);
        let globals = globals.clone().or_data(config.data).or_database(config.database);
        world::run(async {
            let desk = globals.any_desk().await?;
            if let Some(begins) = begins {
                return serve_drill(desk, settings, begins, drill_token.as_deref()).await;
            }
            let transfers = Transfers::new(desk.clone(), settings.clock.clone());
            settings.transfers = transfer.is_some().then(|| transfers.clone());
            let console = bind(desk.clone(), settings).await?;
            let listening = listen(transfers, transfer).await?;
            let told = Told::listen();
            let link = console.link().await?;
            output::to_stdout(|out| Ok(writeln!(out, "{link}")?))?;
            output::note(format_args!(
                "the link above signs one person in, once; it works until {}. Ctrl-C ends the console.",
                link.expires
            ));
            serve_and_work(desk, console, told, (vantage, ways), listening).await;
            Ok(Outcome::Done)
        })
    }
}

/// Serves the hub of a drill until the program is told to end. Its own work is done when its time is moved, and at no other.
async fn serve_drill(
    desk: Desk,
    settings: Settings,
    begins: Instant,
    token_file: Option<&Path>,
) -> anyhow::Result<Outcome> {
    let drill = Drill::begin(desk.clone(), begins).await?;
    let now = drill.now();
    let settings = Settings {
        clock: drill.clock(),
        drill: Some(drill),
        allowance: drill::ALLOWANCE,
        sender: Some(Drill::sender()),
        ..settings
    };
    let console = bind(desk.clone(), settings).await?;
    let told = Told::listen();
    if let Some(path) = token_file {
        // First the file: nobody is added whose token has no place.
        let mut file = secret_file(path)?;
        let (_, token) = desk.add_drill_person(None, &drill::RUNS_IT.parse()?, now).await?;
        writeln!(file, "{token}").with_context(|| format!("the token could not be written to {}", path.display()))?;
    }
    let link = console.link().await?;
    output::to_stdout(|out| Ok(writeln!(out, "{link}")?))?;
    output::note(format_args!(
        "DRILL: the time is {now}, and `forestall drill --hub http://{}` moves it; nothing leaves this hub. Ctrl-C ends it.",
        console.address()
    ));
    serve(desk, console, told).await;
    Ok(Outcome::Done)
}

/// Makes a new file that its owner alone can read.
fn secret_file(path: &Path) -> anyhow::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .with_context(|| format!("the token could not be written to {}, which must not be there yet", path.display()))
}

/// Binds the console and warns where other machines can reach it.
///
/// # Errors
///
/// Where the address is taken or may not be listened on.
pub(super) async fn bind(desk: Desk, settings: Settings) -> anyhow::Result<Console> {
    let behind_tls = settings.public.as_ref().is_some_and(Origin::is_secure);
    let console = Console::bind(desk, settings).await.context("the console cannot be served")?;
    if console.is_exposed() && !behind_tls {
        output::note(format_args!(
            "warning: {} can be reached from other machines, and the console does not encrypt: whoever sees the traffic can \
             sign in. Put a proxy that speaks TLS before it and name its address with --public, or listen on 127.0.0.1",
            console.address()
        ));
    }
    Ok(console)
}

/// Binds the listeners of transfers where there are to be any, and says where they are.
async fn listen(transfers: Transfers, settings: Option<TransferSettings>) -> anyhow::Result<Option<Listening>> {
    let Some(settings) = settings else { return Ok(None) };
    let listening = Listening::bind(transfers, settings).await?;
    for address in listening.addresses() {
        output::note(format_args!("resolvers take policy zones at {address}, over TCP and UDP"));
    }
    for address in listening.tls_addresses() {
        output::note(format_args!("resolvers take policy zones at {address}, over TLS"));
    }
    Ok(Some(listening))
}

/// Serves and does the hub's own work until the program is told to end, then closes the store.
async fn serve_and_work(
    desk: Desk,
    console: Console,
    mut told: Told,
    (vantage, ways): (Vantage, Ways),
    listening: Option<Listening>,
) {
    let transfers = listening.map(|listening| tokio::spawn(listening.serve()));
    let scheduler = Scheduler::new(desk.clone(), vantage, Rules::built_in().clone(), console.clock());
    let scheduler = ways.over(scheduler);
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let work = tokio::spawn(scheduler.serve(async move { drop(ended.await) }));
    console.serve(told.heard()).await;
    drop(end);
    if let Err(error) = work.await {
        tracing::error!(%error, "the hub's own work ended out of order");
    }
    if let Some(transfers) = transfers {
        transfers.abort();
    }
    desk.store().close().await;
}

/// Serves until the program is told to end, then closes the store.
pub(super) async fn serve(desk: Desk, console: Console, mut told: Told) {
    console.serve(told.heard()).await;
    desk.store().close().await;
}

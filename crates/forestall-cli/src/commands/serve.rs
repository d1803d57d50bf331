// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall serve`: the console.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use forestall_hub::census::CensusSettings;
use forestall_hub::desk::{Desk, Sender};
use forestall_hub::drill::Drill;
use forestall_hub::jobs::{Inbox, Post, Scheduler, Vantage};
use forestall_hub::server::{Console, Origin, Settings};
use forestall_hub::transfers::{Listening, TransferSettings, Transfers};
use forestall_model::Instant;
use forestall_vet::Rules;
use serde::Deserialize;

use super::api_settings::{self, API_KEYS, ApiPart};
use super::drill;
use super::lake_settings::{self, LAKE_KEYS, LakePart};
use super::look::{self, Look};
use super::provider_settings::{self, PROVIDER_KEYS, ProviderPart};
use super::send_settings::{self, MAIL_KEYS, Mail, SEND_KEYS, Send, check_keys};
use super::transfer_settings::{self, TRANSFER_KEYS, TransferPart};
use super::ways_settings::{self, DAILY_KEYS, DailyPart, INBOX_KEYS, InboxPart, WEBHOOK_KEYS, Ways, WebhookPart};
use crate::failure::{Outcome, usage};
use crate::told::Told;
use crate::world::{self, Address, Globals};
use crate::{near, output, values};

/// Where the console listens unless somebody says otherwise: on this machine alone.
pub(super) const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), Settings::PORT);

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
pub(super) const UNREACHED: &str = "no address is known under which others reach the console, so letters and notices hold no link to it, and letters \
                                    say whom to ring";

/// Returns the address by which others reach a console that listens at `address`; none where that is of this machine alone, or every one of it.
fn from_outside(address: SocketAddr) -> Option<Origin> {
    let ip = address.ip();
    (!ip.is_loopback() && !ip.is_unspecified()).then(|| Origin::direct(address))
}

/// The settings of a file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    #[expect(dead_code, reason = "checked before the other keys are read")]
    version: u32,
    pub(super) data: Option<PathBuf>,
    pub(super) database: Option<Address>,
    listen: Option<SocketAddr>,
    public: Option<String>,
    resolver: Option<SocketAddr>,
    contact: Option<String>,
    look: Option<Look>,
    send: Option<Send>,
    mail: Option<Mail>,
    inbox: Option<InboxPart>,
    webhook: Option<WebhookPart>,
    daily: Option<DailyPart>,
    provider: Option<ProviderPart>,
    api: Option<ApiPart>,
    transfer: Option<TransferPart>,
    lake: Option<LakePart>,
}

impl Config {
    /// Returns who asks registries; none where the file has no part `send`.
    ///
    /// # Errors
    ///
    /// Usage, with the key and what was expected.
    pub(super) fn sender(&self) -> anyhow::Result<Option<Sender>> {
        self.send.as_ref().map(Send::sender).transpose().map_err(usage)
    }

    /// Returns the way out by mail, for parties that reach the console at `reached`, or where the file says; none where the file has no part
    /// `mail`.
    ///
    /// # Errors
    ///
    /// Usage, with the key and what was expected.
    pub(super) fn post(&self, reached: Option<Origin>, now: Instant) -> anyhow::Result<Option<Post>> {
        let Some(mail) = &self.mail else { return Ok(None) };
        let sender = self.sender()?.ok_or_else(|| {
            usage("the part [mail] needs the part [send], which says in whose name letters go out".to_owned())
        })?;
        mail.post(sender, self.reached(reached)?, now).map(Some).map_err(usage)
    }

    /// Returns every way by which the service writes and reads, for parties that reach the console at `reached`, or where the file says.
    ///
    /// # Errors
    ///
    /// Usage, with the key and what was expected.
    pub(super) fn ways(&self, reached: Option<Origin>, now: Instant) -> anyhow::Result<Ways> {
        let post = self.post(reached.clone(), now)?;
        let daily = self.daily.as_ref().map(DailyPart::hour).transpose().map_err(usage)?;
        if daily.is_some() && post.is_none() {
            return Err(usage("the part [daily] needs the part [mail], by which letters go out".to_owned()));
        }
        let notices = match &self.webhook {
            Some(webhook) => Some(webhook.notices(self.reached(reached)?).map_err(usage)?),
            None => None,
        };
        let inbox = self.inbox.as_ref().map(InboxPart::inbox).transpose().map_err(usage)?;
        let census = self.census()?;
        if post.is_none() && census.as_ref().is_some_and(|census| !census.mailed.is_empty()) {
            return Err(usage("lake.networks.mail needs the part [mail], by which letters go out".to_owned()));
        }
        Ok(Ways { post, inbox, notices, daily, census })
    }

    /// Returns the lake of which figures are shown; none where the file has no part `lake`.
    fn census(&self) -> anyhow::Result<Option<CensusSettings>> {
        self.lake.as_ref().map(LakePart::settings).transpose().map_err(usage)
    }

    /// Returns the resolver that is asked about names of the public; none where the file names none.
    pub(super) fn resolver(&self) -> Option<SocketAddr> {
        self.resolver
    }

    /// Returns the files of the certificate that secondaries are shown and of its key; none where the file names neither.
    pub(super) fn certificate(&self) -> Option<(Option<&Path>, Option<&Path>)> {
        let part = self.transfer.as_ref()?;
        let files = (part.certificate.as_deref(), part.key.as_deref());
        (files != (None, None)).then_some(files)
    }

    /// Returns the files that nobody else may read, each with the key that names it.
    pub(super) fn secrets(&self) -> Vec<(&'static str, &Path)> {
        let mut secrets = Vec::new();
        secrets.extend(self.send.iter().flat_map(Send::secrets));
        secrets.extend(self.mail.iter().flat_map(Mail::secrets));
        secrets.extend(self.inbox.iter().filter_map(InboxPart::secret));
        secrets.extend(self.provider.iter().filter_map(ProviderPart::secret));
        let key = self.transfer.as_ref().and_then(|part| part.key.as_deref());
        secrets.extend(key.map(|key| ("transfer.key", key)));
        secrets
    }

    /// Returns the server that takes letters, as the file has it; none where it has no part `mail`.
    pub(super) fn mail_server(&self) -> Option<&str> {
        self.mail.as_ref().map(Mail::server)
    }

    /// Returns the mailbox as the file has it, and as it is read; none where it has no part `inbox`.
    pub(super) fn inbox(&self) -> Option<(String, Result<Inbox, String>)> {
        self.inbox.as_ref().map(|part| (part.place(), part.inbox()))
    }

    /// Returns the lake; none where the file has no part `lake`.
    pub(super) fn lake(&self) -> Option<&str> {
        self.lake.as_ref().map(LakePart::url)
    }

    /// Returns where others reach the console, as `reached` or the file says; none where neither does and it listens on this machine alone, or
    /// on every address of it, of which none is known.
    ///
    /// # Errors
    ///
    /// Usage, where the file's address is none.
    pub(super) fn reached(&self, reached: Option<Origin>) -> anyhow::Result<Option<Origin>> {
        let of_file = self.public.as_deref().map(str::parse::<Origin>).transpose();
        let public = of_file.map_err(|error| usage(format!("public: {error}")))?;
        Ok(reached.or(public).or_else(|| self.listen.and_then(from_outside)))
    }

    /// Says whether anything goes out that would lead its reader to the console.
    pub(super) const fn leads_here(&self) -> bool {
        self.mail.is_some() || self.webhook.is_some()
    }

    /// Returns whom the hub asks when it looks outside by itself; none where the file has no part `look`.
    ///
    /// # Errors
    ///
    /// Usage, with the key and what was expected.
    pub(super) fn vantage(&self) -> anyhow::Result<Option<Vantage>> {
        self.look.as_ref().map(Look::vantage).transpose().map_err(usage)
    }
}

/// The version of the file that this program reads.
const VERSION: i64 = 1;
const KEYS: [&str; 17] = [
    "version", "data", "database", "listen", "public", "resolver", "contact", "look", "send", "mail", "inbox",
    "webhook", "daily", "provider", "api", "transfer", "lake",
];

impl Serve {
    /// Runs the command.
    pub(crate) fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        if self.example_config {
            output::to_stdout(|out| Ok(out.write_all(example().as_bytes())?))?;
            return Ok(Outcome::Done);
        }
        let mut config = match &self.config {
            Some(path) => read(path)?,
            None => Config::default(),
        };
        config.listen = self.listen.or(config.listen);
        let of_file = config.public.as_deref().map(str::parse::<Origin>).transpose();
        let public = self.public.or(of_file.map_err(|error| usage(format!("public: {error}")))?);
        let vantage = config.vantage()?.unwrap_or_default();
        let sender = config.sender()?;
        let ways = config.ways(public.clone(), globals.now())?;
        let provider = config.provider.as_ref().map(ProviderPart::provider).transpose().map_err(usage)?;
        let census = config.census()?;
        let allowance = config.api.as_ref().map(ApiPart::allowance).transpose().map_err(usage)?;
        let mut transfer = config.transfer.clone().unwrap_or_default();
        let or = |given: Vec<SocketAddr>, of_file| if given.is_empty() { of_file } else { given };
        transfer.listen = or(self.transfer_listen, transfer.listen);
        transfer.listen_tls = or(self.transfer_listen_tls, transfer.listen_tls);
        let transfer = transfer.settings().map_err(usage)?;
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
        settings.resolver = self.resolver.or(config.resolver);
        settings.sender = sender;
        settings.contact = self.contact.or(config.contact).filter(|text| !text.trim().is_empty());
        settings.provider = provider;
        settings.census = census;
        settings.allowance = allowance.unwrap_or(settings.allowance);
        let reaches_out = config.look.is_some()
            || settings.sender.is_some()
            || config.mail.is_some()
            || config.inbox.is_some()
            || config.webhook.is_some()
            || settings.provider.is_some()
            || settings.resolver.is_some()
            || settings.census.is_some()
            || transfer.is_some();
        if self.drill.is_some() && reaches_out {
            return Err(usage(
                "a drill asks and writes to nobody, and signs with no real key: leave the resolver and the parts [look], [send], [mail], \
                 [inbox], [webhook], [provider], [transfer] and [lake] out of its settings",
            ));
        }
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

/// Reads the settings of a file.
///
/// # Errors
///
/// Where the file cannot be read, and usage with what is wrong in it.
pub(super) fn read(path: &Path) -> anyhow::Result<Config> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("the file {} could not be read", path.display()))?;
    parse(&text).map_err(|what| usage(format!("{}: {what}", path.display())))
}

/// Reads the settings of a file.
fn parse(text: &str) -> Result<Config, String> {
    let table: toml::Table = text.parse().map_err(wrong)?;
    match table.get("version").map(|version| version.as_integer()) {
        Some(Some(VERSION)) => {}
        Some(_) => return Err(format!("the file has another version; this program reads `version = {VERSION}`")),
        None => return Err(format!("the file has no version; expected `version = {VERSION}`")),
    }
    if let Some(key) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(format!("{key:?} is no setting; expected {}.{}", KEYS.join(", "), near::hint(key, KEYS)));
    }
    if let Some(look) = table.get("look").and_then(|look| look.as_table()) {
        look::check_keys(look)?;
    }
    let part = |part: &str| table.get(part).and_then(|value| value.as_table());
    part("send").map_or(Ok(()), |table| check_keys("send", table, SEND_KEYS))?;
    part("mail").map_or(Ok(()), |table| check_keys("mail", table, MAIL_KEYS))?;
    part("inbox").map_or(Ok(()), |table| check_keys("inbox", table, INBOX_KEYS))?;
    part("webhook").map_or(Ok(()), |table| check_keys("webhook", table, WEBHOOK_KEYS))?;
    part("daily").map_or(Ok(()), |table| check_keys("daily", table, DAILY_KEYS))?;
    part("provider").map_or(Ok(()), |table| check_keys("provider", table, PROVIDER_KEYS))?;
    part("api").map_or(Ok(()), |table| check_keys("api", table, API_KEYS))?;
    part("transfer").map_or(Ok(()), |table| check_keys("transfer", table, TRANSFER_KEYS))?;
    part("lake").map_or(Ok(()), |table| check_keys("lake", table, LAKE_KEYS))?;
    toml::from_str(text).map_err(wrong)
}

/// Returns what is wrong and where, but without the line itself where that may hold a password.
#[expect(clippy::needless_pass_by_value, reason = "it is handed over by value")]
fn wrong(error: toml::de::Error) -> String {
    let text = error.to_string();
    if text.contains("://") { error.message().to_owned() } else { text.trim_end().to_owned() }
}

/// Returns an example of the file, every setting with its default.
pub(super) fn example() -> String {
    format!(
        "# Settings of `forestall serve`. Options and the environment go before this file.\n\
         version = {VERSION}\n\
         \n\
         # Folder of the store; by default the user's data directory.\n\
         # data = \"/var/lib/forestall\"\n\
         \n\
         # A PostgreSQL database that holds the store in the place of a file in that folder. Who can read this file can read a\n\
         # password in it; without one here, PostgreSQL's own password file and variables are used.\n\
         # database = \"postgres://forestall@db.example/forestall?sslmode=verify-full\"\n\
         \n\
         # Where to listen. Whoever can reach the console and sees its traffic can sign in, hence this machine alone.\n\
         listen = \"{LISTEN}\"\n\
         \n\
         # The address under which browsers reach the console, as behind a proxy that speaks TLS.\n\
         # public = \"https://forestall.example\"\n\
         \n\
         # The resolver that is asked whether somebody proved control of a name; without it only a mail can prove that.\n\
         # resolver = \"127.0.0.1:53\"\n\
         \n\
         # Whom the public may ask, shown on the pages without sign-in.\n\
         # contact = \"abuse@forestall.example, +1 555 0100\"\n\
         \n\
         {}\n\
         {}\n\
         {}\n\
         {}\n\
         {}\n\
         {}\n\
         {}",
        look::EXAMPLE,
        send_settings::EXAMPLE,
        ways_settings::EXAMPLE,
        provider_settings::EXAMPLE,
        api_settings::EXAMPLE,
        transfer_settings::EXAMPLE,
        lake_settings::EXAMPLE
    )
}

#[cfg(test)]
mod tests {
    use super::{LISTEN, example, parse};

    #[test]
    fn example_is_read_back_as_the_defaults() {
        let config = parse(&example()).unwrap();
        assert_eq!(config.listen, Some(LISTEN));
        assert_eq!((config.data, config.public, config.resolver, config.contact), (None, None, None, None));
        assert!(config.database.is_none());
        let commented_in = example()
            .replace("# data =", "data =")
            .replace("# database =", "database =")
            .replace("# public", "public")
            .replace("# resolver", "resolver");
        let config = parse(&commented_in).unwrap();
        assert_eq!(config.public.as_deref(), Some("https://forestall.example"));
        assert_eq!(config.resolver, Some("127.0.0.1:53".parse().unwrap()));
    }

    #[test]
    fn no_message_holds_a_password() {
        for text in [
            "version = 1\ndatabase = \"postgres://me:secret@host/name\n",
            "version = 1\ndatabase = [\"postgres://me:secret@host/name\"]\n",
            "version = 1\ndatabse = \"postgres://me:secret@host/name\"\n",
        ] {
            let error = parse(text).unwrap_err();
            assert!(!error.contains("secret"), "{error}");
        }
        let config = parse("version = 1\ndatabase = \"postgres://me:secret@host/name\"\n").unwrap();
        assert!(!format!("{config:?}").contains("secret"));
    }

    #[test]
    fn refuses_unknown_keys_and_versions() {
        let check = |text: &str, expected: &str| {
            let error = parse(text).unwrap_err();
            assert!(error.contains(expected), "{error}");
        };
        check("version = 1\nlisten_on = \"127.0.0.1:1\"\n", "Did you mean listen?");
        check("listen = \"127.0.0.1:1\"\n", "no version");
        check("version = 2\n", "another version");
        check("version = 1\nlisten = \"nowhere\"\n", "line 2");
        check("version = \n", "line 1");
    }
}

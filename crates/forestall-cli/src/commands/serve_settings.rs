// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The file of settings of `forestall serve`: what stands at its top, and its parts, each of which has a file of its own.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use forestall_hub::census::CensusSettings;
use forestall_hub::desk::Sender;
use forestall_hub::jobs::{Inbox, Post, Vantage};
use forestall_hub::server::{Allowance, Origin, Provider, Settings};
use forestall_hub::transfers::TransferSettings;
use forestall_model::Instant;
use serde::Deserialize;

use super::api_settings::{self, API_KEYS, ApiPart};
use super::lake_settings::{self, LAKE_KEYS, LakePart};
use super::look::{self, Look};
use super::provider_settings::{self, PROVIDER_KEYS, ProviderPart};
use super::send_settings::{self, MAIL_KEYS, Mail, SEND_KEYS, Send, check_keys};
use super::transfer_settings::{self, TRANSFER_KEYS, TransferPart};
use super::ways_settings::{self, DAILY_KEYS, DailyPart, INBOX_KEYS, InboxPart, WEBHOOK_KEYS, Ways, WebhookPart};
use crate::failure::usage;
use crate::near;
use crate::world::Address;

/// Where the console listens unless somebody says otherwise: on this machine alone.
pub(super) const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), Settings::PORT);

/// The version of the file that this program reads.
const VERSION: i64 = 1;
const KEYS: [&str; 17] = [
    "version", "data", "database", "listen", "public", "resolver", "contact", "look", "send", "mail", "inbox",
    "webhook", "daily", "provider", "api", "transfer", "lake",
];

/// The settings of a file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Config {
    #[expect(dead_code, reason = "checked before the other keys are read")]
    version: u32,
    pub(super) data: Option<PathBuf>,
    pub(super) database: Option<Address>,
    pub(super) listen: Option<SocketAddr>,
    public: Option<String>,
    resolver: Option<SocketAddr>,
    pub(super) contact: Option<String>,
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
    ///
    /// # Errors
    ///
    /// Usage, with the key and what was expected.
    pub(super) fn census(&self) -> anyhow::Result<Option<CensusSettings>> {
        self.lake.as_ref().map(LakePart::settings).transpose().map_err(usage)
    }

    /// Returns the resolver that is asked about names of the public; none where the file names none.
    pub(super) fn resolver(&self) -> Option<SocketAddr> {
        self.resolver
    }

    /// Returns the provider with which people sign in; none where the file has no part `provider`.
    ///
    /// # Errors
    ///
    /// Usage, with the key and what was expected.
    pub(super) fn provider(&self) -> anyhow::Result<Option<Provider>> {
        self.provider.as_ref().map(ProviderPart::provider).transpose().map_err(usage)
    }

    /// Returns how many requests a program may send; none where the file has no part `api`.
    ///
    /// # Errors
    ///
    /// Usage, with the key and what was expected.
    pub(super) fn allowance(&self) -> anyhow::Result<Option<Allowance>> {
        self.api.as_ref().map(ApiPart::allowance).transpose().map_err(usage)
    }

    /// Returns where secondaries take zones: at the addresses that are given, or else at those of the file; none where neither names any.
    ///
    /// # Errors
    ///
    /// Usage, with the key and what was expected.
    pub(super) fn transfer(
        &self,
        listen: Vec<SocketAddr>,
        listen_tls: Vec<SocketAddr>,
    ) -> anyhow::Result<Option<TransferSettings>> {
        let mut part = self.transfer.clone().unwrap_or_default();
        if !listen.is_empty() {
            part.listen = listen;
        }
        if !listen_tls.is_empty() {
            part.listen_tls = listen_tls;
        }
        part.settings().map_err(usage)
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

    /// Returns the address under which browsers reach the console, as the file has it.
    ///
    /// # Errors
    ///
    /// Usage, where it is none.
    pub(super) fn public(&self) -> anyhow::Result<Option<Origin>> {
        let public = self.public.as_deref().map(str::parse::<Origin>).transpose();
        public.map_err(|error| usage(format!("public: {error}")))
    }

    /// Returns where others reach the console, as `reached` or the file says; none where neither does and it listens on this machine alone, or
    /// on every address of it, of which none is known.
    ///
    /// # Errors
    ///
    /// Usage, where the file's address is none.
    pub(super) fn reached(&self, reached: Option<Origin>) -> anyhow::Result<Option<Origin>> {
        Ok(reached.or(self.public()?).or_else(|| self.listen.and_then(from_outside)))
    }

    /// Says whether anything goes out that would lead its reader to the console.
    pub(super) const fn leads_here(&self) -> bool {
        self.mail.is_some() || self.webhook.is_some()
    }

    /// Says whether a part of the file asks somebody outside or writes to them, or signs with a real key.
    pub(super) const fn reaches_out(&self) -> bool {
        self.look.is_some()
            || self.send.is_some()
            || self.mail.is_some()
            || self.inbox.is_some()
            || self.webhook.is_some()
            || self.provider.is_some()
            || self.lake.is_some()
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

/// Returns the address by which others reach a console that listens at `address`; none where that is of this machine alone, or every one of it.
fn from_outside(address: SocketAddr) -> Option<Origin> {
    let ip = address.ip();
    (!ip.is_loopback() && !ip.is_unspecified()).then(|| Origin::direct(address))
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

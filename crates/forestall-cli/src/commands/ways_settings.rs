// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The parts `inbox`, `webhook` and `daily` of the settings: where mails come in, and what goes out besides letters.

use std::path::{Path, PathBuf};

use forestall_connect::imap::ImapSettings;
use forestall_connect::mail::{MailLogin, MailServer, MailTls};
use forestall_connect::webhook::{Notifier, WebhookSettings};
use forestall_hub::census::CensusSettings;
use forestall_hub::jobs::{Inbox, Mailroom, Notices, Post, Scheduler};
use forestall_hub::server::Origin;
use serde::Deserialize;

use super::send_settings::read;

/// Seconds between two looks into the mailbox where nobody says otherwise, and the fewest: a server of mail is not to be asked all the time.
const EVERY: u32 = 300;
const LEAST_EVERY: u32 = 30;

/// Where mails come in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InboxPart {
    #[serde(default)]
    maildir: Option<PathBuf>,
    #[serde(default)]
    server: Option<String>,
    #[serde(default)]
    tls: Option<String>,
    #[serde(default)]
    user: Option<String>,
    #[serde(default)]
    password_file: Option<PathBuf>,
    #[serde(default)]
    mailbox: Option<String>,
    #[serde(default)]
    every: Option<u32>,
}

/// Notices to programs of parties.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookPart {
    #[serde(default)]
    allow_private: bool,
}

/// Mails of the day.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DailyPart {
    hour: u8,
}

/// The keys of the parts.
pub(super) const INBOX_KEYS: [&str; 7] = ["maildir", "server", "tls", "user", "password_file", "mailbox", "every"];
pub(super) const WEBHOOK_KEYS: [&str; 1] = ["allow_private"];
pub(super) const DAILY_KEYS: [&str; 1] = ["hour"];

/// An example of the parts, commented out.
pub(super) const EXAMPLE: &str = "\
# The mailbox to which registries answer. What comes is proposed as an answer, and a person confirms it on the console.
# [inbox]
# Either a folder in the form Maildir:
# maildir = \"/var/mail/lists\"
# or a mailbox over IMAP; tls is implicit, starttls, or none for a server on this machine:
# server = \"imap.cert.example:993\"
# tls = \"implicit\"
# user = \"lists\"
# password_file = \"/etc/forestall/imap.password\"
# mailbox = \"INBOX\"
# Seconds between two looks.
# every = 300

# Signed notices to programs of parties that gave an address for them. Without this part none go out.
# [webhook]
# Whether they may go to addresses that are not public: this machine, and networks of one's own.
# allow_private = false

# One mail a day to each person who wants one, from this hour of UTC on; it needs the part [mail].
# [daily]
# hour = 6
";

impl InboxPart {
    /// Returns the folder, or the server, as the file has it.
    pub(super) fn place(&self) -> String {
        let folder = self.maildir.as_ref().map(|folder| folder.display().to_string());
        folder.or_else(|| self.server.clone()).unwrap_or_default()
    }

    /// Returns the file that nobody else may read, with the key that names it.
    pub(super) fn secret(&self) -> Option<(&'static str, &Path)> {
        Some(("inbox.password_file", self.password_file.as_deref()?))
    }

    /// Returns the mailbox.
    ///
    /// # Errors
    ///
    /// A sentence that names the key and what was expected.
    pub(super) fn inbox(&self) -> Result<Inbox, String> {
        let every = self.every.unwrap_or(EVERY);
        if every < LEAST_EVERY {
            return Err(format!("inbox.every: {every} seconds are too few; expected at least {LEAST_EVERY}"));
        }
        let room = match (&self.maildir, &self.server) {
            (Some(folder), None) => {
                let others =
                    [self.tls.is_some(), self.user.is_some(), self.password_file.is_some(), self.mailbox.is_some()];
                if others.contains(&true) {
                    return Err("inbox.maildir: tls, user, password_file and mailbox belong to a server".to_owned());
                }
                Mailroom::Maildir(folder.clone())
            }
            (None, Some(server)) => Mailroom::Imap(Box::new(self.imap(server)?)),
            _ => return Err("inbox: expected either maildir or server".to_owned()),
        };
        Ok(Inbox { room, every })
    }

    fn imap(&self, server: &str) -> Result<ImapSettings, String> {
        let server: MailServer = server.parse().map_err(|error| format!("inbox.server: {error}"))?;
        let tls = self.tls.as_deref().ok_or("inbox.tls: expected implicit, starttls or none")?;
        let tls: MailTls = tls.parse().map_err(|error| format!("inbox.tls: {error}"))?;
        if tls == MailTls::None && !server.is_local() {
            return Err(
                "inbox.tls: none is for a server on this machine: the password would be open to others".to_owned()
            );
        }
        let (Some(user), Some(file)) = (&self.user, &self.password_file) else {
            return Err("inbox: a server needs user and password_file".to_owned());
        };
        let password = read(file).map_err(|error| format!("inbox.password_file: {error}"))?;
        let password = password.trim_end_matches(['\r', '\n']).to_owned();
        let mut settings = ImapSettings::new(server, tls, MailLogin { user: user.clone(), password });
        if let Some(mailbox) = &self.mailbox {
            settings.mailbox.clone_from(mailbox);
        }
        Ok(settings)
    }
}

impl WebhookPart {
    /// Returns the way out, for parties that reach the console at `origin`, where they do.
    ///
    /// # Errors
    ///
    /// A sentence that says why notices cannot be sent.
    pub(super) fn notices(&self, origin: Option<Origin>) -> Result<Notices, String> {
        let settings = WebhookSettings { allow_private: self.allow_private, ..WebhookSettings::default() };
        let notifier = Notifier::new(&settings).map_err(|error| format!("webhook: {error}"))?;
        Ok(Notices { notifier, origin })
    }
}

impl DailyPart {
    /// Returns the hour.
    ///
    /// # Errors
    ///
    /// A sentence where it is none.
    pub(super) fn hour(&self) -> Result<u8, String> {
        if self.hour < 24 {
            Ok(self.hour)
        } else {
            Err(format!("daily.hour: {} is no hour; expected 0 to 23", self.hour))
        }
    }
}

/// By what ways the service writes and reads.
#[derive(Debug)]
pub(super) struct Ways {
    pub(super) post: Option<Post>,
    pub(super) inbox: Option<Inbox>,
    pub(super) notices: Option<Notices>,
    pub(super) daily: Option<u8>,
    /// The lake, of whose machines parties are told.
    pub(super) census: Option<CensusSettings>,
}

impl Ways {
    /// Gives a scheduler these ways.
    pub(super) fn over(self, scheduler: Scheduler) -> Scheduler {
        let scheduler = self.post.into_iter().fold(scheduler, Scheduler::with_post);
        let scheduler = self.inbox.into_iter().fold(scheduler, Scheduler::with_inbox);
        let scheduler = self.notices.into_iter().fold(scheduler, Scheduler::with_notices);
        let scheduler = self.census.into_iter().fold(scheduler, Scheduler::with_census);
        self.daily.into_iter().fold(scheduler, Scheduler::with_daily)
    }
}

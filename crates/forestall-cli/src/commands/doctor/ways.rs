// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Looks at the ways of mail and at the lake.

use std::path::Path;

use forestall_connect::imap::ImapMailbox;
use forestall_connect::maildir::Maildir;
use forestall_hub::jobs::{Inbox, Mailroom};
use forestall_hub::server::Origin;
use forestall_lake::retention::Policy;
use forestall_lake::{CONTACT_HITS, DNS_HITS, Lake};
use forestall_model::{Instant, UtcDay};

use crate::commands::lake::settings;
use crate::commands::serve_settings::Config;
use crate::doctor::lake::{Held, Observed};
use crate::doctor::mail;

/// Greets the server that takes letters, and looks how many wait in the mailbox.
pub(super) async fn mail(config: &Config, now: Instant) -> mail::Observed {
    let out = match config.mail_server() {
        None => None,
        Some(server) => Some((server.to_owned(), greet(config, now).await)),
    };
    let inbox = match config.inbox() {
        None => None,
        Some((place, Err(why))) => Some((place, Err(why))),
        Some((place, Ok(inbox))) => Some((place, waiting(&inbox).await)),
    };
    let told = |origin: Option<Origin>| origin.map(|origin| origin.to_string());
    let reached = config.leads_here().then(|| config.reached(None).map(told).map_err(|error| format!("{error:#}")));
    mail::Observed { out, reached, inbox }
}

async fn greet(config: &Config, now: Instant) -> Result<(), String> {
    let post = config.post(None, now).map_err(|error| format!("{error:#}"))?;
    let post = post.ok_or("the settings have no part [mail]")?;
    post.mailer.greet().await.map_err(|error| error.to_string())
}

async fn waiting(inbox: &Inbox) -> Result<u64, String> {
    match &inbox.room {
        Mailroom::Maildir(folder) => {
            let listing = Maildir::open(folder).and_then(|folder| folder.list()).map_err(|error| error.to_string())?;
            Ok(listing.letters.len() as u64)
        }
        Mailroom::Imap(settings) => {
            let mut mailbox = ImapMailbox::open(settings).await.map_err(|error| error.to_string())?;
            let unseen = mailbox.unseen().await.map_err(|error| error.to_string())?;
            // What was asked for is known; a server that takes leave badly changes nothing of it.
            drop(mailbox.close().await);
            Ok(unseen.letters.len() as u64)
        }
    }
}

/// Looks at a lake. Not for a thread that drives tasks.
pub(super) fn lake(url: Option<&str>, policy: &Policy, today: UtcDay) -> Observed {
    let lake = url.map(|url| match folder_of(url) {
        // Opening it would make it.
        Some(folder) if !folder.is_dir() => (url.to_owned(), Err("there is no such folder".to_owned())),
        _ => match settings::open(url) {
            Ok(lake) => (lake.url().to_owned(), held(&lake, policy, today)),
            Err(error) => (without_secrets(url), Err(format!("{error:#}"))),
        },
    });
    Observed { today, lake }
}

/// Returns the folder that a URL of a lake is; none where it is at a provider.
pub(super) fn folder_of(url: &str) -> Option<&Path> {
    match url.split_once("://") {
        None => Some(Path::new(url)),
        Some(("file", rest)) => Some(Path::new(rest.strip_prefix("localhost").unwrap_or(rest))),
        Some(_) => None,
    }
}

/// Returns what of a URL is no secret for sure.
fn without_secrets(url: &str) -> String {
    url.split_once("://").map_or_else(|| url.to_owned(), |(scheme, _)| format!("{scheme}://..."))
}

fn held(lake: &Lake, policy: &Policy, today: UtcDay) -> Result<Held, String> {
    let told = |error: anyhow::Error| format!("{error:#}");
    let mut days = Vec::new();
    for table in [&DNS_HITS, &CONTACT_HITS] {
        days.extend(lake.days(table).map_err(|error| told(error.into()))?);
    }
    days.sort_unstable();
    days.dedup();
    let newest = days.iter().copied().filter(|day| *day <= today).max();
    let overdue = lake.overdue(policy, today.plus(-1)).map_err(|error| told(error.into()));
    Ok(Held { days: days.len() as u64, newest, overdue })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::folder_of;

    #[test]
    fn a_lake_is_a_folder_or_at_a_provider() {
        assert_eq!(folder_of("/srv/lake"), Some(Path::new("/srv/lake")));
        assert_eq!(folder_of("file:///srv/lake"), Some(Path::new("/srv/lake")));
        assert_eq!(folder_of("s3://bucket/lake"), None);
    }
}

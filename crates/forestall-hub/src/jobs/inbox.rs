// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Reading the mailbox: each new mail is taken in as a proposed answer, or as one that nobody could place.
//!
//! A mail is kept first and marked afterwards. Who dies in between finds it again, knows it, and marks it. What there is no room for, and what
//! is too large, stays in the mailbox as it is.

use std::path::PathBuf;

use forestall_connect::imap::{ImapError, ImapMailbox, ImapSettings};
use forestall_connect::maildir::{Maildir, MaildirError};
use forestall_store::{MailTaken, MailWay};

use super::{Kind, Scheduler};
use crate::desk::{DeskError, MAX_MAIL};
use crate::number::counted;

/// Seconds for which looks into the mailbox are shown.
const LOOKS_SHOWN: i64 = 3_600;

/// What comes of a look into a mailbox in which nothing is new; pages leave such looks out.
pub(crate) const NOTHING_NEW: &str = "nothing new";

/// Where mails come in.
#[derive(Clone, Debug)]
pub enum Mailroom {
    /// A folder in the form Maildir.
    Maildir(PathBuf),
    /// A mailbox over IMAP.
    Imap(Box<ImapSettings>),
}

/// The mailbox that the service reads.
#[derive(Clone, Debug)]
pub struct Inbox {
    /// Where mails come in.
    pub room: Mailroom,
    /// Seconds between two looks.
    pub every: u32,
}

/// What a look into the mailbox came to.
#[derive(Debug, Default)]
struct Tally {
    proposed: usize,
    unplaced: usize,
    known: usize,
    left: usize,
    is_full: bool,
}

impl Tally {
    fn said(&self) -> Result<String, DeskError> {
        let (proposed, unplaced, known, left) = (self.proposed, self.unplaced, self.known, self.left);
        if proposed + unplaced + known + left == 0 && !self.is_full {
            return Ok(NOTHING_NEW.to_owned());
        }
        let count = |count: usize, one, many| counted(count as u64, one, many);
        let mut text = format!(
            "{} proposed, {} that nobody could place",
            count(proposed, "answer", "answers"),
            count(unplaced, "mail", "mails")
        );
        if known > 0 {
            text.push_str(&format!(", {known} that came before"));
        }
        if left > 0 {
            text.push_str(&format!(", {left} left in the mailbox: too large, or no ordinary letter"));
        }
        if self.is_full {
            let full = "there is no room for more before somebody decides about those that wait; the others stay in the mailbox";
            return Err(DeskError::Outside(format!("{text}; {full}")));
        }
        Ok(text)
    }
}

impl Scheduler {
    /// Takes in what is new in the mailbox.
    pub(super) async fn read_inbox(&self) -> Result<String, DeskError> {
        let Some(inbox) = &self.inbox else { return Ok("no mailbox is named".to_owned()) };
        // Here, and not where jobs are planned: the job of the last look is what keeps it from being planned again.
        self.desk.store().purge_done_jobs(Kind::Inbox.word(), (self.clock)().plus_seconds(-LOOKS_SHOWN)).await?;
        match &inbox.room {
            Mailroom::Maildir(folder) => self.read_folder(folder.clone()).await,
            Mailroom::Imap(settings) => Box::pin(self.read_imap(settings)).await,
        }
    }

    /// Takes one mail in; says whether it is kept, now or from before.
    async fn take(&self, octets: Vec<u8>, tally: &mut Tally) -> Result<bool, DeskError> {
        let (taken, mail) = self.desk.take_mail(octets, MailWay::Mailbox, None, (self.clock)()).await?;
        match taken {
            MailTaken::New if mail.place.is_some() => tally.proposed += 1,
            MailTaken::New => tally.unplaced += 1,
            MailTaken::Known => tally.known += 1,
            MailTaken::NoRoom => tally.is_full = true,
        }
        Ok(taken != MailTaken::NoRoom)
    }

    async fn read_folder(&self, folder: PathBuf) -> Result<String, DeskError> {
        let opened = blocking(move || {
            let maildir = Maildir::open(&folder)?.with_most_octets(MAX_MAIL as u64);
            let listing = maildir.list()?;
            Ok((maildir, listing))
        });
        let (maildir, listing) = opened.await?.map_err(|error: MaildirError| DeskError::Outside(error.to_string()))?;
        let mut tally = Tally { left: listing.left.len(), ..Tally::default() };
        for letter in listing.letters {
            let (folder, name) = (maildir.clone(), letter.clone());
            let Ok(octets) = blocking(move || folder.read(&name)).await? else {
                // Moved by somebody else, or grown: the next look tells.
                tally.left += 1;
                continue;
            };
            if !self.take(octets, &mut tally).await? {
                break;
            }
            let folder = maildir.clone();
            if let Err(error) = blocking(move || folder.done(&letter)).await? {
                tracing::warn!(%error, "a mail was taken in and cannot be moved");
            }
        }
        tally.said()
    }

    async fn read_imap(&self, settings: &ImapSettings) -> Result<String, DeskError> {
        let outside = |error: ImapError| DeskError::Outside(error.to_string());
        let settings = ImapSettings { most_octets: MAX_MAIL, ..settings.clone() };
        let mut mailbox = ImapMailbox::open(&settings).await.map_err(outside)?;
        let mut tally = Tally::default();
        for letter in mailbox.unseen().await.map_err(outside)?.letters {
            let octets = match mailbox.fetch(letter).await {
                Ok(octets) => octets,
                Err(ImapError::Gone(_)) => continue,
                Err(ImapError::TooLarge { .. } | ImapError::Refused { .. }) => {
                    tally.left += 1;
                    continue;
                }
                Err(error) => return Err(outside(error)),
            };
            if !self.take(octets, &mut tally).await? {
                break;
            }
            mailbox.mark_seen(letter).await.map_err(outside)?;
        }
        if let Err(error) = mailbox.close().await {
            tracing::debug!(%error, "the server of mail did not say goodbye");
        }
        tally.said()
    }
}

/// Does what waits for a disk where it holds nobody up.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, DeskError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| DeskError::Outside(error.to_string()))
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The desk: every act on a case, for the console and the command line alike.
//!
//! The desk computes what an act needs (counts, places of names), has `forestall-coord` decide it, and has the store keep the
//! event. Nothing here decides by itself.

mod acts;
mod answers;
mod attest;
mod case_file;
mod check;
mod control;
mod cutting;
mod dictionaries;
mod disclosures;
mod docket;
mod drill;
mod epp;
mod erasing;
mod error;
mod evidence;
mod evidence_pack;
mod feed;
mod filing;
mod flood;
mod followed;
mod guard;
mod handover;
mod horizon;
mod hosts;
mod inbox;
mod lists;
mod log_key;
mod mails;
mod misp_feed;
mod numbered;
mod offered;
mod open;
mod package;
mod papers;
mod parties;
mod password;
mod people;
mod periods;
mod playbook;
mod plugins;
mod provider;
mod publish;
mod published_words;
mod receipts;
mod recent;
mod registers;
mod replies;
mod requested;
mod said;
mod said_of_lists;
mod sign_in;
mod tasks;
mod tlog;
mod token;
mod told;
mod told_holder;
mod totp;
mod trees;
mod vetting;
mod waivers;
mod webhook_keys;
mod zone_asked;
mod zone_difference;
mod zone_standing;
mod zones;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use forestall_coord::Case;
use forestall_dga::{Catalogue, Prepared};
use forestall_model::directory::Directory;
use forestall_model::{Actor, CaseId, Digest, Instant, ListCounts};
use forestall_store::{CaseView, LogEntry, Place, Store};

pub use acts::{AskRegistry, DaysAnswer};
pub use answers::AnswerFile;
pub use attest::SignedList;
pub use case_file::CaseFile;
pub use check::{CheckDns, CheckReport, CheckZone};
pub use control::{CHALLENGE_LABEL, Control, ProofToken, Way};
pub use cutting::{AskLists, CutOutcome};
pub use dictionaries::{DICTIONARIES, DICTIONARIES_VARIABLE, Dictionaries, MAX_DICTIONARY};
pub use disclosures::NewDisclosure;
pub use docket::{BroughtAppeal, rule_of};
pub use drill::ListSights;
pub use epp::{
    Approved, Approver, EppAccount, EppStanding, EppTold, EppWish, KeptBatch, Planned, RunEnd, RunReport, sight_of,
};
pub use error::DeskError;
pub use evidence_pack::{EvidencePack, PackFile};
pub use feed::{FeedAsk, feed_of_campaigns};
pub use flood::{AskFlood, AskLetters, WrittenLetter, file_name, is_legitimate};
pub use handover::Imported;
pub use inbox::{MAX_CONTACT, MAX_REASON, PUBLIC_APPEAL_HOURS, PublicAppeal};
pub use lists::NameListing;
pub use mails::{MAIL_ROOM, MAX_MAIL, MailSender, MailVerdict, ReadMail};
pub use misp_feed::MispFeed;
pub use numbered::NumberedList;
pub use offered::{AHEAD_DAYS, Offer};
pub use open::{CampaignSpec, OpenCase};
pub use package::{Package, Sender};
pub use papers::{FetchPaper, FetchedPaper, Paper};
pub use parties::{ContactAt, ContactCheck, ImportedParties, SheetForm};
pub use people::{Invite, Invited, SignsInBy};
pub use playbook::{Playbook, Step, playbooks};
pub use plugins::{FiledPlugin, PLUGINS, Plugins};
pub use provider::{AWAY_SECONDS, Admit, ByProvider};
pub use publish::{Publish, PublishSpan, Published};
pub use published_words::lists_within;
pub use receipts::Receipt;
pub use registers::{HeldList, read_list};
pub use said::said_of_holders;
pub use said_of_lists::said_of_lists;
pub use sign_in::{Attempt, IDLE_SECONDS, SESSION_SECONDS, SignedIn, TOUCH_SECONDS};
pub use tasks::OwnedTask;
pub use tlog::{CheckpointReport, LogLeaf, LogReport};
pub use token::Token;
pub use told::{LookedAt, TakeTold};
pub use told_holder::{Told, ToldListing, ToldName};
pub use totp::TotpSecret;
pub use vetting::{Evidence, VetReport};
pub use zone_asked::{WrongMember, notify_target};
pub use zone_difference::ZoneDifference;
pub use zone_standing::{StandingZone, Taker, ZoneNow, key_for_dig};
pub(crate) use zones::key_of;
pub use zones::{NewSubscriber, NewZone, ZoneState};

pub(crate) use lists::computed;

/// Who acts, when, and from what.
#[derive(Clone, Debug)]
pub struct Act {
    /// Who acts.
    pub actor: Actor,
    /// The time of the act.
    pub now: Instant,
    /// When it happened, where that was earlier.
    pub occurred: Option<Instant>,
    /// Where the fact was learned.
    pub source: Option<String>,
    /// A free comment.
    pub comment: Option<String>,
    /// The last event of the case that whoever acts has seen: where another one is the last by then, nothing is done.
    pub basis: Option<u64>,
}

impl Act {
    /// An act of `actor` at `now`, without source or comment.
    #[must_use]
    pub const fn new(actor: Actor, now: Instant) -> Self {
        Self { actor, now, occurred: None, source: None, comment: None, basis: None }
    }
}

/// The desk. Cheap to clone; clones share store and caches.
#[derive(Clone, Debug)]
pub struct Desk {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    catalogue: Catalogue,
    directory: Arc<Directory>,
    /// The digest of the directory, once somebody counts: counts follow from its rules.
    rules: OnceLock<Digest>,
    dictionaries: Dictionaries,
    /// Where files lie that are no part of the store.
    folder: PathBuf,
    files: Mutex<HashMap<CaseId, Lists>>,
    recent: recent::Recent,
    periods: periods::Periods,
    passwords: password::Passwords,
    trees: trees::Trees,
    followed: followed::AllFollowed,
}

/// What is computed for a case: it changes only with its campaigns and its horizon.
#[derive(Clone, Debug)]
struct Lists {
    key: Vec<Digest>,
    horizon: forestall_model::DayRange,
    prepared: Arc<Vec<Prepared>>,
    counts: Arc<Vec<ListCounts>>,
}

impl Desk {
    /// Opens the desk over the store in `folder`, which is made where it is missing, with a catalogue and the directory and the word
    /// lists of the folder.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store cannot be opened, [`DeskError::Folder`] where the operator's table is broken.
    pub async fn open(folder: &Path, catalogue: Catalogue) -> Result<Self, DeskError> {
        Self::open_at(folder, &Place::file(&folder.join(forestall_store::FILE_NAME)), catalogue).await
    }

    /// Opens the desk over the store at a place, with a catalogue and the directory and the word lists of `folder`, in which the
    /// desk keeps its files besides.
    ///
    /// # Errors
    ///
    /// As [`Self::open`].
    pub async fn open_at(folder: &Path, place: &Place, catalogue: Catalogue) -> Result<Self, DeskError> {
        let store = Store::open_at(place, forestall_store::Settings::default()).await?;
        let directory = own_directory(folder)?;
        Ok(Self::with(store, catalogue, directory, Dictionaries::of(Some(folder)), folder.to_path_buf()))
    }

    /// Makes a desk over an open store, a catalogue, a directory and word lists. It keeps its files beside the store, and those of a
    /// store in a database in the current folder.
    #[must_use]
    pub fn over(store: Store, catalogue: Catalogue, directory: Directory, dictionaries: Dictionaries) -> Self {
        let folder = store.place().path().and_then(Path::parent).unwrap_or_else(|| Path::new(".")).to_path_buf();
        Self::with(store, catalogue, directory, dictionaries, folder)
    }

    fn with(
        store: Store,
        catalogue: Catalogue,
        directory: Directory,
        dictionaries: Dictionaries,
        folder: PathBuf,
    ) -> Self {
        let directory = Arc::new(directory);
        let (rules, files) = (OnceLock::new(), Mutex::new(HashMap::new()));
        let (passwords, trees) = (password::Passwords::default(), trees::Trees::default());
        let (followed, recent) = (followed::AllFollowed::default(), recent::Recent::default());
        let periods = periods::Periods::default();
        let inner = Inner {
            store,
            catalogue,
            directory,
            rules,
            dictionaries,
            folder,
            files,
            recent,
            periods,
            passwords,
            trees,
            followed,
        };
        Self { inner: Arc::new(inner) }
    }

    /// Returns the store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// Returns what computes hashes of passwords.
    fn passwords(&self) -> &password::Passwords {
        &self.inner.passwords
    }

    /// Returns the catalogue of families and campaigns.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.inner.catalogue
    }

    /// Returns the word lists that are there.
    #[must_use]
    pub fn dictionaries(&self) -> &Dictionaries {
        &self.inner.dictionaries
    }

    /// Returns the registry directory.
    #[must_use]
    pub fn directory(&self) -> &Arc<Directory> {
        &self.inner.directory
    }

    /// Returns the cases in the order of their ids, as the store's read model has them.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails.
    pub async fn cases(&self) -> Result<Vec<CaseView>, DeskError> {
        Ok(self.store().cases().await?)
    }

    /// Returns events of one case, or of all, after an event number of the log, the oldest first.
    ///
    /// # Errors
    ///
    /// [`DeskError::Store`] where the store fails.
    pub async fn log(&self, case: Option<&CaseId>, after_seq: u64, limit: u32) -> Result<Vec<LogEntry>, DeskError> {
        Ok(self.store().log(after_seq, limit, case).await?)
    }

    /// Returns the state of a case with its counts.
    ///
    /// # Errors
    ///
    /// [`DeskError::NoSuchCase`], or what the store or a changed generator report.
    pub async fn file(&self, id: &CaseId) -> Result<CaseFile, DeskError> {
        let case = self.store().load(id).await?.ok_or_else(|| DeskError::NoSuchCase(id.clone()))?;
        self.file_of(case).await
    }

    /// Returns the state of a case as [`Desk::cases`] just listed it, without asking the store once more where the state is in memory.
    ///
    /// # Errors
    ///
    /// As [`Desk::file`].
    pub async fn listed_file(&self, row: &CaseView) -> Result<CaseFile, DeskError> {
        match self.store().kept(&row.id, row.version).await {
            Some(case) => self.file_of(case).await,
            None => self.file(&row.id).await,
        }
    }

    async fn file_of(&self, case: Arc<Case>) -> Result<CaseFile, DeskError> {
        let lists = self.lists(&case).await?;
        Ok(CaseFile { case, counts: lists.counts, prepared: lists.prepared })
    }
}

/// The file in the data folder in which an operator's own facts on registries stand, over the built-in directory.
pub const DIRECTORY_FILE: &str = "directory.csv";

/// Returns the built-in directory with the table of `folder` over it, where there is one.
///
/// # Errors
///
/// [`DeskError::Folder`] where the table is broken or cannot be read, with its line and column.
pub fn own_directory(folder: &Path) -> Result<Directory, DeskError> {
    let mut directory = Directory::built_in().clone();
    let path = folder.join(DIRECTORY_FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) => directory.amend_csv(&text).map(drop).map_err(|error| {
            DeskError::Folder(format!(
                "the operator's table {} is broken: {error}; mend it or remove it",
                path.display()
            ))
        })?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => {
            return Err(DeskError::Folder(format!("the operator's table {} cannot be read: {error}", path.display())));
        }
    }
    Ok(directory)
}

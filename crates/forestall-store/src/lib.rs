// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Event log, read models and caches on SQLite and PostgreSQL.
//!
//! The log is the truth: events are appended, never changed, each with a number without gaps over all cases (`seq`) and
//! one in its case (`version`). An event is stored as its canonical encoding with its hash; names of people and comments
//! stand in a table of their own, can be erased ([`Store::erase`]), and are committed to by the event.
//!
//! [`Store::execute`] is the way in: it hands the state of a case to a decision, appends the event, and decides again where
//! somebody else was faster. What it returns is on the disk. One task per process writes, and commits what waits
//! together; reading goes on beside it.
//!
//! *Read models* ([`CaseView`], [`SliceView`], [`ExclusionView`]) are folds over the log, written in the transaction of each
//! append; [`Store::rebuild`] makes them anew and [`Store::verify`] holds everything against the log. [`Store::examine`] looks at a store without opening it. *Counts* of computed
//! lists are a cache and may be deleted at any time.
//!
//! Statements are written once for SQLite and PostgreSQL: `BIGINT`, `TEXT`, `DOUBLE PRECISION` and `BYTEA`, arguments `$n`,
//! instants in microseconds, no triggers, no query into JSON. What is SQLite's own is in one file, `sqlite.rs`, and what is
//! PostgreSQL's in another, `postgres.rs`. On both, one transaction at a time writes to a store, in whatever process: a statement
//! may take the next number from a table. Several processes may share one store; on PostgreSQL they may run on several hosts.

#![forbid(unsafe_code)]

mod api_answers;
mod api_tokens;
mod append;
mod backup;
mod challenges;
mod connection;
mod counts;
mod daily_mails;
mod disclosures;
mod documents;
mod epp;
mod error;
mod evidence;
mod examine;
mod failures;
mod import;
mod invitations;
mod jobs;
mod log;
mod mails;
mod notices;
mod parties;
mod people;
mod person_sessions;
mod place;
mod postgres;
mod projection;
mod random;
mod revision;
mod row;
mod schema;
mod sent_letters;
mod sign_in;
mod sqlite;
mod state;
mod statement;
mod store;
mod tlog;
mod verify;
mod view;
mod writer;
mod zone_subscribers;
mod zones;

pub use api_answers::{KeptAnswer, KeyedRequest, Known};
pub use api_tokens::ApiToken;
pub use append::MAX_EVENT;
pub use challenges::Challenge;
pub use disclosures::Disclosure;
pub use documents::{Document, MAX_DOCUMENT};
pub use epp::{EppBatch, EppRehearsed};
pub use error::{AppendError, ExecuteError, StoreError};
pub use examine::Examined;
pub use invitations::Invitation;
pub use jobs::{Job, JobState, JobsAsked, NewJob};
pub use log::LogEntry;
pub use mails::{KeptMail, MailPlace, MailRoom, MailState, MailTaken, MailWay};
pub use notices::NoticeReceipt;
pub use parties::{KeptParty, PartyChange};
pub use people::{Person, Secrets};
pub use person_sessions::PersonSession;
pub use place::Place;
pub use random::fresh_salts;
pub use sent_letters::SentLetter;
pub use store::{FILE_NAME, Settings, Store, Stored};
pub use verify::Problem;
pub use view::{AnswerView, CaseView, ExclusionView, RequestView, SliceView};
pub use zone_subscribers::{ZoneKey, ZoneSubscriber, ZoneTaken, ZoneTold};
pub use zones::{Zone, ZoneSerial};

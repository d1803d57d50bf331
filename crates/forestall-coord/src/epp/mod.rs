// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What may be sent to a registry over EPP, and when: decided here, without a connection.
//!
//! A [`Batch`] is a list of commands for one slice and one account, written as a text whose SHA-256 two people approve. [`next`] says what is to be
//! done now: look at a name, send one frame, settle what is in doubt, or nothing. What was done stands in the [`Journal`], one [`Record`]
//! for each frame, written *before* the frame goes out. After a crash the same function goes on from the journal alone.
//!
//! The rules, each of which a property test holds against any order of events and any crash:
//!
//! - Nothing is sent without the [approval] of two different people for this very text, not older than its time, and nothing while the switch is off.
//! - Nothing is sent without a [`Look`] at the same name directly before it, taken after the last command about that name ended.
//! - A name is created only where it is free and the case still asks for it; whatever else is done, is done to the object that a command of ours
//!   created, or under an order that is on the record of the case and still stands.
//! - A name is deleted, or a protection of it taken away, only once its window has closed and the cool-down after it is over.
//! - No more frames a day than the account's cap.
//! - A frame whose answer never came is in doubt: after a rest the registry is asked what came of it, and only what was not done is sent again.

pub mod approval;
mod batch;
mod difference;
mod journal;
mod next;
mod rules;

pub use approval::{Approval, Stop, Terms};
pub use batch::{Batch, BatchError, Entry, Ground, MOST_ENTRIES};
pub use difference::{Changed, difference};
pub use journal::{Journal, Outcome, Record, transaction};
pub use next::{Intent, Present, Refused, Rehearsed, Step, Wanted, next, rehearse};
pub use rules::{Look, Rules, Seen, latest_need};

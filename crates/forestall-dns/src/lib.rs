// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The DNS, as far as Forestall speaks it: wire format, a small stub client, and transfers of zones to those who take them.
//!
//! [`transfer`] serves zones to secondaries.
//!
//! This is the only crate that names the `domain` crate; its types do not show here. A [`Client`] asks one server one
//! [`Question`] at a time, never faster than its rate, and gives an [`Answer`] or an [`AskError`]. [`Client::delegation`] asks what the
//! response needs to know of a name: is it delegated at its parent, and to whom? The server may be authoritative for the
//! parent or a resolver; [`Client::authority`] tells which.
//!
//! Servers are hostile or broken until they prove otherwise. An answer counts only if it comes from the address that was asked,
//! to the random port and with the random number of the question, and repeats the question letter by letter in the
//! random letter case in which it was sent. Whatever else arrives is passed over, for a bounded time.

#![forbid(unsafe_code)]

pub mod answer;
pub mod client;
pub mod delegation;
mod pace;
pub mod transfer;
mod wire;

pub use answer::{Answer, Data, Kind, Question, Rcode, Record};
pub use client::{AskError, Client, Options};
pub use delegation::{Authority, Delegation, Failure};

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Verdicts over predicted names, from evidence handed in.
//!
//! A [`Dossier`](forestall_model::Dossier) holds what was learned of one registrable name, [`Circumstances`] what else a verdict
//! needs: when the family was first seen, the windows, what other predicted names share. [`assess`](verdict::assess) makes a [`Verdict`] of both under
//! [`Rules`]: a class, a band, and a score that is the sum of named points. The same three give the same verdict,
//! so that a stored one can be computed again.
//!
//! Only the safe side is ever automatic. *Clear benign* means that nobody acts on the name in this window, and it is looked at again
//! every day; [`automatic`] says whether that may still stand. *Clear malicious* only sorts the name for a person. No
//! evidence is never evidence: a look that failed makes nothing clear, and nothing free.
//!
//! This crate does no I/O and reads no clock.

#![forbid(unsafe_code)]
#![warn(clippy::disallowed_methods)]

pub mod automatic;
pub mod circumstances;
pub mod cohort;
pub mod evaluate;
mod evidence;
mod existence;
pub mod known;
mod nearest;
pub mod points;
pub mod register;
pub mod rules;
pub mod unit;
pub mod verdict;

pub use circumstances::Circumstances;
pub use forestall_model::Band;
pub use points::{Group, Limit, Point, PointName};
pub use register::Register;
pub use rules::Rules;
pub use unit::Unit;
pub use verdict::Verdict;

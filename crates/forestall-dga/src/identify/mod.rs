// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! From observed names to what made them: family, campaign, date, and the error of the machine's clock.
//!
//! [`Observed`] reads the names. [`known()`] makes the lists of every campaign of a catalogue over a span and looks the names up in them.
//! [`recover`](mod@recover) searches for parameters that no campaign has, where a family offers a [`SeedSearch`]; what it finds is
//! confirmed with names that the search did not use, and can be printed as an entry of the catalogue ([`entry`]). Names that carry data are
//! decoded ([`victims`](mod@victims)).

pub mod entry;
pub mod known;
pub mod lcg;
pub mod observed;
pub mod recover;
pub mod victims;

pub use known::{Explanation, Identified, SkipReason, Skipped, Spans, known};
pub use lcg::Lcg32;
pub use observed::{Observed, ObservedError};
pub use recover::{Clue, Effort, RecoverError, Recovered, SeedSearch, recover};
pub use victims::{Domain, Time, Undecoded, UndecodedReason, Victim, victims};

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How many machines still ask, and is it getting better: counts with a stated method, an interval and a definition.
//!
//! What a sinkhole sees are addresses. One machine has several in a day where its provider hands them out anew, several machines share one
//! behind a translator of addresses, some are off, and most ask for names that somebody else holds. Each of these has its estimator, one a
//! file, with the paper that it is from; what it assumes travels with what it says.
//!
//! What is counted: [`Source`] puts an address into the form that is counted, [`Addresses`] is an exact set of them, [`HourlyAddresses`] the
//! 24 sets of a day, and [`Sketch`] a set of fixed size whose count is near. All of them merge, in any order and any number of times, and have a
//! checked form in octets, so that sensors can send them.
//!
//! What follows from it: an [`Estimate`] is a value with its 90 % interval, method and assumptions. With a [`Definition`] it is a [`Figure`], which alone
//! is shown. Figures of unlike definitions are not compared: [`Definition::like`] says what differs. The estimators are
//!
//! - [`names`]: we hold some of the names of a day's list, others hold some more, and a bot asks for a part;
//! - [`chapman`], [`schnabel`], [`chao`], [`jolly_seber`]: who is seen twice tells how many were not seen at all;
//! - [`churn`]: one machine, several addresses;
//! - [`behind`] and [`agents`]: one address, several machines;
//! - [`half_life`]: how fast a population gets smaller;
//! - [`bounds`]: where no model is believed;
//! - [`q_sum`]: the figure of 2009 that is none.
//!
//! [`day`] makes the figures of a day from what a sinkhole saw, and those of several days into a trend; what it cannot give it says, with the reason.
//!
//! [`simulate`] makes populations of which the truth is known, and says how often each interval holds it.
//!
//! Nothing here opens a file or a connection or reads a clock. The same input gives the same figures.

#![forbid(unsafe_code)]
#![warn(clippy::disallowed_methods)]

pub mod addresses;
pub mod agents;
pub mod behind;
pub mod bounds;
pub mod chance;
pub mod chao;
pub mod chapman;
pub mod churn;
pub mod day;
pub mod definition;
pub mod estimate;
pub mod figure;
pub mod frame;
pub mod half_life;
pub mod hours;
pub mod jolly_seber;
pub mod keyed;
pub mod names;
pub mod occasions;
pub mod q_sum;
pub mod schnabel;
pub mod series;
pub mod simulate;
mod sip;
pub mod sketch;
pub mod source;
mod special;

pub use addresses::Addresses;
pub use definition::{Definition, Evidence, Span, Unit, Unlike};
pub use estimate::{Estimate, Method, NoEstimate};
pub use figure::Figure;
pub use frame::FormatError;
pub use hours::HourlyAddresses;
pub use keyed::Keyed;
pub use q_sum::{QSum, QTotal};
pub use series::Series;
pub use sketch::{Sketch, SketchKey};
pub use source::{Protocol, Source};

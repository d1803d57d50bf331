// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Families that no list holds: clients whose failed look-ups were made by an algorithm, and the groups that they form.
//!
//! A single name proves nothing, so nothing here raises an alarm for one. A [`Lookout`] keeps who was told of which registrable name that it does not
//! exist, each name once a client. For each client [`report`] then asks three questions: do its names look generated, taken together, in
//! the order in which they came (`window`)? Are they more alike than names of ordinary traffic (`alike`)? Are they made of one closed
//! list of words (`words`)? Clients that pass, and clients that pass together because they asked for the same names, are put
//! into one [`Group`] where they ask for the same or for alike names (`group`, [`shape`](Shape)). A group says who, what, in which form, how names are
//! probably made (`scheme`), and which known family has such names ([`KnownShape`]).
//!
//! Nothing hangs on the order of the input, on threads, or on a clock: time comes from the records.

mod alike;
mod chernoff;
mod evidence;
mod gather;
mod group;
mod nearest;
mod pattern;
mod report;
mod scheme;
mod shape;
mod verdict;
mod window;
mod words;

pub use gather::{Gathered, Limits, Lookout, Seen};
pub use nearest::{KnownShape, Nearest};
pub use report::{DEFAULT_THRESHOLD, Group, Hunted, Member, Suffix, report};
pub use scheme::{Seeding, Suggestion};
pub use shape::{Parity, Shape};
pub use verdict::{ClientScore, Sign, client_scores};

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The census of a day: from what machines and resolvers showed to figures.
//!
//! A [`Muster`] takes the requests of machines one by one, a [`Roll`] the queries of resolvers. Neither can be made into the other: a query names the resolver, a connection the
//! machine. What is left of both when the addresses are gone is a [`Totals`]: numbers only, which the lake keeps when it deletes the events. A [`DayReport`] is made of one, so that a day
//! whose events are still there and one of which only numbers are left are told in the same way. A [`Trend`] is made of several, of the like only.
//! Numbers of one day that were made in parts are put together by [`Totals::joined`]. What several days have together is a [`Distinct`], which is no number of machines and says so.

mod count;
mod country;
mod distinct;
mod held;
mod merge;
mod muster;
mod pairs;
mod part;
mod public;
mod recapture;
mod report;
mod requests;
mod roll;
mod samples;
mod seen;
mod sketches;
mod table;
mod text;
mod totals;
mod trend;

pub use country::{Countries, CountryLine, PublicCountries, Within, csv_by_country};
pub use distinct::{Distinct, Gathering, NotTogether};
pub use held::{Held, Reading, Told};
pub use merge::{Between, Joined, Late};
pub use muster::{Muster, Place, Visit};
pub use part::{Part, PartError};
pub use public::{LEAST_CELL, PublicCell, PublicTable};
pub use report::{DayReport, Entry, Names, PartLine};
pub use roll::Roll;
pub use samples::{MOST_SAMPLES, Samples};
pub use sketches::{DAY_PRECISION, Sketches};
pub use table::{HEADER, csv};
pub use text::text;
pub use totals::{Behind, Counts, LeftOut, Machines, PartCounts, Resolvers, Shed, Totals, VERSION};
pub use trend::{PartTrend, Refused, Trend};

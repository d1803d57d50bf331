// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Distinct addresses over several days, weeks or months: from the exact sets of days whose addresses are in clear, and from the sketches of those whose addresses are gone.
//!
//! It is no population. A machine whose provider gives it another address each day is in it each day, so that the number only grows; of 2009's figures those that were added up in this way are the largest. It says how
//! many addresses have to be looked at, in letters to networks for one, and nothing of it is a [`Figure`](crate::Figure): it is never drawn in a curve nor set beside one of a day.

use std::fmt;

use forestall_model::UtcDay;
use serde::Serialize;

use super::sketches::Sketches;
use crate::addresses::Addresses;
use crate::estimate::{Estimate, real};
use crate::sketch::{NotMerged, SketchKey};
use crate::source::Protocol;

/// What stands with each such number.
const WARNING: &str = "distinct addresses over several days are no number of machines: a machine that gets another address each day is in it each day, so that it only grows";

/// Addresses of several days while they are put together.
#[derive(Clone, Debug, Default)]
pub struct Gathering {
    exact: Addresses,
    sketches: Option<Sketches>,
    /// The most that one day of the sketches has, of each kind: there are no fewer in all.
    most: [u64; 2],
    /// The sum over these days: there are no more of them.
    sum: [u64; 2],
    in_clear: Vec<UtcDay>,
    sketched: Vec<UtcDay>,
    missing: Vec<UtcDay>,
}

/// Distinct addresses over several days, with the warning that they are no machines.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Distinct {
    /// The family.
    pub family: String,
    /// The first day.
    #[serde(serialize_with = "day_text")]
    pub from: UtcDay,
    /// The last day.
    #[serde(serialize_with = "day_text")]
    pub until: UtcDay,
    /// Days of which there is something.
    pub days: usize,
    /// Days of which nothing is known, in order: what was seen on them is not in the numbers.
    #[serde(serialize_with = "days_text")]
    pub missing: Vec<UtcDay>,
    /// Distinct IPv4 addresses.
    pub addresses: Estimate,
    /// Distinct IPv6 networks of 64 bits, never added to the addresses.
    pub networks6: Estimate,
    /// Why this is no number of machines.
    pub warning: &'static str,
}

/// Why days cannot be put together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotTogether {
    /// Some are in clear, of others there are sketches, and there is no key to put the former into those.
    #[error(
        "addresses of {clear} are in clear and of {sketched} there are sketches: only who has the key of the sketches can put both together"
    )]
    NoKey {
        /// The first day in clear.
        clear: UtcDay,
        /// The first day of sketches.
        sketched: UtcDay,
    },
    /// Sketches do not merge.
    #[error("the sketches of {day} do not merge with those of the other days")]
    NotMerged {
        /// The day.
        day: UtcDay,
        /// Why not.
        #[source]
        source: NotMerged,
    },
    /// The key is not that of the sketches.
    #[error("the key is not the one that the sketches of {day} were made with")]
    OtherKey {
        /// The first day of them.
        day: UtcDay,
    },
}

impl Gathering {
    /// Adds the addresses of a day that are in clear.
    pub fn add_addresses(&mut self, day: UtcDay, addresses: &Addresses) {
        self.exact.merge(addresses);
        self.in_clear.push(day);
    }

    /// Adds the sketches of a day, of which `addresses` and `networks6` are the counts.
    ///
    /// # Errors
    ///
    /// [`NotTogether::NotMerged`]; nothing is added then.
    pub fn add_sketches(
        &mut self,
        day: UtcDay,
        sketches: &Sketches,
        (addresses, networks6): (u64, u64),
    ) -> Result<(), NotTogether> {
        match &mut self.sketches {
            None => self.sketches = Some(sketches.clone()),
            Some(all) => all.merge(sketches).map_err(|source| NotTogether::NotMerged { day, source })?,
        }
        for (place, count) in [addresses, networks6].into_iter().enumerate() {
            self.most[place] = self.most[place].max(count);
            self.sum[place] += count;
        }
        self.sketched.push(day);
        Ok(())
    }

    /// Notes that nothing is known of a day.
    pub fn miss(&mut self, day: UtcDay) {
        self.missing.push(day);
    }

    /// Returns what the days have together. Where all are in clear it is counted; else sketches tell it, and days in clear are put into those with their key.
    ///
    /// # Errors
    ///
    /// [`NotTogether`] where some days are in clear and others are not, and the key is missing or another one.
    pub fn finish(
        self,
        family: &str,
        (from, until): (UtcDay, UtcDay),
        key: Option<&SketchKey>,
    ) -> Result<Distinct, NotTogether> {
        let kinds = [Protocol::V4, Protocol::V6];
        let exact = kinds.map(|kind| self.exact.count(kind));
        let [addresses, networks6] = match (self.sketches, self.sketched.first()) {
            (Some(mut sketches), Some(first)) => {
                if let Some(clear) = self.in_clear.first() {
                    let key = key.ok_or(NotTogether::NoKey { clear: *clear, sketched: *first })?;
                    let ours = Sketches::of(&self.exact, key);
                    sketches.merge(&ours).map_err(|_| NotTogether::OtherKey { day: *first })?;
                }
                let (v4, v6) = (sketches.v4.count(), sketches.v6.count());
                [(v4, 0), (v6, 1)].map(|(count, kind)| {
                    count.held_to(real(self.most[kind].max(exact[kind])), real(self.sum[kind] + exact[kind]))
                })
            }
            _ => exact.map(Estimate::counted),
        };
        let mut days: Vec<UtcDay> = self.in_clear.into_iter().chain(self.sketched).collect();
        days.sort_unstable();
        days.dedup();
        let mut missing = self.missing;
        missing.sort_unstable();
        let (family, days) = (family.to_owned(), days.len());
        Ok(Distinct { family, from, until, days, missing, addresses, networks6, warning: WARNING })
    }
}

fn day_text<S: serde::Serializer>(day: &UtcDay, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(day)
}

fn days_text<S: serde::Serializer>(days: &[UtcDay], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(days.iter().map(ToString::to_string))
}

impl fmt::Display for Distinct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { family, from, until, days, missing, addresses, networks6, warning } = self;
        writeln!(f, "{family}, {from} to {until}, {days} days")?;
        for (what, estimate) in
            [("distinct IPv4 addresses", addresses), ("distinct IPv6 networks of 64 bits", networks6)]
        {
            writeln!(f, "  {what}: {estimate}")?;
            for method in estimate.methods() {
                writeln!(f, "    method: {}: {} ({})", method.name, method.what, method.source)?;
            }
            for assumption in estimate.assumptions() {
                writeln!(f, "    assumes: {assumption}")?;
            }
        }
        if !missing.is_empty() {
            let missing: Vec<String> = missing.iter().map(ToString::to_string).collect();
            writeln!(f, "  nothing is known of: {}", missing.join(", "))?;
        }
        write!(f, "  {warning}")
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a figure counts: unit, evidence, span, of whom, and by which share of the names. Only the like is compared.

use std::fmt;

use forestall_model::UtcDay;
use serde::Serialize;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Unit {
    /// Distinct IPv4 addresses. One machine may have had several, several machines may share one.
    Addresses4,
    /// Distinct IPv6 networks of 64 bits: what a household gets at least.
    Networks6,
    /// Distinct pairs of address and User-Agent.
    AddressAgents,
    /// Distinct addresses of resolvers that asked. No machine is one.
    Resolvers,
    /// Infected machines that were on and asked at some time in the span.
    MachinesOn,
    /// Infected machines, whether they were on in the span or not.
    MachinesInfected,
}

impl Unit {
    const fn of_machines(self) -> bool {
        matches!(self, Self::MachinesOn | Self::MachinesInfected)
    }

    /// Says whether the unit hangs on the share of the names that was held: a population that was corrected for it does not.
    const fn hangs_on_names(self) -> bool {
        !self.of_machines()
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Addresses4 => "distinct IPv4 addresses",
            Self::Networks6 => "distinct IPv6 networks of 64 bits",
            Self::AddressAgents => "distinct pairs of address and User-Agent",
            Self::Resolvers => "distinct addresses of resolvers",
            Self::MachinesOn => "infected machines that were on",
            Self::MachinesInfected => "infected machines, on or off",
        })
    }
}

/// What was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// A resolver asked our name servers for a name.
    ResolverAsked,
    /// A machine connected to a sinkhole.
    MachineConnected,
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ResolverAsked => "resolvers that asked",
            Self::MachineConnected => "machines that connected",
        })
    }
}

/// How long was counted. There is no longer span than a day: a count that only grows is no population.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Span {
    /// A UTC hour.
    Hour,
    /// A UTC day.
    Day,
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hour => "hour",
            Self::Day => "day",
        })
    }
}

/// Which share of a day's list our sinkholes held; none of none where that is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Share {
    /// Names held.
    pub held: u32,
    /// Distinct names of the day's list.
    pub listed: u32,
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.listed == 0 {
            return f.write_str("a share of the names that is not known");
        }
        write!(f, "{} of {} names", self.held, self.listed)
    }
}

/// What a figure counts. Two figures are compared only where all of this is the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Definition {
    unit: Unit,
    evidence: Evidence,
    span: Span,
    day: UtcDayText,
    /// The families and variants, as one text.
    of: String,
    /// The network, country or other part; all where there is none.
    part: Option<String>,
    names: Share,
    /// Who was left out, as one text; a change of the rules makes another series.
    without: Option<String>,
}

/// A day as figures write it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct UtcDayText(UtcDay);

impl fmt::Debug for UtcDayText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl Serialize for UtcDayText {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A unit that this evidence says nothing about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{unit} cannot be counted from {evidence}: a query names the resolver, a connection the machine")]
pub struct WrongEvidence {
    unit: Unit,
    evidence: Evidence,
}

/// Something in which two definitions differ, with what each of them says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {one} against {other}")]
pub struct Difference {
    /// In what.
    pub what: &'static str,
    /// What the one says.
    pub one: String,
    /// What the other says.
    pub other: String,
}

/// Two figures that must not be compared.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("these figures count different things and are not compared: {}", told(.differences))]
pub struct Unlike {
    /// All differences; at least one.
    pub differences: Vec<Difference>,
}

fn told(differences: &[Difference]) -> String {
    differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl Definition {
    /// Makes a definition: of `of` (families and variants) on `day`, in all networks, with nobody left out and all names held.
    ///
    /// # Errors
    ///
    /// [`WrongEvidence`] where queries of resolvers are to count machines or their addresses, or connections resolvers.
    pub fn new(
        unit: Unit,
        evidence: Evidence,
        (span, day): (Span, UtcDay),
        of: &str,
        names: Share,
    ) -> Result<Self, WrongEvidence> {
        if (unit == Unit::Resolvers) != (evidence == Evidence::ResolverAsked) {
            return Err(WrongEvidence { unit, evidence });
        }
        Ok(Self { unit, evidence, span, day: UtcDayText(day), of: of.to_owned(), part: None, names, without: None })
    }

    /// Makes a definition of machines that connected; the unit is any but that of resolvers.
    pub(crate) fn of_machines(unit: Unit, (span, day): (Span, UtcDay), of: &str, names: Share) -> Self {
        let evidence = Evidence::MachineConnected;
        Self { unit, evidence, span, day: UtcDayText(day), of: of.to_owned(), part: None, names, without: None }
    }

    /// Returns this counting another unit over another span, of machines as before.
    pub(crate) fn counting(self, unit: Unit, span: Span) -> Self {
        Self { unit, span, ..self }
    }

    /// Returns this for one network, country or other part.
    #[must_use]
    pub fn of_part(mut self, part: &str) -> Self {
        self.part = Some(part.to_owned());
        self
    }

    /// Returns this with a statement of who was left out, such as crawlers by a list of a date.
    #[must_use]
    pub fn without(mut self, whom: &str) -> Self {
        self.without = Some(whom.to_owned());
        self
    }

    /// Returns what is counted.
    #[must_use]
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// Returns the day.
    #[must_use]
    pub fn day(&self) -> UtcDay {
        self.day.0
    }

    /// Returns what was seen.
    #[must_use]
    pub fn evidence(&self) -> Evidence {
        self.evidence
    }

    /// Returns how long was counted.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }

    /// Returns the families and variants.
    #[must_use]
    pub fn of(&self) -> &str {
        &self.of
    }

    /// Returns which share of the names was held.
    #[must_use]
    pub fn names(&self) -> Share {
        self.names
    }

    /// Returns who was left out; `None` where nobody was.
    #[must_use]
    pub fn left_out(&self) -> Option<&str> {
        self.without.as_deref()
    }

    /// Returns the part, where it is one.
    #[must_use]
    pub fn part(&self) -> Option<&str> {
        self.part.as_deref()
    }

    /// Says whether this may stand in one curve with another: all is the same but for the day.
    ///
    /// # Errors
    ///
    /// [`Unlike`] with everything that differs.
    pub fn like(&self, other: &Self) -> Result<(), Unlike> {
        self.compare(other, true)
    }

    /// Says whether this and another may be set side by side as two parts: all is the same but for the part.
    ///
    /// # Errors
    ///
    /// [`Unlike`] with everything that differs, the day among it.
    pub fn like_but_for_part(&self, other: &Self) -> Result<(), Unlike> {
        self.compare(other, false)
    }

    fn compare(&self, other: &Self, along_time: bool) -> Result<(), Unlike> {
        let mut differences = Vec::new();
        let mut check = |what, one: String, other: String| {
            if one != other {
                differences.push(Difference { what, one, other });
            }
        };
        let part = |definition: &Self| definition.part.clone().unwrap_or_else(|| "all networks".to_owned());
        check("unit", self.unit.to_string(), other.unit.to_string());
        check("evidence", self.evidence.to_string(), other.evidence.to_string());
        check("span", self.span.to_string(), other.span.to_string());
        check("families", self.of.clone(), other.of.clone());
        let without = |definition: &Self| definition.without.clone().unwrap_or_else(|| "nobody".to_owned());
        check("left out", without(self), without(other));
        if self.unit.hangs_on_names() || other.unit.hangs_on_names() {
            check("names held", self.names.to_string(), other.names.to_string());
        }
        if along_time {
            check("part", part(self), part(other));
        } else {
            check("day", self.day.0.to_string(), other.day.0.to_string());
        }
        if differences.is_empty() { Ok(()) } else { Err(Unlike { differences }) }
    }
}

impl fmt::Display for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let when = match self.span {
            Span::Hour => "in the busiest hour of",
            Span::Day => "on",
        };
        write!(f, "{}, {}, {when} {}", self.unit, self.of, self.day.0)?;
        if let Some(part) = &self.part {
            write!(f, ", {part}")?;
        }
        write!(f, "; seen: {}; {} held; left out: ", self.evidence, self.names)?;
        f.write_str(self.without.as_deref().unwrap_or("nobody"))
    }
}

#[cfg(test)]
mod tests {
    use super::{Definition, Evidence, Share, Span, Unit};

    fn of(unit: Unit, held: u32) -> Definition {
        let day = "2009-04-01".parse().unwrap();
        let names = Share { held, listed: 50_000 };
        Definition::new(unit, Evidence::MachineConnected, (Span::Day, day), "conficker-c", names).unwrap()
    }

    #[test]
    fn says_all_that_differs() {
        let other = of(Unit::AddressAgents, 6).without("crawlers of 2009-04-01").of_part("AS64500");
        let unlike = of(Unit::Addresses4, 69).like(&other).unwrap_err();
        let expected = "these figures count different things and are not compared: \
             unit: distinct IPv4 addresses against distinct pairs of address and User-Agent; \
             left out: nobody against crawlers of 2009-04-01; \
             names held: 69 of 50000 names against 6 of 50000 names; \
             part: all networks against AS64500";
        assert_eq!(unlike.to_string(), expected);
    }

    #[test]
    fn a_population_that_was_corrected_for_the_names_does_not_hang_on_them() {
        assert!(of(Unit::MachinesOn, 69).like(&of(Unit::MachinesOn, 6)).is_ok());
        assert!(of(Unit::Addresses4, 69).like(&of(Unit::Addresses4, 6)).is_err());
    }

    #[test]
    fn parts_of_one_day_stand_side_by_side() {
        let (one, other) = (of(Unit::Addresses4, 6).of_part("BE"), of(Unit::Addresses4, 6).of_part("FR"));
        assert!(one.like_but_for_part(&other).is_ok() && one.like(&other).is_err());
    }

    #[test]
    fn resolvers_are_no_machines() {
        let day = "2009-04-01".parse().unwrap();
        let make = |unit, evidence| {
            Definition::new(unit, evidence, (Span::Day, day), "conficker-a", Share { held: 250, listed: 250 })
        };
        let wrong = make(Unit::MachinesOn, Evidence::ResolverAsked).unwrap_err();
        assert_eq!(
            wrong.to_string(),
            "infected machines that were on cannot be counted from resolvers that asked: a query names the resolver, a connection the machine"
        );
        assert!(make(Unit::Resolvers, Evidence::MachineConnected).is_err());
        assert!(make(Unit::Resolvers, Evidence::ResolverAsked).is_ok());
    }
}

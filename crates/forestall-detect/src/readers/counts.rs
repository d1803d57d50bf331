// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What was read and what was broken.

use std::fmt;

/// Places of broken things that are kept.
const FIRST: usize = 8;

/// Counts of one input, or of several after [`Self::merge`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Lines, packets or frames.
    pub units: u64,
    /// Records made of them.
    pub records: u64,
    /// Units or messages that are whole but tell of no question of class IN: comments, other traffic, answers without a question.
    pub passed: u64,
    broken: [u64; Fault::ALL.len()],
    first: Vec<Broken>,
}

/// Something broken and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Broken {
    /// Where.
    pub place: Place,
    /// What.
    pub fault: Fault,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.fault)
    }
}

/// A place in an input, after decompression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A line, from 1.
    Line(u64),
    /// A row of a table, from 1.
    Row(u64),
    /// An octet, from 0.
    Octet(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(number) => write!(f, "line {number}"),
            Self::Row(number) => write!(f, "row {number}"),
            Self::Octet(offset) => write!(f, "octet {offset}"),
        }
    }
}

macro_rules! faults {
    ($($(#[doc = $doc:literal])+ $name:ident: $text:literal,)+) => {
        /// What is broken.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Fault {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Fault {
            /// All, in the order in which they are told.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// Says what is broken, without the value.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

faults! {
    /// A line longer than [`LONGEST_LINE`](super::LONGEST_LINE).
    LongLine: "a line longer than 65536 octets",
    /// A line with too few fields.
    Fields: "too few fields",
    /// A time that is none.
    Time: "the time is not understood",
    /// A time without a year, and nothing says which year is meant.
    Year: "the time has no year, and the reader was not told the day of the log",
    /// No client or no address in its place.
    Client: "the client is missing or not an address",
    /// A name that is missing or longer than a name can be.
    Name: "the name is missing or longer than a name can be",
    /// A line that is no JSON object.
    Json: "not a JSON object",
    /// A line whose quotation marks do not close.
    Quotes: "a quotation mark is not closed on its line",
    /// A line before the header that names the columns.
    Header: "no header names the columns for a time, a client and a name",
    /// The input ends inside a packet, block or frame.
    Cut: "the input ends inside a packet or frame",
    /// A packet, block or frame whose stated length cannot be.
    Length: "a stated length that cannot be",
    /// A packet whose interface was not described.
    Interface: "a packet of an interface that was not described",
    /// A link layer that is not read.
    Link: "a link layer that is not read",
    /// A packet whose headers do not fit into it.
    Packet: "the headers of the packet do not fit into it",
    /// Fragments that never became whole, or contradict each other.
    Fragment: "fragments that did not become a whole packet",
    /// A part of a TCP stream that could not be read as DNS messages.
    Stream: "a part of a TCP stream that is not DNS or has a hole",
    /// A DNS message that is none.
    Message: "a malformed DNS message",
    /// A frame that is no dnstap message.
    Dnstap: "a malformed dnstap message",
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl Counts {
    /// Counts something broken.
    pub(crate) fn add_broken(&mut self, place: Place, fault: Fault) {
        self.broken[fault as usize] += 1;
        self.keep(Broken { place, fault });
    }

    /// Returns how many things were broken.
    #[must_use]
    pub fn broken(&self) -> u64 {
        self.broken.iter().sum()
    }

    /// Returns what was broken and how often, in the order of [`Fault::ALL`], without what never was.
    pub fn faults(&self) -> impl Iterator<Item = (Fault, u64)> + '_ {
        Fault::ALL.iter().map(|fault| (*fault, self.broken[*fault as usize])).filter(|(_, count)| *count != 0)
    }

    /// Returns the first broken things, at most 8, in the order of the input.
    #[must_use]
    pub fn first(&self) -> &[Broken] {
        &self.first
    }

    /// Adds the counts of another part of the same input. The order of merging makes no difference.
    pub fn merge(&mut self, other: &Self) {
        self.units += other.units;
        self.records += other.records;
        self.passed += other.passed;
        for (count, more) in self.broken.iter_mut().zip(other.broken) {
            *count += more;
        }
        other.first.iter().for_each(|broken| self.keep(*broken));
    }

    fn keep(&mut self, broken: Broken) {
        if self.first.len() == FIRST && self.first.last().is_some_and(|last| *last <= broken) {
            return;
        }
        let at = self.first.partition_point(|kept| *kept <= broken);
        self.first.insert(at, broken);
        self.first.truncate(FIRST);
    }
}

#[cfg(test)]
mod tests {
    use super::{Broken, Counts, Fault, Place};

    #[test]
    fn keeps_the_first_places_whatever_comes_first() {
        let (mut early, mut late) = (Counts::default(), Counts::default());
        (1..20).for_each(|line| early.add_broken(Place::Line(line), Fault::Time));
        (20..40).for_each(|line| late.add_broken(Place::Line(line), Fault::Name));
        let mut one = early.clone();
        one.merge(&late);
        late.merge(&early);
        assert_eq!(one, late);
        assert_eq!(one.first().len(), 8);
        assert_eq!(one.first()[7], Broken { place: Place::Line(8), fault: Fault::Time });
        assert_eq!(one.faults().collect::<Vec<_>>(), [(Fault::Time, 19), (Fault::Name, 20)]);
        assert_eq!(one.first()[0].to_string(), "line 1: the time is not understood");
    }
}

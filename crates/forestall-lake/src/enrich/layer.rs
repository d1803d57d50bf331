// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What one file says, as ranges that do not overlap; and what several say together.

use std::net::IpAddr;
use std::path::Path;

use super::about::About;
use super::error::EnrichError;
use super::prefix::Prefix;

/// A number of an address: 32 or 128 bits.
pub(super) trait Number: Copy + Ord + std::fmt::Debug {
    /// The first of all.
    const FIRST: Self;
    /// The upper 16 bits.
    fn upper(self) -> u16;
    /// The next one; `None` after the last.
    fn next(self) -> Option<Self>;
}

macro_rules! number {
    ($kind:ty) => {
        impl Number for $kind {
            const FIRST: Self = 0;
            fn upper(self) -> u16 {
                let octets = self.to_be_bytes();
                u16::from_be_bytes([octets[0], octets[1]])
            }
            fn next(self) -> Option<Self> {
                self.checked_add(1)
            }
        }
    };
}

number!(u32);
number!(u128);

/// From where on what is known, up to the next one; before the first, nothing is.
pub(super) type Segments<N> = Vec<(N, About)>;

#[derive(Clone, Copy, Debug)]
struct Range<N> {
    first: N,
    last: N,
    about: About,
    line: u64,
}

/// Two ranges that cannot both hold, by their lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Overlap {
    line: u64,
    other: u64,
}

impl Overlap {
    pub(super) fn in_file(self, path: &Path) -> EnrichError {
        EnrichError::Overlap { place: path.display().to_string(), line: self.line, other: self.other }
    }

    pub(super) fn of_list(self, label: &str) -> EnrichError {
        EnrichError::Overlap { place: format!("the list {label:?}"), line: self.line, other: self.other }
    }
}

/// Ranges of a file, in any order.
#[derive(Debug, Default)]
pub(super) struct Gather {
    v4: Vec<Range<u32>>,
    v6: Vec<Range<u128>>,
}

impl Gather {
    /// Adds what a line says.
    pub(super) fn add(&mut self, prefix: Prefix, about: About, line: u64) {
        match (prefix.first(), prefix.last()) {
            (IpAddr::V4(first), IpAddr::V4(last)) => {
                self.v4.push(Range { first: first.to_bits(), last: last.to_bits(), about, line });
            }
            (IpAddr::V6(first), IpAddr::V6(last)) => {
                self.v6.push(Range { first: first.to_bits(), last: last.to_bits(), about, line });
            }
            // A prefix has one version.
            _ => {}
        }
    }

    /// Returns how many ranges there are.
    pub(super) fn len(&self) -> usize {
        self.v4.len() + self.v6.len()
    }

    /// Cuts the ranges so that none overlaps another: the narrowest one holds.
    pub(super) fn finish(self) -> Result<(Segments<u32>, Segments<u128>), Overlap> {
        Ok((flat(self.v4)?, flat(self.v6)?))
    }
}

fn flat<N: Number>(mut ranges: Vec<Range<N>>) -> Result<Segments<N>, Overlap> {
    ranges.sort_by(|a, b| {
        (a.first, std::cmp::Reverse(a.last), a.line).cmp(&(b.first, std::cmp::Reverse(b.last), b.line))
    });
    let mut segments = Segments::new();
    // The ranges around the current one, the narrowest last.
    let mut around: Vec<Range<N>> = Vec::new();
    for range in ranges {
        while let Some(over) = around.pop_if(|over| over.last < range.first) {
            close(&mut segments, over.last, around.last());
        }
        if let Some(over) = around.last() {
            let same = over.first == range.first && over.last == range.last;
            // A line that is there twice says nothing new.
            if same && range.about.or(over.about) == over.about {
                continue;
            }
            if same || range.last > over.last {
                return Err(Overlap { line: over.line.max(range.line), other: over.line.min(range.line) });
            }
        }
        // A narrower range may know the network and a wider one the country.
        let wider = around.last().map(|over| over.about).unwrap_or_default();
        let range = Range { about: range.about.or(wider), ..range };
        begin(&mut segments, range.first, range.about);
        around.push(range);
    }
    while let Some(over) = around.pop() {
        close(&mut segments, over.last, around.last());
    }
    Ok(segments)
}

/// What holds after the end of a range: what the next wider one says.
fn close<N: Number>(segments: &mut Segments<N>, last: N, wider: Option<&Range<N>>) {
    let Some(after) = last.next() else { return };
    // A wider range that ends here as well is closed in its turn.
    if wider.is_some_and(|wider| wider.last == last) {
        return;
    }
    begin(segments, after, wider.map(|wider| wider.about).unwrap_or_default());
}

fn begin<N: Number>(segments: &mut Segments<N>, at: N, about: About) {
    if let Some(last) = segments.last_mut()
        && last.0 == at
    {
        last.1 = about;
    } else {
        segments.push((at, about));
    }
    // Neighbours that say the same are one.
    if let [.., before, last] = segments.as_slice()
        && before.1 == last.1
    {
        segments.pop();
    }
}

/// Lays one over another: of each field what `upper` knows, else what `lower` does.
pub(super) fn over<N: Number>(upper: &Segments<N>, lower: &Segments<N>) -> Segments<N> {
    let mut segments = Segments::with_capacity(upper.len() + lower.len());
    let (mut of_upper, mut of_lower) = (About::default(), About::default());
    let (mut uppers, mut lowers) = (upper.iter().peekable(), lower.iter().peekable());
    loop {
        let at = match (uppers.peek(), lowers.peek()) {
            (None, None) => break,
            (Some((at, _)), None) | (None, Some((at, _))) => *at,
            (Some((one, _)), Some((other, _))) => *one.min(other),
        };
        while let Some((_, about)) = uppers.next_if(|(next, _)| *next == at) {
            of_upper = *about;
        }
        while let Some((_, about)) = lowers.next_if(|(next, _)| *next == at) {
            of_lower = *about;
        }
        begin(&mut segments, at, of_upper.or(of_lower));
    }
    segments
}

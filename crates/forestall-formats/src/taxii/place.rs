// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Where a page begins: the place of an object in the order of its collection.
//!
//! Objects stand in the order in which they were added. A place names the object before it and not how many there were, so that objects that
//! come or go between two pages move nothing. Where that object belongs to a name, the place holds the name in the clear, also on a page that says
//! no name otherwise: [`Page::shows_a_name`](super::Page::shows_a_name). A place needs no secret; a check refuses one that was altered, or is of
//! another collection.

use std::fmt::Write as _;

use forestall_model::{Digest, Instant, Window};

use crate::stix::singles::Part;

/// Digits of the check.
const CHECK: usize = 16;

/// What a batch of objects is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// What belongs to no name.
    Shared,
    /// The names of a list.
    List,
    /// Names that came back.
    Back,
    /// Which names are live on a day.
    Group,
}

/// Objects that were added at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Batch {
    /// When they were added.
    pub added: Instant,
    /// What they are.
    pub rank: Rank,
    /// The index of the campaign, for the names of a list; else 0.
    pub campaign: usize,
    /// The key of the origin period, for the names of a list; the day since 1970-01-01, for what is live on one; else 0.
    pub period: i64,
}

/// The place of an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Its batch.
    pub batch: Batch,
    /// The name, or the number of an object that belongs to none.
    pub name: String,
    /// The index of the campaign.
    pub campaign: usize,
    /// The guard window.
    pub window: Window,
    /// Which of its objects.
    pub part: Part,
}

impl Place {
    /// Writes the place as a mark for a collection.
    #[must_use]
    pub fn write(&self, collection: &str) -> String {
        let Self { batch, name, campaign, window, part } = self;
        let rank = match batch.rank {
            Rank::Shared => 0,
            Rank::List => 1,
            Rank::Back => 2,
            Rank::Group => 3,
        };
        let part = u8::from(*part == Part::Indicates);
        let (added, from, until) = (batch.added.micros(), window.from.micros(), window.until.micros());
        let (of, period) = (batch.campaign, batch.period);
        let mut text = format!("{added}~{rank}~{of}~{period}~{campaign}~{from}~{until}~{part}~{name}");
        let check = check(collection, &text);
        // Writing to a text does not fail.
        let _ = write!(text, "~{check}");
        text
    }

    /// Reads a mark for a collection; `None` where it is not one of it.
    #[must_use]
    pub fn read(collection: &str, mark: &str) -> Option<Self> {
        let (text, found) = mark.rsplit_once('~')?;
        if check(collection, text) != found {
            return None;
        }
        let mut parts = text.split('~');
        let mut number = || parts.next()?.parse::<i64>().ok();
        let (added, rank, of, period) = (number()?, number()?, number()?, number()?);
        let (campaign, from, until, part) = (number()?, number()?, number()?, number()?);
        let name = parts.next()?.to_owned();
        let rank = [Rank::Shared, Rank::List, Rank::Back, Rank::Group].get(usize::try_from(rank).ok()?).copied()?;
        let batch = Batch { added: Instant::from_micros(added), rank, campaign: usize::try_from(of).ok()?, period };
        let window = Window { from: Instant::from_micros(from), until: Instant::from_micros(until) };
        let part = if part == 0 { Part::Indicator } else { Part::Indicates };
        Some(Self { batch, name, campaign: usize::try_from(campaign).ok()?, window, part })
    }
}

fn check(collection: &str, text: &str) -> String {
    let mut digits =
        Digest::of_parts(&[b"forestall taxii 1\n", collection.as_bytes(), b"\n", text.as_bytes()]).to_string();
    digits.truncate(CHECK);
    digits
}

#[cfg(test)]
mod tests {
    use super::{Batch, Place, Rank};
    use crate::stix::singles::Part;
    use forestall_model::{Instant, Window};

    #[test]
    fn a_mark_is_good_for_its_collection_as_it_came() {
        let at = Instant::from_micros;
        let batch = Batch { added: at(1_237_550_400_000_001), rank: Rank::List, campaign: 1, period: -86_400 };
        let window = Window { from: at(-5), until: at(7) };
        let place = Place { batch, name: "a_b.example.com".to_owned(), campaign: 1, window, part: Part::Indicates };
        let mark = place.write("x");
        assert_eq!(Place::read("x", &mark), Some(place));
        assert_eq!(Place::read("y", &mark), None);
        for broken in ["", "~", "1~2~3", &mark[1..], &mark[..mark.len() - 1], &mark.replace("a_b", "a_c")] {
            assert_eq!(Place::read("x", broken), None, "{broken}");
        }
    }

    #[test]
    fn earlier_comes_first_whatever_it_is() {
        let batch = |added, rank| Batch { added: Instant::from_micros(added), rank, campaign: 0, period: 0 };
        assert!(batch(1, Rank::Back) < batch(2, Rank::Shared) && batch(1, Rank::Shared) < batch(1, Rank::List));
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A page of objects or of their manifests while it is written: of bounded size, in the order in which objects were added.

use forestall_model::Instant;

use super::{Place, Rank, STIX, timestamp};
use crate::json_text::{put, quoted};

/// Octets from which on a page takes no further object: a grouping may name tens of thousands of others.
const FULL: usize = 8 << 20;

/// Whether a page holds objects or says which there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The objects themselves (TAXII 2.1, section 3.7).
    Objects,
    /// What there is to say of them (section 5.3.1).
    Manifest,
    /// Their versions alone (section 5.8.1).
    Versions,
}

/// An object, as far as a page says it.
#[derive(Clone, Copy, Debug)]
pub struct Item<'i> {
    /// When it was added.
    pub added: Instant,
    /// Its identifier.
    pub id: &'i str,
    /// Its version.
    pub version: &'i str,
}

/// A page.
#[derive(Debug)]
pub struct Page {
    shape: Shape,
    most: usize,
    text: Vec<u8>,
    count: usize,
    added: Option<(Instant, Instant)>,
    /// The place of the last object that there is room for.
    last: Option<Place>,
    more: bool,
}

impl Page {
    /// Begins a page of at most `most` objects.
    #[must_use]
    pub const fn new(shape: Shape, most: usize) -> Self {
        Self { shape, most, text: Vec::new(), count: 0, added: None, last: None, more: false }
    }

    /// Takes an object, which `write` puts behind a text with a comma before it; says whether there is room for it. Where there is none, the page says
    /// that there is more.
    pub fn take(&mut self, item: Item<'_>, place: impl FnOnce() -> Place, write: impl FnOnce(&mut Vec<u8>)) -> bool {
        if self.last.is_some() {
            self.more = true;
            return false;
        }
        match self.shape {
            Shape::Objects => write(&mut self.text),
            Shape::Manifest => manifest(&mut self.text, item),
            Shape::Versions => put(&mut self.text, &[",\n", &quoted(item.version)]),
        }
        self.count += 1;
        self.added = Some((self.added.map_or(item.added, |(first, _)| first), item.added));
        if self.count == self.most || self.text.len() >= FULL {
            self.last = Some(place());
        }
        true
    }

    /// Says whether it holds none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Says whether the mark at which the next page begins shows a name in the clear, whatever the page holds of it besides.
    #[must_use]
    pub fn shows_a_name(&self) -> bool {
        self.more && self.last.as_ref().is_some_and(|place| matches!(place.batch.rank, Rank::List | Rank::Back))
    }

    /// Returns when the first and the last of its objects were added.
    #[must_use]
    pub const fn added(&self) -> Option<(Instant, Instant)> {
        self.added
    }

    /// Ends the page of a collection, and returns its octets.
    #[must_use]
    pub fn finish(self, collection: &str) -> Vec<u8> {
        let mut text = Vec::with_capacity(self.text.len() + 256);
        put(&mut text, &["{\"more\":", if self.more { "true" } else { "false" }]);
        if let Some(place) = self.last.filter(|_| self.more) {
            put(&mut text, &[",\"next\":", &quoted(&place.write(collection))]);
        }
        // A list of STIX and TAXII is never empty.
        if let Some(objects) = self.text.strip_prefix(b",") {
            put(&mut text, &[if self.shape == Shape::Versions { ",\"versions\":[" } else { ",\"objects\":[" }]);
            text.extend_from_slice(objects);
            put(&mut text, &["\n]"]);
        }
        put(&mut text, &["}\n"]);
        text
    }
}

fn manifest(text: &mut Vec<u8>, item: Item<'_>) {
    put(text, &[",\n{\"id\":", &quoted(item.id), ",\"date_added\":\"", &timestamp(item.added)]);
    put(text, &["\",\"version\":", &quoted(item.version), ",\"media_type\":\"", STIX, "\"}"]);
}

#[cfg(test)]
mod tests {
    use super::{Item, Page, Shape};
    use crate::stix::singles::Part;
    use crate::taxii::{Batch, Place, Rank};
    use forestall_model::{Instant, Window};

    #[test]
    fn a_page_ends_with_the_object_that_makes_it_too_long() {
        let added = Instant::from_micros(7);
        let place = || Place {
            batch: Batch { added, rank: Rank::Group, campaign: 0, period: 14_335 },
            name: String::new(),
            campaign: 0,
            window: Window { from: added, until: added },
            part: Part::Indicator,
        };
        let mut page = Page::new(Shape::Objects, 10);
        let item = Item { added, id: "grouping--x", version: "1" };
        assert!(page.take(item, place, |text| text.extend_from_slice(&vec![b' '; super::FULL])));
        assert!(!page.take(item, place, |_| {}));
        assert!(!page.shows_a_name());
        let text = String::from_utf8(page.finish("x")).unwrap();
        assert!(text.starts_with("{\"more\":true,\"next\":\"7~3~0~14335~"), "{}", &text[..80]);
    }

    #[test]
    fn a_page_that_is_cut_short_at_a_name_shows_it() {
        let added = Instant::from_micros(7);
        let place = |rank| Place {
            batch: Batch { added, rank, campaign: 0, period: 0 },
            name: "a.example".to_owned(),
            campaign: 0,
            window: Window { from: added, until: added },
            part: Part::Indicates,
        };
        for (rank, objects, shows) in
            [(Rank::Shared, 2, false), (Rank::List, 1, false), (Rank::List, 2, true), (Rank::Back, 2, true)]
        {
            let mut page = Page::new(Shape::Manifest, 1);
            for _ in 0..objects {
                let item = Item { added, id: "relationship--x", version: "1" };
                page.take(item, || place(rank), |_| {});
            }
            assert_eq!(page.shows_a_name(), shows, "{rank:?} {objects}");
            let text = String::from_utf8(page.finish("x")).unwrap();
            assert_eq!(text.contains("a.example") && rank != Rank::Shared, shows, "{text}");
        }
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A page of objects or of their manifests while it is written: of bounded size, in the order in which objects were added.

use forestall_model::Instant;

use super::{Place, STIX, timestamp};
use crate::json_text::{put, quoted};

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
        if self.count == self.most {
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
        if self.count == self.most {
            self.last = Some(place());
        }
        true
    }

    /// Returns how many objects it holds.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Says whether it holds none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
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

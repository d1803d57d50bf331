// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The objects of a feed one by one, for whoever asks for some of them: the same as in its bundle.

use std::io;

use forestall_model::{Instant, Released, Tld, UtcDay};
use serde_json::Value;
use uuid::Uuid;

use super::feed::{Head, grouping_id, indicates_uuid, indicator_uuid, pap_id, put_grouping, valid, write};
use super::{marking_id, timestamp};
use crate::feed::{BoundTexts, Entry, Feed, Settings};

/// One of the two objects that a name in a window has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The indicator.
    Indicator,
    /// The relationship which says that it indicates the malware.
    Indicates,
}

impl Part {
    /// Both, in the order in which they stand.
    pub const ALL: [Self; 2] = [Self::Indicator, Self::Indicates];

    /// Returns the type of the object.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Indicator => "indicator",
            Self::Indicates => "relationship",
        }
    }
}

/// An object that belongs to no name: a marking, the identity that speaks, the malware of a family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// Its identifier.
    pub id: String,
    /// Its type.
    pub kind: String,
    /// When it was changed last; where the standard has no such property, when it was made.
    pub version: String,
    /// The object in JSON.
    pub json: Vec<u8>,
}

/// Returns the objects of a feed that belong to no name, in the order of its bundle. The feed has no names, so that none is written in vain.
///
/// # Errors
///
/// Where the bundle of the feed is no JSON, which it always is.
pub fn shared(feed: &Released<Feed>) -> io::Result<Vec<Shared>> {
    let mut bundle = Vec::new();
    write(feed, &Settings::default(), &mut bundle)?;
    let bundle: Value = serde_json::from_slice(&bundle)?;
    let objects = bundle["objects"].as_array().into_iter().flatten();
    objects
        .map(|object| {
            let text = |key: &str| object[key].as_str().unwrap_or_default().to_owned();
            let version = if object["modified"].is_null() { text("created") } else { text("modified") };
            Ok(Shared { id: text("id"), kind: text("type"), version, json: serde_json::to_vec(object)? })
        })
        .collect()
}

/// The type of what says which indicators are live on a day.
pub const GROUPING: &str = "grouping";

/// Returns which indicators of a feed are live on a day, as the bundle of the feed says it; `None` where none is. That of a slice has an identifier of its
/// own: it holds less than that of the whole.
///
/// # Errors
///
/// None: it is written into memory.
pub fn grouping(feed: &Released<Feed>, tld: Option<&Tld>, day: UtcDay) -> io::Result<Option<Shared>> {
    let marking = feed.marking();
    let feed = feed.object();
    let head = Head::new(feed, &[marking_id(marking.tlp), &pap_id(marking.pap)]);
    let id = grouping_id(feed, tld, day);
    let mut json = Vec::new();
    let has_names = put_grouping(feed, &head, (day, &id), |text| {
        json.extend_from_slice(text);
        Ok(())
    })?;
    // The comma and the line feed before it.
    json.drain(..json.len().min(2));
    let object = || Shared { id, kind: GROUPING.to_owned(), version: timestamp(feed.changed), json };
    Ok(has_names.then(object))
}

/// Writes the bounds of a window.
type Bounds = fn(Option<Instant>, Option<Instant>) -> String;

/// The objects of the names of a feed.
#[derive(Debug)]
pub struct Singles<'f> {
    feed: &'f Feed,
    head: Head,
    windows: BoundTexts<String, Bounds>,
    key: Vec<u8>,
}

impl<'f> Singles<'f> {
    /// Begins with a feed.
    #[must_use]
    pub fn new(feed: &'f Released<Feed>) -> Self {
        let marking = feed.marking();
        let head = Head::new(feed.object(), &[marking_id(marking.tlp), &pap_id(marking.pap)]);
        Self { feed: feed.object(), head, windows: BoundTexts::new(valid), key: Vec::new() }
    }

    /// Returns the version of every object: when it was changed last.
    #[must_use]
    pub fn version(&self) -> String {
        timestamp(self.feed.changed)
    }

    /// Returns the identifier of an object of an entry.
    pub fn id(&mut self, entry: &Entry<'_>, part: Part) -> Uuid {
        let indicator = indicator_uuid(self.feed, entry, &mut self.key);
        match part {
            Part::Indicator => indicator,
            Part::Indicates => indicates_uuid(indicator),
        }
    }

    /// Puts an object of an entry behind a text, with a comma and a line feed before it.
    pub fn put(&mut self, text: &mut Vec<u8>, entry: &Entry<'_>, part: Part) {
        let indicator = indicator_uuid(self.feed, entry, &mut self.key);
        match part {
            Part::Indicator => self.head.indicator(text, entry, indicator, self.windows.of(entry)),
            Part::Indicates => self.head.indicates(text, entry, indicator),
        }
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! MISP events as others give them out: names of their attributes and objects, with times and tags.
//!
//! An event stands by itself as `{"Event": ...}`, in a list of such, or below `response`, as the answer to a search. Read are attributes of the types
//! `domain`, `hostname` and `domain|ip` that are meant for detection, by themselves and in objects; of the last the address is dropped. An object
//! `dga-domain` is a prediction with a window. What was deleted is passed over, and so are all other types, counted by type.
//!
//! The marking is the strictest of all tags `tlp:` and `PAP:` of the events and of what is read from them. A label of TLP that nobody knows counts as
//! TLP:RED. The level of distribution is MISP's own matter and says nothing here.
//!
//! # Source
//!
//! As for [the form](super).

use std::cell::Cell;
use std::fmt;

use forestall_model::{Instant, Pap, Telling, Tlp, UtcDay};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::registry_date::{comes_back, rfc3339, rfc3339_or_utc};
use crate::told::json::{Each, Listed, Loose, Maybe, document};
use crate::told::{About, Gather, ToldError, ToldFile, ToldForm, short};

/// Reads one event or several.
///
/// # Errors
///
/// [`ToldError`] with line and column where there is no event.
pub fn read(octets: &[u8]) -> Result<ToldFile, ToldError> {
    let limit = Cell::new(None);
    let mut state = State { gather: Gather::new(ToldForm::Misp), limit: &limit, events: 0 };
    document(octets, &limit, Top { state: &mut state, path: String::new() })?;
    if state.events == 0 {
        let what = "there is no MISP event; expected an object with \"Event\"".to_owned();
        return Err(ToldError::Json { line: 1, column: 1, what });
    }
    Ok(state.gather.finish())
}

struct State<'l> {
    gather: Gather,
    limit: &'l Cell<Option<ToldError>>,
    events: usize,
}

impl State<'_> {
    /// Takes in an attribute that stands by itself, or in an object whose times count where it has none of its own.
    fn attribute(&mut self, place: &str, attribute: &Attribute, of_object: Times) -> Result<(), ToldError> {
        let own = times(&attribute.first_seen, &attribute.last_seen);
        let (first, last) = (own.0.or(of_object.0), own.1.or(of_object.1));
        let is_seen = first.is_some() || last.is_some() || attribute.sightings.0.0;
        let telling = if is_seen { Telling::Observed } else { Telling::Listed };
        let about = About { first, last, ..About::of(telling) };
        self.name_of(place, attribute, about)
    }

    /// Takes in the name of an attribute, where it has one.
    fn name_of(&mut self, place: &str, attribute: &Attribute, about: About) -> Result<(), ToldError> {
        let kind = attribute.kind.text().unwrap_or("");
        let value = attribute.value.text();
        let name = match kind {
            "domain" | "hostname" => value,
            // The other half is an address.
            "domain|ip" => value.and_then(|value| value.split('|').next()),
            _ => {
                self.gather.pass_over(&format!("attributes of the type {kind}"), 1);
                return Ok(());
            }
        };
        if is_set(&attribute.deleted) {
            self.gather.pass_over("deleted attributes", 1);
            return Ok(());
        }
        if !is_set(&attribute.to_ids) {
            self.gather.pass_over("names that are not meant for detection", 1);
            return Ok(());
        }
        self.tags(attribute.tags.0);
        let place = || format!("{place}.value");
        match name {
            Some(name) => self.gather.text(place, name, about),
            None => {
                self.gather.malformed(place(), "the attribute has no value".to_owned());
                Ok(())
            }
        }
    }

    /// Takes in an object.
    fn object(&mut self, place: &str, object: &Object) -> Result<(), ToldError> {
        if is_set(&object.deleted) {
            self.gather.pass_over("deleted objects", 1);
            return Ok(());
        }
        let is_prediction = object.name.text() == Some("dga-domain");
        let attributes = &object.attributes.0;
        let of = |relation: &str| {
            let has =
                |attribute: &&Attribute| attribute.relation.text() == Some(relation) && !is_set(&attribute.deleted);
            let mut all = attributes.kept.iter().map(|(_, attribute)| attribute);
            all.find(has).and_then(|attribute| attribute.value.text())
        };
        let of_object = times(&object.first_seen, &object.last_seen);
        let mut about = About::of(Telling::Predicted);
        if is_prediction {
            about.family =
                of("algorithm-name").or_else(|| of("malware-family")).and_then(|name| self.gather.family(name));
            about.from = of("validity-start").and_then(time);
            about.until = of("validity-end").and_then(time);
        }
        let without_kind = (attributes.read - attributes.kept.len()) as u64;
        if without_kind > 0 && !is_prediction {
            self.gather.pass_over("attributes of the type ", without_kind);
        }
        for (number, attribute) in &attributes.kept {
            let place = format!("{place}.Attribute[{number}]");
            match (is_prediction, attribute.relation.text()) {
                (true, Some("domain")) => self.name_of(&place, attribute, about.clone())?,
                // What an object says of its name is no thing of its own.
                (true, _) => {}
                (false, _) => self.attribute(&place, attribute, of_object)?,
            }
        }
        Ok(())
    }

    fn tags(&mut self, tags: Tags) {
        self.gather.mark(tags.tlp, tags.pap);
    }
}

/// Returns what a tag says of TLP and PAP.
fn marking_of(tag: &str) -> (Option<Tlp>, Option<Pap>) {
    let tag = tag.to_ascii_uppercase();
    if tag == "TLP:WHITE" {
        return (Some(Tlp::Clear), None);
    }
    if tag.starts_with("TLP:") {
        return (Some(tag.parse().unwrap_or(Tlp::Red)), None);
    }
    if tag == "PAP:WHITE" {
        return (None, Some(Pap::Clear));
    }
    if tag.starts_with("PAP:") {
        return (None, Some(tag.parse().unwrap_or(Pap::Red)));
    }
    (None, None)
}

/// Says whether a flag is set: MISP writes them as booleans, numbers and texts.
fn is_set(flag: &Loose) -> bool {
    matches!(flag.text(), Some("true" | "1"))
}

/// Reads a time as MISP writes one in an attribute: with an offset or without, or as a date. The last day of 9999, which some write for no end, is none.
fn time(text: &str) -> Option<Instant> {
    let day = || text.parse::<UtcDay>().ok().map(UtcDay::start);
    rfc3339_or_utc(text).or_else(day).filter(comes_back)
}

/// When something was seen first and last.
type Times = (Option<Instant>, Option<Instant>);

fn times(first: &Loose, last: &Loose) -> Times {
    (first.text().and_then(rfc3339), last.text().and_then(rfc3339))
}

/// An event, a list of events, or the answer to a search.
struct Top<'s, 'l> {
    state: &'s mut State<'l>,
    path: String,
}

impl<'de> DeserializeSeed<'de> for Top<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Top<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a MISP event or a list of them")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut number = 0;
        loop {
            let path = format!("{}[{number}]", self.path);
            if list.next_element_seed(Top { state: self.state, path })?.is_none() {
                return Ok(());
            }
            number += 1;
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            let path = if self.path.is_empty() { key.clone() } else { format!("{}.{key}", self.path) };
            match key.as_str() {
                "Event" => map.next_value_seed(Event { state: self.state, path })?,
                "response" => map.next_value_seed(Top { state: self.state, path })?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// What stands behind `Event`.
struct Event<'s, 'l> {
    state: &'s mut State<'l>,
    path: String,
}

impl<'de> DeserializeSeed<'de> for Event<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Event<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a MISP event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { state, path } = self;
        state.events += 1;
        let limit = state.limit;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "Attribute" => {
                    map.next_value_seed(Each::new(limit, |number, Maybe(attribute): Maybe<Attribute>| {
                        state.attribute(&format!("{path}.Attribute[{number}]"), &attribute, (None, None))
                    }))?
                }
                "Object" => map.next_value_seed(Each::new(limit, |number, Maybe(object): Maybe<Object>| {
                    state.object(&format!("{path}.Object[{number}]"), &object)
                }))?,
                "Tag" => {
                    let tags: Listed<Maybe<Tag>, Tags> = map.next_value()?;
                    state.tags(tags.0);
                }
                "Orgc" => {
                    let Maybe(organisation): Maybe<Organisation> = map.next_value()?;
                    let name = organisation.name.text().map(short);
                    let by = &mut state.gather.by;
                    *by = match (by.take(), name) {
                        (Some(by), Some(name)) if by != name => Some("several organisations".to_owned()),
                        (by, name) => by.or(name),
                    };
                }
                "info" => {
                    let info: Loose = map.next_value()?;
                    let title = &mut state.gather.title;
                    *title = match (title.take(), info.text().map(short)) {
                        (Some(_), _) => Some(format!("{} events", state.events)),
                        (None, info) => info,
                    };
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Attribute {
    #[serde(rename = "type")]
    kind: Loose,
    value: Loose,
    #[serde(rename = "object_relation")]
    relation: Loose,
    to_ids: Loose,
    deleted: Loose,
    first_seen: Loose,
    last_seen: Loose,
    #[serde(rename = "Tag")]
    tags: Listed<Maybe<Tag>, Tags>,
    #[serde(rename = "Sighting")]
    sightings: Listed<Maybe<Sighting>, IsSighted>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Object {
    name: Loose,
    deleted: Loose,
    first_seen: Loose,
    last_seen: Loose,
    #[serde(rename = "Attribute")]
    attributes: Listed<Maybe<Attribute>, Attributes>,
}

/// The attributes of an object, each with its number. Of one that has no type and no relation, or is no object, nothing is kept.
#[derive(Debug, Default)]
struct Attributes {
    kept: Vec<(usize, Attribute)>,
    read: usize,
}

impl Extend<Maybe<Attribute>> for Attributes {
    fn extend<I: IntoIterator<Item = Maybe<Attribute>>>(&mut self, attributes: I) {
        for Maybe(attribute) in attributes {
            if attribute.kind.text().is_some() || attribute.relation.text().is_some() {
                self.kept.push((self.read, attribute));
            }
            self.read += 1;
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Tag {
    name: Loose,
}

/// The strictest that tags say.
#[derive(Clone, Copy, Debug, Default)]
struct Tags {
    tlp: Option<Tlp>,
    pap: Option<Pap>,
}

impl Extend<Maybe<Tag>> for Tags {
    fn extend<I: IntoIterator<Item = Maybe<Tag>>>(&mut self, tags: I) {
        for Maybe(tag) in tags {
            let (tlp, pap) = tag.name.text().map_or((None, None), marking_of);
            self.tlp = self.tlp.max(tlp);
            self.pap = self.pap.max(pap);
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Sighting {
    #[serde(rename = "type")]
    kind: Loose,
}

/// Whether somebody saw it: a sighting of type 0, or of none. Type 1 is a false positive, and 2 an expiration.
#[derive(Clone, Copy, Debug, Default)]
struct IsSighted(bool);

impl Extend<Maybe<Sighting>> for IsSighted {
    fn extend<I: IntoIterator<Item = Maybe<Sighting>>>(&mut self, sightings: I) {
        for Maybe(sighting) in sightings {
            self.0 |= matches!(sighting.kind.text(), None | Some("0"));
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Organisation {
    name: Loose,
}

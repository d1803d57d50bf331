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

use forestall_model::{Instant, Pap, Telling, Tlp};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::registry_date::rfc3339;
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
    /// Takes in an attribute that stands by itself.
    fn attribute(&mut self, place: &str, attribute: &Attribute) -> Result<(), ToldError> {
        let (first, last) =
            (attribute.first_seen.text().and_then(rfc3339), attribute.last_seen.text().and_then(rfc3339));
        let is_seen = first.is_some() || last.is_some() || !attribute.sightings.0.is_empty();
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
        self.tags(&attribute.tags.0);
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
        let of = |relation: &str| {
            let has =
                |attribute: &&Attribute| attribute.relation.text() == Some(relation) && !is_set(&attribute.deleted);
            object
                .attributes
                .0
                .iter()
                .map(|attribute| &attribute.0)
                .find(has)
                .and_then(|attribute| attribute.value.text())
        };
        let seen = |own: &Loose| own.text().and_then(rfc3339);
        let mut about = About::of(Telling::Predicted);
        if is_prediction {
            about.family =
                of("algorithm-name").or_else(|| of("malware-family")).and_then(|name| self.gather.family(name));
            about.from = of("validity-start").and_then(time);
            about.until = of("validity-end").and_then(time);
        }
        for (number, Maybe(attribute)) in object.attributes.0.iter().enumerate() {
            let place = format!("{place}.Attribute[{number}]");
            match (is_prediction, attribute.relation.text()) {
                (true, Some("domain")) => self.name_of(&place, attribute, about.clone())?,
                // What an object says of its name is no thing of its own.
                (true, _) => {}
                (false, _) => {
                    let mut attribute = attribute.clone();
                    if seen(&attribute.first_seen).is_none() {
                        attribute.first_seen = object.first_seen.clone();
                    }
                    if seen(&attribute.last_seen).is_none() {
                        attribute.last_seen = object.last_seen.clone();
                    }
                    self.attribute(&place, &attribute)?;
                }
            }
        }
        Ok(())
    }

    fn tags(&mut self, tags: &[Maybe<Tag>]) {
        for tag in tags.iter().filter_map(|tag| tag.0.name.text()) {
            let (tlp, pap) = marking_of(tag);
            self.gather.mark(tlp, pap);
        }
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

/// Reads a time as MISP writes one in an attribute: with an offset or without, or as a date.
fn time(text: &str) -> Option<Instant> {
    let day = || text.parse::<forestall_model::UtcDay>().ok().map(forestall_model::UtcDay::start);
    rfc3339(text).or_else(|| rfc3339(&format!("{text}Z"))).or_else(day)
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
                        state.attribute(&format!("{path}.Attribute[{number}]"), &attribute)
                    }))?
                }
                "Object" => map.next_value_seed(Each::new(limit, |number, Maybe(object): Maybe<Object>| {
                    state.object(&format!("{path}.Object[{number}]"), &object)
                }))?,
                "Tag" => {
                    let tags: Listed<Maybe<Tag>> = map.next_value()?;
                    state.tags(&tags.0);
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

#[derive(Clone, Debug, Default, Deserialize)]
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
    tags: Listed<Maybe<Tag>>,
    #[serde(rename = "Sighting")]
    sightings: Listed<IgnoredAny>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Object {
    name: Loose,
    deleted: Loose,
    first_seen: Loose,
    last_seen: Loose,
    #[serde(rename = "Attribute")]
    attributes: Listed<Maybe<Attribute>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Tag {
    name: Loose,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Organisation {
    name: Loose,
}

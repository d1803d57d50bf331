// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! STIX 2.1 bundles as others give them out: names of indicators and observables, with windows and markings.
//!
//! Read are indicators whose pattern names domains and says nothing else (`pattern`), with `valid_from` and `valid_until`, and objects
//! `domain-name`. An indicator with an end is a prediction, or at least holds for a while; one without is an entry of a list. A `domain-name` was
//! observed where an `observed-data` refers to it, from its first to its last time; one that an infrastructure consists of, such as a sinkhole, is
//! passed over. A family is the name of the malware that an indicator indicates.
//!
//! Patterns of other kinds, revoked indicators and all other objects are counted by kind and passed over.
//!
//! The marking is the strictest of those that what is read refers to, by TLP 1 or 2 in the identifiers of OASIS or in definitions of the bundle, and of
//! statements `PAP:...`. A marking that a name refers to and that nobody defines counts as TLP:RED; a statement in words counts as none.
//!
//! # Source
//!
//! OASIS, STIX Version 2.1 (June 2021), sections 4.7 (indicator), 4.14 (observed data), 5.1 (relationship), 6.4 (domain name), 7.2 (markings), 9 (patterns).

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;

use forestall_model::{Instant, Pap, Telling, Tlp};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use uuid::Uuid;

use super::pattern;
use crate::registry_date::rfc3339;
use crate::told::json::{Each, Listed, Loose, Maybe, document};
use crate::told::{About, Gather, MAX_NAMES, ToldError, ToldFile, ToldForm, short};

/// Most markings that a bundle may define or refer to; more are as if nobody had defined them.
const MAX_MARKINGS: usize = 1_000;

/// The identifiers of OASIS's definitions of TLP 1 and 2.
const TLP: [(&str, Tlp); 9] = [
    ("marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", Tlp::Clear),
    ("marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", Tlp::Green),
    ("marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", Tlp::Amber),
    ("marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", Tlp::Red),
    (super::marking_id(Tlp::Clear), Tlp::Clear),
    (super::marking_id(Tlp::Green), Tlp::Green),
    (super::marking_id(Tlp::Amber), Tlp::Amber),
    (super::marking_id(Tlp::AmberStrict), Tlp::AmberStrict),
    (super::marking_id(Tlp::Red), Tlp::Red),
];

/// Reads a bundle.
///
/// # Errors
///
/// [`ToldError`] with line and column where it is none.
pub fn read(octets: &[u8]) -> Result<ToldFile, ToldError> {
    let limit = Cell::new(None);
    let mut state = State::default();
    let is_bundle = document(octets, &limit, Top { state: &mut state, limit: &limit })?;
    if !is_bundle {
        let what = "there is no STIX bundle; expected \"type\": \"bundle\"".to_owned();
        return Err(ToldError::Json { line: 1, column: 1, what });
    }
    state.finish()
}

/// A name whose family or times may stand further down.
#[derive(Debug)]
struct Pending {
    object: usize,
    path: &'static str,
    name: String,
    id: Option<u128>,
    about: About,
}

/// What was read of a bundle so far.
#[derive(Debug)]
struct State {
    gather: Gather,
    pending: Vec<Pending>,
    /// What indicators indicate: indicator and malware.
    indicates: Vec<(u128, u128)>,
    malware: HashMap<u128, String>,
    /// What infrastructure consists of, such as the name of somebody's sinkhole.
    parts: HashSet<u128>,
    /// When an observable was seen first and last.
    observed: HashMap<u128, (Option<Instant>, Option<Instant>)>,
    referred: BTreeSet<String>,
    defined: HashMap<String, (Option<Tlp>, Option<Pap>)>,
    identities: Vec<String>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            gather: Gather::new(ToldForm::Stix),
            pending: Vec::new(),
            indicates: Vec::new(),
            malware: HashMap::new(),
            parts: HashSet::new(),
            observed: HashMap::new(),
            referred: BTreeSet::new(),
            defined: HashMap::new(),
            identities: Vec::new(),
        }
    }
}

impl State {
    fn object(&mut self, number: usize, object: &Object) -> Result<(), ToldError> {
        match object.kind.text().unwrap_or("") {
            "indicator" => return self.indicator(number, object),
            "domain-name" => {
                let name = object.value.text().unwrap_or("").to_owned();
                self.refer(object);
                let id = object.id.text().and_then(uuid);
                return self.pend(Pending {
                    object: number,
                    path: "value",
                    name,
                    id,
                    about: About::of(Telling::Listed),
                });
            }
            "observed-data" => {
                let is_of_name = |id: &Loose| id.text().is_some_and(|id| id.starts_with("domain-name--"));
                if object.object_refs.0.iter().any(is_of_name) {
                    self.refer(object);
                }
                let times =
                    (object.first_observed.text().and_then(rfc3339), object.last_observed.text().and_then(rfc3339));
                for seen in object.object_refs.0.iter().filter_map(|id| id.text().and_then(uuid)) {
                    self.room(self.observed.len())?;
                    let known = self.observed.entry(seen).or_insert(times);
                    known.0 = [known.0, times.0].into_iter().flatten().min();
                    known.1 = known.1.max(times.1);
                }
            }
            "relationship" if object.relationship_type.text() == Some("indicates") => {
                let ends = object.source_ref.text().and_then(uuid).zip(object.target_ref.text().and_then(uuid));
                self.room(self.indicates.len())?;
                self.indicates.extend(ends);
            }
            "relationship" if object.relationship_type.text() == Some("consists-of") => {
                self.room(self.parts.len())?;
                self.parts.extend(object.target_ref.text().and_then(uuid));
            }
            "malware" => {
                self.room(self.malware.len())?;
                if let Some((id, name)) = object.id.text().and_then(uuid).zip(object.name.text()) {
                    self.malware.insert(id, short(name));
                }
            }
            "marking-definition" => self.define(object),
            "identity" => {
                if let Some(name) = object.name.text().filter(|_| self.identities.len() < 2) {
                    self.identities.push(short(name));
                }
            }
            // What only holds others together says nothing of its own.
            "relationship" | "grouping" | "report" | "extension-definition" => {}
            "" => self.gather.pass_over("objects without a type", 1),
            kind => self.gather.pass_over(&format!("objects of the type {kind}"), 1),
        }
        Ok(())
    }

    fn indicator(&mut self, number: usize, object: &Object) -> Result<(), ToldError> {
        if object.revoked.text() == Some("true") {
            self.gather.pass_over("revoked indicators", 1);
            return Ok(());
        }
        let is_stix = matches!(object.pattern_type.text(), None | Some("stix"));
        let names = object.pattern.text().filter(|_| is_stix).and_then(pattern::names);
        let Some(names) = names else {
            self.gather.pass_over("indicators with patterns of other kinds", 1);
            return Ok(());
        };
        self.refer(object);
        let time = |text: &Loose| text.text().and_then(rfc3339);
        let (from, until) = (time(&object.valid_from), time(&object.valid_until));
        let telling = if until.is_some() { Telling::Predicted } else { Telling::Listed };
        let id = object.id.text().and_then(uuid);
        for name in names {
            let about = About { from, until, ..About::of(telling) };
            self.pend(Pending { object: number, path: "pattern", name, id, about })?;
        }
        Ok(())
    }

    fn pend(&mut self, pending: Pending) -> Result<(), ToldError> {
        self.room(self.pending.len())?;
        self.pending.push(pending);
        Ok(())
    }

    /// Refuses what no bundle with as many names as are read could need.
    fn room(&self, taken: usize) -> Result<(), ToldError> {
        if taken < 2 * MAX_NAMES { Ok(()) } else { Err(ToldError::TooManyNames { limit: MAX_NAMES }) }
    }

    /// Notes the markings of what a name is read from.
    fn refer(&mut self, object: &Object) {
        let granular = object.granular_markings.0.iter().map(|granular| &granular.0.marking_ref);
        for id in object.object_marking_refs.0.iter().chain(granular).filter_map(Loose::text) {
            if self.referred.len() < MAX_MARKINGS {
                self.referred.insert(short(id));
            } else if !self.referred.contains(id) {
                self.gather.mark(Some(Tlp::Red), None);
            }
        }
    }

    fn define(&mut self, object: &Object) {
        let Some(id) = object.id.text().filter(|_| self.defined.len() < MAX_MARKINGS) else { return };
        let tlp = object.extensions.0.tlp.or_else(|| object.definition.0.tlp.text().map(label));
        let pap = object.definition.0.statement.text().and_then(|statement| statement.parse().ok());
        self.defined.insert(short(id), (tlp, pap));
    }

    fn finish(mut self) -> Result<ToldFile, ToldError> {
        let known: HashMap<&str, Tlp> = TLP.into_iter().collect();
        for id in &self.referred {
            let (tlp, pap) = match (known.get(id.as_str()), self.defined.get(id)) {
                (Some(tlp), _) => (Some(*tlp), None),
                (None, Some(defined)) => *defined,
                (None, None) => (Some(Tlp::Red), None),
            };
            self.gather.mark(tlp, pap);
        }
        self.gather.by = match self.identities.as_slice() {
            [one] => Some(one.clone()),
            _ => None,
        };
        let is_malware = |(_, target): &(u128, u128)| self.malware.contains_key(target);
        let families: HashMap<u128, u128> = self.indicates.iter().copied().filter(is_malware).collect();
        for Pending { object, path, name, id, mut about } in std::mem::take(&mut self.pending) {
            if let Some(id) = id {
                if self.parts.contains(&id) {
                    self.gather.pass_over("names that are part of an infrastructure", 1);
                    continue;
                }
                let family = families.get(&id).and_then(|malware| self.malware.get(malware));
                about.family = family.and_then(|family| self.gather.family(family));
                if let Some((first, last)) = self.observed.get(&id).filter(|_| path == "value") {
                    (about.telling, about.first, about.last) = (Telling::Observed, *first, *last);
                }
            }
            self.gather.text(|| format!("objects[{object}].{path}"), &name, about)?;
        }
        Ok(self.gather.finish())
    }
}

/// Returns the identifier behind a kind: `indicator--` and a UUID.
fn uuid(id: &str) -> Option<u128> {
    Uuid::parse_str(id.split_once("--")?.1).ok().map(|uuid| uuid.as_u128())
}

/// The object at the top; gives whether it is a bundle.
struct Top<'s> {
    state: &'s mut State,
    limit: &'s Cell<Option<ToldError>>,
}

impl<'de> DeserializeSeed<'de> for Top<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Top<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a STIX bundle")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let Self { state, limit } = self;
        let mut is_bundle = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "type" => is_bundle = map.next_value::<Loose>()?.text() == Some("bundle"),
                "objects" => {
                    map.next_value_seed(Each::new(limit, |number, Maybe(object): Maybe<Object>| {
                        state.object(number, &object)
                    }))?;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(is_bundle)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Object {
    #[serde(rename = "type")]
    kind: Loose,
    id: Loose,
    name: Loose,
    value: Loose,
    pattern: Loose,
    pattern_type: Loose,
    valid_from: Loose,
    valid_until: Loose,
    revoked: Loose,
    relationship_type: Loose,
    source_ref: Loose,
    target_ref: Loose,
    first_observed: Loose,
    last_observed: Loose,
    object_refs: Listed<Loose>,
    object_marking_refs: Listed<Loose>,
    granular_markings: Listed<Maybe<Granular>>,
    definition: Maybe<Definition>,
    extensions: Maybe<Extensions>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Granular {
    marking_ref: Loose,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Definition {
    tlp: Loose,
    statement: Loose,
}

/// What is kept of extensions, however many there are: the strictest TLP that one of them says.
#[derive(Debug, Default)]
struct Extensions {
    tlp: Option<Tlp>,
}

impl<'de> Deserialize<'de> for Extensions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Extensions;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("extensions by their identifiers")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Extensions, A::Error> {
                let mut kept = Extensions::default();
                while let Some((_, Maybe(extension))) = map.next_entry::<IgnoredAny, Maybe<Extension>>()? {
                    kept.tlp = kept.tlp.max(extension.tlp_2_0.text().map(label));
                }
                Ok(kept)
            }
        }
        deserializer.deserialize_map(Each)
    }
}

/// Returns what a definition says, `amber` or `WHITE`; the strictest where nobody knows it.
fn label(text: &str) -> Tlp {
    let text = text.trim().to_ascii_uppercase();
    if text == "WHITE" { Tlp::Clear } else { format!("TLP:{text}").parse().unwrap_or(Tlp::Red) }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Extension {
    tlp_2_0: Loose,
}

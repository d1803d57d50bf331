// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! STIX 2.1: what every bundle shares. Identifiers that come out the same each time, the TLP 2.0 markings, the identity that speaks.
//!
//! # Source
//!
//! OASIS, STIX Version 2.1 (June 2021), sections 2.9 (identifiers), 3.2 (common properties), 4.5 (identity); the OASIS TLP 2.0 marking
//! definitions of October 2022.

pub mod feed;
mod pattern;
pub mod read;
pub mod sightings;
pub mod singles;

use std::io::{self, Write};

use forestall_model::Instant;
use forestall_model::marking::Tlp;
use serde_json::{Value, json};
use uuid::Uuid;

/// The namespace of Forestall's own identifiers, made once at random.
const OURS: Uuid = Uuid::from_u128(0x5f0d_4b7e_8a43_4d0e_9c1b_7d1f_6a52_e3c8);

/// The namespace that STIX 2.1 section 2.9 gives for identifiers of observables, made of their contributing properties.
const OBSERVABLES: Uuid = Uuid::from_u128(0x00ab_edb4_aa42_466c_9c01_fed2_3315_a9b7);

/// When OASIS made the TLP 2.0 markings, which every bundle goes with: what is the same in all of them is as old.
const SAME_IN_ALL: &str = "2022-10-01T00:00:00.000Z";

/// Returns the identifier of an object of ours: the same for the same kind and key.
pub(crate) fn id(kind: &str, key: &str) -> String {
    format!("{kind}--{}", Uuid::new_v5(&OURS, format!("{kind}\n{key}").as_bytes()))
}

/// Returns the identifier of an observable with one contributing property, `value`.
pub(crate) fn observable_id(kind: &str, value: &str) -> String {
    // RFC 8785 canonical JSON of one text property; addresses need no escapes.
    let properties = json!({ "value": value }).to_string();
    format!("{kind}--{}", Uuid::new_v5(&OBSERVABLES, properties.as_bytes()))
}

/// Returns an instant as STIX writes it: three digits of fractions or more, and `Z`.
pub(crate) fn timestamp(instant: Instant) -> String {
    let text = instant.to_string();
    match text.strip_suffix('Z') {
        Some(whole) if !whole.contains('.') => format!("{whole}.000Z"),
        Some(fraction) => {
            let (seconds, digits) = fraction.split_once('.').unwrap_or((fraction, ""));
            format!("{seconds}.{digits:0<3}Z")
        }
        None => text,
    }
}

/// Returns the identifier of a TLP 2.0 marking.
pub(crate) const fn marking_id(tlp: Tlp) -> &'static str {
    match tlp {
        Tlp::Clear => "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
        Tlp::Green => "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
        Tlp::Amber => "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
        Tlp::AmberStrict => "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
        Tlp::Red => "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
    }
}

/// Returns the marking definition itself, for receivers that do not have it.
fn marking(tlp: Tlp) -> Value {
    let level = tlp.word().trim_start_matches("TLP:").to_ascii_lowercase();
    json!({
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": marking_id(tlp),
        "created": SAME_IN_ALL,
        "name": tlp.word(),
        "extensions": {
            "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d": {
                "extension_type": "property-extension",
                "tlp_2_0": level,
            },
        },
    })
}

/// A bundle that is written object by object.
pub(crate) struct Bundle<'a> {
    out: &'a mut dyn Write,
    created: String,
    modified: String,
    marks: Vec<String>,
    begun: bool,
}

impl<'a> Bundle<'a> {
    /// Begins a bundle whose objects were made at `made` and are all marked `tlp`; the marking and our identity stand first.
    pub(crate) fn begin(out: &'a mut dyn Write, key: &str, made: Instant, tlp: Tlp) -> io::Result<Self> {
        Self::begin_with(out, key, (made, made), tlp, &[])
    }

    /// Begins a bundle whose objects were made and changed at two times, and are marked `tlp` and with further markings, which the caller writes.
    pub(crate) fn begin_with(
        out: &'a mut dyn Write,
        key: &str,
        (created, modified): (Instant, Instant),
        tlp: Tlp,
        further: &[&str],
    ) -> io::Result<Self> {
        write!(out, "{{\"type\":\"bundle\",\"id\":\"{}\",\"objects\":[", id("bundle", key))?;
        let marks = std::iter::once(marking_id(tlp)).chain(further.iter().copied()).map(str::to_owned).collect();
        let mut bundle = Self { out, created: timestamp(created), modified: timestamp(modified), marks, begun: false };
        bundle.write(&marking(tlp))?;
        bundle.add("identity", "forestall", json!({ "name": "Forestall", "identity_class": "system" }))?;
        Ok(bundle)
    }

    /// Returns the identifiers of the markings of every object.
    pub(crate) fn marks(&self) -> &[String] {
        &self.marks
    }

    /// Writes an object of ours with the common properties and returns its identifier.
    pub(crate) fn add(&mut self, kind: &str, key: &str, own: Value) -> io::Result<String> {
        let id = id(kind, key);
        // Our identity has one identifier in all bundles: it was not made or changed with any of them.
        let (created, modified) =
            if kind == "identity" { (SAME_IN_ALL, SAME_IN_ALL) } else { (&*self.created, &*self.modified) };
        let mut object = json!({
            "type": kind,
            "spec_version": "2.1",
            "id": id,
            "created": created,
            "modified": modified,
            "object_marking_refs": self.marks,
        });
        if kind != "identity" {
            object["created_by_ref"] = identity().into();
        }
        if let (Some(object), Value::Object(own)) = (object.as_object_mut(), own) {
            object.extend(own);
        }
        self.write(&object)?;
        Ok(id)
    }

    /// Writes an object as it is.
    pub(crate) fn write(&mut self, object: &Value) -> io::Result<()> {
        self.out.write_all(if self.begun { b",\n" } else { b"\n" })?;
        self.begun = true;
        serde_json::to_writer(&mut *self.out, object)?;
        Ok(())
    }

    /// Writes whole objects, each with a comma and a line feed before it.
    pub(crate) fn write_octets(&mut self, objects: &[u8]) -> io::Result<()> {
        self.out.write_all(objects)
    }

    /// Ends the bundle.
    pub(crate) fn end(self) -> io::Result<()> {
        self.out.write_all(b"\n]}\n")
    }
}

/// Returns the identifier of our identity.
pub(crate) fn identity() -> String {
    id("identity", "forestall")
}

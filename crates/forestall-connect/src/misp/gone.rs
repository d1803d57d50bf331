// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Names that an instance of MISP has in an event of ours and that the event holds no more, since somebody ruled on them: they are marked as deleted
//! there. What others added to the event stays.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Held, Misp, MispError, MispEvent};

/// Objects that are asked for at a time.
const PAGE: usize = 1_000;
/// Most octets of a page: an object with its attributes has about 4 KiB.
const MOST_PAGE: usize = 32 << 20;
/// Most pages of an event: what is larger than a push can be is not looked through.
const MOST_PAGES: usize = 250;
/// What objects of ours are called.
const NAME: &str = "dga-domain";
/// How their comments begin.
const COMMENT: &str = "predicted DGA name of campaign ";
/// What of an object goes back to the instance.
const OF_OBJECT: [&str; 7] =
    ["uuid", "name", "meta-category", "template_uuid", "template_version", "distribution", "comment"];
/// What of an attribute does.
const OF_ATTRIBUTE: [&str; 6] = ["uuid", "object_relation", "type", "category", "value", "to_ids"];

impl Misp {
    /// Returns the objects of ours that an instance has in an event and that the event holds no more, as they are to be sent: marked as deleted.
    pub(super) async fn gone(&self, event: &MispEvent, held: &Held) -> Result<Vec<Value>, MispError> {
        let id = held.id.as_ref().ok_or_else(|| MispError::Answer("it says of the event no number".to_owned()))?;
        let ours = event.objects()?;
        let mut gone = Vec::new();
        for page in 1..=MOST_PAGES {
            let ask =
                json!({ "returnFormat": "json", "eventid": id, "object_name": NAME, "limit": PAGE, "page": page });
            let answer = self.call_for("objects/restSearch", ask.to_string().into_bytes(), MOST_PAGE).await?;
            let found = answer.get("response").and_then(Value::as_array);
            let found = found.ok_or_else(|| MispError::Answer("a search for objects gives no list".to_owned()))?;
            for item in found {
                let object = item.get("Object").and_then(Value::as_object);
                let object =
                    object.ok_or_else(|| MispError::Answer("a search for objects gives something else".to_owned()))?;
                let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
                let is_ours = text("name") == NAME && text("comment").starts_with(COMMENT);
                if is_ours && !ours.contains(&text("uuid").to_ascii_lowercase()) {
                    gone.push(deleted(object, event.timestamp));
                }
            }
            if found.len() < PAGE {
                return Ok(gone);
            }
        }
        Err(MispError::Answer(format!("the event has more than {} objects", MOST_PAGES * PAGE)))
    }
}

/// Returns an object as it is sent to be marked as deleted, with its attributes. The time is that of the event: it is newer than what is there.
fn deleted(object: &Map<String, Value>, timestamp: i64) -> Value {
    let of = |from: &Map<String, Value>, keys: &[&str]| {
        let known = keys.iter().filter_map(|key| Some(((*key).to_owned(), from.get(*key)?.clone())));
        let mut kept: Map<String, Value> = known.collect();
        kept.insert("deleted".to_owned(), true.into());
        kept.insert("timestamp".to_owned(), timestamp.to_string().into());
        kept
    };
    let attributes = object.get("Attribute").and_then(Value::as_array).into_iter().flatten();
    let attributes: Vec<Value> =
        attributes.filter_map(Value::as_object).map(|found| Value::Object(of(found, &OF_ATTRIBUTE))).collect();
    let mut kept = of(object, &OF_OBJECT);
    kept.insert("Attribute".to_owned(), attributes.into());
    Value::Object(kept)
}

impl MispEvent {
    /// Returns the identifiers of its objects, in lower case.
    fn objects(&self) -> Result<HashSet<String>, MispError> {
        #[derive(Deserialize)]
        struct Outer {
            #[serde(rename = "Event")]
            event: Inner,
        }
        #[derive(Deserialize)]
        struct Inner {
            #[serde(rename = "Object", default)]
            objects: Vec<Object>,
        }
        #[derive(Deserialize)]
        struct Object {
            uuid: String,
        }
        let read: Outer = serde_json::from_slice(&self.json).map_err(|error| MispError::Event(error.to_string()))?;
        Ok(read.event.objects.into_iter().map(|object| object.uuid.to_ascii_lowercase()).collect())
    }

    /// Returns the event with further objects behind its own.
    pub(super) fn without(&self, gone: &[Value]) -> Result<Vec<u8>, MispError> {
        if gone.is_empty() {
            return Ok(self.json.clone());
        }
        let text = self.json.trim_ascii_end();
        // As the form writes it: its objects are the last that it says.
        let begun = text.strip_suffix(b"]}}").map(<[u8]>::trim_ascii_end);
        let begun = begun.ok_or_else(|| MispError::Event("its objects are not the last that it says".to_owned()))?;
        let mut json = begun.to_vec();
        for object in gone {
            json.extend_from_slice(if json.ends_with(b"[") { b"\n" } else { b",\n" });
            json.extend_from_slice(object.to_string().as_bytes());
        }
        json.extend_from_slice(b"\n]}}\n");
        Ok(json)
    }
}

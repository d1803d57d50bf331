// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A stand-in for a MISP instance on the loopback interface: the few calls of its REST API by which events are added, edited and published.
//!
//! PyMISP, MISP's own client, talks to it in the tests of `forestall-connect`, so that a client that is not ours says that it speaks MISP.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value, json};

use crate::responder::{Responder, read_until};

/// The key that it knows.
pub const KEY: &str = "kEyOfTheStandInForMisp0123456789abcdefgh";
/// Most octets of a body.
const MOST: usize = 64 << 20;

/// A running instance; ends when dropped.
#[derive(Debug)]
pub struct MispInstance {
    responder: Responder,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    events: BTreeMap<String, Map<String, Value>>,
    asked: Vec<String>,
}

impl Default for MispInstance {
    fn default() -> Self {
        Self::start()
    }
}

impl MispInstance {
    /// Starts an instance without an event.
    ///
    /// # Panics
    ///
    /// Where there is no free port.
    #[must_use]
    pub fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        Self { responder: Responder::start(move |stream| serve(stream, &shared)), state }
    }

    /// Returns its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/", self.responder.address())
    }

    /// Returns what was asked so far: method and path.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        lock(&self.state).asked.clone()
    }

    /// Returns an event.
    #[must_use]
    pub fn event(&self, uuid: &str) -> Option<Value> {
        lock(&self.state).events.get(uuid).map(|event| Value::Object(event.clone()))
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) -> io::Result<()> {
    let head = read_until(&mut stream, b"\r\n\r\n")?;
    let header = |name: &str| {
        head.lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    };
    let length: usize = header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    if length > MOST {
        return Err(io::Error::other("the body is too large"));
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    let mut words = head.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (status, answer) = if header("authorization") == Some(KEY) {
        let mut state = lock(state);
        state.asked.push(format!("{method} {path}"));
        state.answer(method, path, &body)
    } else {
        let message = "Authentication failed. Please make sure you pass the API key of an API enabled user along in the Authorization header.";
        (403, refusal(message, path))
    };
    let answer = answer.to_string();
    let body = if method == "HEAD" { "" } else { &answer };
    write!(
        stream,
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        answer.len()
    )
}

impl State {
    fn answer(&mut self, method: &str, path: &str, body: &[u8]) -> (u16, Value) {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        match (method, parts.as_slice()) {
            ("GET", ["servers", "getVersion"]) => {
                (200, json!({ "version": "2.5.34", "pymisp_recommended_version": "2.5.34", "perm_sync": true }))
            }
            ("GET", ["users", "view", "me"]) => {
                let user = json!({ "id": "1", "org_id": "1", "email": "sync@misp.example", "role_id": "1" });
                let role = json!({ "id": "1", "name": "Sync user", "perm_add": true, "perm_publish": true });
                (200, json!({ "User": user, "Role": role, "UserSetting": [] }))
            }
            ("POST", ["events", "restSearch"]) => {
                let wanted = body["uuid"].as_str().unwrap_or_default();
                let found = self.events.get(wanted).map(|event| json!({ "Event": without_attributes(event) }));
                (200, json!({ "response": found.into_iter().collect::<Vec<_>>() }))
            }
            ("POST", ["objects", "restSearch"]) => (200, json!({ "response": self.objects(&body) })),
            ("GET" | "HEAD" | "POST", ["events", "view", event]) => match self.events.get(*event) {
                Some(event) => (200, json!({ "Event": undeleted(event) })),
                None => (404, refusal("Invalid event", path)),
            },
            ("POST", ["events", "add", rest @ ..]) => self.add(&body, path, rest),
            ("POST", ["events", "edit", event, rest @ ..]) => self.edit(event, &body, path, rest),
            ("POST", ["events", "publish", event]) => match self.events.get_mut(*event) {
                Some(event) => {
                    event.insert("published".to_owned(), true.into());
                    (
                        200,
                        json!({ "saved": true, "success": true, "name": "Job queued", "message": "Job queued", "url": path }),
                    )
                }
                None => (404, refusal("Invalid event", path)),
            },
            _ => (404, refusal("Not Found", path)),
        }
    }

    /// Returns a page of the objects of an event that are not deleted, by the number of the event.
    fn objects(&self, body: &Value) -> Vec<Value> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let wanted = text(&body["eventid"]);
        let event = self.events.values().find(|event| event.get("id").is_some_and(|id| text(id) == wanted));
        let objects = event.map(|event| undeleted(event)["Object"].clone()).unwrap_or_default();
        let name = body["object_name"].as_str();
        let of_name = |object: &&Value| name.is_none_or(|name| object["name"] == name);
        let objects = objects.as_array().into_iter().flatten().filter(of_name);
        let number = |key: &str| body[key].as_u64().and_then(|number| usize::try_from(number).ok());
        let most = number("limit").unwrap_or(usize::MAX);
        let skipped = most.saturating_mul(number("page").unwrap_or(1).saturating_sub(1));
        objects.skip(skipped).take(most).map(|object| json!({ "Object": object })).collect()
    }

    fn add(&mut self, body: &Value, path: &str, rest: &[&str]) -> (u16, Value) {
        let Some(mut event) = event_of(body) else { return (403, refusal("Could not add Event", path)) };
        let Some(uuid) = event.get("uuid").and_then(Value::as_str).map(str::to_owned) else {
            return (403, refusal("Could not add Event", path));
        };
        if self.events.contains_key(&uuid) {
            return (
                403,
                refusal(
                    "Event already exists, if you would like to edit it, use the url in the location header.",
                    path,
                ),
            );
        }
        event.insert("id".to_owned(), (self.events.len() + 1).to_string().into());
        event.insert("published".to_owned(), false.into());
        self.events.insert(uuid.clone(), event);
        (200, self.told(&uuid, rest))
    }

    fn edit(&mut self, uuid: &str, body: &Value, path: &str, rest: &[&str]) -> (u16, Value) {
        let (Some(kept), Some(new)) = (self.events.get_mut(uuid), event_of(body)) else {
            return (404, refusal("Invalid event", path));
        };
        // Without a time of its own, an event was changed now.
        if new.contains_key("timestamp") && number(new.get("timestamp")) <= number(kept.get("timestamp")) {
            let message = "Event could not be saved: Event in the request not newer than the local copy.";
            return (403, refusal(message, path));
        }
        for (key, value) in new {
            match (key.as_str(), kept.get_mut(&key), value) {
                // What is not in the request stays.
                ("Object" | "Attribute" | "Tag", Some(Value::Array(kept)), Value::Array(new)) => {
                    for mut item in new {
                        let name = if key == "Tag" { "name" } else { "uuid" };
                        // What is not newer than what is there is passed over; and what is deleted stays so where nothing is said of it.
                        if let Some(known) = kept.iter().find(|known| known[name] == item[name]) {
                            if item["timestamp"].is_string()
                                && number(item.get("timestamp")) <= number(known.get("timestamp"))
                            {
                                continue;
                            }
                            if key != "Tag" && item["deleted"].is_null() {
                                item["deleted"] = known["deleted"].clone();
                            }
                        }
                        kept.retain(|known| known[name] != item[name]);
                        kept.push(item);
                    }
                }
                ("published" | "uuid" | "id", ..) => {}
                (_, _, value) => drop(kept.insert(key, value)),
            }
        }
        kept.insert("published".to_owned(), false.into());
        (200, self.told(uuid, rest))
    }

    fn told(&self, uuid: &str, rest: &[&str]) -> Value {
        let event = &self.events[uuid];
        if rest.contains(&"metadata:1") {
            json!({ "Event": without_attributes(event) })
        } else {
            json!({ "Event": event })
        }
    }
}

fn event_of(body: &Value) -> Option<Map<String, Value>> {
    let event = if body["Event"].is_object() { &body["Event"] } else { body };
    event.as_object().filter(|event| event.contains_key("info")).cloned()
}

/// Returns an event as it is shown: without what is deleted.
fn undeleted(event: &Map<String, Value>) -> Value {
    let mut event = event.clone();
    for key in ["Object", "Attribute"] {
        if let Some(Value::Array(items)) = event.get_mut(key) {
            items.retain(|item| item["deleted"] != true);
        }
    }
    Value::Object(event)
}

fn without_attributes(event: &Map<String, Value>) -> Map<String, Value> {
    let kept = event.iter().filter(|(key, _)| !matches!(key.as_str(), "Object" | "Attribute"));
    kept.map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn number(value: Option<&Value>) -> i64 {
    value.and_then(|value| value.as_i64().or_else(|| value.as_str()?.parse().ok())).unwrap_or(0)
}

fn refusal(message: &str, path: &str) -> Value {
    json!({ "saved": false, "name": message, "message": message, "url": path, "errors": message })
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A service of RDAP on the loopback interface, with records that a test writes down.
//!
//! Its answers are held against a reader that is not ours, that of ICANN, by the tests of `forestall-connect`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::responder::{Responder, read_until};

/// A registration.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// When it was registered and when it ends, in RFC 3339.
    pub dates: Option<(String, String)>,
    /// Statuses as RFC 8056 spells them.
    pub statuses: Vec<String>,
    /// The registrar's name and number.
    pub registrar: Option<(String, u32)>,
    /// The registrant's name and address for mail; without, it is redacted (RFC 9537).
    pub registrant: Option<(String, String)>,
    /// The name servers.
    pub name_servers: Vec<String>,
}

/// A running service; ends when dropped.
#[derive(Debug)]
pub struct RdapService {
    responder: Responder,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    records: BTreeMap<String, Record>,
    asked: Vec<(String, Instant)>,
    delay: Duration,
    /// How many questions are refused, with which status and which pause in seconds.
    refusals: Option<(usize, u16, Option<String>)>,
}

impl RdapService {
    /// Starts a service with records by name.
    ///
    /// # Panics
    ///
    /// Where there is no free port.
    #[must_use]
    pub fn start(records: impl IntoIterator<Item = (String, Record)>) -> Self {
        let state = Arc::new(Mutex::new(State { records: records.into_iter().collect(), ..State::default() }));
        let shared = Arc::clone(&state);
        let responder = Responder::start(move |stream| serve(stream, &shared));
        Self { responder, state }
    }

    /// Returns the base address of the service.
    #[must_use]
    pub fn base(&self) -> String {
        format!("http://{}/rdap/", self.address())
    }

    /// Returns where it answers.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.responder.address()
    }

    /// Returns the names that were asked for so far, each with the moment.
    #[must_use]
    pub fn asked(&self) -> Vec<(String, Instant)> {
        lock(&self.state).asked.clone()
    }

    /// Answers each further question only after a time.
    pub fn throttle(&self, delay: Duration) {
        lock(&self.state).delay = delay;
    }

    /// Refuses the next questions with a status, and asks for a pause as the header Retry-After has it.
    pub fn refuse(&self, questions: usize, status: u16, retry_after: Option<&str>) {
        lock(&self.state).refusals = Some((questions, status, retry_after.map(str::to_owned)));
    }

    /// Stops it: from now on nobody is at its address.
    pub fn stop(&mut self) {
        self.responder.stop();
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) -> io::Result<()> {
    let request = read_until(&mut stream, b"\r\n\r\n")?;
    let path = request.split(' ').nth(1).unwrap_or_default();
    let name = path.strip_prefix("/rdap/domain/").map(str::to_ascii_lowercase);
    let (delay, refusal, record) = {
        let mut state = lock(state);
        state.asked.push((name.clone().unwrap_or_default(), Instant::now()));
        let refusal = match &mut state.refusals {
            Some((left, status, pause)) if *left > 0 => {
                *left -= 1;
                Some((*status, pause.clone()))
            }
            _ => None,
        };
        (state.delay, refusal, name.as_ref().and_then(|name| state.records.get(name).cloned()))
    };
    std::thread::sleep(delay);
    let wants_rdap = request.to_ascii_lowercase().contains("accept: application/rdap+json\r\n");
    let (status, pause, body) = match (refusal, name, record) {
        (Some((status, pause)), ..) => (status, pause, error(status, "Refused")),
        _ if !wants_rdap => (406, None, error(406, "Not Acceptable")),
        (None, Some(name), Some(record)) => (200, None, record.answer(&name)),
        _ => (404, None, error(404, "Not Found")),
    };
    let body = body.to_string();
    let pause = pause.map(|pause| format!("Retry-After: {pause}\r\n")).unwrap_or_default();
    write!(
        stream,
        "HTTP/1.1 {status} x\r\nContent-Type: application/rdap+json\r\nContent-Length: {}\r\n{pause}Connection: close\r\n\r\n{body}",
        body.len()
    )
}

/// Makes an error answer (RFC 9083, section 6).
fn error(code: u16, title: &str) -> Value {
    json!({"rdapConformance": ["rdap_level_0"], "errorCode": code, "title": title})
}

impl Record {
    /// Makes the answer about a domain (RFC 9083, section 5.3).
    #[must_use]
    pub fn answer(&self, name: &str) -> Value {
        let mut events = Vec::new();
        if let Some((created, expires)) = &self.dates {
            events.push(json!({"eventAction": "registration", "eventDate": created}));
            events.push(json!({"eventAction": "expiration", "eventDate": expires}));
        }
        let mut entities = Vec::new();
        if let Some((registrar, number)) = &self.registrar {
            entities.push(json!({
                "objectClassName": "entity", "handle": number.to_string(), "roles": ["registrar"],
                "publicIds": [{"type": "IANA Registrar ID", "identifier": number.to_string()}],
                "vcardArray": card(registrar, None),
                "entities": [{
                    "objectClassName": "entity", "roles": ["abuse"],
                    "vcardArray": card("Abuse", Some("abuse@registrar.example"))
                }]
            }));
        }
        let mut redacted = Vec::new();
        match &self.registrant {
            Some((registrant, mail)) => entities.push(json!({
                "objectClassName": "entity", "handle": "R-1", "roles": ["registrant"], "vcardArray": card(registrant, Some(mail))
            })),
            None => redacted.push(json!({"name": {"description": "Registrant Name"}, "method": "removal"})),
        }
        let servers: Vec<Value> = self
            .name_servers
            .iter()
            .map(|server| json!({"objectClassName": "nameserver", "ldhName": server}))
            .collect();
        json!({
            "rdapConformance": ["rdap_level_0", "redacted"],
            "objectClassName": "domain",
            "ldhName": name,
            "status": self.statuses,
            "events": events,
            "entities": entities,
            "nameservers": servers,
            "secureDNS": {"delegationSigned": false},
            "redacted": redacted
        })
    }
}

/// Makes a jCard (RFC 7095).
fn card(name: &str, mail: Option<&str>) -> Value {
    let mut properties = vec![json!(["version", {}, "text", "4.0"]), json!(["fn", {}, "text", name])];
    properties.extend(mail.map(|mail| json!(["email", {}, "text", mail])));
    json!(["vcard", properties])
}

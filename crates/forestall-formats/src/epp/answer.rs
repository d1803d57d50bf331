// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What servers say: greetings, and responses to commands.
//!
//! Every octet is a stranger's: documents are read within limits, texts are cut, and what is not understood is left out. What a command depends on
//! is never guessed: a response without a code, a name or an identifier of its own is refused.
//!
//! # Source
//!
//! RFC 5730, sections 2.4 (greeting), 2.6 (response) and 2.9.2.3 (poll); RFC 5731, section 3; RFC 3915, section 4.1 (grace periods); RFC 5910, section 4;
//! RFC 8748, section 5.1.1 (prices).

use std::collections::{BTreeMap, BTreeSet};

use forestall_model::Instant;
use forestall_model::epp::Object;

use super::frame::{DOMAIN, EPP, FEE, GRACE, SEC_DNS};
use super::xml::{self, Element};
use crate::registry_date::rfc3339;
use forestall_model::money::Money;

/// Most octets of a frame, its length not counted.
pub const MOST_OCTETS: usize = 1 << 20;
/// Most characters that are kept of a text.
const LONGEST: usize = 400;
/// Most texts that are kept of one kind.
const MOST_TEXTS: usize = 16;
/// Most statuses and name servers that are kept of one object.
const MOST_OF_OBJECT: usize = 64;

/// Why a frame is none that a server sends.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the server's frame cannot be used: {0}")]
pub struct AnswerError(String);

/// What a server says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Who it is and what it serves.
    Greeting(Greeting),
    /// What it says to a command.
    Response(Box<Response>),
}

/// Who a server is and what it serves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Greeting {
    /// What it calls itself.
    pub server: String,
    /// Namespaces of objects.
    pub objects: BTreeSet<String>,
    /// Namespaces of extensions.
    pub extensions: BTreeSet<String>,
}

/// What a server says to a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// The code.
    pub code: u16,
    /// What it says to it, and the reasons that it gives.
    pub texts: Vec<String>,
    /// The message of the queue, where it tells one.
    pub queued: Option<Queued>,
    /// What it tells of objects.
    pub data: Data,
    /// Our transaction identifier, as it repeats it.
    pub ours: Option<String>,
    /// Its transaction identifier.
    pub theirs: String,
}

/// A message of the queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Queued {
    /// Its identifier, by which it is taken off.
    pub id: String,
    /// How many there are.
    pub count: u64,
    /// When it was put there.
    pub at: Option<Instant>,
    /// What it says.
    pub text: String,
}

/// What a server tells of objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Data {
    /// Nothing, or nothing that is understood.
    #[default]
    None,
    /// Whether names can be registered.
    Checked(Vec<Checked>),
    /// What it knows of a name.
    Known {
        /// The name.
        name: String,
        /// What it knows.
        object: Object,
    },
    /// A name was created.
    Created {
        /// When.
        created: Option<Instant>,
    },
    /// What was pending was done or refused.
    Settled {
        /// The name.
        name: String,
        /// Whether it was done.
        done: bool,
        /// Our transaction identifier of the command.
        ours: Option<String>,
        /// The server's.
        theirs: String,
    },
}

/// What a check says of one name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// The name.
    pub name: String,
    /// Whether it can be registered.
    pub available: bool,
    /// Why not, as the server says it.
    pub reason: Option<String>,
    /// What it costs, where that is told.
    pub price: Option<Price>,
}

/// What a registration costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// All fees together.
    pub fee: Money,
    /// The class of the name; `standard` or none for the usual one.
    pub class: Option<String>,
}

/// Reads a frame, without its length.
///
/// # Errors
///
/// [`AnswerError`] where it is no XML within the limits, no frame of a server, or without what a client depends on.
pub fn read(octets: &[u8]) -> Result<Answer, AnswerError> {
    if octets.len() > MOST_OCTETS {
        return Err(AnswerError(format!("it has more than {MOST_OCTETS} octets")));
    }
    // What the library says of an error may quote as much of the frame as it likes.
    let root = xml::read(octets).map_err(|reason| AnswerError(cut(&reason)))?;
    if root.space != EPP || root.name != "epp" {
        return Err(AnswerError(format!("its root is {:?} and not EPP's", cut(&root.name))));
    }
    if let Some(greeting) = root.child("greeting") {
        return Ok(Answer::Greeting(greeting_of(greeting)));
    }
    let Some(response) = root.child("response") else {
        return Err(AnswerError("it is neither a greeting nor a response".to_owned()));
    };
    response_of(response).map(Box::new).map(Answer::Response)
}

fn greeting_of(greeting: &Element) -> Greeting {
    let menu = greeting.child("svcMenu");
    let uris = |of: Option<&Element>, tag: &str| -> BTreeSet<String> {
        of.into_iter()
            .flat_map(|menu| menu.children_named(tag))
            .take(MOST_OF_OBJECT)
            .map(|uri| cut(uri.text()))
            .collect()
    };
    Greeting {
        server: cut(greeting.text_of("svID").unwrap_or_default()),
        objects: uris(menu, "objURI"),
        extensions: uris(menu.and_then(|menu| menu.child("svcExtension")), "extURI"),
    }
}

fn response_of(response: &Element) -> Result<Response, AnswerError> {
    let missing = |what: &str| AnswerError(format!("the response has no {what}"));
    // A response may have several results; all of them but for one are refusals, and the first is the one that counts.
    let results: Vec<&Element> = response.children_named("result").collect();
    let result = results.first().ok_or_else(|| missing("result"))?;
    let code = result.attribute("code").and_then(code_of).ok_or_else(|| missing("code of four digits"))?;
    let identifiers = response.child("trID").ok_or_else(|| missing("transaction identifier"))?;
    let theirs =
        identifiers.text_of("svTRID").filter(|id| !id.is_empty()).ok_or_else(|| missing("identifier of its own"))?;
    let mut told = response.child("resData").map(data_of).unwrap_or_default();
    if let Some(extension) = response.child("extension") {
        extend(&mut told, extension);
    }
    let mut texts = Vec::new();
    for result in &results {
        texts.extend(result.text_of("msg").map(cut));
        let reasons = result.children_named("extValue").filter_map(|value| value.text_of("reason"));
        texts.extend(reasons.map(cut));
    }
    texts.retain(|text| !text.is_empty());
    texts.truncate(MOST_TEXTS);
    Ok(Response {
        code,
        texts,
        queued: response.child("msgQ").map(queued_of),
        data: told,
        ours: identifiers.text_of("clTRID").map(cut),
        theirs: cut(theirs),
    })
}

fn code_of(text: &str) -> Option<u16> {
    (text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

fn queued_of(queue: &Element) -> Queued {
    Queued {
        id: queue.attribute("id").map(cut).unwrap_or_default(),
        count: queue.attribute("count").and_then(|count| count.parse().ok()).unwrap_or(0),
        at: queue.text_of("qDate").and_then(rfc3339),
        text: queue.text_of("msg").map(cut).unwrap_or_default(),
    }
}

fn data_of(data: &Element) -> Data {
    let of = |name: &str| data.child_of(DOMAIN, name);
    let name = |element: &Element| cut(element.text_of("name").unwrap_or_default());
    if let Some(checked) = of("chkData") {
        return Data::Checked(checked.children_named("cd").filter_map(checked_of).collect());
    }
    if let Some(known) = of("infData") {
        return Data::Known { name: name(known), object: object_of(known) };
    }
    if let Some(created) = of("creData") {
        return Data::Created { created: created.text_of("crDate").and_then(rfc3339) };
    }
    if let Some(settled) = of("panData") {
        let done = settled.child("name").and_then(|name| name.attribute("paResult")).is_some_and(is_true);
        let id = |tag: &str| settled.child("paTRID").and_then(|pair| pair.child_of(EPP, tag)).map(|id| cut(id.text()));
        let (ours, theirs) = (id("clTRID"), id("svTRID").unwrap_or_default());
        return Data::Settled { name: name(settled), done, ours, theirs };
    }
    Data::None
}

fn checked_of(row: &Element) -> Option<Checked> {
    let name = row.child("name")?;
    // What is neither yes nor no is no.
    let available = name.attribute("avail").is_some_and(is_true);
    Some(Checked { name: cut(name.text()), available, reason: row.text_of("reason").map(cut), price: None })
}

fn object_of(known: &Element) -> Object {
    let date = |tag: &str| known.text_of(tag).and_then(rfc3339);
    let statuses = known.children_named("status").filter_map(|status| status.attribute("s"));
    let servers =
        known.child("ns").into_iter().flat_map(|ns| &ns.children).filter_map(|server| match server.name.as_str() {
            "hostObj" => Some(server.text()),
            "hostAttr" => server.text_of("hostName"),
            _ => None,
        });
    Object {
        sponsor: cut(known.text_of("clID").unwrap_or_default()),
        creator: known.text_of("crID").map(cut),
        created: date("crDate"),
        expires: date("exDate"),
        statuses: statuses.take(MOST_OF_OBJECT).map(cut).collect(),
        servers: servers.take(MOST_OF_OBJECT).map(|server| cut(server).to_ascii_lowercase()).collect(),
        signed: false,
    }
}

/// Adds what extensions tell of the same objects.
fn extend(data: &mut Data, extension: &Element) {
    match data {
        Data::Known { object, .. } => {
            object.signed = extension
                .child_of(SEC_DNS, "infData")
                .is_some_and(|keys| keys.child("dsData").is_some() || keys.child("keyData").is_some());
            let grace = extension.child_of(GRACE, "infData");
            let statuses = grace.into_iter().flat_map(|grace| grace.children_named("rgpStatus"));
            object.statuses.extend(statuses.filter_map(|status| status.attribute("s")).take(MOST_OF_OBJECT).map(cut));
        }
        Data::Checked(rows) => {
            let Some(prices) = extension.child_of(FEE, "chkData") else { return };
            let currency = prices.text_of("currency").unwrap_or_default();
            let by_name: BTreeMap<&str, &Element> =
                prices.children_named("cd").filter_map(|cd| Some((cd.text_of("objID")?, cd))).collect();
            for row in rows {
                row.price = by_name.get(row.name.as_str()).and_then(|cd| price_of(cd, currency));
            }
        }
        _ => {}
    }
}

fn price_of(cd: &Element, currency: &str) -> Option<Price> {
    let command = cd.children_named("command").find(|command| command.attribute("name") == Some("create"))?;
    let fees: Option<Vec<Money>> =
        command.children_named("fee").map(|fee| Money::read(fee.text(), currency).ok()).collect();
    // A price that cannot be read is none: what is not known is not agreed to.
    let fee = fees?.into_iter().map(Some).reduce(|one, other| one?.plus(&other?))??;
    Some(Price { fee, class: cd.text_of("class").map(cut) })
}

fn is_true(text: &str) -> bool {
    matches!(text, "1" | "true")
}

/// Returns a text of others on one line, cut.
pub(super) fn cut(text: &str) -> String {
    crate::flood::one_line(text.trim()).chars().take(LONGEST).collect()
}

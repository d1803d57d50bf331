// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Contacts (RFC 5733). What they want to be hidden is not kept, and they are not transferred.

use std::collections::BTreeSet;

use forestall_model::Instant;

use super::answer::{Answer, Outcome, Refusal, element, escaped, history, optional};
use super::element::Element;
use super::journal::Verb;
use super::space::CONTACT;
use super::world::{Asking, World};

/// A contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The identifier, 3 to 16 characters.
    pub id: String,
    /// The repository's identifier; empty until it is put into a registry.
    pub repository_id: String,
    /// The addresses by post: one in letters of ASCII (`int`), one in others (`loc`).
    pub postal: Vec<Postal>,
    /// The number for calls.
    pub voice: Option<String>,
    /// The number for faxes.
    pub fax: Option<String>,
    /// The address for mail.
    pub email: String,
    /// The statuses that were set; `ok` and `linked` follow.
    pub statuses: BTreeSet<String>,
    /// The sponsoring account.
    pub sponsor: String,
    /// When it was created.
    pub created: Instant,
    /// Who changed it last, and when.
    pub updated: Option<(String, Instant)>,
    /// The authorisation information.
    pub password: String,
}

/// An address by post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Postal {
    /// `int` or `loc`.
    pub kind: String,
    /// The person.
    pub name: String,
    /// The organisation.
    pub organisation: Option<String>,
    /// Up to three lines of the street.
    pub street: Vec<String>,
    /// The city.
    pub city: String,
    /// The state or province.
    pub province: Option<String>,
    /// The postal code.
    pub code: Option<String>,
    /// The country's two letters.
    pub country: String,
}

impl Contact {
    /// Makes a contact.
    #[must_use]
    pub fn new(id: &str, sponsor: &str, created: Instant) -> Self {
        let postal = Postal {
            kind: "int".to_owned(),
            name: "Sinkhole Operations".to_owned(),
            organisation: None,
            street: vec!["1 Example Street".to_owned()],
            city: "Exampleton".to_owned(),
            province: None,
            code: None,
            country: "CH".to_owned(),
        };
        Self {
            id: id.to_owned(),
            repository_id: String::new(),
            postal: vec![postal],
            voice: None,
            fax: None,
            email: "sinkhole@operations.example".to_owned(),
            statuses: BTreeSet::new(),
            sponsor: sponsor.to_owned(),
            created,
            updated: None,
            password: String::new(),
        }
    }
}

/// Carries a command about contacts out.
pub(super) fn carry_out(world: &mut World, asking: &Asking<'_>, verb: Verb, object: &Element) -> Outcome {
    match verb {
        Verb::Check => check(world, object),
        Verb::Info => info(world, asking, object),
        Verb::Create => create(world, asking, object),
        Verb::Update => update(world, asking, object),
        Verb::Delete => delete(world, asking, object),
        _ => Err(Refusal::new(2101, "contacts have no such command here")),
    }
}

fn check(world: &World, object: &Element) -> Outcome {
    let row = |id: &Element| {
        let id = id.text();
        let is_free = !world.contacts.contains_key(&id);
        let reason = if is_free { "" } else { "<contact:reason>In use</contact:reason>" };
        let avail = u8::from(is_free);
        format!("<contact:cd><contact:id avail=\"{avail}\">{}</contact:id>{reason}</contact:cd>", escaped(&id))
    };
    let rows: String = object.all("id").map(row).collect();
    if rows.is_empty() {
        return Err(Refusal::new(2003, "no identifier is given"));
    }
    Ok(Answer::with(format!("<contact:chkData xmlns:contact=\"{CONTACT}\">{rows}</contact:chkData>")))
}

fn info(world: &World, asking: &Asking<'_>, object: &Element) -> Outcome {
    let contact = found(world, object)?;
    let mut text = format!("<contact:infData xmlns:contact=\"{CONTACT}\">{}", element("contact:id", &contact.id));
    text.push_str(&element("contact:roid", &contact.repository_id));
    let mut statuses = contact.statuses.clone();
    if statuses.is_empty() {
        statuses.insert("ok".to_owned());
    }
    if is_linked(world, &contact.id) {
        statuses.insert("linked".to_owned());
    }
    text.extend(statuses.iter().map(|status| format!("<contact:status s=\"{}\"/>", escaped(status))));
    text.extend(contact.postal.iter().map(shown));
    text.push_str(&optional("contact:voice", contact.voice.as_deref()));
    text.push_str(&optional("contact:fax", contact.fax.as_deref()));
    text.push_str(&element("contact:email", &contact.email));
    text.push_str(&history("contact", [&contact.sponsor, &contact.sponsor], contact.created, contact.updated.as_ref()));
    if asking.may_change(&contact.sponsor) {
        let password = element("contact:pw", &contact.password);
        text.push_str(&format!("<contact:authInfo>{password}</contact:authInfo>"));
    }
    text.push_str("</contact:infData>");
    Ok(Answer::with(text))
}

fn shown(postal: &Postal) -> String {
    let street: String = postal.street.iter().map(|line| element("contact:street", line)).collect();
    let address = street
        + &element("contact:city", &postal.city)
        + &optional("contact:sp", postal.province.as_deref())
        + &optional("contact:pc", postal.code.as_deref())
        + &element("contact:cc", &postal.country);
    let names = element("contact:name", &postal.name) + &optional("contact:org", postal.organisation.as_deref());
    let kind = escaped(&postal.kind);
    format!("<contact:postalInfo type=\"{kind}\">{names}<contact:addr>{address}</contact:addr></contact:postalInfo>")
}

fn create(world: &mut World, asking: &Asking<'_>, object: &Element) -> Outcome {
    let id = identified(object)?;
    if world.contacts.contains_key(&id) {
        return Err(Refusal::new(2302, "the identifier is taken already").about_contact(&id));
    }
    let mut contact = Contact { postal: Vec::new(), ..Contact::new(&id, &asking.account, world.now()) };
    change(&mut contact, object)?;
    if contact.postal.is_empty() || object.child("email").is_none() {
        return Err(Refusal::new(2003, "a contact has an address by post and one for mail").about_contact(&id));
    }
    contact.repository_id = world.repository_id('C');
    let inside = element("contact:id", &id) + &element("contact:crDate", &contact.created.to_string());
    world.contacts.insert(id, contact);
    Ok(Answer::with(format!("<contact:creData xmlns:contact=\"{CONTACT}\">{inside}</contact:creData>")).changed())
}

fn update(world: &mut World, asking: &Asking<'_>, object: &Element) -> Outcome {
    let mut contact = found(world, object)?;
    if !asking.may_change(&contact.sponsor) {
        return Err(Refusal::new(2201, "the contact has another sponsor").about_contact(&contact.id));
    }
    let status = |status: &Element| status.attribute("s").unwrap_or_default().to_owned();
    if let Some(rem) = object.child("rem") {
        rem.all("status").map(status).for_each(|status| _ = contact.statuses.remove(&status));
    }
    if let Some(status) = contact.statuses.iter().find(|status| status.ends_with("UpdateProhibited")) {
        return Err(Refusal::new(2304, format!("the status {status} forbids it")).about_contact(&contact.id));
    }
    if let Some(add) = object.child("add") {
        contact.statuses.extend(add.all("status").map(status));
    }
    if let Some(chg) = object.child("chg") {
        change(&mut contact, chg)?;
    }
    contact.updated = Some((asking.account.clone(), world.now()));
    world.contacts.insert(contact.id.clone(), contact);
    Ok(Answer::of(1000).changed())
}

fn delete(world: &mut World, asking: &Asking<'_>, object: &Element) -> Outcome {
    let contact = found(world, object)?;
    if !asking.may_change(&contact.sponsor) {
        return Err(Refusal::new(2201, "the contact has another sponsor").about_contact(&contact.id));
    }
    if let Some(status) = contact.statuses.iter().find(|status| status.ends_with("DeleteProhibited")) {
        return Err(Refusal::new(2304, format!("the status {status} forbids it")).about_contact(&contact.id));
    }
    if is_linked(world, &contact.id) {
        return Err(Refusal::new(2305, "a domain has it").about_contact(&contact.id));
    }
    world.contacts.remove(&contact.id);
    Ok(Answer::of(1000).changed())
}

/// Takes over what a command says.
fn change(contact: &mut Contact, said: &Element) -> Result<(), Refusal> {
    for postal in said.all("postalInfo") {
        let postal = postal_of(postal)?;
        contact.postal.retain(|known| known.kind != postal.kind);
        contact.postal.push(postal);
    }
    let kept =
        |name: &str, known: &Option<String>| said.text_of(name).filter(|text| !text.is_empty()).or(known.clone());
    contact.voice = kept("voice", &contact.voice);
    contact.fax = kept("fax", &contact.fax);
    contact.email = said.text_of("email").unwrap_or_else(|| contact.email.clone());
    if let Some(info) = said.child("authInfo") {
        contact.password = info.text_of("pw").unwrap_or_default();
    }
    Ok(())
}

fn postal_of(said: &Element) -> Result<Postal, Refusal> {
    let needed = |text: Option<String>| text.ok_or_else(|| Refusal::new(2003, "an address by post lacks a part"));
    let address = said.child("addr").ok_or_else(|| Refusal::new(2003, "an address by post lacks a part"))?;
    Ok(Postal {
        kind: said.attribute("type").unwrap_or("int").to_owned(),
        name: needed(said.text_of("name"))?,
        organisation: said.text_of("org"),
        street: address.all("street").map(Element::text).collect(),
        city: needed(address.text_of("city"))?,
        province: address.text_of("sp"),
        code: address.text_of("pc"),
        country: needed(address.text_of("cc"))?,
    })
}

fn is_linked(world: &World, id: &str) -> bool {
    let has = |contacts: &BTreeSet<(String, String)>| contacts.iter().any(|(_, contact)| contact == id);
    world.domains.values().any(|domain| domain.registrant.as_deref() == Some(id) || has(&domain.contacts))
}

fn identified(object: &Element) -> Result<String, Refusal> {
    let id = object.text_of("id").ok_or_else(|| Refusal::new(2003, "no identifier is given"))?;
    if (3..=16).contains(&id.chars().count()) {
        return Ok(id);
    }
    Err(Refusal::new(2005, "an identifier has 3 to 16 characters"))
}

fn found(world: &World, object: &Element) -> Result<Contact, Refusal> {
    let id = identified(object)?;
    let found = world.contacts.get(&id).cloned();
    found.ok_or_else(|| Refusal::new(2303, "no such contact is registered").about_contact(&id))
}

impl Refusal {
    fn about_contact(self, id: &str) -> Self {
        self.blaming(CONTACT, "contact:id", id)
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The facts among the fields of an answer.

use forestall_model::dossier::{Registrar, Registration, RegistrationState};
use forestall_model::{DomainName, Instant, OwnerName};

use super::lines::{self, Field};
use super::phrases;
use crate::holder;
use crate::rdap::status::epp;
use crate::rdap::text::{Problems, mail_address, plain};
use crate::rdap::{Contacts, MAX_NAME_SERVERS, Problem};
use crate::registry_date::{DayOrder, registry_date};

const DOMAIN: [&str; 4] = ["domain", "domain name", "domainname", "nome de domínio / domain name"];
const CREATED: [&str; 14] = [
    "creation date",
    "created",
    "created on",
    "created date",
    "registered",
    "registered on",
    "registered date",
    "registration date",
    "registration time",
    "domain registration date",
    "domain dateregistered",
    "domain record activated",
    "record created",
    "domain created",
];
const CHANGED: [&str; 10] = [
    "updated date",
    "changed",
    "modified",
    "last update",
    "last-update",
    "last updated",
    "last updated on",
    "last modified",
    "domain datelastmodified",
    "record last updated on",
];
const EXPIRES: [&str; 14] = [
    "registry expiry date",
    "registrar registration expiration date",
    "expiration date",
    "expiry date",
    "expires",
    "expires on",
    "expire date",
    "expire",
    "expiration time",
    "paid-till",
    "renewal date",
    "domain datebilleduntil",
    "domain expiration date",
    "record expires on",
];
const STATUS: [&str; 7] =
    ["domain status", "status", "state", "query status", "registration status", "eppstatus", "estado / status"];
const SERVERS: [&str; 9] = [
    "name server",
    "name servers",
    "nserver",
    "nameserver",
    "nameservers",
    "domain nameservers",
    "domain servers",
    "domain servers in listed order",
    "ns",
];
const REGISTRAR: [&str; 4] = ["registrar", "sponsoring registrar", "registrar name", "current registrar"];
const HOLDER: [&str; 10] = [
    "registrant",
    "registrant name",
    "registrant organization",
    "registrant contact name",
    "holder",
    "owner",
    "org",
    "person",
    "registrant id",
    "holder-c",
];
/// Keys and headings that, after a blank line, begin the description of somebody or something else than the name.
const OTHERS: [&str; 8] = ["contact", "nic-hdl", "nic-hdl-br", "nsset", "keyset", "role", "tech-c", "zone-c"];
/// Headings below which dates are those of the name.
const DATES: [&str; 3] = ["", "relevant dates", "domain information"];
/// Statuses of a name that anybody can have: DENIC, DNS Belgium, EURid, CIRA, Registro.it, and InternetNZ.
const VACANT: [&str; 3] = ["free", "available", "220 available"];

/// What the fields say.
#[derive(Debug, Default)]
pub(super) struct Fields {
    /// Whether a field names the asked name.
    pub(super) is_named: bool,
    /// Another name that a field names as the domain.
    pub(super) other_name: Option<String>,
    pub(super) problems: Problems,
    created: Option<Instant>,
    changed: Option<Instant>,
    expires: Option<Instant>,
    registrar: Option<String>,
    iana_id: Option<u32>,
    abuse_mail: Option<String>,
    abuse_phone: Option<String>,
    /// Statuses in lower case, codes of EPP in their spelling.
    statuses: Vec<String>,
    name_servers: Vec<OwnerName>,
    signed: Option<bool>,
    holder_names: Vec<String>,
    contacts: Contacts,
}

impl Fields {
    pub(super) fn read(text: &str, asked: &DomainName) -> Self {
        let lowered = text.to_ascii_lowercase();
        let order = if lowered.contains("dd/mm/yyyy") { DayOrder::DayFirst } else { DayOrder::Unsaid };
        let mut fields = Self::default();
        let mut of_others = false;
        for field in lines::fields(text) {
            let begins = |word: &String| OTHERS.contains(&word.as_str());
            of_others |= (field.is_first && begins(&field.key)) || begins(&field.heading);
            fields.take(&field, asked, order, of_others);
        }
        fields.name_servers.sort_unstable();
        fields.name_servers.dedup();
        fields.statuses.sort_unstable();
        fields.statuses.dedup();
        fields
    }

    fn take(&mut self, field: &Field<'_>, asked: &DomainName, order: DayOrder, of_others: bool) {
        let Field { heading, key, value, .. } = field;
        // A line of text below a heading is the heading's value.
        let (heading, key) = if key.is_empty() { ("", heading.as_str()) } else { (heading.as_str(), key.as_str()) };
        let is = |keys: &[&str]| keys.contains(&bare(key));
        if is(&DOMAIN) && heading.is_empty() {
            self.take_name(value, asked);
        } else if DATES.contains(&heading) && !of_others && (is(&CREATED) || is(&CHANGED) || is(&EXPIRES)) {
            let slot = if is(&CREATED) {
                &mut self.created
            } else if is(&CHANGED) {
                &mut self.changed
            } else {
                &mut self.expires
            };
            match registry_date(value, order) {
                Some(instant) => *slot = slot.or(Some(instant)),
                None => {
                    self.problems.add(format!("line {}", field.line), format!("{key}: not a date, or an ambiguous one"))
                }
            }
        } else if is(&STATUS) && matches!(heading, "" | "domain information") && !of_others {
            self.take_status(value);
        } else if is(&SERVERS) || SERVERS.contains(&heading) {
            self.take_server(field, value);
        } else if key == "dnssec" || key == "domain signed" {
            self.signed = self.signed.or(match value.to_ascii_lowercase().as_str() {
                "signeddelegation" | "signed" | "signed delegation" | "yes" => Some(true),
                "unsigned" | "unsigned delegation" | "no" | "inactive" => Some(false),
                _ => None,
            });
        } else if is(&["registrar iana id", "sponsoring registrar iana id"]) {
            self.iana_id = self.iana_id.or(value.parse().ok());
        } else if key == "registrar abuse contact email" {
            self.abuse_mail = self.abuse_mail.take().or(mail_address(value));
        } else if key == "registrar abuse contact phone" {
            self.abuse_phone = self.abuse_phone.take().or(plain(value));
        } else if (is(&REGISTRAR) && !of_others) || (heading == "registrar" && matches!(key, "name" | "organization")) {
            self.registrar = self.registrar.take().or_else(|| plain(value));
        } else if heading == "registrant" && matches!(key, "name" | "organization") || is(&HOLDER) && !of_others {
            self.holder_names.extend(plain(value));
        } else if matches!(key, "registrant email" | "registrant contact email")
            || heading == "registrant" && key == "email"
        {
            self.contacts.mail.extend(mail_address(value).filter(|address| !self.contacts.mail.contains(address)));
        }
    }

    fn take_name(&mut self, value: &str, asked: &DomainName) {
        let Some(word) = value.split_whitespace().next() else { return };
        if let Ok(name) = word.parse::<DomainName>() {
            if name == *asked {
                self.is_named = true;
            } else {
                self.other_name.get_or_insert(name.to_string());
            }
        }
    }

    fn take_status(&mut self, value: &str) {
        for part in value.split(',') {
            // `clientHold https://icann.org/epp#clientHold`
            let code = part.split_whitespace().next().and_then(epp);
            let word = || plain(part.trim_end_matches('.')).map(|word| word.to_lowercase());
            self.statuses.extend(code.map(str::to_owned).or_else(word));
        }
    }

    fn take_server(&mut self, field: &Field<'_>, value: &str) {
        let name = value.split([' ', '\t', ',', '(']).next().and_then(|word| word.parse::<DomainName>().ok());
        match name {
            Some(name) if self.name_servers.len() < MAX_NAME_SERVERS => self.name_servers.push(OwnerName::from(&name)),
            Some(_) => self.problems.add(format!("line {}", field.line), "too many name servers"),
            None => {}
        }
    }

    /// Says whether there is anything that only a registration has.
    pub(super) fn has_facts(&self) -> bool {
        self.created.is_some()
            || self.expires.is_some()
            || self.registrar.is_some()
            || !self.name_servers.is_empty()
            || self
                .statuses
                .iter()
                .any(|status| epp(status).is_some() || matches!(status.as_str(), "connect" | "registered"))
    }

    /// Returns a status that says that anybody can have the name.
    pub(super) fn vacancy(&self) -> Option<String> {
        self.statuses.iter().find(|status| VACANT.contains(&status.as_str())).filter(|_| self.is_named).cloned()
    }

    /// Returns what the statuses say of a name that nobody can have.
    pub(super) fn kept_back(&self) -> Option<RegistrationState> {
        self.statuses.iter().find_map(|status| match status.as_str() {
            "reserved" => Some(RegistrationState::Reserved),
            "unavailable" | "not available" | "unassignable" | "not allowed" => Some(RegistrationState::Unavailable),
            _ => phrases::kept_back(status),
        })
    }

    /// Makes the facts of it.
    pub(super) fn into_registration(self, state: RegistrationState) -> (Registration, Contacts, Vec<Problem>) {
        let mut registration = Registration::bare(state);
        if matches!(state, RegistrationState::Registered | RegistrationState::Reserved) {
            registration.created = self.created;
            registration.changed = self.changed;
            registration.expires = self.expires;
            registration.registrar = self.registrar.map(|name| Registrar {
                name,
                iana_id: self.iana_id,
                abuse_mail: self.abuse_mail,
                abuse_phone: self.abuse_phone,
            });
            registration.statuses = self.statuses;
            registration.name_servers = self.name_servers;
            registration.signed = self.signed;
            registration.holder = holder::digest(None, self.holder_names.iter().map(String::as_str));
            registration.redacted = registration.holder.is_none();
        }
        (registration, self.contacts, self.problems.0)
    }
}

/// Returns a key without a remark in parentheses: `creation date (dd/mm/yyyy)`, and without what stands before a slash in another language.
fn bare(key: &str) -> &str {
    let key = key.split(" (").next().unwrap_or(key);
    key.rsplit(" / ").next().unwrap_or(key)
}

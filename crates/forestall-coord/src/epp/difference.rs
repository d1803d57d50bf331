// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a command makes of a name: each property that changes, as it is and as it will be.

use std::collections::BTreeSet;

use forestall_model::epp::{Change, Object, Operation};
use forestall_model::{Instant, UtcDay};
use serde::{Deserialize, Serialize};

use super::rules::Seen;

/// A property of a name before a command and after it.
///
/// // STORED FORMAT, version 1: what a dry run found out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// The property, in a few words.
    pub what: String,
    /// What it is.
    pub before: String,
    /// What it will be.
    pub after: String,
}

impl Changed {
    fn of(what: &str, before: impl Into<String>, after: impl Into<String>) -> Self {
        Self { what: what.to_owned(), before: before.into(), after: after.into() }
    }
}

/// Returns what changes with an operation that may go out after a look: registration, name servers, statuses and keys, in this order. Empty where the
/// operation does not fit what was seen.
#[must_use]
pub fn difference(operation: &Operation, seen: &Seen) -> Vec<Changed> {
    match (operation, seen) {
        (Operation::Create { servers, registrant, contacts, years }, Seen::Free) => {
            let mut changed = vec![Changed::of("registration", "not registered", format!("registered for {years} y"))];
            changed.push(Changed::of("name servers", "none", listed(servers)));
            changed.extend(registrant.iter().map(|handle| Changed::of("registrant", "none", handle.as_str())));
            let contact = |(kind, handle): &(_, forestall_model::epp::Handle)| {
                Changed::of(&format!("{kind} contact"), "none", handle.as_str())
            };
            changed.extend(contacts.iter().map(contact));
            changed
        }
        (Operation::Update(change), Seen::Exists(object)) => update(change, object),
        (Operation::Renew { expires, years }, Seen::Exists(object)) => {
            let ends: UtcDay = object.expires.map_or(*expires, Instant::day);
            vec![Changed::of("end", ends.to_string(), format!("{years} y later"))]
        }
        (Operation::Delete {}, Seen::Exists(_)) => vec![Changed::of("registration", "registered", "deleted")],
        _ => Vec::new(),
    }
}

fn update(change: &Change, object: &Object) -> Vec<Changed> {
    let mut changed = Vec::new();
    if !change.add_servers.is_empty() || !change.remove_servers.is_empty() {
        let mut after = object.servers.clone();
        after.retain(|server| !change.remove_servers.contains(server));
        after.extend(change.add_servers.iter().cloned());
        changed.push(Changed::of("name servers", listed(&object.servers), listed(&after)));
    }
    if !change.add_statuses.is_empty() || !change.remove_statuses.is_empty() {
        let mut after: BTreeSet<String> = object.statuses.clone();
        for status in &change.remove_statuses {
            after.remove(&status.to_string());
        }
        after.extend(change.add_statuses.iter().map(ToString::to_string));
        // A registry shows this one where there is no other (RFC 5731, section 2.3).
        if after.len() > 1 {
            after.remove("ok");
        }
        changed.push(Changed::of("statuses", listed(&object.statuses), listed(&after)));
    }
    if change.remove_ds {
        changed.push(Changed::of("DS", if object.signed { "there" } else { "none" }, "none"));
    }
    changed
}

fn listed<'a>(texts: impl IntoIterator<Item = &'a String>) -> String {
    let texts: Vec<&str> = texts.into_iter().map(String::as_str).collect();
    if texts.is_empty() { "none".to_owned() } else { texts.join(", ") }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use forestall_model::epp::{Change, Object, Operation};

    use super::{Seen, difference};

    fn set(texts: &[&str]) -> BTreeSet<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[track_caller]
    fn check(operation: &Operation, seen: &Seen, expected: &[&str]) {
        let told: Vec<String> = difference(operation, seen)
            .iter()
            .map(|changed| format!("{}: {} -> {}", changed.what, changed.before, changed.after))
            .collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn what_changes_is_told_and_nothing_else() {
        let object = Object {
            statuses: set(&["ok"]),
            servers: set(&["ns.bad.example", "ns2.sink.example"]),
            expires: Some("2010-04-01T12:00:00Z".parse().unwrap()),
            ..Object::default()
        };
        let exists = Seen::Exists(object);
        let create = Operation::Create {
            servers: vec!["ns1.sink.example".to_owned()],
            registrant: Some("sh8013".parse().unwrap()),
            contacts: Vec::new(),
            years: 1,
        };
        let told = [
            "registration: not registered -> registered for 1 y",
            "name servers: none -> ns1.sink.example",
            "registrant: none -> sh8013",
        ];
        check(&create, &Seen::Free, &told);
        check(&create, &exists, &[]);
        let lock = Change { add_statuses: vec!["clientHold".parse().unwrap()], ..Change::default() };
        check(&Operation::Update(lock.clone()), &exists, &["statuses: ok -> clientHold"]);
        check(&Operation::Update(lock), &Seen::Free, &[]);
        let move_on = Change {
            add_servers: vec!["ns1.sink.example".to_owned()],
            remove_servers: vec!["ns.bad.example".to_owned()],
            ..Change::default()
        };
        let told = ["name servers: ns.bad.example, ns2.sink.example -> ns1.sink.example, ns2.sink.example"];
        check(&Operation::Update(move_on), &exists, &told);
        let renew = Operation::Renew { expires: "2010-04-01".parse().unwrap(), years: 2 };
        check(&renew, &exists, &["end: 2010-04-01 -> 2 y later"]);
        check(&Operation::Delete {}, &exists, &["registration: registered -> deleted"]);
    }
}

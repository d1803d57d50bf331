// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A STIX 2.1 bundle of sightings: which malware was seen at how many machines, without saying at which.
//!
//! Each family is a `malware` object, each machine a `sighting` of it with the number of questions and the first and last of them. An address
//! is personal data: it leaves only where the caller hands it in, as an observable behind `observed-data`. The bundle is read back by
//! OASIS's `stix2-validator` in the tests of the command line.
//!
//! # Source
//!
//! STIX 2.1 sections 4.11 (malware), 4.13 (observed-data), 5.2 (sighting), 6.8 and 6.9 (addresses).

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::net::IpAddr;

use forestall_model::marking::Marked;
use forestall_model::{FamilySlug, Instant, Marking, Released};
use serde_json::json;

use super::{Bundle, identity, observable_id, timestamp};

/// The most that STIX lets a sighting count.
const MOST_COUNT: u64 = 999_999_999;

/// What was seen at one machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// The family.
    pub family: FamilySlug,
    /// The campaign that fits best, where one does.
    pub campaign: Option<String>,
    /// Questions for names of the family.
    pub queries: u64,
    /// Distinct names among them.
    pub names: u64,
    /// The first question.
    pub first_seen: Instant,
    /// The last question.
    pub last_seen: Instant,
    /// How sure the finding is, 0 to 1.
    pub confidence: f64,
    /// Who asked, where the receiver may know.
    pub client: Option<Seen>,
}

/// A machine as the receiver may know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Its address.
    Address(IpAddr),
    /// A pseudonym, or another text that stands for it.
    Text(String),
}

/// Sightings with their marking.
#[derive(Clone, Debug)]
pub struct Sightings<I> {
    /// When the bundle is made.
    pub made: Instant,
    /// Who may see it.
    pub marking: Marking,
    /// One a machine and family.
    pub sightings: I,
}

impl<I> Marked for Sightings<I> {
    fn marking(&self) -> Marking {
        self.marking
    }
}

/// Writes the bundle and returns the number of sightings.
///
/// The same sightings, made at the same time, give the same bytes.
///
/// # Errors
///
/// What the writer reports.
pub fn write<I>(released: Released<Sightings<I>>, out: &mut dyn Write) -> io::Result<u64>
where
    I: IntoIterator<Item = Sighting>,
{
    let tlp = released.marking().tlp;
    let Sightings { made, sightings, .. } = released.into_object();
    let mut bundle = Bundle::begin(out, &format!("sightings {made}"), made, tlp)?;
    let mut families = BTreeSet::new();
    let mut count = 0u64;
    for sighting in sightings {
        let malware = super::id("malware", sighting.family.as_str());
        if families.insert(sighting.family.clone()) {
            let name = sighting.family.as_str();
            bundle.add("malware", name, json!({ "name": name, "is_family": true, "malware_types": ["bot"] }))?;
        }
        let key = format!("{made} {count}");
        let observed = match &sighting.client {
            Some(Seen::Address(address)) => Some(observed(&mut bundle, &key, &sighting, *address)?),
            _ => None,
        };
        let mut own = json!({
            "sighting_of_ref": malware,
            "where_sighted_refs": [identity()],
            "count": sighting.queries.min(MOST_COUNT),
            "first_seen": timestamp(sighting.first_seen),
            "last_seen": timestamp(sighting.last_seen),
            "confidence": percent(sighting.confidence),
            "description": description(&sighting),
        });
        if let Some(observed) = observed {
            own["observed_data_refs"] = json!([observed]);
        }
        bundle.add("sighting", &key, own)?;
        count += 1;
    }
    bundle.end()?;
    Ok(count)
}

fn observed(bundle: &mut Bundle<'_>, key: &str, sighting: &Sighting, address: IpAddr) -> io::Result<String> {
    let kind = if address.is_ipv4() { "ipv4-addr" } else { "ipv6-addr" };
    let observable = observable_id(kind, &address.to_string());
    bundle.write(&json!({
        "type": kind,
        "spec_version": "2.1",
        "id": observable,
        "value": address.to_string(),
        "object_marking_refs": bundle.marks(),
    }))?;
    let own = json!({
        "first_observed": timestamp(sighting.first_seen),
        "last_observed": timestamp(sighting.last_seen),
        "number_observed": sighting.queries.clamp(1, MOST_COUNT),
        "object_refs": [observable],
    });
    bundle.add("observed-data", key, own)
}

fn description(sighting: &Sighting) -> String {
    let names = sighting.names;
    let of = sighting.campaign.as_ref().map_or_else(String::new, |campaign| format!(" of {campaign}"));
    let who = match &sighting.client {
        Some(Seen::Text(text)) => format!("the machine {text}"),
        _ => "one machine".to_owned(),
    };
    format!("{who} asked for {names} predicted name{}{of}", if names == 1 { "" } else { "s" })
}

fn percent(confidence: f64) -> u8 {
    // 100 is for certainty, which chance never leaves.
    let percent = (confidence.clamp(0.0, 1.0) * 100.0).floor().min(99.0);
    (0..=99u8).rev().find(|whole| f64::from(*whole) <= percent).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{Seen, Sighting, Sightings, write};
    use forestall_model::marking::{Audience, release};
    use forestall_model::{Instant, Marking};
    use serde_json::Value;

    fn bundle(client: Option<Seen>) -> Value {
        let at = |text: &str| text.parse::<Instant>().unwrap();
        let sighting = Sighting {
            family: "conficker-b".parse().unwrap(),
            campaign: Some("conficker-b".to_owned()),
            queries: 12,
            names: 9,
            first_seen: at("2009-03-31T00:00:00.25Z"),
            last_seen: at("2009-03-31T23:00:00Z"),
            confidence: 0.999_999,
            client,
        };
        let sightings =
            Sightings { made: at("2009-04-01T00:00:00Z"), marking: Marking::DEFAULT, sightings: [sighting] };
        let released = release(sightings, Audience::Recipient, at("2009-04-01T00:00:00Z")).unwrap();
        let mut out = Vec::new();
        assert_eq!(write(released, &mut out).unwrap(), 1);
        serde_json::from_slice(&out).unwrap()
    }

    fn kinds(bundle: &Value) -> Vec<&str> {
        bundle["objects"].as_array().unwrap().iter().map(|object| object["type"].as_str().unwrap()).collect()
    }

    #[test]
    fn no_address_unless_it_is_handed_in() {
        let bare = bundle(None);
        assert_eq!(kinds(&bare), ["marking-definition", "identity", "malware", "sighting"]);
        let sighting = &bare["objects"][3];
        assert_eq!(sighting["first_seen"], "2009-03-31T00:00:00.250Z");
        assert_eq!(sighting["confidence"], 99);
        assert_eq!(sighting["description"], "one machine asked for 9 predicted names of conficker-b");
        let full = bundle(Some(Seen::Address("192.0.2.1".parse().unwrap())));
        assert_eq!(
            kinds(&full),
            ["marking-definition", "identity", "malware", "ipv4-addr", "observed-data", "sighting"]
        );
        assert_eq!(full["objects"][5]["observed_data_refs"][0], full["objects"][4]["id"]);
    }

    #[test]
    fn observables_have_the_identifier_of_the_standard() {
        // As OASIS's Python library `stix2` 3.0.2 makes them.
        let id = super::observable_id;
        assert_eq!(id("ipv4-addr", "198.51.100.3"), "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4");
        assert_eq!(id("ipv6-addr", "2001:db8::1"), "ipv6-addr--6469e3a9-b053-5e34-a025-9396ae051d26");
    }
}

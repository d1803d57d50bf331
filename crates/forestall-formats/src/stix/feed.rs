// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A STIX 2.1 bundle of a feed: an indicator for each name in each window, what it indicates, and which are live on which day.
//!
//! Each name in a window is an `indicator` with `valid_from` and `valid_until`, the bounds of its guard window; a `relationship` says that it
//! `indicates` the `malware` of its family. A `grouping` a day names the indicators whose windows meet the day. Where the policy names a
//! sinkhole, that is `infrastructure`, and never anything that belongs to the malware. An indicator is a prediction and says so: no object
//! claims that a command server answers.
//!
//! Identifiers follow from the feed, the campaign, the name and the window, `created` is when the case was opened and `modified` when it was
//! changed last, so that a bundle taken in twice makes nothing twice, and a later one replaces what it changes.
//!
//! # Source
//!
//! OASIS, STIX Version 2.1 (June 2021), sections 3.6 (versioning), 4.6 (grouping), 4.7 (indicator), 4.8 (infrastructure), 4.11 (malware), 5.1
//! (relationship), 7.2.1.3 (statement marking), 9 (patterns), appendix A (confidence scales).

use std::io::{self, Write};

use forestall_model::marking::Pap;
use forestall_model::{Instant, Released, Tld, UtcDay, Window};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Bundle, OURS, SAME_IN_ALL, id, identity, marking_id, observable_id, timestamp};
use crate::feed::{BoundTexts, Campaign, Entry, Feed, Policy, Settings};
use crate::form::About;
use crate::json_text::{escaped, put, put_uuid, quoted};

/// The form.
pub const ABOUT: About = About {
    consumer: "platforms of threat intelligence that take STIX 2.1: OpenCTI, MISP, TAXII servers, vendors",
    tested_with: "OASIS's stix2-validator, strict, and its grammar of patterns",
    media_type: "application/stix+json;version=2.1",
    extension: "stix.json",
    shows_confidence: true,
    tells_the_action: false,
};

/// Octets that are written at a time.
const BLOCK: usize = 64 << 10;
/// "High" and "low" of the scale None/Low/Med/High in appendix A of STIX 2.1.
const CONFIDENCE: (u8, u8) = (85, 15);
/// What stands where a name has been live since ever: STIX wants a beginning.
const SINCE_EVER: Instant = UtcDay::MIN.start();

/// Writes the bundle and returns the number of indicators.
///
/// # Errors
///
/// What the writer reports.
pub fn write(feed: &Released<Feed>, settings: &Settings, out: &mut dyn Write) -> io::Result<u64> {
    let marking = feed.marking();
    let feed = feed.object();
    let pap = pap_id(marking.pap);
    let key = format!("feed {} {} {} {}", feed.id, feed.span.from, feed.span.until, feed.changed);
    let mut bundle = Bundle::begin_with(out, &key, (feed.opened, feed.changed), marking.tlp, &[&pap])?;
    bundle.write(&pap_marking(marking.pap))?;
    let mut families: Vec<&Campaign> = feed.campaigns.iter().collect();
    families.sort_by(|a, b| a.family.cmp(&b.family));
    families.dedup_by(|a, b| a.family == b.family);
    for campaign in &families {
        bundle.add("malware", &malware_key(feed, campaign), malware(campaign))?;
    }
    sinkhole(&mut bundle, feed, &settings.policy, &families)?;

    let head = Head::new(feed, &[marking_id(marking.tlp), &pap]);
    let mut windows = BoundTexts::new(valid);
    let mut text = Vec::with_capacity(2 * BLOCK);
    let mut key = Vec::new();
    for entry in feed.entries.iter() {
        let indicator = indicator_uuid(feed, &entry, &mut key);
        head.indicator(&mut text, &entry, indicator, windows.of(&entry));
        head.indicates(&mut text, &entry, indicator);
        if text.len() >= BLOCK {
            bundle.write_octets(&text)?;
            text.clear();
        }
    }
    bundle.write_octets(&text)?;
    for day in feed.days() {
        grouping(&mut bundle, feed, &head, day)?;
    }
    bundle.end()?;
    Ok(feed.entries.len() as u64)
}

/// Returns the identifier of a PAP label as a statement marking.
pub(super) fn pap_id(pap: Pap) -> String {
    id("marking-definition", pap.word())
}

/// Returns PAP as a marking: STIX knows no other than a statement.
fn pap_marking(pap: Pap) -> Value {
    json!({
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": pap_id(pap),
        "created": SAME_IN_ALL,
        "definition_type": "statement",
        "definition": { "statement": pap.word() },
    })
}

/// Returns what the identifier of a campaign's malware follows from: the feed as well as the family, since times and markings are those of the feed.
fn malware_key(feed: &Feed, campaign: &Campaign) -> String {
    format!("{}\n{}", feed.id, campaign.family)
}

fn malware(campaign: &Campaign) -> Value {
    let references: Vec<Value> = campaign.references.iter().map(|reference| external_reference(reference)).collect();
    let mut malware = json!({
        "name": campaign.family.as_str(),
        "description": campaign.summary,
        "is_family": true,
        "malware_types": ["bot"],
    });
    if !campaign.aliases.is_empty() {
        malware["aliases"] = json!(campaign.aliases);
    }
    if !references.is_empty() {
        malware["external_references"] = references.into();
    }
    malware
}

/// Returns where an algorithm was published: a text names its source itself.
fn external_reference(reference: &str) -> Value {
    if reference.starts_with("https://") || reference.starts_with("http://") {
        json!({ "source_name": "reference", "url": reference })
    } else {
        json!({ "source_name": "reference", "description": reference })
    }
}

/// Writes the sinkhole that the policy names, what it consists of, and that it is for these families.
fn sinkhole(bundle: &mut Bundle<'_>, feed: &Feed, policy: &Policy, families: &[&Campaign]) -> io::Result<()> {
    let parts: Vec<(&str, String)> = match policy {
        Policy::NxDomain | Policy::NoData => return Ok(()),
        Policy::Sinkhole(name) => vec![("domain-name", name.to_string())],
        Policy::Addresses(addresses) => {
            let kind = |address: &std::net::IpAddr| if address.is_ipv4() { "ipv4-addr" } else { "ipv6-addr" };
            addresses.iter().map(|address| (kind(address), address.to_string())).collect()
        }
    };
    let own = json!({
        "name": format!("sinkhole of {}", feed.id),
        "description": "A sinkhole of the defenders: resolvers answer queries for predicted names with it. No command server.",
        // The vocabulary of STIX 2.1 has no word for it.
        "infrastructure_types": ["unknown"],
    });
    let infrastructure = bundle.add("infrastructure", &format!("{} {policy}", feed.id), own)?;
    for (kind, value) in parts {
        let part = observable_id(kind, &value);
        let marks = bundle.marks().to_vec();
        bundle.write(&json!({
            "type": kind,
            "spec_version": "2.1",
            "id": part,
            "value": value,
            "object_marking_refs": marks,
        }))?;
        relate(bundle, &infrastructure, "consists-of", &part)?;
    }
    for campaign in families {
        relate(bundle, &infrastructure, "related-to", &id("malware", &malware_key(feed, campaign)))?;
    }
    Ok(())
}

fn relate(bundle: &mut Bundle<'_>, from: &str, how: &str, to: &str) -> io::Result<()> {
    let own = json!({ "relationship_type": how, "source_ref": from, "target_ref": to });
    bundle.add("relationship", &format!("{from} {how} {to}"), own).map(drop)
}

/// Writes which indicators are live on a day, where one is.
fn grouping(bundle: &mut Bundle<'_>, feed: &Feed, head: &Head, day: UtcDay) -> io::Result<()> {
    put_grouping(feed, head, (day, &grouping_id(feed, None, day)), |text| bundle.write_octets(text)).map(drop)
}

/// Returns the identifier of the grouping of a day: of all that a feed is of, or of one slice of it.
pub(super) fn grouping_id(feed: &Feed, tld: Option<&Tld>, day: UtcDay) -> String {
    let of = tld.map_or_else(String::new, |tld| format!("{tld} "));
    id("grouping", &format!("{} {of}{day}", feed.id))
}

/// Hands on the grouping of a day with a comma and a line feed before it, block by block; says whether any indicator is live on it: where none is, there is
/// no grouping.
pub(super) fn put_grouping(
    feed: &Feed,
    head: &Head,
    (day, group): (UtcDay, &str),
    mut hand_on: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<bool> {
    let window = day.window();
    let live = || feed.entries.iter().filter(move |entry| entry.window.meets(window));
    if live().next().is_none() {
        return Ok(false);
    }
    let name = quoted(&format!("{}: names live on {day}", feed.title));
    let mut text = Vec::with_capacity(2 * BLOCK);
    put(&mut text, &[",\n{\"type\":\"grouping\",\"id\":\"", group, "\"", &head.common, ",\"name\":", &name]);
    put(&mut text, &[",\"description\":\"", WHAT_THEY_ARE, "\",\"context\":\"suspicious-activity\",\"object_refs\":["]);
    let mut key = Vec::new();
    let mut before = "\"indicator--";
    for entry in live() {
        put(&mut text, &[before]);
        put_uuid(&mut text, indicator_uuid(feed, &entry, &mut key));
        before = "\",\"indicator--";
        if text.len() >= BLOCK {
            hand_on(&text)?;
            text.clear();
        }
    }
    put(&mut text, &["\"]}"]);
    hand_on(&text)?;
    Ok(true)
}

/// What every indicator is, in words.
const WHAT_THEY_ARE: &str = "Names that a domain generation algorithm will use, computed ahead. A prediction and no sighting: a machine that asks for one may be infected, and no command server is known to answer.";

/// What objects share, written once.
#[derive(Debug)]
pub(super) struct Head {
    /// The common properties of every object.
    common: String,
    /// What indicators of each campaign say alike.
    campaigns: Vec<String>,
    /// The malware of each campaign.
    malware: Vec<String>,
}

impl Head {
    pub(super) fn new(feed: &Feed, marks: &[&str]) -> Self {
        let (created, modified) = (timestamp(feed.opened), timestamp(feed.changed));
        let (identity, marks) = (identity(), json!(marks));
        let common = format!(
            ",\"spec_version\":\"2.1\",\"created_by_ref\":\"{identity}\",\"created\":\"{created}\",\"modified\":\"{modified}\",\"object_marking_refs\":{marks}"
        );
        let of = |campaign: &Campaign| {
            let (confidence, labels, mark) = if campaign.verified {
                (CONFIDENCE.0, json!(["dga", "predicted"]), "")
            } else {
                (
                    CONFIDENCE.1,
                    json!(["dga", "predicted", "unverified"]),
                    " UNVERIFIED: the list was not checked against the botnet's own.",
                )
            };
            let (family, id) = (&campaign.family, &campaign.id);
            let description = escaped(&format!(
                "Predicted DGA name of {family}, campaign {id}; no sighting, and no command server.{mark}"
            ));
            format!(
                ",\"confidence\":{confidence},\"labels\":{labels},\"indicator_types\":[\"malicious-activity\"],\"description\":\"{description}\",\"name\":\""
            )
        };
        Self {
            campaigns: feed.campaigns.iter().map(of).collect(),
            malware: feed.campaigns.iter().map(|campaign| id("malware", &malware_key(feed, campaign))).collect(),
            common,
        }
    }

    pub(super) fn indicator(&self, text: &mut Vec<u8>, entry: &Entry<'_>, id: Uuid, valid: &str) {
        put(text, &[",\n{\"type\":\"indicator\",\"id\":\"indicator--"]);
        put_uuid(text, id);
        put(text, &["\"", &self.common, &self.campaigns[entry.campaign], entry.name]);
        // A name holds letters, digits, hyphens, dots and underscores only, none of which a pattern or JSON escapes.
        put(
            text,
            &[
                "\",\"pattern\":\"[domain-name:value = '",
                entry.name,
                "']\",\"pattern_type\":\"stix\",\"pattern_version\":\"2.1\"",
                valid,
                "}",
            ],
        );
    }

    pub(super) fn indicates(&self, text: &mut Vec<u8>, entry: &Entry<'_>, indicator: Uuid) {
        put(text, &[",\n{\"type\":\"relationship\",\"id\":\"relationship--"]);
        put_uuid(text, indicates_uuid(indicator));
        put(text, &["\"", &self.common, ",\"relationship_type\":\"indicates\",\"source_ref\":\"indicator--"]);
        put_uuid(text, indicator);
        put(text, &["\",\"target_ref\":\"", &self.malware[entry.campaign], "\"}"]);
    }
}

/// Returns the properties that say when an indicator holds.
pub(super) fn valid(from: Option<Instant>, until: Option<Instant>) -> String {
    let mut text = format!(",\"valid_from\":\"{}\"", timestamp(from.unwrap_or(SINCE_EVER)));
    if let Some(until) = until {
        text.push_str(&format!(",\"valid_until\":\"{}\"", timestamp(until)));
    }
    text
}

/// Returns the identifier of a name in a window. `key` is room to write in.
pub(super) fn indicator_uuid(feed: &Feed, entry: &Entry<'_>, key: &mut Vec<u8>) -> Uuid {
    let Window { from, until } = entry.window;
    key.clear();
    put(key, &["indicator\n", &feed.id, "\n", feed.campaigns[entry.campaign].id.as_str(), "\n", entry.name, "\n"]);
    key.extend_from_slice(&from.micros().to_be_bytes());
    key.extend_from_slice(&until.micros().to_be_bytes());
    Uuid::new_v5(&OURS, key)
}

/// Returns the identifier of the relationship that says what an indicator indicates.
pub(super) fn indicates_uuid(indicator: Uuid) -> Uuid {
    Uuid::new_v5(&indicator, b"indicates")
}

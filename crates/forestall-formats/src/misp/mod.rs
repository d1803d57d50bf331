// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One MISP event of a feed, with an object `dga-domain` for each name in each window.
//!
//! The domain of an object is marked for detection, `validity-start` and `validity-end` are its guard window. What taxonomies and the galaxy of
//! malware know of all campaigns is tagged on the event, what they know of one on the domains of it. Identifiers follow from the feed, the
//! days and the names, and times from the case: an event that is taken in twice is one, and a later one replaces what it changes.
//!
//! # Source
//!
//! MISP core format (draft-dulaunoy-misp-core-format), sections 2.2 (event), 2.3 (object), 2.4 (attribute) and 2.6 (tag); MISP objects,
//! `dga-domain` version 1 (April 2026); MISP taxonomies `tlp`, `PAP`, `dga` version 2 and `estimative-language`.

pub mod directory;
pub mod galaxy;
pub mod read;

use std::collections::BTreeSet;
use std::io::{self, Write};

use forestall_model::marking::{Marking, Tlp};
use forestall_model::{Instant, Released, UtcDay, Window};
use uuid::Uuid;

use crate::feed::{BoundTexts, Campaign, Entry, Feed, Settings, Text};
use crate::form::About;
use crate::json_text::{escaped, put, put_uuid, quoted};
use crate::moment;

/// The form.
pub const ABOUT: About = About {
    consumer: "sharing groups on MISP",
    tested_with: "PyMISP, which holds every object against MISP's template of it",
    media_type: "application/json",
    extension: "misp.json",
    shows_confidence: true,
    tells_the_action: false,
};

/// The namespace of the identifiers in events, made once at random.
const OURS: Uuid = Uuid::from_u128(0x8c1b_53d2_6e0f_4c6b_b1a7_2b9d_40f8_7e15);

/// Writes the event and returns the number of objects.
///
/// # Errors
///
/// What the writer reports.
pub fn write(feed: &Released<Feed>, settings: &Settings, out: &mut dyn Write) -> io::Result<u64> {
    let marking = feed.marking();
    let feed = feed.object();
    let tags: Vec<Vec<String>> = feed.campaigns.iter().map(campaign_tags).collect();
    let shared = shared_tags(&tags);
    let mut text = Text::new(out);
    text.fill(|text| head(text, feed, &Heading::new(feed, settings, marking, &shared), marking))?;
    let objects = Objects::new(feed, &tags, &shared);
    let mut windows =
        BoundTexts::new(|from: Option<Instant>, until: Option<Instant>| (from.map(moment::of), until.map(moment::of)));
    let mut key = Vec::new();
    for (index, entry) in feed.entries.iter().enumerate() {
        text.fill(|text| {
            put(text, &[if index == 0 { "\n" } else { ",\n" }]);
            objects.object(text, &entry, windows.of(&entry), &mut key);
        })?;
    }
    text.push(&["\n]}}\n"])?;
    text.end()?;
    Ok(feed.entries.len() as u64)
}

/// What an event says of itself, as its feed says it too.
struct Heading {
    /// The event.
    id: Uuid,
    info: String,
    date: UtcDay,
    publisher: String,
    publisher_id: Uuid,
    tags: Vec<String>,
    /// When it was changed last, in seconds.
    changed: i64,
}

impl Heading {
    fn new(feed: &Feed, settings: &Settings, marking: Marking, shared: &[String]) -> Self {
        let (first, last) =
            (feed.span.from.day(), Instant::from_micros(feed.span.until.micros().saturating_sub(1)).day());
        let days = if first == last { format!("on {first}") } else { format!("from {first} to {last}") };
        let name = if settings.publisher.name.is_empty() { "Forestall" } else { &settings.publisher.name };
        let marks = [marking.tlp.word().to_ascii_lowercase(), marking.pap.word().to_owned()];
        Self {
            id: event_uuid(&feed.id, first, last),
            info: format!("{}: predicted DGA names live {days}", feed.title),
            date: first,
            publisher: name.to_owned(),
            publisher_id: Uuid::new_v5(&OURS, format!("organisation\n{name}").as_bytes()),
            tags: marks.into_iter().chain(shared.iter().cloned()).collect(),
            changed: feed.changed.seconds(),
        }
    }
}

/// How bad it is that a machine asks is the receiver's to say: undefined.
const THREAT_LEVEL: &str = "4";
/// The analysis is complete.
const ANALYSIS: &str = "2";

/// Returns the identifier of the event of some days.
fn event_uuid(id: &str, first: UtcDay, last: UtcDay) -> Uuid {
    Uuid::new_v5(&OURS, format!("event\n{id}\n{first}\n{last}").as_bytes())
}

/// Returns the tags that all campaigns share.
fn shared_tags(tags: &[Vec<String>]) -> Vec<String> {
    tags.first().into_iter().flatten().filter(|tag| tags.iter().all(|of| of.contains(tag))).cloned().collect()
}

/// Writes everything before the first object.
fn head(text: &mut Vec<u8>, feed: &Feed, heading: &Heading, marking: Marking) {
    let event = heading.id;
    let (info, tags) = (quoted(&heading.info), tag_list(heading.tags.iter()));
    put(
        text,
        &[
            "{\"Event\":{\"uuid\":\"",
            &event.to_string(),
            "\",\"info\":",
            &info,
            ",\"date\":\"",
            &heading.date.to_string(),
        ],
    );
    put(text, &["\",\"threat_level_id\":\"", THREAT_LEVEL, "\",\"analysis\":\"", ANALYSIS]);
    // Publishing is the receiver's to do.
    put(text, &["\",\"published\":false,\"timestamp\":\"", &heading.changed.to_string()]);
    put(
        text,
        &["\",\"distribution\":\"", distribution(marking.tlp), "\",\n\"Orgc\":{\"name\":", &quoted(&heading.publisher)],
    );
    put(text, &[",\"uuid\":\"", &heading.publisher_id.to_string(), "\"},\n\"Tag\":", &tags, ",\n\"Attribute\":["]);
    // MISP refuses a second attribute of a value, and campaigns of one family have their references in common.
    let mut seen = BTreeSet::new();
    let mut before = "\n";
    for campaign in &feed.campaigns {
        for reference in campaign.references.iter().filter(|reference| seen.insert(reference.as_str())) {
            put(text, &[before]);
            reference_of(text, feed, event, campaign, reference);
            before = ",\n";
        }
    }
    put(text, &["],\n\"Object\":["]);
}

/// Writes where the algorithm of a campaign was published, as an attribute of the event.
fn reference_of(text: &mut Vec<u8>, feed: &Feed, event: Uuid, campaign: &Campaign, reference: &str) {
    let is_link = reference.starts_with("https://") || reference.starts_with("http://");
    let kind = if is_link { "link" } else { "text" };
    let id = Uuid::new_v5(&event, format!("reference\n{reference}").as_bytes());
    put(text, &["{\"uuid\":\"", &id.to_string(), "\",\"type\":\"", kind]);
    put(
        text,
        &[
            "\",\"category\":\"External analysis\",\"value\":",
            &quoted(reference),
            ",\"to_ids\":false,\"disable_correlation\":true",
        ],
    );
    let comment = quoted(&format!("where the algorithm of {} was published", campaign.family));
    put(
        text,
        &[
            ",\"distribution\":\"5\",\"timestamp\":\"",
            &feed.changed.seconds().to_string(),
            "\",\"comment\":",
            &comment,
            "}",
        ],
    );
}

/// Returns the level of MISP's own control of distribution: never farther than the marking lets it go.
const fn distribution(tlp: Tlp) -> &'static str {
    match tlp {
        // Your organisation only: MISP has no level for clients, nor for named recipients.
        Tlp::Red | Tlp::AmberStrict | Tlp::Amber => "0",
        // This community only.
        Tlp::Green => "1",
        // All communities.
        Tlp::Clear => "3",
    }
}

/// Returns what taxonomies and the galaxy know of a campaign.
fn campaign_tags(campaign: &Campaign) -> Vec<String> {
    // The taxonomy has two words where the metadata of a family has one for both.
    let time = if campaign.seeding.starts_with("time-independent") { "time-independent" } else { "time-dependent" };
    let chance = if campaign.seeding.ends_with("non-deterministic") { "non-deterministic" } else { "deterministic" };
    let mut tags = vec![
        format!("dga:generation-scheme=\"{}\"", campaign.scheme),
        format!("dga:seeding=\"{time}\""),
        format!("dga:seeding=\"{chance}\""),
    ];
    tags.extend(galaxy::malpedia(campaign.family.as_str()).map(|value| format!("misp-galaxy:malpedia=\"{value}\"")));
    if !campaign.verified {
        tags.push("estimative-language:confidence-in-analytic-judgment=\"low\"".to_owned());
    }
    tags
}

fn tag_list<'t>(tags: impl Iterator<Item = &'t String>) -> String {
    let tags: Vec<String> = tags.map(|tag| format!("{{\"name\":{}}}", quoted(tag))).collect();
    format!("[{}]", tags.join(","))
}

/// What objects share, written once.
struct Objects<'f> {
    feed: &'f Feed,
    /// What stands behind the identifier of every attribute.
    timestamp: String,
    /// The comment of each campaign's objects.
    comments: Vec<String>,
    /// The tags of each campaign's domains, as JSON; empty where there is none.
    tags: Vec<String>,
    /// The seed of each campaign in JSON, where it has one.
    seeds: Vec<Option<String>>,
}

impl<'f> Objects<'f> {
    fn new(feed: &'f Feed, tags: &[Vec<String>], shared: &[String]) -> Self {
        let comment = |campaign: &Campaign| {
            let mark = if campaign.verified { "" } else { "; UNVERIFIED" };
            escaped(&format!("predicted DGA name of campaign {}; no sighting, no C2 server{mark}", campaign.id))
        };
        let own = |of: &Vec<String>| {
            let mut own = of.iter().filter(|tag| !shared.contains(tag)).peekable();
            if own.peek().is_some() { format!(",\"Tag\":{}", tag_list(own)) } else { String::new() }
        };
        let seed = |campaign: &Campaign| (!campaign.seed.is_empty()).then(|| escaped(&campaign.seed));
        Self {
            feed,
            timestamp: format!("\",\"timestamp\":\"{}\"", feed.changed.seconds()),
            comments: feed.campaigns.iter().map(comment).collect(),
            tags: tags.iter().map(own).collect(),
            seeds: feed.campaigns.iter().map(seed).collect(),
        }
    }

    fn object(
        &self,
        text: &mut Vec<u8>,
        entry: &Entry<'_>,
        bounds: &(Option<String>, Option<String>),
        key: &mut Vec<u8>,
    ) {
        let campaign = &self.feed.campaigns[entry.campaign];
        let id = object_uuid(self.feed, campaign, entry, key);
        put(
            text,
            &[
                "{\"name\":\"dga-domain\",\"meta-category\":\"network\",\"template_uuid\":\"64ce4c1c-ed8c-48cd-afa9-12b37389118d\",\"template_version\":\"1\",\"distribution\":\"5\",\"uuid\":\"",
            ],
        );
        put_uuid(text, id);
        put(
            text,
            &[
                &self.timestamp,
                ",\"deleted\":false,\"comment\":\"",
                &self.comments[entry.campaign],
                "\",\"Attribute\":[\n",
            ],
        );
        self.attribute(text, id, ("domain", "domain", "Network activity"), entry.name, &self.tags[entry.campaign]);
        let mut further = |relation: &str, kind: &str, value: &str| {
            put(text, &[",\n"]);
            self.attribute(text, id, (relation, kind, "Other"), value, "");
        };
        let family = campaign.family.as_str();
        further("algorithm-name", "text", family);
        further("malware-family", "text", galaxy::malpedia(family).unwrap_or(family));
        further("tld", "text", forestall_model::name::last_label(entry.name));
        if let Some(seed) = &self.seeds[entry.campaign] {
            further("seed", "text", seed);
        }
        if let Some(from) = &bounds.0 {
            further("validity-start", "datetime", from);
        }
        if let Some(until) = &bounds.1 {
            further("validity-end", "datetime", until);
        }
        put(text, &["]}"]);
    }

    /// Writes an attribute of an object, whose value is escaped already.
    fn attribute(
        &self,
        text: &mut Vec<u8>,
        object: Uuid,
        (relation, kind, category): (&str, &str, &str),
        value: &str,
        tags: &str,
    ) {
        put(
            text,
            &[
                "{\"object_relation\":\"",
                relation,
                "\",\"type\":\"",
                kind,
                "\",\"category\":\"",
                category,
                "\",\"value\":\"",
                value,
            ],
        );
        // Values that thousands of objects share say nothing by being equal.
        let ends = if relation == "domain" {
            "\",\"to_ids\":true,\"disable_correlation\":false"
        } else {
            "\",\"to_ids\":false,\"disable_correlation\":true"
        };
        put(text, &[ends, ",\"distribution\":\"5\",\"uuid\":\""]);
        put_uuid(text, Uuid::new_v5(&object, relation.as_bytes()));
        // A name that was taken out and comes again is there again.
        put(text, &[&self.timestamp, ",\"deleted\":false", tags, "}"]);
    }
}

/// Returns the identifier of a name in a window. `key` is room to write in.
fn object_uuid(feed: &Feed, campaign: &Campaign, entry: &Entry<'_>, key: &mut Vec<u8>) -> Uuid {
    let Window { from, until } = entry.window;
    key.clear();
    // An object belongs to one event, and each span of days has its own.
    put(key, &["object\n", &feed.id, "\n", campaign.id.as_str(), "\n", entry.name, "\n"]);
    for instant in [from, until, feed.span.from, feed.span.until] {
        key.extend_from_slice(&instant.micros().to_be_bytes());
    }
    Uuid::new_v5(&OURS, key)
}

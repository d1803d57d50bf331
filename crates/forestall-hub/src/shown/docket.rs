// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What waits for a person: names of the docket, and alarms.

use forestall_api::alarms::Alarm;
use forestall_api::docket::{Docket, WaitingName};
use forestall_coord::command::list_digest;
use forestall_coord::docket::Entry;
use forestall_coord::{Case, alarms};
use forestall_model::{DomainName, Instant};

use super::coverage::reach;

/// Returns the docket of some entries as it is seen from an instant, with the digest that stands for them in a ruling.
#[must_use]
pub fn docket(case: &Case, entries: &[Entry<'_>], seen_from: Instant) -> Docket {
    let names: Vec<DomainName> = entries.iter().map(|entry| entry.name.clone()).collect();
    let items = entries.iter().filter_map(|entry| waiting(case, entry)).collect();
    Docket { case: case.id.clone(), seen_from, digest: list_digest(&names), items }
}

fn waiting(case: &Case, entry: &Entry<'_>) -> Option<WaitingName> {
    let campaign = case.campaigns.get(entry.campaign)?;
    let verdict = entry.holding.verdict.as_ref();
    let tenure = verdict.map(|verdict| &verdict.tenure);
    let servers = tenure.and_then(|tenure| tenure.name_servers.as_ref());
    Some(WaitingName {
        name: entry.name.clone(),
        why: entry.why.to_owned(),
        opens: entry.window.from,
        closes: entry.window.until,
        campaign: campaign.id.clone(),
        unverified: !campaign.verified,
        reach: reach(entry.reach),
        class: verdict.map(|verdict| verdict.class),
        band: verdict.map(|verdict| verdict.band),
        score: verdict.map(|verdict| verdict.score),
        registrar: tenure.and_then(|tenure| tenure.registrar.clone()),
        created: tenure.and_then(|tenure| tenure.created),
        name_servers: servers.into_iter().flatten().map(ToString::to_string).collect(),
        evidence: verdict.map(|verdict| verdict.evidence),
    })
}

/// Returns an alarm of a case.
#[must_use]
#[expect(clippy::missing_panics_doc, reason = "a test holds the words of both vocabularies together")]
pub fn alarm(case: &Case, alarm: &alarms::Alarm) -> Alarm {
    let campaign = alarm.campaign.and_then(|index| case.campaigns.get(index)).map(|campaign| campaign.id.clone());
    let kind = alarm.kind.word().parse().expect("the words of the API are those of the case");
    let (tld, name) = (alarm.tld.clone(), alarm.name.clone());
    Alarm { kind, tld, name, campaign, names: alarm.names, due: alarm.due }
}

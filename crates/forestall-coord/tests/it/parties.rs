// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Who is asked: names below the zone of a provider are not the registry's.

use forestall_coord::command::{Answer, Command, Request};
use forestall_coord::event::{AnswerScope, CaseCampaign, ProviderZone};
use forestall_coord::{Event, Party, Refusal};
use forestall_model::{Action, AnswerResult, CampaignId, ListCounts, Tld};
use forestall_testkit::counts::daily;
use forestall_testkit::{CaseScript, campaigns, parsed};

use crate::world::horizon;

const NAMES: u32 = 4;

fn zone(zone: &str) -> ProviderZone {
    ProviderZone { zone: zone.to_owned(), provider: "somebody".to_owned() }
}

/// Names below ddns.net alone; below duckdns.org and under org and com; under com and net without any zone.
fn held() -> Vec<CaseCampaign> {
    let below = CaseCampaign { zones: vec![zone("ddns.net")], ..campaigns::campaign("below") };
    let registries = vec![parsed("com"), parsed("org")];
    let mixed = CaseCampaign { zones: vec![zone("duckdns.org")], registries, ..campaigns::campaign("mixed") };
    vec![below, mixed, campaigns::campaign("plain")]
}

fn opened() -> CaseScript {
    let counts = |id: &str, tlds: &[&str]| -> ListCounts {
        let names: Vec<(Tld, u32)> = tlds.iter().map(|tld| (parsed(tld), NAMES)).collect();
        daily(id, horizon(), &names)
    };
    let counts = vec![counts("below", &["net"]), counts("mixed", &["com", "org"]), counts("plain", &["com", "net"])];
    CaseScript::opened(horizon(), held(), counts)
}

fn ids(campaigns: &[&str]) -> Vec<CampaignId> {
    campaigns.iter().map(|id| parsed(id)).collect()
}

fn request(tld: &str, campaigns: &[&str]) -> Command {
    Command::Request(Request {
        tld: parsed(tld),
        days: horizon(),
        campaigns: ids(campaigns),
        action: Action::Reserve,
        fallback: None,
        legal_basis: None,
        override_by: None,
    })
}

fn answer(tld: &str, campaigns: &[&str]) -> Command {
    Command::Answer(Answer {
        tld: parsed(tld),
        scope: AnswerScope::Days { days: horizon(), campaigns: ids(campaigns) },
        action: Action::Reserve,
        result: AnswerResult::Done,
        attested: None,
    })
}

#[test]
fn a_campaign_says_who_can_act_under_each_domain() {
    let parties = |campaign: usize, tld: &str| -> Vec<String> {
        held()[campaign].parties(&parsed(tld)).map(|party: Party<'_>| party.to_string()).collect()
    };
    assert_eq!(parties(0, "net"), ["provider of ddns.net"]);
    assert_eq!(parties(0, "com"), [""; 0]);
    assert_eq!(parties(1, "org"), ["the registry", "provider of duckdns.org"]);
    assert_eq!(parties(1, "com"), ["the registry"]);
    assert_eq!(parties(2, "net"), ["the registry"]);
}

#[test]
fn the_registry_and_a_provider_are_never_asked_in_one() {
    let refusal = || Refusal::TwoParties {
        tld: parsed("net"),
        below: parsed("below"),
        zones: "ddns.net".to_owned(),
        other: parsed("plain"),
    };
    for command in [
        request("net", &[]),
        request("net", &["plain", "below"]),
        answer("net", &[]),
        answer("net", &["below", "plain"]),
    ] {
        let mut script = opened();
        let outcome = script.act(&command).map(|event| event.version);
        assert_eq!(outcome, Err(refusal()), "{command:?}");
    }
    let message = "under net the names of below stand below ddns.net and are for the provider, those of plain are not: ask each, and \
                   record each answer, by itself, with the campaigns that it is about";
    assert_eq!(refusal().to_string(), message);
    let mut script = opened();
    for command in [
        request("net", &["below"]),
        request("net", &["plain"]),
        answer("net", &["below"]),
        // One campaign cannot be parted, and the other has none of its names there.
        request("org", &["mixed", "below"]),
        request("com", &[]),
    ] {
        script.must(&command);
    }
}

#[test]
fn zones_are_written_only_where_there_are_any() {
    let script = opened();
    let opening: &Event = &script.log()[0];
    let text = String::from_utf8(opening.canonical()).unwrap();
    assert_eq!(text.matches("\"zones\":[{\"zone\":\"").count(), 2, "{text}");
    assert_eq!(text.matches("\"registries\":[\"com\",\"org\"]").count(), 1, "{text}");
    assert_eq!(&Event::from_canonical(text.as_bytes()).unwrap(), opening);
}

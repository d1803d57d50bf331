// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The collision docket over HTTP: what waits, what is decided about it, and what is refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use forestall_coord::Stance;
use forestall_coord::command::{Override, list_digest};
use forestall_coord::event::CaseKind;
use forestall_formats::{exclusions, signature};
use forestall_hub::desk::{Act, CaseFile, OpenCase};
use forestall_model::dossier::{
    Dossier, Existence, FailedLook, Presence, Rank, Registrar, Registration, RegistrationState, Sourced,
};
use forestall_model::{DayRange, DomainName, Instant, Marking, Method, UtcDay};
use forestall_testkit::{guard, parsed};
use forestall_vet::Rules;
use serde_json::Value;

use crate::console::{Client, Reply, Served, act, now};

/// Returns names that a campaign of a case has on a day under a top-level domain.
pub(crate) fn listed(served: &Served, file: &CaseFile, tld: &str, campaign: usize, day: &str) -> Vec<DomainName> {
    let period = parsed::<UtcDay>(day).start().seconds();
    served.desk.listing(file, &parsed(tld), campaign, period).expect("a list").names.clone()
}

/// Returns a dossier of a name that is registered and delegated.
pub(crate) fn registered(name: &DomainName, created: &str, registrar: &str, at: Instant) -> Dossier {
    let mut dossier = Dossier::new(name.clone());
    let mut fact = Registration::bare(RegistrationState::Registered);
    fact.created = Some(parsed(created));
    fact.expires = Some(parsed("2011-01-01T00:00:00Z"));
    fact.registrar = Some(Registrar { name: registrar.to_owned(), iana_id: None, abuse_mail: None, abuse_phone: None });
    fact.name_servers = vec![parsed("ns1.holder.example")];
    fact.statuses = vec!["clientTransferProhibited".to_owned()];
    dossier.registration.push(Sourced { method: Method::Rdap, source: "https://rdap.test/".to_owned(), at, fact });
    let mut fact = Presence::bare(Existence::Delegated);
    fact.name_servers = vec![parsed("ns1.holder.example")];
    fact.addresses = vec![parsed("192.0.2.7")];
    dossier.presence.push(Sourced { method: Method::Dns, source: "127.0.0.1:53".to_owned(), at, fact });
    dossier
}

/// Makes verdicts over names of the case `a`.
pub(crate) async fn vet(served: &Served, dossiers: Vec<Dossier>) {
    let at = now().plus_seconds(-60);
    served.desk.vet(&parsed("a"), &act(), dossiers, at, Rules::built_in()).await.expect("a verdict");
}

/// Opens a case with Conficker A and B over ten days, three days before the time of the tests.
async fn open(served: &Served, id: &str, four_eyes: bool) -> CaseFile {
    let case = OpenCase {
        id: parsed(id),
        title: "A case".to_owned(),
        kind: CaseKind::Live,
        campaigns: ["conficker-a", "conficker-b"].map(parsed).to_vec(),
        horizon: DayRange { from: parsed("2009-03-15"), until: parsed("2009-03-25") },
        board_day: None,
        marking: Marking::DEFAULT,
        name_servers: Vec::new(),
        guard_override: None,
        four_eyes,
        ahead: None,
    };
    let act = Act::new(parsed("test"), now().plus_seconds(-3 * 86_400));
    served.desk.open_case(&act, case).await.expect("the case opens")
}

/// Opens the case `a` with six names that were registered since: three of today under com, three of the 23rd under net.
pub(crate) async fn case(served: &Served, four_eyes: bool) -> Vec<DomainName> {
    let file = open(served, "a", four_eyes).await;
    let mut names: Vec<DomainName> = listed(served, &file, "com", 0, "2009-03-20").into_iter().take(3).collect();
    names.extend(listed(served, &file, "net", 1, "2009-03-23").into_iter().take(3));
    let at = now().plus_seconds(-60);
    let dossier = |(number, name): (usize, &DomainName)| {
        registered(name, "2009-03-18T00:00:00Z", if number == 0 { "Alpha Names" } else { "Beta Names" }, at)
    };
    vet(served, names.iter().enumerate().map(dossier).collect()).await;
    names
}

/// The names that the docket shows, in its order.
async fn waiting(client: &Client<'_>, query: &str) -> Vec<String> {
    let reply = client.get_json(&format!("/case/a/docket?{query}")).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/json"), "{}", reply.body);
    let document: Value = serde_json::from_str(&reply.body).expect("JSON");
    let name = |row: &Value| row["name"].as_str().expect("a name").to_owned();
    document["names"].as_array().expect("names").iter().map(name).collect()
}

#[track_caller]
fn refused(reply: &Reply, why: &str) {
    assert_eq!(reply.status, 422, "{why}: {}", reply.body);
    let told = reply.between("<b>Nothing was recorded.</b>", "</p>").replace("&#34;", "\"").replace("&#39;", "'");
    assert!(told.contains(why), "{why:?} is not in {told:?}");
}

/// The fields that a confirmed list goes back with.
fn confirmed(page: &Reply) -> [(&'static str, &str); 2] {
    let value = |name: &str| page.between(&format!("name=\"{name}\" value=\""), "\"");
    [("digest", value("digest")), ("seen", value("seen"))]
}

const WATCH: [(&str, &str); 3] = [("ruling", "watch"), ("reason", "a shop, it seems"), ("evidence", "the site, today")];

#[tokio::test]
async fn the_docket_is_in_the_order_of_window_and_reach_and_is_filtered() {
    let served = Served::start().await;
    let names = case(&served, false).await;
    let client = served.sign_in().await;
    let all = waiting(&client, "").await;
    assert_eq!(all.len(), 6);
    assert!(all[..3].iter().all(|name| name.ends_with(".com")) && all[3..].iter().all(|name| name.ends_with(".net")));
    for (query, count) in [
        ("slice=net", 3),
        ("slice=org", 0),
        ("campaign=conficker-a", 3),
        ("campaign=conficker-z", 0),
        ("q=alpha", 1),
        ("q=HOLDER.example", 6),
        ("q=nothing-of-it", 0),
        ("band=no-holder", 0),
        ("why=not-ruled", 6),
        ("why=appealed", 0),
        ("slice=com&q=beta", 2),
    ] {
        assert_eq!(waiting(&client, query).await.len(), count, "{query}");
    }
    assert_eq!(waiting(&client, &format!("q={}", names[4])).await, [names[4].to_string()]);
    let page = client.get("/case/a/docket").await;
    assert!(page.body.contains("open now") && page.body.contains("6 of 6 names"), "{}", page.body);
    assert_eq!(page.body.matches("<input type=\"checkbox\" name=\"name\"").count(), 6);
    assert!(page.body.contains("value=\"com\">.com (3)"));
    for case_page in ["/case/a", "/case/a/slice/com", "/case/a/gaps", "/case/a/log", "/case/a/holders", "/case/a/days"]
    {
        assert!(client.get(case_page).await.body.contains("6 names wait for a person"), "{case_page}");
    }
    assert_eq!(
        client.get("/case/a/slice/com").await.between("id=\"waiting-here\">", "<"),
        "3 names under .com wait for a person"
    );
}

#[tokio::test]
async fn ticked_names_are_confirmed_and_decided_together() {
    let served = Served::start().await;
    let names = case(&served, false).await;
    let client = served.sign_in().await;
    let two = [names[0].as_str(), names[1].as_str()];
    refused(&client.post("/case/a/docket/confirm", &[("chosen", "ticked")]).await, "no name is ticked");
    let ticked = [("chosen", "ticked"), ("name", two[0]), ("name", two[1])];
    let page = client.post("/case/a/docket/confirm", &ticked).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let digest = list_digest(&names[..2]).to_string();
    assert_eq!(page.between("id=\"digest\">", "<"), digest);
    let list = client.post("/case/a/docket/names.txt", &ticked).await;
    assert_eq!(list.header("forestall-list-digest"), digest);
    let mut sorted = two;
    sorted.sort_unstable();
    assert_eq!(list.body, format!("{}\n{}\n", sorted[0], sorted[1]));
    let both = two.join("\n");
    let mut form = vec![("names", both.as_str())];
    form.extend(confirmed(&page));
    let path = "/case/a/docket/decide";
    refused(&client.post(path, &form).await, "Ruling: it must be given");
    form.extend(WATCH);
    let mut act_without = form.clone();
    act_without.push(("action", "suspend"));
    refused(&client.post(path, &act_without).await, "there is no place for the action suspend");
    let reply = client.post(path, &form).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/case/a/docket?done=3-3#recorded"), "{}", reply.body);
    let file = served.desk.file(&parsed("a")).await.unwrap();
    for name in &names[..2] {
        let holding = &file.case.holdings[name];
        assert_eq!(holding.stance(), Stance::Watched);
        assert_eq!(holding.ruled.as_ref().unwrap().reason, "a shop, it seems");
    }
    let entry = served.desk.log(None, 2, 10).await.unwrap().remove(0);
    assert_eq!(entry.actor(), Some("Grace H."));
    assert_eq!(waiting(&client, "").await.len(), 4);
    assert!(client.get("/case/a/docket?done=3-3").await.body.contains("Recorded as event 3 of the case."));
}

#[tokio::test]
async fn a_list_that_changed_is_not_decided_and_the_difference_is_told() {
    let served = Served::start().await;
    let names = case(&served, false).await;
    let client = served.sign_in().await;
    let page = client.get("/case/a/docket/decide?slice=com").await;
    assert_eq!(page.between("id=\"digest\">", "<"), list_digest(&names[..3]).to_string());
    let list = client.get("/case/a/docket/names.txt?slice=com").await;
    assert_eq!(list.header("forestall-list-digest"), page.between("id=\"digest\">", "<"));
    let more = listed(&served, &served.desk.file(&parsed("a")).await.unwrap(), "com", 0, "2009-03-21").remove(0);
    vet(&served, vec![registered(&more, "2009-03-18T00:00:00Z", "Beta Names", now())]).await;
    let one = [names[0].to_string(), list_digest(&names[..1]).to_string()];
    let mut form = vec![("names", one[0].as_str()), ("digest", one[1].as_str()), ("seen", "3")];
    form.extend(WATCH);
    assert_eq!(client.post("/case/a/docket/decide", &form).await.status, 303);
    let mut form = vec![("chosen", "filter"), ("slice", "com")];
    form.extend(confirmed(&page));
    form.extend(WATCH);
    let reply = client.post("/case/a/docket/decide", &form).await;
    refused(&reply, &format!("new on the list: {more}"));
    refused(&reply, &format!("not on it any more: {}", names[0]));
    assert!(reply.body.contains("a shop, it seems"), "what was entered is kept");
    // The page that came back is about the list as it is now.
    let mut form = vec![("chosen", "filter"), ("slice", "com")];
    form.extend(confirmed(&reply));
    form.extend(WATCH);
    let done = client.post("/case/a/docket/decide", &form).await;
    assert_eq!(done.header("location"), "/case/a/docket?slice=com&done=5-5#recorded", "{}", done.body);
    assert_eq!(waiting(&client, "slice=com").await, Vec::<String>::new());
    // Somebody ruled since: the same names, but not what the person saw.
    let late = [names[1].to_string(), list_digest(&names[1..2]).to_string()];
    let mut form = vec![("names", late[0].as_str()), ("digest", late[1].as_str()), ("seen", "4")];
    form.extend(WATCH);
    refused(&client.post("/case/a/docket/decide", &form).await, "since this page was opened, somebody ruled");
}

/// The fields of a decision about one name, but the ruling.
fn about<'a>(name: &'a str, digest: &'a str, seen: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("names", name),
        ("digest", digest),
        ("seen", seen),
        ("back", "name"),
        ("reason", "the bots' own"),
        ("evidence", "dossier of today"),
    ]
}

#[tokio::test]
async fn two_people_decide_where_the_case_asks_for_them() {
    let served = Served::start().await;
    let names = case(&served, true).await;
    let client = served.sign_in().await;
    let (name, digest) = (names[0].to_string(), list_digest(&names[..1]).to_string());
    let page = client.get(&format!("/case/a/name/{name}")).await;
    assert!(page.between("name=\"second\"", ">").ends_with("required"));
    let mut form = about(&name, &digest, "2");
    form.extend([("ruling", "act"), ("action", "suspend"), ("legal_basis", "an order of the court")]);
    let send = async |second: &str| {
        let mut form = form.clone();
        form.push(("second", second));
        client.post("/case/a/docket/decide", &form).await
    };
    refused(&send("").await, "decisions about registered names need two people in this case");
    refused(&send("grace h.").await, "both names are the same");
    let kept = send("grace h.").await.body;
    assert!(kept.contains("an order of the court") && kept.contains("value=\"grace h.\""), "{kept}");
    let reply = send("Ada L.").await;
    assert_eq!(reply.header("location"), format!("/case/a/name/{name}?done=3-3#recorded"), "{}", reply.body);
    let page = client.get(&format!("/case/a/name/{name}")).await;
    assert_eq!(page.between("id=\"stance\">", "<"), "act");
    assert!(page.between("id=\"acts\">", "</ul>").contains("by Grace H., with Ada L."), "{}", page.body);
    // An action that changes a name needs its ground.
    let (name, digest) = (names[1].to_string(), list_digest(&names[1..2]).to_string());
    let mut form = about(&name, &digest, "3");
    form.extend([("ruling", "act"), ("action", "redirect-ns"), ("second", "Ada L.")]);
    refused(&client.post("/case/a/docket/decide", &form).await, "legal basis");
}

#[tokio::test]
async fn an_appeal_is_upheld_and_what_was_done_is_to_be_undone_within_a_day() {
    let served = Served::start().await;
    let names = case(&served, false).await;
    let client = served.sign_in().await;
    let all = names[..2].iter().map(DomainName::as_str).collect::<Vec<_>>().join("\n");
    let digest = list_digest(&names[..2]).to_string();
    let mut form = about(&all, &digest, "2");
    form.extend([("ruling", "act"), ("action", "suspend"), ("legal_basis", "an order of the court")]);
    assert_eq!(client.post("/case/a/docket/decide", &form).await.status, 303);
    let name = names[0].as_str();
    let appeal = [("name", name), ("contact", "Holder <h@holder.example>"), ("hours", "6")];
    let reply = client.post("/case/a/appeal", &appeal).await;
    assert_eq!(reply.header("location"), format!("/case/a/name/{name}?done=4-4#recorded"), "{}", reply.body);
    refused(&client.post("/case/a/appeal", &appeal).await, "waits for its answer");
    assert_eq!(waiting(&client, "why=appealed").await, [name]);
    let page = client.get(&format!("/case/a/name/{name}")).await;
    assert!(page.between("id=\"appealed\">", "</p>").contains("2009-03-20 18:00"), "{}", page.body);
    assert!(page.body.contains("Holder &#60;h@holder.example&#62;"), "{}", page.body);
    assert!(!page.body.contains("id=\"form-decide\""), "nothing is decided beside the appeal");
    let alarms = client.get("/case/a/alarms?kind=appeal-due").await;
    assert!(alarms.body.contains("6 h left") && alarms.body.contains(&format!("/case/a/name/{name}\"")));
    refused(&client.post("/case/a/settle", &[("name", name), ("reason", "x")]).await, "Outcome:");
    let settle = [("name", name), ("outcome", "upheld"), ("reason", "the registry confirmed the holder")];
    assert_eq!(client.post("/case/a/settle", &settle).await.status, 303);
    let page = client.get(&format!("/case/a/name/{name}")).await;
    assert_eq!(page.between("id=\"stance\">", "<"), "excluded");
    assert!(page.between("id=\"undo-by\">", "</p>").contains("2009-03-21 12:00"), "{}", page.body);
    assert!(page.between("id=\"settled\">", "<").contains("upheld on 2009-03-20 12:00"));
    refused(&client.post("/case/a/settle", &settle).await, "no appeal about");
    // The other name of the decision is taken back by the number of the decision.
    let page = client.get(&format!("/case/a/name/{}", names[1])).await;
    assert!(page.body.contains("Undo for all names of decision 3 (2)"), "{}", page.body);
    let undo = [("name", names[1].as_str()), ("decision", "3"), ("reason", "the evidence was wrong")];
    assert_eq!(client.post("/case/a/undo", &undo).await.status, 303);
    refused(&client.post("/case/a/undo", &undo).await, "at least one name");
    let wrong = [("name", names[1].as_str()), ("decision", "1"), ("reason", "x")];
    refused(&client.post("/case/a/undo", &wrong).await, "event 1 of the case is no ruling");
    let file = served.desk.file(&parsed("a")).await.unwrap();
    assert_eq!(file.case.holdings[&names[1]].action(), None);
    assert!(file.case.holdings[&names[1]].undo.is_some());
    let list = client.get("/case/a/exclusions.txt").await;
    let list = exclusions::read(list.body.as_bytes()).unwrap();
    assert_eq!((list.operation.as_str(), list.names.len(), list.names[0].name.as_str()), ("a", 1, name));
}

#[tokio::test]
async fn the_page_of_a_name_shows_its_evidence_side_by_side() {
    let served = Served::start().await;
    let names = case(&served, false).await;
    let client = served.sign_in().await;
    let name = &names[0];
    let mut again = registered(name, "2009-03-18T00:00:00Z", "Gamma Names", now());
    again.registration[0].source = "https://other.test/".to_owned();
    let first = registered(name, "2009-03-19T00:00:00Z", "Alpha Names", now().plus_seconds(-60));
    again.registration.insert(0, first.registration[0].clone());
    again.failures.push(FailedLook {
        method: Method::Whois,
        source: "whois.test".to_owned(),
        at: now(),
        reason: "it took too long".to_owned(),
    });
    again.ranks.push(Rank { list: "top".to_owned(), place: 4_711, day: None });
    vet(&served, vec![again]).await;
    let page = client.get(&format!("/case/a/name/{name}")).await;
    assert_eq!(page.status, 200, "{}", page.body);
    for text in [
        "https://rdap.test/",
        "https://other.test/",
        "127.0.0.1:53",
        "192.0.2.7",
        "ns1.holder.example",
        "sources differ",
        "Gamma Names",
        "it took too long",
        "<b>4711</b> on top",
        "clientTransferProhibited",
        "before: registrar alpha names; registered 2009-03-18",
    ] {
        assert!(page.body.contains(text), "{text} in {}", page.body);
    }
    assert!(page.between("id=\"again\">", "<").contains("the same verdict"), "{}", page.body);
    let document = client.get_json(&format!("/case/a/name/{name}")).await;
    let document: Value = serde_json::from_str(&document.body).unwrap();
    assert_eq!(document["verdict"]["reproduced"], true);
    assert_eq!(document["dossier"]["name"], name.as_str());
    assert_eq!(document["changes"][0]["before"]["registrar"], "alpha names");
    let points = document["verdict"]["points"].as_array().unwrap();
    let sum: i64 = points.iter().map(|point| point["weight"].as_i64().unwrap()).sum();
    assert_eq!(document["verdict"]["score"].as_i64(), Some(sum));
    assert_eq!(document["windows"][0]["phase"], "open");
    let missing = client.get_json("/case/a/name/nobody-knows-it.com").await;
    assert_eq!((missing.status, missing.header("content-type")), (404, "application/problem+json"));
}

#[tokio::test]
async fn a_newly_registered_name_is_an_alarm_with_the_hours_to_its_opening() {
    let served = Served::start().await;
    let names = case(&served, false).await;
    let client = served.sign_in().await;
    let alarms = client.get_json("/case/a/alarms").await;
    let document: Value = serde_json::from_str(&alarms.body).unwrap();
    let alarms = document["alarms"].as_array().unwrap();
    assert_eq!(alarms.len(), 6);
    assert!(alarms.iter().all(|alarm| alarm["kind"] == "unknown-registrant"), "{document}");
    let file = served.desk.file(&parsed("a")).await.unwrap();
    let due = alarms.iter().find(|alarm| alarm["name"] == names[5].as_str()).unwrap();
    let guard = file.case.guard(1, parsed::<UtcDay>("2009-03-23").window());
    assert_eq!(due["due"], guard.from.to_string());
    assert_eq!(due["hours"].as_i64(), Some(guard.from.seconds_since(now()).div_euclid(3_600)));
    let page = client.get("/case/a/alarms").await;
    assert!(page.body.contains(&format!("opens in {} h", due["hours"])), "{}", page.body);
    assert!(page.body.contains("class=\"alarms\" href=\"/case/a/alarms\">6 alarms"));
    assert_eq!(client.get("/case/a/alarms?kind=smoke").await.status, 400);
    assert_eq!(client.get("/case/a/alarms?page=2").await.status, 400);
}

#[tokio::test]
async fn the_docket_follows_the_time() {
    let time = Arc::new(AtomicI64::new(now().plus_seconds(6 * 3_600).seconds()));
    let clock = Arc::clone(&time);
    let served = Served::start_with(|settings| {
        settings.clock = Arc::new(move || Instant::from_seconds(clock.load(Ordering::SeqCst)));
    })
    .await;
    let file = open(&served, "a", false).await;
    let mut names: Vec<DomainName> = listed(&served, &file, "com", 0, "2009-03-19").into_iter().take(2).collect();
    names.extend(listed(&served, &file, "com", 0, "2009-03-22").into_iter().take(2));
    vet(&served, names.iter().map(|name| registered(name, "2009-03-18T00:00:00Z", "Beta", now())).collect()).await;
    let midnight: Instant = parsed("2009-03-21T00:00:00Z");
    assert_eq!(file.case.guard(0, parsed::<UtcDay>("2009-03-19").window()).until, midnight);
    assert_eq!(file.case.guard(0, parsed::<UtcDay>("2009-03-22").window()).from, midnight);
    let client = served.sign_in().await;
    let hours = async || {
        let document: Value = serde_json::from_str(&client.get_json("/case/a/docket").await.body).unwrap();
        let rows = document["names"].as_array().unwrap().clone();
        rows.iter().map(|row| row["hours"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(hours().await, [0, 0, 6, 6]);
    time.store(midnight.seconds() - 3_600, Ordering::SeqCst);
    assert_eq!(hours().await, [0, 0, 1, 1]);
    let before = client.get("/case/a/docket/decide").await;
    time.store(midnight.seconds(), Ordering::SeqCst);
    assert_eq!(hours().await, [0, 0], "the windows of the first two have closed");
    let mut form = vec![("chosen", "filter")];
    form.extend(confirmed(&before));
    form.extend(WATCH);
    let mut gone = [names[0].as_str(), names[1].as_str()];
    gone.sort_unstable();
    let reply = client.post("/case/a/docket/decide", &form).await;
    refused(&reply, &format!("not on it any more: {}", gone.join(", ")));
}

/// A text that would run where it is not escaped.
const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;";

#[tokio::test]
async fn hostile_input_is_refused_or_shown_as_text() {
    let served = Served::start().await;
    let file = open(&served, "a", false).await;
    open(&served, "b", false).await;
    let name = listed(&served, &file, "org", 0, "2009-03-20").remove(0);
    vet(&served, vec![registered(&name, "2009-03-18T00:00:00Z", HOSTILE, now())]).await;
    let client = served.sign_in().await;
    let (text, digest) = (name.to_string(), list_digest(std::slice::from_ref(&name)).to_string());
    let mut form = about(&text, &digest, "2");
    form.retain(|(key, _)| *key != "reason");
    form.extend([("ruling", "watch"), ("reason", HOSTILE), ("source", HOSTILE)]);
    let wrong = [
        ("digest", "00".repeat(32), "has digest"),
        ("digest", "no digest".to_owned(), "Digest:"),
        ("ruling", HOSTILE.to_owned(), "Ruling:"),
        ("seen", "-1".to_owned(), "Last event"),
        ("names", HOSTILE.to_owned(), "Names:"),
        ("names", "example.com".to_owned(), "no verdict of this case is about example.com"),
        ("names", (0..100_000).map(|i| format!("name-{i}.com\n")).collect(), "and 99,980 more"),
    ];
    for (key, value, why) in &wrong {
        let fields: Vec<(&str, &str)> =
            form.iter().map(|(k, v)| if k == key { (*k, value.as_str()) } else { (*k, *v) }).collect();
        let reply = client.post("/case/a/docket/decide", &fields).await;
        assert_eq!(reply.status, 422, "{key}: {}", reply.body);
        assert!(reply.body.contains(why), "{key}: {why:?} is not in {}", reply.body);
        assert!(!reply.body.contains("<script>alert") && !reply.body.contains("<img src=x"), "{key}");
    }
    let many: String = (0..100_000).map(|i| format!("name-{i}.com\n")).collect();
    let reply = client.post("/case/a/docket/confirm", &[("names", &many)]).await;
    refused(&reply, "no verdict of this case is about name-0.com");
    let elsewhere = client.post("/case/b/docket/decide", &form).await;
    assert_eq!(elsewhere.status, 422, "the name is of another case");
    assert_eq!(served.desk.log(Some(&parsed("b")), 0, 10).await.unwrap().len(), 1);
    assert_eq!(client.get(&format!("/case/b/name/{name}")).await.status, 404);
    assert_eq!(client.post("/case/a/docket/decide", &form).await.status, 303);
    let appeal = [("name", name.as_str()), ("contact", HOSTILE), ("proof", HOSTILE)];
    assert_eq!(client.post("/case/a/appeal", &appeal).await.status, 303);
    for page in ["/case/a/docket", "/case/a/alarms", "/case/a/log", &format!("/case/a/name/{name}")] {
        let body = client.get(page).await.body;
        for raw in ["<script>alert", "<img src=x", "'><img"] {
            assert!(!body.contains(raw), "{page}: {raw} in the page");
        }
    }
    for address in [
        "/case/a/docket?page=0",
        "/case/a/docket?page=2",
        "/case/a/docket?page=x",
        "/case/a/docket?band=bad",
        "/case/a/docket?slice=%00",
        "/case/a/docket/decide?why=because",
        "/case/a/docket/names.txt?campaign=%3Cb%3E",
    ] {
        assert_eq!(client.get(address).await.status, 400, "{address}");
    }
    for address in ["/case/none/docket", "/case/none/alarms", "/case/none/exclusions.txt", "/case/a/name/%20"] {
        assert_eq!(client.get(address).await.status, 404, "{address}");
    }
    let token = served.post("/case/a/docket/decide", &[("Cookie", &client.cookie)], &form).await;
    assert_eq!(token.status, 403, "a form without the token of its session");
}

#[tokio::test]
async fn unverified_names_say_so_on_the_docket_and_in_its_lists() {
    let served = Served::start().await;
    let file = served.open("a", "Unverified", "2009-04-01", "2009-04-02", &["conficker-c"]).await;
    let names: Vec<DomainName> = listed(&served, &file, "be", 0, "2009-04-01").into_iter().take(2).collect();
    vet(&served, names.iter().map(|name| registered(name, "2009-03-18T00:00:00Z", "Beta", now())).collect()).await;
    let client = served.sign_in().await;
    let name = format!("/case/a/name/{}", names[0]);
    for page in ["/case/a/docket", "/case/a/docket/decide", name.as_str()] {
        assert!(client.get(page).await.body.contains("unverified</span>"), "{page}");
    }
    let list = client.get("/case/a/docket/names.txt").await;
    assert_eq!(list.header("forestall-confidence"), "unverified");
    assert!(list.header("content-disposition").contains("UNVERIFIED"), "{:?}", list.headers);
    let document: Value = serde_json::from_str(&client.get_json("/case/a/docket").await.body).unwrap();
    assert_eq!(document["names"][0]["unverified"], true);
    let (name, digest) = (names[0].to_string(), list_digest(&names[..1]).to_string());
    let mut form = about(&name, &digest, "2");
    form.extend([("ruling", "act"), ("action", "suspend"), ("legal_basis", "an order of the court")]);
    refused(&client.post("/case/a/docket/decide", &form).await, "conficker-c is unverified");
}

#[tokio::test]
async fn registers_and_lists_of_others_are_taken_and_removed() {
    let served = Served::start().await;
    let client = served.sign_in().await;
    let register = b"holder,kind,names,name_servers,addresses\na-friend,friendly,friend.example,,\n";
    let reply = client.upload("/registers/friends", &[("id", "ours"), ("trusted", "yes")], register).await;
    assert_eq!(reply.header("location"), "/registers?taken=ours#recorded", "{}", reply.body);
    assert_eq!(client.get("/registers/ours").await.body.as_bytes(), register);
    let broken = client.upload("/registers/friends", &[("id", "ours")], b"holder,kind\n<b>,friendly\n").await;
    refused(&broken, "line 2, column 1 (holder)");
    refused(&client.upload("/registers/friends", &[("id", "../x")], register).await, "is no name for a list");
    refused(&client.upload("/registers/friends", &[("id", "ours")], b"").await, "File: one must be chosen");
    let list = exclusions::ExclusionList {
        operation: "Other operation".to_owned(),
        issued: now(),
        serial: 7,
        names: vec![exclusions::Exclusion {
            name: parsed("held.example"),
            class: parsed("registered-benign"),
            reason: "a shop".to_owned(),
            decided_at: now(),
        }],
    };
    let mut text = Vec::new();
    exclusions::write(&list, &mut text).unwrap();
    let key = signature::SecretKey::from_seed(&[7; 32], [1; 8]);
    let sign = key.sign(&text, "serial 7").unwrap();
    let path = "/registers/exclusions";
    refused(&client.upload(path, &[("signature", &sign)], &text).await, "give one");
    let other = signature::SecretKey::from_seed(&[8; 32], [2; 8]).public_key();
    let forged = client.upload(path, &[("signature", &sign), ("keys", &other)], &text).await;
    assert_eq!(forged.status, 422, "{}", forged.body);
    let reply = client.upload(path, &[("signature", &sign), ("keys", &key.public_key())], &text).await;
    assert_eq!(reply.header("location"), "/registers?taken=other-operation#recorded", "{}", reply.body);
    refused(&client.upload(path, &[], &text).await, "is signed, and this one is not");
    let page = client.get("/registers?taken=other-operation").await;
    assert!(page.body.contains("The list other-operation is held.") && page.body.contains("serial 7"));
    assert!(page.body.contains(&key.public_key()));
    assert!(!client.get("/registers?taken=never-held").await.body.contains("never-held"));
    for id in ["ours", "other-operation"] {
        assert_eq!(client.post("/registers/remove", &[("id", id)]).await.status, 303);
        assert_eq!(client.get(&format!("/registers/{id}")).await.status, 404);
    }
    refused(&client.post("/registers/remove", &[("id", "ours")]).await, "no such list is held");
}

#[tokio::test]
async fn the_guard_tells_what_is_weak_about_the_sinkholes_servers() {
    let served = Served::start().await;
    let servers = [parsed("ns1.sink.example"), parsed("ns2.other.example")];
    served.desk.keep_server_evidence(&guard::safe(&servers[..1], now()), now()).await.unwrap();
    let case = OpenCase {
        id: parsed("a"),
        title: "A case".to_owned(),
        kind: CaseKind::Live,
        campaigns: vec![parsed("conficker-a")],
        horizon: DayRange { from: parsed("2009-03-20"), until: parsed("2009-03-21") },
        board_day: None,
        marking: Marking::DEFAULT,
        name_servers: servers.to_vec(),
        guard_override: Some(Override { first: parsed("Ann"), second: parsed("Bob"), evidence: "a test".to_owned() }),
        four_eyes: false,
        ahead: None,
    };
    served.desk.open_case(&act(), case).await.unwrap();
    let client = served.sign_in().await;
    let document: Value = serde_json::from_str(&client.get_json("/guard").await.body).unwrap();
    let found = |index: usize| document["servers"][index]["findings"].as_array().unwrap().len();
    assert_eq!((document["servers"][0]["server"].as_str(), found(0)), (Some("ns1.sink.example"), 0));
    assert_eq!(found(1), 1);
    let page = client.get("/guard").await;
    assert!(page.body.contains("nobody looked at the registration of other.example"), "{}", page.body);
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The hub of a drill: its time, its marked store, and what stands on its pages.

use forestall_coord::Level;
use forestall_coord::event::Purpose;
use forestall_dga::Catalogue;
use forestall_hub::desk::{Act, AskLists, Desk};
use forestall_hub::drill::Drill;
use forestall_hub::server::{Console, Settings};
use forestall_model::party::{Contact, PartyKind};
use forestall_model::{Action, Instant, Party};
use forestall_testkit::parsed;

use crate::console::{NOW, Reply, Served, now};

/// A hub of a drill whose time is [`NOW`], and the token of somebody who runs it.
async fn drill() -> (Served, Drill, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = crate::place::desk(folder.path(), Catalogue::built_in()).await.expect("a store");
    let drill = Drill::begin(desk.clone(), now()).await.expect("a new store");
    let (_, token) = desk.add_drill_person(None, &parsed("drill"), now()).await.expect("somebody");
    let kept = drill.clone();
    let served = Served::serve(desk, folder, move |settings| {
        settings.clock = drill.clock();
        settings.drill = Some(drill);
    })
    .await;
    (served, kept, token.to_string())
}

async fn send(served: &Served, token: &str, method: &str, path: &str, body: &str) -> Reply {
    let bearer = format!("Bearer {token}");
    let headers =
        [("Authorization", bearer.as_str()), ("Content-Type", "application/json"), ("Accept", "application/json")];
    served.send(method, path, &headers, body.as_bytes()).await
}

fn registry() -> Party {
    let contact = |number: u32| Contact {
        name: format!("Contact {number}"),
        role: String::new(),
        mail: Some(format!("contact-{number}@registry.example")),
        phone: None,
        second: None,
        day_and_night: false,
        verified: None,
        tested: None,
        owner: None,
    };
    Party {
        id: parsed("registry-org"),
        kind: PartyKind::Registry,
        name: "Registry of .org".to_owned(),
        tlds: vec![parsed("org")],
        terms: None,
        contacts: vec![contact(1), contact(2)],
        webhook: None,
        openpgp: None,
    }
}

/// Adds a registry and has a list cut for it.
async fn cut(desk: &Desk, at: Instant) {
    desk.keep_party(registry(), None, at).await.expect("a party");
    cut_again(desk, at).await;
}

async fn cut_again(desk: &Desk, at: Instant) {
    let ask = AskLists {
        tlds: vec![parsed("org")],
        purpose: Purpose::Protect,
        action: Some(Action::Reserve),
        fallback: None,
        campaigns: Vec::new(),
        legal_basis: None,
        override_by: None,
    };
    desk.cut_lists(&parsed("a"), &Act::new(parsed("test"), at), &ask).await.expect("lists");
}

#[tokio::test(flavor = "multi_thread")]
async fn time_goes_forward_only_and_what_is_due_is_done_before_the_answer() {
    let (served, drill, token) = drill().await;
    served.open("a", "A case", "2009-03-25", "2009-03-28", &["conficker-a"]).await;
    cut(&served.desk, now()).await;
    let to = |to: &str| format!("{{\"to\":\"{to}\"}}");
    let moved = send(&served, &token, "PUT", "/api/v1/drill/clock", &to(NOW)).await;
    assert_eq!(
        (moved.status, moved.body.as_str()),
        (200, "{\"now\":\"2009-03-20T12:00:00Z\",\"jobs\":2}"),
        "{moved:?}"
    );
    // The list was handed over, and nobody outside took it.
    let receipts = served.desk.receipts(&parsed("a")).await.unwrap();
    assert_eq!((receipts.len(), receipts[0].taken, receipts[0].reminder), (1, true, 0));
    assert!(receipts[0].answer.as_deref().is_some_and(|said| said.contains("taken by nobody")), "{receipts:?}");
    // 20 March 2009 was a Friday: a reminder is due when Monday is over, to the next contact.
    send(&served, &token, "PUT", "/api/v1/drill/clock", &to("2009-03-24T00:00:00Z")).await;
    let receipts = served.desk.receipts(&parsed("a")).await.unwrap();
    let last = receipts.last().unwrap();
    assert_eq!((last.reminder, last.address.as_deref()), (1, Some("contact-2@registry.example")));
    let back = send(&served, &token, "PUT", "/api/v1/drill/clock", &to(NOW)).await;
    assert_eq!(back.status, 422, "{back:?}");
    assert_eq!(drill.now(), parsed("2009-03-24T00:00:00Z"));
    for broken in ["", "{}", "{\"to\":\"soon\"}", "{\"to\":\"2009-03-25T00:00:00Z\",\"and\":1}"] {
        let refused = send(&served, &token, "PUT", "/api/v1/drill/clock", broken).await;
        assert_eq!(refused.status, 400, "{broken}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_seen_from_outside_becomes_evidence() {
    let (served, _, token) = drill().await;
    let file = served.open("a", "A case", "2009-03-25", "2009-03-28", &["conficker-a"]).await;
    let names = file.board().slice(&parsed("org"))[0].tally.names;
    let list = |places: &str| {
        format!(
            "{{\"method\":\"rdap\",\"vantage\":\"the world\",\"lists\":[{{\"campaign\":\"conficker-a\",\"day\":\"2009-03-25\",\
             \"slice\":\"org\",\"usual\":\"reserved\",\"differing\":[{{\"sight\":\"available\",\"places\":\"{places}\"}}]}}]}}"
        )
    };
    let path = "/api/v1/drill/cases/a/sights";
    let recorded = send(&served, &token, "POST", path, &list("03")).await;
    assert_eq!((recorded.status, recorded.body.as_str()), (200, format!("{{\"lists\":1,\"names\":{names}}}").as_str()));
    let file = served.desk.file(&parsed("a")).await.unwrap();
    let tally = file.board().slice(&parsed("org"))[0].tally;
    assert_eq!(tally.at(Level::Observed), names - 2, "{tally:?}");
    // A place that no list has changes nothing.
    let refused = send(&served, &token, "POST", path, &list(&"ff".repeat(40))).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    assert_eq!(served.desk.file(&parsed("a")).await.unwrap().case.version, file.case.version);
}

#[tokio::test(flavor = "multi_thread")]
async fn its_addresses_are_read_as_those_of_the_api() {
    let (served, _, token) = drill().await;
    let file = served.open("a", "A case", "2009-03-25", "2009-03-28", &["conficker-a"]).await;
    let path = "/api/v1/drill/cases/a/sights";
    let list = "{\"campaign\":\"conficker-a\",\"day\":\"2009-03-25\",\"slice\":\"org\",\"usual\":\"reserved\"}";
    let body = |lists: usize, vantage: &str| {
        let lists = vec![list; lists].join(",");
        format!("{{\"method\":\"rdap\",\"vantage\":\"{vantage}\",\"lists\":[{lists}]}}")
    };
    let many = send(&served, &token, "POST", path, &body(1_001, "the world")).await;
    assert_eq!((many.status, many.body.contains("/lists")), (422, true), "{many:?}");
    let large = send(&served, &token, "POST", path, &body(1, &"a".repeat(1 << 20))).await;
    assert_eq!(large.status, 413, "{large:?}");
    let nul = send(&served, &token, "POST", path, &body(1, "\\u0000")).await;
    assert_eq!(nul.status, 422, "{nul:?}");
    let place = send(&served, &token, "POST", path, &body(1, "the world").replace("reserved", "perhaps")).await;
    assert_eq!((place.status, place.body.contains("/lists/0/usual")), (400, true), "{place:?}");
    let other = send(&served, &token, "POST", &format!("{path}?all=1"), &body(1, "the world")).await;
    assert_eq!(other.status, 400, "{other:?}");
    let bearer = format!("Bearer {token}");
    let form = [("Authorization", bearer.as_str()), ("Content-Type", "application/x-www-form-urlencoded")];
    assert_eq!(served.send("POST", path, &form, b"to=1").await.status, 415);
    assert_eq!(served.desk.file(&parsed("a")).await.unwrap().case.version, file.case.version, "nothing was recorded");
    let taken = send(&served, &token, "POST", path, &body(1_000, "the world")).await;
    assert!(taken.status == 200 && !taken.header("ratelimit").is_empty(), "{taken:?}");
    // Without a token there is nobody, whatever is asked; what is not there is not there.
    assert_eq!(served.send("GET", "/api/v1/drill/clock", &[], b"").await.status, 401);
    assert_eq!(send(&served, &token, "GET", "/api/v1/drill/nothing", "").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_new_is_read_without_what_was() {
    let (served, _, token) = drill().await;
    served.open("a", "A case", "2009-03-25", "2009-03-28", &["conficker-a"]).await;
    cut(&served.desk, now()).await;
    let to = |to: &str| format!("{{\"to\":\"{to}\"}}");
    send(&served, &token, "PUT", "/api/v1/drill/clock", &to(NOW)).await;
    send(&served, &token, "PUT", "/api/v1/drill/clock", &to("2009-03-24T00:00:00Z")).await;
    cut_again(&served.desk, parsed("2009-03-24T00:00:00Z")).await;
    send(&served, &token, "PUT", "/api/v1/drill/clock", &to("2009-03-24T06:00:00Z")).await;
    let events = |reply: &Reply| -> Vec<u64> {
        let body: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
        body["items"].as_array().unwrap().iter().map(|item| item["event"].as_u64().unwrap()).collect()
    };
    let receipts = send(&served, &token, "GET", "/api/v1/cases/a/receipts", "").await;
    let all = events(&receipts);
    assert_eq!(all.len(), 3, "a list, a reminder of it, and the list that was asked for again: {}", receipts.body);
    for (place, after) in all.iter().enumerate() {
        let new = send(&served, &token, "GET", &format!("/api/v1/cases/a/receipts?after={after}"), "").await;
        assert_eq!(events(&new), all[place + 1..], "{after}");
    }
    assert_eq!(events(&send(&served, &token, "GET", "/api/v1/cases/a/receipts?after=0", "").await), all);
    let lists = |after: u64| {
        let (served, token) = (&served, &token);
        async move {
            let reply = send(served, token, "GET", &format!("/api/v1/cases/a/lists?after={after}"), "").await;
            let body: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
            body["items"].as_array().unwrap().len()
        }
    };
    let case = served.desk.file(&parsed("a")).await.unwrap().case;
    let cut: Vec<u64> = case.slices["org"].cuts.iter().map(|cut| cut.version).collect();
    assert_eq!(cut.len(), 2, "{cut:?}");
    assert_eq!((lists(0).await, lists(cut[0] - 1).await, lists(cut[0]).await, lists(cut[1]).await), (2, 2, 1, 0));
    for wrong in ["-1", "1x", "2147483648", "1&after=2"] {
        for of in ["lists", "receipts"] {
            let refused = send(&served, &token, "GET", &format!("/api/v1/cases/a/{of}?after={wrong}"), "").await;
            assert_eq!(refused.status, 400, "{of} {wrong}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_says_that_it_is_a_drills() {
    let (served, _, token) = drill().await;
    served.open("a", "A case", "2009-03-25", "2009-03-28", &["conficker-a"]).await;
    let client = served.sign_in().await;
    for path in ["/", "/case/a", "/parties", "/case/a/slice/org", "/account", "/no-such-page", "/case/none"] {
        let page = client.get(path).await;
        assert!(
            page.body.contains("<strong>DRILL</strong>") && page.body.contains("<title>DRILL: "),
            "{path}: {page:?}"
        );
    }
    for path in ["/public/rules", "/sign-in", "/public/look-up"] {
        let page = served.get(path, &[("Accept", "text/html")]).await;
        assert!(page.body.contains("<strong>DRILL</strong>"), "{path}: {page:?}");
    }
    // Files and answers for programs stay what they are.
    let file = client.get("/case/a/slice/org/names.txt").await;
    assert!(!file.body.contains("DRILL"), "{file:?}");
    let clock = send(&served, &token, "GET", "/api/v1/drill/clock", "").await;
    assert_eq!(clock.body, "{\"now\":\"2009-03-20T12:00:00Z\",\"jobs\":0}");
    let real = Served::start().await;
    assert!(!real.sign_in().await.get("/").await.body.contains("DRILL"));
}

#[tokio::test(flavor = "multi_thread")]
async fn its_addresses_are_for_programs_of_those_who_run_it_and_on_no_other_hub() {
    let (served, drill, token) = drill().await;
    served.desk.keep_party(registry(), None, now()).await.unwrap();
    let body = "{\"party\":\"registry-org\",\"name\":\"Ada\"}";
    let added = send(&served, &token, "POST", "/api/v1/drill/people", body).await;
    assert_eq!(added.status, 201, "{added:?}");
    let theirs = added.between("\"token\":\"", "\"").to_owned();
    let to = "{\"to\":\"2009-03-21T00:00:00Z\"}";
    assert_eq!(send(&served, &theirs, "PUT", "/api/v1/drill/clock", to).await.status, 404);
    assert_eq!(
        served.send("PUT", "/api/v1/drill/clock", &[("Accept", "application/json")], to.as_bytes()).await.status / 100,
        4
    );
    let client = served.sign_in().await;
    let by_page = served.send("PUT", "/api/v1/drill/clock", &[("Cookie", &client.cookie)], to.as_bytes()).await;
    assert_eq!(by_page.status, 403, "{by_page:?}");
    assert_eq!(drill.now(), now());
    let real = Served::start().await;
    let (_, token) = real.desk.add_drill_person(None, &parsed("somebody"), now()).await.unwrap();
    assert_eq!(send(&real, &token.to_string(), "GET", "/api/v1/drill/clock", "").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn stores_of_drills_and_real_ones_are_not_taken_for_each_other() {
    let (served, drill, _) = drill().await;
    let real = Settings::new(parsed("127.0.0.1:0"));
    let refused = Console::bind(served.desk.clone(), real).await.unwrap_err().to_string();
    assert!(refused.contains("that of a drill"), "{refused}");
    // A drill goes on where it was, and not before.
    drop(drill);
    let again = Drill::begin(served.desk.clone(), parsed("2009-03-01T00:00:00Z")).await.unwrap();
    assert_eq!(again.now(), now());
    let real = Served::start().await;
    real.desk.keep_party(registry(), None, now()).await.unwrap();
    let refused = Drill::begin(real.desk.clone(), now()).await.unwrap_err().to_string();
    assert!(refused.contains("a drill needs a store of its own"), "{refused}");
    assert_eq!(real.desk.drill_time().await.unwrap(), None);
}

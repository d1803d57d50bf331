// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The docket by the API: what waits, rulings over exactly what was seen, appeals, alarms.

use forestall_coord::command::list_digest;
use forestall_model::{CaseRole, DomainName, Standing};
use forestall_testkit::parsed;
use serde_json::{Value, json};

use crate::accounts::{bearer, person};
use crate::api::{Program, operator, pointers, problem, registry};
use crate::console::{Served, now};
use crate::docket::case;

const DOCKET: &str = "/api/v1/cases/a/docket";
const RULINGS: &str = "/api/v1/cases/a/rulings";

fn names(docket: &Value) -> Vec<DomainName> {
    let items = docket["items"].as_array().expect("names");
    items.iter().map(|item| parsed(item["name"].as_str().expect("a name"))).collect()
}

#[tokio::test]
async fn what_waits_is_what_the_page_shows_and_is_on_record_when_it_leaves() {
    let served = Served::start().await;
    let held = case(&served, false).await;
    let program = operator(&served).await;
    let reply = program.get(DOCKET).await;
    let tag = reply.header("etag").to_owned();
    let all: Value = serde_json::from_str(&reply.body).expect("JSON");
    let page: Value =
        serde_json::from_str(&served.sign_in().await.get_json("/case/a/docket").await.body).expect("JSON");
    let of_page: Vec<&str> =
        page["names"].as_array().expect("names").iter().map(|row| row["name"].as_str().expect("a name")).collect();
    assert_eq!(names(&all).iter().map(|name| name.as_str()).collect::<Vec<_>>(), of_page);
    assert_eq!(all["digest"], list_digest(&held).to_string());
    let first = &all["items"][0];
    assert_eq!(
        (&first["class"], &first["name_servers"]),
        (&"registered-malicious".into(), &json!(["ns1.holder.example"]))
    );
    let items = all["items"].as_array().expect("names");
    let human = items
        .iter()
        .filter(|item| item["band"] == "human" && item["name"].as_str().is_some_and(|n| n.ends_with(".com")));
    let human = human.count();
    assert!(human > 0, "{all}");
    for (query, count) in [("slice=net", 3), ("slice=org", 0), ("band=no-holder", 0), ("slice=com&band=human", human)] {
        assert_eq!(names(&program.json(&format!("{DOCKET}?{query}")).await).len(), count, "{query}");
    }
    problem(&program.get(&format!("{DOCKET}?band=loud")).await, 400, "malformed");
    let before = served.desk.disclosures(None, 100).await.expect("the record");
    assert_eq!(before.iter().map(|row| row.count).max(), Some(6));
    let known = program.send("GET", DOCKET, &[("If-None-Match", &tag)], None).await;
    assert_eq!(
        (known.status, served.desk.disclosures(None, 100).await.expect("the record").len()),
        (304, before.len())
    );
}

#[tokio::test]
async fn a_ruling_is_about_the_list_that_was_seen_and_over_what_was_seen() {
    let served = Served::start().await;
    case(&served, true).await;
    let program = operator(&served).await;
    let reply = program.get(&format!("{DOCKET}?slice=com")).await;
    let tag = reply.header("etag").to_owned();
    let docket: Value = serde_json::from_str(&reply.body).expect("JSON");
    let listed = names(&docket);
    let rule = |names: &[DomainName], second: Option<&str>| {
        json!({"names": names, "digest": docket["digest"], "ruling": "watch", "reason": "A shop, it seems.",
            "evidence": "The site, today.", "second": second})
    };
    let other = problem(&program.post(RULINGS, rule(&listed[1..], Some("Bob"))).await, 422, "refused");
    assert_eq!(pointers(&other), ["/digest"]);
    let alone = problem(&program.post(RULINGS, rule(&listed, None)).await, 422, "refused");
    assert_eq!(pointers(&alone), ["/second"]);
    let stale = program.send("POST", RULINGS, &[("If-Match", "\"v1-x\"")], Some(&rule(&listed, Some("Bob")))).await;
    problem(&stale, 412, "stale");
    let done = program.send("POST", RULINGS, &[("If-Match", &tag)], Some(&rule(&listed, Some("Bob")))).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert_eq!(names(&program.json(DOCKET).await).len(), 3, "those of net wait still");
    let again = program.send("POST", RULINGS, &[("If-Match", &tag)], Some(&rule(&listed, Some("Bob")))).await;
    problem(&again, 412, "stale");
}

#[tokio::test]
async fn a_holder_appeals_and_is_answered() {
    let served = Served::start().await;
    let held = case(&served, false).await;
    let program = operator(&served).await;
    let (appeals, settle) = ("/api/v1/cases/a/appeals", "/api/v1/cases/a/appeals/settle");
    let appeal = json!({"name": held[0], "contact": "A shop, +1 555 0100", "hours": 2});
    let long = json!({"name": held[0], "contact": "A shop", "hours": 3_000});
    assert_eq!(pointers(&problem(&program.post(appeals, long).await, 422, "refused")), ["/hours"]);
    program.act(appeals, appeal.clone()).await;
    problem(&program.post(appeals, appeal).await, 422, "refused");
    let alarms = program.json("/api/v1/cases/a/alarms").await;
    let kinds: Vec<&str> = alarms["items"]
        .as_array()
        .expect("alarms")
        .iter()
        .map(|alarm| alarm["kind"].as_str().expect("a kind"))
        .collect();
    assert!(kinds.contains(&"appeal-due"), "{alarms}");
    let log = program.get("/api/v1/cases/a/events").await;
    assert!(!log.body.contains("555 0100"), "who appeals stands outside the log");
    program.act(settle, json!({"name": held[0], "upheld": true, "reason": "It is a shop."})).await;
    problem(&program.post(settle, json!({"name": held[0], "upheld": true, "reason": "Again."})).await, 422, "refused");
    assert!(!names(&program.json(DOCKET).await).contains(&held[0]));
    problem(&program.post("/api/v1/cases/a/undo", json!({"names": [held[1]], "reason": "No."})).await, 422, "refused");
}

#[tokio::test]
async fn whoever_does_not_lead_decides_nothing_and_a_registry_sees_nothing_of_it() {
    let served = Served::start().await;
    let held = case(&served, false).await;
    let own = registry(&served).await;
    served.desk.import_parties("id,kind,name,tlds\ncert-xx,cert,CERT XX,\n", now()).await.expect("a party");
    let who = person(&served, "reader@cert.example", Some("cert-xx"), Standing::Member).await;
    served.desk.set_role(&parsed("a"), &who.id, Some(CaseRole::Reader)).await.expect("a role");
    let reader = Program { served: &served, token: bearer(&served, &who.id, "read,answer,coordinate").await };
    assert_eq!(names(&reader.json(DOCKET).await).len(), 6);
    let rule = json!({"names": [held[0]], "digest": list_digest(&held[..1]).to_string(), "ruling": "watch", "reason": "x", "evidence": "y"});
    for (path, body) in [
        (RULINGS, rule),
        ("/api/v1/cases/a/appeals", json!({"name": held[0], "contact": "x"})),
        ("/api/v1/cases/a/appeals/settle", json!({"name": held[0], "upheld": true, "reason": "x"})),
        ("/api/v1/cases/a/undo", json!({"names": [held[0]], "reason": "x"})),
        ("/api/v1/cases/a/playbooks", json!({"name": "date-based-dga-worm"})),
    ] {
        problem(&reader.post(path, body.clone()).await, 404, "not-found");
        problem(&own.post(path, body).await, 404, "not-found");
    }
    for path in [DOCKET, "/api/v1/cases/a/alarms"] {
        problem(&own.get(path).await, 404, "not-found");
    }
}

#[tokio::test]
async fn a_playbook_becomes_tasks_once_and_parties_come_from_a_file() {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    let program = operator(&served).await;
    let playbook = program.json("/api/v1/playbooks").await["items"][0].clone();
    let (lay, body) = ("/api/v1/cases/a/playbooks", json!({"name": playbook["name"]}));
    let tag = program.get("/api/v1/cases/a").await.header("etag").to_owned();
    let laid = program.send("POST", lay, &[("If-Match", &tag)], Some(&body)).await;
    let laid: Value = serde_json::from_str(&laid.body).expect("JSON");
    let steps = playbook["steps"].as_array().expect("steps").len();
    assert_eq!(laid["events"].as_array().map(Vec::len), Some(steps), "{laid}");
    assert_eq!(program.json("/api/v1/cases/a/tasks").await["items"].as_array().map(Vec::len), Some(steps));
    problem(&program.send("POST", lay, &[("If-Match", &tag)], Some(&body)).await, 412, "stale");
    problem(&program.post(lay, json!({"name": "none"})).await, 422, "refused");

    let import = async |text: &str, media: &str| {
        let headers = [("Authorization", program.token.as_str()), ("Content-Type", media)];
        served.send("POST", "/api/v1/import/parties", &headers, text.as_bytes()).await
    };
    let table = "id,kind,name,tlds\nreg-com,registry,The registry of com,com\ncert-xx,cert,CERT XX,\n";
    let done = import(table, "text/plain; charset=utf-8").await;
    assert_eq!(done.body, r#"{"added":2,"replaced":0,"unchanged":0}"#);
    assert_eq!(import(table, "text/plain").await.body, r#"{"added":0,"replaced":0,"unchanged":2}"#);
    problem(&import("id,kind,name\nx,pub,X\n", "text/plain").await, 422, "refused");
    problem(&import("", "text/plain").await, 422, "refused");
    problem(&import(table, "application/json").await, 415, "unsupported-media-type");
    assert_eq!(program.json("/api/v1/parties").await["items"].as_array().map(Vec::len), Some(2));
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Batches of commands over EPP on the console and over the API: laid before people, approved by two who are signed in, stopped, and shown with what
//! a dry run found out.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

use forestall_coord::epp::{Batch, Changed, Entry, Ground, Outcome, Record, transaction};
use forestall_model::epp::Operation;
use forestall_model::{Action, CaseRole, Digest, Standing};
use forestall_store::EppRehearsed;
use forestall_testkit::parsed;
use serde_json::{Value, json};

use crate::accounts::{bearer, person};
use crate::api::{Program, operator, pointers, problem};
use crate::console::{Reply, Served, now};
use crate::docket::listed;

/// Returns a batch that creates some names of the case `a`.
pub(crate) async fn batch(served: &Served) -> Batch {
    let file = served.desk.file(&parsed("a")).await.unwrap();
    let entry = |name: &forestall_model::DomainName| Entry {
        name: name.clone(),
        action: Action::RegisterSinkhole,
        operation: Operation::Create {
            servers: vec!["ns1.sink.example".to_owned()],
            registrant: None,
            contacts: Vec::new(),
            years: 1,
        },
        ground: Ground::Free,
        needed_until: Some(parsed("2009-03-25T00:00:00Z")),
    };
    let entries = listed(served, &file, "com", 0, "2009-03-21").iter().take(3).map(entry).collect();
    Batch { account: "verisign".to_owned(), case: parsed("a"), tld: parsed("com"), planned: now(), entries }
}

/// Keeps what a dry run would have found out.
pub(crate) async fn rehearse(served: &Served, batch: &Batch) {
    let changed = |what: &str, before: &str, after: &str| Changed {
        what: what.to_owned(),
        before: before.to_owned(),
        after: after.to_owned(),
    };
    let row = |position: u32, words: &str, changes: Vec<Changed>| EppRehearsed {
        position,
        at: now(),
        words: words.to_owned(),
        changes,
    };
    let rows = vec![
        row(
            0,
            "would be sent, for 10.00 USD",
            vec![
                changed("registration", "not registered", "registered for 1 y"),
                changed("name servers", "none", "ns1.sink.example"),
            ],
        ),
        row(1, "refused, without a frame: it exists already, and \"registrar-b\" sponsors it", Vec::new()),
    ];
    served.desk.store().rehearse_epp(batch.digest(), rows).await.unwrap();
}

async fn propose(program: &Program<'_>, batch: &Batch, query: &str) -> Reply {
    let headers = [("Authorization", program.token.as_str()), ("Content-Type", "text/plain")];
    let address = format!("/api/v1/epp/batches{query}");
    program.served.send("POST", &address, &headers, batch.text().as_bytes()).await
}

async fn coordinator<'a>(served: &'a Served, mail: &str, case: &str) -> Program<'a> {
    served.desk.import_parties("id,kind,name,tlds\ncert-xx,cert,CERT XX,\n", now()).await.unwrap();
    let who = person(served, mail, Some("cert-xx"), Standing::Member).await;
    served.desk.set_role(&parsed(case), &who.id, Some(CaseRole::Coordinator)).await.unwrap();
    Program { served, token: bearer(served, &who.id, "read,coordinate").await }
}

/// The decisions of the case about batches, as texts.
async fn decisions(served: &Served) -> Vec<String> {
    let file = served.desk.file(&parsed("a")).await.unwrap();
    file.case.decisions.iter().map(|decision| format!("{}: {}", decision.title, decision.ground)).collect()
}

#[tokio::test]
async fn two_people_who_are_signed_in_approve_a_batch() {
    let served = Served::start().await;
    served.open_case("a", "A case").await;
    let batch = batch(&served).await;
    let (digest, count) = (batch.digest(), batch.entries.len());
    let (ada, eve) = (operator(&served).await, coordinator(&served, "eve@cert.example", "a").await);

    let proposed = propose(&ada, &batch, "?approval_days=3&signed_in_only=true").await;
    assert_eq!(proposed.status, 201, "{}", proposed.body);
    assert_eq!(propose(&eve, &batch, "?approval_days=9").await.status, 200, "its terms stay");
    let listed = ada.json("/api/v1/epp/batches").await;
    let first = &listed["items"][0];
    assert_eq!((&first["approval_days"], &first["signed_in_only"]), (&json!(3), &json!(true)), "{listed}");
    assert_eq!((&first["approved"], &first["open"]), (&json!(false), &json!(count)));

    let page = format!("/epp/batch/{digest}");
    let shown = served.get(&page, &[("Authorization", &ada.token), ("Accept", "text/html")]).await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    assert_eq!(shown.between("id=\"digest\">", "<"), digest.to_string());
    assert!(shown.body.contains("waits for two people") && shown.body.contains("not looked at"), "{}", shown.body);

    // Over another count or digest than the page showed, nothing is approved, nor without having looked.
    let give = async |token: &str, count: &str, digest: &str, seen: &str| {
        let fields = [("commands", count), ("sha256", digest), ("seen", seen)];
        served.post(&format!("{page}/approve"), &[("Authorization", token)], &fields).await
    };
    let (text, hash) = (count.to_string(), digest.to_string());
    let (other, zeros) = ((count + 1).to_string(), "0".repeat(64));
    for (count, digest, seen) in [(&other, &hash, "yes"), (&text, &zeros, "yes"), (&text, &hash, "")] {
        assert_eq!(give(&ada.token, count, digest, seen).await.status, 422);
    }
    assert_eq!(give(&ada.token, &text, &hash, "yes").await.status, 303);
    assert_eq!(give(&ada.token, &text, &hash, "yes").await.status, 303, "again");
    assert_eq!(decisions(&served).await, Vec::<String>::new(), "one person is one");

    // Whoever signed in by a link proved nothing of who they are.
    let linked = served.sign_in().await;
    let by_link =
        linked.post(&format!("{page}/approve"), &[("commands", &text), ("sha256", &hash), ("seen", "yes")]).await;
    assert!(by_link.status == 403 && by_link.body.contains("an account of their own"), "{}", by_link.body);
    assert!(linked.get(&page).await.body.contains("id=\"no-account\""));

    let address = format!("/api/v1/epp/batches/{digest}/approvals");
    let wrong = problem(&eve.post(&address, json!({ "commands": count, "sha256": zeros })).await, 422, "refused");
    assert_eq!(pointers(&wrong), ["/sha256"]);
    let wrong = problem(&eve.post(&address, json!({ "commands": 1, "sha256": hash })).await, 422, "refused");
    assert_eq!(pointers(&wrong), ["/commands"]);
    let approved = eve.act(&address, json!({ "commands": count, "sha256": hash })).await;
    assert_eq!(approved["approved"], json!(true), "{approved}");
    let people: Vec<&Value> = approved["approvals"].as_array().unwrap().iter().map(|given| &given["by"]).collect();
    assert_eq!(people, [&json!("ada@hub.example"), &json!("eve@cert.example")]);
    assert!(approved["approvals"].as_array().unwrap().iter().all(|given| given["signed_in"] == json!(true)));
    let decided = decisions(&served).await;
    let says = format!(
        "3 EPP commands for com over the account verisign approved: two people saw the count and SHA-256 {digest}"
    );
    assert!(decided.len() == 1 && decided[0].starts_with(&says), "{decided:?}");
    assert!(decided[0].ends_with("one signed in, one signed in"), "{decided:?}");
    let shown = served.get(&page, &[("Authorization", &ada.token), ("Accept", "text/html")]).await;
    assert_eq!(shown.between("id=\"batch-state\">", "<"), "approved");
    assert!(shown.body.contains("You approved it."), "{}", shown.body);
}

#[tokio::test]
async fn what_is_not_a_batch_or_not_of_a_case_that_one_leads_is_refused() {
    let served = Served::start().await;
    served.open_case("a", "A case").await;
    served.open("b", "Another", "2009-03-15", "2009-03-25", &["conficker-a"]).await;
    let batch = batch(&served).await;
    let (ada, other) = (operator(&served).await, coordinator(&served, "eve@cert.example", "b").await);
    let headers = [("Authorization", ada.token.as_str()), ("Content-Type", "text/plain")];
    for text in
        ["", "x", &batch.text().replace("\"years\":1", "\"years\": 1"), &batch.text().replace("ns1.sink", "NS1.sink")]
    {
        let reply = served.send("POST", "/api/v1/epp/batches", &headers, text.as_bytes()).await;
        problem(&reply, 422, "refused");
    }
    problem(&propose(&other, &batch, "").await, 422, "refused");
    assert_eq!(propose(&ada, &batch, "").await.status, 201);
    let digest = batch.digest();
    for path in
        [format!("/epp/batch/{digest}"), format!("/epp/batch/{digest}/text"), format!("/api/v1/epp/batches/{digest}")]
    {
        assert_eq!(other.get(&path).await.status, 404, "{path}");
        assert_eq!(ada.get(&path).await.status, 200, "{path}");
    }
    let approve = json!({ "commands": batch.entries.len(), "sha256": digest });
    assert_eq!(other.post(&format!("/api/v1/epp/batches/{digest}/approvals"), approve).await.status, 404);
    assert!(!other.get("/api/v1/epp/batches").await.body.contains(&digest.to_string()));
    let missing = Digest([7; 32]);
    problem(&ada.get(&format!("/api/v1/epp/batches/{missing}")).await, 404, "not-found");
    problem(&ada.get("/api/v1/epp/batches/x").await, 404, "not-found");
    // What left stands in the record, and the text is the one whose digest people approve.
    let text = ada.get(&format!("/epp/batch/{digest}/text")).await;
    assert_eq!(Digest::of(&text.octets), digest);
    let record = served.desk.disclosures(None, 10).await.unwrap();
    assert!(record.iter().any(|entry| entry.what == "commands over EPP for names of .com" && entry.count == 3));
    // By a form of the page.
    let client = served.sign_in().await;
    let again = client.upload("/epp/propose", &[("days", "7")], batch.text().as_bytes()).await;
    assert_eq!(
        (again.status, again.header("location")),
        (303, format!("/epp/batch/{digest}?done=known#recorded").as_str())
    );
    let broken = client.upload("/epp/propose", &[("days", "7")], b"nothing").await;
    assert!(broken.status == 422 && broken.body.contains("line 1 of the batch cannot be read"), "{}", broken.body);
}

#[tokio::test]
async fn whoever_leads_a_case_stops_everything_and_who_runs_it_lets_it_go_on() {
    let served = Served::start().await;
    served.open_case("a", "A case").await;
    let (ada, eve) = (operator(&served).await, coordinator(&served, "eve@cert.example", "a").await);
    let reader = person(&served, "reader@cert.example", Some("cert-xx"), Standing::Member).await;
    let reader = Program { served: &served, token: bearer(&served, &reader.id, "read,coordinate").await };
    assert_eq!(ada.json("/api/v1/epp/stop").await, json!({ "stopped": null }));
    assert_eq!(reader.post("/api/v1/epp/stop", json!({ "reason": "x" })).await.status, 404);
    problem(&eve.post("/api/v1/epp/stop", json!({ "reason": " " })).await, 422, "refused");
    let stopped = eve.act("/api/v1/epp/stop", json!({ "reason": "the wrong list" })).await;
    assert_eq!(stopped["stopped"]["by"], json!("eve@cert.example"), "{stopped}");
    let page = served.get("/epp", &[("Authorization", &eve.token), ("Accept", "text/html")]).await;
    assert!(page.body.contains("Everything is stopped") && page.body.contains("the wrong list"), "{}", page.body);
    assert!(!page.body.contains("form-go"), "who leads a case does not let it go on");
    assert_eq!(eve.send("DELETE", "/api/v1/epp/stop", &[], None).await.status, 404);
    assert_eq!(eve.served.post("/epp/go", &[("Authorization", &eve.token)], &[]).await.status, 404);
    let client = served.sign_in().await;
    assert_eq!(client.post("/epp/go", &[]).await.header("location"), "/epp?done=going#recorded");
    assert_eq!(served.desk.store().epp_stop().await.unwrap(), None);
    assert_eq!(client.post("/epp/stop", &[("reason", "")]).await.status, 422);
    assert_eq!(client.post("/epp/stop", &[("reason", "no reason")]).await.status, 303);
    assert_eq!(ada.send("DELETE", "/api/v1/epp/stop", &[], None).await.status, 204);
    assert_eq!(served.desk.store().epp_stop().await.unwrap(), None);
}

#[tokio::test]
async fn a_batch_shows_what_would_change_and_what_came_of_it() {
    let served = Served::start().await;
    served.open_case("a", "A case").await;
    let batch = batch(&served).await;
    let ada = operator(&served).await;
    propose(&ada, &batch, "").await;
    rehearse(&served, &batch).await;
    let digest = batch.digest();
    let record = Record {
        id: transaction(digest, 0, "create", 1),
        batch: digest,
        position: 0,
        attempt: 1,
        name: batch.entries[0].name.clone(),
        command: "create".to_owned(),
        sent: Some(now()),
        ended: None,
        outcome: None,
        code: None,
        theirs: None,
        text: String::new(),
        created: None,
    };
    assert!(served.desk.store().begin_epp("verisign", &record, 10).await.unwrap());
    let page = async || {
        let headers = [("Authorization", ada.token.as_str()), ("Accept", "text/html")];
        served.get(&format!("/epp/batch/{digest}"), &headers).await
    };
    let shown = page().await;
    assert_eq!(shown.between("id=\"batch-state\">", "<"), "in doubt");
    assert!(shown.body.contains("would be sent, for 10.00 USD"), "{}", shown.body);
    assert!(shown.body.contains("<del>none</del> <ins>ns1.sink.example</ins>"), "{}", shown.body);
    assert!(
        shown.body.contains("refused, without a frame: it exists already, and &#34;registrar-b&#34;"),
        "{}",
        shown.body
    );
    let done = Record {
        ended: Some(now()),
        outcome: Some(Outcome::Done),
        code: Some(1000),
        text: "done".to_owned(),
        ..record
    };
    assert!(served.desk.store().end_epp(&done).await.unwrap());
    let shown = page().await;
    assert_eq!(shown.between("id=\"batch-state\">", "<"), "under way");
    let object = ada.json(&format!("/api/v1/epp/batches/{digest}")).await;
    assert_eq!(object["commands"][0]["came"]["outcome"], json!("done"), "{object}");
    assert_eq!(object["commands"][0]["rehearsed"]["changes"][1]["after"], json!("ns1.sink.example"));
    assert_eq!(object["commands"][2]["rehearsed"], json!(null));
    assert_eq!(object["batch"]["outcomes"], json!([{ "outcome": "done", "commands": 1 }]));
    assert_eq!(object["text"], json!(batch.text()));
    let journal = ada.json("/api/v1/epp/journal?account=verisign").await;
    assert_eq!((&journal["items"][0]["code"], &journal["next"]), (&json!(1000), &json!(null)), "{journal}");
    assert_eq!(ada.json("/api/v1/epp/journal?account=other").await["items"], json!([]));
    problem(&ada.get("/api/v1/epp/journal").await, 400, "malformed");
    let shown = ada.get("/epp/journal").await;
    assert!(shown.body.contains(&done.id) && shown.body.contains(batch.entries[0].name.as_str()), "{}", shown.body);
}

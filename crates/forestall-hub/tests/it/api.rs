// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The REST API over HTTP: who gets in, what each answer holds, and what is done once or not at all.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

use std::collections::{BTreeMap, BTreeSet};

use forestall_api::problem::KINDS;
use forestall_api::route::{self, ALL, BASE, Method, Route};
use forestall_hub::server::Allowance;
use forestall_model::{CaseRole, Standing};
use forestall_testkit::parsed;
use serde_json::{Value, json};

use crate::accounts::{bearer, person};
use crate::console::{Reply, Served, act, now};

/// A client with a token.
pub(crate) struct Program<'a> {
    pub(crate) served: &'a Served,
    pub(crate) token: String,
}

impl Program<'_> {
    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], None).await
    }

    pub(crate) async fn json(&self, path: &str) -> Value {
        let reply = self.get(path).await;
        assert_eq!((reply.status, reply.header("content-type")), (200, "application/json"), "{path} {}", reply.body);
        serde_json::from_str(&reply.body).unwrap()
    }

    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Reply {
        let mut all = vec![("Authorization", self.token.as_str())];
        all.extend(headers);
        let text = body.map(Value::to_string).unwrap_or_default();
        if body.is_some() {
            all.push(("Content-Type", "application/json"));
        }
        self.served.send(method, path, &all, text.as_bytes()).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.send("POST", path, &[], Some(&body)).await
    }

    /// Sends something that is recorded, and returns the answer.
    pub(crate) async fn act(&self, path: &str, body: Value) -> Value {
        let reply = self.post(path, body).await;
        assert!((200..300).contains(&reply.status), "{path} {}", reply.body);
        serde_json::from_str(&reply.body).unwrap()
    }
}

/// Signs an operator's program in.
pub(crate) async fn operator(served: &Served) -> Program<'_> {
    let who = person(served, "ada@hub.example", None, Standing::Operator).await;
    Program { served, token: bearer(served, &who.id, "read,answer,coordinate,admin").await }
}

/// Signs the program of the registry of `com` in.
pub(crate) async fn registry(served: &Served) -> Program<'_> {
    served.desk.import_parties("id,kind,name,tlds\nreg-com,registry,The registry of com,com\n", now()).await.unwrap();
    let who = person(served, "desk@com.example", Some("reg-com"), Standing::Member).await;
    Program { served, token: bearer(served, &who.id, "read,answer").await }
}

/// Reads a problem document and checks its parts.
#[track_caller]
pub(crate) fn problem(reply: &Reply, status: u16, kind: &str) -> Value {
    assert_eq!((reply.status, reply.header("content-type")), (status, "application/problem+json"), "{}", reply.body);
    let document: Value = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(document["type"], format!("/problems/{kind}"), "{document}");
    assert_eq!(document["status"], status, "{document}");
    assert!(document["detail"].as_str().is_some_and(|text| !text.is_empty()), "{document}");
    document
}

#[track_caller]
pub(crate) fn pointers(document: &Value) -> Vec<&str> {
    let errors = document["errors"].as_array().unwrap();
    errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect()
}

async fn document(served: &Served) -> Value {
    let reply = served.get(&route::openapi(), &[]).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    serde_json::from_str(&reply.body).unwrap()
}

#[tokio::test]
async fn every_route_stands_in_the_document_and_the_reverse() {
    let served = Served::start().await;
    let document = document(&served).await;
    let mut described = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let methods = item.as_object().unwrap().keys().map(|method| method.to_uppercase());
        described.extend(methods.map(|method| (path.clone(), method)));
    }
    let routes: BTreeSet<_> =
        ALL.iter().map(|route| (route.template.to_owned(), route.method.name().to_owned())).collect();
    assert_eq!(described, routes);
    // The router has them: none is answered as an address is that does not exist, or a method that it does not take.
    let program = operator(&served).await;
    served.open_case("a", "A case of the test").await;
    for route in ALL {
        let reply = program.send(route.method.name(), &filled(route), &[], None).await;
        assert_ne!(reply.status, 405, "{route:?}");
        assert!(!reply.body.contains("there is no such page"), "{route:?} {}", reply.body);
    }
}

/// Fills the address of a route.
fn filled(route: &Route) -> String {
    let path = route.template.replace("{id}", "a").replace("{tld}", "com").replace("{party}", "reg-x");
    let path = path.replace("{zone}", "x.rpz").replace("{subscriber}", "x").replace("{batch}", &"0".repeat(64));
    let path = path.replace("{number}", "1").replace("{version}", "1").replace("{paper}", "brief.txt");
    let query = match route.template {
        route::CONSISTENCY_AT => "?old=1",
        route::EPP_JOURNAL_AT => "?account=x",
        route::PUBLISH_AT | route::PUBLISH_SLICE_AT => "?as=plain",
        _ => "",
    };
    format!("{BASE}{path}{query}")
}

#[tokio::test]
async fn the_document_is_the_one_that_was_reviewed() {
    let served = Served::start().await;
    let text = format!("{:#}\n", document(&served).await);
    let golden = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden/openapi.json");
    if std::env::var_os("FORESTALL_WRITE_GOLDEN").is_some() {
        std::fs::write(&golden, &text).unwrap();
    }
    let reviewed = std::fs::read_to_string(&golden).unwrap_or_default();
    assert!(text == reviewed, "the document has changed: review it, and write it with FORESTALL_WRITE_GOLDEN=1");
}

#[tokio::test]
async fn the_document_says_all_that_it_refers_to() {
    let served = Served::start().await;
    let document = document(&served).await;
    let mut waiting = vec![&document];
    let mut found = 0;
    while let Some(value) = waiting.pop() {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(to)) = members.get("$ref") {
                    let pointer = to.strip_prefix('#').expect("a place in the document");
                    assert!(document.pointer(pointer).is_some(), "{to} is nowhere");
                    found += 1;
                }
                waiting.extend(members.values());
            }
            Value::Array(values) => waiting.extend(values),
            _ => {}
        }
    }
    assert!(found > 100, "{found}");
}

#[tokio::test]
async fn the_documentation_lists_every_endpoint_and_every_kind_of_problem() {
    let text = include_str!("../../../../docs/api.md");
    for route in ALL {
        let row = format!("| `{} {}` | {} |", route.method.name(), route.template, route.purpose);
        assert!(text.contains(&row), "docs/api.md lacks the row\n{row}");
    }
    for kind in KINDS {
        let row = format!("| `{}` | {} | {} |", kind.reference(), kind.status, kind.meaning);
        assert!(text.contains(&row), "docs/api.md lacks the row\n{row}");
    }
}

#[tokio::test]
async fn words_of_the_api_are_those_of_the_case() {
    use forestall_api::words as api;
    use forestall_coord::event::{CaseKind, TaskState};
    use forestall_coord::order::Aim;
    macro_rules! same {
        ($($api:ty, $own:ty);+) => {$(
            let (api, own): (Vec<&str>, Vec<&str>) =
                (<$api>::ALL.iter().map(|w| w.word()).collect(), <$own>::ALL.iter().map(|w| w.word()).collect());
            assert_eq!(api, own);
        )+};
    }
    same! {
        api::Level, forestall_coord::Level; api::Standing, forestall_coord::Standing; api::Phase, forestall_coord::Phase;
        api::Timing, forestall_coord::Timing; api::CaseKind, CaseKind; api::TaskState, TaskState; api::Aim, Aim;
        forestall_api::alarms::AlarmKind, forestall_coord::alarms::AlarmKind
    }
}

#[tokio::test]
async fn whoever_is_not_known_is_told_how_to_become_known() {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    for headers in [vec![], vec![("Authorization", "Bearer 00")], vec![("Authorization", "Basic YTpi")]] {
        for path in ["/api/v1/me", "/api/v1/cases/a", "/api/v1/nothing", "/api/v2/me"] {
            let mut headers = headers.clone();
            headers.push(("Accept", "text/html"));
            let reply = served.get(path, &headers).await;
            problem(&reply, 401, "unauthenticated");
            assert_eq!(reply.header("www-authenticate"), "Bearer");
        }
    }
    let client = served.sign_in().await;
    let reply = client.get("/api/v1/me").await;
    assert_eq!(reply.status, 200, "a session of a browser reads: {}", reply.body);
    let headers = [("Cookie", client.cookie.as_str()), ("Content-Type", "application/json")];
    let reply = served.send("POST", "/api/v1/cases/a/notes", &headers, br#"{"text":"x"}"#).await;
    problem(&reply, 403, "forbidden");
    assert_eq!(served.desk.log(None, 0, 10).await.unwrap().len(), 1, "and changes nothing");
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_a_problem_document() {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    let program = operator(&served).await;
    let ask = "/api/v1/cases/a/slices/com/request";
    problem(&program.get("/api/v1/nothing").await, 404, "not-found");
    problem(&program.get("/api/v1/cases/none").await, 404, "not-found");
    problem(&program.get("/api/v1/cases/a/gaps?days=0").await, 400, "malformed");
    problem(&program.get("/api/v1/cases/a/gaps?weeks=1").await, 400, "malformed");
    problem(&program.get("/api/v1/cases/a/gaps?days=1&days=2").await, 400, "malformed");
    let reply = program.send("DELETE", "/api/v1/cases/a", &[], None).await;
    problem(&reply, 405, "method-not-allowed");
    assert!(reply.header("allow").contains("GET"), "{:?}", reply.headers);
    let unknown = problem(&program.post(ask, json!({"action": "reserve", "fast": true})).await, 400, "malformed");
    assert_eq!(pointers(&unknown), ["/fast"]);
    let word = problem(&program.post(ask, json!({"action": "destroy"})).await, 400, "malformed");
    assert_eq!(pointers(&word), ["/action"]);
    let outside = json!({"action": "reserve", "days": {"from": "2008-01-01", "until": "2008-01-02"}});
    assert_eq!(pointers(&problem(&program.post(ask, outside).await, 422, "refused")), ["/days"]);
    let reversed = json!({"action": "reserve", "days": {"from": "2009-03-20", "until": "2009-03-19"}});
    assert_eq!(pointers(&problem(&program.post(ask, reversed).await, 422, "refused")), ["/days/until"]);
    let form = [("Authorization", program.token.as_str()), ("Content-Type", "application/x-www-form-urlencoded")];
    problem(&served.send("POST", ask, &form, b"action=reserve").await, 415, "unsupported-media-type");
    let large = format!("{{\"action\":\"reserve\",\"legal_basis\":\"{}\"}}", "x".repeat(1 << 20));
    let headers = [("Authorization", program.token.as_str()), ("Content-Type", "application/json")];
    problem(&served.send("POST", ask, &headers, large.as_bytes()).await, 413, "too-large");
    let broken = served.send("POST", ask, &headers, b"{\"action\":").await;
    problem(&broken, 400, "malformed");
    let another = [("Authorization", program.token.as_str()), ("Host", "evil.example")];
    problem(&served.get("/api/v1/me", &another).await, 421, "misdirected");
    let long = format!("/api/v1/me?{}", "x".repeat(5_000));
    problem(&program.get(&long).await, 414, "address-too-long");
    assert_eq!(served.desk.log(None, 0, 10).await.unwrap().len(), 1, "nothing was recorded");
}

#[tokio::test]
async fn what_is_known_is_not_sent_again_and_what_was_not_seen_is_not_changed() {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    let program = operator(&served).await;
    let first = program.get("/api/v1/cases/a").await;
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with("\"v1-"), "{tag}");
    let known = program.send("GET", "/api/v1/cases/a", &[("If-None-Match", &tag)], None).await;
    assert_eq!((known.status, known.body.as_str(), known.header("etag")), (304, "", tag.as_str()));
    let note = json!({"text": "Something was seen."});
    let stale = program.send("POST", "/api/v1/cases/a/notes", &[("If-Match", "\"v7-x\"")], Some(&note)).await;
    problem(&stale, 412, "stale");
    let weak = program.send("POST", "/api/v1/cases/a/notes", &[("If-Match", &format!("W/{tag}"))], Some(&note)).await;
    problem(&weak, 412, "stale");
    let seen = program.send("POST", "/api/v1/cases/a/notes", &[("If-Match", &tag)], Some(&note)).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    let again = program.send("POST", "/api/v1/cases/a/notes", &[("If-Match", &tag)], Some(&note)).await;
    problem(&again, 412, "stale");
    let changed = program.send("GET", "/api/v1/cases/a", &[("If-None-Match", &tag)], None).await;
    assert_eq!(changed.status, 200);
    // Of many over the same event one is done.
    let tag = changed.header("etag").to_owned();
    let headers = [("If-Match", tag.as_str())];
    let sent = (0..8).map(|_| program.send("POST", "/api/v1/cases/a/notes", &headers, Some(&note)));
    let replies = all(sent).await;
    let done = replies.iter().filter(|reply| reply.status == 200).count();
    assert_eq!(done, 1, "{:?}", replies.iter().map(|reply| reply.status).collect::<Vec<_>>());
    assert_eq!(served.desk.log(None, 0, 10).await.unwrap().len(), 3);
}

/// Waits for all of some answers, which are asked for at the same time.
pub(crate) async fn all(sent: impl Iterator<Item = impl Future<Output = Reply>>) -> Vec<Reply> {
    let mut pending: Vec<_> = sent.map(|one| (Box::pin(one), None)).collect();
    std::future::poll_fn(|context| {
        let mut ready = true;
        for (one, reply) in &mut pending {
            if reply.is_none() {
                match one.as_mut().poll(context) {
                    std::task::Poll::Ready(found) => *reply = Some(found),
                    std::task::Poll::Pending => ready = false,
                }
            }
        }
        if ready { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    pending.into_iter().filter_map(|(_, reply)| reply).collect()
}

#[tokio::test]
async fn a_registry_acts_over_its_own_slice_without_a_look_at_others() {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    let (program, lead) = (registry(&served).await, operator(&served).await);
    let slice = "/api/v1/cases/a/slices/com";
    let tag = program.get(slice).await.header("etag").to_owned();
    assert!(!tag.starts_with("\"v"), "it tells nothing of the case: {tag}");
    // Something happens to another slice: the registry's own is what it was.
    lead.act("/api/v1/cases/a/slices/net/request", json!({"action": "reserve"})).await;
    assert_eq!(program.get(slice).await.header("etag"), tag);
    let answer = json!({"action": "reserve", "result": "done"});
    let path = "/api/v1/cases/a/slices/com/answer";
    problem(&program.send("POST", path, &[("If-Match", "\"other\"")], Some(&answer)).await, 412, "stale");
    let done = program.send("POST", path, &[("If-Match", &tag)], Some(&answer)).await;
    assert_eq!(done.status, 200, "{}", done.body);
    let recorded: Value = serde_json::from_str(&done.body).unwrap();
    assert_eq!(recorded["events"][0]["version"], Value::Null, "{recorded}");
    problem(&program.send("POST", path, &[("If-Match", &tag)], Some(&answer)).await, 412, "stale");
    let log = served.desk.log(None, 0, 10).await.unwrap();
    assert!(format!("{:?}", log.last().unwrap().event).contains("The registry of com itself, by the API"));
    for other in ["/api/v1/cases/a", "/api/v1/cases/a/slices", "/api/v1/cases/a/slices/net", "/api/v1/parties"] {
        let hidden = problem(&program.get(other).await, 404, "not-found");
        let absent = problem(&program.get("/api/v1/nothing").await, 404, "not-found");
        assert_eq!(hidden, absent, "{other}");
    }
    let cases = program.json("/api/v1/cases").await;
    assert_eq!(cases["items"][0]["own_slices"], json!(["com"]));
    assert_eq!(cases["items"][0]["whole"], Value::Null);
    let me = program.json("/api/v1/me").await;
    assert_eq!((&me["party"]["id"], &me["scopes"]), (&json!("reg-com"), &json!(["read", "answer"])));
}

#[tokio::test]
async fn a_request_with_a_key_is_done_once() {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    let program = operator(&served).await;
    let (path, note) = ("/api/v1/cases/a/notes", json!({"text": "Once."}));
    let key = [("Idempotency-Key", "note-1")];
    let first = program.send("POST", path, &key, Some(&note)).await;
    assert_eq!((first.status, first.header("idempotency-replayed")), (200, ""), "{}", first.body);
    let again = program.send("POST", path, &key, Some(&note)).await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (200, "true"));
    assert_eq!(
        (again.body.as_str(), again.header("content-type")),
        (first.body.as_str(), first.header("content-type"))
    );
    problem(&program.send("POST", path, &key, Some(&json!({"text": "Twice."}))).await, 422, "key-reused");
    let elsewhere = program.send("POST", "/api/v1/cases/a/tasks", &key, Some(&json!({"title": "Do."}))).await;
    problem(&elsewhere, 422, "key-reused");
    problem(&program.send("POST", path, &[("Idempotency-Key", "a b")], Some(&note)).await, 400, "malformed");
    // A method that changes nothing has no use for a key.
    problem(&program.send("TRACE", path, &key, None).await, 405, "method-not-allowed");
    // A refusal is an answer like others.
    let refused = [("Idempotency-Key", "note-2")];
    for replayed in ["", "true"] {
        let reply = program.send("POST", path, &refused, Some(&json!({"text": " "}))).await;
        problem(&reply, 422, "refused");
        assert_eq!(reply.header("idempotency-replayed"), replayed);
    }
    // Of many at once one is done; the others are told to wait, or get its answer.
    let many = [("Idempotency-Key", "note-3")];
    let replies = all((0..8).map(|_| program.send("POST", path, &many, Some(&note)))).await;
    for reply in &replies {
        if reply.status != 200 {
            problem(reply, 409, "in-progress");
        }
    }
    assert!(replies.iter().any(|reply| reply.status == 200));
    assert_eq!(served.desk.log(None, 0, 10).await.unwrap().len(), 3, "the opening and two notes");
    // Another token has keys of its own.
    let who = person(&served, "grace@hub.example", None, Standing::Operator).await;
    let other = Program { served: &served, token: bearer(&served, &who.id, "read,coordinate").await };
    let reply = other.send("POST", path, &key, Some(&note)).await;
    assert_eq!((reply.status, reply.header("idempotency-replayed")), (200, ""), "{}", reply.body);
}

#[tokio::test]
async fn a_used_key_opens_no_address_and_no_method() {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    served.desk.import_parties("id,kind,name,tlds\ncert-xx,cert,CERT XX,\n", now()).await.unwrap();
    let who = person(&served, "lead@cert.example", Some("cert-xx"), Standing::Member).await;
    served.desk.set_role(&parsed("a"), &who.id, Some(CaseRole::Coordinator)).await.unwrap();
    let program = Program { served: &served, token: bearer(&served, &who.id, "read,coordinate").await };
    let (path, note) = ("/api/v1/cases/a/notes", json!({"text": "Once."}));
    let key = [("Idempotency-Key", "note-1")];
    assert_eq!(program.send("POST", path, &key, Some(&note)).await.status, 200);
    let deleted = program.send("DELETE", path, &key, None).await;
    problem(&deleted, 405, "method-not-allowed");
    assert_eq!(deleted.header("idempotency-replayed"), "");
    // The role is taken back: what the key answered is not for them any more.
    served.desk.set_role(&parsed("a"), &who.id, None).await.unwrap();
    let hidden = program.send("POST", path, &key, Some(&note)).await;
    problem(&hidden, 404, "not-found");
    assert_eq!(hidden.header("idempotency-replayed"), "");
    served.desk.set_role(&parsed("a"), &who.id, Some(CaseRole::Coordinator)).await.unwrap();
    let again = program.send("POST", path, &key, Some(&note)).await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (200, "true"), "{}", again.body);
}

#[tokio::test]
async fn events_are_counted_within_their_case_to_whoever_does_not_see_the_log_of_all() {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    served.open_case("b", "Another case").await;
    served.desk.import_parties("id,kind,name,tlds\ncert-xx,cert,CERT XX,\n", now()).await.unwrap();
    let who = person(&served, "reader@cert.example", Some("cert-xx"), Standing::Member).await;
    served.desk.set_role(&parsed("b"), &who.id, Some(CaseRole::Reader)).await.unwrap();
    let reader = Program { served: &served, token: bearer(&served, &who.id, "read").await };
    let numbers = async |program: &Program<'_>| {
        let event = program.json("/api/v1/cases/b/events").await["items"][0].clone();
        (event["seq"].clone(), event["version"].clone())
    };
    let lead = operator(&served).await;
    assert_eq!(numbers(&lead).await, (json!(2), json!(1)));
    assert_eq!(numbers(&reader).await, (Value::Null, json!(1)));
    for program in [&lead, &reader] {
        for page in ["/case/b/log", "/case/b"] {
            let page = program.get(page).await;
            assert!(page.body.contains("id=\"event-1\"") && !page.body.contains("event-2"), "{}", page.status);
        }
    }
    let all = served.sign_in().await.get("/log").await;
    assert!(all.body.contains("id=\"event-2\"") && all.body.contains("id=\"event-1\""), "{}", all.body);
    // The pages of a long log are told apart by the numbers of the case.
    for number in 0..120 {
        served.desk.note(&parsed("b"), &act(), None, format!("Note {number}.")).await.unwrap();
    }
    let first = reader.get("/case/b/log").await;
    assert!(
        first.body.contains("/case/b/log?before=22\"") && first.body.contains("id=\"event-121\""),
        "{}",
        first.body
    );
    let older = reader.get("/case/b/log?before=22").await;
    assert!(older.body.contains("id=\"event-21\"") && older.body.contains("id=\"event-1\""), "{}", older.body);
    assert!(!older.body.contains("id=\"event-22\"") && !older.body.contains("rel=\"next\""), "{}", older.body);
}

#[tokio::test]
async fn a_token_has_its_allowance() {
    let served = Served::start_with(|settings| settings.allowance = Allowance { burst: 2, per_second: 1 }).await;
    let program = operator(&served).await;
    let first = program.get("/api/v1/me").await;
    assert_eq!((first.status, first.header("ratelimit")), (200, "\"token\";r=1;t=2"));
    assert_eq!(first.header("ratelimit-policy"), "\"token\";q=2;w=2");
    assert_eq!(program.get("/api/v1/nothing").await.status, 404, "what fails counts too");
    let refused = program.get("/api/v1/me").await;
    problem(&refused, 429, "rate-limited");
    assert_eq!((refused.header("retry-after"), refused.header("ratelimit")), ("2", "\"token\";r=0;t=3"));
    let who = person(&served, "grace@hub.example", None, Standing::Operator).await;
    let other = Program { served: &served, token: bearer(&served, &who.id, "read").await };
    assert_eq!(other.get("/api/v1/me").await.status, 200, "another token has its own");
}

#[tokio::test]
async fn names_come_page_by_page_and_each_page_is_on_record() {
    let served = Served::start().await;
    let file = served.open_case("a", "A case of the test").await;
    let program = operator(&served).await;
    let mut expected = Vec::new();
    for (index, counts) in file.counts.iter().enumerate() {
        for period in counts.periods.iter().filter(|period| period.of_tld("com").is_some()) {
            let day = file.case.list_day(period.key);
            if day >= parsed("2009-03-20") && day < parsed("2009-03-23") {
                let names = served.desk.listing(&file, &parsed("com"), index, period.key).unwrap().names.clone();
                expected.extend(names.into_iter().map(|name| (day.to_string(), index, name.to_string())));
            }
        }
    }
    expected.sort_by_key(|(day, index, _)| (day.clone(), *index));
    let base = "/api/v1/cases/a/slices/com/names?from=2009-03-20&until=2009-03-23&limit=7";
    let (mut found, mut path, mut pages) = (Vec::new(), base.to_owned(), 0);
    loop {
        let page = program.json(&path).await;
        pages += 1;
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 7 && !items.is_empty(), "{page}");
        let index = |id: &str| file.case.campaign_index(&parsed(id)).unwrap();
        found.extend(items.iter().map(|item| {
            let text = |key: &str| item[key].as_str().unwrap();
            (text("day").to_owned(), index(text("campaign")), text("name").to_owned())
        }));
        match page["next"].as_str() {
            Some(next) => path = format!("{base}&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(found, expected);
    let disclosed: u64 = served.desk.disclosures(None, 1_000).await.unwrap().iter().map(|row| row.count).sum();
    assert_eq!(disclosed, expected.len() as u64, "over {pages} pages");
    let first = program.json(base).await;
    let next = first["next"].as_str().unwrap();
    let altered = format!("{base}&cursor={}0", &next[..next.len() - 1]);
    let reply = program.get(&altered).await;
    // A digit that is the same gives the same mark.
    if !next.ends_with('0') {
        problem(&reply, 400, "malformed");
    }
    let elsewhere = format!("/api/v1/cases/a/slices/net/names?cursor={next}");
    problem(&program.get(&elsewhere).await, 400, "malformed");
    // The line of a name answers for it.
    let line = &first["items"][0];
    let rows = json!([{"line_id": line["line_id"], "result": "done"}, {"name": first["items"][1]["name"], "result": "refused"}]);
    program.act("/api/v1/cases/a/slices/com/answer", json!({"action": "reserve", "rows": rows})).await;
    let after = program.json(base).await;
    assert_eq!(after["items"][0]["standing"], "claimed", "{after}");
    assert_eq!(after["items"][1]["standing"], "refused", "{after}");
}

#[tokio::test]
async fn a_response_can_be_led_through_the_api_alone() {
    let served = Served::start().await;
    let program = operator(&served).await;
    let open = json!({
        "id": "a", "title": "A case of the test", "campaigns": ["conficker-a"], "marking": {"tlp": "TLP:GREEN", "pap": "PAP:GREEN"},
        "horizon": {"from": "2009-03-15", "until": "2009-03-25"},
    });
    let reply = program.post("/api/v1/cases", open.clone()).await;
    assert_eq!((reply.status, reply.header("location")), (201, "/api/v1/cases/a"), "{}", reply.body);
    problem(&program.post("/api/v1/cases", open).await, 409, "conflict");
    let party = json!({"id": "reg-com", "kind": "registry", "name": "The registry of com", "tlds": ["com"],
        "terms": {"road": "own-policy", "offset": "+00:00", "working_days": "mon-fri", "rhythm": "daily", "form": "csv", "language": "en"}});
    let kept = program.post("/api/v1/parties", party.clone()).await;
    assert_eq!(kept.status, 201, "{}", kept.body);
    let contact = json!({"name": "The night shift", "phone": "+1 555 0100", "second": "by fax", "day_and_night": true});
    program.act("/api/v1/parties/reg-com/contacts", contact).await;
    let checked =
        program.act("/api/v1/parties/reg-com/contacts/1/check", json!({"verified": true, "tested": true})).await;
    assert_eq!(checked["party"]["contacts"][0]["tested"], "2009-03-20", "{checked}");
    let shown = program.get("/api/v1/parties/reg-com").await;
    let tag = shown.header("etag").to_owned();
    let renamed: Value = serde_json::from_str(&shown.body).unwrap();
    let mut renamed = renamed["party"].clone();
    renamed["name"] = json!("Another name");
    let changed = program.send("PUT", "/api/v1/parties/reg-com", &[("If-Match", &tag)], Some(&renamed)).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    let stale = program.send("PUT", "/api/v1/parties/reg-com", &[("If-Match", &tag)], Some(&renamed)).await;
    problem(&stale, 412, "stale");
    let stale = program.send("DELETE", "/api/v1/parties/reg-com", &[("If-Match", &tag)], None).await;
    problem(&stale, 412, "stale");
    assert_eq!(program.json("/api/v1/parties").await["items"][0]["contacts"], 1);

    let slice = "/api/v1/cases/a/slices/com";
    let cut = program.act("/api/v1/cases/a/lists", json!({"slices": ["com"], "action": "reserve"})).await;
    assert_eq!(cut["items"], json!([{"slice": "com", "result": "cut", "list": 1, "reason": null}]));
    let list = program.json(&format!("{slice}/lists/1")).await;
    let csv = program.get(&format!("{slice}/lists/1/names")).await;
    assert!(csv.header("content-type").starts_with("text/csv"), "{:?}", csv.headers);
    let plain = program.send("GET", &format!("{slice}/lists/1/names"), &[("Accept", "text/plain")], None).await;
    assert_eq!(plain.body.lines().count() as u64, list["names"].as_u64().unwrap(), "{list}");
    assert_eq!(list["sha256"], forestall_model::Digest::of(plain.body.as_bytes()).to_string());
    let other = program.send("GET", &format!("{slice}/lists/1/names"), &[("Accept", "image/png")], None).await;
    problem(&other, 406, "not-acceptable");
    problem(&program.get(&format!("{slice}/lists/2")).await, 404, "not-found");
    program.act(&format!("{slice}/lists/1/read"), json!({})).await;
    assert!(program.json(&format!("{slice}/lists/1")).await["read"].is_string());
    program.act(&format!("{slice}/acknowledge"), json!({"list": 1})).await;

    let first = plain.body.lines().next().unwrap();
    program.act(&format!("{slice}/answer"), json!({"action": "reserve", "result": "done"})).await;
    let both =
        json!({"action": "reserve", "result": "done", "names": [first], "rows": [{"name": first, "result": "done"}]});
    let both = problem(&program.post(&format!("{slice}/answer"), both).await, 422, "refused");
    assert_eq!(pointers(&both), ["/rows"]);
    program.act(&format!("{slice}/answer"), json!({"action": "reserve", "result": "refused", "names": [first]})).await;
    let evidence = json!({"rows": [
        {"name": first, "method": "rdap", "sight": "reserved", "at": "2009-03-20T11:00:00Z", "source": "a look by hand"}]});
    program.act("/api/v1/cases/a/evidence", evidence).await;
    let zone = "com. 3600 IN SOA a.example. b.example. 1 1 1 1 1\ncom. 3600 IN NS a.example.\ncom. 3600 IN SOA a.example. b.example. 1 1 1 1 1\n";
    let headers = [("Authorization", program.token.as_str()), ("Content-Type", "text/dns")];
    let address = "/api/v1/cases/a/evidence/zone?on=2009-03-20&vantage=a%20copy%20of%20com";
    let seen = served.send("POST", address, &headers, zone.as_bytes()).await;
    assert_eq!(seen.status, 200, "{}", seen.body);
    program
        .act(
            "/api/v1/cases/a/tasks",
            json!({"title": "Ring com.", "slice": "com", "owner": "Ada", "due": "2009-03-19"}),
        )
        .await;
    let task = &program.json("/api/v1/cases/a/tasks").await["items"][0];
    assert_eq!((&task["owner"], &task["overdue"]), (&json!("Ada"), &json!(true)));
    let done = program.send("PATCH", "/api/v1/cases/a/tasks/1", &[], Some(&json!({"state": "done"}))).await;
    assert_eq!(done.status, 200, "{}", done.body);
    program.act("/api/v1/cases/a/notes", json!({"text": "A note.", "slice": "com"})).await;
    program.act("/api/v1/cases/a/decisions", json!({"title": "We go on.", "ground": "All agree."})).await;
    program.act("/api/v1/cases/a/horizon", json!({"until": "2009-03-27"})).await;
    let excluded = plain.body.lines().nth(1).unwrap();
    let exclude = json!({"name": excluded, "class": "registered-benign", "reason": "A shop."});
    program.act(&format!("{slice}/exclude"), exclude).await;
    program.act(&format!("{slice}/readmit"), json!({"name": excluded, "reason": "No shop."})).await;

    let case = program.json("/api/v1/cases/a").await;
    assert_eq!(case["over_all"]["levels"][2]["level"], "observed");
    assert!(case["over_all"]["levels"][2]["names"].as_u64().unwrap() >= 1, "{case}");
    let events = program.json("/api/v1/cases/a/events").await;
    assert_eq!(events["items"][0]["version"], case["version"]);
    assert_eq!(events["items"].as_array().unwrap().len() as u64, case["version"].as_u64().unwrap());
    let version = case["version"].as_u64().unwrap();
    for (path, key) in [
        ("gaps?days=30", "items"),
        ("figures", "figures"),
        ("what-if?slices=com,net&next=3", "next"),
        ("days", "items"),
        ("receipts", "items"),
        ("lists", "items"),
        ("slices", "items"),
        ("notes", "items"),
        ("decisions", "items"),
        ("log/checkpoint", "note"),
        ("log/proof/2", "hashes"),
        (&format!("log/consistency?old=1&new={version}"), "hashes"),
    ] {
        assert!(!program.json(&format!("/api/v1/cases/a/{path}")).await[key].is_null(), "{path}");
    }
    // The case moves to another installation with the same root.
    let archive = program.get("/api/v1/cases/a/archive").await;
    assert_eq!(archive.header("content-type"), "application/jsonl");
    let elsewhere = Served::start().await;
    let there = operator(&elsewhere).await;
    let headers = [("Authorization", there.token.as_str()), ("Content-Type", "application/jsonl")];
    let taken = elsewhere.send("POST", "/api/v1/cases/import", &headers, &archive.octets).await;
    assert_eq!((taken.status, taken.header("location")), (201, "/api/v1/cases/a"), "{}", taken.body);
    let root = |checkpoint: &Value| checkpoint["root"].clone();
    assert_eq!(
        root(&there.json("/api/v1/cases/a/log/checkpoint").await),
        root(&program.json("/api/v1/cases/a/log/checkpoint").await)
    );
    let again = elsewhere.send("POST", "/api/v1/cases/import", &headers, &archive.octets).await;
    problem(&again, 422, "refused");
    let record = program.json("/api/v1/disclosures").await;
    let what: BTreeMap<&str, u64> = record["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["what"].as_str().unwrap(), row["count"].as_u64().unwrap()))
        .collect();
    for expected in [
        "list 1 of .com as csv",
        "list 1 of .com as plain",
        "contacts of a party, by the API",
        "the whole case as an archive",
    ] {
        assert!(what.contains_key(expected), "{expected} in {what:?}");
    }
}

#[test]
fn reading_is_told_from_acting() {
    let reading = ALL.iter().filter(|route| route.method.reads()).count();
    assert!(reading > 20 && ALL.iter().any(|route| route.method == Method::Patch));
}

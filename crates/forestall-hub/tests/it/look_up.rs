// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The public pages over HTTP: one answer for every name, proof by the DNS and by mail, appeals, limits, the end of an embargo.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant as Stopwatch};

use forestall_coord::Stance;
use forestall_coord::event::{Body, CaseKind};
use forestall_hub::desk::{CaseFile, OpenCase};
use forestall_hub::server::Settings;
use forestall_model::{DayRange, DomainName, Instant, Marking, NameClass, Tlp};
use forestall_testkit::nsd::Nsd;
use forestall_testkit::parsed;

use crate::console::{Reply, Served, act, now};
use crate::flood::{dossier, names};

/// A clock that a test moves.
#[derive(Clone)]
struct Hands(Arc<AtomicI64>);

impl Hands {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(now().micros())))
    }

    fn set(&self, settings: &mut Settings) {
        let hands = Arc::clone(&self.0);
        settings.clock = Arc::new(move || Instant::from_micros(hands.load(Ordering::SeqCst)));
        settings.look_up_pause = Duration::from_millis(5);
    }

    fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

async fn served() -> (Served, Hands) {
    let hands = Hands::new();
    let served = Served::start_with(|settings| hands.set(settings)).await;
    (served, hands)
}

async fn look_up(served: &Served, name: &str) -> Reply {
    served.post("/public/look-up", &[], &[("name", name)]).await
}

fn token(reply: &Reply) -> String {
    reply.between("name=\"token\" value=\"", "\"").to_owned()
}

/// What a reply says to somebody who asked for a name, but for the name and the token.
fn said(reply: &Reply, name: &str) -> (u16, Vec<(String, String)>, String) {
    let headers = reply.headers.iter().filter(|(key, _)| key != "date").cloned().collect();
    let mut body = reply.body.replace(name, "NAME");
    if body.contains("name=\"token\" value=\"") && !token(reply).is_empty() {
        body = body.replace(&token(reply), "TOKEN");
    }
    (reply.status, headers, body)
}

/// A case with a marking over ten days of March 2009.
async fn open(served: &Served, id: &str, marking: Marking) -> CaseFile {
    let case = OpenCase {
        id: parsed(id),
        title: "Operation Silence".to_owned(),
        kind: CaseKind::Live,
        campaigns: vec![parsed("conficker-b")],
        horizon: DayRange { from: parsed("2009-03-15"), until: parsed("2009-03-25") },
        board_day: None,
        marking,
        name_servers: Vec::new(),
        guard_override: None,
        four_eyes: false,
        ahead: None,
    };
    served.desk.open_case(&act(), case).await.expect("the case opens")
}

/// Two listed names of a length, the second excluded as a legitimate one, and one like them that no list holds.
async fn trio(served: &Served, file: &CaseFile) -> [DomainName; 3] {
    let of_day = names(served, file, "com", "2009-03-22", 20);
    let alike =
        |name: &DomainName| of_day.iter().find(|other| *other != name && other.as_str().len() == name.as_str().len());
    let (free, held) =
        of_day.iter().find_map(|name| Some((name.clone(), alike(name)?.clone()))).expect("two of a length");
    let class = NameClass::RegisteredBenign;
    served.desk.exclude(&file.case.id, &act(), held.clone(), class, "a shop".to_owned()).await.expect("excluded");
    let label = "q".repeat(free.as_str().len() - 4);
    [free, held, parsed(&format!("{label}.com"))]
}

/// The events of a case, once there are more than `before`; it fails where none comes.
async fn events_after(served: &Served, case: &str, before: usize) -> Vec<forestall_store::LogEntry> {
    for _ in 0..500 {
        let events = served.desk.log(Some(&parsed(case)), 0, 1_000).await.expect("a log");
        if events.len() > before {
            return events;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("no event came in {case}");
}

async fn event_count(served: &Served) -> usize {
    served.desk.log(None, 0, 1_000).await.expect("a log").len()
}

async fn appeal(served: &Served, name: &DomainName, more: &[(&str, &str)]) -> Reply {
    let mut fields = vec![("name", name.as_str()), ("contact", "Eve, eve@example.org"), ("reason", "it is my shop")];
    fields.extend_from_slice(more);
    served.post("/public/appeal", &[], &fields).await
}

/// Waits until no appeal is left to work off.
async fn worked_off(served: &Served) {
    for _ in 0..500 {
        if served.desk.store().documents("public-appeal").await.expect("documents").is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("appeals wait on");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_name_gets_the_same_answer_while_lists_are_confidential() {
    let (served, _) = served().await;
    let file = open(&served, "secret-case", Marking::DEFAULT).await;
    let [free, held, nobodys] = trio(&served, &file).await;
    let before = event_count(&served).await;
    let mut answers = Vec::new();
    for name in [&free, &held, &nobodys] {
        let reply = look_up(&served, name.as_str()).await;
        assert_eq!(reply.status, 200);
        for secret in ["Silence", "secret-case", "conficker", "a shop", "2009-03-22"] {
            assert!(!reply.body.contains(secret), "{secret} for {name}");
        }
        answers.push(said(&reply, name.as_str()));
    }
    assert_eq!(answers[0], answers[2]);
    assert_eq!(answers[1], answers[2]);
    assert_eq!(event_count(&served).await, before, "a look-up leaves no trace in a case");

    // A wrong token, and a right one whose record nobody looks for: the same again.
    for wrong in [true, false] {
        let mut answers = Vec::new();
        for name in [&free, &held, &nobodys] {
            let token = if wrong { "f".repeat(40) } else { token(&look_up(&served, name.as_str()).await) };
            let fields = [("name", name.as_str()), ("token", token.as_str())];
            let reply = served.post("/public/look-up/check", &[], &fields).await;
            answers.push(said(&reply, name.as_str()));
        }
        assert_eq!(answers[0], answers[2]);
        assert_eq!(answers[1], answers[2]);
        assert!(answers[0].2.contains("is not proved"), "{}", answers[0].2);
    }

    let mut answers = Vec::new();
    for name in [&free, &held, &nobodys] {
        answers.push(said(&appeal(&served, name, &[]).await, name.as_str()));
    }
    assert_eq!(answers[0].0, 200);
    assert_eq!(answers[0], answers[2]);
    assert_eq!(answers[1], answers[2]);
}

/// Whatever reads a case computes its counts and caches them: an empty cache shows that no case was read.
#[tokio::test(flavor = "multi_thread")]
async fn a_look_up_does_the_same_work_for_every_name_and_reads_no_confidential_case() {
    let (served, hands) = served().await;
    let file = open(&served, "secret-case", Marking::DEFAULT).await;
    let trio = trio(&served, &file).await;
    assert!(served.desk.store().forget_counts().await.expect("a store") > 0);
    let cold = served.cold(|settings| hands.set(settings)).await;
    for name in &trio {
        let token = token(&look_up(&cold, name.as_str()).await);
        cold.post("/public/look-up/check", &[], &[("name", name.as_str()), ("token", &token)]).await;
        assert_eq!(cold.desk.store().forget_counts().await.expect("a store"), 0, "{name}");
    }
    cold.desk.file(&parsed("secret-case")).await.expect("a case");
    assert!(cold.desk.store().forget_counts().await.expect("a store") > 0, "who reads the case leaves a trace");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_leaves_before_its_time() {
    let pause = Duration::from_millis(300);
    let served = Served::start_with(|settings| settings.look_up_pause = pause).await;
    let file = open(&served, "secret-case", Marking::DEFAULT).await;
    let [free, _, nobodys] = trio(&served, &file).await;
    for name in [&free, &nobodys] {
        for path in ["/public/look-up", "/public/look-up/check", "/public/appeal"] {
            let begin = Stopwatch::now();
            let fields = [("name", name.as_str()), ("contact", "Eve"), ("reason", "mine")];
            assert_eq!(served.post(path, &[], &fields).await.status, 200);
            assert!(begin.elapsed() >= pause, "{path} {name} {:?}", begin.elapsed());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_name_is_refused_unshown() {
    let (served, _) = served().await;
    let long = "a".repeat(10_000);
    for hostile in ["<script>alert(1)</script>.com", "", "com", &long, "a..b", "a\0b.com", "' OR 1=1 --", "../../x"] {
        let reply = look_up(&served, hostile).await;
        assert_eq!(reply.status, 422, "{hostile:?}");
        assert!(reply.body.contains("This is no domain name") && !reply.body.contains("alert(1)"), "{}", reply.body);
        assert!(reply.header("content-security-policy").contains("default-src 'none'"));
        assert!(reply.body.len() < 8_000, "nothing long is sent back");
    }
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    for body in [&b"name=%ff%fe.com"[..], b"name=\xff\xfe.com", b"name", b"", b"name=%"] {
        let reply = served.send("POST", "/public/look-up", &form, body).await;
        assert!(matches!(reply.status, 400 | 422), "{body:?} {}", reply.status);
    }
    let reply = look_up(&served, &"a".repeat(100_000)).await;
    assert_eq!(reply.status, 413);
    let [contact, reason] = ["c".repeat(201), "r".repeat(3_001)];
    for (field, text) in [("contact", contact.as_str()), ("reason", reason.as_str()), ("reason", " ")] {
        let fields = [("name", "shop.com"), ("contact", "Eve"), ("reason", "mine")];
        let fields: Vec<_> =
            fields.into_iter().map(|(key, value)| (key, if key == field { text } else { value })).collect();
        assert_eq!(served.post("/public/appeal", &[], &fields).await.status, 422, "{field}");
    }
    let reply = served.post("/public/look-up", &[("Origin", "https://evil.example")], &[("name", "shop.com")]).await;
    assert_eq!(reply.status, 403, "another site's page cannot ask");
    let reply = look_up(&served, "MÜLLER.com.").await;
    assert_eq!(reply.status, 200);
    assert!(reply.body.contains("_forestall-challenge.xn--mller-kva.com. TXT"), "{}", reply.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_need_no_session_and_are_linked() {
    let (served, _) = served().await;
    for path in ["/public/look-up", "/public/rules"] {
        let reply = served.get(path, &[]).await;
        assert_eq!(reply.status, 200, "{path}");
        assert!(reply.header("content-security-policy").contains("form-action 'self'"));
        assert_eq!(reply.header("set-cookie"), "");
    }
    assert!(served.get("/sign-in", &[]).await.body.contains("href=\"/public/look-up\""));
    assert_eq!(served.get("/public/appeal", &[]).await.status, 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_waits() {
    let (served, hands) = served().await;
    for number in 0..20 {
        assert_eq!(look_up(&served, "shop.com").await.status, 200, "{number}");
    }
    for path in ["/public/look-up", "/public/look-up/check"] {
        let reply = served.post(path, &[], &[("name", "shop.com")]).await;
        assert_eq!(reply.status, 429, "{path}");
    }
    assert_eq!(served.get("/public/rules", &[]).await.status, 200);
    for number in 0..5 {
        assert_eq!(appeal(&served, &parsed("shop.com"), &[]).await.status, 200, "{number}");
    }
    assert_eq!(appeal(&served, &parsed("shop.com"), &[]).await.status, 429);
    // A forged header is not believed where no proxy was named.
    let forged = [("X-Forwarded-For", "198.51.100.7")];
    assert_eq!(served.post("/public/look-up", &forged, &[("name", "shop.com")]).await.status, 429);
    hands.forward(15);
    assert_eq!(look_up(&served, "shop.com").await.status, 200);
    assert_eq!(look_up(&served, "shop.com").await.status, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_proxy_clients_are_told_apart_by_what_it_says() {
    let hands = Hands::new();
    let served = Served::start_with(|settings| {
        hands.set(settings);
        settings.public = Some(parsed("https://forestall.example"));
    })
    .await;
    let ask = async |client: &str| {
        let headers = [("Host", "forestall.example"), ("X-Forwarded-For", client)];
        served.post("/public/look-up", &headers, &[("name", "shop.com")]).await.status
    };
    for _ in 0..20 {
        assert_eq!(ask("198.51.100.7").await, 200);
    }
    assert_eq!(ask("198.51.100.7").await, 429);
    assert_eq!(ask("203.0.113.5, 198.51.100.7").await, 429, "only the last one is the proxy's own word");
    assert_eq!(ask("203.0.113.5").await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_in_the_zone_proves_control() {
    let (served, hands) = served().await;
    let file = open(&served, "secret-case", Marking::DEFAULT).await;
    let [_, held, _] = trio(&served, &file).await;
    let token = token(&look_up(&served, held.as_str()).await);
    let zone = |text: &str| {
        format!(
            "$ORIGIN {held}.\n$TTL 60\n@ SOA ns.{held}. host.{held}. 1 60 60 60 60\n@ NS ns.{held}.\nns A 127.0.0.1\n\
             _forestall-challenge TXT \"{text}\"\n"
        )
    };
    let test = "a_record_in_the_zone_proves_control";
    let Some(other) = Nsd::start(test, &[(held.as_str(), &zone("v=spf1 -all"))]) else { return };
    let Some(own) = Nsd::start(test, &[(held.as_str(), &zone(&token))]) else { return };
    let check = async |resolver: &Nsd| {
        let again = served
            .again(|settings| {
                hands.set(settings);
                settings.resolver = Some(resolver.address());
                settings.contact = Some("Ada, +1 555 0100".to_owned());
            })
            .await;
        again.post("/public/look-up/check", &[], &[("name", held.as_str()), ("token", &token)]).await
    };
    let reply = check(&other).await;
    assert!(reply.body.contains("holds another text") && !reply.body.contains("conficker"), "{}", reply.body);
    let reply = check(&own).await;
    for part in [
        "You proved that you control the name",
        "On a list of conficker-b",
        "2009-03-22T00:00:00Z",
        "a legitimate holder",
        "Nothing. Infected computers will ask for it",
        "Ada, +1 555 0100",
    ] {
        assert!(reply.body.contains(part), "{part}\n{}", reply.body);
    }
    for secret in ["Silence", "secret-case", "a shop"] {
        assert!(!reply.body.contains(secret), "{secret}");
    }
    own.pause();
    assert!(check(&own).await.body.contains("The DNS gave no answer"));
    own.resume();
    hands.forward(24 * 3_600);
    let reply = check(&own).await;
    assert!(reply.body.contains("too old") && !reply.body.contains("conficker"), "{}", reply.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_for_named_recipients_are_told_to_nobody() {
    let (served, hands) = served().await;
    let file = open(&served, "secret-case", Marking { tlp: Tlp::Red, ..Marking::DEFAULT }).await;
    let [_, held, _] = trio(&served, &file).await;
    let told = served.desk.tell(&held, forestall_hub::desk::Told::Holder, now()).await.expect("told");
    assert!(told.listings.is_empty() && !told.incomplete);
    drop(hands);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_embargo_everybody_may_see_it() {
    let (served, hands) = served().await;
    let marking = Marking { embargo_until: Some(now().plus_seconds(3_600)), ..Marking::DEFAULT };
    let file = open(&served, "secret-case", marking).await;
    let [free, held, nobodys] = trio(&served, &file).await;
    let before = look_up(&served, held.as_str()).await;
    assert!(before.body.contains("No list that is public holds the name"), "{}", before.body);
    hands.forward(3_600);
    for name in [&free, &held] {
        let reply = look_up(&served, name.as_str()).await;
        assert!(reply.body.contains("On a list of conficker-b"), "{}", reply.body);
    }
    assert!(look_up(&served, nobodys.as_str()).await.body.contains("No list that is public holds the name"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_appeal_is_recorded_once_in_every_case_that_holds_the_name() {
    let (served, _) = served().await;
    let first = open(&served, "first", Marking::DEFAULT).await;
    open(&served, "second", Marking { tlp: Tlp::Red, ..Marking::DEFAULT }).await;
    served.open("third", "Another", "2009-03-15", "2009-03-17", &["conficker-a"]).await;
    let [_, held, _] = trio(&served, &first).await;
    let evidence = vec![dossier(&held, &["ns1.host.example"])];
    let second = parsed("second");
    served.desk.vet(&second, &act(), evidence, now(), forestall_vet::Rules::built_in()).await.expect("vetted");
    assert_eq!(appeal(&served, &held, &[]).await.status, 200);
    assert_eq!(appeal(&served, &held, &[]).await.status, 200);
    for (id, before) in [("first", 2), ("second", 2)] {
        let events = events_after(&served, id, before).await;
        let last = events.last().expect("an event");
        let Body::Appealed { name, proof, deadline, .. } = &last.event.body else { panic!("{:?}", last.event.body) };
        assert_eq!((name, proof, *deadline), (&held, &None, now().plus_seconds(24 * 3_600)));
        assert_eq!(last.withheld["contact"], "Eve, eve@example.org: it is my shop");
        assert_eq!(last.actor(), Some("the public"));
    }
    worked_off(&served).await;
    for (id, events) in [("first", 3), ("second", 3), ("third", 1)] {
        assert_eq!(served.desk.log(Some(&parsed(id)), 0, 100).await.expect("a log").len(), events, "{id}");
    }
    let case = served.desk.file(&parsed("first")).await.expect("a case").case;
    assert!(case.holdings[&held].appeal.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_appeal_without_proof_for_a_name_that_nobody_holds_stops_nothing() {
    let (served, _) = served().await;
    let file = open(&served, "secret-case", Marking::DEFAULT).await;
    let [free, _, _] = trio(&served, &file).await;
    for _ in 0..3 {
        assert_eq!(appeal(&served, &free, &[]).await.status, 200);
    }
    let events = events_after(&served, "secret-case", 2).await;
    worked_off(&served).await;
    let last = events.last().expect("an event");
    let Body::Noted { text, .. } = &last.event.body else { panic!("{:?}", last.event.body) };
    assert!(text.contains(free.as_str()) && text.contains("without proof"), "{text}");
    assert!(!text.contains("Eve"), "who appeals does not stand in the log itself");
    assert!(last.withheld["comment"].contains("eve@example.org"));
    let events = served.desk.log(Some(&parsed("secret-case")), 0, 100).await.expect("a log");
    assert_eq!(events.len(), 3, "one note a day");
    let case = served.desk.file(&parsed("secret-case")).await.expect("a case").case;
    assert!(case.holdings.get(&free).is_none_or(|holding| holding.stance() != Stance::Disputed));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_public_writes_acts_on_no_terminal_and_forges_no_line() {
    let (served, _) = served().await;
    let file = open(&served, "secret-case", Marking::DEFAULT).await;
    let [_, held, _] = trio(&served, &file).await;
    let fields = [
        ("name", held.as_str()),
        ("contact", "Eve\u{1b}[2J\u{202e}\r\n9  x#9  now"),
        ("reason", "one\r\n\r\ntwo\0\u{9b}31m {braces} <b>bold</b>"),
    ];
    assert_eq!(served.post("/public/appeal", &[], &fields).await.status, 200);
    let events = events_after(&served, "secret-case", 2).await;
    let contact = &events.last().expect("an event").withheld["contact"];
    assert_eq!(contact, "Eve [2J 9 x#9 now: one two 31m {braces} <b>bold</b>");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_an_operator_mailed_proves_control() {
    let (served, hands) = served().await;
    let file = open(&served, "secret-case", Marking::DEFAULT).await;
    let [_, held, nobodys] = trio(&served, &file).await;
    appeal(&served, &held, &[("by_mail", "1")]).await;
    appeal(&served, &nobodys, &[("by_mail", "1")]).await;
    let events = events_after(&served, "secret-case", 2).await;
    let contact = &events.last().expect("an event").withheld["contact"];
    let token = contact.rsplit(' ').next().expect("a token").to_owned();
    assert_eq!(token.len(), 40, "{contact}");
    let check = async |name: &DomainName, token: &str| {
        served.post("/public/look-up/check", &[], &[("name", name.as_str()), ("token", token)]).await.body
    };
    assert!(check(&held, &token).await.contains("On a list of conficker-b"));
    assert!(check(&nobodys, &token).await.contains("is not proved"), "it is good for one name");
    hands.forward(7 * 24 * 3_600);
    assert!(check(&held, &token).await.contains("too old"));
}

#[tokio::test(flavor = "multi_thread")]
async fn once_a_person_denied_an_appeal_the_next_needs_proof_to_stop_anything() {
    let (served, _) = served().await;
    let file = open(&served, "secret-case", Marking::DEFAULT).await;
    let [_, held, _] = trio(&served, &file).await;
    assert_eq!(appeal(&served, &held, &[]).await.status, 200);
    events_after(&served, "secret-case", 2).await;
    worked_off(&served).await;
    let case = parsed("secret-case");
    let why = "the registrar knows of no holder".to_owned();
    served.desk.settle(&case, &act(), held.clone(), false, why).await.expect("settled");
    assert_eq!(appeal(&served, &held, &[]).await.status, 200);
    let events = events_after(&served, "secret-case", 4).await;
    worked_off(&served).await;
    let Body::Noted { text, .. } = &events.last().expect("an event").event.body else { panic!("{events:?}") };
    assert!(text.contains("a person denied an appeal before"), "{text}");
    let case = served.desk.file(&case).await.expect("a case").case;
    assert_ne!(case.holdings[&held].stance(), Stance::Disputed);
}

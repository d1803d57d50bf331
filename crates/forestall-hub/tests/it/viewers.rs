// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Who sees what: random roles and markings, every route of the router, and nobody reads a word of what is not for them.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

use forestall_api::route::{ALL, BASE, Method};
use forestall_coord::event::CaseKind;
use forestall_formats::evidence::EvidenceLine;
use forestall_hub::desk::OpenCase;
use forestall_hub::server::Allowance;
use forestall_model::{CaseRole, DayRange, DomainName, Marking, NameClass, Pap, Sight, Standing, Tlp, UtcDay};
use forestall_testkit::parsed;
use proptest::prelude::*;

use crate::accounts::{bearer, person};
use crate::console::{Served, act, now};

/// The routes as the program has them.
const ROUTER: &str = include_str!("../../src/server/router.rs");

const CASES: [&str; 3] = ["case-one", "case-two", "case-three"];
const TLDS: [&str; 3] = ["com", "info", "biz"];

const PARTIES: &str = "id,kind,name,tlds\n\
    reg-com,registry,The registry of com,com\n\
    reg-info,registry,The registry of info and museum,info museum\n\
    reg-none,registry,A registry of another domain,museum2\n\
    cert-xx,cert,CERT XX,\n\
    vendor,vendor,A vendor,\n";

/// Somebody who looks.
#[derive(Clone, Debug)]
struct Somebody {
    party: Option<&'static str>,
    tlds: &'static [&'static str],
    roles: Vec<Option<CaseRole>>,
}

impl Somebody {
    fn is_operator(&self) -> bool {
        self.party.is_none()
    }

    fn is_registry(&self) -> bool {
        self.party.is_some_and(|party| party.starts_with("reg-"))
    }

    /// Says whether they may see all of a case.
    fn whole(&self, case: usize, tlp: Tlp) -> bool {
        self.is_operator() || self.roles[case].is_some() || (!self.is_registry() && tlp <= Tlp::Green)
    }

    fn slice(&self, case: usize, tlp: Tlp, tld: &str) -> bool {
        self.whole(case, tlp) || self.tlds.contains(&tld)
    }
}

fn somebody() -> impl Strategy<Value = Somebody> {
    let party = prop_oneof![
        Just((None, &[] as &[&str])),
        Just((Some("reg-com"), &["com"] as &[&str])),
        Just((Some("reg-info"), &["info", "museum"] as &[&str])),
        Just((Some("reg-none"), &["museum2"] as &[&str])),
        Just((Some("cert-xx"), &[] as &[&str])),
        Just((Some("vendor"), &[] as &[&str])),
    ];
    let role = prop_oneof![3 => Just(None), 1 => Just(Some(CaseRole::Reader)), 1 => Just(Some(CaseRole::Coordinator))];
    (party, proptest::collection::vec(role, CASES.len())).prop_map(|((party, tlds), roles)| Somebody {
        party,
        tlds,
        roles,
    })
}

fn tlp() -> impl Strategy<Value = Tlp> {
    proptest::sample::select(Tlp::ALL)
}

/// Returns the addresses of the router, each with whether it is read and whether it is sent to.
fn routes() -> Vec<(String, bool, bool)> {
    let found = ROUTER.lines().filter_map(|line| {
        let rest = line.trim().strip_prefix(".route(\"")?;
        let (path, handler) = rest.split_once('"')?;
        Some((path.to_owned(), handler.contains("get("), handler.contains("post(")))
    });
    found.collect()
}

/// Returns the addresses of the API, as [`routes`] does.
fn endpoints() -> Vec<(String, Method)> {
    ALL.iter().map(|route| (format!("{BASE}{}", route.template), route.method)).collect()
}

/// What is planted in a case: its title, and for each slice the reason of an exclusion and a name.
struct Planted {
    title: String,
    slices: Vec<(&'static str, String, DomainName)>,
}

async fn plant(served: &Served, id: &str, tlp: Tlp) -> Planted {
    let title = format!("Planted title of {id}");
    // After the day of the test, whose names the page of the family shows to everybody.
    let first: UtcDay = parsed("2009-03-21");
    let days = i32::try_from(CASES.iter().position(|known| *known == id).unwrap()).unwrap();
    let case = OpenCase {
        id: parsed(id),
        title: title.clone(),
        kind: CaseKind::Live,
        campaigns: vec![parsed("conficker-a")],
        // Days of its own, so that no name stands in two cases.
        horizon: DayRange { from: first.plus(3 * days), until: first.plus(3 * days + 3) },
        board_day: None,
        marking: Marking { tlp, pap: Pap::Green, embargo_until: None },
        name_servers: Vec::new(),
        guard_override: None,
        four_eyes: false,
        ahead: None,
    };
    let file = served.desk.open_case(&act(), case).await.unwrap();
    let mut slices = Vec::new();
    for tld in TLDS {
        let period = file.counts[0].periods[1].key;
        let name = served.desk.listing(&file, &parsed(tld), 0, period).unwrap().names[0].clone();
        let reason = format!("Planted reason in {id} under {tld}");
        served
            .desk
            .exclude(&parsed(id), &act(), name.clone(), NameClass::RegisteredBenign, reason.clone())
            .await
            .unwrap();
        slices.push((tld, reason, name));
    }
    Planted { title, slices }
}

/// Fills the parts of an address that are in braces.
fn filled(route: &str, case: &str, tld: &str, name: &str) -> String {
    let filled = route.replace("{id}", case).replace("{tld}", tld);
    let filled = filled.replace("/name/{name}", &format!("/name/{name}")).replace("{name}", "console.css");
    let filled = filled
        .replace("{slug}", "conficker-a")
        .replace("{list}", "x")
        .replace("{zone}", "x.rpz")
        .replace("{subscriber}", "x")
        .replace("{batch}", &"0".repeat(64))
        .replace("{party}", "reg-com")
        .replace("{number}", "1")
        .replace("{version}", "1")
        .replace("{paper}", "list.csv")
        .replace("{person}", "p-x");
    // Names are published in a form that somebody must name.
    if route.ends_with("/publish") { format!("{filled}?as=csv&horizon=true") } else { filled }
}

async fn look(somebody: &Somebody, markings: &[Tlp]) {
    // The clock stands still, and a token that looks everywhere needs more than its allowance.
    let served = Served::start_with(|settings| settings.allowance = Allowance { burst: 100_000, per_second: 1 }).await;
    served.desk.import_parties(PARTIES, now()).await.unwrap();
    let mut planted = Vec::new();
    for (id, tlp) in CASES.iter().zip(markings) {
        planted.push(plant(&served, id, *tlp).await);
    }
    let standing = if somebody.is_operator() { Standing::Operator } else { Standing::Member };
    let who = person(&served, "ada@party.example", somebody.party, standing).await;
    for (case, role) in CASES.iter().zip(&somebody.roles) {
        served.desk.set_role(&parsed(case), &who.id, *role).await.unwrap();
    }
    let token = bearer(&served, &who.id, "read,answer,coordinate,admin").await;
    let read = routes().into_iter().filter(|(_, reads, _)| *reads).map(|(route, _, _)| route);
    let read = read.chain(endpoints().into_iter().filter(|(_, method)| method.reads()).map(|(route, _)| route));
    for route in &read.collect::<Vec<_>>() {
        for (case, id) in CASES.iter().enumerate() {
            for (tld, _, name) in &planted[case].slices {
                let address = filled(route, id, tld, name.as_str());
                // The API has one form, whatever a program takes.
                let of_api = route.starts_with(BASE);
                for accept in ["text/html", "application/json"].into_iter().skip(usize::from(of_api)) {
                    let reply = served.get(&address, &[("Authorization", &token), ("Accept", accept)]).await;
                    check(somebody, markings, &planted, &address, &reply.body);
                    if route.contains("{id}") && !route.contains("{tld}") && !somebody.whole(case, markings[case]) {
                        assert_eq!(reply.status, 404, "{somebody:?} {address}");
                    }
                    if route.contains("{tld}") && !somebody.slice(case, markings[case], tld) {
                        assert_eq!(reply.status, 404, "{somebody:?} {address}");
                    }
                }
                if !route.contains('{') {
                    break;
                }
            }
            if !route.contains('{') {
                break;
            }
        }
    }
    acts(somebody, markings, &served, &token).await;
}

/// Looks for what is planted in an answer.
fn check(somebody: &Somebody, markings: &[Tlp], planted: &[Planted], address: &str, body: &str) {
    for (case, planted) in planted.iter().enumerate() {
        let whole = somebody.whole(case, markings[case]);
        let any = whole || TLDS.iter().any(|tld| somebody.slice(case, markings[case], tld));
        assert!(any || !body.contains(&planted.title), "{somebody:?} reads the title of {case} at {address}");
        for (tld, reason, name) in &planted.slices {
            let slice = somebody.slice(case, markings[case], tld);
            assert!(slice || !body.contains(reason), "{somebody:?} reads of {case} {tld} at {address}");
            // Somebody who may not see the case may have put the name into the address themselves.
            let said = address.contains(name.as_str());
            assert!(
                slice || said || !body.contains(name.as_str()),
                "{somebody:?} reads a name of {case} {tld} at {address}"
            );
        }
    }
}

/// Whoever may not act changes nothing, by no address.
async fn acts(somebody: &Somebody, markings: &[Tlp], served: &Served, token: &str) {
    for (case, id) in CASES.iter().enumerate() {
        let leads = somebody.is_operator() || somebody.roles[case] == Some(CaseRole::Coordinator);
        for tld in TLDS {
            let answers = leads || somebody.tlds.contains(&tld);
            let before = served.desk.log(None, 0, 1_000).await.unwrap().len();
            for (route, _, _) in routes().iter().filter(|(route, _, sends)| *sends && route.contains("{id}")) {
                // A list of names is asked for by a form as well: that is reading.
                let may = match route.as_str() {
                    route if route.ends_with("/names.txt") => somebody.whole(case, markings[case]),
                    route if route.contains("/answer") => answers,
                    _ => leads,
                };
                if may {
                    continue;
                }
                let address = filled(route, id, tld, "x.com");
                let fields = [("action", "reserve"), ("result", "done"), ("name", "x.com"), ("reason", "x")];
                let reply = served.post(&address, &[("Authorization", token)], &fields).await;
                assert_eq!(reply.status, 404, "{somebody:?} {address}");
            }
            for (route, method) in
                endpoints().iter().filter(|(route, method)| !method.reads() && route.contains("{id}"))
            {
                let may = if route.ends_with("/answer") || route.ends_with("/read") { answers } else { leads };
                if may {
                    continue;
                }
                let headers = [("Authorization", token), ("Content-Type", "application/json")];
                let address = filled(route, id, tld, "x.com");
                let reply = served.send(method.name(), &address, &headers, b"{}").await;
                assert_eq!(reply.status, 404, "{somebody:?} {address} {}", reply.body);
            }
            let after = served.desk.log(None, 0, 1_000).await.unwrap().len();
            assert_eq!(before, after, "{somebody:?} changed {id}");
        }
    }
}

proptest! {
    // Each case serves a hub of its own and opens every address of it.
    #![proptest_config(ProptestConfig { max_shrink_iters: 8, ..ProptestConfig::with_cases(10) })]

    #[test]
    fn nobody_reads_what_is_not_for_them(
        somebody in somebody(),
        markings in proptest::collection::vec(tlp(), CASES.len()),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(look(&somebody, &markings));
    }
}

#[test]
fn the_routes_are_found() {
    let routes = routes();
    assert!(routes.len() > 60, "{}", routes.len());
    assert!(routes.iter().any(|(path, reads, sends)| path == "/case/{id}/docket/names.txt" && *reads && *sends));
}

/// Returns a hub with a case, and what signs the desk of com's registry in.
async fn at_the_desk_of_com(scopes: &str) -> (Served, String) {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    served.desk.import_parties(PARTIES, now()).await.unwrap();
    let who = person(&served, "desk@com.example", Some("reg-com"), Standing::Member).await;
    let token = bearer(&served, &who.id, scopes).await;
    (served, token)
}

#[tokio::test]
async fn a_registry_learns_at_home_which_of_its_answers_a_look_refutes() {
    let (served, token) = at_the_desk_of_com("read,answer").await;
    let header = [("Authorization", token.as_str())];
    let fields = [("action", "reserve"), ("result", "done")];
    assert_eq!(served.post("/case/a/slice/com/answer", &header, &fields).await.status, 303);
    let home = served.get("/home", &header).await.body;
    assert!(home.contains("Nothing is left to do.") && !home.contains("otherwise than you said"), "{home}");
    let file = served.desk.file(&parsed("a")).await.unwrap();
    let last = file.counts[0].periods.last().unwrap().key;
    let names = served.desk.listing(&file, &parsed("com"), 0, last).unwrap().names.clone();
    let row = EvidenceLine {
        line: 1,
        name: names[0].clone(),
        method: forestall_model::Method::Dns,
        sight: Sight::OtherNameServers,
        at: now(),
        name_servers: vec![parsed("ns1.elsewhere.example")],
        source: "a look".to_owned(),
    };
    served.desk.import_evidence(&parsed("a"), &act(), vec![row]).await.unwrap();
    let home = served.get("/home", &header).await.body;
    assert!(home.contains("<b>1 name was seen from outside otherwise than you said.</b>"), "{home}");
    assert!(!home.contains("Nothing is left to do."), "{home}");
}

#[tokio::test]
async fn a_registry_answers_for_its_own_slice() {
    let (served, token) = at_the_desk_of_com("read,answer").await;
    let header = [("Authorization", token.as_str())];
    let home = served.get("/home", &header).await;
    assert!(
        home.body.contains("A case of the test") && home.body.contains("/case/a/slice/com/names.csv"),
        "{}",
        home.body
    );
    assert!(!home.body.contains("/case/a/slice/net"), "another registry's");
    let start = served.get("/", &header).await;
    assert_eq!((start.status, start.header("location")), (303, "/home"));
    let names = served.get("/case/a/slice/com/names.txt", &header).await;
    assert_eq!(names.status, 200);
    let fields = [("action", "reserve"), ("result", "done")];
    let answered = served.post("/case/a/slice/com/answer", &header, &fields).await;
    assert_eq!(answered.status, 303, "{}", answered.body);
    assert_eq!(served.post("/case/a/slice/net/answer", &header, &fields).await.status, 404);
    let page = served.get("/case/a/slice/com", &header).await;
    assert!(page.body.contains("reserve: done"), "{}", page.body);
    for other in [
        "/case/a",
        "/case/a/gaps",
        "/case/a/holders",
        "/case/a/docket",
        "/case/a/log",
        "/families",
        "/parties",
        "/case/none",
    ] {
        assert_eq!(served.get(other, &header).await.status, 404, "{other}");
    }
    // The download stands in the record, with the party and the count.
    let record = served.desk.disclosures(None, 10).await.unwrap();
    assert_eq!(record.len(), 1);
    assert_eq!(
        (record[0].party.as_ref().unwrap().as_str(), record[0].what.as_str()),
        ("reg-com", "names of .com as plain")
    );
    assert_eq!(record[0].count, names.body.lines().count() as u64);
    // What the registry said stands in the log with where it came from.
    let log = served.desk.log(None, 0, 10).await.unwrap();
    assert!(format!("{:?}", log.last().unwrap().event).contains("The registry of com itself, on the console"));
}

#[tokio::test]
async fn json_of_the_home_tells_what_is_due() {
    let (served, token) = at_the_desk_of_com("read").await;
    let reply = served.get("/home", &[("Authorization", &token), ("Accept", "application/json")]).await;
    let document: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
    let slice = &document["cases"][0]["slices"][0];
    assert_eq!(slice["tld"], "com");
    assert!(slice["left"].as_u64().unwrap() > 0, "{document}");
    assert_eq!(slice["days"][0]["day"], "2009-03-20");
}

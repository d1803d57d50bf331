// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The census of a lake on pages and by the API: figures with what they count, curves that break where days are unlike, networks for their own party alone, totals for everybody.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use forestall_api::census::{Census, OwnCountries, OwnNetworks};
use forestall_census::Source;
use forestall_census::day::{Muster, Place, Totals, Visit};
use forestall_hub::census::CensusSettings;
use forestall_hub::jobs::{Scheduler, Vantage};
use forestall_hub::server::Settings;
use forestall_lake::tally::{NamesHeld, to_octets};
use forestall_lake::{Lake, Origin};
use forestall_model::{Instant, Marking, Standing, Tlp, UtcDay};
use forestall_store::JobState;
use forestall_testkit::lake::{Query, Request, ship};
use forestall_testkit::parsed;
use forestall_testkit::smtp::{Smtp, SmtpTls};
use forestall_vet::Rules;

use crate::accounts::{bearer, person};
use crate::console::{Served, now};
use crate::ways::{header, post};

/// The day before that of every test.
const DAY: &str = "2009-03-19";
/// The first day of which the lake has numbers.
const FIRST: &str = "2009-02-27";
/// A day of other rules.
const UNLIKE: &str = "2009-03-10";
/// Who was left out on all other days, as the files of the lake say.
const WITHOUT: &str = "crawlers of the test";

fn at(day: UtcDay, seconds: i64) -> Instant {
    day.start().plus_seconds(seconds)
}

/// Addresses of 11.0.0.0/24 belong to AS64500 in Belgium, others to AS64501 in France.
fn origin(address: IpAddr) -> Origin {
    let first = match address {
        IpAddr::V4(address) => address.octets()[0],
        IpAddr::V6(_) => 0,
    };
    let (asn, country) = if first == 11 { (64_500, *b"BE") } else { (64_501, *b"FR") };
    Origin { asn, country: Some(country), left_out: None }
}

/// Makes a lake: numbers of twenty days on which machines become fewer, and the events of the day after them, 12 addresses in Belgium and 5 in France.
pub(crate) fn make(folder: &Path) {
    let (first, day): (UtcDay, UtcDay) = (parsed(FIRST), parsed(DAY));
    let lake = Lake::open(folder.to_str().unwrap()).unwrap();
    for (number, on) in (0..20_i32).map(|number| (number, first.plus(number))) {
        let count = (17.0 * (f64::from(20 - number) / 10.0).exp2()).round();
        let mut muster = Muster::new(on);
        for machine in (0_u32..).take_while(|machine| f64::from(*machine) < count) {
            let visit = Visit {
                at: at(on, 3_600 + i64::from(machine)),
                source: Source::V4(0x0B00_0001 + machine),
                agent: 1,
                q: Some(3),
                port: 50_000,
                place: Place { network: 64_500, country: Some(*b"BE") },
                sample: 0,
            };
            assert!(muster.add(&visit));
        }
        let without = if on == parsed::<UtcDay>(UNLIKE) { "crawlers of another list" } else { WITHOUT };
        let totals = Totals { machines: muster.finish(), ..Totals::empty(on, "conficker", without) };
        lake.put(&format!("totals/day={on}/0.totals"), to_octets(&[totals]).unwrap()).unwrap();
    }
    let request = |address: String, second: i64| Request {
        at: at(day, 7_200 + second),
        address: address.parse().unwrap(),
        agent: "Mozilla/4.0",
        q: 5,
    };
    let mut requests: Vec<Request> = (1..=12).map(|number| request(format!("11.0.0.{number}"), number)).collect();
    requests.extend((1..=5).map(|number| request(format!("12.0.0.{number}"), 100 + number)));
    let queries = ["abcdefgh", "abcdefgi"].map(|label| Query {
        at: at(day, 60),
        resolver: parsed("198.51.100.77"),
        campaign: ("conficker-b", "conficker-b"),
        label,
    });
    ship(folder, "sensor-1", (&requests, &queries), &origin);
}

/// The settings of the lake of a folder: ISP One answers for AS64500, ISP Two for a range in which nothing was seen.
pub(crate) fn settings(folder: &Path) -> CensusSettings {
    let mut settings = CensusSettings::new(folder.to_str().unwrap());
    settings.names = vec![NamesHeld {
        family: "conficker".to_owned(),
        held: Some(250),
        listed: Some(250),
        source: "the test".to_owned(),
        ..NamesHeld::default()
    }];
    settings.networks.insert(parsed("isp-one"), vec![parsed("AS64500")]);
    settings.networks.insert(parsed("isp-two"), vec![parsed("192.0.2.0/24")]);
    settings.basis = "the terms of the test".to_owned();
    settings.public.insert("conficker".to_owned());
    settings
}

/// Serves a hub that reads a lake.
async fn served(change: impl FnOnce(&mut CensusSettings)) -> (Served, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    // A lake waits, which a thread of the run-time must not.
    tokio::task::spawn_blocking(move || make(&path)).await.unwrap();
    let mut census = settings(folder.path());
    change(&mut census);
    let served = Served::start_with(|settings: &mut Settings| settings.census = Some(census)).await;
    let parties = "id,kind,name,tlds\nisp-one,resolver-operator,ISP One,\nisp-two,resolver-operator,ISP Two,\n\
         cert-xx,cert,CERT XX,\nreg-com,registry,The registry of com,com\n";
    served.desk.import_parties(parties, now()).await.unwrap();
    served.open_case("a", "Spring 2009").await;
    (served, folder)
}

async fn operator(served: &Served) -> String {
    let who = person(served, "ada@hub.example", None, Standing::Operator).await;
    bearer(served, &who.id, "read,admin").await
}

async fn member(served: &Served, party: &str) -> String {
    let who = person(served, &format!("desk@{party}.example"), Some(party), Standing::Member).await;
    bearer(served, &who.id, "read").await
}

async fn get(served: &Served, token: &str, path: &str) -> crate::console::Reply {
    served.get(path, &[("Authorization", token)]).await
}

#[tokio::test]
async fn without_a_lake_the_pages_say_so() {
    let served = Served::start().await;
    served.open_case("a", "Spring 2009").await;
    let client = served.sign_in().await;
    for page in ["/census", "/census/conficker", "/case/a/census"] {
        let reply = client.get(page).await;
        assert_eq!(reply.status, 200, "{page}");
        assert!(reply.body.contains("id=\"no-lake\"") && reply.body.contains("[lake]"), "{page}: {}", reply.body);
    }
    assert_eq!(client.get("/census/networks").await.status, 404);
    let public = served.get("/public/census", &[]).await;
    assert!(public.status == 200 && public.body.contains("No figures are public here."), "{}", public.body);
    let token = operator(&served).await;
    let reply = get(&served, &token, "/api/v1/census").await;
    assert!(reply.status == 404 && reply.body.contains("no lake is configured"), "{}", reply.body);
}

#[tokio::test]
async fn figures_stand_with_what_they_count() {
    let (served, _folder) = served(|_| {}).await;
    let client = served.sign_in().await;
    let list = client.get("/census").await;
    assert!(list.body.contains("/census/conficker?day=2009-03-19"), "{}", list.body);
    for page in ["/census/conficker", "/case/a/census"] {
        let reply = client.get(page).await;
        assert_eq!(reply.status, 200, "{page}: {}", reply.body);
        let body = &reply.body;
        assert!(body.contains("<b>17 (counted exactly)</b>"), "{body}");
        let definition = "distinct IPv4 addresses, conficker, on 2009-03-19; seen: machines that connected; 250 of 250 names held; left out: crawlers of the test";
        assert!(body.contains(definition), "{body}");
        assert!(body.contains("not given: only 0 machines could be followed"), "{body}");
        // The q of the day is shown with its warning and in no other form.
        assert_eq!(body.matches("q-sum:").count(), 1, "{body}");
        assert!(reply.between("q-sum:", "</p>").contains("pairs of address and User-Agent. "), "{body}");
        // Resolvers are a part of their own.
        let (machines, resolvers) = body.split_once("<h3>Resolvers that asked</h3>").unwrap();
        assert!(resolvers.contains("distinct addresses of resolvers") && resolvers.contains("2 queries"), "{body}");
        assert!(!machines.contains("distinct addresses of resolvers"), "{body}");
        // The map colours the countries, and links to their lines.
        let belgium = reply.between("data-tld=\"be\"", "</title>");
        assert!(belgium.contains("12 addresses"), "{belgium}");
        assert!(body.contains("href=\"#conficker-BE\"") && body.contains("id=\"conficker-BE\""), "{body}");
        assert!(body.contains("id=\"conficker-AS64500\""), "{body}");
    }
}

#[tokio::test]
async fn the_curve_breaks_at_a_day_that_counts_something_else() {
    let (served, _folder) = served(|_| {}).await;
    let token = operator(&served).await;
    let path = format!("/api/v1/census?since={FIRST}&family=conficker");
    let reply = get(&served, &token, &path).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let census: Census = serde_json::from_str(&reply.body).unwrap();
    assert_eq!((census.day, census.tlp, census.families.len()), (parsed(DAY), Tlp::Amber, 1));
    let family = &census.families[0];
    let trend = family.trend.as_ref().unwrap();
    assert_eq!((trend.addresses.len(), trend.refused.len()), (20, 1));
    assert_eq!(trend.refused[0].day, parsed::<UtcDay>(UNLIKE));
    assert!(trend.refused[0].why.contains("left out"), "{:?}", trend.refused);
    let decline = trend.decline.as_ref().unwrap();
    let days = std::f64::consts::LN_2 / decline.rate;
    assert!((9.0..11.0).contains(&days) && decline.low > 0.0, "{decline:?}");
    assert!(trend.networks.iter().any(|part| part.part == "AS64500" && part.decline.is_some()), "{trend:?}");
    assert_eq!(family.names_of.get("conficker-b"), Some(&2));
    assert!(family.q_sum.as_ref().unwrap().warning.len() > 20);
    let count = |part: &str| family.countries.iter().find(|line| line.part == part).map(|line| line.addresses);
    assert_eq!((count("BE"), count("FR")), (Some(12), Some(5)));
    let client = served.sign_in().await;
    let page = client.get(&format!("/census/conficker?since={FIRST}")).await;
    let drawn = page.between("<svg class=\"trend\"", "</svg>");
    assert_eq!([drawn.matches("class=\"line\"").count(), drawn.matches("class=\"unlike\"").count()], [2, 1], "{drawn}");
    assert!(page.body.contains("halves in "), "{}", page.body);
    // The same as files.
    let text = get(&served, &token, &format!("/api/v1/census/report?as=text&since={FIRST}")).await;
    assert!(text.body.starts_with("TLP:AMBER\n\nconficker on 2009-03-19\n"), "{}", text.body);
    let csv = get(&served, &token, "/api/v1/census/report?as=csv").await;
    assert!(csv.header("content-type").starts_with("text/csv"));
    assert!(csv.body.contains("2009-03-19,conficker,,addresses of the day,"), "{}", csv.body);
    let days = get(&served, &token, "/api/v1/census/days").await;
    assert_eq!(serde_json::from_str::<serde_json::Value>(&days.body).unwrap()["days"], serde_json::json!([DAY]));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let (served, _folder) = served(|_| {}).await;
    let token = operator(&served).await;
    for (query, status) in [
        ("day=2009-03-20", 404),
        ("day=2009-03-19&since=2009-03-20", 422),
        ("since=2008-01-01", 422),
        ("day=yesterday", 400),
        ("family=Not a family", 400),
        ("other=1", 400),
    ] {
        let reply = get(&served, &token, &format!("/api/v1/census?{}", query.replace(' ', "%20"))).await;
        assert_eq!(reply.status, status, "{query}: {}", reply.body);
    }
    assert_eq!(get(&served, &token, "/api/v1/census/report?as=pdf").await.status, 400);
    // A page says in words that there is nothing yet, or nothing at all.
    let client = served.sign_in().await;
    for (day, said) in [("2009-03-20", "2009-03-20 is not over"), ("2009-01-01", "There are no figures of this day")] {
        for path in ["/census", "/census/conficker", "/case/a/census"] {
            let page = client.get(&format!("{path}?day={day}&since=")).await;
            assert_eq!(page.status, 200, "{path} {day}: {}", page.body);
            assert!(page.body.contains(said) && !page.body.contains("Nothing was recorded"), "{path}: {}", page.body);
        }
    }
    assert_eq!(client.get("/census?day=someday").await.status, 400);
    let turned = client.get("/census?day=2009-03-19&since=2009-03-20").await;
    assert!(turned.status == 422 && turned.body.contains("Nothing can be shown"), "{}", turned.body);
    let nothing = get(&served, &token, "/api/v1/census?day=2009-01-01").await;
    assert!(nothing.status == 200 && nothing.body.contains("the lake holds nothing of 2009-01-01"), "{}", nothing.body);
}

#[tokio::test]
async fn figures_are_for_those_whom_their_marking_lets_see_them() {
    let (served, _folder) = served(|_| {}).await;
    let (cert, registry) = (member(&served, "cert-xx").await, member(&served, "reg-com").await);
    // The default is TLP:AMBER, which does not go to the community.
    for path in ["/census", "/census/conficker", "/case/a/census", "/api/v1/census", "/api/v1/census/days"] {
        for token in [&cert, &registry] {
            let reply = get(&served, token, path).await;
            assert!(reply.status == 404 && !reply.body.contains("11.0.0."), "{path}: {} {}", reply.status, reply.body);
        }
    }
    let (green, _other) = self::served(|census| census.marking = Marking { tlp: Tlp::Green, ..census.marking }).await;
    let (cert, registry) = (member(&green, "cert-xx").await, member(&green, "reg-com").await);
    for path in ["/census", "/census/conficker", "/api/v1/census", "/api/v1/census/days"] {
        assert_eq!(get(&green, &cert, path).await.status, 200, "{path}");
        assert_eq!(get(&green, &registry, path).await.status, 404, "{path}");
    }
    // A role in the case makes its census theirs.
    let reader = person(&served, "reader@cert.example", Some("cert-xx"), Standing::Member).await;
    served.desk.set_role(&parsed("a"), &reader.id, Some(forestall_model::CaseRole::Reader)).await.unwrap();
    let token = bearer(&served, &reader.id, "read").await;
    for path in ["/case/a/census", "/api/v1/cases/a/census"] {
        assert_eq!(get(&served, &token, path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_party_gets_the_machines_of_its_own_networks_and_the_record_says_so() {
    let (served, _folder) = served(|_| {}).await;
    let (one, two) = (member(&served, "isp-one").await, member(&served, "isp-two").await);
    let numbers: OwnNetworks = serde_json::from_str(&get(&served, &one, "/api/v1/census/networks").await.body).unwrap();
    assert_eq!((numbers.machines, numbers.networks.len(), numbers.gone), (12, 1, false));
    assert_eq!(numbers.networks[0].families.get("conficker"), Some(&12));
    for path in ["/census/networks", "/census/countries"] {
        let page = get(&served, &one, &format!("{path}?day=2009-03-20")).await;
        let expected = if path.ends_with("networks") { 200 } else { 404 };
        assert_eq!(page.status, expected, "{path}: {}", page.body);
        assert!(expected == 404 || page.body.contains("2009-03-20 is not over"), "{path}: {}", page.body);
    }
    assert_eq!(get(&served, &one, "/census/networks/machines.csv?day=2009-03-20").await.status, 404);
    let page = get(&served, &one, "/census/networks").await;
    assert!(page.status == 200 && !page.body.contains("11.0.0."), "addresses are in files alone: {}", page.body);
    assert!(served.desk.disclosures(None, 10).await.unwrap().is_empty(), "numbers are no disclosure");
    let file = get(&served, &one, "/api/v1/census/machines?as=shadowserver").await;
    assert_eq!((file.status, file.header("forestall-lines")), (200, "12"), "{}", file.body);
    assert_eq!(file.body.lines().count(), 13);
    assert!(file.body.contains("\"11.0.0.7\"") && !file.body.contains("12.0.0."), "{}", file.body);
    assert!(!file.body.contains("198.51.100.77"), "no resolver is a machine: {}", file.body);
    let saved = get(&served, &one, "/census/networks/machines.csv").await;
    assert_eq!(saved.body, file.body);
    assert!(saved.header("content-disposition").contains("2009-03-19-isp-one-infected.csv"));
    let record = served.desk.disclosures(None, 10).await.unwrap();
    assert_eq!(record.len(), 2);
    assert!(record.iter().all(|row| row.count == 12 && row.basis == "the terms of the test"), "{record:?}");
    assert!(record.iter().all(|row| row.party.as_ref().is_some_and(|party| party.as_str() == "isp-one")));
    assert!(record[0].what.contains("on 2009-03-19, in the columns of Shadowserver"), "{record:?}");
    // Who reports is not known: X-ARF must say it.
    assert_eq!(get(&served, &one, "/api/v1/census/machines?as=xarf").await.status, 422);
    assert_eq!(served.desk.disclosures(None, 10).await.unwrap().len(), 2, "nothing left");
    // Another party has its own, and whoever answers for nothing has none.
    let other = get(&served, &two, "/api/v1/census/machines?as=shadowserver").await;
    assert_eq!((other.status, other.body.lines().count()), (200, 1), "{}", other.body);
    for token in [member(&served, "cert-xx").await, operator(&served).await] {
        for path in [
            "/census/networks",
            "/census/networks/machines.csv",
            "/api/v1/census/networks",
            "/api/v1/census/machines?as=shadowserver",
        ] {
            assert_eq!(get(&served, &token, path).await.status, 404, "{path}");
        }
    }
}

#[tokio::test]
async fn a_cert_sees_its_own_country_in_full_and_no_other() {
    let own = |census: &mut CensusSettings| {
        census.networks.insert(parsed("cert-xx"), vec![parsed("FR"), parsed("NL")]);
    };
    let (served, _folder) = served(own).await;
    let (cert, isp) = (member(&served, "cert-xx").await, member(&served, "isp-one").await);
    let reply = get(&served, &cert, &format!("/api/v1/census/countries?since={FIRST}")).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let numbers: OwnCountries = serde_json::from_str(&reply.body).unwrap();
    let countries: Vec<(&str, usize)> =
        numbers.countries.iter().map(|of| (of.country.as_str(), of.families.len())).collect();
    assert_eq!((countries, numbers.gone), (vec![("FR", 1), ("NL", 0)], false));
    let family = &numbers.countries[0].families[0];
    assert_eq!(
        (family.family.as_str(), family.numbers.part.as_str(), family.numbers.addresses),
        ("conficker", "FR", 5)
    );
    assert_eq!(family.counts.without.as_deref(), Some(WITHOUT));
    assert!(family.said.is_some());
    let networks = family.networks.as_ref().unwrap();
    assert_eq!((networks.len(), networks[0].addresses), (1, 5));
    let page = get(&served, &cert, "/census/countries").await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("<b>5</b> addresses") && page.body.contains("No machine of this country was seen."));
    for hidden in ["12.0.0.", "11.0.0.", "AS64500", "198.51.100.77"] {
        assert!(!page.body.contains(hidden), "{hidden}: {}", page.body);
    }
    let file = get(&served, &cert, "/census/countries/countries.csv").await;
    assert!(file.header("content-disposition").contains("2009-03-19-cert-xx-countries.csv"));
    assert!(file.body.contains("2009-03-19,conficker,FR,addresses of the day,"), "{}", file.body);
    assert!(!file.body.contains(",BE,"), "{}", file.body);
    assert!(served.desk.disclosures(None, 10).await.unwrap().is_empty(), "numbers are no disclosure");
    // Whoever answers for networks alone has no country, nor has the operator.
    for token in [isp, operator(&served).await] {
        for path in ["/census/countries", "/census/countries/countries.csv", "/api/v1/census/countries"] {
            assert_eq!(get(&served, &token, path).await.status, 404, "{path}");
        }
    }
}

#[tokio::test]
async fn everybody_sees_totals_without_small_cells() {
    let (served, _folder) = served(|_| {}).await;
    let page = served.get("/public/census", &[]).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("IPv4 addresses: 17"), "{}", page.body);
    assert!(page.body.contains("IPv6 networks of 64 bits: fewer than 10"), "{}", page.body);
    for secret in ["conficker-FR", "data-tld=\"fr\"", "AS64500", "11.0.0.", "resolver"] {
        assert!(!page.body.contains(secret), "{secret}: {}", page.body);
    }
    let reply = served.get("/public/census", &[("Accept", "application/json")]).await;
    let document: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
    let addresses = &document["families"][0]["addresses"];
    assert_eq!(addresses["total"], 17);
    // With the total, 12 of Belgium would tell the 5 of France.
    assert_eq!(addresses["cells"], serde_json::json!([]));
    let (closed, _other) = self::served(|census| census.public.clear()).await;
    let page = closed.get("/public/census", &[]).await;
    assert!(page.body.contains("No figures are public here.") && !page.body.contains("conficker"), "{}", page.body);
}

#[tokio::test]
async fn what_comes_to_the_lake_later_is_counted_by_a_hub_that_starts_later() {
    let (served, folder) = served(|_| {}).await;
    let token = operator(&served).await;
    let count = |body: &str| {
        let census: Census = serde_json::from_str(body).unwrap();
        census.families[0].machines[0].figure.as_ref().unwrap().value
    };
    let before = count(&get(&served, &token, "/api/v1/census").await.body);
    let path = folder.path().to_owned();
    let late = Request { at: at(parsed(DAY), 9_000), address: parsed("11.0.0.99"), agent: "Mozilla/4.0", q: 5 };
    tokio::task::spawn_blocking(move || ship(&path, "sensor-2", (&[late], &[]), &origin)).await.unwrap();
    let census = settings(folder.path());
    let again = served.again(|settings| settings.census = Some(census)).await;
    let after = count(&get(&again, &token, "/api/v1/census").await.body);
    assert!((before - 17.0).abs() < 0.1 && (after - 18.0).abs() < 0.1, "{before} {after}");
}

#[tokio::test]
async fn a_party_without_a_key_gets_a_link_by_mail_and_no_address() {
    let test = "census::a_party_without_a_key_gets_a_link_by_mail_and_no_address";
    let Some(server) = Smtp::start(test, SmtpTls::None, 10 << 20) else { return };
    let (served, folder) = served(|_| {}).await;
    let parties = "id,kind,name,tlds,contact,mail\nisp-mail,resolver-operator,ISP Mail,,NOC,noc@isp.example\n";
    served.desk.import_parties(parties, now()).await.unwrap();
    let mut census = settings(folder.path());
    census.networks.insert(parsed("isp-mail"), vec![parsed("AS64500")]);
    census.mailed = ["isp-mail", "isp-one"].map(parsed).into();
    let scheduler = Scheduler::new(served.desk.clone(), Vantage::default(), Rules::built_in().clone(), Arc::new(now))
        .with_post(post(server.address()))
        .with_census(census);
    scheduler.run_due().await.unwrap();
    scheduler.run_due().await.unwrap();
    let letters = server.letters();
    assert_eq!(letters.len(), 1, "once, although it ran twice, and nobody who has no address");
    assert!(header(&letters[0], "To").contains("noc@isp.example"), "{}", letters[0]);
    assert!(letters[0].contains("https://hub.example/census/networks"), "{}", letters[0]);
    assert!(!letters[0].contains("11.0.0."), "no address: {}", letters[0]);
    assert!(served.desk.disclosures(None, 10).await.unwrap().is_empty(), "nothing left");
    let jobs = served.desk.store().jobs(50).await.unwrap();
    let told: Vec<_> = jobs.iter().filter(|job| job.kind == "machines").collect();
    assert!(told.len() == 2 && told.iter().all(|job| job.state == JobState::Done), "{told:?}");
}

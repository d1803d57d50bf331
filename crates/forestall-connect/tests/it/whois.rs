// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! WHOIS from servers on loopback: those that answer, and those that do not.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::SocketAddr;
use std::time::{Duration, Instant as Moment};

use forestall_connect::whois::WhoisCollectError;
use forestall_connect::{Manners, TurnsReport, WhoisOptions, collect_whois};
use forestall_model::directory::Directory;
use forestall_model::dossier::RegistrationState;
use forestall_model::{Method, Pap};
use forestall_testkit::responder::{Responder, read_until};
use forestall_testkit::whois::WhoisService;

use crate::rdap::{Outcomes, name, now, quick, why};

const REGISTERED: &str = "Domain Name: WNSUX.COM\r\nCreation Date: 2005-02-18T19:38:52Z\r\nRegistrar: Example Registrar\r\n\
     Domain Status: clientHold https://icann.org/epp#clientHold\r\nName Server: NS1.EXAMPLE.NET\r\n";

fn service() -> WhoisService {
    WhoisService::start([
        ("wnsux.com".to_owned(), REGISTERED.as_bytes().to_vec()),
        ("free.de".to_owned(), b"Domain: free.de\nStatus: free\n".to_vec()),
        ("limited.de".to_owned(), b"% Error: 55000000002 Connection refused; access control limit reached.\n".to_vec()),
        ("strange.de".to_owned(), b"hello\n".to_vec()),
        ("octets.de".to_owned(), vec![0xFF; 1_000]),
        ("empty.de".to_owned(), Vec::new()),
        ("huge.de".to_owned(), vec![b'x'; 1 << 20]),
    ])
}

fn at(server: SocketAddr) -> WhoisOptions<'static> {
    WhoisOptions {
        default: Some(server.to_string().parse().unwrap()),
        manners: Manners { tries: 1, ..quick() },
        ..WhoisOptions::new(Directory::built_in())
    }
}

async fn collected(names: &[&str], options: &WhoisOptions<'_>) -> (Outcomes, TurnsReport) {
    let mut outcomes = Outcomes::new();
    let sink = |name, outcome| assert!(outcomes.insert(name, outcome).is_none());
    let report = collect_whois(names.iter().map(|text| name(text)), options, now(), sink).await.unwrap();
    (outcomes, report)
}

#[tokio::test]
async fn learns_what_the_registry_has_and_never_more() {
    let service = service();
    let names = [
        "wnsux.com",
        "absent.com",
        "free.de",
        "limited.de",
        "strange.de",
        "octets.de",
        "empty.de",
        "huge.de",
        "www.a.de",
    ];
    let (outcomes, report) = collected(&names, &at(service.address())).await;
    assert_eq!((report.told, report.failed), (3, 6));
    let sourced = outcomes[&name("wnsux.com")].as_ref().unwrap();
    assert_eq!((sourced.method, sourced.source.as_str()), (Method::Whois, service.address().to_string().as_str()));
    assert_eq!(sourced.fact.state, RegistrationState::Registered);
    assert!(sourced.fact.is_on_hold());
    let state = |of: &str| outcomes[&name(of)].as_ref().unwrap().fact.state;
    assert_eq!(state("absent.com"), RegistrationState::NotFound);
    assert_eq!(state("free.de"), RegistrationState::Available);
    assert!(why(&outcomes, "limited.de").starts_with("the server limits questions: "));
    assert_eq!(why(&outcomes, "strange.de"), "the answer is in no known form; it begins \"hello\"");
    assert!(why(&outcomes, "octets.de").starts_with("the answer is in no known form"));
    assert_eq!(why(&outcomes, "empty.de"), "the answer is empty");
    assert_eq!(why(&outcomes, "huge.de"), "the answer is longer than 65536 octets");
    assert_eq!(why(&outcomes, "www.a.de"), "it lies below a registrable name; expected a.de");
    assert_eq!(service.asked()[0].0, "absent.com");
}

#[tokio::test]
async fn each_top_level_domain_has_its_server_and_one_that_is_stopped_or_slow_holds_up_nobody() {
    let (mut stopped, slow, quick_one) = (service(), service(), service());
    slow.throttle(Duration::from_secs(10));
    let of = |service: &WhoisService| service.address().to_string().parse().unwrap();
    let servers: BTreeMap<_, _> = [
        ("be".parse().unwrap(), of(&stopped)),
        ("ag".parse().unwrap(), of(&slow)),
        ("com".parse().unwrap(), of(&quick_one)),
    ]
    .into();
    stopped.stop();
    let manners = Manners { tries: 1, timeout: Duration::from_secs(2), ..quick() };
    let options = WhoisOptions { servers, default: None, manners, ..WhoisOptions::new(Directory::built_in()) };
    let begin = Moment::now();
    let mut first = None;
    let mut outcomes = Outcomes::new();
    let names = ["a.ag", "a.be", "wnsux.com", "a.ws"].map(name);
    collect_whois(names, &options, now(), |name, outcome| {
        if outcome.is_ok() {
            first = Some(begin.elapsed());
        }
        outcomes.insert(name, outcome);
    })
    .await
    .unwrap();
    assert!(outcomes[&name("wnsux.com")].is_ok());
    assert!(first.unwrap() < Duration::from_millis(1_800), "{first:?}");
    assert!(why(&outcomes, "a.be").starts_with("it cannot be reached: "), "{}", why(&outcomes, "a.be"));
    assert_eq!(why(&outcomes, "a.ag"), "no whole answer within 2s");
    assert_eq!(why(&outcomes, "a.ws"), "no server of WHOIS is given for ws");
    assert_eq!(outcomes[&name("a.ws")].as_ref().unwrap_err().source, options.source(&name("a.ws")));
}

#[tokio::test]
async fn keeps_to_its_rate() {
    let service = service();
    let options = at(service.address());
    let options = WhoisOptions { manners: Manners { per_second: Some(20), ..options.manners.clone() }, ..options };
    let begin = Moment::now();
    collected(&["a.com", "b.com", "c.com", "d.com", "e.com"], &options).await;
    assert!(begin.elapsed() >= Duration::from_millis(200), "{:?}", begin.elapsed());
    assert_eq!(service.asked().len(), 5);
}

#[tokio::test]
async fn endless_answers_are_cut() {
    let service = Responder::start(|mut stream| {
        let line = read_until(&mut stream, b"\r\n")?;
        loop {
            stream.write_all(b"NOT FOUND\r\n")?;
            if line.starts_with("drip") {
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    });
    let (outcomes, _) = collected(&["flood.com"], &at(service.address())).await;
    assert_eq!(why(&outcomes, "flood.com"), "the answer is longer than 65536 octets");
    let manners = Manners { tries: 1, timeout: Duration::from_millis(700), ..quick() };
    let (outcomes, _) = collected(&["drip.com"], &WhoisOptions { manners, ..at(service.address()) }).await;
    assert_eq!(why(&outcomes, "drip.com"), "no whole answer within 700ms");
}

#[tokio::test]
async fn the_marking_binds() {
    let service = service();
    let (outcomes, _) = collected(&["wnsux.com"], &WhoisOptions { pap: Pap::Amber, ..at(service.address()) }).await;
    assert!(outcomes[&name("wnsux.com")].is_ok());
    let red = WhoisOptions { pap: Pap::Red, ..at(service.address()) };
    let error = collect_whois([name("wnsux.com")], &red, now(), |_, _| panic!("nothing is known")).await.unwrap_err();
    assert_eq!(error, WhoisCollectError::Forbidden(Pap::Red));
    assert_eq!(service.asked().len(), 1);
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Legitimate names that will be hit: the list with registrars and hosts out of kept evidence, and the letters.

use forestall_formats::Form;
use forestall_formats::feed::Settings;
use forestall_formats::flood::HitList;
use forestall_formats::letters::Addressee;
use forestall_hub::desk::{AskFlood, AskLetters, CaseFile, DeskError, Publish, PublishSpan, file_name};
use forestall_model::dossier::{Dossier, Existence, Presence, Registrar, Registration, RegistrationState, Sourced};
use forestall_model::{Audience, DomainName, Instant, Method, NameClass, Released, Tld, Window};
use forestall_testkit::parsed;
use forestall_vet::Rules;

use crate::console::{Served, act, now};

/// The first names of a top-level domain in the list of a day.
pub(crate) fn names(served: &Served, file: &CaseFile, tld: &str, day: &str, count: usize) -> Vec<DomainName> {
    let span = PublishSpan::Lists(forestall_model::DayRange::one(parsed(day)));
    let tld: Tld = parsed(tld);
    let ask = Publish {
        form: Form::Plain,
        tld: Some(tld),
        span,
        audience: Audience::Recipient,
        now: now(),
        most: None,
        settings: Settings::default(),
    };
    let mut out = Vec::new();
    served.desk.publish(file, &ask, &mut out).expect("the names");
    let text = String::from_utf8(out).expect("text");
    text.lines().filter(|line| !line.starts_with('#')).take(count).map(parsed).collect()
}

/// The dossier of a name that is registered since 1998 at a registrar and is delegated to some servers, or has an address.
pub(crate) fn dossier(name: &DomainName, servers: &[&str]) -> Dossier {
    let mut dossier = Dossier::new(name.clone());
    let mut fact = Registration::bare(RegistrationState::Registered);
    fact.created = Some(parsed("1998-05-01T00:00:00Z"));
    fact.registrar = Some(Registrar {
        name: "Old Names, Inc.".to_owned(),
        iana_id: Some(292),
        abuse_mail: Some("abuse@names.example".to_owned()),
        abuse_phone: None,
    });
    dossier.registration.push(Sourced {
        method: Method::Rdap,
        source: "https://rdap.test/".to_owned(),
        at: now(),
        fact,
    });
    let mut fact = Presence::bare(Existence::Delegated);
    fact.name_servers = servers.iter().map(|server| parsed(server)).collect();
    fact.addresses = vec![parsed("192.0.2.80")];
    dossier.presence.push(Sourced { method: Method::Dns, source: "127.0.0.1:53".to_owned(), at: now(), fact });
    dossier
}

fn ask(span: Window) -> AskFlood {
    AskFlood { span, populations: forestall_coord::Populations::default(), audience: Audience::Recipient, now: now() }
}

const fn all() -> Window {
    Window { from: Instant::from_micros(i64::MIN), until: Instant::from_micros(i64::MAX) }
}

fn letters(language: &str, undecided: bool) -> AskLetters {
    AskLetters { language: language.to_owned(), contact: None, appeal: None, undecided, now: now() }
}

/// A case with one name that a person excluded, one that is vetted with name servers, and one that is vetted without.
async fn case(served: &Served) -> (CaseFile, [DomainName; 3]) {
    let file = served.open_case("a", "A case").await;
    let of_day = names(served, &file, "com", "2009-03-22", 3);
    let [excluded, served_name, bare] = [0, 1, 2].map(|index| of_day[index].clone());
    let id = file.case.id.clone();
    let class = NameClass::RegisteredBenign;
    served.desk.exclude(&id, &act(), excluded.clone(), class, "a shop".to_owned()).await.expect("excluded");
    let dossiers = vec![dossier(&served_name, &["ns1.host.co.uk", "ns2.host.co.uk"]), dossier(&bare, &[])];
    let report = served.desk.vet(&id, &act(), dossiers, now(), Rules::built_in()).await.expect("vetted");
    assert!(report.verdicts.iter().all(|verdict| verdict.class.is_held()), "{report:?}");
    (served.desk.file(&id).await.expect("a case"), [excluded, served_name, bare])
}

fn line<'a>(list: &'a Released<HitList>, name: &DomainName) -> &'a forestall_formats::flood::HitLine {
    list.object().lines.iter().find(|line| line.name == *name).expect("the name is hit")
}

#[tokio::test(flavor = "multi_thread")]
async fn registrar_and_host_come_from_the_evidence_that_was_kept() {
    let served = Served::start().await;
    let (file, [excluded, served_name, bare]) = case(&served).await;
    let list = served.desk.flood(&file, &ask(all())).await.expect("a list");
    assert_eq!(line(&list, &excluded).registrar, None);
    let registrar = line(&list, &served_name).registrar.as_ref().expect("a registrar");
    assert_eq!(
        (registrar.to_string().as_str(), registrar.mail.as_deref()),
        ("Old Names, Inc. (292)", Some("abuse@names.example"))
    );
    assert_eq!(line(&list, &served_name).hosts, ["host.co.uk"]);
    assert_eq!(line(&list, &bare).hosts, ["192.0.2.80"], "where no name server is known, its address");
    let hit = line(&list, &excluded);
    assert_eq!(hit.day, parsed("2009-03-22"));
    assert!(hit.machines.is_some() && hit.assumptions.len() >= 3, "{hit:?}");
    assert!(hit.short, "it opens in less than seven days");
    let later = Window { from: parsed("2009-03-24T12:00:00Z"), until: parsed("2009-04-01T00:00:00Z") };
    assert!(served.desk.flood(&file, &ask(later)).await.expect("a list").object().lines.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_go_to_holders_of_legitimate_names_to_registrars_and_to_hosts() {
    let served = Served::start().await;
    let (file, [excluded, served_name, bare]) = case(&served).await;
    let list = served.desk.flood(&file, &ask(all())).await.expect("a list");
    let stances: Vec<&str> = [&served_name, &bare].map(|name| line(&list, name).holder).to_vec();
    assert_eq!(stances, ["benign", "undecided"], "an old name with name servers is clear");
    let of = |undecided: bool, addressee: Addressee| -> Vec<String> {
        let written = served.desk.letters(&file, &list, &letters("en", undecided)).expect("letters");
        written.into_iter().filter(|letter| letter.addressee == addressee).map(|letter| letter.file).collect()
    };
    let mut legitimate = [&excluded, &served_name].map(|name| format!("holder-{name}.txt"));
    legitimate.sort_unstable();
    assert_eq!(of(false, Addressee::Holder), legitimate, "no word to whom nobody has judged");
    assert_eq!(of(false, Addressee::Host), ["host-host.co.uk.txt"]);
    assert_eq!(of(false, Addressee::Registrar), ["registrar-292.txt"]);
    assert_eq!(of(true, Addressee::Holder).len(), 3);
    assert_eq!(of(true, Addressee::Host), ["host-192.0.2.80.txt", "host-host.co.uk.txt"]);
    let written = served.desk.letters(&file, &list, &letters("en", false)).expect("letters");
    let registrar = &written.iter().find(|letter| letter.addressee == Addressee::Registrar).expect("one").text;
    assert!(registrar.contains("To Old Names, Inc. (292), abuse@names.example"), "{registrar}");
    assert!(registrar.contains(served_name.as_str()) && registrar.contains(bare.as_str()), "{registrar}");
    assert!(!registrar.contains(excluded.as_str()), "not the customer of another: {registrar}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gate_and_the_language_stand_before_the_list() {
    let served = Served::start().await;
    let (file, _) = case(&served).await;
    let public = AskFlood { audience: Audience::Public, ..ask(all()) };
    let error = served.desk.flood(&file, &public).await.expect_err("the case is not public");
    assert!(matches!(error, DeskError::Withheld(_)), "{error}");
    let list = served.desk.flood(&file, &ask(all())).await.expect("a list");
    let error = served.desk.letters(&file, &list, &letters("tlh", false)).expect_err("no such language");
    assert!(error.to_string().contains("there are: en"), "{error}");
}

#[test]
fn file_names_hold_nothing_that_leads_elsewhere() {
    assert_eq!(file_name("registrar", "292", "csv"), "registrar-292.csv");
    for hostile in ["../../etc/passwd", "a/b", "C:\\x", "\0", "", "Ünïcode", "a b", "2001:db8::1"] {
        let name = file_name("host", hostile, "txt");
        let safe = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-');
        assert!(name.chars().all(safe) && name.starts_with("host-"), "{name}");
    }
    assert_ne!(file_name("host", "a/b", "txt"), file_name("host", "a\\b", "txt"));
    assert!(file_name("host", &"x".repeat(10_000), "txt").len() < 120);
}

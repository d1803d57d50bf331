// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Requests of a case: registrars, dates and name servers come from kept evidence, and nobody is asked to touch a holder whom no person judged.

use forestall_coord::command::{Rule, list_digest};
use forestall_formats::Form;
use forestall_formats::epp::Account;
use forestall_formats::feed::{Publisher, Settings};
use forestall_hub::desk::{AskRegistry, CaseFile, DeskError, Publish, PublishSpan};
use forestall_model::{Action, Audience, DomainName, NameClass, Ruling};
use forestall_testkit::parsed;
use forestall_vet::Rules;

use crate::console::{Served, act, now};
use crate::flood::{dossier, names};

fn ask(form: Form) -> Publish {
    let settings = Settings {
        publisher: Publisher { name: "Team".to_owned(), mail: "team@cert.example".to_owned() },
        account: Account { name_servers: vec![parsed("ns1.sink.example")], ..Account::default() },
        ..Settings::default()
    };
    let span = PublishSpan::Lists(forestall_model::DayRange::one(parsed("2009-03-22")));
    Publish { form, tld: Some(parsed("com")), span, audience: Audience::Recipient, now: now(), most: None, settings }
}

/// A case whose registry of com is asked to reserve, with a name that is excluded, one on which a person ruled, and one that waits.
async fn case(served: &Served) -> (CaseFile, [DomainName; 3]) {
    let file = served.open_case("a", "A case").await;
    let of_day = names(served, &file, "com", "2009-03-22", 3);
    let [excluded, ruled, waiting] = [0, 1, 2].map(|index| of_day[index].clone());
    let id = file.case.id.clone();
    let class = NameClass::RegisteredBenign;
    served.desk.exclude(&id, &act(), excluded.clone(), class, "a shop".to_owned()).await.expect("excluded");
    let dossiers = [&ruled, &waiting].map(|name| dossier(name, &[]));
    served.desk.vet(&id, &act(), dossiers.to_vec(), now(), Rules::built_in()).await.expect("vetted");
    let names = vec![ruled.clone()];
    let rule = Rule {
        digest: list_digest(&names),
        names,
        ruling: Ruling::Act,
        action: Some(Action::NotifyRegistrar),
        legal_basis: None,
        reason: "registered by machines".to_owned(),
        evidence: "the registration data".to_owned(),
        second: None,
    };
    served.desk.rule(&id, &act(), rule).await.expect("ruled");
    (served.desk.file(&id).await.expect("a case"), [excluded, ruled, waiting])
}

async fn written(served: &Served, file: &CaseFile, form: Form) -> String {
    let ask = ask(form);
    let request = served.desk.requested(file, &ask).await.expect("a request");
    let mut out = Vec::new();
    served.desk.write_requested(&request, &ask, &mut out).expect("written");
    String::from_utf8(out).expect("text")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_of_a_holder_comes_from_evidence() {
    let served = Served::start().await;
    let (file, [excluded, ruled, waiting]) = case(&served).await;
    let request = served.desk.requested(&file, &ask(Form::Annex)).await.expect("a request");
    let request = request.object();
    let line = |name: &DomainName| request.lines.iter().find(|asked| asked.line.name == *name);
    assert_eq!(line(&excluded), None, "a legitimate holder is in no request");
    let told = line(&ruled).expect("the name is asked for");
    assert_eq!(told.line.requested_action, Some(Action::NotifyRegistrar));
    assert_eq!((told.registrar.as_deref(), told.line.registrar_iana_id), (Some("292"), Some(292)));
    assert_eq!(told.line.created, Some(parsed("1998-05-01T00:00:00Z")));
    assert_eq!(line(&waiting).expect("the name is shown").line.requested_action, None, "nobody decided about it");
    assert_eq!(request.registrar("292"), "Old Names, Inc. (292)");
    assert!(request.contracted.contains(&parsed::<forestall_model::Tld>("com")));
    let (guard, window) = (told.guard.expect("a guard"), told.line.window.expect("a window"));
    assert!(guard.from < window.from && window.until < guard.until, "the margins are part of the request");
    assert!(request.lines.is_sorted_by_key(|asked| &asked.line.name));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_form_tells_whom_it_concerns() {
    let served = Served::start().await;
    let (file, [excluded, ruled, waiting]) = case(&served).await;
    for form in Form::ALL.iter().copied().filter(|form| form.request_writer().is_some()) {
        assert!(!written(&served, &file, form).await.contains(excluded.as_str()), "{form}");
    }
    let mail = written(&served, &file, Form::RegistrarMail).await;
    assert!(mail.contains("To: abuse@names.example\n"), "{mail}");
    assert!(mail.contains(&format!("* {ruled}\n")) && mail.contains(&format!("* {waiting}\n")), "{mail}");
    let reports = written(&served, &file, Form::Xarf).await;
    assert!(reports.contains(ruled.as_str()) && !reports.contains(waiting.as_str()), "{reports}");
    let commands = written(&served, &file, Form::Epp).await;
    assert!(!commands.contains(&format!("<domain:name>{waiting}")), "{commands}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sinkhole_without_servers_and_a_stranger_are_refused() {
    let served = Served::start().await;
    let file = served.open_case("a", "A case").await;
    let wish = AskRegistry {
        tld: parsed("com"),
        days: None,
        campaigns: Vec::new(),
        action: Action::RegisterSinkhole,
        fallback: None,
        legal_basis: None,
        override_by: None,
    };
    served.desk.request(&file.case.id, &act(), wish).await.expect("asked");
    let file = served.desk.file(&file.case.id).await.expect("a case");
    let bare = Publish { settings: Settings::default(), ..ask(Form::Epp) };
    let request = served.desk.requested(&file, &bare).await.expect("a request");
    let refused = served.desk.write_requested(&request, &bare, &mut std::io::sink()).expect_err("no server");
    assert!(matches!(&refused, DeskError::Input(text) if text.contains("--name-server")), "{refused}");
    let commands = written(&served, &file, Form::Epp).await;
    assert!(commands.contains("<domain:hostObj>ns1.sink.example</domain:hostObj>"), "{commands}");
    let public = Publish { audience: Audience::Public, ..ask(Form::Annex) };
    let refused = served.desk.requested(&file, &public).await.expect_err("the case is not public");
    assert!(matches!(refused, DeskError::Withheld(_)), "{refused}");
}

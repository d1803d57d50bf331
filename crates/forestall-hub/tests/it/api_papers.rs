// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The papers of a list by the API: the octets that are sent, known ones not again, each on record.

use forestall_model::party::ListForm;
use forestall_model::{Digest, Standing};
use forestall_testkit::parsed;

use crate::accounts::{bearer, person};
use crate::api::{Program, operator, problem};
use crate::console::{Served, now};
use crate::papers::{cut, open, sender};

const PAPERS: &str = "/api/v1/cases/a/slices/com/lists/1/papers";

#[tokio::test(flavor = "multi_thread")]
async fn each_paper_is_what_the_package_holds_and_is_not_sent_twice() {
    let served = open(ListForm::Xlsx).await;
    let program = operator(&served).await;
    let offered = program.json(PAPERS).await;
    let first = &offered["items"][0];
    assert_eq!((&first["paper"], &first["preferred"]), (&"list.xlsx".into(), &true.into()), "{offered}");
    assert_eq!(offered["items"].as_array().map(Vec::len), Some(10));
    let package = served.desk.package(&parsed("a"), &parsed("com"), 1, &sender(), now()).await.expect("a package");
    let package = package.into_object();
    for (name, media_type) in [
        ("list.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("brief.html", "text/html; charset=utf-8"),
        ("envelope.json", "application/json"),
        ("envelope.json.minisig", "text/plain; charset=utf-8"),
    ] {
        let reply = program.get(&format!("{PAPERS}/{name}")).await;
        let file = package.files.iter().find(|file| file.name == format!("a.com.1.{name}")).expect("a file");
        assert_eq!(Digest::of(&reply.octets), Digest::of(&file.octets), "{name}: {}", reply.status);
        assert_eq!(reply.header("content-disposition"), format!("attachment; filename=\"{}\"", file.name));
        assert_eq!(reply.header("content-type"), media_type);
        let tag = reply.header("etag").to_owned();
        assert!(tag.starts_with('"') && tag.len() > 20, "{tag}");
        let known = program.send("GET", &format!("{PAPERS}/{name}"), &[("If-None-Match", &tag)], None).await;
        assert_eq!((known.status, known.octets.len(), known.header("etag")), (304, 0, tag.as_str()));
    }
    let all = program.get(&format!("{PAPERS}/package.zip")).await;
    let files = forestall_formats::bundle::read(&all.octets, 64 << 20).expect("an archive");
    let sent: Vec<_> = package.files.iter().map(|file| (file.name.clone(), file.octets.clone())).collect();
    assert!(files == sent, "everything, in the order of the package");
    let record = served.desk.disclosures(None, 100).await.expect("the record");
    let of = |what: &str| record.iter().filter(|row| row.what == what).map(|row| row.count).collect::<Vec<_>>();
    assert!(matches!(of("list 1 of .com as list.xlsx")[..], [names] if names > 100), "{record:?}");
    assert_eq!(of("list 1 of .com as envelope.json"), [0]);
    problem(&program.get(&format!("{PAPERS}/list.pdf")).await, 404, "not-found");
    problem(&program.get("/api/v1/cases/a/slices/com/lists/2/papers/list.csv").await, 404, "not-found");
    problem(&program.get(&format!("{PAPERS}/list.csv?part=added")).await, 400, "malformed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_gets_the_papers_of_its_own_lists_and_that_it_opened_them_is_recorded() {
    let served = open(ListForm::Csv).await;
    let read = async || served.desk.file(&parsed("a")).await.expect("a case").case.slices["com"].cuts[0].read;
    operator(&served).await.get(&format!("{PAPERS}/list.csv")).await;
    assert_eq!(read().await, None, "a coordinator is not the registry");
    let who = person(&served, "desk@com.example", Some("reg-com"), Standing::Member).await;
    let program = Program { served: &served, token: bearer(&served, &who.id, "read").await };
    assert_eq!(program.get(&format!("{PAPERS}/envelope.json.minisig")).await.status, 200);
    assert_eq!(read().await, None, "a signature tells nothing of the list");
    assert_eq!(program.get(&format!("{PAPERS}/brief.txt")).await.status, 200);
    assert_eq!(read().await, Some(now()));
    for other in ["/api/v1/cases/a/slices/net/lists/1/papers", "/api/v1/cases/a/slices/net/lists/1/papers/brief.txt"] {
        let hidden = problem(&program.get(other).await, 404, "not-found");
        assert_eq!(hidden, problem(&program.get("/api/v1/nothing").await, 404, "not-found"), "{other}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_leaves_in_nobodys_name() {
    let served = Served::start().await;
    served.open_case("a", "Spring 2009").await;
    cut(&served, forestall_model::Action::Reserve, None).await;
    let program = operator(&served).await;
    assert_eq!(program.json(PAPERS).await["items"], serde_json::json!([]));
    let refused = problem(&program.get(&format!("{PAPERS}/brief.txt")).await, 404, "not-found");
    assert!(refused["detail"].as_str().is_some_and(|text| text.contains("do not say who asks")), "{refused}");
}

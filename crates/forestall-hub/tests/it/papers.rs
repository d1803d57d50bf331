// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What goes out with a numbered list, fetched from the console: the same octets as are sent, through the gate, on record.

use std::io::Read as _;
use std::sync::Arc;

use forestall_coord::event::Purpose;
use forestall_formats::envelope::{Fees, Requester};
use forestall_formats::signature::SecretKey;
use forestall_hub::desk::{AskLists, DeskError, FetchPaper, Paper, Sender};
use forestall_model::party::{ListForm, Road, Terms};
use forestall_model::{Action, Audience, Digest, Party, Standing};
use forestall_testkit::parsed;

use crate::accounts::{bearer, person};
use crate::console::{Served, act, now};

pub(crate) fn sender() -> Sender {
    Sender {
        requester: Requester {
            organisation: "CERT Example".to_owned(),
            person: "Ada Coordinator".to_owned(),
            phone: "+1 555 0100".to_owned(),
            mail: None,
            role: "coordinator".to_owned(),
            proof: "https://cert.example/contact".to_owned(),
        },
        appeal: "appeals@cert.example".to_owned(),
        answer_to: "lists@cert.example".to_owned(),
        fees: Fees { waiver_wanted: false, provision: None },
        renewed_by: None,
        key: Arc::new(SecretKey::from_seed(&[3; 32], *b"forestal")),
    }
}

/// The registry of com, which wants workbooks in German and goes by ERSR.
pub(crate) async fn registry(served: &Served, form: ListForm) {
    let terms =
        Terms { road: Road::Ersr, form, language: "de".to_owned(), offset: parsed("+10:30"), ..Terms::default() };
    let contact = forestall_model::party::Contact {
        name: "Night desk of com".to_owned(),
        role: "abuse desk".to_owned(),
        mail: Some("desk@com.example".to_owned()),
        phone: Some("+1 555 0142".to_owned()),
        second: Some("fax +1 555 0143".to_owned()),
        day_and_night: false,
        verified: None,
        tested: Some(parsed("2009-03-01")),
        owner: None,
    };
    let party = Party {
        id: parsed("reg-com"),
        kind: forestall_model::party::PartyKind::Registry,
        name: "The registry of com".to_owned(),
        tlds: vec![parsed("com")],
        terms: Some(terms),
        contacts: vec![contact],
        webhook: None,
        openpgp: None,
    };
    served.desk.keep_party(party, None, now()).await.expect("the party is kept");
}

pub(crate) async fn cut(served: &Served, action: Action, fallback: Option<Action>) {
    let ask = AskLists {
        tlds: vec![parsed("com")],
        purpose: Purpose::Protect,
        action: Some(action),
        fallback,
        campaigns: Vec::new(),
        legal_basis: None,
        override_by: None,
    };
    served.desk.cut_lists(&parsed("a"), &act(), &ask).await.expect("the list is cut");
}

pub(crate) async fn open(form: ListForm) -> Served {
    let served = Served::start_with(|settings| settings.sender = Some(sender())).await;
    served.open_case("a", "Spring 2009").await;
    registry(&served, form).await;
    cut(&served, Action::Reserve, Some(Action::Monitor)).await;
    served
}

#[tokio::test(flavor = "multi_thread")]
async fn each_paper_is_what_the_package_holds() {
    let served = open(ListForm::Xlsx).await;
    let client = served.sign_in().await;
    let package = served.desk.package(&parsed("a"), &parsed("com"), 1, &sender(), now()).await.expect("a package");
    let (package, base) = (package.into_object(), "/case/a/slice/com/list/1");
    for name in ["list.xlsx", "brief.html", "envelope.json", "envelope.json.minisig"] {
        let reply = client.get(&format!("{base}/{name}")).await;
        let file = package.files.iter().find(|file| file.name == format!("a.com.1.{name}")).expect("a file");
        assert_eq!(Digest::of(&reply.octets), Digest::of(&file.octets), "{name}: {}", reply.status);
        assert_eq!(reply.header("content-disposition"), format!("attachment; filename=\"{}\"", file.name));
    }
    // The brief is in the registry's language.
    let brief = client.get(&format!("{base}/brief.txt")).await.body;
    assert!(brief.contains("Ada Coordinator") && brief.contains("Liste"), "{brief}");
    // A form that it does not prefer holds the same lines.
    let csv = client.get(&format!("{base}/list.csv")).await.body;
    let plain = client.get(&format!("{base}/list.txt")).await.body;
    let names: Vec<&str> = csv.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert!(names.len() > 100);
    let mut once = names.clone();
    once.dedup();
    assert_eq!(plain.lines().collect::<Vec<_>>(), once);
    assert!(client.get(&format!("{base}/list.html")).await.body.contains(once[0]));
    // Everything, in the order of the package.
    let archive = client.get(&format!("{base}/package.zip")).await.octets;
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archive)).expect("an archive");
    for file in &package.files {
        let mut octets = Vec::new();
        archive.by_name(&file.name).expect("a file").read_to_end(&mut octets).expect("it is read");
        assert_eq!(octets, file.octets);
    }
    assert_eq!(archive.len(), package.files.len());
    let evidence = client.get(&format!("{base}/evidence.zip")).await.octets;
    assert_eq!(zip::ZipArchive::new(std::io::Cursor::new(evidence)).expect("an archive").len(), 8);
    let record = served.desk.disclosures(None, 100).await.expect("the record");
    let counts = |what: &str| record.iter().find(|row| row.what == what).map(|row| row.count);
    assert_eq!(counts("list 1 of .com as list.csv"), Some(names.len() as u64));
    assert_eq!(counts("list 1 of .com as evidence.zip"), Some(400), "the examples of two campaigns");
    assert_eq!(record.len(), 10);
    for missing in ["/case/a/slice/com/list/1/list.pdf", "/case/a/slice/com/list/x/list.csv"] {
        assert_eq!(client.get(missing).await.status, 404);
    }
    assert_eq!(client.get("/case/a/slice/com/list/2/list.csv").await.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_registry_opens_itself_counts_as_read_and_others_see_nothing() {
    let served = open(ListForm::Xlsx).await;
    let read = async || served.desk.file(&parsed("a")).await.expect("a case").case.slices["com"].cuts[0].read;
    let operator = served.sign_in().await;
    operator.get("/case/a/slice/com/list/1/list.xlsx").await;
    assert_eq!(read().await, None, "a coordinator is not the registry");
    let who = person(&served, "desk@com.example", Some("reg-com"), Standing::Member).await;
    let token = bearer(&served, &who.id, "read,answer").await;
    let get = async |path: &str| served.get(path, &[("Authorization", token.as_str())]).await;
    let home = get("/home").await;
    let first = home.between("<ul class=\"papers\">", "</li>");
    assert!(first.contains("/list/1/list.xlsx") && first.contains("as the registry prefers it"), "{first}");
    assert_eq!(get("/case/a/slice/com/list/1/envelope.json.minisig").await.status, 200);
    assert_eq!(read().await, None, "a signature tells nothing of the list");
    assert_eq!(get("/case/a/slice/com/list/1/list.xlsx").await.status, 200);
    assert_eq!(read().await, Some(now()));
    let slice = get("/case/a/slice/com").await;
    assert!(slice.body.contains("/list/1/package.zip"));
    for path in ["/case/a/slice/info/list/1/list.csv", "/case/a/lists", "/case/a/gaps"] {
        assert_eq!(get(path).await.status, 404, "{path}");
    }
    let ask = FetchPaper { number: 1, paper: Paper::Brief, audience: Audience::Public, now: now() };
    let public = served.desk.paper(&parsed("a"), &parsed("com"), &sender(), ask).await;
    assert!(matches!(public, Err(DeskError::Withheld(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_leaves_in_nobodys_name() {
    let served = Served::start().await;
    served.open_case("a", "Spring 2009").await;
    cut(&served, Action::Reserve, None).await;
    let client = served.sign_in().await;
    let page = client.get("/case/a/lists").await.body;
    assert!(page.contains("in their part <code>[send]</code>") && !page.contains("/list/1/envelope.json"));
    let reply = client.get("/case/a/slice/com/list/1/list.csv").await;
    assert_eq!(reply.status, 404);
    assert!(reply.body.contains("do not say who asks"), "{}", reply.body);
    assert_eq!(client.get("/case/a/slice/com/list/1.csv").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_say_how_much_time_the_road_leaves() {
    let served = open(ListForm::Csv).await;
    let client = served.sign_in().await;
    // Noon of Friday, 20 March 2009: the first windows are open, and ERSR takes three working days.
    let late = "too late for this road: the window opens at 2009-03-18 00:00 UTC and nobody could look before; fallback: monitor";
    let again = "in time again for what opens at";
    for path in ["/case/a/slice/com", "/case/a/lists", "/case/a/gaps"] {
        let page = client.get(path).await.body;
        assert!(page.contains("too late for this road: ") && page.contains("fallback: monitor"), "{path}");
        assert!(page.contains("UTC+10:30"), "{path} shows the registry's own time");
    }
    let page = client.get("/case/a/slice/com").await.body;
    assert!(page.contains(late) && !page.contains(again), "what opens before the 25th cannot be met by this road");
    assert!(
        page.contains("ersr, 3 working days")
            && page.contains("next list by its rhythm (daily): <time>2009-03-21</time>")
    );
    let lists: serde_json::Value = serde_json::from_str(&client.get_json("/case/a/lists").await.body).expect("JSON");
    assert_eq!(lists["lists"][0]["lead"]["timing"], "too-late");
    assert_eq!(lists["lists"][0]["lead"]["road"], "ersr");
    let who = person(&served, "desk@com.example", Some("reg-com"), Standing::Member).await;
    let token = bearer(&served, &who.id, "read,answer").await;
    let headers = [("Authorization", token.as_str()), ("Accept", "application/json")];
    let home: serde_json::Value = serde_json::from_str(&served.get("/home", &headers).await.body).expect("JSON");
    assert_eq!(home["cases"][0]["slices"][0]["lead"]["fallback"], "monitor");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_leads_sees_whom_to_ring() {
    let served = open(ListForm::Csv).await;
    let client = served.sign_in().await;
    for path in ["/case/a/gaps", "/case/a"] {
        let page = client.get(path).await.body;
        let ring = page.split_once("<ol class=\"ring\">").expect("whom to ring").1;
        let ring = ring.split_once("</ol>").expect("an end").0;
        for part in
            ["Night desk of com", "abuse desk", "+1 555 0142", "fax +1 555 0143", "second way tried on 2009-03-01"]
        {
            assert!(ring.contains(part), "{part} in {ring}");
        }
        assert!(ring.contains("works mon-fri, now Friday 2009-03-20 22:30 UTC+10:30 there"), "{ring}");
        assert!(page.contains("nobody known"), "other slices have no party");
    }
    served.desk.import_parties("id,kind,name,tlds\ncert-xx,cert,CERT XX,\n", now()).await.expect("a party");
    let who = person(&served, "reader@cert.example", Some("cert-xx"), Standing::Member).await;
    served.desk.set_role(&parsed("a"), &who.id, Some(forestall_model::CaseRole::Reader)).await.expect("a role");
    let token = bearer(&served, &who.id, "read,answer").await;
    let page = served.get("/case/a/gaps", &[("Authorization", token.as_str())]).await;
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("Night desk of com") && !page.body.contains("Whom to ring"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_button_asks_for_the_fallback_of_what_was_refused() {
    let served = open(ListForm::Csv).await;
    let client = served.sign_in().await;
    served.desk.acknowledge(&parsed("a"), &act(), parsed("com"), Some(1)).await.expect("it is acknowledged");
    assert!(!client.get("/case/a/slice/com").await.body.contains("form-fallback"));
    assert_eq!(client.post("/case/a/slice/com/fallback", &[]).await.status, 422);
    let fields = [("action", "reserve"), ("result", "refused"), ("from", "2009-03-23"), ("until", "2009-03-24")];
    assert_eq!(client.post("/case/a/slice/com/answer", &fields).await.status, 303);
    let page = client.get("/case/a/slice/com").await.body;
    assert!(page.contains("id=\"form-fallback\"") && page.contains("Ask for monitor now"), "the button stands there");
    let reply = client.post("/case/a/slice/com/fallback", &[]).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    let list = served.desk.numbered_list(&parsed("a"), &parsed("com"), 2).await.expect("the list");
    let is_refused = |line: &&forestall_model::line::NameLine| line.requested_action == Some(Action::Monitor);
    let asked: Vec<_> = list.lines.iter().filter(is_refused).collect();
    assert!(!asked.is_empty() && asked.len() < list.lines.len());
    assert_eq!(list.added.iter().collect::<Vec<_>>(), asked, "what is asked otherwise is what the registry is told");
    assert!(list.withdrawn.is_empty());
    let days = |line: &forestall_model::line::NameLine| line.window.expect("a window").from.day();
    assert!(asked.iter().all(|line| (parsed("2009-03-23")..=parsed("2009-03-24")).contains(&days(line))));
    assert!(!client.get("/case/a/slice/com").await.body.contains("form-fallback"), "it is said once");
    let who = person(&served, "desk@com.example", Some("reg-com"), Standing::Member).await;
    let token = bearer(&served, &who.id, "read,answer").await;
    let refused = served.post("/case/a/slice/com/fallback", &[("Authorization", token.as_str())], &[]).await;
    assert_eq!(refused.status, 404, "a registry cuts no list");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_wants_paper_gets_the_table_beside_it() {
    let served = open(ListForm::Print).await;
    let package = served.desk.package(&parsed("a"), &parsed("com"), 1, &sender(), now()).await.expect("the package");
    let package = package.into_object();
    let of = |ending: &str| package.files.iter().find(|file| file.name.ends_with(ending)).map(|file| &file.octets);
    let (page, table, envelope) = (of("list.html"), of("list.csv"), of("envelope.json").expect("the envelope"));
    assert!(page.is_some_and(|page| !page.is_empty()));
    let table = String::from_utf8_lossy(table.expect("a table"));
    assert!(table.lines().count() > 50 && table.contains(".com"), "{table:.200}");
    // The envelope names it, so that its digest is signed.
    assert!(String::from_utf8_lossy(envelope).contains("a.com.1.list.csv"));
}

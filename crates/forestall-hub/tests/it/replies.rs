// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The pages of proposed answers and of mails that nobody could place.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

use forestall_coord::event::Purpose;
use forestall_hub::desk::AskLists;
use forestall_model::{Action, CaseRole, Standing};
use forestall_store::MailWay;
use forestall_testkit::parsed;

use crate::accounts::{bearer, person};
use crate::console::{Served, act, now};

const PARTIES: &str = "id,kind,name,tlds,contact,mail\n\
    com-registry,registry,The registry of com,com,Abuse desk,abuse@com.example\n\
    cert-xx,cert,CERT XX,,,\n";

/// Serves a case with a list for `com`.
async fn served() -> Served {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    served.open_case("b", "Another case").await;
    served.desk.import_parties(PARTIES, now()).await.unwrap();
    for case in ["a", "b"] {
        let ask = AskLists {
            tlds: vec![parsed("com")],
            purpose: Purpose::Protect,
            action: Some(Action::Reserve),
            fallback: None,
            campaigns: Vec::new(),
            legal_basis: None,
            override_by: None,
        };
        served.desk.cut_lists(&parsed(case), &act(), &ask).await.unwrap();
    }
    served
}

async fn take(served: &Served, mail: &str) -> String {
    let (_, mail) = served.desk.take_mail(mail.as_bytes().to_vec(), MailWay::Mailbox, None, now()).await.unwrap();
    mail.id.to_string()
}

async fn events(served: &Served) -> usize {
    served.desk.log(None, 0, 1_000).await.unwrap().len()
}

#[tokio::test]
async fn a_pasted_text_is_proposed_shown_and_recorded() {
    let served = served().await;
    let client = served.sign_in().await;
    let before = events(&served).await;
    let fields = [("form", "text"), ("slice", "com"), ("number", "1"), ("text", "Dear all,\r\n\r\nall done.\r\n")];
    let reply = client.post("/case/a/replies", &fields).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    let page = client.get("/case/a/replies").await;
    for text in ["done for the whole list", "a person handed it in", "List 1 for", "likely"] {
        assert!(page.body.contains(text), "{text:?} in {}", page.body);
    }
    assert_eq!(events(&served).await, before, "nothing counts before somebody confirms it");
    let again = client.post("/case/a/replies", &fields).await;
    assert!(again.status == 422 && again.body.contains("it came before"), "{} {}", again.status, again.body);
    let address = page.between("action=\"/case/a/replies/", "\"").to_owned();
    let address = format!("/case/a/replies/{address}");
    let other = client.post(&address.replace("/case/a/", "/case/b/"), &[("verdict", "refuse")]).await;
    assert_eq!(other.status, 404, "it is no mail of the other case");
    let done = client.post(&address, &[("verdict", "as-read"), ("number", "1")]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert!(done.header("location").starts_with("/case/a/slice/com?done="), "{:?}", done.headers);
    assert!(events(&served).await > before);
    assert!(client.get("/case/a/replies").await.body.contains("No answer waits"));
    let twice = client.post(&address, &[("verdict", "as-read"), ("number", "1")]).await;
    assert!((400..500).contains(&twice.status), "{}", twice.status);
}

#[tokio::test]
async fn tables_are_taken_as_files_and_what_is_unclear_is_corrected() {
    let served = served().await;
    let client = served.sign_in().await;
    let list = served.desk.numbered_list(&parsed("a"), &parsed("com"), 1).await.unwrap();
    let name = list.names().next().unwrap().to_string();
    let table = format!("name,result\n{name},refused\n");
    let fields = [("form", "table"), ("slice", "com"), ("number", "1"), ("text", "")];
    let reply = client.upload("/case/a/replies", &fields, table.as_bytes()).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    let page = client.get_json("/case/a/replies").await;
    let document: serde_json::Value = serde_json::from_str(&page.body).unwrap();
    let mail = &document["mails"][0];
    assert_eq!(
        (&mail["said"], &mail["confidence"]),
        (&"1 line, each with its result: 1 refused".into(), &"clear".into())
    );
    let address = format!("/case/a/replies/{}", mail["id"].as_str().unwrap());
    let missing = client.post(&address, &[("verdict", "names"), ("number", "1"), ("result", "done")]).await;
    assert!(missing.status == 422 && missing.body.contains("at least one"), "{}", missing.body);
    let fields = [("verdict", "names"), ("number", "1"), ("result", "done"), ("names", name.as_str())];
    assert_eq!(client.post(&address, &fields).await.status, 303);
    let log = served.desk.log(Some(&parsed("a")), 0, 1_000).await.unwrap();
    assert!(log.iter().any(|entry| entry.event.body.kind() == "answered"));
    for (fields, told) in [
        (vec![("form", "text"), ("text", "all done")], "name the slice"),
        (vec![("form", "text"), ("text", "all done"), ("slice", "com"), ("number", "9")], "no list 9"),
        (vec![("form", "mail"), ("text", "no headers")], "no headers"),
        (vec![("form", "fax"), ("text", "x")], "expected mail"),
        (vec![("form", "text"), ("slice", "com"), ("number", "1")], "paste a text"),
    ] {
        let refused = client.post("/case/a/replies", &fields).await;
        assert!(refused.status == 422 && refused.body.contains(told), "{told}: {} {}", refused.status, refused.body);
    }
}

#[tokio::test]
async fn an_unplaced_mail_is_placed_by_a_person() {
    let served = served().await;
    let client = served.sign_in().await;
    let id = take(&served, "From: <script>@x.example\nSubject: <b>hello</b>\n\nAll done.\n").await;
    let page = client.get("/mails").await;
    assert!(page.body.contains("it names no list") && !page.body.contains("<b>hello"), "{}", page.body);
    let address = format!("/mails/{id}");
    let nowhere = [("verdict", "place"), ("case", "a"), ("slice", "com"), ("number", "7")];
    let refused = client.post(&address, &nowhere).await;
    assert!(refused.status == 422 && refused.body.contains("there is none"), "{}", refused.body);
    let place = [("verdict", "place"), ("case", "a"), ("slice", "com"), ("number", "1")];
    assert_eq!(client.post(&address, &place).await.status, 303);
    assert!(client.get("/mails").await.body.contains("There is none"));
    assert!(client.get("/case/a/replies").await.body.contains("the address is none that the registry"));
    assert_eq!(client.post(&address, &place).await.status, 404, "it was placed");
}

#[tokio::test]
async fn mails_are_for_those_who_lead_the_case_alone() {
    let served = served().await;
    let id = take(&served, "From: abuse@com.example\nSubject: Re: [forestall a com #1]\n\nAll done.\n").await;
    take(&served, "From: x@x.example\nSubject: hello\n\nhello\n").await;
    let leader = person(&served, "lead@cert.example", Some("cert-xx"), Standing::Member).await;
    let reader = person(&served, "read@cert.example", Some("cert-xx"), Standing::Member).await;
    let registry = person(&served, "desk@com.example", Some("com-registry"), Standing::Member).await;
    served.desk.set_role(&parsed("a"), &leader.id, Some(CaseRole::Coordinator)).await.unwrap();
    served.desk.set_role(&parsed("a"), &reader.id, Some(CaseRole::Reader)).await.unwrap();
    let scopes = "read,answer,coordinate,admin";
    let status = async |who: &forestall_store::Person, path: &str| {
        let token = bearer(&served, &who.id, scopes).await;
        served.get(path, &[("Authorization", &token)]).await.status
    };
    assert_eq!(status(&leader, "/case/a/replies").await, 200);
    for (who, path) in [
        (&leader, "/case/b/replies"),
        (&leader, "/mails"),
        (&reader, "/case/a/replies"),
        (&registry, "/case/a/replies"),
        (&registry, "/mails"),
    ] {
        assert_eq!(status(who, path).await, 404, "{} {path}", who.name);
    }
    for who in [&reader, &registry] {
        let token = bearer(&served, &who.id, scopes).await;
        let header = [("Authorization", token.as_str())];
        let sent = served.post(&format!("/case/a/replies/{id}"), &header, &[("verdict", "refuse")]).await;
        assert_eq!(sent.status, 404, "{}", who.name);
    }
    assert_eq!(served.desk.open_mails(Some(&parsed("a"))).await.unwrap().len(), 1);
}

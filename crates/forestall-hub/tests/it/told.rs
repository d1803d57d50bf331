// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Files in which others tell of names, on the page and over the API: looked at, then confirmed.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

use serde_json::{Value, json};

use crate::accounts::{bearer, person};
use crate::console::Served;
use forestall_model::Standing;
use forestall_testkit::parsed;

async fn kinds(served: &Served) -> Vec<&'static str> {
    served.desk.log(Some(&parsed("a")), 0, 1_000).await.unwrap().iter().map(|entry| entry.event.body.kind()).collect()
}

fn event(name: &str, tlp: &str) -> String {
    json!({"Event": {"info": "Seen", "Orgc": {"name": "CERT <b>X</b>"}, "Tag": [{"name": tlp}], "Attribute": [
        {"type": "domain", "value": name, "to_ids": true},
        {"type": "domain", "value": "nobody.example", "to_ids": true},
        {"type": "ip-src", "value": "192.0.2.99", "to_ids": true}]}})
    .to_string()
}

async fn name(served: &Served) -> String {
    let file = served.desk.file(&parsed("a")).await.unwrap();
    let counts = &file.counts[0].periods[0];
    served.desk.listing(&file, &parsed("com"), 0, counts.key).unwrap().names[0].to_string()
}

#[tokio::test]
async fn a_file_is_shown_and_recorded_once_somebody_confirms() {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    served.open_case("b", "Another case").await;
    let client = served.sign_in().await;
    let text = event(&name(&served).await, "tlp:red");
    let before = kinds(&served).await;
    let page = client.upload("/case/a/told", &[("form", ""), ("tlp", "")], text.as_bytes()).await;
    assert_eq!(page.status, 200, "{}", page.body);
    for told in ["CERT &#60;b&#62;X", "nobody.example", "TLP:RED", "1 attributes of the type ip-src"] {
        assert!(page.body.contains(told), "{told:?} in {}", page.body);
    }
    assert!(!page.body.contains("192.0.2.99"));
    assert_eq!(kinds(&served).await, before, "nothing changes before somebody confirms it");
    let file = page.between("name=\"file\" value=\"", "\"").to_owned();
    let confirm = [("file", file.as_str()), ("form", "misp"), ("tlp", "")];
    let elsewhere = client.post("/case/b/told/confirm", &confirm).await;
    assert!(elsewhere.status == 422 && elsewhere.body.contains("choose it again"), "{}", elsewhere.status);
    let refused = client.post("/case/a/told/confirm", &confirm).await;
    assert!(refused.status == 422 && refused.body.contains("the file is marked TLP:RED"), "{}", refused.body);
    assert_eq!(kinds(&served).await, before);
    let done = client.post("/case/a/told/confirm", &[confirm.as_slice(), &[("raise", "yes")]].concat()).await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert_eq!(kinds(&served).await.last(), Some(&"told"));
    let page = client.get("/case/a/told").await;
    assert!(page.body.contains("CERT &#60;b&#62;X") && page.body.contains("TLP:RED"), "{}", page.body);
    let twice = client.post("/case/a/told/confirm", &[confirm.as_slice(), &[("raise", "yes")]].concat()).await;
    assert!(twice.body.contains("taken in before"), "{} {}", twice.status, twice.body);
}

#[tokio::test]
async fn a_file_with_a_fault_or_none_is_refused_on_the_page() {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    let client = served.sign_in().await;
    let bad = client.upload("/case/a/told", &[("form", "plain"), ("tlp", "")], b"no name\n").await;
    assert!(bad.body.contains("malformed name") && !bad.body.contains("form-confirm"), "{}", bad.body);
    let cut = client.upload("/case/a/told", &[("form", "stix"), ("tlp", "")], b"{").await;
    assert!(cut.status == 422 && cut.body.contains("as stix: line 1"), "{} {}", cut.status, cut.body);
    let none = client.post("/case/a/told", &[("form", "plain")]).await;
    assert!(none.status == 422 && none.body.contains("a file must be chosen"), "{} {}", none.status, none.body);
}

#[tokio::test]
async fn a_program_looks_and_takes_in_and_one_that_only_reads_does_neither() {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    let leader = person(&served, "ada@hub.example", None, Standing::Operator).await;
    let reader = bearer(&served, &leader.id, "read").await;
    let text = event(&name(&served).await, "tlp:green");
    let send = async |token: &str, query: &str| {
        let headers = [("Authorization", token), ("Content-Type", "application/octet-stream")];
        served.send("POST", &format!("/api/v1/cases/a/told{query}"), &headers, text.as_bytes()).await
    };
    let leader = bearer(&served, &leader.id, "read,coordinate").await;
    let looked = send(&leader, "").await;
    assert_eq!(looked.status, 200, "{}", looked.body);
    let report: Value = serde_json::from_str(&looked.body).unwrap();
    assert_eq!(
        (&report["preview"]["known"], &report["preview"]["new"], &report["recorded"]),
        (&json!(1), &json!(1), &Value::Null)
    );
    let before = kinds(&served).await;
    assert!(matches!(send(&reader, "?apply=true").await.status, 403 | 404));
    assert_eq!(kinds(&served).await, before);
    let taken = send(&leader, "?apply=true&known_only=true&form=misp").await;
    assert_eq!(taken.status, 200, "{}", taken.body);
    let report: Value = serde_json::from_str(&taken.body).unwrap();
    assert_eq!(report["recorded"]["events"][0]["kind"], "told");
    assert_eq!(served.desk.file(&parsed("a")).await.unwrap().case.told[0].others, []);
    let again = send(&leader, "?apply=true").await;
    assert!(again.status == 422 && again.body.contains("taken in before"), "{} {}", again.status, again.body);
    assert_eq!(send(&leader, "?form=fax").await.status, 400);
}

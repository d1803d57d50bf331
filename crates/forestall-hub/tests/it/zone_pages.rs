// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Policy zones on the console and over the API: made, shown with what subscribers took and heard, and removed; a secret is shown once.

use std::sync::Arc;

use forestall_hub::transfers::Transfers;
use forestall_model::{CaseRole, Standing};
use forestall_store::{ZoneTaken, ZoneTold};
use forestall_testkit::parsed;
use serde_json::json;

use crate::accounts::{bearer, person};
use crate::api::{operator, pointers, problem};
use crate::console::{Client, Reply, Served, now};

const ZONE: [(&str, &str); 6] = [
    ("name", "forestall.rpz"),
    ("case", "a"),
    ("campaigns", "conficker-a"),
    ("slice", "com"),
    ("policy", "sinkhole=192.0.2.1"),
    ("ahead", "2"),
];

async fn zone(client: &Client<'_>) -> Reply {
    client.post("/zones/add", &ZONE).await
}

#[tokio::test]
async fn a_zone_is_made_by_a_form_and_shown_with_its_serials() {
    let served = Served::start().await;
    served.open_case("a", "A case").await;
    let client = served.sign_in().await;
    assert!(client.get("/zones").await.body.contains("No zone is kept."));
    let made = zone(&client).await;
    assert_eq!(
        (made.status, made.header("location")),
        (303, "/zone/forestall.rpz?done=added#recorded"),
        "{}",
        made.body
    );
    let page = client.get("/zones").await;
    for part in ["forestall.rpz", "conficker-a, .com alone", "sinkhole=192.0.2.1", "none yet", "was started without"] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    let twice = zone(&client).await;
    assert!(twice.status == 422 && twice.body.contains("there is a zone forestall.rpz already"), "{}", twice.body);
    assert!(twice.body.contains("value=\"sinkhole=192.0.2.1\""), "nothing has to be entered twice: {}", twice.body);
    for (field, value, says) in [
        ("case", "b", "there is no case b"),
        ("campaigns", "conficker-a conficker-z", "does not watch conficker-z"),
        ("slice", "museum2", "has no slice museum2"),
        ("policy", "drop", "is no policy"),
        ("ahead", "32", "32 days ahead are too many"),
    ] {
        let fields: Vec<(&str, &str)> =
            ZONE.iter().map(|(key, kept)| if *key == field { (*key, value) } else { (*key, *kept) }).collect();
        let fields: Vec<(&str, &str)> = fields
            .into_iter()
            .map(|(key, kept)| if key == "name" { (key, "other.rpz") } else { (key, kept) })
            .collect();
        let refused = client.post("/zones/add", &fields).await;
        assert!(
            (refused.status == 422 || refused.status == 404) && refused.body.contains(says),
            "{field}: {}",
            refused.body
        );
    }
    let transfers = Transfers::new(served.desk.clone(), Arc::new(now));
    assert_eq!(transfers.renew().await.unwrap(), 1);
    let page = client.get("/zone/forestall.rpz").await;
    assert_eq!(page.status, 200);
    let names = served.desk.zone_now(&parsed("forestall.rpz"), now()).await.unwrap().state.names.len();
    assert!(names > 10);
    assert_eq!(page.between("id=\"names-now\"><b>", "</b>"), names.to_string());
    assert!(page.body.contains("2009032000") && page.body.contains("Nobody may take it."), "{}", page.body);
    let removed = client.post("/zone/forestall.rpz/remove", &[("sure", "yes")]).await;
    assert_eq!((removed.status, removed.header("location")), (303, "/zones?done=removed#recorded"));
    assert_eq!(client.get("/zone/forestall.rpz").await.status, 404);
    assert_eq!(client.post("/zone/forestall.rpz/remove", &[]).await.status, 404);
    assert_eq!(client.get("/zone/a%2f..%2fb").await.status, 400);
}

#[tokio::test]
async fn a_secret_is_shown_once_and_what_a_subscriber_took_and_heard_always() {
    let served = Served::start().await;
    served.open_case("a", "A case").await;
    let client = served.sign_in().await;
    assert!(client.get("/subscribers").await.body.contains("There is no zone to take yet."));
    zone(&client).await;
    let fields = [
        ("id", "resolver1"),
        ("zone", "forestall.rpz"),
        ("audience", "recipient"),
        ("algorithm", "hmac-sha384"),
        ("addresses", "192.0.2.53 2001:db8::53"),
        ("notify", "192.0.2.53 [2001:db8::53]:5353"),
    ];
    let added = client.post("/subscribers/add", &fields).await;
    assert_eq!(added.status, 200, "{}", added.body);
    let key = added.between("<code class=\"digest\">", "</code>").to_owned();
    let secret = key.strip_prefix("hmac-sha384:resolver1:").unwrap();
    assert_eq!(secret.len(), 64, "48 octets in base64: {key}");
    let list = client.get("/subscribers").await;
    for part in ["hmac-sha384:resolver1", "192.0.2.53 2001:db8::53", "192.0.2.53:53 [2001:db8::53]:5353"] {
        assert!(list.body.contains(part), "{part}: {}", list.body);
    }
    assert!(!list.body.contains(secret));
    let twice = client.post("/subscribers/add", &fields).await;
    assert!(twice.status == 422 && twice.body.contains("somebody has this id"), "{}", twice.body);
    assert!(twice.body.contains("value=\"192.0.2.53 2001:db8::53\""), "{}", twice.body);
    for (field, value, says) in [
        ("notify", "nowhere", "is no address with a port"),
        ("addresses", "192.0.2.300", "is no address"),
        ("zone", "other.rpz", "there is no zone other.rpz"),
        ("unsigned", "yes", "known by the address alone"),
    ] {
        let with = |fields: &[(&'static str, &'static str)]| -> Vec<(&'static str, &'static str)> {
            let kept = fields.iter().filter(|(key, _)| *key != field && *key != "id" && *key != "addresses");
            kept.copied().chain([("id", "other"), (field, value)]).collect()
        };
        let refused = client.post("/subscribers/add", &with(&fields)).await;
        assert!(refused.status == 422 && refused.body.contains(says), "{field}: {}", refused.body);
    }
    let page = client.get("/zone/forestall.rpz").await;
    assert!(page.body.contains("nothing yet") && page.body.contains("not told of a serial yet"), "{}", page.body);
    let taken = ZoneTaken {
        subscriber: "resolver1".to_owned(),
        zone: parsed("forestall.rpz"),
        at: now(),
        from: Some(2_009_032_000),
        serial: 2_009_032_001,
        records: 1_234,
        whole: false,
        over_tls: Some(true),
    };
    served.desk.store().note_zone_taken(taken).await.unwrap();
    let told = |target: &str, failed: Option<&str>| ZoneTold {
        subscriber: "resolver1".to_owned(),
        zone: parsed("forestall.rpz"),
        target: parsed(target),
        at: now(),
        serial: 2_009_032_001,
        failed: failed.map(str::to_owned),
    };
    served.desk.store().note_zone_told(told("192.0.2.53:53", None)).await.unwrap();
    served.desk.store().note_zone_told(told("[2001:db8::53]:5353", Some("it did not answer"))).await.unwrap();
    let page = client.get("/zone/forestall.rpz").await;
    for part in [
        "2009032001 from 2009032000, 1,234 records",
        "broke off",
        "<td>yes</td>",
        "192.0.2.53:53 heard of 2009032001",
        "it did not answer",
        "did not hear",
    ] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    assert!(!page.body.contains(secret));
    let removed = client.post("/subscribers/remove", &[("id", "resolver1")]).await;
    assert_eq!((removed.status, removed.header("location")), (303, "/subscribers?done=removed#recorded"));
    assert_eq!(client.post("/subscribers/remove", &[("id", "resolver1")]).await.status, 404);
}

#[tokio::test]
async fn the_api_does_the_same() {
    let served = Served::start().await;
    served.open_case("a", "A case").await;
    let program = operator(&served).await;
    let made = program.act("/api/v1/zones", json!({ "name": "forestall.rpz", "case": "a" })).await;
    assert_eq!((&made["policy"], &made["ahead_days"], &made["newest"]), (&json!("nxdomain"), &json!(1), &json!(null)));
    for (body, pointer) in [
        (json!({ "name": "a..b", "case": "a" }), "/name"),
        (json!({ "name": "b.rpz", "case": "a", "policy": "drop" }), "/policy"),
    ] {
        let refused = problem(&program.post("/api/v1/zones", body).await, 422, "refused");
        assert_eq!(pointers(&refused), [pointer]);
    }
    problem(&program.post("/api/v1/zones", json!({ "name": "b.rpz", "case": "b" })).await, 404, "not-found");
    let ask =
        json!({ "id": "resolver1", "zones": ["forestall.rpz"], "audience": "community", "notify": ["192.0.2.53"] });
    let added = program.act("/api/v1/zone-subscribers", ask.clone()).await;
    let key = added["key"].as_str().unwrap();
    assert!(key.starts_with("hmac-sha256:resolver1:"), "{key}");
    assert_eq!(added["subscriber"]["notify"], json!(["192.0.2.53:53"]));
    let list = program.get("/api/v1/zone-subscribers").await;
    assert!(list.body.contains("hmac-sha256:resolver1") && !list.body.contains(key.rsplit(':').next().unwrap()));
    problem(&program.post("/api/v1/zone-subscribers", ask).await, 422, "refused");
    for (member, value, pointer) in [
        ("notify", json!(["192.0.2.53", "nowhere"]), "/notify/1"),
        ("addresses", json!(["x"]), "/addresses/0"),
        ("algorithm", json!("hmac-md5"), "/algorithm"),
    ] {
        let mut ask = json!({ "id": "other", "zones": ["forestall.rpz"], "audience": "community" });
        ask[member] = value;
        let refused = problem(&program.post("/api/v1/zone-subscribers", ask).await, 422, "refused");
        assert_eq!(pointers(&refused), [pointer], "{member}");
    }
    let unsigned = json!({ "id": "other", "zones": ["forestall.rpz"], "audience": "community", "unsigned": true });
    let refused = problem(&program.post("/api/v1/zone-subscribers", unsigned).await, 422, "refused");
    assert!(refused["detail"].as_str().unwrap().contains("known by the address alone"), "{refused}");
    let transfers = Transfers::new(served.desk.clone(), Arc::new(now));
    assert_eq!(transfers.renew().await.unwrap(), 1);
    let standing = program.json("/api/v1/zones/forestall.rpz").await;
    assert_eq!(standing["zone"]["newest"]["serial"], json!(2_009_032_000_u32));
    assert_eq!(standing["names"], standing["zone"]["newest"]["names"]);
    assert_eq!(standing["takers"][0]["subscriber"], json!("resolver1"));
    assert_eq!(program.json("/api/v1/zones").await["items"][0], standing["zone"]);
    // A name that leaves makes a serial, which says so.
    let name = served.desk.file(&parsed("a")).await.unwrap();
    let name = crate::docket::listed(&served, &name, "com", 0, "2009-03-20")[0].clone();
    let act = crate::console::act();
    let class = forestall_model::NameClass::RegisteredBenign;
    served.desk.exclude(&parsed("a"), &act, name, class, "a shop".to_owned()).await.unwrap();
    for _ in 0..100 {
        if transfers.renew().await.unwrap() == 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let serials = program.json("/api/v1/zones/forestall.rpz/serials?limit=5").await;
    let of = |place: usize, member: &str| serials["items"][place][member].clone();
    assert_eq!((of(0, "serial"), of(1, "serial")), (json!(2_009_032_001_u32), json!(2_009_032_000_u32)), "{serials}");
    // It is let through from now on: it goes from one list and comes into the other.
    assert_eq!((of(0, "come"), of(0, "gone"), of(1, "come")), (json!(1), json!(1), json!(null)), "{serials}");
    problem(&program.get("/api/v1/zones/none.rpz").await, 404, "not-found");
    for (path, status) in [("/api/v1/zone-subscribers/resolver1", 204), ("/api/v1/zones/forestall.rpz", 204)] {
        assert_eq!(program.send("DELETE", path, &[], None).await.status, status);
        problem(&program.send("DELETE", path, &[], None).await, 404, "not-found");
    }
}

#[tokio::test]
async fn zones_are_for_those_who_run_the_installation() {
    let served = Served::start().await;
    served.open_case("a", "A case").await;
    served.desk.import_parties("id,kind,name,tlds\ncert-xx,cert,CERT XX,\n", now()).await.unwrap();
    let who = person(&served, "lead@cert.example", Some("cert-xx"), Standing::Member).await;
    served.desk.set_role(&parsed("a"), &who.id, Some(CaseRole::Coordinator)).await.unwrap();
    let token = bearer(&served, &who.id, "read,answer,coordinate,admin").await;
    for path in ["/zones", "/subscribers", "/api/v1/zones", "/api/v1/zone-subscribers"] {
        assert_eq!(served.get(path, &[("Authorization", &token)]).await.status, 404, "{path}");
    }
    let made = served.post("/zones/add", &[("Authorization", &token)], &ZONE).await;
    assert_eq!(made.status, 404);
    assert!(served.desk.store().zones().await.unwrap().is_empty());
}

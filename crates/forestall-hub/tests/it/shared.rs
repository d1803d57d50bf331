// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Pages that readers with equal rights share: each sees their own name, nobody an old page or one that is not for them.

use forestall_model::{CaseRole, Standing};
use forestall_testkit::parsed;

use crate::accounts::{bearer, person};
use crate::console::{Served, now};

/// Addresses whose answers are shared.
const PAGES: [&str; 4] = ["/", "/case/a", "/case/a/gaps", "/case/a/slice/com"];
const OBJECTS: [&str; 5] =
    ["/api/v1/cases", "/api/v1/cases/a", "/api/v1/cases/a/gaps", "/api/v1/cases/a/slices", "/api/v1/cases/a/figures"];

#[tokio::test]
async fn each_reader_has_their_own_name_and_forms_on_a_shared_page() {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    let grace = served.sign_in().await;
    let linked = served.again(|_| {}).await;
    let fields = [("token", linked.token()), ("name", "Ada <b>\"L\"</b> & co")];
    let reply = linked.post("/sign-in", &[], &fields).await;
    let ada = reply.header("set-cookie").split_once('=').unwrap().1.split(';').next().unwrap().to_owned();
    // Both read at one console, whose port stands in the cookie's name.
    let ada = format!("{}={ada}", grace.cookie.split_once('=').unwrap().0);
    for page in PAGES {
        for _ in 0..2 {
            let (hers, other) = (grace.get(page).await, served.get(page, &[("Cookie", &ada)]).await);
            assert_eq!((hers.status, other.status), (200, 200), "{page}");
            assert!(hers.body.contains("Grace H.") && !hers.body.contains("Ada"), "{page}");
            assert!(other.body.contains("Ada &#60;b&#62;&#34;L&#34;&#60;/b&#62; &#38; co"), "{page}: {}", other.body);
            assert!(!other.body.contains("Grace"), "{page}");
            let token = |body: &str| body.split_once("name=\"form_token\" value=\"").unwrap().1[..64].to_owned();
            assert_eq!(token(&hers.body), grace.form_token);
            assert_ne!(token(&other.body), grace.form_token);
            assert!(!other.body.contains(&grace.form_token), "{page}");
            let length: usize = other.header("content-length").parse().unwrap();
            assert_eq!(length, other.body.len(), "{page}");
            assert_eq!(other.header("cache-control"), "no-store", "{page}");
            let (hers, other) =
                (hers.body.replace(&grace.form_token, "T"), other.body.replace(&token(&other.body), "T"));
            let other = other.replace("Ada &#60;b&#62;&#34;L&#34;&#60;/b&#62; &#38; co", "Grace H.");
            assert_eq!(hers, other, "{page}");
        }
    }
}

#[tokio::test]
async fn what_was_just_recorded_is_on_the_next_page() {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    let grace = served.sign_in().await;
    let ada = person(&served, "ada@hub.example", None, Standing::Operator).await;
    let token = bearer(&served, &ada.id, "read").await;
    for step in 0..3 {
        for address in PAGES.iter().chain(&OBJECTS) {
            assert_eq!(served.get(address, &[("Authorization", &token)]).await.status, 200, "{address}");
        }
        let fields = [("action", "reserve"), ("result", "done"), ("from", "2009-03-16"), ("until", "2009-03-16")];
        let slice = ["com", "net", "org"][step];
        let answered = grace.post(&format!("/case/a/slice/{slice}/answer"), &fields).await;
        assert_eq!(answered.status, 303, "{}", answered.body);
        let page = served.get("/case/a", &[("Authorization", &token)]).await;
        assert!(page.body.contains(&format!("slice/{slice}")), "{}", page.body);
        let object = served.get("/api/v1/cases", &[("Authorization", &token)]).await;
        let object: serde_json::Value = serde_json::from_str(&object.body).unwrap();
        assert_eq!(object["items"][0]["whole"]["answers"], serde_json::json!(step + 1), "{object}");
    }
}

#[tokio::test]
async fn rights_that_end_end_at_once() {
    let served = Served::start().await;
    served.open_case("a", "A case of the test").await;
    served.desk.import_parties("id,kind,name,tlds\ncert-xx,cert,CERT XX,\n", now()).await.unwrap();
    let reader = person(&served, "reader@cert.example", Some("cert-xx"), Standing::Member).await;
    let stranger = person(&served, "stranger@cert.example", Some("cert-xx"), Standing::Member).await;
    served.desk.set_role(&parsed("a"), &reader.id, Some(CaseRole::Reader)).await.unwrap();
    let (reads, strange) = (bearer(&served, &reader.id, "read").await, bearer(&served, &stranger.id, "read").await);
    let status = |token: String, address: &'static str| {
        let served = &served;
        async move { served.get(address, &[("Authorization", &token)]).await.status }
    };
    for address in ["/case/a", "/api/v1/cases/a"] {
        served.desk.set_role(&parsed("a"), &reader.id, Some(CaseRole::Reader)).await.unwrap();
        assert_eq!(status(reads.clone(), address).await, 200);
        assert_eq!(status(strange.clone(), address).await, 404, "what one may see is not handed to the next");
        served.desk.set_role(&parsed("a"), &reader.id, None).await.unwrap();
        assert_eq!(status(reads.clone(), address).await, 404);
    }
    served.desk.set_role(&parsed("a"), &reader.id, Some(CaseRole::Reader)).await.unwrap();
    assert_eq!(status(reads.clone(), "/api/v1/cases/a").await, 200);
    let tokens = served.desk.store().api_tokens(&reader.id).await.unwrap();
    assert!(served.desk.store().revoke_api_token(&tokens[0].id, &reader.id, now()).await.unwrap());
    assert_eq!(status(reads.clone(), "/api/v1/cases/a").await, 401);
}

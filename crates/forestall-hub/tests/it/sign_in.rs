// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Signing in and out.

use forestall_hub::server::Settings;

use crate::console::Served;

/// Every page, and every address that acts.
const PAGES: [&str; 31] = [
    "/",
    "/home",
    "/account",
    "/parties",
    "/parties/sheet.txt",
    "/party/dns-be",
    "/people",
    "/person/p-1",
    "/disclosures.csv",
    "/open",
    "/log",
    "/families",
    "/registers",
    "/guard",
    "/case/a/docket",
    "/case/a/docket/decide",
    "/case/a/docket/names.txt",
    "/case/a/name/example.com",
    "/case/a/alarms",
    "/case/a/exclusions.txt",
    "/family/conficker-a",
    "/case/a",
    "/case/a/gaps",
    "/case/a/days",
    "/case/a/holders",
    "/case/a/log",
    "/case/a/slice/com",
    "/case/a/slice/com/names.csv",
    "/case/a/slice/com/names.txt",
    "/case/none",
    "/nothing-here",
];
const ACTS: [&str; 23] = [
    "/account/tokens",
    "/parties/add",
    "/people/invite",
    "/person/p-1/reset",
    "/case/a/docket/confirm",
    "/case/a/docket/decide",
    "/case/a/docket/names.txt",
    "/case/a/appeal",
    "/case/a/settle",
    "/case/a/undo",
    "/registers/friends",
    "/registers/exclusions",
    "/registers/remove",
    "/open",
    "/sign-out",
    "/case/a/holders/readmit",
    "/case/a/slice/com/answer",
    "/case/a/slice/com/answer-names",
    "/case/a/slice/com/answer-file",
    "/case/a/slice/com/request",
    "/case/a/slice/com/acknowledge",
    "/case/a/slice/com/exclude",
    "/nothing-here",
];

#[tokio::test]
async fn no_page_opens_without_sign_in() {
    let served = Served::start().await;
    served.open_case("a", "A case").await;
    for page in PAGES {
        let reply = served.get(page, &[]).await;
        assert_eq!((reply.status, reply.header("location")), (303, "/sign-in"), "{page}");
        assert!(reply.body.is_empty(), "{page}");
        let reply = served.get(page, &[("Accept", "application/json")]).await;
        assert_eq!((reply.status, reply.header("content-type")), (403, "application/problem+json"), "{page}");
    }
    for act in ACTS {
        let reply = served.post(act, &[], &[("action", "reserve"), ("result", "done")]).await;
        assert_eq!(reply.status, 403, "{act}");
    }
    let forged = format!("forestall-{}={}.47", served.address.port(), "0".repeat(64));
    assert_eq!(served.get("/", &[("Cookie", &forged)]).await.status, 303);
    assert_eq!(served.desk.log(None, 0, 10).await.unwrap().len(), 1, "nothing but the opening is in the log");
}

#[tokio::test]
async fn a_link_works_once() {
    let served = Served::start().await;
    let fields = [("token", served.token()), ("name", "Ada")];
    // Looking at the link, as a preview does, does not use it up.
    let shown = served.get(&format!("/sign-in?token={}", served.token()), &[]).await;
    assert_eq!(shown.status, 200);
    assert!(shown.body.contains("name=\"name\""));
    let first = served.post("/sign-in", &[], &fields).await;
    assert_eq!((first.status, first.header("location")), (303, "/"));
    let cookie = first.header("set-cookie");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age="] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "on loopback without TLS a browser would drop it: {cookie}");
    let second = served.post("/sign-in", &[], &fields).await;
    assert_eq!(second.status, 403);
    assert_eq!(second.header("set-cookie"), "");
    for wrong in ["", "0", &"0".repeat(64), &served.token().to_uppercase()] {
        assert_eq!(served.post("/sign-in", &[], &[("token", wrong), ("name", "Ada")]).await.status, 403, "{wrong:?}");
    }
}

#[tokio::test]
async fn a_name_is_needed_and_does_not_cost_the_link() {
    let served = Served::start().await;
    for name in ["", "  ", &"x".repeat(201)] {
        let reply = served.post("/sign-in", &[], &[("token", served.token()), ("name", name)]).await;
        assert_eq!(reply.status, 422, "{name:?}");
    }
    let client = served.sign_in().await;
    assert!(client.get("/").await.body.contains("Grace H."));
}

#[tokio::test]
async fn signing_out_ends_the_session_everywhere() {
    let served = Served::start().await;
    let client = served.sign_in().await;
    assert_eq!(client.get("/").await.status, 200);
    let out = client.post("/sign-out", &[]).await;
    assert_eq!((out.status, out.header("location")), (303, "/sign-in"));
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(client.get("/").await.status, 303, "the cookie itself is worth nothing any more");
}

#[tokio::test]
async fn neither_store_nor_page_keeps_a_token() {
    let served = Served::start().await;
    let client = served.sign_in().await;
    let session = client.cookie.split_once('=').unwrap().1.split_once('.').unwrap().0.to_owned();
    let path = served.desk.store().place().path().unwrap().to_owned();
    for file in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for token in [served.token(), &session] {
            let octets: Vec<u8> = (0..32).map(|i| u8::from_str_radix(&token[2 * i..2 * i + 2], 16).unwrap()).collect();
            assert!(!bytes.windows(32).any(|window| window == octets));
            assert!(!bytes.windows(64).any(|window| window == token.as_bytes()));
        }
    }
    assert!(!client.get("/").await.body.contains(&session));
}

#[tokio::test]
async fn behind_tls_the_cookie_is_for_tls_alone() {
    let served = Served::start_with(|settings: &mut Settings| {
        settings.public = Some("https://forestall.example".parse().unwrap());
    })
    .await;
    assert!(served.link().starts_with("https://forestall.example/sign-in?token="));
    let host = ("Host", "forestall.example");
    let reply = served.post("/sign-in", &[host], &[("token", served.token()), ("name", "Ada")]).await;
    assert_eq!(reply.status, 303);
    let cookie = reply.header("set-cookie");
    assert!(cookie.starts_with("__Host-forestall-") && cookie.contains("; Secure"), "{cookie}");
    assert_eq!(served.get("/sign-in", &[]).await.status, 421, "another host than the public one");
}

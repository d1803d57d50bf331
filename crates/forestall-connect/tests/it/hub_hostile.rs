// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Servers in the place of a hub that answer garbage, without end, or from elsewhere.

use std::io::Write;

use forestall_connect::hub::{HubError, ListForm};
use forestall_testkit::parsed;
use forestall_testkit::responder::Responder;

use crate::hub::{answer, hub, json, scripted};
use crate::webhook::request;

#[tokio::test]
async fn a_redirect_leads_nowhere() {
    let (elsewhere, heard) = scripted(vec![json("{}")]);
    let to = elsewhere.address();
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let moved = answer(status, "text/html", &format!("Location: http://{to}/api/v1/me\r\n"), "");
        let (server, _) = scripted(vec![moved]);
        let error = hub(&server).me().await.unwrap_err();
        assert!(matches!(error, HubError::Redirect(301..=308)), "{error:?}");
    }
    assert!(heard.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_no_hub_answers_is_said_to_be_so() {
    let cases = [
        (answer("200 OK", "text/html", "", "<h1>Hello</h1>"), "expected application/json, found text/html"),
        (answer("200 OK", "application/json", "", "{\"items\":[1"), "expected what the document of its API says"),
        (json("[]"), "expected what the document of its API says"),
        (json("{\"items\":[{\"slice\":\"b e\"}]}"), "expected what the document of its API says"),
        (
            answer("500 Oops", "text/html", "", "<h1>Oops</h1>"),
            "expected a problem document, found HTTP 500 without one",
        ),
        (answer("502 Bad Gateway", "application/problem+json", "", "{}"), "expected a problem document"),
    ];
    for (answer, expected) in cases {
        let (server, heard) = scripted(vec![answer]);
        let error = hub(&server).lists(&parsed("mine")).await.unwrap_err();
        assert!(matches!(error, HubError::Protocol { .. }), "{error:?}");
        let text = error.to_string();
        assert!(text.contains(expected) && text.contains("GET /api/v1/cases/mine/lists"), "{text}");
        assert_eq!(heard.lock().unwrap().len(), 1);
    }
    for broken in ["220 mail.example ESMTP\r\n", "HTTP/1.1 999999 x\r\n\r\n"] {
        let (server, _) = scripted(vec![broken.to_owned()]);
        let error = hub(&server).lists(&parsed("mine")).await.unwrap_err();
        assert!(matches!(error, HubError::Unreachable(_)), "{error:?}");
        assert!(!error.to_string().contains("http://"), "{error}");
    }
    let (mut gone, _) = scripted(vec![json("{}")]);
    gone.stop();
    assert!(matches!(hub(&gone).me().await, Err(HubError::Unreachable(_))));
}

#[tokio::test]
async fn little_is_read_of_an_answer_without_end() {
    let announced = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n[";
    let (server, _) = scripted(vec![announced.to_owned()]);
    let error = hub(&server).lists(&parsed("mine")).await.unwrap_err();
    assert!(matches!(error, HubError::TooLarge { .. }), "{error:?}");
    let endless = |head: &'static str| {
        Responder::start(move |mut stream| {
            request(&mut stream)?;
            stream.write_all(head.as_bytes())?;
            let block = [b' '; 65_536];
            loop {
                stream.write_all(&block)?;
            }
        })
    };
    let server = endless("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n");
    let error = hub(&server).lists(&parsed("mine")).await.unwrap_err();
    assert!(matches!(error, HubError::TooLarge { most: 33_554_432, .. }), "{error:?}");
    let server = endless("HTTP/1.1 404 No\r\nContent-Type: application/problem+json\r\nConnection: close\r\n\r\n");
    let error = hub(&server).lists(&parsed("mine")).await.unwrap_err();
    assert!(matches!(error, HubError::TooLarge { most: 262_144, .. }), "{error:?}");
}

#[tokio::test]
async fn a_list_is_handed_on_as_it_came() {
    let list = answer("200 OK", "text/csv; charset=utf-8", "Forestall-Confidence: unverified\r\n", "name\r\na.be\r\n");
    let (server, heard) = scripted(vec![list]);
    let names = hub(&server).list_names(&parsed("mine"), &parsed("be"), 3, None, ListForm::Csv).await.unwrap();
    assert_eq!((names.octets.as_slice(), names.unverified), (b"name\r\na.be\r\n".as_slice(), true));
    assert!(heard.lock().unwrap()[0].0.starts_with("GET /api/v1/cases/mine/slices/be/lists/3/names HTTP/1.1\r\n"));
}

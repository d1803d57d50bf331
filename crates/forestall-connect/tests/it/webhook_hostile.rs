// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Receivers of notices that refuse, redirect, hang and lie inside a network, and notices that cannot be sent.

use std::io::Write;
use std::time::{Duration, Instant as Moment};

use forestall_connect::webhook::{
    KEPT_OCTETS, MOST_OCTETS, Notice, Notifier, WebhookError, WebhookKey, WebhookReceipt, WebhookSettings,
};
use forestall_testkit::parsed;
use forestall_testkit::responder::Responder;

use crate::letters::now;
use crate::webhook::{SECRET, local, notice, request, server};

async fn sent(server: &Responder) -> Result<WebhookReceipt, WebhookError> {
    local().send(&notice(), &parsed(&format!("http://{}/", server.address())), &[parsed(SECRET)], now()).await
}

#[tokio::test]
async fn a_receiver_inside_a_network_is_not_connected_to() {
    let (server, heard) = server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let port = server.address().port();
    let public = Notifier::new(&WebhookSettings::default()).unwrap();
    for host in ["127.0.0.1", "localhost", "[::1]", "127.1", "0x7f.1", "2130706433"] {
        let error = public
            .send(&notice(), &parsed(&format!("http://{host}:{port}/")), &[parsed(SECRET)], now())
            .await
            .unwrap_err();
        assert!(matches!(error, WebhookError::Forbidden(_)) && !error.may_try_again(), "{host}: {error:?}");
        assert!(error.to_string().ends_with("which is not a public address"), "{error}");
    }
    for host in ["10.0.0.1", "169.254.169.254", "[fd00::1]", "[::ffff:192.168.0.1]", "[64:ff9b::a00:1]", "0.0.0.0"] {
        let error =
            public.send(&notice(), &parsed(&format!("https://{host}/")), &[parsed(SECRET)], now()).await.unwrap_err();
        assert!(matches!(error, WebhookError::Forbidden(_)), "{host}: {error:?}");
    }
    assert!(heard.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (inside, heard) = server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let to = inside.address();
    let server = Responder::start(move |mut stream| {
        request(&mut stream)?;
        write!(stream, "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://{to}/\r\nContent-Length: 0\r\n\r\n")
    });
    assert_eq!(sent(&server).await, Err(WebhookError::Redirect(307)));
    assert!(heard.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_a_receiver_answers_decides_whether_another_try_may_help() {
    let check = async |answer: &'static str| {
        let (server, _) = server(answer);
        sent(&server).await
    };
    assert_eq!(check("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n").await.unwrap().status, 202);
    assert_eq!(check("HTTP/1.1 204 No Content\r\n\r\n").await.unwrap().status, 204);
    let error = check("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n").await.unwrap_err();
    assert!(error == WebhookError::Gone && !error.may_try_again());
    let error = check("HTTP/1.1 429 Slow\r\nRetry-After: 120\r\nContent-Length: 4\r\n\r\nlate").await.unwrap_err();
    assert!(error.may_try_again());
    assert_eq!(error.after(), Some(Duration::from_secs(120)));
    assert_eq!(error.to_string(), "the receiver does not take the notice: HTTP 429 \"late\"");
    let dated = "HTTP/1.1 503 No\r\nRetry-After: Thu, 26 Nov 2026 09:30:00 GMT\r\nContent-Length: 0\r\n\r\n";
    let after = check(dated).await.unwrap_err().after().unwrap();
    assert!((3_540..=3_600).contains(&after.as_secs()), "{after:?}");
    let error = check("HTTP/1.1 500 Oops\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n").await.unwrap_err();
    assert_eq!((error.may_try_again(), error.after()), (true, None));
    for broken in ["", "220 mail.example ESMTP\r\n", "HTTP/1.1 999999 x\r\n\r\n"] {
        let error = check(broken).await.unwrap_err();
        assert!(matches!(error, WebhookError::Unreachable(_)) && error.may_try_again(), "{error:?}");
        assert!(!error.to_string().contains("http://"), "{error}");
    }
}

#[tokio::test]
async fn little_is_read_and_nothing_takes_for_ever() {
    let huge = Responder::start(|mut stream| {
        request(&mut stream)?;
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")?;
        loop {
            stream.write_all(b"and more \xFF ")?;
        }
    });
    let receipt = sent(&huge).await.unwrap();
    assert!(receipt.answer.chars().count() <= KEPT_OCTETS && receipt.answer.starts_with("and more \u{FFFD} and"));

    let limit = Duration::from_millis(700);
    let settings = WebhookSettings { allow_private: true, limit, ..WebhookSettings::default() };
    let hasty = Notifier::new(&settings).unwrap();
    let silent = Responder::start(|mut stream| {
        request(&mut stream)?;
        std::thread::sleep(Duration::from_secs(5));
        Ok(())
    });
    let drip = Responder::start(|mut stream| {
        request(&mut stream)?;
        stream.write_all(b"HTTP/1.1 500 No\r\n\r\n")?;
        loop {
            stream.write_all(b" ")?;
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    for server in [&silent, &drip] {
        let begin = Moment::now();
        let target = parsed(&format!("http://{}/", server.address()));
        let error = hasty.send(&notice(), &target, &[parsed(SECRET)], now()).await.unwrap_err();
        assert_eq!(error, WebhookError::TooSlow(limit));
        assert!(error.may_try_again() && begin.elapsed() < Duration::from_secs(4), "{:?}", begin.elapsed());
    }
}

#[tokio::test]
async fn a_notice_that_cannot_be_signed_or_is_no_json_is_not_sent() {
    let (server, heard) = server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let target = parsed(&format!("http://{}/", server.address()));
    let key: WebhookKey = parsed(SECRET);
    let check = async |id: &str, body: String, keys: &[WebhookKey]| {
        let error = local().send(&Notice { id: id.to_owned(), body }, &target, keys, now()).await.unwrap_err();
        assert!(!error.may_try_again(), "{error:?}");
        error
    };
    let keys = [key.clone()];
    let right = || "{}".to_owned();
    for id in ["", "a.b", "a b", "a\r\nX: y", "ä", &"x".repeat(201)] {
        assert!(matches!(check(id, right(), &keys).await, WebhookError::Id(_)), "{id}");
    }
    for body in ["", "{", "hello", "{}{}"] {
        assert!(matches!(check("a", body.to_owned(), &keys).await, WebhookError::Body(_)), "{body}");
    }
    let large = format!("\"{}\"", "x".repeat(MOST_OCTETS));
    assert_eq!(check("a", large, &keys).await, WebhookError::TooLarge(MOST_OCTETS + 2));
    assert_eq!(check("a", right(), &[]).await, WebhookError::Keys(0));
    assert_eq!(check("a", right(), &vec![key; 5]).await, WebhookError::Keys(5));
    assert!(heard.lock().unwrap().is_empty());
}

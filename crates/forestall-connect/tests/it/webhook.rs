// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Notices against a server over HTTP: what it hears, and how its signatures are checked.

use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};
use forestall_connect::webhook::{Notice, Notifier, WebhookKey, WebhookSettings};
use forestall_model::Digest;
use forestall_testkit::parsed;
use forestall_testkit::responder::{Responder, read_until};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::certificates::{AUTHORITY, EXPIRED, GOOD, secured};
use crate::letters::now;

pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const PRIVATE: &str = "whsk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// What a server heard: the head, and the body.
pub(crate) type Heard = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// Reads a request.
pub(crate) fn request(stream: &mut impl Read) -> io::Result<(String, Vec<u8>)> {
    let head = read_until(stream, b"\r\n\r\n")?;
    let length = header(&head, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok((head, body))
}

/// Returns a header of a request.
pub(crate) fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// Starts a server that keeps what it hears and gives one answer.
pub(crate) fn server(answer: &'static str) -> (Responder, Heard) {
    let heard = Heard::default();
    let keep = Arc::clone(&heard);
    let responder = Responder::start(move |mut stream| {
        let request = request(&mut stream)?;
        keep.lock().unwrap().push(request);
        stream.write_all(answer.as_bytes())
    });
    (responder, heard)
}

pub(crate) fn local() -> Notifier {
    Notifier::new(&WebhookSettings { allow_private: true, ..WebhookSettings::default() }).unwrap()
}

pub(crate) fn notice() -> Notice {
    Notice {
        id: "case-7_list-12".to_owned(),
        body: "{\"type\":\"list.sent\",\"names\":110,\"for\":\"größer\"}".to_owned(),
    }
}

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nthanks";

#[tokio::test]
async fn a_notice_is_heard_as_it_was_signed() {
    let (server, heard) = server(OK);
    let target = parsed(&format!("http://{}/hooks/1?k=v", server.address()));
    let keys: [WebhookKey; 2] = [parsed(SECRET), parsed(PRIVATE)];
    let receipt = local().send(&notice(), &target, &keys, now()).await.unwrap();
    assert_eq!((receipt.status, receipt.answer.as_str()), (200, "thanks"));
    assert_eq!(receipt.digest, Digest::of(notice().body.as_bytes()));
    assert!(receipt.at >= now() && receipt.at.seconds_since(now()) < 60);

    let heard = heard.lock().unwrap();
    let [(head, body)] = &heard[..] else { panic!("one request") };
    assert!(head.starts_with("POST /hooks/1?k=v HTTP/1.1\r\n"), "{head}");
    assert_eq!(*body, notice().body.as_bytes());
    assert_eq!(header(head, "content-type"), Some("application/json"));
    assert_eq!(header(head, "webhook-id"), Some("case-7_list-12"));
    let seconds = header(head, "webhook-timestamp").unwrap();
    assert!((0..60).contains(&(seconds.parse::<i64>().unwrap() - now().seconds())), "{seconds}");
    // Checked as a receiver does, by the specification and not by our own code.
    let content = [format!("case-7_list-12.{seconds}.").as_bytes(), body].concat();
    let signatures: Vec<&str> = header(head, "webhook-signature").unwrap().split(' ').collect();
    assert_eq!(signatures.len(), 2);
    let secret = STANDARD.decode(SECRET.strip_prefix("whsec_").unwrap()).unwrap();
    let code = Hmac::<Sha256>::new_from_slice(&secret).unwrap().chain_update(&content);
    let signature = STANDARD.decode(signatures[0].strip_prefix("v1,").unwrap()).unwrap();
    code.verify_slice(&signature).unwrap();
    let public = STANDARD.decode(keys[1].public().unwrap().strip_prefix("whpk_").unwrap()).unwrap();
    let public = VerifyingKey::from_bytes(&public.try_into().unwrap()).unwrap();
    let signature = STANDARD.decode(signatures[1].strip_prefix("v1a,").unwrap()).unwrap();
    public.verify_strict(&content, &Signature::from_slice(&signature).unwrap()).unwrap();
}

#[tokio::test]
async fn only_a_certificate_that_holds_is_believed() {
    let answer = |certificate| {
        secured(certificate, |stream| {
            request(stream)?;
            stream.write_all(OK.as_bytes())
        })
    };
    let (good, expired) = (answer(GOOD), answer(EXPIRED));
    let check = async |server: &Responder, authorities: Vec<Vec<u8>>| {
        let settings = WebhookSettings { allow_private: true, authorities, ..WebhookSettings::default() };
        let target = parsed(&format!("https://localhost:{}/", server.address().port()));
        let sent = Notifier::new(&settings).unwrap().send(&notice(), &target, &[parsed(SECRET)], now()).await;
        sent.map(|receipt| receipt.status).map_err(|error| error.to_string())
    };
    let ours = || vec![AUTHORITY.to_vec()];
    assert_eq!(check(&good, ours()).await, Ok(200));
    let expected = "the receiver's certificate is not believed: ";
    let error = check(&expired, ours()).await.unwrap_err();
    assert!(error.starts_with(expected) && error.contains("expired"), "{error}");
    let error = check(&good, Vec::new()).await.unwrap_err();
    assert!(error.starts_with(expected) && error.contains("UnknownIssuer"), "{error}");
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Servers of mail that refuse, lie and hang, and letters that would write headers of their own.

use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant as Moment};

use forestall_connect::mail::{Attachment, Letter, LetterError, MailError, MailLogin, MailReceipt, MailTls};
use forestall_testkit::parsed;
use forestall_testkit::responder::{Responder, read_until};

use crate::letters::{letter, mailer, now};

/// A server that answers each command by `script`; `None` ends the connection. What it heard is kept.
fn server(
    script: impl Fn(&str) -> Option<&'static str> + Send + Sync + 'static,
) -> (Responder, Arc<Mutex<Vec<String>>>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&heard);
    let responder = Responder::start(move |mut stream| {
        let Some(greeting) = script("") else { return Ok(()) };
        write!(stream, "{greeting}\r\n")?;
        loop {
            let line = read_until(&mut stream, b"\r\n")?.trim_end().to_owned();
            keep.lock().unwrap().push(line.clone());
            let Some(answer) = script(&line) else { return Ok(()) };
            write!(stream, "{answer}\r\n")?;
            if answer.starts_with("354") {
                read_until(&mut stream, b"\r\n.\r\n")?;
                let Some(answer) = script(".") else { return Ok(()) };
                write!(stream, "{answer}\r\n")?;
            }
        }
    });
    (responder, heard)
}

/// What a server says that takes all.
fn well(line: &str) -> Option<&'static str> {
    Some(match line.split(' ').next().unwrap_or_default() {
        "" => "220 mail.test ESMTP",
        "EHLO" => "250-mail.test\r\n250-AUTH PLAIN\r\n250 8BITMIME",
        "AUTH" => "235 welcome",
        "DATA" => "354 go on",
        "." => "250 taken as 4711",
        "QUIT" => "221 bye",
        _ => "250 ok",
    })
}

fn small() -> Letter {
    Letter { html: None, attachments: Vec::new(), ..letter() }
}

async fn sent(server: &Responder) -> Result<MailReceipt, MailError> {
    let login = MailLogin { user: "hub".to_owned(), password: "open sesame".to_owned() };
    let mailer = mailer(&server.address().to_string(), MailTls::None, |settings| {
        settings.login = Some(login);
        settings.letter_limit = Duration::from_secs(2);
        settings.answer_limit = Duration::from_secs(2);
    });
    mailer.send(&small(), now()).await
}

#[tokio::test]
async fn the_envelope_and_the_login_are_what_the_settings_say() {
    let (server, heard) = server(well);
    let receipt = sent(&server).await.unwrap();
    assert_eq!((receipt.response.code, receipt.response.text.as_str()), (250, "taken as 4711"));
    let heard = heard.lock().unwrap();
    // base64 of the user and the password, as RFC 4616 has them.
    let expected = [
        "EHLO hub.example",
        "AUTH PLAIN AGh1YgBvcGVuIHNlc2FtZQ==",
        "MAIL FROM:<hub@hub.example>",
        "RCPT TO:<abuse@nic.example>",
        "RCPT TO:<desk@xn--bcher-kva.example>",
        "DATA",
    ];
    assert_eq!(heard[..6], expected);
}

#[tokio::test]
async fn what_a_server_says_decides_whether_another_try_may_help() {
    let check = async |command: &'static str, answer: &'static str, expected: &str, may_try_again: bool| {
        let (server, _) = server(move |line| if line.starts_with(command) { Some(answer) } else { well(line) });
        let error = sent(&server).await.unwrap_err();
        assert_eq!(error.may_try_again(), may_try_again, "{error:?}");
        assert!(error.to_string().starts_with(expected), "{error}");
    };
    check("MAIL", "421 too busy", "the server does not take the letter for now: 421", true).await;
    check("RCPT TO:<abuse", "450 greylisted", "the server does not take the letter for now: 450 greylisted", true)
        .await;
    check("RCPT TO:<desk", "550 no such desk", "the server refuses the letter: 550 no such desk", false).await;
    check("RCPT TO:<desk", "550-no such desk\r\n550 go away", "the server refuses the letter: 550", false).await;
    check("MAIL", "553 not yours", "the server refuses the letter: 553", false).await;
    check("DATA", "554 no", "the server refuses the letter: 554", false).await;
    check(".", "552 too much", "the server refuses the letter: 552", false).await;
    check(".", "451 later", "the server does not take the letter for now: 451", true).await;
    check("AUTH", "535 wrong password", "the server does not let the client in: 535", true).await;
    check("EHLO", "250 mail.test", "the server does not let the client in: ", true).await;
    check("RCPT", "garbage", "no talk with the server: ", true).await;
}

#[tokio::test]
async fn a_connection_that_breaks_is_told_and_may_be_tried_again() {
    for command in ["EHLO", "MAIL", "DATA", "."] {
        let (server, _) = server(move |line| if line.starts_with(command) { None } else { well(line) });
        let error = sent(&server).await.unwrap_err();
        assert!(matches!(error, MailError::Unreachable(_)) && error.may_try_again(), "{command}: {error:?}");
    }
    let (mut server, _) = server(well);
    server.stop();
    let error = sent(&server).await.unwrap_err();
    assert!(matches!(error, MailError::Unreachable(_)), "{error:?}");
}

#[tokio::test]
async fn a_server_that_hangs_or_never_ends_takes_no_longer_than_the_limit() {
    let silent = Responder::start(|mut stream| stream.read(&mut [0]).map(drop));
    let endless = Responder::start(|mut stream| {
        loop {
            stream.write_all(b"220-and more ")?;
        }
    });
    let lines = Responder::start(|mut stream| {
        stream.write_all("220-and more\r\n".repeat(200).as_bytes())?;
        stream.read(&mut [0]).map(drop)
    });
    let drip = Responder::start(|mut stream| {
        loop {
            stream.write_all(b"220-x\r\n")?;
            std::thread::sleep(Duration::from_millis(100));
        }
    });
    for server in [&silent, &endless, &lines, &drip] {
        let begin = Moment::now();
        let error = sent(server).await.unwrap_err();
        assert!(error.may_try_again(), "{error:?}");
        assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
        assert!(error.to_string().chars().count() < 700, "{error}");
    }
}

#[tokio::test]
async fn what_a_server_says_is_cut_before_it_is_kept() {
    let (server, _) = server(|line| if line == "DATA" { Some("554 \u{1b}[2Jno\u{7}") } else { well(line) });
    let error = sent(&server).await.unwrap_err();
    let MailError::Refused(said) = &error else { panic!("{error:?}") };
    assert!(said.code == 554 && !said.text.chars().any(char::is_control), "{said:?}");
}

#[tokio::test]
async fn nothing_in_a_letter_writes_a_header_of_its_own() {
    let (server, heard) = server(well);
    let mailer = mailer(&server.address().to_string(), MailTls::None, |_| {});
    let attached = |name: &str, media_type: &str| Letter {
        attachments: vec![Attachment { name: name.to_owned(), media_type: media_type.to_owned(), octets: Vec::new() }],
        ..small()
    };
    let check = async |letter: Letter, expected: fn(&LetterError) -> bool| {
        let error = mailer.send(&letter, now()).await.unwrap_err();
        assert!(matches!(&error, MailError::Letter(error) if expected(error)), "{error:?}");
        assert!(!error.may_try_again());
    };
    for subject in ["x\r\nBcc: everybody@example.org", "x\nBcc: y", "x\rBcc: y", "x\0y", "x\u{85}y"] {
        check(Letter { subject: subject.to_owned(), ..small() }, |error| matches!(error, LetterError::Subject(_)))
            .await;
    }
    check(Letter { subject: "x".repeat(401), ..small() }, |error| matches!(error, LetterError::Subject(_))).await;
    for name in ["", "..", "../x.csv", "a\\b.csv", "a\r\nX: y", "a\0b"] {
        check(attached(name, "text/csv"), |error| matches!(error, LetterError::FileName(_))).await;
    }
    for media_type in
        ["", "text", "text/csv\r\nX: y", "text/csv; name=\"a\nb\"", "multipart/mixed; boundary=x", "täxt/csv"]
    {
        check(attached("a.csv", media_type), |error| matches!(error, LetterError::MediaType { .. })).await;
    }
    check(Letter { to: Vec::new(), ..small() }, |error| *error == LetterError::NoAddress).await;
    let many = vec![parsed("abuse@nic.example"); 101];
    check(Letter { to: many, ..small() }, |error| *error == LetterError::ManyAddresses(101)).await;
    let attachments = vec![attached("a.csv", "text/csv").attachments.remove(0); 51];
    check(Letter { attachments, ..small() }, |error| *error == LetterError::ManyAttachments(51)).await;
    let ancient = parsed("1969-12-31T00:00:00Z");
    check(Letter { date: ancient, ..small() }, |error| matches!(error, LetterError::Date(_))).await;
    assert!(heard.lock().unwrap().is_empty(), "nothing is sent of a letter that is wrong");
}

/// A line end in a name that a header could take is in no name, and a text that looks like a boundary ends no part.
#[tokio::test]
async fn a_text_ends_no_part_of_its_letter() {
    let composed = mailer("localhost:25", MailTls::None, |_| {}).compose(&letter(), now()).unwrap();
    let composed = String::from_utf8(composed).unwrap();
    let boundary = composed.split_once("boundary=\"").unwrap().1.split('"').next().unwrap();
    let trap = Letter { text: format!("\r\n--{boundary}--\r\n\r\nSubject: y\r\n\r\n.\r\nQUIT\r\n"), ..letter() };
    let composed = mailer("localhost:25", MailTls::None, |_| {}).compose(&trap, now()).unwrap();
    let composed = String::from_utf8(composed).unwrap();
    assert_eq!(composed.matches(&format!("\r\n--{boundary}--")).count(), 1);
}

#[tokio::test]
async fn a_lone_dot_does_not_end_a_letter() -> io::Result<()> {
    let got = Arc::new(Mutex::new(String::new()));
    let keep = Arc::clone(&got);
    let server = Responder::start(move |mut stream| {
        write!(stream, "{}\r\n", well("").unwrap())?;
        loop {
            let line = read_until(&mut stream, b"\r\n")?.trim_end().to_owned();
            write!(stream, "{}\r\n", well(&line).unwrap())?;
            if line == "DATA" {
                *keep.lock().unwrap() = read_until(&mut stream, b"\r\n.\r\n")?;
                write!(stream, "250 ok\r\n")?;
            }
        }
    });
    let dots = Letter { text: "a\n.\nb\n".to_owned(), ..small() };
    let mailer = mailer(&server.address().to_string(), MailTls::None, |_| {});
    mailer.send(&dots, now()).await.unwrap();
    let got = got.lock().unwrap();
    assert!(got.contains("\r\na\r\n..\r\nb\r\n"), "{got}");
    Ok(())
}

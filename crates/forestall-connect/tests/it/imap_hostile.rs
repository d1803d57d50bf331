// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Servers of mailboxes that lie, flood and hang.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant as Moment};

use forestall_connect::imap::{ImapError, ImapMailbox, ImapSettings};
use forestall_connect::mail::{MailLogin, MailTls};
use forestall_testkit::parsed;
use forestall_testkit::responder::{Responder, read_until};

const LETTER: &[u8] = b"Subject: x\r\n\r\nhello\r\n";

/// Starts a server that answers each command by `script`, given its tag and its words; `None` ends the connection.
fn server(script: impl Fn(&str, &str) -> Option<Vec<u8>> + Send + Sync + 'static) -> Responder {
    Responder::start(move |mut stream: TcpStream| {
        let Some(greeting) = script("", "") else { return Ok(()) };
        stream.write_all(&greeting)?;
        loop {
            let line = read_until(&mut stream, b"\r\n")?;
            let (tag, words) = line.trim_end().split_once(' ').unwrap_or_default();
            let Some(answer) = script(tag, words) else { return Ok(()) };
            stream.write_all(&answer)?;
        }
    })
}

/// What a server says that keeps the rules.
fn well(tag: &str, words: &str) -> Vec<u8> {
    let said = match words.split(' ').take(2).collect::<Vec<_>>()[..] {
        [""] => return b"* OK ready\r\n".to_vec(),
        ["SELECT", _] => "* OK [UIDVALIDITY 7] valid\r\n".to_owned(),
        ["UID", "SEARCH"] => "* SEARCH 3 1\r\n".to_owned(),
        ["UID", "FETCH"] => {
            let uid = words.split(' ').nth(2).unwrap();
            format!("* 1 FETCH (UID {uid} BODY[]<0> {{{}}}\r\n{})\r\n", LETTER.len(), String::from_utf8_lossy(LETTER))
        }
        _ => String::new(),
    };
    format!("{said}{tag} OK done\r\n").into_bytes()
}

fn settings(server: &Responder) -> ImapSettings {
    let login = MailLogin { user: "hub".to_owned(), password: "open sesame".to_owned() };
    let settings = ImapSettings::new(parsed(&server.address().to_string()), MailTls::None, login);
    ImapSettings { limit: Duration::from_secs(2), most_octets: 1_000, ..settings }
}

/// Opens the mailbox and reads its first letter.
async fn read(server: &Responder) -> Result<Vec<u8>, ImapError> {
    let mut mailbox = ImapMailbox::open(&settings(server)).await?;
    let unseen = mailbox.unseen().await?;
    let octets = mailbox.fetch(unseen.letters[0]).await?;
    mailbox.mark_seen(unseen.letters[0]).await?;
    mailbox.close().await?;
    Ok(octets)
}

#[tokio::test]
async fn a_server_that_keeps_the_rules_is_understood() {
    let server = server(|tag, words| Some(well(tag, words)));
    assert_eq!(read(&server).await.unwrap(), LETTER);
    let mut mailbox = ImapMailbox::open(&settings(&server)).await.unwrap();
    assert_eq!(mailbox.validity(), 7);
    let expected: Vec<std::num::NonZeroU32> = vec![parsed("1"), parsed("3")];
    assert_eq!(mailbox.unseen().await.unwrap().letters, expected);
}

/// Runs against a server that gives one answer of its own.
async fn against(command: &'static str, answer: impl Fn(&str) -> Option<Vec<u8>> + Send + Sync + 'static) -> ImapError {
    let server =
        server(move |tag, words| if words.starts_with(command) { answer(tag) } else { Some(well(tag, words)) });
    let begin = Moment::now();
    let error = read(&server).await.unwrap_err();
    assert!(begin.elapsed() < Duration::from_secs(8), "{:?}", begin.elapsed());
    assert!(error.to_string().chars().count() < 500, "{error}");
    error
}

#[tokio::test]
async fn what_is_no_imap_or_too_much_is_refused() {
    let is_answer = |error: ImapError| assert!(matches!(error, ImapError::Answer(_)), "{error:?}");
    let flood = |line: &'static str, times: usize| move |_: &str| Some(line.repeat(times).into_bytes());
    is_answer(against("LOGIN", |_| Some(b"hello\r\n".to_vec())).await);
    is_answer(against("LOGIN", |tag| Some(format!("{tag} MAYBE\r\n").into_bytes())).await);
    is_answer(against("LOGIN", |_| Some(b"* BYE go away\r\n".to_vec())).await);
    is_answer(against("LOGIN", |_| Some(b"\xFF\xFE\r\n".to_vec())).await);
    is_answer(against("SELECT", |tag| Some(format!("{tag} OK no validity\r\n").into_bytes())).await);
    is_answer(against("UID SEARCH", |tag| Some(format!("* SEARCH 1 x\r\n{tag} OK\r\n").into_bytes())).await);
    is_answer(against("UID SEARCH", |tag| Some(format!("* SEARCH 0\r\n{tag} OK\r\n").into_bytes())).await);
    is_answer(against("UID SEARCH", |tag| Some(format!("* SEARCH 99999999999\r\n{tag} OK\r\n").into_bytes())).await);
    is_answer(against("UID SEARCH", flood("* 1 EXISTS\r\n", 20_000)).await);
    is_answer(against("UID SEARCH", flood("1 2 3 4 5 6 7 8 ", 100_000)).await);
    is_answer(against("SELECT", |_| Some(b"* 1 FETCH (UID 1 BODY[] {5}\r\nhello)\r\n".to_vec())).await);
    is_answer(against("UID FETCH", |_| Some(b"* 1 FETCH (UID 1 BODY[]<0> {1002}\r\n".to_vec())).await);
    is_answer(against("UID FETCH", |_| Some(b"* 1 FETCH (UID 1 BODY[]<0> {9999999999}\r\n".to_vec())).await);
    let two = "* 1 FETCH (UID 9 BODY[]<0> {900}\r\n".to_owned() + &"x".repeat(900) + ")\r\n";
    let twice = two.repeat(2);
    is_answer(against("UID FETCH", move |_| Some(twice.clone().into_bytes())).await);
    let many = "* 1 FETCH (".to_owned() + &"BODY[] {0}\r\n".repeat(10) + ")\r\n";
    is_answer(against("UID FETCH", move |_| Some(many.clone().into_bytes())).await);
}

#[tokio::test]
async fn a_letter_of_another_identifier_is_not_taken_for_the_one_asked_for() {
    let other = |tag: &str| Some(format!("* 2 FETCH (UID 3 BODY[]<0> {{5}}\r\nother)\r\n{tag} OK\r\n").into_bytes());
    assert!(matches!(against("UID FETCH", other).await, ImapError::Gone(_)));
    let marks = |tag: &str| Some(format!("* 1 FETCH (UID 1 FLAGS ())\r\n{tag} OK\r\n").into_bytes());
    assert!(matches!(against("UID FETCH", marks).await, ImapError::Gone(_)));
}

#[tokio::test]
async fn a_letter_as_large_as_the_limit_is_read_and_one_octet_more_is_not() {
    let of = |length: usize| {
        server(move |tag, words| {
            if words.starts_with("UID FETCH") {
                let letter = "x".repeat(length);
                return Some(
                    format!("* 1 FETCH (UID 1 BODY[]<0> {{{length}}}\r\n{letter})\r\n{tag} OK\r\n").into_bytes(),
                );
            }
            Some(well(tag, words))
        })
    };
    assert_eq!(read(&of(1_000)).await.unwrap().len(), 1_000);
    let error = read(&of(1_001)).await.unwrap_err();
    assert!(matches!(error, ImapError::TooLarge { most: 1_000, .. }), "{error:?}");
}

#[tokio::test]
async fn a_connection_that_breaks_or_hangs_is_told() {
    for command in ["", "LOGIN", "SELECT", "UID SEARCH", "UID FETCH", "UID STORE"] {
        let server = server(move |tag, words| {
            if words.starts_with(command) && (command.is_empty() == words.is_empty()) {
                None
            } else {
                Some(well(tag, words))
            }
        });
        let error = read(&server).await.unwrap_err();
        assert!(matches!(error, ImapError::Unreachable(_)), "{command}: {error:?}");
    }
    let cut = against("UID FETCH", |_| Some(b"* 1 FETCH (UID 1 BODY[]<0> {500}\r\nhello".to_vec())).await;
    assert!(matches!(cut, ImapError::TooSlow(_)), "{cut:?}");
    let silent = Responder::start(|mut stream| stream.read(&mut [0]).map(drop));
    assert!(matches!(read(&silent).await.unwrap_err(), ImapError::TooSlow(_)));
    let greets = Responder::start(|mut stream| stream.write_all(b"220 mail.example ESMTP\r\n"));
    assert!(matches!(read(&greets).await.unwrap_err(), ImapError::Answer(_)));
}

#[tokio::test]
async fn no_password_crosses_a_network_in_the_open() {
    let login = MailLogin { user: "hub".to_owned(), password: "open sesame".to_owned() };
    let open = ImapSettings::new(parsed("mail.example:143"), MailTls::None, login);
    assert!(matches!(ImapMailbox::open(&open).await.unwrap_err(), ImapError::Open(_)));
    // A server that cannot do what is asked, and one that goes on in the open.
    for answer in ["NO not here", "OK begin\r\n* OK injected"] {
        let server = server(move |tag, words| match words {
            "" => Some(well(tag, words)),
            "STARTTLS" => Some(format!("{tag} {answer}\r\n").into_bytes()),
            _ => panic!("{words} in the open"),
        });
        let error = ImapMailbox::open(&ImapSettings { tls: MailTls::StartTls, ..settings(&server) }).await.unwrap_err();
        assert!(matches!(error, ImapError::Refused { command: "STARTTLS", .. } | ImapError::Answer(_)), "{error:?}");
    }
    let server = server(|tag, words| Some(well(tag, words)));
    for wrong in ["pass\r\nf9 DELETE INBOX", "pässword", &"x".repeat(1_001)] {
        let login = MailLogin { user: "hub".to_owned(), password: wrong.to_owned() };
        let error = ImapMailbox::open(&ImapSettings { login, ..settings(&server) }).await.unwrap_err();
        assert!(matches!(error, ImapError::Word("the password")), "{error:?}");
    }
}

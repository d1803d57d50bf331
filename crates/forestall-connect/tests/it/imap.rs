// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Mailboxes against Dovecot.

use forestall_connect::imap::{ImapError, ImapMailbox, ImapSettings};
use forestall_connect::mail::{MailLogin, MailTls};
use forestall_testkit::dovecot::{Dovecot, PASSWORD, USER};
use forestall_testkit::parsed;

use crate::certificates::{AUTHORITY, EXPIRED, GOOD, identity};

const FIRST: &[u8] = b"From: a@nic.example\r\nSubject: all done\r\n\r\nall done\r\n";
const SECOND: &[u8] =
    b"From: b@nic.example\r\nSubject: {5}\r\n\r\n) f3 OK BODY[] {7}\r\nx\r\n* 1 FETCH (UID 1 BODY[] \"\")\r\n";

fn settings(server: &Dovecot, tls: MailTls) -> ImapSettings {
    let login = MailLogin { user: USER.to_owned(), password: PASSWORD.to_owned() };
    let mut settings = ImapSettings::new(parsed(&format!("localhost:{}", server.address().port())), tls, login);
    settings.authorities = vec![AUTHORITY.to_vec()];
    settings
}

#[tokio::test]
async fn unseen_letters_are_read_and_marked_once_they_were_handled() {
    let test = "unseen_letters_are_read_and_marked_once_they_were_handled";
    let long = [b"Subject: long\r\n\r\n".as_slice(), &b"0123456789abcdef\r\n".repeat(20_000)].concat();
    let letters = [FIRST, SECOND, b"", &long];
    let Some(server) = Dovecot::start(test, identity(GOOD), false, &letters) else { return };
    let mut mailbox = ImapMailbox::open(&settings(&server, MailTls::StartTls)).await.unwrap();
    assert!(mailbox.validity() > 0);
    let unseen = mailbox.unseen().await.unwrap();
    assert!(!unseen.is_cut && unseen.letters.len() == letters.len(), "{unseen:?}");
    for (letter, octets) in unseen.letters.iter().zip(letters).filter(|(_, octets)| !octets.is_empty()) {
        assert_eq!(mailbox.fetch(*letter).await.unwrap(), octets);
    }
    // What was only read is still unseen.
    assert_eq!(mailbox.unseen().await.unwrap(), unseen);
    mailbox.mark_seen(unseen.letters[1]).await.unwrap();
    mailbox.mark_seen(unseen.letters[1]).await.unwrap();
    let left = mailbox.unseen().await.unwrap();
    assert_eq!(left.letters, [unseen.letters[0], unseen.letters[2], unseen.letters[3]]);
    let none = parsed("4000");
    assert!(matches!(mailbox.fetch(none).await.unwrap_err(), ImapError::Gone(letter) if letter == none));
    mailbox.mark_seen(none).await.unwrap();
    // The connection is of use after that.
    assert_eq!(mailbox.fetch(unseen.letters[0]).await.unwrap(), FIRST);
    let validity = mailbox.validity();
    mailbox.close().await.unwrap();
    let marked: Vec<bool> = server.files().iter().map(|name| name.ends_with(":2,S")).collect();
    assert_eq!(marked, [false, true, false, false]);
    let mut again = ImapMailbox::open(&settings(&server, MailTls::StartTls)).await.unwrap();
    assert_eq!((again.validity(), again.unseen().await.unwrap()), (validity, left));
}

#[tokio::test]
async fn a_letter_that_is_too_large_is_told_and_the_next_is_read() {
    let test = "a_letter_that_is_too_large_is_told_and_the_next_is_read";
    let long = [b"Subject: long\r\n\r\n".as_slice(), &b"0123456789abcdef\r\n".repeat(20_000)].concat();
    let Some(server) = Dovecot::start(test, identity(GOOD), true, &[&long, FIRST]) else { return };
    let settings = ImapSettings { most_octets: FIRST.len(), ..settings(&server, MailTls::Implicit) };
    let mut mailbox = ImapMailbox::open(&settings).await.unwrap();
    let unseen = mailbox.unseen().await.unwrap();
    let error = mailbox.fetch(unseen.letters[0]).await.unwrap_err();
    assert!(matches!(error, ImapError::TooLarge { most, .. } if most == FIRST.len()), "{error:?}");
    assert_eq!(mailbox.fetch(unseen.letters[1]).await.unwrap(), FIRST);
}

#[tokio::test]
async fn a_wrong_password_mailbox_or_certificate_is_told() {
    let test = "a_wrong_password_mailbox_or_certificate_is_told";
    let Some(server) = Dovecot::start(test, identity(GOOD), false, &[]) else { return };
    let right = settings(&server, MailTls::StartTls);
    let login = MailLogin { user: USER.to_owned(), password: "wrong".to_owned() };
    let error = ImapMailbox::open(&ImapSettings { login, ..right.clone() }).await.unwrap_err();
    assert!(matches!(&error, ImapError::Login(reason) if reason.contains("AUTHENTICATIONFAILED")), "{error:?}");
    let mailbox = "No such \"box\"".to_owned();
    let error = ImapMailbox::open(&ImapSettings { mailbox, ..right.clone() }).await.unwrap_err();
    assert!(matches!(&error, ImapError::Refused { command: "SELECT", .. }), "{error:?}");
    let error = ImapMailbox::open(&ImapSettings { authorities: Vec::new(), ..right.clone() }).await.unwrap_err();
    assert!(matches!(&error, ImapError::Unreachable(reason) if reason.contains("UnknownIssuer")), "{error:?}");
    let mut opened = ImapMailbox::open(&right).await.unwrap();
    assert!(opened.unseen().await.unwrap().letters.is_empty());
    let Some(expired) = Dovecot::start(test, identity(EXPIRED), true, &[]) else { return };
    let error = ImapMailbox::open(&settings(&expired, MailTls::Implicit)).await.unwrap_err();
    assert!(error.to_string().contains("expired"), "{error}");
}

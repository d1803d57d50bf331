// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Letters against aiosmtpd, read back by Python's reader of mail, and protected ones by GnuPG.

use std::sync::Arc;

use forestall_connect::mail::{
    Letter, MailError, MailSettings, MailSettingsError, MailTls, Mailer, Origin, Precedence, Protection,
};
use forestall_connect::openpgp::{Certificate, SigningKey};
use forestall_model::Digest;
use forestall_testkit::gnupg::Gnupg;
use forestall_testkit::parsed;
use forestall_testkit::smtp::{Smtp, SmtpTls};

use crate::certificates::{AUTHORITY, EXPIRED, GOOD, identity};
use crate::letters::{check_content, letter, mailer, now, octets, read};

const MOST: usize = 1_000_000;

fn plain(server: &Smtp) -> Mailer {
    mailer(&server.address().to_string(), MailTls::None, |_| {})
}

#[tokio::test]
async fn a_letter_arrives_with_all_its_parts() {
    let Some(server) = Smtp::start("a_letter_arrives_with_all_its_parts", SmtpTls::None, MOST) else { return };
    let mailer = plain(&server);
    let receipt = mailer.send(&letter(), now()).await.unwrap();
    assert_eq!(receipt.response.code, 250);
    assert!(!receipt.response.text.is_empty());
    assert!(receipt.at >= now() && receipt.at.seconds_since(now()) < 60);
    let sent = mailer.compose(&letter(), now()).unwrap();
    assert_eq!((receipt.digest, receipt.octets), (Digest::of(&sent), sent.len()));
    assert!(sent.is_ascii());
    assert!(sent.split(|b| *b == b'\n').all(|line| line.len() <= 998), "a line is longer than mail has them");

    let [arrived] = &server.letters()[..] else { panic!("one letter") };
    let found = read(arrived.as_bytes());
    let headers = &found["headers"];
    assert_eq!(headers["from"], "\"Forestall, Leitstelle\" <hub@hub.example>");
    assert_eq!(headers["reply-to"], "answers+be@hub.example");
    assert_eq!(headers["to"], "Zoë Ångström <abuse@nic.example>, desk@xn--bcher-kva.example");
    assert_eq!(headers["subject"], letter().subject.as_str());
    assert_eq!(headers["date"], "Thu, 26 Nov 2026 08:30:00 +0000");
    assert_eq!(headers["message-id"], "<case-7.list-12.be.0@hub.example>");
    assert_eq!(headers["in-reply-to"], "<CAF=x.1+2@mail.nic.example>");
    assert_eq!(headers["references"], "<CAF=x.1+2@mail.nic.example>");
    assert_eq!(headers["auto-submitted"], "auto-generated");
    assert_eq!(headers["precedence"], "bulk");
    assert_eq!(headers["mime-version"], "1.0");
    // What the server heard of the envelope.
    assert_eq!(headers["x-mailfrom"], "hub@hub.example");
    assert_eq!(headers["x-rcptto"], "abuse@nic.example, desk@xn--bcher-kva.example");
    check_content(&found);
    // Nothing was changed on the way but the line ends, also that of the whole, and the server's own headers.
    let sent = String::from_utf8(sent).unwrap().replace("\r\n", "\n");
    let own: Vec<&str> = arrived.trim_end().lines().filter(|line| !line.starts_with("X-")).collect();
    assert_eq!(own, sent.trim_end().lines().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_greeting_brings_no_letter() {
    let Some(server) = Smtp::start("a_greeting_brings_no_letter", SmtpTls::None, MOST) else { return };
    plain(&server).greet().await.unwrap();
    assert!(server.letters().is_empty());
    let address = server.address();
    drop(server);
    let gone = mailer(&address.to_string(), MailTls::None, |_| {}).greet().await.unwrap_err();
    assert!(matches!(gone, MailError::Unreachable(_)), "{gone}");
}

#[tokio::test]
async fn a_short_letter_is_one_text() {
    let Some(server) = Smtp::start("a_short_letter_is_one_text", SmtpTls::None, MOST) else { return };
    let short = Letter {
        html: None,
        attachments: Vec::new(),
        in_reply_to: None,
        origin: Origin::Person,
        precedence: Precedence::Personal,
        text: ".\r\n..\r\nein Punkt am Anfang\r\n".to_owned(),
        ..letter()
    };
    let mailer = plain(&server);
    let receipt = mailer.send(&short, now()).await.unwrap();
    let found = read(server.letters()[0].as_bytes());
    assert_eq!(found["type"], "text/plain");
    assert_eq!(
        String::from_utf8(octets(&found)).unwrap().replace("\r\n", "\n").trim_end(),
        ".\n..\nein Punkt am Anfang"
    );
    assert_eq!(found["headers"]["auto-submitted"], "no");
    assert!(found["headers"].get("precedence").is_none() && found["headers"].get("in-reply-to").is_none());
    // Sent again after a crash it is the same to the last octet.
    let again = mailer.send(&short, now().plus_seconds(3_600)).await.unwrap();
    assert_eq!((receipt.digest, receipt.octets), (again.digest, again.octets));
    let letters = server.letters();
    assert_eq!(letters.len(), 2);
    let html = Letter { html: Some("<p>x</p>".to_owned()), ..short };
    mailer.send(&html, now()).await.unwrap();
    let found: Vec<_> = server.letters().iter().map(|letter| read(letter.as_bytes())["type"].clone()).collect();
    assert_eq!(found.iter().filter(|media_type| *media_type == "multipart/alternative").count(), 1, "{found:?}");
}

#[tokio::test]
async fn over_tls_only_the_right_certificate_is_believed() {
    let test = "over_tls_only_the_right_certificate_is_believed";
    let Some(starting) = Smtp::start(test, SmtpTls::StartTls(identity(GOOD)), MOST) else { return };
    let Some(implicit) = Smtp::start(test, SmtpTls::Implicit(identity(GOOD)), MOST) else { return };
    let Some(expired) = Smtp::start(test, SmtpTls::StartTls(identity(EXPIRED)), MOST) else { return };
    let check = async |server: &Smtp, tls: MailTls, authorities: Vec<Vec<u8>>| {
        let at = format!("localhost:{}", server.address().port());
        let mailer = mailer(&at, tls, |settings| settings.authorities = authorities);
        mailer.send(&letter(), now()).await
    };
    let ours = || vec![AUTHORITY.to_vec()];
    for (server, tls) in [(&starting, MailTls::StartTls), (&implicit, MailTls::Implicit)] {
        check(server, tls, ours()).await.unwrap();
        assert_eq!(server.letters().len(), 1, "{tls}");
        let error = check(server, tls, Vec::new()).await.unwrap_err();
        assert!(matches!(error, MailError::Tls(_)) && error.may_try_again(), "{error:?}");
        assert!(error.to_string().contains("UnknownIssuer"), "{error}");
        assert_eq!(server.letters().len(), 1, "{tls}");
    }
    let error = check(&expired, MailTls::StartTls, ours()).await.unwrap_err();
    assert!(error.to_string().contains("expired") && matches!(error, MailError::Tls(_)), "{error}");
    // A server that wants TLS gets no letter without.
    let error = check(&starting, MailTls::None, ours()).await.unwrap_err();
    assert!(matches!(&error, MailError::Login(said) if said.starts_with("530")), "{error:?}");
    assert!(expired.letters().is_empty() && starting.letters().len() == 1);
}

#[tokio::test]
async fn a_server_without_tls_gets_nothing_where_tls_is_set() {
    let Some(server) = Smtp::start("a_server_without_tls_gets_nothing_where_tls_is_set", SmtpTls::None, MOST) else {
        return;
    };
    for tls in [MailTls::StartTls, MailTls::Implicit] {
        let mailer = mailer(&server.address().to_string(), tls, |_| {});
        let error = mailer.send(&letter(), now()).await.unwrap_err();
        assert!(error.may_try_again(), "{error:?}");
    }
    assert!(server.letters().is_empty());
}

#[test]
fn letters_cross_a_network_over_tls_only() {
    let settings = |server: &str, tls| MailSettings::new(parsed(server), tls, parsed("hub@hub.example"));
    let error = Mailer::new(settings("mail.example:25", MailTls::None)).unwrap_err();
    assert_eq!(error, MailSettingsError::Open(parsed("mail.example:25")));
    assert!(Mailer::new(settings("10.0.0.1:25", MailTls::None)).is_err());
    for local in ["127.0.0.1:25", "localhost:25", "[::1]:25"] {
        Mailer::new(settings(local, MailTls::None)).unwrap();
    }
    Mailer::new(settings("mail.example:587", MailTls::StartTls)).unwrap();
    let authorities = vec![AUTHORITY.to_vec(), b"no certificate".to_vec()];
    let error =
        Mailer::new(MailSettings { authorities, ..settings("mail.example:587", MailTls::StartTls) }).unwrap_err();
    assert!(error.to_string().starts_with("the added certificate of an authority 2 cannot be used: "), "{error}");
    let hello = "hub\r\nMAIL FROM:<x@y>".to_owned();
    let error = Mailer::new(MailSettings { hello, ..settings("localhost:25", MailTls::None) }).unwrap_err();
    assert!(matches!(error, MailSettingsError::Hello(_)), "{error}");
}

#[tokio::test]
async fn a_letter_that_is_too_large_is_refused_for_good() {
    let Some(server) = Smtp::start("a_letter_that_is_too_large_is_refused_for_good", SmtpTls::None, 5_000) else {
        return;
    };
    let error = plain(&server).send(&letter(), now()).await.unwrap_err();
    assert!(matches!(&error, MailError::Refused(said) if said.code == 552) && !error.may_try_again(), "{error:?}");
    let ours = mailer(&server.address().to_string(), MailTls::None, |settings| settings.most_octets = 5_000);
    let error = ours.send(&letter(), now()).await.unwrap_err();
    assert!(matches!(error, MailError::TooLarge { most: 5_000, .. }) && !error.may_try_again(), "{error:?}");
    assert!(server.letters().is_empty());
}

/// Returns the part that a signature covers, with the line ends that mail has on its way.
fn signed_part(letter: &str) -> Vec<u8> {
    let boundary = letter.split_once("boundary=\"").unwrap().1.split('"').next().unwrap();
    let begin = format!("\n--{boundary}\n");
    let (part, _) = letter.split_once(&begin).unwrap().1.split_once(&begin).unwrap();
    part.replace('\n', "\r\n").into_bytes()
}

#[tokio::test]
async fn gnupg_verifies_a_signed_letter() {
    let test = "gnupg_verifies_a_signed_letter";
    let (Some(server), Some(gnupg)) = (Smtp::start(test, SmtpTls::None, MOST), Gnupg::start(test)) else { return };
    let key = SigningKey::generate(&parsed("Forestall <hub@hub.example>"), now().plus_seconds(-60)).unwrap();
    assert!(gnupg.run(&["--import"], key.certificate().unwrap().as_bytes()).is_well);
    let signed = Letter { protection: Protection::Sign(Arc::new(key.clone())), ..letter() };
    plain(&server).send(&signed, now()).await.unwrap();
    let arrived = &server.letters()[0];
    let found = read(arrived.as_bytes());
    assert_eq!(found["type"], "multipart/signed");
    assert_eq!((&found["protocol"], &found["micalg"]), (&"application/pgp-signature".into(), &"pgp-sha256".into()));
    assert_eq!(found["headers"]["subject"], letter().subject.as_str());
    check_content(&found["parts"][0]);
    assert_eq!(found["parts"][1]["type"], "application/pgp-signature");
    let part = signed_part(arrived);
    assert!(plain(&server).compose(&letter(), now()).unwrap().ends_with(&part), "the part is as it was written");
    let signature = gnupg.file("signature", &octets(&found["parts"][1]));
    let said = gnupg.run(&["--verify", &signature, "-"], &part);
    assert!(said.is_well && said.says("GOODSIG"), "{said:?}");
    let valid = said.status.iter().find(|line| line.starts_with("VALIDSIG")).unwrap();
    assert!(valid.contains(&key.fingerprint()) && valid.contains("2026-11-26"), "{valid}");
    // One octet less, and it is not right any more.
    let said = gnupg.run(&["--verify", &signature, "-"], &part[..part.len() - 1]);
    assert!(!said.is_well && said.says("BADSIG"), "{said:?}");
}

#[tokio::test]
async fn gnupg_decrypts_a_letter_and_nobody_else_reads_it() {
    let test = "gnupg_decrypts_a_letter_and_nobody_else_reads_it";
    let (Some(server), Some(gnupg)) = (Smtp::start(test, SmtpTls::None, MOST), Gnupg::start(test)) else { return };
    let key = SigningKey::generate(&parsed("Forestall <hub@hub.example>"), now().plus_seconds(-60)).unwrap();
    assert!(gnupg.run(&["--import"], key.certificate().unwrap().as_bytes()).is_well);
    let user = "abuse@nic.example";
    let time = ["--faked-system-time", "20260101T000000!"];
    let made = gnupg.run(&[&time[..], &["--quick-generate-key", user, "default", "default", "0"]].concat(), b"");
    assert!(made.is_well, "{made:?}");
    let certificate = Certificate::read(&gnupg.text(&["--armor", "--export", user], b""), now()).unwrap();
    let sealed =
        Letter { protection: Protection::SignAndEncrypt(Arc::new(key.clone()), vec![certificate]), ..letter() };
    plain(&server).send(&sealed, now()).await.unwrap();
    let arrived = &server.letters()[0];
    assert!(!arrived.contains("qxkzv") && !arrived.contains("list-12.be.csv") && !arrived.contains("Guten Tag"));
    let found = read(arrived.as_bytes());
    assert_eq!(found["type"], "multipart/encrypted");
    assert_eq!(found["protocol"], "application/pgp-encrypted");
    assert_eq!(found["parts"][0]["type"], "application/pgp-encrypted");
    assert_eq!(octets(&found["parts"][0]).trim_ascii(), b"Version: 1");
    assert_eq!(found["parts"][1]["type"], "application/octet-stream");
    let said = gnupg.run(&["--decrypt"], &octets(&found["parts"][1]));
    assert!(said.is_well && said.says("GOODSIG") && said.says("DECRYPTION_OKAY"), "{said:?}");
    assert!(said.status.iter().any(|line| line.starts_with("VALIDSIG") && line.contains(&key.fingerprint())));
    check_content(&read(&said.output));
}

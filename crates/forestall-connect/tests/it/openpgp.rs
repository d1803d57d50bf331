// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Certificates that GnuPG makes, and what is refused of them; keys and messages that GnuPG reads.

use forestall_connect::openpgp::{
    Certificate, CertificateError, MOST_OCTETS, OpenPgpError, SigningKey, SigningKeyError, detached_signature,
    sign_and_encrypt,
};
use forestall_model::Instant;
use forestall_testkit::gnupg::Gnupg;
use forestall_testkit::parsed;
use proptest::prelude::*;

use crate::letters::now;

/// When the certificates of the tests were made.
const MADE: &str = "20260101T000000!";

fn key() -> SigningKey {
    SigningKey::generate(&parsed("Forestall <hub@hub.example>"), now().plus_seconds(-60)).unwrap()
}

/// Makes a key with GnuPG and returns it as its holder would send it.
fn made(gnupg: &Gnupg, user: &str, algorithm: &str, usage: &str, expires: &str) -> String {
    let arguments = ["--faked-system-time", MADE, "--quick-generate-key", user, algorithm, usage, expires];
    let said = gnupg.run(&arguments, b"");
    assert!(said.is_well, "{said:?}");
    gnupg.text(&["--armor", "--export", user], b"")
}

/// Returns the fingerprint that GnuPG tells.
fn fingerprint(gnupg: &Gnupg, user: &str) -> String {
    let told = gnupg.text(&["--with-colons", "--list-keys", user], b"");
    told.lines().find(|line| line.starts_with("fpr:")).unwrap().split(':').nth(9).unwrap().to_owned()
}

/// Adds a subkey for encryption.
fn add_subkey(gnupg: &Gnupg, user: &str, algorithm: &str, expires: &str) -> String {
    let of = fingerprint(gnupg, user);
    let said = gnupg.run(&["--faked-system-time", MADE, "--quick-add-key", &of, algorithm, "encr", expires], b"");
    assert!(said.is_well, "{said:?}");
    gnupg.text(&["--armor", "--export", user], b"")
}

#[test]
fn messages_to_rsa_and_to_curves_are_decrypted_and_verified_by_gnupg() {
    let Some(gnupg) = Gnupg::start("messages_to_rsa_and_to_curves_are_decrypted_and_verified_by_gnupg") else { return };
    let hub = key();
    assert!(gnupg.run(&["--import"], hub.certificate().unwrap().as_bytes()).is_well);
    let text = "Guten Tag, größer\r\n".repeat(500);
    let mut certificates = Vec::new();
    for (user, primary, subkey) in [
        ("rsa@nic.example", "rsa2048", "rsa2048"),
        ("curve@nic.example", "ed25519", "cv25519"),
        ("nist@nic.example", "nistp256", "nistp256"),
    ] {
        made(&gnupg, user, primary, "sign,cert", "2y");
        let certificate = Certificate::read(&add_subkey(&gnupg, user, subkey, "1y"), now()).unwrap();
        assert_eq!(certificate.fingerprint(), fingerprint(&gnupg, user));
        assert_eq!(certificate.users(), [user]);
        // The subkey ends before the key does.
        assert_eq!(certificate.expires(), Some(parsed("2027-01-01T00:00:00Z")));
        let sealed = sign_and_encrypt(text.as_bytes(), std::slice::from_ref(&certificate), &hub, now()).unwrap();
        let said = gnupg.run(&["--decrypt"], sealed.as_bytes());
        assert!(said.is_well && said.says("GOODSIG") && said.says("DECRYPTION_OKAY"), "{user}: {said:?}");
        assert_eq!(said.output, text.as_bytes());
        certificates.push(certificate);
    }
    let sealed = sign_and_encrypt(text.as_bytes(), &certificates, &hub, now()).unwrap();
    let said = gnupg.run(&["--decrypt"], sealed.as_bytes());
    assert_eq!(said.status.iter().filter(|line| line.starts_with("ENC_TO ")).count(), 3, "{said:?}");
    // Nobody else can read it.
    let other = Gnupg::start("messages_to_rsa_and_to_curves_are_decrypted_and_verified_by_gnupg").unwrap();
    let said = other.run(&["--decrypt"], sealed.as_bytes());
    assert!(!said.is_well && said.output.is_empty() && said.says("DECRYPTION_FAILED"), "{said:?}");
}

#[test]
fn certificates_that_cannot_be_used_are_refused_with_the_reason() {
    let Some(gnupg) = Gnupg::start("certificates_that_cannot_be_used_are_refused_with_the_reason") else { return };
    let refused = |text: &str| Certificate::read(text, now()).unwrap_err();
    let signs_only = made(&gnupg, "signs@nic.example", "ed25519", "sign,cert", "0");
    let error = refused(&signs_only);
    assert_eq!(error, CertificateError::NoEncryption(fingerprint(&gnupg, "signs@nic.example")));
    assert!(error.to_string().ends_with("has no part that is for encryption"), "{error}");

    made(&gnupg, "short@nic.example", "ed25519", "sign,cert", "30d");
    let expired = add_subkey(&gnupg, "short@nic.example", "cv25519", "0");
    let ended: Instant = parsed("2026-01-31T00:00:00Z");
    let error = refused(&expired);
    assert!(matches!(&error, CertificateError::Expired { at, .. } if *at == ended), "{error:?}");
    assert!(error.to_string().ends_with("expired at 2026-01-31T00:00:00Z"), "{error}");
    // A day before it was right, and its end is told.
    let before = ended.plus_seconds(-86_400);
    let certificate = Certificate::read(&expired, before).unwrap();
    assert_eq!(certificate.expires(), Some(ended));
    let error = sign_and_encrypt(b"x", std::slice::from_ref(&certificate), &key(), now()).unwrap_err();
    assert_eq!(error, OpenPgpError::Expired { fingerprint: certificate.fingerprint().to_owned(), at: ended });
    // Before it was made there was none.
    let error = Certificate::read(&expired, parsed("2025-12-31T00:00:00Z")).unwrap_err();
    assert!(matches!(error, CertificateError::TooNew { .. }), "{error:?}");

    made(&gnupg, "part@nic.example", "ed25519", "sign,cert", "0");
    let error = refused(&add_subkey(&gnupg, "part@nic.example", "cv25519", "30d"));
    let CertificateError::EncryptionUnusable { reason, .. } = error else { panic!("{error:?}") };
    assert_eq!(reason, "it expired at 2026-01-31T00:00:00Z");
    // A newer subkey beside it is taken.
    let renewed = add_subkey(&gnupg, "part@nic.example", "cv25519", "0");
    assert_eq!(Certificate::read(&renewed, now()).unwrap().expires(), None);

    let weak = add_subkey_of(&gnupg, "weak@nic.example", "rsa1024");
    let CertificateError::EncryptionUnusable { reason, .. } = refused(&weak) else { panic!("{weak}") };
    assert_eq!(reason, "its 1024 bits of RSA are too few; expected 2048");

    let secret = gnupg.text(&["--armor", "--export-secret-keys", "signs@nic.example"], b"");
    assert_eq!(refused(&secret), CertificateError::Private);
    let two = gnupg.text(&["--armor", "--export", "signs@nic.example", "part@nic.example"], b"");
    assert_eq!(refused(&two), CertificateError::Several);
    assert_eq!(refused(&format!("{signs_only}\n{expired}")), CertificateError::Several);
}

fn add_subkey_of(gnupg: &Gnupg, user: &str, algorithm: &str) -> String {
    made(gnupg, user, "ed25519", "sign,cert", "0");
    add_subkey(gnupg, user, algorithm, "0")
}

#[test]
fn a_revoked_certificate_is_refused() {
    let Some(gnupg) = Gnupg::start("a_revoked_certificate_is_refused") else { return };
    let user = "gone@nic.example";
    let good = add_subkey_of(&gnupg, user, "cv25519");
    assert!(Certificate::read(&good, now()).is_ok());
    let of = fingerprint(&gnupg, user);
    // The program writes a revocation when it makes a key, made harmless by a colon.
    let file = gnupg.folder().join("openpgp-revocs.d").join(format!("{of}.rev"));
    let revocation = std::fs::read_to_string(file).unwrap();
    let revocation = revocation.split_once(":-----BEGIN").map(|(_, rest)| format!("-----BEGIN{rest}")).unwrap();
    assert!(gnupg.run(&["--import"], revocation.as_bytes()).is_well);
    let revoked = gnupg.text(&["--armor", "--export", user], b"");
    assert_eq!(Certificate::read(&revoked, now()).unwrap_err(), CertificateError::Revoked(of));
}

#[test]
fn a_certificate_whose_parts_were_put_together_by_another_is_refused() {
    let Some(gnupg) = Gnupg::start("a_certificate_whose_parts_were_put_together_by_another_is_refused") else { return };
    // The key of the victim, which signs only, with the subkey of somebody else behind it.
    let victim = made(&gnupg, "victim@nic.example", "ed25519", "sign,cert", "0");
    let thief = add_subkey_of(&gnupg, "thief@nic.example", "cv25519");
    let (victim, thief) = (dearmoured(&gnupg, &victim), dearmoured(&gnupg, &thief));
    // A subkey on Curve25519 is a packet of type 14 and version 4 with 56 octets.
    let place = thief.windows(3).position(|begin| begin == [0xB8, 56, 4]).unwrap();
    let joined = [&victim[..], &thief[place..]].concat();
    let text = armoured(&gnupg, &joined);
    assert!(gnupg.text(&["--list-packets"], &joined).contains(":public sub key packet:"), "the trap is set");
    let CertificateError::EncryptionUnusable { reason, .. } = Certificate::read(&text, now()).unwrap_err() else {
        panic!("{text}")
    };
    assert_eq!(reason, "it is revoked, or nothing binds it to the key");
}

fn dearmoured(gnupg: &Gnupg, text: &str) -> Vec<u8> {
    let said = gnupg.run(&["--dearmor"], text.as_bytes());
    assert!(said.is_well, "{said:?}");
    said.output
}

fn armoured(gnupg: &Gnupg, octets: &[u8]) -> String {
    let text = gnupg.text(&["--enarmor"], octets);
    text.replace("PGP ARMORED FILE", "PGP PUBLIC KEY BLOCK")
        .replace("Comment: Use \"gpg --dearmor\" for unpacking\n", "")
}

#[test]
fn the_key_of_the_hub_is_written_and_read_and_gnupg_takes_it() {
    let hub = key();
    let text = hub.write().unwrap();
    let read = SigningKey::read(&text, now()).unwrap();
    assert_eq!(read.fingerprint(), hub.fingerprint());
    assert_eq!(read.certificate().unwrap(), hub.certificate().unwrap());
    assert!(!format!("{hub:?}").contains("Secret") && format!("{hub:?}").contains(&hub.fingerprint()));
    // Parties can write to the hub as well.
    let certificate = Certificate::read(&hub.certificate().unwrap(), now()).unwrap();
    assert_eq!((certificate.fingerprint(), certificate.expires()), (hub.fingerprint().as_str(), None));
    assert_eq!(certificate.users(), ["Forestall <hub@hub.example>"]);
    assert_ne!(key().fingerprint(), hub.fingerprint(), "each key is of fresh randomness");
    let Some(gnupg) = Gnupg::start("the_key_of_the_hub_is_written_and_read_and_gnupg_takes_it") else { return };
    assert!(gnupg.run(&["--import"], text.as_bytes()).is_well);
    assert_eq!(fingerprint(&gnupg, "hub@hub.example"), hub.fingerprint());
    let signature = gnupg.file("signature", detached_signature(b"some octets", &read, now()).unwrap().as_bytes());
    let said = gnupg.run(&["--verify", &signature, "-"], b"some octets");
    assert!(said.is_well && said.says("GOODSIG"), "{said:?}");
    // A party's answer, encrypted by GnuPG to the hub, goes to the part that the hub made for it.
    let said =
        gnupg.run(&["--armor", "--trust-model", "always", "--recipient", "hub@hub.example", "--encrypt"], b"answer");
    assert!(said.is_well, "{said:?}");
    assert_eq!(gnupg.run(&["--decrypt"], &said.output).output, b"answer");
}

#[test]
fn keys_that_cannot_sign_by_themselves_are_refused() {
    let Some(gnupg) = Gnupg::start("keys_that_cannot_sign_by_themselves_are_refused") else { return };
    let refused = |text: &str| SigningKey::read(text, now()).unwrap_err();
    made(&gnupg, "certifies@nic.example", "ed25519", "cert", "0");
    let secret = |user: &str| gnupg.text(&["--armor", "--export-secret-keys", user], b"");
    let of = fingerprint(&gnupg, "certifies@nic.example");
    assert_eq!(refused(&secret("certifies@nic.example")), SigningKeyError::NotForSignatures(of));
    let public = made(&gnupg, "signs@nic.example", "ed25519", "sign,cert", "0");
    assert!(SigningKey::read(&secret("signs@nic.example"), now()).is_ok());
    assert!(matches!(refused(&public), SigningKeyError::NotAKey(_)));
    made(&gnupg, "rsa@nic.example", "rsa2048", "sign,cert", "0");
    let rsa = refused(&secret("rsa@nic.example"));
    assert_eq!(rsa, SigningKeyError::Rsa(fingerprint(&gnupg, "rsa@nic.example")));
    made(&gnupg, "expired@nic.example", "ed25519", "sign,cert", "30d");
    assert!(matches!(refused(&secret("expired@nic.example")), SigningKeyError::Unsigned(_)));
    let locked = [
        "--faked-system-time",
        MADE,
        "--passphrase",
        "open sesame",
        "--quick-generate-key",
        "locked@nic.example",
        "ed25519",
    ];
    assert!(gnupg.run(&locked, b"").is_well);
    let text =
        gnupg.text(&["--passphrase", "open sesame", "--armor", "--export-secret-keys", "locked@nic.example"], b"");
    assert_eq!(refused(&text), SigningKeyError::Locked(fingerprint(&gnupg, "locked@nic.example")));
    assert!(matches!(refused(&"x".repeat(MOST_OCTETS + 1)), SigningKeyError::TooLong(_)));
}

#[test]
fn what_is_no_key_is_refused() {
    let check = |text: &str| {
        let error = Certificate::read(text, now()).unwrap_err();
        assert!(matches!(error, CertificateError::NotAKey(_)), "{text:?}: {error:?}");
        assert!(error.to_string().chars().count() < 300, "{error}");
        assert!(matches!(SigningKey::read(text, now()).unwrap_err(), SigningKeyError::NotAKey(_)), "{text:?}");
    };
    for text in [
        "",
        "please find my key attached",
        "-----BEGIN PGP PUBLIC KEY BLOCK-----",
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n-----END PGP PUBLIC KEY BLOCK-----\n",
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----\n",
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n\u{ff}\u{fe}\n-----END PGP PUBLIC KEY BLOCK-----\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJl3dIeudNqd0DMRORhCvjsoWXLEHNNsYw8SAvnwBBAl x",
    ] {
        check(text);
    }
    let long = "x".repeat(MOST_OCTETS + 1);
    assert_eq!(Certificate::read(&long, now()).unwrap_err(), CertificateError::TooLong(MOST_OCTETS + 1));
    assert_eq!(sign_and_encrypt(b"x", &[], &key(), now()).unwrap_err(), OpenPgpError::NoCertificate);
    let error = SigningKey::generate(&parsed("hub@hub.example"), parsed("1969-01-01T00:00:00Z")).unwrap_err();
    assert!(matches!(error, SigningKeyError::Time(_)), "{error:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A certificate with some octets changed is read or refused, and never encrypted to by another's part.
    #[test]
    fn a_changed_certificate_is_refused_or_still_the_same(places in prop::collection::vec((0_usize..10_000, any::<u8>()), 1..4)) {
        let hub = SigningKey::generate(&parsed("hub@hub.example"), parsed("2026-01-01T00:00:00Z")).unwrap();
        let text = hub.certificate().unwrap();
        let mut changed = text.into_bytes();
        for (place, octet) in places {
            let place = place % changed.len();
            changed[place] = octet;
        }
        let changed = String::from_utf8_lossy(&changed).into_owned();
        if let Ok(certificate) = Certificate::read(&changed, now()) {
            prop_assert_eq!(certificate.fingerprint(), hub.fingerprint());
        }
    }
}

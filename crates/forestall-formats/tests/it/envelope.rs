// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The envelope: its exact form, its way back, its signature in the eyes of minisign itself, and what it refuses.

use std::io::Write as _;
use std::process::Command;

use forestall_formats::envelope::{self, Envelope, EnvelopeError, FileEntry, FileFault, MAX_BYTES, Purpose};
use forestall_formats::list_id::ListId;
use forestall_formats::signature::{SecretKey, signer};
use forestall_model::marking::release;
use forestall_model::{Audience, Digest, Tlp};
use proptest::prelude::*;

use crate::papers::{at, envelope, released_envelope};

fn written(envelope: Envelope) -> String {
    String::from_utf8(envelope::write(&released_envelope(envelope)).unwrap()).unwrap()
}

#[test]
fn the_document() {
    insta::assert_snapshot!(written(envelope()));
}

#[test]
fn comes_back_as_it_was() {
    assert_eq!(envelope::read(written(envelope()).as_bytes()).unwrap(), envelope());
    assert_eq!(envelope::file_name(&envelope().list), "conficker-2009.be.12.envelope.json");
}

#[test]
fn shows_the_label_in_force() {
    let late = release(envelope(), Audience::Public, at("2009-06-01T00:00:00Z")).unwrap();
    let read = envelope::read(&envelope::write(&late).unwrap()).unwrap();
    assert_eq!(read.tlp, Tlp::Clear);
    assert!(release(envelope(), Audience::Public, at("2009-05-31T00:00:00Z")).is_err(), "the gate holds");
}

#[test]
fn one_key_signs_one_document() {
    let key = SecretKey::from_seed(&[7; 32], *b"12345678");
    let sealed = envelope::seal(&released_envelope(envelope()), &key).unwrap();
    assert_eq!(signer(&sealed.document, &sealed.signature, &[key.public_key()]), Ok(0));
    assert!(sealed.signature.contains("[forestall conficker-2009 be #12] file:conficker-2009.be.12.envelope.json"));
    let other = SecretKey::from_seed(&[8; 32], *b"12345678").public_key();
    assert!(signer(&sealed.document, &sealed.signature, &[other]).is_err());
}

#[test]
fn minisign_itself_says_that_it_is_right() {
    let key = SecretKey::from_seed(&[7; 32], *b"12345678");
    let sealed = envelope::seal(&released_envelope(envelope()), &key).unwrap();
    let folder = std::env::temp_dir().join(format!("forestall-envelope-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("envelope.json");
    std::fs::write(&file, &sealed.document).unwrap();
    std::fs::write(folder.join("envelope.json.minisig"), &sealed.signature).unwrap();
    let verify = || Command::new("minisign").arg("-V").arg("-P").arg(key.public_key()).arg("-m").arg(&file).output();
    match verify() {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.success(), "{said}");
            assert!(said.contains("[forestall conficker-2009 be #12]"), "{said}");
            std::fs::write(&file, [sealed.document.as_slice(), b" "].concat()).unwrap();
            assert!(!verify().unwrap().status.success(), "a document with one octet more");
        }
        Err(error) => {
            assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{error}");
            let line = "envelope::minisign_itself_says_that_it_is_right: minisign";
            if let Some(skips) = std::env::var_os("FORESTALL_TEST_SKIPS") {
                let mut file = std::fs::OpenOptions::new().append(true).create(true).open(skips).unwrap();
                writeln!(file, "{line}").unwrap();
            }
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn says_what_it_refuses() {
    let text = written(envelope());
    let check = |from: &str, to: &str, message: &str| {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from} stands there");
        let error = envelope::read(changed.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(message), "{error}");
    };
    check("\"version\": 1", "\"version\": 2", "the envelope has version 2; this program reads version 1");
    check("forestall-envelope", "forestall-list", "the format \"forestall-list\"");
    check(
        "\"purpose\": \"protect\"",
        "\"purpose\": \"take down\"",
        "is not a purpose of a list; expected one of protect, release",
    );
    check("\"previous\": 11", "\"previous\": 12", "previous: list 12 does not come before list 12");
    check("\"number\": 12", "\"number\": 0", "lists are numbered from 1");
    check("\"previous\": 11,", "\"previous\": 11, \"previous\": 11,", "duplicate field");
    check("\"previous\": 11,", "\"previous\": 11, \"surprise\": true,", "unknown field `surprise`");
    check("\"first_day\": \"2009-04-05\"", "\"first_day\": \"2009-05-05\"", "comes after the last day");
    check("\"names\": 4", "\"names\": 5", "5 names cannot stand in 4 lines");
    check("conficker-2009.be.12.csv", "../conficker.csv", "is no name of a file");
    check("conficker-2009.be.12.csv", ".hidden", "is no name of a file");
    check(
        "Ada Coordinator",
        "Ada\\u0000Coordinator",
        "requester.person: the text holds a line break or another control",
    );
    check("\"+1 555 0100\"", "\" \"", "requester.phone: the text is empty");
    check("Ada Coordinator", &"x".repeat(4_001), "at most 4000 are taken");
    check("\"sha256\": \"", "\"sha256\": \"0", "is not a SHA-256 digest");
    for cut in [0, 1, 50, text.len() / 2, text.len() - 3] {
        let error = envelope::read(&text.as_bytes()[..cut]).unwrap_err();
        assert!(matches!(error, EnvelopeError::Syntax { .. }), "{error}");
    }
    assert!(matches!(envelope::read(&vec![b' '; MAX_BYTES + 1]), Err(EnvelopeError::TooLong)));
    assert!(envelope::read("[".repeat(100_000).as_bytes()).is_err(), "deep brackets");
    let mut twice = envelope();
    twice.files.push(FileEntry { name: "CONFICKER-2009.be.12.csv".to_owned(), ..twice.files[0].clone() });
    let error = envelope::write(&released_envelope(twice)).unwrap_err().to_string();
    assert!(error.contains("stands there twice"), "{error}");
}

#[test]
fn a_file_is_the_one_it_names_or_not() {
    let entry = FileEntry::of("a.csv", "text/csv", b"name\n");
    assert_eq!(entry.check(Some(b"name\n")), Ok(()));
    assert!(matches!(entry.check(None), Err(FileFault::Missing { .. })));
    assert!(matches!(entry.check(Some(b"names\n")), Err(FileFault::Length { found: 6, expected: 5, .. })));
    let error = entry.check(Some(b"nome\n")).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("a.csv has the SHA-256 {}; the envelope says {}", Digest::of(b"nome\n"), Digest::of(b"name\n"))
    );
}

fn text() -> impl Strategy<Value = String> {
    "[ -~äöü€]{0,30}[!-~]"
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        number in 2_u32..1_000,
        previous in proptest::option::of(1_u32..2),
        title in text(),
        proof in "[ -~\n]{0,60}[!-~]",
        mail in proptest::option::of(text()),
        release in any::<bool>(),
        files in proptest::collection::btree_map("[a-z][a-z0-9._-]{0,20}", proptest::collection::vec(any::<u8>(), 0..20), 0..5),
        vectors in proptest::collection::vec(text(), 0..5),
        counts in proptest::collection::vec(0_u64..1_000_000, 6),
    ) {
        let mut envelope = envelope();
        envelope.list = ListId { number, ..envelope.list };
        envelope.previous = previous;
        envelope.title = title;
        envelope.requester.proof = proof;
        envelope.requester.mail = mail;
        envelope.purpose = if release { Purpose::Release } else { Purpose::Protect };
        envelope.files = files.iter().map(|(name, octets)| FileEntry::of(name.clone(), "text/plain", octets)).collect();
        envelope.threats[0].vectors[0].names = vectors;
        let figures = &mut envelope.counts;
        (figures.added, figures.kept, figures.withdrawn) = (counts[0], counts[1], counts[2]);
        figures.names = counts[0].min(counts[3]);
        (figures.registered, figures.left_out) = (counts[4], counts[5]);
        let document = envelope::write(&released_envelope(envelope.clone())).unwrap();
        prop_assert_eq!(envelope::read(&document).unwrap(), envelope);
    }

    #[test]
    fn never_panics(octets in proptest::collection::vec(any::<u8>(), 0..300), at in 0_usize..4_000) {
        let _ = envelope::read(&octets);
        let mut document = envelope::write(&released_envelope(envelope())).unwrap();
        let at = at.min(document.len());
        document.splice(at..at, octets);
        let _ = envelope::read(&document);
    }
}

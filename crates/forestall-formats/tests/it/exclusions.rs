// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Exclusion lists and their signatures.

use forestall_formats::exclusions::{self, Exclusion, ExclusionList};
use forestall_formats::signature::{SecretKey, SignatureError, check_public_key, signer};
use forestall_model::{Instant, NameClass};
use proptest::prelude::*;

fn list() -> ExclusionList {
    let excluded = |name: &str, reason: &str| Exclusion {
        name: name.parse().unwrap(),
        class: NameClass::RegisteredBenign,
        reason: reason.to_owned(),
        decided_at: "2009-03-02T15:00:00Z".parse().unwrap(),
    };
    ExclusionList {
        operation: "conficker-2009".to_owned(),
        issued: "2009-03-03T09:00:00Z".parse().unwrap(),
        serial: 4,
        names: vec![
            excluded("praat.org", "speech research, \"doing phonetics by computer\""),
            excluded("wnsux.com", "an airline"),
        ],
    }
}

fn written(list: &ExclusionList) -> Vec<u8> {
    let mut out = Vec::new();
    exclusions::write(list, &mut out).unwrap();
    out
}

#[test]
fn a_list_has_one_form_and_comes_back() {
    let text = String::from_utf8(written(&list())).unwrap();
    assert_eq!(
        text,
        "forestall-exclusions: 1\noperation: conficker-2009\nissued: 2009-03-03T09:00:00Z\nserial: 4\n\n\
         name,class,reason,decided_at\n\
         praat.org,registered-benign,\"speech research, \"\"doing phonetics by computer\"\"\",2009-03-02T15:00:00Z\n\
         wnsux.com,registered-benign,an airline,2009-03-02T15:00:00Z\n"
    );
    assert_eq!(exclusions::read(text.as_bytes()).unwrap(), list());
    let crlf = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    assert_eq!(exclusions::read(crlf.as_bytes()).unwrap(), list());
}

#[test]
fn names_the_place_of_each_fault() {
    let check = |text: &str, says: &[&str]| {
        let errors = exclusions::read(text.as_bytes()).unwrap_err().to_string();
        for says in says {
            assert!(errors.contains(says), "{text}\nexpected {says:?} in:\n{errors}");
        }
    };
    let head = "forestall-exclusions: 1\noperation: a\nissued: 2009-03-03T09:00:00Z\nserial: 4\n\n";
    let columns = "name,class,reason,decided_at\n";
    check("", &["line 1", "the file ends in its header"]);
    check("praat.org\n", &["line 1", "expected forestall-exclusions: 1"]);
    check("operation: a\n", &["line 1", "as the first line"]);
    check("forestall-exclusions: 2\noperation: a\nissued: 2009-03-03T09:00:00Z\nserial: 4\n\n", &["line 1", "\"2\""]);
    check("forestall-exclusions: 1\nserial: 4\nserial: 5\n\n", &["line 3", "the key serial stands in line 2 already"]);
    check("forestall-exclusions: 1\n\n", &["line 2", "the header lacks operation:"]);
    check("forestall-exclusions: 1\noperation: a\nissued: yesterday\nserial: 4\n\n", &["line 3", "an instant"]);
    check("forestall-exclusions: 1\nsigned: 4\n\n", &["line 2", "\"signed: 4\" is not understood"]);
    check(&format!("{head}name,class\n"), &["line 6", "the header lacks the column"]);
    check(
        &format!("{head}{columns}praat.org,benign,x,2009-03-02\nexample.com,free,,2009-03-02\npraat.org,free,y,soon\n"),
        &[
            "line 7, column 2 (class)",
            "line 8, column 3 (reason): the field is empty; expected why",
            "line 9, column 1 (name): the name praat.org stands in line 7 already",
            "line 9, column 4 (decided_at)",
        ],
    );
    check(&format!("forestall-exclusions: {}\n", "1".repeat(5_000)), &["line 1", "longer than 1024 octets"]);
    check("\u{1f}\u{0}", &["line 1"]);
    // What could not be written again is not read either.
    for operation in ["a\u{1}b".to_owned(), "a\tb".to_owned(), "x".repeat(257)] {
        let text = head.replacen("operation: a", &format!("operation: {operation}"), 1);
        check(&format!("{text}{columns}"), &["line 2", "at most 256 octets and no control characters"]);
    }
    let longest = head.replacen("operation: a", &format!("operation:{}", "x".repeat(256)), 1);
    let list = exclusions::read(format!("{longest}{columns}").as_bytes()).unwrap();
    assert_eq!(exclusions::read(written(&list).as_slice()).unwrap(), list);
}

#[test]
fn a_signature_is_read_by_minisigns_own_verifier() {
    let key = SecretKey::from_seed(&[7; 32], *b"forestal");
    let other = SecretKey::from_seed(&[8; 32], *b"forestal");
    let file = written(&list());
    let signature = key.sign(&file, "conficker-2009, serial 4").unwrap();
    let keys = [other.public_key(), key.public_key()];
    assert_eq!(signer(&file, &signature, &keys), Ok(1));
    assert_eq!(signer(&file, &signature, &keys[..1]), Err(SignatureError::NotBy(1)));
    assert_eq!(signer(&file, &signature, &[]), Err(SignatureError::NotBy(0)));
    let mut changed = file.clone();
    changed[40] ^= 1;
    assert_eq!(signer(&changed, &signature, &keys), Err(SignatureError::NotBy(2)));
    let renamed = signature.replace("serial 4", "serial 5");
    assert_eq!(signer(&file, &renamed, &keys), Err(SignatureError::NotBy(2)), "the comment is signed as well");
    assert!(matches!(signer(&file, "nothing", &keys), Err(SignatureError::Form(_))));
    assert!(matches!(signer(&file, &signature, &["RWQ".to_owned()]), Err(SignatureError::PublicKey(_))));
    let as_file = format!("untrusted comment: a key\n{}\n", key.public_key());
    assert_eq!(signer(&file, &signature, &[as_file]), Ok(0));
    assert_eq!(key.sign(&file, "two\nlines"), Err(SignatureError::Comment));
    assert!(check_public_key("x").is_err() && check_public_key(&key.public_key()).is_ok());
}

#[test]
fn secret_keys_of_minisign_are_read() {
    // Made by minisign 0.11 with -G -W on the day of this test, and used for nothing else.
    let text = include_str!("minisign/throwaway.key");
    let key = SecretKey::read(text).unwrap();
    let public = include_str!("minisign/throwaway.pub");
    assert_eq!(key.public_key(), public.lines().nth(1).unwrap());
    let signature = key.sign(b"a file", "comment").unwrap();
    assert_eq!(signer(b"a file", &signature, &[public.to_owned()]), Ok(0));
    let theirs = include_str!("minisign/a-file.minisig");
    assert_eq!(signer(b"a file\n", theirs, &[public.to_owned()]), Ok(0));
    // The same file, the same key, the same comment: the same signature.
    let comment = theirs.lines().nth(2).unwrap().strip_prefix("trusted comment: ").unwrap();
    let ours = key.sign(b"a file\n", comment).unwrap();
    assert_eq!(ours.lines().skip(1).collect::<Vec<_>>(), theirs.lines().skip(1).collect::<Vec<_>>());
}

#[test]
fn damaged_secret_keys_are_refused() {
    let text = include_str!("minisign/throwaway.key");
    let line = text.lines().nth(1).unwrap();
    let check = |text: &str, says: &str| {
        let error = SecretKey::read(text).unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
        assert!(!error.contains(&line[100..120]), "a secret stays out of messages");
    };
    check("", "expected a comment and a line in base64");
    check("untrusted comment: x\n!!!\n", "expected a comment and a line in base64");
    check("untrusted comment: x\nRWQ=\n", "base64");
    let with = |place: usize, letter: char| -> String {
        line.char_indices().map(|(i, c)| if i == place { letter } else { c }).collect()
    };
    check(
        &with(150, if line.as_bytes()[150] == b'A' { 'B' } else { 'A' }),
        "the two halves of the key do not belong together",
    );
    check(&with(200, 'B'), "the checksum differs");
    // "Sc" in the place of the two zeros: a key behind a password.
    check(&line.replacen("RWQAAEIy", "RWRTY0Iy", 1), "the secret key has a password");
    assert_eq!(format!("{:?}", SecretKey::read(text).unwrap()), "SecretKey { .. }");
}

proptest! {
    #[test]
    fn every_list_comes_back(
        operation in "[a-z][a-z0-9-]{0,20}",
        serial in any::<u64>(),
        names in prop::collection::btree_map("[a-z]{1,12}\\.(com|be|co\\.uk)", "[ -~äß]{0,30}[!-~]", 0..20),
    ) {
        let at = Instant::from_seconds(1_235_952_000);
        let list = ExclusionList {
            operation,
            issued: at,
            serial,
            names: names.into_iter().map(|(name, reason)| Exclusion {
                name: name.parse().unwrap(),
                class: NameClass::RegisteredBenign,
                reason: reason.trim().to_owned(),
                decided_at: at,
            }).collect(),
        };
        prop_assert_eq!(exclusions::read(written(&list).as_slice()).unwrap(), list);
    }

    #[test]
    fn nothing_breaks_the_reader(octets in prop::collection::vec(any::<u8>(), 0..200), text in "\\PC{0,200}") {
        drop(exclusions::read(octets.as_slice()));
        drop(exclusions::read(text.as_bytes()));
        drop(SecretKey::read(&text));
        drop(signer(&octets, &text, &[]));
    }
}

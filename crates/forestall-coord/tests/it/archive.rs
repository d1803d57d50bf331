// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A case as one file: what is written is read again, and whatever was touched is refused with its line.

use forestall_coord::archive::{Archive, ArchiveError, ArchiveFault, Head, MAX_LINE, Writer, read};
use forestall_coord::tlog::{SignedCheckpoint, SignerKey, Tree, VerifierKey};
use forestall_model::marking::{Marked, release};
use forestall_model::{Audience, Digest, Marking};
use forestall_testkit::{CaseScript, parsed};
use proptest::prelude::*;

use crate::encoding::every_kind;

/// The document whose digest the script's verdict names.
const DOCUMENT: &str = "a dossier";

struct Open;

impl Marked for Open {
    fn marking(&self) -> Marking {
        Marking::PUBLIC
    }
}

fn signer() -> SignerKey {
    SignerKey::new("forestall-0123/golden", &[7; 32]).expect("a name of a key")
}

/// Writes the first `size` events of a script.
fn written(script: &CaseScript, size: usize, audience: Audience) -> String {
    let mut tree = Tree::default();
    script.log()[..size].iter().for_each(|event| tree.push(event.leaf()));
    let checkpoint = SignedCheckpoint::sign(tree.size(), tree.root(), &signer()).expect("a checkpoint");
    let (key, written) = (signer().verifier(), parsed("2026-11-26T12:00:00Z"));
    let head = Head { case: parsed("golden"), written, checkpoint, key, evidence: 1 };
    let head = release(Open, audience, written).expect("a public case").map(|_| head);
    let mut out = Vec::new();
    let mut writer = Writer::begin(&head, &mut out).expect("memory takes it");
    for (event, withheld) in script.log()[..size].iter().zip(script.withheld()) {
        writer.event(event, withheld).expect("memory takes it");
    }
    writer.evidence(DOCUMENT).expect("memory takes it");
    String::from_utf8(out).expect("JSON is UTF-8")
}

fn whole() -> String {
    let script = every_kind();
    written(&script, script.log().len(), Audience::Recipient)
}

fn reads(text: &str) -> Archive {
    read(text.as_bytes(), None).expect("a whole archive")
}

#[track_caller]
fn refused(text: &str) -> ArchiveError {
    read(text.as_bytes(), None).expect_err("a fault")
}

/// The text with something else in one of its lines, counted from 1.
#[track_caller]
fn touched(text: &str, line: usize, from: &str, to: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let changed = lines[line - 1].replacen(from, to, 1);
    assert_ne!(changed, lines[line - 1], "{from:?} is not in line {line}");
    lines[line - 1] = changed;
    lines.join("\n") + "\n"
}

#[test]
fn what_is_written_is_read_again() {
    let script = every_kind();
    let archive = reads(&whole());
    assert!(archive.events.iter().map(|received| &received.event).eq(script.log()));
    assert!(archive.events.iter().map(|received| &received.withheld).eq(script.withheld()));
    assert_eq!(format!("{:?}", archive.case), format!("{:?}", script.case()));
    assert_eq!(archive.evidence, [DOCUMENT]);
    assert_eq!((archive.erased, archive.missing), (0, 0));
    assert_eq!(archive.checkpoint.checkpoint().size, script.log().len() as u64);
    assert_eq!(whole(), whole(), "equal input gives equal octets");
}

#[test]
fn names_and_evidence_go_to_a_named_recipient_only() {
    let script = every_kind();
    let count: usize = script.withheld().iter().map(Vec::len).sum();
    assert!(count > 0);
    let text = written(&script, script.log().len(), Audience::Organisation);
    for secret in script.withheld().iter().flatten().map(|field| field.value.as_str()).chain([DOCUMENT, "\"salt\""]) {
        assert!(!text.contains(&format!("\"{secret}\"")), "{secret}");
    }
    let archive = reads(&text);
    assert_eq!((archive.erased, archive.missing), (count as u64, 1));
    assert_eq!(format!("{:?}", archive.case), format!("{:?}", script.case()));
}

#[test]
fn an_erased_field_leaves_the_file_good() {
    let text = whole();
    let line = text.lines().nth(1).unwrap();
    let (event, _) = line.rsplit_once(",\"withheld\":[").expect("the opening has withheld fields");
    let erased = text.replacen(line, &format!("{event}}}"), 1);
    assert!(reads(&erased).erased > 0);
}

#[test]
fn whatever_was_touched_is_refused_with_its_line() {
    let text = whole();
    let events = every_kind().log().len();
    let check = |text: &str, line: usize, expected: &dyn Fn(&ArchiveFault) -> bool| {
        let error = refused(text);
        assert_eq!(error.line, line as u64, "{error}");
        assert!(expected(&error.fault), "{error:?}");
    };
    let line = |number: usize| text.lines().nth(number - 1).unwrap();
    check(&touched(&text, 2, "golden”", "gilded”"), 2, &|f| matches!(f, ArchiveFault::Log(_)));
    check(&touched(&text, 2, "\"value\":\"", "\"value\":\"x"), 2, &|f| matches!(f, ArchiveFault::Log(_)));
    check(&touched(&text, 2, "\"salt\":\"", "\"salt\":\"0"), 2, &|f| matches!(f, ArchiveFault::Form { .. }));
    check(&touched(&text, 2, "\"leaf\"", "\"leaves\""), 2, &|f| matches!(f, ArchiveFault::Form { .. }));
    check(&text.replacen(&format!("{}\n", line(3)), "", 1), 3, &|f| matches!(f, ArchiveFault::Log(_)));
    let twice = text.replacen(line(3), &format!("{}\n{}", line(3), line(3)), 1);
    check(&twice, 4, &|f| matches!(f, ArchiveFault::Log(_)));
    check(&text[..text.len() - 1], events + 2, &|f| matches!(f, ArchiveFault::End(_)));
    check(&text[..text.len() - line(events + 2).len() - 1], events + 2, &|f| matches!(f, ArchiveFault::End(_)));
    check(&format!("{text}\n"), events + 3, &|f| *f == ArchiveFault::Further);
    check(&touched(&text, events + 2, DOCUMENT, "another"), events + 2, &|f| matches!(f, ArchiveFault::Digest { .. }));
    let unnamed = format!("{{\"digest\":\"{}\",\"document\":\"x\"}}\n", Digest::of(b"x"));
    let unnamed = text.replacen(&format!("{}\n", line(events + 2)), &unnamed, 1);
    check(&unnamed, events + 2, &|f| matches!(f, ArchiveFault::Unnamed(_)));
    check("", 1, &|f| matches!(f, ArchiveFault::End(_)));
    check("{}\n", 1, &|f| matches!(f, ArchiveFault::Form { .. }));
    check("\u{feff}\n", 1, &|f| matches!(f, ArchiveFault::Form { .. }));
    check(&touched(&text, 1, ":1,", ":2,"), 1, &|f| *f == ArchiveFault::Version(2));
    check(&touched(&text, 1, "\"case\":\"golden\"", "\"case\":\"other\""), 1, &|f| {
        matches!(f, ArchiveFault::OtherCase { .. })
    });
    let (size, fewer) = (format!("\"events\":{events}"), format!("\"events\":{}", events - 1));
    check(&touched(&text, 1, &size, &fewer), 1, &|f| matches!(f, ArchiveFault::Size { .. }));
    let cut = format!("golden\\n{events}\\n");
    let said = format!("golden\\n{}\\n", events - 1);
    check(&touched(&text, 1, &cut, &said), 1, &|f| matches!(f, ArchiveFault::Checkpoint(_)));
    check(&touched(&text, 1, "\"key\":\"forestall-0123", "\"key\":\"forestall-0124"), 1, &|f| {
        matches!(f, ArchiveFault::Key(_))
    });
}

#[test]
fn events_that_were_put_in_do_not_give_the_root() {
    // Each event is what its own hash says, and one of them is not what was signed.
    let script = every_kind();
    let last = script.log().len();
    let (text, mut other) = (whole(), script.log()[last - 1].clone());
    other.source = Some("made up".to_owned());
    let line = serde_json::json!({ "leaf": other.leaf(), "event": other }).to_string();
    let old = text.lines().nth(last).unwrap();
    let error = refused(&text.replacen(old, &line, 1));
    // Key order of a JSON value is its own; the canonical encoding is made anew.
    assert_eq!(error.line, last as u64 + 1, "{error}");
    assert!(matches!(error.fault, ArchiveFault::Root { .. }), "{error:?}");
}

#[test]
fn a_key_that_was_asked_for_must_have_signed() {
    let text = whole();
    let asks = |key: &VerifierKey| read(text.as_bytes(), Some(key)).map(drop).map_err(|error| error.fault);
    let own = signer().verifier();
    assert_eq!(asks(&own), Ok(()));
    assert_eq!(asks(&own.named("forestall-0123").unwrap()), Ok(()), "the key of the installation");
    let stranger = SignerKey::new("forestall-0123", &[8; 32]).unwrap().verifier();
    for other in [stranger, own.named("forestall-9").unwrap(), own.named("forestall-0123/x").unwrap()] {
        assert!(matches!(asks(&other), Err(ArchiveFault::OtherKey { .. })), "{other:?}");
    }
}

#[test]
fn a_line_has_its_limit() {
    let long = format!("{{\"forestall_archive\":1,\"case\":\"{}", "a".repeat(MAX_LINE));
    assert_eq!(refused(&long).fault, ArchiveFault::LineTooLong);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn an_octet_that_was_changed_changes_nothing_unseen(at in any::<prop::sample::Index>(), octet in any::<u8>()) {
        let good = whole();
        let mut octets = good.clone().into_bytes();
        let place = at.index(octets.len());
        octets[place] = octet;
        // What passes is the same log under the same signature: the time of writing and the label are told, not signed.
        if let Ok(archive) = read(octets.as_slice(), Some(&signer().verifier())) {
            let original = reads(&good);
            prop_assert_eq!(archive.events, original.events);
            prop_assert_eq!(archive.evidence, original.evidence);
            prop_assert_eq!(archive.checkpoint, original.checkpoint);
        }
    }
}

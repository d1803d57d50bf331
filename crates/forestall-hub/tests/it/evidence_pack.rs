// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The evidence pack: what stands in it, that it agrees with the envelope's entry, and the gate before it.

use forestall_formats::envelope::Verification;
use forestall_hub::desk::DeskError;
use forestall_model::Audience;
use forestall_testkit::parsed;

use crate::console::{Served, now};

#[tokio::test(flavor = "multi_thread")]
async fn says_how_the_names_are_made_and_which_they_are() {
    let served = Served::start().await;
    let file = served.open("a", "A case", "2009-03-15", "2009-03-25", &["conficker-a", "conficker-b:sine=exact"]).await;
    let day = parsed("2009-03-15");
    let threat = served.desk.threat(&file, 0, day).expect("a campaign");
    assert_eq!(threat.reproduce, "forestall predict conficker-a --campaign conficker-a --on 2009-03-15");
    assert_eq!((threat.verification, threat.vectors[0].names.len()), (Verification::Verified, 10));
    assert!(threat.algorithm.contains("250 names"), "{}", threat.algorithm);
    let pack = served.desk.evidence_pack(&file, 0, day, Audience::Recipient, now()).expect("a pack").into_object();
    let again = served.desk.evidence_pack(&file, 0, day, Audience::Recipient, now()).expect("a pack").into_object();
    assert_eq!(pack, again);
    let names: Vec<&str> = pack.files.iter().map(|file| file.name.as_str()).collect();
    let expected =
        ["README.md", "parameters.txt", "references.txt", "vectors.txt"].map(|name| format!("conficker-a.{name}"));
    assert_eq!(names, expected);
    let text = |index: usize| std::str::from_utf8(&pack.files[index].octets).expect("text");
    assert!(text(0).contains(&threat.reproduce) && text(0).contains("# conficker-a"), "{}", text(0));
    let vectors: Vec<&str> = text(3).lines().skip(1).collect();
    assert_eq!(vectors.len(), 200);
    assert_eq!(vectors[..10], threat.vectors[0].names);
    assert_eq!(pack.files[3].entry().octets, text(3).len() as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn replaced_parameters_stand_in_the_command() {
    let served = Served::start().await;
    let file = served.open("a", "A case", "2009-03-15", "2009-03-25", &["conficker-b:sine=exact"]).await;
    let threat = served.desk.threat(&file, 0, parsed("2009-03-15")).expect("a campaign");
    assert_eq!(threat.reproduce, "forestall predict conficker-b --set sine=exact --on 2009-03-15");
    assert_eq!(threat.parameters.get("sine").map(String::as_str), Some("exact"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gate_stands_before_it() {
    let served = Served::start().await;
    let file = served.open_case("a", "A case").await;
    let refused = served.desk.evidence_pack(&file, 0, parsed("2009-03-15"), Audience::Public, now());
    assert!(matches!(refused, Err(DeskError::Withheld(_))));
    assert!(matches!(served.desk.threat(&file, 7, parsed("2009-03-15")), Err(DeskError::Input(_))));
}

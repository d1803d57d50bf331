// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The brief: word by word in two languages, whatever stands in the envelope.

use std::collections::BTreeSet;

use forestall_formats::envelope::{self, Purpose, Verification};
use forestall_formats::heading::Heading;
use forestall_formats::wording::{FILES, Language};
use forestall_formats::{brief, printable};
use forestall_model::{Action, Digest};

use crate::papers::{envelope, lines, released, released_envelope};

#[test]
fn english() {
    let brief = brief::write(&released_envelope(envelope()), Language::best("en-GB")).unwrap();
    assert_eq!(brief.subject, "4 names under .be: please act by 2009-04-03 [forestall conficker-2009 be #12]");
    insta::assert_snapshot!("text", brief.text);
    insta::assert_snapshot!("markdown", brief.markdown);
    insta::assert_snapshot!("html", brief.html);
}

#[test]
fn german() {
    let brief = brief::write(&released_envelope(envelope()), Language::best("de-BE")).unwrap();
    assert_eq!(brief.subject, "4 Namen unter .be: bitte handeln bis 2009-04-03 [forestall conficker-2009 be #12]");
    insta::assert_snapshot!("german", brief.text);
}

#[test]
fn a_release_says_so() {
    let mut envelope = envelope();
    envelope.purpose = Purpose::Release;
    envelope.previous = None;
    envelope.asked.clear();
    envelope.threats[0].verification = Verification::Verified;
    let brief = brief::write(&released_envelope(envelope), Language::best("en")).unwrap();
    assert!(brief.subject.starts_with("4 names under .be: please release ["), "{}", brief.subject);
    // As Markdown, which breaks no line.
    assert!(brief.markdown.contains("is over"), "{}", brief.markdown);
    assert!(!brief.markdown.contains("Since list"), "{}", brief.markdown);
    assert!(!brief.markdown.contains("were not checked"), "{}", brief.markdown);
    assert!(brief.markdown.contains("Nothing is asked this time."), "{}", brief.markdown);
}

#[test]
fn whoever_is_to_delegate_is_told_where() {
    let mut envelope = envelope();
    envelope.name_servers = vec!["ns1.sink.example".parse().unwrap(), "ns2.sink.example".parse().unwrap()];
    for tag in Language::all() {
        let brief = brief::write(&released_envelope(envelope.clone()), Language::best(tag)).unwrap();
        assert!(brief.markdown.contains("ns1.sink.example, ns2.sink.example"), "{tag} {}", brief.markdown);
    }
    let heading = Heading::of(&envelope, Digest::of(b""));
    let mut page = Vec::new();
    printable::write(&released(lines()), &heading, Language::best("en"), &mut page).unwrap();
    let page = String::from_utf8(page).unwrap();
    assert!(
        page.contains("Name servers of the sinkhole") && page.contains("ns1.sink.example, ns2.sink.example"),
        "{page}"
    );
    // What is sent is read again, and an envelope of a list that delegates nothing has no word of it.
    let written = envelope::write(&released_envelope(envelope.clone())).unwrap();
    assert_eq!(envelope::read(&written).unwrap().name_servers, envelope.name_servers);
    envelope.name_servers.clear();
    let written = envelope::write(&released_envelope(envelope)).unwrap();
    assert!(!String::from_utf8(written).unwrap().contains("name_servers"));
}

#[test]
fn what_is_said_to_everybody_is_said_in_their_language() {
    let mut envelope = envelope();
    envelope.collisions = brief::COLLISIONS.to_owned();
    envelope.lead.otherwise = brief::OTHERWISE.to_owned();
    let in_language = |tag| brief::write(&released_envelope(envelope.clone()), Language::best(tag)).unwrap().markdown;
    let (english, german) = (in_language("en"), in_language("de"));
    for (sentence, translated) in
        [(brief::COLLISIONS, "Tun Sie nichts mit ihm"), (brief::OTHERWISE, "Ein Name, der nicht")]
    {
        let is_there = |text: &str| text.replace('\\', "").contains(sentence);
        assert!(is_there(&english) && !is_there(&german) && german.contains(translated), "{english}\n{german}");
    }
}

#[test]
fn values_are_no_markup_and_no_second_line() {
    let mut envelope = envelope();
    envelope.title = "<script>alert(1)</script> {phone} *x*".to_owned();
    envelope.collisions = "one\nSubject: two".to_owned();
    let brief = brief::write(&released_envelope(envelope), Language::best("en")).unwrap();
    assert!(!brief.html.contains("<script"), "{}", brief.html);
    assert!(brief.html.contains("&lt;script&gt;alert(1)&lt;/script&gt; {phone} *x*"), "{}", brief.html);
    assert!(brief.markdown.contains("{phone} \\*x\\*"), "{}", brief.markdown);
    assert!(!brief.text.lines().any(|line| line.starts_with("Subject")), "{}", brief.text);
}

#[test]
fn every_language_has_every_file_and_every_word() {
    let papers = concat!(env!("CARGO_MANIFEST_DIR"), "/data/papers");
    let mut found: Vec<String> = std::fs::read_dir(papers)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    found.sort_unstable();
    assert_eq!(found, Language::all().collect::<Vec<_>>(), "each folder is a language that the program knows");
    let keys = |tag: &str| -> BTreeSet<String> {
        let text = std::fs::read_to_string(format!("{papers}/{tag}/words.txt")).unwrap();
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        let keys: BTreeSet<String> =
            lines.iter().map(|line| line.split_once(" = ").expect("a key and a text").0.to_owned()).collect();
        assert_eq!(keys.len(), lines.len(), "each key once in {tag}");
        keys
    };
    for tag in Language::all() {
        assert_eq!(keys(tag), keys("en"), "{tag}");
        assert!(FILES.iter().all(|file| std::path::Path::new(&format!("{papers}/{tag}/{file}")).is_file()));
        for action in Action::ALL {
            let mut envelope = envelope();
            envelope.asked[0].action = *action;
            let brief = brief::write(&released_envelope(envelope), Language::best(tag)).unwrap();
            assert!(brief.text.contains(action.word()), "{tag} {action}");
            for part in ["+1 555 0100", "2009-04-03 10:00 UTC", "[forestall conficker-2009 be #12]", "minisign -V"] {
                assert!(brief.text.contains(part), "{tag} {part}\n{}", brief.text);
            }
        }
    }
}

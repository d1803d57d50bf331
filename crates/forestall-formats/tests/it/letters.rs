// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Letters about legitimate names that will be hit: word by word, and whatever somebody calls themselves.

use forestall_formats::flood::HitList;
use forestall_formats::letters::{Addressee, FILES, Language, Letter, LetterError, write};
use forestall_model::marking::release;
use forestall_model::{Audience, Marking, Released};

use crate::flood::{at, line, released, unknown};

fn letter(addressee: Addressee, to: &str) -> Letter<'_> {
    Letter {
        addressee,
        to,
        case: "conficker-2009",
        contact: Some("Ada Coordinator, +1 555 0100, any time"),
        appeal: Some("https://forestall.example/public/look-up"),
        issued: at("2009-03-02T12:00:00Z"),
    }
}

fn names() -> Released<HitList> {
    released(vec![
        line("praat.org", 8, Some("292"), &["xs4all.nl"]),
        unknown(line("xn--mller-kva.com", 14, Some("292"), &["xs4all.nl"])),
    ])
}

fn english() -> Language {
    Language::find("en").expect("English is there")
}

#[test]
fn to_a_holder() {
    let list = released(vec![line("praat.org", 8, None, &[])]);
    insta::assert_snapshot!(write(&list, &letter(Addressee::Holder, "praat.org"), english()).unwrap());
}

#[test]
fn to_a_registrar() {
    let to = "MarkMonitor Inc. (292), abuse@registrar.example";
    insta::assert_snapshot!(write(&names(), &letter(Addressee::Registrar, to), english()).unwrap());
}

#[test]
fn to_a_host() {
    insta::assert_snapshot!(write(&names(), &letter(Addressee::Host, "xs4all.nl"), english()).unwrap());
}

#[test]
fn says_to_answer_where_there_is_nobody_else_to_ask() {
    let plain = Letter { contact: None, appeal: None, ..letter(Addressee::Holder, "praat.org") };
    let text = write(&released(vec![line("praat.org", 8, None, &[])]), &plain, english()).unwrap();
    assert!(text.contains("WHOM TO ASK\n\nAnswer this letter.\n"), "{text}");
    assert!(text.contains("done to your name: answer this letter; a person reads it."), "{text}");
}

#[test]
fn tells_what_may_be_shared_and_from_when() {
    let end = at("2009-06-01T00:00:00Z");
    let at_time = |now: &str| {
        let marking = Marking { embargo_until: Some(end), ..Marking::DEFAULT };
        let lines = vec![line("praat.org", 8, None, &[])];
        let list = HitList { title: "A case".to_owned(), marking, lines };
        let list = release(list, Audience::Recipient, at(now)).unwrap();
        write(&list, &letter(Addressee::Holder, "praat.org"), english()).unwrap()
    };
    let before = at_time("2009-03-02T12:00:00Z");
    assert!(before.contains("within your organisation (TLP:AMBER+STRICT)"), "{before}");
    assert!(before.contains("From 2009-06-01T00:00:00Z on it may be shared without limit."), "{before}");
    assert!(at_time("2009-06-01T00:00:00Z").contains("shared without limit (TLP:CLEAR)"));
}

#[test]
fn a_value_is_no_template_and_no_second_line() {
    let hostile = Letter {
        to: "{contact}\r\nBcc: all@example.net",
        contact: Some("{appeal} {nothing} }{"),
        ..letter(Addressee::Host, "")
    };
    let text = write(&names(), &hostile, english()).unwrap();
    assert!(text.contains("To the operators of {contact}  Bcc: all@example.net\n"), "{text}");
    assert!(text.contains("{appeal} {nothing} }{"), "{text}");
    assert!(!text.lines().any(|line| line.starts_with("Bcc")), "{text}");
}

#[test]
fn refuses_what_it_cannot_write() {
    let english = english();
    let write_to = |list: &Released<HitList>, to: &str| write(list, &letter(Addressee::Host, to), english);
    assert_eq!(write_to(&released(Vec::new()), "a host"), Err(LetterError::Empty));
    let long = "x".repeat(10_000);
    assert_eq!(write_to(&names(), &long), Err(LetterError::TooLong { what: "the addressee", found: 10_000 }));
    let error = Language::find("tlh").expect_err("nobody wrote it");
    assert_eq!(error.to_string(), "there are no letters in the language \"tlh\"; there are: en");
}

#[test]
fn every_language_has_every_file_and_fills_every_letter() {
    let folders = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/data/letters")).unwrap();
    let mut found: Vec<String> =
        folders.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    found.sort_unstable();
    assert_eq!(found, Language::all().collect::<Vec<_>>(), "each folder is a language that the program knows");
    for word in Language::all() {
        for file in FILES {
            let path = format!("{}/data/letters/{word}/{file}", env!("CARGO_MANIFEST_DIR"));
            assert!(std::path::Path::new(&path).is_file(), "{path}");
        }
        let language = Language::find(word).unwrap();
        for addressee in Addressee::ALL {
            for holder in ["excluded", "benign", "watched", "undecided", "disputed", "undoing"] {
                let mut lines = names().into_object().lines;
                lines.iter_mut().for_each(|line| line.holder = holder);
                let text = write(&released(lines), &letter(*addressee, "somebody"), language).unwrap();
                for part in ["somebody", "Ada Coordinator", "/public/look-up", "conficker-2009", "2009-03-02T12:00:00Z"]
                {
                    assert!(text.contains(part), "{word} {addressee} {part}\n{text}");
                }
                assert!(!text.contains(['{', '}']), "{word} {addressee}\n{text}");
            }
        }
    }
}

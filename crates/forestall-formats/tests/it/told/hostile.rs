// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Files that mean harm: each is refused or read, none ends the program, and none makes it keep more than its limits.

use std::fmt::Write as _;

use forestall_formats::told::{MAX_LABEL, MAX_NAMES, MAX_PROBLEMS, ToldError, ToldForm, read, recognise};
use proptest::prelude::*;

const JSON: [ToldForm; 3] = [ToldForm::DgArchive, ToldForm::Misp, ToldForm::Stix];

#[test]
fn broken_json_is_refused_with_its_place() {
    for form in JSON {
        for text in
            ["", "{", "[", "5", "\"x\"", "null", "{\"a\":", "{\"a\":1}x", "\u{0}", "{\"type\":\"bundle\",\"objects\":5"]
        {
            // What begins as no JSON does is a dump of DGArchive.
            if form == ToldForm::DgArchive && !matches!(text.bytes().next(), None | Some(b'{' | b'[')) {
                continue;
            }
            let Err(error) = read(form, text.as_bytes()) else { panic!("{form}: {text:?}") };
            assert!(matches!(error, ToldError::Json { .. }), "{form} {text:?}: {error}");
            assert!(error.to_string().starts_with("line "), "{error}");
        }
    }
    let error = read(ToldForm::Stix, b"{\"type\":\"bundle\",\n \"objects\":[{\"type\":\"indicator\",}]}").unwrap_err();
    assert_eq!(error.to_string(), "line 2, column 33: trailing comma");
}

#[test]
fn deep_nesting_is_refused_and_no_end_of_the_stack() {
    let deep = "[".repeat(500_000);
    let event = format!("{{\"Event\":{deep}");
    let response = "{\"response\":".repeat(200_000);
    for form in JSON {
        for text in [&deep, &event, &response] {
            assert!(read(form, text.as_bytes()).is_err(), "{form}");
        }
    }
    // What is passed over may be as deep as it likes.
    let passed = format!("{{\"type\":\"bundle\",\"x\":{deep}{},\"objects\":[]}}", "]".repeat(500_000));
    assert!(read(ToldForm::Stix, passed.as_bytes()).is_ok());
}

#[test]
fn more_names_than_the_limit_are_refused() {
    let mut text = String::from("{\"x\":[\"n.example\"");
    for number in 0..MAX_NAMES {
        write!(text, ",\"n{number}.example\"").unwrap();
    }
    text.push_str("]}");
    assert_eq!(read(ToldForm::DgArchive, text.as_bytes()), Err(ToldError::TooManyNames { limit: MAX_NAMES }));
}

#[test]
fn problems_labels_and_kinds_are_bounded() {
    let label = "l".repeat(100_000);
    let text = format!("{{\"{label}\":[{}\"a.example\"]}}", "\"\",".repeat(1_000));
    let file = read(ToldForm::DgArchive, text.as_bytes()).unwrap();
    assert_eq!((file.malformed, file.problems.len()), (1_000, MAX_PROBLEMS));
    assert_eq!(file.names[0].family.as_deref().unwrap().len(), MAX_LABEL);
    assert!(file.problems.iter().all(|problem| problem.to_string().len() < 1_000), "a place is bounded");
    let kinds: Vec<String> = (0..5_000).map(|number| format!("{{\"type\":\"x{number}\"}}")).collect();
    let text = format!("{{\"type\":\"bundle\",\"objects\":[{}]}}", kinds.join(","));
    let file = read(ToldForm::Stix, text.as_bytes()).unwrap();
    assert!(file.passed_over.len() <= 61, "{}", file.passed_over.len());
    assert_eq!(file.passed_over.values().sum::<u64>(), 5_000);
}

#[test]
fn what_controls_a_terminal_is_no_part_of_a_text() {
    let text = r#"{"Event":{"info":"a\u001b[31m\r\nb","Orgc":{"name":"\u0007x"},"Attribute":[{"type":"\u001bz","value":"y"}]}}"#;
    let file = read(ToldForm::Misp, text.as_bytes()).unwrap();
    assert!(!format!("{:?} {:?} {:?}", file.title, file.by, file.passed_over).contains("\\u{"), "{file:?}");
}

#[test]
fn an_address_inside_of_a_text_is_not_repeated() {
    for text in [
        "192.0.2.7:443",
        "http://192.0.2.7/x",
        "a.example 192.0.2.7",
        "[2001:db8::7]:443",
        "http://[2001:db8::7]/x",
        "a.example 2001:db8::7",
    ] {
        for (form, file) in [
            (ToldForm::Plain, text.to_owned()),
            (ToldForm::DgArchive, format!("{{\"x\":[\"{text}\"]}}")),
            (
                ToldForm::Misp,
                format!(
                    "{{\"Event\":{{\"Attribute\":[{{\"type\":\"domain\",\"value\":\"{text}\",\"to_ids\":true}}]}}}}"
                ),
            ),
            (
                ToldForm::Stix,
                format!("{{\"type\":\"bundle\",\"objects\":[{{\"type\":\"domain-name\",\"value\":\"{text}\"}}]}}"),
            ),
        ] {
            let file = read(form, file.as_bytes()).unwrap();
            assert_eq!((file.names.len(), file.malformed), (0, 1), "{form}: {text}");
            let told = file.problems[0].to_string();
            assert!(told.ends_with(": an address stands where a name belongs"), "{form}: {told}");
        }
    }
    // JSON that is another one than the form has repeats none either.
    for text in ["{\"Event\":\"192.0.2.7\"}", "{\"Event\":{\"Attribute\":\"2001:db8::7\"}}"] {
        let error = read(ToldForm::Misp, text.as_bytes()).unwrap_err();
        assert!(error.to_string().ends_with("an address stands where something else belongs"), "{error}");
    }
}

#[test]
fn lists_inside_of_objects_are_bounded() {
    let list = |elements: usize| format!("[{}0]", "0,".repeat(elements - 1));
    let event = |elements| format!("{{\"Event\":{{\"Object\":[{{\"Attribute\":{}}}]}}}}", list(elements));
    let file = read(ToldForm::Misp, event(2 * MAX_NAMES).as_bytes()).unwrap();
    assert_eq!(file.passed_over.values().sum::<u64>(), 2 * MAX_NAMES as u64);
    let refused = |form: ToldForm, text: &str| {
        let error = read(form, text.as_bytes()).unwrap_err();
        assert!(matches!(error, ToldError::Json { .. }), "{error}");
        assert!(error.to_string().ends_with("a list is longer than is read; split the file"), "{error}");
    };
    refused(ToldForm::Misp, &event(2 * MAX_NAMES + 1));
    refused(ToldForm::Misp, &format!("{{\"Event\":{{\"Tag\":{}}}}}", list(2 * MAX_NAMES + 1)));
    let bundle = format!("{{\"type\":\"bundle\",\"objects\":[{{\"object_refs\":{}}}]}}", list(2 * MAX_NAMES + 1));
    refused(ToldForm::Stix, &bundle);
}

proptest! {
    #[test]
    fn any_octets_are_read_or_refused(octets in proptest::collection::vec(any::<u8>(), 0..600)) {
        for form in ToldForm::ALL {
            drop(read(*form, &octets));
        }
        drop(read(recognise(&octets), &octets));
    }

    /// Files of others with one octet changed: still no end of the program, and never an address.
    #[test]
    fn any_change_is_read_or_refused(at in 0_usize..10_000, octet in any::<u8>()) {
        for (form, text) in [(ToldForm::Misp, include_str!("data/misp-search.json")), (ToldForm::Stix, include_str!("data/stix-bundle.json"))] {
            let mut octets = text.as_bytes().to_vec();
            let at = at % octets.len();
            octets[at] = octet;
            // Both files hold addresses of this network.
            match read(form, &octets) {
                Ok(file) => prop_assert!(!format!("{:?}", file.problems).contains("192.0.2."), "{:?}", file.problems),
                Err(error) => prop_assert!(!error.to_string().contains("192.0.2."), "{error}"),
            }
        }
    }
}

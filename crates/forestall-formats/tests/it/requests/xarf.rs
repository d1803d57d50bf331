// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Reports to abuse desks: exact octets, and the schemas of X-ARF by its own library.

use std::io;

use forestall_formats::Form;
use forestall_formats::feed::{Publisher, Settings};
use forestall_model::Action;

use super::{of_two_wishes, released, request, settings, written, written_with};
use crate::python;

#[test]
fn each_name_on_which_somebody_is_to_act_has_a_report() {
    let (text, reports) = written(Form::Xarf);
    assert_eq!(reports, 4);
    let pretty: Vec<String> = text
        .lines()
        .map(|line| serde_json::to_string_pretty(&serde_json::from_str::<serde_json::Value>(line).unwrap()).unwrap())
        .collect();
    insta::assert_snapshot!(pretty.join("\n"));
    for name in ["defg.com", "fghi.org", "abcd.com"] {
        assert!(!text.contains(name), "nobody asked to act against the holder of {name}");
    }
    assert!(!text.contains("c2_server"), "no name is called a command server");
}

#[test]
fn a_name_is_reported_for_whichever_window_somebody_is_to_act() {
    for wishes in [[Action::Monitor, Action::Suspend], [Action::Suspend, Action::Monitor]] {
        let (text, reports) = written_with(Form::Xarf, of_two_wishes(wishes), &settings());
        assert_eq!(reports, 1, "{wishes:?}");
        assert!(text.contains("Requested: suspend ("), "{text}");
    }
}

#[test]
fn a_report_says_who_reports() {
    let write = Form::Xarf.request_writer().unwrap();
    for (name, mail) in [("", "team@cert.example"), ("Team", ""), ("Team", "nobody")] {
        let publisher = Publisher { name: name.to_owned(), mail: mail.to_owned() };
        let error = write(&released(request()), &Settings { publisher, ..settings() }, &mut io::sink()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{name} {mail}");
    }
}

#[test]
fn the_library_of_x_arf_takes_every_report() {
    let test = "requests::xarf::the_library_of_x_arf_takes_every_report";
    let program = r#"
import json, sys, xarf
for line in sys.stdin:
    result = xarf.parse(line)
    assert not result.errors and not result.warnings, (result.errors, result.warnings)
    print(type(result.report).__name__, result.report.source_identifier, result.report.malware_family)
    broken = json.loads(line)
    del broken["compromise_evidence"]
    assert xarf.parse(broken).errors, "the library checks"
"#;
    // The library has no program of its own.
    let Some(said) = python::run(test, "email_validator", program, &written(Form::Xarf).0) else { return };
    assert_eq!(
        said,
        "BotnetReport cdef.com conficker-b\nBotnetReport efgh.net conficker-c\n\
         BotnetReport xn--bcher-kva.com conficker-c\nBotnetReport yzab.com conficker-b\n"
    );
}

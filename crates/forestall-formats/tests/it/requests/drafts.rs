// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Drafts of requests for waivers: exact text, and what stands in none of them.

use forestall_formats::Form;
use forestall_formats::feed::Settings;
use forestall_formats::request::Request;
use forestall_model::Action;

use super::{free, of_two_wishes, request, settings, written, written_with};

#[test]
fn of_a_registry() {
    let (text, names) = written(Form::Ersr);
    assert_eq!(names, 8, "three names are below a top-level domain without an agreement");
    insta::assert_snapshot!(text);
}

#[test]
fn of_a_registrar() {
    let (text, names) = written(Form::Waiver);
    assert_eq!(names, 8);
    insta::assert_snapshot!(text);
}

#[test]
fn each_says_first_that_it_is_a_draft() {
    for form in [Form::Ersr, Form::Waiver] {
        let (text, _) = written_with(form, request(), &Settings::default());
        let mut lines = text.lines();
        assert!(lines.next().unwrap().starts_with("# DRAFT: "), "{text}");
        let second = lines.nth(1).unwrap();
        assert!(second.contains("Check it against the current form") && second.contains("clock"), "{second}");
        assert!(text.contains("Prepared by: [organisation, mail]"), "{text}");
    }
}

#[test]
fn a_name_counts_under_each_action_that_is_asked_for_it() {
    for form in [Form::Ersr, Form::Waiver] {
        let (text, names) = written_with(form, of_two_wishes([Action::Monitor, Action::Suspend]), &settings());
        assert_eq!(names, 1);
        for wish in ["monitor | 1 |", "suspend | 1 |"] {
            assert!(text.contains(&format!(" | {wish} ")), "{wish}: {text}");
        }
        assert!(!text.contains("nothing yet"), "{text}");
    }
}

#[test]
fn the_busiest_day_counts_margins_and_each_name_once() {
    let lines = vec![
        free("abcd.com", "2009-04-01", Action::Reserve, 0),
        free("abcd.com", "2009-04-02", Action::Reserve, 0),
        free("bcde.com", "2009-04-03", Action::Reserve, 0),
    ];
    let (text, _) = written_with(Form::Ersr, Request { lines, ..request() }, &Settings::default());
    assert!(text.contains("at most 2, on 2009-04-02"), "{text}");
}

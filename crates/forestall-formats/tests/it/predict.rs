// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Rows of predictions: exact bytes, and agreement with general writers on any input.

use forestall_formats::predict::{RowForm, Rows};
use forestall_model::{UtcDay, Window, WindowSet};
use proptest::prelude::*;

fn written(form: RowForm, windows: &WindowSet, names: &[(&[u8], u32)]) -> Vec<u8> {
    let rows = Rows::new(form, "conficker-c", "conficker-c", windows);
    let mut out = form.header().to_vec();
    names.iter().for_each(|(name, position)| rows.write(&mut out, name, *position));
    out
}

fn day(text: &str) -> Window {
    text.parse::<UtcDay>().unwrap().window()
}

#[test]
fn one_row_for_each_name_and_window() {
    let windows = WindowSet::Spans(vec![day("2009-04-01"), day("2009-04-03")]);
    assert_eq!(
        String::from_utf8(written(RowForm::Csv, &windows, &[(b"abcd.be", 0), (b"efgh.ag", 49_999)])).unwrap(),
        "name,family,campaign,valid_from,valid_until,position\n\
         abcd.be,conficker-c,conficker-c,2009-04-01T00:00:00Z,2009-04-02T00:00:00Z,0\n\
         abcd.be,conficker-c,conficker-c,2009-04-03T00:00:00Z,2009-04-04T00:00:00Z,0\n\
         efgh.ag,conficker-c,conficker-c,2009-04-01T00:00:00Z,2009-04-02T00:00:00Z,49999\n\
         efgh.ag,conficker-c,conficker-c,2009-04-03T00:00:00Z,2009-04-04T00:00:00Z,49999\n"
    );
    assert_eq!(
        String::from_utf8(written(RowForm::Jsonl, &windows, &[(b"abcd.be", 7)])).unwrap().lines().next().unwrap(),
        "{\"name\":\"abcd.be\",\"family\":\"conficker-c\",\"campaign\":\"conficker-c\",\"valid_from\":\"2009-04-01T00:00:00Z\",\
         \"valid_until\":\"2009-04-02T00:00:00Z\",\"position\":7}"
    );
}

#[test]
fn what_is_unbounded_is_empty_or_null() {
    let from = WindowSet::From(day("2009-04-01").from);
    let csv = |windows: &WindowSet| String::from_utf8(written(RowForm::Csv, windows, &[(b"a.be", 1)])).unwrap();
    assert!(csv(&from).ends_with("a.be,conficker-c,conficker-c,2009-04-01T00:00:00Z,,1\n"));
    assert!(csv(&WindowSet::Always).ends_with("a.be,conficker-c,conficker-c,,,1\n"));
    let jsonl = written(RowForm::Jsonl, &WindowSet::Always, &[(b"a.be", 1)]);
    assert!(String::from_utf8(jsonl).unwrap().contains("\"valid_from\":null,\"valid_until\":null,\"position\":1}"));
}

#[test]
fn the_end_of_the_year_9999_is_no_bound() {
    let last = WindowSet::Spans(vec![UtcDay::MAX.window()]);
    let text = String::from_utf8(written(RowForm::Csv, &last, &[(b"a.be", 1)])).unwrap();
    assert!(text.ends_with("9999-12-31T00:00:00Z,,1\n"), "{text}");
}

proptest! {
    #[test]
    fn any_octets_come_back_from_csv(names in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..20), 1..20)) {
        let named: Vec<_> = names.iter().zip(0..).map(|(name, i)| (&name[..], i)).collect();
        let text = written(RowForm::Csv, &WindowSet::Always, &named);
        let mut reader = csv::Reader::from_reader(&text[..]);
        let read: Vec<_> = reader.byte_records().map(|row| row.unwrap()[0].to_vec()).collect();
        prop_assert_eq!(read, names);
    }

    #[test]
    fn any_text_comes_back_from_jsonl(name in ".{0,20}", position in any::<u32>()) {
        let text = written(RowForm::Jsonl, &WindowSet::Always, &[(name.as_bytes(), position)]);
        let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
        prop_assert_eq!(value["name"].as_str(), Some(&*name));
        prop_assert_eq!(value["position"].as_u64(), Some(u64::from(position)));
    }

    #[test]
    fn octets_that_are_no_text_stay_valid_json(name in proptest::collection::vec(128_u8..=255, 1..20)) {
        let text = written(RowForm::Jsonl, &WindowSet::Always, &[(&name, 0)]);
        let value: serde_json::Value = serde_json::from_slice(&text).unwrap();
        prop_assert!(!value["name"].as_str().unwrap().is_empty());
    }
}

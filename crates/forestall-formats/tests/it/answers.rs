// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Answers of registries: what is understood, what is refused, and that nothing is half read.

use forestall_formats::answers::{self, AnswerLine};
use forestall_formats::table::{MAX_FIELD, Place};
use forestall_model::{Action, AnswerResult, Instant};
use proptest::prelude::*;

fn line(number: u64, line_id: Option<&str>, name: Option<&str>, result: AnswerResult) -> AnswerLine {
    AnswerLine {
        line: number,
        line_id: line_id.map(str::to_owned),
        name: name.map(|name| name.parse().unwrap()),
        result,
        done_at: None,
        status_set: Vec::new(),
        name_servers: Vec::new(),
        comment: String::new(),
        action: None,
    }
}

#[test]
fn reads_all_columns() {
    let text = "action,Result,name,line_id,done_at,status_set,nameservers,comment\n\
        register-hold,done,AbcDe.be.,conficker-a/14335/7,2009-04-01T10:00:00Z,serverHold serverTransferProhibited,ns1.sink.test;NS2.sink.test,\"by hand, late\"\n\
        ,Refused,,conficker-a/14335/8,,,,\n";
    let read = answers::read(text.as_bytes()).unwrap();
    let first = AnswerLine {
        done_at: Some("2009-04-01T10:00:00Z".parse().unwrap()),
        status_set: vec!["serverHold".to_owned(), "serverTransferProhibited".to_owned()],
        name_servers: vec!["ns1.sink.test".parse().unwrap(), "ns2.sink.test".parse().unwrap()],
        comment: "by hand, late".to_owned(),
        action: Some(Action::RegisterHold),
        ..line(2, Some("conficker-a/14335/7"), Some("abcde.be"), AnswerResult::Done)
    };
    assert_eq!(read, [first, line(3, Some("conficker-a/14335/8"), None, AnswerResult::Refused)]);
}

#[test]
fn takes_the_sent_list_back_with_a_result() {
    let text = "name;name_unicode;tld;valid_from;valid_until;family;class;registrar_iana_id;created;requested_action;\
        evidence_ref;confidence;line_id;tlp;pap;result;done_at\r\n\
        abc.be;abc.be;be;2009-04-01T00:00:00Z;2009-04-02T00:00:00Z;conficker-c;free;;;reserve;;unverified;c/1/2;TLP:AMBER;PAP:GREEN;already-held;2009-03-30\r\n";
    let read = answers::read(text.as_bytes()).unwrap();
    let expected = AnswerLine {
        done_at: Some("2009-03-30T00:00:00Z".parse::<Instant>().unwrap()),
        ..line(2, Some("c/1/2"), Some("abc.be"), AnswerResult::AlreadyHeld)
    };
    assert_eq!(read, [expected]);
}

#[test]
fn names_line_column_and_expectation_of_every_fault() {
    let text = "name,result,done_at,nameservers\n\
        abc.be,done,,\n\
        a b.be,done,,\n\
        def.be,don,yesterday,\n\
        ghi.be,,2009-13-01,ns1.test nope\n\
        ,done,,\n\
        abc.be,refused,,\n";
    let errors = answers::read(text.as_bytes()).unwrap_err();
    let expected = [
        (3, 1, "name", "\"a b.be\" is not a domain name"),
        (4, 2, "result", "expected one of done, already-held, refused, not-mine, error"),
        (4, 3, "done_at", "expected RFC 3339 with Z"),
        (5, 2, "result", "the field is empty; expected done"),
        (5, 3, "done_at", "\"2009-13-01\""),
        (5, 4, "nameservers", "\"nope\" is not a domain name"),
        (6, 1, "name", "expected a line_id or a name"),
        (7, 1, "name", "the name \"abc.be\" stands in line 2 already"),
    ];
    let mut problems: Vec<_> = errors.problems().to_vec();
    problems.sort_by_key(|p| (p.place.line, p.place.column.clone()));
    assert_eq!(problems.len(), expected.len(), "{errors}");
    for (problem, (line, number, name, message)) in problems.iter().zip(expected) {
        let column = Some((number, name.to_owned()));
        assert_eq!(problem.place, Place { line, column }, "{problem}");
        assert!(problem.to_string().contains(message), "{problem}");
    }
    assert!(errors.to_string().starts_with("line 3, column 1 (name): "), "{errors}");
}

#[test]
fn one_name_may_have_several_lines_but_a_line_only_one_answer() {
    let twice = "line_id,name,result\na/1/1,abc.be,done\na/2/1,abc.be,refused\n";
    assert_eq!(answers::read(twice.as_bytes()).unwrap().len(), 2);
    let same = "line_id,name,result\na/1/1,abc.be,done\na/1/1,abc.be,refused\n";
    let errors = answers::read(same.as_bytes()).unwrap_err();
    assert_eq!(
        errors.to_string(),
        "line 3, column 1 (line_id): the line_id \"a/1/1\" stands in line 2 already; expected one row for each"
    );
}

#[test]
fn refuses_unknown_columns_with_the_nearest_known() {
    let errors = answers::read(&b"name,result,name_servers\nabc.be,done,\n"[..]).unwrap_err();
    assert!(errors.to_string().contains("did you mean \"nameservers\"?"), "{errors}");
    let errors = answers::read(&b"name,status\nabc.be,done\n"[..]).unwrap_err();
    assert!(errors.to_string().contains("\"status\" is not a column"), "{errors}");
    assert!(errors.to_string().contains("lacks the column result"), "{errors}");
}

#[test]
fn refuses_a_file_that_is_cut() {
    let whole = "name,result,comment\nabc.be,done,\ndef.be,done,\"first\nsecond\"\n";
    assert_eq!(answers::read(whole.as_bytes()).unwrap().len(), 2);
    for cut in
        ["name,result,comment\nabc.be,do", "name,result,comment\nabc.be,done,\ndef.be", &whole[..whole.len() - 3]]
    {
        assert!(answers::read(cut.as_bytes()).is_err(), "{cut:?}");
    }
}

#[test]
fn an_endless_field_ends_in_an_error() {
    use std::io::Read;
    let endless = std::io::Cursor::new(b"name,result\nabc.be,\"".to_vec()).chain(std::io::repeat(b'x').take(1 << 40));
    let errors = answers::read(endless).unwrap_err();
    assert!(errors.to_string().contains(&format!("longer than {MAX_FIELD}")), "{errors}");
}

fn answer() -> impl Strategy<Value = AnswerLine> {
    let name = "[a-z][a-z0-9]{0,10}\\.(be|com\\.ag|xn--p1ai)";
    (
        proptest::option::of(name),
        prop::sample::select(AnswerResult::ALL.to_vec()),
        proptest::option::of(-11_000_000_000_000_000_i64..253_402_300_800_000_000),
        proptest::collection::vec("[a-zA-Z]{1,20}", 0..3),
        proptest::collection::vec(name, 0..3),
        "[ -~äöü\n\"',;|]{0,40}",
        proptest::option::of(prop::sample::select(Action::ALL.to_vec())),
    )
        .prop_map(|(name, result, done_at, status_set, name_servers, comment, action)| AnswerLine {
            done_at: done_at.map(Instant::from_micros),
            status_set,
            name_servers: name_servers.iter().map(|name| name.parse().unwrap()).collect(),
            comment: comment.trim().to_owned(),
            action,
            ..line(0, None, name.as_deref(), result)
        })
}

proptest! {
    #[test]
    fn what_is_written_is_read(answers in proptest::collection::vec(answer(), 0..20)) {
        let mut answers = answers;
        for (i, answer) in answers.iter_mut().enumerate() {
            answer.line_id = Some(format!("campaign/14335/{i}"));
        }
        let mut text = Vec::new();
        answers::write(&answers, &mut text).unwrap();
        let mut read = answers::read(&text[..]).unwrap();
        for answer in &mut read {
            prop_assert!(answer.line > 1);
            answer.line = 0;
        }
        prop_assert_eq!(read, answers);
    }

    #[test]
    fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = answers::read(&bytes[..]);
        let mut headed = b"name,result\n".to_vec();
        headed.extend(bytes);
        let _ = answers::read(&headed[..]);
    }

    /// The strict reader and the `csv` crate agree on every text that both take.
    #[test]
    fn splits_as_the_csv_crate_does(fields in proptest::collection::vec("[a-z,\"\r\n ]{0,6}", 1..8)) {
        let mut text = b"comment,name,result\n".to_vec();
        for (i, field) in fields.iter().enumerate() {
            let mut writer = csv::Writer::from_writer(&mut text);
            writer.write_record([field.as_str(), &format!("n{i}.be"), "done"]).unwrap();
        }
        let reference: Vec<String> = csv::Reader::from_reader(&text[..])
            .records()
            .map(|record| record.unwrap()[0].trim().to_owned())
            .collect();
        let read: Vec<String> = answers::read(&text[..]).unwrap().into_iter().map(|answer| answer.comment).collect();
        prop_assert_eq!(read, reference);
    }
}

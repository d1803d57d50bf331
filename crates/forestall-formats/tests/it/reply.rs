// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Mails that answer lists: what is understood, what is left to a person, and mails that mean harm.

use forestall_formats::list_id::ListId;
use forestall_formats::reply::{self, Confidence, MAX_HEADERS, MailError, ProposedAnswer, Said};
use forestall_model::AnswerResult;
use proptest::prelude::*;
use rust_xlsxwriter::Workbook;

use crate::papers::{at, list_id};

const HEAD: &str = "From: Desk <desk@registry.example>\r\nDate: Wed, 1 Apr 2009 12:00:00 +0200\r\nMessage-ID: <m1@registry.example>\r\n";
const SUBJECT: &str = "Subject: Re: 4 names under .be [forestall conficker-2009 be #12]\r\n";

fn sent(id: &str) -> Option<ListId> {
    (id == "list-12@cwg.example").then(list_id)
}

fn read(message: &str) -> ProposedAnswer {
    reply::read(message.as_bytes(), sent).unwrap()
}

fn plain(text: &str) -> ProposedAnswer {
    read(&format!("{HEAD}{SUBJECT}Content-Type: text/plain; charset=utf-8\r\n\r\n{text}"))
}

fn with_file(text: &str, name: &str, kind: &str, octets: &[u8]) -> ProposedAnswer {
    let mut message = format!(
        "{HEAD}{SUBJECT}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b1\"\r\n\r\npreamble\r\n--b1\r\n\
         Content-Type: text/plain\r\n\r\n{text}\r\n--b1\r\nContent-Type: {kind}; name=\"{name}\"\r\n\
         Content-Disposition: attachment; filename=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    .into_bytes();
    message.extend(base64(octets).into_bytes());
    message.extend(b"\r\n--b1--\r\nepilogue\r\n");
    reply::read(&message, sent).unwrap()
}

fn base64(octets: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for (number, block) in octets.chunks(3).enumerate() {
        let bits = (0..3).fold(0_u32, |bits, i| bits << 8 | u32::from(block.get(i).copied().unwrap_or(0)));
        for i in 0..4 {
            let digit = char::from(DIGITS[(bits >> (18 - 6 * i) & 63) as usize]);
            text.push(if i <= block.len() { digit } else { '=' });
        }
        if number % 18 == 17 {
            text.push_str("\r\n");
        }
    }
    text
}

#[test]
fn all_done_is_likely_and_says_from_what() {
    let answer = plain("Dear Ada,\r\n\r\nall done.\r\n\r\nOn 2009-03-31 Ada wrote:\r\n> please refuse nothing\r\n");
    assert_eq!(answer.list, Some(list_id()));
    assert_eq!((answer.said, answer.confidence), (Said::Whole(AnswerResult::Done), Confidence::Likely));
    assert_eq!(answer.read_from, ["the token in the subject", "the sentence \"all done\""]);
    assert_eq!(answer.problems, Vec::<String>::new());
    assert_eq!(answer.from.as_deref(), Some("desk@registry.example"));
    assert_eq!(answer.date, Some(at("2009-04-01T10:00:00Z")));
    assert_eq!(answer.message_id.as_deref(), Some("m1@registry.example"));
}

#[test]
fn languages_and_character_sets_are_understood() {
    let german = read(&format!(
        "{HEAD}In-Reply-To: <list-12@cwg.example>\r\nSubject: =?iso-8859-1?Q?Antwort_f=FCr_Sie?=\r\n\
         Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
         Guten Tag,\r\nwir m=FCssen ablehnen.\r\n"
    ));
    assert_eq!(german.subject, "Antwort für Sie");
    assert_eq!(german.list, Some(list_id()));
    assert_eq!(german.read_from[0], "the message that it replies to");
    assert_eq!((german.said, german.confidence), (Said::Whole(AnswerResult::Refused), Confidence::Likely));
    let html = read(&format!(
        "{HEAD}{SUBJECT}Content-Type: text/html; charset=utf-8\r\n\r\n<html><body><p>Alles erledigt.</p></body></html>\r\n"
    ));
    assert_eq!(html.said, Said::Whole(AnswerResult::Done));
}

#[test]
fn nothing_is_guessed() {
    let check = |text: &str, said: &Said, problem: &str| {
        let answer = plain(text);
        assert_eq!((&answer.said, answer.confidence), (said, Confidence::Unclear), "{text}");
        assert!(answer.problems.iter().any(|known| known.contains(problem)), "{text}: {:?}", answer.problems);
    };
    let done = Said::Whole(AnswerResult::Done);
    check("Thank you for your message.", &Said::Nothing, "nothing in the message was understood");
    check("We did not get all done.", &Said::Nothing, "nothing in the message was understood");
    check("All done, except two names.", &done, "\"except\"");
    check("All done?", &done, "\"?\"");
    check("All done. We refuse.", &Said::Nothing, "contradict each other");
    check("> all done", &Said::Nothing, "nothing in the message was understood");
    let names = Said::Names { result: None, names: vec!["abcd.be".parse().unwrap()] };
    let signature = Said::Names { result: Some(AnswerResult::Done), names: vec!["www.registry.be".parse().unwrap()] };
    check("All done.\n\nJohn\nwww.registry.be", &signature, "whether it means these alone is not clear");
    check("abcd.be", &names, "does not say what became of them");
    let unknown = read(&format!("{HEAD}Subject: names\r\n\r\nall done\r\n"));
    assert_eq!((unknown.list, unknown.confidence), (None, Confidence::Unclear));
    let two = read(&format!(
        "{HEAD}In-Reply-To: <list-12@cwg.example>\r\nSubject: [forestall conficker-2009 be #11]\r\n\r\nall done\r\n"
    ));
    assert_eq!(two.list, None);
    assert!(
        two.problems[0].contains("several lists: conficker-2009 be #11, conficker-2009 be #12"),
        "{:?}",
        two.problems
    );
}

#[test]
fn programs_do_not_answer() {
    let absent = read(&format!("{HEAD}{SUBJECT}Auto-Submitted: auto-replied\r\n\r\nAll done.\r\n"));
    assert_eq!((absent.said, absent.confidence), (Said::Nothing, Confidence::Unclear));
    assert!(absent.problems[0].contains("a program wrote the message"), "{:?}", absent.problems);
}

#[test]
fn a_list_in_the_text_or_beside_it_is_of_what_is_said() {
    let names = ["abcd.be", "xn--bcher-kva.be"].map(|name| name.parse().unwrap()).to_vec();
    let expected = Said::Names { result: Some(AnswerResult::Done), names };
    let text = plain(
        "Hello,\r\nthe following names have been blocked:\r\n- abcd.be\r\n* bücher.be\r\nABCD.be,\r\n-- \r\nold.be\r\n",
    );
    assert_eq!((&text.said, text.confidence), (&expected, Confidence::Likely), "{:?}", text.problems);
    let file = with_file("These are done.", "done.txt", "text/plain", "abcd.be\nbücher.be\n".as_bytes());
    assert_eq!((&file.said, file.confidence), (&expected, Confidence::Likely), "{:?}", file.problems);
    assert!(file.read_from.contains(&"the list \"done.txt\"".to_owned()), "{:?}", file.read_from);
}

#[test]
fn a_table_is_clear() {
    let csv = b"line_id,result\nconficker-c/1238889600/be/0,done\nconficker-c/1238889600/be/1,refused\n";
    let answer = with_file("See the file.", "answer.csv", "text/csv", csv);
    let Said::Lines(lines) = &answer.said else { panic!("{answer:?}") };
    assert_eq!((lines.len(), answer.confidence), (2, Confidence::Clear), "{:?}", answer.problems);
    let contradicted = with_file("All done.", "answer.csv", "text/csv", csv);
    assert_eq!(contradicted.confidence, Confidence::Unclear);
    assert!(contradicted.problems[0].contains("the text says done, and the table says something else"));
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (row, cells) in (0..).zip([["name", "result"], ["abcd.be", "done"], ["efgh.be", ""]]) {
        for (column, cell) in (0..).zip(cells) {
            sheet.write_string(row, column, cell).unwrap();
        }
    }
    let octets = workbook.save_to_buffer().unwrap();
    let answer = with_file("", "answer.xlsx", forestall_formats::workbook::MEDIA_TYPE, &octets);
    let Said::Lines(lines) = &answer.said else { panic!("{answer:?}") };
    assert_eq!((lines.len(), answer.unanswered, answer.confidence), (1, 1, Confidence::Clear));
}

#[test]
fn what_is_not_read_is_told() {
    let check = |name: &str, kind: &str, octets: &[u8], problem: &str| {
        let answer = with_file("All done.", name, kind, octets);
        assert_eq!((&answer.said, answer.confidence), (&Said::Whole(AnswerResult::Done), Confidence::Unclear));
        assert!(answer.problems.iter().any(|known| known.contains(problem)), "{:?}", answer.problems);
    };
    check("scan.pdf", "application/pdf", b"%PDF-1.4", "the file \"scan.pdf\" was not read");
    check("list.csv", "text/csv", b"name,tld\nabcd.be,be\n", "without saying what became of them");
    check("answer.csv", "text/csv", b"name,result\nabcd.be,maybe\n", "\"maybe\" is not a result");
    check("answer.xlsx", "application/zip", b"PK\x03\x04 and no more", "no workbook that can be read");
    let forwarded = read(&format!(
        "{HEAD}{SUBJECT}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nAll done.\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n\
         Subject: x\r\n\r\nWe refuse.\r\n--b--\r\n"
    ));
    assert_eq!(forwarded.said, Said::Whole(AnswerResult::Done));
    assert!(forwarded.problems[0].contains("a message inside the message (message/rfc822) was not opened"));
}

#[test]
fn of_two_forms_of_a_text_one_counts() {
    let answer = read(&format!(
        "{HEAD}{SUBJECT}Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nAll done.\r\n\
         --b\r\nContent-Type: text/html\r\n\r\n<p>We refuse.</p>\r\n--b--\r\n"
    ));
    assert_eq!((answer.said, answer.confidence), (Said::Whole(AnswerResult::Done), Confidence::Likely));
}

#[test]
fn limits_hold() {
    let refused = |message: String| reply::read(message.as_bytes(), sent).unwrap_err();
    assert_eq!(refused(format!("X: {}\r\n\r\n", "x".repeat(MAX_HEADERS))), MailError::LongHeaders);
    assert_eq!(refused(String::new()), MailError::NoMail);
    assert_eq!(refused("\r\nno headers\r\n".to_owned()), MailError::NoMail);
    let mut deep = String::from(HEAD);
    for level in 0..20_000 {
        deep.push_str(&format!("Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n"));
    }
    assert_eq!(refused(deep), MailError::TooDeep);
    let parts = "--b\r\n\r\nx\r\n".repeat(200);
    assert_eq!(
        refused(format!("{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}")),
        MailError::TooManyParts
    );
    let nested = "Content-Type: message/rfc822\r\n\r\n".repeat(50_000);
    assert_eq!(read(&format!("{HEAD}{nested}")).said, Said::Nothing);
    let long = read(&format!("{HEAD}{SUBJECT}\r\n{}", "word ".repeat(200_000)));
    assert!(long.text.chars().count() <= 4_000);
}

#[test]
fn a_text_and_a_table_are_read_as_mails_are() {
    let text = reply::read(&reply::wrapped(&list_id(), None, "alles erledigt ✓".as_bytes()), sent).unwrap();
    assert_eq!((text.list, text.said), (Some(list_id()), Said::Whole(AnswerResult::Done)));
    let csv = reply::wrapped(&list_id(), Some("answer.csv"), b"name,result\nabcd.be,done\n");
    let csv = reply::read(&csv, sent).unwrap();
    assert!(matches!(&csv.said, Said::Lines(lines) if lines.len() == 1), "{csv:?}");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, (head, value)) in (0..).zip([("Name", "abcd.be"), ("Result", "refused")]) {
        sheet.write(0, column, head).unwrap();
        sheet.write(1, column, value).unwrap();
    }
    let octets = book.save_to_buffer().unwrap();
    let book = reply::read(&reply::wrapped(&list_id(), Some("a\r\nX: y.xlsx"), &octets), sent).unwrap();
    assert!(matches!(&book.said, Said::Lines(lines) if lines[0].result == AnswerResult::Refused), "{book:?}");
}

#[test]
fn a_mail_is_the_same_by_two_ways_and_another_where_only_its_id_is() {
    let mail = |received: &str, from: &str, body: &str| {
        reply::identity(format!("{received}From: {from}\r\nMessage-ID: <a@b>\r\nSubject: x\r\n\r\n{body}").as_bytes())
    };
    let one = mail("Received: by a\r\n", "a@nic.example", "done");
    assert_eq!(one, mail("Received: by b\r\nX-Spam: no\r\n", "a@nic.example", "done"));
    assert_ne!(one, mail("", "mallory@nic.example", "done"));
    assert_ne!(one, mail("", "a@nic.example", "refused"));
    assert_ne!(reply::identity(b"no mail"), reply::identity(b"none either"));
}

#[test]
fn says_to_which_messages_it_replies() {
    let mail = "References: <a@b> <c@d>\r\nIn-Reply-To: <e@f>\r\nFrom: x@y.example\r\n\r\nx";
    assert_eq!(reply::answered(mail.as_bytes()).unwrap(), ["e@f", "c@d", "a@b"]);
}

proptest! {
    #[test]
    fn never_panics(octets in proptest::collection::vec(any::<u8>(), 0..400), at in 0_usize..600) {
        let _ = reply::read(&octets, sent);
        let mut message = format!(
            "{HEAD}{SUBJECT}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/csv; name=a.csv\r\n\
             Content-Transfer-Encoding: quoted-printable\r\n\r\nname,result\r\nabcd.be,done\r\n--b--\r\n"
        ).into_bytes();
        let at = at.min(message.len());
        message.splice(at..at, octets);
        let _ = reply::read(&message, sent);
    }
}

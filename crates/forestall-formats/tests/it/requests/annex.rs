// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The annex: exact text in both forms, its digests, and a reader of HTML.

use std::process::Command;

use forestall_formats::Form;
use forestall_model::Digest;
use forestall_testkit::skip::needs;

use super::written;

#[test]
fn as_markdown() {
    let (text, rows) = written(Form::Annex);
    assert_eq!(rows, 12);
    insta::assert_snapshot!(text);
}

#[test]
fn as_a_page() {
    let (text, rows) = written(Form::AnnexHtml);
    assert_eq!((rows, text.matches("<tr><td>").count()), (12, 12));
    insta::assert_snapshot!(text);
}

#[test]
fn digests_are_those_of_the_names_one_a_line() {
    let digest = Digest::of(b"ghij.be\nhijk.be\nzabc.be\n").to_string();
    for form in [Form::Annex, Form::AnnexHtml] {
        assert!(written(form).0.contains(&digest), "{form}");
    }
    let twice = Digest::of(b"abcd.com\ncdef.com\ndefg.com\nxn--bcher-kva.com\nyzab.com\n").to_string();
    assert!(written(Form::Annex).0.contains(&twice), "a name in two windows counts once");
}

#[test]
fn a_reader_of_html_finds_every_row() {
    let Some(xmllint) = needs("requests::annex::a_reader_of_html_finds_every_row", "xmllint") else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("annex.html");
    std::fs::write(&file, written(Form::AnnexHtml).0).unwrap();
    let count = |path: &str| {
        let ran = Command::new(&xmllint).args(["--html", "--xpath", path]).arg(&file).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        String::from_utf8(ran.stdout).unwrap().trim().to_owned()
    };
    assert_eq!(count("count(//section)"), "4");
    assert_eq!(count("count(//tbody/tr)"), "12");
    assert_eq!(count("count(//tbody/tr/td)"), "132");
    assert_eq!(count("count(//b)"), "0", "a title is text");
    assert_eq!(count("string((//td[2])[1])"), "ghij.be");
}

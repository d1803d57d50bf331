// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! EPP commands: exact frames, and the schemas of the RFCs over each.

use std::collections::BTreeSet;
use std::io;
use std::process::Command;

use forestall_formats::Form;
use forestall_formats::epp::{Account, Side};
use forestall_formats::feed::Settings;
use forestall_formats::request::{Asked, Request};
use forestall_model::{Action, NameClass};
use forestall_testkit::parsed;
use forestall_testkit::skip::{needs, skipped};

use super::{free, held, released, request, settings, written, written_with};

fn frames(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.starts_with('#')).collect()
}

fn ids(text: &str) -> Vec<&str> {
    let id = |frame: &'_ str| frame.find("<clTRID>").map(|at| at + 8);
    frames(text).into_iter().map(|frame| &frame[id(frame).unwrap()..frame.find("</clTRID>").unwrap()]).collect()
}

#[test]
fn each_name_has_the_frames_of_what_is_asked() {
    let (text, count) = written(Form::Epp);
    assert_eq!(frames(&text).len(), usize::try_from(count).unwrap());
    insta::assert_snapshot!(text);
}

#[test]
fn registrars_set_the_statuses_of_clients() {
    let account = Account { side: Side::Client, ..settings().account };
    let (text, _) = written_with(Form::Epp, request(), &Settings { account, ..settings() });
    for status in ["clientHold", "clientTransferProhibited", "clientDeleteProhibited", "clientUpdateProhibited"] {
        assert!(text.contains(&format!("<domain:status s=\"{status}\"/>")), "{status}");
    }
    assert!(!text.contains("\"server"), "{text}");
}

#[test]
fn an_identifier_is_of_one_command_in_one_case() {
    let (text, _) = written(Form::Epp);
    let own: BTreeSet<&str> = ids(&text).into_iter().collect();
    assert_eq!(own.len(), frames(&text).len(), "each frame has its own");
    assert!(own.iter().all(|id| id.len() == 43), "3 to 64 characters are taken: {own:?}");
    let (elsewhere, _) = written_with(Form::Epp, Request { case: parsed("other"), ..request() }, &settings());
    assert!(ids(&elsewhere).iter().all(|id| !own.contains(id)), "another case");
    let later = Request { changed: parsed("2009-05-01T00:00:00Z"), ..request() };
    let (same, _) = written_with(Form::Epp, later, &settings());
    assert!(ids(&same).iter().all(|id| own.contains(id)), "what was sent can be told from what was not");
    let account = Account { years: 2, ..settings().account };
    let (longer, _) = written_with(Form::Epp, request(), &Settings { account, ..settings() });
    assert_eq!(ids(&longer).iter().filter(|id| !own.contains(*id)).count(), 2, "two names are created");
}

#[test]
fn a_sinkhole_has_name_servers() {
    let write = Form::Epp.request_writer().unwrap();
    let error = write(&released(request()), &Settings::default(), &mut io::sink()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    assert!(error.to_string().contains("abcd.com is to point to the sinkhole"), "{error}");
    let lines = vec![free("ghij.be", "2009-04-03", Action::Reserve, 0)];
    let (text, count) = written_with(Form::Epp, Request { lines, ..request() }, &Settings::default());
    assert_eq!(count, 0, "a registry's own list takes no command: {text}");
    assert!(text.contains("names without a frame: 1, asked for as reserve, for which EPP has no command"), "{text}");
}

#[test]
fn two_wishes_for_one_name_are_left_to_a_person() {
    let lines = vec![
        free("abcd.com", "2009-04-01", Action::RegisterHold, 0),
        free("abcd.com", "2009-04-02", Action::Reserve, 1),
    ];
    let (text, count) = written_with(Form::Epp, Request { lines, ..request() }, &settings());
    assert_eq!(count, 0);
    assert!(text.contains("different things are asked for different windows"), "{text}");
}

/// Names of servers come from the DNS of strangers.
#[test]
fn names_of_servers_are_no_markup() {
    let servers = Some(vec![parsed("a<b>&.host.example")]);
    let redirected = held("cdef.com", NameClass::RegisteredSuspect, Some(Action::RedirectNs), "292", 0);
    let lines = vec![Asked { name_servers: servers, ..redirected }];
    let (text, _) = written_with(Form::Epp, Request { lines, ..request() }, &settings());
    assert!(text.contains("<domain:hostObj>a&lt;b&gt;&amp;.host.example</domain:hostObj>"), "{text}");
}

#[test]
fn frames_are_valid_by_the_schemas_of_the_rfcs() {
    let test = "requests::epp::frames_are_valid_by_the_schemas_of_the_rfcs";
    let Some(xmllint) = needs(test, "xmllint") else { return };
    let Some(schemas) = std::env::var_os("FORESTALL_EPP_XSD").map(std::path::PathBuf::from) else {
        return skipped(test, "needs FORESTALL_EPP_XSD, the folder with the schemas of RFC 5730, 5731 and 5910");
    };
    let folder = tempfile::tempdir().unwrap();
    let import = |space: &str, file: &str| {
        let path = schemas.join(file);
        format!("<import namespace=\"urn:ietf:params:xml:ns:{space}\" schemaLocation=\"{}\"/>", path.display())
    };
    let all = [("epp-1.0", "epp-1.0.xsd"), ("domain-1.0", "domain-1.0.xsd"), ("secDNS-1.1", "secDNS-1.1.xsd")];
    let imports: String = all.iter().map(|(space, file)| import(space, file)).collect();
    let driver = folder.path().join("all.xsd");
    let schema =
        format!("<schema xmlns=\"http://www.w3.org/2001/XMLSchema\" targetNamespace=\"urn:test\">{imports}</schema>");
    std::fs::write(&driver, schema).unwrap();
    let client = Account { side: Side::Client, registrant: None, contacts: Vec::new(), ..settings().account };
    let (server, _) = written(Form::Epp);
    let (client, _) = written_with(Form::Epp, request(), &Settings { account: client, ..settings() });
    let mut files = Vec::new();
    for (number, frame) in frames(&server).into_iter().chain(frames(&client)).enumerate() {
        let file = folder.path().join(format!("{number}.xml"));
        std::fs::write(&file, frame).unwrap();
        files.push(file);
    }
    let check = |files: &[std::path::PathBuf]| {
        let mut command = Command::new(&xmllint);
        command.args(["--noout", "--nonet", "--schema"]).arg(&driver).args(files).output().unwrap()
    };
    let ran = check(&files);
    let said = String::from_utf8(ran.stderr).unwrap();
    assert!(ran.status.success() && files.len() == 14, "{} files\n{said}", files.len());
    assert_eq!(said.lines().filter(|line| line.ends_with(" validates")).count(), files.len(), "{said}");
    // The check itself has teeth.
    let broken = frames(&server)[0].replace("<domain:pw/>", "");
    std::fs::write(&files[0], broken).unwrap();
    assert!(!check(&files[..1]).status.success(), "a frame without authorisation information is refused");
}

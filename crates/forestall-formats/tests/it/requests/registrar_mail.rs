// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Messages to registrars: exact octets, and Python's reader of mailboxes.

use std::io::{self, Write as _};
use std::process::{Command, Stdio};

use forestall_formats::Form;
use forestall_formats::feed::{Publisher, Settings};
use forestall_model::Action;
use forestall_testkit::skip::needs;

use super::{of_two_wishes, released, request, settings, written, written_with};

#[test]
fn each_registrar_has_its_names_and_what_cannot_be_sent_comes_back() {
    let (text, names) = written(Form::RegistrarMail);
    assert_eq!(names, 6);
    insta::assert_snapshot!(text);
}

#[test]
fn a_message_has_a_sender() {
    let write = Form::RegistrarMail.request_writer().unwrap();
    for mail in ["", "nobody", "a@b.example\r\nBcc: c@d.example"] {
        let publisher = Publisher { name: String::new(), mail: mail.to_owned() };
        let error = write(&released(request()), &Settings { publisher, ..settings() }, &mut io::sink()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{mail}");
    }
}

#[test]
fn each_wish_for_a_name_is_said() {
    let (text, names) =
        written_with(Form::RegistrarMail, of_two_wishes([Action::Monitor, Action::Suspend]), &settings());
    let wishes: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("  Asked of you: ")).collect();
    assert_eq!((names, wishes.len()), (1, 2), "{text}");
    assert!(wishes.iter().any(|wish| wish.starts_with("monitor: ")), "{wishes:?}");
    assert!(wishes.iter().any(|wish| wish.starts_with("suspend: ")), "{wishes:?}");
}

#[test]
fn python_reads_every_message_and_its_table() {
    let test = "requests::registrar_mail::python_reads_every_message_and_its_table";
    let Some(python) = needs(test, "python3") else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.mbox");
    std::fs::File::create(&file).unwrap().write_all(written(Form::RegistrarMail).0.as_bytes()).unwrap();
    let program = r#"
import csv, email, email.policy, io, mailbox, sys
parse = lambda f: email.message_from_binary_file(f, policy=email.policy.default)
for message in mailbox.mbox(sys.argv[1], factory=parse):
    assert not message.defects, message.defects
    sender = message["From"].addresses[0]
    text, table = message.iter_parts()
    rows = list(csv.DictReader(io.StringIO(table.get_content())))
    names = [line[2:].split(" ")[0] for line in text.get_content().splitlines() if line.startswith("* ")]
    assert names == [row["name"] for row in rows], (names, rows)
    print(sender.display_name, sender.addr_spec, message["To"], message["Cc"], message["Bcc"], message["Date"].datetime.isoformat(), table.get_filename(), *names, sep="|")
"#;
    let ran =
        Command::new(python).args(["-X", "utf8", "-c", program]).arg(&file).stdin(Stdio::null()).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(
        String::from_utf8(ran.stdout).unwrap(),
        "Team Büro|team@cert.example|abuse@names.example|None|None|2009-03-30T12:00:05+00:00|two-names.csv|cdef.com|defg.com|fghi.org|xn--bcher-kva.com\n\
         Team Büro|team@cert.example|team@cert.example|None|None|2009-03-30T12:00:05+00:00|two-names.csv|efgh.net|yzab.com\n"
    );
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall case send`: from a case to what a registry has in its hands, by a folder and by mail, and back to an answer.

use std::path::Path;

use forestall_testkit::smtp::{Smtp, SmtpTls};

use crate::support::{Home, Ran};

/// Registries: .com by mail, .org by mail in a workbook, .ws without anybody to write to.
const PARTIES: &str = "id,kind,name,tlds,form,contact,mail,phone\n\
    com-registry,registry,The registry of com,com,csv,Abuse desk,abuse@com.example,+1 555 0101\n\
    org-registry,registry,The registry of org,org,xlsx,Abuse desk,abuse@org.example,+1 555 0102\n";

/// A pair of keys that `minisign -G -W` made for these tests.
const PUBLIC_KEY: &str = include_str!("send/lists.pub");
const SECRET_KEY: &str = include_str!("send/lists.key");

/// A home with a live case of B over ten days, two registries, and settings in which `mail` is the part of that name.
pub(crate) fn home(marking: &str, mail: &str) -> Home {
    let home = Home::new();
    home.write("lists.pub", PUBLIC_KEY);
    home.write("lists.key", SECRET_KEY);
    home.write("parties.csv", PARTIES);
    home.ok("party import parties.csv");
    home.ok(&format!(
        "case open mine --campaign conficker-b --from 2026-12-20 --until 2026-12-30 --title 'A case' --tlp {marking} --ahead 40"
    ));
    let settings = format!(
        "version = 1\n[send]\norganisation = \"CERT Example\"\nperson = \"Ada Coordinator\"\nphone = \"+1 555 0100\"\n\
         role = \"coordinator\"\nproof = \"https://cert.example/contact\"\nappeal = \"appeals@cert.example\"\n\
         answer_to = \"lists@cert.example\"\nkey_file = \"{}\"\n{mail}",
        home.folder().join("lists.key").display()
    );
    home.write("hub.toml", settings);
    home
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[track_caller]
fn says(ran: &Ran, status: i32, texts: &[&str]) {
    assert_eq!(ran.status, status, "{}\n{}", ran.out, ran.err);
    for text in texts {
        assert!(ran.out.contains(text) || ran.err.contains(text), "{text:?} is missing in\n{}{}", ran.out, ran.err);
    }
}

#[test]
fn a_folder_for_each_registry_that_it_can_check_by_itself() {
    let home = home("amber+strict", "");
    home.fails(2, "case send mine --config hub.toml --action reserve", &["no part [mail]", "--out"]);
    let sent = home.run("case send mine --config hub.toml --action reserve --out out");
    says(&sent, 0, &["com\t1", "org\t1", "8 packages written to out"]);
    let names = files(&home.folder().join("out/com"));
    for name in
        ["mine.com.1.list.csv", "mine.com.1.brief.html", "mine.com.1.envelope.json", "mine.com.1.envelope.json.minisig"]
    {
        assert!(names.iter().any(|found| found == name), "{name} is not in {names:?}");
    }
    assert!(names.iter().any(|name| name.ends_with("README.md")), "the first list brings its evidence: {names:?}");
    assert!(files(&home.folder().join("out/org")).contains(&"mine.org.1.list.xlsx".to_owned()));
    let right = home.run("verify-list out/com/mine.com.1.envelope.json --key lists.pub");
    says(&right, 0, &["All that was checked is right."]);
    // One octet more, and the registry knows.
    let list = home.read("out/com/mine.com.1.list.csv");
    home.write("out/com/mine.com.1.list.csv", format!("{list}\n"));
    assert_eq!(home.run("verify-list out/com/mine.com.1.envelope.json --key lists.pub").status, 1);
    let receipts: serde_json::Value = serde_json::from_str(&home.ok("case receipts mine --format json")).unwrap();
    let receipts = receipts["receipts"].as_array().unwrap().clone();
    assert_eq!(receipts.len(), 8);
    let com = receipts.iter().find(|receipt| receipt["slice"] == "com").unwrap();
    assert_eq!((&com["channel"], &com["taken"]), (&"folder".into(), &true.into()));
    let of_list = com["files"].as_array().unwrap().iter().find(|file| file["name"] == "mine.com.1.list.csv").unwrap();
    assert_eq!(of_list["sha256"], forestall_model::Digest::of(list.as_bytes()).to_string());
    home.ok("case receipts mine -o receipts.json --key lists.key");
    assert!(home.read("receipts.json.minisig").contains("trusted comment: receipts of mine"));
}

#[test]
fn the_second_list_is_what_differs_from_the_acknowledged_one() {
    let home = home("amber+strict", "");
    home.ok("case send mine --config hub.toml --tld com --action reserve --out out");
    home.ok("case acknowledge mine --tld com --list 1");
    let first = home.ok("case lists mine --tld com --number 1");
    let held = first.lines().next().unwrap().to_owned();
    home.ok(&format!("case exclude mine {held} --class registered-benign --reason 'a shop'"));
    home.ok("case horizon mine --until 2027-01-01");
    let sent = home.run("case send mine --config hub.toml --tld com --out out");
    says(&sent, 0, &["com\t2"]);
    let difference = home.read("out/com/mine.com.2.difference.csv");
    assert!(difference.lines().any(|line| line.starts_with(&held) && line.contains(",withdrawn,")), "{difference}");
    assert!(difference.lines().skip(1).all(|line| line.contains(",added,") || line.contains(",withdrawn,")));
    let right = home.run("verify-list out/com/mine.com.2.envelope.json --key lists.pub");
    says(&right, 0, &["All that was checked is right."]);
    let again = home.run("case send mine --config hub.toml --tld com --out out");
    says(&again, 0, &["com\t3"]);
    home.ok("case acknowledge mine --tld com");
    let nothing = home.run("case send mine --config hub.toml --tld com --out out");
    says(&nothing, 0, &["com: nothing to ask for"]);
    assert!(home.ok("case lists mine").contains("2026-11-23T12:00:00Z"));
}

#[test]
fn letters_go_to_a_real_server_and_nothing_above_green_in_the_open() {
    let test = "send::letters_go_to_a_real_server_and_nothing_above_green_in_the_open";
    let Some(server) = Smtp::start(test, SmtpTls::None, 10 << 20) else { return };
    let mail = format!("[mail]\nserver = \"{}\"\ntls = \"none\"\nfrom = \"lists@cert.example\"\n", server.address());
    let green = home("green", &mail);
    let sent = green.run("case send mine --config hub.toml --action reserve");
    says(&sent, 0, &["com\t1", "2 lists were handed over, 0 were not taken, 6 have nobody to write to"]);
    let letters = server.letters();
    assert_eq!(letters.len(), 2);
    let com = letters.iter().find(|letter| letter.contains("abuse@com.example")).unwrap();
    assert!(com.contains("[forestall mine com #1]") && com.contains("mine.com.1.list.csv"), "{com}");
    assert!(com.contains("Auto-Submitted: auto-generated"));
    let receipts = green.ok("case receipts mine");
    assert!(receipts.contains("abuse@com.example") && receipts.contains("250"), "{receipts}");
    // A second run has nothing to hand over; the job of the service would have nothing either.
    let again = green.run("jobs run --config hub.toml");
    assert_eq!(again.status, 0, "{}", again.err);
    assert_eq!(server.letters().len(), 2);

    // A console that listens on this machine alone is nothing that a letter could lead to.
    let amber = home("amber+strict", &mail);
    let send = |tld: &str| {
        let sent = amber.run(&format!("case send mine --config hub.toml --tld {tld} --action reserve"));
        says(&sent, 0, &["1 list was handed over"]);
        server.letters().into_iter().find(|letter| letter.contains(&format!("for .{tld}"))).unwrap()
    };
    let closed = send("com");
    assert!(!closed.contains("http") && closed.contains("+1 555 0100"), "{closed}");
    let settings = std::fs::read_to_string(amber.folder().join("hub.toml")).unwrap();
    amber.write("hub.toml", settings.replace("[send]", "public = \"https://hub.example\"\n[send]"));
    let linked = send("org");
    assert!(linked.contains("https://hub.example/home"), "{linked}");
    for letter in [closed, linked] {
        assert!(letter.contains("waits for you") && !letter.contains("list.csv"), "{letter}");
        assert!(!letter.contains("A case"), "{letter}");
    }
}

#[test]
fn settings_that_cannot_be_are_told_by_their_key() {
    let home = home("green", "[mail]\nserver = \"smtp.example\"\ntls = \"none\"\nfrom = \"a@b.example\"\n");
    home.fails(2, "case send mine --config hub.toml --action reserve", &["mail.server", "a host and its port"]);
    let settings = home.read("hub.toml");
    home.write("hub.toml", settings.replace("smtp.example\"", "smtp.example:25\""));
    home.fails(2, "case send mine --config hub.toml --action reserve", &["mail", "TLS"]);
    home.write("hub.toml", settings.replace("organisation", "organization"));
    home.fails(2, "case send mine --config hub.toml --action reserve", &["send.organization", "organisation"]);
}

#[test]
fn a_registrys_mail_is_proposed_and_counts_once_somebody_confirms_it() {
    let home = home("amber+strict", "");
    home.ok("case send mine --config hub.toml --tld com --action reserve --out out");
    let mail = "From: Abuse desk <abuse@com.example>\r\nTo: lists@cert.example\r\nMessage-ID: <answer-1@com.example>\r\n\
                Subject: Re: names to reserve [forestall mine com #1]\r\nDate: Mon, 23 Nov 2026 11:00:00 +0000\r\n\r\n\
                All done.\r\n\r\n> please reserve the names of the list\r\n";
    home.write("reply.eml", mail);
    let proposed = home.ok("case reply reply.eml");
    assert!(proposed.contains("mine com #1") && proposed.contains("done for the whole list"), "{proposed}");
    assert!(!home.ok("case log mine").contains("acknowledged"), "nothing counts before somebody confirms it");
    let recorded = home.run("case reply reply.eml --confirm");
    assert_eq!(recorded.status, 0, "{}", recorded.err);
    let log = home.ok("case log mine");
    assert!(log.contains("com acknowledged list 1") && log.contains("mail <answer-1@com.example>"), "{log}");
    assert!(home.ok("case slices mine --format csv").lines().any(|line| line.starts_with("com,")));
    home.write(
        "other.eml",
        mail.replace("All done.", "We are looking into it.").replace("[forestall mine com #1]", ""),
    );
    let unclear = home.run("case reply other.eml --confirm --case mine --tld com --list 1");
    says(&unclear, 1, &["nothing that was understood", "does not say what became"]);
}

#[test]
fn a_workbook_that_comes_back_filled_in_is_an_answer() {
    let home = home("amber+strict", "");
    home.ok("case send mine --config hub.toml --tld org --action reserve --out out");
    let book = home.folder().join("out/org/mine.org.1.list.xlsx");
    assert!(std::fs::read(book).unwrap().starts_with(b"PK"));
    let unanswered = home.run("case answer mine --tld org --action reserve --file out/org/mine.org.1.list.xlsx");
    assert_eq!(unanswered.status, 1, "{}", unanswered.err);
    assert!(unanswered.err.contains("have no result yet"), "{}", unanswered.err);
}

#[test]
fn the_mailbox_of_the_settings_is_read_by_a_run_of_jobs() {
    let home = home("green", "");
    home.ok("case send mine --config hub.toml --tld com --action reserve --out out");
    for part in ["new", "cur", "tmp"] {
        std::fs::create_dir_all(home.folder().join("mail").join(part)).unwrap();
    }
    let settings = home.read("hub.toml");
    let inbox = |text: &str| home.write("hub.toml", format!("{settings}[inbox]\n{text}\n"));
    inbox(&format!("maildir = \"{}\"", home.folder().join("mail").display()));
    home.write("mail/new/1.a", "From: abuse@com.example\nSubject: Re: [forestall mine com #1]\n\nAll done.\n");
    home.write("mail/new/2.b", "From: x@elsewhere.example\nSubject: hello\n\nhello\n");
    home.ok("jobs run --config hub.toml");
    let jobs = home.ok("jobs list");
    assert!(jobs.contains("1 answer proposed, 1 mail that nobody could place"), "{jobs}");
    assert_eq!(files(&home.folder().join("mail/cur")), ["1.a:2,S", "2.b:2,S"]);
    assert!(!home.ok("case log mine").contains("acknowledged"), "nothing counts before somebody confirms it");
    for (text, told) in [
        ("", "either maildir or server"),
        ("maildir = \"a\"\nuser = \"b\"", "belong to a server"),
        ("server = \"imap.example:143\"\ntls = \"none\"\nuser = \"a\"\npassword_file = \"b\"", "inbox.tls"),
        ("server = \"localhost:143\"\ntls = \"none\"", "user and password_file"),
        ("maildir = \"a\"\nevery = 1", "inbox.every"),
        ("folder = \"a\"", "inbox.folder"),
    ] {
        inbox(text);
        home.fails(2, "jobs run --config hub.toml", &[told]);
    }
    home.write("hub.toml", format!("{settings}[daily]\nhour = 6\n"));
    home.fails(2, "jobs run --config hub.toml", &["needs the part [mail]"]);
}

#[test]
fn a_party_is_told_by_notices_once_it_has_a_key() {
    let home = home("green", "");
    home.fails(2, "party webhook com-registry", &["--new-key"]);
    home.fails(1, "party webhook com-registry --to http://registry.example/", &["webhook"]);
    let key = home.ok("party webhook com-registry --to https://registry.example/notices --new-key");
    assert!(key.starts_with("whsec_"), "{key}");
    assert!(!home.ok("party list --format json").contains("whsec_"), "the key stands apart");
    let again = home.ok("party webhook com-registry --new-key");
    assert_ne!(key, again);
    home.ok("party webhook com-registry --none");
    assert!(!home.ok("party list --format json").contains("registry.example"));
    assert!(home.run("jobs notices").err.contains("no notice went out"));
    home.fails(2, "person digest nobody@hub.example", &["there is no person"]);
}

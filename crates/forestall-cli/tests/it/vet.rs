// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall vet`: from files, from a name server, and from stored evidence.

use std::io::Write as _;

use forestall_formats::exclusions::{self, Exclusion, ExclusionList};
use forestall_formats::signature::SecretKey;
use forestall_model::NameClass;
use forestall_testkit::nsd::Nsd;
use forestall_testkit::rdap::{RdapService, Record};
use forestall_testkit::whois::WhoisService;
use serde_json::Value;

use crate::support::Home;

const COM: &str = "com. 900 IN SOA a.gtld.example. n.example. 7 1800 900 604800 86400\n\
    held-name.com. 172800 IN NS ns1.hoster.example.\n\
    held-name.com. 172800 IN NS ns2.hoster.example.\n\
    sunken-name.com. 172800 IN NS sc-a.sinkhole.shadowserver.org.\n\
    well-known-name.com. 172800 IN NS ns1.hoster.example.\n\
    our-own-name.com. 172800 IN NS ns1.team-x.example.\n\
    com. 900 IN SOA a.gtld.example. n.example. 7 1800 900 604800 86400\n";

/// Returns name, class and band of each row of CSV.
fn rows(csv: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    assert_eq!(reader.headers().unwrap(), vec!["name", "class", "band", "score", "reasons"]);
    let row = |record: csv::StringRecord| format!("{} {} {}", &record[0], &record[1], &record[2]);
    reader.records().map(|record| row(record.unwrap())).collect()
}

fn json(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Writes a zone compressed by gzip.
fn packed(home: &Home, name: &str, text: &str) {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(text.as_bytes()).unwrap();
    home.write(name, packer.finish().unwrap());
}

#[test]
fn vets_from_files_alone() {
    let home = Home::new();
    packed(&home, "com.zone.gz", COM);
    home.write("majestic.csv", "GlobalRank,TldRank,Domain\n1,1,google.com\n412,300,well-known-name.com\n");
    home.write(
        "names",
        "free-name.com\nheld-name.com\nsunken-name.com\nwww.well-known-name.com\nfree-name.com\nx-y-z.net\n",
    );
    let ran = home.run("vet names --zone com.zone.gz --top majestic.csv --format csv");
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert_eq!(
        rows(&ran.out),
        [
            "free-name.com free no-holder",
            "held-name.com registered-suspect human",
            "sunken-name.com sinkholed-by:shadowserver clear-benign",
            "www.well-known-name.com registered-benign clear-benign",
            "x-y-z.net unknown human",
        ]
    );
    assert!(ran.out.contains("rank 412 in the top list (+50)"), "{}", ran.out);
    assert!(
        ran.out.contains("www.well-known-name.com was asked for; vetted is the registrable name well-known-name.com")
    );
    assert!(ran.err.contains("5 names: 2 clear-benign, 2 human, 1 no-holder"), "{}", ran.err);
}

#[test]
fn ends_well_where_no_person_is_needed() {
    let home = Home::new();
    home.write("com.zone", COM);
    home.write("names", "free-name.com\nsunken-name.com\n");
    let text = home.ok("vet names --zone com.zone");
    assert!(text.starts_with("name "), "{text}");
    assert_eq!(text.lines().count(), 3);
    home.write("none", "\n# nothing\n");
    assert_eq!(home.ok("vet none --zone com.zone --format jsonl"), "");
}

#[test]
fn nobody_acts_above_the_registrable_name() {
    let home = Home::new();
    home.write("com.zone", COM);
    home.write("names", "com\nco.uk\nhopto.org\nabuser.hopto.org\nno name\nheld-name..com\n");
    let ran = home.run("vet names --zone com.zone --format csv");
    assert_eq!(ran.status, 1);
    assert_eq!(
        rows(&ran.out),
        [
            "com not-registrable human",
            "co.uk not-registrable human",
            "hopto.org not-registrable human",
            "abuser.hopto.org unknown human",
            "no name unknown human",
            "held-name..com unknown human",
        ]
    );
    for says in ["third parties have names", "its provider can act on it", "is not a domain name"] {
        assert!(ran.out.contains(says), "expected {says:?} in:\n{}", ran.out);
    }
}

#[test]
fn exclusions_decide_where_their_signer_is_trusted_and_propose_elsewhere() {
    let home = Home::new();
    home.write("com.zone", COM);
    home.write("names", "held-name.com\n");
    let list = ExclusionList {
        operation: "other-operation".to_owned(),
        issued: "2026-11-20T00:00:00Z".parse().unwrap(),
        serial: 3,
        names: vec![Exclusion {
            name: "held-name.com".parse().unwrap(),
            class: NameClass::RegisteredBenign,
            reason: "a shop".to_owned(),
            decided_at: "2026-11-19T00:00:00Z".parse().unwrap(),
        }],
    };
    let mut bytes = Vec::new();
    exclusions::write(&list, &mut bytes).unwrap();
    home.write("theirs", &bytes);
    let key = SecretKey::from_seed(&[3; 32], *b"theirkey");
    let check = |line: &str, expected: &str, says: &str| {
        let ran = home.run(line);
        assert_eq!(rows(&ran.out), [expected], "{}", ran.err);
        assert!(ran.out.contains(says) || ran.err.contains(says), "{says}\n{}{}", ran.out, ran.err);
    };
    let trusting = format!("vet names --zone com.zone --format csv --exclusions theirs --trust {}", key.public_key());
    check(&trusting, "held-name.com registered-suspect human", "theirs has no signature");
    home.write("theirs.minisig", key.sign(&bytes, "serial 3").unwrap());
    check(&trusting, "held-name.com registered-benign clear-benign", "excluded by other-operation");
    let untrusting = "vet names --zone com.zone --format csv --exclusions theirs";
    check(untrusting, "held-name.com registered-suspect human", "other-operation proposes to exclude it");
    home.write("theirs", String::from_utf8(bytes.clone()).unwrap().replace("a shop", "a shop!"));
    check(&trusting, "held-name.com registered-suspect human", "is not by any of the 1 given keys");
    home.fails(2, "vet names --exclusions theirs --trust nonsense", &["neither a public key of minisign nor a file"]);
    home.write("theirs", &bytes);
    home.write("theirs.pub", format!("untrusted comment: theirs\n{}\n", key.public_key()));
    let file = untrusting.replace("theirs", "theirs --trust theirs.pub");
    check(&file, "held-name.com registered-benign clear-benign", "excluded by other-operation");
    // A register that is kept takes the key and its file alike.
    home.fails(2, "register exclusions theirs --trust nonsense", &["neither a public key of minisign nor a file"]);
    home.fails(2, "register exclusions theirs", &["the list is signed", "--trust"]);
    for trusted in [key.public_key(), "theirs.pub".to_owned()] {
        let taken = home.run(&format!("register exclusions theirs --trust {trusted}"));
        assert!(taken.status == 0 && taken.err.contains("1 name, trusted"), "{}", taken.err);
    }
    home.write("theirs", "name\nheld-name.com\n");
    home.fails(1, "vet names --exclusions theirs", &["the exclusion list theirs is refused", "line 1"]);
}

#[test]
fn friends_are_known_by_the_operators_register() {
    let home = Home::new();
    home.write("com.zone", COM);
    home.write("names", "our-own-name.com\n");
    home.write("friends.csv", "holder,kind,name_servers\nteam-x,friendly,team-x.example\n");
    let csv = home.ok("vet names --zone com.zone --known friends.csv --format csv");
    assert_eq!(rows(&csv), ["our-own-name.com registered-benign clear-benign"]);
    home.write("friends.csv", "holder,kind,name_servers\nteam x,friendly,team-x.example\n");
    home.fails(1, "vet names --known friends.csv", &["friends.csv is refused", "line 2, column 1 (holder)"]);
}

#[test]
fn stored_evidence_gives_the_same_verdicts_and_other_rules_others() {
    let home = Home::new();
    home.write("com.zone", COM);
    home.write("majestic.csv", "GlobalRank,TldRank,Domain\n412,300,well-known-name.com\n");
    home.write("names", "free-name.com\nwww.well-known-name.com\nheld-name.com\n");
    let line =
        "vet names --zone com.zone --top majestic.csv --family conficker-a --format jsonl --save-evidence kept.jsonl";
    let first = home.run(line).out;
    let again = home.run_at("2027-01-01T00:00:00Z", "vet --evidence kept.jsonl --format jsonl").out;
    assert_eq!(again, first, "the time of the verdict is part of the evidence");
    let kept = json(&home.read("kept.jsonl"));
    assert_eq!(kept[0]["circumstances"]["first_seen"], "2008-11-22");
    home.write("strict.toml", "version = 1\n[limits]\nclear-benign = 90\n");
    let strict = json(&home.run("vet --evidence kept.jsonl --format jsonl --rules strict.toml").out);
    assert_eq!(strict[1]["band"], "human");
    assert_ne!(strict[1]["rules"], json(&first)[1]["rules"]);
    assert_eq!(strict[1]["evidence"], json(&first)[1]["evidence"]);
    home.write("strict.toml", "version = 1\n[limits]\nclear-bening = 90\n");
    home.fails(2, "vet names --rules strict.toml", &["did you mean \"clear-benign\"?"]);
    home.write("kept.jsonl", "{\"dossier\":{\"name\":\"a.com\",\"verdict\":\"free\"}}\n");
    home.fails(1, "vet --evidence kept.jsonl", &["kept.jsonl, line 1: unknown field"]);
}

#[test]
fn rows_of_predict_bring_family_and_windows() {
    let home = Home::new();
    home.write("com.zone", COM);
    home.write(
        "names.csv",
        "name,family,campaign,valid_from,valid_until,position\n\
         held-name.com,conficker-b,conficker-b,2026-11-24T00:00:00Z,2026-11-25T00:00:00Z,3\n\
         held-name.com,conficker-b,conficker-b,2026-11-28T00:00:00Z,2026-11-29T00:00:00Z,9\n",
    );
    home.run("vet names.csv --zone com.zone --save-evidence kept.jsonl");
    let kept = &json(&home.read("kept.jsonl"))[0]["circumstances"];
    assert_eq!((kept["family"].as_str(), kept["windows"].as_array().map(Vec::len)), (Some("conficker-b"), Some(2)));
    assert!(kept["first_seen"].is_string());
    home.write("names.csv", "name,family,campaign,valid_from,valid_until,position\nheld-name.com,x\n");
    home.fails(2, "vet names.csv --zone com.zone", &["names.csv, line 2: it has 2 fields"]);
}

#[test]
fn broken_files_are_refused_and_nothing_is_vetted() {
    let home = Home::new();
    home.write("names", "held-name.com\n");
    home.write("com.zone", &COM[..COM.len() - 5]);
    home.fails(1, "vet names --zone com.zone", &["the zone file com.zone is refused", "the file is cut"]);
    home.write("top", "held-name.com\n");
    home.fails(1, "vet names --top top", &["top is refused", "no list of popular names"]);
    home.fails(3, "vet missing --zone com.zone", &["missing could not be opened"]);
    home.fails(3, "vet names --top missing", &["missing could not be opened"]);
    home.fails(2, "vet names --family confcker-a", &["Did you mean"]);
    home.fails(2, "vet names --dns nowhere", &["is no address of a server"]);
}

#[test]
fn asks_a_name_server_and_keeps_what_it_said() {
    let zone = COM.lines().take(6).map(|line| format!("{line}\n")).collect::<String>();
    let Some(nsd) = Nsd::start("vet::asks_a_name_server_and_keeps_what_it_said", &[("com", &zone)]) else { return };
    let home = Home::new();
    home.write("names", "free-name.com\nheld-name.com\nsunken-name.com\n");
    let line = format!("vet names --dns {} --rate 0 --parallel 8 --cache looks --format csv", nsd.address());
    let first = home.run(&line);
    let expected = [
        "free-name.com free no-holder",
        "held-name.com registered-suspect human",
        "sunken-name.com sinkholed-by:shadowserver clear-benign",
    ];
    assert_eq!(rows(&first.out), expected, "{}", first.err);
    // What was learned is not asked again while it is fresh; the server is not there any more.
    drop(nsd);
    assert_eq!(home.run(&line).out, first.out);
    let later = home.run_at("2026-11-25T12:00:00Z", &line);
    assert!(rows(&later.out).iter().all(|row| row.ends_with("unknown human")), "{}", later.out);
    home.fails(1, &format!("{line} --pap RED"), &["PAP:RED"]);
}

#[test]
fn measures_the_rules_on_labelled_names() {
    let home = Home::new();
    let labelled = concat!(env!("CARGO_MANIFEST_DIR"), "/../forestall-vet/tests/it/labelled.jsonl");
    let text = home.ok(&format!("vet --evaluate {labelled}"));
    assert!(text.contains("no person needed for each one by one"), "{text}");
    assert!(text.contains("wrong: "), "{text}");
    let json: Value = serde_json::from_str(&home.ok(&format!("vet --evaluate {labelled} --format jsonl"))).unwrap();
    assert_eq!(json["malicious"]["precision"], 1.0);
}

#[test]
fn registration_data_tell_who_is_on_hold_and_how_old_a_name_is() {
    let dates = |from: &str, until: &str| Some((format!("{from}T00:00:00Z"), format!("{until}T00:00:00Z")));
    let registrar = Some(("Example Registrar".to_owned(), 9_999));
    let service = RdapService::start([
        (
            "on-hold-name.com".to_owned(),
            Record {
                dates: dates("2026-11-01", "2027-11-01"),
                statuses: vec!["server hold".to_owned()],
                registrar: registrar.clone(),
                ..Record::default()
            },
        ),
        (
            "held-name.com".to_owned(),
            Record {
                dates: dates("1999-02-03", "2027-02-03"),
                registrar,
                name_servers: vec!["ns1.hoster.example".to_owned()],
                ..Record::default()
            },
        ),
    ]);
    let home = Home::new();
    home.write("com.zone", COM);
    home.write("names", "on-hold-name.com\nheld-name.com\nfree-name.com\n");
    let asking =
        format!("vet names --rdap {} --rdap-rate 0 --first-seen 2008-11-22 --cache looks --format csv", service.base());
    let both = home.run(&format!("{asking} --zone com.zone"));
    assert_eq!(both.status, 1, "{}", both.err);
    assert_eq!(
        rows(&both.out),
        [
            "on-hold-name.com registered-suspect human",
            "held-name.com registered-benign clear-benign",
            "free-name.com free no-holder",
        ]
    );
    assert!(both.out.contains("registered and on hold, which keeps it out of the zone"), "{}", both.out);
    assert!(both.out.contains("created 9 years before the family was first seen"), "{}", both.out);
    // A service that knows no such name does not say that it is free.
    let alone = home.run(&asking);
    assert!(alone.out.contains("\nfree-name.com,unknown,human,0,"), "{}", alone.out);
    let asked = service.asked().len();
    home.run(&asking);
    assert_eq!(service.asked().len(), asked, "what was learned is in the cache");
    home.fails(2, "vet names --rdap nonsense", &["is not the address of a service of RDAP"]);
}

#[test]
fn whois_is_asked_last_and_its_silence_makes_nothing_free() {
    let answer = b"Domain Name: HELD-NAME.CC\r\nRegistrar: Example Registrar\r\nCreation Date: 1999-02-03T00:00:00Z\r\nRegistry Expiry Date: 2030-02-03T00:00:00Z\r\nDomain Status: clientTransferProhibited\r\nName Server: NS1.HOSTER.EXAMPLE\r\n";
    let mut service = WhoisService::start([("held-name.cc".to_owned(), answer.to_vec())]);
    let home = Home::new();
    home.write("names", "held-name.cc\nfree-name.cc\n");
    let line = format!("vet names --whois {} --rdap-rate 0 --first-seen 2008-11-22 --format csv", service.address());
    let ran = home.run(&line);
    assert_eq!(
        rows(&ran.out),
        ["held-name.cc registered-benign clear-benign", "free-name.cc unknown human"],
        "{}",
        ran.err
    );
    service.stop();
    let down = home.run(&line);
    assert_eq!(rows(&down.out), ["held-name.cc unknown human", "free-name.cc unknown human"], "{}", down.err);
}

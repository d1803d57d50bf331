// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `--hub`: the same command lines over a store and at a hub print the same.

use std::io::Write as _;

use forestall_coord::tlog::VerifierKey;
use forestall_formats::signature::SecretKey;

use crate::served::Served;
use crate::support::{Home, NOW};

const OPEN: &str = "case open mine --campaign conficker-b --campaign conficker-a --from 2009-01-01 --until 2009-01-03 --title 'Two days' --name-server ns1.sinkhole.test --first-person Ann --second-person Bob --override-evidence 'a test'";

/// A store and a hub that heard the same.
struct Both {
    here: Home,
    there: Home,
    hub: Served,
}

impl Both {
    fn new() -> Self {
        Self { here: Home::new(), there: Home::new(), hub: Served::start() }
    }

    /// Runs a command line in both places; all that it prints must be the same.
    #[track_caller]
    fn same(&self, line: &str) -> String {
        let (here, there) = (self.here.run(line), self.hub.run(&self.there, line));
        assert_eq!(there.status, here.status, "{line}\nhere: {}there: {}", here.err, there.err);
        // What stands outside of the events a hub tells nobody, but for who acted and the comment.
        let untold = ["    first-person:", "    second-person:", "    owner:", "    contact:"];
        let is_told = |text: &&str| !untold.iter().any(|field| text.starts_with(field));
        let told: String = here.out.split_inclusive('\n').filter(is_told).collect();
        assert_eq!(there.out, if line.starts_with("case log") { &told } else { &here.out }.as_str(), "{line}");
        assert_eq!(there.err, here.err, "{line}");
        here.out
    }

    #[track_caller]
    fn all(&self, lines: &[&str]) {
        for line in lines {
            self.same(line);
        }
    }

    fn write(&self, name: &str, text: &str) {
        self.here.write(name, text);
        self.there.write(name, text);
    }
}

fn first_name(home: &Home, tld: &str) -> String {
    let list = home.ok(&format!("predict conficker-b --on 2009-01-01 --tld {tld}"));
    list.lines().next().unwrap().to_owned()
}

#[test]
fn what_is_shown_of_a_case_is_the_same() {
    let both = Both::new();
    both.same("case list");
    both.same(OPEN);
    both.same("case answer mine --tld cc --action reserve --result done --from 2009-01-01 --until 2009-01-02");
    both.same(&format!("case exclude mine {} --reason 'somebody sells shoes there'", first_name(&both.here, "org")));
    both.all(&[
        "case list",
        "case list --format json",
        "case list --format csv",
        "case show mine",
        "case show mine --on 2009-01-02",
        "case show mine --on 2009-01-01 --format json",
        "case gaps mine",
        "case gaps mine --on 2009-01-01",
        "case gaps mine --on 2009-01-01 --days 3 --format json",
        "case gaps mine --on 2009-01-01 --format csv",
        "case slices mine",
        "case slices mine --from 2009-01-02 --until 2009-01-03",
        "case slices mine --format json",
        "case slices mine --format csv",
        "case days mine",
        "case days mine --tld cc --format json",
        "case days mine --from 2009-01-02 --until 2009-01-03 --format csv",
        "case kpi mine",
        "case kpi mine --format json",
        "case what-if mine --slice cc --slice org --from 2009-01-01 --order 3",
        "case what-if mine --order 2 --aim mean --level claimed --from 2009-01-01 --format json",
        "case what-if mine --slice ws --level observed --format json",
        "case names mine --tld cc",
        "case names mine --tld cc --on 2009-01-01 --format csv",
        "case names mine --tld com --from 2009-01-01 --until 2009-01-03 --format json",
        "case names mine --tld cc --on 2009-01-01 --standing claimed",
        "case lists mine",
        "case lists mine --format json",
        "case receipts mine",
        "case receipts mine --format json",
        "case task list mine",
        "case log mine",
        "case log mine --after 1 --limit 1",
        "publish --case mine --as csv --on 2009-01-01",
        "publish --case mine --as plain --on 2009-01-01 --tld org",
        "publish --case mine --as jsonl --from 2009-01-01 --until 2009-01-02 --tld cc",
        "publish --case mine --as plain --horizon",
        "publish --case mine --as rpz --on 2009-01-01 --policy sinkhole=192.0.2.1 --zone policy.example --serial 7",
        "publish --case mine --as stix --on 2009-01-01 --tld cc",
        "publish --case mine --as dnsmasq --on 2009-01-01 --policy nodata",
        "publish --case mine --as csv --tld com",
        "publish --case mine --as csv --audience public",
        "publish --list",
    ]);
    assert!(both.same("case names mine --tld cc --on 2009-01-01 --standing claimed").contains("claimed"));
    assert_eq!(both.same("case log mine").matches("mine#").count(), 3);
}

#[test]
fn what_is_done_to_a_case_is_the_same() {
    let both = Both::new();
    both.same(OPEN);
    let (org, ws) = (first_name(&both.here, "org"), first_name(&both.here, "ws"));
    both.write("names.txt", &format!("# by telephone\n{}\n", ws.to_uppercase()));
    both.write("rows.csv", &format!("name,result\n{ws},refused\n"));
    both.write("broken.csv", "name,result\nnobody-asked.ws,done\n");
    both.write(
        "seen.csv",
        &format!("name,method,sight,at,name_servers,source\n{org},dns,ours,2009-01-01T12:00:00Z,,a colleague\n"),
    );
    both.all(&[
        "case request mine --tld cc --action reserve --fallback monitor --from 2009-01-01 --until 2009-01-02",
        "case request mine --tld ws --action suspend",
        "case request mine --tld ws --action suspend --legal-basis 'a court order' --campaign conficker-b",
        "case acknowledge mine --tld cc --source 'a letter' --on-date 2026-11-22 --comment 'by Ada'",
        "case acknowledge mine --tld cc --on-date 2026-11-24",
        "case answer mine --tld cc --action reserve --result done",
        "case answer mine --tld ws --action reserve --result done --names names.txt",
        "case answer mine --tld ws --action reserve --file rows.csv",
        "case answer mine --tld ws --action reserve --result done --names none.txt",
        "case evidence import mine seen.csv",
        "case note mine 'nobody answers the telephone' --tld ws",
        "case task add mine 'ring again' --tld ws --owner Bob --due 2026-11-22",
        "case task add mine 'write a letter'",
        "case task list mine",
        "case task list mine --format json",
        "case task set mine 1 done --owner Ann",
        "case task playbook mine none",
        "case task playbook mine date-based-dga-worm",
        "case task playbook --list",
        "case decide mine 'the paper is public' --ground 'everybody knows'",
        "case horizon mine --until 2009-01-04",
        "case horizon mine --until 2009-01-02",
    ]);
    let missing = "case task set mine 99 done";
    assert_eq!(both.hub.run(&both.there, missing).err, both.here.run(missing).err);
    // A hub is sent rows and counts those, a store has the lines of the file.
    let broken = "case answer mine --tld ws --action reserve --file broken.csv";
    let (here, there) = (both.here.run(broken), both.hub.run(&both.there, broken));
    assert_eq!((here.status, there.status), (1, 1), "{}{}", here.err, there.err);
    for told in [here.err, there.err] {
        assert!(told.contains("nobody-asked.ws is not a name of this case"), "{told}");
    }
    both.same(&format!("case exclude mine {org} --reason 'somebody sells shoes there' --comment 'he rang'"));
    both.same(&format!("case exclude mine {org} --reason again"));
    both.same(&format!("case readmit mine {org} --reason 'he gave it up'"));
    both.write("told.txt", &format!("{org}\nnobody.example\n"));
    both.all(&[
        "import told.txt --case mine --tlp TLP:RED --apply",
        "import told.txt --case mine --tlp TLP:GREEN --format json",
        "import told.txt --case mine --tlp TLP:GREEN --apply --source 'a colleague'",
        "import told.txt --case mine --apply",
        "case waiver sent mine --as ersr --tld com --on-date 2026-11-20",
        "case waiver sent mine --as ersr --tld ws",
        "case waiver list mine",
        "case waiver answered mine 1 --as refused --text 'no incident'",
        "case waiver answered mine 1 --as refused --text 'no incident'",
        "case waiver list mine --format json",
    ]);
    both.same("case log mine --limit 9");
    both.same("case show mine --format json");
}

#[test]
fn what_waits_for_a_person_is_the_same() {
    let both = Both::new();
    both.same("case open soon --campaign conficker-b --from 2026-12-20 --until 2026-12-22");
    let list = both.here.ok("predict conficker-b --on 2026-12-20 --tld ws");
    let name = list.lines().next().unwrap();
    both.write("names.txt", &format!("{name}\n"));
    for line in [
        "case docket soon",
        "case docket soon --format json",
        "case alarms soon",
        &format!("case appeal soon {name} --contact 'a shop' --hours 1"),
        &format!("case appeal soon {name} --contact 'a shop'"),
        "case docket soon",
        "case docket soon --tld ws --format json",
        "case docket soon --tld cc",
        "case docket soon --band human",
        "case docket soon --format csv",
        "case alarms soon",
        "case alarms soon --format json",
        &format!("case rule soon {name} --as watch --reason 'a shop' --evidence 'its site'"),
        "case rule soon --names names.txt --as exclude --reason 'a shop' --evidence 'its site'",
        &format!("case undo soon {name} --reason 'a shop'"),
        &format!("case settle soon {name} --as upheld --reason 'it is a shop'"),
        &format!("case settle soon {name} --as denied --reason 'it is none'"),
        "case docket soon",
    ] {
        both.same(line);
    }
    assert!(both.same("case log soon").contains("appeal"), "something was done");
}

#[test]
fn parties_are_the_same() {
    let both = Both::new();
    both.all(&[
        "party list",
        "party add dns-be --kind registry --name 'DNS Belgium' --tld be --own-days 5 --utc-offset +01:00",
        "party add dns-be --kind registry --name 'DNS Belgium' --tld be",
        "party add other --kind registry --name Other --tld be",
        "party contact dns-be --name Desk --mail abuse@dns.example --second 'a fax' --verified",
        "party contact dns-be --number 1 --tested --owner 'Ada L.'",
        "party contact dns-be --number 1",
        "party contact dns-be --name Night --mail night@dns.example",
        "party list",
        "party list --stale",
        "party list --kind cert",
        "party list --format csv",
        "party list --format json",
        "party show dns-be",
        "party print",
        "party add dns-be --kind registry --name 'DNS Belgium vzw' --tld be --replace",
        "party contact dns-be --number 2 --remove",
        "party show dns-be",
        "party remove dns-be",
        "party list",
    ]);
    both.write("parties.csv", "id,kind,name,tlds\ndns-be,registry,DNS Belgium,be\ncert-xx,cert,CERT XX,\n");
    both.write("broken.csv", "id,kind,name,tlds\ndns-be,pub,DNS Belgium,be\n");
    both.all(&[
        "party import parties.csv",
        "party import parties.csv",
        "party import broken.csv",
        "party import none.csv",
        "party list",
    ]);
    let record = both.hub.ok(&both.there, "disclosures");
    assert!(record.starts_with("at,who,party,case,what,count,purpose,basis\n"), "{record}");
    assert!(record.contains(",tester,") && record.lines().count() > 3, "{record}");
}

#[test]
fn a_case_moves_from_a_hub_to_a_store_and_to_another_hub() {
    let both = Both::new();
    both.hub.ok(&both.there, OPEN);
    both.hub.ok(&both.there, "case export mine -o case.jsonl");
    let archive = both.there.read("case.jsonl");
    both.here.write("case.jsonl", &archive);
    let taken = both.here.ok("case import case.jsonl");
    assert!(taken.starts_with("mine\t1\t"), "{taken}");
    let (another, home) = (Served::start(), Home::new());
    home.write("case.jsonl", &archive);
    assert_eq!(another.ok(&home, "case import case.jsonl"), taken);
    assert_eq!(another.ok(&home, "case show mine --format json"), both.here.ok("case show mine --format json"));
    let again = another.run(&home, "case import case.jsonl");
    assert_eq!(again.status, 1, "{}", again.err);
    let broken = archive.replace("Two days", "Two dais");
    home.write("broken.jsonl", broken);
    assert_eq!(another.run(&home, "case import broken.jsonl").status, 1);
    let head = both.hub.ok(&both.there, "case log mine --head");
    assert!(head.lines().count() >= 4 && head.contains("— "), "{head}");
    assert!(both.hub.ok(&both.there, "case log mine --proof 1").contains(&head));
}

#[test]
fn a_hub_cuts_lists_and_hands_their_names_over() {
    let both = Both::new();
    // A case whose days are still to come: lists of the past ask for nothing.
    both.hub.ok(&both.there, "case open soon --campaign conficker-b --from 2026-12-20 --until 2026-12-22");
    let cut = both.hub.run(&both.there, "case send soon --action reserve");
    assert!(cut.err.contains("the hub hands them over"), "{}", cut.err);
    let (tld, number) = cut.out.lines().next().unwrap().split_once('\t').unwrap();
    assert_eq!(number, "1");
    let lists = both.hub.ok(&both.there, "case lists soon --format json");
    assert!(lists.contains(&format!("\"slice\": \"{tld}\"")), "{lists}");
    let plain = both.hub.ok(&both.there, &format!("case lists soon --tld {tld} --number 1"));
    assert!(plain.lines().filter(|line| line.ends_with(&format!(".{tld}"))).count() > 10, "{plain}");
    let csv = both.hub.ok(&both.there, &format!("case lists soon --tld {tld} --number 1 --as csv"));
    assert!(csv.lines().count() > 10 && csv.contains("line_id"), "{csv}");
    let added = both.hub.ok(&both.there, &format!("case lists soon --tld {tld} --number 1 --as csv --part added"));
    assert_eq!(added, csv);
    assert_eq!(both.hub.run(&both.there, &format!("case lists soon --tld {tld} --number 1 --as rpz")).status, 2);
}

#[test]
fn the_papers_of_a_list_come_from_a_hub_as_they_are_sent() {
    let key = || SecretKey::from_seed(&[3; 32], *b"forestal");
    let (hub, home) = (Served::sending(key()), Home::new());
    hub.ok(&home, "case open soon --campaign conficker-b --from 2026-12-20 --until 2026-12-22");
    hub.ok(&home, "case send soon --tld ws --action reserve");
    let written = hub.run(&home, "case lists soon --tld ws --number 1 --out papers");
    assert_eq!((written.status, written.out.as_str()), (0, ""), "{}", written.err);
    let files = std::fs::read_dir(home.folder().join("papers")).unwrap().count();
    assert!(written.err.contains(&format!("{files} files written to papers")) && files > 5, "{}", written.err);
    home.write("lists.pub", key().public_key());
    let verified = home.ok("verify-list papers/soon.ws.1.envelope.json --key lists.pub");
    assert!(verified.contains("All that was checked is right."), "{verified}");
    let envelope = hub.ok(&home, "case lists soon --tld ws --number 1 --paper envelope.json");
    assert_eq!(envelope, home.read("papers/soon.ws.1.envelope.json"));
    hub.ok(&home, "case lists soon --tld ws --number 1 --paper list.xlsx -o list.xlsx");
    assert!(std::fs::read(home.folder().join("list.xlsx")).unwrap().starts_with(b"PK"));
    for (line, status) in [
        ("case lists soon --tld ws --number 2 --out more", 2),
        ("case lists soon --tld ws --number 1 --paper list.pdf", 2),
        ("case lists soon --tld ws --number 1 --paper list.csv --as csv", 2),
    ] {
        assert_eq!(hub.run(&home, line).status, status, "{line}");
    }
    home.fails(2, "case lists soon --tld ws --number 1 --out papers", &["fetch them with --hub"]);
    let nobody = Served::start();
    nobody.ok(&home, "case open soon --campaign conficker-b --from 2026-12-20 --until 2026-12-22");
    nobody.ok(&home, "case send soon --tld ws --action reserve");
    let refused = nobody.run(&home, "case lists soon --tld ws --number 1 --out none");
    assert!(refused.status == 2 && refused.err.contains("do not say who asks"), "{}", refused.err);
    assert!(!home.folder().join("none").exists());
}

#[test]
fn names_that_are_published_come_whole_or_not_at_all() {
    let (hub, home) = (Served::start(), Home::new());
    hub.ok(&home, OPEN);
    let names = hub.ok(&home, "publish --case mine --as csv --on 2009-01-01");
    let written = hub.run(&home, "publish --case mine --as csv --on 2009-01-01 -o names.csv");
    assert_eq!((written.status, written.out.as_str(), home.read("names.csv")), (0, "", names), "{}", written.err);
    assert_eq!(hub.run(&home, "publish --case none --as csv -o none.csv").status, 2);
    assert!(!home.folder().join("none.csv").exists());
    let answer = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nForestall-Lines: 2\r\nContent-Length: 20\r\n\r\na.com\n";
    let broken = forestall_testkit::responder::Responder::start(move |mut stream| {
        forestall_testkit::responder::read_until(&mut stream, b"\r\n\r\n")?;
        stream.write_all(answer.as_bytes())
    });
    let mut command = home.program();
    command.env("FORESTALL_TOKEN", "secret-word").args(["--hub", &format!("http://{}", broken.address())]);
    let ran = crate::support::ran(command.args(crate::support::words("publish --case mine --as plain -o half.txt")));
    assert!(ran.status == 3 && ran.err.contains("no talk with the hub"), "{}", ran.err);
    assert!(!home.folder().join("half.txt").exists());
}

#[test]
fn a_log_is_held_against_what_its_hub_signs_and_signed() {
    let (hub, home) = (Served::start(), Home::new());
    hub.ok(&home, OPEN);
    hub.ok(&home, "case log mine --head -o old.checkpoint");
    for fact in ["one", "two", "three"] {
        hub.ok(&home, &format!("case note mine {fact}"));
    }
    let key = hub.ok(&home, "case log mine --show-key");
    let key = key.trim();
    let looked = hub.run(&home, "case log mine --verify");
    assert_eq!(looked.status, 0, "{}{}", looked.out, looked.err);
    assert!(looked.out.starts_with("events\t4\nroot\t") && looked.out.contains("\nsigned\t4\t"), "{}", looked.out);
    assert!(looked.err.contains("the hub's own word") && looked.err.contains(key), "{}", looked.err);
    let known = hub.run(&home, &format!("case log mine --verify --checkpoint old.checkpoint --key {key}"));
    assert_eq!(known.status, 0, "{}{}", known.out, known.err);
    assert!(known.out.contains("\ncheckpoint\t1\t") && !known.err.contains("own word"), "{}{}", known.out, known.err);
    // A key that was told goes before what the hub says of itself, also where it is the key of another log.
    let foreign = key.parse::<VerifierKey>().unwrap().named("elsewhere.example").unwrap();
    let deceived = hub.run(&home, &format!("case log mine --verify --key {foreign}"));
    assert_eq!(deceived.status, 1, "{}{}", deceived.out, deceived.err);
    assert!(deceived.out.contains("fault\tthe signed head:") && !deceived.err.contains("own word"), "{}", deceived.out);
    // Another history under the same name does not continue it, whoever signed.
    let other = Served::start();
    other.ok(&home, &OPEN.replace("Two days", "Other days"));
    other.ok(&home, "case note mine more");
    let strange = other.run(&home, &format!("case log mine --verify --checkpoint old.checkpoint --key {key}"));
    assert_eq!(strange.status, 1, "{}{}", strange.out, strange.err);
    for says in ["one of them was changed, left out or put in", "the proof of the hub does not hold"] {
        assert!(strange.out.contains(says), "{says}: {}", strange.out);
    }
    let unknown = other.run(&home, "case log mine --verify --checkpoint old.checkpoint");
    assert!(unknown.status == 1 && unknown.out.contains("does not sign"), "{}", unknown.out);
    hub.ok(&home, "case log mine --head -o new.checkpoint");
    let shorter = other.run(&home, &format!("case log mine --verify --checkpoint new.checkpoint --key {key}"));
    assert!(shorter.status == 1 && shorter.out.contains("events were taken away"), "{}", shorter.out);
}

#[test]
fn zones_at_a_hub_are_those_of_its_store() {
    let both = Both::new();
    both.same(OPEN);
    both.all(&[
        "zone list",
        "zone subscriber list",
        "zone add block.rpz --case mine --policy sinkhole=192.0.2.1 --campaign conficker-a --tld org --ahead 3",
        "zone list",
        "zone show block.rpz",
        "zone serials block.rpz",
        "zone subscriber add plain --zone block.rpz --audience community --unsigned --address 192.0.2.53 --notify 192.0.2.53",
        "zone subscriber list",
        "zone show block.rpz",
    ]);
    let add = "zone subscriber add signed --zone block.rpz --audience recipient --algorithm hmac-sha512";
    let key = both.hub.ok(&both.there, add);
    assert!(
        key.starts_with("hmac-sha512:signed:") && key.trim_end().len() == "hmac-sha512:signed:".len() + 88,
        "{key}"
    );
    let list = both.hub.ok(&both.there, "zone subscriber list");
    assert!(
        list.contains("hmac-sha512:signed") && !list.contains(key.trim_end().rsplit(':').next().unwrap()),
        "{list}"
    );
    both.hub.ok(&both.there, "zone subscriber remove signed");
    both.all(&["zone subscriber remove plain", "zone remove block.rpz", "zone list"]);
    for line in
        ["zone remove block.rpz", "zone show 'a\\/b'", "zone subscriber remove plain", "zone add c.rpz --case none"]
    {
        let refused = both.hub.run(&both.there, line);
        assert!(refused.status != 0 && !refused.err.is_empty(), "{line}: {refused:?}");
    }
}

#[test]
fn a_batch_is_approved_and_stopped_at_a_hub() {
    let both = Both::new();
    both.same(OPEN);
    let name = first_name(&both.here, "ws");
    let head = r#"{"forestall-epp-batch":1,"account":"ws","case":"mine","tld":"ws","planned":"2009-01-01T00:00:00Z","commands":1}"#;
    let entry = format!(
        r#"{{"name":"{name}","action":"register-hold","operation":{{"command":"create","years":1}},"ground":"free","needed_until":"2009-01-05T00:00:00Z"}}"#
    );
    let text = format!("{head}\n{entry}\n");
    both.there.write("batch.jsonl", &text);
    let digest = forestall_model::Digest::of(text.as_bytes());
    let (hub, home) = (&both.hub, &both.there);
    assert!(hub.run(home, "epp list").err.contains("nobody was asked to approve a batch"));
    both.there.write("epp.toml", "");
    // The account lies where the program runs: there its limits are read.
    let unknown = hub.run(home, "epp propose batch.jsonl --accounts epp.toml");
    assert!(unknown.status == 2 && unknown.err.contains("epp.toml"), "{}", unknown.err);
    let proposed = proposed_by_the_api(hub, &text);
    assert_eq!(proposed, 201);
    let list = hub.ok(home, "epp list");
    assert!(list.contains(&digest.to_string()) && list.contains("NOT APPROVED"), "{list}");
    let shown = hub.ok(home, &format!("epp show {digest}"));
    assert!(
        shown.contains("commands: 1") && shown.contains(&format!("1\t{name}\tcreate for 1 y, no delegation")),
        "{shown}"
    );
    hub.ok(home, &format!("epp show {digest} -o again.jsonl"));
    assert_eq!(both.there.read("again.jsonl"), text);
    let named = hub.run(home, &format!("epp approve --count 1 --sha256 {digest} --by Ben"));
    assert!(named.status == 2 && named.err.contains("a hub knows by the token who acts"), "{}", named.err);
    let wrong = hub.run(home, &format!("epp approve batch.jsonl --count 2 --sha256 {digest}"));
    assert!(wrong.status == 1 && wrong.err.contains("nothing was approved"), "{}", wrong.err);
    let approved = hub.ok(home, &format!("epp approve --count 1 --sha256 {digest}"));
    assert!(approved.contains("approved by tester; a second person is missing"), "{approved}");
    let shown = hub.ok(home, &format!("epp show {digest}"));
    assert!(shown.contains("approved by tester at") && shown.contains("signed in"), "{shown}");
    hub.ok(home, "epp stop 'the wrong list'");
    assert!(hub.run(home, "epp journal --account ws").err.contains("stopped by tester at"));
    hub.ok(home, "epp go");
    assert_eq!(hub.run(home, "epp journal --account ws").err, "");
    for line in ["epp run batch.jsonl", "epp plan --case mine --tld ws", "epp poll", "epp info x.ws", "epp check x.ws"]
    {
        let refused = hub.run(home, line);
        assert!(
            refused.status == 2 && refused.err.contains("an account at a registry is this machine's"),
            "{line}: {}",
            refused.err
        );
    }
}

/// Lays a batch before people by the API, and returns the status of the answer.
fn proposed_by_the_api(hub: &Served, text: &str) -> u16 {
    use std::io::Read as _;
    let mut stream = std::net::TcpStream::connect(hub.address).unwrap();
    write!(
        stream,
        "POST /api/v1/epp/batches HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
        hub.address,
        hub.token,
        text.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn what_needs_the_store_says_so() {
    let (hub, home) = (Served::start(), Home::new());
    home.write("key.txt", "x");
    for line in [
        "case check mine --dns 127.0.0.1",
        "case vet mine --dns 127.0.0.1",
        "case log mine --format jsonl",
        "case log",
        "person list",
        "store verify",
        "case note mine x --by somebody",
    ] {
        let ran = hub.run(&home, line);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{line}\n{}", ran.err);
        assert_eq!(ran.err.lines().count(), 1, "{line}\n{}", ran.err);
    }
    assert!(!home.data().exists(), "no store was made");
}

#[test]
fn a_hub_is_named_once_and_the_command_line_goes_first() {
    let (hub, home) = (Served::start(), Home::new());
    let address = format!("http://{}", hub.address);
    let run = |set: &[(&str, &str)], line: &str| {
        let mut command = home.program();
        command.env_remove("FORESTALL_DATA").env("FORESTALL_TOKEN", &hub.token).envs(set.iter().copied());
        crate::support::ran(command.args(crate::support::words(line)).args(["--now", NOW]))
    };
    hub.ok(&home, "case open mine --campaign conficker-a --from 2009-01-01 --until 2009-01-02");
    let named = [("FORESTALL_HUB", address.as_str())];
    assert!(run(&named, "case list").out.contains("mine"));
    let here = home.folder().join("elsewhere");
    let local = run(&named, &format!("case list --data {}", here.display()));
    assert!(local.status == 0 && local.out.is_empty(), "the store goes before the environment: {}", local.err);
    let both = run(&[], &format!("case list --hub {address} --data {}", here.display()));
    assert!(both.status == 2 && both.err.contains("expected one of them"), "{}", both.err);
    let unclear = run(&[named[0], ("FORESTALL_DATA", "data")], "case list");
    assert!(unclear.status == 2 && unclear.err.contains("say which is meant"), "{}", unclear.err);
    // Commands that need no case do not care.
    assert_eq!(run(&named, "predict conficker-b --on 2009-01-01 --tld cc").status, 0);
    home.write("token", format!("{}\n", hub.token));
    let by_file = run(&[named[0], ("FORESTALL_TOKEN", "")], "case list --token-file token");
    assert!(by_file.out.contains("mine"), "{}", by_file.err);
}

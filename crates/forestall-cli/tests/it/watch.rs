// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Verification and the docket from the shell: what the hub looks at by itself, what a person decides, and what follows.

use forestall_testkit::nsd::Nsd;
use forestall_testkit::rdap::{RdapService, Record};
use serde_json::Value;

use crate::support::{Home, Ran};

/// A week and a day before the first window of the case opens, and later.
const BEFORE: &str = "2008-12-23T12:00:00Z";
const NEXT_DAY: &str = "2008-12-24T12:00:00Z";

struct Case {
    home: Home,
    names: Vec<String>,
}

impl Case {
    fn open(more: &str) -> Self {
        let home = Home::new();
        let case = Self { names: Vec::new(), home };
        case.ok(BEFORE, &format!("case open mine --campaign conficker-b --from 2009-01-01 --until 2009-01-02 {more}"));
        let names = case.home.ok("predict conficker-b --on 2009-01-01 --tld cc").lines().map(str::to_owned).collect();
        Self { names, ..case }
    }

    fn run(&self, now: &str, line: &str) -> Ran {
        self.home.run_at(now, line)
    }

    #[track_caller]
    fn ok(&self, now: &str, line: &str) -> String {
        let ran = self.run(now, line);
        assert_eq!(ran.status, 0, "{line}\n{}{}", ran.out, ran.err);
        ran.out
    }

    #[track_caller]
    fn json(&self, now: &str, line: &str) -> Value {
        let ran = self.run(now, line);
        assert!(ran.status < 2, "{line}\n{}", ran.err);
        serde_json::from_str(&ran.out).unwrap()
    }

    /// Writes settings that name this server for one zone.
    fn look(&self, server: std::net::SocketAddr) {
        self.home.write("forestall.toml", format!("version = 1\n[look]\nrate = 0\nzones = {{ cc = \"{server}\" }}\n"));
    }

    fn jobs(&self, now: &str) -> Vec<(String, String)> {
        let jobs = self.json(now, "jobs list --format json");
        let word = |job: &Value, key: &str| job[key].as_str().unwrap_or_default().to_owned();
        jobs.as_array().unwrap().iter().map(|job| (word(job, "kind"), word(job, "outcome"))).collect()
    }
}

/// The zone of .cc: the first `ours` names are delegated to the sinkhole, those of `theirs` to somebody else.
fn zone(names: &[String], ours: usize, theirs: &[usize]) -> String {
    let mut text = "$ORIGIN cc.\n$TTL 3600\n@ IN SOA a.nic.cc. host.nic.cc. 1 1800 900 604800 86400\n@ IN NS a.nic.cc.\na.nic IN A 192.0.2.1\n".to_owned();
    for (place, name) in names.iter().enumerate() {
        if theirs.contains(&place) {
            text += &format!("{name}. IN NS ns.somebody.test.\n");
        } else if place < ours {
            text += &format!("{name}. IN NS ns1.sinkhole.test.\n");
        }
    }
    text
}

const SERVERS: &str =
    "--name-server ns1.sinkhole.test --first-person Ann --second-person Bob --override-evidence 'a test'";

#[test]
fn looks_from_outside_by_itself_and_tells_what_is_not_true() {
    let test = "looks_from_outside_by_itself_and_tells_what_is_not_true";
    let case = Case::open(SERVERS);
    let all = case.names.len();
    let Some(nsd) = Nsd::start(test, &[("cc", &zone(&case.names, all, &[3]))]) else { return };
    case.look(nsd.address());
    case.ok(BEFORE, "case answer mine --tld cc --action register-sinkhole --result done");
    assert_eq!(case.run(BEFORE, "case alarms mine").status, 0, "the registry's word is all that there is");

    let ran = case.run(BEFORE, "jobs run --config forestall.toml");
    assert_eq!(ran.status, 0, "{}", ran.err);
    let verify = case.jobs(BEFORE).into_iter().find(|(kind, _)| kind == "verify").expect("a job");
    assert!(
        verify.1.contains(&format!("{all} names in 1 list looked at, 1 server asked, 1 name differs")),
        "{}",
        verify.1
    );
    let alarms = case.json(BEFORE, "case alarms mine --format json");
    assert_eq!(alarms[0]["kind"], "mismatch", "{alarms}");
    assert_eq!((&alarms[0]["tld"], &alarms[0]["names"]), (&Value::from("cc"), &Value::from(1)));
    let slices = case.json(BEFORE, "case slices mine --format json");
    let cc = slices.as_array().unwrap().iter().find(|slice| slice["tld"] == "cc").unwrap().clone();
    assert_eq!((&cc["protected"]["observed"], &cc["mismatch"]), (&Value::from(all - 1), &Value::from(1)));

    // The name that somebody holds is on the docket and was vetted, by the DNS alone.
    let docket = case.json(BEFORE, "case docket mine --format json");
    assert_eq!(docket[0]["name"], case.names[3].as_str());
    assert_eq!(docket[0]["class"], "registered-suspect");
    assert_eq!(docket[0]["name_servers"][0], "ns.somebody.test");

    // A second run on the same day finds nothing to look at.
    let before = case.json(BEFORE, "case show mine --format json");
    case.ok(BEFORE, "jobs run --config forestall.toml");
    assert_eq!(case.json(BEFORE, "case show mine --format json"), before);
    drop(nsd);

    // The server is down on the next day: the look is put off and proves nothing.
    case.ok(NEXT_DAY, "jobs run --config forestall.toml");
    let jobs = case.json(NEXT_DAY, "jobs list --format json");
    let waits =
        jobs.as_array().unwrap().iter().find(|job| job["state"] == "waiting" && job["kind"] == "verify").unwrap();
    assert!(waits["outcome"].as_str().unwrap().contains("does not answer"), "{waits}");
    // It comes back, and the name that was ours yesterday is somebody else's: lost.
    let Some(nsd) = Nsd::start(test, &[("cc", &zone(&case.names, all, &[3, 5]))]) else { return };
    case.look(nsd.address());
    let later = "2008-12-24T18:30:00Z";
    case.ok(later, "jobs run --config forestall.toml");
    let alarms = case.json(later, "case alarms mine --format json");
    assert_eq!(alarms[0]["kind"], "lost", "{alarms}");
}

#[test]
fn a_person_decides_from_the_shell_and_takes_it_back() {
    let case = Case::open("--four-eyes");
    let (name, other) = (&case.names[0], &case.names[1]);
    let dossier = |name: &str, created: &str| {
        format!(
            r#"{{"dossier":{{"name":"{name}","presence":[{{"method":"dns","source":"192.0.2.53:53","at":"2008-12-23T11:00:00Z","fact":{{"existence":"delegated","name_servers":["ns.somebody.test"]}}}}],"registration":[{{"method":"rdap","source":"https://rdap.example/","at":"2008-12-23T11:00:00Z","fact":{{"state":"registered","created":"{created}","registrar":{{"name":"Example Registrar","iana_id":9999}},"name_servers":["ns.somebody.test"]}}}}]}},"circumstances":{{"at":"2008-12-23T11:00:00Z"}}}}"#
        ) + "\n"
    };
    let evidence = dossier(name, "2008-12-20T00:00:00Z") + &dossier(other, "1998-05-01T00:00:00Z");
    case.home.write("evidence.jsonl", evidence);
    let vetted = case.run(BEFORE, "case vet mine --evidence evidence.jsonl");
    assert_eq!((vetted.status, vetted.out.as_str()), (1, "mine#2\tvetted\n"), "{}", vetted.err);

    let docket = case.run(BEFORE, "case docket mine --format csv");
    assert_eq!(docket.status, 1);
    assert!(docket.out.contains(name.as_str()), "{}", docket.out);
    let digest = docket.err.trim().rsplit(' ').next().unwrap().to_owned();
    let names = docket.out.lines().skip(1).map(|row| row.split(',').next().unwrap()).collect::<Vec<_>>().join(" ");

    let rule = format!(
        "case rule mine {names} --as act --action suspend --reason 'asked for by the botnet' --evidence 'the dossier'"
    );
    let fails = |line: &str, status: i32, says: &str| {
        let ran = case.run(BEFORE, line);
        assert_eq!(ran.status, status, "{line}\n{}", ran.err);
        assert!(ran.err.contains(says), "{says:?} is not in {}", ran.err);
    };
    let whole = format!("{rule} --digest {digest}");
    fails(&whole, 1, "need two people");
    fails(&format!("{whole} --second-person TESTER"), 1, "same");
    fails(&format!("{whole} --second-person Bob"), 1, "legal basis");
    let wrong = "0".repeat(64);
    fails(
        &format!("{rule} --digest {wrong} --second-person Bob --legal-basis 'order 17'"),
        1,
        "look at the names again",
    );
    case.ok(BEFORE, &format!("{whole} --second-person Bob --legal-basis 'order 17'"));
    assert_eq!(case.run(BEFORE, "case docket mine").status, 0);
    let published = case.ok(BEFORE, "publish --case mine --as csv --tld cc --on 2009-01-01");
    let row = published.lines().find(|row| row.starts_with(&format!("{name},"))).unwrap();
    assert!(row.contains(",suspend,"), "{row}");

    case.ok(BEFORE, &format!("case appeal mine {name} --contact 'The holder, holder@example' --proof 'a TXT record'"));
    let published = case.ok(BEFORE, "publish --case mine --as plain --tld cc --on 2009-01-01");
    assert!(!published.contains(name.as_str()), "nothing is done while somebody appeals");
    case.ok(BEFORE, &format!("case settle mine {name} --as upheld --reason 'a school since 2001'"));
    fails(&format!("case undo mine {other} --reason twice"), if names.contains(' ') { 0 } else { 1 }, "");
    let log = case.ok(BEFORE, "case log mine");
    assert!(log.contains("the appeal for") && log.contains("is upheld: a school since 2001; to be undone by"), "{log}");
    let later = "2008-12-24T06:00:00Z";
    let alarms = case.json(later, "case alarms mine --format json");
    assert!(alarms.as_array().unwrap().iter().any(|alarm| alarm["kind"] == "undo-due"), "{alarms}");
    case.home.ok("register export --operation 'A test' -o own.txt");
    assert!(case.home.read("own.txt").contains(name.as_str()));
}

#[test]
fn registers_and_exclusion_lists_are_taken_over_and_weigh_by_trust() {
    let home = Home::new();
    home.write(
        "friends.csv",
        "holder,kind,names,name_servers,addresses,since,contact,proof\na-cert,friendly,abc.cc,,,2009-01-01,cert@example,a letter\n",
    );
    home.ok("register import our-friends friends.csv --trusted");
    assert!(home.ok("register list").contains("our-friends"));
    assert!(home.ok("register show our-friends").contains("a-cert"));
    home.fails(2, "register show gone", &["no register or list"]);
    home.write("broken.csv", "holder,kind\nx,y\n");
    home.fails(1, "register import other broken.csv", &["line"]);
    home.fails(1, "register import 'Not A Name' friends.csv", &["no name for a list"]);
    home.ok("register remove our-friends");
    home.fails(2, "register remove our-friends", &["no register or list"]);
}

#[test]
fn the_guard_refuses_what_nobody_looked_at() {
    let home = Home::new();
    let open =
        "case open live --campaign conficker-b --from 2027-01-01 --until 2027-01-02 --name-server ns1.sinkhole.test";
    home.fails(
        1,
        open,
        &["ns1.sinkhole.test is no safe name server", "nobody looked at the registration of sinkhole.test"],
    );
    let shown = home.run("guard show ns1.sinkhole.test --format json");
    assert_eq!(shown.status, 1);
    let findings: Value = serde_json::from_str(&shown.out).unwrap();
    assert_eq!(findings[0]["weakness"], "no-evidence");
    home.fails(2, "guard show", &["no live case has name servers"]);
}

#[test]
fn who_is_killed_amid_a_look_leaves_it_to_the_next() {
    let case = Case::open(SERVERS);
    let all = case.names.len();
    let zones = zone(&case.names, all, &[]);
    let Some(nsd) = Nsd::start("who_is_killed_amid_a_look_leaves_it_to_the_next", &[("cc", &zones)]) else { return };
    case.look(nsd.address());
    case.ok(BEFORE, "case answer mine --tld cc --action register-sinkhole --result done");
    nsd.pause();
    let mut program = case.home.program();
    program.args(["jobs", "run", "--config", "forestall.toml", "--now", BEFORE]);
    let mut child = program.stderr(std::process::Stdio::null()).spawn().unwrap();
    let running = |job: &Value| job["state"] == "running";
    for _ in 0..200 {
        if case.json(BEFORE, "jobs list --format json").as_array().unwrap().iter().any(running) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert!(case.json(BEFORE, "jobs list --format json").as_array().unwrap().iter().any(running), "it never began");
    child.kill().unwrap();
    child.wait().unwrap();
    nsd.resume();
    // Its lease holds for some minutes; nobody else takes the job before.
    case.ok(BEFORE, "jobs run --config forestall.toml");
    assert!(case.json(BEFORE, "jobs list --format json").as_array().unwrap().iter().any(running));
    let later = "2008-12-23T12:10:00Z";
    case.ok(later, "jobs run --config forestall.toml");
    let jobs = case.json(later, "jobs list --format json");
    assert!(jobs.as_array().unwrap().iter().all(|job| job["state"] == "done"), "{jobs}");
    let slices = case.json(later, "case slices mine --format json");
    let cc = slices.as_array().unwrap().iter().find(|slice| slice["tld"] == "cc").unwrap().clone();
    assert_eq!(cc["protected"]["observed"], all);
}

#[test]
fn a_name_server_that_is_safe_is_taken_and_one_that_lost_its_address_is_told() {
    let test = "a_name_server_that_is_safe_is_taken_and_one_that_lost_its_address_is_told";
    let zone = |host: &str| {
        format!(
            "sinkhole.test. 300 IN SOA ns1.sinkhole.test. host.sinkhole.test. 1 1800 900 604800 60\nsinkhole.test. 300 IN NS ns1.sinkhole.test.\n{host}\n"
        )
    };
    let with = zone("ns1.sinkhole.test. 300 IN A 192.0.2.1");
    let Some(nsd) = Nsd::start(test, &[("sinkhole.test", &with)]) else { return };
    let record = |lock: &[&str]| Record {
        dates: Some(("2020-01-01T00:00:00Z".to_owned(), "2029-01-01T00:00:00Z".to_owned())),
        statuses: lock.iter().map(|status| (*status).to_owned()).collect(),
        ..Record::default()
    };
    let locked = record(&["server delete prohibited", "server transfer prohibited", "server update prohibited"]);
    let service = RdapService::start([("sinkhole.test".to_owned(), locked)]);
    let home = Home::new();
    let look = format!("guard look ns1.sinkhole.test --rdap {} --dns {}", service.base(), nsd.address());
    let looked = home.run(&look);
    assert_eq!(looked.status, 1, "{}{}", looked.out, looked.err);
    assert_eq!(looked.out.lines().count(), 2, "a header, and that the delegation is not signed: {}", looked.out);
    home.ok(
        "case open live --campaign conficker-b --from 2027-01-01 --until 2027-01-02 --name-server ns1.sinkhole.test",
    );
    assert!(home.run("guard show").out.contains("warning"));

    let loose = RdapService::start([("sinkhole.test".to_owned(), record(&["client transfer prohibited"]))]);
    let without = zone("ns2.sinkhole.test. 300 IN A 192.0.2.1");
    let Some(nsd) = Nsd::start(test, &[("sinkhole.test", &without)]) else { return };
    let looked = home.run(&format!("guard look --rdap {} --dns {}", loose.base(), nsd.address()));
    assert_eq!(looked.status, 1, "{}", looked.err);
    assert!(
        looked.out.contains("has no registry lock: serverUpdateProhibited, serverTransferProhibited"),
        "{}",
        looked.out
    );
    assert!(looked.out.contains("ns1.sinkhole.test has no address"), "{}", looked.out);
    home.fails(
        1,
        "case open next --campaign conficker-b --from 2027-01-01 --until 2027-01-02 --name-server ns1.sinkhole.test",
        &["no safe name server"],
    );
}

#[test]
fn names_that_are_for_offline_files_only_are_asked_of_nobody() {
    let case = Case::open("--pap red");
    case.look("127.0.0.1:9".parse().unwrap());
    case.ok(BEFORE, "case answer mine --tld cc --action register-sinkhole --result done");
    case.ok(BEFORE, "jobs run --config forestall.toml");
    assert!(case.jobs(BEFORE).is_empty());
    let asked = case.run(BEFORE, &format!("case vet mine {} --dns 127.0.0.1:9", case.names[0]));
    assert_eq!(asked.status, 3, "{}", asked.err);
    assert!(asked.err.contains("PAP:RED"), "{}", asked.err);
}

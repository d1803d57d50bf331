// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall epp` against the registry of the tests, over TLS with a client's certificate: the whole life of names, and everything that goes wrong on the way.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::time::Duration;

use forestall_testkit::parsed;
use forestall_testkit::registry::{Domain, Ds, Fault, Host, Hostile, Registry, Settings, Verb};

use crate::support::{Home, Ran, words};

const BEFORE: &str = "2008-12-25T12:00:00Z";
const LATER: &str = "2008-12-25T13:00:00Z";
/// After the window (until 2009-01-03, margins included) and 30 days more.
const OVER: &str = "2009-02-10T12:00:00Z";

struct Scene {
    home: Home,
    registry: Registry,
    names: Vec<String>,
}

/// A case of one day with its names below `ws`, all asked for as `action`, and a registry for them.
fn scene(action: &str) -> Scene {
    let settings = Settings { now: parsed(BEFORE), zones: vec!["ws".to_owned()], ..Settings::default() };
    let registry = Registry::start(settings);
    for host in ["ns1.sink.example", "ns2.sink.example", "ns.bad.example"] {
        registry.put_host(Host::new(host, "registrar-b", registry.now()));
    }
    let home = Home::new();
    at(&home, BEFORE, "case open mine --campaign conficker-b --from 2009-01-01 --until 2009-01-02");
    at(&home, BEFORE, &format!("case request mine --tld ws --action {action}"));
    let list = at(&home, BEFORE, "publish --case mine --as plain --horizon --tld ws");
    let names: Vec<String> = list.lines().map(str::to_owned).collect();
    assert!(names.len() > 20, "{names:?}");
    let scene = Scene { home, registry, names };
    scene.accounts("");
    scene
}

#[track_caller]
fn at(home: &Home, now: &str, line: &str) -> String {
    let ran = home.run_at(now, line);
    assert_eq!(ran.status, 0, "{line}\n{}{}", ran.out, ran.err);
    ran.out
}

impl Scene {
    /// Writes the file of accounts, with more lines.
    fn accounts(&self, more: &str) {
        let [certificate, key] = Registry::client_identity().texts();
        self.home.write("client.pem", certificate);
        self.home.write("client.key", key);
        self.home.write("authority.pem", forestall_testkit::pem::armour("CERTIFICATE", Registry::authority()));
        self.home.write("password", format!("{}\n", Settings::PASSWORD));
        let text = format!(
            "[account.ws]\ntlds = [\"ws\"]\nserver = \"{}\"\nauthority_file = \"authority.pem\"\n\
             certificate_file = \"client.pem\"\nkey_file = \"client.key\"\nuser = \"{}\"\npassword_file = \"password\"\n\
             statuses = \"client\"\nname_servers = [\"ns1.sink.example\", \"ns2.sink.example\"]\nper_second = 1000\nrest_seconds = 0\n{more}",
            self.registry.address(),
            Settings::SINKHOLE
        );
        self.home.write("epp.toml", text);
    }

    fn run(&self, now: &str, line: &str) -> Ran {
        self.home.run_at(now, &format!("epp {line} --accounts epp.toml"))
    }

    #[track_caller]
    fn ok(&self, now: &str, line: &str) -> Ran {
        let ran = self.run(now, line);
        assert_eq!(ran.status, 0, "{line}\n{}{}", ran.out, ran.err);
        ran
    }

    #[track_caller]
    fn planned(&self, now: &str, rest: &str) -> usize {
        let ran = self.ok(now, &format!("plan --case mine --tld ws -o batch.jsonl {rest}"));
        assert!(ran.err.contains("nothing was sent"), "{}", ran.err);
        self.home.read("batch.jsonl").lines().count() - 1
    }

    /// Has two people approve the batch by what they are shown.
    #[track_caller]
    fn approved(&self, now: &str) {
        for person in ["Ada", "Ben"] {
            let shown = self.ok(now, "approve batch.jsonl").out;
            let line = shown.lines().last().unwrap();
            let (_, seen) = line.split_once("--by PERSON ").unwrap();
            self.ok(now, &format!("approve batch.jsonl --by {person} {seen}"));
        }
    }

    /// Returns the changes of the registry that are about names, sorted; none may stand there twice but updates.
    fn changes(&self) -> Vec<String> {
        let mut changes = self.registry.changes();
        changes.sort_unstable();
        changes
    }

    fn changes_of(&self, verb: &str) -> Vec<String> {
        self.changes()
            .into_iter()
            .filter_map(|change| change.strip_prefix(&format!("{verb} ")).map(str::to_owned))
            .collect()
    }
}

#[test]
fn names_live_from_the_check_to_the_deletion() {
    let scene = scene("register-sinkhole");
    let (reserved, taken) = (scene.names[3].clone(), scene.names[5].clone());
    scene.registry.reserve(&reserved, "Reserved");
    scene.registry.put(Domain::new(&taken, "registrar-b", scene.registry.now()));
    let free: Vec<String> = scene.names.iter().filter(|name| **name != reserved && **name != taken).cloned().collect();

    let checked = scene.ok(BEFORE, "check --case mine --tld ws").out;
    assert_eq!(checked.lines().filter(|line| line.contains("\tfree\t")).count(), free.len(), "{checked}");
    assert!(checked.contains(&format!("{reserved}\tnot free\t\tReserved")), "{checked}");
    let known = scene.ok(BEFORE, &format!("info {taken}")).out;
    assert!(known.contains("sponsor: registrar-b\n") && known.contains("name servers: none"), "{known}");

    assert_eq!(scene.planned(BEFORE, ""), 2 * scene.names.len(), "each name is created and locked");
    let dry = scene.ok(BEFORE, "run batch.jsonl");
    assert!(dry.err.contains("DRY RUN: nothing was sent"), "{}", dry.err);
    assert_eq!(dry.out.lines().filter(|line| line.ends_with("would be sent")).count(), free.len(), "{}", dry.out);
    let refused = scene.run(BEFORE, "run batch.jsonl --write");
    assert_eq!(refused.status, 1);
    assert!(refused.err.contains("is not approved by two different people"), "{}", refused.err);
    let wrong = format!("approve batch.jsonl --by Ada --count 1 --sha256 {}", "0".repeat(64));
    assert!(scene.run(BEFORE, &wrong).err.contains("nothing was approved"));
    assert!(scene.registry.changes().is_empty(), "until now everything only asked");

    let shown = scene.ok(BEFORE, "approve batch.jsonl").out;
    let whole = format!(
        "{}\tcreate for 1 y at ns1.sink.example, ns2.sink.example\tregister-sinkhole\tfree\tneeded until 2009-01-0",
        free[0]
    );
    assert!(shown.contains(&whole), "{shown}");
    scene.approved(BEFORE);
    let log = at(&scene.home, BEFORE, "case log mine");
    assert!(log.contains("decided"), "the approval stands in the case: {log}");
    let first = scene.run(BEFORE, "run batch.jsonl --write");
    assert_eq!(first.status, 1, "two names could not be had: {}", first.err);
    assert_eq!(scene.changes_of("create"), free, "{}", first.err);
    assert_eq!(scene.changes_of("update"), free);
    let domain = scene.registry.domain(&free[0]).unwrap();
    assert_eq!(domain.sponsor, Settings::SINKHOLE);
    assert!(
        domain.has("clientTransferProhibited") && domain.has("clientDeleteProhibited") && domain.password.is_empty()
    );

    // A second run asks nothing and does nothing.
    let changes = scene.changes();
    let again = scene.run(LATER, "run batch.jsonl --write");
    assert!(again.err.contains("0 sent"), "{}", again.err);
    assert_eq!(scene.changes(), changes);
    let states = at(&scene.home, LATER, "case names mine --tld ws --format csv");
    let of = |name: &str| states.lines().find(|line| line.contains(name)).unwrap().to_owned();
    assert!(
        of(&free[0]).contains("protected"),
        "answered, and seen with the sinkhole's name servers: {}",
        of(&free[0])
    );
    assert!(!of(&taken).contains("protected"), "{}", of(&taken));

    // Renewed where it ends too early, deleted where nobody needs it any more.
    let renewed = scene.ok(LATER, "plan --case mine --tld ws --renew");
    assert!(renewed.out.is_empty() && renewed.err.contains("do not end before"), "{}", renewed.err);
    scene.accounts("cool_down_days = 400\n");
    assert_eq!(scene.planned(LATER, "--renew"), free.len(), "kept for longer than they are registered");
    scene.approved(LATER);
    scene.ok(LATER, "run batch.jsonl --write");
    assert_eq!(scene.changes_of("renew"), free);
    assert_eq!(scene.registry.domain(&free[0]).unwrap().expires, parsed("2010-12-25T12:00:00Z"));
    let again = scene.ok("2008-12-25T14:00:00Z", "run batch.jsonl --write");
    assert!(again.err.contains("0 sent") && scene.changes_of("renew") == free, "{}", again.err);
    scene.accounts("");
    let early = scene.ok("2009-01-20T00:00:00Z", "plan --case mine --tld ws --delete");
    assert!(early.out.is_empty() && early.err.contains("whose window or cool-down is not over"), "{}", early.err);
    scene.registry.advance(47 * 86_400);
    assert_eq!(scene.planned(OVER, "--delete"), 2 * free.len());
    scene.approved(OVER);
    let deleted = scene.ok(OVER, "run batch.jsonl --write");
    assert_eq!(scene.changes_of("delete"), free, "{}", deleted.err);
    assert!(scene.registry.domain(&taken).is_some());
    let journal = at(&scene.home, OVER, "epp journal --account ws");
    assert_eq!(
        journal.lines().filter(|line| line.contains("\tdone\t1000\t") || line.contains("\tdone\t1001\t")).count(),
        5 * free.len(),
        "{journal}"
    );
    scene.registry.validate("epp::names_live_from_the_check_to_the_deletion");
}

#[test]
fn what_a_dry_run_found_out_is_kept_for_those_who_approve() {
    let scene = scene("register-sinkhole");
    let taken = scene.names[1].clone();
    scene.registry.put(Domain::new(&taken, "registrar-b", scene.registry.now()));
    let count = scene.planned(BEFORE, "");
    let digest = forestall_model::Digest::of(scene.home.read("batch.jsonl").as_bytes());
    let asked = scene.ok(BEFORE, "propose batch.jsonl --by Cleo");
    assert!(asked.err.contains("two approvals within 7 days are needed; nothing was sent"), "{}", asked.err);
    let listed = at(&scene.home, BEFORE, "epp list");
    assert!(listed.contains(&digest.to_string()) && listed.contains("NOT APPROVED"), "{listed}");

    let dry = scene.ok(BEFORE, "run batch.jsonl");
    let change = "  registration: not registered -> registered for 1 y\n  name servers: none -> ns1.sink.example, ns2.sink.example\n";
    assert_eq!(dry.out.matches(change).count(), scene.names.len() - 1, "{}", dry.out);
    let shown = at(&scene.home, BEFORE, &format!("epp show {digest}"));
    assert!(shown.contains(&format!("proposed {BEFORE} by Cleo")), "{shown}");
    assert_eq!(
        shown.matches("    registration: not registered -> registered for 1 y\n").count(),
        scene.names.len() - 1
    );
    assert!(shown.contains("dry run at") && shown.contains("\"registrar-b\" sponsors it"), "{shown}");
    at(&scene.home, BEFORE, &format!("epp show {digest} -o again.jsonl"));
    assert_eq!(scene.home.read("again.jsonl"), scene.home.read("batch.jsonl"));

    // By the digest alone, and where only people count who are signed in at the console.
    let wrong = scene.run(BEFORE, &format!("approve --by Ada --count 1 --sha256 {digest}"));
    assert!(wrong.err.contains("nothing was approved"), "{}", wrong.err);
    for person in ["Ada", "Ben"] {
        scene.ok(BEFORE, &format!("approve --by {person} --count {count} --sha256 {digest}"));
    }
    scene.accounts("approvals = \"signed-in\"\n");
    let refused = scene.run(BEFORE, "run batch.jsonl --write");
    let says = "is not approved by two different people with accounts of their own";
    assert!(refused.status == 1 && refused.err.contains(says), "{}", refused.err);
    scene.accounts("approvals = \"anybody\"\n");
    assert!(scene.run(BEFORE, "run batch.jsonl --write").err.contains("expected named or signed-in"));
    scene.accounts("");
    scene.run(BEFORE, "run batch.jsonl --write");
    assert_eq!(scene.changes_of("create").len(), scene.names.len() - 1);
}

/// Each command is cut off somewhere: before it arrives, and after it was carried out.
#[test]
fn nothing_is_done_twice_where_answers_do_not_come() {
    let scene = scene("register-sinkhole");
    scene.planned(BEFORE, "");
    scene.approved(BEFORE);
    for place in [1, 4, 9] {
        scene.registry.script(Fault::cut_after().on(Verb::Create).after(place));
        scene.registry.script(Fault::cut_before().on(Verb::Create).after(place + 1));
        scene.registry.script(Fault::cut_after().on(Verb::Update).after(place));
        scene.registry.script(Fault::hostile(Hostile::Cut).on(Verb::Update).after(place + 2));
    }
    let mut last = String::new();
    for _ in 0..20 {
        let ran = scene.run(&scene.registry.now().to_string(), "run batch.jsonl --write");
        scene.registry.advance(120);
        last = ran.err;
        if ran.status == 0 {
            break;
        }
    }
    assert_eq!(scene.changes_of("create"), scene.names, "{last}");
    assert_eq!(scene.changes_of("update"), scene.names, "{last}");
    let ids: Vec<String> =
        scene.registry.journal().into_iter().filter(|e| e.verb.is_write()).filter_map(|e| e.client_id).collect();
    let distinct: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(ids.len(), distinct.len(), "no identifier is used twice");
    scene.registry.validate("epp::nothing_is_done_twice_where_answers_do_not_come");
}

/// `rest_seconds = 0` is shorter than an answer may take: what is on its way must arrive first.
#[test]
fn a_frame_without_an_answer_is_left_alone_for_as_long_as_answers_may_take() {
    let scene = scene("register-hold");
    scene.planned(BEFORE, "");
    scene.approved(BEFORE);
    scene.registry.script(Fault::cut_after().on(Verb::Create));
    let ran = scene.run(BEFORE, "run batch.jsonl --write");
    assert!(ran.status == 1 && ran.err.contains("a frame has no answer"), "{}", ran.err);
    assert_eq!(scene.changes_of("update"), scene.names[1..], "{}", ran.err);
    let ran = scene.ok(LATER, "run batch.jsonl --write");
    assert_eq!(scene.changes_of("create"), scene.names, "{}", ran.err);
    assert_eq!(scene.changes_of("update"), scene.names, "{}", ran.err);
}

#[test]
fn a_run_that_was_killed_goes_on_where_it_stopped() {
    let scene = scene("register-hold");
    scene.planned(BEFORE, "");
    scene.approved(BEFORE);
    scene.registry.script(Fault::hostile(Hostile::Silence).on(Verb::Create).after(6));
    let mut command = scene.home.program();
    command.args(words("epp run batch.jsonl --write --accounts epp.toml")).args(["--now", BEFORE]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let created = || scene.registry.journal().iter().filter(|entry| entry.verb == Verb::Create).count();
    for _ in 0..600 {
        if created() == 7 {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(created(), 7, "the seventh was carried out, and nobody was told");
    let ran = scene.ok(LATER, "run batch.jsonl --write");
    assert_eq!(scene.changes_of("create"), scene.names, "{}", ran.err);
    assert!(ran.out.contains("no answer came; the registry shows that it was done"), "{}", ran.out);
}

#[test]
fn the_switch_the_cap_and_the_registry_stop_a_run() {
    let scene = scene("register-hold");
    scene.planned(BEFORE, "");
    scene.approved(BEFORE);
    at(&scene.home, BEFORE, "epp stop 'the wrong list' --by Ada");
    let stopped = scene.run(BEFORE, "run batch.jsonl --write");
    assert!(
        stopped.status == 1 && stopped.err.contains("Ada stopped it") && stopped.err.contains("the wrong list"),
        "{}",
        stopped.err
    );
    assert!(scene.registry.changes().is_empty());
    at(&scene.home, BEFORE, "epp go");
    scene.accounts("per_day = 3\n");
    let capped = scene.run(BEFORE, "run batch.jsonl --write");
    assert!(capped.err.contains("may send 3 a day"), "{}", capped.err);
    assert_eq!(scene.registry.changes().len(), 3);
    scene.accounts("per_day = 1000\n");
    for (minute, code, says) in [
        (10, 2400, "does not say whether it changed anything"),
        (20, 2104, "not enough money"),
        (30, 2502, "too many sessions"),
    ] {
        scene.registry.script(Fault::refuse(code).on(Verb::Create));
        let ran = scene.run(&format!("2008-12-25T13:{minute}:00Z"), "run batch.jsonl --write");
        assert!(
            ran.status == 1 && ran.err.contains(&code.to_string()) && ran.err.contains(says),
            "{code}: {}",
            ran.err
        );
    }
    scene.registry.script(Fault::refuse(2306).on(Verb::Create).times(5));
    let ran = scene.run("2008-12-25T14:00:00Z", "run batch.jsonl --write");
    assert!(
        ran.err.contains("2306: the registry's policy forbids it"),
        "five in a row are about the account: {}",
        ran.err
    );
}

#[test]
fn a_price_is_agreed_to_and_none_above_the_limit() {
    let scene = scene("register-hold");
    let dear = scene.names[0].clone();
    scene.registry.price(&dear, forestall_testkit::registry::Prices::premium(250_000));
    scene.accounts("most_price = \"25.00 USD\"\n");
    let checked = scene.ok(BEFORE, &format!("check {dear} {}", scene.names[1])).out;
    assert!(checked.contains("2500.00 USD (premium)") && checked.contains("10.00 USD (standard)"), "{checked}");
    scene.planned(BEFORE, "");
    scene.approved(BEFORE);
    let ran = scene.run(BEFORE, "run batch.jsonl --write");
    assert!(ran.out.contains("it costs 2500.00 USD, and the account pays 25.00 USD at most"), "{}", ran.out);
    assert_eq!(scene.changes_of("create"), scene.names[1..]);
    scene.registry.validate("epp::a_price_is_agreed_to_and_none_above_the_limit");
}

#[test]
fn what_is_pending_is_settled_by_a_message() {
    let scene = scene("register-hold");
    scene.planned(BEFORE, "");
    scene.approved(BEFORE);
    scene.registry.script(Fault::pend());
    let ran = scene.run(BEFORE, "run batch.jsonl --write");
    assert!(ran.err.contains("1 pending"), "{}", ran.err);
    let pending = scene.names[0].clone();
    assert_eq!(scene.changes_of("update"), scene.names[1..], "what is pending is not changed");
    scene.registry.decide(&pending, true);
    scene.registry.queue(Settings::SINKHOLE, "Maintenance on Sunday");
    let shown = scene.ok(LATER, "poll");
    assert!(shown.err.contains("messages in the queue: 2"), "{}", shown.err);
    let taken = scene.ok(LATER, "poll --take");
    assert!(
        taken.err.contains(&format!("create of {pending} is done")) && taken.out.contains("Maintenance on Sunday"),
        "{taken:?}"
    );
    assert!(scene.registry.waiting(Settings::SINKHOLE).is_empty());
    scene.ok("2008-12-25T14:00:00Z", "run batch.jsonl --write");
    assert_eq!(scene.changes_of("update"), scene.names);
}

#[test]
fn accounts_are_told_wrong_by_their_key() {
    let scene = scene("register-hold");
    let name = &scene.names[0];
    for (more, says) in [
        ("most_price = \"ten\"\n", "most_price"),
        ("cooldown = 3\n", "cooldown"),
        ("password = \"pine-tree-2009\"\n", "unknown field `password`"),
        ("years = 11\n", "years"),
    ] {
        scene.accounts(more);
        let ran = scene.run(BEFORE, &format!("check {name}"));
        assert!(ran.status == 2 && ran.err.contains("epp.toml") && ran.err.contains(says), "{more}: {}", ran.err);
        assert!(!ran.err.contains(Settings::PASSWORD), "{}", ran.err);
    }
    scene.accounts("");
    scene.home.write("password", "short");
    assert!(scene.run(BEFORE, &format!("check {name}")).err.contains("6 to 16 characters"));
    let other = scene.run(BEFORE, "check abcd.com");
    assert!(other.status == 2 && other.err.contains("no account is for this top-level domain"), "{}", other.err);
}

/// What was learned of a name that somebody registered days ago.
fn dossier(name: &str) -> String {
    format!(
        r#"{{"dossier":{{"name":"{name}","presence":[{{"method":"dns","source":"192.0.2.53:53","at":"2008-12-25T11:00:00Z","fact":{{"existence":"delegated","name_servers":["ns.bad.example"]}}}}],"registration":[{{"method":"rdap","source":"https://rdap.example/","at":"2008-12-25T11:00:00Z","fact":{{"state":"registered","created":"2008-12-20T00:00:00Z","registrar":{{"name":"Example Registrar","iana_id":9999}},"name_servers":["ns.bad.example"]}}}}]}},"circumstances":{{"at":"2008-12-25T11:00:00Z"}}}}
"#
    )
}

#[test]
fn what_others_hold_is_changed_under_a_ruling_that_stands_and_not_without() {
    let scene = scene("register-hold");
    // The registry's own account, which may change what registrars sponsor.
    let accounts = scene.home.read("epp.toml");
    let accounts = accounts.replace(Settings::SINKHOLE, Settings::OPERATOR).replace("\"client\"", "\"server\"");
    scene.home.write("epp.toml", accounts);
    let [suspended, locked, redirected, appealed, unruled] =
        std::array::from_fn(|index| scene.names[2 * index].clone());
    let held = [&suspended, &locked, &redirected, &appealed, &unruled];
    for name in held {
        let mut domain = Domain::new(name, "registrar-b", scene.registry.now()).with_name_servers(&["ns.bad.example"]);
        domain.ds = vec![Ds { key_tag: 7, algorithm: 13, digest_type: 2, digest: "AB".repeat(32) }];
        scene.registry.put(domain);
    }
    scene.home.write("evidence.jsonl", held.map(|name| dossier(name)).concat());
    let vetted = scene.home.run_at(BEFORE, "case vet mine --evidence evidence.jsonl");
    assert_eq!(vetted.status, 1, "five wait for a person: {}", vetted.err);
    let before = scene.ok(BEFORE, "plan --case mine --tld ws -o batch.jsonl");
    let planned = |scene: &Scene, name: &str| scene.home.read("batch.jsonl").lines().any(|line| line.contains(name));
    assert!(held.iter().all(|name| !planned(&scene, name)), "nobody has ruled: {}", before.err);
    let rule = |name: &str, action: &str| {
        let line = format!("case rule mine {name} --as act --action {action} --reason botnet --evidence 'the dossier'");
        let without = scene.home.run_at(BEFORE, &line);
        assert!(without.status == 1 && without.err.contains("legal basis"), "{}", without.err);
        at(&scene.home, BEFORE, &format!("{line} --legal-basis 'order 17 of the court'"));
    };
    rule(&suspended, "suspend");
    rule(&locked, "lock");
    rule(&redirected, "redirect-ns");
    rule(&appealed, "suspend");
    scene.ok(BEFORE, "plan --case mine --tld ws -o batch.jsonl");
    assert!([&suspended, &locked, &redirected, &appealed].iter().all(|name| planned(&scene, name)));
    assert!(!planned(&scene, &unruled));
    scene.approved(BEFORE);
    // A ruling that does not stand any more orders nothing, whoever approved.
    at(&scene.home, BEFORE, &format!("case appeal mine {appealed} --contact 'holder@example' --proof 'a TXT record'"));
    let ran = scene.run(BEFORE, "run batch.jsonl --write");
    assert_eq!(ran.status, 1, "one is left: {}{}", ran.out, ran.err);

    let of = |name: &str| scene.registry.domain(name).unwrap();
    let servers = |domain: &Domain| domain.name_servers.iter().map(|server| server.name.clone()).collect::<Vec<_>>();
    assert!(of(&suspended).has("serverHold"), "{:?}", of(&suspended).statuses);
    for status in ["serverUpdateProhibited", "serverTransferProhibited", "serverDeleteProhibited"] {
        assert!(of(&locked).has(status), "{:?}", of(&locked).statuses);
    }
    assert_eq!(servers(&of(&redirected)), ["ns1.sink.example", "ns2.sink.example"]);
    assert!(of(&redirected).ds.is_empty(), "a sinkhole cannot sign for the holder's key");
    for left in [&appealed, &unruled] {
        let domain = of(left);
        assert!(domain.statuses.is_empty() && servers(&domain) == ["ns.bad.example"] && domain.ds.len() == 1, "{left}");
        assert_eq!(domain.updated, None);
    }
    assert!(held.iter().all(|name| of(name).sponsor == "registrar-b"), "nothing changed hands");

    // What came of it is on record: answers, and what the registry shows.
    let states = at(&scene.home, LATER, "case names mine --tld ws --format csv");
    let row = |name: &str| states.lines().find(|row| row.contains(name)).unwrap();
    for name in [&suspended, &redirected] {
        assert!(row(name).contains("protected"), "{}", row(name));
    }
    // What is locked keeps its name servers, and nothing seen from outside says of it more than the registry does.
    assert!(row(&locked).contains("lock,done,claimed,other-name-servers"), "{}", row(&locked));
    // Once is enough.
    let changes = scene.changes();
    scene.run(LATER, "run batch.jsonl --write");
    assert_eq!(scene.changes(), changes);
    scene.registry.validate("epp::what_others_hold_is_changed_under_a_ruling_that_stands_and_not_without");
}

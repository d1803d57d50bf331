// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The desk: acts on real cases over a real store, with the lists of the real generators.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use forestall_coord::event::CaseKind;
use forestall_coord::{Level, Refusal, Standing};
use forestall_dga::Catalogue;
use forestall_formats::feed::Settings;
use forestall_formats::{Form, answers, evidence, plain};
use forestall_hub::desk::{
    Act, AnswerFile, AskRegistry, CaseFile, CheckDns, CheckZone, DaysAnswer, Desk, DeskError, OpenCase, Publish,
    PublishSpan, SignedList,
};
use forestall_hub::quickstart;
use forestall_model::{
    Action, AnswerResult, Audience, CaseId, DayRange, DomainName, Marking, NameClass, Tld, Tlp, UtcDay,
};
use forestall_testkit::nsd::Nsd;
use forestall_testkit::{parsed, skip};

/// A desk over a store of its own, and a case of B alone over the first ten days of April 2009.
struct Bench {
    desk: Desk,
    case: CaseId,
    folder: tempfile::TempDir,
}

const NOW: &str = "2009-03-25T09:00:00Z";

fn act() -> Act {
    Act::new(parsed("Ada Coordinator"), parsed(NOW))
}

fn day(text: &str) -> UtcDay {
    parsed(text)
}

fn tld(text: &str) -> Tld {
    parsed(text)
}

async fn bench(campaigns: &[&str]) -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let desk = crate::place::desk(folder.path(), Catalogue::built_in()).await.unwrap();
    let case: CaseId = parsed("trial");
    let ask = OpenCase {
        id: case.clone(),
        title: "Trial".to_owned(),
        kind: CaseKind::Live,
        campaigns: campaigns.iter().map(|c| c.parse().unwrap()).collect(),
        horizon: DayRange { from: day("2009-04-01"), until: day("2009-04-11") },
        board_day: None,
        marking: Marking::DEFAULT,
        name_servers: vec![parsed("ns1.sinkhole.example"), parsed("ns2.sinkhole.example")],
        guard_override: None,
        four_eyes: false,
        ahead: None,
    };
    desk.keep_server_evidence(&forestall_testkit::guard::safe(&ask.name_servers, act().now), act().now).await.unwrap();
    desk.open_case(&act(), ask).await.unwrap();
    Bench { desk, case, folder }
}

impl Bench {
    async fn file(&self) -> CaseFile {
        self.desk.file(&self.case).await.unwrap()
    }

    async fn published(&self, form: Form, tld_text: &str, span: PublishSpan) -> Vec<u8> {
        let ask = Publish {
            form,
            tld: Some(tld(tld_text)),
            span,
            audience: Audience::Recipient,
            now: parsed(NOW),
            settings: Settings::default(),
        };
        let mut out = Vec::new();
        self.desk.publish(&self.file().await, &ask, &mut out).unwrap();
        out
    }

    async fn answer(&self, tld_text: &str, action: Action, result: AnswerResult) -> Result<(), DeskError> {
        let answer = DaysAnswer { tld: tld(tld_text), days: None, campaigns: Vec::new(), action, result };
        self.desk.answer_days(&self.case, &act(), answer).await.map(drop)
    }

    async fn coverage(&self, tld_text: &str, level: Level) -> f64 {
        let file = self.file().await;
        let board = file.board();
        board.slice_total(&tld(tld_text), file.case.horizon).coverage(level)
    }
}

fn is(value: f64, expected: f64) -> bool {
    (value - expected).abs() < 1e-12
}

#[tokio::test]
async fn counts_every_name_once_and_cuts_a_slice_for_each_domain() {
    let bench = bench(&["conficker-b"]).await;
    let file = bench.file().await;
    let slices: Vec<&str> = file.case.slices.keys().map(Tld::as_str).collect();
    assert_eq!(slices, ["biz", "cc", "cn", "com", "info", "net", "org", "ws"]);
    let board = file.board();
    let total = board.total(file.case.horizon);
    assert_eq!(total.names, 2_500);
    let by_slice: u32 = board.slices().map(|(t, _)| board.slice_total(t, file.case.horizon).names).sum();
    assert_eq!(by_slice, 2_500);
    // A second desk over the same folder takes the counts from the cache and gets the same.
    let again =
        crate::place::desk(bench.folder.path(), Catalogue::built_in()).await.unwrap().file(&bench.case).await.unwrap();
    assert_eq!(again.counts, file.counts);
    bench.desk.store().forget_counts().await.unwrap();
    let computed =
        crate::place::desk(bench.folder.path(), Catalogue::built_in()).await.unwrap().file(&bench.case).await.unwrap();
    assert_eq!(computed.counts, file.counts);
}

#[tokio::test]
async fn the_list_of_the_day_before_the_first_belongs_to_the_case() {
    let folder = tempfile::tempdir().unwrap();
    let desk = crate::place::desk(folder.path(), Catalogue::built_in()).await.unwrap();
    let ask = OpenCase {
        id: parsed("eve"),
        title: "Eve of the first of April".to_owned(),
        kind: CaseKind::Live,
        campaigns: vec!["conficker-c".parse().unwrap()],
        horizon: DayRange { from: day("2009-03-25"), until: day("2009-04-02") },
        board_day: None,
        marking: Marking::DEFAULT,
        name_servers: Vec::new(),
        guard_override: None,
        four_eyes: false,
        ahead: None,
    };
    let file = desk.open_case(&act(), ask).await.unwrap();
    let days: Vec<String> = file.board().variants()[0].periods.iter().map(|p| p.day.to_string()).collect();
    assert_eq!(days, ["2009-03-31", "2009-04-01"], "bots ahead of UTC asked for the list of 31 March");
    assert!(file.case.holds_unverified());
}

#[tokio::test]
async fn an_answer_is_a_claim_and_a_look_from_outside_proves_it() {
    let bench = bench(&["conficker-b"]).await;
    bench.answer("cc", Action::RegisterSinkhole, AnswerResult::Done).await.unwrap();
    assert!(is(bench.coverage("cc", Level::Claimed).await, 1.0));
    assert!(is(bench.coverage("cc", Level::Observed).await, 0.0));

    let file = bench.file().await;
    let on = day("2009-04-02");
    let names = bench.desk.listing(&file, &tld("cc"), 0, on.start().seconds()).unwrap().names.clone();
    let mut zone =
        String::from("$ORIGIN cc.\n@ 3600 IN SOA ns.nic.cc. host.nic.cc. 1 7200 3600 86400 300\n@ IN NS ns.nic.cc.\n");
    let (foreign, sinkholed) = names.split_first().unwrap();
    zone.push_str(&format!("{foreign}. IN NS ns1.parking.example.\n"));
    for name in sinkholed {
        zone.push_str(&format!("{name}. IN NS ns1.sinkhole.example.\n{name}. IN NS ns2.sinkhole.example.\n"));
    }
    let check = CheckZone { on, vantage: "cc.zone of the test".to_owned(), origin: None };
    let report = bench.desk.check_zone(&bench.case, &act(), check, zone.as_bytes(), |_| {}).await.unwrap();
    assert_eq!(report.names, names.len());
    assert!(report.warning.is_some(), "the zone does not end with its SOA");

    let file = bench.file().await;
    let board = file.board();
    let cell = board.slice(&tld("cc")).iter().find(|c| c.day == on).unwrap();
    assert_eq!(cell.tally.observed as usize, sinkholed.len());
    assert_eq!(cell.tally.mismatch, 1);
    let states = board.name_states(&tld("cc"), 0, on.start().seconds(), parsed(NOW));
    assert_eq!(states[0].standing, Standing::Mismatch);
    assert!(states[1..].iter().all(|state| state.standing == Standing::Protected));
    // Other days were not looked at: a claim there is still a claim.
    let other = board.slice(&tld("cc")).iter().find(|c| c.day == day("2009-04-03")).unwrap();
    assert_eq!((other.tally.claimed, other.tally.observed), (other.tally.names, 0));
}

#[tokio::test]
async fn a_zone_cut_in_the_middle_leaves_no_evidence() {
    let bench = bench(&["conficker-b"]).await;
    let zone = "$ORIGIN cc.\n@ 3600 IN SOA ns.nic.cc. host.nic.cc. (1 7200 3600";
    let check = CheckZone { on: day("2009-04-02"), vantage: "cut".to_owned(), origin: None };
    let error = bench.desk.check_zone(&bench.case, &act(), check, zone.as_bytes(), |_| {}).await.unwrap_err();
    assert!(matches!(error, DeskError::Input(_)) && error.to_string().contains("line 2"), "{error}");
    assert_eq!(bench.file().await.case.version, 1);
}

#[tokio::test]
async fn asks_a_real_name_server_and_keeps_one_sweep() {
    let bench = bench(&["conficker-b"]).await;
    let file = bench.file().await;
    let on = day("2009-04-05");
    let names = bench.desk.listing(&file, &tld("ws"), 0, on.start().seconds()).unwrap().names.clone();
    let mut zone = String::from(
        "$ORIGIN ws.\n@ 3600 IN SOA ns.nic.ws. host.nic.ws. 1 7200 3600 86400 300\n@ IN NS ns.nic.ws.\nns.nic IN A 127.0.0.1\n",
    );
    let half = names.len() / 2;
    for name in &names[..half] {
        zone.push_str(&format!("{name}. IN NS ns1.sinkhole.example.\n"));
    }
    let Some(server) = Nsd::start("asks_a_real_name_server_and_keeps_one_sweep", &[("ws", &zone)]) else { return };
    let check =
        CheckDns { on, tlds: vec![tld("ws")], server: server.address(), per_second: Some(5_000), concurrency: None };
    let report = bench.desk.check_dns(&bench.case, &act(), check, |_| {}).await.unwrap();
    assert_eq!(report.stored.event.version, 2);
    let file = bench.file().await;
    let board = file.board();
    let cell = board.slice(&tld("ws")).iter().find(|c| c.day == on).unwrap();
    assert_eq!(cell.tally.observed as usize, half);
    assert_eq!(cell.tally.looked as usize, names.len());
}

#[tokio::test]
async fn takes_a_registrys_file_line_by_line_all_or_nothing() {
    let bench = bench(&["conficker-b"]).await;
    let sent = String::from_utf8(bench.published(Form::Csv, "cn", PublishSpan::Horizon).await).unwrap();
    let mut lines = sent.lines();
    let header = lines.next().unwrap();
    let rows: Vec<&str> = lines.collect();
    let mut back = format!("{header},result\n");
    for (i, row) in rows.iter().enumerate() {
        let result = match i {
            0 => "refused",
            1 | 2 => "already-held",
            _ => "done",
        };
        back.push_str(&format!("{row},{result}\n"));
    }
    let file = |text: &str| AnswerFile {
        tld: tld("cn"),
        action: Action::Reserve,
        lines: answers::read(text.as_bytes()).unwrap(),
    };
    let stored = bench.desk.answer_file(&bench.case, &act(), file(&back)).await.unwrap();
    assert_eq!(stored.len(), 3, "one event for each result");
    let case = bench.file().await;
    let total = case.board().slice_total(&tld("cn"), case.case.horizon);
    assert_eq!((total.claimed, total.refused), (total.names - 1, 1));

    let version = bench.file().await.case.version;
    let foreign = format!("{header},result\n{},done\n{},done\n", rows[0], rows[1].replacen(".cn,", "x.cn,", 1));
    let error = bench.desk.answer_file(&bench.case, &act(), file(&foreign)).await.unwrap_err();
    assert!(error.to_string().starts_with("line 3: "), "{error}");
    assert_eq!(bench.file().await.case.version, version, "nothing was applied");
}

#[tokio::test]
async fn takes_a_plain_list_of_the_names_done() {
    let bench = bench(&["conficker-b"]).await;
    let list = bench.published(Form::Plain, "org", PublishSpan::Day(day("2009-04-04"))).await;
    let names = plain::read(list.as_slice()).unwrap();
    let count = names.len();
    bench.desk.answer_names(&bench.case, &act(), tld("org"), Action::Reserve, AnswerResult::Done, names).await.unwrap();
    let file = bench.file().await;
    assert_eq!(file.board().slice_total(&tld("org"), file.case.horizon).claimed as usize, count);
    let foreign = vec![parsed::<DomainName>("example.org")];
    let error = bench
        .desk
        .answer_names(&bench.case, &act(), tld("org"), Action::Reserve, AnswerResult::Done, foreign)
        .await
        .unwrap_err();
    assert!(matches!(&error, DeskError::NotInCase(names) if names.len() == 1), "{error}");
}

#[tokio::test]
async fn a_signed_list_attests_only_where_it_is_ours() {
    let bench = bench(&["conficker-b"]).await;
    let Some(minisign) = skip::needs("a_signed_list_attests_only_where_it_is_ours", "minisign") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let run = |arguments: &[&str]| {
        let output = Command::new(&minisign).args(arguments).current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    run(&["-G", "-W", "-p", "key.pub", "-s", "key.sec"]);
    let list = bench.published(Form::Plain, "info", PublishSpan::Horizon).await;
    fs::write(path("list"), &list).unwrap();
    run(&["-S", "-s", "key.sec", "-m", "list"]);
    let key = fs::read_to_string(path("key.pub")).unwrap().lines().nth(1).unwrap().to_owned();
    let signature = fs::read_to_string(path("list.minisig")).unwrap();
    let answer = || DaysAnswer {
        tld: tld("info"),
        days: None,
        campaigns: Vec::new(),
        action: Action::Reserve,
        result: AnswerResult::Done,
    };
    let signed = SignedList { list: list.clone(), signature: signature.clone(), key: key.clone() };

    let forged = SignedList { list: [list.as_slice(), b"x.info\n"].concat(), ..signed.clone() };
    let error = bench.desk.answer_signed(&bench.case, &act(), answer(), &forged).await.unwrap_err();
    assert!(error.to_string().contains("not by this key"), "{error}");

    let elsewhere = DaysAnswer { days: Some(DayRange::one(day("2009-04-01"))), ..answer() };
    let error = bench.desk.answer_signed(&bench.case, &act(), elsewhere, &signed).await.unwrap_err();
    assert!(matches!(error, DeskError::Refused(Refusal::DigestDiffers { .. })), "{error}");
    assert_eq!(bench.file().await.case.version, 1);

    bench.desk.answer_signed(&bench.case, &act(), answer(), &signed).await.unwrap();
    assert!(is(bench.coverage("info", Level::Attested).await, 1.0));
    assert!(is(bench.coverage("info", Level::Observed).await, 0.0));
}

#[tokio::test]
async fn evidence_of_a_file_counts_by_the_table_of_proof() {
    let bench = bench(&["conficker-b"]).await;
    bench.answer("net", Action::Reserve, AnswerResult::Done).await.unwrap();
    let file = bench.file().await;
    let names = bench.desk.listing(&file, &tld("net"), 0, day("2009-04-01").start().seconds()).unwrap().names.clone();
    let table = format!(
        "name,method,sight,at,name_servers,source\n{},rdap,reserved,2009-03-24T00:00:00Z,,test\n{},dns,nxdomain,2009-03-24T00:00:00Z,,test\n",
        names[0], names[1]
    );
    let rows = evidence::read(table.as_bytes()).unwrap();
    bench.desk.import_evidence(&bench.case, &act(), rows).await.unwrap();
    let file = bench.file().await;
    let states = file.board().name_states(&tld("net"), 0, day("2009-04-01").start().seconds(), parsed(NOW));
    assert_eq!(states[0].standing, Standing::Protected);
    assert_eq!(states[1].standing, Standing::Claimed, "a free name answers NXDOMAIN as well");
}

#[tokio::test]
async fn an_excluded_name_is_on_no_list_and_outside_the_denominator() {
    let folder = tempfile::tempdir().unwrap();
    let desk = crate::place::desk(folder.path(), Catalogue::built_in()).await.unwrap();
    let quick = quickstart::open_cases(&desk, &act_today(), day("2026-11-23"), |_| {}).await.unwrap();
    let file = &quick.reconstruction;
    assert_eq!(file.case.exclusions.len(), 4);
    let board = file.board();
    let total = board.slice_total(&tld("com"), DayRange::one(day("2009-03-13")));
    assert_eq!((total.held, total.registrable()), (1, total.names - 1));
    for (on, slice, name) in [
        ("2009-03-08", "com", "jogli.com"),
        ("2009-03-13", "com", "wnsux.com"),
        ("2009-03-18", "com", "qhflh.com"),
        ("2009-03-31", "org", "praat.org"),
    ] {
        let ask = Publish {
            form: Form::Plain,
            tld: Some(tld(slice)),
            span: PublishSpan::Lists(DayRange::one(day(on))),
            audience: Audience::Public,
            now: parsed("2026-11-23T12:00:00Z"),
            settings: Settings::default(),
        };
        let mut out = Vec::new();
        desk.publish(file, &ask, &mut out).unwrap();
        let published: BTreeSet<&str> = std::str::from_utf8(&out).unwrap().lines().collect();
        assert!(!published.contains(name) && published.len() > 10, "{name} is on the list of {on}");
    }
}

fn act_today() -> Act {
    Act::new(parsed("Ada Coordinator"), parsed("2026-11-23T12:00:00Z"))
}

#[tokio::test]
async fn quickstart_twice_is_quickstart_once() {
    let folder = tempfile::tempdir().unwrap();
    let desk = crate::place::desk(folder.path(), Catalogue::built_in()).await.unwrap();
    let first = quickstart::open_cases(&desk, &act_today(), day("2026-11-23"), |_| {}).await.unwrap();
    let second = quickstart::open_cases(&desk, &act_today(), day("2026-11-24"), |_| {}).await.unwrap();
    assert!(first.opened && !second.opened);
    assert_eq!(first.live.case.version, second.live.case.version);
    assert_eq!(first.reconstruction.case.version, second.reconstruction.case.version);
    let summary = quickstart::summary(&first.live);
    let names: Vec<u64> = summary.variants.iter().map(|v| v.names).collect();
    assert_eq!((names[0], names[1]), (22_500, 22_500));
    assert!((4_499_000..=4_500_000).contains(&names[2]), "{names:?}");
    assert_eq!(summary.slices, 117);
    assert!(desk.store().verify().await.unwrap().is_empty());
}

#[tokio::test]
async fn the_reconstruction_shows_the_first_of_april_and_what_was_answered() {
    let folder = tempfile::tempdir().unwrap();
    let desk = crate::place::desk(folder.path(), Catalogue::built_in()).await.unwrap();
    let quick = quickstart::open_cases(&desk, &act_today(), day("2026-11-23"), |_| {}).await.unwrap();
    let file = quick.reconstruction;
    assert_eq!(file.day(day("2026-11-23")), day("2009-03-31"));
    let board = file.board();
    let on = |text: &str| board.total(DayRange::one(day(text))).names;
    assert_eq!((on("2008-12-01"), on("2009-02-01"), on("2009-03-30")), (250, 500, 500));
    assert!(on("2009-04-01") > 50_000);
    // CIRA claims .ca; Nominet refers new registrations of .uk to a person, which protects no name by itself.
    let april = DayRange::one(day("2009-04-01"));
    assert!(is(board.slice_total(&tld("ca"), april).coverage(Level::Claimed), 1.0));
    assert!(is(board.slice_total(&tld("ca"), april).coverage(Level::Observed), 0.0));
    assert!(is(board.slice_total(&tld("uk"), april).coverage(Level::Claimed), 0.0));
    // Every event but the opening says where it was learned.
    let log = desk.log(Some(&file.case.id), 0, 1_000).await.unwrap();
    assert!(log.iter().skip(1).all(|entry| entry.event.source.is_some()));
    assert!(log.len() > 15);
}

#[tokio::test]
async fn publishing_gives_the_same_bytes_and_keeps_to_the_audience() {
    let bench = bench(&["conficker-b"]).await;
    let span = PublishSpan::Day(day("2009-04-05"));
    let first = bench.published(Form::Csv, "biz", span).await;
    assert_eq!(first, bench.published(Form::Csv, "biz", span).await);
    // The guard window of a day's names reaches over the day before and the day after.
    let text = String::from_utf8(first).unwrap();
    for from in ["2009-04-04T", "2009-04-05T", "2009-04-06T"] {
        assert!(text.contains(from), "{from}");
    }
    assert!(!text.contains("2009-04-03T00:00:00Z,2009-04-04") && !text.contains("2009-04-07T00:00:00Z,2009-04-08"));
    let ask = Publish {
        form: Form::Csv,
        tld: None,
        span,
        audience: Audience::Community,
        now: parsed(NOW),
        settings: Settings::default(),
    };
    let refused = bench.desk.publish(&bench.file().await, &ask, &mut Vec::new()).unwrap_err();
    assert!(matches!(refused, DeskError::Withheld(withheld) if withheld.tlp == Tlp::AmberStrict));
}

#[tokio::test]
async fn an_unverified_campaign_is_only_watched_unless_two_people_say_otherwise() {
    let bench = bench(&["conficker-c"]).await;
    let ask = |action| AskRegistry {
        tld: tld("be"),
        days: None,
        campaigns: Vec::new(),
        action,
        fallback: None,
        legal_basis: None,
        override_by: None,
    };
    let refused = bench.desk.request(&bench.case, &act(), ask(Action::Reserve)).await.unwrap_err();
    assert!(matches!(refused, DeskError::Refused(Refusal::Unverified { .. })), "{refused}");
    bench.desk.request(&bench.case, &act(), ask(Action::Monitor)).await.unwrap();
    let list = String::from_utf8(bench.published(Form::Csv, "be", PublishSpan::Day(day("2009-04-05"))).await).unwrap();
    assert!(list.lines().skip(1).all(|line| line.contains(",unverified,") && line.contains(",monitor,")));
}

#[tokio::test]
async fn both_sines_can_be_protected_together() {
    // 28 April 2009 is one of the days on which a precise sine gives other names of A than the processor's.
    let folder = tempfile::tempdir().unwrap();
    let desk = crate::place::desk(folder.path(), Catalogue::built_in()).await.unwrap();
    let ask = OpenCase {
        id: parsed("union"),
        title: "Both sines".to_owned(),
        kind: CaseKind::Live,
        campaigns: vec!["conficker-a".parse().unwrap(), "conficker-a:sine=exact".parse().unwrap()],
        horizon: DayRange::one(day("2009-04-28")),
        board_day: None,
        marking: Marking::DEFAULT,
        name_servers: Vec::new(),
        guard_override: None,
        four_eyes: false,
        ahead: None,
    };
    let file = desk.open_case(&act(), ask).await.unwrap();
    assert_eq!(file.case.campaigns[1].id.as_str(), "conficker-a.sine-exact");
    let publish = Publish {
        form: Form::Plain,
        tld: None,
        span: PublishSpan::Horizon,
        audience: Audience::Recipient,
        now: parsed(NOW),
        settings: Settings::default(),
    };
    let mut union = Vec::new();
    desk.publish(&file, &publish, &mut union).unwrap();
    let union = union.split(|b| *b == b'\n').filter(|name| !name.is_empty()).count();
    assert!(union > 250 && union <= 500, "{union}");
}

#[tokio::test]
async fn unknown_things_are_named() {
    let bench = bench(&["conficker-b"]).await;
    let missing = bench.desk.file(&parsed("no-such")).await.unwrap_err();
    assert!(missing.to_string().contains("no-such"), "{missing}");
    let outside = bench.answer("be", Action::Reserve, AnswerResult::Done).await.unwrap_err();
    assert!(matches!(outside, DeskError::Refused(Refusal::UnknownSlice { .. })), "{outside}");
    let name: DomainName = parsed("example.com");
    let reason = "not there".to_owned();
    let foreign = bench.desk.exclude(&bench.case, &act(), name, NameClass::RegisteredBenign, reason).await.unwrap_err();
    assert!(foreign.to_string().contains("example.com"), "{foreign}");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("directory.csv"), "tld,field,value,source,date\nbe,minimum-length,many,x,\n").unwrap();
    let broken = crate::place::desk(folder.path(), Catalogue::built_in()).await.unwrap_err();
    assert!(broken.to_string().contains("line 2"), "{broken}");
}

#[tokio::test]
async fn an_operators_rule_takes_names_out_of_the_denominator() {
    let folder = tempfile::tempdir().unwrap();
    let table = "tld,field,value,source,date\ncc,minimum-length,7,a letter of the registry,2026-11-01\n";
    fs::write(folder.path().join("directory.csv"), table).unwrap();
    let desk = crate::place::desk(folder.path(), Catalogue::built_in()).await.unwrap();
    let file = open_day(&desk).await;
    let total = file.board().slice_total(&tld("cc"), file.case.horizon);
    let names = desk.listing(&file, &tld("cc"), 0, day("2009-04-01").start().seconds()).unwrap().names.clone();
    let short = names.iter().filter(|name| name.as_str().len() < "1234567.cc".len()).count();
    assert!(short > 0);
    assert_eq!(total.not_registrable as usize, short);
    assert_eq!(total.registrable() as usize, names.len() - short);
}

async fn open_day(desk: &Desk) -> CaseFile {
    let ask = OpenCase {
        id: parsed("one-day"),
        title: "One day".to_owned(),
        kind: CaseKind::Live,
        campaigns: vec!["conficker-b".parse().unwrap()],
        horizon: DayRange::one(day("2009-04-01")),
        board_day: None,
        marking: Marking::DEFAULT,
        name_servers: Vec::new(),
        guard_override: None,
        four_eyes: false,
        ahead: None,
    };
    desk.open_case(&act(), ask).await.unwrap()
}

#[tokio::test]
async fn a_list_for_all_time_takes_the_horizon_of_each_case() {
    let folder = tempfile::tempdir().unwrap();
    let desk = crate::place::desk(folder.path(), Catalogue::built_in()).await.unwrap();
    for (id, from, until) in [("early", "2009-04-01", "2009-04-03"), ("late", "2026-11-01", "2026-11-30")] {
        let horizon = DayRange { from: day(from), until: day(until) };
        let ask = OpenCase {
            id: parsed(id),
            title: id.to_owned(),
            kind: CaseKind::Live,
            campaigns: vec!["fosniw".parse().unwrap()],
            horizon,
            board_day: None,
            marking: Marking::DEFAULT,
            name_servers: Vec::new(),
            guard_override: None,
            four_eyes: false,
            ahead: None,
        };
        let file = desk.open_case(&act(), ask).await.unwrap();
        let windows: Vec<_> = file.counts[0].periods.iter().map(|period| period.window).collect();
        assert_eq!(windows, [horizon.window()], "{id}");
    }
}

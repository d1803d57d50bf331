// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Hunts: who is found among ordinary clients, who must not be, and that nothing hangs on order, threads or room.

use std::collections::BTreeSet;
use std::path::Path;

use forestall_detect::classify::{Classifier, Room};
use forestall_detect::hunt::{DEFAULT_THRESHOLD, Gathered, Group, KnownShape, Limits, Lookout, Seeding, Sign, report};
use forestall_detect::readers::{Block, Counts, Options, Source};
use forestall_dga::family::NoWordLists;
use forestall_dga::info::Scheme;
use forestall_dga::{Ask, Catalogue, NameBuf};
use forestall_model::{Params, UtcDay};
use forestall_testkit::skip::skipped;
use proptest::prelude::*;

/// 2026-11-20T08:00:00Z.
const MORNING: i64 = 1_795_161_600;

const DAY: &str = "2026-11-20";

/// Sites that people misspell.
const SITES: [&str; 24] = [
    "wikipedia.org",
    "facebook.com",
    "youtube.com",
    "instagram.com",
    "linkedin.com",
    "microsoft.com",
    "amazon.de",
    "booking.com",
    "netflix.com",
    "weather.com",
    "paypal.com",
    "dropbox.com",
    "spotify.com",
    "pinterest.com",
    "stackoverflow.com",
    "reddit.com",
    "nytimes.com",
    "theguardian.com",
    "bbc.co.uk",
    "lemonde.fr",
    "spiegel.de",
    "elpais.com",
    "repubblica.it",
    "aftonbladet.se",
];

/// What makes one name of a kind.
type Case = fn(&mut Draw) -> String;

/// Numbers that are the same each time (Knuth's MMIX).
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn text(&mut self, alphabet: &str, length: usize) -> String {
        (0..length).map(|_| char::from(alphabet.as_bytes()[self.below(alphabet.len())])).collect()
    }

    fn typo(&mut self) -> String {
        let site = SITES[self.below(SITES.len())];
        let end = site.find('.').unwrap();
        let at = 1 + self.below(end - 1);
        match self.below(3) {
            0 => format!("{}{}", &site[..at], &site[at + 1..]),
            1 => format!("{}{}", &site[..at], &site[at - 1..]),
            _ => format!("{}{}{}", &site[..at], self.text("etaoinsr", 1), &site[at + 1..]),
        }
    }
}

/// A log in the plain form.
#[derive(Clone, Default)]
struct Log(Vec<String>);

impl Log {
    fn fails(&mut self, client: &str, seconds: i64, name: &str) {
        self.0.push(format!("{} {client} {name} A NXDOMAIN", MORNING + seconds));
    }

    /// Adds an hour of names, evenly.
    fn hour(&mut self, client: &str, names: &[String]) {
        let step = 3_600 / i64::try_from(names.len().max(1)).unwrap();
        (0..).zip(names).for_each(|(place, name)| self.fails(client, place * step, name));
    }

    /// Adds ordinary clients with ten slips each.
    fn ordinary(&mut self, clients: usize) {
        let mut draw = Draw(1);
        for client in 0..clients {
            let names: Vec<String> = (0..10).map(|_| draw.typo()).collect();
            self.hour(&format!("10.0.0.{client}"), &names);
        }
    }
}

fn gather<'c>(lines: &[String], classifier: &'c Classifier, limits: Limits) -> Lookout<'c> {
    let mut lookout = Lookout::new(classifier, limits);
    let text = lines.join("\n");
    feed(&mut lookout, text.as_bytes());
    lookout
}

fn feed(lookout: &mut Lookout<'_>, input: &[u8]) -> Counts {
    let mut source = Source::open(input, &Options::default()).unwrap();
    let (mut block, mut counts) = (Block::default(), Counts::default());
    while source.next_block(&mut block).unwrap() {
        block.read(&mut counts, |record| lookout.see(&record));
    }
    counts
}

fn hunt(log: &Log) -> Vec<Group> {
    let classifier = Classifier::built_in();
    let lookout = gather(&log.0, &classifier, Limits::default());
    let gathered = Gathered::join(vec![lookout], None);
    report(&gathered, &classifier, &|_| false, Vec::new, DEFAULT_THRESHOLD).groups
}

fn clients(group: &Group) -> BTreeSet<String> {
    group.members.iter().map(|member| member.client.to_string()).collect()
}

fn set(clients: &[&str]) -> BTreeSet<String> {
    clients.iter().map(|client| (*client).to_owned()).collect()
}

/// Returns names of a family that the classifier was not trained on, or that it was.
fn names(family: &str, day: &str, count: usize) -> Vec<String> {
    let catalogue = Catalogue::built_in();
    let campaign = catalogue.campaigns_of(family).next().unwrap();
    let prepared = catalogue.prepare(campaign, &Params::new(), &NoWordLists).unwrap();
    let day: UtcDay = day.parse().unwrap();
    let mut names = NameBuf::new();
    for attempt in prepared.generator.attempts(day.start()) {
        prepared.generator.generate(&attempt.period, &Ask::default(), &mut names).unwrap();
        if names.len() >= count {
            break;
        }
    }
    (0..count.min(names.len())).map(|at| String::from_utf8(names.bytes_of(at).to_vec()).unwrap()).collect()
}

#[test]
fn clients_of_an_unseen_family_are_one_group_among_ordinary_ones() {
    let mut log = Log::default();
    log.ordinary(60);
    let list = names("qadars", DAY, 40);
    for (client, from) in [("192.0.2.1", 0), ("192.0.2.2", 5), ("2001:db8::7", 10)] {
        log.hour(client, &list[from..from + 20]);
        log.hour(client, &[Draw(9).typo(), Draw(10).typo()]);
    }
    // Three names are little, but they are those of the others.
    log.hour("192.0.2.9", &list[8..11]);
    let groups = hunt(&log);
    let [group] = groups.as_slice() else { panic!("{groups:#?}") };
    assert_eq!(clients(group), set(&["192.0.2.1", "192.0.2.2", "192.0.2.9", "2001:db8::7"]));
    let expected: BTreeSet<&String> = list[..30].iter().collect();
    let found: BTreeSet<&String> = group.names.iter().collect();
    assert!(found.is_subset(&expected), "{:?}", found.difference(&expected).collect::<Vec<_>>());
    assert!(found.len() >= 28, "{}", found.len());
    assert_eq!((group.sign, group.shape.lengths()), (Sign::Generated, (12, 12)));
    assert_eq!((group.suggestion.scheme, group.suggestion.seeding), (Scheme::Arithmetic, Seeding::StaticOrDated));
    let suffixes: BTreeSet<&str> = group.suffixes.iter().map(|of| of.suffix.as_str()).collect();
    let expected: BTreeSet<&str> = list.iter().filter_map(|name| Some(name.split_once('.')?.1)).collect();
    assert_eq!(suffixes, expected);
    assert_eq!((group.members[0].names, group.id.len()), (20, 13));
    let pace = group.names_an_hour.unwrap();
    assert!((19.0..22.0).contains(&pace), "{pace}");
}

#[test]
fn each_hard_case_alone_raises_no_alarm() {
    const HEX: &str = "0123456789abcdef";
    const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";
    let cases: [(&str, Case); 12] = [
        ("content network", |d| format!("d{}.cloudfront.net", d.text("abcdefghijklmnopqrstuvwxyz0123456789", 13))),
        ("cache", |d| format!("a{}.dscg.akamaiedge.net", d.text("0123456789", 4))),
        ("cloud", |d| format!("ec2-{}-{}.compute.amazonaws.com", d.below(256), d.below(256))),
        ("storage", |d| format!("{}.blob.core.windows.net", d.text(HEX, 16))),
        ("virus scanner", |d| format!("{}.avqs.mcafee.com", d.text(HEX, 26))),
        ("block list", |d| format!("{}.{}.2.192.zen.spamhaus.org", d.below(256), d.below(256))),
        ("reverse", |d| format!("{}.{}.168.192.in-addr.arpa", d.below(256), d.below(256))),
        ("probe", |d| d.text(LETTERS, 10)),
        ("probe with suffix", |d| format!("{}.corp.example.com", d.text(LETTERS, 12))),
        ("mail tracking", |d| format!("{}.click.{}", d.text(HEX, 24), SITES[d.below(SITES.len())])),
        ("internationalised", |d| format!("xn--{}-{}.com", d.text(LETTERS, 6), d.text(HEX, 4))),
        ("typo", Draw::typo),
    ];
    let mut all = Log::default();
    for (name, case) in cases {
        let mut draw = Draw(5);
        let mut log = Log::default();
        for client in 0..8 {
            let names: Vec<String> = (0..120).map(|_| case(&mut draw)).collect();
            log.hour(&format!("10.0.1.{client}"), &names);
        }
        assert_eq!(hunt(&log), [], "{name}");
        all.0.extend(log.0);
    }
    assert_eq!(hunt(&all), [], "all of them by the same clients");
}

#[test]
fn a_name_that_hundreds_of_hosts_stand_below_is_one_name() {
    let mut log = Log::default();
    let mut draw = Draw(3);
    let names: Vec<String> =
        (0..500).map(|_| format!("{}.qxvzkjwpqh.com", draw.text("bcdfghjkq0123456789", 14))).collect();
    log.hour("10.0.0.1", &names);
    assert_eq!(hunt(&log), []);
}

#[test]
fn a_bot_that_asks_once_an_hour_is_found_and_an_odd_name_a_day_is_not() {
    let (mut slow, mut odd) = (Log::default(), Log::default());
    for (hour, name) in (0..).zip(names("flubot", DAY, 24)) {
        slow.fails("192.0.2.1", hour * 3_600, &name);
        odd.fails("192.0.2.1", hour * 86_400, &name);
    }
    assert_eq!(hunt(&slow).len(), 1);
    assert_eq!(hunt(&odd), []);
}

#[test]
fn names_that_look_like_anybodys_are_betrayed_by_being_alike() {
    // A word and a number, as Fosniw's; the orders of the letters of one name.
    let mut log = Log::default();
    log.hour("192.0.2.1", &(10..40).map(|number| format!("updates{number}.com")).collect::<Vec<_>>());
    let groups = hunt(&log);
    let [group] = groups.as_slice() else { panic!("{groups:#?}") };
    assert_eq!((group.sign, group.pattern.as_str()), (Sign::Alike, "^updates[0-9]{2}\\.com$"));
    let mut log = Log::default();
    let orders = (0..6).flat_map(|a| (0..5).map(move |b| (a, b))).map(|(a, b)| {
        let mut letters = "listen".to_owned();
        let first = letters.remove(a);
        letters.insert(b, first);
        format!("{letters}.net")
    });
    log.hour("192.0.2.1", &orders.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>());
    let groups = hunt(&log);
    assert_eq!(groups.iter().map(|group| group.suggestion.scheme).collect::<Vec<_>>(), [Scheme::Permutation]);
}

#[test]
fn a_closed_list_of_words_shows_in_a_few_hundred_names() {
    const WORDS: [&str; 40] = [
        "summer", "winter", "garden", "window", "silver", "yellow", "market", "bridge", "church", "doctor", "farmer",
        "finger", "flower", "forest", "friend", "guitar", "hammer", "island", "jacket", "kitchen", "leather",
        "machine", "morning", "mountain", "orange", "pencil", "planet", "pocket", "rabbit", "school", "shadow",
        "singer", "spring", "street", "sunday", "theater", "ticket", "travel", "village", "writer",
    ];
    let mut draw = Draw(4);
    let pairs: BTreeSet<String> =
        (0..260).map(|_| format!("{}{}.net", WORDS[draw.below(40)], WORDS[draw.below(40)])).collect();
    let mut log = Log::default();
    log.ordinary(10);
    log.hour("192.0.2.1", &pairs.into_iter().collect::<Vec<_>>());
    let groups = hunt(&log);
    let [group] = groups.as_slice() else { panic!("{groups:#?}") };
    assert_eq!(clients(group), set(&["192.0.2.1"]));
    assert_eq!((group.sign, group.suggestion.scheme), (Sign::Words, Scheme::Wordlist));
}

#[test]
fn two_clients_with_the_same_few_names_are_found_together() {
    let list = names("conficker-c", DAY, 400);
    let classifier = Classifier::built_in();
    let alone = |count: usize| {
        let mut log = Log::default();
        log.hour("192.0.2.1", &list[..count]);
        hunt(&log).len()
    };
    // The most names of the list that do not alarm one client.
    let few = (3..40).take_while(|count| alone(*count) == 0).last().unwrap();
    assert!(few >= 3, "{few}");
    let mut log = Log::default();
    log.hour("192.0.2.1", &list[..few]);
    log.hour("192.0.2.2", &list[..few + 4]);
    let lookout = gather(&log.0, &classifier, Limits::default());
    let gathered = Gathered::join(vec![lookout], None);
    let groups = report(&gathered, &classifier, &|_| false, Vec::new, DEFAULT_THRESHOLD).groups;
    assert_eq!(groups.iter().map(clients).collect::<Vec<_>>(), [set(&["192.0.2.1", "192.0.2.2"])]);
}

#[test]
fn odd_names_that_everyone_asks_for_join_nobody() {
    // Names of which four do not alarm a client, and six do.
    let classifier = Classifier::built_in();
    let mut room = Room::default();
    let odd = |name: &String| {
        let subject = classifier.subject(name.as_bytes(), &mut room).unwrap();
        let scores = [classifier.score(&subject), classifier.score_label(&subject)];
        let ratio = scores.iter().map(|score| score.log_likelihood_ratio()).sum::<f32>() / 2.0;
        (2.4..2.8).contains(&ratio)
    };
    let list: Vec<String> = names("conficker-c", DAY, 2_000).into_iter().filter(odd).take(6).collect();
    let asks = |clients: usize| {
        let mut log = Log::default();
        for client in 0..clients {
            let four: Vec<String> = (0..4).map(|at| list[(client + at) % 6].clone()).collect();
            log.hour(&format!("10.0.2.{client}"), &four);
        }
        log
    };
    assert_eq!(hunt(&asks(200)), []);
    assert_eq!(hunt(&asks(12)).len(), 1, "the same names of a few are those of a botnet");
}

#[test]
fn other_families_are_other_groups_and_days_tell_the_seeding() {
    let mut log = Log::default();
    for client in ["192.0.2.1", "192.0.2.2"] {
        log.hour(client, &names("newgoz", DAY, 30));
        log.hour(&format!("198.51.100.{}", client.len()), &names("corebot", DAY, 30));
    }
    for (seconds, day) in [(0, DAY), (86_400, "2026-11-21")] {
        for (place, name) in (0..).zip(names("mydoom", day, 30)) {
            log.fails("203.0.113.5", seconds + place, &name);
        }
    }
    let groups = hunt(&log);
    let of = |client: &str| groups.iter().find(|group| clients(group).contains(client)).unwrap();
    assert_eq!(groups.len(), 3, "{groups:#?}");
    assert_eq!(clients(of("192.0.2.1")), set(&["192.0.2.1", "192.0.2.2"]));
    assert_eq!(of("203.0.113.5").suggestion.seeding, Seeding::Dated);
}

#[test]
fn the_nearest_family_is_named_and_none_where_none_could_make_the_names() {
    let classifier = Classifier::built_in();
    let known = || -> Vec<KnownShape> {
        ["ramdo", "newgoz", "mydoom"]
            .iter()
            .map(|family| {
                let sample = names(family, "2026-11-25", 200);
                KnownShape::of(family, sample.iter().map(String::as_bytes), std::iter::empty(), &classifier)
            })
            .collect()
    };
    let nearest = |family: &str| {
        let mut log = Log::default();
        log.hour("192.0.2.1", &names(family, DAY, 40));
        let gathered = Gathered::join(vec![gather(&log.0, &classifier, Limits::default())], None);
        let hunted = report(&gathered, &classifier, &|_| false, known, DEFAULT_THRESHOLD);
        hunted.groups[0].nearest.as_ref().map(|near| near.family.clone())
    };
    assert_eq!(nearest("newgoz").as_deref(), Some("newgoz"));
    assert_eq!(nearest("mydoom").as_deref(), Some("mydoom"));
    assert_eq!(nearest("qadars"), None);
}

#[test]
fn what_a_list_explains_is_no_evidence() {
    let list = names("flubot", DAY, 40);
    let mut log = Log::default();
    log.hour("192.0.2.1", &list);
    let classifier = Classifier::built_in();
    let gathered = Gathered::join(vec![gather(&log.0, &classifier, Limits::default())], None);
    let listed = |name: &str| list.iter().any(|listed| listed == name);
    assert_eq!(report(&gathered, &classifier, &listed, Vec::new, DEFAULT_THRESHOLD).groups, []);
}

/// Hunts in parts, one a thread, as a program does.
fn in_parts(lines: &[String], parts: usize, limits: Limits) -> (Vec<Group>, u64) {
    let classifier = Classifier::built_in();
    let mut of: Vec<Vec<String>> = vec![Vec::new(); parts];
    lines.iter().enumerate().for_each(|(place, line)| of[place % parts].push(line.clone()));
    let lookouts = of.iter().map(|lines| gather(lines, &classifier, limits)).collect();
    let gathered = Gathered::join(lookouts, None);
    (report(&gathered, &classifier, &|_| false, Vec::new, DEFAULT_THRESHOLD).groups, gathered.dropped())
}

#[test]
fn no_order_no_thread_and_no_room_changes_a_report() {
    let mut log = Log::default();
    log.ordinary(20);
    log.hour("192.0.2.1", &names("qadars", DAY, 25));
    log.hour("192.0.2.2", &names("qadars", DAY, 30));
    log.hour("192.0.2.3", &names("ranbyus-may", DAY, 30));
    let mut other = log.0.clone();
    other.reverse();
    other.rotate_left(37);
    for limits in [Limits::default(), Limits { pairs: 90, names_of_client: 28 }] {
        let expected = in_parts(&log.0, 1, limits);
        assert_eq!(expected.0.len(), 2, "{:#?}", expected.0);
        assert_eq!(in_parts(&other, 1, limits), expected);
        assert_eq!(in_parts(&log.0, 3, limits), expected);
        assert_eq!(in_parts(&other, 2, limits), expected);
        assert_eq!(expected.1 > 0, limits.pairs == 90);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_make_it_panic(lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 0..40)) {
        let classifier = classifier();
        let mut log = Vec::new();
        for line in lines {
            log.extend_from_slice(format!("{MORNING} c ").as_bytes());
            log.extend(line.into_iter().filter(|octet| *octet != b'\n'));
            log.extend_from_slice(b" A NXDOMAIN\n");
        }
        let mut lookout = Lookout::new(classifier, Limits { pairs: 8, names_of_client: 4 });
        feed_plain(&mut lookout, &log);
        let gathered = Gathered::join(vec![lookout], None);
        let hunted = report(&gathered, classifier, &|_| false, Vec::new, 0.1);
        for group in &hunted.groups {
            prop_assert!(group.names.len() <= 8 && !group.members.is_empty());
        }
    }
}

fn classifier() -> &'static Classifier {
    static CLASSIFIER: std::sync::OnceLock<Classifier> = std::sync::OnceLock::new();
    CLASSIFIER.get_or_init(Classifier::built_in)
}

fn feed_plain(lookout: &mut Lookout<'_>, input: &[u8]) {
    let options = Options { format: Some(forestall_detect::readers::Format::Plain), ..Options::default() };
    let mut source = Source::open(input, &options).unwrap();
    let (mut block, mut counts) = (Block::default(), Counts::default());
    while source.next_block(&mut block).unwrap() {
        block.read(&mut counts, |record| lookout.see(&record));
    }
}

#[test]
fn in_real_logs_the_infected_host_is_found_and_nothing_else() {
    let Some(folder) = std::env::var_os("FORESTALL_DETECTION_DATA") else {
        return skipped("in_real_logs_the_infected_host_is_found_and_nothing_else", "needs FORESTALL_DETECTION_DATA");
    };
    let classifier = Classifier::built_in();
    let mut infected = Log::default();
    infected.hour("192.0.2.66", &names("qadars", DAY, 20));
    for with in [&[][..], &infected.0] {
        let mut lookout = gather(with, &classifier, Limits::default());
        let mut records = 0;
        for file in [
            "rita-proxy-rolling.dns.log.gz",
            "rita-proxy.dns.log.gz",
            "slips-test9.dns.json.gz",
            "slips-test10.dns.log.gz",
        ] {
            let octets = std::fs::read(Path::new(&folder).join("zeek-dns").join(file)).unwrap();
            records += feed(&mut lookout, &octets).records;
        }
        assert!(records > 4_000, "{records}");
        let gathered = Gathered::join(vec![lookout], None);
        assert!(gathered.nxdomain() > 80, "{}", gathered.nxdomain());
        let groups = report(&gathered, &classifier, &|_| false, Vec::new, DEFAULT_THRESHOLD).groups;
        let found: Vec<BTreeSet<String>> = groups.iter().map(clients).collect();
        let expected: Vec<BTreeSet<String>> = if with.is_empty() { Vec::new() } else { vec![set(&["192.0.2.66"])] };
        assert_eq!(found, expected);
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The families from the banking trojans on: lists made by other programs, published names, and what every list keeps to.

use std::collections::BTreeSet;
use std::path::Path;

use forestall_dga::families::sunburst::{self, Content, Label};
use forestall_dga::family::NoWordLists;
use forestall_dga::predict::{self, Lists, Query};
use forestall_dga::{Ask, Campaign, Catalogue, GenerateError, NameBuf, ParamError, Period, Prepared, WordLists};
use forestall_model::{DomainName, Instant, Margin, Params, UtcDay, Window, WindowSet};

use crate::dictionaries::Folder;
use crate::support::{day, list, prepared, texts};

const FAMILIES: [&str; 15] = [
    "ccleaner",
    "cryptolocker",
    "dyre",
    "emotet",
    "enviserv",
    "flubot",
    "gameover-p2p",
    "mirai",
    "ngioweb",
    "shadowpad",
    "tofsee",
    "vawtrak",
    "verblecon",
    "vidro",
    "zloader",
];
const WITH_WORDS: [&str; 3] = ["gozi", "nymaim2", "suppobox"];
const WITHOUT_NAMES: [&str; 2] = ["charbot", "sunburst"];

/// The published files of a family: what the first line says, and the lines behind it.
fn files(family: &str) -> Vec<(Vec<(String, String)>, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/published").join(family);
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() >= 3, "{family}");
    let read = |path: &Path| {
        let text = std::fs::read_to_string(path).unwrap();
        let (head, lines) = text.split_once('\n').unwrap();
        let pairs = head.strip_prefix("# ").unwrap().split(' ').map(|pair| pair.split_once('=').unwrap());
        (pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect(), lines.to_owned())
    };
    paths.iter().map(|path| read(path)).collect()
}

/// Checks every published file of a family, byte for byte, and says how many there are.
fn check(family: &str, words: &dyn WordLists) {
    let catalogue = Catalogue::built_in();
    let campaign = catalogue.campaigns_of(family).next().unwrap();
    for (head, expected) in files(family) {
        let mut params = Params::new();
        let mut at = Instant::from_seconds(0);
        let mut count = 0;
        for (key, value) in &head {
            match key.as_str() {
                "family" => assert_eq!(value, family),
                "date" => at = day(value).start(),
                "month" => at = day(&format!("{value}-01")).start(),
                "datetime" => at = format!("{value}Z").parse().unwrap(),
                "n" => count = value.parse().unwrap(),
                _ => params.set(key, value),
            }
        }
        assert_eq!(expected.lines().count(), count, "{family} {head:?}");
        let prepared = catalogue.prepare(campaign, &params, words).unwrap();
        let made = if family == "emotet" { slots(&prepared, at, count) } else { first(&prepared, at, count) };
        assert_eq!(made, expected, "{family} {head:?}");
    }
}

/// The first names of the list that a bot holds.
fn first(prepared: &Prepared, at: Instant, count: usize) -> String {
    let limit = u64::try_from(count).ok().and_then(|count| count.try_into().ok());
    let query = Query { limit, raw: true, ..Query::all(Lists::At(at)) };
    let mut text = String::new();
    predict::visit::<GenerateError>(prepared, &query, 1, |list| {
        text.push_str(std::str::from_utf8(list.generated().text()).unwrap());
        Ok(())
    })
    .unwrap();
    text
}

/// The names of consecutive periods.
fn slots(prepared: &Prepared, at: Instant, count: usize) -> String {
    let mut buf = NameBuf::new();
    let mut period = prepared.generator.period_containing(at).unwrap();
    for _ in 0..count {
        prepared.generator.generate(&period, &Ask::default(), &mut buf).unwrap();
        period = prepared.generator.period_containing(period.window.unwrap().until).unwrap();
    }
    String::from_utf8(buf.text().to_vec()).unwrap()
}

#[test]
fn reproduces_the_lists_of_other_programs() {
    for family in FAMILIES {
        check(family, &NoWordLists);
    }
}

#[test]
fn reproduces_the_lists_of_other_programs_that_use_words() {
    let Some(words) = Folder::read() else {
        eprintln!("skipped: FORESTALL_DICTIONARIES names no folder with the word lists of {WITH_WORDS:?}");
        return;
    };
    for family in WITH_WORDS {
        check(family, &words);
    }
}

/// Every campaign of the families that can be made ready, with its word lists where they are there.
fn campaigns() -> Vec<Prepared> {
    let catalogue = Catalogue::built_in();
    let words = Folder::read();
    let ready = |campaign: &Campaign| match &words {
        Some(words) => catalogue.prepare(campaign, &Params::new(), words),
        None => catalogue.prepare(campaign, &Params::new(), &NoWordLists),
    };
    let mut all = Vec::new();
    for family in FAMILIES.iter().chain(&WITHOUT_NAMES) {
        all.extend(catalogue.campaigns_of(family).map(|campaign| ready(campaign).unwrap()));
    }
    for family in WITH_WORDS {
        for campaign in catalogue.campaigns_of(family) {
            match ready(campaign) {
                Ok(prepared) => all.push(prepared),
                Err(error) => assert!(matches!(error, ParamError::MissingWordList { .. }), "{error}"),
            }
        }
    }
    all
}

fn span(from: &str, until: &str) -> Window {
    Window { from: from.parse().unwrap(), until: until.parse().unwrap() }
}

fn spans() -> [Window; 5] {
    [
        span("2014-10-27T21:00:00Z", "2014-10-28T05:00:00Z"),
        span("2015-02-26T23:59:59Z", "2015-03-08T00:00:01Z"),
        span("2015-12-25T12:00:00Z", "2016-01-13T00:00:00Z"),
        span("1969-12-30T00:00:00Z", "1970-01-02T00:00:00Z"),
        span("2016-02-29T00:00:00Z", "2016-02-29T00:00:00Z"),
    ]
}

fn generated(prepared: &Prepared, period: &Period, limit: Option<u64>) -> NameBuf {
    let mut buf = NameBuf::new();
    prepared.generator.generate(period, &Ask { span: None, limit }, &mut buf).unwrap();
    buf
}

fn is_live(windows: &WindowSet, span: Window) -> bool {
    windows.meets(span, Margin::NONE)
}

#[test]
fn periods_follow_the_calendar() {
    for prepared in campaigns() {
        let id = &prepared.campaign.id;
        let generator = &prepared.generator;
        for span in spans() {
            let periods: Vec<Period> = generator.periods(span).collect();
            assert!(periods.is_sorted_by(|a, b| a.key < b.key), "{id} {span:?}");
            if prepared.family.info().names_per_period == Some(0) {
                assert!(periods.is_empty() && generator.period_containing(span.from).is_none(), "{id}");
                continue;
            }
            for period in &periods {
                let Some(window) = period.window else {
                    assert_eq!((periods.len(), period.key), (1, 0), "{id}");
                    continue;
                };
                assert_eq!(window.from, Instant::from_seconds(period.key), "{id}");
                assert!(window.from < window.until, "{id}");
                for inside in [window.from, Instant::from_micros(window.until.micros() - 1)] {
                    assert_eq!(generator.period_containing(inside), Some(*period), "{id}");
                }
                let buf = generated(&prepared, period, None);
                assert!(buf.iter().any(|name| is_live(name.windows, span)), "{id} {period:?} {span:?}");
            }
            // Nothing is left out at either end: what is live in the periods around is in the span's own.
            let wide =
                Window { from: span.from.plus_seconds(-40 * 86_400), until: span.until.plus_seconds(40 * 86_400) };
            for period in generator.periods(wide) {
                let buf = generated(&prepared, &period, None);
                // Windows elsewhere are those of other periods to which the names come back.
                let own = |window: &&Window| period.window.is_none_or(|own| window.meets(own));
                let is_live = |windows: &WindowSet| match windows {
                    WindowSet::Spans(windows) => windows.iter().filter(own).any(|window| window.meets(span)),
                    other => is_live(other, span),
                };
                let live = span.from < span.until && buf.iter().any(|name| is_live(name.windows));
                assert_eq!(live, periods.binary_search(&period).is_ok(), "{id} {period:?} {span:?}");
            }
        }
    }
}

#[test]
fn names_keep_to_what_the_family_declares() {
    for prepared in campaigns() {
        let info = prepared.family.info();
        let id = &prepared.campaign.id;
        for span in spans() {
            for period in prepared.generator.periods(span).step_by(3) {
                let buf = generated(&prepared, &period, None);
                assert_eq!(buf.text(), generated(&prepared, &period, None).text(), "{id}");
                for name in &buf {
                    let text = std::str::from_utf8(name.bytes).unwrap();
                    let name_parsed: DomainName = text.parse().unwrap_or_else(|error| panic!("{id} {text}: {error}"));
                    assert_eq!(name_parsed.as_str(), text, "{id}");
                    let declared = info.suffixes.iter().any(|suffix| {
                        text.strip_suffix(suffix.as_ref()).and_then(|label| label.strip_suffix('.')).is_some()
                    });
                    assert!(declared, "{id} {text}");
                    match name.windows {
                        WindowSet::Always => assert_eq!(period.window, None, "{id}"),
                        WindowSet::From(from) => assert_eq!(*from, Instant::from_seconds(period.key), "{id}"),
                        WindowSet::Spans(windows) => {
                            assert!(windows.iter().all(|w| w.from < w.until), "{id}");
                            assert!(windows.is_sorted_by(|a, b| a.until < b.from), "{id}");
                        }
                    }
                }
                let positions = buf.iter().filter(|name| name.alternative == 0).count();
                let (_, month, number) = Instant::from_seconds(period.key).day().ymd();
                let usual =
                    if info.slug == "nymaim2" && (month, number) == (1, 1) { Some(704) } else { info.names_per_period };
                assert_eq!(u64::try_from(positions).unwrap(), usual.or(prepared.campaign.count).unwrap_or(150), "{id}");
            }
        }
    }
}

#[test]
fn a_limit_takes_the_first_positions() {
    for prepared in campaigns() {
        for period in prepared.generator.periods(spans()[2]).step_by(5).take(40) {
            let whole = generated(&prepared, &period, None);
            for limit in [0, 1, 2, 3, 5, 64, 65, 128, 1_000_000] {
                let buf = generated(&prepared, &period, Some(limit));
                let taken = whole.iter().filter(|name| u64::from(name.position) < limit);
                if prepared.family.info().names_per_period.is_some() {
                    assert!(taken.clone().eq(buf.iter()) || prepared.campaign.family.as_str() == "vidro", "{limit}");
                }
                assert!(taken.eq(buf.iter().take(whole.len())), "{} {limit}", prepared.campaign.id);
                assert!(buf.len() as u64 <= limit.saturating_mul(3), "{} {limit}", prepared.campaign.id);
            }
        }
    }
}

#[test]
fn bots_try_what_is_live() {
    for prepared in campaigns() {
        let id = &prepared.campaign.id;
        for at in ["2014-10-28T12:00:00Z", "2015-12-31T23:59:59Z", "2016-01-01T00:00:00Z", "2016-01-05T12:34:56Z"] {
            let at: Instant = at.parse().unwrap();
            let span = Window { from: at, until: Instant::from_micros(at.micros() + 1) };
            if id.as_str() == "emotet" && at > day("2015-01-01").start() {
                continue;
            }
            let mut live = BTreeSet::new();
            for period in prepared.generator.periods(span) {
                let buf = generated(&prepared, &period, None);
                live.extend(buf.iter().filter(|n| is_live(n.windows, span)).map(|n| (period.key, n.position)));
            }
            let mut tried = BTreeSet::new();
            for attempt in prepared.generator.attempts(at) {
                let buf = generated(&prepared, &attempt.period, None);
                let end = attempt.take.map_or(u32::MAX, |take| attempt.skip + take);
                let positions = buf.iter().map(|n| n.position).filter(|p| (attempt.skip..end).contains(p));
                tried.extend(positions.map(|position| (attempt.period.key, position)));
            }
            assert_eq!(live, tried, "{id} {at}");
        }
    }
}

#[test]
fn ends_of_time_are_no_trouble() {
    let all = [i64::MIN, UtcDay::MIN.start().micros() - 1, UtcDay::MAX.window().until.micros(), i64::MAX];
    for prepared in campaigns() {
        let dated = prepared.family.info().period != "none";
        for at in all.map(Instant::from_micros) {
            assert_eq!(
                prepared.generator.attempts(at).is_empty(),
                dated || prepared.family.info().names_per_period == Some(0)
            );
        }
        for day in [UtcDay::MIN, UtcDay::MAX] {
            if let Some(period) = prepared.generator.period_containing(day.start()) {
                generated(&prepared, &period, Some(3));
            }
        }
        assert!(
            prepared
                .generator
                .periods(Window { from: Instant::from_micros(i64::MIN), until: Instant::from_micros(i64::MIN + 1) })
                .count()
                <= 1
        );
    }
}

#[test]
fn word_lists_that_are_missing_are_named() {
    let catalogue = Catalogue::built_in();
    for family in WITH_WORDS {
        let campaign = catalogue.campaigns_of(family).next().unwrap();
        let error = catalogue.prepare(campaign, &Params::new(), &NoWordLists).unwrap_err();
        assert!(matches!(&error, ParamError::MissingWordList { name, .. } if name.starts_with(family)), "{error}");
    }
}

#[test]
fn values_out_of_range_are_refused() {
    let catalogue = Catalogue::built_in();
    let long = "x".repeat(65);
    for (family, key, value) in [
        ("vawtrak", "version", "4"),
        ("vawtrak", "seed", "xyz"),
        ("ngioweb", "seed", "123456789"),
        ("verblecon", "seed", ""),
        ("verblecon", "seed", long.as_str()),
        ("zloader", "key", "two words"),
        ("suppobox", "list", "4"),
        ("gozi", "list", "bible"),
        ("flubot", "seed", "0x10"),
        ("flubot", "tlds", "ru,com"),
        ("enviserv", "tlds", ".com"),
        ("mirai", "tld", "ONLINE"),
    ] {
        let campaign = catalogue.campaigns_of(family).next().unwrap();
        let mut params = Params::new();
        params.set(key, value);
        let error = catalogue.prepare(campaign, &params, &NoWordLists).unwrap_err();
        assert!(matches!(&error, ParamError::BadValue { key: k, .. } if k == key), "{family} {error}");
    }
}

/// The raw list of the day, or of the first day of the month.
fn names_on(family: &str, date: &str) -> Vec<String> {
    texts(&list(&prepared(family, &[]), day(date)))
}

#[test]
fn endless_lists_have_a_usual_length() {
    let length = |family: &str, replace: &[(&str, &str)]| list(&prepared(family, replace), day("2016-01-01")).len();
    assert_eq!(length("vawtrak", &[("version", "1"), ("seed", "DEADBEEF")]), 96);
    assert_eq!(length("vawtrak", &[("version", "3"), ("seed", "0x874c49")]), 150);
    assert_eq!((length("ngioweb", &[]), length("enviserv", &[])), (1_024, 500));
    let prepared = prepared("vidro", &[]);
    let period = prepared.generator.period_containing(day("2016-12-22").start()).unwrap();
    let whole = texts(&generated(&prepared, &period, Some(1_000)));
    assert_eq!(whole.iter().collect::<BTreeSet<_>>().len(), 300);
}

#[test]
fn monthly_names_are_the_published_ones() {
    for (month, name) in
        [("2017-02", "ab6d54340c1a.com"), ("2017-09", "ab1145b758c30.com"), ("2017-11", "ab3d685a0c37.com")]
    {
        assert_eq!(names_on("ccleaner", &format!("{month}-15")), [name]);
    }
    let published =
        ["ribotqtonut", "nylalobghyhirgh", "jkvmdmjyfcvkf", "bafyvoruzgjitwr", "xmponmzmxkxkh", "tczafklirkl"];
    for (month, label) in (7..).zip(published) {
        assert_eq!(names_on("shadowpad", &format!("2017-{month:02}-28")), [format!("{label}.com")]);
    }
    let march = names_on("flubot", "2021-03-31");
    assert_eq!((march[6].as_str(), march[2].as_str()), ("xjnwqdospderqtk.ru", "nfiuerwtftasnuk.com"));
}

#[test]
fn dated_names_are_the_published_ones() {
    let has = |family: &str, date: &str, names: &[&str]| {
        let made = names_on(family, date);
        names.iter().for_each(|name| assert!(made.iter().any(|m| m == name), "{family} {date} {name}"));
    };
    let cryptolocker = ["sljjjupfgagolpg.ru", "vxagtvsyqxtrfcm.com", "wxphewjnfhlyyjj.net", "xckjffnjivafxen.biz"];
    has("cryptolocker", "2013-12-19", &cryptolocker);
    let dyre = names_on("dyre", "2017-10-24");
    assert_eq!(dyre[305], "t3622c4773260c097e2e9b26705212ab85.ws");
    assert_eq!(dyre[306], "u83ccf36d9f02e9ea79a9d16c0336677e4.to");
    has("vidro", "2010-06-01", &["pbeqeggzhk.dyndns.org", "jxsaumg.com", "hziddfcv.net"]);
    has("tofsee", "2016-12-20", &["dqgdqga.biz", "dqgdqgj.ch"]);
    has("tofsee", "2016-12-22", &["dqhdqha.biz", "dqhdqhb.ch", "dqhdqhj.biz"]);
    for (date, label) in
        [("2016-12-04", "vmdefmnsndoj"), ("2016-12-05", "xpknpxmywqsr"), ("2016-12-20", "oornsduuwjli")]
    {
        let alternatives = ["online", "tech", "support"].map(|suffix| format!("{label}.{suffix}"));
        assert_eq!(names_on("mirai", date), alternatives);
    }
    has("enviserv", "2016-01-01", &["1cb8a5f36f.info", "4ab8fcb17d.biz"]);
}

#[test]
fn emotet_has_the_published_names_among_its_slots() {
    let prepared = prepared("emotet", &[]);
    let mut buf = NameBuf::new();
    let until = day("2020-11-01").start();
    for period in prepared.generator.periods(Window { from: until.plus_seconds(-1), until }) {
        prepared.generator.generate(&period, &Ask::default(), &mut buf).unwrap();
    }
    assert_eq!(i64::try_from(buf.len()).unwrap(), until.seconds_since(day("2014-10-28").start()) / 900);
    let published = ["fureeqnicoyejedm.eu", "fvpuplocfrdcuqon.eu", "fyaejobuvwukraga.eu"];
    let found = buf.iter().filter(|name| published.iter().any(|p| p.as_bytes() == name.bytes)).count();
    assert_eq!(found, 3);
}

#[test]
fn a_bot_of_emotet_tries_every_slot_to_the_present() {
    let prepared = prepared("emotet", &[]);
    let at: Instant = "2026-11-23T12:07:00Z".parse().unwrap();
    let slots = (at.seconds_since(day("2014-10-28").start()) / 900 + 1).unsigned_abs();
    assert_eq!(first(&prepared, at, 500_000).lines().count() as u64, slots);
    assert!(prepared.generator.attempts(day("2014-10-27").start()).is_empty());
}

#[test]
fn labels_of_cryptolocker_are_back_a_year_later_under_the_suffix_before() {
    let (this, next, seventh) = (
        names_on("cryptolocker", "2014-03-05"),
        names_on("cryptolocker", "2015-03-05"),
        names_on("cryptolocker", "2021-03-05"),
    );
    let label = |name: &str| name.split('.').next().unwrap().to_owned();
    assert!(this[1..].iter().zip(&next).all(|(a, b)| label(a) == label(b) && a != b));
    assert!(this[7..].iter().zip(&seventh).all(|(a, b)| a == b));
}

#[test]
fn labels_of_mirai_are_back_every_year() {
    let prepared = prepared("mirai", &[]);
    let label = |year: i32, day_of_leap_year: i32| {
        let date = day("2016-01-01").plus(day_of_leap_year).to_string();
        let date: UtcDay = format!("{year}{}", &date[4..]).parse().ok()?;
        Some(texts(&list(&prepared, date))[0].clone())
    };
    let of_2016: Vec<_> = (0..366).map(|n| label(2016, n)).collect();
    assert_eq!(of_2016.iter().collect::<BTreeSet<_>>().len(), 217);
    for year in [2017, 2026, 2031] {
        assert!((0..366).all(|n| label(year, n).is_none_or(|name| Some(name) == of_2016[usize::try_from(n).unwrap()])));
    }
}

#[test]
fn names_of_suppobox_are_back_after_32_768_blocks() {
    let Some(words) = Folder::read() else {
        eprintln!("skipped: FORESTALL_DICTIONARIES names no folder with the word lists of suppobox");
        return;
    };
    let catalogue = Catalogue::built_in();
    for (campaign, number) in catalogue.campaigns_of("suppobox").zip(1..=3) {
        let text = words.text(&format!("suppobox-{number}.txt"));
        let (first, second): (Vec<_>, Vec<_>) = text.lines().enumerate().partition(|(index, _)| *index < 128);
        let pair = |(_, a): &(usize, &str)| second.iter().map(|(_, b)| format!("{a}{b}.net")).collect::<Vec<_>>();
        let all: BTreeSet<String> = first.iter().flat_map(pair).collect();
        let prepared = catalogue.prepare(campaign, &Params::new(), &words).unwrap();
        let cycle = 32_768 * 512;
        let name = |seconds: i64| {
            let period = prepared.generator.period_containing(Instant::from_seconds(seconds)).unwrap();
            texts(&generated(&prepared, &period, None)).remove(0)
        };
        let from = day("2016-02-29").start().seconds();
        let names: BTreeSet<String> = (0..32_768).map(|block| name(from + block * 512)).collect();
        assert!(names == all, "{number}");
        assert!((0..100).all(|block| name(from + block * 512) == name(from + cycle + block * 512)));
    }
}

#[test]
fn nymaim2_drops_december_at_the_turn_of_the_year() {
    let Some(words) = Folder::read() else {
        eprintln!("skipped: FORESTALL_DICTIONARIES names no folder with the tables of nymaim2");
        return;
    };
    let catalogue = Catalogue::built_in();
    let prepared = catalogue.prepare(catalogue.campaign("nymaim2").unwrap(), &Params::new(), &words).unwrap();
    let held = |date: &str| first(&prepared, day(date).start(), 704);
    let december = held("2019-12-31");
    let january: BTreeSet<String> = held("2020-01-01").lines().map(str::to_owned).collect();
    assert_eq!(december.lines().count(), 704);
    assert!(december.lines().all(|name| !january.contains(name)));
    assert_eq!(
        held("2020-01-02").lines().skip(64).collect::<Vec<_>>(),
        held("2020-01-01").lines().take(640).collect::<Vec<_>>()
    );
}

#[test]
fn sunburst_labels_decode_to_the_published_text() {
    let mut lines_read = 0;
    for (head, lines) in files("sunburst") {
        let is_id = head.iter().any(|(key, value)| key == "mode" && value == "decode-id");
        for line in lines.lines() {
            let columns: Vec<&str> = line.split('\t').collect();
            lines_read += 1;
            if is_id {
                let label: Label = columns[0].parse().unwrap();
                assert_eq!(label.victim.to_string(), columns[1]);
                let Content::Time { at, flag, extra, .. } = label.content else { panic!("{line} carries a piece") };
                assert_eq!(
                    (at.to_string().replace('Z', ""), u8::from(flag).to_string()),
                    (columns[3].to_owned(), columns[2].to_owned())
                );
                assert!(extra.is_empty());
            } else {
                assert_eq!(sunburst::decoded(columns[0]).unwrap(), columns[1]);
            }
        }
    }
    assert_eq!(lines_read, 18);
}

/// A label made by the rule for pieces: nine octets in base 32 with the high bit of the key set, a counter, and the piece.
#[test]
fn sunburst_pieces_are_numbered_by_the_first_character() {
    const DIGITS: &[u8] = b"ph2eifo3n5utg1j8d94qrvbmk0sal76c";
    const COUNTERS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let octets = [0xA5_u8, 1 ^ 0xA5, 2 ^ 0xA5, 3 ^ 0xA5, 4 ^ 0xA5, 5 ^ 0xA5, 6 ^ 0xA5, 7 ^ 0xA5, 8 ^ 0xA5];
    let number = octets.iter().rev().fold(0_u128, |number, octet| number << 8 | u128::from(*octet));
    let head: String = (0..15).map(|i| char::from(DIGITS[usize::try_from(number >> (5 * i) & 31).unwrap()])).collect();
    let first = usize::from(head.as_bytes()[0]);
    let name = |part: usize, text: &str| {
        let counter = char::from(COUNTERS[(part + first) % 36]);
        format!("{head}{counter}{text}.appsync-api.us-east-1.avsvmcloud.com")
    };
    let read = |name: String| {
        let label = Label::of_name(&name).unwrap();
        assert_eq!(label.victim.to_string(), "0102030405060708");
        match label.content {
            Content::Piece { number, encoded } => (number, encoded),
            other => panic!("{other:?}"),
        }
    };
    let pieces = [read(name(35, "2h")), read(name(1, "1r0te")), read(name(0, "e2sd0irmuhd"))];
    assert_eq!([pieces[0].0, pieces[1].0, pieces[2].0], [None, Some(1), Some(0)]);
    let pieces: Vec<(Option<u8>, &str)> = pieces.iter().map(|(number, text)| (*number, text.as_str())).collect();
    assert_eq!(sunburst::decoded(&sunburst::joined(&pieces).unwrap()).unwrap(), "corp.example.com");
}

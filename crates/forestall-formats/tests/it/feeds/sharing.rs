// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A small feed for the forms that tell more than names: who makes them, from when until when, and who may have them.

use forestall_formats::Form;
use forestall_formats::feed::{Campaign, Feed, Gatherer, Publisher, Settings};
use forestall_model::marking::release;
use forestall_model::{Audience, DayRange, Instant, Marking, Released, UtcDay, Window};

/// The day on which most names are live.
pub(crate) const DAY: &str = "2026-11-26";
/// A day on which none is.
pub(crate) const AFTER: &str = "2026-11-29";

/// A title that is syntax in every form, if a form lets it.
pub(crate) const TITLE: &str = "=Winter\n\"},{\"type\":\"x\" \\ ; ]] ' \u{85}#fields\tindicator\n";

/// The entries: name, campaign, guard window. The last is let through, and another below it is not.
const ENTRIES: [(&str, usize, [&str; 2]); 5] = [
    ("aaa.be", 0, ["2026-11-25", "2026-11-28"]),
    ("aaa.be", 0, ["2026-12-05", "2026-12-08"]),
    ("bbb.co.uk", 0, ["2026-11-24", "2026-11-27"]),
    ("bbb.co.uk", 1, ["2026-11-25", "2026-11-28"]),
    ("xn--ccc-hoa.ws", 1, ["2026-11-26", "2026-11-29"]),
];

/// Returns the feed of some days, as the hub puts it together.
pub(crate) fn feed_of(days: DayRange, marking: Marking) -> Released<Feed> {
    let mut gatherer = Gatherer::new();
    for (name, campaign, [from, until]) in ENTRIES {
        let bound = |day: &str| day.parse::<UtcDay>().unwrap().start();
        let window = Window { from: bound(from), until: bound(until) };
        if window.meets(days.window()) {
            let number = gatherer.window(window).unwrap();
            assert!(gatherer.push(name.as_bytes(), campaign, number).unwrap());
        }
    }
    let at = |text: &str| text.parse::<Instant>().unwrap();
    let feed = Feed {
        id: "winter".to_owned(),
        title: TITLE.to_owned(),
        marking,
        span: days.window(),
        opened: at("2026-11-01T08:00:00Z"),
        changed: at("2026-11-23T12:30:00.25Z"),
        campaigns: vec![sure(), unsure()],
        entries: gatherer.finish(),
        let_through: vec!["eee.be".parse().unwrap()],
    };
    release(feed, Audience::Recipient, Instant::from_seconds(0)).unwrap()
}

/// Returns the feed of a day.
pub(crate) fn feed(day: &str) -> Released<Feed> {
    feed_of(DayRange::one(day.parse().unwrap()), Marking::DEFAULT)
}

fn sure() -> Campaign {
    Campaign {
        id: "conficker-b".parse().unwrap(),
        family: "conficker-b".parse().unwrap(),
        aliases: vec!["downadup.b".to_owned(), "kido.b".to_owned()],
        summary: "A worm of \"2008\".".to_owned(),
        verified: true,
        scheme: "arithmetic",
        seeding: "time-dependent-deterministic",
        seed: String::new(),
        references: vec!["Leder, Werner: \"Know Your Enemy\"".to_owned(), "https://example.org/conficker".to_owned()],
    }
}

fn unsure() -> Campaign {
    Campaign {
        id: "strange-1".parse().unwrap(),
        family: "strange".parse().unwrap(),
        aliases: Vec::new(),
        summary: "Nobody knows it.".to_owned(),
        verified: false,
        scheme: "wordlist",
        seeding: "time-independent-non-deterministic",
        seed: "key=\"a\\b\" n=7".to_owned(),
        references: Vec::new(),
    }
}

/// Writes a feed; twice, since equal feeds give equal octets. Returns the text and the number of entries.
pub(crate) fn written_with(form: Form, feed: &Released<Feed>, settings: &Settings) -> (String, u64) {
    let write = || {
        let mut out = Vec::new();
        let entries = form.feed_writer().unwrap()(feed, settings, &mut out).unwrap();
        (String::from_utf8(out).unwrap(), entries)
    };
    let written = write();
    assert_eq!(written, write());
    written
}

/// Writes the feed of a day.
pub(crate) fn written(form: Form, day: &str) -> String {
    written_with(form, &feed(day), &Settings::default()).0
}

/// Settings with a publisher.
pub(crate) fn published_by(name: &str) -> Settings {
    Settings { publisher: Publisher { name: name.to_owned(), mail: String::new() }, ..Settings::default() }
}

/// Returns a feed of many names of one day.
pub(crate) fn large(names: usize) -> Released<Feed> {
    let day: UtcDay = DAY.parse().unwrap();
    let mut gatherer = Gatherer::new();
    let number = gatherer.window(day.window()).unwrap();
    for name in 0..names {
        assert!(gatherer.push(format!("name{name}.example").as_bytes(), 0, number).unwrap());
    }
    feed(DAY).map(|feed| Feed { entries: gatherer.finish(), ..feed })
}

/// A writer that remembers how often it was written to, and the most octets at a time.
#[derive(Default)]
pub(crate) struct Pieces {
    pub(crate) count: usize,
    pub(crate) longest: usize,
}

impl std::io::Write for Pieces {
    fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
        self.count += 1;
        self.longest = self.longest.max(octets.len());
        Ok(octets.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What leaves is handed on piece by piece: no form holds a second copy of the names.
#[test]
fn forms_are_written_in_pieces() {
    let feed = large(20_000);
    for form in [Form::Stix, Form::Misp, Form::IntelMq, Form::N6, Form::Zeek, Form::Suricata] {
        let mut pieces = Pieces::default();
        let entries = form.feed_writer().unwrap()(&feed, &Settings::default(), &mut pieces).unwrap();
        assert_eq!(entries, 20_000, "{form}");
        assert!(pieces.count >= 5 && pieces.longest <= 70 << 10, "{form}: {} of {}", pieces.count, pieces.longest);
    }
}

/// Suricata takes what stands after 8,191 octets of a line for a line of its own.
#[test]
fn no_line_of_a_sensors_file_is_cut() {
    let title = format!("{}\u{10FFFF}alert ip any any -> any any (sid:1;)", "\u{10FFFF}".repeat(2_100));
    let feed = feed(DAY).map(|feed| Feed { title, ..feed });
    for form in [Form::Zeek, Form::SuricataRules] {
        let (text, _) = written_with(form, &feed, &Settings::default());
        assert_eq!(text.lines().map(str::len).max(), Some(2 + 4 * 200), "{form}");
    }
}

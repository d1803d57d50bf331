// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A small feed with everything that a form has to get right.

use forestall_formats::Form;
use forestall_formats::feed::{Campaign, Feed, Gatherer, Settings};
use forestall_model::marking::release;
use forestall_model::{Audience, Instant, Marking, Released, UtcDay, Window};

/// The day on which most names are live.
pub(crate) const DAY: &str = "2026-11-26";
/// A day on which none is.
pub(crate) const AFTER: &str = "2026-11-29";
/// A day on which the first is live once more.
pub(crate) const AGAIN: &str = "2026-12-06";

/// A title that is syntax in every form, if a form lets it.
const TITLE: &str = "Winter\n*.org. CNAME . ]] \"; server=/org/ \u{85}local-zone: \"org.\" always_nxdomain */";

/// The entries: name, campaign, guard window.
const ENTRIES: [(&str, usize, [&str; 2]); 6] = [
    ("aaa.be", 0, ["2026-11-25", "2026-11-28"]),
    ("aaa.be", 0, ["2026-12-05", "2026-12-08"]),
    ("bbb.co.uk", 0, ["2026-11-24", "2026-11-27"]),
    ("bbb.co.uk", 1, ["2026-11-25", "2026-11-28"]),
    ("ccc.ws", 1, ["2026-11-26", "2026-11-29"]),
    // Above a name that is let through.
    ("ddd.org", 0, ["2026-11-25", "2026-11-28"]),
];

/// Returns the feed of a day, as the hub puts it together.
pub(crate) fn feed(day: &str) -> Released<Feed> {
    let day: UtcDay = day.parse().unwrap();
    let mut gatherer = Gatherer::new();
    for (name, campaign, [from, until]) in ENTRIES {
        let bound = |day: &str| day.parse::<UtcDay>().unwrap().start();
        let window = Window { from: bound(from), until: bound(until) };
        if window.meets(day.window()) {
            let number = gatherer.window(window).unwrap();
            assert!(gatherer.push(name.as_bytes(), campaign, number).unwrap());
        }
    }
    let feed = Feed {
        id: "winter".to_owned(),
        title: TITLE.to_owned(),
        marking: Marking::DEFAULT,
        span: day.window(),
        opened: Instant::from_seconds(0),
        changed: Instant::from_seconds(0),
        campaigns: vec![campaign("conficker-b", true), campaign("conficker-c", false)],
        entries: gatherer.finish(),
        let_through: vec!["eee.be".parse().unwrap(), "ok.ddd.org".parse().unwrap()],
    };
    release(feed, Audience::Recipient, Instant::from_seconds(0)).unwrap()
}

fn campaign(family: &str, verified: bool) -> Campaign {
    Campaign {
        id: family.parse().unwrap(),
        family: family.parse().unwrap(),
        aliases: vec!["Downadup".to_owned()],
        summary: "A worm of 2008.".to_owned(),
        verified,
        scheme: "arithmetic",
        seeding: "time-dependent-deterministic",
        seed: String::new(),
        references: Vec::new(),
    }
}

/// Writes the feed of a day with a policy; twice, since equal feeds give equal octets.
pub(crate) fn written(form: Form, day: &str, policy: &str) -> String {
    let settings = Settings { policy: policy.parse().unwrap(), ..Settings::default() };
    let write = || {
        let mut out = Vec::new();
        form.feed_writer().unwrap()(&feed(day), &settings, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let text = write();
    assert_eq!(text, write());
    text
}

/// Returns why a form cannot say a policy.
pub(crate) fn refused(form: Form, policy: &str) -> String {
    let settings = Settings { policy: policy.parse().unwrap(), ..Settings::default() };
    let mut out = Vec::new();
    let error = form.feed_writer().unwrap()(&feed(DAY), &settings, &mut out).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    assert!(out.is_empty(), "nothing is written of what is refused");
    error.to_string()
}

/// Returns the head of every form, each line with its mark.
pub(crate) fn head(mark: &str) -> String {
    [
        "Winter *.org. CNAME . ]] \"; server=/org/  local-zone: \"org.\" always_nxdomain */",
        "TLP:AMBER+STRICT PAP:GREEN",
        "Names that a domain generation algorithm makes, predicted: candidates of a botnet, not its servers.",
        "Holds from 2026-11-26T00:00:00Z until 2026-11-27T00:00:00Z: the names whose windows, margins included, meet this time.",
        "campaign conficker-b of conficker-b",
        "campaign conficker-c of conficker-c, UNVERIFIED: its names were not checked against the botnet's own",
    ]
    .map(|line| format!("{mark} {line}\n"))
    .concat()
}

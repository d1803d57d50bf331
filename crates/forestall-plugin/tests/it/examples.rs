// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The examples that the repository keeps: as their digests say, and name by name the same as the built-in families.

use forestall_dga::family::NoWordLists;
use forestall_dga::identify::{Observed, Spans, known};
use forestall_dga::{Ask, Catalogue, NameBuf, Prepared};
use forestall_model::{DayRange, Digest, Window};
use forestall_plugin::{Checked, limits};

use crate::support::{Parts, alone, day, example, examples, list, prepared};

/// An example, its campaigns, and the built-in campaigns with the same names.
const EXAMPLES: [(&str, &[(&str, &str)]); 2] = [
    ("vidro.wasm", &[("vidro-example", "vidro")]),
    ("chinad.wasm", &[("chinad-example", "chinad"), ("chinad-example-one-byte", "chinad-one-byte")]),
];

#[test]
fn are_the_files_that_the_digests_name() {
    let sums = std::fs::read_to_string(examples().join("SHA256SUMS")).unwrap();
    assert_eq!(sums.lines().count(), EXAMPLES.len());
    for (name, _) in EXAMPLES {
        let digest = Digest::of(&std::fs::read(examples().join(name)).unwrap());
        assert!(sums.lines().any(|line| line == format!("{digest}  {name}")), "{name} is {digest}");
    }
}

#[test]
fn reproduce_their_vectors() {
    assert_eq!(example("vidro.wasm").check().unwrap(), Checked { campaigns: 1, vectors: 2, names: 104 });
    assert_eq!(example("chinad.wasm").check().unwrap(), Checked { campaigns: 2, vectors: 2, names: 1_256 });
}

#[test]
fn give_the_lists_of_the_built_in_families() {
    let built_in = Catalogue::built_in();
    // Leap days, a turn of the century, days before 1970 and before the base of vidro's weeks, and the ends of the calendar.
    let spans = [
        ("2016-02-25", "2016-03-03"),
        ("2100-02-27", "2100-03-02"),
        ("1969-12-29", "1970-01-03"),
        ("1601-01-01", "1601-01-12"),
        ("9999-12-20", "9999-12-31"),
    ];
    for (name, campaigns) in EXAMPLES {
        let plugged = alone(&example(name));
        for (ours, theirs) in campaigns {
            let (ours, theirs) = (prepared(&plugged, ours), prepared(&built_in, theirs));
            for (from, until) in spans {
                let span = DayRange { from: day(from), until: day(until) }.window();
                same(&ours, &theirs, span);
            }
        }
    }
}

fn same(ours: &Prepared, theirs: &Prepared, span: Window) {
    let periods: Vec<_> = theirs.generator.periods(span).collect();
    assert_eq!(ours.generator.periods(span).collect::<Vec<_>>(), periods);
    let ask = Ask { span: Some(span), limit: ours.campaign.count };
    for period in periods {
        let (mut mine, mut known) = (NameBuf::new(), NameBuf::new());
        ours.generator.generate(&period, &ask, &mut mine).unwrap();
        theirs.generator.generate(&period, &Ask { limit: None, ..ask }, &mut known).unwrap();
        assert!(!mine.is_empty() && mine.iter().eq(known.iter()), "{period:?}");
    }
}

#[test]
fn a_limit_gives_the_first_names() {
    for (name, campaigns) in EXAMPLES {
        let ours = prepared(&alone(&example(name)), campaigns[0].0);
        let whole = list(&ours, day("2026-11-23"), ours.campaign.count).unwrap();
        for limit in [1, 7, 99] {
            let first = list(&ours, day("2026-11-23"), Some(limit)).unwrap();
            assert!(first.iter().eq(whole.iter().take(usize::try_from(limit).unwrap())), "{limit}");
        }
    }
}

#[test]
fn several_threads_give_one_result() {
    let ours = prepared(&alone(&example("chinad.wasm")), "chinad-example");
    let digests = |order: [i32; 4]| {
        std::thread::scope(|scope| {
            let run = |n: i32| list(&ours, day("2026-11-23").plus(n), Some(200)).unwrap().digest();
            let running = order.map(|n| scope.spawn(move || (n, run(n))));
            let mut done = running.map(|thread| thread.join().unwrap());
            done.sort_unstable();
            done
        })
    };
    assert_eq!(digests([0, 1, 2, 3]), digests([3, 1, 0, 2]));
}

#[test]
fn names_of_a_plug_in_are_identified() {
    let catalogue = alone(&example("vidro.wasm"));
    let names = list(&prepared(&catalogue, "vidro-example"), day("2026-11-23"), Some(5)).unwrap();
    let observed = Observed::read(names.text()).unwrap();
    let spans = Spans::both(DayRange { from: day("2026-11-10"), until: day("2026-12-01") });
    let found = known(&catalogue, &NoWordLists, &observed, &spans, day("2026-11-23"), 2, |_, _, _| {});
    let campaigns: Vec<&str> = found.explanations.iter().map(|found| found.campaign.as_str()).collect();
    assert_eq!(campaigns, ["vidro-example"]);
    assert!(found.skipped.is_empty());
}

#[test]
fn parameters_reach_the_module_and_wrong_ones_are_refused() {
    let catalogue = alone(&example("chinad.wasm"));
    let refused = |key: &str, value: &str| {
        let mut params = forestall_model::Params::new();
        params.set(key, value);
        let campaign = catalogue.campaign("chinad-example").unwrap();
        catalogue.prepare(campaign, &params, &NoWordLists).unwrap_err().to_string()
    };
    assert_eq!(
        refused("indexbytes", "3"),
        "chinad-example refuses its parameters: the module says: indexbytes must be 1 or 2"
    );
    assert!(refused("indexbytes", "2\nindexbytes=1").contains("one line"));
    assert!(refused("indexbytes", &"2".repeat(limits::MAX_PARAMETERS)).contains("octets of parameters"));
    assert!(refused("seed", "1").contains("no parameter \"seed\""));
}

#[test]
fn the_code_is_part_of_the_digest_and_further_campaigns_are_not() {
    let digest = |parts: &Parts| prepared(&alone(&parts.read().unwrap()), "counter").digest;
    let one = Parts::default();
    let mut more = one.clone();
    more.metadata =
        more.metadata.replace("[[vector]]", "[[campaign]]\nid = \"counter-2\"\nsource = \"a test\"\n\n[[vector]]");
    assert_eq!(digest(&one), digest(&more));
    let mut other = one.clone();
    other.next = other.next.replace("(i64.const 26)", "(i64.const 25)");
    assert_ne!(digest(&one), digest(&other));
    let mut longer = one.clone();
    longer.metadata = longer.metadata.replace("names_per_period = 3", "names_per_period = 4");
    assert_ne!(digest(&one), digest(&longer));
}

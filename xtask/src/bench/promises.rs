// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What was promised of speed and size, one row a promise, and which run gives the figure.
//!
//! A goal is held against the median of the turns. A promise of many figures (`linear.*`) is kept where each of them reaches the goal.

/// A promise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Promise {
    /// What it is called on the command line.
    pub(super) id: &'static str,
    pub(super) verb: Verb,
    /// What is measured, for people.
    pub(super) what: &'static str,
    /// The run that gives the figure, by its name in [`super::runs`].
    pub(super) run: &'static str,
    /// The id of the figure in that run; with `.*` at its end all that begin so.
    pub(super) figure: &'static str,
    /// The unit of goal and figure.
    pub(super) unit: &'static str,
    pub(super) goal: Goal,
    /// Other programs that the run measures where they are installed.
    pub(super) peers: &'static [&'static str],
}

/// What is to be reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Goal {
    AtMost(f64),
    AtLeast(f64),
    /// The figure was asked for, without a goal.
    Told,
}

impl Goal {
    /// Says whether a figure reaches it; `None` where there is none.
    pub(super) fn is_met(self, figure: f64) -> Option<bool> {
        match self {
            Self::AtMost(most) => Some(figure <= most),
            Self::AtLeast(least) => Some(figure >= least),
            Self::Told => None,
        }
    }
}

/// What a user does with it: the chapters of the table, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verb {
    Predict,
    Vet,
    Coordinate,
    Publish,
    Sinkhole,
    Measure,
    Detect,
}

impl Verb {
    pub(super) const ALL: [Self; 7] =
        [Self::Predict, Self::Vet, Self::Coordinate, Self::Publish, Self::Sinkhole, Self::Measure, Self::Detect];

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Predict => "predict",
            Self::Vet => "vet",
            Self::Coordinate => "coordinate",
            Self::Publish => "publish",
            Self::Sinkhole => "sinkhole",
            Self::Measure => "measure",
            Self::Detect => "detect",
        }
    }
}

/// A row without peers.
const fn row(
    id: &'static str,
    verb: Verb,
    (run, figure, unit): (&'static str, &'static str, &'static str),
    goal: Goal,
    what: &'static str,
) -> Promise {
    Promise { id, verb, what, run, figure, unit, goal, peers: &[] }
}

/// The same with peers.
const fn beside(promise: Promise, peers: &'static [&'static str]) -> Promise {
    Promise { peers, ..promise }
}

use Goal::{AtLeast, AtMost, Told};
use Verb::{Coordinate, Detect, Measure, Predict, Publish, Sinkhole, Vet};

const NAMES: &str = "M names/CPU s";
const SERVERS: &[&str] = &["NSD", "Knot DNS"];

/// All promises, by verb.
pub(super) const PROMISES: &[Promise] = &[
    row(
        "predict.year",
        Predict,
        ("predict-year", "abc", "CPU s"),
        AtMost(1.2),
        "a year of Conficker A, B and C (18.4 million names) in plain form to a file, user and system time",
    ),
    row(
        "predict.quickstart",
        Predict,
        ("quickstart", "wall", "s"),
        AtMost(5.0),
        "`forestall quickstart --no-serve` in an empty folder",
    ),
    beside(
        row(
            "predict.conficker-c",
            Predict,
            ("names", "side-by-side.conficker-c.rate", "items/s"),
            Told,
            "names a second of Conficker C, twelve days side by side on one core; `plain` is the reference, with a sine and a logarithm in every step",
        ),
        &["plain"],
    ),
    row(
        "predict.linear",
        Predict,
        ("families", "linear.*", NAMES),
        AtLeast(12.5),
        "names of families with a linear congruential generator, one core",
    ),
    row(
        "predict.linear-several",
        Predict,
        ("families", "linear-several.*", NAMES),
        AtLeast(25.0),
        "the same of those of which several lists can be in flight",
    ),
    row("predict.md5", Predict, ("families", "md5.*", NAMES), AtLeast(4.0), "names of families with MD5, one core"),
    row(
        "predict.md5-lanes",
        Predict,
        ("families", "md5.*", NAMES),
        AtLeast(10.0),
        "the same, where messages can be computed side by side",
    ),
    row(
        "predict.gain",
        Predict,
        ("families", "gain.*", "times"),
        AtLeast(1.0),
        "names of every family that has a plain port beside it, over those of the port",
    ),
    beside(
        row("predict.vidro", Predict, ("families", "names.vidro", NAMES), Told, "names of Vidro, one core"),
        &["CPython", "PyPy"],
    ),
    beside(
        row("predict.newgoz", Predict, ("families", "names.newgoz", NAMES), Told, "names of NewGOZ, one core"),
        &["CPython", "PyPy"],
    ),
    beside(
        row("predict.necurs", Predict, ("families", "names.necurs", NAMES), Told, "names of Necurs, one core"),
        &["CPython", "PyPy"],
    ),
    row(
        "predict.all-years",
        Predict,
        ("all-years", "cpu", "CPU s"),
        AtMost(60.0),
        "a year of every family with dates and all its campaigns, duplicates removed",
    ),
    beside(
        row(
            "predict.plugin",
            Predict,
            ("plugin", "plugged-in.vidro.rate", "items/s"),
            Told,
            "names a second of Vidro as a plug-in in WebAssembly, one core",
        ),
        &["built in"],
    ),
    row(
        "vet.dns",
        Vet,
        ("vet-dns", "wall", "s"),
        AtMost(8.0),
        "50,000 names asked for over DNS on loopback, half of them delegated",
    ),
    row("vet.dns-memory", Vet, ("vet-dns", "memory", "MiB"), AtMost(200.0), "most memory of the same"),
    row(
        "vet.zone",
        Vet,
        ("vet-zone", "cpu", "CPU s"),
        AtMost(8.0),
        "90 days of Conficker A, B and C looked for in a compressed zone of 20 million lines",
    ),
    row("vet.zone-memory", Vet, ("vet-zone", "memory", "MiB"), AtMost(200.0), "most memory of the same"),
    row(
        "coordinate.case",
        Coordinate,
        ("open", "first", "ms"),
        AtMost(200.0),
        "the page of a case of 4.5 million names, first request after a start",
    ),
    row("coordinate.case-again", Coordinate, ("open", "again", "ms"), AtMost(200.0), "the same, asked for again"),
    row(
        "coordinate.board",
        Coordinate,
        ("board", "with-100-000-exclusions", "ns"),
        Told,
        "the board of 4.5 million names with 100,000 exclusions, computed anew",
    ),
    row(
        "coordinate.pages",
        Coordinate,
        ("readers", "all-cases-pause-5", "ms"),
        AtMost(100.0),
        "95th percentile of the page of all cases, for 1,000 readers who pause 5 seconds on average; 500 registries, 40 cases, 30 million names",
    ),
    row(
        "coordinate.boards",
        Coordinate,
        ("readers", "board-of-a-case-pause-5", "ms"),
        AtMost(100.0),
        "the same of the board of a case",
    ),
    row(
        "coordinate.boards-changing",
        Coordinate,
        ("readers", "board-an-event-recorded-each-second-pause-5", "ms"),
        AtMost(100.0),
        "the same while an event is recorded each second",
    ),
    row("coordinate.gaps", Coordinate, ("readers", "gaps-pause-5", "ms"), AtMost(100.0), "the same of the gaps"),
    row("coordinate.slices", Coordinate, ("readers", "slice-pause-5", "ms"), AtMost(100.0), "the same of a slice"),
    row(
        "coordinate.api-cases",
        Coordinate,
        ("readers", "api-cases-pause-5", "ms"),
        AtMost(50.0),
        "the same of all cases by the API",
    ),
    row(
        "coordinate.api-case",
        Coordinate,
        ("readers", "api-a-case-pause-5", "ms"),
        AtMost(50.0),
        "the same of a case by the API",
    ),
    row(
        "coordinate.api-gaps",
        Coordinate,
        ("readers", "api-gaps-pause-5", "ms"),
        AtMost(50.0),
        "the same of the gaps by the API",
    ),
    row(
        "coordinate.boards-no-pause",
        Coordinate,
        ("readers", "board-of-a-case-pause-0", "ms"),
        Told,
        "95th percentile of the board with 1,000 requests under way without a pause, which is the most that the machine gives",
    ),
    row(
        "coordinate.append",
        Coordinate,
        ("append", "append-64", "events/s"),
        AtLeast(2_000.0),
        "events recorded on SQLite with `synchronous=FULL`, 64 writers whose events are committed together",
    ),
    row(
        "coordinate.append-one",
        Coordinate,
        ("append", "append-1", "events/s"),
        Told,
        "the same, one writer that waits for each",
    ),
    row(
        "coordinate.send",
        Coordinate,
        ("send", "first", "s"),
        AtMost(120.0),
        "`forestall case send` for all registries of Conficker C over 90 days: list, envelope, brief, workbook",
    ),
    row(
        "publish.rpz",
        Publish,
        ("feed", "an-rpz-zone-all-together", "CPU s"),
        AtMost(0.5),
        "an RPZ zone of a million names: computed, sorted, each once, written",
    ),
    row(
        "publish.axfr",
        Publish,
        ("transfer", "axfr-rate", "records/s"),
        AtLeast(300_000.0),
        "transfer of it over loopback, two records a name",
    ),
    row(
        "publish.ixfr",
        Publish,
        ("transfer", "ixfr-server", "CPU s"),
        AtMost(1.0),
        "the server's time for the difference of a day's roll-over: 200,000 records",
    ),
    row(
        "publish.bind-answers",
        Publish,
        ("resolvers", "named-difference-unanswered", "questions"),
        AtMost(0.0),
        "questions that BIND leaves unanswered for a second while it takes that difference, a million names in the zone",
    ),
    row(
        "publish.unbound-answers",
        Publish,
        ("resolvers", "unbound-difference-unanswered", "questions"),
        AtMost(0.0),
        "the same of Unbound",
    ),
    row(
        "publish.stix",
        Publish,
        ("sharing", "written.stix", "ns"),
        AtMost(1e9),
        "a STIX bundle of 50,000 indicators, written",
    ),
    row(
        "publish.stix-memory",
        Publish,
        ("sharing-memory", "memory", "MiB"),
        AtMost(100.0),
        "most memory of a process that computes, gathers and writes it",
    ),
    beside(
        row(
            "sinkhole.query-1m",
            Sinkhole,
            ("sinkhole-1m", "times-echo-200", "times"),
            AtMost(1.15),
            "CPU of a query over that of a bare echo in the same turn, 1,000,000 names, 200 queries on their way",
        ),
        SERVERS,
    ),
    beside(
        row(
            "sinkhole.query-1m-single",
            Sinkhole,
            ("sinkhole-1m", "times-echo-1", "times"),
            AtMost(1.25),
            "the same, one on its way",
        ),
        SERVERS,
    ),
    beside(
        row(
            "sinkhole.query-10m",
            Sinkhole,
            ("sinkhole-10m", "times-echo-200", "times"),
            AtMost(1.15),
            "the same, 10,000,000 names, 200 on their way",
        ),
        SERVERS,
    ),
    beside(
        row(
            "sinkhole.query-10m-single",
            Sinkhole,
            ("sinkhole-10m", "times-echo-1", "times"),
            AtMost(1.25),
            "the same, one on its way",
        ),
        SERVERS,
    ),
    beside(
        row(
            "sinkhole.cpu",
            Sinkhole,
            ("sinkhole-1m", "query-200", "us"),
            Told,
            "CPU of a query, 1,000,000 names, 200 on their way; NSD and Knot DNS with 20,000 zones",
        ),
        &["echo", "NSD", "Knot DNS"],
    ),
    row(
        "sinkhole.start-1m",
        Sinkhole,
        ("sinkhole-1m", "start", "ms"),
        AtMost(100.0),
        "from the start until it listens, 1,000,000 names",
    ),
    row("sinkhole.start-10m", Sinkhole, ("sinkhole-10m", "start", "ms"), AtMost(100.0), "the same, 10,000,000 names"),
    row(
        "sinkhole.memory-1m",
        Sinkhole,
        ("sinkhole-1m", "memory", "MiB"),
        AtMost(64.0),
        "memory besides the mapped index after all queries, 1,000,000 names",
    ),
    row("sinkhole.memory-10m", Sinkhole, ("sinkhole-10m", "memory", "MiB"), AtMost(64.0), "the same, 10,000,000 names"),
    row(
        "sinkhole.index-1m",
        Sinkhole,
        ("sinkhole-1m", "new-index", "ms"),
        AtMost(100.0),
        "from the rename of a new index to its first right answer, 1,000,000 names",
    ),
    row(
        "sinkhole.index-10m",
        Sinkhole,
        ("sinkhole-10m", "new-index", "ms"),
        AtMost(100.0),
        "the same, 10,000,000 names",
    ),
    row(
        "sinkhole.missed-1m",
        Sinkhole,
        ("sinkhole-1m", "new-index-missed", "answers"),
        AtMost(0.0),
        "answers that others missed meanwhile, 1,000,000 names",
    ),
    row(
        "sinkhole.missed-10m",
        Sinkhole,
        ("sinkhole-10m", "new-index-missed", "answers"),
        AtMost(0.0),
        "the same, 10,000,000 names",
    ),
    row(
        "sinkhole.http-fresh",
        Sinkhole,
        ("sinkhole-1m", "http-fresh", "us"),
        AtMost(60.0),
        "CPU of an HTTP request on a connection of its own",
    ),
    row(
        "sinkhole.http-kept",
        Sinkhole,
        ("sinkhole-1m", "http-kept", "us"),
        AtMost(15.0),
        "CPU of an HTTP request on a connection that is kept",
    ),
    row(
        "sinkhole.spool",
        Sinkhole,
        ("sinkhole-1m", "spool-unaccounted", "events"),
        AtMost(0.0),
        "events that are neither on the disk nor told to be left out, of all queries and requests",
    ),
    row(
        "sinkhole.spool-left-out",
        Sinkhole,
        ("sinkhole-1m", "spool-left-out", "events"),
        Told,
        "events that were told to be left out, by sampling",
    ),
    row(
        "measure.lake",
        Measure,
        ("lake", "ship-and-census-of-100-million", "CPU s"),
        AtMost(120.0),
        "100 million events taken into the lake, and a full census of them",
    ),
    row("measure.lake-memory", Measure, ("lake", "memory", "MiB"), AtMost(2_048.0), "most memory of the same"),
    beside(
        row(
            "detect.index-size",
            Detect,
            ("index", "octets", "octets a name"),
            AtMost(12.0),
            "size on disk of an index of 50 million names; the peer holds the names alone, in memory",
        ),
        &["HashSet"],
    ),
    beside(
        row(
            "detect.index-build",
            Detect,
            ("index", "build", "CPU s"),
            AtMost(25.0),
            "computing these names and building the index",
        ),
        &["HashSet"],
    ),
    row("detect.index-memory", Detect, ("index", "memory", "MiB"), AtMost(1_024.0), "most memory of the same"),
    beside(
        row(
            "detect.lookup-listed",
            Detect,
            ("index", "listed-batches-16", "ns"),
            AtMost(200.0),
            "looking up a listed name, in batches of 16",
        ),
        &["HashSet"],
    ),
    beside(
        row(
            "detect.lookup-absent",
            Detect,
            ("index", "absent-batches-16", "ns"),
            AtMost(40.0),
            "looking up an absent name under a listed parent, in batches of 16",
        ),
        &["HashSet"],
    ),
    beside(
        row(
            "detect.lookup-elsewhere",
            Detect,
            ("index", "elsewhere-batches-16", "ns"),
            AtMost(40.0),
            "looking up an absent name under no listed parent, in batches of 16",
        ),
        &["HashSet"],
    ),
    beside(
        row(
            "detect.lookup-listed-64",
            Detect,
            ("index", "listed-batches-64", "ns"),
            AtMost(200.0),
            "looking up a listed name, in batches of 64",
        ),
        &["HashSet"],
    ),
    beside(
        row(
            "detect.lookup-absent-64",
            Detect,
            ("index", "absent-batches-64", "ns"),
            AtMost(40.0),
            "looking up an absent name under a listed parent, in batches of 64",
        ),
        &["HashSet"],
    ),
    row(
        "detect.plain",
        Detect,
        ("scan", "plain", "M/CPU s"),
        AtLeast(8.0),
        "lines in plain form that `forestall scan` reads, an index of 10 million names, both threads",
    ),
    row("detect.zeek", Detect, ("scan", "zeek", "M/CPU s"), AtLeast(6.0), "lines of Zeek's log, the same"),
    row("detect.pcap", Detect, ("scan", "pcap", "M/CPU s"), AtLeast(4.0), "packets of a capture, the same"),
    row(
        "detect.plain-50m",
        Detect,
        ("scan", "plain-times-for-more-names", "times"),
        AtMost(1.25),
        "cost with 50 million names over that with 10 million, plain form",
    ),
    row(
        "detect.zeek-50m",
        Detect,
        ("scan", "zeek-times-for-more-names", "times"),
        AtMost(1.25),
        "the same, Zeek's log",
    ),
    row(
        "detect.plain-right",
        Detect,
        ("scan", "plain-wrong", "rows and hits"),
        AtMost(0.0),
        "hits and rows missing, miscounted or invented in all these lines, plain form",
    ),
    row("detect.zeek-right", Detect, ("scan", "zeek-wrong", "rows and hits"), AtMost(0.0), "the same, Zeek's log"),
    row("detect.pcap-right", Detect, ("scan", "pcap-wrong", "rows and hits"), AtMost(0.0), "the same, captures"),
    row(
        "detect.pairs",
        Detect,
        ("scan", "pairs-memory", "MiB"),
        AtMost(300.0),
        "memory above that at the start for a million pairs of client and family",
    ),
    beside(
        row(
            "detect.beside-plain",
            Detect,
            ("scan", "beside-plain", "M/CPU s"),
            Told,
            "lines with a million names, beside joins that miss letter case and sub-domains",
        ),
        &["DuckDB", "polars"],
    ),
    beside(
        row(
            "detect.beside-plain-slow",
            Detect,
            ("scan", "beside-plain-slow", "M/CPU s"),
            Told,
            "fewer lines, beside a set in Python that is right, and ripgrep",
        ),
        &["python3, a set", "rg -F -c -f"],
    ),
    beside(
        row(
            "detect.beside-pcap",
            Detect,
            ("scan", "beside-pcap", "M/CPU s"),
            Told,
            "packets, beside tcpdump, which looks for nothing",
        ),
        &["tcpdump -n"],
    ),
    beside(
        row(
            "detect.beside-pcap-slow",
            Detect,
            ("scan", "beside-pcap-slow", "M/CPU s"),
            Told,
            "fewer packets, beside tshark, which looks for nothing",
        ),
        &["tshark -n -T fields"],
    ),
    row(
        "detect.sift",
        Detect,
        ("sift", "plain", "ns"),
        Told,
        "CPU of a line in plain form, read and matched in one process, without the program around it",
    ),
    row(
        "detect.classify",
        Detect,
        ("classify", "linear.rate", "items/s"),
        AtLeast(1_000_000.0),
        "names that the linear part of the score takes a second, one core",
    ),
    row("detect.score", Detect, ("classify", "score.rate", "items/s"), Told, "the same, the whole score"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::bench::runs::RUNS;

    #[test]
    fn each_has_an_id_of_its_own_that_begins_with_its_verb() {
        let ids: BTreeSet<&str> = PROMISES.iter().map(|promise| promise.id).collect();
        assert_eq!(ids.len(), PROMISES.len());
        for promise in PROMISES {
            assert_eq!(promise.id.split_once('.').map(|(verb, _)| verb), Some(promise.verb.word()), "{}", promise.id);
        }
        assert!(PROMISES.is_sorted_by_key(|promise| promise.verb));
    }

    #[test]
    fn each_has_a_run_and_each_run_a_promise() {
        for promise in PROMISES {
            assert!(RUNS.iter().any(|run| run.name == promise.run), "{}", promise.id);
        }
        for run in RUNS {
            assert!(PROMISES.iter().any(|promise| promise.run == run.name), "{}", run.name);
        }
    }

    #[test]
    fn a_goal_is_met_where_it_is_just_reached() {
        assert_eq!(AtMost(1.0).is_met(1.0), Some(true));
        assert_eq!(AtMost(1.0).is_met(1.01), Some(false));
        assert_eq!(AtLeast(1.0).is_met(0.99), Some(false));
        assert_eq!(Told.is_met(1.0), None);
    }
}

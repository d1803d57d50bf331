// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Received lists against the algorithms: what was computed is right, whatever campaign it is of, and nothing else is.

use forestall_dga::family::NoWordLists;
use forestall_dga::verify::{Against, Fault, Findings, Line, Place, verify};
use forestall_dga::{Catalogue, GenerateError, Prepared, slice};
use forestall_model::{DayRange, Params, Tld, Window, WindowSet};

use crate::support::{day, prepared};

/// Returns the lines of the lists that meet some days, as they would be sent.
fn lines(prepared: &Prepared, tlds: &[&str], days: DayRange) -> Vec<Line> {
    let mut lines = Vec::new();
    for tld in tlds {
        let tld: Tld = tld.parse().unwrap();
        slice::each::<GenerateError>(prepared, days.window(), &tld, 2, |slice| {
            for (place, name) in (0..).zip(&slice.names) {
                let window = match name.windows {
                    WindowSet::Always => Some((Some(days.window().from), Some(days.window().until))),
                    WindowSet::From(from) => Some((Some(*from), None)),
                    WindowSet::Spans(spans) => Some((Some(spans[0].from), Some(spans[0].until))),
                };
                let at =
                    Place { campaign: prepared.campaign.id.clone(), period: slice.period.key, tld: tld.clone(), place };
                let name = std::str::from_utf8(name.bytes).unwrap().parse().unwrap();
                lines.push(Line { name, window, family: Some(prepared.campaign.family.clone()), place: Some(at) });
            }
            Ok(())
        })
        .unwrap();
    }
    lines
}

fn check(lines: &[Line], against: &Against) -> Findings {
    verify(&Catalogue::built_in(), &NoWordLists, lines, against).unwrap()
}

fn whole() -> Against {
    Against { whole: true, threads: 2, ..Against::default() }
}

fn days(from: &str, until: &str) -> DayRange {
    DayRange::new(day(from), day(until)).unwrap()
}

fn right(findings: &Findings, lines: usize) {
    assert_eq!(
        (findings.lines, findings.right, findings.missing_count),
        (lines as u64, lines as u64, 0),
        "{findings:?}"
    );
    assert!(findings.faults.is_empty() && findings.not_judged.is_empty(), "{findings:?}");
}

#[test]
fn lists_of_every_kind_of_window_are_right() {
    let january = days("2009-01-01", "2009-01-06");
    for (family, tlds) in [("conficker-a", ["com", "org"]), ("conficker-b", ["ws", "cn"]), ("newgoz", ["com", "biz"])] {
        let lines = lines(&prepared(family, &[]), &tlds, january);
        assert!(lines.len() > 10, "{family}");
        right(&check(&lines, &whole()), lines.len());
    }
    let dateless = lines(&prepared("ramdo", &[]), &["org"], january);
    assert!(!dateless.is_empty());
    right(&check(&dateless, &whole()), dateless.len());
}

#[test]
fn parameters_are_taken_from_the_id_or_from_what_is_given() {
    let replaced = prepared("conficker-b", &[("sine", "exact")]);
    assert_eq!(replaced.campaign.id.as_str(), "conficker-b.sine-exact");
    let lines = lines(&replaced, &["ws"], days("2009-01-01", "2009-01-03"));
    right(&check(&lines, &whole()), lines.len());
    let mut params = Params::new();
    params.set("sine", "exact");
    let campaigns = vec![(replaced.campaign.id.clone(), replaced.campaign.family, params)];
    right(&check(&lines, &Against { campaigns, ..whole() }), lines.len());
}

#[test]
fn names_alone_are_searched_for_in_the_span() {
    let span = days("2009-01-01", "2009-01-04");
    let mut lines = lines(&prepared("conficker-b", &[]), &["ws"], span);
    lines.iter_mut().for_each(|line| line.place = None);
    right(&check(&lines, &Against { span: Some(span.window()), ..whole() }), lines.len());
    let later = days("2010-01-01", "2010-01-04").window();
    let elsewhere = check(&lines, &Against { span: Some(later), ..whole() });
    assert_eq!((elsewhere.right, elsewhere.fault_count), (0, lines.len() as u64));
    assert!(matches!(elsewhere.faults[0].fault, Fault::NotMade(_)));
    let missing = check(&lines[1..], &Against { span: Some(span.window()), ..whole() });
    assert_eq!(missing.missing_count, 1);
    assert_eq!(missing.missing[0].name, lines[0].name.as_str());
}

#[test]
fn a_span_of_thousands_of_years_ends() {
    let mut lines = lines(&prepared("conficker-b", &[]), &["ws"], days("2009-01-01", "2009-01-02"));
    let mut far = lines[0].clone();
    if let Some(place) = &mut far.place {
        place.period = 200_000_000_000;
    }
    lines.push(far);
    let findings = check(&lines, &whole());
    assert!(findings.fault_count >= 1);
    assert!(findings.not_judged.iter().any(|what| what.contains("after 4000 periods")), "{:?}", findings.not_judged);
    assert!(findings.missing.len() <= 1_000 && findings.missing_count > 1_000);
    let nonsense = check(
        &lines[..1],
        &Against {
            span: Some(Window { from: day("2009-01-02").start(), until: day("2009-01-01").start() }),
            ..whole()
        },
    );
    assert_eq!(nonsense.fault_count, 0, "a line that says where it stands needs no span");
}

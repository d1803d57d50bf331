// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Until when a list must be with a registry.

use forestall_coord::deadline::{Deadline, Timing, lead, working_days_after};
use forestall_model::Instant;
use forestall_model::party::{DayCount, LeadDays, Road, Terms};
use forestall_testkit::parsed;

fn terms(road: Road) -> Terms {
    Terms { road, ..Terms::default() }
}

/// A window that opens on Wednesday, 1 April 2009, with the 24 hours of Conficker's margin.
fn opens() -> Instant {
    parsed("2009-03-31T00:00:00Z")
}

#[track_caller]
fn check(terms: &Terms, send_by: &str) {
    let deadline = Deadline::of(opens(), terms);
    assert_eq!(deadline.act_by, parsed("2009-03-30T00:00:00Z"), "a day is kept for looking from outside");
    assert_eq!(deadline.send_by, parsed(send_by));
}

#[test]
fn roads_take_their_own_days() {
    // 30 March is a Monday: the working day before it is Friday, 27 March.
    check(&terms(Road::OwnPolicy), "2009-03-27T00:00:00Z");
    check(&terms(Road::Ersr), "2009-03-25T00:00:00Z");
    check(&terms(Road::RegistrarWaiver), "2009-03-15T00:00:00Z");
}

#[test]
fn a_registrys_own_days_count_where_they_are_more() {
    let own = |days, count| Terms { own_days: Some(LeadDays { days, count }), ..terms(Road::Ersr) };
    check(&own(1, DayCount::Working), "2009-03-25T00:00:00Z");
    check(&own(5, DayCount::Working), "2009-03-23T00:00:00Z");
    check(&own(10, DayCount::Calendar), "2009-03-20T00:00:00Z");
    assert_eq!(lead(&own(5, DayCount::Calendar)).count, DayCount::Calendar, "5 calendar days end after 3 working days");
}

#[test]
fn weekends_holidays_and_local_time_are_the_registrys() {
    let sunday_to_thursday = Terms { working_days: parsed("sun-thu"), ..Terms::default() };
    check(&sunday_to_thursday, "2009-03-29T00:00:00Z");
    let with_holidays = Terms { holidays: vec![parsed("2009-03-26"), parsed("2009-03-27")], ..Terms::default() };
    check(&with_holidays, "2009-03-25T00:00:00Z");
    // At midnight UTC it is Monday, 13:00 in Auckland: the day before is Friday there, which began on Thursday, 11:00 UTC.
    check(&Terms { offset: parsed("+13:00"), ..Terms::default() }, "2009-03-26T11:00:00Z");
    // In Honolulu it is Sunday still, and Friday began at 10:00 UTC.
    check(&Terms { offset: parsed("-10:00"), ..Terms::default() }, "2009-03-27T10:00:00Z");
}

#[test]
fn nobody_who_never_works_hangs_the_program() {
    let holidays = (0..900).map(|days| parsed::<forestall_model::UtcDay>("2009-03-30").plus(-days)).rev().collect();
    let deadline = Deadline::of(opens(), &Terms { holidays, ..Terms::default() });
    assert!(deadline.send_by < parsed("2008-04-01T00:00:00Z"), "{deadline:?}");
}

#[test]
fn too_late_for_the_road_comes_before_too_late() {
    let deadline = Deadline::of(opens(), &terms(Road::Ersr));
    let at = |text: &str| deadline.timing(parsed(text));
    assert_eq!(at("2009-03-25T00:00:00Z"), Timing::InTime);
    assert_eq!(at("2009-03-25T00:00:01Z"), Timing::TooLateForRoad);
    assert_eq!(at("2009-03-30T00:00:00Z"), Timing::TooLateForRoad);
    assert_eq!(at("2009-03-30T00:00:01Z"), Timing::TooLate);
}

#[test]
fn an_answer_is_waited_for_until_the_end_of_a_working_day() {
    let check = |from: &str, days, until: &str| {
        assert_eq!(working_days_after(parsed(from), days, &Terms::default()), parsed(until), "{from} {days}");
    };
    check("2009-03-26T16:00:00Z", 1, "2009-03-28T00:00:00Z");
    check("2009-03-27T16:00:00Z", 1, "2009-03-31T00:00:00Z");
    check("2009-03-27T16:00:00Z", 0, "2009-03-28T00:00:00Z");
}

#[test]
fn lead_time_says_what_is_missed_and_what_still_can_be_met() {
    use forestall_coord::LeadTime;
    use forestall_testkit::counts::{daily, days};
    use forestall_testkit::{CaseScript, campaigns};
    let horizon = days("2009-04-01", "2009-04-11");
    let counts = vec![daily("checked", horizon, &[(parsed("be"), 5)])];
    let script = CaseScript::opened_ahead(horizon, 60, vec![campaigns::campaign("checked")], counts);
    let board = script.board();
    let lead = |terms: &Terms, at: &str| LeadTime::of_slice(&board, &parsed("be"), terms, parsed(at));
    let found = lead(&terms(Road::Ersr), "2009-03-20T00:00:00Z").expect("all names are left");
    assert_eq!((found.timing, found.in_time), (Timing::InTime, None));
    assert_eq!(found.deadline.send_by, parsed("2009-03-25T00:00:00Z"));
    // Windows open from 31 March on; on the 27th the road gets there for those that open on 2 April or later.
    let found = lead(&terms(Road::Ersr), "2009-03-27T00:00:00Z").expect("all names are left");
    assert_eq!(found.timing, Timing::TooLateForRoad);
    let met = found.in_time.expect("the later days can be met");
    assert_eq!((met.send_by, met.opens), (parsed("2009-03-27T00:00:00Z"), parsed("2009-04-02T00:00:00Z")));
    assert_eq!(lead(&terms(Road::RegistrarWaiver), "2009-04-09T00:00:00Z").expect("two days are open").in_time, None);
    assert_eq!(lead(&terms(Road::Ersr), "2009-04-12T00:00:00Z"), None, "everything has closed");
    let opens = board.gaps(parsed("2009-03-31T00:00:00Z"), 7).remove(0);
    let gap = LeadTime::of_gap(&board, &opens, &terms(Road::OwnPolicy), parsed("2009-03-31T00:00:00Z"));
    assert_eq!((gap.timing, gap.deadline.act_by), (Timing::TooLate, parsed("2009-03-30T00:00:00Z")));
    assert_eq!(Deadline::acting_by(gap.deadline.act_by, &terms(Road::OwnPolicy)), gap.deadline);
}

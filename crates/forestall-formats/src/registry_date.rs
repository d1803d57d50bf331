// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Dates and times as registries write them, which is in more than one way.
//!
//! RDAP has RFC 3339 with any offset. WHOIS has that and a dozen others; the ones here were seen in answers of registries (the
//! fixtures of the public whois-parser project, 2010 to 2022, hold one of each). A time without an offset is taken as UTC, a
//! date alone as its first instant. Where day and month could be exchanged, nothing is read: a wrong age is worse than none.

use forestall_model::{Instant, UtcDay};

/// Longest text that is taken for a date.
const LONGEST: usize = 64;

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// In which order an answer says that it writes dates with three numbers of which the year is last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DayOrder {
    /// It does not say: a date is read only where the day cannot be a month.
    Unsaid,
    /// The day comes first.
    DayFirst,
}

/// Reads RFC 3339 with `Z` or an offset: `2009-04-01T02:00:00+02:00`; a blank may stand for the `T`. `None` also where the offset leads out of
/// the time that an instant is read in.
#[must_use]
pub(crate) fn rfc3339(text: &str) -> Option<Instant> {
    let text = text.trim();
    let (date, rest) = text.split_at_checked(10)?;
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (time, offset) = match rest.strip_suffix(['Z', 'z']) {
        Some(time) => (time, 0),
        None => {
            let at = rest.rfind(['+', '-'])?;
            (rest.get(..at)?, offset_seconds(rest.get(at..)?)?)
        }
    };
    let instant = format!("{date}T{time}Z").parse::<Instant>().ok()?;
    Some(instant.plus_seconds(-offset)).filter(comes_back)
}

/// Reads RFC 3339 as [`rfc3339`] does, or a time without an offset, which is taken as UTC.
#[must_use]
pub(crate) fn rfc3339_or_utc(text: &str) -> Option<Instant> {
    rfc3339(text).or_else(|| rfc3339(&format!("{text}Z")))
}

/// Says whether an instant is read from its text: the last day of 9999, and what an offset leads out of the years, is not, and facts with it
/// could be stored and not read.
#[must_use]
pub(crate) fn comes_back(instant: &Instant) -> bool {
    instant.to_string().parse() == Ok(*instant)
}

/// Reads a date or a time in one of the ways of registries; `None` where it is none of them, ambiguous, or out of the time that an instant is read in.
#[must_use]
pub(crate) fn registry_date(text: &str, order: DayOrder) -> Option<Instant> {
    written_in_any_way(text, order).filter(comes_back)
}

fn written_in_any_way(text: &str, order: DayOrder) -> Option<Instant> {
    let text = text.trim();
    if text.len() > LONGEST || !text.is_ascii() {
        return None;
    }
    if let Some(instant) = rfc3339(text) {
        return Some(instant);
    }
    let mut words = text.split_ascii_whitespace();
    let first = words.next()?;
    let rest: Vec<&str> = words.collect();
    // `Tue Dec 12 2000`, as DNS Belgium writes.
    if let ([month, day, year], true) = (&rest[..], first.bytes().all(|b| b.is_ascii_alphabetic())) {
        return day_of(year, month_number(month)?, day).map(UtcDay::start);
    }
    // `2003-03-17T12:20:05` without an offset.
    let (date, time) = match first.split_once('T') {
        Some((date, time)) if date.len() == 10 => (date, Some(time)),
        _ => (first, rest.first().copied()),
    };
    let day = date_alone(date, order)?;
    let seconds = time.and_then(time_of_day).unwrap_or(0);
    Some(day.start().plus_seconds(seconds))
}

fn date_alone(text: &str, order: DayOrder) -> Option<UtcDay> {
    if text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()) {
        return day_of(&text[..4], text[4..6].parse().ok()?, &text[6..]);
    }
    let parts: Vec<&str> = text.split(['-', '.', '/']).collect();
    let [a, b, c] = parts[..] else { return None };
    if a.len() == 4 {
        return day_of(a, b.parse().ok()?, c);
    }
    if c.len() != 4 {
        return None;
    }
    if let Some(month) = month_number(b) {
        return day_of(c, month, a);
    }
    let (first, second): (i8, i8) = (a.parse().ok()?, b.parse().ok()?);
    // Dots are written with the day first everywhere.
    if text.contains('.') || order == DayOrder::DayFirst || (first > 12 && second <= 12) {
        day_of(c, second, a)
    } else if second > 12 && first <= 12 {
        day_of(c, first, b)
    } else {
        None
    }
}

fn day_of(year: &str, month: i8, day: &str) -> Option<UtcDay> {
    UtcDay::from_ymd(year.parse().ok()?, month, day.parse().ok()?)
}

fn month_number(text: &str) -> Option<i8> {
    let place = MONTHS.iter().position(|month| text.eq_ignore_ascii_case(month))?;
    i8::try_from(place + 1).ok()
}

/// Returns the seconds of `hh:mm:ss` or `hh:mm` since midnight.
fn time_of_day(text: &str) -> Option<i64> {
    let (hours, rest) = text.split_once(':')?;
    let (minutes, seconds) = rest.split_once(':').unwrap_or((rest, "0"));
    let seconds = seconds.split('.').next()?;
    let [hours, minutes, seconds]: [i64; 3] = [two_digits(hours)?, two_digits(minutes)?, two_digits(seconds)?];
    (hours < 24 && minutes < 60 && seconds < 60).then_some(hours * 3_600 + minutes * 60 + seconds)
}

fn two_digits(text: &str) -> Option<i64> {
    ((1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// Returns the seconds of `+hh:mm`, `+hhmm` or `+hh`, east of Greenwich positive.
fn offset_seconds(text: &str) -> Option<i64> {
    let (sign, digits) = text.split_at_checked(1)?;
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "00"),
    };
    let seconds = two_digits(hours)? * 3_600 + two_digits(minutes)? * 60;
    (seconds <= 86_400).then_some(if sign == "-" { -seconds } else { seconds })
}

#[cfg(test)]
mod tests {
    use super::{DayOrder, registry_date, rfc3339, rfc3339_or_utc};

    #[test]
    fn reads_any_offset() {
        let check = |text: &str, expected: &str| {
            assert_eq!(rfc3339(text).map(|instant| instant.to_string()).as_deref(), Some(expected), "{text}");
        };
        check("2009-04-01T00:00:00Z", "2009-04-01T00:00:00Z");
        check("2011-03-30T19:36:27+02:00", "2011-03-30T17:36:27Z");
        check("1999-02-17T00:00:00+13:00", "1999-02-16T11:00:00Z");
        check("2019-06-25T20:04:37.25-0500", "2019-06-26T01:04:37.25Z");
        check("2019-06-25 20:04:37z", "2019-06-25T20:04:37Z");
        for wrong in [
            "",
            "2009-04-01",
            "2009-04-01T00:00:00",
            "2009-04-31T00:00:00Z",
            "2009-04-01T00:00:00+99:99",
            "1601-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59-00:01",
            "é".repeat(9).as_str(),
        ] {
            assert_eq!(rfc3339(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn takes_a_time_without_an_offset_as_utc_where_asked() {
        let read = |text: &str| rfc3339_or_utc(text).map(|instant| instant.to_string());
        assert_eq!(read("2011-03-30T19:36:27").as_deref(), Some("2011-03-30T19:36:27Z"));
        assert_eq!(read("2011-03-30 19:36:27+02:00").as_deref(), Some("2011-03-30T17:36:27Z"));
        for wrong in ["2011-03-30", "9999-12-31 23:59:59", "soon"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn reads_what_registries_write() {
        let check = |text: &str, expected: &str| {
            let read = registry_date(text, DayOrder::Unsaid).map(|instant| instant.to_string());
            assert_eq!(read.as_deref(), Some(expected), "{text}");
        };
        check("1998-10-21T04:00:00Z", "1998-10-21T04:00:00Z");
        check("1999-12-10 00:00:00", "1999-12-10T00:00:00Z");
        check("2003-03-17 12:20:05", "2003-03-17T12:20:05Z");
        check("14-Feb-1999", "1999-02-14T00:00:00Z");
        check("Tue Dec 12 2000", "2000-12-12T00:00:00Z");
        check("2004.03.04", "2004-03-04T00:00:00Z");
        check("2005/05/30", "2005-05-30T00:00:00Z");
        check("2009/10/23 19:22:08 (JST)", "2009-10-23T19:22:08Z");
        check("21.07.2000 15:21:00", "2000-07-21T15:21:00Z");
        check("09.07.2000", "2000-07-09T00:00:00Z");
        check("19990518 #162310", "1999-05-18T00:00:00Z");
        check("27/07/2000", "2000-07-27T00:00:00Z");
        check("07/27/2000", "2000-07-27T00:00:00Z");
        check("2003-03-17T12:20:05", "2003-03-17T12:20:05Z");
    }

    #[test]
    fn takes_no_guess_between_day_and_month() {
        assert_eq!(registry_date("09/02/2009", DayOrder::Unsaid), None);
        let read = registry_date("09/02/2009", DayOrder::DayFirst).map(|instant| instant.to_string());
        assert_eq!(read.as_deref(), Some("2009-02-09T00:00:00Z"));
        for wrong in ["", "soon", "31/31/2009", "0000000", "1-2", "2009-13-01", "99999999", "a b c d", "-1.-1.2009"] {
            assert_eq!(registry_date(wrong, DayOrder::DayFirst), None, "{wrong}");
        }
    }
}

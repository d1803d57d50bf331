// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How long a service asks to be left alone (RFC 9110, section 10.2.3).

use std::time::Duration;

use forestall_model::{Instant, UtcDay};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Reads seconds, or a date in the form that RFC 9110 prefers; `None` where it is neither.
pub(crate) fn pause(text: &str, now: Instant) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        // More than there is room for is still a wish to be left alone.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    // `Sun, 06 Nov 1994 08:49:37 GMT`
    let (_, date) = text.split_once(", ")?;
    let words: Vec<&str> = date.split(' ').collect();
    let [day, month, year, time, "GMT"] = words[..] else { return None };
    let month = i8::try_from(MONTHS.iter().position(|known| *known == month)? + 1).ok()?;
    let day = UtcDay::from_ymd(year.parse().ok()?, month, day.parse().ok()?)?;
    let mut seconds = 0;
    for (part, most) in time.splitn(3, ':').zip([23, 59, 60]) {
        seconds = seconds * 60 + part.parse::<i64>().ok().filter(|value| (0..=most).contains(value))?;
    }
    let seconds = day.start().plus_seconds(seconds).seconds_since(now);
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::pause;

    #[test]
    fn reads_seconds_and_dates() {
        let now = "1994-11-06T08:49:00Z".parse().unwrap();
        let check = |text: &str, expected: Option<u64>| {
            assert_eq!(pause(text, now), expected.map(Duration::from_secs), "{text}")
        };
        check("120", Some(120));
        check("Sun, 06 Nov 1994 08:49:37 GMT", Some(37));
        check("Sun, 06 Nov 1994 08:00:00 GMT", Some(0));
        for wrong in [
            "",
            "soon",
            "-1",
            "1.5",
            "Sun, 06 Nov 1994",
            "Sun, 06 Nov 1994 99:49:37 GMT",
            "x, 99 Nov 1994 08:49:37 GMT",
        ] {
            check(wrong, None);
        }
        check("99999999999999999999999999", Some(u64::MAX));
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Times as logs write them.

use forestall_model::{Instant, UtcDay};

/// What a log's times do not say themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogClock {
    /// By how many seconds the local time of the log is ahead of UTC, for times that do not say their zone. There is no summer time: a log that
    /// changes its zone says so in its times or is cut at the change.
    pub east: i32,
    /// When the log was read, or its file last written. A time without a year, as syslog writes it, is the latest such time that is at most a
    /// day after this; without this it is a fault.
    pub read: Option<Instant>,
}

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// Above this a number of seconds would be in the year 5138; it is milliseconds, and so on with each factor of 1,000.
const SECONDS_BELOW: u64 = 100_000_000_000;

/// Reads a decimal number since 1970: seconds, perhaps with a fraction; or milliseconds, microseconds or nanoseconds, told by their size.
#[inline]
pub(super) fn epoch(text: &[u8]) -> Option<Instant> {
    usual(text).or_else(|| plainly(text))
}

/// Reads seconds of ten digits with at most eight after a point, which times between 2001 and 2286 have; eight digits at a time.
#[inline]
fn usual(text: &[u8]) -> Option<Instant> {
    let (head, rest) = text.split_first_chunk::<8>()?;
    let (ones, rest) = rest.split_first_chunk::<2>()?;
    let [tens, ones] = ones.map(|digit| digit.wrapping_sub(b'0'));
    if tens > 9 || ones > 9 {
        return None;
    }
    let seconds = eight_digits(u64::from_le_bytes(*head))? * 100 + u64::from(tens) * 10 + u64::from(ones);
    let micros = match rest {
        [] => 0,
        [b'.', digits @ ..] if digits.len() <= 8 => {
            // The last eight octets: digits of the fraction, which are moved to the front, and what stands before them.
            let before = 8 - digits.len();
            let last = u64::from_le_bytes(*text.last_chunk::<8>()?);
            let zeros = if before == 0 { 0 } else { ZEROS << (64 - 8 * before) };
            eight_digits(last.checked_shr(8 * u32::try_from(before).ok()?).unwrap_or(0) | zeros)? / 100
        }
        _ => return None,
    };
    i64::try_from(seconds * 1_000_000 + micros).ok().map(Instant::from_micros)
}

/// Says whether a text is a time of the usual kind: ten digits of seconds, perhaps a point and up to eight digits.
#[inline]
pub(super) fn is_usual(text: &[u8]) -> bool {
    let Some((head, rest)) = text.split_first_chunk::<8>() else { return false };
    let Some(last) = text.last_chunk::<8>() else { return false };
    let [tens, ones, after @ ..] = rest else { return false };
    let digits = are_digits(u64::from_le_bytes(*head)) & tens.is_ascii_digit() & ones.is_ascii_digit();
    match after {
        [] => digits,
        [point, fraction @ ..] if fraction.len() <= 8 => {
            // Of the last eight octets, those that stand before the fraction do not count.
            let others = 64 - 8 * fraction.len();
            let zeros = (1_u64 << (others & 63)).wrapping_sub(1) & ZEROS;
            let zeros = if others == 64 { ZEROS } else { zeros };
            let last = u64::from_le_bytes(*last);
            let kept = if others == 64 { 0 } else { last >> others << others };
            digits & (*point == b'.') & are_digits(kept | zeros)
        }
        _ => false,
    }
}

/// Says whether eight octets are digits.
#[inline]
const fn are_digits(text: u64) -> bool {
    (text & UPPER == ZEROS) & (text.wrapping_add(0x0606_0606_0606_0606) & UPPER == ZEROS)
}

const UPPER: u64 = 0xf0f0_f0f0_f0f0_f0f0;
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// Reads eight digits, the first in the least octet: neighbours are joined to numbers of two, of four, of eight digits.
#[inline]
fn eight_digits(text: u64) -> Option<u64> {
    if !are_digits(text) {
        return None;
    }
    let ones = text & 0x0f0f_0f0f_0f0f_0f0f;
    let twos = (ones.wrapping_mul(10) + (ones >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (twos.wrapping_mul(100) + (twos >> 16)) & 0x0000_ffff_0000_ffff;
    Some((fours.wrapping_mul(10_000) + (fours >> 32)) & 0xffff_ffff)
}

/// The same, digit by digit.
fn plainly(text: &[u8]) -> Option<Instant> {
    let mut whole = 0_u64;
    let mut digits = text.iter();
    let mut count = 0_u32;
    let mut micros = 0_u64;
    for octet in digits.by_ref() {
        let digit = octet.wrapping_sub(b'0');
        if digit > 9 {
            if *octet != b'.' {
                return None;
            }
            micros = fraction(digits.as_slice())?;
            break;
        }
        count += 1;
        if count > 19 {
            return None;
        }
        whole = whole * 10 + u64::from(digit);
    }
    if count == 0 {
        return None;
    }
    let total = match whole {
        0..SECONDS_BELOW => whole * 1_000_000 + micros,
        SECONDS_BELOW..100_000_000_000_000 => whole * 1_000 + micros / 1_000,
        100_000_000_000_000..100_000_000_000_000_000 => whole,
        _ => whole / 1_000,
    };
    i64::try_from(total).ok().map(Instant::from_micros)
}

/// Reads the digits after a point as microseconds, cut after the sixth.
#[inline]
fn fraction(digits: &[u8]) -> Option<u64> {
    let mut micros = 0;
    let mut unit = 100_000;
    for octet in digits {
        let digit = octet.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        micros += u64::from(digit) * unit;
        unit /= 10;
    }
    Some(micros)
}

/// Reads a time in any of the ways of this module that fill the whole text.
pub(super) fn any(text: &[u8], clock: LogClock) -> Option<Instant> {
    if text.len() > 40 {
        return None;
    }
    if text.get(4) == Some(&b'-') {
        let (at, rest) = iso(text, clock)?;
        return rest.is_empty().then_some(at);
    }
    epoch(text)
}

/// Reads `2024-04-29T10:11:12.123+02:00` at the start of `text`: a blank instead of the `T`, any fraction, `Z`, a zone or none. Returns the rest too.
pub(super) fn iso(text: &[u8], clock: LogClock) -> Option<(Instant, &[u8])> {
    let (year, rest) = digits(text, 4)?;
    let (month, rest) = digits(rest.strip_prefix(b"-")?, 2)?;
    let (day, rest) = digits(rest.strip_prefix(b"-")?, 2)?;
    let rest = rest.strip_prefix(b"T").or_else(|| rest.strip_prefix(b" "))?;
    let (of_day, rest) = time_of_day(rest)?;
    let (east, rest) = match rest {
        [b'Z', rest @ ..] => (0, rest),
        [sign @ (b'+' | b'-'), rest @ ..] => {
            let (hours, rest) = digits(rest, 2)?;
            let (minutes, rest) = digits(rest.strip_prefix(b":").unwrap_or(rest), 2)?;
            let east = i64::from(hours) * 3_600 + i64::from(minutes) * 60;
            (if *sign == b'-' { -east } else { east }, rest)
        }
        rest => (i64::from(clock.east), rest),
    };
    Some((civil(year, month, day, of_day, east)?, rest))
}

/// Reads `29-Apr-2024 10:11:12.123` at the start of `text`, as BIND writes local time. Returns the rest too.
pub(super) fn bind(text: &[u8], clock: LogClock) -> Option<(Instant, &[u8])> {
    let (day, rest) = digits(text, 2)?;
    let (month, rest) = month(rest.strip_prefix(b"-")?)?;
    let (year, rest) = digits(rest.strip_prefix(b"-")?, 4)?;
    let (of_day, rest) = time_of_day(rest.strip_prefix(b" ")?)?;
    Some((civil(year, month, day, of_day, i64::from(clock.east))?, rest))
}

/// Whether a time without a year was understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Yearless {
    /// With the year that the clock gives.
    At(Instant),
    /// The clock gives none.
    Unknown,
}

/// Reads `Apr 29 10:11:12` at the start of `text`, as syslog and Unbound write local time. Returns the rest too.
pub(super) fn syslog(text: &[u8], clock: LogClock) -> Option<(Yearless, &[u8])> {
    let (month, rest) = month(text)?;
    let rest = rest.strip_prefix(b" ")?;
    let (day, rest) = match rest {
        [b' ', rest @ ..] => digits(rest, 1)?,
        rest => digits(rest, 2)?,
    };
    let (of_day, rest) = time_of_day(rest.strip_prefix(b" ")?)?;
    let Some(read) = clock.read else { return Some((Yearless::Unknown, rest)) };
    let latest = Instant::from_micros(read.micros().saturating_add(DAY));
    let (year, _, _) = latest.day().ymd();
    // A 29 February is up to eight years back.
    let at = (0..=8).find_map(|back| {
        let year = u32::try_from(i32::from(year) - back).ok()?;
        civil(year, month, day, of_day, i64::from(clock.east)).filter(|at| *at <= latest)
    })?;
    Some((Yearless::At(at), rest))
}

/// Reads a time at the start of a log line, in any of the forms that BIND, Unbound and syslog write.
pub(super) fn prefix(text: &[u8], clock: LogClock) -> Option<Yearless> {
    if let Some(rest) = text.strip_prefix(b"[") {
        let end = memchr::memchr(b']', rest.get(..24).unwrap_or(rest))?;
        return epoch(&rest[..end]).map(Yearless::At);
    }
    match text.get(..5)? {
        [b'0'..=b'9', b'0'..=b'9', b'-', ..] => bind(text, clock).map(|(at, _)| Yearless::At(at)),
        [b'0'..=b'9', .., b'-'] => iso(text, clock).map(|(at, _)| Yearless::At(at)),
        _ => syslog(text, clock).map(|(at, _)| at),
    }
}

/// Reads `10:11:12` with any fraction as microseconds of the day.
fn time_of_day(text: &[u8]) -> Option<(i64, &[u8])> {
    let (hour, rest) = digits(text, 2)?;
    let (minute, rest) = digits(rest.strip_prefix(b":")?, 2)?;
    let (second, mut rest) = digits(rest.strip_prefix(b":")?, 2)?;
    // A leap second is read as the second after it.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut micros = i64::from((hour * 60 + minute) * 60 + second) * SECOND;
    if let [b'.' | b',', after @ ..] = rest {
        let end = after.iter().position(|octet| !octet.is_ascii_digit()).unwrap_or(after.len());
        micros += i64::try_from(fraction(&after[..end])?).ok()?;
        rest = &after[end..];
    }
    Some((micros, rest))
}

fn civil(year: u32, month: u32, day: u32, micros: i64, east: i64) -> Option<Instant> {
    let day = UtcDay::from_ymd(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?)?;
    Some(Instant::from_micros(day.start().micros() + micros - east * SECOND))
}

fn month(text: &[u8]) -> Option<(u32, &[u8])> {
    const MONTHS: [&[u8; 3]; 12] =
        [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
    let (word, rest) = text.split_first_chunk::<3>()?;
    let index = MONTHS.iter().position(|month| *month == word)?;
    Some((u32::try_from(index).ok()? + 1, rest))
}

fn digits(text: &[u8], count: usize) -> Option<(u32, &[u8])> {
    let (head, rest) = text.split_at_checked(count)?;
    let number = head.iter().try_fold(0_u32, |sum, octet| {
        let digit = octet.wrapping_sub(b'0');
        (digit <= 9).then(|| sum * 10 + u32::from(digit))
    })?;
    Some((number, rest))
}

#[cfg(test)]
mod tests {
    use super::{LogClock, Yearless, any, epoch, is_usual, plainly, prefix, usual};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn eight_digits_at_a_time_are_read_as_one_by_one(text in "[0-9]{9,11}(\\.[0-9]{0,9})?|[0-9.:/ -]{8,20}", octet in prop::num::u8::ANY, place in 0..20_usize) {
            let mut text = text.into_bytes();
            let check = |text: &[u8]| {
                let at = usual(text);
                at.is_some() == is_usual(text) && at.is_none_or(|at| Some(at) == plainly(text))
            };
            prop_assert!(check(&text));
            let place = place % text.len();
            text[place] = octet;
            prop_assert!(check(&text));
        }
    }

    #[test]
    fn usual_times_need_no_second_look() {
        assert!(
            ["1711965600", "1711965600.5", "1711965600.", "1711965600.12345678"]
                .iter()
                .all(|text| usual(text.as_bytes()).is_some())
        );
    }

    #[test]
    fn numbers_since_1970() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(epoch(text.as_bytes()).map(|at| at.to_string()).as_deref(), expected, "{text}");
        };
        check("0", Some("1970-01-01T00:00:00Z"));
        check("1711965600", Some("2024-04-01T10:00:00Z"));
        check("1711965600.5", Some("2024-04-01T10:00:00.5Z"));
        check("1711965600.123456789", Some("2024-04-01T10:00:00.123456Z"));
        check("1711965600123", Some("2024-04-01T10:00:00.123Z"));
        check("1711965600123456", Some("2024-04-01T10:00:00.123456Z"));
        check("1711965600123456789", Some("2024-04-01T10:00:00.123456Z"));
        check("1711965600.", Some("2024-04-01T10:00:00Z"));
        check(".5", None);
        check("", None);
        check("-1", None);
        check("1e9", None);
        check("1.5.5", None);
        check("99999999999999999999", None);
    }

    #[test]
    fn dates_with_and_without_a_zone() {
        let east = LogClock { east: 7_200, read: None };
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(any(text.as_bytes(), east).map(|at| at.to_string()).as_deref(), expected, "{text}");
        };
        check("2024-04-01T10:00:00Z", Some("2024-04-01T10:00:00Z"));
        check("2024-04-01 10:00:00", Some("2024-04-01T08:00:00Z"));
        check("2024-04-01T10:00:00,25+05:30", Some("2024-04-01T04:30:00.25Z"));
        check("2024-04-01T10:00:00-0100", Some("2024-04-01T11:00:00Z"));
        check("2024-02-30T10:00:00Z", None);
        check("2024-04-01T24:00:00Z", None);
        check("2024-04-01T10:00:00Zx", None);
        check("2024-04-01", None);
    }

    #[test]
    fn times_at_the_start_of_a_line() {
        let clock = LogClock { east: 3_600, read: Some("2024-03-01T12:00:00Z".parse().unwrap()) };
        let check = |text: &str, expected: Option<&str>| {
            let at = prefix(text.as_bytes(), clock).map(|at| match at {
                Yearless::At(at) => at.to_string(),
                Yearless::Unknown => panic!("the clock gives a year"),
            });
            assert_eq!(at.as_deref(), expected, "{text}");
        };
        check("29-Feb-2024 10:11:12.123 queries: x", Some("2024-02-29T09:11:12.123Z"));
        check("2024-02-29T10:11:12.123Z queries: x", Some("2024-02-29T10:11:12.123Z"));
        check("[1711965600] unbound[1:0] info:", Some("2024-04-01T10:00:00Z"));
        check("Feb 29 10:11:12 host named[1]:", Some("2024-02-29T09:11:12Z"));
        check("Mar  2 10:11:12 host", Some("2024-03-02T09:11:12Z"));
        check("Mar  3 10:11:12 host", Some("2023-03-03T09:11:12Z"));
        check("Abc  3 10:11:12 host", None);
        check("[", None);
        check("", None);
        let unknown = prefix(b"Mar  3 10:11:12 host", LogClock::default());
        assert_eq!(unknown, Some(Yearless::Unknown));
    }
}

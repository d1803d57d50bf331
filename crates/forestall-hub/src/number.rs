// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Numbers as people read them, with their nouns: in pages, letters and what is told of acts.

use forestall_coord::reach::percent;
use forestall_coord::{Level, Tally};
use forestall_model::number::thousands;

/// Writes a count with commas between thousands: `4,612,345`.
pub(crate) fn grouped(count: impl Into<u64>) -> String {
    thousands(count.into())
}

/// Writes a number that is no count, with commas between thousands and so many decimals: `3,052.4`.
pub(crate) fn decimal(value: f64, places: usize) -> String {
    if !value.is_finite() {
        return "no bound".to_owned();
    }
    let text = format!("{value:.places$}");
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let whole = digits.parse::<u64>().map_or_else(|_| digits.to_owned(), grouped);
    if decimals.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{decimals}") }
}

/// Writes a count with its noun: `1 name`, `2 names`.
pub(crate) fn counted(count: impl Into<u64>, one: &str, many: &str) -> String {
    let count = count.into();
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

/// Writes a count as [`grouped`] does, for templates, which hand over references.
pub(crate) fn written<T: Copy + Into<u64>>(count: &T) -> String {
    grouped(*count)
}

/// Returns the noun that stands behind a count as it is shown: `name` behind `1`, else `names`.
pub(crate) fn noun(shown: &str, one: &'static str, many: &'static str) -> &'static str {
    if shown == "1" { one } else { many }
}

/// Writes coverage at a level of proof: `99.9 %`, or that there is nothing to protect.
pub(crate) fn coverage(tally: &Tally, level: Level) -> String {
    if tally.registrable() == 0 { "no names".to_owned() } else { percent(tally.coverage(level)) }
}

#[cfg(test)]
mod tests {
    use super::{counted, decimal, grouped, noun};

    #[test]
    fn groups_thousands() {
        let check = |count: u32, expected: &str| assert_eq!(grouped(count), expected);
        check(0, "0");
        check(999, "999");
        check(1_000, "1,000");
        check(4_612_345, "4,612,345");
        assert_eq!(counted(1_u32, "name", "names"), "1 name");
        assert_eq!((noun("1", "name", "names"), noun("1,001", "name", "names")), ("name", "names"));
        assert_eq!(
            [decimal(3_052.44, 1), decimal(-1_000.0, 0), decimal(f64::INFINITY, 0)],
            ["3,052.4", "-1,000", "no bound"]
        );
    }
}

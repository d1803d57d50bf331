// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Numbers as pages write them.

use forestall_coord::reach::percent;
use forestall_coord::{Level, Tally};

/// Writes a count with commas between thousands: `4,612,345`.
pub(crate) fn grouped(count: impl Into<u64>) -> String {
    let digits = count.into().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Writes a count with its noun: `1 name`, `2 names`.
pub(super) fn counted(count: u32, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

/// Writes coverage at a level of proof: `99.9 %`, or that there is nothing to protect.
pub(super) fn coverage(tally: &Tally, level: Level) -> String {
    if tally.registrable() == 0 { "no names".to_owned() } else { percent(tally.coverage(level)) }
}

#[cfg(test)]
mod tests {
    use super::{counted, grouped};

    #[test]
    fn groups_thousands() {
        let check = |count: u32, expected: &str| assert_eq!(grouped(count), expected);
        check(0, "0");
        check(999, "999");
        check(1_000, "1,000");
        check(4_612_345, "4,612,345");
        assert_eq!(counted(1, "name", "names"), "1 name");
    }
}

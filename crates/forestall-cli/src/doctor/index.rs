// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Index files: are they whole, and do they reach into the coming days?

use forestall_model::{Instant, Window};

use super::{Finding, Findings, lasting};
use crate::table::counted;

/// Seconds that an index must reach ahead: whoever builds it daily may fail on a weekend.
const AHEAD: i64 = 3 * 86_400;

/// An index.
#[derive(Clone, Debug)]
pub(crate) struct Indexed {
    /// The file.
    pub(crate) file: String,
    /// How many names it has and the span that they meet, or why it cannot be used.
    pub(crate) read: Result<(u64, Option<Window>), String>,
}

/// Says how the indexes are at `now`.
pub(crate) fn findings(indexes: &[Indexed], now: Instant) -> Vec<Finding> {
    let mut found = Findings::of("index");
    if indexes.is_empty() {
        found.skipped("files", "none was named; name one with --index FILE");
    }
    for Indexed { file, read } in indexes {
        match read {
            Err(why) => found.bad(file.clone(), why.clone(), "Build it again with `forestall index build`."),
            Ok((names, None)) => found.good(file.clone(), format!("{}, for all time", counted(*names, "name"))),
            Ok((names, Some(span))) => {
                let (names, left) = (counted(*names, "name"), span.until.seconds_since(now));
                if now < span.from {
                    let begins = lasting(span.from.seconds_since(now));
                    found.bad(
                        file.clone(),
                        format!("{names}, from {} on, {begins} from now", span.from),
                        "Build an index that begins today.",
                    );
                } else if left <= 0 {
                    found.bad(
                        file.clone(),
                        format!("{names}, until {}, {} ago: it holds no name of today", span.until, lasting(left)),
                        "Build it again with `forestall index build`, and find out why it was not built.",
                    );
                } else if left < AHEAD {
                    found.warning(
                        file.clone(),
                        format!("{names}, until {}, {} from now", span.until, lasting(left)),
                        "Build it again with `forestall index build`, for some weeks ahead.",
                    );
                } else {
                    found.good(file.clone(), format!("{names}, until {}", span.until));
                }
            }
        }
    }
    found.all()
}

#[cfg(test)]
mod tests {
    use forestall_model::{Instant, Window};

    use super::{Indexed, findings};
    use crate::doctor::{State, worst};

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    #[test]
    fn an_index_reaches_into_the_coming_days() {
        let check = |until: &str, state| {
            let span = Window { from: at("2026-11-01T00:00:00Z"), until: at(until) };
            let indexed = Indexed { file: "names.index".to_owned(), read: Ok((10, Some(span))) };
            let all = findings(&[indexed], at("2026-11-27T00:00:00Z"));
            assert_eq!(worst(&all), state, "{all:?}");
        };
        check("2026-11-30T00:00:00Z", State::Good);
        check("2026-11-29T23:59:59Z", State::Warning);
        check("2026-11-27T00:00:00Z", State::Bad);
        let of = |read| worst(&findings(&[Indexed { file: "x".to_owned(), read }], at("2026-10-01T00:00:00Z")));
        assert_eq!(of(Ok((1, None))), State::Good);
        assert_eq!(of(Err("it was altered".to_owned())), State::Bad);
        let later = Window { from: at("2026-11-01T00:00:00Z"), until: at("2026-12-01T00:00:00Z") };
        assert_eq!(of(Ok((1, Some(later)))), State::Bad);
        assert_eq!(worst(&findings(&[], at("2026-10-01T00:00:00Z"))), State::Skipped);
    }
}

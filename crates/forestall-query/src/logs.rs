// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Logs on standard error: what a part of the cluster does, of a query what is wrong; or what `FORESTALL_LOG` says.
//!
//! An executor whose scheduler is away asks for it twenty times a second and warns each time. The same words of warning are told once in [`SILENCE`].

use std::collections::HashMap;
use std::fmt::{Debug, Write};
use std::hash::{DefaultHasher, Hasher as _};
use std::io::IsTerminal as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata};
use tracing_subscriber::layer::{Context, Filter, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, fmt, registry};

/// How long a warning is not told again.
const SILENCE: Duration = Duration::from_secs(10);
/// Warnings that are remembered at most.
const MOST: usize = 1_000;

/// Begins.
pub(crate) fn start(is_part_of_cluster: bool) {
    let asked = std::env::var("FORESTALL_LOG").ok().and_then(|text| EnvFilter::try_new(text).ok());
    // Why a query failed comes back to the program, which says it.
    let usual = if is_part_of_cluster { "info,ballista_core=warn,datafusion=warn" } else { "error,ballista_core=off" };
    let is_terminal = std::io::stderr().is_terminal();
    let lines = fmt::layer().with_writer(std::io::stderr).with_ansi(is_terminal).with_filter(Once::default());
    registry().with(asked.unwrap_or_else(|| EnvFilter::new(usual))).with(lines).init();
}

/// Holds back warnings in words that were told a moment ago.
#[derive(Debug, Default)]
struct Once {
    told: Mutex<HashMap<u64, Instant>>,
}

impl Once {
    /// Says whether words are to be told now.
    fn is_new(&self, words: u64, now: Instant) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.get(&words).is_some_and(|last| now.duration_since(*last) < SILENCE) {
            return false;
        }
        if told.len() >= MOST {
            told.clear();
        }
        told.insert(words, now);
        true
    }
}

impl<S> Filter<S> for Once {
    fn enabled(&self, _: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        true
    }

    fn event_enabled(&self, event: &Event<'_>, _: &Context<'_, S>) -> bool {
        if *event.metadata().level() > Level::WARN {
            return true;
        }
        let mut words = Words(DefaultHasher::new());
        event.record(&mut words);
        self.is_new(words.0.finish(), Instant::now())
    }
}

/// A digest over all that an event says.
struct Words(DefaultHasher);

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self, "{}={value:?};", field.name());
    }
}

impl Write for Words {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_are_told_again_after_a_while() {
        let (once, begin) = (Once::default(), Instant::now());
        assert!(once.is_new(1, begin));
        assert!(!once.is_new(1, begin + SILENCE / 2));
        assert!(once.is_new(2, begin + SILENCE / 2));
        assert!(once.is_new(1, begin + SILENCE));
        assert!(!once.is_new(1, begin + SILENCE));
    }

    #[test]
    fn what_is_remembered_has_an_end() {
        let (once, now) = (Once::default(), Instant::now());
        for words in 0..3 * MOST as u64 {
            assert!(once.is_new(words, now));
        }
        assert!(once.told.lock().unwrap().len() <= MOST);
    }
}

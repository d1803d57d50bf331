// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the three variants of Conficker share: the seed of a day, the random step and the shape of a name.
//!
//! The seed is the FILETIME of 00:00:00 UTC, multiplied (modulo 2^64), divided and offset. A step takes the 64-bit state `k`,
//! computes in double precision, one rounding an operation,
//!
//! ```text
//! x = k,  p = k * STEP_MULTIPLIER mod 2^64,  r = ((p + sin x) * x + STEP_ADDEND) * x + ln x
//! ```
//!
//! and reads the bits of `r` as the next state; the output is its low half. The state runs on through the whole list, each name
//! taking an output for its length, one a letter, and one for its suffix. What differs between variants is a [`Variant`].
//!
//! One list is computed here, step after step. Several lists are computed side by side in [`lanes`].

mod lanes;

use std::fmt;
use std::marker::PhantomData;

use forestall_model::{Instant, Params, UtcDay, Window, WindowSet};

use crate::info::ParamKey;
use crate::sine::Sine;
use crate::{Ask, GenerateError, Generator, NameBuf, ParamError, Period};

/// The constants and rules of one variant.
pub(super) trait Variant: Send + Sync + 'static {
    /// Multiplies the FILETIME.
    const DAY_MULTIPLIER: u64;
    /// Divides the product, in units of 100 ns.
    const DAY_DIVISOR: u64;
    /// Added to the quotient. At least 2^31, which [`step`] relies on.
    const DAY_OFFSET: u64;
    /// Multiplies the state.
    const STEP_MULTIPLIER: u32;
    /// Added in the step.
    const STEP_ADDEND: f64;
    /// Letters of the longest name.
    const MOST_LETTERS: usize;
    /// The suffixes in the order of the bot, without leading dot, 6 characters and 128 suffixes at most.
    const SUFFIXES: &'static [&'static str];
    /// Names in a day's list.
    const NAMES: u32;

    /// Returns the number of letters for an output, at most `MOST_LETTERS`.
    fn letters(output: u32) -> usize;

    /// Returns the index of the suffix for an output.
    fn suffix(output: u32) -> usize;
}

/// A variant with its sine.
pub(super) struct Conficker<V> {
    sine: Sine,
    variant: PhantomData<V>,
}

impl<V: Variant> Conficker<V> {
    /// Makes the generator from the parameters of a campaign.
    pub(super) fn new(params: &Params) -> Result<Self, ParamError> {
        let sine = match params.value("sine") {
            None => Sine::X87,
            Some(word) => word.parse().map_err(|_| ParamError::BadValue {
                key: "sine".to_owned(),
                found: word.to_owned(),
                expected: "x87 or exact".to_owned(),
            })?,
        };
        Ok(Self { sine, variant: PhantomData })
    }
}

impl<V> fmt::Debug for Conficker<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Conficker({})", self.sine)
    }
}

impl<V: Variant> Generator for Conficker<V> {
    fn periods(&self, span: Window) -> Box<dyn Iterator<Item = Period> + Send + '_> {
        let first = UtcDay::holding(span.from).epoch_days();
        let last = UtcDay::holding(Instant::from_micros(span.until.micros().saturating_sub(1))).epoch_days();
        // Days are clamped to the years 1601 to 9999, so the outermost ones may lie outside the span.
        let days = (first..=last).map(UtcDay::from_epoch_days);
        Box::new(days.filter(move |day| day.window().meets(span)).map(period))
    }

    fn period_containing(&self, at: Instant) -> Option<Period> {
        let day = at.day();
        day.window().contains(at).then(|| period(day))
    }

    fn generate(&self, period: &Period, ask: &Ask, out: &mut NameBuf) -> Result<(), GenerateError> {
        out.start_run(windows(period));
        let mut state = seed::<V>(period.key);
        let mut next = || {
            state = step::<V>(state, self.sine);
            low_half(state)
        };
        let mut letters = [0; 16];
        for _ in 0..names::<V>(ask) {
            let length = V::letters(next());
            for letter in &mut letters[..length] {
                *letter = LETTERS[(next().cast_signed().unsigned_abs() % 26) as usize];
            }
            let suffix = V::SUFFIXES[V::suffix(next())];
            out.push_parts(&[&letters[..length], b".", suffix.as_bytes()]);
        }
        Ok(())
    }

    fn generate_each(&self, periods: &[Period], ask: &Ask, out: &mut [NameBuf]) -> Result<(), GenerateError> {
        for (periods, out) in periods.chunks(lanes::LANES).zip(out.chunks_mut(lanes::LANES)) {
            match (periods, out) {
                ([period], [buf, ..]) => self.generate(period, ask, buf)?,
                (periods, out) => lanes::generate::<V>(periods, names::<V>(ask), self.sine, out),
            }
        }
        Ok(())
    }

    fn lanes(&self) -> usize {
        lanes::LANES
    }
}

/// Returns the parameters of every variant.
pub(super) fn keys() -> Vec<ParamKey> {
    vec![ParamKey {
        key: "sine".into(),
        default: Some(Sine::X87.word().into()),
        meaning: "which sine the bot's run-time library computed: x87 (the processor's fsin with its 66-bit pi, as in every \
                  list known) or exact (a library that reduces the angle precisely; whether any bot ran on one is unknown)"
            .into(),
    }]
}

/// What is known of the clock of A and B.
pub(super) const CLOCK_NOTE: &str = "the UTC date from the Date header of well-known web sites, the local clock as a fall-back: a bot \
     that cannot reach those sites asks for the wrong day, so the day before and the day after are to be kept as well";

/// How a registry should treat the names of A and B.
pub(super) const TREATMENT: &str = "names are tried over HTTP from the moment the day begins; the worm only runs signed files, but one \
     name in other hands is enough to reach its bots: reserve free names for the guard window, look at registered ones by hand";

const LETTERS: &[u8; 26] = b"abcdefghijklmnopqrstuvwxyz";

/// 2^54.
const TWO_54: f64 = 18_014_398_509_481_984.0;

fn period(day: UtcDay) -> Period {
    Period { key: day.start().seconds(), window: Some(day.window()) }
}

fn windows(period: &Period) -> WindowSet {
    period.window.map_or(WindowSet::Always, |w| WindowSet::Spans(vec![w]))
}

/// Returns how many names are asked for.
fn names<V: Variant>(ask: &Ask) -> u32 {
    ask.limit.and_then(|limit| u32::try_from(limit).ok()).map_or(V::NAMES, |limit| limit.min(V::NAMES))
}

/// Returns the seed of the list of the day that starts `key` seconds after 1970-01-01.
fn seed<V: Variant>(key: i64) -> u64 {
    const TICKS_PER_SECOND: u64 = 10_000_000;
    let filetime = key.wrapping_sub(UtcDay::MIN.start().seconds()).cast_unsigned().wrapping_mul(TICKS_PER_SECOND);
    (filetime.wrapping_mul(V::DAY_MULTIPLIER) / V::DAY_DIVISOR).wrapping_add(V::DAY_OFFSET)
}

/// Returns the state after `state`.
///
/// The sine counts only where `p` is below 2^54, about one step in a thousand: above, it is at most a quarter of a unit in the last
/// place of `p`. There the addend and the logarithm cannot count either: the state is 2^31 or more (a seed) or above 2^62 (the
/// bits of a large double), so that `p * x` is 2^85 or more and `r` 2^116 or more, where a unit in the last place is 2^33 and 2^64.
///
/// Below 2^54 the logarithm, at most 44, is left out as well. It could count only where `r` is below 2^59, that is where `p + sin x`
/// is below 1: for `p` 0 or 1, which four states in 2^64 at most have. Adding it changed no name in 45.6 million steps of A and B,
/// all days of 2008 to 2035.
fn step<V: Variant>(state: u64, sine: Sine) -> u64 {
    let x = state as f64;
    let p = state.wrapping_mul(u64::from(V::STEP_MULTIPLIER)) as f64;
    let r = if p < TWO_54 { ((p + sine.of(x)) * x + V::STEP_ADDEND) * x } else { p * x * x };
    r.to_bits()
}

/// Returns the output of a state.
fn low_half(state: u64) -> u32 {
    (state & 0xFFFF_FFFF) as u32
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What the three variants of Conficker share: the seed of a day, the random step and the shape of a name.
//!
//! The seed is the FILETIME of 00:00:00 UTC, multiplied (modulo 2^64), divided and offset. A step takes the 64-bit state `k`,
//! computes in double precision
//!
//! ```text
//! x = k,  p = k * RMUL mod 2^64,  r = ((p + sin x) * x + RADD) * x + ln x
//! ```
//!
//! and reads the bits of `r` as the next state; the output is its low half. The state runs on through the whole list. What
//! differs between the variants is a [`Variant`].

use forestall_model::{Instant, Params, UtcDay, Window, WindowSet};

use crate::info::ParamKey;
use crate::sine::Sine;
use crate::{Ask, Generator, NameBuf, ParamError, Period};

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

/// How a registry should treat the names.
pub(super) const TREATMENT: &str = "names are tried over HTTP from the moment the day begins; the worm only runs signed files, but one \
     name in other hands is enough to reach its bots: reserve free names for the guard window, look at registered ones by hand";

/// The constants of one variant.
#[derive(Debug)]
pub(super) struct Variant {
    /// Multiplies the FILETIME.
    pub(super) day_multiplier: u64,
    /// Divides the product, in units of 100 ns.
    pub(super) day_divisor: u64,
    /// Added to the quotient.
    pub(super) day_offset: u64,
    /// Multiplies the state.
    pub(super) step_multiplier: u64,
    /// Added in the step.
    pub(super) step_addend: f64,
    /// How an output becomes a length and a suffix.
    pub(super) shape: Shape,
    /// The suffixes in the order of the bot, without leading dot.
    pub(super) suffixes: &'static [&'static str],
    /// Names in a day's list.
    pub(super) names: u32,
}

/// How an output becomes a length and a suffix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A and B: 8 letters plus the signed remainder by 4, hence 5 to 11; the suffix by the unsigned remainder.
    Signed,
    /// C: 4 letters plus the remainder by 6 of the absolute value; the suffix by the remainder of the absolute value.
    Absolute,
}

/// A variant with its sine.
#[derive(Debug)]
pub(super) struct Conficker {
    variant: &'static Variant,
    sine: Sine,
}

impl Conficker {
    /// Makes the generator from the parameters of a campaign.
    pub(super) fn new(variant: &'static Variant, params: &Params) -> Result<Self, ParamError> {
        let sine = match params.value("sine") {
            None => Sine::X87,
            Some(word) => word.parse().map_err(|_| ParamError::BadValue {
                key: "sine".to_owned(),
                found: word.to_owned(),
                expected: "x87 or exact".to_owned(),
            })?,
        };
        Ok(Self { variant, sine })
    }
}

impl Generator for Conficker {
    fn periods(&self, span: Window) -> Box<dyn Iterator<Item = Period> + Send + '_> {
        let first = UtcDay::holding(span.from).epoch_days();
        let last = UtcDay::holding(Instant::from_micros(span.until.micros().saturating_sub(1))).epoch_days();
        // Days are clamped to the years 1601 to 9999, so the outermost ones may lie outside the span.
        let days = (first..=last).map(|day| period(UtcDay::from_epoch_days(day)));
        Box::new(days.filter(move |p| p.window.is_some_and(|w| w.meets(span))))
    }

    fn period_containing(&self, at: Instant) -> Option<Period> {
        let day = at.day();
        day.window().contains(at).then(|| period(day))
    }

    fn generate(&self, period: &Period, ask: &Ask, out: &mut NameBuf) {
        out.start_run(windows(period));
        let names = ask.limit.map_or(self.variant.names, |limit| {
            u32::try_from(limit).map_or(self.variant.names, |limit| limit.min(self.variant.names))
        });
        let mut state = self.variant.seed(period.key);
        let mut next = || {
            state = self.variant.step(state, self.sine);
            low_half(state)
        };
        let mut letters = [0; 16];
        for _ in 0..names {
            let length = self.variant.shape.length(next());
            for letter in &mut letters[..length] {
                *letter = b'a' + u8::try_from(next().cast_signed().unsigned_abs() % 26).expect("below 26");
            }
            let suffix = self.variant.shape.suffix(next(), self.variant.suffixes);
            out.push_parts(&[&letters[..length], b".", suffix.as_bytes()]);
        }
    }
}

impl Variant {
    /// Returns the seed of the list of a day, in days since 1970-01-01.
    fn seed(&self, epoch_days: i64) -> u64 {
        const TICKS_PER_DAY: u64 = 864_000_000_000;
        let days = epoch_days
            .wrapping_sub(i64::from(UtcDay::MIN.epoch_days()))
            .cast_unsigned();
        let product = days.wrapping_mul(TICKS_PER_DAY).wrapping_mul(self.day_multiplier);
        (product / self.day_divisor).wrapping_add(self.day_offset)
    }

    /// Returns the state after `state`.
    ///
    /// The sine counts only where `p < 2^54`, about one step in a thousand: above, it is at most half a unit in the last place of
    /// `p`. There RADD and the logarithm cannot count either: the state is 2^31 or more (a seed) or above 2^62 (the bits of a large
    /// double), so that `p * x` is above 2^85 and `r` above 2^116, where units in the last place are 2^33 and 2^64.
    ///
    /// Below 2^54 the logarithm, at most 44, is left out as well. It could count only where `r` is below 2^60, that is where
    /// `p + sin x` is below 1/4: where `p` is 0, or 1 with a sine near -1. That `p` has two multiples at most among the 2^64
    /// states, and none came up in 45 million steps of A and B, compared over all days of 2008 to 2035 with a program that adds it.
    fn step(&self, state: u64, sine: Sine) -> u64 {
        let x = state as f64;
        let p = state.wrapping_mul(self.step_multiplier) as f64;
        let r = if p < TWO_54 {
            ((p + sine.of(x)) * x + self.step_addend) * x
        } else {
            p * x * x
        };
        r.to_bits()
    }
}

/// 2^54.
const TWO_54: f64 = 18_014_398_509_481_984.0;

impl Shape {
    fn length(self, output: u32) -> usize {
        let signed = output.cast_signed();
        match self {
            Self::Signed => (8 + signed % 4).unsigned_abs() as usize,
            Self::Absolute => 4 + (signed.unsigned_abs() % 6) as usize,
        }
    }

    fn suffix(self, output: u32, table: &'static [&'static str]) -> &'static str {
        let number = match self {
            Self::Signed => output,
            Self::Absolute => output.cast_signed().unsigned_abs(),
        };
        table[number as usize % table.len()]
    }
}

fn low_half(state: u64) -> u32 {
    (state & 0xFFFF_FFFF) as u32
}

fn period(day: UtcDay) -> Period {
    Period {
        key: i64::from(day.epoch_days()),
        window: Some(day.window()),
    }
}

fn windows(period: &Period) -> WindowSet {
    period.window.map_or(WindowSet::Always, |w| WindowSet::Spans(vec![w]))
}

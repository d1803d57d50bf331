// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The sine of huge integers in integer arithmetic: as the x87 unit computes it, and as mathematics does.
//!
//! A family whose names hang on the sine of a number like 2^62 hangs on how the angle is reduced. The x87 instruction
//! `fsin` reduces by a 66-bit approximation of pi (Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1,
//! section "Approximation of Pi"); an accurate library reduces by pi itself. Both are computed here by whole numbers and
//! `+ - * /` on `f64` alone, so that every platform gives the same bits and no library's `sin` is asked.

use forestall_model::vocabulary;

vocabulary! {
    /// Which sine the bot's run-time library computed.
    pub enum Sine as "a sine" {
        /// The x87 instruction `fsin`, with its 66-bit pi.
        X87 = "x87",
        /// A library that reduces the angle precisely.
        Exact = "exact",
    }
}

impl Sine {
    /// Returns the sine of `x` radians, a whole number from 0 to below 2^63, within 2^-50.
    ///
    /// The angle is `x` times one radian in parts of a turn, whole turns dropped: one wrapping product. The constants are short by
    /// less than 2^-128 of a turn, so the angle is wrong by less than 2^63 * 2^-128 * 2 pi, which is below 2^-62.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number below 2^63")]
    pub(crate) fn of(self, x: f64) -> f64 {
        let radian = match self {
            Self::X87 => RADIAN_BY_PI_66,
            Self::Exact => RADIAN,
        };
        let turn = u128::from(x as u64).wrapping_mul(radian);
        let half_turn = turn & u128::MAX >> 1;
        let fold = if half_turn > QUARTER { 2 * QUARTER - half_turn } else { half_turn };
        let sine = first_quadrant(fold as f64 * RADIANS_PER_PART);
        if turn > u128::MAX >> 1 { -sine } else { sine }
    }
}

/// One radian in parts of a turn, where pi is that of the x87 unit: floor(2^128 / (2 * PI)) for PI = 0x3243F6A8885A308D3 / 2^64.
const RADIAN_BY_PI_66: u128 = 0x28BE_60DB_9391_054A_8001_8AF1_0368_9DAF;

/// One radian in parts of a turn: floor(2^128 / (2 * pi)).
const RADIAN: u128 = 0x28BE_60DB_9391_054A_7F09_D5F4_7D4D_3770;

/// A quarter of a turn, in parts of 2^-128.
const QUARTER: u128 = 1 << 126;

/// 2 * pi / 2^128. The two values of pi differ by 2^-65 only, which does not show once whole turns are gone.
const RADIANS_PER_PART: f64 = std::f64::consts::TAU / 340_282_366_920_938_463_463_374_607_431_768_211_456.0;

/// The sine of an angle from 0 to pi/2, by the first thirteen terms of its series; the rest is below 2^-75.
fn first_quadrant(angle: f64) -> f64 {
    let square = angle * angle;
    let mut sum = 0.0;
    for coefficient in SERIES.iter().rev() {
        sum = sum * square + coefficient;
    }
    angle * sum
}

/// 1, -1/3!, 1/5!, -1/7!, ...
const SERIES: [f64; 13] = {
    let mut series = [1.0; 13];
    let mut i = 1;
    let mut odd = 3.0;
    while i < series.len() {
        series[i] = -series[i - 1] / (odd * (odd - 1.0));
        odd += 2.0;
        i += 1;
    }
    series
};

#[cfg(test)]
mod tests {
    use super::Sine;

    /// Sines by arithmetic with 400 digits: (x, sine by true pi, sine by 66-bit pi).
    #[expect(clippy::unreadable_literal, reason = "seventeen digits are read by machines")]
    const SINES: &[(f64, f64, f64)] = &[
        (0.0, 0.0, 0.0),
        (1.0, 0.8414709848078965, 0.8414709848078965),
        (22.0, -0.008851309290403876, -0.008851309290403876),
        (355.0, -3.014435335948845e-05, -3.0144353359488908e-05),
        (4_294_967_296.0, -0.4619865795138349, -0.4619865795187389),
        (9_007_199_254_740_992.0, -0.848925964814655, -0.8489320933805143),
        (4_611_686_018_427_387_904.0, -0.7029224436192089, -0.7071329274527789),
        (9_223_372_036_854_774_784.0, 0.989155581390811, 0.9873418913143515),
        (7_555_822_075_334_995_968.0, -0.9174463523040582, -0.9135328386070914),
        (6_661_536_540_504_741_888.0, -0.2530933724503033, -0.26138089930320946),
        (6_805_526_455_742_050_304.0, -0.4296972194628723, -0.43759205513476473),
        (8_723_768_435_832_128_512.0, 0.14514121917422568, 0.13402011821204488),
        (7_758_271_007_119_386_624.0, -0.14347890071858715, -0.15335634826690464),
        (2_390_743_584_289_194_496.0, -0.35433330498719, -0.35145344801670897),
        (7_394_609_405.0, 0.24606618161158017, 0.24606618162080737),
        (3_148_573_753.0, 0.1293820420282643, 0.12938204202424486),
    ];

    #[test]
    fn agrees_with_long_arithmetic() {
        for &(x, exact, x87) in SINES {
            for (sine, expected) in [(Sine::Exact, exact), (Sine::X87, x87)] {
                let found = sine.of(x);
                assert!((found - expected).abs() < 2f64.powi(-50), "{sine} of {x}: {found} for {expected}");
            }
        }
    }

    #[test]
    fn words_are_those_of_the_parameter() {
        assert_eq!("x87".parse(), Ok(Sine::X87));
        assert_eq!("exact".parse(), Ok(Sine::Exact));
        assert!("libm".parse::<Sine>().is_err());
    }
}

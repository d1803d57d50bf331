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
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number below 2^63"
    )]
    pub(crate) fn of(self, x: f64) -> f64 {
        let x = x as u64;
        match self {
            Self::X87 => x87(x),
            Self::Exact => exact(x),
        }
    }
}

/// floor(pi * 2^64): the pi of the x87 unit, 66 significant bits.
const PI_66: u128 = 0x3_243F_6A88_85A3_08D3;

/// floor(2^128 / (2 * pi)): one radian in parts of a turn.
const TURNS_PER_RADIAN: u128 = 0x28BE_60DB_9391_054A_7F09_D5F4_7D4D_3770;

/// 2^64 as a floating-point number.
const TWO_64: f64 = 18_446_744_073_709_551_616.0;

fn x87(x: u64) -> f64 {
    // x < 2^63, so that the dividend stays below 2^127.
    let mut rest = (u128::from(x) << 64) % (2 * PI_66);
    let negative = rest >= PI_66;
    if negative {
        rest -= PI_66;
    }
    if rest > PI_66 / 2 {
        rest = PI_66 - rest;
    }
    let sine = first_quadrant(rest as f64 / TWO_64);
    if negative { -sine } else { sine }
}

/// The constant is short by less than 2^-128 of a turn, so the angle is wrong by less than 2^63 * 2^-128 * 2 pi < 2^-62.
fn exact(x: u64) -> f64 {
    let mut turn = u128::from(x).wrapping_mul(TURNS_PER_RADIAN);
    let negative = turn >> 127 == 1;
    turn &= u128::MAX >> 1;
    if turn > 1 << 126 {
        turn = (1 << 127) - turn;
    }
    let angle = turn as f64 / TWO_64 / TWO_64 * std::f64::consts::TAU;
    let sine = first_quadrant(angle);
    if negative { -sine } else { sine }
}

/// The sine of an angle from 0 to pi/2, by the first thirteen terms of its series; the rest is below 2^-75.
fn first_quadrant(angle: f64) -> f64 {
    let square = angle * angle;
    let mut sum = 1.0;
    let mut n = 24.0;
    while n > 0.0 {
        sum = 1.0 - sum * square / (n * (n + 1.0));
        n -= 2.0;
    }
    angle * sum
}

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
                assert!(
                    (found - expected).abs() < 2f64.powi(-50),
                    "{sine} of {x}: {found} for {expected}"
                );
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

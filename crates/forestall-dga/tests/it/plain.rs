// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Conficker written down as plainly as can be: the reference of the property tests and of the benchmark.
//!
#![allow(clippy::unreadable_literal, reason = "constants as they were published")]
//! Nothing is shared with the library, constants included: one step after the other, the sine in every step, the reduced sine and
//! the logarithm by the platform.

/// The constants and rules of one variant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plain {
    multiplier: u64,
    divisor: u64,
    offset: u64,
    step_multiplier: u64,
    step_addend: f64,
    absolute: bool,
    suffixes: &'static str,
    names: usize,
}

/// Conficker A.
pub(crate) const A: Plain = Plain {
    multiplier: 0x463DA5676,
    divisor: 0x58028E44000,
    offset: 0xB46A7637,
    step_multiplier: 0x64236735,
    step_addend: 0.737565675,
    absolute: false,
    suffixes: "com net org info biz",
    names: 250,
};

/// Conficker B.
pub(crate) const B: Plain = Plain {
    multiplier: 0x352C94565,
    divisor: 0x58028E44000,
    offset: 0xA3596526,
    step_multiplier: 0x53125624,
    step_addend: 0.626454564,
    absolute: false,
    suffixes: "cc cn ws com net org info biz",
    names: 250,
};

/// Conficker C, the candidate.
pub(crate) const C: Plain = Plain {
    multiplier: 0x2682D10B7,
    divisor: 0x19254D38000,
    offset: 0xF1E34A09,
    step_multiplier: 0x4F3D859E,
    step_addend: 0.946270391,
    absolute: true,
    suffixes: "ac ae ag am as at be bo bz ca cd ch cl cn co.cr co.id co.il co.ke co.kr co.nz co.ug co.uk co.vi co.za com.ag com.ai \
               com.ar com.bo com.br com.bs com.co com.do com.fj com.gh com.gl com.gt com.hn com.jm com.ki com.lc com.mt com.mx \
               com.ng com.ni com.pa com.pe com.pr com.pt com.py com.sv com.tr com.tt com.tw com.ua com.uy com.ve cx cz dj dk dm \
               ec es fm fr gd gr gs gy hk hn ht hu ie im in ir is kn kz la lc li lu lv ly md me mn ms mu mw my nf nl no pe pk pl \
               ps ro ru sc sg sh sk su tc tj tl tn to tw us vc vn",
    names: 50_000,
};

impl Plain {
    /// The names of a day, each followed by a line feed; `days` since 1601-01-01.
    pub(crate) fn list(&self, days: u64) -> String {
        let table: Vec<&str> = self.suffixes.split_ascii_whitespace().collect();
        let filetime = days * 864_000_000_000;
        let mut k = filetime.wrapping_mul(self.multiplier) / self.divisor + self.offset;
        let mut out = String::with_capacity(self.names * 16);
        for _ in 0..self.names {
            let n = self.output(&mut k);
            let length = if self.absolute { 4 + n.unsigned_abs() % 6 } else { (8 + n % 4).unsigned_abs() };
            for _ in 0..length {
                let c = self.output(&mut k).unsigned_abs() % 26;
                out.push(char::from(b'a' + u8::try_from(c).expect("below 26")));
            }
            let t = self.output(&mut k);
            let t = if self.absolute { t.unsigned_abs() } else { t.cast_unsigned() };
            out.push('.');
            out.push_str(table[t as usize % table.len()]);
            out.push('\n');
        }
        out
    }

    fn output(&self, k: &mut u64) -> i32 {
        let x = *k as f64;
        let p = k.wrapping_mul(self.step_multiplier) as f64;
        let r = ((p + fsin(x)) * x + self.step_addend) * x + x.ln();
        *k = r.to_bits();
        u32::try_from(*k & 0xFFFF_FFFF).expect("the low half").cast_signed()
    }
}

/// `fsin` of the x87 unit, whose pi has 66 bits.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the state is below 2^63")]
fn fsin(x: f64) -> f64 {
    let pi = 0x3243F6A8885A308D3_u128;
    let rest = (u128::from(x as u64) << 64) % (2 * pi);
    let angle = |rest: u128| (rest as f64) * 0.5f64.powi(64);
    if rest < pi { angle(rest).sin() } else { -angle(rest - pi).sin() }
}

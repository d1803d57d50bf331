// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Families that draw their letters from a sequence of random numbers.

use forestall_model::{Instant, Params};

use super::{at, date, hexadecimal, letter};

/// The form without a clock.
pub(super) fn bumblebee(params: &Params, _: Instant, names: usize) -> String {
    let seed = params.value("seed").unwrap_or("TEST_SEE");
    let magic = seed.bytes().rev().fold(0_u64, |magic, octet| magic << 8 | u64::from(octet));
    let mut r = magic.wrapping_add(32 | (13 + 256) << 8).wrapping_add(1899);
    let mut out = String::new();
    for _ in 0..names {
        for _ in 0..11 {
            r = r.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            for _ in 0..32 {
                let low = r & 1;
                r >>= 1;
                if low == 1 {
                    r ^= 0xF500_0000;
                }
            }
            out.push(at("abcdefghijklmnopqrstuvwxyz0123456789", u32::try_from(r % 36).expect("below 36")));
        }
        out += ".life\n";
    }
    out
}

pub(super) fn cryptolocker(_: &Params, start: Instant, names: usize) -> String {
    let (year, month, day) = date(start);
    let mut out = String::new();
    for i in 0..u32::try_from(names).expect("few names") {
        let mut d = day * 65_537;
        let mut m = month * 65_537;
        let mut y = (year + i) * 65_537;
        for _ in 0..12 + (((d >> 3) ^ (y >> 8) ^ (y >> 11)) & 3) {
            d = ((d << 13) >> 19) ^ ((d >> 1) << 13) ^ (d >> 19);
            m = ((m << 2) >> 25) ^ ((m >> 3) << 7) ^ (m >> 25);
            y = ((y << 3) >> 11) ^ ((y >> 4) << 21) ^ (y >> 11);
            out.push(letter((y ^ m ^ d) % 25));
        }
        out.push('.');
        out += ["com", "net", "biz", "ru", "org", "co.uk", "info"][i as usize % 7];
        out.push('\n');
    }
    out
}

pub(super) fn dircrypt(params: &Params, _: Instant, names: usize) -> String {
    let mut s = hexadecimal(params, "seed", 0xF211_3C2A);
    let mut out = String::new();
    for _ in 0..names {
        s = schrage(s);
        for _ in 0..8 + s % 13 {
            s = schrage(s);
            out.push(letter(s % 26));
        }
        out += ".com\n";
    }
    out
}

/// Under `com`, with 8 to 19 letters.
pub(super) fn ramnit(params: &Params, _: Instant, names: usize) -> String {
    let mut v = hexadecimal(params, "seed", 0x7915_9C10);
    let mut out = String::new();
    for _ in 0..names {
        let s1 = v;
        v = schrage(v);
        let (length, s2) = (8 + v % 12, v);
        for _ in 0..length {
            v = schrage(v);
            out.push(letter(v % 25));
        }
        out += ".com\n";
        let product = u64::from(s1) * u64::from(s2);
        v = u32::try_from((product + (product >> 32)) & 0xFFFF_FFFF).expect("32 bits");
    }
    out
}

fn schrage(s: u32) -> u32 {
    (16_807 * (s % 127_773)).wrapping_sub(2_836 * (s / 127_773))
}

pub(super) fn ngioweb(params: &Params, _: Instant, names: usize) -> String {
    let mut state = hexadecimal(params, "seed", 0x056E_DC15);
    let mut draw = |bound: usize| {
        state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        state as usize % bound
    };
    let [prefixes, after_vowel, after_consonant] =
        [PREFIXES, AFTER_VOWEL, AFTER_CONSONANT].map(|list| list.split(' ').collect::<Vec<&str>>());
    let mut out = String::new();
    for _ in 0..names {
        let parts = draw(3) + 1;
        for part in 0..parts {
            if part > 0 {
                out.push('-');
            }
            out += prefixes[draw(30)];
            let mut vowel = !out.ends_with(VOWELS);
            for _ in 0..draw(3) + 4 {
                out.push(if vowel { VOWELS[draw(5)] } else { CONSONANTS[draw(17)] });
                vowel = !vowel;
            }
            let endings = if out.ends_with(VOWELS) { &after_vowel } else { &after_consonant };
            out += endings[draw(endings.len())];
        }
        out += [".net\n", ".info\n", ".com\n", ".biz\n", ".org\n", ".name\n"][draw(6)];
    }
    out
}

const VOWELS: [char; 5] = ['a', 'e', 'i', 'o', 'u'];
const CONSONANTS: [char; 17] = ['b', 'c', 'd', 'f', 'g', 'h', 'k', 'l', 'm', 'n', 'p', 'r', 's', 't', 'v', 'x', 'z'];
const PREFIXES: &str = "un under re in im il ir en em over mis dis pre post anti inter sub ultra non de pro trans ex macro micro mini mono \
                        multi semi co";
const AFTER_CONSONANT: &str = "able ant ate age ance ancy an ary al en ency er etn ed ese ern ize ify ing ish ity ion ian ism ist ic ical \
                               ible ive ite ish ian or ous ure";
const AFTER_VOWEL: &str = "dom hood less like ly fy ful ness ment sion ssion ship ty th tion ward";

pub(super) fn pykspa_precursor(_: &Params, start: Instant, names: usize) -> String {
    let index = start.seconds().div_euclid(172_800).rem_euclid(1 << 32);
    let mut r = u32::try_from(index).expect("32 bits");
    let mut out = String::new();
    for j in 0..u32::try_from(names).expect("few names") {
        r = r.wrapping_mul(r).wrapping_add(j);
        let length = r % 10 + 6;
        let (mut s, mut sum) = (r, length * length);
        for i in 0..length {
            let addend = s % 5 + s % 123_456 + i * (s % 4_567 + s % 19);
            out.push(letter(sum.wrapping_add(s.wrapping_mul(addend)) % 26));
            s = s.wrapping_add(i) >> (i * i % 32);
            sum += length;
        }
        out.push('.');
        out += ["biz", "com", "net", "org", "info", "cc"][r as usize % 6];
        out.push('\n');
    }
    out
}

pub(super) fn ranbyus_may(params: &Params, start: Instant, names: usize) -> String {
    let (mut y, mut m, day) = date(start);
    let (mut d, mut s) = (day, hexadecimal(params, "seed", 0xB635_4BC3));
    let mut out = String::new();
    for i in 0..names {
        for _ in 0..14 {
            d = (d >> 15) ^ 16_u32.wrapping_mul((d & 0x1FFF) ^ 4_u32.wrapping_mul(s ^ d));
            y = ((y & 0xFFFF_FFF0) << 17) ^ ((y ^ 7_u32.wrapping_mul(y)) >> 11);
            m = 14_u32.wrapping_mul(m & 0xFFFF_FFFE) ^ ((m ^ 4_u32.wrapping_mul(m)) >> 8);
            s = (s >> 6) ^ (d.wrapping_add(8_u32.wrapping_mul(s)) << 8 & 0x03FF_FF00);
            out.push(letter((d ^ m ^ y) % 25));
        }
        out.push('.');
        out += ["in", "me", "cc", "su", "tw", "net", "com", "pw"][(day as usize + i) % 8];
        out.push('\n');
    }
    out
}

pub(super) fn zloader(params: &Params, start: Instant, names: usize) -> String {
    let key = params.value("key").unwrap_or("q23Cud3xsNf3").as_bytes();
    let mut table: Vec<u8> = (0..=255).collect();
    let mut j = 0_usize;
    for i in 0..256 {
        j = (j + usize::from(table[i]) + usize::from(key[i % key.len()])) % 256;
        table.swap(i, j);
    }
    let time = u32::try_from(start.seconds().rem_euclid(1 << 32)).expect("32 bits");
    let (mut seed, mut j) = (0, 0);
    for (i, octet) in (1..).zip(time.to_le_bytes()) {
        j = (j + usize::from(table[i])) % 256;
        table.swap(i, j);
        let sum = (usize::from(table[i]) + usize::from(table[j])) % 256;
        seed |= u32::from(octet ^ table[sum]) << (8 * (i - 1));
    }
    let mut state = seed;
    let mut out = String::new();
    for _ in 0..names {
        for _ in 0..20 {
            let character = state % 25 + 97;
            out.push(letter(character - 97));
            state = seed ^ state.wrapping_add(character);
        }
        out += ".com\n";
    }
    out
}

pub(super) fn vidro(_: &Params, start: Instant, names: usize) -> String {
    let week = (start.seconds() - 0x4BEF_B280).div_euclid(604_800);
    let seed = u32::try_from(((week + 1_005) * 123_456).rem_euclid(1 << 32)).expect("32 bits");
    let mut out = String::new();
    for i in 0..u32::try_from(names).expect("few names") {
        let mut state = seed.wrapping_add(i % 100);
        let mut draw = |bound: u32| {
            state = state.wrapping_mul(1_103_515_245).wrapping_add(12_345);
            (state >> 10) % bound
        };
        for _ in 0..7 + draw(6) {
            out.push(letter(draw(26)));
        }
        out += [".dyndns.org\n", ".com\n", ".net\n"][i as usize % 3];
    }
    out
}

/// The version without dates.
pub(super) fn m0yv(params: &Params, _: Instant, names: usize) -> String {
    let seed = hexadecimal(params, "seed", 0x0248_4A18);
    let mut out = String::new();
    for i in 0..u32::try_from(names).expect("few names") {
        let mut state = seed ^ i;
        let mut draw = |bound: u32| {
            state = state.wrapping_mul(214_013).wrapping_add(2_531_011);
            (state >> 16 & 0x7FFF) % bound
        };
        for _ in 0..5 + draw(5) {
            out.push(letter(draw(26)));
        }
        out += ".biz\n";
    }
    out
}

/// Version 1, the first seed.
pub(super) fn kraken(_: &Params, _: Instant, names: usize) -> String {
    let mut out = String::new();
    for i in 0..u32::try_from(names).expect("few names") {
        let d = 1_000_015 + i / 2;
        let times = |a: u32, b: u32| a.wrapping_mul(b);
        let ninth = |product: u32| (product.cast_signed() / 9).cast_unsigned();
        let mut state = if i % 2 == 0 {
            ninth(times(times(d, d + 2), d + 7)).wrapping_add(times(d, 3 * d + 1)).wrapping_add(0x0892_4541)
        } else {
            ninth(times(times(d, d + 7), d + 12)).wrapping_add(times(d, d + 1)).wrapping_add(0xF030_4078)
        };
        let mut draw = || {
            state = state.wrapping_mul(1_103_515_245).wrapping_add(12_435);
            state >> 8 & 0x7FFF
        };
        let [a, b, c] = [draw(), draw(), draw()].map(u32::cast_signed);
        for _ in 0..6 + (a * b - c).rem_euclid(6) {
            out.push(letter(draw() % 26));
        }
        out += [".dyndns.org\n", ".yi.org\n", ".dynserv.com\n", ".mooo.com\n"][d as usize % 4];
    }
    out
}

/// Outside of a sandbox.
pub(super) fn qakbot(params: &Params, start: Instant, names: usize) -> String {
    let (year, month, day) = date(start);
    let month =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"][month as usize - 1];
    let seed: u32 = params.value("seed").map_or(0, |seed| seed.parse().expect("a number"));
    let mut draws = MersenneTwister::new(crc32(&format!("{}.{month}.{year}.{seed:08x}", ((day - 1) / 10).min(2))));
    let mut out = String::new();
    for _ in 0..names {
        let suffix = ["com", "net", "org", "info", "biz", "org"][draws.between(6) as usize];
        for _ in 0..8 + draws.between(18) {
            out.push(letter(draws.between(26)));
        }
        out.push('.');
        out += suffix;
        out.push('\n');
    }
    out
}

fn crc32(text: &str) -> u32 {
    let mut register = u32::MAX;
    for octet in text.bytes() {
        register ^= u32::from(octet);
        for _ in 0..8 {
            register = if register & 1 == 1 { register >> 1 ^ 0xEDB8_8320 } else { register >> 1 };
        }
    }
    !register
}

struct MersenneTwister {
    table: Vec<u32>,
    next: usize,
}

impl MersenneTwister {
    fn new(seed: u32) -> Self {
        let mut table = vec![seed];
        for i in 1..624 {
            let before = table[i as usize - 1];
            table.push(1_812_433_253_u32.wrapping_mul(before ^ before >> 30).wrapping_add(i));
        }
        Self { table, next: 624 }
    }

    fn draw(&mut self) -> u32 {
        if self.next == 624 {
            for i in 0..624 {
                let y = (self.table[i] & 0x8000_0000) | (self.table[(i + 1) % 624] & 0x7FFF_FFFF);
                self.table[i] = self.table[(i + 397) % 624] ^ y >> 1 ^ if y & 1 == 1 { 0x9908_B0DF } else { 0 };
            }
            self.next = 0;
        }
        let mut y = self.table[self.next];
        self.next += 1;
        y ^= y >> 11;
        y ^= y << 7 & 0x9D2C_5680;
        y ^= y << 15 & 0xEFC6_0000;
        y ^ y >> 18
    }

    fn between(&mut self, bound: u32) -> u32 {
        let scaled = (u64::from(self.draw() & 0x0FFF_FFFF) * u64::from(bound)) >> 28;
        u32::try_from(scaled).expect("below the bound")
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Families in which each letter or each name is computed from the one before, by a rule of their own.

use forestall_dga::primitive::md6;
use forestall_model::{Instant, Params};

use super::{at, date, letter};

pub(super) fn necurs(params: &Params, start: Instant, names: usize) -> String {
    let (year, month, day) = date(start);
    let seed: u64 = params.value("seed").map_or(9, |seed| seed.parse().expect("a number"));
    let suffixes: Vec<&str> = "tj in jp tw ac cm la mn so sh sc nu nf mu ms mx ki im cx cc tv bz me eu de ru co su pw kz sx us ug ir to ga com net \
                               org biz xxx pro bit"
        .split(' ')
        .collect();
    let mut out = String::new();
    for i in 0..names {
        let mut n = mix(u64::from(year));
        n = mix(n.wrapping_add(u64::from(month)).wrapping_add(43_690));
        n = mix(n.wrapping_add(u64::from(day / 4)));
        n = mix(n.wrapping_add(i as u64));
        n = mix(n.wrapping_add(seed));
        let length = n % 15 + 7;
        for j in 0..length {
            n = mix(n.wrapping_add(j));
            out.push(letter(u32::try_from(n % 25).expect("below 25")));
            n = n.wrapping_add(0xAB_BEDF);
            n = mix(n);
        }
        out.push('.');
        out += suffixes[usize::try_from(n % 43).expect("below 43")];
        out.push('\n');
    }
    out
}

fn mix(start: u64) -> u64 {
    let mut v = start;
    for round in 0..(start & 127) + 21 {
        let turned = v.wrapping_mul(7) ^ (v << 15);
        v = v.wrapping_add(turned).wrapping_add(8 * round).wrapping_sub(v >> 5);
    }
    v
}

/// The useful set.
pub(super) fn pykspa_improved(_: &Params, start: Instant, names: usize) -> String {
    let index = u32::try_from(start.seconds().div_euclid(20 * 86_400).rem_euclid(1 << 32)).expect("32 bits");
    let mut s = u64::from(seed_of(index));
    let mut out = String::new();
    for j in 0..names as u64 {
        s += s % (j + 1) + 1;
        let length = (s + j) % 7 + 6;
        let (mut q, mut sum) = (s, length * length);
        for i in 0..length {
            let addend = q % 5 + q % 123_456 + i * ((q & 1) + q % 4_567);
            let letter_number = (sum + (q.wrapping_mul(addend) & 0xFFFF_FFFF)) % 26;
            out.push(letter(u32::try_from(letter_number).expect("below 26")));
            sum += length;
            q += ((q.wrapping_mul(7_837_632 * length) & 0xFFFF_FFFF) + 82_344) % (541 * length + 4);
        }
        out += [".com\n", ".net\n", ".org\n", ".info\n"][(s & 3) as usize];
    }
    out
}

fn seed_of(index: u32) -> u32 {
    let digest = md6::digest(&index.to_le_bytes());
    let text: String = digest.iter().map(|octet| format!("{octet:02x}")).collect();
    let mut buffer = text.clone().into_bytes();
    buffer.resize(256, 0);
    let mut scrambler = Scrambler::new(&buffer[..64]);
    let mut scramble_at = |place: usize| buffer[place] ^= scrambler.scramble(buffer[place]);
    (0..256).for_each(&mut scramble_at);
    (255..255 + 257 * 10).for_each(|turn| scramble_at(turn % 256));
    let mut scrambler = Scrambler::new(&buffer);
    let first = index as usize % 50;
    u32::from_le_bytes([0, 1, 2, 3].map(|i| scrambler.scramble(text.as_bytes()[first + i])))
}

struct Scrambler {
    states: [u32; 128],
    word: u32,
}

impl Scrambler {
    fn new(octets: &[u8]) -> Self {
        let mut scrambler = Self { states: [0; 128], word: 0 };
        for (state, pair) in scrambler.states.iter_mut().zip(octets.chunks(2)) {
            *state = u32::from(pair[0]) << 8 | u32::from(pair[1]);
        }
        for sequence in 0..128 {
            for _ in 0..=sequence {
                scrambler.stir(sequence);
            }
        }
        scrambler
    }

    fn stir(&mut self, sequence: usize) {
        self.states[sequence] = self.states[sequence].wrapping_mul(22_695_477).wrapping_add(1);
        let turn = self.word & 15;
        self.word = (self.states[sequence] >> 16 & 0x7FFF).wrapping_add(self.word).rotate_left(turn);
    }

    fn scramble(&mut self, octet: u8) -> u8 {
        (0..128).for_each(|sequence| self.stir(sequence));
        let scrambled = octet ^ self.word.to_le_bytes()[0];
        self.word = self.word.wrapping_add(u32::from(octet));
        self.states[127] = self.states[127].wrapping_add(u32::from(octet));
        scrambled
    }
}

/// Version 1.
pub(super) fn shiotob(params: &Params, _: Instant, names: usize) -> String {
    let mut name = params.value("domain").unwrap_or("4ypv1eehphg3a.com").to_owned();
    let mut out = String::new();
    for _ in 0..names {
        out += &name;
        out.push('\n');
        let suffix = if name.ends_with("com") { ".net" } else { ".com" };
        let letters = name.len() - 4;
        let mut buffer = [0_u8; 67];
        buffer[..name.len()].copy_from_slice(name.as_bytes());
        let sum = buffer[..name.len() - 3].iter().fold(0_u8, |sum, octet| sum.wrapping_add(*octet));
        let factor = u8::try_from(letters).expect("a label");
        for i in 0..65 {
            for j in 0..65 - i {
                buffer[i + j] ^= factor.wrapping_mul(buffer[j]) ^ sum;
            }
        }
        let wished = usize::from((buffer[2].wrapping_mul(factor) ^ buffer[0]) / 16);
        let letters = if wished >= 10 { wished } else { letters };
        name.clear();
        for octet in &buffer[..letters] {
            name.push(at("qwertyuiopasdfghjklzxcvbnm123945", u32::from(octet / 8)));
        }
        name += suffix;
    }
    out
}

/// Under one top-level domain.
pub(super) fn tinba(params: &Params, _: Instant, names: usize) -> String {
    let seed = params.value("seed").unwrap_or("oGkS3w3sGGOGG7oc").as_bytes();
    let suffix = params.value("tlds").unwrap_or("com").to_owned();
    let mut name = params.value("domain").unwrap_or("ssrgwnrmgrxe.com").as_bytes().to_vec();
    let mut out = String::new();
    for _ in 0..names {
        out.extend(name.iter().map(|octet| char::from(*octet)));
        out.push('\n');
        let mut extra = seed.iter().fold(0_u8, |sum, octet| sum.wrapping_add(*octet));
        let mut value = seed[15];
        for i in 0..12 {
            loop {
                value = (value.wrapping_add(name[i]) ^ extra).wrapping_add(name[i + 1]);
                if value > b'a' && value < b'z' {
                    break;
                }
                extra = extra.wrapping_add(1);
            }
            name[i] = value;
        }
        name[12] = b'.';
        name.truncate(13);
        name.extend(suffix.bytes());
    }
    out
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Families that hash: MD5 of numbers or texts, and the string hash of Java.

use forestall_model::{Instant, Params};

use super::md5::{self, md5};
use super::sha1::sha1;
use super::{at, date, hexadecimal, letter};

pub(super) fn enviserv(params: &Params, _: Instant, names: usize) -> String {
    let seed = params.value("seed").unwrap_or("papa_koli");
    let mut out = String::new();
    for i in 0..names {
        let digits = md5::hexadecimal(format!("{seed}{i}").as_bytes());
        out += &digits[..10];
        out += [".com\n", ".net\n", ".org\n", ".info\n", ".biz\n", ".in\n"][i % 6];
    }
    out
}

pub(super) fn gameover_p2p(_: &Params, start: Instant, names: usize) -> String {
    let (year, month, day) = date(start);
    let mut out = String::new();
    for i in 0..names {
        let block = [low(year + 0x30), low(month), low(day / 7 * 7), low_of(i), low_of(i >> 8), 0, 0];
        two_letters_an_octet(&md5(&block), &mut out);
        out += match i {
            _ if i % 6 == 0 => ".ru\n",
            _ if i % 5 == 0 => ".biz\n",
            _ if i % 4 == 0 => ".info\n",
            _ if i % 3 == 0 => ".org\n",
            _ if i % 2 == 0 => ".net\n",
            _ => ".com\n",
        };
    }
    out
}

pub(super) fn murofet(params: &Params, start: Instant, names: usize) -> String {
    let (year, month, day) = date(start);
    let version = params.value("version").unwrap_or("1");
    let key = params.value("key").filter(|key| *key != "none").map_or(0, |_| hexadecimal(params, "key", 0));
    let suffixes: &[&str] = &["ru", "biz", "info", "org", "net", "com"][usize::from(version == "2")..];
    let mut out = String::new();
    for i in 0..names {
        let number = u32::try_from(i).expect("few names");
        let digest = if version == "2" {
            let mut block = [low(year + 0x30), low(month), low(day), 0, 0, 0, 0, 0];
            block[4..].copy_from_slice(&(number & !1).to_le_bytes());
            for (octet, key) in block.iter_mut().zip(key.to_le_bytes().iter().cycle()) {
                *octet ^= key;
            }
            md5(&block)
        } else {
            let mut block = [low(year + 0x30), low(month), low(day - day % 7), 0, 0, 0, 0];
            block[3..].copy_from_slice(&number.to_le_bytes());
            md5(&block)
        };
        match version {
            "1" => two_letters_an_octet(&digest, &mut out),
            "2" => letter_an_octet(&digest, &mut out),
            _ => {
                for octet in digest.map(u32::from) {
                    let (low, high) = (octet & 15, octet >> 4);
                    out.push(letter(low));
                    if high < 10 {
                        out.push(letter(16 + high));
                    } else {
                        out += &format!("{}{}", high - 9, (low + 7) % 10);
                    }
                }
            }
        }
        let divisor = (1..=suffixes.len()).rev().find(|divisor| i % divisor == 0).expect("1 divides");
        out.push('.');
        out += suffixes[suffixes.len() - divisor];
        out.push('\n');
    }
    out
}

pub(super) fn tufik(params: &Params, start: Instant, names: usize) -> String {
    let (year, month, day) = date(start);
    let magic = hexadecimal(params, "magic", 0x9977_22ED);
    let mut out = String::new();
    for i in 0..u32::try_from(names).expect("few names") {
        let dated = ((year + 48) & 0xFF) | month << 8 | day << 16;
        let mut block = [0; 8];
        block[..4].copy_from_slice(&(dated ^ magic).to_le_bytes());
        block[4..].copy_from_slice(&((i & !1) ^ magic).to_le_bytes());
        letter_an_octet(&md5(&block), &mut out);
        out += match i {
            _ if i % 5 == 0 => ".biz\n",
            _ if i % 4 == 0 => ".info\n",
            _ if i % 3 == 0 => ".org\n",
            _ if i % 2 == 0 => ".net\n",
            _ => ".com\n",
        };
    }
    out
}

pub(super) fn newgoz(params: &Params, start: Instant, names: usize) -> String {
    let (year, month, day) = date(start);
    let seed = hexadecimal(params, "seed", 0x3519_0501);
    let mut out = String::new();
    for i in 0..u32::try_from(names).expect("few names") {
        let mut message = i.to_le_bytes().to_vec();
        for part in [year, month, day] {
            message.extend([low(part), low(part >> 8)]);
            message.extend(seed.to_le_bytes());
        }
        for word in md5(&message).chunks_exact(4) {
            let mut rest = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
            let mut digits = String::new();
            loop {
                digits.insert(0, at("0123456789abcdefghijklmnopqrstuvwxyz", rest % 36));
                rest /= 36;
                if rest == 0 {
                    break;
                }
            }
            out += &digits;
        }
        out += match i {
            _ if i % 4 == 0 => ".com\n",
            _ if i % 3 == 0 => ".org\n",
            _ if i % 2 == 0 => ".biz\n",
            _ => ".net\n",
        };
    }
    out
}

pub(super) fn monerodownloader(_: &Params, start: Instant, names: usize) -> String {
    let mut out = String::new();
    for i in 0..names.div_ceil(5) {
        let digits = md5::hexadecimal(format!("jkhhksugrhtijys78g46-{}-{i}", start.day().epoch_days()).as_bytes());
        let label = if i == 0 { "31b4bd31fg1x2" } else { &digits[..13] };
        for (_, suffix) in (5 * i..names).zip(["org", "tickets", "blackfriday", "hosting", "feedback"]) {
            out += &format!("{label}.{suffix}\n");
        }
    }
    out
}

pub(super) fn proslikefan(params: &Params, start: Instant, names: usize) -> String {
    let (year, month, day) = date(start);
    let magic = params.value("magic").unwrap_or("prospect");
    let suffixes: Vec<&str> =
        params.value("tlds").unwrap_or("eu,biz,se,info,com,net,org,ru,in,name").split(',').collect();
    let mut out = String::new();
    for i in 0..names {
        let suffix = suffixes[i % suffixes.len()];
        let text = format!("{magic}.{month}.{day}.{year}.{suffix}");
        let mut value = java_hash(&text).unsigned_abs() + u32::try_from(i / suffixes.len()).expect("few names");
        let mut label = String::new();
        while label.len() < (value % 7) as usize + 6 {
            value = java_hash(&format!("{label}{value}")).unsigned_abs();
            label.push(letter(value % 26));
        }
        out += &format!("{label}.{suffix}\n");
    }
    out
}

/// The configuration with `kz`, version 1.
pub(super) fn pushdo(_: &Params, start: Instant, names: usize) -> String {
    // The number of the day, as the malware counts where it does not err.
    let mut r = u32::try_from(start.day().epoch_days() + 719_543).expect("a day of our time");
    let mut out = String::new();
    for _ in 0..names {
        let digest = md5(&r.to_le_bytes());
        r = u32::from_le_bytes([digest[0], digest[1], digest[2], digest[3]]);
        let wanted = 9 + (r & 3) as usize;
        let mut label = String::new();
        for octet in digest.map(u32::from) {
            label.push(at("bcdfghjklmnpqrstvwx", octet % 19));
            let vowel = at("aeiou", (octet + 1) % 256 % 5);
            label.push(vowel);
            if vowel == 'e' && (octet + 2) & 7 != 0 {
                label.push(at("aio", (octet + 2) % 3));
            } else if (octet + 2) & 1 != 0 {
                label.push(at("zxtsrqpnmlkgfdc", (octet + 3) % 15));
            }
        }
        out += &label[..wanted];
        out += ".kz\n";
        r = r.wrapping_add(1);
    }
    out
}

/// With two octets for the number.
pub(super) fn chinad(_: &Params, start: Instant, names: usize) -> String {
    let (year, month, day) = date(start);
    let mut out = String::new();
    for i in 0..names {
        let mut message = [0; 16];
        message[..5].copy_from_slice(&[low(year + 0x30), low(month), low(day), low_of(i), low_of(i >> 8)]);
        // The octets of each word from the last to the first.
        let octets: Vec<u8> = sha1(&message).iter().flat_map(|word| word.to_le_bytes()).collect();
        octets[..16]
            .iter()
            .for_each(|octet| out.push(at("abcdefghijklmnopqrstuvwxyz0123456789", u32::from(octet % 36))));
        out.push('.');
        out += ["com", "org", "net", "biz", "info", "ru", "cn"][usize::from(octets[16] % 7)];
        out.push('\n');
    }
    out
}

fn two_letters_an_octet(digest: &[u8; 16], out: &mut String) {
    for octet in digest.map(u32::from) {
        let (low, high) = (octet & 31, octet >> 3);
        if low != high {
            [low, high].into_iter().filter(|number| *number < 26).for_each(|number| out.push(letter(number)));
        }
    }
}

fn letter_an_octet(digest: &[u8; 16], out: &mut String) {
    for octet in digest.map(u32::from) {
        let number = (octet & 15) + (octet >> 4);
        if number < 26 {
            out.push(letter(number));
        }
    }
}

fn java_hash(text: &str) -> i32 {
    text.bytes().fold(0, |hash: i32, octet| hash.wrapping_mul(31).wrapping_add(i32::from(octet)))
}

fn low(number: u32) -> u8 {
    number.to_le_bytes()[0]
}

fn low_of(number: usize) -> u8 {
    number.to_le_bytes()[0]
}

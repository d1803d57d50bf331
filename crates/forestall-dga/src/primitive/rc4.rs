// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The stream cipher RC4 (as in RFC 6229), nothing dropped.

/// A key stream. Encryption and decryption are the same.
#[derive(Clone, Debug)]
pub struct Rc4 {
    table: [u8; 256],
    i: u8,
    j: u8,
}

impl Rc4 {
    /// Starts the key stream of `key`. Of a long key the first 256 octets count; an empty one is taken as one zero octet.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        let key = if key.is_empty() { &[0] } else { key };
        let mut table = [0; 256];
        for (value, place) in (0..=255).zip(&mut table) {
            *place = value;
        }
        let mut j = 0_u8;
        for (i, octet) in (0..256).zip(key.iter().cycle()) {
            j = j.wrapping_add(table[i]).wrapping_add(*octet);
            table.swap(i, usize::from(j));
        }
        Self { table, i: 0, j: 0 }
    }

    /// Combines `octets` with the next octets of the key stream.
    pub fn apply(&mut self, octets: &mut [u8]) {
        for octet in octets {
            self.i = self.i.wrapping_add(1);
            let (i, first) = (usize::from(self.i), self.table[usize::from(self.i)]);
            self.j = self.j.wrapping_add(first);
            self.table.swap(i, usize::from(self.j));
            *octet ^= self.table[usize::from(self.table[i].wrapping_add(first))];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Rc4;

    /// The first sixteen octets of the key streams of RFC 6229 with 40 and 256 bits.
    #[test]
    fn has_the_key_streams_of_the_rfc() {
        let check = |length: u8, expected: u128| {
            let key: Vec<u8> = (1..=length).collect();
            let mut stream = [0; 16];
            Rc4::new(&key).apply(&mut stream);
            assert_eq!(u128::from_be_bytes(stream), expected, "{length}");
        };
        check(5, 0xb239_6305_f03d_c027_ccc3_524a_0a11_18a8);
        check(32, 0xeaa6_bd25_880b_f93d_3f5d_1e4c_a261_1d91);
    }

    #[test]
    fn goes_on_where_it_stopped() {
        let mut whole = *b"Attack at dawn";
        let mut parts = whole;
        Rc4::new(b"Secret").apply(&mut whole);
        let mut cipher = Rc4::new(b"Secret");
        parts.chunks_mut(3).for_each(|part| cipher.apply(part));
        assert_eq!(whole, parts);
        assert_eq!(whole, [0x45, 0xA0, 0x1F, 0x64, 0x5F, 0xC3, 0x5B, 0x38, 0x35, 0x52, 0x54, 0x4B, 0x9B, 0xF5]);
    }
}

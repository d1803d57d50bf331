// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! CRC-32 with the reflected polynomial of zlib, Ethernet and PNG (ISO/IEC 13239).

/// Returns the checksum of `octets` as zlib has it: the register starts with all bits set and is inverted in the end.
#[must_use]
pub fn of(octets: &[u8]) -> u32 {
    !update(u32::MAX, octets)
}

/// Returns the register after `octets`, without inversion, from any `start`.
///
/// For malware that starts otherwise or leaves the inversion out.
#[must_use]
pub fn update(start: u32, octets: &[u8]) -> u32 {
    octets.iter().fold(start, |register, octet| TABLE[usize::from(register.to_le_bytes()[0] ^ octet)] ^ (register >> 8))
}

/// The register that each octet leaves.
const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut octet = 0;
    while octet < 256 {
        let mut register = octet;
        let mut bit = 0;
        while bit < 8 {
            register = if register & 1 == 1 { 0xEDB8_8320 ^ (register >> 1) } else { register >> 1 };
            bit += 1;
        }
        table[octet as usize] = register;
        octet += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::{of, update};

    /// The check value of the catalogue of parametrised CRC algorithms (CRC-32/ISO-HDLC, and CRC-32/JAMCRC without inversion).
    #[test]
    fn has_the_published_check_values() {
        assert_eq!(of(b"123456789"), 0xCBF4_3926);
        assert_eq!(update(u32::MAX, b"123456789"), 0x340B_C6D9);
        assert_eq!(of(b""), 0);
    }

    #[test]
    fn goes_on_from_a_register() {
        assert_eq!(update(update(7, b"1234"), b"56789"), update(7, b"123456789"));
    }
}

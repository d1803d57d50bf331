// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What records say: the same for every listed name, but for addresses.
//!
//! Nobody sends mail from these names or gets any there, and nobody gets a certificate for them: `MX 0 .`, `v=spf1 -all`,
//! `CAA 0 issue ";"`. There is no DS record and no signature.

use forestall_model::Instant;

/// Data of records.
#[derive(Clone, Debug, Default)]
pub struct Data {
    /// The name servers, on the wire.
    pub name_servers: Vec<Vec<u8>>,
    /// Whose mailbox the SOA record names, on the wire.
    pub mailbox: Vec<u8>,
    /// Texts besides that about mail, each at most 255 octets.
    pub texts: Vec<Vec<u8>>,
    /// How long resolvers keep that there is no such record.
    pub negative_ttl: u32,
}

/// `MX 0 .` (RFC 7505).
pub const MX: &[u8] = &[0, 0, 0];
/// `CAA 0 issue ";"` (RFC 8659).
pub const CAA: &[u8] = b"\0\x05issue;";
/// `v=spf1 -all` (RFC 7208).
pub const SPF: &[u8] = b"\x0bv=spf1 -all";
/// What is answered where any type is asked for (RFC 8482).
pub const HINFO: &[u8] = b"\x07RFC8482\0";

impl Data {
    /// Returns the data of the SOA record; the serial is the time at which the index was built.
    #[must_use]
    pub fn soa(&self, written: Instant) -> Vec<u8> {
        let mut data = self.name_servers.first().cloned().unwrap_or_else(|| vec![0]);
        data.extend_from_slice(&self.mailbox);
        let serial = u32::try_from(written.seconds().rem_euclid(1 << 32)).unwrap_or(0);
        for number in [serial, 3_600, 600, 604_800, self.negative_ttl] {
            data.extend_from_slice(&number.to_be_bytes());
        }
        data
    }
}

/// Returns a text as a string of the DNS; none where it is too long.
#[must_use]
pub fn string(text: &str) -> Option<Vec<u8>> {
    let length = u8::try_from(text.len()).ok()?;
    Some([&[length], text.as_bytes()].concat())
}

/// Returns a name of letters, digits, hyphens and underscores on the wire, with the root's label.
#[must_use]
pub fn wire(text: &str) -> Option<Vec<u8>> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let mut wire = Vec::new();
    for label in text.split('.') {
        let fits = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_');
        let length = u8::try_from(label.len()).ok().filter(|length| (1..=63).contains(length))?;
        if !label.bytes().all(fits) {
            return None;
        }
        wire.push(length);
        wire.extend(label.bytes().map(|octet| octet.to_ascii_lowercase()));
    }
    wire.push(0);
    (wire.len() <= 255).then_some(wire)
}

#[cfg(test)]
mod tests {
    use super::wire;

    #[test]
    fn names_go_on_the_wire() {
        assert_eq!(wire("NS1.example."), Some(b"\x03ns1\x07example\0".to_vec()));
        for text in ["", ".", "a..b", "a b.example", &"a".repeat(64), &["a"; 128].join(".")] {
            assert_eq!(wire(text), None, "{text}");
        }
    }
}

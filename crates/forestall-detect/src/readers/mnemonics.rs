// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Types and response codes by their names in logs.
//!
//! Names as in the registries of IANA for DNS parameters; a number or `TYPE64` (RFC 3597) stands for itself. A name that is not here gives none:
//! a new type is no reason to drop a line.

/// Returns the number of a type.
#[inline]
pub(super) fn qtype(text: &[u8]) -> Option<u16> {
    match text {
        b"A" => Some(1),
        b"AAAA" => Some(28),
        b"HTTPS" => Some(65),
        b"PTR" => Some(12),
        b"TXT" => Some(16),
        b"MX" => Some(15),
        [b'0'..=b'9', ..] => number(text),
        _ => rare_type(text),
    }
}

/// Returns the number of a response code.
#[inline]
pub(super) fn rcode(text: &[u8]) -> Option<u16> {
    match text {
        b"NOERROR" => Some(0),
        b"NXDOMAIN" => Some(3),
        b"SERVFAIL" => Some(2),
        b"REFUSED" => Some(5),
        b"-" => None,
        [b'0'..=b'9', ..] => number(text),
        _ => rare_code(text),
    }
}

const TYPES: &[(&str, u16)] = &[
    ("A", 1),
    ("AAAA", 28),
    ("HTTPS", 65),
    ("PTR", 12),
    ("TXT", 16),
    ("SRV", 33),
    ("MX", 15),
    ("NS", 2),
    ("SOA", 6),
    ("CNAME", 5),
    ("SVCB", 64),
    ("DS", 43),
    ("DNSKEY", 48),
    ("ANY", 255),
    ("*", 255),
    ("NAPTR", 35),
    ("CAA", 257),
    ("TLSA", 52),
    ("SPF", 99),
    ("NULL", 10),
    ("HINFO", 13),
    ("RP", 17),
    ("SSHFP", 44),
    ("RRSIG", 46),
    ("NSEC", 47),
    ("NSEC3", 50),
    ("NSEC3PARAM", 51),
    ("CDS", 59),
    ("CDNSKEY", 60),
    ("OPENPGPKEY", 61),
    ("DNAME", 39),
    ("LOC", 29),
    ("URI", 256),
    ("IXFR", 251),
    ("AXFR", 252),
    ("MD", 3),
    ("MF", 4),
    ("WKS", 11),
    ("A6", 38),
    ("OPT", 41),
    ("TKEY", 249),
    ("TSIG", 250),
    ("MAILB", 253),
];

const CODES: &[(&str, u16)] = &[
    ("NOERROR", 0),
    ("NXDOMAIN", 3),
    ("SERVFAIL", 2),
    ("REFUSED", 5),
    ("FORMERR", 1),
    ("NOTIMP", 4),
    ("NOTIMPL", 4),
    ("YXDOMAIN", 6),
    ("YXRRSET", 7),
    ("NXRRSET", 8),
    ("NOTAUTH", 9),
    ("NOTZONE", 10),
    ("BADVERS", 16),
];

#[cold]
fn rare_type(text: &[u8]) -> Option<u16> {
    let named = TYPES.iter().find(|(name, _)| text.eq_ignore_ascii_case(name.as_bytes()));
    named.map(|(_, number)| *number).or_else(|| {
        let prefix = text.get(..4).filter(|prefix| prefix.eq_ignore_ascii_case(b"TYPE"));
        number(prefix.map_or(text, |_| &text[4..]))
    })
}

#[cold]
fn rare_code(text: &[u8]) -> Option<u16> {
    let named = CODES.iter().find(|(name, _)| text.eq_ignore_ascii_case(name.as_bytes()));
    named.map(|(_, number)| *number).or_else(|| number(text))
}

/// Returns a decimal number; none where it is too large or has anything but digits.
pub(super) fn number(text: &[u8]) -> Option<u16> {
    if text.is_empty() || text.len() > 5 {
        return None;
    }
    text.iter().try_fold(0_u16, |sum, digit| {
        digit.is_ascii_digit().then(|| sum.checked_mul(10)?.checked_add(u16::from(digit - b'0'))).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::{qtype, rcode};

    #[test]
    fn types_and_codes() {
        let check = |text: &str, expected| assert_eq!(qtype(text.as_bytes()), expected, "{text}");
        check("A", Some(1));
        check("aaaa", Some(28));
        check("https", Some(65));
        check("TYPE65", Some(65));
        check("65535", Some(65_535));
        check("65536", None);
        check("TYPE", None);
        check("-", None);
        check("", None);
        assert_eq!(rcode(b"nxdomain"), Some(3));
        assert_eq!(rcode(b"3"), Some(3));
        assert_eq!(rcode(b"-"), None);
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Types and classes of records by their names in zone files.

// The types that the reader treats otherwise than by their number alone.
pub(super) const TYPE_NS: u16 = 2;
pub(super) const TYPE_SOA: u16 = 6;
pub(super) const TYPE_APL: u16 = 42;

/// The types of records by the registry of IANA (Resource Record TYPEs, 2025), the frequent ones of top-level zones first.
const TYPES: [(&str, u16); 83] = [
    ("NS", TYPE_NS),
    ("DS", 43),
    ("RRSIG", 46),
    ("NSEC3", 50),
    ("NSEC", 47),
    ("A", 1),
    ("AAAA", 28),
    ("SOA", TYPE_SOA),
    ("DNSKEY", 48),
    ("NSEC3PARAM", 51),
    ("TXT", 16),
    ("MX", 15),
    ("CNAME", 5),
    ("PTR", 12),
    ("SRV", 33),
    ("CAA", 257),
    ("DNAME", 39),
    ("MD", 3),
    ("MF", 4),
    ("MB", 7),
    ("MG", 8),
    ("MR", 9),
    ("NULL", 10),
    ("WKS", 11),
    ("HINFO", 13),
    ("MINFO", 14),
    ("RP", 17),
    ("AFSDB", 18),
    ("X25", 19),
    ("ISDN", 20),
    ("RT", 21),
    ("NSAP", 22),
    ("NSAP-PTR", 23),
    ("SIG", 24),
    ("KEY", 25),
    ("PX", 26),
    ("GPOS", 27),
    ("LOC", 29),
    ("NXT", 30),
    ("EID", 31),
    ("NIMLOC", 32),
    ("ATMA", 34),
    ("NAPTR", 35),
    ("KX", 36),
    ("CERT", 37),
    ("A6", 38),
    ("SINK", 40),
    ("APL", TYPE_APL),
    ("SSHFP", 44),
    ("IPSECKEY", 45),
    ("DHCID", 49),
    ("TLSA", 52),
    ("SMIMEA", 53),
    ("HIP", 55),
    ("NINFO", 56),
    ("RKEY", 57),
    ("TALINK", 58),
    ("CDS", 59),
    ("CDNSKEY", 60),
    ("OPENPGPKEY", 61),
    ("CSYNC", 62),
    ("ZONEMD", 63),
    ("SVCB", 64),
    ("HTTPS", 65),
    ("DSYNC", 66),
    ("HHIT", 67),
    ("BRID", 68),
    ("SPF", 99),
    ("NID", 104),
    ("L32", 105),
    ("L64", 106),
    ("LP", 107),
    ("EUI48", 108),
    ("EUI64", 109),
    ("NXNAME", 128),
    ("URI", 256),
    ("AVC", 258),
    ("DOA", 259),
    ("AMTRELAY", 260),
    ("RESINFO", 261),
    ("WALLET", 262),
    ("TA", 32_768),
    ("DLV", 32_769),
];

/// Returns the number of a type by its name, in any letter case, or as in TYPE65534.
pub(super) fn type_number(word: &[u8]) -> Option<u16> {
    TYPES
        .iter()
        .find(|(name, _)| word.eq_ignore_ascii_case(name.as_bytes()))
        .map(|(_, number)| *number)
        .or_else(|| numbered(word, b"TYPE"))
}

/// Reads the number after a prefix, as in TYPE65534 and CLASS32 (RFC 3597).
pub(super) fn numbered(word: &[u8], prefix: &[u8]) -> Option<u16> {
    let (head, digits) = word.split_at_checked(prefix.len())?;
    if !head.eq_ignore_ascii_case(prefix) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Says whether a word is a class other than IN.
pub(super) fn is_other_class(word: &[u8]) -> bool {
    [&b"CH"[..], b"HS", b"CS"].iter().any(|class| word.eq_ignore_ascii_case(class))
        || numbered(word, b"CLASS").is_some()
}

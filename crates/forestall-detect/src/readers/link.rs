// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What stands before the IP header, by the link types of libpcap (tcpdump.org, "Link-layer header types").

/// A link layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    /// Ethernet, also with tags of IEEE 802.1Q and 802.1ad.
    Ethernet,
    /// Linux "cooked", version 1.
    Cooked,
    /// Linux "cooked", version 2.
    Cooked2,
    /// No header; the version of IP stands in the packet.
    Raw,
    /// Four octets of the protocol family, in the order of the host that captured (BSD loopback) or of the network (OpenBSD): told by value.
    Loopback,
    /// Not read.
    Other,
}

/// Tags before each other; providers use two.
const MOST_TAGS: usize = 4;

impl Link {
    /// Returns the link layer of that number; the length of a frame check sequence and what else stands in the upper half is not looked at.
    pub(super) const fn of(number: u32) -> Self {
        match number & 0xffff {
            0 | 108 => Self::Loopback,
            1 => Self::Ethernet,
            12 | 14 | 101 | 228 | 229 => Self::Raw,
            113 => Self::Cooked,
            276 => Self::Cooked2,
            _ => Self::Other,
        }
    }

    /// Returns where the IP header begins; none where the packet is of another protocol or too short for its headers.
    #[inline]
    pub(super) fn network(self, packet: &[u8]) -> Option<usize> {
        match self {
            Self::Ethernet => untagged(packet, 12),
            Self::Cooked => untagged(packet, 14),
            Self::Cooked2 => match packet.first_chunk::<2>()? {
                [0x08, 0x00] | [0x86, 0xdd] => Some(20),
                // The tag begins where the header of 20 octets ends.
                [0x81, 0x00] | [0x88, 0xa8] => untagged(packet, 22),
                _ => None,
            },
            Self::Raw => Some(0),
            Self::Loopback => match packet.first_chunk::<4>()? {
                // 2 is IPv4 everywhere; IPv6 is 24, 28 or 30 on the BSDs and 10 on Linux.
                [2 | 10 | 24 | 28 | 30, 0, 0, 0] | [0, 0, 0, 2 | 10 | 24 | 28 | 30] => Some(4),
                _ => None,
            },
            Self::Other => None,
        }
    }
}

/// Steps over tags from the type at `at`.
#[inline]
fn untagged(packet: &[u8], mut at: usize) -> Option<usize> {
    for _ in 0..=MOST_TAGS {
        match packet.get(at..at + 2)? {
            [0x08, 0x00] | [0x86, 0xdd] => return Some(at + 2),
            [0x81, 0x00] | [0x88, 0xa8] | [0x91, 0x00] => at += 4,
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::Link;

    #[test]
    fn where_ip_begins() {
        let check = |number, start: &[u8], expected| {
            let packet = [start, &[0x45; 20]].concat();
            assert_eq!(Link::of(number).network(&packet), expected, "{number} {start:x?}");
        };
        check(1, &[&[0; 12], [0x08, 0x00].as_slice()].concat(), Some(14));
        check(1, &[&[0; 12], [0x81, 0x00, 0, 7, 0x86, 0xdd].as_slice()].concat(), Some(18));
        check(1, &[&[0; 12], [0x88, 0xa8, 0, 7, 0x81, 0x00, 0, 8, 0x08, 0x00].as_slice()].concat(), Some(22));
        check(1, &[&[0; 12], [0x08, 0x06].as_slice()].concat(), None);
        check(1, &[&[0; 12], [0x81, 0x00, 0, 0].repeat(9).as_slice()].concat(), None);
        check(113, &[&[0; 14], [0x08, 0x00].as_slice()].concat(), Some(16));
        check(276, &[[0x86, 0xdd].as_slice(), &[0; 18]].concat(), Some(20));
        check(276, &[[0x81, 0x00].as_slice(), &[0; 18], &[0, 7, 0x08, 0x00]].concat(), Some(24));
        check(101, &[], Some(0));
        check(0, &[30, 0, 0, 0], Some(4));
        check(108, &[0, 0, 0, 2], Some(4));
        check(0, &[9, 0, 0, 0], None);
        check(147, &[], None);
        assert_eq!(Link::Ethernet.network(&[0; 13]), None);
    }
}

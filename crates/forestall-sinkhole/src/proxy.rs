// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The PROXY protocol, version 2: a load balancer tells who connected to it.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

/// How every header begins.
const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";
/// Most octets of a header that is read; real ones have some tens.
pub const MOST_OCTETS: usize = 2_048;

/// What stands at the beginning of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Header {
    /// The beginning of a header.
    Part,
    /// A whole header, with who connected to whom; none where the proxy speaks for itself.
    Whole {
        /// Octets of the header.
        octets: usize,
        /// Source and destination.
        addresses: Option<(SocketAddr, SocketAddr)>,
    },
    /// Something else.
    Other,
}

/// Reads the beginning of a connection.
#[must_use]
pub fn read(input: &[u8]) -> Header {
    let seen = input.len().min(SIGNATURE.len());
    if input[..seen] != SIGNATURE[..seen] {
        return Header::Other;
    }
    let Some((head, rest)) = input.split_first_chunk::<16>() else { return Header::Part };
    let [.., command, family, high, low] = *head;
    let length = usize::from(u16::from_be_bytes([high, low]));
    if command >> 4 != 2 || command & 0xF > 1 || length + 16 > MOST_OCTETS {
        return Header::Other;
    }
    let Some(body) = rest.get(..length) else { return Header::Part };
    let octets = 16 + length;
    if command & 0xF == 0 {
        return Header::Whole { octets, addresses: None };
    }
    match family {
        0x11 => match body.first_chunk::<12>() {
            Some(&[a, b, c, d, e, f, g, h, ports @ ..]) => {
                let [from, to] = both(ports);
                let source = SocketAddr::from((Ipv4Addr::new(a, b, c, d), from));
                let destination = SocketAddr::from((Ipv4Addr::new(e, f, g, h), to));
                Header::Whole { octets, addresses: Some((source, destination)) }
            }
            None => Header::Other,
        },
        0x21 => match body.first_chunk::<36>() {
            Some(addresses) => {
                let address = |at: usize| {
                    let mut octets = [0; 16];
                    octets.copy_from_slice(&addresses[at..at + 16]);
                    Ipv6Addr::from(octets)
                };
                let [from, to] = both([addresses[32], addresses[33], addresses[34], addresses[35]]);
                Header::Whole { octets, addresses: Some(((address(0), from).into(), (address(16), to).into())) }
            }
            None => Header::Other,
        },
        _ => Header::Other,
    }
}

fn both([a, b, c, d]: [u8; 4]) -> [u16; 2] {
    [u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])]
}

#[cfg(test)]
mod tests {
    use super::{Header, SIGNATURE, read};

    #[test]
    fn headers_are_read_whole() {
        let body = [192, 0, 2, 1, 198, 51, 100, 1, 0x9C, 0x40, 0, 80];
        let header = [&SIGNATURE[..], &[0x21, 0x11, 0, 12], &body, b"GET"].concat();
        let addresses = Some(("192.0.2.1:40000".parse().unwrap(), "198.51.100.1:80".parse().unwrap()));
        assert_eq!(read(&header), Header::Whole { octets: 28, addresses });
        assert!((0..28).all(|length| read(&header[..length]) == Header::Part));
        let local = [&SIGNATURE[..], &[0x20, 0, 0, 0]].concat();
        assert_eq!(read(&local), Header::Whole { octets: 16, addresses: None });
        let long = [&SIGNATURE[..], &[0x21, 0x11, 0xFF, 0xFF]].concat();
        let short = [&SIGNATURE[..], &[0x21, 0x21, 0, 12], &body].concat();
        for other in [b"GET / HTTP/1.0\r\n\r\n", &long[..], &short, &[&SIGNATURE[..], &[0x11, 0x11, 0, 0]].concat()] {
            assert_eq!(read(other), Header::Other);
        }
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Writes small databases in MaxMind's form, so that tests know what is in them, and what is broken.
//!
//! # Source
//!
//! MaxMind DB File Format Specification, version 2.0.

use std::net::IpAddr;

/// What a network of a database is.
pub(crate) struct Network {
    pub(crate) first: IpAddr,
    pub(crate) bits: usize,
    pub(crate) country: &'static str,
    pub(crate) asn: u32,
    pub(crate) name: &'static str,
}

fn control(kind: u8, length: usize) -> Vec<u8> {
    let length = u8::try_from(length).unwrap();
    let (low, more) = if length < 29 { (length, None) } else { (29, Some(length - 29)) };
    let kinds = if kind > 7 { vec![low, kind - 7] } else { vec![kind << 5 | low] };
    kinds.into_iter().chain(more).collect()
}

fn text(value: &str) -> Vec<u8> {
    [control(2, value.len()), value.as_bytes().to_vec()].concat()
}

fn number(kind: u8, value: u64) -> Vec<u8> {
    let octets: Vec<u8> = value.to_be_bytes().into_iter().skip_while(|octet| *octet == 0).collect();
    [control(kind, octets.len()), octets].concat()
}

fn map(pairs: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let body = pairs.iter().flat_map(|(key, value)| [text(key), value.clone()]).flatten().collect();
    [control(7, pairs.len()), body].concat()
}

/// Returns a database in octets: one tree of 128 bits, records of 24.
pub(crate) fn database(networks: &[Network]) -> Vec<u8> {
    #[derive(Clone, Copy)]
    enum Child {
        None,
        Node(usize),
        Data(usize),
    }
    let mut nodes = vec![[Child::None; 2]];
    let mut data = Vec::new();
    for network in networks {
        let (address, bits) = match network.first {
            IpAddr::V4(first) => (u128::from(first.to_bits()), 96 + network.bits),
            IpAddr::V6(first) => (first.to_bits(), network.bits),
        };
        let place = data.len();
        let country = map(&[("iso_code", text(network.country))]);
        data.extend(map(&[
            ("country", country),
            ("autonomous_system_number", number(6, u64::from(network.asn))),
            ("autonomous_system_organization", text(network.name)),
        ]));
        let mut node = 0;
        for bit in 0..bits {
            let side = usize::from(address >> (127 - bit) & 1 == 1);
            if bit + 1 == bits {
                nodes[node][side] = Child::Data(place);
                break;
            }
            node = match nodes[node][side] {
                Child::Node(next) => next,
                _ => {
                    nodes.push([Child::None; 2]);
                    let next = nodes.len() - 1;
                    nodes[node][side] = Child::Node(next);
                    next
                }
            };
        }
    }
    let mut octets = Vec::new();
    for child in nodes.iter().flatten() {
        let record = match child {
            Child::None => nodes.len(),
            Child::Node(node) => *node,
            Child::Data(place) => nodes.len() + 16 + place,
        };
        octets.extend_from_slice(&u32::try_from(record).unwrap().to_be_bytes()[1..]);
    }
    octets.extend_from_slice(&[0; 16]);
    octets.extend(data);
    octets.extend_from_slice(b"\xab\xcd\xefMaxMind.com");
    octets.extend(map(&[
        ("node_count", number(6, nodes.len() as u64)),
        ("record_size", number(5, 24)),
        ("ip_version", number(5, 6)),
        ("database_type", text("Test")),
        ("languages", control(11, 0)),
        ("binary_format_major_version", number(5, 2)),
        ("binary_format_minor_version", number(5, 0)),
        ("build_epoch", number(9, 1_700_000_000)),
        ("description", map(&[("en", text("of a test"))])),
    ]));
    octets
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The name that an answer is to, which the fuzzer chooses too.

use forestall_model::DomainName;

/// Takes the name that was asked for off the first line; where that holds none it is `wnsux.com`, as in the tests, and the line belongs to the answer.
pub fn asked(octets: &[u8]) -> (DomainName, &[u8]) {
    let end = octets.iter().take(256).position(|octet| *octet == b'\n');
    let line = end.and_then(|end| Some((std::str::from_utf8(&octets[..end]).ok()?.parse().ok()?, &octets[end + 1..])));
    line.unwrap_or_else(|| ("wnsux.com".parse().expect("a domain name"), octets))
}

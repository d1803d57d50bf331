// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Conficker A and B: `GET /search?q=N`, then perhaps `&aq=N`, then perhaps `?` and eight hexadecimal digits, to a `Host` that is an address.
//!
//! The machine looks the name up by itself and asks the address. `q` counts the hosts that it exploited since its last start; values above 20,000 were
//! seen, so that it is read as 32 bits, and 0 is a bot as well. F-Secure's log of January 2009 and rule 2009024 of Emerging Threats show the form;
//! which variant sends `aq` is not established, so that no variant is told.

use super::Request;

/// Says whether a request is one of Conficker's.
#[must_use]
pub fn recognise(request: &Request<'_>) -> Option<&'static str> {
    let form = request.method == b"GET" && request.path == b"/search" && request.version.starts_with(b"HTTP/1.");
    if !form || !request.host.is_some_and(is_address) {
        return None;
    }
    let rest = request.query?.strip_prefix(b"q=")?;
    let rest = number(rest)?;
    let (rest, reason) = match rest.strip_prefix(b"&aq=") {
        Some(rest) => (number(rest)?, "conficker: search with q and aq"),
        None => (rest, "conficker: search with q"),
    };
    let tail = rest.is_empty() || rest.len() == 9 && rest[0] == b'?' && rest[1..].iter().all(u8::is_ascii_hexdigit);
    tail.then_some(reason)
}

/// Takes a number of 32 bits away; returns what stands after it.
fn number(text: &[u8]) -> Option<&[u8]> {
    let digits = text.iter().take_while(|octet| octet.is_ascii_digit()).count();
    let (number, rest) = text.split_at(digits);
    std::str::from_utf8(number).ok()?.parse::<u32>().ok()?;
    Some(rest)
}

/// Says whether a host is a dotted quad, with or without a port.
fn is_address(host: &[u8]) -> bool {
    let host = host.split(|octet| *octet == b':').next().unwrap_or(b"");
    std::str::from_utf8(host).is_ok_and(|host| host.parse::<std::net::Ipv4Addr>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::super::Request;
    use super::recognise;

    fn of(query: &str) -> Request<'_> {
        Request {
            method: b"GET",
            path: b"/search",
            query: Some(query.as_bytes()),
            version: b"HTTP/1.0",
            host: Some(b"192.0.2.1"),
            user_agent: Some(b"Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 5.1)"),
        }
    }

    #[test]
    fn knows_the_forms_that_were_seen() {
        for query in ["q=0", "q=149", "q=20563", "q=4294967295", "q=5&aq=7", "q=5&aq=7?1a2B3c4D", "q=5?00000000"] {
            assert!(recognise(&of(query)).is_some_and(|reason| reason.starts_with("conficker: ")), "{query}");
        }
    }

    #[test]
    fn takes_nobody_else_for_one() {
        for query in [
            "",
            "q=",
            "q=-1",
            "q=+1",
            "q=4294967296",
            "q=5&aq=",
            "q=5&b=7",
            "q=5?0000000",
            "q=5?0000000g",
            "q=cats",
            "Q=5",
        ] {
            assert_eq!(recognise(&of(query)), None, "{query}");
        }
        let named = Request { host: Some(b"abc.ws"), ..of("q=5") };
        let without = Request { host: None, ..of("q=5") };
        let posted = Request { method: b"POST", ..of("q=5") };
        let elsewhere = Request { path: b"/Search", ..of("q=5") };
        for request in [named, without, posted, elsewhere] {
            assert_eq!(recognise(&request), None, "{request:?}");
        }
    }
}

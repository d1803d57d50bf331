// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! HTTP/1: any request line is taken, all get the same harmless octets, and of a request only a few fields are kept.
//!
//! Bodies, cookies, authorizations and all other fields are dropped here. A connection goes on after a request only if nobody could disagree on where the
//! request ends; else it is answered and closed, so that no octets of one request are ever read as another.

use forestall_spool::{ContactHit, ContactKind, Verdict, Visitor};

use crate::config::Page;
use crate::counters::Count;
use crate::recognise::{self, Request};
use crate::talk::{Next, Tools, Who};

/// Most octets of a request line with its fields.
const MOST_IN_HEAD: usize = 16 << 10;
/// Most octets of a body that are read and dropped, so that the connection can go on.
const MOST_IN_BODY: u64 = 64 << 10;
/// Most requests of a connection.
const MOST_REQUESTS: u32 = 1_000;

/// The octets that all visitors get.
#[derive(Clone, Debug)]
pub struct Answers {
    goes_on: Vec<u8>,
    ends: Vec<u8>,
    /// Octets of the body, which is not sent where only the head was asked for.
    body: usize,
}

impl Answers {
    /// Makes them of what the operator says. There is no script, no link to follow, no cookie and no redirection in them.
    #[must_use]
    pub fn new(page: &Page) -> Self {
        let body = format!(
            "This is a sinkhole.\n\n\
             The name or address that led here is used by malicious software. Who asks for it by himself may have an infected machine.\n\
             Nothing here can be downloaded, and nothing is sent to machines but this text.\n\n\
             Run by: {}\nQuestions and objections: {}\n",
            page.who, page.appeal
        );
        let with = |connection: &str| {
            let length = body.len();
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {length}\r\n\
                 X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\nConnection: {connection}\r\n\r\n"
            );
            [head.as_bytes(), body.as_bytes()].concat()
        };
        Self { goes_on: with("keep-alive"), ends: with("close"), body: body.len() }
    }
}

/// How far a connection over HTTP is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Http {
    requests: u32,
    /// Octets of a body that are still to come and to be dropped.
    skips: u64,
    /// Octets that were looked at for the end of a head.
    looked: usize,
}

/// A request as far as it is read.
#[derive(Clone, Copy, Debug, Default)]
struct Head<'r> {
    method: &'r [u8],
    path: &'r [u8],
    query: Option<&'r [u8]>,
    version: &'r [u8],
    host: Option<&'r [u8]>,
    user_agent: Option<&'r [u8]>,
    length: Option<u64>,
    /// Whether the other side wants to end the connection, or keep it.
    close: bool,
    keep: bool,
    /// Whether others might read it otherwise.
    doubtful: bool,
}

impl Http {
    pub(crate) fn received(
        &mut self,
        input: &mut Vec<u8>,
        output: &mut Vec<u8>,
        who: &Who,
        server_name: Option<&[u8]>,
        tools: &mut Tools,
    ) -> Next {
        if self.skips > 0 {
            let skipped = input.len().min(usize::try_from(self.skips).unwrap_or(usize::MAX));
            input.drain(..skipped);
            self.skips -= skipped as u64;
            if self.skips > 0 {
                return Next::More;
            }
        }
        if input.is_empty() {
            return Next::More;
        }
        let Some(end) = head_end(input, self.looked) else {
            self.looked = input.len().saturating_sub(3);
            if input.len() < MOST_IN_HEAD && may_be_text(input) {
                return Next::More;
            }
            let reason: &[u8] = if may_be_text(input) { b"endless head" } else { b"no text" };
            not_http(who, reason, server_name, tools);
            return Next::Close;
        };
        self.looked = 0;
        if !may_be_text(input) {
            not_http(who, b"no text", server_name, tools);
            return Next::Close;
        }
        let head = parsed(&input[..end]);
        self.requests += 1;
        tools.counters.add(Count::Requests);
        tell(&head, who, server_name, tools);
        let body = head.length.unwrap_or(0);
        let http11 = head.version == b"HTTP/1.1";
        let goes_on = !head.doubtful
            && !head.close
            && (http11 || head.keep && head.version == b"HTTP/1.0")
            && body <= MOST_IN_BODY
            && self.requests < MOST_REQUESTS;
        let answer = if goes_on { &tools.answers.goes_on } else { &tools.answers.ends };
        let without = if head.method == b"HEAD" { tools.answers.body } else { 0 };
        output.extend_from_slice(&answer[..answer.len() - without]);
        input.drain(..end);
        self.skips = body;
        if goes_on { Next::Finished } else { Next::Close }
    }

    /// Says whether a request was finished.
    pub(crate) fn has_request(&self) -> bool {
        self.requests > 0
    }

    pub(crate) fn ended(&mut self, input: &[u8], who: &Who, server_name: Option<&[u8]>, tools: &mut Tools) {
        if self.requests == 0 {
            let reason: &[u8] = if input.is_empty() { b"nothing came" } else { b"no whole request" };
            not_http(who, reason, server_name, tools);
        }
    }
}

fn not_http(who: &Who, reason: &[u8], server_name: Option<&[u8]>, tools: &mut Tools) {
    tools.counters.add(Count::NotHttp);
    let verdict = Verdict { visitor: Visitor::Unknown, reason };
    let hit = ContactHit { verdict, server_name, ..empty(who, ContactKind::NotHttp, tools) };
    tools.contact(&hit);
}

/// An event without any field.
pub(crate) fn empty<'h>(who: &Who, kind: ContactKind, tools: &Tools) -> ContactHit<'h> {
    ContactHit {
        at: tools.now,
        source: who.source.into(),
        destination: who.destination.into(),
        kind,
        cut: false,
        method: b"",
        path: b"",
        query: None,
        host: None,
        user_agent: None,
        server_name: None,
        first_octets: b"",
        verdict: Verdict { visitor: Visitor::Unknown, reason: b"" },
    }
}

/// Hands on what is kept of a request.
fn tell(head: &Head<'_>, who: &Who, server_name: Option<&[u8]>, tools: &mut Tools) {
    let request = Request {
        method: head.method,
        path: head.path,
        query: head.query,
        version: head.version,
        host: head.host,
        user_agent: head.user_agent,
    };
    let verdict = recognise::verdict(&request, &tools.page);
    // What nobody recognises may hold anything, such as the password of somebody who mistyped an address.
    let bot = verdict.visitor == Visitor::Bot;
    // So may the first word of a line that is no request, but for a word of capitals, as methods are.
    let is_method = head.method.iter().all(|octet| octet.is_ascii_uppercase() || *octet == b'-');
    let kind = if server_name.is_some() { ContactKind::Https } else { ContactKind::Http };
    let hit = ContactHit {
        method: if is_method { head.method } else { b"" },
        path: if bot { head.path } else { b"" },
        query: head.query.filter(|_| bot),
        host: head.host,
        user_agent: head.user_agent,
        server_name: server_name.filter(|name| !name.is_empty()),
        verdict,
        ..empty(who, kind, tools)
    };
    tools.contact(&hit);
}

/// Returns where a head ends: after an empty line.
fn head_end(input: &[u8], looked: usize) -> Option<usize> {
    let mut at = looked.saturating_sub(3);
    while let Some(line) = input.get(at..)?.iter().position(|octet| *octet == b'\n') {
        let next = at + line + 1;
        match input.get(next..) {
            Some([b'\n', ..]) => return Some(next + 1),
            Some([b'\r', b'\n', ..]) => return Some(next + 2),
            _ => at = next,
        }
    }
    // HTTP/0.9: a request is one line. It has no version, and no field follows.
    None
}

/// Says whether octets begin as a request line may.
fn may_be_text(input: &[u8]) -> bool {
    let first = input.iter().take(16).take_while(|octet| !matches!(octet, b'\n' | b'\r'));
    first.clone().count() > 0 && first.clone().all(|octet| *octet >= b' ' && *octet != 0x7F || *octet == b'\t')
}

fn parsed(head: &[u8]) -> Head<'_> {
    let mut lines = head.split(|octet| *octet == b'\n');
    let line = lines.next().unwrap_or(b"");
    let (line, mut doubtful) = without_return(line);
    let mut read = Head::default();
    let words: Vec<&[u8]> = line.split(|octet| *octet == b' ').collect();
    let target;
    match words[..] {
        [method, .., version] if words.len() >= 3 && version.starts_with(b"HTTP/") => {
            let from = method.len() + 1;
            (read.method, target, read.version) = (method, &line[from..line.len() - version.len() - 1], version);
            doubtful |= words.len() > 3;
        }
        [method, ref rest @ ..] => {
            read.method = method;
            target = if rest.is_empty() { b"" } else { &line[method.len() + 1..] };
            doubtful = true;
        }
        [] => target = b"",
    }
    doubtful |= line.iter().any(|octet| *octet < b' ' || *octet == 0x7F);
    let question = target.iter().position(|octet| *octet == b'?');
    read.path = &target[..question.unwrap_or(target.len())];
    read.query = question.map(|at| &target[at + 1..]);
    let mut hosts = 0;
    for line in lines {
        let (line, no_return) = without_return(line);
        if line.is_empty() {
            continue;
        }
        doubtful |= no_return;
        let colon = line.iter().position(|octet| *octet == b':');
        let Some(colon) = colon.filter(|colon| *colon > 0) else {
            doubtful = true;
            continue;
        };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        // A blank before the colon, or a line that begins with one, is read otherwise by others; so are octets that are no text.
        doubtful |= !name.iter().all(|octet| octet.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(octet));
        doubtful |= value.iter().any(|octet| *octet < b' ' && *octet != b'\t');
        if name.eq_ignore_ascii_case(b"host") {
            hosts += 1;
            read.host = read.host.or(Some(value));
        } else if name.eq_ignore_ascii_case(b"user-agent") {
            read.user_agent = read.user_agent.or(Some(value));
        } else if name.eq_ignore_ascii_case(b"content-length") {
            let digits = !value.is_empty() && value.len() < 10 && value.iter().all(u8::is_ascii_digit);
            let length = value
                .iter()
                .fold(0, |length: u64, octet| length.saturating_mul(10).saturating_add(u64::from(octet & 0xF)));
            doubtful |= !digits || read.length.is_some();
            read.length = digits.then_some(length);
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") || name.eq_ignore_ascii_case(b"upgrade") {
            doubtful = true;
        } else if name.eq_ignore_ascii_case(b"connection") {
            read.close |= has_word(value, b"close");
            read.keep |= has_word(value, b"keep-alive");
        } else if name.eq_ignore_ascii_case(b"expect") {
            read.close = true;
        }
    }
    read.doubtful = doubtful || hosts > 1;
    read
}

fn has_word(value: &[u8], word: &[u8]) -> bool {
    value.split(|octet| *octet == b',').any(|part| part.trim_ascii().eq_ignore_ascii_case(word))
}

/// Returns a line without its carriage return, and whether it had none.
fn without_return(line: &[u8]) -> (&[u8], bool) {
    line.strip_suffix(b"\r").map_or((line, true), |line| (line, line.contains(&b'\r')))
}

#[cfg(test)]
mod tests {
    use super::{head_end, may_be_text, parsed};

    fn doubtful(head: &str) -> bool {
        let octets = head.as_bytes();
        assert_eq!(head_end(octets, 0), Some(octets.len()), "{head}");
        parsed(octets).doubtful
    }

    #[test]
    fn only_what_all_read_alike_goes_on() {
        assert!(!doubtful("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"));
        for head in [
            "GET / HTTP/1.1\nHost: a\n\n",
            "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            "GET / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            "GET / HTTP/1.1\r\nTransfer-Encoding : chunked\r\n\r\n",
            "GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
            "GET / HTTP/1.1\r\nContent-Length: +5\r\n\r\n",
            "GET / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "GET / HTTP/1.1\r\nX: a\r\n folded: b\r\n\r\n",
            "GET / HTTP/1.1\r\nX: a\0b\r\n\r\n",
            "GET / HTTP/1.1\r\nX: a\rb\r\n\r\n",
            "GET  / HTTP/1.1\r\nno colon\r\n\r\n",
            "GET /a b HTTP/1.1\r\n\r\n",
            "hello\r\n\r\n",
        ] {
            assert!(doubtful(head), "{head:?}");
        }
    }

    #[test]
    fn any_request_line_is_taken() {
        let head = parsed(b"BREW /a?b?c=d HTCPCP/1.0\r\n\r\n");
        assert_eq!((head.method, head.path, head.query), (&b"BREW"[..], &b"/a"[..], Some(&b"b?c=d HTCPCP/1.0"[..])));
        let head =
            parsed(b"GET /search?q=12 HTTP/1.0\r\nhost: 192.0.2.1\r\nUSER-AGENT: \xFF x\r\nCookie: secret\r\n\r\n");
        assert_eq!((head.path, head.query, head.version), (&b"/search"[..], Some(&b"q=12"[..]), &b"HTTP/1.0"[..]));
        assert_eq!((head.host, head.user_agent), (Some(&b"192.0.2.1"[..]), Some(&b"\xFF x"[..])));
        assert!(!may_be_text(b"\x16\x03\x01\x02\0") && !may_be_text(b"\r\n") && may_be_text(b"GET"));
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! One JSON object a line, as Zeek writes `dns.log` with `LogAscii::use_json`, and other programs with other keys.
//!
//! Keys of the outermost object are looked up in the table of [`super::columns`]; everything else is stepped over, not kept. Times are numbers of seconds,
//! milliseconds (`JSON::TS_MILLIS`) or texts (`JSON::TS_ISO8601`). A name may have escapes; they are taken out in place.

use std::ops::Range;

use memchr::memchr2;

use super::columns::{self, Column, Slots};
use super::counts::Fault;
use super::stamp::LogClock;
use crate::record::Record;

/// Objects and arrays inside each other in a value that is stepped over: more than any log has.
const DEEPEST: usize = 64;

/// Reads a line.
pub(super) fn parse(line: &mut [u8], clock: LogClock) -> Result<Option<Record<'_>>, Fault> {
    if line.trim_ascii().is_empty() {
        return Ok(None);
    }
    let mut found: [Range<usize>; Column::COUNT] = [const { 0..0 }; Column::COUNT];
    let mut scan = Scan { text: line, at: 0 };
    let escaped = scan.object(&mut found).ok_or(Fault::Json)?;
    for (index, range) in found.iter_mut().enumerate() {
        if escaped & (1 << index) != 0 {
            let length = unescape(&mut line[range.clone()]).ok_or(Fault::Json)?;
            range.end = range.start + length;
        }
    }
    let line: &[u8] = line;
    let slots: Slots<'_> = found.map(|range| &line[range]);
    columns::record(&slots, clock)
}

struct Scan<'a> {
    text: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    /// Reads the whole object; returns which of the found texts have escapes, one bit each.
    fn object(&mut self, found: &mut [Range<usize>; Column::COUNT]) -> Option<u32> {
        let mut escaped = 0;
        self.blanks();
        self.take(b'{')?;
        self.blanks();
        if self.peek()? == b'}' {
            self.at += 1;
            return self.end(escaped);
        }
        loop {
            self.blanks();
            let (key, _) = self.string()?;
            self.blanks();
            self.take(b':')?;
            self.blanks();
            let (value, has_escape) = self.value()?;
            if let Some(column) = Column::named(&self.text[key])
                && found[column as usize].is_empty()
                && &self.text[value.clone()] != b"null"
            {
                found[column as usize] = value;
                escaped |= u32::from(has_escape) << column as usize;
            }
            self.blanks();
            match self.peek()? {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return self.end(escaped);
                }
                _ => return None,
            }
        }
    }

    /// Returns the place of a value, of a text without its quotation marks, and whether it has escapes.
    fn value(&mut self) -> Option<(Range<usize>, bool)> {
        match self.peek()? {
            b'"' => self.string(),
            b'{' | b'[' => {
                let from = self.at;
                self.nested()?;
                Some((from..from, false))
            }
            _ => {
                let rest = &self.text[self.at..];
                let end =
                    rest.iter().position(|octet| matches!(octet, b',' | b'}' | b' ' | b'\t')).unwrap_or(rest.len());
                let from = self.at;
                self.at += end;
                (end != 0).then_some((from..self.at, false))
            }
        }
    }

    fn string(&mut self) -> Option<(Range<usize>, bool)> {
        self.take(b'"')?;
        let from = self.at;
        let mut has_escape = false;
        loop {
            self.at += memchr2(b'"', b'\\', &self.text[self.at..])?;
            if self.text[self.at] == b'"' {
                self.at += 1;
                return Some((from..self.at - 1, has_escape));
            }
            has_escape = true;
            self.at += 2;
            if self.at > self.text.len() {
                return None;
            }
        }
    }

    /// Steps over an object or array, by its brackets only.
    fn nested(&mut self) -> Option<()> {
        let mut depth = 0;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Some(());
            }
            if depth > DEEPEST {
                return None;
            }
        }
    }

    fn end(&mut self, escaped: u32) -> Option<u32> {
        self.blanks();
        (self.at == self.text.len()).then_some(escaped)
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn take(&mut self, octet: u8) -> Option<()> {
        (self.peek()? == octet).then(|| self.at += 1)
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }
}

/// Takes the escapes out of a text in place (RFC 8259, section 7); returns its new length.
fn unescape(text: &mut [u8]) -> Option<usize> {
    let (mut from, mut to) = (0, 0);
    while let Some(&octet) = text.get(from) {
        from += 1;
        if octet != b'\\' {
            text[to] = octet;
            to += 1;
            continue;
        }
        let plain = match *text.get(from)? {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'b' => 0x08,
            b'f' => 0x0c,
            octet @ (b'"' | b'\\' | b'/') => octet,
            b'u' => {
                let (character, length) = code_point(&text[from + 1..])?;
                from += 1 + length;
                // Six octets of an escape have room for the four of any character.
                to += character.encode_utf8(&mut text[to..]).len();
                continue;
            }
            _ => return None,
        };
        from += 1;
        text[to] = plain;
        to += 1;
    }
    Some(to)
}

/// Reads the digits after `\u`, with the second half of a pair; returns the character and the octets read.
fn code_point(text: &[u8]) -> Option<(char, usize)> {
    let unit = |text: &[u8]| u32::from_str_radix(std::str::from_utf8(text.get(..4)?).ok()?, 16).ok();
    let first = unit(text)?;
    if !(0xd800..0xdc00).contains(&first) {
        return Some((char::from_u32(first)?, 4));
    }
    let second = unit(text.get(4..)?.strip_prefix(b"\\u")?)?.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
    Some((char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + second)?, 10))
}

#[cfg(test)]
mod tests {
    use super::{parse, unescape};
    use crate::readers::LogClock;

    fn check(line: &str, expected: Option<&str>) {
        let mut octets = line.as_bytes().to_vec();
        let record = parse(&mut octets, LogClock::default()).ok().flatten();
        let text = record.map(|record| {
            format!("{} {} {} {:?} {:?}", record.at, record.asker, record.name, record.qtype, record.rcode)
        });
        assert_eq!(text.as_deref(), expected, "{line}");
    }

    #[test]
    fn finds_keys_in_any_order_and_steps_over_the_rest() {
        check(
            r#" { "answers":["a",{"query":"no.example"}], "rcode_name":"NXDOMAIN", "rcode":3, "query":"x.example" ,"qtype":1,"id.orig_h":"::1","ts":5.5 } "#,
            Some("1970-01-01T00:00:05.5Z ::1 x.example Some(1) Some(3)"),
        );
        check(
            r#"{"ts":"2024-04-01T10:00:00.5Z","id.orig_h":"::1","query":"a\\x20\u00e9.example"}"#,
            Some("2024-04-01T10:00:00.5Z ::1 a\\x20é.example None None"),
        );
        check(r#"{"ts":1,"id.orig_h":"::1"}"#, None);
        check(r#"{"ts":1,"id.orig_h":"::1","query":null}"#, None);
        check(r#"{"ts":1,"id.orig_h":"::1","query":"x.example"} x"#, None);
        check(r#"{"ts":1,"id.orig_h":"::1","query":"x.example"#, None);
        check(r#"{"ts":1,"id.orig_h":"::1","query":"x.example","#, None);
        check(&format!(r#"{{"a":{}"#, "[".repeat(1_000)), None);
        check("{}", None);
        check("[]", None);
    }

    #[test]
    fn escapes() {
        let check = |text: &str, expected: Option<&str>| {
            let mut octets = text.as_bytes().to_vec();
            let text = unescape(&mut octets).map(|length| String::from_utf8(octets[..length].to_vec()).unwrap());
            assert_eq!(text.as_deref(), expected);
        };
        check(r#"a\/b\"\\"#, Some("a/b\"\\"));
        check(r"\u0041\ud83d\ude00", Some("A😀"));
        check(r"\ud83d", None);
        check(r"\ud83d\u0041", None);
        check(r"\u00", None);
        check("\\", None);
        check(r"\x", None);
    }
}

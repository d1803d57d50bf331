// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The header and the question of a DNS message (RFC 1035, section 4.1), nothing more.

/// What a message asks, or repeats of what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Question<'a> {
    pub(super) id: u16,
    pub(super) is_answer: bool,
    pub(super) rcode: u16,
    /// Labels with their lengths and the root's at the end.
    pub(super) name: &'a [u8],
    pub(super) qtype: u16,
}

/// A message that breaks off, or whose question's name is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// Octets of a header.
pub(super) const HEADER: usize = 12;

/// Octets of the shortest message with a question: the root, a type and a class.
pub(super) const SHORTEST: usize = HEADER + 5;

/// Returns whether a message is an answer. One that is too short is not.
#[inline]
pub(super) fn is_answer(message: &[u8]) -> bool {
    message.get(2).is_some_and(|flags| flags & 0x80 != 0)
}

/// Reads a message; none where it tells of no question of class IN: another operation than a query, no question, another class.
///
/// The name of the first question cannot have a pointer, since no name is before it; so there are no loops to follow. What comes after
/// the question is not looked at, and may be missing.
#[inline]
pub(super) fn question(message: &[u8]) -> Result<Option<Question<'_>>, Malformed> {
    let (header, body) = message.split_first_chunk::<HEADER>().ok_or(Malformed)?;
    let [id0, id1, flags, codes, count0, count1, ..] = *header;
    if flags & 0x78 != 0 || [count0, count1] == [0, 0] {
        return Ok(None);
    }
    let mut end = 0;
    loop {
        let length = *body.get(end).ok_or(Malformed)?;
        end += 1 + usize::from(length);
        if length == 0 {
            break;
        }
        if length > 63 || end > 254 {
            return Err(Malformed);
        }
    }
    let (name, rest) = body.split_at(end);
    let [type0, type1, class0, class1] = *rest.first_chunk::<4>().ok_or(Malformed)?;
    if [class0, class1] != [0, 1] {
        return Ok(None);
    }
    Ok(Some(Question {
        id: u16::from_be_bytes([id0, id1]),
        is_answer: flags & 0x80 != 0,
        rcode: u16::from(codes & 0x0f),
        name,
        qtype: u16::from_be_bytes([type0, type1]),
    }))
}

#[cfg(test)]
mod tests {
    use super::{Malformed, question};

    fn message(flags: [u8; 2], questions: u16, body: &[u8]) -> Vec<u8> {
        let mut message = vec![0x12, 0x34, flags[0], flags[1]];
        message.extend(questions.to_be_bytes());
        message.extend([0; 6]);
        message.extend(body);
        message
    }

    #[test]
    fn questions_and_answers() {
        /// Whether it is an answer, its code, the name and the type.
        type Told<'a> = (bool, u16, &'a [u8], u16);
        let check = |flags, questions, body: &[u8], expected: Result<Option<Told<'_>>, Malformed>| {
            let message = message(flags, questions, body);
            let found = question(&message).map(|found| found.map(|q| (q.is_answer, q.rcode, q.name, q.qtype)));
            assert_eq!(found, expected, "{message:?}");
        };
        let (a, root) = (b"\x01a\x00\x00\x1c\x00\x01".as_slice(), b"\x00\x00\x02\x00\x01".as_slice());
        check([0x01, 0], 1, a, Ok(Some((false, 0, b"\x01a\x00", 28))));
        check([0x81, 0x83], 1, a, Ok(Some((true, 3, b"\x01a\x00", 28))));
        check([0x01, 0], 2, root, Ok(Some((false, 0, b"\x00", 2))));
        check([0x28, 0], 1, a, Ok(None));
        check([0x81, 0x81], 0, b"", Ok(None));
        check([0x01, 0], 1, b"\x01a\x00\x00\x1c\x00\x03", Ok(None));
        check([0x01, 0], 1, &a[..6], Err(Malformed));
        check([0x01, 0], 1, b"\xc0\x0c\x00\x01\x00\x01", Err(Malformed));
        check([0x01, 0], 1, b"\x40", Err(Malformed));
        check([0x01, 0], 1, b"", Err(Malformed));
        let long = [b"\x3f".as_slice(), &[b'a'; 63]].concat();
        let three = [long.repeat(3), [b"\x3d".as_slice(), &[b'a'; 61], b"\x00\x00\x01\x00\x01"].concat()].concat();
        check([0x01, 0], 1, &three, Ok(Some((false, 0, &three[..255], 1))));
        let four = [long.repeat(3), [b"\x3e".as_slice(), &[b'a'; 62], b"\x00\x00\x01\x00\x01"].concat()].concat();
        check([0x01, 0], 1, &four, Err(Malformed));
    }
}

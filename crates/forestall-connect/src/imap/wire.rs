// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Lines and literals of IMAP, and a command with all that the server says until it ends.

use std::fmt;
use std::io;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};

use crate::causes::cut;

/// Longest line: a listing of unseen letters is one.
const LONGEST_LINE: usize = 256 * 1_024;
/// Most replies before a command ends: one for each letter that a server tells of by itself, with room.
const MOST_REPLIES: usize = 10_000;
/// Most octets of lines before a command ends.
const MOST_OCTETS: usize = 1_024 * 1_024;
/// Most literals of one reply.
const MOST_LITERALS: usize = 4;

/// A connection.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// Why a connection is of no use any more.
#[derive(Debug)]
pub(super) enum WireError {
    Broken(io::Error),
    Answer(String),
}

impl From<io::Error> for WireError {
    fn from(error: io::Error) -> Self {
        Self::Broken(error)
    }
}

/// What the server says beside the end of a command.
#[derive(Debug)]
pub(super) struct Reply {
    /// The line, with the lengths of literals in the place of their octets.
    pub(super) text: String,
    /// The literals, in their order.
    pub(super) literals: Vec<Vec<u8>>,
}

/// A command's replies, and its end: done, or what the server says against it.
pub(super) type Answer = (Vec<Reply>, Result<(), String>);

/// A connection on which commands are said one after another.
pub(super) struct Wire {
    stream: BufReader<Box<dyn Stream>>,
    commands: u32,
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").field("commands", &self.commands).finish_non_exhaustive()
    }
}

impl Wire {
    /// Begins on a connection where the server greeted already.
    pub(super) fn new(stream: Box<dyn Stream>) -> Self {
        Self { stream: BufReader::new(stream), commands: 0 }
    }

    /// Begins on a connection where the server is to greet.
    pub(super) async fn greeted(stream: Box<dyn Stream>) -> Result<Self, WireError> {
        let mut wire = Self::new(stream);
        let mut left = MOST_OCTETS;
        let greeting = wire.reply(0, &mut left).await?;
        if greeting.text.starts_with("* OK") {
            Ok(wire)
        } else {
            Err(WireError::Answer(format!("it greets with {:?}", cut(&greeting.text))))
        }
    }

    /// Gives the connection back, where nothing more came over it.
    pub(super) fn into_stream(self) -> Result<Box<dyn Stream>, WireError> {
        if self.stream.buffer().is_empty() {
            Ok(self.stream.into_inner())
        } else {
            Err(WireError::Answer("it goes on in the open after STARTTLS".to_owned()))
        }
    }

    /// Says a command and reads up to its end. Literals have at most `literal` octets, all of them together.
    pub(super) async fn command(&mut self, line: &str, literal: usize) -> Result<Answer, WireError> {
        self.commands += 1;
        let tag = format!("f{}", self.commands);
        self.stream.write_all(format!("{tag} {line}\r\n").as_bytes()).await?;
        self.stream.flush().await?;
        let mut left = MOST_OCTETS;
        let mut literal = literal;
        let mut replies = Vec::new();
        loop {
            let reply = self.reply(literal, &mut left).await?;
            literal = literal.saturating_sub(reply.literals.iter().map(Vec::len).sum());
            if let Some(end) = reply.text.strip_prefix(&tag).and_then(|rest| rest.strip_prefix(' ')) {
                let end = match end.split_once(' ').unwrap_or((end, "")) {
                    ("OK", _) => Ok(()),
                    ("NO" | "BAD", reason) => Err(cut(reason)),
                    _ => return Err(WireError::Answer(format!("it ends a command with {:?}", cut(end)))),
                };
                return Ok((replies, end));
            }
            if reply.text.starts_with("* BYE") && line != "LOGOUT" {
                return Err(WireError::Answer(format!("it ends the connection: {:?}", cut(&reply.text))));
            }
            if !reply.text.starts_with("* ") {
                return Err(WireError::Answer(format!("it says {:?}", cut(&reply.text))));
            }
            if replies.len() == MOST_REPLIES {
                return Err(WireError::Answer(format!("it says more than {MOST_REPLIES} lines to one command")));
            }
            replies.push(reply);
        }
    }

    /// Reads a line with its literals, of at most `literal` octets; takes the octets of lines from `left`.
    async fn reply(&mut self, literal: usize, left: &mut usize) -> Result<Reply, WireError> {
        let mut reply = Reply { text: String::new(), literals: Vec::new() };
        let mut literal_left = literal;
        loop {
            let line = self.line().await?;
            *left = left
                .checked_sub(line.len() + 2)
                .ok_or_else(|| WireError::Answer(format!("it says more than {MOST_OCTETS} octets to one command")))?;
            reply.text.push_str(&String::from_utf8_lossy(&line));
            let Some(length) = literal_of(&line) else { return Ok(reply) };
            if length > literal_left || reply.literals.len() == MOST_LITERALS {
                return Err(WireError::Answer(format!(
                    "it sends {length} octets where at most {literal_left} were asked for"
                )));
            }
            literal_left -= length;
            // It grows as octets come: the length is only a promise.
            let mut octets = Vec::new();
            let most = u64::try_from(length).unwrap_or(u64::MAX);
            (&mut self.stream).take(most).read_to_end(&mut octets).await?;
            if octets.len() < length {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
            reply.literals.push(octets);
        }
    }

    /// Reads a line, without its end.
    async fn line(&mut self) -> Result<Vec<u8>, WireError> {
        let mut line = Vec::new();
        let most = u64::try_from(LONGEST_LINE + 1).unwrap_or(u64::MAX);
        (&mut self.stream).take(most).read_until(b'\n', &mut line).await?;
        if line.pop_if(|last| *last == b'\n').is_none() {
            return Err(if line.len() > LONGEST_LINE {
                WireError::Answer(format!("it says a line of more than {LONGEST_LINE} octets"))
            } else {
                io::Error::from(io::ErrorKind::UnexpectedEof).into()
            });
        }
        line.pop_if(|last| *last == b'\r');
        Ok(line)
    }
}

/// Returns the length of the literal that a line ends with.
fn literal_of(line: &[u8]) -> Option<usize> {
    let line = line.strip_suffix(b"}")?;
    let begin = line.iter().rposition(|b| *b == b'{')?;
    let digits = &line[begin + 1..];
    if digits.is_empty() || digits.len() > 10 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::literal_of;

    #[test]
    fn a_literal_is_told_at_the_end_of_a_line() {
        assert_eq!(literal_of(b"* 1 FETCH (UID 5 BODY[]<0> {42}"), Some(42));
        assert_eq!(literal_of(b"{0}"), Some(0));
        for none in ["", "}", "{}", "{x}", "{-1}", "{1} ", "a {99999999999}", "1}"] {
            assert_eq!(literal_of(none.as_bytes()), None, "{none}");
        }
    }
}

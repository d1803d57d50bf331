// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Frames: an XML instance behind its length (RFC 5734, section 4), which counts its own four octets.

use std::io::{self, Read};

/// Octets of the length.
pub(super) const LENGTH: usize = 4;

/// Whose frame it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The client's.
    Client,
    /// The registry's.
    Server,
}

/// A frame that went over a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Which session it was, from 1.
    pub session: u64,
    /// Whose it is.
    pub side: Side,
    /// What it said, without the length.
    pub octets: Vec<u8>,
    /// Whether it is wrong on purpose, because a test asked for it.
    pub is_hostile: bool,
}

impl Frame {
    /// Returns it as text; octets that are none are replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.octets).into_owned()
    }
}

/// Reads a frame; `None` where the connection ends in front of one.
pub(super) fn read(stream: &mut impl Read, most: usize) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; LENGTH];
    let mut had = 0;
    while had < LENGTH {
        match stream.read(&mut length[had..]) {
            Ok(0) if had == 0 => return Ok(None),
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => had += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let length = usize::try_from(u32::from_be_bytes(length)).map_err(io::Error::other)?;
    if !(LENGTH + 1..=most).contains(&length) {
        return Err(io::Error::other(format!("a frame of {length} octets is none that is taken here")));
    }
    let mut octets = vec![0; length - LENGTH];
    stream.read_exact(&mut octets)?;
    Ok(Some(octets))
}

/// Puts the length in front of a frame.
pub(super) fn framed(octets: &[u8]) -> Vec<u8> {
    let length = u32::try_from(octets.len() + LENGTH).expect("a frame is shorter than 4 GiB");
    [&length.to_be_bytes(), octets].concat()
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Queries over UDP from one socket, so many of them on their way at a time.

use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use forestall_sinkhole::dns::data::wire;

use crate::Done;
use crate::index::name;

/// Queries that are prepared; they are sent in turn.
const MESSAGES: u32 = 65_536;
/// How long an answer may take before it counts as lost. Where other programs have the processors, one may take long.
const PATIENCE: Duration = Duration::from_secs(3);

/// Queries for names, evenly from all that there are.
pub(crate) struct Load {
    messages: Vec<Vec<u8>>,
    /// Whether answers have to have a record.
    checks: bool,
}

impl Load {
    /// Prepares queries for names numbered from 0 to `names`.
    pub(crate) fn new(names: u32, checks: bool) -> Self {
        let number = |turn: u32| (u64::from(turn.wrapping_mul(0x9E37_79B1)) * u64::from(names)) >> 32;
        let messages = (0..MESSAGES).map(|turn| message(&name(u32::try_from(number(turn)).unwrap_or(0)))).collect();
        Self { messages, checks }
    }

    /// Asks so many queries; returns how many answers did not come.
    pub(crate) fn run(&self, server: SocketAddr, outstanding: usize, queries: usize) -> Done<usize> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.connect(server)?;
        // So that answers that come together are not lost here.
        rustix::net::sockopt::set_socket_recv_buffer_size(&socket, 4 << 20)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        let mut buffer = [0; 1_536];
        let (mut sent, mut got, mut lost) = (0, 0, 0);
        while got + lost < queries {
            while sent < queries && sent < got + lost + outstanding {
                socket.send(&self.messages[sent % self.messages.len()])?;
                sent += 1;
            }
            match socket.recv(&mut buffer) {
                Ok(length) => {
                    let is_answer = length > 12 && buffer[2] & 0x80 != 0 && buffer[3] & 0xF == 0 && buffer[7] > 0;
                    if self.checks && !is_answer {
                        return Err(format!("this is no answer: {:?}", &buffer[..length.min(12)]).into());
                    }
                    got += 1;
                }
                Err(_) => lost = sent - got,
            }
        }
        Ok(lost)
    }
}

/// Returns a query for the address of a name, as a resolver sends it.
pub(crate) fn message(name: &str) -> Vec<u8> {
    let mut message = vec![0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1];
    message.extend(wire(name).unwrap_or_default());
    message.extend([0, 1, 0, 1]);
    message.extend([0, 0, 41, 4, 208, 0, 0, 0x80, 0, 0, 0]);
    message
}

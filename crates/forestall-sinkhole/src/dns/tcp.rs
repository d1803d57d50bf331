// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Queries over TCP (RFC 7766): several on one connection, answered in their order.

use forestall_spool::Transport;

use super::handler::Came;
use crate::talk::{Next, Tools, Who};

/// Most octets of a query: one with every option that anybody sends has a tenth of it.
pub const MOST_IN_QUERY: usize = 4_096;

/// Answers the first query of a connection's octets.
pub(crate) fn received(input: &mut Vec<u8>, output: &mut Vec<u8>, who: &Who, tools: &mut Tools) -> Next {
    let Some((prefix, rest)) = input.split_first_chunk::<2>() else { return Next::More };
    let length = usize::from(u16::from_be_bytes(*prefix));
    if length > MOST_IN_QUERY {
        return Next::Close;
    }
    let Some(message) = rest.get(..length) else { return Next::More };
    let Some(handler) = &mut tools.handler else { return Next::Close };
    let came = Came { from: who.source, to: who.destination.into(), transport: Transport::Tcp, at: tools.now };
    if !handler.answer(message, &came, &mut tools.reply) {
        return Next::Close;
    }
    let Ok(octets) = u16::try_from(tools.reply.len()) else { return Next::Close };
    output.extend_from_slice(&octets.to_be_bytes());
    output.extend_from_slice(&tools.reply);
    input.drain(..2 + length);
    Next::Finished
}

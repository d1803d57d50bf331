// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! DNS messages taken out of packets, between the part that goes in order and the part that need not.

use forestall_model::Instant;

use super::counts::{Counts, Fault, Place};
use super::dns;
use crate::record::{Asker, QName, Record, Sight};

/// An address of either kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Address {
    V4([u8; 4]),
    V6([u8; 16]),
}

/// From where to where a packet goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Ends {
    pub(super) from: Address,
    pub(super) to: Address,
    pub(super) from_port: u16,
    pub(super) to_port: u16,
}

/// When a packet was captured, and at which octet of the input.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub(super) at: Instant,
    pub(super) octet: u64,
}

/// The messages of a block.
#[derive(Debug, Default)]
pub(super) struct Messages {
    list: Vec<Message>,
    /// The octets of those that do not stand in the block in one piece.
    side: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
struct Message {
    seen: Seen,
    start: usize,
    length: u32,
    in_side: bool,
    port: u16,
    asker: Address,
}

impl Messages {
    pub(super) fn clear(&mut self) {
        self.list.clear();
        self.side.clear();
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Adds a message that stands at `start` of the block, or, without a start, is to be copied.
    #[inline]
    pub(super) fn add(&mut self, seen: Seen, ends: &Ends, message: &[u8], start: Option<usize>) {
        let (asker, port) = if dns::is_answer(message) { (ends.to, ends.to_port) } else { (ends.from, ends.from_port) };
        let in_side = start.is_none();
        let start = start.unwrap_or(self.side.len());
        if in_side {
            self.side.extend_from_slice(message);
        }
        // No message is longer than a block.
        let length = u32::try_from(message.len()).unwrap_or(0);
        self.list.push(Message { seen, start, length, in_side, port, asker });
    }

    /// Reads all.
    #[inline]
    pub(super) fn read<'a>(&'a self, block: &'a [u8], counts: &mut Counts, mut visit: impl FnMut(Record<'a>)) {
        for message in &self.list {
            let place = if message.in_side { &self.side } else { block };
            let octets = &place[message.start..][..message.length as usize];
            match dns::question(octets) {
                Ok(Some(question)) => {
                    counts.records += 1;
                    let asker = match message.asker {
                        Address::V4(octets) => Asker::V4(octets),
                        Address::V6(octets) => Asker::V6(octets),
                    };
                    visit(record(message.seen.at, asker, message.port, &question));
                }
                Ok(None) => counts.passed += 1,
                Err(dns::Malformed) => counts.add_broken(Place::Octet(message.seen.octet), Fault::Message),
            }
        }
    }
}

/// Makes the record of a message.
#[inline]
pub(super) const fn record<'a>(at: Instant, asker: Asker<'a>, port: u16, question: &dns::Question<'a>) -> Record<'a> {
    Record {
        at,
        asker,
        port,
        id: question.id,
        name: QName::Wire(question.name),
        qtype: Some(question.qtype),
        rcode: if question.is_answer { Some(question.rcode) } else { None },
        sight: if question.is_answer { Sight::Answer } else { Sight::Question },
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Reading what a secondary asks: one question, the SOA that it has, and its signature.

use domain::base::name::ParsedName;
use domain::base::wire::ParseError;
use domain::dep::octseq::Parser;
use forestall_model::OwnerName;

use super::content::rtype;
use super::messages::{CLASS, HEADER};
use super::tsig::Signature;
use crate::wire::{UDP_SIZE, octets_of, owner};

/// Records of a query that are looked at, at most: an SOA, EDNS and a signature, and a few that mean nothing to us.
const RECORDS: u32 = 8;
/// Octets of the record of EDNS that we send.
const EDNS: usize = 11;
/// Bits of the second half of the header: an answer, from an authority; the opcode; recursion was asked for.
const QR: u8 = 0x80;
const AA: u8 = 0x04;
const OPCODE: u8 = 0x78;
const RD: u8 = 0x01;

/// What an answer repeats of a question.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) id: u16,
    /// The opcode, and whether recursion was asked for, as they stand in the header.
    flags: u8,
    /// The question as it was sent; empty where none could be read.
    question: Vec<u8>,
    /// The version of EDNS, where it was used.
    pub(super) edns: Option<u8>,
}

/// A query.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) asked: Asked,
    pub(super) name: OwnerName,
    pub(super) rtype: u16,
    pub(super) is_internet: bool,
    /// The serial that the secondary has, for IXFR.
    pub(super) serial: Option<u32>,
    pub(super) signature: Option<Signature>,
}

/// Why a message is no query that can be answered with what it asks for.
#[derive(Debug)]
pub(super) enum Unread {
    /// It is no query at all, and gets no answer.
    Silence,
    /// It asks for something else than a question's answer.
    Opcode(Asked),
    /// It cannot be read.
    Form(Asked),
}

impl Asked {
    /// Returns what a question of ours repeats, for messages that nobody asked for.
    pub(super) fn of(zone: &OwnerName) -> Self {
        let mut question = octets_of(zone);
        question.extend_from_slice(&rtype::AXFR.to_be_bytes());
        question.extend_from_slice(&CLASS);
        Self { id: 0, flags: 0, question, edns: None }
    }

    /// Begins an answer: header and question. The counts of records are filled in later.
    pub(super) fn head(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.id.to_be_bytes());
        out.extend_from_slice(&[QR | AA | self.flags, 0, 0, u8::from(!self.question.is_empty())]);
        out.extend_from_slice(&[0; 6]);
        out.extend_from_slice(&self.question);
    }

    /// Returns how many octets [`Self::push_edns`] adds at most.
    pub(super) const fn room(&self) -> usize {
        if self.edns.is_some() { EDNS } else { 0 }
    }

    /// Adds a record of EDNS where the question had one; says whether it did.
    pub(super) fn push_edns(&self, out: &mut Vec<u8>) -> bool {
        self.push_edns_with(0, out)
    }

    /// As [`Self::push_edns`], with the upper bits of a response code.
    pub(super) fn push_edns_with(&self, code: u8, out: &mut Vec<u8>) -> bool {
        if self.edns.is_none() {
            return false;
        }
        out.push(0);
        out.extend_from_slice(&rtype::OPT.to_be_bytes());
        out.extend_from_slice(&UDP_SIZE.to_be_bytes());
        out.extend_from_slice(&[code, 0, 0, 0, 0, 0]);
        true
    }
}

impl Query {
    /// Reads a message.
    pub(super) fn read(octets: &[u8]) -> Result<Self, Unread> {
        let Some((header, _)) = octets.split_first_chunk::<HEADER>() else { return Err(Unread::Silence) };
        if header[2] & QR != 0 {
            return Err(Unread::Silence);
        }
        let asked = Asked {
            id: u16::from_be_bytes([header[0], header[1]]),
            flags: header[2] & (OPCODE | RD),
            question: Vec::new(),
            edns: None,
        };
        if header[2] & OPCODE != 0 {
            return Err(Unread::Opcode(asked));
        }
        let count = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
        let counts = [count(6), count(8), count(10)];
        if count(4) != 1 || counts.into_iter().map(u32::from).sum::<u32>() > RECORDS {
            return Err(Unread::Form(asked));
        }
        let begun = Self {
            asked: asked.clone(),
            name: OwnerName::root(),
            rtype: 0,
            is_internet: false,
            serial: None,
            signature: None,
        };
        begun.filled(octets, counts).map_err(|_| Unread::Form(asked))
    }

    /// Reads the question and the records of the three sections.
    fn filled(mut self, octets: &[u8], counts: [u16; 3]) -> Result<Self, ParseError> {
        let mut parser = Parser::from_ref(octets);
        parser.advance(HEADER)?;
        let name = ParsedName::parse(&mut parser)?;
        if name.is_compressed() {
            return Err(ParseError::form_error("a name in a question that points at itself"));
        }
        self.name = owner(&name)?;
        self.rtype = parser.parse_u16_be()?;
        self.is_internet = parser.parse_u16_be()?.to_be_bytes() == CLASS;
        self.asked.question = octets.get(HEADER..parser.pos()).unwrap_or_default().to_vec();
        for (section, count) in counts.into_iter().enumerate() {
            for _ in 0..count {
                self.record(section, octets, &mut parser)?;
            }
        }
        // What stands behind the signature is signed by nobody, and what stands behind the last record belongs to nothing.
        if parser.remaining() > 0 {
            return Err(ParseError::form_error("octets behind the last record"));
        }
        Ok(self)
    }

    fn record(&mut self, section: usize, octets: &[u8], parser: &mut Parser<'_, [u8]>) -> Result<(), ParseError> {
        if self.signature.is_some() {
            return Err(ParseError::form_error("a record behind the signature"));
        }
        let begin = parser.pos();
        let name = owner(&ParsedName::parse(parser)?)?;
        let rtype = parser.parse_u16_be()?;
        parser.advance(2)?;
        let ttl = parser.parse_u32_be()?;
        let length = parser.parse_u16_be()?;
        let data = parser.pos();
        match (section, rtype) {
            (1, rtype::SOA) if self.serial.is_none() => {
                ParsedName::parse(parser)?;
                ParsedName::parse(parser)?;
                self.serial = Some(parser.parse_u32_be()?);
                parser.advance(16)?;
            }
            (2, rtype::OPT) => {
                self.asked.edns = Some(ttl.to_be_bytes()[1]);
                parser.advance(usize::from(length))?;
            }
            (2, rtype::TSIG) => self.signature = Some(Signature::read(octets, begin, name, parser)?),
            _ => parser.advance(usize::from(length))?,
        }
        if parser.pos() != data + usize::from(length) {
            return Err(ParseError::form_error("data of another length than the record says"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Query, Unread};

    /// A question for the differences of `z.` since serial 7, without EDNS or signature.
    fn ixfr() -> Vec<u8> {
        let mut octets = vec![0x12, 0x34, 0x01, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, b'Z', 0, 0, 251, 0, 1];
        octets.extend_from_slice(&[0xC0, 12, 0, 6, 0, 1, 0, 0, 0, 0, 0, 22, 0, 0, 0, 0, 0, 7]);
        octets.extend_from_slice(&[0; 16]);
        octets
    }

    #[test]
    fn reads_what_a_secondary_has() {
        let query = Query::read(&ixfr()).unwrap();
        assert_eq!((query.name.as_str(), query.rtype, query.serial, query.is_internet), ("z", 251, Some(7), true));
        let mut head = Vec::new();
        query.asked.head(&mut head);
        assert_eq!(head, [0x12, 0x34, 0x85, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, b'Z', 0, 0, 251, 0, 1]);
    }

    #[test]
    fn no_part_of_a_query_is_one_and_nothing_panics() {
        let whole = ixfr();
        for end in 0..whole.len() {
            assert!(Query::read(&whole[..end]).is_err(), "{end}");
        }
        for place in 0..whole.len() {
            for octet in [0, 1, 12, 63, 64, 0xC0, 0xFF] {
                let mut broken = whole.clone();
                broken[place] = octet;
                let _ = Query::read(&broken);
            }
        }
        let mut answer = whole.clone();
        answer[2] |= 0x80;
        assert!(matches!(Query::read(&answer), Err(Unread::Silence)));
        let mut update = whole;
        update[2] = 5 << 3;
        assert!(matches!(Query::read(&update), Err(Unread::Opcode(_))));
    }
}

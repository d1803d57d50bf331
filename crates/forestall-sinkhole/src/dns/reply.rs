// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Answers, octet by octet. The question comes back as it was asked, letter case and all, and owners point into it.

use super::cookie::{CLIENT, SERVER};
use super::message::{HEAD, Head, IN, Question, rtype};

/// What an answer begins with.
#[derive(Clone, Copy, Debug)]
pub struct Start<'m> {
    /// The head of the query.
    pub head: Head,
    /// The question that it repeats.
    pub question: Option<Question<'m>>,
    /// The code, all 12 bits of it.
    pub rcode: u16,
    /// Whether we are the authority.
    pub authority: bool,
    /// Whether it is cut short.
    pub cut: bool,
}

/// What the EDNS record of an answer says.
#[derive(Clone, Copy, Debug)]
pub struct EdnsSaid<'m> {
    /// The octets of UDP that we take.
    pub udp_size: u16,
    /// What the query said of signatures.
    pub dnssec_ok: bool,
    /// The name of this server, where it was asked for.
    pub nsid: Option<&'m [u8]>,
    /// The cookie of the client, and ours.
    pub cookie: Option<(&'m [u8; CLIENT], [u8; SERVER])>,
}

/// An answer that is written.
#[derive(Debug)]
pub struct Reply<'o> {
    out: &'o mut Vec<u8>,
    /// Records of the sections answer, authority and additional.
    counts: [u8; 3],
    rcode: u16,
}

/// The section that a record belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// What was asked for.
    Answer,
    /// Who says so.
    Authority,
}

impl<'o> Reply<'o> {
    /// Begins an answer in place of what `out` held.
    #[inline]
    pub fn new(out: &'o mut Vec<u8>, start: &Start<'_>) -> Self {
        out.clear();
        let [code, _] = start.rcode.to_le_bytes();
        // QR, the opcode and RD as they came; AA; TC.
        let flags = 0x80 | start.head.flags[0] & 0x79 | u8::from(start.authority) << 2 | u8::from(start.cut) << 1;
        let mut head = [0; HEAD];
        head[..2].copy_from_slice(&start.head.id);
        head[2] = flags;
        head[3] = start.head.flags[1] & 0x10 | code & 0x0F;
        head[5] = u8::from(start.question.is_some());
        out.extend_from_slice(&head);
        if let Some(question) = start.question {
            out.extend_from_slice(question.octets);
        }
        Self { out, counts: [0; 3], rcode: start.rcode }
    }

    /// Adds a record for the name that begins at octet `at` of the name that was asked.
    #[inline]
    pub fn record(&mut self, section: Section, at: usize, kind: u16, ttl: u32, data: &[u8]) {
        // A name has at most 255 octets, so that the place fits into the 14 bits of a pointer.
        let place = u16::try_from(HEAD + at).unwrap_or(0) | 0xC000;
        let mut record = [0; 12];
        record[..2].copy_from_slice(&place.to_be_bytes());
        record[2..4].copy_from_slice(&kind.to_be_bytes());
        record[4..6].copy_from_slice(&IN.to_be_bytes());
        record[6..10].copy_from_slice(&ttl.to_be_bytes());
        record[10..].copy_from_slice(&u16::try_from(data.len()).unwrap_or(0).to_be_bytes());
        self.out.extend_from_slice(&record);
        self.out.extend_from_slice(data);
        self.counts[usize::from(section == Section::Authority)] += 1;
    }

    /// Adds the EDNS record.
    #[inline]
    pub fn edns(&mut self, said: &EdnsSaid<'_>) {
        let [_, high] = (self.rcode << 4).to_le_bytes();
        let [size0, size1] = said.udp_size.to_be_bytes();
        let [kind0, kind1] = rtype::OPT.to_be_bytes();
        let flags = u8::from(said.dnssec_ok) << 7;
        self.out.extend_from_slice(&[0, kind0, kind1, size0, size1, high, 0, flags, 0, 0, 0]);
        let start = self.out.len();
        if let Some(nsid) = said.nsid {
            self.out.extend_from_slice(&[0, 3, 0, u8::try_from(nsid.len()).unwrap_or(0)]);
            self.out.extend_from_slice(nsid);
        }
        if let Some((client, server)) = said.cookie {
            self.out.extend_from_slice(&[0, 10, 0, 24]);
            self.out.extend_from_slice(client);
            self.out.extend_from_slice(&server);
        }
        let length = u16::try_from(self.out.len() - start).unwrap_or(0);
        self.out[start - 2..start].copy_from_slice(&length.to_be_bytes());
        self.counts[2] += 1;
    }

    /// Ends the answer.
    #[inline]
    pub fn end(self) {
        for (count, at) in self.counts.into_iter().zip([7, 9, 11]) {
            self.out[at] = count;
        }
    }
}

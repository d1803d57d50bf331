// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Writing a transfer: records into messages, each name by pointers to the apex and to what stands before it.
//!
//! # Source
//!
//! RFC 5936, sections 2.2 and 3.4; RFC 1995, section 4; RFC 1035, section 4.1.4 (compression).

use forestall_model::{Instant, OwnerName, Released};

use super::content::{Apex, Run, Transfer, rtype};
use super::query::Asked;
use super::tsig::Signer;
use crate::wire::octets_of;

/// Octets of a message, at most: as far as a pointer reaches, so that a wildcard can always point at its name. Longer ones need more
/// octets for each record, and hardly fewer calls of the system.
const MESSAGE: usize = 1 << 14;
/// Octets of the header of a message.
pub(super) const HEADER: usize = 12;
/// The octets of a pointer to the name in the question, which is that of the zone.
pub(super) const APEX: [u8; 2] = [0xC0, 12];
/// The class of the Internet.
pub(super) const CLASS: [u8; 2] = [0, 1];

/// One part of a transfer.
#[derive(Clone, Debug)]
enum Part {
    /// The SOA with a serial.
    Soa(u32),
    /// The name server at the apex.
    NameServer,
    /// Names with their rules.
    Run(Run),
}

/// The messages of a transfer, written one after another.
#[derive(Debug)]
pub struct Messages {
    apex: Apex,
    parts: Vec<Part>,
    /// The part that comes next, the index of its name, and of the record of the name.
    place: (usize, usize, usize),
    asked: Asked,
    signer: Option<Signer>,
    first: bool,
    done: bool,
}

impl Messages {
    /// Begins to answer a question with a transfer.
    pub(super) fn answer(apex: Apex, asked: Asked, signer: Option<Signer>, transfer: Released<Transfer>) -> Self {
        let parts = match transfer.into_object() {
            Transfer::Nothing { serial, .. } => vec![Part::Soa(serial)],
            Transfer::Full { serial, contents, .. } => {
                let runs = contents.runs.into_iter().map(Part::Run);
                [Part::Soa(serial), Part::NameServer].into_iter().chain(runs).chain([Part::Soa(serial)]).collect()
            }
            Transfer::Difference { from, to, removed, added, .. } => {
                let removed = removed.runs.into_iter().map(Part::Run);
                let added = added.runs.into_iter().map(Part::Run);
                let begin = [Part::Soa(to), Part::Soa(from)].into_iter();
                begin.chain(removed).chain([Part::Soa(to)]).chain(added).chain([Part::Soa(to)]).collect()
            }
        };
        Self { apex, parts, place: (0, 0, 0), asked, signer, first: true, done: false }
    }

    /// Answers a question of nobody with a transfer: for benchmarks.
    #[doc(hidden)]
    #[must_use]
    pub fn unasked(apex: Apex, key: Option<&super::Key>, transfer: Released<Transfer>) -> Self {
        let asked = Asked::of(&apex.zone);
        Self::answer(apex, asked, key.map(Signer::first), transfer)
    }

    /// Writes the next message into `out`, which is emptied first; says whether there was one. Each is signed where the question was.
    pub fn next(&mut self, now: Instant, out: &mut Vec<u8>) -> bool {
        out.clear();
        if self.done {
            return false;
        }
        self.asked.head(out);
        let room = MESSAGE - self.signer.as_ref().map_or(0, Signer::room) - self.asked.room();
        let answers = self.fill(room, out);
        let additional = u16::from(self.first && self.asked.push_edns(out));
        out[6..8].copy_from_slice(&answers.to_be_bytes());
        out[10..12].copy_from_slice(&additional.to_be_bytes());
        if let Some(signer) = &mut self.signer {
            signer.sign(out, now);
        }
        self.first = false;
        self.done = self.place.0 == self.parts.len();
        true
    }

    /// Writes records until there is no room for another; returns how many.
    fn fill(&mut self, room: usize, out: &mut Vec<u8>) -> u16 {
        let mut count: u16 = 0;
        while let Some(part) = self.parts.get(self.place.0) {
            let mark = out.len();
            let whole = match part {
                Part::Soa(serial) => {
                    soa(&self.apex, *serial, out);
                    count += 1;
                    true
                }
                Part::NameServer => {
                    let data = octets_of(&self.apex.name_server);
                    out.extend_from_slice(&APEX);
                    tail(rtype::NS, self.apex.ttl, &data, out);
                    count += 1;
                    true
                }
                Part::Run(run) => {
                    let (whole, records) =
                        fill_run(run, (&mut self.place.1, &mut self.place.2), self.apex.ttl, room, out);
                    count += records;
                    whole
                }
            };
            if !matches!(part, Part::Run(_)) && out.len() > room {
                out.truncate(mark);
                return count - 1;
            }
            if !whole {
                return count;
            }
            self.place = (self.place.0 + 1, 0, 0);
        }
        count
    }
}

/// Writes records of a run from a place on; says whether all of it was written, and how many records were.
fn fill_run(
    run: &Run,
    (name, record): (&mut usize, &mut usize),
    ttl: u32,
    room: usize,
    out: &mut Vec<u8>,
) -> (bool, u16) {
    let rules = run.rules.len();
    let mut count: u16 = 0;
    while *name < run.names.len() {
        let octets = run.names.get(*name);
        let mut written: Option<[u8; 2]> = None;
        while *record < 2 * rules {
            let mark = out.len();
            let wild = *record >= rules;
            if wild {
                out.extend_from_slice(b"\x01*");
            }
            match written {
                Some([high, low]) => out.extend_from_slice(&[high, low]),
                None => {
                    // Messages are no longer than a pointer reaches.
                    let at = u16::try_from(out.len()).unwrap_or_default() | 0xC000;
                    written = Some(at.to_be_bytes());
                    labels(octets, out);
                }
            }
            let rule = &run.rules[*record % rules];
            tail(rule.rtype, ttl, &rule.data, out);
            if out.len() > room || count == u16::MAX - 1 {
                out.truncate(mark);
                return (false, count);
            }
            count += 1;
            *record += 1;
        }
        *record = 0;
        *name += 1;
    }
    (true, count)
}

/// Writes the labels of a name and the pointer to the apex.
fn labels(name: &[u8], out: &mut Vec<u8>) {
    let begin = out.len();
    out.push(0);
    out.extend_from_slice(name);
    // Each dot, and the octet before the first label, becomes the length of what follows it.
    let mut length = 0_u8;
    for place in (begin..out.len()).rev() {
        if place == begin || out[place] == b'.' {
            out[place] = length;
            length = 0;
        } else {
            length += 1;
        }
    }
    out.extend_from_slice(&APEX);
}

/// Writes what stands behind the owner of a record.
pub(super) fn tail(rtype: u16, ttl: u32, data: &[u8], out: &mut Vec<u8>) {
    let mut fixed = [0; 10];
    fixed[..2].copy_from_slice(&rtype.to_be_bytes());
    fixed[2..4].copy_from_slice(&CLASS);
    fixed[4..8].copy_from_slice(&ttl.to_be_bytes());
    fixed[8..].copy_from_slice(&u16::try_from(data.len()).unwrap_or_default().to_be_bytes());
    out.extend_from_slice(&fixed);
    out.extend_from_slice(data);
}

/// Writes the SOA with a serial.
pub(super) fn soa(apex: &Apex, serial: u32, out: &mut Vec<u8>) {
    let name = |name: &OwnerName| octets_of(name);
    let mut data = name(&apex.primary);
    data.extend_from_slice(&name(&apex.contact));
    for number in [serial, apex.refresh, apex.retry, apex.expire, apex.ttl] {
        data.extend_from_slice(&number.to_be_bytes());
    }
    out.extend_from_slice(&APEX);
    tail(rtype::SOA, apex.ttl, &data, out);
}

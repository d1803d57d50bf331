// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A start of Shiotob needs no search in version 1, since any name starts the chain of those after it; version 2 has 256 masks.

use std::collections::HashSet;
use std::ops::Range;

use forestall_model::Params;

use super::{ALPHABET, ROOM, Shiotob, USUAL};
use crate::families::anchor;
use crate::identify::{Clue, SeedSearch};

/// Names of a chain that must have been observed, the anchor included.
const OBSERVED: usize = 4;

/// Letters of the shortest name that is searched: once a name has 10, all later ones do.
const SHORTEST: usize = 10;

/// Candidate 0 is version 1, the others are the low octets of version 2's checksum, plus 1.
#[derive(Debug)]
pub(super) struct Search;

impl SeedSearch for Search {
    fn fits(&self, name: &str) -> bool {
        let Some((label, _)) = anchor::split(name, &["com", "net"]) else { return false };
        (SHORTEST..ROOM - 4).contains(&label.len()) && label.iter().all(|byte| ALPHABET.contains(byte))
    }

    fn later_only(&self) -> bool {
        true
    }

    fn candidates(&self) -> u64 {
        257
    }

    fn hits(&self, clue: &Clue<'_>, range: Range<u64>, hits: &mut Vec<Params>) {
        let names: HashSet<&[u8]> = clue.names.iter().map(|name| name.as_bytes()).collect();
        for candidate in range {
            let mask = u8::try_from(candidate.saturating_sub(1)).unwrap_or(u8::MAX);
            let start = clue.anchor.as_bytes();
            let list = Shiotob { start: start.into(), mask };
            let mut name = [0; ROOM];
            name[..start.len()].copy_from_slice(start);
            let (mut length, mut held) = (start.len(), 0);
            for _ in 0..USUAL {
                held += usize::from(names.contains(&name[..length]));
                length = list.advance(&mut name, length);
            }
            if held < OBSERVED {
                continue;
            }
            let mut params = anchor::hit(&[("version", "1"), ("domain", clue.anchor)]);
            if candidate > 0 {
                params = anchor::hit(&[("version", "2"), ("domain", clue.anchor), ("crc", &format!("0x{mask:08X}"))]);
            }
            hits.push(params);
        }
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! An input that has very many pairs of client and family.

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::forms;
use crate::listed::{Listed, day};
use crate::traffic::{Question, Truth, address};

/// Writes a log in which each line is a question for a listed name, three from each pair of client and family; returns how many lines it has.
pub(crate) fn write(listed: &Listed, pairs: u64, path: &Path) -> Result<(u64, Truth), Box<dyn Error>> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut truth = Truth::default();
    let start = day().start().micros();
    // Without names in common: GameOver's are among those of Murofet.
    let apart = ["conficker-b", "cryptolocker", "gameover-p2p", "newgoz"];
    let families: Vec<_> = listed.families.iter().filter(|(family, _)| apart.contains(family)).collect();
    let mut lines = 0;
    for round in 0..3 {
        for pair in 0..pairs {
            let client = u32::try_from(pair / 4)?;
            let place = usize::try_from(pair)?;
            let (family, names) = families[place % 4];
            let chosen = (place * 7 + round * 11) % names.len();
            let (questions, distinct) = truth.pairs.entry((address(client), family)).or_default();
            *questions += 1;
            distinct.insert(chosen);
            let micros = start + lines * 10_000;
            let (name, port, id, qtype, rcode) = (names[chosen].as_str(), 1024, 0, 1, 3);
            forms::plain(&mut out, &Question { micros, client, port, id, name, qtype, rcode, dice: 0 })?;
            lines += 1;
        }
    }
    out.flush()?;
    Ok((u64::try_from(lines)?, truth))
}

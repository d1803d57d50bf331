// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall index query`.

use std::io::{self, BufReader, BufWriter, Write};
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use forestall_index::{Hit, Index};
use forestall_model::owner::canonicalise;
use forestall_model::{Instant, Window, WindowSet};

use crate::commands::lines::{self, Line};
use crate::failure::Outcome;
use crate::output::{self, Stdout};
use crate::table::thousands;

/// Names that are looked up at a time.
const BATCH: usize = 256;

/// Look up names from standard input, one a line, in any letter case, with or without a final dot
///
/// For each campaign and window of the listed name at or above it, a line is printed: name, family, campaign, valid_from and valid_until
/// with tabs between them; the window is nominal, as stored, and an unbounded side is empty. A name that is not listed gives no line.
/// How many names were collisions is said on standard error.
#[derive(Args, Debug)]
pub(crate) struct Query {
    /// The index
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Query {
    pub(super) fn run(&self) -> anyhow::Result<Outcome> {
        let index = super::read(&self.file)?;
        let mut source = BufReader::with_capacity(1 << 18, io::stdin().lock());
        let mut out = BufWriter::with_capacity(1 << 16, Stdout::open());
        let mut batch: Vec<Vec<u8>> = vec![Vec::new(); BATCH];
        let mut collisions = 0u64;
        loop {
            let mut count = 0;
            let mut ended = false;
            while count < BATCH {
                match lines::next(&mut source, &mut batch[count]).context("standard input could not be read")? {
                    Line::Whole => count += 1,
                    Line::TooLong => {}
                    Line::End => ended = true,
                }
                // Whoever waits for an answer before the next question gets it.
                if ended || !source.buffer().contains(&b'\n') {
                    break;
                }
            }
            collisions += answer(&index, &batch[..count], &mut out).context("standard output could not be written")?;
            if ended {
                break;
            }
            if !source.buffer().contains(&b'\n') {
                out.flush().context("standard output could not be written")?;
            }
        }
        out.flush().context("standard output could not be written")?;
        if collisions > 0 {
            let are = if collisions == 1 {
                "is a collision: it has a legitimate holder, and to ask for it"
            } else {
                "are collisions: they have a legitimate holder, and to ask for them"
            };
            output::note(format_args!("note: {} of the names {are} is no sign of an infection", thousands(collisions)));
        }
        Ok(Outcome::Done)
    }
}

/// Prints what is listed of a batch, in its order, and returns how many names are collisions.
fn answer(index: &Index, qnames: &[Vec<u8>], out: &mut impl Write) -> io::Result<u64> {
    let mut hits: Vec<(usize, Hit<'_>)> = Vec::new();
    index.look_up_batch(qnames, |number, hit| hits.push((number, hit)));
    hits.sort_unstable_by_key(|(number, _)| *number);
    let mut name = String::new();
    for (number, hit) in &hits {
        if canonicalise(&qnames[*number][hit.start()..], Some("."), &mut name).is_err() {
            continue;
        }
        for posting in hit.postings() {
            let (family, campaign) = (&posting.campaign.family, &posting.campaign.id);
            let mut row = |from: Option<Instant>, until: Option<Instant>| {
                let text = |edge: Option<Instant>| edge.map(|edge| edge.to_string()).unwrap_or_default();
                writeln!(out, "{name}\t{family}\t{campaign}\t{}\t{}", text(from), text(until))
            };
            match posting.windows {
                WindowSet::Always => row(None, None)?,
                WindowSet::From(from) => row(Some(*from), None)?,
                WindowSet::Spans(spans) => spans.iter().try_for_each(|Window { from, until }| {
                    // A row of a file may leave its beginning open.
                    row((from.micros() != i64::MIN).then_some(*from), Some(*until))
                })?,
            }
        }
    }
    Ok(hits.iter().filter(|(_, hit)| hit.is_collision()).count() as u64)
}

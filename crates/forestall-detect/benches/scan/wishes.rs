// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is measured, by `KEY=VALUE`.
//!
//! | key | meaning | default |
//! |---|---|---|
//! | `lines` | lines of each log | 10000000 |
//! | `packets` | packets of the capture | 2000000 |
//! | `names` | names of each index, about; several with commas | 10000000 |
//! | `forms` | `plain`, `zeek`, `pcap`; several with commas | all |
//! | `threads` | threads that read and match | 2 |
//! | `rounds` | runs of each measurement | 5 |
//! | `folder` | where inputs and indexes are kept for the next run | a folder of its own, removed at the end |

use std::error::Error;
use std::path::PathBuf;

use crate::traffic::Form;

/// What is measured.
#[derive(Debug)]
pub(crate) struct Wishes {
    pub(crate) lines: u64,
    pub(crate) packets: u64,
    pub(crate) names: Vec<u64>,
    pub(crate) forms: Vec<Form>,
    pub(crate) threads: usize,
    pub(crate) rounds: u32,
    pub(crate) folder: Option<PathBuf>,
}

impl Wishes {
    /// Reads the words of the command line; those that begin with two hyphens are Cargo's.
    pub(crate) fn read(words: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let mut wishes = Self {
            lines: 10_000_000,
            packets: 2_000_000,
            names: vec![10_000_000],
            forms: Form::ALL.to_vec(),
            threads: 2,
            rounds: 5,
            folder: None,
        };
        for word in words.filter(|word| !word.starts_with("--")) {
            let (key, value) = word.split_once('=').ok_or_else(|| format!("{word}: expected KEY=VALUE"))?;
            match key {
                "lines" => wishes.lines = value.parse()?,
                "packets" => wishes.packets = value.parse()?,
                "names" => wishes.names = value.split(',').map(str::parse).collect::<Result<_, _>>()?,
                "forms" => wishes.forms = value.split(',').map(Form::named).collect::<Result<_, _>>()?,
                "threads" => wishes.threads = value.parse::<usize>()?.max(1),
                "rounds" => wishes.rounds = value.parse::<u32>()?.max(1),
                "folder" => wishes.folder = Some(value.into()),
                _ => return Err(format!("{key} is no key; see benches/scan/wishes.rs").into()),
            }
        }
        Ok(wishes)
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is measured, by `KEY=VALUE`.
//!
//! | key | meaning | default |
//! |---|---|---|
//! | `lines` | lines of each log | 20000000 |
//! | `packets` | packets of the capture | 4000000 |
//! | `names` | names of each index, about; several with commas | 10000000,50000000 |
//! | `forms` | `plain`, `zeek`, `pcap`; several with commas | all |
//! | `pairs` | pairs of client and family in the input that shows what memory they need; 0 for none | 1000000 |
//! | `peers` | names that other programs look for; 0 for none of them | 1000000 |
//! | `slow` | lines, and a tenth as many packets, for those peers that would need many minutes for all | 2000000 |
//! | `machines` | machines in the captures that peers read, 32 at least: tcpdump needs time by the square of them (`README.md`) | 2000 |
//! | `python` | the Python that peers run in | python3 |
//! | `rounds` | runs of each measurement, of which the best counts | 3 |
//! | `folder` | where files are written, some gigabytes with all defaults | the folder for temporary files |

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
    pub(crate) pairs: u64,
    pub(crate) peers: u64,
    pub(crate) slow: u64,
    pub(crate) machines: u32,
    pub(crate) python: PathBuf,
    pub(crate) rounds: u32,
    pub(crate) folder: PathBuf,
}

impl Wishes {
    /// Reads the words of the command line; those that begin with two hyphens are Cargo's.
    pub(crate) fn read(words: impl Iterator<Item = String>) -> Result<Self, Box<dyn Error>> {
        let mut wishes = Self {
            lines: 20_000_000,
            packets: 4_000_000,
            names: vec![10_000_000, 50_000_000],
            forms: Form::ALL.to_vec(),
            pairs: 1_000_000,
            peers: 1_000_000,
            slow: 2_000_000,
            machines: 2_000,
            python: "python3".into(),
            rounds: 3,
            folder: std::env::temp_dir(),
        };
        for word in words.filter(|word| !word.starts_with("--")) {
            let (key, value) = word.split_once('=').ok_or_else(|| format!("{word}: expected KEY=VALUE"))?;
            match key {
                "lines" => wishes.lines = value.parse()?,
                "packets" => wishes.packets = value.parse()?,
                "names" => wishes.names = value.split(',').map(str::parse).collect::<Result<_, _>>()?,
                "forms" => {
                    let named = value.split(',').filter(|name| !name.is_empty());
                    wishes.forms = named.map(Form::named).collect::<Result<_, _>>()?;
                }
                "pairs" => wishes.pairs = value.parse()?,
                "peers" => wishes.peers = value.parse()?,
                "slow" => wishes.slow = value.parse()?,
                "machines" => wishes.machines = value.parse()?,
                "python" => wishes.python = value.into(),
                "rounds" => wishes.rounds = value.parse()?,
                "folder" => wishes.folder = value.into(),
                _ => return Err(format!("{key} is no key; see benches/scan/wishes.rs").into()),
            }
        }
        Ok(wishes)
    }
}

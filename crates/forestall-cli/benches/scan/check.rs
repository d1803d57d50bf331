// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What was found, held against the truth.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::IpAddr;
use std::path::Path;

use crate::traffic::Truth;

/// How rows stand to the truth.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Pairs of client and family, and those of them with the right number of questions and names.
    pairs: u64,
    right: u64,
    /// Questions for live names, and those that were counted.
    hits: u64,
    counted: u64,
    /// Machines that asked on a wrong day, and those of them of which that and nothing more is said.
    early: u64,
    early_right: u64,
    /// Rows about machines that asked for nothing listed.
    invented: u64,
}

impl Truth {
    /// Reads rows of `forestall scan --format jsonl`.
    pub(crate) fn hold_against(&self, rows: &Path) -> Result<Told, Box<dyn Error>> {
        let mut told = Told {
            pairs: u64::try_from(self.pairs.len())?,
            hits: self.pairs.values().map(|(questions, _)| questions).sum(),
            early: u64::try_from(self.early.len())?,
            ..Told::default()
        };
        let infected: BTreeSet<IpAddr> = self.pairs.keys().map(|(client, _)| *client).collect();
        for line in BufReader::new(File::open(rows)?).lines() {
            let row: serde_json::Value = serde_json::from_str(&line?)?;
            let number = |key: &str| row[key].as_u64().ok_or_else(|| format!("a row has no number {key}"));
            let client: IpAddr = row["client"].as_str().unwrap_or_default().parse()?;
            let family = row["family"].as_str().unwrap_or_default();
            let (queries, names) = (number("queries")?, number("names")?);
            let pair = self.pair(client, family);
            if let Some((questions, distinct)) = pair {
                told.counted += queries;
                told.right += u64::from((queries, names) == (questions, distinct) && number("out_of_window")? == 0);
            } else if let Some(questions) = self.early.get(&client) {
                told.early_right += u64::from(queries == 0 && number("out_of_window")? == *questions);
            } else if !infected.contains(&client) {
                told.invented += 1;
            }
        }
        Ok(told)
    }

    fn pair(&self, client: IpAddr, family: &str) -> Option<(u64, u64)> {
        let near = self.pairs.range((client, "")..).take_while(|((key, _), _)| *key == client);
        let mut ours = near.filter(|((_, known), _)| *known == family);
        ours.next().map(|(_, (questions, names))| (*questions, names.len() as u64))
    }
}

impl Told {
    /// Returns how many rows and hits are missing, miscounted or invented.
    pub(crate) fn wrong(&self) -> u64 {
        self.hits.abs_diff(self.counted) + (self.pairs - self.right) + (self.early - self.early_right) + self.invented
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} hits; {} of {} pairs exact; ", self.counted, self.hits, self.right, self.pairs)?;
        write!(f, "{} of {} on a wrong day told so; {} invented", self.early_right, self.early, self.invented)
    }
}

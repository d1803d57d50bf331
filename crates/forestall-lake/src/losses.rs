// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is not in the lake although it happened: events that a sensor left out, and segments that were damaged.

use forestall_model::{Instant, UtcDay};

use crate::lake::Lake;
use crate::read::ReadError;
use crate::schema::LOSSES;

/// Why events are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cause {
    /// The sensor left them out because its disk did not take them as fast as they came: those that were kept are a sample.
    Shed,
    /// The segment was damaged on its way.
    Damage,
    /// The sensor ended without ceremony: what stood at the end of its segment was no whole record.
    Torn,
}

/// The words of causes.
pub(crate) const CAUSES: [(Cause, &str); 3] = [(Cause::Shed, "shed"), (Cause::Damage, "damage"), (Cause::Torn, "torn")];

/// Events that are missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// `dns` or `contact`; none where it cannot be told.
    pub kind: Option<String>,
    /// Why.
    pub cause: Cause,
    /// From when on.
    pub from: Instant,
    /// Until when.
    pub until: Instant,
    /// How many events there were in all, the missing ones among them, where that is known.
    pub offered: Option<u64>,
    /// How many are missing, where that is known.
    pub lost: Option<u64>,
    /// How many are missing at least.
    pub at_least: u64,
    /// The octets that could not be read.
    pub octets: Option<u64>,
    /// Whose.
    pub sensor: String,
    /// In which segment.
    pub sequence: u64,
}

impl Lake {
    /// Returns what is missing of a day, in order of segment. A span belongs to the day on which it began.
    ///
    /// # Errors
    ///
    /// [`ReadError`].
    pub fn losses(&self, day: UtcDay) -> Result<Vec<Loss>, ReadError> {
        let files = self.files(&LOSSES, day, None)?;
        let names: Vec<&str> = LOSSES.columns.iter().map(|column| column.name).collect();
        let mut scan = self.scan(&LOSSES, files, &names)?;
        let mut found = Vec::new();
        while let Some(batch) = scan.next()? {
            let (kinds, causes, sensors) = (batch.texts("kind")?, batch.texts("cause")?, batch.texts("sensor")?);
            let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
            let count = |name: &str, row: usize| -> Result<Option<u64>, ReadError> {
                Ok(batch.longs(name)?.get(row).and_then(|count| u64::try_from(count).ok()))
            };
            for row in 0..batch.rows() {
                let word = causes.get(row).unwrap_or_default();
                let Some((cause, _)) = CAUSES.iter().find(|(_, known)| known.as_bytes() == word) else {
                    let reason = format!("row {row} has the cause {:?}", text(word));
                    return Err(ReadError::File { path: batch.file().path.clone(), table: LOSSES.name, reason });
                };
                let time = |name| batch.longs(name).map(|times| Instant::from_micros(times.values[row]));
                found.push(Loss {
                    kind: kinds.get(row).map(text),
                    cause: *cause,
                    from: time("from")?,
                    until: time("until")?,
                    offered: count("offered", row)?,
                    lost: count("lost", row)?,
                    at_least: count("at_least", row)?.unwrap_or(0),
                    octets: count("octets", row)?,
                    sensor: sensors.get(row).map(text).unwrap_or_default(),
                    sequence: count("sequence", row)?.unwrap_or(0),
                });
            }
        }
        Ok(found)
    }
}

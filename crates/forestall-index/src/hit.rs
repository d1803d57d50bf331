// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a look-up finds: the listed name at or above the query, and what it stands for.

use forestall_model::{Instant, OwnerName, Window, WindowSet};

use crate::bucket::{Entry, References};
use crate::tables::{IndexCampaign, Tables};

/// A listed name, found.
#[derive(Clone, Copy, Debug)]
pub struct Hit<'a> {
    tables: &'a Tables,
    start: usize,
    id: u64,
    collision: bool,
    references: References<'a>,
}

/// One campaign in whose list a name stands, with the windows in which it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting<'a> {
    /// The number of the campaign in its index.
    pub number: u32,
    /// The campaign.
    pub campaign: &'a IndexCampaign,
    /// The windows, nominal: [`IndexCampaign::margin`] widens them.
    pub windows: &'a WindowSet,
}

impl<'a> Hit<'a> {
    pub(crate) fn new(tables: &'a Tables, start: usize, bucket: usize, entry: &Entry<'a>) -> Self {
        let id = (bucket + entry.at) as u64;
        Self { tables, start, id, collision: entry.collision, references: entry.references }
    }

    pub(crate) fn moved_to(self, start: usize) -> Self {
        Self { start, ..self }
    }

    /// Returns where the listed name begins in the query: 0 for an exact match, more for a query below it.
    #[must_use]
    pub fn start(&self) -> usize {
        self.start
    }

    /// Returns a number that this name has in this index and no other name has.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Says whether the name has a legitimate holder: whoever asks for it shows no sign of an infection.
    #[must_use]
    pub fn is_collision(&self) -> bool {
        self.collision
    }

    /// Returns the campaigns and windows, in order of the campaign's number and of time. A campaign comes more than once
    /// where its lists hold the name in windows that were computed apart. None for a collision that no list holds.
    pub fn postings(&self) -> impl Iterator<Item = Posting<'a>> + use<'a> {
        let tables = self.tables;
        self.references.filter_map(|reference| {
            let (number, windows) = *tables.references.get(reference as usize)?;
            let (campaign, _) = tables.campaigns.get(number as usize)?;
            Some(Posting { number, campaign, windows: tables.windows.get(windows as usize)? })
        })
    }
}

impl Posting<'_> {
    /// Says whether `at` lies in one of the windows, widened by the margin of the campaign.
    #[must_use]
    pub fn is_open(&self, at: Instant) -> bool {
        let moment = Window { from: at, until: Instant::from_micros(at.micros().saturating_add(1)) };
        self.windows.meets(moment, self.campaign.margin)
    }
}

/// Returns the canonical text of a name on the wire, the root's label left out.
pub(crate) fn written(wire: &[u8]) -> String {
    let mut labels = Vec::new();
    let mut rest = wire;
    while let Some((length, after)) = rest.split_first()
        && let Some((label, after)) = after.split_at_checked(usize::from(*length))
    {
        labels.push(label);
        rest = after;
    }
    OwnerName::from_labels(labels).map_or_else(|_| String::new(), |name| name.as_str().to_owned())
}

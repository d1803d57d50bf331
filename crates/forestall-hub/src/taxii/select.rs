// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Which objects of a collection a client gets: batch by batch, so that no more than the names of one are held at a time.

use std::io;

use forestall_formats::feed::Entry;
use forestall_formats::stix::singles::{GROUPING, Part, Singles, grouping, shared};
use forestall_formats::taxii::{Batch, Filter, Item, Page, Place, Rank, Shape};
use forestall_model::{Instant, Released, Tld, UtcDay, Window};

use crate::desk::{CaseFile, Desk, DeskError, Offer};

/// What is selected, and from what.
pub(super) struct Selection {
    pub(super) desk: Desk,
    pub(super) file: Released<CaseFile>,
    pub(super) tld: Option<Tld>,
    pub(super) now: Instant,
    pub(super) filter: Filter,
    /// The object before the page.
    pub(super) after: Option<Place>,
    pub(super) shape: Shape,
}

/// What was selected.
pub(super) struct Selected {
    pub(super) page: Page,
    /// The names among the objects.
    pub(super) names: u64,
}

impl Selection {
    /// Selects the objects of a page.
    pub(super) fn select(&self) -> Result<Selected, DeskError> {
        let offer = Offer::new(&self.file, self.tld.clone(), self.now)?;
        let mut selected = Selected { page: Page::new(self.shape, self.filter.most()), names: 0 };
        for batch in offer.batches() {
            let is_old = self.filter.added_after.is_some_and(|after| batch.added <= after);
            if is_old || self.after.as_ref().is_some_and(|place| batch < place.batch) {
                continue;
            }
            let has_room = match batch.rank {
                Rank::Shared => self.shared(&offer, batch, &mut selected)?,
                Rank::List | Rank::Back => self.names(&offer, batch, &mut selected)?,
                Rank::Group => self.group(&offer, batch, &mut selected)?,
            };
            if !has_room {
                break;
            }
        }
        Ok(selected)
    }

    /// Takes the objects that belong to no name; says whether there was room for all.
    fn shared(&self, offer: &Offer<'_>, batch: Batch, selected: &mut Selected) -> Result<bool, DeskError> {
        let objects = shared(&offer.bare()?).map_err(unreadable)?;
        for (number, object) in objects.iter().enumerate() {
            let place = Place {
                batch,
                name: format!("{number:06}"),
                campaign: 0,
                window: Window { from: batch.added, until: batch.added },
                part: Part::Indicator,
            };
            let is_wanted = self.filter.wants(&object.kind)
                && self.filter.wants_text(&object.id)
                && self.filter.wants_version(&object.version);
            if !is_wanted || self.after.as_ref().is_some_and(|after| place <= *after) {
                continue;
            }
            let item = Item { added: batch.added, id: &object.id, version: &object.version };
            let has_room = selected.page.take(
                item,
                || place,
                |text| {
                    text.extend_from_slice(b",\n");
                    text.extend_from_slice(&object.json);
                },
            );
            if !has_room {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Takes what says which names are live on a day; says whether there was room for it.
    fn group(&self, offer: &Offer<'_>, batch: Batch, selected: &mut Selected) -> Result<bool, DeskError> {
        let day = i32::try_from(batch.period).ok().map(UtcDay::from_epoch_days);
        let Some(day) = day.filter(|_| self.filter.wants(GROUPING)) else { return Ok(true) };
        let place = Place {
            batch,
            name: String::new(),
            campaign: 0,
            window: Window { from: batch.added, until: batch.added },
            part: Part::Indicator,
        };
        if self.after.as_ref().is_some_and(|after| place <= *after) {
            return Ok(true);
        }
        let feed = offer.of_day(&self.desk, day)?;
        let Some(object) = grouping(&feed, self.tld.as_ref(), day).map_err(unreadable)? else { return Ok(true) };
        if !self.filter.wants_text(&object.id) || !self.filter.wants_version(&object.version) {
            return Ok(true);
        }
        let item = Item { added: batch.added, id: &object.id, version: &object.version };
        let write = |text: &mut Vec<u8>| {
            text.extend_from_slice(b",\n");
            text.extend_from_slice(&object.json);
        };
        Ok(selected.page.take(item, || place, write))
    }

    /// Takes the objects of the names of a batch; says whether there was room for all.
    fn names(&self, offer: &Offer<'_>, batch: Batch, selected: &mut Selected) -> Result<bool, DeskError> {
        let wanted: Vec<Part> = Part::ALL.into_iter().filter(|part| self.filter.wants(part.kind())).collect();
        if wanted.is_empty() {
            return Ok(true);
        }
        let feed = offer.names(&self.desk, batch)?;
        let mut singles = Singles::new(&feed);
        let version = singles.version();
        if !self.filter.wants_version(&version) {
            return Ok(true);
        }
        let after = self.after.as_ref().filter(|place| place.batch == batch);
        for entry in feed.object().entries.iter() {
            for part in wanted.iter().copied() {
                if after
                    .is_some_and(|after| key(&entry, part) <= (&after.name, after.campaign, after.window, after.part))
                {
                    continue;
                }
                let id = singles.id(&entry, part);
                if !self.filter.wants_id(part.kind(), id) {
                    continue;
                }
                let id = format!("{}--{id}", part.kind());
                let item = Item { added: batch.added, id: &id, version: &version };
                let place = || place_of(batch, &entry, part);
                if !selected.page.take(item, place, |text| singles.put(text, &entry, part)) {
                    return Ok(false);
                }
                selected.names += u64::from(part == Part::Indicator);
            }
        }
        Ok(true)
    }
}

/// Returns where an object stands among those of its batch.
fn key<'e>(entry: &Entry<'e>, part: Part) -> (&'e str, usize, Window, Part) {
    (entry.name, entry.campaign, entry.window, part)
}

fn place_of(batch: Batch, entry: &Entry<'_>, part: Part) -> Place {
    Place { batch, name: entry.name.to_owned(), campaign: entry.campaign, window: entry.window, part }
}

/// What is written here is read here.
fn unreadable(error: io::Error) -> DeskError {
    DeskError::Output(error)
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The MISP feed of a case: an event for each day that is offered and has names.

use std::io::Write;

use forestall_formats::feed::{Entries, Feed, Settings};
use forestall_formats::misp;
use forestall_formats::misp::directory::{self, Manifest};
use forestall_model::{Instant, Released, Tld, UtcDay};

use super::publish::unsayable;
use super::{CaseFile, Desk, DeskError, Offer};

/// The feed of a case, or of one slice of it.
#[derive(Debug)]
pub struct MispFeed<'f> {
    offer: Offer<'f>,
    file: &'f CaseFile,
}

impl<'f> MispFeed<'f> {
    /// Begins with a case, or one slice of it, at `now`, for the audience to which it was released.
    ///
    /// # Errors
    ///
    /// [`DeskError::Refused`] for an unknown slice.
    pub fn new(file: &'f Released<CaseFile>, tld: Option<Tld>, now: Instant) -> Result<Self, DeskError> {
        Ok(Self { offer: Offer::new(file, tld, now)?, file: file.object() })
    }

    /// Returns the days that have an event, in order.
    pub fn days(&self) -> impl Iterator<Item = UtcDay> + '_ {
        self.offer.days().days().filter(|day| self.offer.changed_on(*day).is_some())
    }

    /// Returns the day of an event; `None` where the feed has no such event.
    #[must_use]
    pub fn day_of(&self, event: &str) -> Option<UtcDay> {
        self.days().find(|day| directory::event_id(self.file.case.id.as_str(), *day) == event)
    }

    /// Says whether an event is one that the feed has, had or will have: that of a day of the case.
    #[must_use]
    pub fn is_ours(&self, event: &str) -> bool {
        self.file.case.horizon.days().any(|day| directory::event_id(self.file.case.id.as_str(), day) == event)
    }

    /// Returns the manifest. No name is computed for it.
    ///
    /// # Errors
    ///
    /// [`DeskError::Withheld`] where the marking does not allow the audience.
    pub fn manifest(&self, settings: &Settings) -> Result<Manifest, DeskError> {
        let mut manifest = Manifest::default();
        for day in self.days() {
            let changed = self.offer.changed_on(day);
            let bare = self.offer.bare()?.map(|feed| Feed {
                span: day.window(),
                changed: changed.unwrap_or(feed.changed),
                entries: Entries::default(),
                ..feed
            });
            manifest.add(&bare, settings);
        }
        Ok(manifest)
    }

    /// Writes the hashes of all names, a day after the other, and returns how many.
    ///
    /// # Errors
    ///
    /// As [`Desk::feed`], and where the writer fails.
    pub fn write_hashes(&self, desk: &Desk, out: &mut dyn Write) -> Result<u64, DeskError> {
        let mut count = 0;
        for day in self.days() {
            count += directory::write_hashes(&self.offer.of_day(desk, day)?, out).map_err(unsayable)?;
        }
        Ok(count)
    }

    /// Writes the event of a day, and returns the number of its names.
    ///
    /// # Errors
    ///
    /// As [`Desk::feed`], and where the writer fails.
    pub fn write_event(
        &self,
        desk: &Desk,
        day: UtcDay,
        settings: &Settings,
        out: &mut dyn Write,
    ) -> Result<u64, DeskError> {
        misp::write(&self.offer.of_day(desk, day)?, settings, out).map_err(unsayable)
    }
}

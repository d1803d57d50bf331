// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The names of a feed: gathered in any order into one arena, sorted, each (name, campaign, window) once.

use std::collections::HashMap;

use forestall_model::{Instant, Window};

/// Entries of a feed, sorted by name, then by campaign, then by window.
#[derive(Clone, Debug, Default)]
pub struct Entries {
    /// The names in lower case, one after another.
    letters: String,
    rows: Vec<Row>,
    windows: Vec<Window>,
}

/// One name in one window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'f> {
    /// The name as A-labels, in lower case, without final dot. It can be registered: it is no public suffix and no part of one.
    pub name: &'f str,
    /// The index of its campaign in the feed.
    pub campaign: usize,
    /// The guard window. A bound before 1601 or after 9999 stands for none.
    pub window: Window,
}

impl Entry<'_> {
    /// Returns when the entry begins to hold, and when it ends; `None` where it has no bound on that side.
    #[must_use]
    pub fn bounds(&self) -> (Option<Instant>, Option<Instant>) {
        crate::csv::bounds(Some(self.window))
    }
}

/// Why no more names can be gathered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntriesError {
    /// The names have more than 4 GiB, or more than 2^32 windows or 2^16 campaigns.
    #[error(
        "the feed is too large: its names, windows or campaigns are more than one file can hold; ask for fewer days"
    )]
    TooLarge,
}

/// 24 octets a name: the first eight of its letters decide most comparisons without a look at the arena.
#[derive(Clone, Copy, Debug)]
struct Row {
    prefix: u64,
    start: u32,
    window: u32,
    campaign: u16,
    length: u8,
}

impl Row {
    fn name<'l>(&self, letters: &'l str) -> &'l str {
        let start = self.start as usize;
        &letters[start..start + usize::from(self.length)]
    }
}

impl Entries {
    /// Returns the entries in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Entry<'_>> + Clone {
        self.rows.iter().map(|row| Entry {
            name: row.name(&self.letters),
            campaign: usize::from(row.campaign),
            window: self.windows[row.window as usize],
        })
    }

    /// Returns each name once, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        let mut before = None;
        self.rows.iter().filter_map(move |row| {
            let name = row.name(&self.letters);
            (before.replace(name) != Some(name)).then_some(name)
        })
    }

    /// Returns how many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Says whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// Gathers the names of a feed.
#[derive(Clone, Debug, Default)]
pub struct Gatherer {
    entries: Entries,
    numbers: HashMap<Window, u32>,
}

impl Gatherer {
    /// Begins without a name.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the number under which names are gathered for a guard window.
    ///
    /// # Errors
    ///
    /// [`EntriesError::TooLarge`] where there are too many.
    pub fn window(&mut self, window: Window) -> Result<u32, EntriesError> {
        if let Some(number) = self.numbers.get(&window) {
            return Ok(*number);
        }
        let number = u32::try_from(self.entries.windows.len()).map_err(|_| EntriesError::TooLarge)?;
        self.entries.windows.push(window);
        self.numbers.insert(window, number);
        Ok(number)
    }

    /// Adds a name of a campaign, by its index, in the window of a number that [`Self::window`] gave. The name is in lower case; one that is no
    /// host name by its letters is passed over, and false is returned.
    ///
    /// # Errors
    ///
    /// [`EntriesError::TooLarge`] where the names take more than one arena.
    pub fn push(&mut self, name: &[u8], campaign: usize, window: u32) -> Result<bool, EntriesError> {
        let Ok(length) = u8::try_from(name.len()) else { return Ok(false) };
        let Ok(letters) = std::str::from_utf8(name) else { return Ok(false) };
        if name.is_empty() || !name.iter().all(|octet| is_of_a_host(*octet)) {
            return Ok(false);
        }
        let start = u32::try_from(self.entries.letters.len()).map_err(|_| EntriesError::TooLarge)?;
        let campaign = u16::try_from(campaign).map_err(|_| EntriesError::TooLarge)?;
        let mut prefix = [0; 8];
        let shown = name.len().min(prefix.len());
        prefix[..shown].copy_from_slice(&name[..shown]);
        self.entries.letters.push_str(letters);
        self.entries.rows.push(Row { prefix: u64::from_be_bytes(prefix), start, window, campaign, length });
        Ok(true)
    }

    /// Sorts what was gathered and drops what comes twice.
    #[must_use]
    pub fn finish(self) -> Entries {
        let Entries { letters, mut rows, windows } = self.entries;
        let window = |row: &Row| windows[row.window as usize];
        // By the first letters alone, one number each, nearly all stand where they belong.
        rows.sort_unstable_by_key(|row| row.prefix);
        for run in rows.chunk_by_mut(|a, b| a.prefix == b.prefix).filter(|run| run.len() > 1) {
            run.sort_unstable_by(|a, b| {
                let by_window = || (a.campaign, window(a)).cmp(&(b.campaign, window(b)));
                a.name(&letters).cmp(b.name(&letters)).then_with(by_window)
            });
        }
        rows.dedup_by(|a, b| {
            (a.prefix, a.campaign, a.window) == (b.prefix, b.campaign, b.window) && a.name(&letters) == b.name(&letters)
        });
        Entries { letters, rows, windows }
    }
}

/// Says whether an octet may stand in a host name that a form writes down: no blank, no quote, no control and no wildcard.
const fn is_of_a_host(octet: u8) -> bool {
    matches!(octet, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_')
}

#[cfg(test)]
mod tests {
    use forestall_model::{Instant, Window};

    use super::Gatherer;

    fn days(from: i64, until: i64) -> Window {
        Window { from: Instant::from_micros(from), until: Instant::from_micros(until) }
    }

    #[test]
    fn each_name_campaign_and_window_comes_once_in_order() {
        let mut gatherer = Gatherer::new();
        let (early, late) = (gatherer.window(days(1, 2)).unwrap(), gatherer.window(days(2, 3)).unwrap());
        assert_eq!(gatherer.window(days(1, 2)).unwrap(), early);
        for (name, campaign, window) in [
            ("longlonglong.b", 0, late),
            ("longlonglong.a", 0, late),
            ("a.be", 1, early),
            ("a.be", 0, late),
            ("a.be", 0, early),
            ("a.be", 0, late),
        ] {
            assert!(gatherer.push(name.as_bytes(), campaign, window).unwrap());
        }
        for broken in [&b""[..], b"a b.be", b"A.be", b"a;.be", b"\xff.be", b"*.be", &[b'a'; 300]] {
            assert!(!gatherer.push(broken, 0, early).unwrap(), "{broken:?}");
        }
        let entries = gatherer.finish();
        let found: Vec<_> = entries.iter().map(|entry| (entry.name, entry.campaign, entry.window)).collect();
        let expected = [
            ("a.be", 0, days(1, 2)),
            ("a.be", 0, days(2, 3)),
            ("a.be", 1, days(1, 2)),
            ("longlonglong.a", 0, days(2, 3)),
            ("longlonglong.b", 0, days(2, 3)),
        ];
        assert_eq!(found, expected);
        assert_eq!(entries.names().collect::<Vec<_>>(), ["a.be", "longlonglong.a", "longlonglong.b"]);
    }
}

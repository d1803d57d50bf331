// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The names of a feed: gathered in any order into one arena, sorted, each (name, campaign, window) once.

use std::collections::HashMap;

use forestall_model::{Instant, Window};

/// Entries of a feed, sorted by name, then by campaign, then by window.
#[derive(Clone, Debug, Default)]
pub struct Entries {
    /// The names in lower case, one after another in their order, each once: two entries of one name begin at the same place.
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
    /// The names have more than 4 GiB, or more than 2^32 windows or campaigns.
    #[error(
        "the feed is too large: its names, windows or campaigns are more than one file can hold; ask for fewer days"
    )]
    TooLarge,
}

/// 16 octets an entry.
#[derive(Clone, Copy, Debug)]
struct Row {
    start: u32,
    window: u32,
    campaign: u32,
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
            campaign: row.campaign as usize,
            window: self.windows[row.window as usize],
        })
    }

    /// Returns each name once, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        let mut before = None;
        let first = self.rows.iter().filter(move |row| before.replace(row.start) != Some(row.start));
        first.map(|row| row.name(&self.letters))
    }

    /// Returns the index of the campaign of each entry, in order.
    pub(super) fn campaigns(&self) -> impl Iterator<Item = usize> {
        self.rows.iter().map(|row| row.campaign as usize)
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
    /// The names as they came.
    letters: Vec<u8>,
    gathered: Vec<Gathered>,
    windows: Vec<Window>,
    numbers: HashMap<Window, u32>,
}

/// A name as it came, in 24 octets: its first twelve letters decide most comparisons without a look at the arena.
#[derive(Clone, Copy, Debug)]
struct Gathered {
    head: u64,
    start: u32,
    window: u32,
    campaign: u32,
    length: u8,
}

impl Gathered {
    fn name<'l>(&self, letters: &'l [u8]) -> &'l [u8] {
        let start = self.start as usize;
        &letters[start..start + usize::from(self.length)]
    }
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
        let number = u32::try_from(self.windows.len()).map_err(|_| EntriesError::TooLarge)?;
        self.windows.push(window);
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
        let Some(head) = head_of(name) else { return Ok(false) };
        let start = u32::try_from(self.letters.len()).map_err(|_| EntriesError::TooLarge)?;
        let campaign = u32::try_from(campaign).map_err(|_| EntriesError::TooLarge)?;
        self.letters.extend_from_slice(name);
        self.gathered.push(Gathered { head, start, window, campaign, length });
        Ok(true)
    }

    /// Sorts what was gathered and drops what comes twice.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "only names of ASCII are gathered")]
    pub fn finish(self) -> Entries {
        let Self { letters, gathered, windows, .. } = self;
        let window = |row: &Gathered| windows.get(row.window as usize);
        let mut sorted = by_head(gathered);
        for run in sorted.chunk_by_mut(|a, b| a.head == b.head).filter(|run| run.len() > 1) {
            run.sort_unstable_by(|a, b| {
                let by_window = || (a.campaign, window(a)).cmp(&(b.campaign, window(b)));
                a.name(&letters).cmp(b.name(&letters)).then_with(by_window)
            });
        }
        // The arena of what is sorted is read from front to back by whoever writes it, as often as it is written.
        let mut arena: Vec<u8> = Vec::with_capacity(letters.len());
        let mut rows: Vec<Row> = Vec::with_capacity(sorted.len());
        let mut before: Option<&Gathered> = None;
        for row in &sorted {
            let name = row.name(&letters);
            let same = before.filter(|before| before.head == row.head && before.name(&letters) == name);
            if same.is_some_and(|same| (same.campaign, same.window) == (row.campaign, row.window)) {
                continue;
            }
            let start = match rows.last().filter(|_| same.is_some()) {
                Some(last) => last.start,
                None => {
                    // No longer than the arena that was gathered, whose places have 32 bits.
                    let start = u32::try_from(arena.len()).unwrap_or(u32::MAX);
                    arena.extend_from_slice(name);
                    start
                }
            };
            rows.push(Row { start, window: row.window, campaign: row.campaign, length: row.length });
            before = Some(row);
        }
        let letters = String::from_utf8(arena).expect("letters of host names are ASCII");
        Entries { letters, rows, windows }
    }
}

/// Letters that a [`Gathered`] knows by itself.
const HEAD: usize = 12;
/// How many values a letter has there; 40^12 is just below 2^64.
const LETTERS: u64 = 40;
/// Names from which on it is worth to deal them by their first two letters before they are sorted.
const WORTH_DEALING: usize = 4_096;

/// The rank of each octet that may stand in a host name that a form writes down: no blank, no quote, no control and no wildcard. It rises with
/// the octets, from 1 on; 0 is for all others.
const RANKS: [u8; 256] = {
    let mut ranks = [0; 256];
    let mut octet = 0_u8;
    let mut rank = 0;
    while octet < 128 {
        if matches!(octet, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_') {
            rank += 1;
            ranks[octet as usize] = rank;
        }
        octet += 1;
    }
    ranks
};

/// Returns a number by which names sort as by their first letters; `None` for an empty name and for one with an octet that no host name has.
#[inline]
fn head_of(name: &[u8]) -> Option<u64> {
    let mut head = 0;
    let (first, rest) = name.split_at_checked(HEAD).unwrap_or((name, &[]));
    let mut fine = !name.is_empty();
    for octet in first {
        let rank = RANKS[usize::from(*octet)];
        fine &= rank != 0;
        head = head * LETTERS + u64::from(rank);
    }
    for _ in first.len()..HEAD {
        head *= LETTERS;
    }
    fine &= rest.iter().all(|octet| RANKS[usize::from(*octet)] != 0);
    fine.then_some(head)
}

/// Sorts by the first letters alone: dealt by the first two of them into heaps that a cache holds, then each heap by itself.
fn by_head(mut gathered: Vec<Gathered>) -> Vec<Gathered> {
    /// What the letters behind the first two make of a head.
    const BELOW: u64 = LETTERS.pow(10);
    /// As many as two letters make.
    const HEAPS: usize = 1_600;
    if gathered.len() < WORTH_DEALING {
        gathered.sort_unstable_by_key(|row| row.head);
        return gathered;
    }
    let heap = |row: &Gathered| usize::try_from(row.head / BELOW).map_or(HEAPS - 1, |heap| heap.min(HEAPS - 1));
    let mut next = [0_usize; HEAPS + 1];
    gathered.iter().for_each(|row| next[heap(row) + 1] += 1);
    for index in 1..next.len() {
        next[index] += next[index - 1];
    }
    let bounds = next;
    let mut dealt = gathered.clone();
    for row in &gathered {
        let place = &mut next[heap(row)];
        dealt[*place] = *row;
        *place += 1;
    }
    for pair in bounds.windows(2) {
        dealt[pair[0]..pair[1]].sort_unstable_by_key(|row| row.head);
    }
    dealt
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

    #[test]
    fn many_names_are_sorted_as_texts_are() {
        let mut gatherer = Gatherer::new();
        let window = gatherer.window(days(1, 2)).unwrap();
        let mut state = 1_u64;
        let mut names = Vec::new();
        for _ in 0..3 * super::WORTH_DEALING {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let length = usize::try_from(state >> 59).unwrap() % 18 + 1;
            // Few letters, so that names share their heads and some come twice.
            let letter = |i: usize| b"-.09_az"[usize::try_from(state >> (3 * i)).unwrap_or(usize::MAX) % 7];
            let name = String::from_utf8((0..length).map(letter).collect()).unwrap();
            assert!(gatherer.push(name.as_bytes(), 0, window).unwrap());
            names.push(name);
        }
        names.sort_unstable();
        names.dedup();
        let entries = gatherer.finish();
        assert_eq!(entries.names().collect::<Vec<_>>(), names);
        assert_eq!(entries.len(), names.len());
    }
}

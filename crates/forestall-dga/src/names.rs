// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The buffer that generators fill: one arena for the names of a list, no allocation a name.

use std::ops::Range;

use forestall_model::{Digest, WindowSet};

/// How many window sets of a table are looked at before a new one is added.
const NEAR_WINDOWS: usize = 16;

/// The names of one list, in generation order, duplicates and letter case kept.
///
/// The bytes of all names stand one after another in one arena, each followed by a line feed, so that a whole list can be
/// written at once. Windows are shared: a run of names points to one entry of a table of window sets. Where a
/// family gives several candidates for one position, each is a name of its own with a number, 0 for the first.
#[derive(Clone, Debug, Default)]
pub struct NameBuf {
    bytes: Vec<u8>,
    /// Where the line feed of each name stands.
    ends: Vec<u32>,
    windows: Vec<WindowSet>,
    /// (first name, number of its window set), in order of the first name.
    runs: Vec<(u32, u32)>,
    /// The number of each name among the alternatives of its position; empty where every position has one name.
    alternatives: Vec<u8>,
}

/// What stands behind a label, ready to be copied: a dot, at most 14 octets and a line feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suffix {
    bytes: [u8; SUFFIX],
    /// Octets before the line feed.
    length: u8,
}

/// Octets of a [`Suffix`].
const SUFFIX: usize = 16;

impl Suffix {
    /// Makes the suffix of `text`, which has no leading dot.
    ///
    /// # Panics
    ///
    /// Where `text` has more than 14 octets; when it is compiled, where the result is a constant.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "14 octets at most, and the dot")]
    pub const fn new(text: &str) -> Self {
        let text = text.as_bytes();
        assert!(text.len() <= SUFFIX - 2, "a suffix has 14 octets at most");
        let mut bytes = [b'\n'; SUFFIX];
        bytes[0] = b'.';
        let mut i = 0;
        while i < text.len() {
            bytes[i + 1] = text[i];
            i += 1;
        }
        Self { bytes, length: text.len() as u8 + 1 }
    }

    /// Makes a table of suffixes.
    ///
    /// # Panics
    ///
    /// As [`Self::new`].
    #[must_use]
    pub const fn table<const N: usize>(texts: [&str; N]) -> [Self; N] {
        let mut table = [Self::new(""); N];
        let mut i = 0;
        while i < N {
            table[i] = Self::new(texts[i]);
            i += 1;
        }
        table
    }
}

/// One name of a [`NameBuf`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name<'a> {
    /// The bytes as generated, without the line feed.
    pub bytes: &'a [u8],
    /// The position in the raw list, from 0; alternatives share one.
    pub position: u32,
    /// The number among the alternatives of the position, 0 for the first.
    pub alternative: u8,
    /// The nominal windows.
    pub windows: &'a WindowSet,
}

impl NameBuf {
    /// Makes an empty buffer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Removes all names and windows; keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.windows.clear();
        self.runs.clear();
        self.alternatives.clear();
    }

    /// Starts a run: names added from here on have these windows.
    pub fn start_run(&mut self, windows: WindowSet) {
        // Only the latest sets are compared: a list that grows by a name every few minutes has hundreds of thousands.
        let near = self.windows.len().saturating_sub(NEAR_WINDOWS);
        let found = self.windows[near..].iter().position(|w| *w == windows);
        let number = found.map_or(self.windows.len(), |index| near + index);
        if found.is_none() {
            self.windows.push(windows);
        }
        self.runs.push((count(self.ends.len()), count(number)));
    }

    /// Adds a name. A run must have been started.
    pub fn push(&mut self, name: &[u8]) {
        self.push_parts(&[name]);
    }

    /// Adds a name that comes in parts.
    pub fn push_parts(&mut self, parts: &[&[u8]]) {
        debug_assert!(!self.runs.is_empty(), "a generator starts a run before its first name");
        self.bytes.reserve(parts.iter().map(|part| part.len()).sum::<usize>() + 1);
        parts.iter().for_each(|part| self.bytes.extend_from_slice(part));
        self.ends.push(count(self.bytes.len()));
        self.bytes.push(b'\n');
        if !self.alternatives.is_empty() {
            self.alternatives.push(0);
        }
    }

    /// Adds a name that `spell` writes in place: it gets room for `ROOM` octets and returns how many it wrote; `suffix` follows.
    ///
    /// The quickest way for a name with a bounded label: nothing is copied, and the suffix is copied at full length always.
    /// A run must have been started.
    ///
    /// # Panics
    ///
    /// Where `spell` returns more than `ROOM`.
    #[inline]
    pub fn push_spelled<const ROOM: usize>(&mut self, suffix: &Suffix, spell: impl FnOnce(&mut [u8; ROOM]) -> usize) {
        debug_assert!(!self.runs.is_empty(), "a generator starts a run before its first name");
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&[0; ROOM]);
        self.bytes.extend_from_slice(&[0; SUFFIX + 1]);
        let place = &mut self.bytes[start..];
        let length = place.first_chunk_mut::<ROOM>().map_or(0, spell);
        place[length..length + SUFFIX].copy_from_slice(&suffix.bytes);
        let end = start + length + usize::from(suffix.length);
        self.ends.push(count(end));
        self.bytes.truncate(end + 1);
        if !self.alternatives.is_empty() {
            self.alternatives.push(0);
        }
    }

    /// Adds a whole name that `spell` writes in place: it gets room for `ROOM` octets and returns how many it wrote.
    ///
    /// # Panics
    ///
    /// Where `spell` returns more than `ROOM`.
    #[inline]
    pub fn push_whole<const ROOM: usize>(&mut self, spell: impl FnOnce(&mut [u8; ROOM]) -> usize) {
        self.push_spelled(const { &Suffix { bytes: [b'\n'; SUFFIX], length: 0 } }, spell);
    }

    /// Adds a name that is the next alternative of the position of the name before.
    pub fn push_alternative(&mut self, name: &[u8]) {
        if self.alternatives.is_empty() {
            self.alternatives.resize(self.ends.len(), 0);
        }
        let number = self.alternatives.last().copied().unwrap_or(0) + 1;
        self.push(name);
        if let Some(last) = self.alternatives.last_mut() {
            *last = number;
        }
    }

    /// Adds a block of names that were written elsewhere: `bytes` with a line feed after each, and where those stand.
    ///
    /// For generators that write whole blocks; `ends` count from the start of `bytes`.
    pub fn push_block(&mut self, bytes: &[u8], ends: impl Iterator<Item = u32>) {
        let base = count(self.bytes.len());
        self.bytes.extend_from_slice(bytes);
        self.ends.extend(ends.map(|end| base + end));
        if !self.alternatives.is_empty() {
            self.alternatives.resize(self.ends.len(), 0);
        }
    }

    /// Makes room for `names` names of `bytes` bytes in all, line feeds left out.
    pub fn reserve(&mut self, names: usize, bytes: usize) {
        self.bytes.reserve(bytes + names);
        self.ends.reserve(names);
    }

    /// Cuts off the names after the first `names`, alternatives counted.
    pub(crate) fn truncate(&mut self, names: u64) {
        let Ok(names) = usize::try_from(names) else { return };
        if names >= self.ends.len() {
            return;
        }
        self.ends.truncate(names);
        self.alternatives.truncate(names);
        self.bytes.truncate(self.ends.last().map_or(0, |end| *end as usize + 1));
        while self.runs.len() > 1 && self.runs.last().is_some_and(|(first, _)| *first as usize >= names) {
            self.runs.pop();
        }
    }

    /// Returns the number of names, alternatives included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Says whether there is no name.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Returns all names as text, each followed by a line feed, exactly as generated.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the bytes of the name number `index`, from 0; empty past the end.
    #[must_use]
    pub fn bytes_of(&self, index: usize) -> &[u8] {
        &self.bytes[self.range_of(index)]
    }

    /// Returns where the name number `index` stands in the text; an empty range past the end.
    pub(crate) fn range_of(&self, index: usize) -> Range<usize> {
        let start = match index.checked_sub(1) {
            None => 0,
            Some(before) => self.ends.get(before).map_or(self.bytes.len(), |end| *end as usize + 1),
        };
        start..self.ends.get(index).map_or(start, |end| *end as usize)
    }

    /// Returns the names from number `names.start` to before `names.end` as text, each followed by a line feed.
    ///
    /// # Panics
    ///
    /// Where the range ends before it begins.
    #[must_use]
    pub fn text_of(&self, names: Range<usize>) -> &[u8] {
        let begin = |index| self.range_of(index).start.min(self.bytes.len());
        &self.bytes[begin(names.start)..begin(names.end)]
    }

    /// Turns ASCII letters to lower case.
    pub fn make_lower_case(&mut self) {
        self.bytes.make_ascii_lowercase();
    }

    /// Appends the names of `other` at `take` positions from `skip` on, or at all from there on, and returns at how many.
    pub fn append_positions(&mut self, other: &Self, skip: u32, take: Option<u64>) -> u64 {
        let end = take.map_or(u64::MAX, |take| u64::from(skip).saturating_add(take));
        let mut positions = 0;
        let chosen = other.iter().filter(|name| name.position >= skip && u64::from(name.position) < end);
        self.append_names(chosen.inspect(|name| positions += u64::from(name.alternative == 0)));
        positions
    }

    /// Appends names of another buffer, alternatives behind the first of their position, with their windows.
    pub(crate) fn append_names<'a>(&mut self, names: impl Iterator<Item = Name<'a>>) {
        for name in names {
            let last = self.runs.last().map(|(_, number)| &self.windows[*number as usize]);
            if last != Some(name.windows) {
                self.start_run(name.windows.clone());
            }
            if name.alternative == 0 {
                self.push(name.bytes);
            } else {
                self.push_alternative(name.bytes);
            }
        }
    }

    /// Returns the names in generation order.
    #[must_use]
    pub fn iter(&self) -> Names<'_> {
        Names { buf: self, index: 0, start: 0, run: 0, next_position: 0 }
    }

    /// Returns the window sets of the names, each at least once, in the order of their first names.
    pub(crate) fn window_sets(&self) -> impl Iterator<Item = &WindowSet> {
        self.runs.iter().map(|(_, number)| &self.windows[*number as usize])
    }

    /// Returns SHA-256 over the text: each name as generated, followed by a line feed.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.bytes)
    }
}

impl<'a> IntoIterator for &'a NameBuf {
    type Item = Name<'a>;
    type IntoIter = Names<'a>;

    fn into_iter(self) -> Names<'a> {
        self.iter()
    }
}

/// The names of a [`NameBuf`], in generation order.
#[derive(Clone, Debug)]
pub struct Names<'a> {
    buf: &'a NameBuf,
    index: usize,
    start: usize,
    run: usize,
    next_position: u32,
}

impl<'a> Iterator for Names<'a> {
    type Item = Name<'a>;

    fn next(&mut self) -> Option<Name<'a>> {
        let end = *self.buf.ends.get(self.index)? as usize;
        let bytes = &self.buf.bytes[self.start..end];
        while self.buf.runs.get(self.run + 1).is_some_and(|(first, _)| *first as usize <= self.index) {
            self.run += 1;
        }
        let alternative = self.buf.alternatives.get(self.index).copied().unwrap_or(0);
        if alternative == 0 {
            self.next_position += 1;
        }
        let windows = &self.buf.windows[self.buf.runs[self.run].1 as usize];
        self.start = end + 1;
        self.index += 1;
        Some(Name { bytes, position: self.next_position - 1, alternative, windows })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.buf.ends.len() - self.index;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Names<'_> {}

pub(crate) fn count(length: usize) -> u32 {
    u32::try_from(length).expect("a list stays below 4 GiB, because every generator's count is bounded")
}

#[cfg(test)]
mod tests {
    use super::NameBuf;
    use forestall_model::{UtcDay, WindowSet};

    #[test]
    fn runs_and_alternatives_keep_positions() {
        let day: UtcDay = "2009-04-01".parse().unwrap();
        let mut buf = NameBuf::new();
        buf.start_run(WindowSet::Always);
        buf.push(b"a.com");
        buf.push_alternative(b"a.net");
        buf.start_run(WindowSet::Spans(vec![day.window()]));
        buf.push_parts(&[b"b", b".com"]);
        let seen: Vec<_> = buf.iter().map(|n| (n.position, n.alternative, n.windows == &WindowSet::Always)).collect();
        assert_eq!(seen, [(0, 0, true), (0, 1, true), (1, 0, false)]);
        assert_eq!(buf.text(), b"a.com\na.net\nb.com\n");
        assert_eq!(buf.bytes_of(2), b"b.com");
        assert_eq!(buf.bytes_of(3), b"");
        buf.truncate(2);
        assert_eq!(buf.text(), b"a.com\na.net\n");
        buf.push(b"c.com");
        assert_eq!(buf.iter().last().map(|n| (n.position, n.alternative)), Some((1, 0)));
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Lists on demand: what a bot tries at one instant, or each origin period of a span, streamed in order.
//!
//! A *list* is what a bot holds at one time: the names of an origin period, or, for families whose bots reach further, of
//! several. From each list [`Query::limit`] takes the first generated names; then, unless [`Query::raw`] is set, letters
//! are turned to lower case and each name is kept once, where it first stands; then [`Query::only`] picks a top-level
//! domain or a public suffix. Lists are computed on several threads and delivered in order of time; memory is bounded by a few
//! lists a thread, whatever the span.
//!
//! # Examples
//!
//! ```
//! use forestall_dga::family::NoWordLists;
//! use forestall_dga::predict::{self, Lists, Query};
//! use forestall_dga::{Catalogue, GenerateError};
//! use forestall_model::{DayRange, Params};
//!
//! let catalogue = Catalogue::built_in();
//! let campaign = catalogue.campaigns_of("newgoz").next().ok_or("no such family")?;
//! let prepared = catalogue.prepare(campaign, &Params::new(), &NoWordLists)?;
//! let span = DayRange { from: "2020-01-01".parse()?, until: "2020-01-08".parse()? }.window();
//! let query = Query::all(Lists::Span(span));
//!
//! // List by list, each name with its windows.
//! let mut days = Vec::new();
//! predict::visit::<GenerateError>(&prepared, &query, 2, |list| {
//!     days.push((list.period(), list.len()));
//!     Ok(())
//! })?;
//! assert_eq!(days.len(), 7);
//!
//! // As plain text, in few large pieces.
//! let mut text = Vec::new();
//! let totals = predict::plain::<GenerateError>(&prepared, &query, 2, |piece| {
//!     text.extend_from_slice(piece);
//!     Ok(())
//! })?;
//! assert_eq!(totals.names as usize, text.iter().filter(|octet| **octet == b'\n').count());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::num::NonZeroU64;
use std::ops::Range;

use forestall_model::{DomainName, Instant, Tld, Window};

use crate::distinct::Seen;
use crate::names::count;
use crate::ordered::ordered;
use crate::{Ask, GenerateError, Name, NameBuf, Period, Prepared};

/// What is asked of a prediction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Which lists.
    pub lists: Lists,
    /// The first so many generated names of each list; the campaign's or the family's own count where there is none.
    pub limit: Option<NonZeroU64>,
    /// Which names of each list.
    pub only: Only,
    /// Exactly as generated: duplicates and letter case kept.
    pub raw: bool,
}

impl Query {
    /// Asks for everything in these lists.
    #[must_use]
    pub fn all(lists: Lists) -> Self {
        Self { lists, limit: None, only: Only::default(), raw: false }
    }
}

/// Which lists are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lists {
    /// The one list that a bot tries at an instant, in the order of the bot; none before the family's first.
    At(Instant),
    /// The list of each origin period that meets the span, once, in order of time.
    Span(Window),
}

/// Which names of a list are shown; all where nothing is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Only {
    /// Names whose last label this is.
    pub tld: Option<Tld>,
    /// Names one label or more below this public suffix, and below no longer one; lower case, without leading dot.
    pub suffix: Option<String>,
}

impl Only {
    /// Says whether every name is shown.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.tld.is_none() && self.suffix.is_none()
    }

    /// Says whether a name is shown, in either letter case.
    #[must_use]
    pub fn shows(&self, name: &[u8]) -> bool {
        self.tld.as_ref().is_none_or(|tld| is_below(name, tld.as_str()))
            && self.suffix.as_ref().is_none_or(|suffix| is_below(name, suffix) && public_suffix_is(name, suffix))
    }
}

/// One list, as it is shown.
#[derive(Clone, Copy, Debug)]
pub struct List<'a> {
    period: Period,
    names: &'a NameBuf,
    shown: &'a [Range<u32>],
}

impl<'a> List<'a> {
    /// Returns the origin period; the first one where a bot's list reaches over several.
    #[must_use]
    pub fn period(&self) -> Period {
        self.period
    }

    /// Returns the list as generated, names not shown included; letters are lower-case unless the query is raw.
    #[must_use]
    pub fn generated(&self) -> &'a NameBuf {
        self.names
    }

    /// Returns the number of names shown.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shown.iter().map(ExactSizeIterator::len).sum()
    }

    /// Says whether no name is shown.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// Returns the names shown, in generation order, each with its position in the raw list and its windows.
    pub fn names(&self) -> impl Iterator<Item = Name<'a>> + use<'a> {
        let mut all = self.names.iter();
        let mut index = 0;
        self.shown.iter().flat_map(Clone::clone).filter_map(move |shown| {
            let name = all.nth((shown - index) as usize);
            index = shown + 1;
            name
        })
    }

    /// Returns the names shown as they are written, in generation order.
    pub fn texts(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let text = self.names.text();
        self.ranges().map(|range| &text[range])
    }

    /// Returns where the names shown stand in the text of [`Self::generated`].
    pub(crate) fn ranges(&self) -> impl Iterator<Item = Range<usize>> + use<'a> {
        let names = self.names;
        self.shown.iter().flat_map(Clone::clone).map(|index| names.range_of(index as usize))
    }

    /// Returns the names shown as text, each followed by a line feed, in as few pieces as stand together.
    pub fn pieces(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let names = self.names;
        self.shown.iter().map(|run| names.text_of(run.start as usize..run.end as usize))
    }
}

/// How much was delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Lists.
    pub lists: u64,
    /// Names shown.
    pub names: u64,
}

/// Delivers the lists one after another to `sink`, in order of time, and returns how much that was.
///
/// `sink` runs on any of up to `threads` threads, on one at a time.
///
/// # Errors
///
/// The first error of `sink` or of the family, which ends the prediction.
pub fn visit<E: Send + From<GenerateError>>(
    prepared: &Prepared,
    query: &Query,
    threads: usize,
    mut sink: impl FnMut(&List<'_>) -> Result<(), E> + Send,
) -> Result<Totals, E> {
    run(prepared, query, threads, |_, (): &mut ()| {}, |batch, ()| batch.lists().try_for_each(|list| sink(&list)))
}

/// Delivers the names as plain text, one a line, to `sink`, in few large pieces, and returns how much that was.
///
/// A list of 50,000 names comes in one to four pieces; small lists come many at once. Runs as [`visit`] does.
///
/// # Errors
///
/// The first error of `sink` or of the family, which ends the prediction.
pub fn plain<E: Send + From<GenerateError>>(
    prepared: &Prepared,
    query: &Query,
    threads: usize,
    mut sink: impl FnMut(&[u8]) -> Result<(), E> + Send,
) -> Result<Totals, E> {
    run(prepared, query, threads, Batch::join, |batch, text: &mut Option<Vec<u8>>| match text {
        Some(text) => sink(text),
        None => batch.lists().try_for_each(|list| list.pieces().try_for_each(&mut sink)),
    })
}

/// Names in a batch of small lists; large lists come as many as the family computes at a time.
const NAMES_IN_BATCH: u64 = 16_384;

/// Pieces that are smaller on average are joined before they are delivered.
const SMALL_PIECE: usize = 16_384;

/// Lists that are computed and delivered together, with all memory that this takes.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    periods: Vec<Period>,
    /// One a period; those beyond are kept for their memory.
    buffers: Vec<NameBuf>,
    /// What is shown of each list.
    shown: Vec<Vec<Range<u32>>>,
    /// Why the lists could not be computed.
    fault: Option<GenerateError>,
    seen: Seen,
    candidates: Vec<u32>,
    repeated: Vec<u32>,
}

impl Batch {
    pub(crate) fn lists(&self) -> impl Iterator<Item = List<'_>> {
        let lists = self.periods.iter().zip(&self.buffers).zip(&self.shown);
        lists.map(|((period, names), shown)| List { period: *period, names, shown })
    }

    /// Takes up new periods; their buffers are empty.
    fn restart(&mut self, periods: Vec<Period>) {
        self.periods = periods;
        let lists = self.periods.len().max(self.buffers.len());
        self.buffers.resize_with(lists, NameBuf::new);
        self.shown.resize_with(lists, Vec::new);
        self.buffers.iter_mut().for_each(NameBuf::clear);
    }

    /// Computes the lists of the periods.
    fn generate(&mut self, prepared: &Prepared, ask: &Ask) {
        let buffers = &mut self.buffers[..self.periods.len()];
        self.fault = prepared.generator.generate_each(&self.periods, ask, buffers).err();
    }

    /// Computes the one list that a bot tries at an instant.
    fn attempt(&mut self, prepared: &Prepared, at: Instant, limit: Option<NonZeroU64>) {
        let attempts = prepared.generator.attempts(at);
        self.restart(attempts.first().map(|first| first.period).into_iter().collect());
        let Some(whole) = self.buffers.first_mut() else { return };
        let span = Some(Window { from: at, until: Instant::from_micros(at.micros().saturating_add(1)) });
        let mut part = NameBuf::new();
        let mut left = limit.map(NonZeroU64::get);
        for attempt in attempts {
            let wanted = [left, attempt.take.map(u64::from)].into_iter().flatten().min();
            let limit = match left {
                Some(_) => wanted.map(|wanted| wanted.saturating_add(u64::from(attempt.skip))),
                None => prepared.campaign.count,
            };
            part.clear();
            self.fault = prepared.generator.generate(&attempt.period, &Ask { span, limit }, &mut part).err();
            if self.fault.is_some() {
                return;
            }
            let added = whole.append_positions(&part, attempt.skip, wanted);
            left = left.map(|left| left.saturating_sub(added));
            if left == Some(0) {
                break;
            }
        }
    }

    /// Decides what is shown of each list.
    fn choose(&mut self, query: &Query) {
        for (names, shown) in self.buffers.iter_mut().zip(&mut self.shown).take(self.periods.len()) {
            shown.clear();
            self.repeated.clear();
            // A generator counts positions; where a position has alternatives, each is a generated name.
            if let Some(limit) = query.limit {
                names.truncate(limit.get());
            }
            if !query.raw {
                names.make_lower_case();
            }
            let all = 0..count(names.len());
            if query.only.is_all() {
                if !query.raw {
                    self.seen.repeated(names, all.clone(), &mut self.repeated);
                }
                let mut from = 0;
                for index in self.repeated.iter().copied().chain([all.end]) {
                    if from < index {
                        shown.push(from..index);
                    }
                    from = index + 1;
                }
                continue;
            }
            self.candidates.clear();
            self.candidates.extend(all.filter(|index| query.only.shows(names.bytes_of(*index as usize))));
            if !query.raw {
                self.seen.repeated(names, self.candidates.iter().copied(), &mut self.repeated);
            }
            let mut repeated = self.repeated.iter().copied().peekable();
            for index in self.candidates.iter().copied() {
                if repeated.next_if_eq(&index).is_some() {
                    continue;
                }
                match shown.last_mut() {
                    Some(run) if run.end == index => run.end += 1,
                    _ => shown.push(index..index + 1),
                }
            }
        }
    }

    /// Joins the names shown where they are many small pieces.
    fn join(&self, text: &mut Option<Vec<u8>>) {
        let pieces: usize = self.shown[..self.periods.len()].iter().map(Vec::len).sum();
        let bytes: usize = self.lists().flat_map(|list| list.pieces()).map(<[u8]>::len).sum();
        let joined = text.take().unwrap_or_default();
        *text = (bytes < pieces * SMALL_PIECE).then_some(joined);
        if let Some(text) = text {
            text.clear();
            self.lists().flat_map(|list| list.pieces()).for_each(|piece| text.extend_from_slice(piece));
        }
    }
}

/// Computes the lists of a query in batches; `finish` makes of each what `deliver` then takes in order.
///
/// Each thread keeps one batch and one `T` and their memory from one turn to the next.
pub(crate) fn run<T: Default, E: Send + From<GenerateError>>(
    prepared: &Prepared,
    query: &Query,
    threads: usize,
    finish: impl Fn(&Batch, &mut T) + Sync,
    mut deliver: impl FnMut(&Batch, &mut T) -> Result<(), E> + Send,
) -> Result<Totals, E> {
    let mut totals = Totals::default();
    let deliver = |(batch, made): &mut (Batch, T)| -> Result<(), E> {
        if let Some(fault) = batch.fault.take() {
            return Err(fault.into());
        }
        deliver(batch, made)?;
        totals.lists += batch.periods.len() as u64;
        totals.names += batch.lists().map(|list| list.len() as u64).sum::<u64>();
        Ok(())
    };
    match query.lists {
        Lists::At(at) => {
            let work = |(batch, made): &mut (Batch, T), at: Instant| {
                batch.attempt(prepared, at, query.limit);
                batch.choose(query);
                finish(batch, made);
            };
            ordered(std::iter::once(at), 1, Default::default, work, deliver)?;
        }
        Lists::Span(span) => {
            let ask = ask(prepared, query.limit, Some(span));
            let work = |(batch, made): &mut (Batch, T), periods: Vec<Period>| {
                batch.restart(periods);
                batch.generate(prepared, &ask);
                batch.choose(query);
                finish(batch, made);
            };
            ordered(batches(prepared, span, &ask), threads, Default::default, work, deliver)?;
        }
    }
    Ok(totals)
}

/// Computes the one list of an origin period, chosen as `only` says.
pub(crate) fn one(prepared: &Prepared, period: &Period, only: Only) -> Result<Batch, GenerateError> {
    let mut batch = Batch::default();
    batch.restart(vec![*period]);
    batch.generate(prepared, &ask(prepared, None, period.window));
    if let Some(fault) = batch.fault.take() {
        return Err(fault);
    }
    let span = period.window.unwrap_or(Window { from: Instant::from_seconds(0), until: Instant::from_seconds(0) });
    batch.choose(&Query { only, ..Query::all(Lists::Span(span)) });
    Ok(batch)
}

fn ask(prepared: &Prepared, limit: Option<NonZeroU64>, span: Option<Window>) -> Ask {
    Ask { span, limit: limit.map(NonZeroU64::get).or(prepared.campaign.count) }
}

/// Cuts the origin periods of a span into batches that are computed together.
fn batches<'a>(prepared: &'a Prepared, span: Window, ask: &Ask) -> impl Iterator<Item = Vec<Period>> + Send + use<'a> {
    let names = ask.limit.into_iter().chain(prepared.family.info().names_per_period).min().unwrap_or(1);
    let small = usize::try_from(NAMES_IN_BATCH / names.max(1)).unwrap_or(1);
    let lanes = prepared.generator.lanes().max(1);
    let size = lanes * (small / lanes).max(1);
    let mut periods = prepared.generator.periods(span);
    std::iter::from_fn(move || Some(periods.by_ref().take(size).collect::<Vec<_>>()).filter(|batch| !batch.is_empty()))
}

/// Says whether `name` ends in a dot and `suffix`, in either letter case, and has something before.
fn is_below(name: &[u8], suffix: &str) -> bool {
    let Some(before) = name.len().checked_sub(suffix.len() + 1).filter(|before| *before > 0) else { return false };
    name[before] == b'.' && name[before + 1..].eq_ignore_ascii_case(suffix.as_bytes())
}

fn public_suffix_is(name: &[u8], suffix: &str) -> bool {
    let name = std::str::from_utf8(name).ok().and_then(|text| text.parse::<DomainName>().ok());
    name.is_some_and(|name| {
        name.registrable().and_then(|own| own.split_once('.')).is_some_and(|(_, own)| own == suffix)
    })
}

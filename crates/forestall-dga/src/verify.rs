// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Holding a list that somebody received against the algorithms: what they do not make, windows that differ, and what is missing.
//!
//! A line that says where it stands (campaign, origin period, top-level domain, place) is compared with that place. Names without that are
//! searched for in the lists of a span ([`find`](mod@crate::find)).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use forestall_model::{CampaignId, DomainName, FamilySlug, Instant, Params, Tld, UtcDay, Window, WindowSet};

use crate::find::find;
use crate::slice::{self, Slice};
use crate::{Catalogue, GenerateError, Name, Period, Prepared, WordLists};

mod campaigns;
mod findings;

use campaigns::Campaigns;
pub use findings::{Fault, Findings, LineFault, Missing};

/// Most faults and missing names that are told one by one; the others are counted.
pub const MAX_TOLD: usize = 1_000;

/// Most origin periods between the first and the last of a list that are looked through for missing names.
const MAX_PERIODS: usize = 4_000;

/// One line of a list to be checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The name.
    pub name: DomainName,
    /// The window that it states, each bound where there is one; none where it states no window.
    pub window: Option<(Option<Instant>, Option<Instant>)>,
    /// The family that it states.
    pub family: Option<FamilySlug>,
    /// Where it says it stands.
    pub place: Option<Place>,
}

/// Where a line says it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The campaign.
    pub campaign: CampaignId,
    /// The key of the origin period.
    pub period: i64,
    /// The top-level domain.
    pub tld: Tld,
    /// The place among the distinct names of both.
    pub place: u32,
}

/// What to check a list against.
#[derive(Clone, Debug, Default)]
pub struct Against {
    /// Where to search for names that do not say where they stand. Where there is none, the span of the windows that they state.
    pub span: Option<Window>,
    /// The campaigns that the names are said to be of, each with its family and the parameters that differ from the defaults; all
    /// where there is none.
    pub campaigns: Vec<(CampaignId, FamilySlug, Params)>,
    /// Whether the list should be whole, so that a name of the same periods that it does not hold is missing.
    pub whole: bool,
    /// On how many threads to compute.
    pub threads: usize,
}

/// Checks a list. Every line is either right or has a fault.
///
/// # Errors
///
/// [`GenerateError`] of a family that runs foreign code.
pub fn verify(
    catalogue: &Catalogue,
    words: &dyn WordLists,
    lines: &[Line],
    against: &Against,
) -> Result<Findings, GenerateError> {
    let mut findings = Findings { lines: lines.len() as u64, ..Findings::default() };
    let mut campaigns = Campaigns { catalogue, words, against, ready: BTreeMap::new() };
    let mut wrong = BTreeSet::new();
    repeated(lines, &mut findings, &mut wrong);
    let placed: Vec<usize> = (0..lines.len()).filter(|index| lines[*index].place.is_some()).collect();
    let loose: Vec<usize> = (0..lines.len()).filter(|index| lines[*index].place.is_none()).collect();
    check_placed(lines, &placed, &mut campaigns, &mut findings, &mut wrong)?;
    if !loose.is_empty() {
        check_loose(lines, &loose, &mut campaigns, &mut findings, &mut wrong)?;
    }
    if !against.whole {
        findings
            .not_judged
            .push("whether names are missing: the list holds a difference, or its span is not known".to_owned());
    }
    findings.campaigns = campaigns.ready.iter().filter(|(_, ready)| ready.is_ok()).map(|(id, _)| id.clone()).collect();
    findings.faults.sort_by_key(|fault| fault.line);
    findings.right = findings.lines - wrong.len() as u64;
    Ok(findings)
}

fn repeated(lines: &[Line], findings: &mut Findings, wrong: &mut BTreeSet<usize>) {
    let mut seen = HashMap::new();
    for (index, line) in lines.iter().enumerate() {
        // Two campaigns may make one name: such lines differ in their place.
        if let Some(first) = seen.get(&(&line.name, line.window, &line.place)) {
            findings.fault(index, Fault::Twice { name: line.name.clone(), first: *first });
            wrong.insert(index);
        } else {
            seen.insert((&line.name, line.window, &line.place), index);
        }
    }
}

/// What lines say of one campaign: by the key of the origin period, their places and their indices.
type ByPeriod<'a> = BTreeMap<i64, Vec<(&'a Place, usize)>>;

/// The lists of one origin period, as far as they were asked for.
type Lists = BTreeMap<Tld, Slice>;

/// Compares lines with the places that they name.
fn check_placed(
    lines: &[Line],
    placed: &[usize],
    campaigns: &mut Campaigns<'_>,
    findings: &mut Findings,
    wrong: &mut BTreeSet<usize>,
) -> Result<(), GenerateError> {
    let mut by_list: BTreeMap<&CampaignId, ByPeriod<'_>> = BTreeMap::new();
    for index in placed {
        if let Some(place) = &lines[*index].place {
            by_list.entry(&place.campaign).or_default().entry(place.period).or_default().push((place, *index));
        }
    }
    let whole = campaigns.against.whole;
    for (campaign, periods) in by_list {
        let prepared = match campaigns.get(campaign) {
            Ok(prepared) => prepared,
            Err(reason) => {
                for (_, index) in periods.values().flatten() {
                    let (campaign, reason) = (campaign.clone(), reason.clone());
                    findings.fault(*index, Fault::NotComputable { campaign, reason });
                    wrong.insert(*index);
                }
                continue;
            }
        };
        let tlds: BTreeSet<&Tld> = periods.values().flatten().map(|(place, _)| &place.tld).collect();
        for (key, at) in &periods {
            let Some(period) = period_of(prepared, *key) else {
                for (_, index) in at {
                    findings.fault(*index, Fault::NoSuchPeriod { period: *key });
                    wrong.insert(*index);
                }
                continue;
            };
            let lists = lists_of(prepared, &period, &tlds)?;
            let names = by_place(&lists);
            let mut held: BTreeSet<(&Tld, u32)> = BTreeSet::new();
            for (place, index) in at {
                held.insert((&place.tld, place.place));
                if let Some(fault) = compare(&lines[*index], place, names.get(&place.tld).map_or(&[], Vec::as_slice)) {
                    findings.fault(*index, fault);
                    wrong.insert(*index);
                }
            }
            if whole {
                tell_missing(campaign, &period, &lists, |tld, place, _| held.contains(&(tld, place)), findings);
            }
        }
        if whole {
            let listed: BTreeSet<i64> = periods.keys().copied().collect();
            missing_periods(campaign, prepared, &listed, &tlds, findings)?;
        }
    }
    Ok(())
}

/// Tells the names of whole periods between the first and the last that the list does not hold at all.
fn missing_periods(
    campaign: &CampaignId,
    prepared: &Prepared,
    listed: &BTreeSet<i64>,
    tlds: &BTreeSet<&Tld>,
    findings: &mut Findings,
) -> Result<(), GenerateError> {
    let (Some(first), Some(last)) = (listed.first(), listed.last()) else { return Ok(()) };
    let span = Window { from: Instant::from_seconds(*first), until: Instant::from_seconds(last.saturating_add(1)) };
    let between = prepared.generator.periods(span).filter(|period| (*first..=*last).contains(&period.key));
    for (number, period) in between.enumerate() {
        if number >= MAX_PERIODS {
            findings.not_judged.push(format!("whether lists of {campaign} are missing after {MAX_PERIODS} periods"));
            break;
        }
        if !listed.contains(&period.key) {
            let lists = lists_of(prepared, &period, tlds)?;
            tell_missing(campaign, &period, &lists, |_, _, _| false, findings);
        }
    }
    Ok(())
}

fn tell_missing(
    campaign: &CampaignId,
    period: &Period,
    lists: &Lists,
    holds: impl Fn(&Tld, u32, &[u8]) -> bool,
    findings: &mut Findings,
) {
    for (tld, slice) in lists {
        for (place, name) in (0_u32..).zip(&slice.names) {
            if !holds(tld, place, name.bytes) {
                let place = Place { campaign: campaign.clone(), period: period.key, tld: tld.clone(), place };
                findings.missing(place, name.bytes);
            }
        }
    }
}

/// Computes the lists of one period under some domains.
fn lists_of(prepared: &Prepared, period: &Period, tlds: &BTreeSet<&Tld>) -> Result<Lists, GenerateError> {
    if let (1, Some(tld)) = (tlds.len(), tlds.first()) {
        return Ok(BTreeMap::from([((*tld).clone(), slice::slice(prepared, period, tld)?)]));
    }
    let mut lists = slice::by_tld(prepared, period)?;
    lists.retain(|tld, _| tlds.contains(tld));
    Ok(lists)
}

/// Returns the names of lists by their place.
fn by_place(lists: &Lists) -> BTreeMap<&Tld, Vec<Name<'_>>> {
    lists.iter().map(|(tld, slice)| (tld, slice.names.iter().collect())).collect()
}

fn compare(line: &Line, place: &Place, names: &[Name<'_>]) -> Option<Fault> {
    let at = usize::try_from(place.place).unwrap_or(usize::MAX);
    let Some(name) = names.get(at) else {
        return Some(Fault::NoSuchPlace { place: place.place, names: names.len() });
    };
    if name.bytes != line.name.as_str().as_bytes() {
        let expected = String::from_utf8_lossy(name.bytes).into_owned();
        return Some(Fault::OtherName { found: line.name.clone(), expected });
    }
    window_fault(line, name.windows)
}

fn window_fault(line: &Line, windows: &WindowSet) -> Option<Fault> {
    let stated = line.window?;
    let fits = match windows {
        // Where a name is live at all times, a list states the span for which it was made.
        WindowSet::Always => true,
        WindowSet::From(from) => stated.0.is_none_or(|stated| stated == *from) && stated.0.is_some(),
        WindowSet::Spans(spans) => spans.iter().any(|span| bounds(*span) == stated),
    };
    (!fits).then(|| Fault::Window {
        name: line.name.clone(),
        stated: in_words(stated),
        expected: match windows {
            WindowSet::Always => "at all times".to_owned(),
            WindowSet::From(from) => format!("from {from} on"),
            WindowSet::Spans(spans) => {
                let first: Vec<String> = spans.iter().take(3).map(|span| in_words(bounds(*span))).collect();
                let more = if spans.len() > 3 { " and later" } else { "" };
                format!("{}{more}", first.join(" and "))
            }
        },
    })
}

/// Returns the bounds that a list can state: those outside of the years 1601 to 9999 stand for none.
fn bounds(window: Window) -> (Option<Instant>, Option<Instant>) {
    let writable = |at: Instant| Some(at).filter(|at| UtcDay::MIN.start() <= *at && *at < UtcDay::MAX.window().until);
    (writable(window.from), writable(window.until))
}

fn in_words((from, until): (Option<Instant>, Option<Instant>)) -> String {
    match (from, until) {
        (Some(from), Some(until)) => format!("from {from} until {until}"),
        (Some(from), None) => format!("from {from} on"),
        (None, Some(until)) => format!("until {until}"),
        (None, None) => "at all times".to_owned(),
    }
}

/// Searches for names that do not say where they stand.
fn check_loose(
    lines: &[Line],
    loose: &[usize],
    campaigns: &mut Campaigns<'_>,
    findings: &mut Findings,
    wrong: &mut BTreeSet<usize>,
) -> Result<(), GenerateError> {
    let Some(span) = campaigns.against.span.or_else(|| stated_span(lines, loose)) else {
        findings.not_judged.push("names without windows: no span was given to search them in".to_owned());
        for index in loose {
            findings.fault(*index, Fault::NotMade(lines[*index].name.clone()));
            wrong.insert(*index);
        }
        return Ok(());
    };
    let names: Vec<&str> = loose.iter().map(|index| lines[*index].name.as_str()).collect();
    let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
    for index in loose {
        by_name.entry(lines[*index].name.as_str()).or_default().push(*index);
    }
    let tlds: BTreeSet<Tld> = loose.iter().map(|index| lines[*index].name.tld()).collect();
    let tlds: BTreeSet<&Tld> = tlds.iter().collect();
    // Of each line: whether a list holds its name, and the first window that was another one.
    let mut made: BTreeMap<usize, Option<Fault>> = BTreeMap::new();
    let mut explaining: BTreeMap<CampaignId, BTreeSet<usize>> = BTreeMap::new();
    for id in campaigns.wanted(lines, loose) {
        let threads = campaigns.against.threads.max(1);
        let prepared = match campaigns.get(&id) {
            Ok(prepared) => prepared,
            Err(reason) => {
                findings.not_judged.push(format!("{id}: {reason}"));
                continue;
            }
        };
        let mut by_period: BTreeMap<Period, Vec<(u32, &str)>> = BTreeMap::new();
        for found in find(prepared, &names, span, threads)? {
            by_period.entry(found.period).or_default().push((found.place, names[found.name]));
        }
        for (period, found) in by_period {
            let states = |name: &str| by_name[name].iter().any(|index| lines[*index].window.is_some());
            let lists = if found.iter().any(|(_, name)| states(name)) {
                lists_of(prepared, &period, &tlds)?
            } else {
                Lists::new()
            };
            let by_place = by_place(&lists);
            for (place, name) in found {
                for index in &by_name[name] {
                    explaining.entry(id.clone()).or_default().insert(*index);
                    let line = &lines[*index];
                    let at = usize::try_from(place).unwrap_or(usize::MAX);
                    let name = by_place.get(&line.name.tld()).and_then(|names| names.get(at));
                    let fault = name.and_then(|name| window_fault(line, name.windows));
                    let known = made.entry(*index).or_insert_with(|| fault.clone());
                    if fault.is_none() {
                        *known = None;
                    }
                }
            }
        }
    }
    for index in loose {
        let fault = match made.remove(index) {
            Some(None) => continue,
            Some(Some(fault)) => fault,
            None => Fault::NotMade(lines[*index].name.clone()),
        };
        findings.fault(*index, fault);
        wrong.insert(*index);
    }
    // Only where one campaign explains everything it is known which list the names should make up.
    let one = explaining.iter().find(|(_, explained)| explained.len() == loose.len()).map(|(id, _)| id.clone());
    match one {
        Some(id) if campaigns.against.whole && campaigns.against.span.is_some() => {
            let Ok(prepared) = campaigns.get(&id) else { return Ok(()) };
            for (number, period) in prepared.generator.periods(span).enumerate() {
                if number >= MAX_PERIODS {
                    findings.not_judged.push(format!("whether lists of {id} are missing after {MAX_PERIODS} periods"));
                    break;
                }
                let lists = lists_of(prepared, &period, &tlds)?;
                let holds = |name: &[u8]| std::str::from_utf8(name).is_ok_and(|name| by_name.contains_key(name));
                tell_missing(&id, &period, &lists, |_, _, name| holds(name), findings);
            }
        }
        _ if campaigns.against.whole => {
            let what = "whether names are missing: the lines do not say of which lists they are";
            findings.not_judged.push(what.to_owned());
        }
        _ => {}
    }
    // Campaigns that explain nothing were tried, not checked.
    campaigns.ready.retain(|id, _| {
        explaining.contains_key(id)
            || lines.iter().any(|line| line.place.as_ref().is_some_and(|place| place.campaign == *id))
    });
    Ok(())
}

/// Returns the span of the windows that lines state; `None` where one has none or no bound.
fn stated_span(lines: &[Line], loose: &[usize]) -> Option<Window> {
    let windows: Option<Vec<Window>> = loose
        .iter()
        .map(|index| lines[*index].window.and_then(|(from, until)| Some(Window { from: from?, until: until? })))
        .collect();
    windows?.into_iter().reduce(|a, b| Window { from: a.from.min(b.from), until: a.until.max(b.until) })
}

/// Returns the origin period with a key.
fn period_of(prepared: &Prepared, key: i64) -> Option<Period> {
    let at = Instant::from_seconds(key);
    let direct = prepared.generator.period_containing(at).filter(|period| period.key == key);
    // Where the dates of an algorithm jump, the period may be none that holds its own key.
    direct.or_else(|| {
        let around = Window { from: at.plus_seconds(-SECONDS_AROUND), until: at.plus_seconds(SECONDS_AROUND) };
        prepared.generator.periods(around).find(|period| period.key == key)
    })
}

/// Seconds around a key in which its period is searched for.
const SECONDS_AROUND: i64 = 40 * 86_400;

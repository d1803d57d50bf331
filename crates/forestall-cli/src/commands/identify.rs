// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall identify`: from observed names to what made them.

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant as Clock};

use anyhow::Context as _;
use clap::Args;
use forestall_dga::identify::entry::entry;
use forestall_dga::identify::{
    Domain, Effort, Explanation, Identified, Observed, Recovered, Spans, Victim, known, recover,
};
use forestall_dga::{Catalogue, Family, WordLists};
use forestall_model::{DayRange, UtcDay};

use crate::cli::TextJsonl;
use crate::failure::{Outcome, usage};
use crate::input;
use crate::output;
use crate::table::{counted, thousands};
use crate::values;
use crate::world::Globals;

/// Octets of input that are read at most.
const MOST_INPUT: u64 = 32 << 20;

/// Names that a search for a seed begins from, one after the other.
const ANCHORS: usize = 2;

/// Days by which a clock may be wrong in a search for a seed.
const CLOCK_DAYS: i32 = 2;

/// Names that do not decode of which each is told.
const TOLD: usize = 5;

/// How often progress is told.
const TELL_EVERY: Duration = Duration::from_secs(2);

/// Find what explains observed names, such as the failed look-ups of one machine, best first
///
/// The lists of all known campaigns are made over a span and searched. Without --from and --until: from 400 days ago to 30 days ahead for families
/// with seeds, from 2007 to a year ahead for families with a date only and at most 5,000 names a day. Where names are left unexplained, unknown seeds are
/// searched for in families that offer a search; a seed found is printed on standard error as an entry of the catalogue. Names of sunburst are on no list: they
/// are decoded to the victims that they tell of. Exit status 1 where nothing explains.
///
/// A search needs 4 names or more that the family can make by suffix, length and letters; other families are not searched at all, so that names of
/// nobody usually take seconds. In the worst case, sixteen names or more of ten or twelve letters under com that nobody can explain, all searches together take
/// three to four minutes of one core; names of fourteen letters up to nine minutes; and sets of 64 names or more of one day that look as if made by Murofet, Tufik or
/// NewGOZ up to three quarters of an hour for each. All cores share them. The families with the fewest candidates come first. docs/identify.md says for each what
/// is needed and how long it takes; --family searches one alone, and --known-only none.
#[derive(Args, Debug)]
pub(crate) struct Identify {
    /// The names, one a line; - for standard input
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
    /// Search the lists from this day on
    #[arg(long, value_name = "DATE", requires = "until")]
    from: Option<UtcDay>,
    /// The end of these days, itself not included
    #[arg(long, value_name = "DATE", requires = "from")]
    until: Option<UtcDay>,
    /// The day on which the names were asked for, from which clock errors count [default: today]
    #[arg(long, value_name = "DATE")]
    on: Option<UtcDay>,
    /// Known campaigns only: search for no unknown seed
    #[arg(long, conflicts_with = "family")]
    known_only: bool,
    /// Search for an unknown seed of this family alone, and say why where that cannot be done
    #[arg(long, value_name = "FAMILY")]
    family: Option<String>,
    /// How explanations are printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: TextJsonl,
}

impl Identify {
    /// Runs the command.
    pub(crate) fn run(&self, globals: &Globals) -> anyhow::Result<Outcome> {
        let asked = self.on.unwrap_or_else(|| globals.today());
        let spans = match self.from.zip(self.until) {
            Some((from, until)) => Spans::both(values::range(from, until)?),
            None => Spans::around(globals.today()),
        };
        let bytes = input::whole(&self.file, MOST_INPUT)?;
        let observed =
            Observed::read(&bytes).map_err(|error| usage(format!("{}, {error}", input::called(&self.file))))?;
        let catalogue = globals.catalogue();
        let searched = searched(&catalogue, self.family.as_deref())?;
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let pace = Pace::start();
        let mut identified =
            known(&catalogue, &globals.dictionaries(), &observed, &spans, asked, threads, |done, all, id| {
                pace.tell(done as u64, all as u64, &format!("searching the lists of {id}"));
            });
        for skipped in &identified.skipped {
            output::note(format_args!("note: {} was not searched: {}", skipped.campaign, skipped.reason));
        }
        for undecoded in identified.undecoded.iter().take(TOLD) {
            output::note(format_args!("note: {} was not decoded: {}", undecoded.name, undecoded.reason));
        }
        if let Some(more) = identified.undecoded.len().checked_sub(TOLD).filter(|more| *more > 0) {
            output::note(format_args!("note: {more} more names were not decoded"));
        }
        if !self.known_only && identified.explained < observed.names().len() {
            let search = SeedSearches {
                catalogue: &catalogue,
                words: &globals.dictionaries(),
                observed: &observed,
                asked,
                effort: Effort { days: around(asked), anchors: ANCHORS, within: None, threads },
                told: self.family.is_some(),
            };
            for family in searched {
                search.run(family, &mut identified);
            }
        }
        match self.format {
            TextJsonl::Text => print_text(&identified, &observed, asked),
            TextJsonl::Jsonl => print_jsonl(&identified),
        }?;
        Ok(if identified.explanations.is_empty() { Outcome::Found } else { Outcome::Done })
    }
}

/// Returns the families with a search, those with the fewest candidates first, or the one asked for.
fn searched<'c>(catalogue: &'c Catalogue, only: Option<&str>) -> anyhow::Result<Vec<&'c dyn Family>> {
    let mut families: Vec<(u64, &dyn Family)> = Vec::new();
    for family in catalogue.families() {
        if let Some(search) = family.seed_search() {
            families.push((search.candidates(), family.as_ref()));
        }
    }
    families.sort_by_key(|(candidates, _)| *candidates);
    let mut families: Vec<&dyn Family> = families.into_iter().map(|(_, family)| family).collect();
    if let Some(asked) = only {
        let slug = catalogue.family(asked).map(|family| family.info().slug.clone());
        let slug =
            slug.ok_or_else(|| usage(format!("there is no family {asked:?}; forestall family list names all")))?;
        families.retain(|family| family.info().slug == slug);
        if families.is_empty() {
            return Err(usage(format!(
                "the parameters of {slug} cannot be searched for; docs/identify.md names the families where they can"
            )));
        }
    }
    Ok(families)
}

/// Returns the days of a search for a seed.
fn around(asked: UtcDay) -> DayRange {
    DayRange { from: asked.plus(-CLOCK_DAYS), until: asked.plus(CLOCK_DAYS + 1) }
}

/// Searches for unknown seeds.
struct SeedSearches<'a> {
    catalogue: &'a Catalogue,
    words: &'a (dyn WordLists + Sync),
    observed: &'a Observed,
    asked: UtcDay,
    effort: Effort,
    /// Whether it is told why nothing was found.
    told: bool,
}

impl SeedSearches<'_> {
    /// Searches for an unknown seed of one family, and adds what is found.
    fn run(&self, family: &dyn Family, identified: &mut Identified) {
        let slug = &family.info().slug;
        // What is explained needs no second explanation, and would only be searched for in vain.
        let explained = identified.explained_names();
        let left: Vec<&str> =
            self.observed.names().iter().map(String::as_str).filter(|name| !explained.contains(name)).collect();
        let Ok(left) = Observed::read(left.join("\n").as_bytes()) else { return };
        let pace = Pace::start();
        let found = recover(self.catalogue, self.words, family, &left, &self.effort, |done, all| {
            pace.tell(done, all, &format!("searching for a seed of {slug}"));
        });
        match found {
            Ok(Some(found)) => {
                output::note(format_args!(
                    "note: a seed of {slug} was recovered; as an entry of the catalogue:\n{}",
                    entry(&found.campaign)
                ));
                if !found.equals.is_empty() {
                    output::note(format_args!(
                        "note: {} other seeds of {slug} explain these names as well. Their lists differ before the earliest of the names, or on other days: \
                         add names, of another day where the list has a date, before you rely on those",
                        found.equals.len()
                    ));
                }
                add(identified, found, self.observed, self.asked);
            }
            Ok(None) if self.told => output::note(format_args!("note: no seed of {slug} explains the names")),
            // Names that a family cannot make are no news, unless it was asked for.
            Err(error) if self.told => output::note(format_args!("note: {error}")),
            Ok(None) | Err(_) => {}
        }
    }
}

fn add(identified: &mut Identified, found: Recovered, observed: &Observed, asked: UtcDay) {
    let share = |count: usize| u32::try_from(count).map_or(f64::MAX, f64::from);
    let explanation = Explanation {
        family: found.campaign.family.clone(),
        campaign: found.campaign.id.clone(),
        params: found.campaign.params.clone(),
        date: found.date,
        clock_offset_days: found.clock_offset_days(asked),
        explained: share(found.names.len()) / share(observed.names().len()),
        names: found.names,
        chance: (-found.spare_bits).exp2(),
        decoded: None,
    };
    let place = identified.explanations.partition_point(|known| known.names.len() >= explanation.names.len());
    identified.explanations.insert(place, explanation);
    identified.explained = identified.explained_names().len();
}

/// One line of JSON.
#[derive(serde::Serialize)]
struct Row<'a> {
    family: &'a str,
    campaign: &'a str,
    parameters: &'a forestall_model::Params,
    date: Option<UtcDay>,
    clock_offset_days: Option<i32>,
    /// The share of the observed names, 0 to 1.
    explained: f64,
    /// The names explained.
    names: &'a [String],
    /// What the names say, for a family whose names carry data; left out for others.
    #[serde(skip_serializing_if = "Option::is_none")]
    decoded: Option<Decoded<'a>>,
}

/// What names of one victim say.
#[derive(serde::Serialize)]
struct Decoded<'a> {
    victim: String,
    /// Whether two names or more show the victim's identifier.
    confirmed: bool,
    /// Null where no piece was seen.
    domain: Option<DecodedDomain<'a>>,
    pieces: Vec<DecodedPiece<'a>>,
    times: Vec<DecodedTime>,
}

#[derive(serde::Serialize)]
struct DecodedDomain<'a> {
    /// `joined`, `beginning`, `end` or `unread`.
    part: &'static str,
    /// Null where it cannot be read.
    text: Option<&'a str>,
}

#[derive(serde::Serialize)]
struct DecodedPiece<'a> {
    /// Null for the last one.
    number: Option<u8>,
    encoded: &'a str,
}

#[derive(serde::Serialize)]
struct DecodedTime {
    at: String,
    flag: bool,
    /// Hexadecimal.
    services: String,
}

impl<'a> Decoded<'a> {
    fn of(victim: &'a Victim) -> Self {
        let domain = |part, text| Some(DecodedDomain { part, text });
        Self {
            victim: victim.id.to_string(),
            confirmed: victim.confirmed,
            domain: match &victim.domain {
                Domain::Unseen => None,
                Domain::Joined(text) => domain("joined", Some(text.as_str())),
                Domain::Beginning(text) => domain("beginning", Some(text.as_str())),
                Domain::End(text) => domain("end", Some(text.as_str())),
                _ => domain("unread", None),
            },
            pieces: victim.pieces.iter().map(|(number, encoded)| DecodedPiece { number: *number, encoded }).collect(),
            times: (victim.times.iter())
                .map(|time| DecodedTime { at: time.at.to_string(), flag: time.flag, services: digits(&time.services) })
                .collect(),
        }
    }
}

fn digits(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// Says in words what names of one victim say, one line each.
fn said(victim: &Victim) -> Vec<String> {
    let proof = if victim.confirmed {
        "names that begin otherwise show this identifier"
    } else {
        "by the shape of one name alone: fewer than 3 of 1,000 random names look like that"
    };
    let mut said = vec![format!("victim {} ({proof})", victim.id)];
    let numbers: Vec<String> =
        victim.pieces.iter().map(|(number, _)| number.map_or("last".to_owned(), |number| number.to_string())).collect();
    let numbers = numbers.join(", ");
    match &victim.domain {
        Domain::Unseen => {}
        Domain::Joined(text) => {
            said.push(format!("domain {text:?}, from the pieces {numbers}, if none was missed before the last"))
        }
        Domain::Beginning(text) => said.push(format!("domain begins with {text:?}, from the pieces {numbers}")),
        Domain::End(text) => said.push(format!(
            "domain is {text:?} or ends so, from the last piece alone, unless the first says that all is in base 32"
        )),
        _ => said.push(format!("domain not readable from the pieces {numbers}")),
    }
    for time in &victim.times {
        let flag = if time.flag { ", marked dnssec" } else { "" };
        let services = match time.services.as_slice() {
            [] => String::new(),
            services => format!(", security services {}", digits(services)),
        };
        said.push(format!("made at {}{flag}{services}", time.at));
    }
    said
}

fn print_jsonl(identified: &Identified) -> anyhow::Result<()> {
    output::to_stdout(|out| {
        for found in &identified.explanations {
            let row = Row {
                family: found.family.as_str(),
                campaign: found.campaign.as_str(),
                parameters: &found.params,
                date: found.date,
                clock_offset_days: found.clock_offset_days,
                explained: found.explained,
                names: &found.names,
                decoded: found.decoded.as_ref().map(Decoded::of),
            };
            serde_json::to_writer(&mut *out, &row).context("standard output could not be written")?;
            out.write_all(b"\n").context("standard output could not be written")?;
        }
        Ok(())
    })
}

fn print_text(identified: &Identified, observed: &Observed, on: UtcDay) -> anyhow::Result<()> {
    let all = observed.names().len();
    output::to_stdout(|out| {
        for found in &identified.explanations {
            write!(out, "{}, campaign {}", found.family, found.campaign)?;
            if !found.params.is_empty() {
                write!(out, " ({})", found.params)?;
            }
            if let Some(date) = found.date {
                write!(out, ", list of {date}")?;
            }
            match found.clock_offset_days {
                Some(0) => write!(out, ", clock right")?,
                Some(days) => write!(out, ", {}", of_clock(days, on))?,
                None => {}
            }
            writeln!(
                out,
                ": {} of {} ({:.0} %)",
                found.names.len(),
                counted(all as u64, "name"),
                found.explained * 100.0
            )?;
            for line in found.decoded.iter().flat_map(said) {
                writeln!(out, "  {line}")?;
            }
            for name in &found.names {
                writeln!(out, "  {name}")?;
            }
        }
        match identified.explanations.len() {
            0 if all == 1 => writeln!(out, "Nothing known explains the name.")?,
            0 => writeln!(out, "Nothing known explains any of the {} names.", thousands(all as u64))?,
            1 => {}
            several => writeln!(out, "{several} lists explain names; together {} of {all}.", identified.explained)?,
        }
        Ok(())
    })
}

/// Days by which a clock is off that somebody set; what is farther off is more likely a question of the day on which the names were asked for.
const NEAR_DAYS: i32 = 31;

/// Says how a list of days ahead lies to `on`, the day on which the names were asked for.
fn of_clock(days: i32, on: UtcDay) -> String {
    let off = counted(days.unsigned_abs().into(), "day");
    let far = days.abs() > NEAR_DAYS;
    match days {
        0 => "clock right".to_owned(),
        ..0 if far => format!(
            "{off} before {on}: the machine's clock is wrong, or the names were asked for on an earlier day, which --on names"
        ),
        _ if far => format!(
            "{off} after {on}: the machine's clock is wrong, or the names were asked for on a later day, which --on names"
        ),
        ..0 => format!("clock {off} behind"),
        _ => format!("clock {off} ahead"),
    }
}

/// Tells progress on standard error, now and then, with an estimate of the time left.
struct Pace {
    begun: Clock,
    told: Mutex<Clock>,
}

impl Pace {
    fn start() -> Self {
        let now = Clock::now();
        Self { begun: now, told: Mutex::new(now) }
    }

    fn tell(&self, done: u64, all: u64, what: &str) {
        let Ok(mut told) = self.told.try_lock() else { return };
        if told.elapsed() < TELL_EVERY {
            return;
        }
        *told = Clock::now();
        let left = self.begun.elapsed().as_secs().saturating_mul(all.saturating_sub(done)).checked_div(done);
        let left = left.map_or(String::new(), |left| format!(", about {left} s left"));
        output::note(format_args!("{what}: {} %{left}", done.saturating_mul(100).checked_div(all).unwrap_or(100)));
    }
}

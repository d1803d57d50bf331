// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall vet`: which predicted names belong to somebody, and what a person must decide.

mod around;
mod ask;
mod evaluate;
mod names;
mod packed;
mod print;
mod registers;
mod stored;
mod tops;
mod zones;

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use forestall_connect::whois::WhoisServer;
use forestall_connect::{Cache, Manners, PresenceOptions, RdapOptions, Servers, Sources, WhoisOptions};
use forestall_model::directory::Directory;
use forestall_model::{DomainName, Dossier, Instant, NameClass, Pap, UtcDay};
use forestall_vet::verdict::assess;
use forestall_vet::{Band, Rules, Unit, Verdict};

use self::around::{Around, Told};
use self::ask::RdapServices;
use self::names::{Asked, What};
use self::print::{Format, Row};
use self::stored::Stored;
use crate::commands::{directory, family};
use crate::failure::{Outcome, Refused, usage};
use crate::output;
use crate::table::counted;
use crate::values::{pap, server};
use crate::world::{self, Globals};

/// Most octets of a file of rules.
const MAX_RULES: u64 = 1 << 20;

/// Say which predicted names belong to somebody, how sure that is, and what a person must decide
///
/// Prints one line a name: its class, what follows (clear-benign: nobody acts on it, and it is looked at again every day; clear-malicious:
/// sorted for a person's decision over many at once; human: a person decides; no-holder: no source shows one), a score, and the reasons
/// with their weights. Sources that fail or contradict each other never make a name free or clear. A name that is not in the
/// DNS is free as far as anybody can see: one that the registry reserves answers the same.
///
/// Exit status 1 where a name needs a person: human, clear-malicious, or refused. docs/vet.md has the rules.
#[derive(Args, Debug)]
pub(crate) struct Vet {
    /// The names, one a line, or rows of `forestall predict --format csv`; - for standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// A list of popular names in the form of Tranco, Umbrella or Majestic, .gz is read as such; any number of them
    ///
    /// Keep the maker and the date (YYYY-MM-DD) in the file's name: a list of DNS queries (umbrella) counts little, since infected machines ask for
    /// predicted names, and so does a list made after the first window opened.
    #[arg(long = "top", value_name = "FILE", help_heading = "Sources")]
    tops: Vec<PathBuf>,
    /// A copy of a zone, .gz is read as such; any number of them
    #[arg(long = "zone", value_name = "FILE", help_heading = "Sources")]
    zones: Vec<PathBuf>,
    /// Ask this server: a resolver, or an authority for the top-level domains; the port is 53 where none is given
    #[arg(long, value_name = "ADDR", value_parser = server, help_heading = "Sources")]
    dns: Option<SocketAddr>,
    /// Ask this service of RDAP, by the address before `domain/`; or the services that the registry directory knows: directory
    #[arg(long, value_name = "URL", help_heading = "Sources")]
    rdap: Option<RdapServices>,
    /// Ask this server of WHOIS, HOST or HOST:PORT, about names of which no other registration service told anything
    #[arg(long, value_name = "SERVER", help_heading = "Sources")]
    whois: Option<WhoisServer>,
    /// A register of friends, sinkholes and shared zones, as CSV; any number of them
    #[arg(long = "known", value_name = "FILE", help_heading = "Sources")]
    known: Vec<PathBuf>,
    /// An exclusion list of this or another operation, with its signature beside it in FILE.minisig; any number of them
    #[arg(long = "exclusions", value_name = "FILE", help_heading = "Sources")]
    exclusions: Vec<PathBuf>,
    /// A public key of minisign, or its file: exclusions that it signed decide, others propose; any number of them
    #[arg(long = "trust", value_name = "PUBLICKEY", help_heading = "Sources")]
    trust: Vec<String>,
    /// Vet the evidence that --save-evidence kept, and ask nobody
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["file", "tops", "zones", "dns", "rdap", "whois", "known", "exclusions", "family", "first_seen"],
        help_heading = "Sources"
    )]
    evidence: Option<PathBuf>,
    /// At most this many messages a second to the server of --dns; 0 for no limit [default: 50]
    #[arg(long, value_name = "N", requires = "dns", help_heading = "Manners")]
    rate: Option<u32>,
    /// At most this many questions a second to one service of --rdap or --whois; 0 for no limit [default: 1]
    #[arg(long = "rdap-rate", value_name = "N", help_heading = "Manners")]
    rdap_rate: Option<u32>,
    /// At most this many names under way at one time with the server of --dns [default: 16]
    #[arg(long, value_name = "N", requires = "dns", value_parser = clap::value_parser!(u16).range(1..), help_heading = "Manners")]
    parallel: Option<u16>,
    /// Keep looks in this file, so that a run that was broken off goes on; looks of the last 20 hours are not made again
    #[arg(long, value_name = "FILE", help_heading = "Manners")]
    cache: Option<PathBuf>,
    /// What the names' marking allows: RED files only, AMBER no contact with the names' own servers
    #[arg(long, value_name = "LABEL", default_value = "GREEN", value_parser = pap, help_heading = "Manners")]
    pap: Pap,
    /// The family that predicts the names: when it was first seen, and whether it makes names of words
    #[arg(long, value_name = "NAME", help_heading = "Judgement")]
    family: Option<String>,
    /// The day on which the family was first seen [default: the family's]
    #[arg(long = "first-seen", value_name = "DATE", help_heading = "Judgement")]
    first_seen: Option<UtcDay>,
    /// A file that replaces weights and limits of the rules
    #[arg(long, value_name = "FILE", help_heading = "Judgement")]
    rules: Option<PathBuf>,
    /// Measure the rules on a file of labelled evidence instead: precision, recall, and the share that needs no person
    #[arg(long, value_name = "FILE", conflicts_with_all = ["file", "evidence", "save_evidence"], help_heading = "Judgement")]
    evaluate: Option<PathBuf>,
    /// Keep the evidence of every verdict in this file, as JSON lines, so that it can be made again
    #[arg(long = "save-evidence", value_name = "FILE")]
    save_evidence: Option<PathBuf>,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// The names that are vetted, with what is known of each.
#[derive(Debug, Default)]
struct Files {
    dossiers: Vec<Dossier>,
    /// The row that asked for each name first.
    rows: Vec<usize>,
    /// Where each name stands.
    places: HashMap<DomainName, usize>,
}

impl Vet {
    /// Runs the command.
    pub(crate) fn run(self, globals: &Globals) -> anyhow::Result<Outcome> {
        let rules = self.rules_in_force()?;
        if let Some(path) = &self.evaluate {
            evaluate::run(path, &rules, self.format)?;
            return Ok(Outcome::Done);
        }
        let (asked, files, around) = match &self.evidence {
            Some(path) => from_evidence(stored::read(path)?)?,
            None => self.gather(globals)?,
        };
        if let Some(path) = &self.save_evidence {
            let places = 0..files.dossiers.len();
            stored::save(path, places.map(|place| (&files.dossiers[place], around.of(place, &asked, &files))))?;
        }
        // A verdict is made when its line is printed: there may be millions.
        let verdict = |place: usize| assess(&files.dossiers[place], &around.of(place, &asked, &files), &rules);
        let mut tally = Tally::default();
        let rows = asked.rows.iter().map(|(text, what)| row(text, what, &files, verdict));
        let rows = rows.inspect(|row| tally.add(row));
        output::to_stdout(|out| print::write(rows, self.format, out))?;
        Ok(tally.told())
    }

    fn rules_in_force(&self) -> anyhow::Result<Rules> {
        rules_of(self.rules.as_deref())
    }
    /// Reads the names, asks every source, and makes the circumstances.
    fn gather(&self, globals: &Globals) -> anyhow::Result<(Asked, Files, Around)> {
        // One instant for the whole run: what is looked at later says so itself.
        let now = globals.now();
        let family = self.family(globals)?;
        // What needs nobody's answer comes first, so that a wrong file says so before anybody is asked.
        let register = registers::register(&self.known)?;
        let exclusions = registers::exclusions(&self.exclusions, &self.trust)?;
        let directory = known_directory(globals);
        let asked = names::read(self.file.as_deref().unwrap_or_else(|| "-".as_ref()))?;
        let mut files = Files::of(&asked);
        let has_source = self.dns.is_some()
            || self.rdap.is_some()
            || self.whois.is_some()
            || !(self.zones.is_empty() && self.tops.is_empty());
        if !has_source && !files.dossiers.is_empty() {
            output::note(format_args!(
                "note: no source is named, so that little is known: --zone, --dns, --rdap, --whois, --top"
            ));
        }
        for path in &self.zones {
            zones::add(path, &directory, now, &mut files.dossiers, &files.places)?;
        }
        for path in &self.tops {
            tops::add(path, &mut files.dossiers, &files.places)?;
        }
        // Reading may have taken long.
        self.ask(globals.now(), &directory, &mut files)?;
        registers::add(&register, &exclusions, &mut files.dossiers, &files.places);
        let told = Told::of_rows(globals, &asked, &family, self.first_seen);
        let around = Around::made(now, directory, family, told, &files.dossiers);
        Ok((asked, files, around))
    }

    /// Asks whom the arguments name.
    fn ask(&self, now: Instant, directory: &Directory, files: &mut Files) -> anyhow::Result<()> {
        let mut cache = match &self.cache {
            Some(path) => Some(Cache::open(path).context("the cache of looks could not be used")?),
            None => None,
        };
        if let Some(lines @ 1..) = cache.as_ref().map(Cache::unreadable) {
            output::note(format_args!(
                "warning: {} of the cache cannot be read: those looks are made again",
                counted(lines, "line")
            ));
        }
        let mut sources = Sources::default();
        if let Some(server) = self.dns {
            let mut options = PresenceOptions::new(Servers::all(server), directory);
            options.pap = self.pap;
            // 0 lifts the limit, for a server of one's own.
            options.per_second = self.rate.map_or(options.per_second, |rate| (rate > 0).then_some(rate));
            options.concurrency = self.parallel.map_or(options.concurrency, usize::from);
            options.concurrency_in_all = options.concurrency_in_all.max(options.concurrency);
            sources.presence = Some(options);
        }
        let usual = Manners::default();
        let per_second = self.rdap_rate.map_or(usual.per_second, |rate| (rate > 0).then_some(rate));
        let manners = Manners { per_second, ..usual };
        if let Some(asked) = &self.rdap {
            let (base, manners) = (asked.base(), manners.clone());
            sources.rdap = Some(RdapOptions { base, pap: self.pap, manners, ..RdapOptions::new(directory) });
        }
        if let Some(server) = &self.whois {
            let default = Some(server.clone());
            sources.whois = Some(WhoisOptions { default, pap: self.pap, manners, ..WhoisOptions::new(directory) });
        }
        world::run(ask::add(&sources, cache.as_mut(), now, &mut files.dossiers))?;
        Ok(())
    }

    fn family(&self, globals: &Globals) -> anyhow::Result<Told> {
        let Some(name) = &self.family else {
            return Ok(Told { first_seen: self.first_seen, ..Told::default() });
        };
        let catalogue = globals.catalogue();
        let info = family::find(&catalogue, name)?.info();
        let told = Told::of(&catalogue, info).or_first_seen(self.first_seen);
        if told.first_seen.is_none() {
            output::note(format_args!(
                "note: nobody says when {} was first seen; name the day with --first-seen DATE",
                info.slug
            ));
        }
        Ok(told)
    }
}

impl Files {
    /// Makes an empty dossier for each name that is vetted.
    fn of(asked: &Asked) -> Self {
        let mut files = Self::default();
        for (row, (_, what)) in asked.rows.iter().enumerate() {
            if let What::Name(unit) = what
                && let Some(name) = unit.vetted()
                && !files.places.contains_key(name)
            {
                files.add(Dossier::new(name.clone()), row);
            }
        }
        files
    }

    fn add(&mut self, dossier: Dossier, row: usize) {
        self.places.insert(dossier.name.clone(), self.dossiers.len());
        self.dossiers.push(dossier);
        self.rows.push(row);
    }
}

/// Takes stored evidence as it is.
fn from_evidence(all: Vec<Stored>) -> anyhow::Result<(Asked, Files, Around)> {
    let (mut asked, mut files, mut around) = (Asked::default(), Files::default(), Vec::with_capacity(all.len()));
    for Stored { dossier, circumstances } in all {
        let name = &dossier.name;
        if files.places.contains_key(name) {
            return Err(Refused(format!("the evidence holds {name} twice; expected each name once")).into());
        }
        let shown = circumstances.asked.as_ref().unwrap_or(name).to_string();
        asked.rows.push((shown, What::Name(Unit::of(name))));
        files.add(dossier, asked.rows.len() - 1);
        around.push(circumstances);
    }
    Ok((asked, files, Around::Stored(around)))
}

/// Returns the directory with the operator's table, or the built-in one where there is no data folder.
fn known_directory(globals: &Globals) -> Directory {
    match directory::known(globals) {
        Ok(directory) => directory,
        Err(error) => {
            output::note(format_args!("warning: the operator's directory is not used: {error:#}"));
            Directory::built_in().clone()
        }
    }
}

/// Makes the line of what was asked for.
fn row(text: &str, what: &What, files: &Files, verdict: impl Fn(usize) -> Verdict) -> Row {
    let refuse = |reason| Row::refused(text, NameClass::NotRegistrable, reason);
    match what {
        What::NoName(reason) => Row::refused(text, NameClass::Unknown, reason.clone()),
        What::TopLevel(tld) => {
            refuse(format!("{tld} is a top-level domain: an action on it would touch every name below it"))
        }
        What::Name(unit) => {
            let place = unit.vetted().and_then(|name| files.places.get(name));
            match (place, unit) {
                (Some(place), _) => Row::of(text, &verdict(*place)),
                (None, Unit::SharedZone { zone }) => refuse(format!(
                    "{zone} is a zone below which third parties have names: an action on it would touch them all"
                )),
                (None, _) => {
                    refuse(format!("{text} is a public suffix: an action on it would touch every name below it"))
                }
            }
        }
    }
}

/// How many names came to what.
#[derive(Debug, Default)]
struct Tally {
    bands: BTreeMap<Band, u64>,
    needs_a_person: bool,
}

impl Tally {
    fn add(&mut self, row: &Row) {
        *self.bands.entry(row.band()).or_default() += 1;
        self.needs_a_person |= row.refused || !row.band().is_settled();
    }

    /// Tells the counts, and how the command ends.
    fn told(&self) -> Outcome {
        let all: u64 = self.bands.values().sum();
        let parts: Vec<String> = self.bands.iter().map(|(band, count)| format!("{count} {band}")).collect();
        if all > 0 {
            output::note(format_args!("{}: {}", counted(all, "name"), parts.join(", ")));
        }
        if self.needs_a_person { Outcome::Found } else { Outcome::Done }
    }
}

/// Returns the built-in rules, with the weights and limits of a file over them where one is named.
///
/// # Errors
///
/// Usage, with what is wrong in the file.
pub(super) fn rules_of(path: Option<&std::path::Path>) -> anyhow::Result<Rules> {
    let Some(path) = path else { return Ok(Rules::built_in().clone()) };
    let bytes = crate::input::whole(path, MAX_RULES)?;
    let called = crate::input::called(path);
    let text = String::from_utf8(bytes).map_err(|_| usage(format!("{called} is not UTF-8")))?;
    Rules::built_in().with_file(&text).map_err(|error| usage(format!("{called}: {error}")))
}

/// Reads the dossiers of a file that `--save-evidence` wrote.
///
/// # Errors
///
/// Where the file cannot be read, and a refusal with the line that is not understood.
pub(super) fn stored_dossiers(path: &std::path::Path) -> anyhow::Result<Vec<Dossier>> {
    Ok(stored::read::<Stored>(path)?.into_iter().map(|stored| stored.dossier).collect())
}

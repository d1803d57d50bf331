// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! `forestall verify-list`: a received list, held against the algorithms, its envelope and its signature.

mod report;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use forestall_dga::Catalogue;
use forestall_dga::verify::{Against, Line, Place, verify};
use forestall_formats::envelope::{self, Envelope};
use forestall_formats::numbered::Change;
use forestall_formats::received::{self, Received};
use forestall_formats::signature;
use forestall_model::{DayRange, Instant, Params, UtcDay, Window};

use self::report::{FileReport, ListReport, Report, Signed};
use crate::cli::TextJson;
use crate::failure::Outcome;
use crate::world::Globals;
use crate::{input, signer, values};

/// Octets of a signature or of a file with a key that are read at most.
const MOST_KEY: u64 = 64 << 10;

/// Days before and after today in which names without windows are searched for, where nobody says which.
const DAYS_AROUND: i32 = 400;

/// Compute the names of a received list again, and check its hashes and its signature; needs no network
///
/// FILE is a list as CSV, as a workbook (XLSX) or with one name a line, or the envelope of a delivery with its files beside it. Every name is computed again:
/// lines that say where they stand (the column line_id) are compared with that place, others are searched for in the lists of the span. Told are names that the
/// algorithm does not make, windows that differ, lines that stand there twice, and names of the same lists that are missing, unless the list is a difference.
/// For an envelope each file must have the octets and the SHA-256 that it says.
///
/// A signature stands beside FILE, as FILE.minisig, and is checked with --key. Exit status 0 if all that was checked is right, 1 if anything differs.
#[derive(Args, Debug)]
pub(crate) struct VerifyList {
    /// The list or the envelope; - for a list on standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The public key of minisign that FILE must be signed by, or its file
    #[arg(long, value_name = "FILE|KEY")]
    key: Option<String>,
    /// Search names that do not say where they stand from this day on [default: what the list says, else 400 days before today]
    #[arg(long, value_name = "DATE", requires = "until")]
    from: Option<UtcDay>,
    /// The end of these days, itself not included
    #[arg(long, value_name = "DATE", requires = "from")]
    until: Option<UtcDay>,
    /// How the report is printed
    #[arg(long, value_name = "FORM", default_value = "text")]
    format: TextJson,
}

impl VerifyList {
    /// Runs the command.
    pub(crate) fn run(&self, globals: &Globals) -> anyhow::Result<Outcome> {
        let octets = input::whole(&self.file, received::MAX_BYTES)?;
        let signed = self.signed(&octets)?;
        let catalogue = globals.catalogue();
        let days = self.from.zip(self.until).map(|(from, until)| values::range(from, until)).transpose()?;
        let check = Check { globals, catalogue: &catalogue, days };
        let report = if is_envelope(&octets) {
            self.envelope(&check, &octets, signed)?
        } else {
            let list = check.list(&octets, None)?;
            Report::of_list(input::called(&self.file), signed, list)
        };
        report.print(self.format)?;
        Ok(if report.right { Outcome::Done } else { Outcome::Found })
    }

    fn envelope(&self, check: &Check<'_>, octets: &[u8], signed: Signed) -> anyhow::Result<Report> {
        let called = input::called(&self.file);
        let envelope = match envelope::read(octets) {
            Ok(envelope) => envelope,
            Err(error) => return Ok(Report::of_broken_envelope(called, signed, error.to_string())),
        };
        let folder = self.file.parent().unwrap_or(Path::new(""));
        let mut files = Vec::new();
        for entry in &envelope.files {
            let path = folder.join(&entry.name);
            let found = if path.exists() { Some(input::whole(&path, received::MAX_BYTES)?) } else { None };
            let fault = entry.check(found.as_deref()).err().map(|fault| fault.to_string());
            let list = match found {
                Some(octets) if fault.is_none() && is_list(&entry.name, &envelope) => {
                    Some(check.list(&octets, Some(&envelope))?)
                }
                _ => None,
            };
            files.push(FileReport { name: entry.name.clone(), fault, list });
        }
        Ok(Report::of_envelope(called, signed, &envelope, files))
    }

    /// Checks the signature beside the file.
    fn signed(&self, octets: &[u8]) -> anyhow::Result<Signed> {
        let from_input = self.file.as_os_str() == "-";
        let mut name: OsString = self.file.clone().into_os_string();
        name.push(".minisig");
        let path = PathBuf::from(name);
        let there = !from_input && path.is_file();
        let Some(key) = &self.key else {
            return Ok(if there { Signed::NoKey } else { Signed::Nothing });
        };
        let key = signer::public_key("--key", key)?;
        if !there {
            let place = if from_input { "standard input".to_owned() } else { path.display().to_string() };
            return Ok(Signed::Wrong(format!("there is no signature: {place} was expected")));
        }
        Ok(match signature::signer(octets, &text(&path)?, &[key]) {
            Ok(_) => Signed::Right,
            Err(error) => Signed::Wrong(error.to_string()),
        })
    }
}

/// Reads a short file of text.
fn text(path: &Path) -> anyhow::Result<String> {
    let octets = input::whole(path, MOST_KEY)?;
    String::from_utf8(octets).with_context(|| format!("{} is not text", path.display()))
}

/// Says whether octets are JSON, which no list is.
fn is_envelope(octets: &[u8]) -> bool {
    octets.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(octets).trim_ascii_start().starts_with(b"{")
}

/// Says whether a file of a delivery is a list of names: by how its name begins and ends.
fn is_list(name: &str, envelope: &Envelope) -> bool {
    let ends = [".csv", ".xlsx", ".txt"].iter().any(|ending| name.ends_with(ending));
    ends && name.starts_with(&format!("{}.", envelope.list.stem()))
}

/// What lists are checked with.
struct Check<'a> {
    globals: &'a Globals,
    catalogue: &'a Catalogue,
    days: Option<DayRange>,
}

impl Check<'_> {
    fn list(&self, octets: &[u8], envelope: Option<&Envelope>) -> anyhow::Result<ListReport> {
        let received = match received::read(octets) {
            Ok(received) => received,
            Err(error) => return Ok(ListReport::of_broken(error.to_string())),
        };
        let lines: Vec<Line> = received.lines.iter().map(line).collect();
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let against = Against {
            span: self.span(&received, envelope),
            campaigns: envelope.map(campaigns).unwrap_or_default(),
            whole: !is_difference(&received, envelope),
            threads,
        };
        let findings = verify(self.catalogue, &self.globals.dictionaries(), &lines, &against)
            .context("a family could not compute its names")?;
        let mut report = ListReport::of(&received, findings);
        if let Some(envelope) = envelope {
            report.hold_against(&received, envelope);
        }
        Ok(report)
    }

    /// Returns the span in which names that do not say where they stand are searched for; none where the lines state windows.
    fn span(&self, received: &Received, envelope: Option<&Envelope>) -> Option<Window> {
        let stated = received
            .lines
            .iter()
            .all(|line| line.window.is_some_and(|window| window.from.is_some() && window.until.is_some()));
        let days = self.days.or_else(|| {
            let counts = &envelope?.counts;
            DayRange::new(counts.first_day?, counts.last_day?.plus(1))
        });
        match days {
            Some(days) => Some(days.window()),
            None if stated => None,
            None => {
                let today = self.globals.today();
                DayRange::new(today.plus(-DAYS_AROUND), today.plus(DAYS_AROUND)).map(DayRange::window)
            }
        }
    }
}

/// Returns the campaigns that an envelope names.
fn campaigns(envelope: &Envelope) -> Vec<(forestall_model::CampaignId, forestall_model::FamilySlug, Params)> {
    envelope
        .threats
        .iter()
        .map(|threat| {
            let mut params = Params::new();
            threat.parameters.iter().for_each(|(key, value)| params.set(key, value));
            (threat.campaign.clone(), threat.family.clone(), params)
        })
        .collect()
}

/// Says whether a list holds what changed and not everything: it tells changes, and nothing that was kept, though a list came before it.
fn is_difference(received: &Received, envelope: Option<&Envelope>) -> bool {
    let changes: Vec<Change> = received.lines.iter().filter_map(|line| line.change).collect();
    let kept = changes.contains(&Change::Kept);
    let followed = match envelope {
        Some(envelope) => envelope.previous.is_some(),
        None => received.lists.iter().any(|list| list.number > 1),
    };
    !changes.is_empty() && !kept && followed
}

fn line(line: &received::ReceivedLine) -> Line {
    let place = line.id.as_ref().map(|id| Place {
        campaign: id.campaign.clone(),
        period: id.period,
        tld: id.tld.clone(),
        place: id.place,
    });
    let window: Option<(Option<Instant>, Option<Instant>)> = line.window.map(|window| (window.from, window.until));
    Line { name: line.name.clone(), window, family: line.family.clone(), place }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Groups and clients of known families as they are printed: for people, as JSON lines, as CSV.

use std::io::Write;
use std::path::Path;

use anyhow::Context as _;
use forestall_detect::hunt::{Group, Parity};
use forestall_detect::scan::{Finding, Roster, Subject};
use forestall_model::Instant;

use super::names;
use crate::foreign;
use crate::table::counted;

/// Names of a group that are shown.
const SAMPLES: usize = 8;

/// Clients and suffixes of a group that people are shown.
const SHOWN: usize = 12;

/// A group as it is printed.
#[derive(Debug, serde::Serialize)]
pub(super) struct GroupRow {
    kind: &'static str,
    id: String,
    /// Most names first.
    clients: Vec<String>,
    members: Vec<MemberRow>,
    names: usize,
    samples: Vec<String>,
    /// Nats.
    score: f64,
    evidence: String,
    pattern: String,
    length: [u8; 2],
    alphabet: String,
    digit_share: f64,
    word_share: f64,
    parity: Option<&'static str>,
    suffixes: Vec<SuffixRow>,
    names_an_hour: Option<f64>,
    nxdomain: u64,
    first_seen: Instant,
    last_seen: Instant,
    scheme: String,
    /// A word of the MISP taxonomy; none where clients and days leave several.
    seeding: Option<&'static str>,
    seeding_note: String,
    nearest: Option<NearestRow>,
    /// The command that searches for what made the names; none where they were not written.
    identify: Option<String>,
}

/// A client of a group.
#[derive(Debug, serde::Serialize)]
struct MemberRow {
    client: String,
    names: usize,
    score: f64,
    first_seen: Instant,
    last_seen: Instant,
}

/// A suffix and its share of the names.
#[derive(Debug, serde::Serialize)]
struct SuffixRow {
    suffix: String,
    names: u32,
    share: f64,
}

/// The nearest known family.
#[derive(Debug, serde::Serialize)]
struct NearestRow {
    family: String,
    distance: f64,
}

impl GroupRow {
    /// Makes the row of a group whose names were written to `folder`, where there is one.
    pub(super) fn of(group: &Group, folder: Option<&Path>) -> Self {
        let shape = &group.shape;
        let (least, most) = shape.lengths();
        let member = |member: &forestall_detect::hunt::Member| MemberRow {
            client: member.client.to_string(),
            names: member.names,
            score: rounded(f64::from(member.score)),
            first_seen: member.first_seen,
            last_seen: member.last_seen,
        };
        let suffix = |of: &forestall_detect::hunt::Suffix| SuffixRow {
            suffix: of.suffix.clone(),
            names: of.names,
            share: rounded(f64::from(of.names) / f64::from(shape.names().max(1))),
        };
        // Names lie in the order of the alphabet; samples from all of it show more.
        let step = group.names.len().div_ceil(SAMPLES).max(1);
        Self {
            kind: "group",
            id: group.id.clone(),
            clients: group.members.iter().map(|member| member.client.to_string()).collect(),
            members: group.members.iter().map(member).collect(),
            names: group.names.len(),
            samples: group.names.iter().step_by(step).cloned().collect(),
            score: rounded(f64::from(group.score)),
            evidence: group.sign.to_string(),
            pattern: group.pattern.clone(),
            length: [least, most],
            alphabet: shape.alphabet(),
            digit_share: rounded(shape.digit_share()),
            word_share: rounded(shape.word_share()),
            parity: match shape.parity() {
                Parity::Alternating => Some("alternating"),
                Parity::Same => Some("same"),
                Parity::None => None,
            },
            suffixes: group.suffixes.iter().map(suffix).collect(),
            names_an_hour: group.names_an_hour.map(rounded),
            nxdomain: group.answers,
            first_seen: group.first_seen,
            last_seen: group.last_seen,
            scheme: group.suggestion.scheme.to_string(),
            seeding: group.suggestion.seeding.in_misp(),
            seeding_note: group.suggestion.seeding.to_string(),
            nearest: group
                .nearest
                .as_ref()
                .map(|near| NearestRow { family: near.family.clone(), distance: rounded(near.distance) }),
            identify: folder.map(|folder| identify(&names::place(folder, &group.id), group.last_seen)),
        }
    }
}

/// A client with names of a known family, as it is printed.
#[derive(Debug, serde::Serialize)]
pub(super) struct KnownRow {
    kind: &'static str,
    /// The one client.
    clients: [String; 1],
    family: String,
    campaign: Option<String>,
    names: u64,
    queries: u64,
    nxdomain: u64,
    first_seen: Instant,
    last_seen: Instant,
    /// 1 - probability of chance, 0 to 1.
    confidence: f64,
}

impl KnownRow {
    /// Makes the row of a finding.
    pub(super) fn of(finding: &Finding, roster: &Roster) -> Self {
        let family = match finding.subject {
            Subject::Family(number) => roster.family(number).map_or_else(String::new, ToString::to_string),
            Subject::Collision => String::new(),
        };
        let campaign = finding.campaigns.first().and_then(|support| roster.campaign(support.campaign));
        Self {
            kind: "known",
            clients: [finding.client.to_string()],
            family,
            campaign: campaign.map(|campaign| campaign.id.to_string()),
            names: finding.names,
            queries: finding.queries,
            nxdomain: finding.nxdomain,
            first_seen: finding.first_seen,
            last_seen: finding.last_seen,
            confidence: (1.0 - finding.chance).clamp(0.0, 1.0),
        }
    }
}

/// Cuts a number to thousandths: more says nothing, and would differ between machines.
fn rounded(number: f64) -> f64 {
    (number * 1_000.0).round() / 1_000.0
}

/// Writes each row as a line of JSON, groups first.
pub(super) fn jsonl(groups: &[GroupRow], known: &[KnownRow], out: &mut dyn Write) -> anyhow::Result<()> {
    let mut line = |text: String| writeln!(out, "{text}").context("standard output could not be written");
    for group in groups {
        line(serde_json::to_string(group)?)?;
    }
    for row in known {
        line(serde_json::to_string(row)?)?;
    }
    Ok(())
}

/// The columns of the CSV form, in order.
const COLUMNS: [&str; 18] = [
    "kind",
    "id",
    "family",
    "clients",
    "names",
    "samples",
    "score",
    "evidence",
    "pattern",
    "suffixes",
    "names_an_hour",
    "nxdomain",
    "first_seen",
    "last_seen",
    "scheme",
    "seeding",
    "nearest",
    "confidence",
];

/// Writes rows as CSV with a header, groups first; what is several in one field is parted by blanks.
pub(super) fn csv(groups: &[GroupRow], known: &[KnownRow], out: &mut dyn Write) -> anyhow::Result<()> {
    let fail = "standard output could not be written";
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(COLUMNS).context(fail)?;
    for row in groups {
        let suffixes: Vec<String> = row.suffixes.iter().map(|of| format!("{}:{}", of.suffix, of.names)).collect();
        let record = [
            row.kind.to_owned(),
            row.id.clone(),
            String::new(),
            foreign::for_spreadsheet(&row.clients.join(" ")),
            row.names.to_string(),
            row.samples.join(" "),
            row.score.to_string(),
            row.evidence.clone(),
            row.pattern.clone(),
            suffixes.join(" "),
            row.names_an_hour.map(|number| number.to_string()).unwrap_or_default(),
            row.nxdomain.to_string(),
            row.first_seen.to_string(),
            row.last_seen.to_string(),
            row.scheme.clone(),
            row.seeding_note.clone(),
            row.nearest.as_ref().map(|near| near.family.clone()).unwrap_or_default(),
            String::new(),
        ];
        writer.write_record(record).context(fail)?;
    }
    for row in known {
        let mut record = [const { String::new() }; COLUMNS.len()];
        record[0] = row.kind.to_owned();
        record[2].clone_from(&row.family);
        record[3] = foreign::for_spreadsheet(&row.clients.join(" "));
        record[4] = row.names.to_string();
        record[11] = row.nxdomain.to_string();
        record[12] = row.first_seen.to_string();
        record[13] = row.last_seen.to_string();
        record[17] = row.confidence.to_string();
        writer.write_record(record).context(fail)?;
    }
    writer.flush().context(fail)
}

/// A folder for the names of groups where nobody named one.
const USUAL_FOLDER: &str = "groups";

/// Returns the command that looks for what made the names of a file.
fn identify(file: &Path, seen: Instant) -> String {
    format!("forestall identify {} --on {}", for_shell(&file.display().to_string()), seen.day())
}

/// Writes a word so that a shell takes it as one.
fn for_shell(word: &str) -> String {
    if word.chars().all(|c| c.is_alphanumeric() || "/._-+=:@%,".contains(c)) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// Writes rows for people.
pub(super) fn text(groups: &[GroupRow], known: &[KnownRow], out: &mut dyn Write) -> anyhow::Result<()> {
    let mut parts: Vec<String> = groups.iter().map(in_words).collect();
    if !known.is_empty() {
        let line = |row: &KnownRow| {
            format!(
                "  {}  {} ({}), {}, {} to {}\n",
                foreign::for_terminal(&row.clients[0]),
                row.family,
                row.campaign.as_deref().unwrap_or("-"),
                counted(row.names, "name"),
                row.first_seen,
                row.last_seen
            )
        };
        parts.push(format!("Clients of known families\n{}", known.iter().map(line).collect::<String>()));
    }
    write!(out, "{}", parts.join("\n")).context("standard output could not be written")
}

fn in_words(row: &GroupRow) -> String {
    let all = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let mut text = format!(
        "Group {}: {}, {}, evidence {:.1} nats ({})\n",
        row.id,
        counted(all(row.clients.len()), "client"),
        counted(all(row.names), "name"),
        row.score,
        row.evidence
    );
    let mut line = |head: &str, rest: String| text.push_str(&format!("  {head:<10} {rest}\n"));
    line("clients", few(row.clients.iter().map(|client| foreign::for_terminal(client))));
    line("names", few(row.samples.iter().cloned()));
    line("pattern", row.pattern.clone());
    line(
        "features",
        format!(
            "length {} to {}, {:.0} % digits, {:.0} % words{}",
            row.length[0],
            row.length[1],
            row.digit_share * 100.0,
            row.word_share * 100.0,
            row.parity.map_or_else(String::new, |parity| format!(", {parity} parity"))
        ),
    );
    line("suffixes", few(row.suffixes.iter().map(|of| format!("{} {:.0} %", of.suffix, of.share * 100.0))));
    let pace = row.names_an_hour.map_or_else(String::new, |pace| format!(", {pace:.0} names an hour"));
    line("seen", format!("{} to {}, {}{pace}", row.first_seen, row.last_seen, counted(row.nxdomain, "answer")));
    line("scheme", format!("{}, seeding {}", row.scheme, row.seeding_note));
    let near = |near: &NearestRow| format!("{} (distance {:.2}); a shape is no proof", near.family, near.distance);
    line("nearest", row.nearest.as_ref().map_or_else(|| "none of the known families".to_owned(), near));
    line(
        "go on with",
        row.identify.clone().unwrap_or_else(|| {
            let file = names::place(Path::new(USUAL_FOLDER), &row.id);
            format!(
                "--names {USUAL_FOLDER}, which writes them to {}; then {}",
                file.display(),
                identify(&file, row.last_seen)
            )
        }),
    );
    text
}

fn few(all: impl ExactSizeIterator<Item = String>) -> String {
    let more = all.len().saturating_sub(SHOWN);
    let shown = all.take(SHOWN).collect::<Vec<_>>().join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Groups as they are reported: who, what, in which form, and where to go on.

use std::collections::BTreeSet;

use forestall_model::{Digest, Instant};

use super::gather::{Gathered, Name};
use super::group::{Cluster, clusters};
use super::nearest::{KnownShape, Nearest, nearest};
use super::pattern::pattern;
use super::scheme::{Suggestion, Use, scheme, seeding};
use super::shape::Shape;
use super::verdict::{ClientScore, Sign, client_scores, times};
use crate::classify::Classifier;
use crate::scan::Client;

/// The evidence in nats from which a client is alarmed. Measured: docs/hunt.md.
pub const DEFAULT_THRESHOLD: f32 = 9.0;

/// Digits of a group's identifier behind its first letter: 48 bits.
const DIGITS: usize = 12;

/// A client of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Who.
    pub client: Client,
    /// How many of the group's names it asked for.
    pub names: usize,
    /// Its own evidence in nats.
    pub score: f32,
    /// When it first asked for one of them.
    pub first_seen: Instant,
    /// When it last did.
    pub last_seen: Instant,
}

/// A suffix of a group's names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suffix {
    /// Without leading dot.
    pub suffix: String,
    /// How many names have it.
    pub names: u32,
}

/// Clients whose failed look-ups one algorithm probably made.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The same for the same names, whoever asked for them: `g` and 12 hexadecimal digits.
    pub id: String,
    /// The clients: most names first, then in order.
    pub members: Vec<Member>,
    /// The registrable names, in order.
    pub names: Vec<String>,
    /// How many answers there were.
    pub answers: u64,
    /// Distinct names an hour of the client that asked for most; none where all were asked for within a minute.
    pub names_an_hour: Option<f64>,
    /// The first time.
    pub first_seen: Instant,
    /// The last time.
    pub last_seen: Instant,
    /// The evidence in nats: of the client with the most, or of the names that several asked for.
    pub score: f32,
    /// Which kind of evidence.
    pub sign: Sign,
    /// The shape of the names.
    pub shape: Shape,
    /// A regular expression that all names fit.
    pub pattern: String,
    /// The suffixes, most names first.
    pub suffixes: Vec<Suffix>,
    /// How the names are probably made.
    pub suggestion: Suggestion,
    /// The known family with names of the nearest shape; none where no known one can have made them.
    pub nearest: Option<Nearest>,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Hunted {
    /// The groups: most clients first, then most names, then by identifier.
    pub groups: Vec<Group>,
}

/// Finds the groups. `is_listed` says of a registrable name that a list explains it already; `known` makes the shapes that
/// groups are held against, and is asked only where there are groups.
#[must_use]
pub fn report(
    gathered: &Gathered,
    classifier: &Classifier,
    is_listed: &dyn Fn(&str) -> bool,
    known: impl FnOnce() -> Vec<KnownShape>,
    threshold: f32,
) -> Hunted {
    let scores: Vec<ClientScore> =
        client_scores(gathered, classifier, is_listed).into_iter().map(|(_, score)| score).collect();
    let clusters = clusters(gathered, &scores, threshold, classifier);
    let known = if clusters.is_empty() { Vec::new() } else { known() };
    let mut groups: Vec<Group> =
        clusters.iter().filter_map(|cluster| group(cluster, gathered, &scores, classifier, &known)).collect();
    groups.sort_by(|a, b| {
        (b.members.len(), b.names.len()).cmp(&(a.members.len(), a.names.len())).then_with(|| a.id.cmp(&b.id))
    });
    Hunted { groups }
}

fn group(
    cluster: &Cluster,
    gathered: &Gathered,
    scores: &[ClientScore],
    classifier: &Classifier,
    known: &[KnownShape],
) -> Option<Group> {
    let numbers: Vec<usize> = cluster.names.iter().copied().collect();
    let names: Vec<&Name> = numbers.iter().filter_map(|number| gathered.names.get(*number)).collect();
    let cut: Vec<(&str, &str)> = names.iter().map(|name| (name.label(), name.suffix())).collect();
    let labels: Vec<&str> = cut.iter().map(|(label, _)| *label).collect();
    let shape = Shape::of(cut.iter().copied(), classifier);
    let (mut members, mut uses, mut answers) = (Vec::new(), Vec::new(), 0);
    for number in &cluster.members {
        let (client, pairs) = gathered.clients.get(*number)?;
        let (first_seen, last_seen, of_client) = times(pairs, &numbers)?;
        answers += of_client;
        let ours = pairs.iter().filter(|(name, _)| numbers.binary_search(name).is_ok());
        let before = uses.len();
        uses.extend(ours.map(|(name, seen)| Use {
            client: *number,
            name: *name,
            first: seen.first.day().epoch_days(),
            last: seen.last.day().epoch_days(),
        }));
        let score = scores.get(*number).map_or(0.0, |score| score.score);
        members.push(Member { client: client.clone(), names: uses.len() - before, score, first_seen, last_seen });
    }
    members.sort_by(|a, b| b.names.cmp(&a.names).then_with(|| a.client.cmp(&b.client)));
    let texts: BTreeSet<&str> = names.iter().map(|name| &*name.text).collect();
    let texts: Vec<String> = texts.into_iter().map(str::to_owned).collect();
    let busiest = members.first()?;
    let suffixes = shape.suffixes().into_iter().map(|(suffix, names)| Suffix { suffix: suffix.to_owned(), names });
    Some(Group {
        id: format!("g{}", Digest::of(texts.join("\n").as_bytes()).to_string().get(..DIGITS)?),
        answers,
        names_an_hour: an_hour(busiest),
        first_seen: members.iter().map(|member| member.first_seen).min()?,
        last_seen: members.iter().map(|member| member.last_seen).max()?,
        score: cluster.score,
        sign: cluster.sign,
        pattern: pattern(cut.iter().copied()),
        suffixes: suffixes.collect(),
        suggestion: Suggestion { scheme: scheme(&labels, &shape), seeding: seeding(&uses) },
        nearest: nearest(&cut, &shape, known),
        members,
        names: texts,
        shape,
    })
}

fn an_hour(member: &Member) -> Option<f64> {
    let seconds =
        u32::try_from(member.last_seen.seconds_since(member.first_seen)).ok().filter(|seconds| *seconds >= 60)?;
    let names = u32::try_from(member.names).ok()?;
    Some(f64::from(names) * 3_600.0 / f64::from(seconds))
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Names of SUNBURST: not on any list, but decoded to the victims that they tell of.
//!
//! A label has no checksum, and nearly every row of letters and digits decodes to something. What there is to check:
//!
//! - **The identifier.** Each label masks the 64 bits of the victim's identifier anew. Two labels that begin otherwise and show the same identifier are one
//!   victim's; by chance two do once in 2^64 times.
//! - **The shape**, for a victim with one name. A time must have as many octets behind it as it says, and lie between 2020 and the day of asking; a piece must be
//!   a whole domain name with a dot. Fewer than 3 of 1,000 labels of random letters and digits pass.
//!
//! What passes neither is said to be undecoded, since it would decode to anything.

use std::collections::BTreeMap;

use forestall_model::{DomainName, Instant, UtcDay};

use super::Observed;
use crate::families::sunburst::{Content, DecodeError, Label, VictimId, ZONE, decoded, joined};

/// The part of random labels that pass by shape alone, as an upper bound; measured in the tests.
pub(super) const CHANCE_ALONE: f64 = 0.003;

/// 2020-01-01. Versions of Orion with the backdoor came out from March 2020 on (FireEye, December 2020).
const EARLIEST: i64 = 1_577_836_800;

/// Days by which a time may lie after the day of asking: clocks are wrong.
const CLOCK_DAYS: i32 = 2;

/// Characters of a label that hold only the key and what it masks. Labels of one victim with one key do not differ in them.
const HEAD: usize = 14;

/// What the names of one victim say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Victim {
    /// The identifier.
    pub id: VictimId,
    /// Whether two names or more that begin otherwise show the identifier; else one name's shape is all the proof.
    pub confirmed: bool,
    /// What is known of the name of the victim's domain.
    pub domain: Domain,
    /// The pieces of that name as observed, still encoded, by number; `None` is the last one's. Each once.
    pub pieces: Vec<(Option<u8>, String)>,
    /// The times, in order, each once.
    pub times: Vec<Time>,
    /// The observed names, in the order observed.
    pub names: Vec<String>,
}

/// When a name was made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time {
    /// The half hour.
    pub at: Instant,
    /// Whether the answer before had the mark that its makers call `dnssec`.
    pub flag: bool,
    /// Two bits for each security service that is watched; empty in names without.
    pub services: Vec<u8>,
}

/// What is known of the name of a victim's domain.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Domain {
    /// No piece of it was observed.
    Unseen,
    /// The pieces from the first on without a gap, and the last one: the name, unless pieces before the last were missed, which nothing tells.
    Joined(String),
    /// The pieces from the first on, without a gap: what the name begins with.
    Beginning(String),
    /// The last piece alone: the end of the name, or all of it. Right unless the whole was written in base 32, which only the first piece tells.
    End(String),
    /// Pieces that cannot be read without others, or that contradict one another.
    Unread,
}

/// A name below the zone from which nothing was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecoded {
    /// The name.
    pub name: String,
    /// Why.
    pub reason: UndecodedReason,
}

/// Why nothing was read from a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UndecodedReason {
    /// It is no name of the family.
    #[error(transparent)]
    Label(#[from] DecodeError),
    /// It decodes, as random letters do, and nothing confirms it.
    #[error(
        "nothing confirms what it decodes to; expected a second name of the same victim, a time between 2020 and the day of asking, or a whole domain name"
    )]
    Unconfirmed,
}

/// Decodes the observed names below the zone. Returns the victims, those with the most names first, and the names that do not decode, in the order observed.
#[must_use]
pub fn victims(observed: &Observed, asked: UtcDay) -> (Vec<Victim>, Vec<Undecoded>) {
    let below = format!(".{ZONE}");
    let mut undecoded = Vec::new();
    let mut of_victim: BTreeMap<VictimId, Vec<(&str, Label)>> = BTreeMap::new();
    for name in observed.names().iter().filter(|name| name.ends_with(&below)) {
        match Label::of_name(name) {
            Ok(label) => of_victim.entry(label.victim).or_default().push((name, label)),
            Err(reason) => undecoded.push(Undecoded { name: name.clone(), reason: reason.into() }),
        }
    }
    let mut victims = Vec::new();
    for (id, labels) in of_victim {
        let victim = victim(id, &labels);
        if victim.confirmed || labels.iter().any(|(_, label)| has_shape(label, asked)) {
            victims.push(victim);
        } else {
            let unconfirmed = |name| Undecoded { name, reason: UndecodedReason::Unconfirmed };
            undecoded.extend(victim.names.into_iter().map(unconfirmed));
        }
    }
    let places: BTreeMap<&str, usize> = observed.names().iter().map(String::as_str).zip(0..).collect();
    let place = |name: &String| places.get(name.as_str()).copied();
    victims.sort_by_key(|victim| (std::cmp::Reverse(victim.names.len()), victim.names.first().and_then(place)));
    undecoded.sort_by_key(|undecoded| place(&undecoded.name));
    (victims, undecoded)
}

fn victim(id: VictimId, labels: &[(&str, Label)]) -> Victim {
    let head = |name: &str| name.get(..HEAD).map(str::to_owned);
    let first = labels.first().and_then(|(name, _)| head(name));
    let mut pieces = Vec::new();
    let mut times = Vec::new();
    for (_, label) in labels {
        match &label.content {
            Content::Piece { number, encoded } => pieces.push((*number, encoded.clone())),
            Content::Time { at, flag, extra, .. } => {
                times.push(Time { at: *at, flag: *flag, services: extra.clone() });
            }
        }
    }
    pieces.sort_by_key(|(number, encoded)| (number.unwrap_or(u8::MAX), encoded.clone()));
    pieces.dedup();
    times.sort();
    times.dedup();
    Victim {
        id,
        confirmed: labels.iter().any(|(name, _)| head(name) != first),
        domain: domain(&pieces),
        pieces,
        times,
        names: labels.iter().map(|(name, _)| (*name).to_owned()).collect(),
    }
}

/// Reads what can be read of sorted pieces.
fn domain(pieces: &[(Option<u8>, String)]) -> Domain {
    let numbered: Vec<(Option<u8>, &str)> = pieces.iter().map(|(number, text)| (*number, text.as_str())).collect();
    let contradict = pieces.windows(2).any(|pair| pair[0].0 == pair[1].0);
    let read = match numbered.as_slice() {
        [] => return Domain::Unseen,
        _ if contradict => None,
        [(None, text)] => decoded(text).ok().map(Domain::End),
        all => match joined(all) {
            Some(text) => decoded(&text).ok().map(Domain::Joined),
            None => beginning(all).map(Domain::Beginning),
        },
    };
    read.unwrap_or(Domain::Unread)
}

/// Reads the pieces that follow one another from the first on.
fn beginning(pieces: &[(Option<u8>, &str)]) -> Option<String> {
    let run = pieces.iter().zip(0..).take_while(|((number, _), expected)| *number == Some(*expected));
    let text: String = run.map(|((_, text), _)| *text).collect();
    match decoded(&text) {
        Ok(read) => Some(read).filter(|read| !read.is_empty()),
        // The last character is the first half of one written as two.
        Err(DecodeError::Cut) => decoded(&text[..text.len() - 1]).ok().filter(|read| !read.is_empty()),
        Err(_) => None,
    }
}

/// Says whether a label that stands alone looks like the family's.
fn has_shape(label: &Label, asked: UtcDay) -> bool {
    match &label.content {
        Content::Time { at, size, extra, .. } => {
            let counted = matches!((size, extra.is_empty()), (1, true) | (2, false));
            counted && at.seconds() >= EARLIEST && *at < asked.plus(CLOCK_DAYS + 1).start()
        }
        Content::Piece { number, encoded } => {
            number.is_none() && decoded(encoded).is_ok_and(|name| name.parse::<DomainName>().is_ok())
        }
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What of a name is scored: the one label that somebody chose, and nothing where nobody chose one.
//!
//! A name is cut at its public suffix (ICANN section) or at the zone of a dynamic DNS provider; the label left of that is the
//! subject. Random labels further left are a matter of tunnels and trackers. Names of one network, of addresses, of look-up
//! services, content networks and clouds have no subject, nor have A-labels: no generator known makes them, and their letters are a code.

use std::fmt;

use forestall_model::DomainName;
use forestall_model::name::icann_suffix;

use super::zones::{Kind, Zones};

/// Octets of the longest name (RFC 1035, section 2.3.4, in text form without the final dot).
const LONGEST_NAME: usize = 253;

/// Octets of the longest label (RFC 1035, section 2.3.4).
pub(super) const LONGEST_LABEL: usize = 63;

/// Octets of input that are looked at as a name with letters beyond ASCII: four for each character of a name.
const LONGEST_INPUT: usize = 1_024;

/// Why a name gets no score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotScored {
    /// It is no domain name: octets, lengths or hyphens that a host name cannot have, or an IP address.
    NotAName,
    /// It has one label only.
    SingleLabel,
    /// It is a public suffix, or the zone of a dynamic DNS provider's customers.
    PublicSuffix,
    /// It belongs to one network, or to no DNS at all.
    Local,
    /// It stands for an address.
    Reverse,
    /// It is a question to a block list, a virus scanner's list or the like.
    Lookup,
    /// A content network or cloud made it.
    Cloud,
    /// A label begins with an underscore: it names a service or a key, not a host (RFC 8552).
    Service,
    /// The label is internationalised.
    Internationalised,
}

impl fmt::Display for NotScored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAName => "not a domain name",
            Self::SingleLabel => "a single label",
            Self::PublicSuffix => "a public suffix",
            Self::Local => "a name of one network",
            Self::Reverse => "an address",
            Self::Lookup => "a question to a look-up service",
            Self::Cloud => "made by a content network or cloud",
            Self::Service => "names a service",
            Self::Internationalised => "an internationalised label",
        })
    }
}

/// The part of a name that is scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject<'a> {
    /// The label that somebody chose, in lower case: 1 to 63 letters, digits and hyphens.
    pub label: &'a str,
    /// What stands right of it: a public suffix or the zone of a dynamic DNS provider.
    pub suffix: &'a str,
}

/// Room for one name in lower case; a caller keeps it from name to name, so that none is allocated.
#[derive(Clone, Debug, Default)]
pub struct Room(String);

/// Returns the subject of the name in `text`: octets as a log or list holds them, blanks around them and a final dot allowed.
///
/// # Errors
///
/// Why the name is not to be scored.
pub(super) fn subject<'a>(text: &[u8], zones: &Zones, room: &'a mut Room) -> Result<Subject<'a>, NotScored> {
    let text = text.trim_ascii();
    let text = text.strip_suffix(b".").unwrap_or(text);
    room.0.clear();
    if text.is_ascii() {
        if text.is_empty() || text.len() > LONGEST_NAME {
            return Err(NotScored::NotAName);
        }
        room.0.extend(text.iter().map(|octet| char::from(octet.to_ascii_lowercase())));
        check(&room.0)?;
    } else {
        // Rare; the model's own reader turns it into A-labels.
        let text = std::str::from_utf8(text).ok().filter(|text| text.len() <= LONGEST_INPUT);
        let name: DomainName = text.and_then(|text| text.parse().ok()).ok_or(NotScored::NotAName)?;
        room.0.push_str(name.as_str());
    }
    cut(&room.0, zones)
}

/// Sees that a text in lower case is the name of a host or service.
fn check(name: &str) -> Result<(), NotScored> {
    let mut labels = 0;
    let mut last = "";
    for label in name.split('.') {
        let bytes = label.as_bytes();
        let fits = (1..=LONGEST_LABEL).contains(&bytes.len());
        let known = |octet: &u8| octet.is_ascii_lowercase() || octet.is_ascii_digit() || matches!(octet, b'-' | b'_');
        if !fits || !bytes.iter().all(known) || label.starts_with('-') || label.ends_with('-') {
            return Err(NotScored::NotAName);
        }
        labels += 1;
        last = label;
    }
    // Top-level domains hold no digit but as A-labels (RFC 3696, section 2): an address or a version is no name.
    if last.bytes().all(|octet| octet.is_ascii_digit()) {
        return Err(NotScored::NotAName);
    }
    if labels < 2 { Err(NotScored::SingleLabel) } else { Ok(()) }
}

fn cut<'a>(name: &'a str, zones: &Zones) -> Result<Subject<'a>, NotScored> {
    if name.starts_with('_') || name.contains("._") {
        return Err(NotScored::Service);
    }
    let suffix = match zones.of(name) {
        Some((_, Kind::Local)) => return Err(NotScored::Local),
        Some((_, Kind::Reverse)) => return Err(NotScored::Reverse),
        Some((_, Kind::Lookup)) => return Err(NotScored::Lookup),
        Some((_, Kind::Cloud)) => return Err(NotScored::Cloud),
        Some((0, Kind::Dynamic)) => return Err(NotScored::PublicSuffix),
        Some((at, Kind::Dynamic)) => name.get(at..),
        None => icann_suffix(name),
    };
    let suffix = suffix.ok_or(NotScored::PublicSuffix)?;
    let left =
        name.len().checked_sub(suffix.len() + 1).and_then(|end| name.get(..end)).ok_or(NotScored::PublicSuffix)?;
    let label = left.rsplit('.').next().unwrap_or(left);
    if label.starts_with("xn--") {
        return Err(NotScored::Internationalised);
    }
    if label.contains('_') {
        return Err(NotScored::NotAName);
    }
    Ok(Subject { label, suffix })
}

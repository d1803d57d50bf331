// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! SUNBURST, the backdoor in SolarWinds Orion of 2020: names that carry data of the victim, decoded here.
//!
//! A name is `LABEL.appsync-api.REGION.avsvmcloud.com`. The first 15 characters of the label hold, in base 32, a key octet and the
//! eight octets of the victim's identifier. The highest bit of the key tells two kinds apart: a label with a *piece* of the name of
//! the victim's domain, or a label with a *time*. [`Label`] reads one label; [`joined`] puts the pieces of one victim together;
//! [`decoded`] reads the text that results.
//!
//! A cut between pieces may fall inside a character that is written as two, so that only joined pieces can be decoded.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use forestall_model::{Instant, Margin};

use super::built_in;
use crate::info::{Predictability, Responsible, Scheme, Seeding, Verification};
use crate::{Family, FamilyInfo};

/// Makes the family.
pub(super) fn family() -> Arc<dyn Family> {
    built_in::family(info(), built_in::nothing)
}

/// The zone below which all names stand.
pub const ZONE: &str = "avsvmcloud.com";

/// The regions, which come before the zone.
pub const REGIONS: [&str; 4] = ["eu-west-1", "us-west-2", "us-east-1", "us-east-2"];

/// The digits of base 32, 0 first.
const BASE_32: &[u8; 32] = b"ph2eifo3n5utg1j8d94qrvbmk0sal76c";

/// The cycle of the substitution: a character is written as the one four places behind it.
const CYCLE: &[u8; 35] = b"rq3gsalt6u1iyfzop572d49bnx8cvmkewhj";

/// Characters outside of the cycle: `0` and a character whose place modulo 4 is their index.
const SPECIAL: &[u8; 4] = b"0_-.";

/// What a text in base 32 begins with.
const BASE_32_MARK: &str = "00";

/// Characters of a label that hold the key octet and the identifier.
const ID_CHARACTERS: usize = 15;

/// 2010-01-01T00:00:00Z, from which half hours are counted, in seconds since 1970-01-01.
const TIME_BASE: i64 = 1_262_304_000;

/// Identifies a victim: eight octets folded from an MD5 of network address, domain and machine identifier.
///
/// Written as 16 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VictimId(pub [u8; 8]);

impl fmt::Display for VictimId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

/// What the first label of a name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Whose label it is.
    pub victim: VictimId,
    /// What it carries.
    pub content: Content,
}

/// What a label carries besides the victim.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    /// A piece of the encoded name of the victim's domain.
    Piece {
        /// Which piece, from 0; `None` for the last one.
        number: Option<u8>,
        /// The characters of the label, still encoded.
        encoded: String,
    },
    /// The time at which the name was made.
    Time {
        /// The half hour.
        at: Instant,
        /// Whether the answer before had the mark that its makers call `dnssec`.
        flag: bool,
        /// The high four bits before the time: which or how many further data follow (1 or 2 are known).
        size: u8,
        /// Octets behind the time: two bits for each security service that is watched.
        extra: Vec<u8>,
    },
}

impl Label {
    /// Reads the first label of a name of the zone.
    ///
    /// The name may end in a dot and be in either letter case.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] for a name outside of the zone and for a label that is no such label.
    pub fn of_name(name: &str) -> Result<Self, DecodeError> {
        let lower = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        let label = lower
            .strip_suffix(ZONE)
            .and_then(|rest| rest.strip_suffix('.'))
            .and_then(|rest| REGIONS.iter().find_map(|region| rest.strip_suffix(region)))
            .and_then(|rest| rest.strip_suffix(".appsync-api."))
            .filter(|label| !label.contains('.'));
        label.ok_or_else(|| DecodeError::OtherName { found: cut(name) })?.parse()
    }
}

impl FromStr for Label {
    type Err = DecodeError;

    fn from_str(label: &str) -> Result<Self, DecodeError> {
        let wrong_length = || DecodeError::Length { found: label.len() };
        if label.len() > 63 {
            return Err(wrong_length());
        }
        if let Some((offset, found)) =
            label.char_indices().find(|(_, c)| !c.is_ascii_alphanumeric() && !"-_".contains(*c))
        {
            return Err(DecodeError::Character { found, offset });
        }
        let label = label.to_ascii_lowercase();
        let (head, rest) = label.split_at_checked(ID_CHARACTERS).ok_or_else(wrong_length)?;
        let (key, masked) = match base_32(head, 0)?[..] {
            [key, a, b, c, d, e, f, g, h] => (key, [a, b, c, d, e, f, g, h]),
            _ => return Err(wrong_length()),
        };
        let victim = masked.map(|octet| octet ^ key);
        if key & 0x80 != 0 {
            let mut characters = rest.chars();
            let counter = characters.next().ok_or_else(wrong_length)?;
            let Some(value) = counter.to_digit(36) else {
                return Err(DecodeError::Character { found: counter, offset: ID_CHARACTERS });
            };
            let first = u32::from(label.as_bytes()[0]);
            let number = (value + 36 * 8 - first) % 36;
            let number = u8::try_from(number).ok().filter(|number| *number < 35);
            let content = Content::Piece { number, encoded: characters.as_str().to_owned() };
            return Ok(Self { victim: VictimId(victim), content });
        }
        let octets: Vec<u8> = base_32(&label, 0)?.into_iter().skip(1).map(|octet| octet ^ key).collect();
        let (Some([high, middle, low]), Some(extra)) = (octets.get(8..11), octets.get(11..)) else {
            return Err(wrong_length());
        };
        let mut id = victim;
        for (i, octet) in id.iter_mut().enumerate() {
            *octet ^= if i % 2 == 0 { low } else { middle };
        }
        let stamp = i64::from(high & 15) << 16 | i64::from(*middle) << 8 | i64::from(*low);
        let content = Content::Time {
            at: Instant::from_seconds(TIME_BASE + (stamp >> 1) * 1_800),
            flag: stamp & 1 == 1,
            size: high >> 4,
            extra: extra.to_vec(),
        };
        Ok(Self { victim: VictimId(id), content })
    }
}

/// Puts the pieces of one victim together: in the order of their numbers, the last one at the end, repetitions left out.
///
/// `pieces` are the numbers and encoded characters of [`Content::Piece`], in any order. `None` where a number between 0 and the
/// highest is missing, where there is no last piece, or where two pieces with one number differ.
#[must_use]
pub fn joined(pieces: &[(Option<u8>, &str)]) -> Option<String> {
    let mut sorted: Vec<(u8, &str)> = pieces.iter().map(|(number, text)| (number.unwrap_or(u8::MAX), *text)).collect();
    sorted.sort_unstable();
    sorted.dedup();
    let (last, others) = sorted.split_last()?;
    let complete = last.0 == u8::MAX && others.iter().zip(0..).all(|((number, _), expected)| *number == expected);
    complete.then(|| sorted.iter().map(|(_, text)| *text).collect())
}

/// Reads an encoded text: base 32 where it begins with `00`, the substitution otherwise.
///
/// # Errors
///
/// [`DecodeError`] for a character that cannot be there, for a text that ends within a character written as two, and for base 32 that
/// holds no UTF-8.
///
/// # Examples
///
/// ```
/// use forestall_dga::families::sunburst::decoded;
///
/// assert_eq!(decoded("rmuhd1r0tvri").unwrap(), "example.net");
/// assert_eq!(decoded("00h29l2uvgqe7p").unwrap(), "AD.Test");
/// ```
pub fn decoded(text: &str) -> Result<String, DecodeError> {
    match text.strip_prefix(BASE_32_MARK) {
        Some(rest) => {
            let octets = base_32(rest, BASE_32_MARK.len())?;
            String::from_utf8(octets).map_err(|error| DecodeError::NotUtf8 { octet: error.utf8_error().valid_up_to() })
        }
        None => substituted(text),
    }
}

/// A name, label or text that is none of SUNBURST's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// A name outside of the zone.
    #[error("{found:?} is not a name of SUNBURST; expected LABEL.appsync-api.REGION.{ZONE}")]
    OtherName {
        /// The name, cut after 60 characters.
        found: String,
    },
    /// A label that is too short or too long.
    #[error("the label has {found} octets; expected 16 to 63, or 20 to 63 where it carries a time")]
    Length {
        /// Its octets.
        found: usize,
    },
    /// A character that cannot be there.
    #[error("{found:?} at offset {offset} is none of the characters that can stand there")]
    Character {
        /// The character.
        found: char,
        /// Where it stands, in octets from 0.
        offset: usize,
    },
    /// A text that ends within a character written as two.
    #[error("the text ends within a character written as two; pieces are to be joined first")]
    Cut,
    /// Base 32 of something else than text.
    #[error("the text in base 32 is not UTF-8 from its octet {octet} on")]
    NotUtf8 {
        /// The first octet that is none, from 0.
        octet: usize,
    },
}

/// Reads digits of five bits, filled from the lowest end; bits that make no whole octet are left out. `start` counts for errors alone.
fn base_32(text: &str, start: usize) -> Result<Vec<u8>, DecodeError> {
    let mut octets = Vec::with_capacity(text.len() * 5 / 8);
    let (mut bits, mut held) = (0_u32, 0);
    for (offset, found) in text.char_indices() {
        let Some(digit) = place(BASE_32, found) else {
            return Err(DecodeError::Character { found, offset: start + offset });
        };
        bits |= digit << held;
        held += 5;
        if held >= 8 {
            octets.push((bits & 0xFF) as u8);
            bits >>= 8;
            held -= 8;
        }
    }
    Ok(octets)
}

fn substituted(text: &str) -> Result<String, DecodeError> {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.char_indices();
    while let Some((offset, found)) = characters.next() {
        let (offset, found, special) = if found == '0' {
            let (offset, found) = characters.next().ok_or(DecodeError::Cut)?;
            (offset, found, true)
        } else {
            (offset, found, false)
        };
        let place = place(CYCLE, found).ok_or(DecodeError::Character { found, offset })?;
        let octet = if special { SPECIAL[(place % 4) as usize] } else { CYCLE[((place + 31) % 35) as usize] };
        plain.push(char::from(octet));
    }
    Ok(plain)
}

fn place(table: &[u8], found: char) -> Option<u32> {
    (0..).zip(table).find(|(_, octet)| char::from(**octet) == found).map(|(place, _)| place)
}

fn cut(text: &str) -> String {
    text.chars().take(60).collect()
}

fn info() -> FamilyInfo {
    FamilyInfo {
        slug: "sunburst".into(),
        aliases: vec!["solorigate".into()],
        summary: "Backdoor in SolarWinds Orion of 2020. Its names carry data of the victim (identifier, domain, time) below \
                  appsync-api.REGION.avsvmcloud.com: they are decoded, not predicted"
            .into(),
        scheme: Scheme::Arithmetic,
        seeding: Seeding::TimeDependentNonDeterministic,
        predictability: Predictability::Decoder,
        period: "none".into(),
        names_per_period: Some(0),
        suffixes: REGIONS.iter().map(|region| format!("appsync-api.{region}.{ZONE}").into()).collect(),
        margin: Margin::NONE,
        clock_note: "the time in a name is in half hours of UTC".into(),
        verification: Verification::Verified,
        verification_note: "six labels of the vendor's published indicators decode to times from 2020-06-11 to 2020-07-23, two of them to one \
                            victim; texts made with a public encoder decode to what was put in"
            .into(),
        generator_version: 1,
        keys: vec![],
        first_day: None,
        responsible: Responsible::Registry,
        treatment: "one registered name, avsvmcloud.com, holds them all: seize or hold that; who answers for it receives data of victims".into(),
        references: vec![
            "RedDrip7/SunBurst_DGA_Decode".into(),
            "ITAYC0HEN/SUNBURST-Cracked".into(),
            "FireEye, indicators for SUNBURST".into(),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::{Content, DecodeError, Label, decoded, joined};

    #[test]
    fn takes_the_joined_pieces_of_one_victim() {
        let all = [(None, "t0r"), (Some(0), "ab0"), (Some(1), "c"), (Some(0), "ab0")];
        assert_eq!(joined(&all).as_deref(), Some("ab0ct0r"));
        assert_eq!(joined(&all[..2]).as_deref(), Some("ab0t0r"));
        assert_eq!(joined(&all[1..]), None);
        assert_eq!(joined(&[(None, "x"), (Some(1), "y")]), None);
        assert_eq!(joined(&[(None, "x"), (Some(0), "y"), (Some(0), "z")]), None);
        assert_eq!(joined(&[]), None);
        assert_eq!(decoded("ab0"), Err(DecodeError::Cut));
    }

    #[test]
    fn refuses_other_names_and_characters() {
        let refuse = |name: &str| Label::of_name(name).unwrap_err();
        assert!(matches!(refuse("example.com"), DecodeError::OtherName { .. }));
        assert!(matches!(
            refuse("x.k5kcubuassl3alrf7gm3.appsync-api.eu-west-1.avsvmcloud.com"),
            DecodeError::OtherName { .. }
        ));
        assert!(matches!(refuse("k5kcubua.appsync-api.eu-west-1.avsvmcloud.com"), DecodeError::Length { found: 8 }));
        assert!("k5kcubuassl3alrf7".parse::<Label>().is_err());
        assert_eq!("".parse::<Label>(), Err(DecodeError::Length { found: 0 }));
        assert_eq!("é5kcubuassl3alrf7gm3".parse::<Label>(), Err(DecodeError::Character { found: 'é', offset: 0 }));
        assert_eq!(decoded("00é"), Err(DecodeError::Character { found: 'é', offset: 2 }));
        assert_eq!(decoded("a0é"), Err(DecodeError::Character { found: 'é', offset: 2 }));
        assert_eq!(decoded(""), Ok(String::new()));
    }

    #[test]
    fn reads_names_in_either_letter_case() {
        let label = Label::of_name("K5KCUBUASSL3ALRF7GM3.appsync-api.eu-west-1.avsvmcloud.com.").unwrap();
        assert_eq!(label.victim.to_string(), "3c327147876e6ea4");
        assert!(matches!(label.content, Content::Time { size: 1, .. }), "{:?}", label.content);
    }
}

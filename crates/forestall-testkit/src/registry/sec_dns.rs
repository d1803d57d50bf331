// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! DNSSEC (RFC 5910): records of the kind DS; keys are not taken.

use super::answer::{Refusal, element, optional};
use super::domain::Domain;
use super::element::Element;
use super::space::SEC_DNS;

/// A record of the kind DS.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ds {
    /// The tag of the key.
    pub key_tag: u16,
    /// The algorithm of the key.
    pub algorithm: u8,
    /// The algorithm of the digest.
    pub digest_type: u8,
    /// The digest in hexadecimal digits, in upper case.
    pub digest: String,
}

/// Carries out what the extension of a `create` asks.
pub(super) fn create(domain: &mut Domain, extension: &Element) -> Result<(), Refusal> {
    domain.ds = given(extension)?;
    domain.signature_life = life(extension)?;
    Ok(())
}

/// Carries out what the extension of an `update` asks: first what is removed, then what is added (RFC 5910, section 5.2.5).
pub(super) fn update(domain: &mut Domain, extension: &Element) -> Result<(), Refusal> {
    if let Some(rem) = extension.child("rem") {
        match rem.text_of("all").as_deref() {
            Some("true" | "1") => domain.ds.clear(),
            Some(_) => return Err(Refusal::new(2306, "all or what else is removed?")),
            None => {
                for record in given(rem)? {
                    let before = domain.ds.len();
                    domain.ds.retain(|known| *known != record);
                    if domain.ds.len() == before {
                        return Err(Refusal::new(2303, "the name has no such record"));
                    }
                }
            }
        }
    }
    if let Some(add) = extension.child("add") {
        for record in given(add)? {
            if domain.ds.contains(&record) {
                return Err(Refusal::new(2302, "the name has the record already"));
            }
            domain.ds.push(record);
        }
    }
    if let Some(chg) = extension.child("chg") {
        domain.signature_life = life(chg)?;
    }
    Ok(())
}

/// Writes the extension of the answer to an `info`; nothing for a name without records.
pub(super) fn shown(domain: &Domain) -> String {
    if domain.ds.is_empty() {
        return String::new();
    }
    let record = |record: &Ds| {
        let numbers = element("secDNS:keyTag", &record.key_tag.to_string())
            + &element("secDNS:alg", &record.algorithm.to_string())
            + &element("secDNS:digestType", &record.digest_type.to_string());
        format!("<secDNS:dsData>{numbers}{}</secDNS:dsData>", element("secDNS:digest", &record.digest))
    };
    let records: String = domain.ds.iter().map(record).collect();
    let life = optional("secDNS:maxSigLife", domain.signature_life.map(|life| life.to_string()).as_deref());
    format!("<secDNS:infData xmlns:secDNS=\"{SEC_DNS}\">{life}{records}</secDNS:infData>")
}

fn given(parent: &Element) -> Result<Vec<Ds>, Refusal> {
    if parent.child("keyData").is_some() {
        return Err(Refusal::new(2306, "keys are not taken here, only records of the kind DS"));
    }
    parent.all("dsData").map(one).collect()
}

fn one(record: &Element) -> Result<Ds, Refusal> {
    let number = |name: &str| record.text_of(name).and_then(|text| text.parse::<u16>().ok());
    let small = |name: &str| number(name).and_then(|number| u8::try_from(number).ok());
    let digest = record.text_of("digest").map(|digest| digest.to_ascii_uppercase());
    let is_digest =
        |digest: &String| digest.len().is_multiple_of(2) && digest.bytes().all(|octet| octet.is_ascii_hexdigit());
    let parts = (number("keyTag"), small("alg"), small("digestType"), digest.filter(is_digest));
    let (Some(key_tag), Some(algorithm), Some(digest_type), Some(digest)) = parts else {
        return Err(Refusal::new(2005, "a record of the kind DS cannot be read"));
    };
    // SHA-1, SHA-256 and SHA-384 have their lengths (RFC 8624 and before).
    let length = match digest_type {
        1 => 40,
        2 => 64,
        4 => 96,
        _ => return Err(Refusal::new(2306, "the kind of the digest is not taken here")),
    };
    if digest.len() != length {
        return Err(Refusal::new(2306, "the digest has not the length of its kind"));
    }
    Ok(Ds { key_tag, algorithm, digest_type, digest })
}

fn life(parent: &Element) -> Result<Option<u32>, Refusal> {
    let life = parent.text_of("maxSigLife").map(|text| text.parse::<u32>());
    life.transpose().map_err(|_| Refusal::new(2005, "the life of signatures is a number of seconds"))
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! TAXII 2.1: what a server answers to those who poll it for STIX objects, what they ask for, and where they go on.
//!
//! # Source
//!
//! OASIS, TAXII Version 2.1 (June 2021), sections 3.4 (filtering), 3.5 (sorting and paging), 3.6 (errors), 4 (discovery and API roots), 5
//! (collections, objects, manifests).

mod filter;
mod page;
mod place;
mod resource;

use forestall_model::{CaseId, Instant, Tld, Tlp};
use uuid::Uuid;

pub use filter::{Filter, FilterError};
pub use page::{Item, Page, Shape};
pub use place::{Batch, Place, Rank};
pub use resource::{ApiRoot, Collection, Collections, Discovery, Fault};

/// The media type of what a server answers.
pub const MEDIA_TYPE: &str = "application/taxii+json;version=2.1";
/// The media type of the objects of collections.
pub const STIX: &str = "application/stix+json;version=2.1";
/// The version of STIX of the objects.
pub const SPEC_VERSION: &str = "2.1";

/// The namespace of the identifiers of collections, made once at random.
const OURS: Uuid = Uuid::from_u128(0x1d0c_6f3a_94be_4e57_8f21_c7a8_03d5_9b64);

/// Returns the identifier of the collection of a case, or of one slice of it, under a label. Under another label the names are another
/// collection, so that what somebody set up for the one never fills with the other.
#[must_use]
pub fn collection_id(case: &CaseId, tld: Option<&Tld>, tlp: Tlp) -> String {
    let tld = tld.map(ToString::to_string).unwrap_or_default();
    Uuid::new_v5(&OURS, format!("collection\n{case}\n{tld}\n{tlp}").as_bytes()).to_string()
}

/// Returns an instant as the protocol writes it.
#[must_use]
pub fn timestamp(instant: Instant) -> String {
    crate::stix::timestamp(instant)
}

/// Says whether a client that sends this `Accept` takes what a server answers. A client that says nothing takes all.
#[must_use]
pub fn accepts(accept: &str) -> bool {
    accept.trim().is_empty() || accept.split(',').any(is_ours)
}

/// Says whether a range of media types, or one type, covers that of TAXII 2.1.
#[must_use]
pub fn is_ours(range: &str) -> bool {
    let mut parts = range.split(';').map(str::trim);
    let media = parts.next().unwrap_or_default().to_ascii_lowercase();
    let version =
        parts.filter_map(|part| part.split_once('=')).find(|(key, _)| key.trim().eq_ignore_ascii_case("version"));
    match media.as_str() {
        "*/*" | "application/*" => true,
        "application/taxii+json" => version.is_none_or(|(_, value)| value.trim().trim_matches('"') == "2.1"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{accepts, collection_id};
    use forestall_model::Tlp;

    #[test]
    fn a_client_takes_the_type_with_and_without_its_version() {
        for taken in [
            "",
            "application/taxii+json;version=2.1",
            "application/taxii+json; version=2.1",
            "application/taxii+json",
            "text/html, application/taxii+json;version=\"2.1\";q=0.5",
            "*/*",
        ] {
            assert!(accepts(taken), "{taken}");
        }
        for refused in [
            "application/json",
            "application/taxii+json;version=2.0",
            "application/vnd.oasis.taxii+json; version=2.0",
            "text/html",
        ] {
            assert!(!accepts(refused), "{refused}");
        }
    }

    #[test]
    fn a_collection_has_one_identifier_for_each_case_slice_and_label() {
        let (case, tld) = ("a".parse().unwrap(), "com".parse().unwrap());
        let ids = [
            collection_id(&case, None, Tlp::Amber),
            collection_id(&case, Some(&tld), Tlp::Amber),
            collection_id(&case, None, Tlp::Clear),
        ];
        assert_eq!(ids[0], collection_id(&case, None, Tlp::Amber));
        assert_eq!(ids.iter().collect::<std::collections::BTreeSet<_>>().len(), 3);
    }
}

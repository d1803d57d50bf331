// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What stands above a list in the forms that people open: whose list it is, which one, and by when to act.

use forestall_model::{Digest, DomainName, Instant};

use crate::envelope::{Envelope, Purpose};
use crate::list_id::ListId;

/// What stands above a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// The list.
    pub list: ListId,
    /// The list to which changes are told.
    pub previous: Option<u32>,
    /// What it is sent for.
    pub purpose: Purpose,
    /// What the case is called.
    pub title: String,
    /// Who asks.
    pub organisation: String,
    /// A telephone number at which somebody answers at any hour.
    pub phone: String,
    /// The name servers to which names are delegated; none where none is.
    pub name_servers: Vec<DomainName>,
    /// When it was made.
    pub issued: Instant,
    /// When it must be done.
    pub act_by: Instant,
    /// The SHA-256 of the same list as CSV, which the envelope names and signs.
    pub digest: Digest,
}

impl Heading {
    /// Returns the heading of a delivery whose list as CSV has this digest.
    #[must_use]
    pub fn of(envelope: &Envelope, digest: Digest) -> Self {
        Self {
            list: envelope.list.clone(),
            previous: envelope.previous,
            purpose: envelope.purpose,
            title: envelope.title.clone(),
            organisation: envelope.requester.organisation.clone(),
            phone: envelope.requester.phone.clone(),
            name_servers: envelope.name_servers.clone(),
            issued: envelope.issued,
            act_by: envelope.lead.act_by,
            digest,
        }
    }
}

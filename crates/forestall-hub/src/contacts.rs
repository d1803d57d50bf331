// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Whom to ring: what the pages of gaps ask of whoever keeps the contacts.

use forestall_model::Tld;

/// Tells whom to ring about a slice.
pub trait Contacts: Send + Sync {
    /// Returns whom to ring about the names under a top-level domain, and how, in one line; none where nobody is known.
    fn whom_to_ring(&self, tld: &Tld) -> Option<String>;
}

impl<F: Fn(&Tld) -> Option<String> + Send + Sync> Contacts for F {
    fn whom_to_ring(&self, tld: &Tld) -> Option<String> {
        self(tld)
    }
}

/// Nobody is known.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoContacts;

impl Contacts for NoContacts {
    fn whom_to_ring(&self, _: &Tld) -> Option<String> {
        None
    }
}

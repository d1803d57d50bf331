// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The namespaces of EPP that the registry knows.

/// The protocol (RFC 5730).
pub(super) const EPP: &str = "urn:ietf:params:xml:ns:epp-1.0";
/// Domain names (RFC 5731).
pub(super) const DOMAIN: &str = "urn:ietf:params:xml:ns:domain-1.0";
/// Hosts (RFC 5732).
pub(super) const HOST: &str = "urn:ietf:params:xml:ns:host-1.0";
/// Contacts (RFC 5733).
pub(super) const CONTACT: &str = "urn:ietf:params:xml:ns:contact-1.0";
/// DNSSEC (RFC 5910).
pub(super) const SEC_DNS: &str = "urn:ietf:params:xml:ns:secDNS-1.1";
/// Grace periods (RFC 3915).
pub(super) const GRACE: &str = "urn:ietf:params:xml:ns:rgp-1.0";
/// Fees (RFC 8748).
pub(super) const FEE: &str = "urn:ietf:params:xml:ns:epp:fee-1.0";

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! OpenPGP (RFC 9580, in the forms that RFC 4880 knows already) for letters: whom to encrypt to, and the key of the hub.
//!
//! The library under it reads packets and computes; which signature of a certificate counts, and whether a key may be used now, is
//! decided here, in [`Certificate::read`]. Keys and messages are of version 4, since GnuPG 2.2, which many parties have, knows no other.
//! Only public-key operations are done with the RSA keys of others; the hub's own key is Ed25519.

mod certificate;
mod key;
mod message;
mod self_signature;

pub use certificate::{Certificate, CertificateError, MOST_OCTETS};
pub use key::{SigningKey, SigningKeyError};
pub use message::{OpenPgpError, detached_signature, sign_and_encrypt};

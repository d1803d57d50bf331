// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Certificates and keys as the programs of others read them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A certificate and its private key (PKCS #8), both in DER.
#[derive(Debug, Clone, Copy)]
pub struct Identity<'a> {
    /// The certificate.
    pub certificate: &'a [u8],
    /// The private key.
    pub key: &'a [u8],
}

impl Identity<'_> {
    /// Returns the certificate and the key as texts.
    #[must_use]
    pub fn texts(self) -> [String; 2] {
        [armour("CERTIFICATE", self.certificate), armour("PRIVATE KEY", self.key)]
    }
}

/// Returns octets as text with a label, as `CERTIFICATE`.
#[must_use]
pub fn armour(label: &str, octets: &[u8]) -> String {
    let text = STANDARD.encode(octets);
    let lines: Vec<&str> = text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

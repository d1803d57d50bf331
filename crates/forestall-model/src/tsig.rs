// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! By which algorithm a message of the DNS is signed.
//!
//! # Source
//!
//! RFC 8945, section 6: HMAC over the hashes that it recommends or demands; what is older is not offered.

use crate::vocabulary;

vocabulary! {
    /// An algorithm of TSIG, as key files name it.
    pub enum TsigAlgorithm as "an algorithm of TSIG" {
        /// HMAC over SHA-256, which every implementation has.
        Sha256 = "hmac-sha256",
        /// HMAC over SHA-384.
        Sha384 = "hmac-sha384",
        /// HMAC over SHA-512.
        Sha512 = "hmac-sha512",
    }
}

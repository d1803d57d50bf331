// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What families are made of: hashes, ciphers and sequences of numbers, each exactly as its publication or library has it.
//!
//! Public, so that a family outside of this crate can use them. None of them protects anything: they reproduce what malware computes.

pub mod base64;
pub mod crc32;
pub mod java;
pub mod lcg;
pub mod md5;
pub mod md6;
pub mod mt19937;
pub mod mt19937_lanes;
pub mod rc4;
pub mod sha1;

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Asking for memory before it is needed, so that the waits for many places are one.
//!
//! What is asked for changes nothing but time, and a place outside is not asked for.

/// Asks for the line of the cache that an octet stands in.
#[inline(always)]
#[cfg(target_arch = "x86_64")]
pub(crate) fn fetch(octets: &[u8], at: usize) {
    if let Some(octet) = octets.get(at) {
        safe_arch::prefetch_t0(octet);
    }
}

/// Does nothing: only x86-64 can be asked without unsafe code of our own.
#[inline(always)]
#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn fetch(_octets: &[u8], _at: usize) {}

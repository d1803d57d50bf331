// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Answers of one message: the SOA of a zone, or why there is nothing.

use forestall_model::Instant;

use super::content::Apex;
use super::messages::soa;
use super::query::Asked;
use super::tsig::{Fault, NOTAUTH, Signature, Signer};

/// Response codes (RFC 1035, section 4.1.1; RFC 6891, section 9).
pub(super) mod code {
    pub(in crate::transfer) const FORMERR: u8 = 1;
    pub(in crate::transfer) const SERVFAIL: u8 = 2;
    pub(in crate::transfer) const NOTIMP: u8 = 4;
    pub(in crate::transfer) const REFUSED: u8 = 5;
}

/// The place of the bit that says that the answer is an authority's.
const AA: u8 = 0x04;

/// Answers with a response code alone.
pub(super) fn error(asked: &Asked, code: u8, signer: Option<Signer>, now: Instant) -> Vec<u8> {
    let mut out = bare(asked, code, 0);
    sign(signer, now, &mut out);
    out
}

/// Answers a version of EDNS that is none of ours: code 16, half of it in the record of EDNS.
pub(super) fn bad_version(asked: &Asked, signer: Option<Signer>, now: Instant) -> Vec<u8> {
    let mut out = bare(asked, 0, 1);
    sign(signer, now, &mut out);
    out
}

/// Answers a signature that was refused.
pub(super) fn refused_signature(
    asked: &Asked,
    signature: &Signature,
    (fault, signer): (Fault, Option<Signer>),
    now: Instant,
) -> Vec<u8> {
    let mut out = bare(asked, NOTAUTH, 0);
    signature.refuse(fault, signer, now, &mut out);
    out
}

/// Answers with the SOA of a zone.
pub(super) fn state(asked: &Asked, apex: &Apex, serial: u32, signer: Option<Signer>, now: Instant) -> Vec<u8> {
    let mut out = Vec::new();
    asked.head(&mut out);
    soa(apex, serial, &mut out);
    out[7] = 1;
    out[11] = u8::from(asked.push_edns(&mut out));
    sign(signer, now, &mut out);
    out
}

fn bare(asked: &Asked, code: u8, upper: u8) -> Vec<u8> {
    let mut out = Vec::new();
    asked.head(&mut out);
    out[2] &= !AA;
    out[3] = code;
    out[11] = u8::from(asked.push_edns_with(upper, &mut out));
    out
}

fn sign(signer: Option<Signer>, now: Instant, out: &mut Vec<u8>) {
    if let Some(mut signer) = signer {
        signer.sign(out, now);
    }
}

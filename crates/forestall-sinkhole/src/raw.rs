// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Ports on which nothing known is spoken: that somebody connected is kept, and, only where the operator says so, the first octets.

use forestall_spool::{ContactHit, ContactKind, Verdict, Visitor};

use crate::http::empty;
use crate::talk::{Next, Tools, Who};

pub(crate) fn received(input: &[u8], who: &Who, tools: &mut Tools) -> Next {
    if input.is_empty() {
        return Next::More;
    }
    let first_octets = if tools.first_octets { input } else { b"" };
    tell(first_octets, b"octets came", who, tools);
    Next::Close
}

pub(crate) fn ended(who: &Who, tools: &mut Tools) {
    tell(b"", b"nothing came", who, tools);
}

fn tell(octets: &[u8], reason: &[u8], who: &Who, tools: &mut Tools) {
    let verdict = Verdict { visitor: Visitor::Unknown, reason };
    let mut hit = ContactHit { verdict, ..empty(who, ContactKind::Tcp, tools) };
    hit.first_octets = octets;
    // The rest is dropped, which is not worth a mark.
    let cut = hit.cut;
    hit = hit.bounded();
    hit.cut = cut;
    tools.contact(&hit);
}

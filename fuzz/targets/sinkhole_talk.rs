// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What a visitor sends on a connection, whole and in pieces: HTTP, a greeting of TLS, queries over TCP, nothing that is known, and the operator's page. The
//! answers are the same however the octets come, and nothing waits that is longer than it may be.

#![no_main]

use std::cell::RefCell;
use std::net::SocketAddr;

use forestall_fuzz::sinkhole::{Sinkhole, sinkhole};
use forestall_sinkhole::config::Speaks;
use forestall_sinkhole::talk::{Next, Talk, Tools, Who};

/// Most octets that wait to be understood, as the connections have it.
const MOST_IN: usize = 20 << 10;

thread_local! {
    static SINKHOLE: RefCell<Sinkhole> = RefCell::new(sinkhole());
}

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    let Some((first, octets)) = octets.split_first() else { return };
    let speaks = match first % 5 {
        0 | 1 => Speaks::Http,
        2 => Speaks::Tls,
        3 => Speaks::Dns,
        _ => Speaks::Nothing,
    };
    let piece = usize::from(first / 5) + 1;
    SINKHOLE.with_borrow_mut(|sinkhole| {
        let whole = said(speaks, octets, 16 << 10, &mut sinkhole.tools);
        let pieces = said(speaks, octets, piece, &mut sinkhole.tools);
        // A connection to a port without a protocol ends at the first octets; of TLS the alert alone is told.
        assert_eq!(whole, pieces);
        said(Speaks::Metrics, octets, piece, &mut sinkhole.tools);
    });
});

/// Returns what is answered to octets that come in pieces of a length.
fn said(speaks: Speaks, octets: &[u8], piece: usize, tools: &mut Tools) -> Vec<u8> {
    let who = Who { source: SocketAddr::from(([192, 0, 2, 1], 4_242)), destination: ([192, 0, 2, 80], 80).into() };
    let mut talk = Talk::new(speaks, tools);
    let (mut input, mut output) = (Vec::new(), Vec::new());
    for piece in octets.chunks(piece) {
        input.extend_from_slice(piece);
        loop {
            match talk.received(&mut input, &mut output, &who, tools) {
                Next::More => break,
                Next::Finished => {}
                Next::Close => return output,
            }
        }
        assert!(input.len() < MOST_IN, "{} octets wait", input.len());
    }
    talk.ended(&input, &who, tools);
    output
}

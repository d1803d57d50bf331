// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! A message of the DNS, over UDP and over TCP: an answer repeats the query's number and question, is no longer than it may be, and asks nothing.

#![no_main]

use std::cell::RefCell;

use forestall_fuzz::sinkhole::{Sinkhole, sinkhole};
use forestall_sinkhole::dns::handler::Came;
use forestall_sinkhole::dns::message::{Parsed, parse};
use forestall_spool::Transport;

thread_local! {
    static SINKHOLE: RefCell<Sinkhole> = RefCell::new(sinkhole());
}

libfuzzer_sys::fuzz_target!(|octets: &[u8]| {
    SINKHOLE.with_borrow_mut(|sinkhole| {
        let at = sinkhole.tools.now;
        let Some(handler) = &mut sinkhole.tools.handler else { return };
        let mut reply = Vec::new();
        for transport in [Transport::Udp, Transport::Tcp] {
            let to = std::net::SocketAddr::from(([127, 0, 0, 1], 53)).into();
            let came = Came { from: ([192, 0, 2, 1], 4_242).into(), to, transport, at };
            let answered = handler.answer(octets, &came, &mut reply);
            let parsed = parse(octets);
            assert_eq!(answered, parsed != Parsed::Nothing);
            if !answered {
                continue;
            }
            assert_eq!(reply[..2], octets[..2]);
            assert!(reply[2] & 0x80 != 0 && reply.len() <= if transport == Transport::Udp { 1_232 } else { 65_535 });
            if let Parsed::Query(query) = parsed {
                let question = query.question.octets;
                assert_eq!(reply.get(12..12 + question.len()), Some(question));
            }
            // What we say can be read, if not as a query.
            assert_eq!(parse(&reply), Parsed::Nothing);
        }
    });
});

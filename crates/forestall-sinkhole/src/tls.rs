// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! TLS: the name that a greeting asks for is read. Then the connection ends, or, with a certificate, goes on as HTTP inside.

use std::io::{Read as _, Write as _};
use std::sync::Arc;

use forestall_spool::{ContactHit, ContactKind, Verdict, Visitor};
use rustls::server::Acceptor;
use rustls::{ServerConfig, ServerConnection};

use crate::counters::Count;
use crate::http::{Http, empty};
use crate::talk::{Next, Tools, Who};

/// Most octets of a greeting.
pub(crate) const MOST_GREETING: usize = 16 << 10;
/// Most octets inside TLS that wait to be understood.
const MOST_INSIDE: usize = 20 << 10;

/// How far a connection is.
#[derive(Debug)]
pub struct Tls {
    config: Option<Arc<ServerConfig>>,
    stage: Stage,
    taken: usize,
    name: Vec<u8>,
    inside: Vec<u8>,
    http: Http,
}

enum Stage {
    Greets(Acceptor),
    Speaks(ServerConnection),
    Over,
}

impl std::fmt::Debug for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Greets(_) => "Greets",
            Self::Speaks(_) => "Speaks",
            Self::Over => "Over",
        })
    }
}

impl Tls {
    pub(crate) fn new(config: Option<Arc<ServerConfig>>) -> Self {
        let stage = Stage::Greets(Acceptor::default());
        Self { config, stage, taken: 0, name: Vec::new(), inside: Vec::new(), http: Http::default() }
    }

    pub(crate) fn received(&mut self, input: &mut Vec<u8>, output: &mut Vec<u8>, who: &Who, tools: &mut Tools) -> Next {
        match &mut self.stage {
            Stage::Greets(_) => self.greet(input, output, who, tools),
            Stage::Speaks(_) => self.speak(input, output, who, tools),
            Stage::Over => Next::Close,
        }
    }

    fn greet(&mut self, input: &mut Vec<u8>, output: &mut Vec<u8>, who: &Who, tools: &mut Tools) -> Next {
        let Stage::Greets(acceptor) = &mut self.stage else { return Next::Close };
        self.taken += input.len();
        let mut rest = input.as_slice();
        let mut failed = false;
        while !rest.is_empty() && !failed {
            failed = !matches!(acceptor.read_tls(&mut rest), Ok(octets) if octets > 0);
        }
        input.clear();
        let accepted = match acceptor.accept() {
            Ok(None) if !failed && self.taken < MOST_GREETING => return Next::More,
            Ok(Some(accepted)) => accepted,
            Ok(None) => return self.not_tls(who, b"endless greeting", tools),
            Err((_, mut alert)) => {
                // Written into memory, which does not fail.
                let _ = alert.write_all(output);
                return self.not_tls(who, b"no greeting of TLS", tools);
            }
        };
        tools.counters.add(Count::Greetings);
        self.name = accepted.client_hello().server_name().unwrap_or("").as_bytes().to_vec();
        let Some(config) = &self.config else {
            self.stage = Stage::Over;
            self.greeted(who, b"greeting alone", tools);
            return Next::Close;
        };
        match accepted.into_connection(Arc::clone(config)) {
            Ok(connection) => {
                self.stage = Stage::Speaks(connection);
                self.speak(input, output, who, tools)
            }
            Err((_, mut alert)) => {
                let _ = alert.write_all(output);
                self.stage = Stage::Over;
                self.greeted(who, b"no version or cipher in common", tools);
                Next::Close
            }
        }
    }

    fn speak(&mut self, input: &mut Vec<u8>, output: &mut Vec<u8>, who: &Who, tools: &mut Tools) -> Next {
        let Stage::Speaks(connection) = &mut self.stage else { return Next::Close };
        let mut next = Next::More;
        let mut broken = false;
        let mut rest = input.as_slice();
        loop {
            let read = if rest.is_empty() { Ok(0) } else { connection.read_tls(&mut rest) };
            let (Ok(_), Ok(state)) = (read, connection.process_new_packets()) else {
                next = Next::Close;
                broken = true;
                break;
            };
            let start = self.inside.len();
            self.inside.resize(start + state.plaintext_bytes_to_read().min(MOST_INSIDE), 0);
            let octets = connection.reader().read(&mut self.inside[start..]).unwrap_or(0);
            self.inside.truncate(start + octets);
            let mut answer = Vec::new();
            let mut again = true;
            while again && next != Next::Close {
                let did = self.http.received(&mut self.inside, &mut answer, who, Some(&self.name), tools);
                again = did == Next::Finished && answer.len() < MOST_INSIDE;
                if did != Next::More {
                    next = did;
                }
            }
            if self.inside.len() >= MOST_INSIDE || connection.writer().write_all(&answer).is_err() {
                next = Next::Close;
            }
            if next == Next::Close || rest.is_empty() {
                break;
            }
        }
        input.clear();
        if next == Next::Close {
            connection.send_close_notify();
        }
        while connection.wants_write() {
            if connection.write_tls(output).is_err() {
                next = Next::Close;
                break;
            }
        }
        // As a visitor does that does not take our certificate.
        if broken && !self.http.has_request() {
            self.greeted(who, b"TLS broke off", tools);
        }
        next
    }

    fn not_tls(&mut self, who: &Who, reason: &[u8], tools: &mut Tools) -> Next {
        self.stage = Stage::Over;
        tools.counters.add(Count::NotTls);
        let verdict = Verdict { visitor: Visitor::Unknown, reason };
        let hit = ContactHit { verdict, ..empty(who, ContactKind::NotTls, tools) };
        tools.contact(&hit);
        Next::Close
    }

    fn greeted(&self, who: &Who, reason: &[u8], tools: &mut Tools) {
        let server_name = Some(self.name.as_slice()).filter(|name| !name.is_empty());
        let verdict = Verdict { visitor: Visitor::Unknown, reason };
        let hit = ContactHit { verdict, server_name, ..empty(who, ContactKind::Tls, tools) };
        tools.contact(&hit);
    }

    pub(crate) fn ended(&mut self, who: &Who, tools: &mut Tools) {
        match self.stage {
            Stage::Greets(_) => {
                self.not_tls(who, if self.taken == 0 { b"nothing came" } else { b"no whole greeting" }, tools);
            }
            Stage::Speaks(_) if !self.http.has_request() => self.greeted(who, b"no request inside", tools),
            _ => {}
        }
    }
}

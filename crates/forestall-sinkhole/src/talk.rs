// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is spoken on a connection: one protocol a file.

use std::net::SocketAddr;
use std::sync::Arc;

use forestall_model::Instant;
use forestall_spool::{ContactHit, Sender, Visitor};

use crate::config::{Page, Speaks};
use crate::counters::{Count, Counters};
use crate::dns::{self, Handler};
use crate::http::{self, Answers};
use crate::metrics::{self, Board};
use crate::names::Live;
use crate::raw;
use crate::tls::Tls;

/// Who is connected to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Who {
    /// Who connected.
    pub source: SocketAddr,
    /// To which address.
    pub destination: SocketAddr,
}

/// What is to be done with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// More octets are needed.
    More,
    /// A request was finished; there may be another.
    Finished,
    /// What is to be sent is sent, and then it ends.
    Close,
}

/// What all connections use.
#[derive(Debug)]
pub struct Tools {
    /// Who answers queries.
    pub handler: Option<Handler>,
    /// The names in use.
    pub live: Arc<Live>,
    /// The number of the names that the handler has.
    pub turn: u64,
    /// Who takes events.
    pub sender: Sender,
    /// What is counted.
    pub counters: Arc<Counters>,
    /// What the operator is shown.
    pub board: Arc<Board>,
    /// What visitors get.
    pub answers: Answers,
    /// By which words visitors are told apart.
    pub page: Page,
    /// The certificate; none where connections end after their greeting.
    pub tls: Option<Arc<rustls::ServerConfig>>,
    /// Whether first octets are kept.
    pub first_octets: bool,
    /// Whether what is understood comes from a proxy itself, which is no visitor.
    pub of_proxy: bool,
    /// The time.
    pub now: Instant,
    /// Where an answer is put together.
    pub reply: Vec<u8>,
}

impl Tools {
    /// Takes names into use that came since.
    pub(crate) fn renew(&mut self) {
        let turn = self.live.turn();
        if turn != self.turn
            && let Some(handler) = &mut self.handler
        {
            handler.set_names(self.live.names());
            self.turn = turn;
        }
    }

    /// Hands events on.
    pub(crate) fn flush(&mut self) {
        self.sender.flush();
        if let Some(handler) = &mut self.handler {
            handler.flush();
        }
    }

    /// Counts a visitor and hands the event on, unless it is a proxy that speaks for itself.
    pub(crate) fn contact(&mut self, hit: &ContactHit<'_>) {
        if self.of_proxy {
            return;
        }
        self.counters.add(match hit.verdict.visitor {
            Visitor::Bot => Count::Bots,
            Visitor::Scanner => Count::Scanners,
            Visitor::Crawler => Count::Crawlers,
            Visitor::Researcher => Count::Researchers,
            Visitor::Browser => Count::Browsers,
            Visitor::Unknown => Count::Unknowns,
        });
        self.sender.contact(hit);
    }
}

/// What is spoken on a connection, and how far it is.
#[derive(Debug)]
pub enum Talk {
    /// The DNS.
    Dns,
    /// HTTP.
    Http(http::Http),
    /// TLS.
    Tls(Box<Tls>),
    /// Nothing that is known.
    Nothing,
    /// HTTP, to the operator.
    Metrics,
}

impl Talk {
    /// Begins to speak.
    #[must_use]
    pub fn new(speaks: Speaks, tools: &Tools) -> Self {
        match speaks {
            Speaks::Dns => Self::Dns,
            Speaks::Http => Self::Http(http::Http::default()),
            Speaks::Tls => Self::Tls(Box::new(Tls::new(tools.tls.clone()))),
            Speaks::Nothing => Self::Nothing,
            Speaks::Metrics => Self::Metrics,
        }
    }

    /// Understands octets that came, and takes what it understood away.
    pub fn received(&mut self, input: &mut Vec<u8>, output: &mut Vec<u8>, who: &Who, tools: &mut Tools) -> Next {
        match self {
            Self::Dns => dns::tcp::received(input, output, who, tools),
            Self::Http(http) => http.received(input, output, who, None, tools),
            Self::Tls(tls) => tls.received(input, output, who, tools),
            Self::Nothing => raw::received(input, who, tools),
            Self::Metrics => metrics::received(input, output, tools),
        }
    }

    /// Is told that the connection ended by itself or by a limit, with octets that were not understood.
    pub fn ended(&mut self, input: &[u8], who: &Who, tools: &mut Tools) {
        match self {
            Self::Dns | Self::Metrics => {}
            Self::Http(http) => http.ended(input, who, None, tools),
            Self::Tls(tls) => tls.ended(who, tools),
            Self::Nothing => raw::ended(who, tools),
        }
    }
}

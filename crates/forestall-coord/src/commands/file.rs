// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! Records that a request for a waiver was sent, and what came back: its clock starts and stops.

use forestall_model::party::Road;
use forestall_model::{Instant, Tld};

use super::{each_once, need_slice, need_text};
use crate::case::Case;
use crate::command::Refusal;
use crate::event::Body;
use crate::filing::due;

/// Requests of one case at most.
const MOST_FILINGS: usize = 2_000;

/// Records that a request for a waiver was sent to ICANN.
#[derive(Clone, Debug)]
pub struct File {
    /// Which request: one of the roads that lead over ICANN.
    pub road: Road,
    /// The slices that it is about, at least one.
    pub tlds: Vec<Tld>,
    /// What it is called by whoever received it.
    pub reference: Option<String>,
}

/// Records the answer to a request for a waiver.
#[derive(Clone, Debug)]
pub struct AnswerFiling {
    /// The number of the request.
    pub filing: u32,
    /// Whether the waiver was granted.
    pub granted: bool,
    /// What was said.
    pub text: String,
}

impl File {
    pub(crate) fn decide(&self, case: &Case, sent: Instant) -> Result<Body, Refusal> {
        if !self.road.is_icanns() {
            return Err(Refusal::NoRequestToIcann { road: self.road });
        }
        if self.tlds.is_empty() {
            return Err(Refusal::Empty("at least one top-level domain"));
        }
        self.tlds.iter().try_for_each(|tld| need_slice(case, tld))?;
        if let Some(code) = self.tlds.iter().find(|tld| tld.as_str().len() == 2) {
            return Err(Refusal::NotIcanns { tld: code.clone() });
        }
        if let Some(reference) = &self.reference {
            need_text("the reference", reference)?;
        }
        if case.filings.len() >= MOST_FILINGS {
            return Err(Refusal::TooLong { what: "the list of requests to ICANN", limit: MOST_FILINGS });
        }
        Ok(Body::Filed {
            filing: case.filings.last().map_or(1, |last| last.number + 1),
            road: self.road,
            tlds: each_once(self.tlds.iter().cloned()),
            due: due(self.road, sent),
            reference: self.reference.as_ref().map(|reference| reference.trim().to_owned()),
        })
    }
}

impl AnswerFiling {
    pub(crate) fn decide(&self, case: &Case, at: Instant) -> Result<Body, Refusal> {
        let filing = case.filings.iter().find(|filing| filing.number == self.filing);
        let filing = filing.ok_or(Refusal::NoSuchFiling { filing: self.filing })?;
        if filing.answer.is_some() {
            return Err(Refusal::FilingAnswered { filing: self.filing });
        }
        if at < filing.sent {
            return Err(Refusal::BeforeItWasSent { filing: self.filing, sent: filing.sent });
        }
        need_text("what was said", &self.text)?;
        Ok(Body::FilingAnswered { filing: self.filing, granted: self.granted, text: self.text.trim().to_owned() })
    }
}

// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The hub as a drill calls it: the types of its API, by the token of whoever acts, each call measured.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, bail};
use forestall_api::Problem;
use forestall_api::header::{CSV, JSON};
use forestall_connect::calls::{Answer, Call, Caller};
use forestall_drill::load::Sample;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Pages of a list that are read at most.
const MOST_PAGES: usize = 10_000;

/// Where something is: its address, and the same without values, under which it is measured.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) address: String,
    pub(super) template: &'static str,
}

impl Place {
    pub(super) const fn new(address: String, template: &'static str) -> Self {
        Self { address, template }
    }
}

/// Whoever acts, and what of it the hub said no to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) status: u16,
    pub(super) reason: String,
}

/// A hub. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Hub {
    caller: Caller,
    samples: Arc<Mutex<Vec<Sample>>>,
}

/// A list of the API, whole or in pages.
#[derive(Deserialize)]
struct Sheet<T> {
    items: Vec<T>,
    #[serde(default)]
    next: Option<String>,
}

impl Hub {
    pub(super) fn new(caller: Caller) -> Self {
        Self { caller, samples: Arc::default() }
    }

    /// Returns what was measured.
    pub(super) fn samples(&self) -> Vec<Sample> {
        self.samples.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads something.
    pub(super) async fn get<T: DeserializeOwned>(&self, token: &str, place: &Place) -> anyhow::Result<T> {
        let answer = self.call(token, "GET", place, JSON, None).await?;
        taken(&answer).map_err(|refused| told("GET", place, &refused))?;
        read("GET", place, &answer)
    }

    /// Reads a list, all pages of it.
    pub(super) async fn all<T: DeserializeOwned>(&self, token: &str, place: &Place) -> anyhow::Result<Vec<T>> {
        let mut items = Vec::new();
        let mut page = place.clone();
        for _ in 0..MOST_PAGES {
            let mut sheet: Sheet<T> = self.get(token, &page).await?;
            items.append(&mut sheet.items);
            let Some(next) = sheet.next else { return Ok(items) };
            let joint = if place.address.contains('?') { '&' } else { '?' };
            page.address = format!("{}{joint}cursor={next}", place.address);
        }
        bail!("{} has more than {MOST_PAGES} pages", place.address)
    }

    /// Reads the lines of a list as CSV.
    pub(super) async fn csv(&self, token: &str, place: &Place) -> anyhow::Result<Result<Vec<u8>, Refused>> {
        let answer = self.call(token, "GET", place, CSV, None).await?;
        Ok(taken(&answer).map(|()| answer.body))
    }

    /// Has something done that the hub may refuse.
    pub(super) async fn ask<B: Serialize + Sync>(
        &self,
        token: &str,
        method: &str,
        place: &Place,
        body: &B,
    ) -> anyhow::Result<Result<Answer, Refused>> {
        let body = serde_json::to_string(body).context("a request cannot be written")?;
        let answer = self.call(token, method, place, JSON, Some(&body)).await?;
        Ok(taken(&answer).map(|()| answer))
    }

    /// Has something done that must be done for the drill to go on.
    pub(super) async fn must<B: Serialize + Sync>(
        &self,
        token: &str,
        method: &str,
        place: &Place,
        body: &B,
    ) -> anyhow::Result<Answer> {
        self.ask(token, method, place, body).await?.map_err(|refused| told(method, place, &refused))
    }

    async fn call(
        &self,
        token: &str,
        method: &str,
        place: &Place,
        accept: &str,
        body: Option<&str>,
    ) -> anyhow::Result<Answer> {
        let answer = self.caller.call(Call { method, address: &place.address, accept, body }, token).await;
        let (micros, status) = match &answer {
            Ok(answer) => (u64::try_from(answer.took.as_micros()).unwrap_or(u64::MAX), answer.status),
            Err(_) => (0, 0),
        };
        let sample = Sample {
            endpoint: format!("{method} {}", place.template),
            micros,
            failed: status == 0 || status >= 500,
            refused: (400..500).contains(&status),
        };
        self.samples.lock().unwrap_or_else(PoisonError::into_inner).push(sample);
        answer.with_context(|| format!("{method} {}", place.address))
    }
}

/// Reads an answer.
pub(super) fn read<T: DeserializeOwned>(method: &str, place: &Place, answer: &Answer) -> anyhow::Result<T> {
    serde_json::from_slice(&answer.body)
        .with_context(|| format!("{method} {}: the hub's answer is not what its API says", place.address))
}

fn taken(answer: &Answer) -> Result<(), Refused> {
    if (200..300).contains(&answer.status) {
        return Ok(());
    }
    let problem: Option<Problem> = serde_json::from_slice(&answer.body).ok();
    let reason = problem.map_or_else(|| "no problem document".to_owned(), |problem| problem.detail);
    Err(Refused { status: answer.status, reason: reason.chars().take(300).collect() })
}

fn told(method: &str, place: &Place, refused: &Refused) -> anyhow::Error {
    anyhow::anyhow!("{method} {}: the hub says {}: {}", place.address, refused.status, refused.reason)
}

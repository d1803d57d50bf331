// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What only asks: whether names can be registered, and what a registry knows of one.

use std::collections::BTreeMap;

use forestall_formats::epp::answer::{Checked, Data};
use forestall_formats::epp::frame::{self, FEE, PriceOf};
use forestall_model::DomainName;
use forestall_model::epp::Object;

use super::{EppError, Session};

/// What a registry knows of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// There is such an object.
    Object(Box<Object>),
    /// There is none.
    No,
    /// It does not tell this account, in its words.
    Untold(String),
}

impl Session {
    /// Asks whether names can be registered and, where `price` is given and the server tells prices, what that costs. Returns a row for each name, in
    /// their order; a name of which the answer says nothing cannot be registered.
    ///
    /// # Errors
    ///
    /// [`EppError`].
    pub async fn check(&mut self, names: &[DomainName], price: Option<&PriceOf>) -> Result<Vec<Checked>, EppError> {
        let price = price.filter(|_| self.knows(FEE)).cloned();
        let mut rows: BTreeMap<String, Checked> = BTreeMap::new();
        let mut left: Vec<&[DomainName]> = names.chunks(self.names_at_once).collect();
        while !left.is_empty() {
            let frames: Vec<(String, String)> = left
                .iter()
                .map(|names| {
                    let id = self.identifier();
                    (frame::check(names.iter().map(DomainName::as_str), price.as_ref(), &id), id)
                })
                .collect();
            let answers = self.exchange_all(&frames).await?;
            let mut again: Vec<&[DomainName]> = Vec::new();
            for (chunk, answer) in left.into_iter().zip(answers) {
                match (answer.code, answer.data) {
                    (1000, Data::Checked(checked)) => {
                        rows.extend(checked.into_iter().map(|row| (row.name.to_ascii_lowercase(), row)));
                    }
                    // Too many at once, at this registry.
                    (2306 | 2308 | 2004, _) if chunk.len() > 1 => {
                        let half = chunk.len().div_ceil(2);
                        self.names_at_once = self.names_at_once.min(half);
                        again.extend(chunk.chunks(half));
                    }
                    (1000, _) => return Err(EppError::Unexpected("what a check says")),
                    (code, _) => return Err(EppError::refused("the check", code, answer.texts)),
                }
            }
            left = again;
        }
        let row = |name: &DomainName| {
            rows.get(name.as_str()).cloned().unwrap_or_else(|| Checked {
                name: name.as_str().to_owned(),
                reason: Some("the registry's answer does not name it".to_owned()),
                ..Checked::default()
            })
        };
        Ok(names.iter().map(row).collect())
    }

    /// Asks what the registry knows of names, in their order.
    ///
    /// # Errors
    ///
    /// [`EppError`].
    pub async fn info(&mut self, names: &[DomainName]) -> Result<Vec<Known>, EppError> {
        let frames: Vec<(String, String)> = names
            .iter()
            .map(|name| {
                let id = self.identifier();
                (frame::info(name.as_str(), &id), id)
            })
            .collect();
        let answers = self.exchange_all(&frames).await?;
        names
            .iter()
            .zip(answers)
            .map(|(asked, answer)| match (answer.code, answer.data) {
                (1000, Data::Known { name, object }) if name.eq_ignore_ascii_case(asked.as_str()) => {
                    Ok(Known::Object(Box::new(object)))
                }
                (1000, _) => Err(EppError::Unexpected("what it knows of the name that was asked for")),
                (2303, _) => Ok(Known::No),
                (2201 | 2202 | 2304 | 2306, _) => Ok(Known::Untold(answer.texts.join("; "))),
                (code, _) => Err(EppError::refused(format!("the look at {asked}"), code, answer.texts)),
            })
            .collect()
    }
}

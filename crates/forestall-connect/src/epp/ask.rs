// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What only asks: whether names can be registered, and what a registry knows of one.

use std::collections::{BTreeMap, BTreeSet};

use forestall_formats::epp::answer::{Checked, Data};
use forestall_formats::epp::code;
use forestall_formats::epp::frame::{self, FEE, PriceOf};
use forestall_model::DomainName;
use forestall_model::epp::Object;

use super::{EppError, Session};

/// How many names one after another may be refused on their own: what is wrong is then the account or the frame, and not the names.
const MOST_REFUSED: u32 = 5;

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
    /// their order; a name of which the answer says nothing, or about which the registry refuses to be asked, cannot be registered.
    ///
    /// # Errors
    ///
    /// [`EppError`]; also where five names one after another are refused on their own.
    pub async fn check(&mut self, names: &[DomainName], price: Option<&PriceOf>) -> Result<Vec<Checked>, EppError> {
        let price = price.filter(|_| self.knows(FEE)).cloned();
        let mut rows: BTreeMap<String, Checked> = BTreeMap::new();
        let mut refused: BTreeSet<&DomainName> = BTreeSet::new();
        let mut halved: Vec<&[DomainName]> = Vec::new();
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
                        self.refused_alone = 0;
                        rows.extend(checked.into_iter().map(|row| (row.name.to_ascii_lowercase(), row)));
                    }
                    (1000, _) => return Err(EppError::Unexpected("what a check says")),
                    (code, _) if !may_be_of_names(code, price.is_some()) => {
                        return Err(EppError::refused("the check", code, answer.texts));
                    }
                    // Too many at once, at this registry, or one among them that it does not take.
                    (code, _) => match chunk {
                        [name] => {
                            self.refused_alone += 1;
                            if self.refused_alone >= MOST_REFUSED {
                                return Err(EppError::refused("the check", code, answer.texts));
                            }
                            refused.insert(name);
                            let reason = Some(format!("{code}: {}", code::in_words(code).meant(&answer.texts)));
                            let row = Checked { name: name.as_str().to_owned(), reason, ..Checked::default() };
                            rows.insert(name.as_str().to_owned(), row);
                        }
                        _ => {
                            halved.push(chunk);
                            again.extend(chunk.chunks(chunk.len().div_ceil(2)));
                        }
                    },
                }
            }
            left = again;
        }
        // A piece with a name that is refused on its own says nothing of how many are too many.
        let too_many = halved.iter().filter(|chunk| !chunk.iter().any(|name| refused.contains(name)));
        let taken = too_many.map(|chunk| chunk.len().div_ceil(2)).min();
        self.names_at_once = taken.unwrap_or(self.names_at_once).min(self.names_at_once);
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

/// Says whether a refusal of a check may be about its names, or their number. Where a price is asked for, 2004 is about its currency or years.
const fn may_be_of_names(code: u16, with_price: bool) -> bool {
    matches!(code, 2005 | 2306 | 2308) || code == 2004 && !with_price
}

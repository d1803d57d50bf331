// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The query of a request: known parameters, each once.

use std::fmt::Display;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::server::Problem;

/// The most parameters.
const MOST: usize = 20;

/// The parameters of a request.
#[derive(Debug)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    /// Refuses every other parameter, and each that comes twice.
    pub(super) fn only(self, known: &[&str]) -> Result<Self, Problem> {
        for (place, (name, _)) in self.0.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                let (shown, known) = (name.chars().take(60).collect::<String>(), known.join(", "));
                let detail = if known.is_empty() {
                    format!("{shown:?}: this address takes no parameter")
                } else {
                    format!("{shown:?}: there is no such parameter; this address takes {known}")
                };
                return Err(Problem::bad_request(detail));
            }
            if self.0[..place].iter().any(|(other, _)| other == name) {
                return Err(Problem::bad_request(format!("{name}: it is given twice")));
            }
        }
        Ok(self)
    }

    /// Returns the value of a parameter.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Parses the value of a parameter; `None` where it is not given.
    pub(super) fn parse<T: FromStr<Err: Display>>(&self, name: &str) -> Result<Option<T>, Problem> {
        self.text(name)
            .map(|text| text.parse().map_err(|error| Problem::bad_request(format!("{name}: {error}"))))
            .transpose()
    }

    /// Parses a number of a range; `usual` where it is not given.
    pub(super) fn number<T: FromStr<Err: Display> + PartialOrd + Display + Copy>(
        &self,
        name: &str,
        (least, most): (T, T),
        usual: T,
    ) -> Result<T, Problem> {
        // The parsers of numbers take a plus sign, which is a blank in a query of others.
        if self.text(name).is_some_and(|text| !text.bytes().all(|b| b.is_ascii_digit())) {
            return Err(Problem::bad_request(format!("{name}: expected a number from {least} to {most}")));
        }
        let number = self.parse(name)?.unwrap_or(usual);
        if number < least || number > most {
            return Err(Problem::bad_request(format!("{name}: {number} is not a number from {least} to {most}")));
        }
        Ok(number)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let read = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        let params = read.map_err(|error| Problem::bad_request(error.to_string()))?.0;
        if params.len() > MOST {
            return Err(Problem::bad_request(format!("an address has at most {MOST} parameters")));
        }
        Ok(Self(params))
    }
}

/// Reads a number of an address; what is no number of that kind is not there.
pub(super) fn number<T: FromStr>(text: &str) -> Result<T, Problem> {
    let missing = || Problem::not_found("there is nothing of this number");
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| plain).ok_or_else(missing)
}

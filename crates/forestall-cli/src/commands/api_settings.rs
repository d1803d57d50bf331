// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! The part `api` of the settings: how many requests a program may send.

use forestall_hub::server::Allowance;

/// The keys of the part.
pub(super) const API_KEYS: [&str; 2] = ["burst", "per_second"];

/// How many requests a token has.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ApiPart {
    burst: Option<u32>,
    per_second: Option<u32>,
}

/// An example of the part, commented out.
pub(super) const EXAMPLE: &str = "\
# How many requests a token of the API has at once, and how many come back in a second; a person who reads with a browser has as many.
# [api]
# burst = 1200
# per_second = 20
";

impl ApiPart {
    /// Returns the allowance.
    ///
    /// # Errors
    ///
    /// A sentence that names the key and what was expected.
    pub(super) fn allowance(&self) -> Result<Allowance, String> {
        let usual = Allowance::USUAL;
        let read = |key: &str, value: Option<u32>, usual: u32| match value {
            Some(0) => Err(format!("api.{key}: 0 lets no program in; expected at least 1")),
            value => Ok(value.unwrap_or(usual)),
        };
        Ok(Allowance {
            burst: read("burst", self.burst, usual.burst)?,
            per_second: read("per_second", self.per_second, usual.per_second)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use forestall_hub::server::Allowance;

    use super::{ApiPart, EXAMPLE};

    #[test]
    fn the_example_is_what_there_is_without_it() {
        let text: String =
            EXAMPLE.lines().skip(2).map(|line| line.trim_start_matches("# ").to_owned() + "\n").collect();
        let part: ApiPart = toml::from_str(&text).unwrap();
        assert_eq!(part.allowance().unwrap(), Allowance::USUAL);
        let none = ApiPart { burst: None, per_second: Some(0) };
        assert!(none.allowance().unwrap_err().contains("api.per_second"));
    }
}

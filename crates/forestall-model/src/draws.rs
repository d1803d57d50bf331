// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! How a bot draws names from the list of a period.

/// One reading of how a bot draws names from the list of an origin period.
///
/// // STORED FORMAT, version 1: part of the event that opens a case; WIRE FORMAT of the catalogue of campaigns.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draws {
    /// Names that a bot asks for in one round, drawn without repetition; the whole list where there is none.
    pub names: Option<u32>,
    /// Rounds in one period, each drawn anew.
    #[serde(default = "one")]
    pub rounds: u32,
    /// Who says so.
    pub source: String,
}

fn one() -> u32 {
    1
}

impl std::fmt::Display for Draws {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.names, self.rounds) {
            (None, _) => f.write_str("the whole list"),
            (Some(names), 1) => write!(f, "{names} names"),
            (Some(names), rounds) => write!(f, "{names} names in each of {rounds} rounds"),
        }
    }
}

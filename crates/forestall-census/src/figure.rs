// Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

//! What is shown: an estimate together with the definition of what it counts.

use std::fmt;

use serde::Serialize;

use crate::definition::{Definition, Unlike};
use crate::estimate::{Estimate, number};

/// An estimate with its definition: the only form in which a number of this crate is meant to leave.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    definition: Definition,
    #[serde(flatten)]
    estimate: Estimate,
}

impl Figure {
    /// Makes a figure.
    #[must_use]
    pub fn new(estimate: Estimate, definition: Definition) -> Self {
        Self { definition, estimate }
    }

    /// Returns what is counted.
    #[must_use]
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// Returns value, interval, methods and assumptions.
    #[must_use]
    pub fn estimate(&self) -> &Estimate {
        &self.estimate
    }

    /// Returns this as a multiple of another figure of the same kind, taken to err independently of it.
    ///
    /// # Errors
    ///
    /// [`NotCompared`] where they count different things, or where the other one is zero.
    pub fn compared_with(&self, other: &Self) -> Result<Estimate, NotCompared> {
        self.definition.like(&other.definition)?;
        Ok(self.estimate.over(&other.estimate)?)
    }
}

/// Why two figures were not compared.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NotCompared {
    /// They count different things.
    #[error(transparent)]
    Unlike(#[from] Unlike),
    /// The second is nothing to divide by.
    #[error(transparent)]
    NoEstimate(#[from] crate::NoEstimate),
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.estimate)?;
        writeln!(f, "  counts: {}", self.definition)?;
        for method in self.estimate.methods() {
            writeln!(f, "  method: {}: {} ({})", method.name, method.what, method.source)?;
        }
        for assumption in self.estimate.assumptions() {
            writeln!(f, "  assumes: {assumption}")?;
        }
        write!(f, "  standard error: {}", number(self.estimate.error(), 1))
    }
}
